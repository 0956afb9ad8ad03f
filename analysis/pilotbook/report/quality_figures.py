"""The figure of the chapter on the data, and the text that says what it shows."""

from __future__ import annotations

from math import ceil

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from pilotbook.panel.quality import Quality
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.style import INK

COUNTIES_SHOWN = 60
"""Counties of one arm that are drawn: those with most missing."""

Matrix = NDArray[np.float64]


def missingness(quality: Quality, language: str) -> Figure:
    """Draw the share of missing values by county and period: pilots above, controls below, the worst first."""
    found = quality.missingness
    arms = [
        (name, share)
        for name, share in (("Pilots", found.share[: found.pilots]), ("Controls", found.share[found.pilots :]))
        if len(share)
    ]
    drawn = [_worst(share) for _, share in arms]
    heights = [max(len(share), 3) for share in drawn]
    figure, frames = plt.subplots(
        len(arms),
        1,
        figsize=(7.0, min(1.2 + 0.045 * sum(heights), 4.5)),
        height_ratios=heights,
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    top = max(float(np.nanmax(found.share, initial=0.0)), 1.0)
    for axes, (name, whole), share in zip(frames.flat, arms, drawn, strict=True):
        image = _draw(axes, share, top)
        axes.set_ylabel(_arm(name, len(share), len(whole), language), rotation=0, ha="right", va="center", color=INK)
    every = ceil(len(found.periods) / 10)
    frames[-1, 0].set_xticks(np.arange(0, len(found.periods), every), found.periods[::every])
    figure.colorbar(image, ax=frames, label=say(language, "Missing, % of expected values"), pad=0.02, fraction=0.05)
    return figure


def _worst(share: Matrix) -> Matrix:
    """Return the counties with most missing, in that order."""
    order = np.argsort(-np.nan_to_num(share).mean(axis=1), kind="stable")
    return np.asarray(share[order[:COUNTIES_SHOWN]])


def _draw(axes: Axes, share: Matrix, top: float) -> AxesImage:
    image = axes.imshow(share, vmin=0, vmax=top, cmap="Greys", aspect="auto", interpolation="nearest")
    axes.set_yticks([])
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set(visible=True, color=INK, linewidth=0.6)
    return image


def _arm(name: str, drawn: int, all_: int, language: str) -> str:
    if drawn == all_:
        return say(language, name)
    return f"{say(language, name)}\n" + say(language, "{drawn} of {all}", drawn=drawn, all=all_)


def missingness_alt(quality: Quality, numbers: Numbers) -> str:
    """Say in words what `missingness` shows."""
    language, found = numbers.language, quality.missingness
    said = say(
        language,
        "Heat map of missing values by county and period. "
        "Pilots: {pilots} % missing on average. Controls: {controls} %.",
        pilots=_mean(found.share[: found.pilots], numbers),
        controls=_mean(found.share[found.pilots :], numbers),
    )
    by_period = np.nan_to_num(found.share).mean(axis=0)
    if not by_period.any():
        return f"{said} {say(language, 'Nothing is missing.')}"
    worst = found.periods[int(by_period.argmax())]
    most = numbers.decimal(float(by_period.max()), 1)
    more = say(language, "Most are missing in {period}: {share} %.", period=worst, share=most)
    return f"{said} {more}"


def _mean(share: Matrix, numbers: Numbers) -> str:
    return numbers.decimal(float(np.nanmean(share)), 1) if share.size else str(numbers.missing)
