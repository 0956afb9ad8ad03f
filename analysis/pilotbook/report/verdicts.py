"""What may be said: sentences chosen by the verdict, its reasons, the grade, and what was fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.judgement import Judgement
from pilotbook.evaluate.ledger import Row
from pilotbook.judge.thresholds import Grade
from pilotbook.judge.verdict import FIRMNESS, Kind, Reason
from pilotbook.report import looking
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table
from pilotbook.report.words import facts_of_test

VERDICTS = {
    Kind.IMPROVED: "improved",
    Kind.IMPROVED_FRAGILE: "improved, fragile",
    Kind.WORSENED: "worsened",
    Kind.WORSENED_FRAGILE: "worsened, fragile",
    Kind.TOO_SMALL: "too small to matter",
    Kind.NO_DETECTABLE_EFFECT: "no detectable effect",
    Kind.NOT_ATTRIBUTABLE: "not attributable",
    Kind.NOT_ESTIMABLE: "not estimable",
}

EFFECT = (
    "**{title}: {verdict}.** The estimated effect is {effect} {unit}, with an interval from {low} to {high} "
    "(pilots before the reform: {baseline})."
)
SENTENCES = {
    Kind.IMPROVED: EFFECT,
    Kind.WORSENED: EFFECT,
    Kind.IMPROVED_FRAGILE: EFFECT + " The conclusion is fragile: {reasons}.",
    Kind.WORSENED_FRAGILE: EFFECT + " The conclusion is fragile: {reasons}.",
    Kind.TOO_SMALL: EFFECT + " The whole {level}% interval, from {inner_low} to {inner_high}, lies within the smallest "
    "important effect of {least} {unit}: no important effect.",
    Kind.NO_DETECTABLE_EFFECT: EFFECT + " No difference was detected. The data rule out effects below {low} and above "
    "{high}; the smallest important effect is {least} {unit}.",
    Kind.NOT_ATTRIBUTABLE: "**{title}: {verdict}.** Pilots and controls moved apart before the reform, so that what "
    "followed cannot be put down to it: {reasons}.",
    Kind.NOT_ESTIMABLE: "**{title}: {verdict}.** {reasons}.",
}
"""One sentence a verdict; the numbers come from the ledger, so that no words can outrun them."""

REASONS = {
    "firm_pilots": "there are only {value} pilots",
    "same_sign": "{value} of the specifications have the same sign",
    "breakdown": "trends {value} times as unequal as before the reform would overturn it",
    "leave_one_out": "leaving out one pilot turns the sign",
    "placebo": "a placebo finds an effect where there is none (p {value})",
    "dip": "just before the start the pilots stood off their own earlier level, and a return to it would look like "
    "this effect (p {value})",
    "design_sign": "another design gives the other sign",
    "family": "allowing for the other outcomes of its family, p is {value}",
    "planned_look": "this is not one of the planned looks",
    "assigned_pilots": "there are only {value} pilots",
    "assigned_controls": "there are only {value} controls",
    "pre_periods": "there are only {value} periods before the start",
    "pre_trend_p": "the test of trends before the start rejects (p {value})",
    "pre_trend_power": "the test of trends before the start has a power of {value}",
    "drift": "the slope before the start, carried on, makes {value} smallest important effects",
    "certain_drift": "the slope before the start, carried on, makes at least {value} smallest important effects",
    "exposed_controls": "another reform reached a share of {value} of the controls",
    "missing_share": "a share of {value} of the values is missing",
    "missing_difference": "the shares missing in pilots and controls differ by {value}",
    "design_difference": "the designs differ by {value} smallest important effects",
    "no_interval": "no interval can be given",
}
"""Why a verdict is fragile or absent, by the code of the check or the measure."""

NO_VIOLATION_NEEDED = "even with parallel trends the interval of the first four periods holds zero"
"""In place of the reason for a breakdown value of zero."""

UNKNOWN = {
    "same_sign": "other specifications were not computed",
    "breakdown": "it is not known how unequal trends would overturn it",
    "leave_one_out": "no pilot was left out to see what changes",
    "placebo": "no placebo was computed",
    "dip": "it is not known whether the pilots stood off their own earlier level just before the start",
    "design_sign": "there is no second design to compare with",
    "family": "there is no p value that allows for the family",
    "assigned_controls": "there are no controls",
    "pre_trend_p": "there is no test of trends before the start",
    "pre_trend_power": "the power of the test of trends before the start is not known",
    "drift": "the slope before the start is not known",
    "certain_drift": "the slope before the start is not known",
    "exposed_controls": "the plan does not say whether other reforms reached the controls",
    "missing_share": "the share of missing values is not known",
    "missing_difference": "the shares missing in pilots and controls are not known",
    "design_difference": "there is no second design to compare with",
    "contamination": "there are no controls",
    "agreement": "there are no controls",
}
"""The same where it could not be evaluated, and of dimensions that a design without controls has no measure for."""

BEST = Grade.A.name

P_VALUES = {"placebo", "dip", "family", "pre_trend_p"}
COUNTS = {"firm_pilots", "assigned_pilots", "assigned_controls", "pre_periods"}

DIMENSIONS = {
    "pilots": "number of pilots and controls",
    "pre_trend": "trends before the reform",
    "contamination": "other reforms among the controls",
    "missingness": "missing values",
    "agreement": "agreement of designs",
}
SHORT = {
    "pilots": "Units",
    "pre_trend": "Trends before",
    "contamination": "Other reforms",
    "missingness": "Missing values",
    "agreement": "Agreement",
}
"""The same in a word or two, for the head of a table."""

LOOKS = {
    "only": "No looks were planned, so the intervals hold for this report as the only one.",
    "planned": "This is look {number} of {planned}; intervals are adjusted for all of them.",
    "before": "The first of {planned} planned looks has not come: nothing can be claimed yet.",
    "between": "This report stands between look {number} and the next of {planned}: it describes and claims nothing.",
    "after": "The last of {planned} planned looks is past: this report describes and claims nothing new.",
}
REGISTRATIONS = {
    "unregistered": "The plan is not registered.",
    "as_registered": "The plan was registered on {date} and is unchanged.",
    "deviates": "The plan was registered on {date}; deviations since then: {deviations}.",
    "changed": "The plan was registered on {date} and was changed since then **without a record**.",
}


def sentences(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say what may be said of every outcome, and what must be known of the test behind it."""
    between = say(numbers.language, "{one} {another}", one="", another="")
    parts: list[str] = []
    levels = _levels(evaluation, numbers)
    alike = len(set(levels.values())) == 1
    for outcome in evaluation.plan.outcomes:
        lead = evaluation.ledger.lead(outcome.id)
        judgement = evaluation.judgement(outcome.id)
        said = [_sentence(evaluation, outcome, numbers)]
        if judgement.verdict is Kind.NO_DETECTABLE_EFFECT:
            said += looking.detectable(evaluation, outcome, numbers)
        if not alike and outcome.id in levels:
            said.append(levels[outcome.id])
        said += [*looking.harm(evaluation, outcome, numbers), *facts_of_test(evaluation, lead, numbers)]
        parts.append(between.join(said))
    return Markdown("\n\n".join([*parts, *(dict.fromkeys(levels.values()) if alike else ())]))


def _levels(evaluation: Evaluation, numbers: Numbers) -> dict[str, str]:
    """Say at which level the look is read, for every outcome whose interval the verdict reads."""
    least = FIRMNESS[Kind.NO_DETECTABLE_EFFECT]
    read = [o for o in evaluation.plan.outcomes if FIRMNESS[evaluation.judgement(o.id).verdict] >= least]
    return {outcome.id: text for outcome in read for text in looking.level(evaluation, outcome, numbers)}


def _sentence(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str:
    language, judgement = numbers.language, evaluation.judgement(outcome.id)
    rows = {row.id: row for row in evaluation.ledger}
    lead = rows[judgement.row]
    adjusted = rows.get(judgement.intervals.get("adjusted", ""), lead)
    inner = rows.get(judgement.intervals.get("equivalence", ""), lead)
    least = outcome.minimum_important_effect
    return say(
        language,
        SENTENCES[judgement.verdict],
        title=outcome.title.text(language),
        verdict=say(language, VERDICTS[judgement.verdict]),
        effect=numbers.value(lead),
        unit=outcome.unit.text(language),
        low=_end(adjusted, "ci_low", numbers),
        high=_end(adjusted, "ci_high", numbers),
        baseline=numbers.value(lead, "baseline"),
        reasons=_joined(language, judgement, numbers),
        level=numbers.decimal(100 * (inner.level or 0), 0),
        inner_low=_end(inner, "ci_low", numbers),
        inner_high=_end(inner, "ci_high", numbers),
        least=numbers.decimal(least, 0 if float(least).is_integer() else 2),
    )


def _end(row: Row, name: str, numbers: Numbers) -> str:
    """Format an end of an interval; one that is not there reaches without bound."""
    if name == "ci_low":
        return numbers.value(row, "ci_low") if row.ci_low is not None else "−∞"
    return numbers.value(row, "ci_high") if row.ci_high is not None else "∞"


def _joined(language: str, judgement: Judgement, numbers: Numbers) -> str:
    said = list(dict.fromkeys(reason_text(language, reason, numbers) for reason in judgement.reasons))
    return say(language, "; ").join(said)


def reason_text(language: str, reason: Reason, numbers: Numbers) -> str:
    """Say one reason; the number is a fact of the design or of its checks."""
    if reason.detail is not None:
        return say_if_known(language, reason.detail).rstrip(".。")
    if reason.value is None and reason.code in UNKNOWN:
        return say(language, UNKNOWN[reason.code])
    if reason.code == "breakdown" and reason.value == 0:
        return say(language, NO_VIOLATION_NEEDED)
    return say(language, REASONS[reason.code], value=_reason_value(reason, numbers))


def _reason_value(reason: Reason, numbers: Numbers) -> str:
    if reason.value is None:
        return ""
    if reason.code in P_VALUES:
        return f"&lt;{numbers.decimal(0.001, 3)}" if reason.value < 0.001 else numbers.decimal(reason.value, 3)
    return numbers.decimal(reason.value, 0 if reason.code in COUNTS else 2)


def basis(evaluation: Evaluation, language: str) -> Markdown:
    """Say on page one when the plan was fixed, and which look this is."""
    registration, look = evaluation.ledger.registration, evaluation.ledger.look
    deviations = say(language, "; ").join(f"{d['date']}: {d['because']}" for d in registration.get("deviations", ()))
    said = [
        say(language, REGISTRATIONS[registration["standing"]], date=registration.get("date"), deviations=deviations),
    ]
    if registration.get("after_the_data"):
        said.append(
            say(language, "It was registered **after** data under the reform were there, so its choices may know them.")
        )
    said.append(say(language, "Its content has the hash `{hash}`.", hash=registration["sha256"][:12]))
    said.append(say(language, LOOKS[look["occasion"]], number=look["number"], planned=look["planned"]))
    said += looking.horizon(evaluation, language)
    return Markdown(say(language, "{one} {another}", one="", another="").join(said))


def grade_matrix(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the grades, a line for each outcome and a column for each dimension."""
    language = numbers.language
    judged = [(outcome, evaluation.judgement(outcome.id)) for outcome in evaluation.plan.outcomes]
    head = [say(language, name) for name in ("Outcome", "Grade", *SHORT.values())]
    rows = [[o.title.text(language), j.grade, *(j.dimensions.get(name, "") for name in SHORT)] for o, j in judged]
    return pipe_table(head, "l" * len(head), rows)


def grades(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the dimensions that are graded below A, and what decided each."""
    language = numbers.language

    def lines() -> Iterator[list[str]]:
        for outcome in evaluation.plan.outcomes:
            judgement = evaluation.judgement(outcome.id)
            for name, grade in judgement.dimensions.items():
                if grade == BEST:
                    continue
                weak = [m for m in judgement.measures if m.dimension == name and m.grade == grade]
                codes = [Reason(m.measure, m.value) for m in weak] or [Reason(name)] * (name in UNKNOWN)
                why = [reason_text(language, reason, numbers) for reason in codes]
                yield [
                    outcome.title.text(language) if len(evaluation.plan.outcomes) > 1 else "",
                    say(language, DIMENSIONS[name]),
                    grade,
                    say(language, "; ").join(dict.fromkeys(why)),
                ]

    head = ("Outcome", "Dimension", "Grade", "What decided it")
    return pipe_table([say(language, name) for name in head], "llll", lines())
