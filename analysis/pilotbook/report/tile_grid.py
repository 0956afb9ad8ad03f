"""Where pilots and controls are: one tile for each province, no boundary drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import yaml
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.style import CONTROL, INK, PILOT

COLUMNS, BELOW = 10, 8
"""Width of the grid, and the row from which on provinces stand that the grid does not know, such as simulated ones."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A province: the first digits of its counties' codes, its place, and how many of them are compared."""

    code: str
    column: int
    row: int
    pilots: int
    controls: int

    def name(self, language: str) -> str:
        """Return the short name, the digits where the province is not known."""
        return province_name(self.code, language)


def province_name(code: str, language: str) -> str:
    """Return the short name of a province by the first digits of its counties' codes; the digits if it is not known."""
    province = _provinces().get(code)
    return code if province is None else str(province[language])


@cache
def _provinces() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("provinces.yml").read_text(encoding="utf-8"))
    return read


def has_provinces(evaluation: Evaluation) -> bool:
    """Tell whether counties bear six-digit codes, whose first two digits are the province."""
    return all(len(unit) == 6 and unit.isdigit() for unit in evaluation.panel.units)


def tiles(evaluation: Evaluation) -> list[Tile]:
    """Return the provinces of the grid, and those of the data that it does not know in a row of their own."""
    cohort = evaluation.panel.cohort(never=-1)
    codes = [unit[:2] for unit in evaluation.panel.units]
    pilots = Counter(code for code, start in zip(codes, cohort, strict=True) if start > 0)
    controls = Counter(code for code, start in zip(codes, cohort, strict=True) if start == -1)
    return [
        Tile(code, column, row, pilots[code], controls[code]) for code, (column, row) in _places(set(codes)).items()
    ]


def _places(codes: set[str]) -> dict[str, tuple[int, int]]:
    """Return column and row of every province of the country, if any of them is in the data, and of the others."""
    unknown = sorted(codes - _provinces().keys())
    known = {code: (province["at"][0], province["at"][1]) for code, province in _provinces().items()}
    places = known if codes & known.keys() else {}
    below = BELOW if places else 0
    return places | {code: (i % COLUMNS, below + i // COLUMNS) for i, code in enumerate(unknown)}


def tile_grid(evaluation: Evaluation, language: str) -> Figure:
    """Draw the grid: pilots above, controls below; a tile with pilots is filled."""
    found = tiles(evaluation)
    rows = [tile.row for tile in found]
    first, last = min(rows), max(rows)
    figure, axes = plt.subplots(figsize=(7.0, 0.3 + 0.56 * (last - first + 1)))
    for tile in found:
        _draw(axes, tile, language)
    axes.set(xlim=(0, COLUMNS), ylim=(last + 1, first), aspect="auto")
    axes.axis("off")
    return figure


def _draw(axes: Axes, tile: Tile, language: str) -> None:
    compared = tile.pilots + tile.controls
    face = PILOT if tile.pilots else "#e3e6e8" if compared else "white"
    ink = "white" if tile.pilots else INK if compared else CONTROL
    box = Rectangle((tile.column + 0.04, tile.row + 0.05), 0.92, 0.9, facecolor=face, edgecolor=CONTROL, linewidth=0.6)
    axes.add_patch(box)
    axes.text(tile.column + 0.5, tile.row + 0.33, tile.name(language), ha="center", va="center", color=ink, fontsize=9)
    if compared:
        counts = f"{tile.pilots} | {tile.controls}"
        axes.text(tile.column + 0.5, tile.row + 0.7, counts, ha="center", va="center", color=ink, fontsize=8)


def tile_grid_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `tile_grid` shows."""
    language = numbers.language
    said = [
        say(
            language,
            "{province}: {pilots} pilots, {controls} controls",
            province=tile.name(language),
            pilots=numbers.whole(tile.pilots),
            controls=numbers.whole(tile.controls),
        )
        for tile in tiles(evaluation)
        if tile.pilots + tile.controls
    ]
    head = say(language, "Counties compared, by province.")
    return say(language, "{one} {another}", one=head, another=say(language, "; ").join(said))
