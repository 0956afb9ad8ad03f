"""What was found: of each reading of each rule its state, the units concerned and since when, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pilotbook.judge.rules import tree
from pilotbook.judge.rules.book import LoadedReading, LoadedRule
from pilotbook.judge.rules.evaluate import Evaluated, State, amounts, evaluate
from pilotbook.judge.rules.facts import Facts, Lack

DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of windows in which a rule fired for a unit without a break.

    Attributes
    ----------
    first, last
        Its first and last window.
    is_open
        Whether it lasts until the window of the report.
    """

    unit: str
    first: str
    last: str
    is_open: bool


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Many spells, as arrays: a country has more of them than anybody reads.

    Attributes
    ----------
    units, windows
        All units and windows.
    unit, first, last : (spells,)
        Place of the unit and of the first and last window of each, in the order of units and windows.
    """

    units: Sequence[str]
    windows: Sequence[str]
    unit: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.unit)

    def __iter__(self) -> Iterator[Spell]:
        end = len(self.windows) - 1
        for unit, first, last in zip(self.unit.tolist(), self.first.tolist(), self.last.tolist(), strict=True):
            yield Spell(self.units[unit], self.windows[first], self.windows[last], last == end)

    def some(self, where: NDArray[np.bool_] | slice) -> Spells:
        """Return some of them."""
        return Spells(self.units, self.windows, self.unit[where], self.first[where], self.last[where])

    @property
    def open(self) -> Spells:
        """Those that last until the last window."""
        return self.some(self.last == len(self.windows) - 1)

    @property
    def earliest(self) -> str | None:
        """The window in which the first of them begins, None if there is none."""
        return self.windows[int(self.first.min())] if len(self) else None


@dataclass(frozen=True, slots=True)
class Observed:
    """The value of one unit that is furthest beyond the threshold, or nearest to it where none is beyond.

    ``series`` is the indicator or input it is of; empty if it is computed from several.
    """

    unit: str
    series: str
    value: float
    threshold: float


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What became of one reading of a rule.

    Attributes
    ----------
    rule, reading
        The rule, and which of its readings.
    window
        The window it was read in.
    state
        ``fired`` if it fires for any unit, ``not_fired`` if it is evaluable for all and fires for none.
    classifies
        Whether it is a definition: it tells units apart and never fires; ``n_fired`` counts those it holds for.
    n_fired, n_not_fired, n_not_evaluable
        Units.
    spells
        When it fired for whom, in the order of units and windows.
    observed
        The value that is shown; None where there is none.
    missing
        What is missing, and for how many of the units.
    """

    rule: LoadedRule
    reading: LoadedReading
    window: str
    state: State
    classifies: bool
    n_fired: int
    n_not_fired: int
    n_not_evaluable: int
    spells: Spells
    observed: Observed | None
    missing: tuple[tuple[Lack, int], ...]

    @property
    def n_units(self) -> int:
        """Units that were looked at."""
        return self.n_fired + self.n_not_fired + self.n_not_evaluable

    @property
    def open(self) -> Spells:
        """The spells that last until the window of the report."""
        return self.spells.open

    @property
    def first(self) -> str | None:
        """The window since which it has fired for the unit that came first, None if it does not fire."""
        return self.open.earliest


def find(
    rule: LoadedRule, reading: LoadedReading, facts: Facts, shown: NDArray[np.bool_]
) -> tuple[RuleFinding, Evaluated]:
    """Evaluate one reading of a rule and say what was found.

    Parameters
    ----------
    rule, reading
        What is evaluated.
    facts
        What it is read from; the last window is that of the report. A rule that asks for the level before the reform
        is read for the units that have come under it, the others have no such level.
    """
    found = evaluate(reading.checked.tree, facts)
    keep = np.ones(len(facts.units), dtype=bool)
    if any(tree.calls(reading.checked.tree, "baseline")) and (facts.start < facts.shape[1]).any():
        keep = facts.start < facts.shape[1]
    kept = found.of_units(keep)
    units = facts.units if keep.all() else [u for u, is_kept in zip(facts.units, keep, strict=True) if is_kept]
    fired, not_fired = int(kept.fired[:, -1].sum()), int(kept.not_fired[:, -1].sum())
    classifies = rule.entry.type == DEFINITION
    rest = len(units) - fired - not_fired
    finding = RuleFinding(
        rule=rule,
        reading=reading,
        window=str(facts.windows[-1]),
        state=_state(0 if classifies else fired, rest, len(units)),
        classifies=classifies,
        n_fired=fired,
        n_not_fired=not_fired,
        n_not_evaluable=rest,
        spells=spells(kept.fired & (not classifies), units, [str(window) for window in facts.windows]),
        observed=None if classifies else _observed(reading, facts, found, keep & shown),
        missing=tuple(kept.missing_at()) if units else ((Lack("units", rule.entry.level), 0),),
    )
    return finding, found


def _state(fired: int, not_evaluable: int, units: int) -> State:
    if fired:
        return State.FIRED
    return State.NOT_EVALUABLE if not_evaluable or not units else State.NOT_FIRED


def spells(fired: NDArray[np.bool_], units: Sequence[str], windows: Sequence[str]) -> Spells:
    """Return the unbroken stretches in which a rule fired.

    Parameters
    ----------
    fired : (n, t)
        Where it fired.
    units : (n,)
    windows : (t,)
    """
    edges = np.diff(np.pad(fired.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    unit, first = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    return Spells(units, windows, unit, first, end - 1)


def leading_comparison(node: tree.Node) -> tuple[tree.Node, tuple[tree.Node, ...]] | None:
    """Return the first value that is compared with a number, and all that it is compared with, if there is one."""
    value: tree.Node | None = None
    thresholds: list[tree.Node] = []
    for part in tree.walk(node):
        if not isinstance(part, tree.Comparison):
            continue
        for a, b in pairwise(part.operands):
            own, other = (a, b) if _is_measured(a) else (b, a)
            if _is_measured(own) and not isinstance(other, tree.Text) and (value is None or _same(own, value)):
                value = own if value is None else value
                thresholds.append(other)
    return None if value is None else (value, tuple(thresholds))


def _is_measured(node: tree.Node) -> bool:
    """Tell whether a node can be the value, rather than a limit, a text, a yes or no, or the period."""
    if isinstance(node, tree.Name):
        return not node.is_truth and node.id != "period"
    return not isinstance(node, tree.Number | tree.Text)


def _same(a: tree.Node, b: tree.Node) -> bool:
    return isinstance(a, tree.Name) and isinstance(b, tree.Name) and a.series == b.series


def nearest(values: NDArray[np.float64], thresholds: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return (n,) of several thresholds the one nearest to each value; NaN where none is known."""
    stacked = np.stack(thresholds)
    distance = np.where(np.isfinite(stacked), np.abs(stacked - values), np.inf)
    closest: NDArray[np.float64] = np.take_along_axis(stacked, distance.argmin(axis=0)[None, :], axis=0)[0]
    return closest


def _observed(reading: LoadedReading, facts: Facts, found: Evaluated, keep: NDArray[np.bool_]) -> Observed | None:
    pair = leading_comparison(reading.checked.tree)
    if pair is None or not keep.any():
        return None
    value = amounts(pair[0], facts)[:, -1]
    threshold = nearest(value, [amounts(node, facts)[:, -1] for node in pair[1]])
    distance = np.where(keep & np.isfinite(value) & np.isfinite(threshold), np.abs(value - threshold), np.nan)
    fired = found.fired[:, -1] & np.isfinite(distance)
    if fired.any():
        at = int(np.nanargmax(np.where(fired, distance, np.nan)))
    elif np.isfinite(distance).any():
        at = int(np.nanargmin(distance))
    else:
        return None
    name = pair[0].series if isinstance(pair[0], tree.Name) else ""
    return Observed(facts.units[at], name, float(value[at]), float(threshold[at]))
