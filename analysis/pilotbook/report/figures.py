"""Figures of the report, drawn from the ledger, and the texts that say what they show."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import EventPath, event_paths, lead_weights, mean_rows
from pilotbook.report.style import CONTROL, INK, PILOT
from pilotbook.report.words import analysis_name

NAMES = {"pilots": "Pilots", "controls": "Controls"}
NO_PATHS = "No analysis of the plan has effects by periods since the start."
PALETTE = {"Pilots": PILOT, "Controls": CONTROL}


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """Make a figure with one panel, or rows of two."""
    columns = min(count, 2)
    rows = ceil(count / columns)
    figure, axes = plt.subplots(rows, columns, squeeze=False, figsize=(7.0, height * rows))
    flat = list(axes.flat)
    for unused in flat[count:]:
        unused.remove()
    return figure, flat[:count]


def means(evaluation: Evaluation, language: str) -> Figure:
    """Draw the raw means of pilots and controls by period, one panel for each outcome, starts marked."""
    outcomes = evaluation.plan.outcomes
    figure, panels = _panels(len(outcomes), 3.4)
    for axes, outcome in zip(panels, outcomes, strict=True):
        _draw_means(axes, evaluation, outcome, language)
        if len(outcomes) > 1:
            axes.set_title(outcome.title.text(language), loc="left", fontsize=10)
    return figure


def _draw_means(axes: Axes, evaluation: Evaluation, outcome: Outcome, language: str) -> None:
    weights = lead_weights(evaluation)
    table = pd.DataFrame(
        {"period": row.spec["period"], "mean": row.estimate, "group": name}
        for group, name in NAMES.items()
        for row in mean_rows(evaluation, outcome.id, group, weights=weights)
    )
    periods = list(dict.fromkeys(table["period"]))
    table["position"] = table["period"].map(periods.index)
    sns.lineplot(
        table,
        x="position",
        y="mean",
        hue="group",
        style="group",
        palette=PALETTE,
        markers=True,
        ax=axes,
        legend=False,
    )
    for cohort in evaluation.contract.cohorts:
        axes.axvline(periods.index(cohort.start) - 0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    _name_lines(axes, table, language)
    room = 12 if len(evaluation.plan.outcomes) == 1 else 6  # names of periods that fit under a panel
    step = ceil(len(periods) * max(len(periods[0]) - 2, 2) / (2 * room))
    axes.set_xticks(range(0, len(periods), step), periods[::step])
    axes.set(xlabel="", ylabel=_capital(outcome.unit.text(language)))


def _name_lines(axes: Axes, table: pd.DataFrame, language: str) -> None:
    """Name each line at its end instead of in a legend; of two ends close together, one name goes up, one down."""
    ends = table.dropna(subset="mean").groupby("group").last().sort_values("mean")
    low, high = axes.get_ylim()
    close = len(ends) == 2 and abs(ends["mean"].diff().iloc[-1]) < 0.07 * (high - low)
    shifts = (-7, 7) if close else (0,) * len(ends)
    for (name, end), shift in zip(ends.iterrows(), shifts, strict=True):
        axes.annotate(
            say(language, str(name)),
            (end["position"], end["mean"]),
            xytext=(8, shift),
            textcoords="offset points",
            va="center",
            color=PALETTE[str(name)],
            fontweight="bold",
        )


def means_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `means` shows."""
    language, weights = numbers.language, lead_weights(evaluation)
    said = []
    for outcome in evaluation.plan.outcomes:
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


def event_study(evaluation: Evaluation, language: str) -> Figure:
    """Draw effects by periods since the start with their intervals, one panel for each outcome and analysis."""
    paths = list(event_paths(evaluation))
    if not paths:
        return _note(say(language, NO_PATHS))
    figure, panels = _panels(len(paths), 3.0)
    several = len(evaluation.plan.outcomes) > 1
    for axes, path in zip(panels, paths, strict=True):
        _draw_path(axes, path.rows)
        title = analysis_name(language, path.estimator, path.cohorts)
        axes.set_title(f"{path.outcome.title.text(language)}\n{title}" if several else title, loc="left", fontsize=10)
        axes.set(
            xlabel=say(language, "Periods since the start"),
            ylabel=say(language, "Effect, {unit}", unit=path.outcome.unit.text(language)),
        )
    _share_scale(panels, paths)
    return figure


def _note(text: str) -> Figure:
    """Make a figure that says why there is nothing to draw."""
    figure, axes = plt.subplots(figsize=(7.0, 0.8))
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color=INK)
    return figure


def _draw_path(axes: Axes, rows: Sequence[Row]) -> None:
    known = [row for row in rows if row.estimate is not None]
    time = np.asarray([int(row.spec["event_time"]) for row in known])
    effect = np.asarray([row.estimate for row in known], dtype=float)
    low, high = (
        np.asarray([getattr(row, end) if getattr(row, end) is not None else np.nan for row in known])
        for end in ("ci_low", "ci_high")
    )
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axvline(-0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.vlines(time, low, high, color=PILOT, linewidth=1.6)
    sns.scatterplot(x=time, y=effect, color=PILOT, s=28, linewidth=0, ax=axes, zorder=3, legend=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _share_scale(panels: Sequence[Axes], paths: Sequence[EventPath]) -> None:
    """Give panels of the same outcome the same scale, so that they can be compared by eye."""
    for outcome in {path.outcome.id for path in paths}:
        own = [axes for axes, path in zip(panels, paths, strict=True) if path.outcome.id == outcome]
        for limits, setter in (("get_ylim", "set_ylim"), ("get_xlim", "set_xlim")):
            ends = [getattr(axes, limits)() for axes in own]
            for axes in own:
                getattr(axes, setter)(min(low for low, _ in ends), max(high for _, high in ends))


def event_study_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `event_study` shows."""
    language = numbers.language
    if not any(event_paths(evaluation)):
        return say(language, NO_PATHS)
    said = [say(language, "Effects with intervals by periods since the start.")]
    for path in event_paths(evaluation):
        title, name = path.outcome.title.text(language), analysis_name(language, path.estimator, path.cohorts)
        before = [row for row in path.rows if int(row.spec["event_time"]) < 0]
        after = [row for row in path.rows if int(row.spec["event_time"]) >= 0]
        said.append(say(language, "{outcome}, {analysis}:", outcome=title, analysis=name))
        said += [_spread(language, "Before the start: {spread}.", before, numbers)] if before else []
        said += [_spread(language, "From the start on: {spread}.", after, numbers)] if after else []
    return " ".join(said)


def _spread(language: str, text: str, rows: Sequence[Row], numbers: Numbers) -> str:
    digits = numbers.decimals(rows[0].outcome)
    values = [row.estimate for row in rows if row.estimate is not None]
    if not values:
        return say(language, text, spread=say(language, "no estimate"))
    bounded = [(row.ci_low, row.ci_high) for row in rows if row.ci_low is not None and row.ci_high is not None]
    spread = say(
        language,
        "effects from {low} to {high}, {with_zero} of {count} intervals include zero",
        low=numbers.decimal(min(values), digits),
        high=numbers.decimal(max(values), digits),
        with_zero=sum(low <= 0 <= high for low, high in bounded),
        count=len(bounded),
    )
    return say(language, text, spread=spread)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
