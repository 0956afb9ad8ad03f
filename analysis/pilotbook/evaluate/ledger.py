"""The effect ledger: every estimate is one row with a stable id, and everything printed is a projection of it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal

SCHEMA = 1
FILE = "estimates.json"

BEFORE_AFTER, BACON = "before_after", "bacon"
BALANCE, OTHER_REFORM, CLAIMS = "balance", "other_reform", "claims"
"""Estimators of rows that describe: the naive change of the pilots, the parts of two-way fixed effects, how alike
pilots and controls are before the start, how far another reform reached them, and what stands beside a claim."""

SENSITIVITY, IMITATION = "sensitivity", "imitation"
"""Estimators of rows that examine a headline, and of those that look for what could imitate it."""

PEOPLE = "people"
"""Estimator of rows that count people, as far as they may be shown."""

RULE, WATCH, SETTLEMENT = "rule", "watch", "settlement"
"""Estimators of rows that rules show: the value and the threshold of a rule, a facility of a watch list, an amount."""

VARIANTS = frozenset({"error", "test", "interval"})
"""Keys of ``spec`` that mark a row as a variant of another: the same estimate with another inference."""

LOG_EFFECT, RELATIVE_EFFECT = "log_effect", "relative_effect"
"""Estimands of effects on the log scale, and of the same as 100·(exp(b) − 1)."""

SOMETIMES = frozenset(
    {"p_smallest", "n_draws", "p_family", "p_family_method", "p_holm"}
    | {"n_clusters", "n_pilot_clusters", "n_cohorts", "reason", "flags"}
)
"""Fields that most rows do not have; where there is nothing to say, the written row leaves them out."""

SHARE, PER_CENT = "share of one", "%"
"""Units of rows whose estimate is a share of one, or a hundred times that."""

IMPORTANT = "smallest important effects"
"""Unit of what is measured by the smallest important effect."""

Role = Literal["headline", "comparison", "replication", "description"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number of a report, with what is needed to judge it.

    Attributes
    ----------
    outcome, estimator, estimand, spec
        With the plan they make the id ``plan/outcome/estimator/estimand/spec``; ``spec`` holds weights, sample,
        window and event time as ``key=value`` pairs.
    role
        ``headline``: inference at the unit of assignment; ``comparison``: shown beside it; ``replication``:
        repeats a published analysis, not to be led with; ``description``: a mean, no effect.
    estimate, se, df, ci_low, ci_high, level, p, p_method
        In ``unit``; None where the value does not exist, and then ``reason`` says why.
    p_smallest, n_draws
        For a test made of draws, the smallest p value that it can give, and the number of draws.
    p_family, p_family_method, p_holm
        The p value that allows for the other outcomes of the family, by which method, and Holm's; of rows that lead.
    n_obs, n_units, n_pilots, n_controls
        County-periods, counties, pilot counties and control counties behind the estimate.
    n_clusters, n_pilot_clusters
        Assigned units in all, and those of them with the reform.
    n_cohorts
        Cohorts behind a point of a path.
    baseline
        Mean of the outcome in the pilots before the reform, same weights.
    flags
        What must be said beside the number, as codes.
    """

    plan: str
    outcome: str
    estimator: str
    estimand: str
    spec: Mapping[str, str]
    role: Role
    unit: str
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    level: float | None = None
    p: float | None = None
    p_method: str | None = None
    p_smallest: float | None = None
    n_draws: int | None = None
    p_family: float | None = None
    p_family_method: str | None = None
    p_holm: float | None = None
    n_obs: int | None = None
    n_units: int | None = None
    n_pilots: int | None = None
    n_controls: int | None = None
    n_clusters: int | None = None
    n_pilot_clusters: int | None = None
    n_cohorts: int | None = None
    baseline: float | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the id that does not change as long as the question does not."""
        spec = ";".join(map("=".join, self.spec.items()))
        return "/".join((self.plan, self.outcome, self.estimator, self.estimand, spec))

    def as_dict(self) -> dict[str, Any]:
        """Return the row as JSON values, the id first, numbers that do not exist as None."""
        return dict(zip(("id", *COLUMNS), (self.id, *map(_json_value, _columns(self))), strict=True))


COLUMNS = tuple(f.name for f in fields(Row) if f.name != "plan")
"""What a row of ``estimates.json`` holds beside its id."""
_columns = attrgetter(*COLUMNS)
ATTRIBUTES = frozenset({*COLUMNS, "plan", "id"})
"""What rows are selected by as it is; anything else is an entry of their ``spec``."""


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, tuple)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return dict(value) if isinstance(value, Mapping) else value


@dataclass(frozen=True)
class Ledger:
    """All rows of one plan and period, and the data they rest on."""

    plan: str
    period: str
    data: Mapping[str, Any]
    rows: tuple[Row, ...]
    headline: Mapping[str, str] = field(default_factory=dict)
    contract: Mapping[str, Any] = field(default_factory=dict)
    registration: Mapping[str, Any] = field(default_factory=dict)
    look: Mapping[str, Any] = field(default_factory=dict)
    verdicts: tuple[Mapping[str, Any], ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    monitoring: Mapping[str, Any] = field(default_factory=dict)
    claims: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if len(self._by_id) != len(self.rows):
            ids = Counter(row.id for row in self.rows)
            raise ValueError(f"ledger ids stand twice: {sorted(i for i, times in ids.items() if times > 1)}")

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def select(self, **facts: str) -> tuple[Row, ...]:
        """Return the rows whose attributes, or else entries of ``spec``, equal the given ones."""
        if not facts:
            return self.rows
        places = (self._places(key).get(value, set()) for key, value in facts.items())
        return tuple(self.rows[place] for place in sorted(set.intersection(*places)))

    def _places(self, key: str) -> dict[object, set[int]]:
        """Return where rows stand by what they have under a key, looked up once: a report asks a thousand times."""
        if key not in self._known_places:
            found = self._known_places[key] = {}
            for place, row in enumerate(self.rows):
                found.setdefault(getattr(row, key) if key in ATTRIBUTES else row.spec.get(key), set()).add(place)
        return self._known_places[key]

    @cached_property
    def _known_places(self) -> dict[str, dict[object, set[int]]]:
        return {}

    @cached_property
    def _by_id(self) -> dict[str, Row]:
        return {row.id: row for row in self.rows}

    def one(self, **facts: str) -> Row:
        """Return the only row that matches.

        Raises
        ------
        LookupError
            If none or several match.
        """
        found = self.select(**facts)
        if len(found) != 1:
            raise LookupError(f"{len(found)} ledger rows match {facts}, not one: {[row.id for row in found]}")
        return found[0]

    def row(self, name: str) -> Row:
        """Return the row with an id."""
        return self._by_id[name]

    def lead(self, outcome: str) -> Row:
        """Return the headline row of an outcome."""
        return self._by_id[self.headline[outcome]]

    def dumps(self) -> str:
        """Return ``estimates.json``: canonical, a row a line, floats written so that they read back exactly."""
        return self._text

    @cached_property
    def _text(self) -> str:
        content = {
            "schema": SCHEMA,
            "plan": self.plan,
            "period": self.period,
            "data": dict(self.data),
            "headline": dict(self.headline),
            "contract": dict(self.contract),
            "estimates": [_without_nothing(row.as_dict()) for row in self.rows],
            "registration": dict(self.registration),
            "look": dict(self.look),
            "verdicts": [dict(verdict) for verdict in self.verdicts],
            "rules": [dict(rule) for rule in self.rules],
            "monitoring": dict(self.monitoring),
            "claims": [dict(claim) for claim in self.claims],
        }
        return "{\n" + ",\n".join(f' "{name}": {_written(name, part)}' for name, part in content.items()) + "\n}\n"

    @classmethod
    def loads(cls, text: str) -> Ledger:
        """Read what `dumps` wrote.

        Raises
        ------
        ValueError
            If the text is not a ledger of this schema.
        """
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise ValueError(f"not a ledger of schema {SCHEMA}")
        names = {f.name for f in fields(Row)}
        rows: Sequence[Mapping[str, Any]] = content["estimates"]
        ledger = cls(
            plan=content["plan"],
            period=content["period"],
            data=content["data"],
            rows=tuple(_row(content["plan"], names, row) for row in rows),
            headline=content["headline"],
            contract=content["contract"],
            registration=content["registration"],
            look=content["look"],
            verdicts=tuple(content["verdicts"]),
            rules=tuple(content["rules"]),
            monitoring=content.get("monitoring", {}),
            claims=tuple(content["claims"]),
        )
        vars(ledger)["_text"] = text  # it need not be written again to be known
        return ledger


def _without_nothing(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if (value is not None and value != ()) or name not in SOMETIMES}


_ROW_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _written(name: str, part: Any) -> str:
    """Write a part of the ledger: the estimates a row a line, everything else indented."""
    if name == "estimates" and part:
        return "[\n  " + ",\n  ".join(map(_ROW_ENCODER.encode, part)) + "\n ]"
    return json.dumps(part, indent=1, ensure_ascii=False, allow_nan=False).replace("\n", "\n ")


def _row(plan: str, names: Container[str], written: Mapping[str, Any]) -> Row:
    known = {name: value for name, value in written.items() if name in names}
    known["flags"] = tuple(known.get("flags", ()))
    return Row(plan=plan, **known)
