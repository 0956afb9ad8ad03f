"""Effects of every cohort side by side, drawn from the ledger, and the text that says what the figure shows."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.figures import columns_of, panels, wrapped
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import cohort_rows, pictured
from pilotbook.report.style import INK, PILOT


def cohort_effects(evaluation: Evaluation, language: str) -> Figure:
    """Draw a dot with its interval for every cohort, one panel for each outcome."""
    shown = [outcome for outcome in pictured(evaluation) if cohort_rows(evaluation, outcome.id)]
    figure, axes = panels(len(shown), 1.1 + 0.35 * len(evaluation.contract.cohorts))
    for own, outcome in zip(axes, shown, strict=True):
        _draw(own, cohort_rows(evaluation, outcome.id), outcome, language)
        if len(evaluation.plan.outcomes) > 1:
            own.set_title(wrapped(outcome.title.text(language), own), loc="left", fontsize=9)
    return figure


def _draw(axes: Axes, rows: list[Row], outcome: Outcome, language: str) -> None:
    place = np.arange(len(rows))
    ends = np.array([[_number(row.ci_low), _number(row.ci_high)] for row in rows])
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.hlines(place, ends[:, 0], ends[:, 1], color=PILOT, linewidth=1.6)
    axes.scatter([_number(row.estimate) for row in rows], place, color=PILOT, s=32, zorder=3)
    text = "{start} ({count} counties)"
    names = [say(language, text, start=row.spec["cohort"], count=f"{row.n_pilots:,}") for row in rows]
    axes.set_yticks(place, names if columns_of(axes) < 3 else [row.spec["cohort"] for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(outcome.unit.text(language))


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def cohort_effects_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `cohort_effects` shows."""
    language = numbers.language
    said = [say(language, "Effects by start of the reform, with intervals.")]
    for outcome in pictured(evaluation):
        for row in cohort_rows(evaluation, outcome.id):
            effect = say(language, "no estimate") if row.estimate is None else numbers.text(row, "estimate")
            start, title = row.spec["cohort"], outcome.title.text(language)
            said.append(say(language, "{outcome}, start {start}: {effect}.", outcome=title, start=start, effect=effect))
    return " ".join(said)
