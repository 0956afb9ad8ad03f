"""The order of the rows, the names of the counties and the coding of the never treated change no digit.

No tolerance: the comparisons are exact.
"""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.bands import sup_t_band
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.sample import NEVER

from .every_estimator import EVERY, ONE_START, numbers
from .panels import RandomPanel, random_panel


def panel_for(name: str, missing: float) -> RandomPanel:
    cohorts = (4,) if name in ONE_START else (3, 5)
    panel = random_panel(seed=11, cohorts=cohorts)
    return panel.without_cells(missing) if missing else panel


def run(name: str, panel: RandomPanel, rows=slice(None), cohort=None, cluster=None) -> list[float]:
    cohort = panel.cohort if cohort is None else cohort
    cluster = panel.state if cluster is None else cluster
    (result,) = EVERY[name](
        panel.y[rows],
        cohort[rows],
        weights=panel.weights[rows],
        cluster=cluster[rows],
        covariate=panel.covariate[rows],
    )
    found = list(numbers(result))
    assert found
    return found


@pytest.mark.parametrize("missing", [0.0, 0.05])
@pytest.mark.parametrize("name", EVERY)
def test_order_of_the_rows(name, missing):
    panel = panel_for(name, missing)
    order = np.random.default_rng(5).permutation(len(panel.y))
    np.testing.assert_array_equal(run(name, panel, rows=order), run(name, panel))


@pytest.mark.parametrize("name", EVERY)
def test_names_of_the_assignment_units(name):
    panel = panel_for(name, 0.0)
    renamed = np.random.default_rng(7).permutation(1000)[panel.state]
    np.testing.assert_array_equal(run(name, panel, cluster=renamed), run(name, panel))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("code", [8, 99, 10**9])
def test_coding_of_the_never_treated(name, code):
    panel = panel_for(name, 0.0)
    recoded = np.where(panel.cohort == NEVER, code, panel.cohort)
    np.testing.assert_array_equal(run(name, panel, cohort=recoded), run(name, panel))


def test_scale_of_the_weights():
    panel = panel_for("imputation", 0.0)
    doubled = RandomPanel(panel.y, panel.cohort, panel.weights * 2, panel.state, panel.covariate)
    np.testing.assert_array_equal(run("imputation", doubled), run("imputation", panel))


def test_band():
    panel = panel_for("event study", 0.0)
    order = np.random.default_rng(5).permutation(len(panel.y))
    bands = []
    for rows in (np.arange(len(panel.y)), order):
        (path,) = event_study(panel.y[rows], panel.cohort[rows], cluster=panel.state[rows])
        bands.append(sup_t_band(path, rng=np.random.default_rng(1), cluster=panel.state[rows]))
    np.testing.assert_array_equal(bands[0].low, bands[1].low)


def test_influences_follow_the_rows():
    panel = panel_for("twfe", 0.0)
    order = np.random.default_rng(5).permutation(len(panel.y))
    (here,) = EVERY["twfe"](panel.y, panel.cohort)
    (there,) = EVERY["twfe"](panel.y[order], panel.cohort[order])
    np.testing.assert_array_equal(there.influence, here.influence[order])
    assert abs(here.influence.sum()) < 1e-12
