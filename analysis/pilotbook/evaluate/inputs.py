"""The panel that a plan names, read once and checked against the plan."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
import pandas as pd

from pilotbook.design.applies import applied
from pilotbook.design.planfile import PlanFile, named_at
from pilotbook.errors import DataError, PlanError, UnknownNameError
from pilotbook.evaluate.ingredients import dataset_of, drafted, source_of
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.dataset import Dataset
from pilotbook.panel.layout import Layout
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import FREQUENCY
from pilotbook.panel.source import Source

SHELF = 4
"""Panels that a process keeps, so that plans on the same data read them once."""

_shelf: OrderedDict[Hashable, Panel] = OrderedDict()


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
