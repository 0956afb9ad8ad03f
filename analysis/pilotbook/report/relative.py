"""Effects in per cent beside those in the unit of the outcome: the table, and whether the signs agree."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import RELATIVE_EFFECT, Row
from pilotbook.evaluate.relative import SCALES_CONTRADICT
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import outcome_name, pipe_table
from pilotbook.report.words import analysis_name, weights_name


def relative_effects(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the effects in per cent, by outcome, model and weighting."""
    rows = [
        [
            outcome_name(evaluation, row, numbers.language),
            _model(numbers.language, row),
            weights_name(numbers.language, row),
            numbers.value(row),
            numbers.interval(row),
            numbers.value(row, "p"),
        ]
        for row in _rows(evaluation)
        if row.estimate is not None
    ]
    names = ("Outcome", "Model", "Weights", "Effect, %", "Interval, %", "p")
    return pipe_table([say(numbers.language, name) for name in names], "lllrrr", rows)


def _rows(evaluation: Evaluation) -> tuple[Row, ...]:
    return evaluation.ledger.select(estimand=RELATIVE_EFFECT)


def _model(language: str, row: Row) -> str:
    name = analysis_name(language, row.estimator, row.spec.get("cohorts"))
    return say(language, "{name} of the logarithm", name=name) if row.spec.get("scale") == "log" else name


def scales(evaluation: Evaluation, language: str) -> Markdown:
    """Say of every outcome whether its logarithm tells the same direction, or why it has none."""
    return Markdown("\n".join(f"- {said}" for said in dict.fromkeys(_said(evaluation, language))))


def _said(evaluation: Evaluation, language: str) -> list[str]:
    titles = {outcome.id: outcome.title.text(language) for outcome in evaluation.plan.outcomes}
    said = []
    for row in _rows(evaluation):
        if row.spec.get("scale") != "log":
            continue
        facts = {"outcome": titles[row.outcome], "weights": weights_name(language, row)}
        if row.estimate is None:
            reason = say_if_known(language, row.reason or "")
            said.append(say(language, "{outcome}: no logarithm; {reason}.", outcome=facts["outcome"], reason=reason))
        elif SCALES_CONTRADICT in row.flags:
            text = "{outcome}, {weights}: **the signs differ**, so that the direction depends on the scale."
            said.append(say(language, text, **facts))
        else:
            said.append(say(language, "{outcome}, {weights}: both scales have the same sign.", **facts))
    return said
