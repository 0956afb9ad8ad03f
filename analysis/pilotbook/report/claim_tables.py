"""Tables on the claims of the sources: what they state, and what stands beside it here."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown

from pilotbook.evaluate.claims import ClaimBeside, Standing
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.catalogue import Claim, read_catalogue
from pilotbook.panel.catalogue.published import PublishedEffect, published_effects
from pilotbook.report.claim_words import OBSTACLES, STANDINGS, as_stated, design, place
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table

SCALES = {"pp": "percentage points", "%": "%"}


def claims_of(evaluation: Evaluation) -> list[ClaimBeside]:
    """Return the claims about the reform, with what stands beside them."""
    return [ClaimBeside.from_dict(content) for content in evaluation.ledger.claims]


def beside(evaluation: Evaluation) -> list[ClaimBeside]:
    """Return the claims that have something beside them."""
    return [claim for claim in claims_of(evaluation) if claim.pilots is not None]


def published_of(evaluation: Evaluation) -> list[PublishedEffect]:
    """Return what controlled studies found for the indicators of the claims."""
    indicators = {claim.indicator for claim in claims_of(evaluation)}
    return [effect for effect in published_effects() if effect.indicator in indicators]


def stated(evaluation: Evaluation, language: str) -> Markdown:
    """Return every claim about the reform as its source has it, and how far it can be compared."""
    claims, indicators = read_catalogue().claims, read_catalogue().indicators
    rows = [
        [
            found.claim,
            place(claims[found.claim], language),
            indicators[found.indicator].label(language),
            as_stated(claims[found.claim], language),
            design(claims[found.claim], language),
            standing(found, language),
        ]
        for found in claims_of(evaluation)
    ]
    head = ("Claim", "Place", "Indicator", "As stated", "How the source knows", "Comparison")
    return pipe_table([say(language, name) for name in head], "llllll", rows)


def standing(claim: ClaimBeside, language: str) -> str:
    """Say how far a claim can be compared, and what is in the way."""
    said = say(language, STANDINGS[claim.standing])
    if claim.obstacle is None:
        return said
    return say(language, "{one}: {another}", one=said, another=say(language, OBSTACLES[claim.obstacle]))


def compared(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the claims with both naive changes, the effect with its interval, and the part that is common."""
    language, indicators = numbers.language, read_catalogue().indicators

    def lines() -> Iterator[list[str]]:
        for claim in beside(evaluation):
            effect = None if claim.effect is None else evaluation.ledger.row(claim.effect)
            yield [
                claim.claim,
                say(
                    language,
                    "{title} ({unit})",
                    title=indicators[claim.indicator].label(language),
                    unit=_unit(evaluation, claim, language),
                ),
                change(read_catalogue().claims[claim.claim], language),
                _of(evaluation, claim.pilots, numbers),
                _of(evaluation, claim.controls, numbers),
                numbers.missing if effect is None else numbers.value(effect),
                numbers.missing if effect is None else numbers.interval(effect),
                _of(evaluation, claim.common, numbers),
            ]

    head = (
        "Claim",
        "Indicator",
        "Stated change",
        "Pilots, after less before",
        "Controls, after less before",
        "Effect",
        "Interval",
        "Common part",
    )
    return pipe_table([say(language, name) for name in head], "llrrrrrr", lines())


def change(claim: Claim, language: str) -> str:
    """Return the change as its source has it, as a number; its unit stands elsewhere."""
    text = claim.change.replace("-", "−").partition(" (")[0]
    return say(language, "{change}, unit not stated", change=text) if claim.ambiguous else text


def _unit(evaluation: Evaluation, claim: ClaimBeside, language: str) -> str:
    if claim.scale == "%":
        return "%"
    outcome = next(o for o in evaluation.plan.outcomes if o.id == claim.outcome)
    return outcome.unit.text(language)


def _of(evaluation: Evaluation, row: str | None, numbers: Numbers) -> str:
    return numbers.missing if row is None else numbers.value(evaluation.ledger.row(row))


def published(evaluation: Evaluation, language: str) -> Markdown:
    """Return what controlled studies found for the same indicators."""
    indicators = read_catalogue().indicators
    rows = [
        [
            indicators[effect.indicator].label(language),
            _range(effect, language),
            effect.place.text(language),
            effect.design.text(language),
        ]
        for effect in published_of(evaluation)
    ]
    return pipe_table([say(language, name) for name in ("Indicator", "Effect", "Place", "Design")], "lrll", rows)


def _range(effect: PublishedEffect, language: str) -> str:
    low, high = (f"{end:+g}".replace("-", "−") for end in (effect.low, effect.high))
    ends = low if effect.low == effect.high else say(language, "{low} to {high}", low=low, high=high)
    return say(language, "{number} {unit}", number=ends, unit=say(language, SCALES[effect.scale]))


def sentences(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say of every compared claim how far its change is that of the pilots, of all counties, of the reform."""
    return Markdown("\n".join(_sentence(evaluation, claim, numbers) for claim in beside(evaluation)))


def _sentence(evaluation: Evaluation, claim: ClaimBeside, numbers: Numbers) -> str:
    language, rows = numbers.language, evaluation.ledger
    title = read_catalogue().indicators[claim.indicator].label(language)
    said = [
        say(
            language,
            "**{claim}, {title}**: stated {stated}; here the pilots changed by {pilots}, the controls by {controls} "
            "(common trend and all: no effect can be read from either).",
            claim=claim.claim,
            title=title,
            stated=change(read_catalogue().claims[claim.claim], language),
            pilots=_of(evaluation, claim.pilots, numbers),
            controls=_of(evaluation, claim.controls, numbers),
        )
    ]
    if claim.effect is not None and claim.standing is Standing.COMPARED:
        effect = rows.row(claim.effect)
        text = "The effect is {effect}, interval {interval}; {verdict}."
        said.append(
            say(
                language,
                text,
                effect=numbers.value(effect),
                interval=numbers.interval(effect),
                verdict=say(language, WITHIN[claim.within]),
            )
        )
    return f"- {' '.join(said) if language == 'en' else ''.join(said)}"


WITHIN = {
    True: "the stated change lies within it: check the data before believing either",
    False: "the stated change lies outside it",
    None: "without an interval nothing more can be said",
}
"""What is said of a stated change and the interval of the effect."""
