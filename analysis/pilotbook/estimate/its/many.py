"""The same segmented regression on many series at once: every indicator of every county."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .autoregression import Array
from .bootstrap import contrast_estimates, tail_table
from .effects import Contrast, contrasts
from .gates import NoClaim, Passed, gate_periods, gate_values
from .reml import fit_ar, likelihood_weights
from .segments import Segments


@dataclass(frozen=True)
class ManyResults:
    """Effects of many series.

    Attributes
    ----------
    contrasts
        Estimand, label and horizon of every column below; the weights are those of the complete design.
    estimate, se, low, high, p
        (n_series, n_contrasts); NaN where a series has no estimate.
    phi
        First-order autocorrelation, (n_series,).
    refusals
        Why a series has no estimate, by its index.
    method
        ``reml-bootstrap-t`` or ``reml-t``; the latter rejects too often and serves maps and screens only.
    """

    contrasts: tuple[Contrast, ...]
    estimate: Array
    se: Array
    low: Array
    high: Array
    p: Array
    phi: Array
    refusals: dict[int, NoClaim]
    method: str


def interrupted_many(
    Y: Array,
    segments: Segments,
    rng: np.random.Generator | None = None,
    *,
    horizons: Sequence[int] = (4, 8),
    draws: int = 1_999,
    level: float = 0.95,
) -> ManyResults:
    """Fit AR(1) by REML to every row of ``Y``, (n_series, n_times), NaN where missing.

    Series observed in the same periods share a design. With ``rng`` they also share one simulation of their t
    ratios (`bootstrap.TailTable`), which gives each its own bootstrap-t at almost no cost; without,
    Student's t.
    """
    observed = np.isfinite(Y)
    patterns, member = np.unique(observed, axis=0, return_inverse=True)
    member = member.reshape(-1)
    rows = _all_contrasts(segments, horizons)
    shape = (len(Y), len(rows))
    out = ManyResults(
        contrasts=rows,
        estimate=np.full(shape, np.nan),
        se=np.full(shape, np.nan),
        low=np.full(shape, np.nan),
        high=np.full(shape, np.nan),
        p=np.full(shape, np.nan),
        phi=np.full(len(Y), np.nan),
        refusals={},
        method="reml-t" if rng is None else "reml-bootstrap-t",
    )
    for number, pattern in enumerate(patterns):
        index = np.flatnonzero(member == number)
        passed = gate_periods(pattern, segments)
        if isinstance(passed, NoClaim):
            out.refusals.update(dict.fromkeys(index.tolist(), passed))
        else:
            _fill(out, Y, index, passed, segments, horizons, rng, draws, level)
    return out


def _all_contrasts(segments: Segments, horizons: Sequence[int]) -> tuple[Contrast, ...]:
    passed = gate_periods(np.ones(segments.n_times, dtype=bool), segments)
    return () if isinstance(passed, NoClaim) else contrasts(segments, passed.design, horizons)


def _fill(
    out: ManyResults,
    Y: Array,
    index: NDArray[np.intp],
    passed: Passed,
    segments: Segments,
    horizons: Sequence[int],
    rng: np.random.Generator | None,
    draws: int,
    level: float,
) -> None:
    refused = gate_values(Y[index], passed)
    out.refusals.update({int(i): why for i, why in zip(index, refused, strict=True) if why is not None})
    index = index[[why is None for why in refused]]
    if not len(index):
        return
    columns = passed.design
    C = np.stack([row.vector for row in contrasts(segments, columns, horizons)])
    series = np.where(columns.kept, Y[index], 0.0)
    fit = fit_ar(series, columns.X, 1)
    estimate, se = contrast_estimates(fit, C)
    ratio = estimate / se
    if rng is None:
        p, critical = (
            2 * stats.t.sf(np.abs(ratio), fit.df),
            np.full_like(ratio, stats.t.ppf(0.5 + level / 2, fit.df)),
        )
    else:
        weights = likelihood_weights(series, columns.X, 1)
        p, critical = tail_table(columns.X, C, 1, rng, draws=draws).infer(weights, ratio, level)
    out.estimate[index], out.se[index], out.p[index] = estimate, se, p
    out.low[index], out.high[index] = estimate - critical * se, estimate + critical * se
    out.phi[index] = fit.phi[:, 0]
