"""What an evaluation rests on: the hashes of everything that shapes its estimates.

Kept apart from the data and the models, so that it can be told in a moment whether anything has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pilotbook import fingerprint
from pilotbook.design.planfile import PlanFile
from pilotbook.design.registry import registration_text
from pilotbook.errors import UnknownNameError
from pilotbook.evaluate.monitoring.sources import catalogue_hashes, folder_of, record_hashes, vintage_of
from pilotbook.panel.absence import Absence, Lost
from pilotbook.panel.catalogue import Claim, read_catalogue, read_claims
from pilotbook.panel.dataset import Dataset, find_dataset
from pilotbook.panel.source import Source
from pilotbook.project import DATA

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")
CODE = ("panel", "design", "estimate", "judge", "evaluate")


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


def bytes_of(plan_file: PlanFile, source: Source) -> str:
    """Return the hash of the bytes of a plan's panel on disk, empty if they are gone."""
    return "" if source.gone else dataset_of(plan_file).bytes_sha256()


def drafted(plan_file: PlanFile) -> bool:
    """Tell whether plan and data set are those that are drafted for a catalogued reform: both bear its name."""
    plan = plan_file.plan
    return plan.dataset == plan.reform and plan.reform in read_catalogue().reforms


def claims_about(reform: str) -> list[Claim]:
    """Return what the sources claim of a reform, in the order of the catalogue."""
    return [claim for claim in read_claims().values() if claim.reform_id == reform]


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
