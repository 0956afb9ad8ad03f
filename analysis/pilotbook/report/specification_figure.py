"""The specification curve: all answers to the headline's question, and below it which choice each one made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.curve import SAME_SIGN
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR
from pilotbook.report.figures import name_of_scale, wrapped
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.sensitivity_selection import curve, first, primary
from pilotbook.report.specification_names import PROVINCE, change_name
from pilotbook.report.style import CONTROL, INK, PILOT
from pilotbook.report.words import analysis_name, weights_name

CURVE, ROW = 1.4, 0.13
"""Height of a curve, and of a line of the matrix below it."""

LETTERS = 18
"""In a line beside a curve."""

ONE_PROVINCE = "without_province"


def specification_curve(evaluation: Evaluation, language: str) -> Figure:
    """Draw estimates with intervals in ascending order over the matrix of their choices, the headline in green."""
    outcomes = [outcome for outcome in primary(evaluation) if len(curve(evaluation, outcome.id)) > 1]
    if not outcomes:
        figure, axes = plt.subplots(figsize=(7.0, 0.8))
        axes.set_axis_off()
        axes.text(0.5, 0.5, say(language, "Nothing to draw in this design."), ha="center", va="center", color=INK)
        return figure
    columns = min(len(outcomes), 2)
    lines = -(-len(outcomes) // columns)
    choices = _all_choices(evaluation, outcomes, language)
    matrix = ROW * len(choices)
    figure, frames = plt.subplots(
        2 * lines,
        columns,
        squeeze=False,
        figsize=(7.0, lines * (CURVE + matrix)),
        height_ratios=[CURVE, matrix] * lines,
    )
    for place, outcome in enumerate(outcomes):
        above, below = (
            frames[2 * (place // columns), place % columns],
            frames[2 * (place // columns) + 1, place % columns],
        )
        rows = curve(evaluation, outcome.id)
        _draw_curve(above, evaluation, outcome, rows, language)
        _draw_matrix(below, evaluation, rows, choices, language, named=place % columns == 0)
        if len(primary(evaluation)) > 1:
            above.set_title(wrapped(outcome.title.text(language), above), loc="left", fontsize=9)
    for unused in range(len(outcomes), lines * columns):
        for line in (0, 1):
            frames[2 * (unused // columns) + line, unused % columns].remove()
    return figure


def _draw_curve(axes: Axes, evaluation: Evaluation, outcome: Outcome, rows: list[Row], language: str) -> None:
    at = np.arange(len(rows))
    leads = np.array([row.id == evaluation.ledger.headline[outcome.id] for row in rows])
    estimate = np.array([row.estimate for row in rows], dtype=float)
    ends = [[np.nan if end is None else end for end in (row.ci_low, row.ci_high)] for row in rows]
    low, high = np.array(ends, dtype=float).T
    axes.axhline(0, color=INK, linewidth=0.8)
    for chosen, colour, width in ((~leads, CONTROL, 1.0), (leads, PILOT, 2.2)):
        axes.vlines(at[chosen], low[chosen], high[chosen], color=colour, linewidth=width)
        axes.scatter(at[chosen], estimate[chosen], color=colour, s=14 * width, zorder=3)
    axes.set_xticks([])
    axes.set_xlim(-0.8, len(rows) - 0.2)
    name_of_scale(say(language, "Effect, {unit}", unit=outcome.unit.text(language)), axes, LETTERS)


def _draw_matrix(
    axes: Axes, evaluation: Evaluation, rows: list[Row], choices: list[str], language: str, *, named: bool
) -> None:
    made = [(i, choices.index(c), row) for i, row in enumerate(rows) for c in _choices(evaluation, row, language)]
    colour = [PILOT if row.id == evaluation.ledger.headline[row.outcome] else INK for _, _, row in made]
    axes.scatter([i for i, _, _ in made], [line for _, line, _ in made], marker="s", s=9, color=colour)
    axes.set_yticks(range(len(choices)), choices if named else [""] * len(choices), fontsize=7)
    axes.set_xticks([])
    axes.set_xlim(-0.8, len(rows) - 0.2)
    axes.set_ylim(len(choices) - 0.4, -0.6)
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.hlines(np.arange(len(choices)), -0.8, len(rows) - 0.2, color=CONTROL, linewidth=0.3, zorder=0)


def _all_choices(evaluation: Evaluation, outcomes: Sequence[Outcome], language: str) -> list[str]:
    """Return the lines of the matrix: estimators, then weights, then what is changed."""
    made = [list(_choices(evaluation, row, language)) for o in outcomes for row in curve(evaluation, o.id)]
    known = 1 + (evaluation.plan.weights is not None)
    columns = [[choices[i] for choices in made if len(choices) > i] for i in range(known)]
    changes = sorted({choices[-1] for choices in made if len(choices) > known})
    return [*dict.fromkeys(choice for column in columns for choice in column), *changes]


def _choices(evaluation: Evaluation, row: Row, language: str) -> Iterable[str]:
    """Name the choices of a row: estimator, weights where there are two, and what is changed."""
    lead = evaluation.ledger.lead(row.outcome)
    changed = row.spec.get("specification", row.estimand) if row.estimator == ESTIMATOR else ""
    other = changed in {"imputation", "callaway_santanna", "twfe"}
    estimator = row.estimator if row.estimator != ESTIMATOR else changed if other else lead.estimator
    cohorts = row.spec.get("cohorts") if row.estimator != ESTIMATOR else lead.spec.get("cohorts")
    yield analysis_name(language, estimator, cohorts)
    if evaluation.plan.weights is not None:
        yield say(language, "weights: {weights}", weights=weights_name(language, row))
    if changed and not other:
        yield change_name(ONE_PROVINCE if changed.startswith(PROVINCE) else changed, language)


def specification_curve_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `specification_curve` shows."""
    language = numbers.language
    said = [say(language, "Estimates of all specifications in ascending order, with the choices that each one made.")]
    for outcome in primary(evaluation):
        rows, same = curve(evaluation, outcome.id), first(evaluation, outcome.id, SAME_SIGN)
        if len(rows) < 2 or same is None or same.estimate is None:
            continue
        text = say(
            language,
            "{count} estimates from {low} to {high}; {same} of the others have the headline's sign.",
            count=numbers.whole(len(rows)),
            low=numbers.text(rows[0], "estimate"),
            high=numbers.text(rows[-1], "estimate"),
            same=numbers.text(same, "estimate"),
        )
        said.append(f"{outcome.title.text(language)}: {text}")
    return " ".join(said)
