"""The table of designs: what is honest for a reform, by how it was rolled out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, TypeAdapter

from pilotbook.design.plan import SERIES_ESTIMATORS, EstimatorName
from pilotbook.design.section import Section, Text, Words
from pilotbook.errors import UnknownNameError


class DraftedAnalysis(Section):
    """An analysis of a drafted plan."""

    estimator: EstimatorName
    controls: Literal["never_treated", "not_yet_treated"] | None = None
    average: tuple[int, int] | None = None


class RolloutDesign(Section):
    """One line of the table ``rollout.yml``.

    Attributes
    ----------
    rollout
        The class of roll-out in the catalogue.
    analyses
        What a plan runs; the first leads.
    series
        Whether its plan has the section of a series.
    unit
        What a row of the panel is.
    limitation
        What a reader must not conclude.
    lesser
        What the report is where data, dates or controls are missing.
    """

    rollout: Text
    analyses: tuple[DraftedAnalysis, ...] = Field(min_length=1)
    series: bool
    unit: Literal["county", "facility"] = "county"
    limitation: Words
    lesser: Text

    @property
    def leads_with_series(self) -> bool:
        """Whether the series leads."""
        return self.analyses[0].estimator in SERIES_ESTIMATORS


@cache
def rollout_designs() -> dict[str, RolloutDesign]:
    """Return the table by class of roll-out."""
    entries = yaml.safe_load(Path(__file__).with_name("rollout.yml").read_text("utf-8"))
    designs = TypeAdapter(tuple[RolloutDesign, ...]).validate_python(entries)
    return {design.rollout: design for design in designs}


def design_of(rollout: str) -> RolloutDesign:
    """Return the design for a class of roll-out, or raise `UnknownNameError`."""
    known = rollout_designs()
    if rollout not in known:
        raise UnknownNameError("class of roll-out", rollout, known)
    return known[rollout]
