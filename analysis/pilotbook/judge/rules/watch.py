"""The watch list: facilities that a rule names, with their funnel, and what must not be shown of them.

Spiegelhalter's funnel (see `funnel`) tells a facility that is far from the others from one that is small. A facility is
not named where its county has fewer than three, and its value is not shown where it rests on fewer than ten persons:
either could tell who somebody is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pilotbook.judge.rules.funnel import Funnel, draw_funnel

FEWEST_FACILITIES, FEWEST_PERSONS = 3, 10


class Suppressed(StrEnum):
    """Why an entry does not show everything."""

    FEW_FACILITIES = "few_facilities"
    FEW_PERSONS = "few_persons"


@dataclass(frozen=True, slots=True)
class Entry:
    """A facility on the list.

    Attributes
    ----------
    unit, county
        Its codes; ``unit`` is empty where it must not be named.
    value
        Its value, None where it must not be shown.
    upper
        Upper 99.8 % funnel limit, None without denominator.
    first
        Window since which the rule has fired for it.
    suppressed
        Why something is held back.
    """

    unit: str
    county: str
    value: float | None
    upper: float | None
    first: str
    suppressed: Suppressed | None = None


@dataclass(frozen=True, slots=True, eq=False)
class WatchList:
    """The facilities for which a rule fires, and the funnel of all.

    Attributes
    ----------
    rule, indicator
        The rule, and what it reads.
    entries
        Furthest beyond the threshold first; those that are held back last.
    n_fired, n_suppressed
        Facilities for which it fires, and those of them of which something is held back.
    funnel
        Of all facilities; None where denominators are not there.
    share, denominator, fired : (n,)
        What the funnel plot shows; facilities of counties with fewer than three and those with fewer than ten persons
        are left out.
    """

    rule: str
    indicator: str
    entries: tuple[Entry, ...]
    n_fired: int
    n_suppressed: int
    funnel: Funnel | None
    share: NDArray[np.float64]
    denominator: NDArray[np.float64]
    fired: NDArray[np.bool_]


def watch_list(
    rule: str,
    indicator: str,
    threshold: NDArray[np.float64],
    units: tuple[str, ...],
    county: NDArray[np.object_],
    value: NDArray[np.float64],
    denominator: NDArray[np.float64] | None,
    counts_persons: bool,
    since: dict[str, str],
) -> WatchList:
    """Make the watch list of one rule.

    Parameters
    ----------
    rule, indicator
        The rule, and the share in per cent that it reads; empty if it reads no single one.
    threshold, county, value : (n,)
        The rule's limit, the county and the value of every facility in the window of the report.
    units
        All facilities.
    denominator : (n,)
        What each value is a share of; None if nobody handed it in.
    counts_persons
        Whether the denominator counts persons or cases; then a value without it is not shown.
    since
        For the facilities for which the rule fires, the window since which it has.
    """
    size = np.full(len(units), np.nan) if denominator is None else denominator
    few = in_small_groups(county)
    too_small = counts_persons & ~(size >= FEWEST_PERSONS)
    fired = np.asarray([unit in since for unit in units], dtype=bool)
    funnel = draw_funnel(value / 100, size)
    upper = np.full(len(units), np.nan) if funnel is None else 100 * funnel.limit(np.maximum(size, 1.0), 0.998)
    order = np.argsort(-np.abs(value - threshold), kind="stable")
    entries = []
    for i in order[fired[order]].tolist():
        held = Suppressed.FEW_FACILITIES if few[i] else Suppressed.FEW_PERSONS if too_small[i] else None
        shown = held is None
        entries.append(
            Entry(
                unit="" if few[i] else units[i],
                county=str(county[i]),
                value=float(value[i]) if shown and np.isfinite(value[i]) else None,
                upper=float(upper[i]) if shown and np.isfinite(upper[i]) else None,
                first=since[units[i]],
                suppressed=held,
            )
        )
    open_ones = ~few & ~too_small & np.isfinite(value) & np.isfinite(size)
    return WatchList(
        rule=rule,
        indicator=indicator,
        entries=tuple(sorted(entries, key=lambda entry: entry.suppressed is not None)),
        n_fired=int(fired.sum()),
        n_suppressed=sum(entry.suppressed is not None for entry in entries),
        funnel=funnel,
        share=value[open_ones],
        denominator=size[open_ones],
        fired=fired[open_ones],
    )


def in_small_groups(county: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which facilities belong to a county with fewer than three, or to none that is known."""
    per_county = Counter(county.tolist())
    return np.asarray([per_county[name] < FEWEST_FACILITIES or not name for name in county], dtype=bool)
