"""What could imitate an effect, outcome by outcome: a table, and a sentence wherever something was found."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import IMITATION, Row
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table

ALPHA = 0.05
"""A p value below it is pointed out in words."""

LOOKED_AT = {
    "denominator": "effect on the denominator, in per cent (who is counted)",
    "stayers_pilots": "pilots observed throughout (who is counted)",
    "stayers_controls": "controls observed throughout (who is counted)",
    "fixed_panel": "change of the effect in the fixed panel (who is counted)",
    "own_season": "change of the effect with a season of each county's own (season)",
    "dip": "pilots off their own earlier level just before the start (choice of pilots)",
    "outcome_held_equal": "effect with the outcome before the start held equal (choice of pilots)",
}

FOUND = {
    "denominator": "**{title}: who is counted changed with the reform.** The denominator moved by {found} per cent "
    "(p {p}), so that the outcome may have changed without anyone being treated otherwise.",
    "dip": "**{title}: the pilots were off their own level just before the start**, by {found} {unit} (p {p}). A "
    "return to it alone would look like an effect of the opposite sign.",
}
"""Said where a placebo test finds something."""

CHANGES = {
    "fixed_panel": "**{title}: the effect depends on who is observed.** Among counties observed throughout it differs "
    "by {found} {unit}, at least the smallest important effect.",
    "own_season": "**{title}: the effect depends on the season.** With a season of each county's own it differs by "
    "{found} {unit}, at least the smallest important effect.",
}
"""Said of a twin that differs from the effect by an important one."""


def table(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return what was looked at, what was found, and why something could not be looked at."""
    language = numbers.language
    lines = [
        [
            outcome.title.text(language),
            say(language, LOOKED_AT[row.estimand]),
            numbers.value(row),
            numbers.value(row, "p") if row.p is not None else "",
            say_if_known(language, row.reason or ""),
        ]
        for outcome, row in _rows(evaluation)
    ]
    head = ("Outcome", "What was looked at", "Found", "p", "Note")
    return pipe_table([say(language, name) for name in head], "llrrl", lines)


def warnings(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say in words what was found that could imitate an effect; that nothing was found, where nothing was."""
    said = [text for outcome, row in _rows(evaluation) for text in _warning(outcome, row, numbers)]
    nothing = "Nothing was found that would imitate an effect; what is missing in the table was not seen."
    return Markdown("\n".join(f"- {text}" for text in said) or say(numbers.language, nothing))


def _rows(evaluation: Evaluation) -> Iterator[tuple[Outcome, Row]]:
    for outcome in evaluation.plan.outcomes:
        for row in evaluation.ledger.select(estimator=IMITATION, outcome=outcome.id):
            yield outcome, row


def _warning(outcome: Outcome, row: Row, numbers: Numbers) -> Iterator[str]:
    if row.estimate is None:
        return
    language = numbers.language
    facts = {"title": outcome.title.text(language), "found": numbers.value(row), "unit": outcome.unit.text(language)}
    if row.estimand in FOUND and row.p is not None and row.p < ALPHA:
        yield say(language, FOUND[row.estimand], **facts, p=numbers.value(row, "p"))
    if row.estimand in CHANGES and abs(row.estimate) >= outcome.minimum_important_effect:
        yield say(language, CHANGES[row.estimand], **facts)
