"""Run an estimator over a stack of outcomes, once for every set of outcomes observed in the same cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from numpy.typing import ArrayLike

from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sample import BoolArray, Sample, arrange, n_rows_of

Result = TypeVar("Result")


def by_outcome(
    estimator: Callable[[Sample, BoolArray, int], Sequence[Result | NotEstimable]],
    y: ArrayLike,
    cohort: ArrayLike,
    weights: ArrayLike | None,
    cluster: ArrayLike | None,
    anticipation: int,
) -> tuple[Result | NotEstimable, ...]:
    """Arrange the arrays and collect one result per outcome.

    Parameters
    ----------
    estimator
        Takes a sample whose outcomes are all observed in the same cells, those cells, and the number of
        rows of the caller's arrays; returns one result per outcome.
    y, cohort, weights, cluster, anticipation
        As in `arrange`.
    """
    n_outcomes, n_rows = n_rows_of(y)
    sample = arrange(y, cohort, weights, cluster, anticipation)
    if isinstance(sample, NotEstimable):
        return (sample,) * n_outcomes
    results: list[Result | NotEstimable | None] = [None] * n_outcomes
    for outcomes, observed in sample.by_missingness():
        for outcome, result in zip(outcomes, estimator(sample.select(outcomes), observed, n_rows), strict=True):
            results[outcome] = result
    return tuple(result for result in results if result is not None)
