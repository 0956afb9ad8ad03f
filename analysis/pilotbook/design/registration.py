"""Registration of a plan: what was fixed on which day, what was changed since, and whether that was recorded.

Pure functions on contents; the files are read and written in `pilotbook.design.registry`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pilotbook import fingerprint
from pilotbook.design.plan import AnalysisPlan
from pilotbook.errors import PlanError

ABSENT = None
"""Value of a key on the side of a difference that does not have it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that differs: its path, such as ``outcomes.share.direction``, and both values."""

    key: str
    registered: Any
    now: Any

    def __str__(self) -> str:
        return f"`{self.key}`: registered {_shown(self.registered)}, now {_shown(self.now)}"


@dataclass(frozen=True, slots=True)
class DataSeen:
    """The data that were there when a plan was registered.

    Attributes
    ----------
    vintage, sha256, last_period
        Which they were, and how far they reached.
    after_start
        Whether they already held a period under the reform.
    """

    vintage: str | None
    sha256: str
    last_period: str
    after_start: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """The registration of a plan, or one later deviation from it.

    Attributes
    ----------
    date
        Day on which it was recorded.
    sha256
        Hash of the plan's content at that moment.
    because
        The reason; for the registration itself None.
    differences
        From the entry before; for the registration itself empty.
    """

    date: datetime.date
    sha256: str
    because: str | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """All that is on record for one plan.

    Attributes
    ----------
    plan
        Its id.
    content
        The content that was registered, as plain values.
    data
        The data that were there then, None if there were none.
    entries
        The registration, then every deviation in the order of recording.
    """

    plan: str
    content: Mapping[str, Any]
    data: DataSeen | None
    entries: tuple[Entry, ...]

    @property
    def date(self) -> datetime.date:
        """Day of the registration."""
        return self.entries[0].date

    @property
    def deviations(self) -> tuple[Entry, ...]:
        """The recorded deviations."""
        return self.entries[1:]

    def current(self) -> dict[str, Any]:
        """Return the content after all recorded deviations, key by key."""
        values = flat(self.content)
        for difference in (d for entry in self.deviations for d in entry.differences):
            if difference.now is ABSENT:
                values.pop(difference.key, None)
            else:
                values[difference.key] = difference.now
        return values


class Standing(StrEnum):
    """How a plan stands to its registration."""

    UNREGISTERED = "unregistered"
    AS_REGISTERED = "as_registered"
    DEVIATES = "deviates"
    CHANGED = "changed"


def content(plan: AnalysisPlan) -> dict[str, Any]:
    """Return a plan as plain values, what equals a default left out: comments and spelling do not count."""
    return plan.model_dump(mode="json", exclude_defaults=True)


def content_hash(plan: AnalysisPlan) -> str:
    """Return the hash of a plan's content."""
    return fingerprint.of_json(content(plan))


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested values as one mapping of paths; entries of a list are called by their ``id`` if they have one."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(v, Mapping) for v in value):
            value = {str(v.get("id", i)): v for i, v in enumerate(value)}
        if isinstance(value, Mapping) and value:
            found |= {f"{key}.{inner}": v for inner, v in flat(value).items()}
        else:
            found[key] = value
    return found


def differences(registered: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Compare two flat contents, key by key."""
    keys = [*registered, *(key for key in now if key not in registered)]
    pairs = ((key, registered.get(key, ABSENT), now.get(key, ABSENT)) for key in keys)
    return tuple(Difference(key, old, new) for key, old, new in pairs if old != new)


def unrecorded(registration: Registration, plan: AnalysisPlan) -> tuple[Difference, ...]:
    """Return what a plan changed since its last entry without recording it."""
    return differences(registration.current(), flat(content(plan)))


def standing(registration: Registration | None, plan: AnalysisPlan) -> Standing:
    """Tell how a plan stands to its registration."""
    if registration is None:
        return Standing.UNREGISTERED
    if unrecorded(registration, plan):
        return Standing.CHANGED
    return Standing.DEVIATES if registration.deviations else Standing.AS_REGISTERED


def register(plan_id: str, plan: AnalysisPlan, today: datetime.date, data: DataSeen | None) -> Registration:
    """Return a plan's registration."""
    return Registration(plan_id, content(plan), data, (Entry(today, content_hash(plan)),))


def deviate(registration: Registration, plan: AnalysisPlan, today: datetime.date, because: str) -> Registration:
    """Return a registration with one more deviation: everything the plan changed since the last entry.

    Raises
    ------
    PlanError
        If the plan did not change, or there is no reason.
    """
    found = unrecorded(registration, plan)
    if not found:
        raise PlanError(f"{registration.plan}: the plan is as it was last recorded, so there is no deviation to record")
    if not because.strip():
        raise PlanError(f"{registration.plan}: a deviation needs its reason; give it with --because")
    entry = Entry(today, content_hash(plan), because.strip(), found)
    return replace(registration, entries=(*registration.entries, entry))


def refuse_unrecorded(registration: Registration | None, plan_id: str, plan: AnalysisPlan) -> None:
    """Refuse to release a plan that is not registered, or that was changed without a record.

    Raises
    ------
    PlanError
        With the exact difference, one key a line.
    """
    if registration is None:
        raise PlanError(f"{plan_id}: the plan is not registered; run `pilotbook plan register {plan_id}`")
    found = unrecorded(registration, plan)
    if found:
        raise PlanError(changed_message(registration, found))


def changed_message(registration: Registration, found: Sequence[Difference]) -> str:
    """Say what was changed and how to record it."""
    last = registration.entries[-1].date.isoformat()
    lines = "\n".join(f"  {difference}" for difference in found)
    return (
        f"{registration.plan}: the plan was changed since it was recorded on {last}:\n{lines}\n"
        f'undo the change, or record it with `pilotbook plan register {registration.plan} --because "the reason"`'
    )


def registered_late(registration: Registration, vintage_date: datetime.date | None, after_start: bool) -> bool:
    """Tell whether data under the reform were there when the plan was registered.

    Parameters
    ----------
    registration
        Of the plan.
    vintage_date, after_start
        The day on which the vintage in use was drawn, None if unknown; whether it holds a period under the reform.
    """
    seen = registration.data is not None and registration.data.after_start
    older = after_start and vintage_date is not None and vintage_date <= registration.date
    return seen or older


def _shown(value: Any) -> str:
    return "absent" if value is ABSENT else repr(value)
