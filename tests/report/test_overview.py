"""The page over all reforms: drawn from the ledgers of a folder, in both languages, without a number of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import DataError, ProofError
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.report.claim_words import as_stated, place
from pilotbook.report.engine import choose_engine
from pilotbook.report.overview.collect import collect
from pilotbook.report.overview.page import make_overview, overview
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html

from ..evaluate.counties import PLAN, counties, outcome, write

CATALOGUE = read_catalogue()
PILOT, PRICING, PROPOSAL = "three-county-linked-pilot", "tiered-pricing", "outcome-based-payment"


def report(folder: Path, out: Path, reform: str, column: str, pilots: int, *periods: str) -> None:
    """Evaluate a small plan of a reform and leave its ledgers where reports leave them."""
    own = folder / reform
    own.mkdir()
    frame = counties(pilots).rename(columns={"visits": column})
    plan = PLAN | {"reform": reform, "outcomes": [outcome(column), outcome("stays", "safety")]}
    plan["outcomes"][1] |= {"id": "price_forgone_care", "direction": "lower"}
    plan_file = read_plan(write(own, frame, plan).rename(own / f"{reform}.yml"))
    for period in periods:
        target = out / reform / period
        target.mkdir(parents=True)
        evaluate(plan_file, load_panel(plan_file), period).write(target)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three reforms, one of them with two periods and one that has begun nowhere."""
    folder, out = tmp_path_factory.mktemp("plans"), tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILOTBOOK_CACHE", str(folder / "cache"))
        report(folder, out, PILOT, "phc_visit_share", 3, "2020Q3", "2022Q4")
        report(folder, out, PRICING, "phc_visit_share", 10, "2022Q4")
        report(folder, out, PROPOSAL, "htn_control_rate", 0, "2022Q4")
    return out


def text_of(reports: Path, language: str) -> str:
    """The page without the tags of its numbers."""
    page = overview(collect(reports, "2022Q4", CATALOGUE), "2022Q4", CATALOGUE, language)
    return re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", "\n\n".join(cell.source for cell in page.cells))


def test_reforms_stand_in_the_order_of_the_catalogue(reports):
    found = collect(reports, "2022Q4", CATALOGUE)
    assert [reported.reform.id for reported in found] == [PRICING, PILOT, PROPOSAL]
    assert found[1].earlier is not None
    assert (found[1].earlier.period, found[0].earlier) == ("2020Q3", None)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_part_is_there(reports, language):
    text = text_of(reports, language)
    for section in ("sec-verdicts", "sec-alerts", "sec-changes", "sec-data", "sec-claims"):
        assert f"{{#{section}}}" in text
    for name in CATALOGUE.claims:
        assert f"| {name} |" in text
    assert CATALOGUE.reforms[PILOT].label(language) in text


def test_the_matrix_shows_the_verdicts_of_the_ledgers(reports):
    lines = text_of(reports, "en").split("\n")
    line = next(li for li in lines if li.startswith(f"| {CATALOGUE.reforms[PILOT].name_en}"))
    assert "△ C" in line  # three pilots: improved, fragile
    proposal = next(li for li in lines if li.startswith(f"| {CATALOGUE.reforms[PROPOSAL].name_en}"))
    assert "–2" in proposal
    assert proposal.count("·") == 4


def test_numbers_are_those_of_the_ledger(reports):
    (pilot,) = (r for r in collect(reports, "2022Q4", CATALOGUE) if r.reform.id == PILOT)
    claim = next(c for c in pilot.claims if c.claim == "S0-07")
    shown = pilot.ledger.row(claim.pilots).estimate
    (line,) = (li for li in text_of(reports, "en").split("\n") if li.startswith("| S0-07 |"))
    numbers = [float(cell) for cell in re.findall(r"\| (\d+\.\d+) \|?", line)]
    assert np.isclose(numbers, shown, atol=0.01).any()


def test_only_changed_verdicts_are_told(reports):
    text = text_of(reports, "en")
    told = text[text.index("{#sec-changes}") : text.index("{#sec-data}")]
    (pilot,) = (r for r in collect(reports, "2022Q4", CATALOGUE) if r.reform.id == PILOT)
    before = {verdict["outcome"]: verdict["verdict"] for verdict in pilot.earlier.verdicts}
    for id, judgement in pilot.judgements.items():
        label = CATALOGUE.indicators[id].name_en
        assert (f"{label} | 2020Q3 |" in told) == (before[id] != judgement.verdict)
    assert CATALOGUE.reforms[PRICING].name_en not in told


def test_it_is_written_beside_the_reports(reports):
    (page,) = make_overview(reports, "2022Q4", ["en"], ["html"], choose_engine("embedded"))
    assert page == reports / "overview" / "2022Q4" / "en" / "report.html"
    assert "All reforms at a glance" in page.read_text(encoding="utf-8")
    content = json.loads((reports / "overview" / "2022Q4" / "overview.json").read_text(encoding="utf-8"))
    assert [entry["reform"] for entry in content["reforms"]] == [PRICING, PILOT, PROPOSAL]
    assert content["claims"]["counts"]["all"] == 76
    assert make_overview(reports, "2021Q1", ["en"], ["html"], choose_engine("embedded")) == []


def test_every_tagged_number_is_proved_against_its_own_ledger(reports, tmp_path):
    (page,) = make_overview(reports, "2022Q4", ["en"], ["html"], choose_engine("embedded"))
    ledgers = [reported.ledger for reported in collect(reports, "2022Q4", CATALOGUE)]
    printed = read_page(page).numbers
    prove_html(read_page(page), ledgers[0], "en", *ledgers[1:])
    assert ledgers[0].plan == PRICING
    assert {number.row.split("/")[0] for number in printed} == {PILOT}
    number = next(number for number in printed if "." in number.text)
    text = page.read_text(encoding="utf-8")
    forged = tmp_path / "report.html"
    forged.write_text(text.replace(f">{number.text}<", f">{number.text}1<", 1), encoding="utf-8")
    with pytest.raises(ProofError, match=re.escape(f"'{number.text}1' should be '{number.text}'")):
        prove_html(read_page(forged), ledgers[0], "en", *ledgers[1:])
    with pytest.raises(ProofError, match="claims a row that is not in the ledger"):
        prove_html(read_page(page), ledgers[0], "en")


def test_a_number_without_a_tag_is_of_the_catalogue_or_a_share_of_missing_values(reports):
    page = overview(collect(reports, "2022Q4", CATALOGUE), "2022Q4", CATALOGUE, "en")
    text = re.sub(r"\[[^\]]*\]\{[^}]*data-ledger[^}]*\}", "", "\n".join(cell.source for cell in page.cells[1:]))
    stated = " ".join(as_stated(claim, "en") + place(claim, "en") for claim in CATALOGUE.claims.values())
    named = " ".join(reform.name_en for reform in CATALOGUE.reforms.values())
    decimals = set(re.findall(r"\d+\.\d+", text)) - set(re.findall(r"\d+\.\d+", stated + named))
    assert decimals == {"0.0"}  # of the complete data


def test_a_ledger_of_another_version_is_told_with_its_path(reports, tmp_path):
    old = json.loads((reports / PILOT / "2022Q4" / "estimates.json").read_text(encoding="utf-8"))
    del old["verdicts"][0]["grade"]
    folder = tmp_path / PILOT / "2022Q4"
    folder.mkdir(parents=True)
    (folder / "estimates.json").write_text(json.dumps(old), encoding="utf-8")
    with pytest.raises(DataError, match="written by another version of pilotbook"):
        collect(tmp_path, "2022Q4", CATALOGUE)
