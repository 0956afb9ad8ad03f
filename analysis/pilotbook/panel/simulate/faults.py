"""Faults as evaluators meet them, planted into the tables of a simulated world, each with its place."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.simulate.noise import generator


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted fault: which rule it breaks, and where."""

    rule: str
    file: str
    row: int | None
    column: str

    def as_dict(self) -> dict[str, str | int | None]:
        """Return it as plain values."""
        return asdict(self)


# text that is written into a random row of a column of the panel table, and the rule that it breaks
CELLS = (
    ("county-code", "county", "8301"),
    ("period-spelling", "period", "2021Q5"),
    ("formula-error", "fund_spending", "#REF!"),
    ("not-a-number", "alos", "about nine"),
    ("number-range", "oop_per_capita", "900-1100"),
    ("unit-in-cell", "inpatient_cost", "7800元"),
    ("above-hard", "patient_satisfaction", "134"),
    ("below-hard", "hospitalisation_rate", "-3"),
    ("fraction-among-percents", "chronic_managed_rate", "0.61"),
    ("ten-thousands", "doctor_monthly_income", "0.52"),
    ("percent-in-other-unit", "phc_outpatient_cost", "12%"),
    ("date-in-number", "drug_share", "2021-03-01"),
)


def plant(tables: dict[TableKind, pd.DataFrame], seed: int) -> tuple[dict[TableKind, pd.DataFrame], list[Planted]]:
    """Return the tables with faults, and the list of what was planted; no two in one row."""
    rng = generator(seed, "faults")
    panel = tables["panel"].astype(object)
    rows = rng.choice(len(panel), size=len(CELLS), replace=False)
    planted = []
    for row, (rule, column, text) in zip(rows.tolist(), CELLS, strict=True):
        panel.loc[row, column] = text
        planted.append(Planted(rule, "panel.csv", row + 2, column))
    again = int(rng.choice(np.setdiff1d(np.arange(len(panel)), rows)))
    panel.loc[len(panel)] = panel.loc[again]
    planted.append(Planted("duplicate-key", "panel.csv", len(panel) + 1, "county"))
    exposure = tables["exposure"].astype(object)
    exposure.loc[0, "reform"] = "three-county-pilot-reform"
    planted.append(Planted("unknown-reform", "exposure.csv", 2, "reform"))
    return tables | {"panel": panel, "exposure": exposure}, planted
