"""Registering a plan with a look at the data that are there, and telling a report what is on record."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from pilotbook.design.planfile import PlanFile
from pilotbook.design.registration import (
    DataSeen,
    Registration,
    changed_message,
    content_hash,
    deviate,
    register,
    registered_late,
    standing,
    unrecorded,
)
from pilotbook.design.registry import read_registration, write_registration
from pilotbook.errors import DataError, PlanError, UnknownNameError
from pilotbook.evaluate.inputs import load_whole_panel
from pilotbook.panel.dataset import find_dataset
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period
from pilotbook.project import DATA


def register_plan(plan_file: PlanFile, because: str | None, today: datetime.date) -> tuple[Registration, Path]:
    """Register a plan, or record a deviation from its registration.

    Parameters
    ----------
    plan_file
        The plan.
    because
        The reason of a deviation, None if the plan is to be registered.
    today
        The day that is recorded.

    Returns
    -------
    tuple of Registration and Path
        What is on record now, and its file.

    Raises
    ------
    PlanError
        If the plan was changed since it was registered and no reason is given (with the exact difference), or there
        is a reason but nothing to record.
    """
    earlier = read_registration(plan_file)
    if earlier is None:
        if because is not None:
            raise PlanError(f"{plan_file.id}: the plan is not registered yet; register it first, without --because")
        new = register(plan_file.id, plan_file.plan, today, _data_there(plan_file))
    elif because is not None:
        new = deviate(earlier, plan_file.plan, today, because)
    elif found := unrecorded(earlier, plan_file.plan):
        raise PlanError(changed_message(earlier, found))
    else:
        new = earlier
    return new, write_registration(plan_file, new)


def _data_there(plan_file: PlanFile) -> DataSeen | None:
    """Look at the data set of a plan; None if there is none yet."""
    try:
        find_dataset(plan_file.plan.dataset, plan_file.path.parent, DATA)
    except (UnknownNameError, DataError):
        return None
    return data_seen(load_whole_panel(plan_file))


def data_seen(panel: Panel) -> DataSeen:
    """Say which data these are, and whether they hold a period under the reform."""
    return DataSeen(
        vintage=panel.source.vintage,
        sha256=panel.source.sha256,
        last_period=format_period(panel.periods[-1]),
        after_start=any(start is not None and start <= panel.periods[-1] for start in panel.start),
    )


def registration_facts(plan_file: PlanFile, panel: Panel) -> dict[str, Any]:
    """Return what a report says of a plan's registration, as plain values for the ledger.

    Parameters
    ----------
    plan_file
        The plan.
    panel
        The panel up to the period of the report.
    """
    registration, plan = read_registration(plan_file), plan_file.plan
    facts: dict[str, Any] = {"standing": standing(registration, plan).value, "sha256": content_hash(plan)}
    if registration is None:
        return facts
    date = panel.source.date
    late = registered_late(
        registration, None if date is None else datetime.date.fromisoformat(date), data_seen(panel).after_start
    )
    return facts | {
        "date": registration.date.isoformat(),
        "after_the_data": late,
        "deviations": [
            {"date": e.date.isoformat(), "because": e.because, "changes": [str(d) for d in e.differences]}
            for e in registration.deviations
        ],
        "unrecorded": [str(difference) for difference in unrecorded(registration, plan)],
    }
