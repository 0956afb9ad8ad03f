"""Adjusted p values against statsmodels and against the definition of the step-down maximum."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from pilotbook.estimate.inference.multiplicity import benjamini_hochberg, holm, step_down


@pytest.mark.parametrize(("ours", "theirs"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
@pytest.mark.parametrize("n", [1, 2, 30])
def test_against_statsmodels(ours, theirs, n):
    p = np.random.default_rng(n).beta(0.5, 2, size=n)
    assert ours(p) == pytest.approx(multipletests(p, method=theirs)[1], abs=1e-12)


@pytest.mark.parametrize("ours", [holm, benjamini_hochberg])
def test_what_is_not_known_is_not_counted(ours):
    p = np.array([0.03, np.nan, 0.01])
    assert ours(p)[[0, 2]] == pytest.approx(ours(p[[0, 2]]))
    assert np.isnan(ours(p)[1])


def test_step_down_is_its_definition():
    """Each p is the largest, over the hypotheses at least as significant, of the share of maxima over what is left."""
    rng = np.random.default_rng(1)
    null = np.abs(rng.normal(size=(5, 400)) + rng.normal(size=400))
    statistic = np.array([0.4, 4.0, 2.0, 2.5, 1.0])
    for hypothesis, value in enumerate(step_down(statistic, null, exact=False)):
        steps = []
        for other in range(5):
            if statistic[other] >= statistic[hypothesis]:
                left = null[statistic <= statistic[other]].max(axis=0)
                steps.append((1 + (left >= statistic[other]).sum()) / 401)
        assert value == pytest.approx(max(steps))


def test_one_outcome_is_left_as_it_is_and_more_cost_something():
    rng = np.random.default_rng(2)
    null = np.abs(rng.normal(size=(8, 2_000)))
    alone = step_down(np.array([2.2]), null[:1], exact=False)
    assert alone[0] == pytest.approx((1 + (null[0] >= 2.2).sum()) / 2001)
    assert step_down(np.full(8, 2.2), null, exact=False)[0] > 3 * alone[0]
