"""What of counts of people a report may show."""

from __future__ import annotations

from pydantic import Field

from pilotbook.design.section import Section

SMALLEST = 11
"""The rule of the US Centers for Medicare & Medicaid Services (cell size suppression policy, 2020); many Chinese
custodians ask for the same or less."""


class Disclosure(Section):
    """How counts of people are shown; the custodian of the data decides."""

    smallest_count: int = Field(
        default=SMALLEST, ge=1, description="Counts of people from 1 to one below this are not shown."
    )
    rounding: int = Field(default=1, ge=1, description="Counts that are shown are multiples of this; 1 leaves them.")
