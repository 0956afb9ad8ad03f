"""Structural time series as the agreement check: the trend may wander, the interruptions are the same.

A local level with fixed slope, fixed seasons and the impact columns of the segmented regression, by maximum
likelihood in state space form (Harvey and Durbin 1986; Durbin and Koopman 2012), fitted by ``statsmodels``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.tools.sm_exceptions import ModelWarning
from statsmodels.tsa.statespace.structural import UnobservedComponents

from .autoregression import Array
from .effects import Contrast, ItsEffect, contrasts, effects
from .gates import Flag, NoClaim, Reason, gate
from .newey_west import t_inference
from .segments import Segments

_OPTIMISERS = ("lbfgs", "powell", "nm")


@dataclass(frozen=True)
class StructuralResult:
    """Effects with a wandering trend.

    Attributes
    ----------
    effects
        Same rows as `series.ItsResult.effects`; relative effects are not given, the trend being random.
    irregular, level
        Variances of the observation and of the step of the level, (unit of the outcome) squared.
    optimiser
        The one that converged; after the first the result carries a flag.
    flags
        What must be said beside the numbers.
    """

    effects: tuple[ItsEffect, ...]
    irregular: float
    level: float
    optimiser: str
    flags: tuple[Flag, ...]


def structural(
    y: Array, segments: Segments, *, horizons: Sequence[int] = (4, 8), level: float = 0.95
) -> StructuralResult | NoClaim:
    """Fit the structural model to one series, (n_times,), NaN where missing.

    Tries the optimisers in turn until one converges; if none does there is no number.
    """
    passed = gate(y, segments)
    if isinstance(passed, NoClaim):
        return passed
    columns = passed.design
    regressors = np.arange(2, columns.n_terms)
    seen = np.where(columns.kept, y, np.nan)
    scale = float(np.nanstd(seen))
    found = _first_converged(seen / scale, columns.X[:, regressors])
    if found is None:
        return NoClaim(Reason.NOT_CONVERGED, passed.n_before, passed.n_after, "no optimiser converged")
    results, optimiser = found
    coef, cov = np.zeros(columns.X.shape[1]), np.zeros((columns.X.shape[1],) * 2)
    states = slice(2, None)  # after level and slope come the regressors, known best at the end of the series
    coef[regressors] = results.smoothed_state[states, -1] * scale
    cov[np.ix_(regressors, regressors)] = results.smoothed_state_cov[states, states, -1] * scale**2
    rows = [_without_baseline(row) for row in contrasts(segments, columns, horizons)]
    inference = t_inference(np.stack([row.vector for row in rows]), coef, cov, columns.df, level)
    flags = passed.flags if optimiser == _OPTIMISERS[0] else (*passed.flags, Flag.NOT_CONVERGED)
    irregular, step = (float(v) * scale**2 for v in results.params)
    return StructuralResult(effects(rows, coef, cov, *inference), irregular, step, optimiser, flags)


def _first_converged(y: Array, exog: Array):  # type: ignore[no-untyped-def]  # statsmodels has no types
    # Regressors as states with a diffuse start: their uncertainty does not hang on the curvature in
    # variances that may be estimated as zero, and the variances are then estimated by restricted likelihood.
    model = UnobservedComponents(
        y,
        level="local linear deterministic trend",
        exog=exog,
        mle_regression=False,
        use_exact_diffuse=True,
    )
    start = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        for optimiser in _OPTIMISERS:
            results = model.fit(start, method=optimiser, maxiter=500, disp=False, cov_type="none")
            start = results.params
            known = np.isfinite(results.smoothed_state_cov[2:, 2:, -1]).all()
            if results.mle_retvals["converged"] and known:
                return results, optimiser
    return None


def _without_baseline(row: Contrast) -> Contrast:
    return Contrast(row.estimand, row.label, row.horizon, row.vector)
