"""Drawing a figure as SVG, once: matplotlib would draw it a first time, unseen, to learn how large it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.transforms import Bbox

from pilotbook.report.remembering import remembering
from pilotbook.report.slim_svg import slim

UNDATED = {"Date": None, "Creator": None}
"""Nothing of the time and of the program is written into a picture."""


class _Renderer(RendererSVG):
    """Remembers how high the lines of a face are; matplotlib would open the face again for every text it measures.

    It asks a renderer for that first, by a name that it calls temporary: where it no longer asks, drawing is slower and
    the same.
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__(width, height, io.StringIO())  # type: ignore[no-untyped-call]
        self._heights: dict[FontProperties, tuple[float, float, float] | tuple[None, None, None]] = {}

    def _get_font_height_metrics(self, face: FontProperties) -> tuple[float, float, float] | tuple[None, None, None]:
        """Return ascent, descent and gap of a line in pixels; nothing of a face that does not say."""
        if face not in self._heights:
            self._heights[face] = _heights(face)
        return self._heights[face]


def _heights(face: FontProperties) -> tuple[float, float, float] | tuple[None, None, None]:
    font = get_font(findfont(face))
    table, head = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")
    if table is None or head is None:
        return None, None, None
    scale = 1 / head["unitsPerEm"] * face.get_size_in_points() * FigureCanvasSVG.fixed_dpi / 72
    return table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale, table["sTypoLineGap"] * scale


class _Canvas(FigureCanvasSVG):
    """A canvas with one renderer, which remembers the texts that it measured; else there is one for every look."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        self._renderer = _Renderer(*figure.bbox.size)

    def get_renderer(self) -> RendererSVG:
        """Return it; a layout asks its figure, and the figure its canvas."""
        return self._renderer


def drawn(figure: Figure) -> str:
    """Return a figure as SVG, of which the bytes depend on nothing but what it shows."""
    picture = io.BytesIO()
    with remembering(), _laid_out(figure) as extent:
        figure.savefig(picture, format="svg", bbox_inches=extent, metadata=UNDATED)
    return slim(picture.getvalue().decode())


@contextmanager
def _laid_out(figure: Figure) -> Iterator[Bbox]:
    """Give the extent of a figure with every panel at its place; meanwhile there is no layout left to be made."""
    canvas, layout, dpi = figure.canvas, figure.get_layout_engine(), figure.dpi
    renderer = _Canvas(figure).get_renderer()
    with mpl.rc_context({"figure.constrained_layout.use": False}):  # so that no layout means none
        try:
            figure.dpi = FigureCanvasSVG.fixed_dpi
            if figure.axes and layout is not None:
                layout.execute(figure)
            extent = figure.get_tightbbox(renderer).padded(mpl.rcParams["savefig.pad_inches"])
            figure.set_layout_engine(None)
            yield extent
        finally:
            figure.set_layout_engine(layout)
            figure.dpi = dpi
            figure.set_canvas(canvas)
