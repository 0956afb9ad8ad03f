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
    """Say how much two-way fixed effects rest on forbidden comparisons, and whether they are hidden for it."""
    language = numbers.language
    rows = evaluation.ledger.select(estimator=BACON, estimand="forbidden_share")
    shares = say(language, "; ").join(_share(evaluation, row, numbers) for row in rows)
    said = [say(language, "Share of forbidden comparisons: {shares}.", shares=shares)]
    if any((row.estimate or 0) >= FORBIDDEN_LIMIT for row in rows):
        limit = numbers.decimal(100 * FORBIDDEN_LIMIT, 0)
        said.append(say(language, "From {limit}% on, two-way fixed effects are not among the results.", limit=limit))
    return Markdown(say(language, "{one} {another}", one="", another="").join(said))


def _share(evaluation: Evaluation, row: Row, numbers: Numbers) -> str:
    language = numbers.language
    outcome, weights = outcome_name(evaluation, row, language), weights_name(language, row)
    name = f"{outcome}, {weights}" if outcome else weights
    return say(language, "{share} ({name})", share=numbers.value(row), name=name)
