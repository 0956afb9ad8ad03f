"""The trial that would answer the question, and what stands in for each of its parts here."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table
from pilotbook.report.words import ESTIMATORS

NAMES = {
    **ESTIMATORS,
    "its": "interrupted time series",
    "controlled_its": "interrupted time series of the difference between pilots and controls",
}

SELECTION = "selection"
"""The item of the checklist that asks how the pilots were chosen."""


def target_trial(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the table of the target trial: component, ideal, emulation."""
    language = numbers.language
    head = [say(language, name) for name in ("Component", "In a trial", "Here")]
    return pipe_table(
        head,
        "lll",
        [[say(language, part), say(language, ideal), here] for part, ideal, here in _parts(evaluation, numbers)],
    )


def _parts(evaluation: Evaluation, numbers: Numbers) -> Iterator[tuple[str, str, str]]:
    plan, contract, language = evaluation.plan, evaluation.contract, numbers.language
    lead = next(analysis for analysis in plan.analyses if analysis.headline)
    alone = lead.estimator == "its"
    yield "Units", "all counties that could take part", _eligible(evaluation, numbers)
    yield (
        "Comparison",
        "the reform, or care as before, by lot",
        say(language, "the reform, or the continuation of the own past" if alone else "the reform, or no reform yet"),
    )
    yield "Assignment", "by lot", _assignment(evaluation, language)
    yield (
        "Time zero and follow-up",
        "the day of the lot, then a fixed time",
        say(
            language,
            "the start of the reform; data from {first} to {last}",
            first=contract.first_period,
            last=contract.last_period,
        ),
    )
    yield "Outcomes", "fixed before the start", say(language, "; ").join(o.title.text(language) for o in plan.outcomes)
    yield "Estimand", "the effect of the reform on those who got it", plan.question.text(language)
    yield (
        "Analysis",
        "difference of means, as assigned",
        say(language, NAMES[lead.estimator]),
    )


def _eligible(evaluation: Evaluation, numbers: Numbers) -> str:
    left_out = sum(len(group.units) for group in evaluation.plan.exclusions)
    return say(
        numbers.language,
        "{counties} counties in the data; {left_out} left out by the plan",
        counties=numbers.whole(len(evaluation.panel.units) + left_out),
        left_out=numbers.whole(left_out),
    )


def _assignment(evaluation: Evaluation, language: str) -> str:
    answer = evaluation.plan.checklist.get(SELECTION)
    if answer is None:
        return say(language, "not by lot; how the pilots were chosen is not stated")
    return say(language, "not by lot; {because}", because=answer.because.text(language))
