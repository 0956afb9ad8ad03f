"""What page one says where something that the plan needs is gone, and what is left then."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.absence import Lost
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.series_selection import all_series

GONE = {
    Lost.DATASET: "The data set {where} is not there. Nothing is estimated; below stand the plan and what the sources "
    "say.",
    Lost.FILE: "The data file {where} is described but not there. Nothing is estimated; below stand the plan and what "
    "the sources say.",
    Lost.EMPTY: "The data file {where} has no rows. Nothing is estimated; below stand the plan and what the sources "
    "say.",
    Lost.CHANGED: "The data file {where} is not the one that its description records. Nothing is estimated from it; "
    "below stand the plan and what the sources say.",
    Lost.EXPOSURE: "The table of start dates of {where} is not there, so that nobody is known to have begun.",
    Lost.START: "The column {name} of {where} is not there, so that nobody is known to have begun.",
    Lost.COLUMN: "The column {name} of {where} is not there; what is measured by it is not evaluable.",
    Lost.PERIOD: "There is no row for {name} in {where}; the period counts as one without values.",
}

LEFT = {
    "staggered": "Everybody in the data has started by the end. Those who began later stand in for a comparison until "
    "they begin; such an effect has no interval, and no verdict rests on it.",
    "series": "Everybody in the data has started, so that no effect is told from what happened anyway. Left is the "
    "series of those who started; whatever else changed at the same time is in it.",
    "nothing": "Everybody in the data has started, so that no effect is told from what happened anyway.",
}
"""What is left without controls."""


def box(evaluation: Evaluation, language: str) -> Markdown:
    """Name everything that is gone, with the file or column that is to be restored."""
    lines = [
        say(language, GONE[absence.what], where=f"`{absence.where}`", name=f"`{absence.name}`")
        for absence in evaluation.panel.absent
    ]
    return _warning(say(language, "Something is missing"), lines)


def own_series(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say that nobody is left to compare with, and what the pilots' own series shows where the plan has one."""
    language, lines = numbers.language, []
    for series in all_series(evaluation):
        longest = series.longest()
        if series.name == "pilots" and longest is not None and longest.estimate is not None:
            lines.append(
                say(
                    language,
                    "**{title}**: {effect} ({interval}) against the continuation of its own past",
                    title=series.outcome.title.text(language),
                    effect=numbers.value(longest),
                    interval=numbers.interval(longest),
                )
            )
    left = "staggered" if evaluation.contract.staggered else "series" if lines else "nothing"
    return _warning(say(language, "Nobody is left to compare with"), lines, say(language, LEFT[left]))


def _warning(head: str, lines: list[str], said: str = "") -> Markdown:
    points = "\n".join(f"- {line}" for line in lines)
    content = "\n\n".join(part for part in (said, points) if part)
    return Markdown(f"::: {{.callout-warning}}\n## {head}\n\n{content}\n:::")
