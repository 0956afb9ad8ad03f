"""Which rows of the ledger a part of the report shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row

GROUPS = ("pilots", "controls")


def parts(evaluation: Evaluation) -> set[str]:
    """Return the parts that this evaluation has something to show in; a chapter leaves out the cells of others.

    A cell belongs to a part by a tag such as ``part:event-times``.
    """
    found = {
        "two-by-two": bool(evaluation.ledger.select(estimator="two_by_two", role="headline")),
        "event-times": any(True for _ in event_paths(evaluation)),
        "population": evaluation.plan.weights is not None,
        "replication": bool(evaluation.ledger.select(role="replication")),
    }
    return {name for name, there in found.items() if there}


def leading_rows(evaluation: Evaluation, outcome: str) -> list[Row]:
    """Return, for each analysis and weighting, the quantity it leads with: the plan's average, else the overall effect.

    All rows of that quantity: headline, variants of its error, replication; in the order of the plan.
    """
    rows = [row for row in evaluation.ledger if row.outcome == outcome and row.estimand in {"att", "att_average"}]
    averaged = {_analysis(row) for row in rows if row.estimand == "att_average"}
    return [row for row in rows if row.estimand == "att_average" or _analysis(row) not in averaged]


def _analysis(row: Row) -> tuple[str, str | None, str | None]:
    return row.estimator, row.spec.get("cohorts"), row.spec.get("controls")


def main_rows(evaluation: Evaluation) -> Iterator[Row]:
    """Give the row of each analysis and weighting that is read first: neither its error nor its test is a variant."""
    for outcome in evaluation.plan.outcomes:
        for row in leading_rows(evaluation, outcome.id):
            if row.role in {"headline", "comparison"} and not {"error", "test", "interval"} & row.spec.keys():
                yield row


def lead_weights(evaluation: Evaluation) -> str:
    """Return the weighting that leads: by population where the plan has weights."""
    return evaluation.ledger.lead(evaluation.plan.outcomes[0].id).spec["weights"]


def mean_rows(evaluation: Evaluation, outcome: str, group: str, **sample: str) -> list[Row]:
    """Return the mean of one group in every period, for one sample: its ``weights`` and, if named, ``cohorts``."""
    rows = evaluation.ledger.select(outcome=outcome, estimator="mean", estimand=group, **sample)
    return [row for row in rows if row.spec.keys() == {"period", *sample}]


@dataclass(frozen=True, slots=True)
class EventPath:
    """Effects by event time: of one outcome, by one analysis, with the leading weights."""

    outcome: Outcome
    estimator: str
    cohorts: str | None
    rows: tuple[Row, ...]


def event_paths(evaluation: Evaluation) -> Iterator[EventPath]:
    """Give every analysis that has effects by event time and may be led with, outcome by outcome."""
    weights = lead_weights(evaluation)
    for outcome in evaluation.plan.outcomes:
        rows = evaluation.ledger.select(outcome=outcome.id, estimand="att_event_time", role="headline", weights=weights)
        known = [row for row in rows if "event_time" in row.spec]
        for key in dict.fromkeys((row.estimator, row.spec.get("cohorts")) for row in known):
            own = [row for row in known if (row.estimator, row.spec.get("cohorts")) == key]
            own.sort(key=lambda row: int(row.spec["event_time"]))
            yield EventPath(outcome, *key, rows=tuple(own))
