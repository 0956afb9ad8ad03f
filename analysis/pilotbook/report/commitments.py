"""What was fixed beforehand: the plan's commitments, and what was changed since."""

from __future__ import annotations

from collections.abc import Iterator

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers


def commitments(evaluation: Evaluation, numbers: Numbers) -> list[tuple[str, str]]:
    """Name the choices of the plan that shape the estimates, those left at their default too."""
    language = numbers.language
    found = [*_outcomes(evaluation, numbers), *_choices(evaluation, numbers)]
    return [*((say(language, name), text) for name, text in found), *_deviations(evaluation, language)]


def _outcomes(evaluation: Evaluation, numbers: Numbers) -> Iterator[tuple[str, str]]:
    language = numbers.language
    families = {"primary": "Primary outcomes", "secondary": "Secondary outcomes", "safety": "Safety outcomes"}
    for family, name in families.items():
        members = [outcome for outcome in evaluation.plan.outcomes if outcome.family == family]
        said = [
            say(
                language,
                "{title} ({direction} is better; smallest important effect {least} {unit}, source: {source})",
                title=outcome.title.text(language),
                direction=say(language, outcome.direction),
                least=numbers.decimal(outcome.minimum_important_effect, 2),
                unit=outcome.unit.text(language),
                source=outcome.minimum_important_effect_source.text(language)
                if outcome.minimum_important_effect_source
                else say(language, "not stated"),
            )
            for outcome in members
        ]
        if said:
            yield name, say(language, "; ").join(said)


def _choices(evaluation: Evaluation, numbers: Numbers) -> Iterator[tuple[str, str]]:
    plan, language = evaluation.plan, numbers.language
    none, between = say(language, "none"), say(language, "; ")
    excluded = [f"{', '.join(group.units)}: {group.because.text(language)}" for group in plan.exclusions]
    yield "Counties left out", between.join(excluded) or none
    yield "Periods before the start that may be affected", numbers.whole(plan.anticipation)
    yield "Periods after the start that are left out", numbers.whole(plan.transition)
    yield "Counties with gaps", say(language, "left out" if plan.gaps == "drop" else "kept")
    covid = plan.covid
    if covid is not None:
        policy = say(language, "left out" if covid.policy == "drop" else "kept")
        yield "COVID-19 periods", f"{covid.first}–{covid.last}: {policy}; {covid.because.text(language)}"
    else:
        yield "COVID-19 periods", say(language, "not stated")
    yield "Price index", none if plan.deflator is None else f"{plan.deflator.column}, {plan.deflator.base}"
    yield "Planned looks", none if plan.looks is None else ", ".join(plan.looks.planned)
    yield "Other reforms", _other_reforms(evaluation, numbers)
    yield "Compared before the start", between.join(c.title.text(language) for c in plan.covariates) or none
    yield "Seed", str(plan.seed)


def _deviations(evaluation: Evaluation, language: str) -> Iterator[tuple[str, str]]:
    """Say what the plan changed since it was registered: with its reason, or that none is on record."""
    registration, between = evaluation.ledger.registration, say(language, "; ")
    for deviation in registration.get("deviations", ()):
        name = say(language, "Deviation of {date}", date=deviation["date"])
        yield name, between.join([deviation["because"], *deviation["changes"]])
    if registration.get("unrecorded"):
        yield say(language, "Changed without a record"), between.join(registration["unrecorded"])


def _other_reforms(evaluation: Evaluation, numbers: Numbers) -> str:
    plan, language = evaluation.plan, numbers.language
    if plan.co_interventions is None:
        return say(language, "not stated")
    reached = {} if evaluation.contract.comparison is None else evaluation.contract.comparison.exposures or ()
    shares = {exposure.id: exposure for exposure in reached}
    said = []
    for other in plan.co_interventions:
        text = other.title.text(language)
        if other.id in shares:
            text = say(
                language,
                "{title} (reached {pilots} of the pilots' and {controls} of the controls' periods)",
                title=text,
                pilots=f"{numbers.decimal(100 * shares[other.id].pilots, 0)}%",
                controls=f"{numbers.decimal(100 * shares[other.id].controls, 0)}%",
            )
        said.append(text)
    return say(language, "; ").join(said) or say(language, "none")
