"""Effects by periods since the start, drawn from the ledger, and the text that says what the figure shows."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.figures import columns_of, name_of_scale, panels, wrapped
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import EventPath, pictured, shown_paths, thinly_supported
from pilotbook.report.style import INK, PILOT
from pilotbook.report.words import analysis_name

NO_PATHS = "No analysis of the plan has effects by periods since the start."


def event_study(evaluation: Evaluation, language: str) -> Figure:
    """Draw effects by periods since the start with their intervals, one panel for each outcome and analysis."""
    paths = _drawn(evaluation)
    if not paths:
        return _note(say(language, NO_PATHS))
    figure, frames = panels(len(paths), 2.0)
    several = len(evaluation.plan.outcomes) > 1
    for axes, path in zip(frames, paths, strict=True):
        _draw_path(axes, path, evaluation)
        title = analysis_name(language, path.estimator, path.cohorts)
        over = f"{path.outcome.title.text(language)}, {title}" if several else title
        axes.set_title(wrapped(over, axes), loc="left", fontsize=9)
        axes.set_xlabel(say(language, "Periods since the start"), fontsize=10 if columns_of(axes) < 3 else 8)
        name_of_scale(path.outcome.unit.text(language), axes)
    _share_scale(frames, paths)
    return figure


def _drawn(evaluation: Evaluation) -> list[EventPath]:
    return [path for path in shown_paths(evaluation) if path.outcome in pictured(evaluation)]


def _note(text: str) -> Figure:
    """Make a figure that says why there is nothing to draw."""
    figure, axes = plt.subplots(figsize=(7.0, 0.8))
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color=INK)
    return figure


def _draw_path(axes: Axes, path: EventPath, evaluation: Evaluation) -> None:
    """Draw points with pointwise intervals (thick) and the simultaneous band (thin); points of thin support hollow."""
    known = [row for row in path.rows if row.estimate is not None]
    time = np.asarray([int(row.spec["event_time"]) for row in known])
    effect = np.asarray([row.estimate for row in known], dtype=float)
    hollow = np.asarray([thinly_supported(evaluation, row) for row in known], dtype=bool)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axvline(-0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.vlines(time, *_ends(known), color=PILOT, linewidth=1.8)
    if path.bands:
        axes.vlines(time, *_ends([path.bands.get(row.spec["event_time"], row) for row in known]), color=PILOT, lw=0.7)
    face = np.where(hollow, "white", PILOT)
    axes.scatter(time, effect, facecolors=face, edgecolors=PILOT, s=26, linewidths=1.2, zorder=3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _ends(rows: Sequence[Row]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ends = [[np.nan if end is None else end for end in (row.ci_low, row.ci_high)] for row in rows]
    low, high = np.array(ends, dtype=float).reshape(-1, 2).T
    return low, high


def _share_scale(frames: Sequence[Axes], paths: Sequence[EventPath]) -> None:
    """Give panels of the same outcome the same scale, so that they can be compared by eye."""
    for outcome in {path.outcome.id for path in paths}:
        own = [axes for axes, path in zip(frames, paths, strict=True) if path.outcome.id == outcome]
        for limits, setter in (("get_ylim", "set_ylim"), ("get_xlim", "set_xlim")):
            ends = [getattr(axes, limits)() for axes in own]
            for axes in own:
                getattr(axes, setter)(min(low for low, _ in ends), max(high for _, high in ends))


def event_study_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `event_study` shows."""
    language = numbers.language
    if not _drawn(evaluation):
        return say(language, NO_PATHS)
    said = [say(language, "Effects with intervals by periods since the start.")]
    for path in _drawn(evaluation):
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
