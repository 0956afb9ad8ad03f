"""What was fixed beforehand: the plan's commitments, and the reviewer's checklist with its answers."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown

from pilotbook.design.checklist import checklist
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.judgement import Judgement
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table

PARTS = {
    "question": "Question and plan",
    "data": "Data",
    "design": "Design",
    "inference": "Inference",
    "assumptions": "Assumptions",
    "interpretation": "Interpretation",
    "rerun": "Versions and rerun",
}
ANSWERS = {
    "yes": "yes",
    "no": "no",
    "not_applicable": "not applicable",
    "open": "not answered",
    "unknown": "not evaluable",
}
BUILT = ("missing_by_arm", "simulated_marked", "event_support", "raw_series", "clustering", "few_pilots", "wording")
BUILT_TOO = ("attainable_p", "look_adjusted", "safety", "one_command", "same_numbers", "alt_text", "robust_estimator")
"""Items that the program does by itself or refuses to go on without: `plan check`, the rule table, the proofs."""


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


def answers(evaluation: Evaluation, language: str) -> Markdown:
    """Return the checklist: what the program found, what the evaluator answered, what nobody has answered."""
    lines = []
    for item in checklist():
        own = evaluation.plan.checklist.get(item.id)
        if item.automatic:
            answer, why = _computed(item.id, evaluation), ""
        else:
            answer, why = ("open", "") if own is None else (own.answer, own.because.text(language))
        lines.append([say(language, PARTS[item.part]), say(language, item.item), say(language, ANSWERS[answer]), why])
    head = ("Part", "Question", "Answer", "Because")
    return pipe_table([say(language, name) for name in head], "llll", lines)


def _computed(item: str, evaluation: Evaluation) -> str:
    """Answer an automatic item; what was not computed for every outcome is not evaluable, never yes."""
    plan, registration = evaluation.plan, evaluation.ledger.registration
    judged = [evaluation.judgement(outcome.id) for outcome in plan.outcomes]
    if item in BUILT or item in BUILT_TOO:
        return "yes"
    measures = {"pre_trend_power": "pre_trend_power", "breakdown": "breakdown", "designs_agree": "design_difference"}
    if item in measures:
        return _yes(all(_measured(judgement, measures[item]) for judgement in judged), otherwise="unknown")
    match item:
        case "registered":
            return _yes(registration.get("after_the_data") is False)
        case "deviations":
            return _yes(registration["standing"] in {"as_registered", "deviates"})
        case "primary_outcomes":
            return _yes(sum(outcome.family == "primary" for outcome in plan.outcomes) <= 4)
        case "minimum_source":
            return _yes(all(outcome.minimum_important_effect_source for outcome in plan.outcomes))
        case "denominators":
            return _yes(all(outcome.denominator for outcome in plan.outcomes))
        case "balance":
            return _yes(evaluation.contract.comparison is not None, otherwise="unknown")
        case "clean_controls":
            return _yes(plan.co_interventions is not None)
        case "family_p":
            leads = (evaluation.ledger.lead(o.id) for o in plan.outcomes if o.family != "safety")
            return _yes(all(row.p_family is not None for row in leads), otherwise="unknown")
    return "unknown"


def _measured(judgement: Judgement, name: str) -> bool:
    return any(m.measure == name and m.value is not None for m in judgement.measures)


def _yes(holds: bool, otherwise: str = "no") -> str:
    return "yes" if holds else otherwise
