"""Page one: what was found on every outcome, as a table and as a picture, each number leading to its ledger row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from IPython.display import Markdown
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.judgement import Judgement
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.unstarted import POWER
from pilotbook.judge.verdict import Kind
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.quality import Quality
from pilotbook.report.figures import filled, panels
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers, anchor
from pilotbook.report.quality_words import red_outcomes
from pilotbook.report.style import CONTROL, INK, PILOT
from pilotbook.report.tables import pipe_table
from pilotbook.report.verdicts import VERDICTS

MOST = 12
"""How many outcomes page one shows at most; all of them stand in the chapter on verdicts."""

MARKS = {
    Kind.IMPROVED: "▲",
    Kind.IMPROVED_FRAGILE: "△",
    Kind.WORSENED: "▼",
    Kind.WORSENED_FRAGILE: "▽",
    Kind.TOO_SMALL: "◆",
    Kind.NO_DETECTABLE_EFFECT: "○",
    Kind.NOT_ATTRIBUTABLE: "×",
    Kind.NOT_ESTIMABLE: "–",
}
"""A shape for each verdict, beside its words, so that no colour is needed."""

NARROWEST, WIDEST = 2.0, 12.0
"""Bounds of the picture's scale, in smallest important effects."""

LETTERS = 46
"""Of a line of an outcome's name beside the picture."""

SHOWN = (
    "estimate",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "level",
    "p",
    "p_method",
    "n_obs",
    "n_pilots",
    "n_controls",
    "unit",
)
"""Fields of a row that are shown in full where a number of page one leads to."""


CONTRACT = ("pilots", "controls", "assigned_pilots", "assigned_controls", "periods", "first_period", "last_period")
CONTRACT_ANCHOR = "row-contract"
"""Facts of the design on page one, and where they stand in full."""


def outcomes_shown(evaluation: Evaluation, quality: Quality) -> tuple[Outcome, ...]:
    """Return the outcomes of page one in the order of the plan: core indicators always, then the plan's first.

    Those of which too many values are missing are not among them.
    """
    catalogue, red = read_catalogue(), red_outcomes(evaluation, quality)
    core = {*catalogue.core_quarterly, *catalogue.pilot_monitoring}
    fit = [outcome for outcome in evaluation.plan.outcomes if outcome not in red]
    first = sorted(fit, key=lambda outcome: core.isdisjoint({outcome.id, *outcome.columns}))[:MOST]
    return tuple(outcome for outcome in fit if outcome in first)


def not_shown(evaluation: Evaluation, quality: Quality, language: str) -> Markdown:
    """Name the outcomes that the gates of the data keep off page one, with the reason."""
    red = red_outcomes(evaluation, quality)
    if not red:
        return Markdown("")
    text = (
        "Not shown: {names}, because more than a fifth of the values are missing, or the arms differ by more than five "
        "points in what is missing."
    )
    names = say(language, "; ").join(outcome.title.text(language) for outcome in red)
    return Markdown(say(language, text, names=names))


def table(evaluation: Evaluation, outcomes: Sequence[Outcome], numbers: Numbers) -> Markdown:
    """Return a line for every outcome: baseline, effect, adjusted interval, what could be found, verdict, grade."""
    language = numbers.language

    def lines() -> Iterator[list[str]]:
        for outcome in outcomes:
            judgement = evaluation.judgement(outcome.id)
            lead, adjusted = _lead(evaluation, judgement), _adjusted(evaluation, judgement)
            yield [
                say(language, "{title} ({unit})", title=outcome.title.text(language), unit=outcome.unit.text(language)),
                numbers.value(lead, "baseline"),
                numbers.value(lead),
                numbers.interval(adjusted),
                _detectable(evaluation, judgement, numbers),
                f"{MARKS[judgement.verdict]}\N{NO-BREAK SPACE}{say(language, VERDICTS[judgement.verdict])}",
                judgement.grade,
            ]

    head = ("Outcome", "Before", "Effect", "Adjusted interval", "Detectable", "Verdict", "Grade")
    return pipe_table([say(language, name) for name in head], "lrrrrll", lines())


def _lead(evaluation: Evaluation, judgement: Judgement) -> Row:
    return evaluation.ledger.row(judgement.row)


def _adjusted(evaluation: Evaluation, judgement: Judgement) -> Row:
    return evaluation.ledger.row(judgement.intervals.get("adjusted", judgement.row))


def _detectable(evaluation: Evaluation, judgement: Judgement, numbers: Numbers) -> str:
    """Print the effect that the design finds four times in five at this look; before a start, that ten pilots would."""
    pretended = evaluation.ledger.select(estimator=POWER, outcome=judgement.outcome)
    return numbers.value(pretended[0] if pretended else evaluation.ledger.row(judgement.detectable))


@dataclass(frozen=True, slots=True)
class Scaled:
    """An effect and its adjusted interval in smallest important effects, positive where it is better."""

    title: str
    effect: float
    low: float
    high: float


def scaled(evaluation: Evaluation, outcomes: Sequence[Outcome], language: str) -> list[Scaled | None]:
    """Return the effects of page one on their common scale; None where there is no estimate."""
    return [_scaled(evaluation, outcome, language) for outcome in outcomes]


def _scaled(evaluation: Evaluation, outcome: Outcome, language: str) -> Scaled | None:
    judgement = evaluation.judgement(outcome.id)
    estimate, adjusted = _lead(evaluation, judgement).estimate, _adjusted(evaluation, judgement)
    if estimate is None:
        return None
    scale = outcome.minimum_important_effect * (1 if outcome.direction == "higher" else -1)
    low = -inf if adjusted.ci_low is None else adjusted.ci_low
    high = inf if adjusted.ci_high is None else adjusted.ci_high
    ends = sorted((low / scale, high / scale))
    return Scaled(outcome.title.text(language), estimate / scale, ends[0], ends[1])


def forest(evaluation: Evaluation, outcomes: Sequence[Outcome], language: str) -> Figure:
    """Draw every effect with its adjusted interval in smallest important effects, better to the right.

    An interval that reaches out of the picture ends in an arrow.
    """
    effects = scaled(evaluation, outcomes, language)
    ends = [abs(end) for effect in effects if effect for end in (effect.low, effect.high) if isfinite(end)]
    reach = min(max([NARROWEST, *(1.1 * end for end in ends)]), WIDEST)
    names = [filled(outcome.title.text(language), LETTERS) for outcome in outcomes]
    bounds = np.cumsum([0, *(1 + name.count("\n") for name in names)])  # a name of two lines takes the room of two
    places = (bounds[:-1] + bounds[1:]) / 2
    figure, (axes,) = panels(1, 0.75 + 0.17 * int(bounds[-1]))
    axes.axvspan(-1, 1, color=CONTROL, alpha=0.15, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    for place, effect in zip(places, effects, strict=True):
        if effect is not None:
            _draw_effect(axes, effect, float(place), reach)
    axes.set_yticks(places, names, linespacing=0.95)
    axes.set(xlim=(-reach, reach), ylim=(max(int(bounds[-1]), 1), 0))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(say(language, "← worse   effect in smallest important effects   better →"))
    return figure


def _draw_effect(axes: Axes, effect: Scaled, place: float, reach: float) -> None:
    axes.plot([max(effect.low, -reach), min(effect.high, reach)], [place, place], color=PILOT, linewidth=1.6)
    for at, marker, there in (
        (effect.effect, "o", abs(effect.effect) <= reach),
        (-reach, "<", min(effect.low, effect.effect) < -reach),
        (reach, ">", max(effect.high, effect.effect) > reach),
    ):
        if there:
            axes.plot(at, place, marker=marker, color=PILOT, markersize=5, clip_on=False)


def forest_alt(evaluation: Evaluation, outcomes: Sequence[Outcome], numbers: Numbers) -> str:
    """Say in words what `forest` shows."""
    language = numbers.language
    said = [_in_words(effect, numbers) for effect in scaled(evaluation, outcomes, language) if effect is not None]
    head = say(language, "Effects in smallest important effects, better to the right.")
    return say(language, "{one} {another}", one=head, another=say(language, "; ").join(said))


def _in_words(effect: Scaled, numbers: Numbers) -> str:
    ends = [
        numbers.decimal(e, 1) if isfinite(e) else say(numbers.language, "no bound") for e in (effect.low, effect.high)
    ]
    return say(
        numbers.language,
        "{title}: {effect}, interval {low} to {high}",
        title=effect.title,
        effect=numbers.decimal(effect.effect, 1),
        low=ends[0],
        high=ends[1],
    )


def rows_behind(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the rows that numbers of page one led to, every value in full."""
    language = numbers.language
    head = [say(language, "Row of the ledger"), say(language, "Values")]
    facts = ", ".join(
        f"`{name}={value}`" for name in CONTRACT if (value := evaluation.ledger.contract.get(name)) is not None
    )
    body = [[f"[`contract`]{{#{CONTRACT_ANCHOR}}}", facts]]
    body += [[f"[`{row.id}`]{{#{anchor(row)}}}", _in_full(row)] for row in (numbers.led_to or {}).values()]
    return pipe_table(head, "ll", body)


def _in_full(row: Row) -> str:
    return ", ".join(f"`{name}={value}`" for name in SHOWN if (value := getattr(row, name)) is not None)
