"""An outcome as it is estimated: in its unit, in prices of the base period, on its scale."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.design.outcome import outcome_matrix
from pilotbook.errors import PlanError
from pilotbook.evaluate.evaluation import evaluate
from tests.design.plans import plan_and_panel

LOG = ("    unit: pp\n", "    unit: log points\n    scale: log\n")


def test_a_growth_rate_is_estimated_in_log_points(tmp_path) -> None:
    level_plan, level = plan_and_panel(tmp_path)
    log_plan, log = plan_and_panel(tmp_path, LOG)
    share = outcome_matrix(level_plan.plan, level_plan.plan.outcomes[0], level)
    points = outcome_matrix(log_plan.plan, log_plan.plan.outcomes[0], log)
    assert np.exp(points / 100) == pytest.approx(share)


def test_a_value_without_a_logarithm_is_refused_with_its_place(tmp_path) -> None:
    with pytest.raises(PlanError, match=r"values have no logarithm, the first in county c\d\d, 20\d\dQ\d"):
        plan_and_panel(tmp_path, LOG, ("    numerator: visits\n", "    numerator: vbp\n"))


def test_its_relative_effect_is_that_of_the_logarithm(tmp_path) -> None:
    plan_file, panel = plan_and_panel(tmp_path, LOG)
    ledger = evaluate(plan_file, panel, "2023Q4").ledger
    lead = ledger.lead("share")
    twins = ledger.select(outcome="share", estimator=lead.estimator, estimand="relative_effect")
    (relative,) = (row for row in twins if row.spec["weights"] == lead.spec["weights"])
    assert lead.baseline is None
    assert relative.estimate == pytest.approx(100 * np.expm1(lead.estimate / 100))
