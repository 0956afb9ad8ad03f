"""What a reader must know of the looks: at which level this one is read, what it can find, and what harm it tells."""

from __future__ import annotations

from collections.abc import Iterator

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.pausing import Pause
from pilotbook.judge.thresholds import thresholds
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers

SAFETY_LEVEL = thresholds().safety_level

HARM = (
    "Harm is judged at a lower bar, one-sided {bar}% at each look; over the {planned} planned looks an outcome without "
    "effect is called worse with a risk of {risk}%."
)
HARM_ONCE = "Harm is judged at a lower bar, one-sided {bar}%."


def detectable(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> Iterator[str]:
    """Say which effect the test would find; without it, a reader would take an effect not found for none."""
    judgement = evaluation.judgement(outcome.id)
    row = _row(evaluation, judgement.detectable)
    if row.estimate is None:
        yield say(
            numbers.language,
            "Which effect would be found cannot be told: {reason}.",
            reason=say_if_known(numbers.language, row.reason or "").rstrip(".。"),
        )
        return
    yield say(
        numbers.language,
        "An effect of {effect} {unit} would be found four times in five.",
        effect=numbers.value(row),
        unit=outcome.unit.text(numbers.language),
    )


def level(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> Iterator[str]:
    """Say at which level this look is read, where there are several."""
    look, language = evaluation.ledger.look, numbers.language
    if evaluation.plan.looks is None or not look["number"]:
        return
    own = evaluation.judgement(outcome.id).look_level
    facts = {
        "number": look["number"],
        "planned": look["planned"],
        "alpha": _percent(1 - evaluation.plan.level, numbers),
    }
    if own <= 0:
        yield say(
            language,
            "Look {number} of {planned} may spend so little of the {alpha}% that nothing can be claimed at it.",
            **facts,
        )
        return
    yield say(
        language,
        "Look {number} of {planned} is read at the level of {level}%, so that all of them together keep {alpha}%; the "
        "intervals above are the {inner}% intervals that belong to it.",
        **facts,
        level=_percent(own, numbers),
        inner=_percent(1 - own, numbers),
    )


def harm(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> Iterator[str]:
    """Say for a safety outcome how often harm is called without any, and whether a pause is called for."""
    if outcome.family != "safety":
        return
    judgement, look, language = evaluation.judgement(outcome.id), evaluation.ledger.look, numbers.language
    bar, risk = _percent((1 - SAFETY_LEVEL) / 2, numbers), _percent(judgement.safety_risk, numbers)
    several = look["planned"] > 1
    yield say(language, HARM if several else HARM_ONCE, bar=bar, planned=look["planned"], risk=risk)
    if judgement.safety_measured is not None:
        yield say(
            language,
            "Up to this look, {share}% of the placebo choices of pilots in these data are called worse at one look or "
            "another.",
            share=_percent(judgement.safety_measured, numbers),
        )
    if judgement.pause is not None:
        yield say(language, _pause_sentence(judgement.pause, several))


def _pause_sentence(pause: Pause, several: bool) -> str:
    if pause.holds is None:
        return "Whether a pause is called for is read at planned looks only."
    if pause.spent and not several:
        return "**A pause is called for**: harm is found at its bar."
    if pause.spent:
        return "**A pause is called for**: harm is found at the bar that spends one-sided ten per cent over all looks."
    if pause.holds:
        return "**A pause is called for**: harm is found at this look and at the one before."
    if pause.now and pause.before is None and several:
        return "Harm is found at this look for the first time; one look alone does not call for a pause."
    if pause.now:
        return "Harm is found at this look and was not at the one before; one look alone does not call for a pause."
    return "No pause is called for."


def horizon(evaluation: Evaluation, language: str) -> Iterator[str]:
    """Say that the horizon is the same at every look, where there are several."""
    if evaluation.plan.looks is None or len(evaluation.plan.looks.planned) < 2:
        return
    analysis = next(analysis for analysis in evaluation.plan.analyses if analysis.headline)
    if analysis.average is None:
        yield say(language, "The horizon of the effect is fixed by the plan and the same at every look.")
        return
    first, last = analysis.average
    yield say(
        language,
        "The effect is the average over event times {first} to {last}, the same horizon at every look.",
        first=first,
        last=last,
    )


def _row(evaluation: Evaluation, id: str) -> Row:
    return evaluation.ledger.row(id)


def _percent(share: float, numbers: Numbers) -> str:
    return numbers.decimal(100 * share, 1)
