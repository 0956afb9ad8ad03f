"""The settings of disclosure control, from ``settings.yml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("settings.yml")


class Settings(BaseModel):
    """What a report may not show.

    Attributes
    ----------
    smallest_count
        Counts of people from 1 to one below this are suppressed.
    rounding
        Counts that are shown are rounded to a multiple of this.
    counts
        Patterns of headings of counts of people.
    private
        Patterns of paths that name a machine or an account.
    common_names
        Names of accounts and machines that tell nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    smallest_count: int = Field(ge=1)
    rounding: int = Field(ge=1)
    counts: tuple[re.Pattern[str], ...]
    private: tuple[re.Pattern[str], ...]
    common_names: frozenset[str]


@cache
def settings(file: Path = FILE) -> Settings:
    """Read the settings."""
    return Settings.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
