"""HonestDiD against the table that the authors' packages document, and against the linear programme of the test.

The table: README of the Stata package honestdid (Cáceres Bravo, Rambachan, Roth), version 0.5.3, "Medicaid expansions":
share of low-income adults with health insurance by state to 2015, states that expanded in 2014 against those that did
not by 2016. It prints three decimals, from a grid whose step is 0.0004 and a first stage with 1,000 draws: hence a
tolerance of 0.001. `insurance.csv` holds the coefficients and their covariance (CRV1 by state), computed with
`event_study` from the state rates `ehec_data.csv` of the course repository Mixtape-Sessions/Advanced-DID, which that
README uses (American Community Survey).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from pilotbook.estimate.sensitivity.conditional_test import hybrid_rejects, truncated_quantile
from pilotbook.estimate.sensitivity.event_estimates import EventEstimates
from pilotbook.estimate.sensitivity.relative_magnitudes import (
    _holds_zero,
    _Test,
    _Vertices,
    breakdown_multiple,
    differences,
    relative_magnitudes,
)
from pilotbook.estimate.sensitivity.smoothness import breakdown_bound, smoothness

TOLERANCE = 0.001
DATA = Path(__file__).with_name("insurance.csv")

FIRST_PERIOD = {0.5: (0.024, 0.067), 1.0: (0.017, 0.072), 1.5: (0.008, 0.080), 2.0: (-0.001, 0.088)}
MEAN_OF_TWO = {0.0: (0.041, 0.075), 0.5: (0.033, 0.080), 1.0: (0.020, 0.090), 1.5: (0.006, 0.103), 2.0: (-0.008, 0.117)}
SMOOTH = {
    0.0: (0.026, 0.061),
    0.01: (0.013, 0.079),
    0.02: (0.003, 0.091),
    0.03: (-0.007, 0.101),
    0.04: (-0.017, 0.111),
    0.05: (-0.027, 0.121),
}


@pytest.fixture(scope="module")
def insurance() -> EventEstimates:
    table = pd.read_csv(DATA)
    coefficients = table["coefficient"].to_numpy()
    return EventEstimates(coefficients[:5], coefficients[5:], table.filter(like="cov_").to_numpy())


@pytest.mark.parametrize(("multiple", "expected"), FIRST_PERIOD.items())
def test_relative_magnitudes_first_period(insurance, multiple, expected):
    found = relative_magnitudes(insurance, insurance.mean_of_first(1), multiple)
    assert (found.low, found.high) == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize(("multiple", "expected"), MEAN_OF_TWO.items())
def test_relative_magnitudes_mean_of_two_periods(insurance, multiple, expected):
    found = relative_magnitudes(insurance, insurance.mean_of_first(2), multiple)
    assert (found.low, found.high) == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize(("bound", "expected"), SMOOTH.items())
def test_smoothness(insurance, bound, expected):
    found = smoothness(insurance, insurance.mean_of_first(1), bound)
    assert (found.low, found.high) == pytest.approx(expected, abs=TOLERANCE)


def test_breakdown_values_are_where_the_interval_touches_zero(insurance):
    first = insurance.mean_of_first(1)
    multiple, bound = breakdown_multiple(insurance, first), breakdown_bound(insurance, first)
    assert multiple == pytest.approx(1.95, abs=0.03)  # the table: between 1.5 and 2, close to 2
    assert relative_magnitudes(insurance, first, multiple - 0.01).low > 0
    assert relative_magnitudes(insurance, first, multiple + 0.01).low < 0
    assert smoothness(insurance, first, 0.99 * bound).low > 0
    assert smoothness(insurance, first, 1.01 * bound).low < 0


@pytest.mark.parametrize("weights", [[1.0, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3], [1.0, -1, 0.5]], ids=str)
def test_the_vertices_give_the_value_of_the_linear_programme(weights):
    """Minimise the largest studentised violation over the nuisance effects, as the paper defines the statistic."""
    rng = np.random.default_rng(4)
    n_before, n_after, multiple, weights = 4, 3, 0.7, np.array(weights)
    root = rng.normal(size=(30, 7))
    estimates = EventEstimates(rng.normal(size=4), rng.normal(size=3), root.T @ root / 30)
    before, after = differences(n_before, n_after)
    for effect in (-2.0, 0.0, 0.4, 3.0):
        vertices = _Vertices.of(estimates, weights, multiple)
        own = zip(np.concatenate([before, -before]), vertices.fixed, vertices.slope, strict=True)
        for largest, fixed, slope in own:
            rows = np.concatenate([after, -after]) - multiple * largest
            sd = np.sqrt(np.diag(rows @ estimates.covariance @ rows.T))
            # rows @ (coefficients - [0, tau]) <= eta * sd, weights @ tau == effect; minimise eta
            found = optimize.linprog(
                [0, 0, 0, 1],
                np.column_stack([-rows[:, n_before:], -sd]),
                -rows @ estimates.coefficients,
                [[*weights, 0]],
                [effect],
                bounds=(None, None),
            )
            statistic = (fixed + effect * slope).max()
            assert statistic == pytest.approx(found.fun, abs=1e-8)


def test_zero_is_held_where_the_whole_test_holds_it():
    rng = np.random.default_rng(11)
    found, plain = [], []
    for multiple in np.linspace(0, 2, 41):
        root = rng.normal(size=(30, 6))
        estimates = EventEstimates(rng.normal(size=3), rng.normal(size=3), root.T @ root / 300)
        vertices = _Vertices.of(estimates, estimates.mean_of_first(2), multiple)
        found.append(_holds_zero(vertices, 0.05, seed=0))
        plain.append(bool(_Test(vertices, vertices.first_stage(0.05, seed=0), 0.05).accepts(np.zeros(1))[0]))
    assert found == plain
    assert set(found) == {False, True}


def test_the_hybrid_test_keeps_its_level_at_the_least_favourable_mean():
    rng = np.random.default_rng(2)
    root = rng.normal(size=(3, 3))
    covariance = root @ root.T
    draws = rng.multivariate_normal(np.zeros(3), covariance, size=20_000)
    first = np.quantile(rng.multivariate_normal(np.zeros(3), covariance, size=200_000).max(axis=1), 0.995)
    assert hybrid_rejects(draws, covariance, float(first), 0.05).mean() == pytest.approx(0.05, abs=0.006)


def test_truncated_quantiles_far_out():
    low, high = np.array([-np.inf, 8.0, -9.0, 30.0]), np.array([np.inf, np.inf, -8.0, 31.0])
    expected = stats.truncnorm.ppf(0.95, low, high)
    assert truncated_quantile(0.95, low, high) == pytest.approx(expected, rel=1e-6)


def test_blocks_are_differences_of_means() -> None:
    """Blocks of four of a random path, against the same arithmetic done on the path itself."""
    rng = np.random.default_rng(5)
    paths = rng.normal(size=(30, 13))  # ten periods before the start, three after it; of units
    relative = np.delete(paths - paths[:, [9]], 9, axis=1)
    found = EventEstimates(
        relative.mean(axis=0)[:9], relative.mean(axis=0)[9:], np.cov(relative.T) / len(paths)
    ).in_blocks(4)
    last = paths[:, 6:10].mean(axis=1)
    blocks = np.stack([paths[:, 2:6].mean(axis=1) - last, paths[:, 10:].mean(axis=1) - last], axis=1)
    np.testing.assert_allclose(found.coefficients, blocks.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found.covariance, np.cov(blocks.T) / len(paths), atol=1e-12)
    assert (found.n_before, found.n_after) == (1, 1)


def test_a_steady_drift_has_a_breakdown_of_one() -> None:
    """What went on as before the start is overturned by a violation as large as before it, in blocks as in periods."""
    drift = 0.3 * np.delete(np.arange(-11.0, 5.0), 11)
    estimates = EventEstimates(drift[:11], drift[11:], 1e-8 * (np.eye(15) + 1)).in_blocks(4)
    assert breakdown_multiple(estimates, estimates.mean_of_first(4)) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("before", "after"), [(6, 2), (7, 0)])
def test_too_few_periods_for_two_blocks(before: int, after: int) -> None:
    n = before + after
    with pytest.raises(ValueError, match="two whole blocks"):
        EventEstimates(np.zeros(before), np.zeros(after), np.eye(n)).in_blocks(4)
