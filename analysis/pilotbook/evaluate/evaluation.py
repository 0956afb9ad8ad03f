"""The one room that runs the models, and the only writer of ``estimates.json``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook import cache, fingerprint
from pilotbook.design.contract import Contract, draw_contract
from pilotbook.design.looks import current_look
from pilotbook.design.plan import SERIES_ESTIMATORS, AnalysisPlan
from pilotbook.design.planfile import PlanFile
from pilotbook.design.preparation import population_weights
from pilotbook.errors import UnknownNameError
from pilotbook.evaluate.claims import compare_claims
from pilotbook.evaluate.comparability import comparison_rows
from pilotbook.evaluate.decomposition import bacon_rows
from pilotbook.evaluate.designs import agreement_rows
from pilotbook.evaluate.estimator_agreement import estimator_rows
from pilotbook.evaluate.families import Lead, adjusted
from pilotbook.evaluate.gaps import gap_rows
from pilotbook.evaluate.imitations import imitation_rows
from pilotbook.evaluate.ingredients import absent_entry, estimate_inputs
from pilotbook.evaluate.judgement import Judgement
from pilotbook.evaluate.judging import judge_outcomes
from pilotbook.evaluate.ledger import FILE, Ledger, Row
from pilotbook.evaluate.monitoring.plan_monitoring import monitored
from pilotbook.evaluate.naive import before_after_rows
from pilotbook.evaluate.people import people_rows
from pilotbook.evaluate.registered import registration_facts
from pilotbook.evaluate.relative import relative_rows
from pilotbook.evaluate.rows import Question, mean_rows, questions
from pilotbook.evaluate.sensitivity.placebo_outcomes import placebo_outcome_rows
from pilotbook.evaluate.sensitivity.rows import sensitivity_rows
from pilotbook.evaluate.unstarted import unstarted_rows
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period, parse_period

ESTIMATES = "estimates"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A plan, its panel up to one period, the contract between them, and the ledger of everything estimated."""

    plan: AnalysisPlan
    panel: Panel
    contract: Contract
    ledger: Ledger

    def judgement(self, outcome: str) -> Judgement:
        """Return what may be said of an outcome."""
        return next(Judgement.from_dict(v) for v in self.ledger.verdicts if v["outcome"] == outcome)

    def write(self, folder: Path) -> Path:
        """Write ``estimates.json`` into a folder and return its path."""
        path = folder / FILE
        path.write_text(self.ledger.dumps(), encoding="utf-8")
        return path


def evaluate(plan_file: PlanFile, panel: Panel, period: str) -> Evaluation:
    """Run what the contract permits and write it into a ledger; the same question is not computed twice.

    Parameters
    ----------
    plan_file
        The plan.
    panel
        Its whole panel; of it, the periods up to ``period`` are used.
    period
        The period of the report.

    Raises
    ------
    UnknownNameError
        If the panel does not have the period.
    """
    plan = plan_file.plan
    until = panel.until(_period(period, plan, panel))
    contract = draw_contract(plan, until)
    key = fingerprint.of_json(estimate_inputs(plan_file, panel.source, period))
    content = cache.once(ESTIMATES, key, lambda: _estimate(plan_file, until, contract, period).dumps().encode())
    return Evaluation(plan, until, contract, Ledger.loads(content.decode()))


def _period(text: str, plan: AnalysisPlan, panel: Panel) -> pd.Period:
    try:
        return parse_period(text, plan.panel.period_kind)
    except ValueError:
        raise UnknownNameError("period", text, map(format_period, panel.periods)) from None


def _estimate(plan_file: PlanFile, panel: Panel, contract: Contract, period: str) -> Ledger:
    plan, source = plan_file.plan, panel.source
    weights: dict[str, NDArray[np.float64] | None] = {"equal": None}
    population = population_weights(plan, panel)
    if population is not None:
        weights["population"] = population
    rows: dict[str, Row] = {}
    leads: dict[str, Lead] = {}
    for question in questions(plan, plan_file.id, panel, weights):
        new = [*question.rows(), *mean_rows(question), *before_after_rows(question), *bacon_rows(question)]
        new += relative_rows(question, new)
        rows |= {row.id: row for row in new} | rows
        if question.analysis.headline:  # the last weighting leads: population where the plan has one
            leads[question.common["outcome"]] = (question, _lead(new))
    rows.update({row.id: row for row in adjusted(plan, leads)})
    for question, lead in leads.values():
        examined = _examined(panel, question, lead, list(rows.values()), weights[question.spec["weights"]])
        rows.update({row.id: row for row in examined})
    first = next(iter(leads.values()))
    rows.update({row.id: row for row in placebo_outcome_rows(panel, first, weights[first[0].spec["weights"]])})
    rows.update({row.id: row for row in agreement_rows(rows.values())})
    headline = {outcome: row.id for outcome, (_, row) in leads.items()}
    rows.update({row.id: row for row in estimator_rows(plan, rows.values(), headline)})
    rows.update({row.id: row for row in comparison_rows(plan_file.id, contract)})
    rows.update({row.id: row for row in people_rows(plan_file.id, plan, panel)})
    look = current_look(plan, panel)
    judged = list(judge_outcomes(plan, panel, look, contract.comparison, leads, rows))
    rows.update({row.id: row for found in judged for row in found.rows})
    rules = monitored(plan_file, panel, look, rows, [found.judgement for found in judged])
    rows.update({row.id: row for row in rules.rows})
    claims, beside = compare_claims(plan, read_catalogue(), leads, rows)
    rows.update({row.id: row for row in beside})
    return Ledger(
        plan=plan_file.id,
        period=period,
        data={
            "name": source.name,
            "sha256": source.sha256,
            "vintage": source.vintage,
            "simulated": source.simulated,
            **absent_entry(panel.absent),
        },
        rows=tuple(rows.values()),
        headline=headline,
        contract=contract.as_dict(),
        registration=registration_facts(plan_file, panel),
        look=look.as_dict(),
        verdicts=tuple(found.judgement.as_dict() for found in judged),
        rules=rules.rules,
        monitoring=rules.monitoring,
        claims=tuple(claim.as_dict() for claim in claims),
    )


def _examined(
    panel: Panel, question: Question, lead: Row, rows: list[Row], weights: NDArray[np.float64] | None
) -> Iterator[Row]:
    """Give what is asked of a headline besides: how far it carries, or, before any start, where the counties stand."""
    estimator = question.analysis.estimator
    if not question.begun and estimator != "its":  # a series has its start in the plan
        yield from unstarted_rows(question)
    elif estimator not in SERIES_ESTIMATORS and question.leads != "none":  # without inference there is none to examine
        yield from imitation_rows(question, lead)
        gaps = list(gap_rows(panel, question, lead, weights))
        yield from gaps
        yield from sensitivity_rows(question, lead, panel, [*rows, *gaps])


def _lead(rows: list[Row]) -> Row:
    """Return the average over the plan's event times if there is one, else the overall effect."""
    leading = [row for row in rows if row.role == "headline"]
    return next((row for row in leading if row.estimand == "att_average"), leading[0])
