"""Figures of the chapter on sensitivity, one panel for each primary outcome, and the texts that say what they show."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR
from pilotbook.evaluate.sensitivity.left_out import CONTROL_PROVINCE, PILOT, PROVINCE
from pilotbook.report.figures import filled, name_of_scale, panels, wrapped
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.sensitivity_selection import first, primary
from pilotbook.report.style import CONTROL, INK
from pilotbook.report.style import PILOT as GREEN

HEIGHT = 2.0
WIDTH, LETTERS = 12, 18
"""Letters in a line under an axis, and beside it."""

DASHED = (0, (4, 3))

LEFT_OUT = {PILOT: "a pilot", CONTROL_PROVINCE: "a province's controls", PROVINCE: "a province"}
MARKERS = {PILOT: "o", CONTROL_PROVINCE: "s", PROVINCE: "^"}


def _rows(evaluation: Evaluation, outcome: Outcome, estimand: str, **spec: str) -> list[Row]:
    rows = evaluation.ledger.select(estimator=ESTIMATOR, outcome=outcome.id, estimand=estimand, **spec)
    return [row for row in rows if row.estimate is not None]


def _drawn(
    evaluation: Evaluation, language: str, has: Callable[[Outcome], bool], draw: Callable[[Axes, Outcome], None]
) -> Figure:
    """Draw a panel for each primary outcome that has something to draw; if none has, say so."""
    outcomes = [outcome for outcome in primary(evaluation) if has(outcome)]
    if not outcomes:
        figure, axes = plt.subplots(figsize=(7.0, 0.8))
        axes.set_axis_off()
        axes.text(0.5, 0.5, say(language, "Nothing to draw in this design."), ha="center", va="center", color=INK)
        return figure
    figure, frames = panels(len(outcomes), HEIGHT)
    for axes, outcome in zip(frames, outcomes, strict=True):
        draw(axes, outcome)
        if len(primary(evaluation)) > 1:
            axes.set_title(wrapped(outcome.title.text(language), axes), loc="left", fontsize=9)
    return figure


def _alt(evaluation: Evaluation, numbers: Numbers, what: str, sentence: Callable[[Outcome], str | None]) -> str:
    said = [
        f"{outcome.title.text(numbers.language)}: {text}"
        for outcome in primary(evaluation)
        if (text := sentence(outcome)) is not None
    ]
    return " ".join([say(numbers.language, what), *said])


def violations(evaluation: Evaluation, language: str) -> Figure:
    """Draw the intervals that allow for violations up to a multiple of the largest before the start."""

    def draw(axes: Axes, outcome: Outcome) -> None:
        rows = _rows(evaluation, outcome, "robust_to_violations", restriction="relative_magnitudes")
        bounded = [row for row in rows if row.ci_low is not None]
        multiple = [float(row.spec["bound"]) for row in bounded]
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.vlines(multiple, *_ends(bounded), color=GREEN, linewidth=2)
        axes.scatter(
            [float(row.spec["bound"]) for row in rows], [row.estimate or 0.0 for row in rows], color=GREEN, s=20
        )
        point = first(evaluation, outcome.id, "breakdown", restriction="relative_magnitudes")
        if point is not None and point.estimate is not None and point.estimate <= 2:
            axes.axvline(point.estimate, color=INK, linewidth=0.8, linestyle=DASHED)
        axes.set(xlabel=say(language, "Multiple of the largest violation before"), xlim=(-0.15, 2.15))
        name_of_scale(_effect(outcome, language), axes, LETTERS)

    return _drawn(evaluation, language, lambda o: bool(_rows(evaluation, o, "robust_to_violations")), draw)


def violations_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `violations` shows."""

    def sentence(outcome: Outcome) -> str | None:
        rows = _rows(evaluation, outcome, "robust_to_violations", restriction="relative_magnitudes")
        bounded = [row for row in rows if row.ci_low is not None and row.ci_high is not None]
        if not bounded:
            return None
        holding = [row for row in bounded if (row.ci_low or 0) <= 0 <= (row.ci_high or 0)]
        return say(
            numbers.language,
            "{holding} of {count} intervals hold zero.",
            holding=numbers.whole(len(holding)),
            count=numbers.whole(len(bounded)),
        )

    return _alt(evaluation, numbers, "Intervals by how large a violation they allow for.", sentence)


def in_space(evaluation: Evaluation, language: str) -> Figure:
    """Draw the distribution of the placebo effects of controls, with ours marked."""

    def draw(axes: Axes, outcome: Outcome) -> None:
        bars = _rows(evaluation, outcome, "placebo_in_space_bin")
        low, high = _ends(bars)
        axes.bar(
            low, [100 * (row.estimate or 0) for row in bars], width=high - low, align="edge", color=CONTROL, alpha=0.6
        )
        effect = evaluation.ledger.lead(outcome.id).estimate or 0.0
        axes.axvline(effect, color=GREEN, linewidth=2)
        right = effect > (low[0] + high[-1]) / 2
        axes.annotate(
            say(language, "pilots"),
            (effect, 0.97),
            xycoords=("data", "axes fraction"),
            xytext=(-5 if right else 5, 0),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top",
            color=GREEN,
            fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
        axes.set_xlabel(_effect(outcome, language))
        name_of_scale(say(language, "% of placebo effects"), axes, LETTERS + 3)

    return _drawn(evaluation, language, lambda o: bool(_rows(evaluation, o, "placebo_in_space_bin")), draw)


def in_space_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `in_space` shows."""

    def sentence(outcome: Outcome) -> str | None:
        row = first(evaluation, outcome.id, "placebo_in_space")
        if row is None or row.p is None:
            return None
        return say(
            numbers.language,
            "the effect of the pilots is {effect}; a share of {p} is at least as large.",
            effect=numbers.text(row, "estimate"),
            p=numbers.text(row, "p"),
        )

    return _alt(evaluation, numbers, "Histogram of the placebo effects of controls.", sentence)


def left_out(evaluation: Evaluation, language: str) -> Figure:
    """Draw the effect without each pilot, each province's controls and each province, in ascending order."""

    def draw(axes: Axes, outcome: Outcome) -> None:
        lead = evaluation.ledger.lead(outcome.id)
        if lead.ci_low is not None and lead.ci_high is not None:
            axes.axhspan(lead.ci_low, lead.ci_high, color=GREEN, alpha=0.12, linewidth=0)
        axes.axhline(lead.estimate or 0.0, color=GREEN, linewidth=1.2)
        axes.axhline(0, color=INK, linewidth=0.8)
        kinds = [kind for kind in LEFT_OUT if _rows(evaluation, outcome, kind)]
        for place, kind in enumerate(kinds):  # each has the same room, however many there are
            found = sorted(row.estimate or 0.0 for row in _rows(evaluation, outcome, kind))
            at = place + (np.arange(len(found)) + 0.5) / len(found)
            axes.scatter(at, found, marker=MARKERS[kind], s=16, color=GREEN if kind == PILOT else CONTROL)
        axes.set_xticks(np.arange(len(kinds)) + 0.5, [filled(say(language, LEFT_OUT[kind]), WIDTH) for kind in kinds])
        axes.set_xlim(-0.05, len(kinds) + 0.05)
        axes.set_xlabel(say(language, "Left out, one at a time"))
        name_of_scale(_effect(outcome, language), axes, LETTERS)

    return _drawn(evaluation, language, lambda o: _has_left_out(evaluation, o), draw)


def _has_left_out(evaluation: Evaluation, outcome: Outcome) -> bool:
    return any(_rows(evaluation, outcome, kind) for kind in LEFT_OUT)


def left_out_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `left_out` shows."""

    def sentence(outcome: Outcome) -> str | None:
        rows = [row for kind in LEFT_OUT for row in _rows(evaluation, outcome, kind)]
        if not rows:
            return None
        rows.sort(key=lambda row: row.estimate or 0.0)
        return say(
            numbers.language,
            "the effect lies between {low} and {high}.",
            low=numbers.text(rows[0], "estimate"),
            high=numbers.text(rows[-1], "estimate"),
        )

    return _alt(evaluation, numbers, "Effects with one pilot or province left out at a time.", sentence)


def smallest_p(evaluation: Evaluation, language: str) -> Figure:
    """Draw the smallest p value by the number of pilots, this design marked."""
    figure, axes = plt.subplots(figsize=(7.0, 2.3))
    outcome = primary(evaluation)[0].id
    rows = evaluation.ledger.select(estimator=ESTIMATOR, outcome=outcome, estimand="smallest_p")
    pilots = [int(row.spec["pilots"]) for row in rows]
    values = [row.p_smallest or np.nan for row in rows]
    alpha = 1 - evaluation.plan.level
    axes.plot(pilots, values, color=CONTROL, marker="o", markersize=4, linewidth=1)
    axes.axhline(alpha, color=INK, linewidth=0.8, linestyle=DASHED)
    own = evaluation.contract.assigned_pilots
    if own in pilots:
        axes.scatter([own], [values[pilots.index(own)]], color=GREEN, s=70, zorder=3)
    axes.set_yscale("log")
    axes.set(xlabel=say(language, "Assigned pilots"), ylabel=say(language, "Smallest p value"))
    axes.set_xticks(pilots)
    return figure


def smallest_p_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `smallest_p` shows."""
    lead = evaluation.ledger.lead(primary(evaluation)[0].id)
    if lead.p_smallest is None:
        return say(numbers.language, "Nothing to draw in this design.")
    return say(
        numbers.language,
        "The smallest p value falls with the number of pilots; in this design it is {p}.",
        p=numbers.text(lead, "p_smallest"),
    )


def _ends(rows: list[Row]) -> tuple[np.ndarray, np.ndarray]:
    ends = [[np.nan if end is None else end for end in (row.ci_low, row.ci_high)] for row in rows]
    low, high = np.array(ends, dtype=float).reshape(-1, 2).T
    return low, high


def _effect(outcome: Outcome, language: str) -> str:
    return say(language, "Effect, {unit}", unit=outcome.unit.text(language))
