"""Many outcomes: p values that allow for how many were looked at."""

from __future__ import annotations

import numpy as np

from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.result import FloatArray


def romano_wolf(draws: NullDraws) -> FloatArray:
    """Step-down p values (n_outcomes,) that control the chance of any false rejection in the family.

    The outcomes share their draws, so the dependence between them is the data's own. The statistic is the one of the
    draws; a studentised (or prescaled) one treats outcomes of different scale alike.

    Parameters
    ----------
    draws
        Draws of all outcomes of the family.

    References
    ----------
    Romano and Wolf (2005, 2016): p values of the step-down maximum. Checked against its definition, outcome by outcome.
    """
    statistic, null = draws.statistics()
    return step_down(np.abs(statistic), np.abs(null), exact=draws.exact)


def step_down(statistic: FloatArray, null: FloatArray, *, exact: bool) -> FloatArray:
    """Step-down p values of statistics (n,), large ones significant, with their draws (n, n_draws)."""
    order = np.argsort(-statistic, kind="stable")
    largest_left = np.maximum.accumulate(null[order[::-1]], axis=0)[::-1]
    count = (largest_left >= statistic[order, None] * (1 - 1e-9)).sum(axis=1)
    p = count / null.shape[1] if exact else (1 + count) / (1 + null.shape[1])
    out = np.empty(len(statistic))
    out[order] = np.maximum.accumulate(p)
    return out


def holm(p: FloatArray) -> FloatArray:
    """Holm's step-down p values (n,): valid whatever the dependence, NaN stays and is not counted."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    out = np.full(len(p), np.nan)
    out[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1.0)
    return out


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Benjamini-Hochberg q values (n,): expected share of false discoveries; NaN stays and is not counted."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(-p[known], kind="stable")]
    n = len(order)
    out = np.full(len(p), np.nan)
    out[order] = np.minimum(np.minimum.accumulate(p[order] * n / np.arange(n, 0, -1)), 1.0)
    return out
