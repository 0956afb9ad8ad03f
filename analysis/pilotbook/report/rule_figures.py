"""The funnel plot of the watch lists, and the text that says what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.judge.rules.funnel import Funnel
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.report.figures import panels, wrapped
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.rule_words import name_of, unit_of
from pilotbook.report.style import CONTROL, INK, PILOT

LEVELS = (0.95, 0.998)
"""Of the two pairs of limits."""


def shown(evaluation: Evaluation) -> list[Mapping[str, Any]]:
    """Return one watch list for each indicator that has a funnel."""
    found: dict[str, Mapping[str, Any]] = {}
    for watch in evaluation.ledger.monitoring.get("watch", ()):
        if watch["points"]:
            found.setdefault(watch["indicator"], watch)
    return list(found.values())


def threshold_of(evaluation: Evaluation, watch: Mapping[str, Any]) -> float | None:
    """Return the rule's limit if it is one number for all facilities, None if it depends on the facility."""
    entry = next(e for e in evaluation.ledger.rules if e["rule"] == watch["rule"])
    if "(" in entry["expression"] or entry["threshold_row"] is None:
        return None
    return evaluation.ledger.row(entry["threshold_row"]).estimate


def funnels(evaluation: Evaluation, language: str) -> Figure:
    """Draw a funnel for each indicator: size across, share up, limits, the rule's limit; a triangle fires."""
    lists = shown(evaluation)
    figure, frames = panels(len(lists), 3.0)
    for axes, watch in zip(frames, lists, strict=True):
        _draw(axes, evaluation, watch, language)
    return figure


def _draw(axes: Axes, evaluation: Evaluation, watch: Mapping[str, Any], language: str) -> None:
    size, share, fired = (np.asarray(part) for part in zip(*watch["points"], strict=True))
    fires = fired.astype(bool)
    funnel = Funnel(watch["target"], watch["dispersion"])
    grid = np.geomspace(max(size.min(), 1.0), size.max(), 200)
    for level, line in zip(LEVELS, ((0, (4, 3)), "solid"), strict=True):
        upper = 100 * funnel.limit(grid, level)
        lower = 200 * funnel.target - upper
        for curve in (upper, lower):
            axes.plot(grid, np.clip(curve, 0, 100), color=CONTROL, linewidth=0.9, linestyle=line)
    axes.axhline(100 * funnel.target, color=CONTROL, linewidth=0.7)
    axes.plot(size[~fires], share[~fires], "o", color=CONTROL, markersize=3, alpha=0.7, linewidth=0)
    axes.plot(size[fires], share[fires], "^", color=PILOT, markersize=6, linewidth=0)
    limit = threshold_of(evaluation, watch)
    if limit is not None:
        axes.axhline(limit, color=INK, linewidth=1.1)
        axes.annotate(
            say(language, "limit of the rule"),
            (1, limit),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=INK,
        )
    axes.set_xscale("log")
    axes.set_title(wrapped(name_of(watch["indicator"], language), axes), loc="left", fontsize=9)
    axes.set(xlabel=denominator_name(watch["indicator"], language), ylabel=unit_of(watch["indicator"], language))


def denominator_name(indicator: str, language: str) -> str:
    """Name what an indicator is a share of."""
    about = read_catalogue().indicators[indicator]
    return about.denominator_zh if language == "zh" else about.denominator


def funnels_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `funnels` shows."""
    language = numbers.language
    said = [say(language, "Funnel plots of facilities with limits at 95 and 99.8 per cent.")]
    for watch in shown(evaluation):
        said.append(
            say(
                language,
                "{name}: {count} facilities, {fired} beyond the limit of the rule, share of all {target} %.",
                name=name_of(watch["indicator"], language),
                count=numbers.whole(len(watch["points"])),
                fired=numbers.whole(sum(point[2] for point in watch["points"])),
                target=numbers.decimal(100 * watch["target"], 1),
            )
        )
    return say(language, "{one} {another}", one=said[0], another=" ".join(said[1:]))
