"""The settings of disclosure control, from ``settings.yml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from pilotbook.design.disclosure import SMALLEST

FILE = Path(__file__).with_name("settings.yml")


class Settings(BaseModel):
    """What is looked for in the files of a release.

    Attributes
    ----------
    smallest_count
        Counts of people from 1 to one below this are not shown; a plan may say another.
    counts
        Patterns of headings of counts of people.
    private
        Patterns of paths that name a machine or an account.
    common_names
        Names of accounts and machines that tell nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    smallest_count: int = SMALLEST
    counts: tuple[re.Pattern[str], ...]
    private: tuple[re.Pattern[str], ...]
    common_names: frozenset[str]


@cache
def settings(file: Path = FILE) -> Settings:
    """Read the settings."""
    return Settings.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
