"""Every automatic tick of the checklist can be lost, and every manual item that nobody answered is shown as open."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typst

from pilotbook.design.checklist import checklist
from pilotbook.design.commitments import Answer
from pilotbook.design.planfile import read_plan
from pilotbook.design.registration import register
from pilotbook.design.registry import write_registration
from pilotbook.design.section import Words
from pilotbook.errors import ProofError, WorkError
from pilotbook.evaluate.evaluation import Evaluation, evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.relative import SCALES_CONTRADICT
from pilotbook.release.gate import refuse_disclosures
from pilotbook.report.checklist import answers
from pilotbook.report.checklist.answers import CHECKS, computed
from pilotbook.report.checklist.facts import Report, SinceLast
from pilotbook.report.engine.proofs.html import html_findings
from pilotbook.report.language import languages, say
from pilotbook.report.numbers import Numbers
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html, prove_pdf

from ..conftest import CommandLine
from ..evaluate.counties import PLAN, counties, outcome, write
from .spoilt_reports import (
    Mutation,
    another_placebo,
    at_level,
    claim_without_controls,
    contract,
    first_outcome,
    five_primary,
    ledger,
    of_this,
    only_levels_balanced,
    plan,
    registration,
    rows,
    since,
    source,
    unanswered_risk,
    unmeasured,
    with_lead,
    without,
    without_chapter,
    without_interval,
    words,
)

SOURCE = {"minimum_important_effect_source": "agreed with the client"}
STAYS = {**outcome("stays"), "column": None, "minimum_important_effect": 0.5, **SOURCE}
RISKS = ("independent_of_other_changes", "collection_unaffected", "knowledge_of_interventions", "other")
JUDGED = {name: {"risk": "low", "because": "asked"} for name in RISKS}
ASKED: dict[str, Any] = PLAN | {
    "reform": "referral-cost-sharing",
    "outcomes": [
        {**outcome("up_referral_rate"), "column": None, "numerator": "visits_of", "denominator": "people", **SOURCE},
        {**STAYS, "numerator": "stays_of", "denominator": "people"},
        {**outcome("deaths", "safety"), "column": None, "numerator": "deaths_of", "denominator": "people", **SOURCE},
    ],
    "analyses": [
        {"estimator": "imputation", "average": [0, 3], "headline": True},
        {"estimator": "callaway_santanna", "average": [0, 3]},
        {"estimator": "its"},
    ],
    "series": {"steps": [{"label": "reform", "start": "2020Q3", "shape": "level"}], "bias": JUDGED},
    "covid": {"policy": "keep", "first": "2020Q1", "last": "2020Q2", "because": "it reached all alike"},
    "co_interventions": [],
    "looks": {"planned": ["2021Q4", "2022Q4"]},
    "placebo_outcomes": [{"id": "births", "title": "Births", "unit": "births", "column": "births", "because": "fixed"}],
    "subgroups": [{"id": "size", "title": "Size", "by": "column", "column": "town"}],
}
FEW, MANY = 3, 12
EARLIER = ("counties/2021Q4/v1/release.json", "counties/2021Q4/v2/release.json")
SINCE = SinceLast(frozenset({"up_referral_rate", "stays", "deaths"}), ("the data",))


def data(pilots: int, units: int) -> pd.DataFrame:
    """The counties' outcomes as shares of their people; every other pilot starts a year later where they are many."""
    frame = counties(pilots, units)
    number = frame["county"].str[1:].astype(int)
    people = 1000.0 + 10 * number
    frame["births"] = 12 + 0.01 * frame["stays"].to_numpy()[::-1]
    frame["town"] = ["town" if n % 2 else "country" for n in number]
    frame["people"] = people
    frame["visits_of"] = frame["visits"] * people
    frame["stays_of"] = frame["stays"] * people
    frame["deaths_of"] = frame["stays"].to_numpy()[::-1] * people
    if pilots > FEW:
        frame.loc[(number % 2 == 1) & (frame["start"] != ""), "start"] = "2021Q3"
    return frame


def evaluated(folder: Path, pilots: int, plan: dict[str, Any] = ASKED) -> Evaluation:
    content = {**plan, "outcomes": [{k: v for k, v in o.items() if v is not None} for o in plan["outcomes"]]}
    plan_file = read_plan(write(folder, data(pilots, 2 * pilots + 10), content))
    write_registration(plan_file, register(plan_file.id, plan_file.plan, datetime.date(2020, 1, 1), None))
    return evaluate(plan_file, load_panel(plan_file), "2022Q4")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """One report in which all ticks of many pilots stand, and one of few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILOTBOOK_CACHE", str(tmp_path_factory.mktemp("cache")))
        pilots = {"many": MANY, "few": FEW}
        return {name: whole(evaluated(tmp_path_factory.mktemp(name), number)) for name, number in pilots.items()}


def whole(evaluation: Evaluation) -> Report:
    """Add what a folder without vintage cannot have: its run-out, and rules that fired."""
    source = replace(evaluation.panel.source, is_vintage=True, date="2023-06-01")
    rules = (rule(causal=False, effects=[]), rule(causal=True, effects=[{"indicator": "up_referral_rate"}]))
    ledger = replace(evaluation.ledger, rules=rules)
    report = Report.of(replace(evaluation, panel=replace(evaluation.panel, source=source), ledger=ledger), SINCE)
    return replace(report, earlier=dict.fromkeys(EARLIER, True))


def rule(*, causal: bool, effects: list[dict[str, str]]) -> dict[str, Any]:
    return {"type": "alert", "state": "fired", "causal": causal, "effects": effects}


SIGNIFICANT = "Did visits rise significantly?"
MUTATIONS: Mapping[str, tuple[Mutation, ...]] = {
    "registered": (registration(after_the_data=True), registration(after_the_data=None)),
    "deviations": (registration(standing="unregistered"), registration(standing="changed")),
    "primary_outcomes": (five_primary,),
    "minimum_source": (first_outcome(minimum_important_effect_source=None),),
    "denominators": (first_outcome(denominator=None, column="visits"),),
    "missing_by_arm": (unmeasured("missing_difference"), without_chapter("data")),
    "run_out": (source(date="2023-02-01"), source(date=None), source(is_vintage=False)),
    "simulated_marked": (lambda r: ledger(data={**r.ledger.data, "simulated": False})(r),),
    "balance": (only_levels_balanced, contract(comparison=None), without_chapter("did")),
    "clean_controls": (plan(co_interventions=None), unmeasured("exposed_controls")),
    "robust_estimator": (with_lead(estimator="twfe"), with_lead(estimator="event_study")),
    "event_support": (of_this("att_event_time", n_pilots=None), without_chapter("did")),
    "raw_series": (
        rows(lambda row: None if row.estimator == "mean" and row.estimand == "controls" else row),
        without_chapter("did", "its"),
    ),
    "clustering": (with_lead(spec={"weights": "equal", "cluster": "town"}),),
    "few_pilots": (with_lead(se=1.0), with_lead(n_draws=None)),
    "attainable_p": (rows(lambda row: replace(row, p_smallest=None)), without_chapter("sensitivity", "its")),
    "family_p": (with_lead(p_family=None),),
    "look_adjusted": (without_interval("adjusted"), at_level("adjusted", 0.95)),
    "detectable": (
        rows(lambda row: None if row.estimand == "minimum_detectable_effect" else row),
        of_this("minimum_detectable_effect", estimate=None),
    ),
    "pre_trend_power": (unmeasured("pre_trend_power"), without_chapter("sensitivity")),
    "breakdown": (unmeasured("breakdown"), without_chapter("sensitivity")),
    "placebo": (
        of_this("placebo_in_time", estimate=None),
        without(estimand="placebo_in_space"),
        plan(placebo_outcomes=()),
        another_placebo,
        without_chapter("sensitivity"),
    ),
    "leave_one_out": (without(estimand="without_pilot"), without_chapter("sensitivity")),
    "specifications": (
        without(estimand="specification", specification="without_epidemic"),
        rows(lambda row: None if row.estimand == "specification" and "epidemic" not in row.id else row),
        without_chapter("sensitivity"),
    ),
    "functional_form": (
        of_this("relative_effect", flags=(SCALES_CONTRADICT,)),
        without(estimand="relative_effect"),
    ),
    "series_gate": (
        unanswered_risk,
        rows(lambda row: None if row.estimator == "its" and row.estimand == "fitted" else row),
        without_chapter("its"),
    ),
    "designs_agree": (unmeasured("design_difference"),),
    "wording": (words(SIGNIFICANT),),
    "absolute_relative": (with_lead(baseline=None), with_lead(unit=""), with_lead(estimate=None)),
    "safety": (without_interval("harm"), at_level("harm", 0.95)),
    "claims": (ledger(claims=()), claim_without_controls, without_chapter("claims")),
    "monitoring_apart": (
        ledger(rules=(rule(causal=False, effects=[{"indicator": "up_referral_rate"}]),)),
        ledger(rules=(rule(causal=True, effects=[]),)),
        without_chapter("rules"),
    ),
    "subgroups": (without(estimand="subgroup_difference"), without_chapter("sensitivity")),
    "changes": (
        since(None),
        since(replace(SINCE, outcomes=frozenset())),
        since(replace(SINCE, causes=("the data", "the plan"))),
        without_chapter("changes"),
    ),
    "previous_versions": (
        lambda r: replace(r, earlier={**r.earlier, EARLIER[0]: False}),
        without_chapter("changes"),
    ),
    "one_command": (
        plan(seed=4),
        lambda r: ledger(data={**r.ledger.data, "sha256": ""})(r),
        without_chapter("changes"),
    ),
}
"""What takes each tick away, one thing at a time."""

OF_FEW = {"few_pilots", "detectable"}
"""Items that are ticked where pilots are few; those of the others stand in the report of many."""

ENFORCED = {"same_numbers", "alt_text", "disclosure"}
"""Items that a check on the finished pages stops the render for, or the release."""

AUTOMATIC = [item.id for item in checklist() if item.automatic]
MANUAL = [item.id for item in checklist() if not item.automatic]


def test_no_automatic_item_is_without_a_check_and_a_mutation() -> None:
    assert len(checklist()) == 44
    assert sorted(AUTOMATIC) == sorted(CHECKS)
    assert sorted(AUTOMATIC) == sorted({*MUTATIONS, *ENFORCED})


@pytest.mark.parametrize("item", sorted(MUTATIONS))
def test_a_mutation_takes_the_tick_away(reports: dict[str, Report], item: str) -> None:
    report = reports["few" if item in OF_FEW else "many"]
    assert computed(report, item) == "yes"
    lost = [computed(mutate(report), item) for mutate in MUTATIONS[item]]
    assert set(lost) <= {"no", "unknown"}, lost


def test_a_digit_that_differs_between_the_pages_stops_the_render(reports: dict[str, Report], tmp_path: Path) -> None:
    report = reports["many"]
    assert computed(report, "same_numbers") == "enforced"
    lead, page = report.leads[0], tmp_path / "report.html"
    shown = Numbers(report.ledger, "en").text(lead, "estimate")
    tagged = f'<span data-ledger="{lead.id}" data-field="estimate">{{}}</span>'
    page.write_text(tagged.format(shown), encoding="utf-8")
    printed = read_page(page).numbers
    prove_html(read_page(page), report.ledger, "en")
    prove_pdf(pdf(tmp_path, shown), printed)
    other = shown[:-1] + str((int(shown[-1]) + 1) % 10)
    with pytest.raises(ProofError, match=re.escape(shown)):
        prove_pdf(pdf(tmp_path, other), printed)
    page.write_text(tagged.format(other), encoding="utf-8")
    with pytest.raises(ProofError, match=f"should be '{re.escape(shown)}'"):
        prove_html(read_page(page), report.ledger, "en")


def pdf(folder: Path, text: str) -> Path:
    """Set a text as a PDF."""
    path = folder / "report.pdf"
    path.write_bytes(typst.compile(f'#"{text}"'.encode()))
    return path


def test_a_picture_without_words_stops_the_render(reports: dict[str, Report]) -> None:
    assert computed(reports["many"], "alt_text") == "enforced"
    page = '<html lang="en"><head><title>A report</title></head><body><img src="data:," alt="{}"></body></html>'
    assert html_findings(page.format("Effects by event time"), "en", {}) == []
    assert html_findings(page.format(""), "en", {})


def test_a_small_count_of_persons_stops_the_release(reports: dict[str, Report], tmp_path: Path) -> None:
    assert computed(reports["many"], "disclosure") == "at_release"
    page = tmp_path / "report.html"
    table = "<table><tr><th>County</th><th>Patients</th></tr><tr><td>A</td><td>{}</td></tr></table>"
    page.write_text(table.format(240), encoding="utf-8")
    refuse_disclosures([page], tmp_path, reports["many"].plan.disclosure)
    page.write_text(table.format(3), encoding="utf-8")
    with pytest.raises(WorkError, match="disclosure control refuses the release"):
        refuse_disclosures([page], tmp_path, reports["many"].plan.disclosure)


def test_without_an_earlier_release_nothing_can_have_changed(reports: dict[str, Report]) -> None:
    first = replace(reports["many"], earlier={}, since=None)
    assert {computed(first, item) for item in ("changes", "previous_versions")} == {"not_applicable"}


@pytest.mark.parametrize("language", languages())
def test_a_manual_item_is_open_until_the_plan_answers_it(reports: dict[str, Report], language: str) -> None:
    evaluation = reports["few"].evaluation
    lines = answers.table(evaluation, language).data.splitlines()
    answered = {name: Answer(answer="no", because=Words(en=f"why {name}", zh=f"理由 {name}")) for name in MANUAL}
    with_answers = replace(evaluation, plan=evaluation.plan.model_copy(update={"checklist": answered}))
    said = answers.table(with_answers, language).data.splitlines()
    for item in (item for item in checklist() if not item.automatic):
        asked = say(language, item.item)
        (line,) = (line for line in lines if asked in line)
        assert say(language, "not answered") in line
        (line,) = (line for line in said if asked in line)
        assert say(language, "not answered") not in line
        assert answered[item.id].because.text(language) in line


def test_the_check_of_a_plan_asks_for_the_manual_items(tmp_path: Path, pilotbook: CommandLine) -> None:
    answered = {"selection": {"answer": "yes", "because": "drawn at random"}}
    path = write(tmp_path, counties(FEW, 10), {**PLAN, "checklist": answered})
    found = pilotbook("plan", "check", path, "--json").json["unanswered"]
    assert sorted([*found, "selection"]) == sorted(MANUAL)
    assert ", ".join(found) in pilotbook("plan", "check", path).out
