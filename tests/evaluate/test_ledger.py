"""A ledger is read back as it was written, to the last bit."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotbook.evaluate.ledger import Ledger, Row

NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.none() | st.integers(0, 10**9)
NAMES = st.text("abc_-0123456789", min_size=1, max_size=8)
TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=20)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    rows = {}
    for _ in range(draw(st.integers(0, 5))):
        row = Row(
            plan="p",
            outcome=draw(NAMES),
            estimator=draw(NAMES),
            estimand=draw(NAMES),
            spec=draw(st.dictionaries(NAMES, NAMES, max_size=3)),
            role=draw(st.sampled_from(["headline", "comparison", "replication", "description"])),
            unit=draw(TEXTS),
            **{name: draw(NUMBERS) for name in ("estimate", "se", "df", "ci_low", "ci_high", "level", "p", "baseline")},
            **{name: draw(COUNTS) for name in ("n_obs", "n_units", "n_pilots", "n_controls", "n_clusters")},
            p_method=draw(st.none() | TEXTS),
            reason=draw(st.none() | TEXTS),
        )
        rows[row.id] = row
    return Ledger(plan="p", period="2019", data={"sha256": draw(TEXTS)}, rows=tuple(rows.values()))


@given(ledgers())
def test_what_is_written_is_read_back(ledger):
    again = Ledger.loads(ledger.dumps())
    assert again == ledger
    assert again.dumps() == ledger.dumps()


@given(ledgers())
def test_the_written_form_has_what_the_interface_promises(ledger):
    content = json.loads(ledger.dumps())
    assert {"schema", "plan", "period", "data", "estimates", "verdicts", "rules", "claims"} <= content.keys()
    assert content["schema"] == 1
    promised = {
        *("id", "outcome", "estimator", "estimand", "estimate", "se", "df", "ci_low", "ci_high", "level", "p"),
        *("p_method", "n_obs", "n_units", "n_pilots", "n_controls", "unit", "baseline"),
    }
    for row, written in zip(ledger, content["estimates"], strict=True):
        assert promised <= written.keys()
        assert written["id"] == row.id


def row(**facts):
    return Row(**{"plan": "p", "outcome": "o", "estimator": "e", "estimand": "a", "spec": {}, "unit": "u", **facts})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_does_not_exist_is_null(value):
    ledger = Ledger(plan="p", period="2019", data={}, rows=(row(role="headline", estimate=value, se=value),))
    (written,) = json.loads(ledger.dumps())["estimates"]
    assert written["estimate"] is None
    assert written["se"] is None


def test_an_id_cannot_stand_twice():
    one = row(role="headline", spec={"weights": "equal"})
    with pytest.raises(ValueError, match=r"stand twice.*weights=equal"):
        Ledger(plan="p", period="2019", data={}, rows=(one, one))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"schema": 2}', '{"schema": 1', '{"schema": 1}'])
def test_another_text_is_no_ledger(text):
    with pytest.raises((ValueError, KeyError)):
        Ledger.loads(text)


def test_one_row_or_an_error():
    ledger = Ledger(
        plan="p",
        period="2019",
        data={},
        rows=(row(role="headline", spec={"weights": "equal"}), row(role="headline", spec={"weights": "population"})),
    )
    assert ledger.one(weights="equal").spec == {"weights": "equal"}
    with pytest.raises(LookupError, match="2 ledger rows"):
        ledger.one(role="headline")
    with pytest.raises(LookupError, match="0 ledger rows"):
        ledger.one(weights="none")


def test_rows_are_selected_by_all_facts_in_their_order():
    rows = [
        row(estimator=estimator, role=f"of {estimator}", outcome=outcome, spec={"weights": weights, **extra})
        for estimator in ("did", "its")
        for weights in ("equal", "population")
        for extra in ({}, {"error": "wild"})
        for outcome in ("o", "q")
    ]
    ledger = Ledger(plan="p", period="2019", data={}, rows=tuple(rows))
    assert ledger.select() == tuple(rows)
    assert ledger.select(outcome="q", weights="equal") == (rows[1], rows[3], rows[9], rows[11])
    assert ledger.select(error="wild", role="of its", outcome="o") == (rows[10], rows[14])
    assert ledger.select(id=rows[5].id) == (rows[5],)
    assert ledger.select(outcome="q", error="none") == ledger.select(nothing="q") == ()
