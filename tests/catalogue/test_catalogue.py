"""The catalogue is whole, typed and free of dangling references; a broken one is refused with the place."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from pilotbook.errors import DataError, UnknownNameError
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.catalogue.catalogue import FOLDER


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "catalogue"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_holds_what_the_project_counted() -> None:
    catalogue = read_catalogue()
    counts = {
        "reforms": len(catalogue.reforms),
        "indicators": len(catalogue.indicators),
        "panel": len(catalogue.panel_indicators),
        "rules": len(catalogue.rules),
        "claims": len(catalogue.claims),
        "inputs": len(catalogue.inputs),
        "facts": len(catalogue.facts),
        "sources": len(catalogue.sources),
    }
    assert counts == {
        "reforms": 77,
        "indicators": 96,
        "panel": 85,
        "rules": 68,
        "claims": 76,
        "inputs": 41,
        "facts": 21,
        "sources": 5,
    }


def test_every_further_input_is_read_by_a_rule() -> None:
    catalogue = read_catalogue()
    read = {name for rule in catalogue.rules.values() for name in rule.requires_other_inputs}
    assert read - set(catalogue.constants) == set(catalogue.inputs)


def test_claims_counted_in_the_dictionary_are_the_claims_that_state_an_effect_or_level() -> None:
    catalogue = read_catalogue()
    stated = {indicator.id: indicator.claims for indicator in catalogue.indicators.values() if indicator.claims}
    assert stated == dict(Counter(claim.indicator_id for claim in catalogue.claims.values()))


def test_rules_and_indicators_name_each_other() -> None:
    catalogue = read_catalogue()
    by_rule = {(rule.id, i) for rule in catalogue.rules.values() for i in rule.requires_indicators}
    by_indicator = {(r, indicator.id) for indicator in catalogue.indicators.values() for r in indicator.rules}
    assert by_rule == by_indicator


def test_reforms_and_indicators_name_each_other() -> None:
    catalogue = read_catalogue()
    by_reform = {(reform.id, a.id) for reform in catalogue.reforms.values() for a in reform.affected_indicators}
    by_indicator = {(r, indicator.id) for indicator in catalogue.indicators.values() for r in indicator.reforms}
    assert by_reform == by_indicator


def test_chinese_names_are_unique_because_they_are_column_headers() -> None:
    catalogue = read_catalogue()
    names = [entry.name_zh for part in (catalogue.indicators, catalogue.inputs) for entry in part.values()]
    assert len(names) == len(set(names))


def test_simulated_levels_lie_within_the_soft_range() -> None:
    catalogue = read_catalogue()
    outside = []
    for draw in catalogue.draws.values():
        soft = catalogue.indicators[draw.id].range.soft
        low, high = soft if soft is not None else (None, None)
        if (low is not None and draw.level < low) or (high is not None and draw.level > high):
            outside.append(draw.id)
    assert outside == []


def test_a_simulated_indicator_with_a_denominator_is_a_plain_ratio() -> None:
    catalogue = read_catalogue()
    draws = [draw.id for draw in catalogue.draws.values() if draw.denominator is not None]
    assert len(draws) > 50
    assert [id for id in draws if catalogue.indicators[id].per is None] == []


def test_minimum_important_effect_in_the_unit() -> None:
    catalogue = read_catalogue()
    share = catalogue.indicator("phc_visit_share").minimum_important_effect
    cost = catalogue.indicator("fund_spending").minimum_important_effect
    assert share is not None
    assert cost is not None
    assert share.in_unit(50.0) == 2.0
    assert cost.in_unit(300.0) == pytest.approx(6.0)


def test_unknown_names_get_the_nearest() -> None:
    catalogue = read_catalogue()
    with pytest.raises(UnknownNameError, match="did you mean 'phc_visit_share'"):
        catalogue.indicator("phc_visits_share")
    with pytest.raises(UnknownNameError, match="did you mean 'drg-dip'"):
        catalogue.reform("drg-dipp")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("rules.yml", "expression: drug_share > 50", "expression: drug_share >", "not an expression"),
        (
            "rules.yml",
            "expression: drug_share > 50",
            "expression: drugs_share > 50",
            "names the name 'drugs_share'",
        ),
        (
            "rules.yml",
            "reform_id: price-supervision",
            "reform_id: price-control",
            "the reform 'price-control'",
        ),
        ("indicators.yml", "    direction: higher_better", "    direction: up", "direction"),
        ("indicators.yml", "    direction: higher_better", "    directon: higher_better", "directon"),
        (
            "indicators.yml",
            "        - 20\n",
            "        - -20\n",
            "the soft bound -20 lies outside the hard bound 0",
        ),
        ("reforms.yml", "- id: phc_visit_share", "- id: phc_share", "the indicator 'phc_share'"),
        ("reforms.yml", "reforms: 77", "reforms: 78", "states reforms = 78, holds 77"),
        ("claims.csv", "S0-02", "S0-01", "S0-01: stands twice"),
        ("inputs.yml", "kind: grade", "kind: number", "a grade, and nothing else, lists its grades"),
        ("inputs.yml", "id: annual_budget", "id: yearly_budget", "the further input 'annual_budget'"),
        ("simulation.yml", "scale: log, level: 750", "scale: log, level: -750", "must be positive"),
        ("context.yml", "context_facts:", "context_facts: [", "no valid YAML"),
    ],
)
def test_a_broken_catalogue_is_refused_with_the_place(copy: Path, file: str, old: str, new: str, message: str) -> None:
    edit(copy / file, old, new)
    with pytest.raises(DataError, match=message):
        read_catalogue(copy)


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "inputs.yml").unlink()
    with pytest.raises(DataError, match=r"inputs\.yml: cannot be read"):
        read_catalogue(copy)
