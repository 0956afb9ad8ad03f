"""A figure that is drawn once has the picture that the library draws in two rounds, and is left as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.pylabtools import print_figure
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from pilotbook.report.drawing import drawn
from pilotbook.report.slim_svg import slim
from pilotbook.report.style import set_look, use_house_style


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with plt.rc_context({"svg.fonttype": "path", "svg.hashsalt": "test", "figure.constrained_layout.use": True}):
        yield
    plt.close("all")


def panels(layout: str) -> Figure:
    figure, frames = plt.subplots(2, 2, figsize=(7, 4), layout=layout)
    for number, axes in enumerate(frames.flat):
        axes.plot([0, 1, 2.5], [1e5, -3.3e6 * number, 2e6], label="counties")
        axes.set_title("Share of visits, %", loc="left")
        axes.set_ylabel("points")
        axes.annotate("far out", (2.5, 2e6), xytext=(30, 5), textcoords="offset points")
    frames[0, 0].legend()
    frames[1, 1].remove()
    return figure


def colours() -> Figure:
    figure, frames = plt.subplots(1, 2, figsize=(6, 3), squeeze=False)
    image = frames[0, 0].imshow(np.arange(12).reshape(3, 4))
    frames[0, 1].scatter([1, 2], [3, 4], rasterized=True)
    figure.colorbar(image, ax=list(frames.flat), label="missing, %")
    return figure


def shared() -> Figure:
    figure, frames = plt.subplots(2, 2, figsize=(7, 3), sharex=True, sharey="row", width_ratios=[1, 6])
    for number, axes in enumerate(frames.flat):
        axes.plot([1e5, 1.00003e5], [2e-7, 9e-7 * (number + 1)])
        axes.tick_params(axis="both", labelbottom=True, labelleft=True, labelrotation=20 * number)
    return figure


def high() -> Figure:
    figure, frames = plt.subplots(1, 2, figsize=(6, 3))
    frames[1].set_ylabel("three\nlines\nhigh")
    frames[1].set_yticks([0, 1], ["none at all of the counties", "every one of them"])
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "constrained": lambda: panels("constrained"),
    "tight": lambda: panels("tight"),
    "without layout": lambda: panels("none"),
    "colours": colours,
    "shared": shared,
    "high": high,
}


def by_the_library(figure: Figure) -> str:
    return slim(print_figure(figure, fmt="svg", metadata={"Date": None, "Creator": None}))


def without_signs_of_zero(picture: str) -> str:
    return re.sub(r"-0(?![.\d])", "0", picture)


@pytest.mark.parametrize("name", FIGURES)
def test_it_is_the_picture_of_the_library(name: str):
    picture = drawn(FIGURES[name]())
    assert len(picture) > 2000
    assert without_signs_of_zero(picture) == without_signs_of_zero(by_the_library(FIGURES[name]()))


@pytest.mark.parametrize("name", FIGURES)
def test_the_figure_is_left_as_it_was_and_can_be_drawn_again(name: str):
    figure = FIGURES[name]()
    before = figure.get_layout_engine(), figure.dpi, figure.canvas
    picture = drawn(figure)
    assert (figure.get_layout_engine(), figure.dpi, figure.canvas) == before
    figure.axes[0].set_title("A title that came later, on\ntwo lines", loc="left")
    assert drawn(figure) != picture


@pytest.mark.parametrize("values", [[2.1e6, 3.4e7, 5.9e8], [1000.001, 1000.002, 1000.003], [4e-6, 5e-6, 6e-6]], ids=str)
def test_a_scale_of_the_house_writes_its_numbers_in_full(values: list[float]):
    with plt.rc_context():
        use_house_style()
        figure, axes = plt.subplots()
        axes.plot(values)
        axes.set_title("A title over two lines\nstands above the panel", loc="left")
        drawn(figure)
        figure.draw_without_rendering()
        assert axes.yaxis.get_offset_text().get_text() == ""
        shown = [float(label.get_text().replace("\N{MINUS SIGN}", "-")) for label in axes.get_yticklabels()]
        assert shown == pytest.approx(axes.get_yticks())
        assert axes.get_window_extent().ymax < axes._left_title.get_window_extent().ymin


def test_faces_that_are_known_are_not_added_again():
    with plt.rc_context():
        set_look()
        known = list(fontManager.ttflist)
        set_look()
    assert fontManager.ttflist == known
