"""What an evaluation rests on: the panel that a plan names, and the hashes of everything that shapes its estimates.

Kept apart from the models, so that it can be told in a moment whether anything has changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from pilotbook import fingerprint
from pilotbook.design.applies import applied
from pilotbook.design.planfile import PlanFile, named_at
from pilotbook.design.registry import registration_text
from pilotbook.errors import DataError, PlanError, UnknownNameError
from pilotbook.evaluate.monitoring.records import record_hashes
from pilotbook.evaluate.monitoring.sources import catalogue_hashes, folder_of, vintage_of
from pilotbook.panel.absence import Absence, Lost
from pilotbook.panel.catalogue import Claim, read_catalogue
from pilotbook.panel.dataset import Dataset, find_dataset
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel, Source
from pilotbook.panel.periods import FREQUENCY
from pilotbook.project import DATA

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")
CODE = ("panel", "design", "estimate", "judge", "evaluate")
SHELF = 4
"""Panels that a process keeps, so that plans on the same data read them once."""

_shelf: OrderedDict[Hashable, Panel] = OrderedDict()


def dataset_of(plan_file: PlanFile) -> Dataset:
    """Find the data set that a plan names.

    Raises
    ------
    DataError, UnknownNameError
        If there is none, or its description cannot be read.
    """
    return find_dataset(plan_file.plan.dataset, plan_file.path.parent, DATA)


def source_of(plan_file: PlanFile) -> Source:
    """Return the origin of a plan's data without reading them, of data that are gone what is missing.

    A name that no data set bears is a mistake, unless it is the name that `pilotbook plan draft` gives to the data of a
    catalogued reform: then the data set has been taken away.

    Raises
    ------
    DataError, UnknownNameError
        If there is no such data set, or its description cannot be read.
    """
    try:
        return dataset_of(plan_file).source()
    except UnknownNameError:
        name = plan_file.plan.dataset
        if not drafted(plan_file):
            raise
        return Source(name=name, sha256="", absent=(Absence(Lost.DATASET, f"data/{name}"),))


def bytes_of(plan_file: PlanFile) -> str:
    """Return the hash of the bytes of a plan's panel on disk, empty if they are gone."""
    return "" if source_of(plan_file).gone else dataset_of(plan_file).bytes_sha256()


def drafted(plan_file: PlanFile) -> bool:
    """Tell whether plan and data set are those that are drafted for a catalogued reform: both bear its name."""
    plan = plan_file.plan
    return plan.dataset == plan.reform and plan.reform in read_catalogue().reforms


def load_panel(plan_file: PlanFile) -> Panel:
    """Read the counties and periods of a data set that a plan asks about, and check that the plan fits them.

    What the data are known to have had and is gone is told in the panel's ``absent``; a panel whose data are gone as a
    whole has no county. For whoever needs all of it there is `load_whole_panel`.

    Raises
    ------
    DataError, PlanError, UnknownNameError
        If the data cannot be found or used, or the plan names what nobody knows.
    """
    source = source_of(plan_file)
    return _nobody(plan_file, source) if source.gone else _load(plan_file, known_columns(plan_file))


def load_whole_panel(plan_file: PlanFile) -> Panel:
    """Read the same, and refuse data that lack anything.

    Raises
    ------
    DataError, PlanError, UnknownNameError
        If the data cannot be found or used, or do not have what the plan names.
    """
    return _load(plan_file, None)


def known_columns(plan_file: PlanFile) -> frozenset[str] | None:
    """Return the columns that a plan's data are known to have had, so that one that is not there is no misspelt name.

    They are those of the data's description and the indicators of the catalogue; of the data of a drafted plan also
    its column of starts. None for a file without a description: nobody knows what it had.
    """
    if dataset_of(plan_file).description is None:
        return None
    starts = {plan_file.plan.panel.start} if drafted(plan_file) else set()
    return frozenset({*dataset_of(plan_file).columns(), *read_catalogue().indicators, *starts})


def _load(plan_file: PlanFile, known: frozenset[str] | None) -> Panel:
    dataset, layout = dataset_of(plan_file), plan_file.plan.layout()
    key = (dataset.file, dataset.bytes_sha256(), dataset.source(), layout, known)
    panel = _shelf.pop(key, None) or _read(plan_file, dataset, layout, known)
    _shelf[key] = panel
    while len(_shelf) > SHELF:
        _shelf.popitem(last=False)
    return applied(plan_file, panel)


def _nobody(plan_file: PlanFile, source: Source) -> Panel:
    """Return a panel without counties, in the last period that the plan names; its day's if it names none."""
    plan = plan_file.plan
    named = plan.looks.planned if plan.looks is not None else ()
    named = named or (plan.series.periods if plan.series is not None else ())
    last = max(named, default=None) or plan.date
    return Panel(
        units=(),
        periods=(pd.Period(last, freq=FREQUENCY[plan.panel.period_kind]),),
        assignment=np.empty(0, dtype=str),
        start=(),
        columns={column: np.empty((0, 1)) for column in plan.layout().values},
        source=source,
        texts={column: np.empty(0, dtype=str) for column in plan.layout().texts},
        absent=source.absent,
    )


def _read(plan_file: PlanFile, dataset: Dataset, layout: Layout, known: frozenset[str] | None) -> Panel:
    """Read a panel; what the data lack is told with the place where the plan names it."""
    try:
        return dataset.read(layout, known)
    except (DataError, UnknownNameError) as error:
        lacking = [name for name in layout.columns if f"column '{name}'" in str(error)]
        names = {name: named_at(plan_file, name.removeprefix("exposed[").rstrip("]")) for name in lacking}
        places = [f"{place}: {_named(name)}" for name, place in names.items() if place is not None]
        missing = isinstance(error, UnknownNameError) or "missing-column" in str(error)
        if not places or not missing:
            raise
        raise PlanError("\n".join([*places, str(error)])) from None


def _named(name: str) -> str:
    if name.startswith("exposed["):
        return "`exposure` reads the exposure table of a vintage; with a file of your own name a `column` instead"
    return f"`{name}` is named here"


def claims_about(reform: str) -> list[Claim]:
    """Return what the sources claim of a reform, in the order of the catalogue."""
    return [claim for claim in read_catalogue().claims.values() if claim.reform_id == reform]


def absent_entry(absent: Iterable[Absence]) -> dict[str, Any]:
    """Return what is gone as an entry of a mapping; none if nothing is."""
    found = [absence.as_dict() for absence in absent]
    return {"absent": found} if found else {}


def estimate_ingredients(plan_file: PlanFile, source: Source, period: str) -> dict[str, Any]:
    """Return all that the estimates rest on, by name."""
    return {
        "plan": {"name of the file": plan_file.id, **plan_file.plan.model_dump(mode="json")},
        "data": {
            "name": source.name,
            "sha256": source.sha256,
            "vintage": source.vintage,
            **absent_entry(source.absent),
        },
        "claims": [claim.model_dump() for claim in claims_about(plan_file.plan.reform)],
        "registration": [registration_text(plan_file)],
        "period": period,
        "catalogue": catalogue_hashes(),
        "records": record_hashes(folder_of(vintage_of(plan_file))),
        "code": fingerprint.code(*CODE),
        "libraries": fingerprint.libraries(*LIBRARIES),
    }


def estimate_inputs(plan_file: PlanFile, source: Source, period: str) -> dict[str, str]:
    """Return the hashes of all that the estimates rest on, by name."""
    return fingerprint.of_ingredients(estimate_ingredients(plan_file, source, period))
