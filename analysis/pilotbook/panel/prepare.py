"""Preparing a panel for the models: chosen, coded, weighted and, where asked, balanced once; everything is counted.

Libraries disagree silently about gaps: with 4 % of the rows of one published example missing, four of them give four
estimates (-0.046, -0.042, -0.036, -0.059), and agree where there are none. They also code "never under the reform"
differently, and drop such counties without a word if it is not their code. So both are settled here, for all models.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilotbook.panel.gaps import Gaps
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period


@dataclass(frozen=True, slots=True)
class Arms:
    """Counties counted by arm: pilots are those whose reform starts within the panel, controls all others."""

    pilots: int
    controls: int

    @property
    def counties(self) -> int:
        """Return how many counties there are."""
        return self.pilots + self.controls


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the counties, every one counted once, and of their values.

    Attributes
    ----------
    always
        Left out: under the reform from the first period on, so that nothing is known of them without it.
    other_start
        Left out: pilots of another start than the analysis names.
    without_weight
        Left out: the weight is missing or not above zero.
    without_value
        Left out: no value in any period.
    incomplete
        Left out: a gap, where gaps are dropped.
    kept
        What remains.
    later
        Kept counties whose reform starts after the panel ends; they are coded like those without a start.
    with_gaps
        Kept counties with a gap, where gaps are kept.
    missing
        Gaps of the kept counties and of those left out as incomplete: values that are asked for, in a period in which
        some county has one, and are not there.
    lost
        Known values of the counties left out as incomplete.
    set_aside
        Known values of kept counties that the plan leaves out: transition, epidemic.
    empty_periods
        Periods in which no county has a value that is asked for.
    """

    always: Arms
    other_start: Arms
    without_weight: Arms
    without_value: Arms
    incomplete: Arms
    kept: Arms
    later: int
    with_gaps: Arms
    missing: int
    lost: int
    set_aside: int
    empty_periods: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What the models read.

    Attributes
    ----------
    kept : (N,)
        Which counties of the panel it has.
    y : (n, t)
        Values that are asked for, NaN where there is none.
    weights : (n,) or None
        County weights with mean one; None if all are equal.
    gaps : (n,)
        Which counties lack a value that is asked for, in a period in which some county has one.
    counts
        What was left out on the way.
    """

    kept: NDArray[np.bool_]
    y: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    gaps: NDArray[np.bool_]
    counts: Counts
    _cohort: NDArray[np.int64]

    def cohort(self, never: int) -> NDArray[np.int64]:
        """Return (n,) the index of the first period under the reform, ``never`` for controls.

        How never is coded differs between libraries (0, NaN, infinity), and a wrong code changes results without an
        error; so whoever calls says it.
        """
        return np.where(self._cohort == _NEVER, np.int64(never), self._cohort)


_NEVER = -1


def prepare(
    panel: Panel,
    values: NDArray[np.float64],
    *,
    asked: NDArray[np.bool_] | None = None,
    members: NDArray[np.bool_] | None = None,
    weights: NDArray[np.float64] | None = None,
    gaps: Gaps = "keep",
) -> Prepared:
    """Choose, code and weight the counties of a panel for one outcome, and count what is left out.

    Parameters
    ----------
    panel
        The panel; of it, who starts when.
    values : (N, T)
        The outcome, NaN where missing.
    asked : (N, T), optional
        Values that the analysis wants; all by default. One that it does not want is no gap.
    members : (N,), optional
        Counties that the analysis is about; all by default.
    weights : (N,), optional
        County weights; all equal by default.
    gaps
        What is done with counties that lack a value in a period in which any county has one.

    Returns
    -------
    Prepared
        If no county has what is needed, all eligible ones without a value: no estimator finds anything in them, and
        each says so in its own words.
    """
    cohort = panel.cohort(never=_NEVER).astype(np.int64)
    pilots = cohort != _NEVER
    wanted = np.ones(values.shape, dtype=bool) if asked is None else asked
    known = np.isfinite(values) & wanted
    out = _leaving(cohort, members, weights, known)
    eligible = ~np.any(list(out.values()), axis=0)
    due = wanted & known[eligible].any(axis=0)
    holes = due & ~known
    out["incomplete"] = eligible & holes.any(axis=1) & (gaps == "drop")
    kept = eligible & ~out["incomplete"]
    counts = Counts(
        **{name: _arms(left, pilots) for name, left in out.items()},
        kept=_arms(kept, pilots),
        later=int(sum(start is not None for start, k in zip(panel.start, kept & ~pilots, strict=True) if k)),
        with_gaps=_arms(kept & holes.any(axis=1), pilots),
        missing=int(holes[eligible].sum()),
        lost=int(known[out["incomplete"]].sum()),
        set_aside=int((np.isfinite(values) & ~wanted)[kept].sum()),
        empty_periods=tuple(format_period(p) for p, t in zip(panel.periods, due.any(axis=0), strict=True) if not t),
    )
    if not kept.any():
        kept = ~(out["always"] | out["other_start"] | out["without_weight"])
        known = np.zeros_like(known)
    return Prepared(
        kept=kept,
        y=np.where(known, values, np.nan)[kept],
        weights=None if weights is None else weights[kept] / (weights[kept].mean() if kept.any() else 1.0),
        gaps=holes.any(axis=1)[kept],
        counts=counts,
        _cohort=cohort[kept],
    )


def _leaving(
    cohort: NDArray[np.int64],
    members: NDArray[np.bool_] | None,
    weights: NDArray[np.float64] | None,
    known: NDArray[np.bool_],
) -> dict[str, NDArray[np.bool_]]:
    """Return (N,) by reason which counties leave; each leaves for the first reason that it meets."""
    nobody = np.zeros(len(cohort), dtype=bool)
    reasons = {
        "always": cohort == 0,
        "other_start": nobody if members is None else ~members,
        "without_weight": nobody if weights is None else ~(np.isfinite(weights) & (weights > 0)),
        "without_value": ~known.any(axis=1),
    }
    gone, out = nobody, {}
    for name, leaves in reasons.items():
        out[name] = leaves & ~gone
        gone = gone | leaves
    return out


def _arms(counties: NDArray[np.bool_], pilots: NDArray[np.bool_]) -> Arms:
    return Arms(int((counties & pilots).sum()), int((counties & ~pilots).sum()))
