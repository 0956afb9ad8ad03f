"""When the reform reached whom: a bar for each start, from before over the transition to the reform."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.periods import format_period
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.style import CONTROL, INK, PILOT

LETTERS = 48
"""Letters of names of periods that fit under the bars."""


def rollout(evaluation: Evaluation, language: str) -> Figure:
    """Draw a bar for each start of the reform and one for the controls; other reforms are lines across."""
    contract = evaluation.contract
    periods = [format_period(period) for period in evaluation.panel.periods]
    height = 0.9 + 0.28 * (len(contract.cohorts) + 1)
    figure, axes = plt.subplots(figsize=(7.0, height))
    for place, cohort in enumerate(contract.cohorts):
        _draw_cohort(axes, place, cohort.periods_before, len(periods), evaluation.plan.transition)
    _draw_span(axes, len(contract.cohorts), 0, len(periods), "white")
    names = [
        say(language, "from {start}: {counties} counties", start=cohort.start, counties=cohort.counties)
        for cohort in contract.cohorts
    ]
    names.append(say(language, "controls: {counties} counties", counties=contract.controls))
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    step = -(-len(periods) * max(len(periods[0]) - 1, 3) // LETTERS)  # as many names as fit
    axes.set_xticks([i + 0.5 for i in range(0, len(periods), step)], periods[::step])
    axes.set(xlim=(0, len(periods)), ylim=(len(names) - 0.5, -0.5))
    _draw_others(axes, evaluation, periods, language)
    return figure


def _draw_cohort(axes: Axes, place: int, before: int, end: int, transition: int) -> None:
    _draw_span(axes, place, 0, before, "white")
    reformed = min(before + transition, end)
    if transition:
        axes.barh(place, reformed - before, left=before, height=0.62, color="white", edgecolor=PILOT, hatch="////")
    _draw_span(axes, place, reformed, end, PILOT)


def _draw_span(axes: Axes, place: int, first: int, end: int, color: str) -> None:
    axes.barh(place, end - first, left=first, height=0.62, color=color, edgecolor=CONTROL, linewidth=0.8)


def _draw_others(axes: Axes, evaluation: Evaluation, periods: list[str], language: str) -> None:
    """Mark reforms that reached every county, and the epidemic."""
    for other in evaluation.plan.co_interventions or ():
        if other.everywhere_from in periods:
            at = periods.index(other.everywhere_from)
            axes.axvline(at, color=INK, linewidth=1, linestyle=(0, (4, 3)))
            axes.annotate(other.title.text(language), (at, -0.5), xytext=(2, 3), textcoords="offset points", fontsize=8)
    covid = evaluation.plan.covid
    inside = [i for i, period in enumerate(periods) if covid is not None and covid.first <= period <= covid.last]
    if inside:
        axes.axvspan(inside[0], inside[-1] + 1, color=CONTROL, alpha=0.25, linewidth=0, zorder=5)


def rollout_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `rollout` shows."""
    language, contract = numbers.language, evaluation.contract
    said = [
        say(language, "from {start}: {counties} counties", start=c.start, counties=numbers.whole(c.counties))
        for c in contract.cohorts
    ]
    said.append(say(language, "controls: {counties} counties", counties=numbers.whole(contract.controls)))
    head = say(
        language,
        "When the reform reached whom, {first} to {last}.",
        first=contract.first_period,
        last=contract.last_period,
    )
    return say(language, "{one} {another}", one=head, another=say(language, "; ").join(said))
