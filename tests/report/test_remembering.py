"""What is remembered while a figure is drawn is right, saves work, and is forgotten afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.axis import Axis
from matplotlib.text import Text

from pilotbook.report.drawing import drawn
from pilotbook.report.remembering import remembering

METHODS = ((Text, "_get_layout"), (Axis, "_update_ticks"))


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def methods() -> list[Any]:
    return [vars(kind).get(name) for kind, name in METHODS]


def test_each_text_and_each_scale_is_looked_at_a_few_times(monkeypatch: pytest.MonkeyPatch):
    looks: Counter[tuple[str, object]] = Counter()
    for (kind, name), plain in zip(METHODS, methods(), strict=True):

        def counted(one: Any, *given: Any, name: str = name, plain: Any = plain) -> Any:
            looks[name, one] += 1
            return plain(one, *given)

        monkeypatch.setattr(kind, name, counted)
    figure, frames = plt.subplots(1, 2, layout="constrained")
    frames[0].set_title("Share of visits, %")
    looks.clear()
    drawn(figure)
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
        assert methods() == [None, None]
    assert methods() == [None, None]
