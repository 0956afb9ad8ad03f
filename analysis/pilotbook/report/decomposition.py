"""What two-way fixed effects compare when the reform starts at several times: the table, and what to say of it."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import BACON, Row
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import FORBIDDEN_LIMIT
from pilotbook.report.tables import outcome_name, pipe_table
from pilotbook.report.words import weights_name

KINDS = {
    "never_treated": "controls",
    "not_yet_treated": "later pilots, before their start",
    "already_treated": "**earlier pilots, after their start**",
    "always_treated": "**treated throughout**",
}
"""Whom pilots are compared with; the forbidden ones stand out."""


def comparisons(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the kinds of comparison with weight and mean estimate, by outcome and weighting."""
    rows = [
        [
            outcome_name(evaluation, weight, numbers.language),
            weights_name(numbers.language, weight),
            say(numbers.language, KINDS[weight.spec["comparison"]]),
            numbers.value(weight),
            numbers.value(_mean(evaluation, weight)),
        ]
        for weight in evaluation.ledger.select(estimator=BACON, estimand="weight")
    ]
    names = ("Outcome", "Weights", "Pilots compared with", "Share of the estimate", "Mean estimate")
    return pipe_table([say(numbers.language, name) for name in names], "lllrr", rows)


def _mean(evaluation: Evaluation, weight: Row) -> Row:
    found = evaluation.ledger.select(estimator=BACON, estimand="mean", outcome=weight.outcome)
    return next(row for row in found if row.spec == weight.spec)


def forbidden(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say how much two-way fixed effects rest on forbidden comparisons, and whether they are shown for it."""
    said = [_forbidden(evaluation, row, numbers) for row in _shares(evaluation)]
    between = say(numbers.language, "{one} {another}", one="", another="")
    return Markdown(between.join(said))


def _shares(evaluation: Evaluation) -> tuple[Row, ...]:
    return evaluation.ledger.select(estimator=BACON, estimand="forbidden_share")


def _forbidden(evaluation: Evaluation, row: Row, numbers: Numbers) -> str:
    language = numbers.language
    whose = {"outcome": outcome_name(evaluation, row, language), "weights": weights_name(language, row)}
    name = say(language, "{outcome}, {weights}" if whose["outcome"] else "{weights} weights", **whose)
    if row.estimate is None:
        return say(language, "{name}: what two-way fixed effects compare is not known.", name=name)
    limit = numbers.decimal(100 * FORBIDDEN_LIMIT, 0)
    share = numbers.value(row)
    if row.estimate >= FORBIDDEN_LIMIT:
        text = (
            "{name}: {share} of two-way fixed effects rest on forbidden comparisons; from {limit}% on they are hidden."
        )
    else:
        text = "{name}: {share} of two-way fixed effects rest on forbidden comparisons, less than {limit}%."
    return say(language, text, name=name, share=share, limit=limit)
