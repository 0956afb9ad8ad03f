r"""Randomisation inference for the imputation estimator where cells are missing.

With missing cells an estimate is no longer a function of mean paths. But everything that the imputation solves is still
a sum over assignment units: so each one's terms are computed once for each start that it could have had.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from pilotbook.estimate.feasible import obstacle
from pilotbook.estimate.inference.assigned_units import one_start_each
from pilotbook.estimate.inference.assignments import Assignments, actual_assignment, placebo_assignments
from pilotbook.estimate.inference.imputation_terms import ImputationTerms, by_cluster
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import FEWEST_PRE_PERIODS, DrawTest, Statistic, tests
from pilotbook.estimate.inference.scale import SHRINKAGE
from pilotbook.estimate.result import FloatArray, NotEstimable, Reason
from pilotbook.estimate.sample import BoolArray, Sample, arrange


@dataclass(frozen=True, eq=False)
class PlaceboImputation:
    """One outcome imputed under every placebo assignment: what the tests of all its quantities share.

    Attributes
    ----------
    terms
        The rows' parts in the equations.
    placebos, actual
        The placebo assignments, and the one that took place.
    """

    terms: ImputationTerms
    placebos: Assignments
    actual: Assignments

    def test(
        self, estimand: Estimand, statistic: Statistic = "prescaled", level: float = 0.95
    ) -> DrawTest | NotEstimable:
        """Test one quantity.

        Parameters
        ----------
        estimand
            The quantity; its form is imputation.
        statistic
            ``prescaled`` or ``coefficient``.
        level
            Level of the interval.

        Raises
        ------
        ValueError
            For another form or statistic.
        """
        if estimand.form != "imputation" or statistic == "studentised":
            raise ValueError("with missing cells: the imputation, by its coefficient or prescaled")
        before = max(int(self.terms.sample.onset.min()), 0)
        if statistic == "prescaled" and before < FEWEST_PRE_PERIODS:
            return NotEstimable(Reason.NO_PRE_PERIOD, f"{before} periods before the first start are too few")
        try:
            observed = self.terms.estimates(self.actual, estimand, self._actual_periods)
            estimate = self.terms.estimates(self.placebos, estimand, self._periods)
        except np.linalg.LinAlgError:
            return NotEstimable(Reason.COLLINEAR, "a placebo assignment leaves a period without an untreated unit")
        if not np.isfinite(observed[0]).all():
            return NotEstimable(Reason.NO_POST_PERIOD, "no pilot is observed at these event times")
        variance, scale = self._scales(estimand, before) if statistic == "prescaled" else self._ones()
        draws = NullDraws(
            observed=observed[0],
            scale=scale,
            estimate=np.nan_to_num(estimate[:1], nan=np.inf),
            slope=np.nan_to_num(estimate[1]),
            variance=variance,
            exact=self.placebos.exact,
        )
        return tests(draws, self.terms.sample.counts(self.terms.observed), level)[0]

    @cached_property
    def _periods(self) -> FloatArray:
        return self.terms.periods(self.placebos)

    @cached_property
    def _actual_periods(self) -> FloatArray:
        return self.terms.periods(self.actual)

    def _scales(self, estimand: Estimand, before: int) -> tuple[FloatArray, FloatArray]:
        """Variances of the placebo estimates and the scale of the actual one, by what the units did before."""
        own = _own_variance(self.terms.sample, self.terms.observed, before)
        variance = self.terms.scaled(self.placebos, estimand, own, self.actual)
        return variance, np.sqrt(self.terms.scaled(self.actual, estimand, own, self.actual)[:, 0])

    def _ones(self) -> tuple[FloatArray, FloatArray]:
        return np.ones((1, len(self.placebos))), np.ones(1)


def placebo_imputation(
    y: ArrayLike,
    cohort: ArrayLike,
    *,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    anticipation: int = 0,
    n_draws: int = 4_999,
) -> PlaceboImputation | NotEstimable:
    """Prepare the tests of imputation effects on one outcome whose cells may be missing.

    Parameters
    ----------
    y : (n_rows, n_periods)
        The outcome, NaN where missing.
    cohort, rng, weights, cluster, anticipation, n_draws
        As in `pilotbook.estimate.inference.randomisation.randomisation`.

    Raises
    ------
    ValueError
        For too few draws.

    References
    ----------
    Checked by listing all assignments and running `pilotbook.estimate.imputation.imputation` on each.
    """
    sample = arrange(y, cohort, weights, cluster, anticipation)
    if isinstance(sample, NotEstimable):
        return sample
    observed = np.isfinite(sample.y[0])
    refused = obstacle(sample, observed, never_treated=True) or one_start_each(sample)
    if refused:
        return refused
    present = observed.any(axis=1)
    sample = sample.keep(present)
    first = np.unique(sample.cluster, return_index=True)[1]
    label = np.searchsorted(sample.cohorts, sample.cohort[first]).astype(np.int64)
    n_cohorts = len(sample.cohorts)
    return PlaceboImputation(
        ImputationTerms(sample, observed[present]),
        placebo_assignments(label, n_cohorts, n_draws, rng),
        actual_assignment(label, n_cohorts),
    )


def _own_variance(sample: Sample, observed: BoolArray, before: int) -> FloatArray:
    """Variance of each cluster's path before the first onset, (n_clusters,), a little shrunk to the mean."""
    known = observed[:, :before]
    y = np.where(known, np.nan_to_num(sample.y[0][:, :before]), 0.0)
    y = np.where(known, y - y.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1), 0.0)
    weight = by_cluster(sample.cluster, known * sample.weights[:, None])
    path = by_cluster(sample.cluster, y * sample.weights[:, None]) / np.where(weight > 0, weight, 1.0)
    seen = weight > 0
    path = np.where(seen, path - path.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)
    n = np.maximum(seen.sum(axis=1), 2)
    path = np.where(seen, path - path.sum(axis=1, keepdims=True) / n[:, None], 0.0)
    own = np.square(path).sum(axis=1) / (n - 1)
    return np.asarray((1 - SHRINKAGE) * own + SHRINKAGE * own.mean())
