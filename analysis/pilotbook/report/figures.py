"""Figures of the report, drawn from the ledger, and the texts that say what they show."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from math import ceil
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import lead_weights, mean_rows, pictured
from pilotbook.report.style import CONTROL, INK, PILOT

NAMES = {"pilots": "Pilots", "controls": "Controls"}
CHINESE = 0x2E80
"""Characters from here on are as wide as two letters."""

MOST_IN_TWO_COLUMNS, LOWER = 4, 0.7
"""Panels that stand in two columns, and how much lower they are in three."""

NAME_HEIGHT = {1: 0.07, 2: 0.12, 3: 0.2}
"""Height of the name of a line as a share of its panel, by the number of panels side by side."""

LOOKS: dict[str, dict[str, Any]] = {
    "pilots": {"color": PILOT, "marker": "o", "linestyle": "-"},
    "controls": {"color": CONTROL, "marker": "X", "linestyle": (0, (4, 1.5))},
}
"""Lines that a reader tells apart without colour."""


def panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """Make a figure with one panel, rows of two, or, of many, lower rows of three."""
    columns = min(count, 2) if count <= MOST_IN_TWO_COLUMNS else 3
    rows = ceil(count / columns)
    row_height = height if columns < 3 else height * LOWER
    figure, axes = plt.subplots(rows, columns, squeeze=False, figsize=(7.0, row_height * rows))
    flat = list(axes.flat)
    for unused in flat[count:]:
        unused.remove()
    return figure, flat[:count]


def columns_of(axes: Axes) -> int:
    """Return how many panels stand side by side where this one stands."""
    grid = axes.get_gridspec()
    return 1 if grid is None else int(grid.ncols)


def wrapped(title: str, axes: Axes) -> str:
    """Break a title into lines that fit over a panel."""
    return filled(title, {1: 90, 2: 46, 3: 30}[columns_of(axes)])


def name_of_scale(unit: str, axes: Axes, letters: int | None = None) -> None:
    """Write a unit beside a panel, in lines no longer than the panel is high: beside a low one, of so many letters."""
    columns = columns_of(axes)
    size = 10 if columns < 3 and letters is None else 8
    axes.set_ylabel(filled(unit, letters or {1: 40, 2: 26, 3: 15}[columns]), fontsize=size)


def filled(text: str, width: int) -> str:
    """Break a text into lines of so many letters; a Chinese character is two of them wide."""
    chinese = sum(ord(character) > CHINESE for character in text)
    return textwrap.fill(text, max(width * len(text) // (len(text) + chinese), 7), break_long_words=bool(chinese))


def means(evaluation: Evaluation, language: str) -> Figure:
    """Draw the raw means of pilots and controls by period, one panel for each outcome, starts marked."""
    outcomes = pictured(evaluation)
    figure, frames = panels(len(outcomes), 2.2)
    for axes, outcome in zip(frames, outcomes, strict=True):
        _draw_means(axes, evaluation, outcome, language)
        if len(outcomes) > 1:
            axes.set_title(wrapped(outcome.title.text(language), axes), loc="left", fontsize=9)
    return figure


def _draw_means(axes: Axes, evaluation: Evaluation, outcome: Outcome, language: str) -> None:
    weights = lead_weights(evaluation)
    rows = {group: mean_rows(evaluation, outcome.id, group, weights=weights) for group in LOOKS}
    periods = list(dict.fromkeys(row.spec["period"] for own in rows.values() for row in own))
    ends = []
    for group, own in rows.items():
        known = [(periods.index(row.spec["period"]), row.estimate) for row in own if row.estimate is not None]
        if known:
            axes.plot(*zip(*known, strict=True), **LOOKS[group], markeredgecolor="white", markeredgewidth=0.75)
            ends.append((known[-1][1], known[-1][0], group))
    _draw_path_without_reform(axes, evaluation, outcome, periods)
    _shade_covid(axes, evaluation, periods)
    for cohort in evaluation.contract.cohorts:
        axes.axvline(periods.index(cohort.start) - 0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    _name_lines(axes, ends, language)
    room = {1: 12, 2: 6, 3: 4}[columns_of(axes)]  # names of periods that fit under a panel
    step = ceil(len(periods) * max(len(periods[0]) - 2, 2) / (2 * room))
    axes.set_xticks(range(0, len(periods), step), periods[::step])
    axes.set_xlabel("")
    name_of_scale(_capital(outcome.unit.text(language)), axes)


def _draw_path_without_reform(axes: Axes, evaluation: Evaluation, outcome: Outcome, periods: list[str]) -> None:
    """Draw where parallel trends would have led the pilots, if there is one start."""
    rows = mean_rows(evaluation, outcome.id, "pilots_without_reform", weights=lead_weights(evaluation))
    known = [row for row in rows if row.estimate is not None]
    position = [periods.index(row.spec["period"]) for row in known]
    axes.plot(position, [row.estimate or 0.0 for row in known], color=PILOT, linewidth=1.2, linestyle=(0, (1, 1.5)))


def _shade_covid(axes: Axes, evaluation: Evaluation, periods: list[str]) -> None:
    """Shade the periods that the plan names as those of the epidemic."""
    covid = evaluation.plan.covid
    if covid is None:
        return
    inside = [i for i, period in enumerate(periods) if covid.first <= period <= covid.last]
    if inside:
        axes.axvspan(inside[0] - 0.5, inside[-1] + 0.5, color=CONTROL, alpha=0.15, linewidth=0)


def _name_lines(axes: Axes, ends: Sequence[tuple[float, int, str]], language: str) -> None:
    """Name each line at its end instead of in a legend; of two ends close together, one name goes up, one down."""
    low, high = axes.get_ylim()
    columns = columns_of(axes)
    ends = sorted(ends)
    close = len(ends) == 2 and ends[1][0] - ends[0][0] < NAME_HEIGHT[columns] * (high - low)
    shifts = (-7, 7) if close else (0,) * len(ends)
    for (mean, position, group), shift in zip(ends, shifts, strict=True):
        axes.annotate(
            say(language, NAMES[group]),
            (position, mean),
            xytext=(8, shift),
            textcoords="offset points",
            va="center",
            color=LOOKS[group]["color"],
            fontweight="bold",
            fontsize=10 if columns < 3 else 8,
        )


def means_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `means` shows."""
    language, weights = numbers.language, lead_weights(evaluation)
    said = []
    for outcome in pictured(evaluation):
        digits = max(numbers.decimals(outcome.id) - 1, 0)
        for group, name in NAMES.items():
            rows = [r for r in mean_rows(evaluation, outcome.id, group, weights=weights) if r.estimate is not None]
            said += (
                [
                    say(
                        language,
                        "{outcome}, {group}: {first} in {from_period}, {last} in {to_period}.",
                        outcome=outcome.title.text(language),
                        group=say(language, name),
                        first=numbers.decimal(rows[0].estimate or 0, digits),
                        last=numbers.decimal(rows[-1].estimate or 0, digits),
                        from_period=rows[0].spec["period"],
                        to_period=rows[-1].spec["period"],
                    )
                ]
                if rows
                else []
            )
    starts = ", ".join(cohort.start for cohort in evaluation.contract.cohorts)
    what = say(language, "Line chart of means by period.")
    return " ".join([what, *said, say(language, "Starts of the reform: {starts}.", starts=starts)])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
