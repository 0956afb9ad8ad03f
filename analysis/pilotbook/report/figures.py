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
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import EventPath, event_paths, lead_weights, mean_rows
from pilotbook.report.style import CONTROL, INK, PILOT
from pilotbook.report.words import analysis_name

NAMES = {"pilots": "Pilots", "controls": "Controls"}
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


def means(evaluation: Evaluation) -> Figure:
    """Draw the raw means of pilots and controls by period, one panel for each outcome, starts marked."""
    outcomes = evaluation.plan.outcomes
    figure, panels = _panels(len(outcomes), 3.4)
    for axes, outcome in zip(panels, outcomes, strict=True):
        _draw_means(axes, evaluation, outcome)
        if len(outcomes) > 1:
            axes.set_title(outcome.title, loc="left", fontsize=10)
    return figure


def _draw_means(axes: Axes, evaluation: Evaluation, outcome: Outcome) -> None:
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
    for name, group in table.groupby("group"):  # each line is named at its end, instead of in a legend
        last = group.iloc[-1]
        axes.annotate(
            str(name),
            (last["position"], last["mean"]),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=PALETTE[str(name)],
            fontweight="bold",
        )
    step = ceil(len(periods) / 12)
    axes.set_xticks(range(0, len(periods), step), periods[::step])
    axes.set(xlabel="", ylabel=outcome.unit.capitalize())


def means_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `means` shows."""
    weights = lead_weights(evaluation)
    said = []
    for outcome in evaluation.plan.outcomes:
        digits = max(numbers.decimals(outcome.id) - 1, 0)
        for group, name in NAMES.items():
            rows = [r for r in mean_rows(evaluation, outcome.id, group, weights=weights) if r.estimate is not None]
            first, last = rows[0], rows[-1]
            said.append(
                f"{outcome.title}, {name.lower()}: {numbers.decimal(first.estimate or 0, digits)} in "
                f"{first.spec['period']}, {numbers.decimal(last.estimate or 0, digits)} in {last.spec['period']}."
            )
    starts = ", ".join(cohort.start for cohort in evaluation.contract.cohorts)
    return f"Line chart of means by period. {' '.join(said)} Starts of the reform: {starts}."


def event_study(evaluation: Evaluation) -> Figure:
    """Draw effects by periods since the start with their intervals, one panel for each outcome and analysis."""
    paths = list(event_paths(evaluation))
    figure, panels = _panels(len(paths), 3.0)
    several = len(evaluation.plan.outcomes) > 1
    for axes, path in zip(panels, paths, strict=True):
        _draw_path(axes, path.rows)
        title = analysis_name(path.estimator, path.cohorts)
        axes.set_title(f"{path.outcome.title}\n{title}" if several else title, loc="left", fontsize=10)
        axes.set(xlabel="Periods since the start", ylabel=f"Effect, {path.outcome.unit}")
    _share_scale(panels, paths)
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
    said = []
    for path in event_paths(evaluation):
        before = [row for row in path.rows if int(row.spec["event_time"]) < 0]
        after = [row for row in path.rows if int(row.spec["event_time"]) >= 0]
        parts = [
            f"{when} {_spread(rows, numbers)}"
            for when, rows in (("before the start", before), ("after it", after))
            if rows
        ]
        said.append(f"{path.outcome.title}, {analysis_name(path.estimator, path.cohorts)}: {'; '.join(parts)}.")
    return f"Effects with intervals by periods since the start. {' '.join(said)}"


def _spread(rows: Sequence[Row], numbers: Numbers) -> str:
    digits = numbers.decimals(rows[0].outcome)
    values = [row.estimate for row in rows if row.estimate is not None]
    if not values:
        return "no estimate"
    bounded = [(row.ci_low, row.ci_high) for row in rows if row.ci_low is not None and row.ci_high is not None]
    with_zero = sum(low <= 0 <= high for low, high in bounded)
    span = f"{numbers.decimal(min(values), digits)} to {numbers.decimal(max(values), digits)}"
    return f"effects from {span}, {with_zero} of {len(bounded)} intervals include zero"
