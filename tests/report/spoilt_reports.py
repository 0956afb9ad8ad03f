"""Ways to spoil a report, each of which takes away what one item of the checklist asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pilotbook.design.section import Words
from pilotbook.evaluate.ledger import Row
from pilotbook.report.checklist.facts import Report, SinceLast
from pilotbook.report.checklist.question_and_data import MOST_PRIMARY

Mutation = Callable[[Report], Report]


def ledger(**changes: Any) -> Mutation:
    return lambda r: replace(r, evaluation=replace(r.evaluation, ledger=replace(r.ledger, **changes)))


def rows(change: Callable[[Row], Row | None]) -> Mutation:
    """Change every row; a row for which there is None is taken away."""
    return lambda r: ledger(rows=tuple(new for row in r.ledger if (new := change(row)) is not None))(r)


def without(**facts: str) -> Mutation:
    """Take the first row away that matches."""

    def mutate(report: Report) -> Report:
        first = report.ledger.select(**facts)[0].id
        return rows(lambda row: None if row.id == first else row)(report)

    return mutate


def with_lead(**changes: Any) -> Mutation:
    """Change the headline of the first outcome; its id stays what the ledger calls it."""

    def mutate(report: Report) -> Report:
        lead = report.leads[0]
        changed = replace(lead, **changes)
        headline = {**report.ledger.headline, lead.outcome: changed.id}
        changed_rows = tuple(changed if row.id == lead.id else row for row in report.ledger)
        return ledger(rows=changed_rows, headline=headline)(report)

    return mutate


def plan(**changes: Any) -> Mutation:
    def mutate(report: Report) -> Report:
        return replace(report, evaluation=replace(report.evaluation, plan=report.plan.model_copy(update=changes)))

    return mutate


def first_outcome(**changes: Any) -> Mutation:
    def mutate(report: Report) -> Report:
        first, *others = report.plan.outcomes
        return plan(outcomes=(first.model_copy(update=changes), *others))(report)

    return mutate


def contract(**changes: Any) -> Mutation:
    return lambda r: replace(r, evaluation=replace(r.evaluation, contract=replace(r.evaluation.contract, **changes)))


def source(**changes: Any) -> Mutation:
    def mutate(report: Report) -> Report:
        panel = report.evaluation.panel
        changed = replace(panel, source=replace(panel.source, **changes))
        return replace(report, evaluation=replace(report.evaluation, panel=changed))

    return mutate


def unmeasured(measure: str) -> Mutation:
    """Take a measure of the design away from the first verdict."""

    def mutate(report: Report) -> Report:
        first, *others = report.ledger.verdicts
        left = [{**m, "value": None} if m["measure"] == measure else m for m in first["measures"]]
        return ledger(verdicts=({**first, "measures": left}, *others))(report)

    return mutate


def without_interval(name: str) -> Mutation:
    return rows(lambda row: None if row.spec.get("interval") == name else row)


def at_level(name: str, level: float) -> Mutation:
    return rows(lambda row: replace(row, level=level) if row.spec.get("interval") == name else row)


def without_chapter(*names: str) -> Mutation:
    return lambda r: replace(r, chapters=r.chapters - set(names))


def since(found: SinceLast | None) -> Mutation:
    return lambda r: replace(r, since=found)


def of_this(estimand: str, **changes: Any) -> Mutation:
    return rows(lambda row: replace(row, **changes) if row.estimand == estimand else row)


def only_levels_balanced(report: Report) -> Report:
    comparison = report.evaluation.contract.comparison
    assert comparison is not None
    levels = tuple(b for b in comparison.balance if b.kind == "level")
    return contract(comparison=replace(comparison, balance=levels))(report)


def five_primary(report: Report) -> Report:
    first = report.plan.outcomes[0]
    more = (first.model_copy(update={"id": f"more_{i}"}) for i in range(MOST_PRIMARY))
    return plan(outcomes=(*report.plan.outcomes, *more))(report)


def claim_without_controls(report: Report) -> Report:
    compared = next(claim for claim in report.ledger.claims if claim["controls"] is not None)
    return rows(lambda row: None if row.id == compared["controls"] else row)(report)


def unanswered_risk(report: Report) -> Report:
    assert report.plan.series is not None
    bias = report.plan.series.bias.model_copy(update={"collection_unaffected": None})
    return plan(series=report.plan.series.model_copy(update={"bias": bias}))(report)


def another_placebo(report: Report) -> Report:
    first = report.plan.placebo_outcomes[0]
    return plan(placebo_outcomes=(first, first.model_copy(update={"id": "road_deaths"})))(report)


def registration(**changes: Any) -> Mutation:
    return lambda r: ledger(registration={**r.ledger.registration, **changes})(r)


def words(text: str) -> Mutation:
    return lambda r: plan(question=Words.model_validate(text))(r)
