"""Faults planted at random into valid tables: one mutation for each kind, which says where it planted it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .handed_in import HandedIn

SHARE, COST = "phc_visit_share", "fund_spending"

# A mutation plants one fault and returns where: table, row as an editor counts it, column, value as written.
Place = tuple[str, int | None, str | None, str | None]
Mutation = Callable[[HandedIn, np.random.Generator], Place]
MUTATIONS: dict[str, Mutation] = {}


def plants(id: str) -> Callable[[Mutation], Mutation]:
    def register(mutation: Mutation) -> Mutation:
        MUTATIONS[id] = mutation
        return mutation

    return register


def put(h: HandedIn, rng: np.random.Generator, column: str, text: str, table: str = "panel") -> Place:
    """Write a text into a random row of a column."""
    frame = getattr(h, table)
    i = int(rng.integers(len(frame)))
    frame.loc[i, column] = text
    return table, i + 2, column, text


def cell(id: str, column: str, text: str, table: str = "panel") -> None:
    MUTATIONS[id] = lambda h, rng: put(h, rng, column, text, table)


cell("county-code", "county", "53012")
cell("period-spelling", "period", "2019Q5")
cell("period-kind", "period", "2019-05")
cell("not-a-number", COST, "about three hundred")
cell("formula-error", COST, "#DIV/0!")
cell("formula-without-value", COST, "=B2/C2")
cell("date-in-number", COST, "2019-03-01")
cell("infinite", COST, "inf")
cell("truth-in-number", COST, "TRUE")
cell("number-range", COST, "280-320")
cell("unit-in-cell", COST, "305元")
cell("percent-in-other-unit", COST, "30%")
cell("below-hard", "patient_satisfaction", "-1")
cell("above-hard", "patient_satisfaction", "100.5")
cell("below-soft", "patient_satisfaction", "41")
cell("above-soft", COST, "1600")
cell("denominator-not-positive", f"{SHARE}.denominator", "0")
cell("numerator-negative", f"{SHARE}.numerator", "-3")
cell("ratio-mismatch", SHARE, "30")
cell("fraction-among-percents", "patient_satisfaction", "0.75")
cell("ten-thousands", COST, "0.03")
cell("unknown-region", "region", "north", "counties")
cell("population", "population", "many", "counties")
cell("unknown-reform", "reform", "three-county-pilot-reform", "exposure")
cell("unknown-level", "level", "hospital", "facilities")
cell("unknown-facility-county", "county", "530999", "facilities")
cell("unknown-input", "input", "yearly_budget", "inputs")


@plants("empty-key")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    return put(h, rng, "county", "")


@plants("duplicate-key")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    i = int(rng.integers(len(h.panel)))
    h.panel.loc[len(h.panel)] = h.panel.loc[i]
    return "panel", len(h.panel) + 1, "county", str(h.panel.loc[i, "county"])


@plants("unknown-county")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.counties = h.counties.iloc[:-1]
    code = h.panel["county"].iloc[-1]
    return "panel", int(np.flatnonzero(h.panel["county"] == code)[0]) + 2, "county", str(code)


@plants("missing-column")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.counties = h.counties.drop(columns="province")
    return "counties", 1, "province", None


@plants("duplicate-column")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel.insert(0, COST, h.panel[COST], allow_duplicates=True)
    return "panel", 1, COST, None


@plants("blank-header")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel = h.panel.rename(columns={"patient_satisfaction": ""})
    return "panel", 1, None, None


@plants("unknown-column")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel["phc_visit_shares"] = 1
    return "panel", 1, "phc_visit_shares", None


@plants("mixed-layout")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel["indicator"], h.panel["value"] = "alos", 8
    return "panel", 1, "indicator", None


@plants("lone-numerator")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel = h.panel.drop(columns=f"{SHARE}.denominator")
    return "panel", 1, f"{SHARE}.numerator", None


@plants("unknown-table")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.counties.columns = [f"column {n}" for n in range(h.counties.shape[1])]
    return "counties", None, None, None


@plants("no-rows")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.counties = h.counties.iloc[:0]
    return "counties", None, None, None


@plants("share-as-fraction")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel["patient_satisfaction"] = (h.panel["patient_satisfaction"].astype(float) / 100).round(3)
    return "panel", None, "patient_satisfaction", None


@plants("missing-period")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel = h.panel[h.panel["period"] != "2019Q3"]
    return "panel", None, "period", None


@plants("missing-row")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    i = int(rng.choice(h.panel.index[h.panel["period"] == "2019Q3"].to_numpy()))
    h.panel = h.panel.drop(index=i)
    return "panel", None, "period", None


@plants("county-vanishes")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    county = rng.choice(h.panel["county"].unique())
    h.panel = h.panel[~((h.panel["county"] == county) & (h.panel["period"] > "2020Q1"))]
    row = int(np.flatnonzero((h.panel["county"] == county) & (h.panel["period"] == "2020Q1"))[0]) + 2
    return "panel", row, "county", str(county)


@plants("county-appears")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    county = rng.choice(h.panel["county"].unique())
    h.panel = h.panel[~((h.panel["county"] == county) & (h.panel["period"] < "2019Q4"))]
    row = int(np.flatnonzero((h.panel["county"] == county) & (h.panel["period"] == "2019Q4"))[0]) + 2
    return "panel", row, "county", str(county)


@plants("empty-indicator")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.panel[COST] = ""
    return "panel", None, COST, None


def blank(h: HandedIn, rng: np.random.Generator, share: float) -> Place:
    cells = rng.choice(h.panel.index.to_numpy(), size=round(share * len(h.panel)), replace=False)
    h.panel.loc[cells, COST] = ""
    return "panel", None, COST, None


MUTATIONS["often-missing"] = lambda h, rng: blank(h, rng, 0.15)
MUTATIONS["mostly-missing"] = lambda h, rng: blank(h, rng, 0.40)


@plants("numerator-above-denominator")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    i = int(rng.integers(len(h.panel)))
    h.panel.loc[i, f"{SHARE}.numerator"] = h.panel.loc[i, f"{SHARE}.denominator"] + 1
    return "panel", i + 2, f"{SHARE}.numerator", f"{h.panel.loc[i, f'{SHARE}.numerator']:.12g}"


@plants("denominator-missing")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    i = int(rng.integers(len(h.panel)))
    h.panel.loc[i, f"{SHARE}.denominator"] = ""
    return "panel", i + 2, f"{SHARE}.numerator", f"{h.panel.loc[i, f'{SHARE}.numerator']:.12g}"


@plants("denominator-break")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    county = rng.choice(h.panel["county"].unique())
    after = (h.panel["county"] == county) & (h.panel["period"] >= "2020Q2")
    for column in (f"{SHARE}.numerator", f"{SHARE}.denominator"):
        h.panel.loc[after, column] = h.panel.loc[after, column].astype(float) * 1.3
    i = int(np.flatnonzero(after)[0])
    return "panel", i + 2, f"{SHARE}.denominator", f"{h.panel.loc[i, f'{SHARE}.denominator']:.12g}"


@plants("definition-break")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    county = rng.choice(h.panel["county"].unique())
    after = (h.panel["county"] == county) & (h.panel["period"] >= "2020Q2")
    h.panel.loc[after, f"{SHARE}.definition"] = "v2"
    return "panel", int(np.flatnonzero(after)[0]) + 2, f"{SHARE}.definition", "v2"


@plants("duplicate-county")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    i = int(rng.integers(len(h.counties)))
    h.counties.loc[len(h.counties)] = h.counties.loc[i]
    return "counties", len(h.counties) + 1, "county", str(h.counties.loc[i, "county"])


@plants("province-mismatch")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    return put(h, rng, "province", "四川省", "counties")


@plants("county-not-in-panel")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    row = h.counties.loc[0].copy()
    row["county"], row["name_zh"] = "530199", "新县"
    h.counties.loc[len(h.counties)] = row
    return "counties", len(h.counties) + 1, "county", "530199"


@plants("code-changes")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    county = h.panel["county"].iloc[-1]
    h.panel.loc[(h.panel["county"] == county) & (h.panel["period"] >= "2020Q1"), "county"] = "530181"
    row = h.counties.iloc[-1].copy()
    row["county"] = "530181"
    h.counties.loc[len(h.counties)] = row
    return "counties", len(h.counties) + 1, "county", "530181"


@plants("county-splits")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    old, new = h.panel["county"].iloc[0], h.panel["county"].iloc[-1]
    h.panel = h.panel[~((h.panel["county"] == new) & (h.panel["period"] < "2020Q1"))].reset_index(drop=True)
    after = (h.panel["county"] == old) & (h.panel["period"] >= "2020Q1")
    for column in (f"{SHARE}.numerator", f"{SHARE}.denominator"):
        h.panel.loc[after, column] = h.panel.loc[after, column].astype(float) * 0.6
    i = int(np.flatnonzero(after)[0])
    return "panel", i + 2, f"{SHARE}.denominator", f"{h.panel.loc[i, f'{SHARE}.denominator']:.12g}"


@plants("unknown-exposed-county")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    row = h.exposure.loc[0].copy()
    row["county"], row["assigned_unit"] = "530998", "C"
    h.exposure.loc[len(h.exposure)] = row
    return "exposure", len(h.exposure) + 1, "county", "530998"


cell("end-before-start", "end", "2019Q1", "exposure")
cell("announced-after-start", "announced", "2020Q3", "exposure")


@plants("duplicate-exposure")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.exposure.loc[len(h.exposure)] = h.exposure.loc[0]
    return "exposure", len(h.exposure) + 1, "county", str(h.exposure.loc[0, "county"])


@plants("start-differs")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.exposure["assigned_unit"] = "A"
    h.exposure.loc[1, "start"] = "2020Q3"
    return "exposure", 3, "start", "2020Q3"


@plants("start-outside")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.exposure.loc[1, "start"] = "2031Q1"
    return "exposure", 3, "start", "2031Q1"


@plants("exposed-before-start")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    i = int(rng.choice(h.panel.index[h.panel["period"] < "2020Q1"].to_numpy()))
    h.panel.loc[i, "exposed"] = 1
    return "panel", i + 2, "exposed", "1"


@plants("facility-moves")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    h.facilities.loc[1, "county"] = h.counties["county"].iloc[1]
    return "facilities", 3, "facility", "F1"


@plants("input-value")
def _(h: HandedIn, rng: np.random.Generator) -> Place:
    i, text = [(0, "-5"), (1, "good"), (2, "perhaps")][int(rng.integers(3))]
    h.inputs.loc[i, "amount"] = text
    return "inputs", i + 2, "amount", text
