"""The settlements that the sources state, as accounting: a financial result, never an effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict

from pilotbook.judge.rules.check import Checked, check
from pilotbook.judge.rules.evaluate import amounts, evaluate
from pilotbook.judge.rules.facts import Facts
from pilotbook.judge.rules.vocabulary import Vocabulary
from pilotbook.panel.catalogue import read_catalogue

TOTALLED = "CNY"
"""Amounts in this unit are added up over the units; others are averaged."""


class Settlement(BaseModel):
    """A settlement: an amount for each unit of a level, under the agreement that a rule names.

    Attributes
    ----------
    expression
        The amount.
    only
        A condition that units must meet; empty for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    rule: str
    level: str
    unit: str
    text_en: str
    text_zh: str
    expression: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What a settlement comes to.

    Attributes
    ----------
    settlement
        Which.
    window
        Of the report.
    amount
        The sum over the units, or the mean where it is an amount per person or case; None if no unit has one.
    n_units, n_missing
        Units with an amount, and units that have none because something is missing.
    """

    settlement: Settlement
    window: str
    amount: float | None
    n_units: int
    n_missing: int


@cache
def settlements() -> Mapping[str, tuple[Settlement, Checked, Checked | None]]:
    """Return the settlements, each with its checked expression and condition."""
    content = yaml.safe_load(Path(__file__).with_name("settlements.yml").read_text("utf-8"))
    vocabulary = Vocabulary.of(read_catalogue())
    found = {}
    for entry in content["settlements"]:
        settlement = Settlement.model_validate(entry)
        amount = check(settlement.expression, settlement.level, vocabulary, ())
        only = check(settlement.only, settlement.level, vocabulary, ()) if settlement.only else None
        found[settlement.id] = (settlement, amount, only)
    return found


def account(id: str, facts: Facts) -> Account:
    """Return what a settlement comes to.

    Parameters
    ----------
    id
        Its id.
    facts
        Of its level; the last window counts.
    """
    settlement, amount, only = settlements()[id]
    values = amounts(amount.tree, facts)[:, -1]
    meets = np.ones(len(values), dtype=bool) if only is None else evaluate(only.tree, facts).fired[:, -1]
    known = meets & np.isfinite(values)
    total = None
    if known.any():
        total = float(values[known].sum() if settlement.unit == TOTALLED and only is None else values[known].mean())
    return Account(settlement, str(facts.windows[-1]), total, int(known.sum()), int((meets & ~known).sum()))
