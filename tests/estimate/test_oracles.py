"""Agreement with independent implementations on random panels.

Both sides solve small least-squares problems in double precision; the libraries' own stopping rules (1e-8 by default, set
tighter where they can be) limit the agreement. Where a convention differs, the formula of the difference stands in the test.
"""

from __future__ import annotations

import warnings

import diff_diff
import numpy as np
import pyfixest
import pytest

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.result import Variance
from pilotbook.estimate.twfe import twfe

from .panels import random_panel

TOLERANCE = 1e-8
PANELS = {
    "balanced": random_panel(seed=1),
    "unbalanced": random_panel(seed=2).without_cells(0.2),
    "one cohort": random_panel(seed=3, cohorts=(4,)),
}


def feols(formula, frame, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        demeaner = pyfixest.LsmrDemeaner if False else None
        options = {"fixef_tol": 1e-12, **options} if demeaner is None else options
        return pyfixest.feols(formula, frame, **options)


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("by_state", [False, True])
def test_two_way_fixed_effects_against_pyfixest(name, weighted, by_state):
    panel = PANELS[name]
    (effect,) = twfe(
        panel.y,
        panel.cohort,
        weights=panel.weights if weighted else None,
        cluster=panel.state if by_state else None,
    )
    cluster = "state" if by_state else "unit"
    for kind in (Variance.CRV1, Variance.CRV3):
        fit = feols(
            "y ~ d | unit + period",
            panel.frame(),
            weights="w" if weighted else None,
            vcov={kind.value: cluster},
        )
        assert effect.estimate == pytest.approx(fit.coef()["d"], abs=TOLERANCE)
        if kind is Variance.CRV1 or not weighted:
            assert effect.standard_errors[kind].se == pytest.approx(fit.se()["d"], abs=TOLERANCE)
