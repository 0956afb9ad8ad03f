"""Alerts with known units and periods, planted into the tables of a world in which nothing else would raise one.

First every value that an alert of the catalogue reads is drawn well inside its limit; then each alert is planted for
some units from a period on. What the tables then hold of these indicators is no longer the world's; its truth says
which these are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.contract.layout import TableKind
from pilotbook.panel.simulate.noise import generator
from pilotbook.panel.simulate.world import World

CHANGED = (
    "drug_share",
    "exam_share",
    "infusion_over5_share",
    "inpatient_cost",
    "exam_positive_rate",
    "fund_spending_growth",
    "fund_budget_execution",
    "two_way_referral_rate",
    "drg_group_error",
    "duplicate_exam_rate",
)
"""Indicators whose values in the tables are not those of the world."""

QUIET: dict[TableKind, dict[str, tuple[float, float]]] = {
    "facilities": {"drug_share": (20, 45), "exam_share": (8, 26), "infusion_over5_share": (9, 18)},
    "panel": {"fund_spending_growth": (-12, 16), "fund_budget_execution": (40, 104), "drg_group_error": (1, 2.5)},
    "alliances": {"two_way_referral_rate": (11.5, 60)},
}
"""Bounds within which no alert is raised, by table and indicator."""

COMPARED = ("inpatient_cost", "drug_share", "exam_positive_rate")
"""Indicators by which a facility is compared with others of its level."""

FURTHEST = 2.0
"""Robust standard deviations to which a facility is drawn in towards the median of its level."""


@dataclass(frozen=True, slots=True)
class PlantedAlert:
    """An alert that must be found: the rule, the unit, and the first and last window in which it fires."""

    rule: str
    unit: str
    first: str
    last: str

    def as_dict(self) -> dict[str, str]:
        """Return it as plain values."""
        return asdict(self)


def plant_alerts(
    tables: dict[TableKind, pd.DataFrame], world: World
) -> tuple[dict[TableKind, pd.DataFrame], list[PlantedAlert]]:
    """Return the tables with alerts, and the list of them.

    Parameters
    ----------
    tables
        Of a world by month of at least two years, with three pilots or more.
    world
        The world.
    """
    made = dict(tables)
    for name, bounds in QUIET.items():
        made[name] = made[name].copy()
        for column, (low, high) in bounds.items():
            made[name][column] = made[name][column].clip(low, high)
    _draw_in(made["facilities"])
    _calm_repeats(made["panel"], world)
    rng = generator(world.seed, "alerts")
    planted = [*_facilities(made["facilities"], rng), *_counties(made["panel"], world, rng)]
    planted += _alliances(made["alliances"], rng)
    return made, sorted(planted, key=lambda alert: (alert.rule, alert.unit))


def _draw_in(facilities: pd.DataFrame) -> None:
    """Draw facilities that lie far from the median of their level and month in; median and spread stay as they are."""
    groups = facilities.groupby(["level", "period"], sort=False)
    for column in COMPARED:
        middle = groups[column].transform("median")
        spread = 1.4826 * (facilities[column] - middle).abs().groupby(
            [facilities["level"], facilities["period"]], sort=False
        ).transform("median")
        facilities[column] = facilities[column].clip(middle - FURTHEST * spread, middle + FURTHEST * spread)


def _calm_repeats(panel: pd.DataFrame, world: World) -> None:
    """Let examinations be repeated half as often in every pilot from its start on, as the benchmark asks."""
    starts = dict(zip(world.counties.codes, world.cohort, strict=True))
    position = panel["period"].map({period: t for t, period in enumerate(world.scenario.axis)})
    start = panel["county"].map(starts)
    before = panel[(start >= 0) & (position < start)].groupby("county")["duplicate_exam_rate"].mean()
    since = (start >= 0) & (position >= start)
    panel.loc[since, "duplicate_exam_rate"] = 0.5 * panel.loc[since, "county"].map(before)


def _facilities(table: pd.DataFrame, rng: np.random.Generator) -> list[PlantedAlert]:
    """Plant alerts on facilities: drug share, examination share, both, infusions, and cost far from its like."""
    months = sorted(table["period"].unique())
    unit = iter(rng.permutation(np.asarray(sorted(table["facility"].unique()), dtype=object)).tolist())
    found = []
    for rules, values in (
        (("drug-share-alert", "cost-anomaly"), {"drug_share": 72.0}),
        (("drug-share-alert", "cost-anomaly"), {"drug_share": 76.0}),
        (("exam-share-alert",), {"exam_share": 34.0}),
        (("exam-share-alert",), {"exam_share": 38.5}),
        (
            ("drug-share-alert", "exam-share-alert", "drug-and-exam-share-alert", "cost-anomaly"),
            {"drug_share": 74.0, "exam_share": 33.0},
        ),
        (("infusion-outlier",), {"infusion_over5_share": 40.0}),
        (("cost-anomaly",), {"inpatient_cost": 60_000.0}),
    ):
        name = next(unit)
        first, last = _stretch(len(months), rng)
        where = (table["facility"] == name) & table["period"].between(months[first], months[last])
        for column, value in values.items():
            table.loc[where, column] = value
        found += [PlantedAlert(rule, name, months[first], months[last]) for rule in rules]
    return found


def _stretch(count: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return the first and last of some windows; every second stretch lasts until the end."""
    first = int(rng.integers(1, count - 3))
    last = count - 1 if rng.random() < 0.5 else int(rng.integers(first, count - 1))
    return first, last


def _counties(table: pd.DataFrame, world: World, rng: np.random.Generator) -> list[PlantedAlert]:
    """Plant alerts on counties: growth for three months running, an overrun, repeated examinations, a city's coding."""
    months = list(world.scenario.axis)
    growing, over = rng.choice(world.counties.codes, 2, replace=False).tolist()
    start = int(rng.integers(12, len(months) - 6))
    _write(table, growing, months[start:], "fund_spending_growth", 26.0)
    _write(table, growing, months[start - 4 : start - 2], "fund_spending_growth", 30.0)  # two months are not three
    late = int(rng.integers(12, len(months) - 2))
    _write(table, over, months[late:], "fund_budget_execution", 114.0)
    return [
        PlantedAlert("fund-growth-3-months", growing, months[start + 2], months[-1]),
        PlantedAlert("fund-budget-limit", over, months[late], months[-1]),
        _repeated(table, world, rng),
        _miscoded(table, world, rng),
    ]


def _write(table: pd.DataFrame, county: str, months: list[str], column: str, value: float) -> None:
    table.loc[(table["county"] == county) & table["period"].isin(months), column] = value


def _repeated(table: pd.DataFrame, world: World, rng: np.random.Generator) -> PlantedAlert:
    """Let one pilot repeat examinations as before the reform, from a quarter after its start on."""
    pilot = int(rng.choice(np.flatnonzero(world.pilots)))
    county, months = str(world.counties.codes[pilot]), list(world.scenario.axis)
    quarters = pd.PeriodIndex(months, freq="M").asfreq("Q")
    after = sorted(set(quarters[world.cohort[pilot] :]))[1:]
    first = after[int(rng.integers(0, len(after)))]
    own = table["county"] == county
    before = table.loc[own & table["period"].isin(months[: world.cohort[pilot]]), "duplicate_exam_rate"].mean()
    _write(
        table, county, [m for m, q in zip(months, quarters, strict=True) if q >= first], "duplicate_exam_rate", before
    )
    return PlantedAlert("repeat-exam", county, str(first), str(quarters[-1]))


def _miscoded(table: pd.DataFrame, world: World, rng: np.random.Generator) -> PlantedAlert:
    """Let the counties of one city group their cases wrongly in the last year; it is counted in December."""
    cities: NDArray[np.object_] = np.unique([code[:4] for code in world.counties.codes]).astype(object)
    city, year = str(rng.choice(cities)), world.scenario.axis[-1][:4]
    table.loc[table["county"].str.startswith(city) & (table["period"] == f"{year}-12"), "drg_group_error"] = 4.4
    return PlantedAlert("drg-grouping-error", city, year, year)


def _alliances(table: pd.DataFrame, rng: np.random.Generator) -> list[PlantedAlert]:
    """Plant alliances that hardly refer."""
    quarters = sorted(table["period"].unique())
    found = []
    for name in rng.choice(np.asarray(sorted(table["alliance"].unique()), dtype=object), 2, replace=False).tolist():
        first, last = _stretch(len(quarters), rng)
        where = (table["alliance"] == name) & table["period"].between(quarters[first], quarters[last])
        table.loc[where, "two_way_referral_rate"] = 7.0
        found.append(PlantedAlert("two-way-referral-low", name, quarters[first], quarters[last]))
    return found
