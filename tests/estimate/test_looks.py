"""Looks: the risk over all of them is what was spent, whatever their dependence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pilotbook.estimate.looks import levels_by_draws, levels_by_sum, risk_of_any, spent

MONTE_CARLO = 0.03
"""Of a z boundary from 400,000 draws: three standard errors of the quantile at the second of four looks."""


def growing_means(n_looks: int, n_draws: int, seed: int) -> np.ndarray:
    """Standardised means over growing data: (n_looks, n_draws)."""
    sums = np.random.default_rng(seed).standard_normal((n_looks, n_draws)).cumsum(axis=0)
    return sums / np.sqrt(np.arange(1, n_looks + 1))[:, None]


def test_the_published_boundaries_of_four_looks() -> None:
    levels = levels_by_draws(growing_means(4, 400_000, 1), spent(4, 0.05, "obrien_fleming"))
    assert stats.norm.isf(levels[1:] / 2) == pytest.approx([2.963, 2.359, 2.014], abs=MONTE_CARLO)


def test_the_published_risk_of_looking_at_five_percent_each_time() -> None:
    """17.6 % at eight looks and 12.6 % at four (Armitage, McPherson and Rowe 1969); two sides are nearly exclusive."""
    for n_looks, published in ((4, 0.126), (8, 0.176)):
        assert 2 * risk_of_any(n_looks, 0.025) == pytest.approx(published, abs=0.003)


def test_one_look_has_the_whole_level() -> None:
    for spending in ("obrien_fleming", "even"):
        assert spent(1, 0.05, spending) == pytest.approx([0.05])
    draws = np.arange(1000.0)[None]
    assert levels_by_draws(draws, [0.05]) == pytest.approx([0.05])
    assert risk_of_any(1, 0.1) == pytest.approx(0.1, abs=1e-5)


@pytest.mark.parametrize("spending", ["obrien_fleming", "even"])
def test_the_draws_that_ever_cross_are_not_more_than_was_spent(spending: str) -> None:
    cumulative = spent(6, 0.05, spending)
    for kind, draws in {
        "growing": growing_means(6, 4060, 2),
        "independent": np.random.default_rng(3).standard_normal((6, 4060)),
        "the same": np.tile(np.random.default_rng(4).standard_normal(4060), (6, 1)),
        "ties": np.round(growing_means(6, 4060, 5)),
    }.items():
        levels = levels_by_draws(draws, cumulative)
        crossed = np.zeros(draws.shape[1], dtype=bool)
        for look, level in enumerate(levels):
            size = np.abs(draws[look])
            p = _p(size)
            crossed |= p <= level + 1e-12
            assert crossed.mean() <= cumulative[look] + 1e-12, (kind, look)


def _p(size: np.ndarray) -> np.ndarray:
    """p value of each draw among all: the share that is at least as large."""
    ordered = np.sort(size)
    return 1 - np.searchsorted(ordered, size - 1e-9) / len(size)


def test_looks_at_the_same_data_cost_nothing_more() -> None:
    same = np.tile(np.random.default_rng(6).permutation(10_000) + 1.0, (4, 1))
    assert levels_by_draws(same, spent(4, 0.05, "even")) == pytest.approx([0.0125, 0.025, 0.0375, 0.05])


def test_too_few_draws_claim_nothing_at_an_early_look() -> None:
    levels = levels_by_draws(growing_means(8, 999, 7), spent(8, 0.05, "obrien_fleming"))
    assert levels[0] == 0
    assert levels[-1] > 0.02


def test_without_draws_the_levels_add_up_to_alpha() -> None:
    assert levels_by_sum(spent(8, 0.05, "obrien_fleming")).sum() == pytest.approx(0.05)
