"""Drawing a figure as SVG, once: matplotlib would draw it a first time, unseen, to learn how large it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from pilotbook.report.slim_svg import slim

UNDATED = {"Date": None, "Creator": None}


class _Canvas(FigureCanvasSVG):
    """A canvas whose renderer measures texts for the layout; the canvas of the library makes a new one each time."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        self._renderer = RendererSVG(*figure.bbox.size, io.StringIO())

    def get_renderer(self) -> RendererSVG:
        """Return it; a figure asks its canvas."""
        return self._renderer


def drawn(figure: Figure) -> str:
    """Return a figure as SVG, of which the bytes depend on nothing but what it shows."""
    picture = io.BytesIO()
    with _laid_out(figure) as extent:
        figure.savefig(picture, format="svg", bbox_inches=extent, metadata=UNDATED)
    return slim(picture.getvalue().decode())


@contextmanager
def _laid_out(figure: Figure) -> Iterator[Bbox]:
    """Give the extent of a figure with every panel at its place; meanwhile there is no layout left to be made."""
    canvas, layout, dpi = figure.canvas, figure.get_layout_engine(), figure.dpi
    figure.dpi = FigureCanvasSVG.fixed_dpi
    renderer = _Canvas(figure).get_renderer()
    try:
        if layout is not None:
            layout.execute(figure)
        extent = figure.get_tightbbox(renderer).padded(mpl.rcParams["savefig.pad_inches"])
        with mpl.rc_context({"figure.constrained_layout.use": False}):
            figure.set_layout_engine(None)
        yield extent
    finally:
        figure.set_layout_engine(layout)
        figure.dpi = dpi
        figure.set_canvas(canvas)
