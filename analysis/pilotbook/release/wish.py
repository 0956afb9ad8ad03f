"""What somebody wants to release."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pilotbook.design.planfile import PlanFile
from pilotbook.report.engine import Engine


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be released.

    Attributes
    ----------
    plan, period
        Whose report; the period is None for the last of the data.
    out
        The folder that reports are rendered into.
    engine
        Which engine drew the pages.
    root
        The folder of releases.
    day
        The day of the release.
    author
        Who releases it; None for the authors of the plan.
    note
        What the version corrects; needed from the second version of a period on.
    parameters
        Those that the report was rendered with.
    """

    plan: PlanFile
    period: str | None
    out: Path
    engine: Engine
    root: Path
    day: datetime.date
    author: str | None = None
    note: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
