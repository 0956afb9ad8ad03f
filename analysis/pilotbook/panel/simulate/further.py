"""Facilities, alliances and the further inputs of a simulated world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook.panel.catalogue import Catalogue, FurtherInput
from pilotbook.panel.periods import FREQUENCY
from pilotbook.panel.simulate.noise import generator
from pilotbook.panel.simulate.world import World

COUNTIES_WITH_FACILITIES = 12  # the tables beside the panel stay small, whatever the size of the panel
LEVELS = ("township", "township", "community", "secondary", "tertiary")
MONTHS = 12
# indicators of the county that rules read by facility or by alliance as well
ALSO_BY_FACILITY = ("chronic_managed_rate", "patient_satisfaction", "two_way_referral_rate")
BY_ALLIANCE = (
    "disease_cost",
    "annual_cost_per_capita",
    "dm_control_rate",
    "two_way_referral_rate",
    "total_cost_growth",
)
DIABETES_COST = 1_250.0  # near the limit of 1,200 CNY that a rule reads, so that it fires here and not there
BETWEEN = 1.3  # facilities differ from each other more than counties do
ADMISSIONS = {"township": 120, "community": 80, "secondary": 1_400, "tertiary": 3_600}
REVENUE_OF_AN_ADMISSION = 9_000.0  # CNY, outpatients included
GRADES = ("A", "B", "C", "D")


def facilities(world: World, catalogue: Catalogue) -> pd.DataFrame:
    """Return the facility-by-month table of the last year: five facilities in each of the first counties."""
    rng = generator(world.seed, "facilities")
    codes = world.counties.codes[:COUNTIES_WITH_FACILITIES]
    months = _last_months(world)
    ids = [f"{code}-{n + 1:02d}" for code in codes for n in range(len(LEVELS))]
    size = (len(ids), len(months))
    table: dict[str, Any] = {
        "facility": np.repeat(ids, len(months)),
        "period": np.tile(months, len(ids)),
        "county": np.repeat(codes, len(LEVELS) * len(months)),
        "level": np.repeat(LEVELS * len(codes), len(months)),
    }
    for indicator in catalogue.panel_indicators:
        if indicator.level == "facility" or indicator.id in ALSO_BY_FACILITY:
            centre = np.repeat(world.with_reform[indicator.id][: len(codes), -1], len(LEVELS))
            table[indicator.id] = _around(centre, size, indicator.id, catalogue, rng).ravel()
    table |= _sizes(world, len(codes), len(months))
    grade = rng.choice(GRADES, len(ids), p=(0.3, 0.5, 0.15, 0.05))
    table["credit_grade"] = np.repeat(grade, len(months))
    return pd.DataFrame(table)


def _sizes(world: World, counties: int, months: int) -> dict[str, NDArray[np.float64]]:
    """Return what shares of facilities are shares of: admissions of a month, and revenue in proportion to them."""
    rng = generator(world.seed, "facility sizes")
    typical = np.asarray([ADMISSIONS[level] for level in LEVELS] * counties)[:, None]
    admissions = typical * rng.lognormal(0, 0.35, typical.shape) * rng.lognormal(0, 0.05, (len(typical), months))
    admissions = np.maximum(np.round(admissions), 1.0).ravel()
    revenue = np.round(admissions * REVENUE_OF_AN_ADMISSION, -2)
    return {
        "infusion_over5_share.denominator": admissions,
        "drug_share.denominator": revenue,
        "exam_share.denominator": revenue,
    }


def alliances(world: World, catalogue: Catalogue) -> pd.DataFrame:
    """Return the alliance table of the last two years: one alliance for each of the first counties."""
    rng = generator(world.seed, "alliances")
    codes = world.counties.codes[:COUNTIES_WITH_FACILITIES]
    last = pd.Period(world.scenario.axis[-1], freq=FREQUENCY[world.scenario.kind]).asfreq("Q")
    quarters = [str(period) for period in pd.period_range(last - 7, last)]
    size = (len(codes), len(quarters))
    table: dict[str, Any] = {
        "alliance": np.repeat([f"{code}-A" for code in codes], len(quarters)),
        "period": np.tile(quarters, len(codes)),
        "county": np.repeat(codes, len(quarters)),
    }
    for id in BY_ALLIANCE:
        table[id] = _around(world.with_reform[id][: len(codes), -1], size, id, catalogue, rng).ravel()
    own = DIABETES_COST * rng.lognormal(0, 0.1, (len(codes), 1)) * rng.lognormal(0, 0.03, size)
    table["annual_cost_per_capita[diabetes]"] = own.ravel()
    return pd.DataFrame(table)


def _around(
    centre: NDArray[np.float64], size: tuple[int, int], id: str, catalogue: Catalogue, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return values around each centre that differ between units and, less, from period to period."""
    draw = catalogue.draws[id]
    spread = BETWEEN * draw.between * rng.standard_normal((size[0], 1)) + draw.within * rng.standard_normal(size)
    values = centre[:, None] * np.exp(spread) if draw.scale == "log" else centre[:, None] + spread
    low, high = catalogue.indicators[id].range.hard or (None, None)
    return np.clip(values, low, high)


def _last_months(world: World) -> list[str]:
    last = pd.Period(world.scenario.axis[-1], freq=FREQUENCY[world.scenario.kind]).asfreq("M", how="end")
    return [str(period) for period in pd.period_range(last - MONTHS + 1, last)]


# Typical values of the further inputs: centre and relative spread. Spreads are such that rules fire for some units.
TYPICAL = {
    "annual_budget": (4.6e8, 0.3),
    "insured": (3.9e5, 0.3),
    "phc_fund_spending": (6.5e7, 0.1),
    "phc_budget": (6.8e7, 0.1),
    "n_critical_alerts": (1, 0.0),
    "guide_price": (60, 0.1),
    "personalised_price": (69, 0.1),
    "unreferred_reimb_cut": (14, 0.25),
    "staff_share_of_surplus": (60, 0.06),
    "chronic_capitation_spending": (2.9e6, 0.1),
    "chronic_patients": (2_000, 0.1),
    "package_share_insurance": (30, 0.0),
    "package_share_individual": (30, 0.0),
    "package_share_finance": (40, 0.0),
    "subsidy_per_person": (320, 0.3),
    "data_lag_days": (1, 0.0),
    "appraisal_weight": (21, 0.1),
    "sbp": (132, 0.05),
    "dbp": (82, 0.05),
    "fpg": (6.0, 0.1),
    "alliance_spending": (2.0e8, 0.06),
    "alliance_budget": (2.05e8, 0.02),
    "surplus_share_tertiary": (40, 0.0),
    "surplus_share_secondary": (0, 0.0),
    "surplus_share_phc": (60, 0.0),
    "up_referral_fee": (420, 0.05),
    "transferred_quota": (2_800, 0.01),
    "quota": (4_000, 0.0),
    "capacity_fund": (3.0e6, 0.02),
    "capitation_income": (2.0e7, 0.0),
    "risk_contribution_tertiary": (1.0, 0.0),
    "risk_contribution_secondary": (0.8, 0.0),
    "risk_contribution_phc": (0.5, 0.0),
}
PROBABILITY = {"violation_confirmed": 0.05, "filed": 0.9, "target_missed": 0.1, "serious_violation": 0.02}


def further_inputs(world: World, catalogue: Catalogue, facility: pd.DataFrame, alliance: pd.DataFrame) -> pd.DataFrame:
    """Return the further inputs of the last year, one value per unit and input (the period is no input of its own)."""
    rng = generator(world.seed, "inputs")
    units = {
        "programme": ["programme"],
        "province": sorted(set(world.counties.table["province"])),
        "county": world.counties.codes[:COUNTIES_WITH_FACILITIES].tolist(),
        "alliance": sorted(set(alliance["alliance"])),
        "facility": sorted(set(facility["facility"])),
        "department": ["department-1", "department-2"],
        "person": ["person-1", "person-2", "person-3"],
    }
    period = world.scenario.axis[-1]
    rows = [
        (unit, period[:4] if about.frequency == "year" else period, about.id, _amount(world, about, rng))
        for about in catalogue.inputs.values()
        if about.kind != "period"
        for unit in units[about.level]
    ]
    return pd.DataFrame(rows, columns=["unit", "period", "input", "amount"])


def _amount(world: World, about: FurtherInput, rng: np.random.Generator) -> str:
    if about.kind == "truth":
        return "yes" if rng.random() < PROBABILITY[about.id] else "no"
    if about.kind == "grade":
        return str(rng.choice(about.grades, p=(0.25, 0.65, 0.10)))
    counted = {"new_pilot_counties": float(world.pilots.sum()), "all_counties": float(world.scenario.counties)}
    centre, spread = (counted[about.id], 0.0) if about.id in counted else TYPICAL[about.id]
    value = centre * float(np.exp(spread * rng.standard_normal()))
    return f"{value:.6g}"
