"""Methods of matplotlib that remember what they found, for as long as one figure is drawn.

For one picture matplotlib sets every text five times and looks for the ticks of every scale fifteen times: in each pass
of a layout, for each edge of a panel, for the place of a name beside its scale, and to draw. It shapes a label that
stands at four panels four times. Meanwhile nothing changes but what the layout does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axis import Axis
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

Method = Callable[..., Any]


@contextmanager
def remembering() -> Iterator[None]:
    """Set texts, look for ticks and shape lines again only where something has changed.

    Where matplotlib no longer has a method of that name, drawing is slower and the same.
    """
    with (
        _replaced(Text, "_get_layout", _remembered(_wording)),
        _replaced(Axis, "_update_ticks", _remembered(_stretch)),
        _replaced(Axis, "_get_ticklabel_bboxes", _remembered(_place)),
        _replaced(TextToPath, "get_glyphs_with_font", _shaped_once),
    ):
        yield


def _wording(text: Text) -> object:
    if text.get_wrap():
        return object()  # its lines depend on where it stands, so no two looks are alike
    figure = text.get_figure(root=True)
    return text.get_text(), text.get_fontsize(), text.get_rotation(), figure and figure.dpi


def _stretch(scale: Axis) -> object:
    panel = getattr(scale.get_major_locator().axis, "axes", scale.axes)  # the first of those that share a scale
    return *scale.get_view_interval(), *panel.bbox.size


def _place(scale: Axis) -> object:
    return _stretch(scale), scale.axes.bbox.bounds


def _remembered(circumstances: Callable[[Any], object]) -> Callable[[Method], Method]:
    """Let a method keep its last answer for each object, which is right as long as the circumstances are the same."""

    def remembered(method: Method) -> Method:
        last: dict[Any, tuple[object, Any]] = {}

        def answer(one: Any, *given: Any, **named: Any) -> Any:
            now = circumstances(one)
            if one not in last or last[one][0] != now:
                last[one] = now, method(one, *given, **named)
            return last[one][1]

        return answer

    return remembered


def _shaped_once(method: Method) -> Method:
    """Let lines that say the same share their glyphs, once the picture has the outlines of all of them."""
    known: dict[object, Any] = {}

    def shaped(outlines: Any, font: Any, line: str, glyph_map: Any = None, *given: Any, **named: Any) -> Any:
        case = font, line, given, repr(named)
        if named.get("return_new_glyphs_only") and case in known:
            glyphs, _, strokes = known[case]
            if all(name in glyph_map for name, *_ in glyphs):
                return glyphs, {}, strokes
        known[case] = method(outlines, font, line, glyph_map, *given, **named)
        return known[case]

    return shaped


@contextmanager
def _replaced(kind: type, name: str, replacement: Callable[[Method], Method]) -> Iterator[None]:
    method = vars(kind).get(name)
    if method is None:
        yield
        return
    setattr(kind, name, replacement(method))
    try:
        yield
    finally:
        setattr(kind, name, method)
