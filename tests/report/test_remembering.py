"""What is remembered while a figure is drawn is right, saves work, and is forgotten afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.axis import Axis
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from pilotbook.report.drawing import drawn
from pilotbook.report.remembering import remembering

METHODS = (
    (Text, "_get_layout"),
    (Axis, "_update_ticks"),
    (Axis, "_get_ticklabel_bboxes"),
    (TextToPath, "get_glyphs_with_font"),
)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def methods() -> list[Any]:
    return [vars(kind).get(name) for kind, name in METHODS]


def test_each_text_and_each_scale_is_looked_at_a_few_times(monkeypatch: pytest.MonkeyPatch):
    looks: Counter[tuple[str, object]] = Counter()
    for (kind, name), plain in zip(METHODS, methods(), strict=True):

        def counted(one: Any, *given: Any, name: str = name, plain: Any = plain, **named: Any) -> Any:
            looks[name, given[1] if name == "get_glyphs_with_font" else one] += 1
            return plain(one, *given, **named)

        monkeypatch.setattr(kind, name, counted)
    figure, frames = plt.subplots(1, 2, layout="constrained")
    frames[0].set_title("Share of visits, %")
    looks.clear()
    drawn(figure)
    assert looks["get_glyphs_with_font", "0.2"] == 1  # of four labels
    assert looks["_get_layout", frames[0].title] == 1
    assert {looks["_update_ticks", scale] for axes in frames for scale in (axes.xaxis, axes.yaxis)} <= {1, 2, 3, 4}


def test_a_text_that_changes_is_set_again():
    figure, axes = plt.subplots()
    text = axes.text(0.5, 0.5, "short")
    with remembering():
        seen = [text.get_window_extent().bounds]
        for change in ({"text": "a longer text"}, {"rotation": 30}, {"fontsize": 20}):
            text.set(**change)
            seen.append(text.get_window_extent().bounds)
        figure.dpi = 50
        seen.append(text.get_window_extent().bounds)
    assert len(set(seen)) == 5


def test_a_scale_that_changes_has_other_ticks():
    figure, axes = plt.subplots()
    with remembering():
        seen = [[tick.get_loc() for tick in axes.xaxis._update_ticks()]]
        axes.set_xlim(0, 7)
        seen.append([tick.get_loc() for tick in axes.xaxis._update_ticks()])
        figure.set_size_inches(1, 1)
        seen.append([tick.get_loc() for tick in axes.xaxis._update_ticks()])
    assert len({tuple(ticks) for ticks in seen}) == 3


def test_a_text_that_wraps_is_set_anew_where_there_is_less_room():
    figure, axes = plt.subplots()
    text = axes.text(0.5, 0.5, "a remark that is broken where the panel ends " * 3, wrap=True)
    with remembering():
        wide = text.get_window_extent().height
        figure.set_size_inches(3, 3)
        assert text.get_window_extent().height > wide


def test_ticks_of_shared_scales_follow_the_room_of_the_first_panel():
    _, (first, second) = plt.subplots(1, 2, sharex=True)
    with remembering():
        before = len(second.xaxis._update_ticks())
        first.set_position((0, 0, 0.1, 1))
        assert len(second.xaxis._update_ticks()) < before


def test_labels_move_with_their_panel():
    _, axes = plt.subplots()
    with remembering():
        seen = []
        for _ in range(2):
            labels, _ = axes.yaxis._get_ticklabel_bboxes(axes.yaxis._update_ticks(), axes.figure._get_renderer())
            seen.append(min(label.x0 for label in labels))
            box = axes.get_position()
            axes.set_position((box.x0 + 0.1, box.y0, box.width, box.height))
    assert seen[0] < seen[1]


def test_a_line_brings_the_outlines_that_a_picture_does_not_have_yet():
    outlines, font = TextToPath(), get_font(findfont("DejaVu Sans"))

    def new_in(picture: dict[str, Any], line: str = "none") -> int:
        _, new, _ = outlines.get_glyphs_with_font(font, line, glyph_map=picture, return_new_glyphs_only=True)
        picture.update(new)
        return len(new)

    with remembering():
        picture: dict[str, Any] = {}
        assert [new_in(picture), new_in(picture), new_in(picture, "no t"), new_in({})] == [3, 0, 2, 3]
        for _ in range(2):
            glyphs, known, _ = outlines.get_glyphs_with_font(font, "none", picture)
            assert known is picture
            assert len(glyphs) == 4


def test_nothing_is_left_behind():
    before = methods()
    with pytest.raises(RuntimeError, match="while drawing"), remembering():
        assert all(inside is not plain for inside, plain in zip(methods(), before, strict=True))
        raise RuntimeError("while drawing")
    assert methods() == before


def test_a_method_that_is_gone_stays_away(monkeypatch: pytest.MonkeyPatch):
    for kind, name in METHODS:
        monkeypatch.delattr(kind, name)
    with remembering():
        assert methods() == [None] * len(METHODS)
    assert methods() == [None] * len(METHODS)
