"""Tables on a reform that has begun nowhere: where the counties stand, and what a pilot could find out."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.unstarted import BASELINE, POWER, PRETENDED_PILOTS
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table


def standing(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return mean, spread and change of every outcome over the newest year."""
    language = numbers.language
    body = []
    for outcome in evaluation.plan.outcomes:
        rows = {row.estimand: row for row in _rows(evaluation, outcome.id, BASELINE)}
        name = say(language, "{title} ({unit})", title=outcome.title.text(language), unit=outcome.unit.text(language))
        body.append([name, *(numbers.value(rows[part]) for part in ("level", "spread", "change"))])
    head = ("Outcome", "Mean", "Spread between counties", "Change in a year")
    return pipe_table([say(language, text) for text in head], "lrrr", body)


def power(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return what so many pilots would find, beside the smallest important effect."""
    language = numbers.language
    counts = sorted(PRETENDED_PILOTS)
    body = []
    for outcome in evaluation.plan.outcomes:
        rows = {row.spec["pretended_pilots"]: row for row in _rows(evaluation, outcome.id, POWER)}
        least = numbers.decimal(outcome.minimum_important_effect, numbers.decimals(outcome.id))
        body.append([outcome.title.text(language), *(numbers.value(rows[str(count)]) for count in counts), least])
    head = [say(language, "With {count} pilots", count=numbers.whole(count)) for count in counts]
    head = [say(language, "Outcome"), *head, say(language, "Smallest important effect")]
    return pipe_table(head, "lrrrr", body)


def _rows(evaluation: Evaluation, outcome: str, estimator: str) -> tuple[Row, ...]:
    weights = evaluation.ledger.lead(outcome).spec["weights"]
    return evaluation.ledger.select(outcome=outcome, estimator=estimator, weights=weights)
