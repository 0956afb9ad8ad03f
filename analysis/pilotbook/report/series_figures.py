"""The figure of the chapter on interrupted time series, and the text that says what it shows."""

from __future__ import annotations

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.figures import columns_of, name_of_scale, panels, wrapped
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import FEW_OUTCOMES, pictured
from pilotbook.report.series_selection import Series, all_series, leading
from pilotbook.report.series_words import series_name
from pilotbook.report.style import CONTROL, INK, PILOT


def series(evaluation: Evaluation, language: str) -> Figure:
    """Draw observed values, fit and counterfactual with its band; panels of an outcome's levels share their scale."""
    drawn = drawn_series(evaluation)
    figure, frames = panels(max(len(drawn), 1), 2.1)
    for axes, one in zip(frames, drawn, strict=False):
        _draw(axes, evaluation, one, language)
    _share_scale(frames, drawn)
    return figure


def drawn_series(evaluation: Evaluation) -> list[Series]:
    """Return the series that are drawn: all of a few outcomes, of many only the one that leads."""
    few = len(evaluation.plan.outcomes) <= FEW_OUTCOMES
    return [
        one
        for one in (all_series if few else leading)(evaluation)
        if one.analysed and one.outcome in pictured(evaluation)
    ]


def _draw(axes: Axes, evaluation: Evaluation, one: Series, language: str) -> None:
    section = evaluation.plan.series
    assert section is not None
    periods = [row.spec["period"] for row in one.select("observed")]
    time = np.arange(len(periods))
    colour = CONTROL if one.name == "controls" else PILOT
    observed, fitted, counterfactual = (_values(one, name) for name in ("observed", "fitted", "counterfactual"))
    low, high = (_values(one, "counterfactual", end) for end in ("ci_low", "ci_high"))
    first = min((periods.index(s.start) for s in section.steps if s.start in periods), default=len(periods))
    after = time >= first
    axes.fill_between(time, low, high, where=list(after), color=INK, alpha=0.12, linewidth=0)
    axes.plot(time[after], counterfactual[after], color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.plot(time, fitted, color=colour, linewidth=1.6)
    left_out = np.array(["left-out" in row.flags for row in one.select("observed")])
    axes.scatter(time[~left_out], observed[~left_out], color=colour, s=16, linewidth=0, zorder=3)
    for at in time[left_out]:
        axes.axvspan(at - 0.5, at + 0.5, color=INK, alpha=0.08, linewidth=0)
    for step in section.steps:
        if step.start in periods:
            axes.axvline(periods.index(step.start) - 0.5, color=INK, linewidth=0.8)
    every = ceil(len(periods) / {1: 10, 2: 5, 3: 3}[columns_of(axes)])
    axes.set_xticks(range(0, len(periods), every), periods[::every])
    axes.set_title(wrapped(_title(one, language), axes), loc="left", fontsize=9)
    axes.set_xlabel("")
    name_of_scale(one.outcome.unit.text(language), axes)


def _title(one: Series, language: str) -> str:
    name = series_name(language, one.name)
    return say(language, "{title}: {note}", title=one.outcome.title.text(language), note=name)


def _values(one: Series, estimand: str, name: str = "estimate") -> np.ndarray:
    found: list[float | None] = [getattr(row, name) for row in one.select(estimand)]
    return np.array([np.nan if value is None else value for value in found])


def _share_scale(frames: list[Axes], drawn: list[Series]) -> None:
    levels = [(axes, s) for axes, s in zip(frames, drawn, strict=False) if s.name != "difference"]
    for outcome in {s.outcome.id for _, s in levels}:
        own = [axes for axes, s in levels if s.outcome.id == outcome]
        limits = [axes.get_ylim() for axes in own]
        for axes in own:
            axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))


def series_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `series` shows."""
    section = evaluation.plan.series
    assert section is not None
    language, said = numbers.language, []
    for one in drawn_series(evaluation):
        last = one.select("counterfactual")[-1].spec["period"]
        fitted, counterfactual = (_last(one, name, numbers) for name in ("fitted", "counterfactual"))
        said.append(
            say(
                language,
                "{title}: in {period} the fit is {fitted}, without the reform {counterfactual}.",
                title=_title(one, language),
                period=last,
                fitted=fitted,
                counterfactual=counterfactual,
            )
        )
    return say(
        language,
        "Observed average by period as points, fitted line, and dashed counterfactual with its band from the reform "
        "on. {said} Steps: {starts}.",
        said=" ".join(said),
        starts=", ".join(step.start for step in section.steps),
    )


def _last(one: Series, estimand: str, numbers: Numbers) -> str:
    row: Row = one.select(estimand)[-1]
    return numbers.decimal(row.estimate or 0.0, max(numbers.decimals(row.outcome) - 1, 0))
