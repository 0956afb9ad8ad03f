"""California's tobacco tax (Proposition 99), by the Stata program ``itsa``, alone and against 38 states.

Ariel Linden, "Conducting interrupted time-series analysis for single- and multiple-group comparisons",
Stata Journal 15 (2015), 480–500: Newey–West with one lag. The coefficients of both groups are also printed
in the help of his ``power multi_itsa`` (2025). The data lie in ``data/prop99.csv`` (see ``data/README.md``).

Tolerance: half a unit of the last of the seven digits that Stata prints.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pilotbook.estimate.its.effects import contrasts, effects
from pilotbook.estimate.its.newey_west import newey_west, t_inference
from pilotbook.estimate.its.segments import Interruption, Season, Segments, design

from .conftest import DATA

SEGMENTS = Segments(31, (Interruption(1989 - 1970),), Season(period=1))


@pytest.fixture(scope="module")
def packs() -> tuple[np.ndarray, np.ndarray]:
    """Packs per head and year, 1970 to 2000: California and the mean of the 38 other states."""
    wide = pd.read_csv(DATA / "prop99.csv", sep=";").pivot_table(index="State", columns="Year", values="PacksPerCapita")
    return wide.loc["California"].to_numpy(), wide.drop("California").mean().to_numpy()


def close(printed: str):
    """Half a unit of the last digit printed."""
    return pytest.approx(float(printed), abs=0.5 * 10.0 ** -len(printed.split(".")[1]))


def test_california_alone(packs):
    coef, cov = newey_west(packs[0], design(SEGMENTS).X, lags=1)
    se = np.sqrt(np.diag(cov))
    for value, printed in zip(coef, ("132.2258", "-1.779474", "-20.0581", "-1.494652"), strict=True):
        assert value == close(printed)
    for value, printed in zip(se[1:], (".3834188", "4.724395", ".4368201"), strict=True):
        assert value == close(printed)


def test_trend_after_the_tax(packs):
    coef, _ = newey_west(packs[0], design(SEGMENTS).X, lags=1)
    assert coef[1] + coef[3] == close("-3.274126")


def test_the_other_states(packs):
    coef, _ = newey_west(packs[1], design(SEGMENTS).X, lags=1)
    assert coef[0] == close("135.4995")
    assert coef[1] == close("-.5477701")
    assert coef[2] == close("-17.25168")
    assert coef[1] + coef[3] == close("-1.051279")


def test_difference_series_gives_the_published_difference_in_levels(packs):
    columns = design(SEGMENTS)
    coef, cov = newey_west(packs[0] - packs[1], columns.X, lags=1)
    rows = contrasts(SEGMENTS, columns)
    inference = t_inference(np.stack([row.vector for row in rows]), coef, cov, columns.df)
    level = effects(rows, coef, cov, *inference)[0]
    assert level.estimate == close("-2.806417")
