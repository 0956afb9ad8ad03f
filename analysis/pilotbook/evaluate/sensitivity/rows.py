"""Everything that is examined of a headline, in the order of the chapter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pilotbook.evaluate.drawn_tests import linear_target
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.rows import Question
from pilotbook.evaluate.sensitivity.curve import curve_rows
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR, Examination
from pilotbook.evaluate.sensitivity.groups import group_rows
from pilotbook.evaluate.sensitivity.left_out import left_out_rows
from pilotbook.evaluate.sensitivity.placebos import placebo_rows
from pilotbook.evaluate.sensitivity.precision import precision_rows
from pilotbook.evaluate.sensitivity.single_pilot import single_pilot_rows
from pilotbook.evaluate.sensitivity.specifications import specification_rows
from pilotbook.evaluate.sensitivity.trends import event_path, trend_rows
from pilotbook.evaluate.sensitivity.violations import violation_rows
from pilotbook.panel.panel import Panel

NO_FORM = "the estimator that leads is not examined; let imputation or callaway_santanna lead"


def sensitivity_rows(question: Question, lead: Row, panel: Panel, rows: Iterable[Row]) -> Iterator[Row]:
    """Examine a headline; where that is impossible, one row says why.

    Parameters
    ----------
    question, lead
        The question of the headline, and its row.
    panel
        The panel that the question's sample was drawn from.
    rows
        All rows of the ledger so far: other analyses and weights are specifications too.
    """
    if lead.estimate is None:
        return
    target = linear_target(question.analysis, lead.spec)
    if target is None:
        all_ = Row(
            plan=lead.plan,
            outcome=lead.outcome,
            estimator=ESTIMATOR,
            estimand="all",
            spec={"weights": lead.spec["weights"]},
            role="description",
            unit=lead.unit,
        )
        yield replace(all_, reason=NO_FORM)
        return
    examination = Examination(question, lead, target, panel)
    yield from precision_rows(examination)
    path = event_path(examination)
    yield from trend_rows(examination, path)
    yield from violation_rows(examination, path)
    yield from placebo_rows(examination)
    yield from single_pilot_rows(examination)
    without = list(left_out_rows(examination))
    yield from without
    others = list(specification_rows(examination, without))
    yield from others
    yield from curve_rows(examination, [*rows, *others])
    yield from group_rows(examination)
