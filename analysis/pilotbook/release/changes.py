"""What differs between two ledgers of a plan: estimates in standard errors, and everything that flipped.

Pure functions on the contents of ``estimates.json``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Literal

from pilotbook.evaluate.ledger import VARIANTS
from pilotbook.release.compare_ledger import OF_ERROR, RELATIVE

Ledger = Mapping[str, Any]
"""The content of an ``estimates.json``."""

LEVEL = 0.95
"""Of an interval that does not state it."""

JUDGED = frozenset({"headline", "comparison"})
"""Roles of rows whose sign says something of the reform."""


@dataclass(frozen=True, slots=True)
class Change:
    """One estimate in both ledgers.

    Attributes
    ----------
    row, outcome
        Id of the row, and its outcome.
    was
        Id of the row that led before, where another leads now: the two then answer different questions.
    leads
        Whether it leads for its outcome in the new ledger.
    old, new
        Both estimates, in the unit of the outcome.
    errors
        Their difference in standard errors of the old one (of the new one if the old has none). Where inference is by
        randomisation and there is no standard error, the interval's half width stands for as many of them as it would
        span under normality. None if there is neither.
    inside
        Whether the old interval covers the new estimate; None if there is no interval.
    """

    row: str
    outcome: str
    was: str | None
    leads: bool
    old: float
    new: float
    errors: float | None
    inside: bool | None

    @property
    def difference(self) -> float:
        """Return the new estimate minus the old one."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Flip:
    """Something that says another thing than before: the sign of an estimate, a verdict, a grade, a rule."""

    kind: Literal["sign", "verdict", "grade", "rule"]
    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs between two ledgers of a plan.

    Attributes
    ----------
    plan, periods
        Whose; the period of the old and of the new ledger.
    changes
        Estimates that are in both, the largest change in standard errors first.
    flips
        What flipped: verdicts, grades, rules, then signs.
    appeared, gone
        Ids of rows that only the new or only the old ledger has.
    same
        Number of estimates that are exactly as they were.
    """

    plan: str
    periods: tuple[str, str]
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    same: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for ``--json``."""
        content = asdict(self)
        content["changes"] = [{**asdict(change), "difference": change.difference} for change in self.changes]
        return content


def changes(old: Ledger, new: Ledger) -> Changes:
    """Compare two ledgers of a plan."""
    before = {row["id"]: row for row in old["estimates"]}
    after = {row["id"]: row for row in new["estimates"]}
    leading = set(new["headline"].values())
    both = [(before[id], row) for id, row in after.items() if id in before]
    estimated = [(b, a) for b, a in both if _both_estimated(b, a)]
    found = [change for b, a in estimated if _moved(change := _change(b, a, leading))]
    found += _other_leads(old, new, before, after)
    found.sort(key=lambda change: -abs(change.errors or 0.0))
    return Changes(
        plan=new["plan"],
        periods=(old["period"], new["period"]),
        changes=tuple(found),
        flips=tuple(_flips(old, new, before, both)),
        appeared=tuple(id for id in after if id not in before),
        gone=tuple(id for id in before if id not in after),
        same=len(estimated) - sum(change.was is None for change in found),
    )


def _both_estimated(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return before["estimate"] is not None and after["estimate"] is not None


def _moved(change: Change) -> bool:
    """Tell whether an estimate changed by more than the order of a sum."""
    small = change.errors is not None and abs(change.errors) <= OF_ERROR
    return not small and not math.isclose(change.old, change.new, rel_tol=RELATIVE)


def _change(before: Mapping[str, Any], after: Mapping[str, Any], leading: set[str]) -> Change:
    error = _error(before) or _error(after)
    return Change(
        row=after["id"],
        outcome=after["outcome"],
        was=None if before["id"] == after["id"] else before["id"],
        leads=after["id"] in leading,
        old=before["estimate"],
        new=after["estimate"],
        errors=(after["estimate"] - before["estimate"]) / error if error else None,
        inside=covers(before, after["estimate"]),
    )


def _error(row: Mapping[str, Any]) -> float | None:
    """Return the standard error of a row, or what its interval says of it."""
    if row["se"]:
        return float(row["se"])
    if row["ci_low"] is None or row["ci_high"] is None:
        return None
    return float(row["ci_high"] - row["ci_low"]) / 2 / NormalDist().inv_cdf((1 + (row["level"] or LEVEL)) / 2)


def _other_leads(old: Ledger, new: Ledger, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Give the effects of outcomes for which another row leads than before."""
    for outcome, row in new["headline"].items():
        was = old["headline"].get(outcome)
        if was is not None and was != row and _both_estimated(before[was], after[row]):
            yield _change(before[was], after[row], {row})


def covers(row: Mapping[str, Any], value: float | None) -> bool | None:
    """Tell whether the interval of a row covers a value; None if there is none."""
    if row["ci_low"] is None or row["ci_high"] is None or value is None:
        return None
    return bool(row["ci_low"] <= value <= row["ci_high"])


def _flips(
    old: Ledger, new: Ledger, before: Mapping[str, Any], both: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> Iterator[Flip]:
    verdicts = {verdict["outcome"]: verdict for verdict in old["verdicts"]}
    for verdict in new["verdicts"]:
        earlier = verdicts.get(verdict["outcome"])
        if earlier is not None and earlier["verdict"] != verdict["verdict"]:
            yield Flip("verdict", verdict["outcome"], earlier["verdict"], verdict["verdict"])
        if earlier is not None and earlier["grade"] != verdict["grade"]:
            yield Flip("grade", verdict["outcome"], earlier["grade"], verdict["grade"])
    rules = dict(map(_rule, old["rules"]))
    for name, state in map(_rule, new["rules"]):
        if name in rules and rules[name] != state:
            yield Flip("rule", name, rules[name], state)
    for b, a in both:
        judged = a["role"] in JUDGED and not VARIANTS & a["spec"].keys()
        if judged and _both_estimated(b, a) and b["estimate"] * a["estimate"] < 0:
            yield Flip("sign", a["id"], f"{b['estimate']:+.3g}", f"{a['estimate']:+.3g}")


def _rule(rule: Mapping[str, Any]) -> tuple[str, str]:
    """Return how a rule is called, with the reading of its text if it has several, and what it said."""
    reading = "" if rule["reading"] == "as-written" else f" ({rule['reading']})"
    return f"{rule['rule']}{reading}", str(rule["state"])
