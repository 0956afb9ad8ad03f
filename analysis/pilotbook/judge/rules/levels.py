"""Levels: whose value a rule reads, and which values of other levels it may read with it."""

from __future__ import annotations

RANK = {
    "person": 0,
    "facility": 1,
    "department": 1,
    "alliance": 2,
    "county": 2,
    "city": 3,
    "province": 4,
    "county group": 5,
    "pilot counties": 5,
    "programme": 6,
}
"""The levels of rules, finer ones first. An alliance spans a county, and its indicators are those of a county."""

PARENTS = {
    "facility": ("county", "province", "programme"),
    "alliance": ("county", "province", "programme"),
    "county": ("province", "programme"),
}
"""Levels whose value a finer unit shares: the budget of its county, the lag of its province."""

ADDED = ("CNY", "persons")
"""Units of inputs by county that are added up for a group of counties."""

PILOTS = ("county group", "pilot counties")
ONE_UNIT = (*PILOTS, "programme")
"""Levels that have a single unit."""


def readable(level: str, of: str, unit: str) -> bool:
    """Tell whether a rule of a level can read a further input of another level."""
    shared = of == level or of in PARENTS.get(level, ("programme",))
    return shared or (of == "county" and level in ONE_UNIT and unit in ADDED)
