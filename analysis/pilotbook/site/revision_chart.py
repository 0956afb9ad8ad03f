"""The revision chart: how the headline effect of an outcome moved from release to release, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

LEFT, RIGHT, TOP, BOTTOM = 62, 16, 12, 42
STEP, LEAST_WIDTH, HEIGHT = 58, 420, 230
TICKS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """The effect of one release; ``label`` in two lines, ``standing`` of the release."""

    label: tuple[str, str]
    estimate: float | None
    low: float | None
    high: float | None
    standing: str


def revision_chart(points: Sequence[Point], title: str, description: str, identifier: str) -> Markup:
    """Draw estimates and intervals in the order of the releases.

    Parameters
    ----------
    points
        One for each release; those without an estimate keep their place.
    title, description
        What a reader who does not see it gets.
    identifier
        Unique on the page.
    """
    width = max(LEAST_WIDTH, LEFT + RIGHT + STEP * len(points))
    scale = _Scale.over(points)
    parts = [*_frame(scale, width), *(part for i, point in enumerate(points) for part in _mark(scale, i, point))]
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-labelledby="{id}-t {id}-d">'
        '<title id="{id}-t">{title}</title><desc id="{id}-d">{description}</desc>{body}</svg>'
    ).format(w=width, h=HEIGHT, id=identifier, title=title, description=description, body=Markup("").join(parts))


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    step: float

    @classmethod
    def over(cls, points: Sequence[Point]) -> _Scale:
        """Span all intervals and zero, ending at round numbers."""
        values = [v for p in points for v in (p.estimate, p.low, p.high) if v is not None]
        low, high = min([0.0, *values]), max([0.0, *values])
        if low == high:
            low, high = -1.0, 1.0
        step = _round_step((high - low) / TICKS)
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step, step)

    def y(self, value: float) -> float:
        """Return the height of a value."""
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

    def ticks(self) -> Iterator[float]:
        """Give the round numbers of the axis."""
        for i in range(round((self.high - self.low) / self.step) + 1):
            yield self.low + i * self.step

    def text(self, value: float) -> str:
        """Write a round number."""
        digits = max(0, -math.floor(math.log10(self.step)))
        return "0" if abs(value) < self.step / 2 else f"{value:,.{digits}f}".replace("-", "−")


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def _frame(scale: _Scale, width: int) -> Iterator[Markup]:
    for value in scale.ticks():
        y, zero = scale.y(value), abs(value) < scale.step / 2
        yield Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
            "zero" if zero else "grid", LEFT, width - RIGHT, y, y
        )
        yield Markup('<text class="tick" x="{}" y="{}" text-anchor="end">{}</text>').format(
            LEFT - 8, y + 4, scale.text(value)
        )


def _mark(scale: _Scale, index: int, point: Point) -> Iterator[Markup]:
    x = LEFT + STEP * index + STEP // 2
    for line, text in enumerate(point.label):
        yield Markup('<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            x, HEIGHT - BOTTOM + 18 + 15 * line, text
        )
    if point.estimate is None:
        return
    if point.low is not None and point.high is not None:
        ends = scale.y(point.low), scale.y(point.high)
        yield Markup('<line class="interval {}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(point.standing, x, x, *ends)
    y = scale.y(point.estimate)
    yield Markup('<circle class="estimate {}" cx="{}" cy="{}" r="4.5"/>').format(escape(point.standing), x, y)
    if point.standing == "withdrawn":
        yield Markup('<path class="cross" d="M{} {}l12 12m0 -12l-12 12"/>').format(x - 6, y - 6)
