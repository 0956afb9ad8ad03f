"""Which rows the chapter on sensitivity shows, and which of its parts have something to show."""

from __future__ import annotations

from collections.abc import Iterator

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.drawn_tests import DRAWN
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.curve import specifications
from pilotbook.evaluate.sensitivity.examination import COMPLETE, ESTIMATOR
from pilotbook.evaluate.sensitivity.groups import EFFECT as SUBGROUP
from pilotbook.evaluate.sensitivity.placebo_outcomes import ESTIMAND as PLACEBO_OUTCOME
from pilotbook.evaluate.sensitivity.single_pilot import GAP


def parts(evaluation: Evaluation) -> dict[str, bool]:
    """Tell of each part of the chapter whether there is something to show."""
    ledger = evaluation.ledger
    examined = ledger.select(estimator=ESTIMATOR)
    return {
        "violations": bool(known(evaluation, "robust_to_violations")),
        "no-violations": not known(evaluation, "robust_to_violations"),
        "placebos": bool(known(evaluation, "placebo_in_time") or known(evaluation, "placebo_in_space")),
        "no-placebos": not (known(evaluation, "placebo_in_time") or known(evaluation, "placebo_in_space")),
        "placebo-space": bool(known(evaluation, "placebo_in_space")),
        "placebo-outcomes": any(row.estimand == PLACEBO_OUTCOME for row in examined),
        "few-pilots": evaluation.contract.leads in DRAWN,
        "single-pilot": any(row.estimand == GAP for row in examined),
        "subgroups": any(row.estimand == SUBGROUP for row in examined),
        "complete-counties": any(COMPLETE in row.flags for row in examined),
    }


def known(evaluation: Evaluation, estimand: str) -> list[Row]:
    """Return the rows of one estimand that have an estimate."""
    rows = evaluation.ledger.select(estimator=ESTIMATOR, estimand=estimand)
    return [row for row in rows if row.estimate is not None]


def first(evaluation: Evaluation, outcome: str, estimand: str, **spec: str) -> Row | None:
    """Return the first row of one estimand of an outcome, None if there is none."""
    rows = evaluation.ledger.select(estimator=ESTIMATOR, outcome=outcome, estimand=estimand, **spec)
    return rows[0] if rows else None


def primary(evaluation: Evaluation) -> list[Outcome]:
    """Return the primary outcomes: at most four, so that each can have its picture and its sentence."""
    return [outcome for outcome in evaluation.plan.outcomes if outcome.family == "primary"]


def curve(evaluation: Evaluation, outcome: str) -> list[Row]:
    """Return the headline and every specification of an outcome, ascending by estimate."""
    lead = evaluation.ledger.lead(outcome)
    rows = [lead, *specifications(lead, evaluation.ledger)] if lead.estimate is not None else []
    return sorted(rows, key=lambda row: row.estimate or 0.0)


def not_run(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Give the specifications that are not open to any outcome, with the reason."""
    rows = evaluation.ledger.select(estimator=ESTIMATOR, estimand="specification")
    ran = {row.spec["specification"] for row in rows if row.estimate is not None}
    reasons = {row.spec["specification"]: row.reason for row in rows if row.spec["specification"] not in ran}
    for name, reason in reasons.items():
        yield name, reason or ""
