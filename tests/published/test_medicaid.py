"""The Medicaid expansion and county mortality: numbers of Baker et al., "A Practitioner's Guide" (JEL).

Published errors cluster by county and are replication values. The reform was assigned by state; errors by
state are those to lead with. Published numbers have two decimals, hence the tolerances; values with more
digits are from diff-diff, csdid and pyfixest, which agree on them.
"""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.result import Effect, StandardError, Variance
from pilotbook.estimate.twfe import twfe
from pilotbook.estimate.two_by_two import two_by_two

MEAN = 0.05
ESTIMATE = 5e-3
SE = 0.01


def se(effect: Effect, kind: Variance) -> float:
    error = effect.standard_errors[kind]
    assert isinstance(error, StandardError)
    return error.se


@pytest.fixture(scope="module")
def pair(medicaid):
    return medicaid(only=2014, years=(2013, 2014))


def test_four_means(pair):
    (result,) = two_by_two(pair.y, pair.cohort)
    means = result.means
    found = (means.pilots_before, means.controls_before, means.pilots_after, means.controls_after)
    np.testing.assert_allclose(found, (419.2, 474.0, 428.5, 483.1), atol=MEAN)
    assert result.effect.counts.n_units == 2200


def test_unweighted_two_by_two(pair):
    (result,) = two_by_two(pair.y, pair.cohort)
    assert result.effect.estimate == pytest.approx(0.1216, abs=ESTIMATE)
    assert se(result.effect, Variance.CRV1) == pytest.approx(3.75, abs=SE)


@pytest.mark.parametrize(("by_state", "published"), [(False, 1.49), (True, 1.98)])
def test_weighted_two_by_two(pair, by_state, published):
    (result,) = two_by_two(pair.y, pair.cohort, weights=pair.weights, cluster=pair.state if by_state else None)
    assert result.effect.estimate == pytest.approx(-2.5629, abs=ESTIMATE)
    assert se(result.effect, Variance.CRV1) == pytest.approx(published, abs=SE)


def test_two_by_two_is_two_way_fixed_effects_with_two_periods(pair):
    (result,) = two_by_two(pair.y, pair.cohort, weights=pair.weights, cluster=pair.state)
    (regression,) = twfe(pair.y, pair.cohort, weights=pair.weights, cluster=pair.state)
    assert regression.estimate == pytest.approx(result.effect.estimate, rel=1e-12)
    assert regression.se == pytest.approx(result.effect.se, rel=1e-12)


@pytest.mark.parametrize(("by_state", "published"), [(False, 2.02), (True, 5.43)])
def test_event_study_of_the_2014_cohort(medicaid, by_state, published):
    data = medicaid(only=2014)
    cluster = data.state if by_state else None
    (path,) = event_study(data.y, data.cohort, weights=data.weights, cluster=cluster, windows=[(0, 5)])
    effect = path.averages[0, 5]
    assert effect.estimate == pytest.approx(-0.7035, abs=1e-3)
    assert se(effect, Variance.CRV1) == pytest.approx(published, abs=SE)


def test_group_time_effects_agree_with_the_event_study_of_one_cohort(medicaid):
    data = medicaid(only=2014)
    (effects,) = callaway_santanna(data.y, data.cohort, weights=data.weights, controls="never")
    effect = effects.by_event_time([(0, 5)]).averages[0, 5]
    assert effect.estimate == pytest.approx(-0.7035, abs=1e-3)
    assert se(effect, Variance.INFLUENCE) == pytest.approx(2.01, abs=0.02)


def test_all_cohorts_against_counties_not_yet_treated(medicaid):
    data = medicaid()
    (effects,) = callaway_santanna(data.y, data.cohort, weights=data.weights, controls="not_yet")
    effect = effects.by_event_time([(0, 5)]).averages[0, 5]
    assert effect.estimate == pytest.approx(0.08677, abs=1e-4)
    assert se(effect, Variance.INFLUENCE) == pytest.approx(1.891, abs=1e-3)
    assert se(effect, Variance.INFLUENCE) == pytest.approx(1.92, abs=0.05)
    assert effect.counts.n_units == 2604
