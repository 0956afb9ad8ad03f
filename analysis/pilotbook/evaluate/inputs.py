"""What an evaluation rests on: the panel that a plan names, and the hashes of everything that shapes its estimates.

Kept apart from the models, so that it can be told in a moment whether anything has changed.
"""

from __future__ import annotations

from pilotbook import fingerprint
from pilotbook.design.applies import applied
from pilotbook.design.planfile import PlanFile
from pilotbook.design.registry import registration_text
from pilotbook.panel.catalogue import Claim, read_catalogue
from pilotbook.panel.dataset import find_dataset
from pilotbook.panel.panel import Panel
from pilotbook.project import DATA

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")


def load_panel(plan_file: PlanFile) -> Panel:
    """Read the counties and periods of a data set that a plan asks about, and check that the plan fits them.

    Raises
    ------
    DataError, PlanError, UnknownNameError
        If the data cannot be found or used, or do not have what the plan names.
    """
    plan = plan_file.plan
    panel = find_dataset(plan.dataset, plan_file.path.parent, DATA).read(plan.layout())
    return applied(plan_file, panel)


def claims_about(reform: str) -> list[Claim]:
    """Return what the sources claim of a reform, in the order of the catalogue."""
    return [claim for claim in read_catalogue().claims.values() if claim.reform_id == reform]


def estimate_inputs(plan_file: PlanFile, panel: Panel, period: str) -> dict[str, str]:
    """Return the hashes of all that the estimates rest on, by name."""
    return {
        "plan": fingerprint.of_json([plan_file.id, plan_file.plan.model_dump(mode="json", exclude={"chapters"})]),
        "data": fingerprint.of_json([panel.source.name, panel.source.sha256, panel.source.vintage]),
        "claims": fingerprint.of_json([claim.model_dump() for claim in claims_about(plan_file.plan.reform)]),
        "registration": fingerprint.of_json(registration_text(plan_file)),
        "period": period,
        "code": fingerprint.of_code("panel", "design", "estimate", "judge", "evaluate"),
        "libraries": fingerprint.of_libraries(LIBRARIES),
    }
