"""The reviewer's checklist: its items, and which of them a program can tick."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Part = Literal["question", "data", "design", "inference", "assumptions", "interpretation", "rerun"]


class Item(BaseModel):
    """One item of the checklist.

    Attributes
    ----------
    id, part, item
        Its name, its heading, its sentence.
    automatic
        Whether it is computed; else the plan answers it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    part: Part
    item: str
    automatic: bool = False


@cache
def checklist() -> tuple[Item, ...]:
    """Return the items of ``checklist.yml`` in their order."""
    text = Path(__file__).with_name("checklist.yml").read_text(encoding="utf-8")
    return tuple(Item.model_validate(entry) for entry in yaml.load(text, Loader=_LOADER))


def unanswered(answered: Collection[str]) -> tuple[str, ...]:
    """Return the ids of the items that a plan must answer, and that are not among those it does."""
    return tuple(item.id for item in checklist() if not item.automatic and item.id not in answered)
