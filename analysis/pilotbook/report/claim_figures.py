"""The claims as a picture: what is stated, how pilots and controls changed, the effect, and what others found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.evaluate.claims import ClaimBeside
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.report.claim_tables import beside, published_of
from pilotbook.report.figures import panels
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.style import CONTROL, INK, PILOT

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """One claim on the common scale of smallest important effects; None where a part does not exist.

    A claim whose unit is not stated has no place on the scale.
    """

    name: str
    stated: Ends | None
    pilots: float | None
    controls: float | None
    effect: float | None
    interval: Ends | None
    published: tuple[Ends, ...]


def dumbbells(evaluation: Evaluation, language: str) -> list[Dumbbell]:
    """Return the claims that have something beside them, on their common scale."""
    return [_dumbbell(evaluation, claim, language) for claim in beside(evaluation)]


def _dumbbell(evaluation: Evaluation, claim: ClaimBeside, language: str) -> Dumbbell:
    outcome = next(o for o in evaluation.plan.outcomes if o.id == claim.outcome)
    least, baseline = outcome.minimum_important_effect, evaluation.ledger.lead(outcome.id).baseline or 0.0
    unit = 100 * least / baseline if claim.scale == "%" and baseline else least
    rows = {name: getattr(claim, name) for name in ("pilots", "controls", "effect")}
    found = {name: evaluation.ledger.row(id) for name, id in rows.items() if id is not None}
    values = {name: row.estimate / unit for name, row in found.items() if row.estimate is not None}
    effect = found.get("effect")
    others = (p.in_unit(baseline) for p in published_of(evaluation) if p.indicator == claim.indicator)
    return Dumbbell(
        name=f"{claim.claim} {read_catalogue().indicators[claim.indicator].label(language)}",
        stated=None if claim.scale is None else _ends(claim.low, claim.high, unit),
        pilots=values.get("pilots"),
        controls=values.get("controls"),
        effect=values.get("effect"),
        interval=None if effect is None else _ends(effect.ci_low, effect.ci_high, unit),
        published=tuple((low / least, high / least) for low, high in others),
    )


def _ends(low: float | None, high: float | None, unit: float) -> Ends | None:
    return None if low is None or high is None else (low / unit, high / unit)


def dumbbell_figure(evaluation: Evaluation, language: str) -> Figure:
    """Draw every claim: a hollow diamond for what is stated, dots for pilots and controls, a square for the effect."""
    found = dumbbells(evaluation, language)
    figure, (axes,) = panels(1, 1.25 + 0.42 * len(found))
    axes.axvspan(-1, 1, color=CONTROL, alpha=0.15, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    for place, one in enumerate(found):
        _draw(axes, one, place)
    axes.set_yticks(range(len(found)), [one.name for one in found])
    axes.set_ylim(len(found) - 0.5, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(say(language, "Change in smallest important effects"))
    _explain(figure, axes, language)
    return figure


def _draw(axes: Axes, one: Dumbbell, place: int) -> None:
    for low, high in one.published:
        axes.plot([low, high], [place + 0.22] * 2, color=CONTROL, linewidth=2, marker="|", markersize=8)
    if one.pilots is not None and one.effect is not None:
        axes.plot([one.effect, one.pilots], [place, place], color=CONTROL, linewidth=1)
    if one.interval is not None:
        axes.plot(one.interval, [place, place], color=PILOT, linewidth=2.4, solid_capstyle="butt")
    for value, style in ((one.controls, "controls"), (one.pilots, "pilots"), (one.effect, "effect")):
        if value is not None:
            axes.plot(value, place, linestyle="none", zorder=3, **STYLES[style])
    if one.stated is not None:
        axes.plot(one.stated, [place, place], zorder=4, **STYLES["stated"])


STYLES: dict[str, dict[str, Any]] = {
    "stated": {"marker": "D", "color": INK, "markerfacecolor": "none", "markersize": 8, "linewidth": 0.8},
    "pilots": {"marker": "o", "color": PILOT, "markersize": 6},
    "controls": {"marker": "o", "color": CONTROL, "markerfacecolor": "white", "markersize": 6},
    "effect": {"marker": "s", "color": PILOT, "markersize": 6},
    "published": {"marker": "|", "color": CONTROL, "markersize": 8, "linewidth": 2},
}
NAMES = {
    "stated": "stated by the source",
    "pilots": "pilots, after less before",
    "controls": "controls, after less before",
    "effect": "effect",
    "published": "published controlled studies",
}


def _explain(figure: Figure, axes: Axes, language: str) -> None:
    for name, style in STYLES.items():
        axes.plot([], [], label=say(language, NAMES[name]), **({"linestyle": "none"} | style))
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)


def dumbbell_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `dumbbell_figure` shows."""
    language = numbers.language
    said = [_in_words(one, numbers) for one in dumbbells(evaluation, language)]
    head = say(language, "Claims beside naive changes and effects, in smallest important effects.")
    return say(language, "{one} {another}", one=head, another=say(language, "; ").join(said))


def _in_words(one: Dumbbell, numbers: Numbers) -> str:
    values = {
        "stated": None if one.stated is None else one.stated[1],
        "pilots": one.pilots,
        "controls": one.controls,
        "effect": one.effect,
    }
    said = {name: str(numbers.missing) if v is None else numbers.decimal(v, 1) for name, v in values.items()}
    text = "{name}: stated {stated}, pilots {pilots}, controls {controls}, effect {effect}"
    return say(numbers.language, text, name=one.name, **said)
