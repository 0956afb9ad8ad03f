"""Known truth: growing effects and staggered starts. The larger version is ``benchmarks/did_coverage.py``.

400 panels: a share near 0.95 has a Monte Carlo standard error of 0.011, so 0.93 - 0.02 is the bound in this
small version; biases are compared with five Monte Carlo standard errors.
"""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.bands import sup_t_band
from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.extended_twfe import extended_twfe
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.result import Variance
from pilotbook.estimate.twfe import twfe

from .simulation import Design, bias, coverage

PANELS = 400
LEAST = 0.93 - 0.02
TEN = Design(n_units=60, pilots=10)


@pytest.fixture(scope="module")
def y() -> np.ndarray:
    return TEN.draw(PANELS, np.random.default_rng(20))


def test_two_way_fixed_effects_is_biased_and_the_headline_is_not(y):
    mean, error = bias(twfe(y, TEN.cohort), TEN.truth)
    assert mean < -5 * error
    mean, error = bias([result.overall for result in imputation(y, TEN.cohort)], TEN.truth)
    assert abs(mean) < 5 * error
    mean, error = bias([result.simple() for result in callaway_santanna(y, TEN.cohort)], TEN.truth)
    assert abs(mean) < 5 * error


def test_printed_intervals_cover(y):
    assert coverage([result.overall for result in imputation(y, TEN.cohort)], TEN.truth) >= LEAST
    assert coverage([result.simple() for result in callaway_santanna(y, TEN.cohort)], TEN.truth) >= LEAST
    assert coverage(extended_twfe(y, TEN.cohort), TEN.truth) >= LEAST


def test_the_published_conservative_variance_is_too_small_with_ten_pilots(y):
    """Why the jackknife is recommended: with ten pilots the other one misses."""
    effects = [result.overall for result in imputation(y, TEN.cohort)]
    assert coverage(effects, TEN.truth, Variance.CONSERVATIVE) < coverage(effects, TEN.truth)


def test_one_start_date():
    design = Design(n_units=60, pilots=10, cohorts=(12,), growth=0.0)
    y = design.draw(PANELS, np.random.default_rng(21))
    effects = twfe(y, design.cohort)
    assert coverage(effects, 0.0) >= LEAST
    assert coverage(effects, 0.0, Variance.CRV1) < coverage(effects, 0.0)


def test_band_covers_the_whole_path():
    design = Design(n_units=80, pilots=40, cohorts=(5,), n_periods=10, growth=0.0)
    rng = np.random.default_rng(22)
    covered = []
    for result in callaway_santanna(design.draw(200, rng), design.cohort):
        path = result.by_event_time()
        band = sup_t_band(path, rng=rng)
        covered.append(bool(((band.low <= 0) & (band.high >= 0)).all()))
        pointwise = [effect.error.interval(effect.estimate) for effect in path.effects]
        assert np.all(band.low <= [low for low, _ in pointwise])
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)
