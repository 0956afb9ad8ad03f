"""One look for every figure."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib_inline.backend_inline import set_matplotlib_formats

PILOT = "#0b6e4f"
CONTROL = "#6c757d"
INK = "#333333"


def use_house_style() -> None:
    """Set fonts, colours and sizes; figures are drawn as SVG with fixed ids and no date."""
    mpl.rcdefaults()
    sns.set_theme(
        style="ticks",
        rc={
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.edgecolor": INK,
            "axes.unicode_minus": True,
            "figure.figsize": (7.0, 3.6),
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "svg.hashsalt": "pilotbook",
            "svg.fonttype": "path",
        },
    )
    plt.close("all")
    set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})
