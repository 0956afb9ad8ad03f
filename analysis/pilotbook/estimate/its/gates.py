"""What a series is long and varied enough to support, decided before any model is fitted.

Thresholds: fewer than 8 points on a side carry no effect claim, 8 to 11 a flagged one, 12 or more a plain one
(Turner et al. 2021; Hawley et al. 2019; the minimum of three and three of EPOC is a rule of inclusion, not of
adequacy). Seasonal dummies need three full years before the first interruption, harmonics of months two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .autoregression import Array
from .segments import Design, Season, SeasonKind, Segments, design

NO_CLAIM_BELOW = 8
FLAGGED_BELOW = 12
YEARS_FOR_DUMMIES = 3
MONTHS_FOR_HARMONICS = 24
SECOND_ORDER_FROM = 40
"""Points from which a second autoregressive term may be chosen by the data."""

_NO_VARIATION = 1e-18
"""Residual share of the variance below which a fit is exact up to rounding."""


class Reason(StrEnum):
    """Why a series has no estimate."""

    TOO_FEW_POINTS = "too-few-points"
    EDGE = "interruption-at-edge"
    COINCIDENT = "interruptions-coincide"
    CONSTANT = "constant-series"
    EXACT_FIT = "no-residual-variation"
    COLLINEAR = "terms-not-separable"
    TOO_FEW_EVENTS = "too-few-events"
    NOT_CONVERGED = "likelihood-not-converged"


class Flag(StrEnum):
    """What a reader must know beside an estimate."""

    FEW_POINTS = "few-points"
    GAP = "gap"
    SEASON_LEFT_OUT = "season-left-out"
    NO_SEASON_TERMS = "no-season-terms"
    NEAR_UNIT_ROOT = "near-unit-root"
    FIRST_ORDER_ONLY = "first-order-only"
    AUTOCORRELATED = "residual-autocorrelation"
    SEASONAL_MEMORY = "seasonal-memory"
    INFLUENTIAL = "influential-point"
    NOT_CONVERGED = "likelihood-not-converged"
    OVERDISPERSED = "over-dispersed"
    NEWEY_WEST = "newey-west-rejects-too-often"


@dataclass(frozen=True)
class NoClaim:
    """A series that carries no effect claim.

    Attributes
    ----------
    reason
        Machine-readable reason.
    n_before, n_after
        Points on the two sides of the interruption that failed (the first, if none in particular).
    detail
        The figure that failed, such as ``5 of 8 points before``.
    """

    reason: Reason
    n_before: int
    n_after: int
    detail: str


@dataclass(frozen=True)
class Passed:
    """A series that may be fitted.

    Attributes
    ----------
    design
        Columns, with the seasonal terms the series allows.
    n_before, n_after
        Points before the first and from the last interruption on; the smallest sides decide on flags.
    flags
        What must be said beside the estimate.
    """

    design: Design
    n_before: int
    n_after: int
    flags: tuple[Flag, ...]


def gate(y: Array, segments: Segments) -> Passed | NoClaim:
    """Decide whether and how one series, (n_times,) with NaN for missing, may be fitted."""
    passed = gate_periods(np.isfinite(y), segments)
    if isinstance(passed, NoClaim):
        return passed
    refusal = gate_values(y[None, :], passed)[0]
    return passed if refusal is None else refusal


def gate_periods(observed: NDArray[np.bool_], segments: Segments) -> Passed | NoClaim:
    """Decide what all series observed in the same periods, (n_times,), have in common."""
    kept = observed.copy()
    kept[list(segments.excluded)] = False
    sides = _sides(kept, segments)
    refusal = _refuse_structure(segments, sides) or _refuse_length(sides)
    if refusal is not None:
        return refusal
    season = permitted_season(segments, kept)
    columns = design(segments, observed, season)
    if np.linalg.matrix_rank(_scaled(columns.X)) < columns.X.shape[1] or columns.df < 2:
        return NoClaim(Reason.COLLINEAR, sides[0], sides[-1], "terms cannot be told apart on these periods")
    return Passed(columns, sides[0], sides[-1], _flags(segments, season, sides, observed))


def gate_values(Y: Array, passed: Passed) -> list[NoClaim | None]:
    """Decide what depends on the values, (n_series, n_times)."""
    kept = passed.design.kept
    values, X = Y[:, kept], passed.design.X[kept][:, : passed.design.n_terms]
    Q, _ = np.linalg.qr(X)
    residual = values - (values @ Q) @ Q.T
    total = np.sum((values - values.mean(axis=1, keepdims=True)) ** 2, axis=1)
    constant = np.ptp(values, axis=1) == 0
    exact = np.sum(residual**2, axis=1) <= _NO_VARIATION * total

    def refuse(reason: Reason, detail: str) -> NoClaim:
        return NoClaim(reason, passed.n_before, passed.n_after, detail)

    return [
        refuse(Reason.CONSTANT, f"every value is {row[0]:g}")
        if same
        else refuse(Reason.EXACT_FIT, "the terms reproduce the series exactly")
        if fits
        else None
        for row, same, fits in zip(values, constant, exact, strict=True)
    ]


def permitted_season(segments: Segments, kept: NDArray[np.bool_]) -> Season:
    """Give the seasonal terms asked for, or none if the years before the reform do not carry them."""
    asked = segments.season
    before = np.flatnonzero(kept[: min(i.start for i in segments.interruptions)])
    counts = np.bincount((before + asked.first) % asked.period, minlength=asked.period)
    match asked.kind:
        case SeasonKind.NONE:
            return asked
        case SeasonKind.DUMMIES:
            enough = counts.min() >= YEARS_FOR_DUMMIES
        case SeasonKind.HARMONICS:
            years = MONTHS_FOR_HARMONICS // 12 if asked.period == 12 else YEARS_FOR_DUMMIES
            enough = counts.min() >= years
    return asked if enough else Season(SeasonKind.NONE, asked.period, asked.first)


def _sides(kept: NDArray[np.bool_], segments: Segments) -> list[int]:
    """Count the points in each stretch between interruptions, (n_interruptions + 1,)."""
    cuts = [0, *(min(max(i.start, 0), len(kept)) for i in segments.interruptions), len(kept)]
    return [int(kept[a:b].sum()) for a, b in pairwise(cuts)]


def _refuse_structure(segments: Segments, sides: list[int]) -> NoClaim | None:
    starts = [i.start for i in segments.interruptions]
    if len(set(starts)) < len(starts):
        return NoClaim(Reason.COINCIDENT, sides[0], sides[-1], "two interruptions in one period")
    if starts[0] < 1 or starts[-1] > segments.n_times - 1:
        return NoClaim(Reason.EDGE, sides[0], sides[-1], "no period on one side of the interruption")
    return None


def _refuse_length(sides: list[int]) -> NoClaim | None:
    shortest = min(sides)
    if shortest >= NO_CLAIM_BELOW:
        return None
    where = ("before", "between", "after")[0 if sides[0] == shortest else 2 if sides[-1] == shortest else 1]
    detail = f"{shortest} of {NO_CLAIM_BELOW} points {where}"
    return NoClaim(Reason.TOO_FEW_POINTS, sides[0], sides[-1], detail)


def _scaled(X: Array) -> Array:
    scaled: Array = X / np.abs(X).max(axis=0).clip(1e-300)
    return scaled


def _flags(segments: Segments, season: Season, sides: list[int], observed: NDArray[np.bool_]) -> tuple[Flag, ...]:
    planned = np.ones(segments.n_times, dtype=bool)
    planned[list(segments.excluded)] = False
    return tuple(
        flag
        for flag, holds in (
            (Flag.FEW_POINTS, min(sides) < FLAGGED_BELOW),
            (Flag.GAP, bool((planned & ~observed).any())),
            (Flag.SEASON_LEFT_OUT, season.kind != segments.season.kind),
            (Flag.NO_SEASON_TERMS, segments.season.kind is SeasonKind.NONE and segments.season.period > 1),
            (Flag.FIRST_ORDER_ONLY, sum(sides) < SECOND_ORDER_FROM),
        )
        if holds
    )
