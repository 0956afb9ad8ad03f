"""One look for every figure."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib_inline.backend_inline import set_matplotlib_formats

from pilotbook.report.drawing import drawn
from pilotbook.report.engine import CHINESE_FAMILY, LATIN_FAMILY, font_faces

PILOT = "#0b6e4f"
CONTROL = "#6c757d"
INK = "#333333"
WRITTEN_OUT = (-9, 12)
"""Powers of ten between which a scale shows its numbers in full; a factor in a corner is overlooked."""


def use_house_style() -> None:
    """Set fonts, colours and sizes; figures are drawn as SVG with fixed ids and no date."""
    set_look()
    plt.close("all")
    plt.uninstall_repl_displayhook()  # it would draw every figure a second time, as pixels that nobody sees
    set_matplotlib_formats("svg")  # and no other
    formatter = InteractiveShell.instance().display_formatter
    assert formatter is not None
    formatter.formatters["image/svg+xml"].for_type(Figure, drawn)


def set_look() -> None:
    """Set fonts, colours and sizes, wherever figures are drawn."""
    mpl.rcdefaults()
    _add_fonts()
    sns.set_theme(
        style="ticks",
        rc={
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.edgecolor": INK,
            "axes.formatter.limits": WRITTEN_OUT,
            "axes.formatter.useoffset": False,
            "axes.titley": 1.0,  # nothing stands above a panel that its title would have to be moved away from
            "axes.unicode_minus": True,
            "figure.figsize": (7.0, 3.6),
            "figure.constrained_layout.use": True,
            "font.family": [LATIN_FAMILY, CHINESE_FAMILY],
            "font.size": 10,
            "text.language": "zh-Hans",  # of a Chinese character, draw the mainland form
            "svg.hashsalt": "pilotbook",
            "svg.fonttype": "path",
        },
    )


def _add_fonts() -> None:
    """Make the faces known; a fork server made them known for its children, who then need not look for them anew."""
    faces, known = font_faces(), {font.fname for font in fontManager.ttflist}
    for face in (faces.latin_regular, faces.latin_bold, faces.chinese_regular, faces.chinese_bold):
        if str(face) not in known:
            fontManager.addfont(str(face))
