"""Reform of mathematics teaching: the decomposition printed by the R package bacondecomp, five decimals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pilotbook.estimate.bacon import Comparison, bacon
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.twfe import twfe

from .conftest import DATA

TOLERANCE = 1e-5
PUBLISHED = {
    Comparison.NOT_YET_TREATED: (0.06353, 0.02868),
    Comparison.ALREADY_TREATED: (0.05265, 0.03375),
    Comparison.NEVER_TREATED: (0.88382, -0.00129),
}


@pytest.fixture(scope="module")
def reform() -> tuple[np.ndarray, np.ndarray]:
    frame = pd.read_csv(DATA / "math_reform.csv")
    y = frame.pivot_table(index="state", columns="class", values="incearn_ln")
    year = frame.groupby("state")["reformyr_math"].first().loc[y.index]
    first = y.columns[0]
    return y.to_numpy(), np.where(year.isna(), NEVER, year.fillna(0).astype(int) - first)


def test_weights_and_estimates(reform):
    (parts,) = bacon(*reform)
    for kind, (weight, estimate) in PUBLISHED.items():
        assert parts.share(kind) == pytest.approx(weight, abs=TOLERANCE)
        assert parts.mean(kind) == pytest.approx(estimate, abs=TOLERANCE)
    assert parts.forbidden_share == pytest.approx(0.05265, abs=TOLERANCE)


def test_components_add_up_to_two_way_fixed_effects(reform):
    (parts,) = bacon(*reform)
    (effect,) = twfe(*reform)
    assert effect.estimate == pytest.approx(0.00245997, abs=1e-8)
    assert parts.estimate == pytest.approx(effect.estimate, abs=1e-14)
    assert sum(part.weight for part in parts.components) == pytest.approx(1.0, abs=1e-14)
