"""The ledger of the Medicaid plan holds the published numbers, by the road that a report takes.

From Baker, Callaway, Cunningham, Goodman-Bacon and Sant'Anna, "Difference-in-Differences Designs: A Practitioner's
Guide". They print two decimals and cluster by county; one of their errors is a bootstrap's, hence its wider tolerance.
"""

from __future__ import annotations

import pytest

from pilotbook.design.planfile import find_plan, read_plan
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel

MEAN = 0.05
TWO_BY_TWO, TWO_BY_TWO_SE = 5e-3, 0.01
AVERAGE, AVERAGE_SE, BOOTSTRAP_SE = 0.01, 0.02, 0.05
STATE_SE = 0.02


@pytest.fixture(scope="module")
def medicaid() -> Evaluation:
    plan_file = read_plan(find_plan("medicaid-2014-mortality"))
    return evaluate(plan_file, load_panel(plan_file), "2019")


def test_counties_and_states(medicaid):
    assert medicaid.panel.shape == (2604, 11)
    assert (
        medicaid.ledger.one(estimator="two_by_two", weights="equal", role="replication", cluster="county_code").n_units
        == 2200
    )


@pytest.mark.parametrize(
    ("group", "period", "published"),
    [
        ("pilots", "2013", 419.2),
        ("controls", "2013", 474.0),
        ("pilots", "2014", 428.5),
        ("controls", "2014", 483.1),
    ],
)
def test_means(medicaid, group, period, published):
    row = medicaid.ledger.one(estimator="mean", estimand=group, cohorts="2014", weights="equal", period=period)
    assert row.role == "description"
    assert row.estimate == pytest.approx(published, abs=MEAN)


@pytest.mark.parametrize(("weights", "effect", "se"), [("equal", 0.1216, 3.75), ("population", -2.5629, 1.49)])
def test_two_by_two_by_county_is_a_replication(medicaid, weights, effect, se):
    row = medicaid.ledger.one(estimator="two_by_two", weights=weights, cluster="county_code")
    assert row.role == "replication"
    assert row.estimate == pytest.approx(effect, abs=TWO_BY_TWO)
    assert row.se == pytest.approx(se, abs=TWO_BY_TWO_SE)


def test_weighted_two_by_two_by_state_is_a_headline(medicaid):
    row = medicaid.ledger.one(estimator="two_by_two", weights="population", role="headline")
    assert row.spec["cluster"] == "st"
    assert row.estimate == pytest.approx(-2.56, abs=TWO_BY_TWO)
    assert row.se == pytest.approx(1.98, abs=STATE_SE)


@pytest.mark.parametrize(("cluster", "se"), [("county_code", 2.01), ("st", 5.43)])
def test_event_study_of_the_2014_cohort(medicaid, cluster, se):
    rows = medicaid.ledger.select(
        estimator="event_study", estimand="att_average", cohorts="2014", weights="population", cluster=cluster
    )
    (row,) = (row for row in rows if row.role != "comparison")
    assert row.role == ("replication" if cluster == "county_code" else "headline")
    assert row.estimate == pytest.approx(-0.70, abs=AVERAGE)
    assert row.se == pytest.approx(se, abs=AVERAGE_SE)


def test_all_cohorts(medicaid):
    row = medicaid.ledger.one(
        estimator="callaway_santanna", estimand="att_average", weights="population", cluster="county_code"
    )
    assert row.role == "replication"
    assert row.estimate == pytest.approx(0.09, abs=AVERAGE)
    assert row.se == pytest.approx(1.92, abs=BOOTSTRAP_SE)


def test_clusters_decide_the_role(medicaid):
    for row in medicaid.ledger:
        if "cluster" in row.spec:
            assert (row.role == "replication") == (row.spec["cluster"] == "county_code"), row.id


def test_imputation_leads(medicaid):
    lead = medicaid.ledger.lead("mortality_20_64")
    assert (lead.estimator, lead.spec["weights"], lead.spec["cluster"]) == ("imputation", "population", "st")
    assert medicaid.contract.staggered
    assert {row.role for row in medicaid.ledger.select(estimator="twfe")} == {"comparison", "replication"}
