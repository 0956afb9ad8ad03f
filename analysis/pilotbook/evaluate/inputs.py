"""What an evaluation rests on: the panel that a plan names, and the hashes of everything that shapes its estimates.

Kept apart from the models, so that it can be told in a moment whether anything has changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from pilotbook import fingerprint
from pilotbook.design.applies import applied
from pilotbook.design.planfile import PlanFile, named_at
from pilotbook.design.registry import registration_text
from pilotbook.errors import DataError, PlanError, UnknownNameError
from pilotbook.evaluate.monitoring.records import record_hashes
from pilotbook.evaluate.monitoring.sources import catalogue_hashes, folder_of, vintage_of
from pilotbook.panel.catalogue import Claim, read_catalogue
from pilotbook.panel.dataset import Dataset, find_dataset
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel, Source
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


def load_panel(plan_file: PlanFile) -> Panel:
    """Read the counties and periods of a data set that a plan asks about, and check that the plan fits them.

    Raises
    ------
    DataError, PlanError, UnknownNameError
        If the data cannot be found or used, or do not have what the plan names.
    """
    dataset, layout = dataset_of(plan_file), plan_file.plan.layout()
    key = (dataset.file, dataset.bytes_sha256(), dataset.source(), layout)
    panel = _shelf.pop(key, None) or _read(plan_file, dataset, layout)
    _shelf[key] = panel
    while len(_shelf) > SHELF:
        _shelf.popitem(last=False)
    return applied(plan_file, panel)


def _read(plan_file: PlanFile, dataset: Dataset, layout: Layout) -> Panel:
    """Read a panel; what the data lack is told with the place where the plan names it."""
    try:
        return dataset.read(layout)
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


def estimate_ingredients(plan_file: PlanFile, source: Source, period: str) -> dict[str, Any]:
    """Return all that the estimates rest on, by name."""
    return {
        "plan": {"name of the file": plan_file.id, **plan_file.plan.model_dump(mode="json")},
        "data": {"name": source.name, "sha256": source.sha256, "vintage": source.vintage},
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
