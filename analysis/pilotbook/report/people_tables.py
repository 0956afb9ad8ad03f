"""The table of the people behind the outcomes; what disclosure control hides is a dash."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import PEOPLE
from pilotbook.evaluate.people import GROUPS, TIMES
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table

HIDDEN = "–"
NAMES = {"pilots": "Pilots", "controls": "Controls", "all": "Pilots and controls"}
HEAD = ("Outcome", "Counties", "Before the first start", "From the first start on", "Together")


def people(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the counts of people behind each outcome, by arm and time."""
    return pipe_table([say(numbers.language, name) for name in HEAD], "llrrr", _rows(evaluation, numbers))


def _rows(evaluation: Evaluation, numbers: Numbers) -> Iterator[list[str]]:
    for outcome in evaluation.plan.outcomes:
        rows = evaluation.ledger.select(outcome=outcome.id, estimator=PEOPLE)
        found = {(row.spec["group"], row.spec["when"]): row for row in rows}
        for group in GROUPS if found else ():
            cells = (found[group, time] for time in TIMES)
            shown = [HIDDEN if row.estimate is None else str(numbers.value(row)) for row in cells]
            yield [outcome.title.text(numbers.language), say(numbers.language, NAMES[group]), *shown]
