"""Which look a report is: one of the planned ones, or a description between and after them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from pilotbook.design.plan import AnalysisPlan
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period


class Occasion(StrEnum):
    """What a report is among the looks."""

    ONLY = "only"
    PLANNED = "planned"
    BEFORE = "before"
    BETWEEN = "between"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a report.

    Attributes
    ----------
    occasion
        ``only`` where the plan names no looks. Before the first, between two, and after the last planned look a report
        describes and claims nothing.
    number, planned
        How many planned looks there have been, this one included, and how many there will be.
    periods
        The planned looks up to this report.
    """

    occasion: Occasion
    number: int
    planned: int
    periods: tuple[str, ...]

    @property
    def claims(self) -> bool:
        """Whether the report may claim an effect."""
        return self.occasion in {Occasion.ONLY, Occasion.PLANNED}

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "occasion": self.occasion.value}


def current_look(plan: AnalysisPlan, panel: Panel) -> Look:
    """Return the look of a report.

    Parameters
    ----------
    plan
        The plan.
    panel
        The panel up to the period of the report.
    """
    if plan.looks is None:
        return Look(Occasion.ONLY, 1, 1, (format_period(panel.periods[-1]),))
    planned, now = plan.looks.planned, panel.periods[-1]
    past = tuple(text for text in planned if panel.period(text) <= now)
    if not past:
        occasion = Occasion.BEFORE
    elif panel.period(past[-1]) == now:
        occasion = Occasion.PLANNED
    else:
        occasion = Occasion.AFTER if len(past) == len(planned) else Occasion.BETWEEN
    return Look(occasion, len(past), len(planned), past)
