"""The figure of the chapter on the data, and the text that says what it shows."""

from __future__ import annotations

from math import ceil

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from pilotbook.panel.quality import Quality
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.style import INK


def missingness(quality: Quality, language: str) -> Figure:
    """Draw the share of missing values by county and period: pilots above the line, controls below."""
    found = quality.missingness
    count = len(found.counties)
    figure, axes = plt.subplots(figsize=(7.0, min(2.0 + 0.06 * count, 7.0)))
    label = say(language, "Missing, % of expected values")
    top = max(float(np.nanmax(found.share)), 1.0)
    sns.heatmap(found.share, vmin=0, vmax=top, cmap="Greys", ax=axes, cbar_kws={"label": label}, rasterized=count > 200)
    axes.axhline(found.pilots, color=INK, linewidth=1.2)
    every = ceil(len(found.periods) / 10)
    axes.set_xticks(np.arange(0, len(found.periods), every) + 0.5, found.periods[::every], rotation=0)
    middles = [found.pilots / 2, (found.pilots + count) / 2]
    shown = [(m, say(language, n)) for m, n in zip(middles, ("Pilots", "Controls"), strict=True) if 0 < m < count]
    axes.set_yticks([middle for middle, _ in shown], [name for _, name in shown], rotation=90, va="center")
    return figure


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
    worst = found.periods[int(by_period.argmax())]
    most = numbers.decimal(float(by_period.max()), 1)
    more = say(language, "Most are missing in {period}: {share} %.", period=worst, share=most)
    return f"{said} {more}"


def _mean(share: np.ndarray[tuple[int, ...], np.dtype[np.float64]], numbers: Numbers) -> str:
    return numbers.decimal(float(np.nanmean(share)), 1) if share.size else str(numbers.missing)
