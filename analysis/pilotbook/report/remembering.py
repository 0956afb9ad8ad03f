"""Methods of matplotlib that remember what they found, for as long as one figure is drawn.

For one picture matplotlib sets every text five times and looks for the ticks of every scale fifteen times: in each pass
of a layout, for each edge of a panel, for the place of a name beside its scale, and to draw. Meanwhile nothing changes
but what the layout does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axis import Axis
from matplotlib.text import Text


@contextmanager
def remembering() -> Iterator[None]:
    """Set a text again only if it says something else, and look for ticks again only if a scale shows or holds others.

    Where matplotlib no longer has a method of that name, drawing is slower and the same.
    """
    with _remembers(Text, "_get_layout", _wording), _remembers(Axis, "_update_ticks", _stretch):
        yield


def _wording(text: Text) -> object:
    if text.get_wrap():
        return object()  # its lines depend on where it stands, so no two looks are alike
    figure = text.get_figure(root=True)
    return text.get_text(), text.get_fontsize(), text.get_rotation(), figure and figure.dpi


def _stretch(scale: Axis) -> object:
    panel = getattr(scale.get_major_locator().axis, "axes", scale.axes)  # the first of those that share a scale
    return *scale.get_view_interval(), *panel.bbox.size


@contextmanager
def _remembers(kind: type, name: str, circumstances: Callable[[Any], object]) -> Iterator[None]:
    """Let a method keep its last answer for each object, which is right as long as the circumstances are the same."""
    method = vars(kind).get(name)
    if method is None:
        yield
        return
    last: dict[Any, tuple[object, Any]] = {}

    def remembered(one: Any, *given: Any, **named: Any) -> Any:
        now = circumstances(one)
        if one not in last or last[one][0] != now:
            last[one] = now, method(one, *given, **named)
        return last[one][1]

    setattr(kind, name, remembered)
    try:
        yield
    finally:
        setattr(kind, name, method)
