"""Sentences of the chapter on sensitivity, chosen by what the ledger says; one for each primary outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from IPython.display import Markdown

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.curve import EXCLUDES_ZERO, SAME_SIGN, WITHIN
from pilotbook.evaluate.sensitivity.examination import COMPLETE, ESTIMATOR
from pilotbook.judge.thresholds import thresholds
from pilotbook.report.language import say, say_if_known, why_not
from pilotbook.report.numbers import Numbers
from pilotbook.report.sensitivity_selection import curve, first, not_run, primary
from pilotbook.report.specification_names import change_name
from pilotbook.report.tables import SPAN

LARGE_SHIFT = 0.5
"""A shift by more than this many smallest important effects is said to matter."""

EARLIER_STARTS = ("anticipation_1", "anticipation_2")
"""Specifications in which one or two periods before the start may have been affected."""

MISSED = {
    "year": "The pre-test would have missed a differential trend of up to {slope} per year.",
    "quarter": "The pre-test would have missed a differential trend of up to {slope} per quarter.",
    "month": "The pre-test would have missed a differential trend of up to {slope} per month.",
}

Sentence = Callable[[Evaluation, Outcome, Numbers], str | None]


def _each(
    evaluation: Evaluation, numbers: Numbers, sentence: Sentence, outcomes: Sequence[Outcome] | None = None
) -> Markdown:
    """Put the sentences of all primary outcomes, or of some, in a list; one that holds for all of them stands alone."""
    language = numbers.language
    told = primary(evaluation) if outcomes is None else outcomes
    found = [(o.title.text(language), sentence(evaluation, o, numbers)) for o in told]
    said = [(title, text) for title, text in found if text]
    if len({SPAN.sub(r"\1", text) for _, text in said}) == 1 and len(told) == len(primary(evaluation)):
        return Markdown(said[0][1])
    return Markdown("\n".join(f"- **{title}**: {text}" for title, text in said))


def _joined(language: str, *sentences: str) -> str:
    """Put sentences together; Chinese ones follow each other without a space."""
    return ("" if language == "zh" else " ").join(sentences)


def trends(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say what the test of the trends before the start would have missed, and what that would do to the effect."""
    return _each(evaluation, numbers, _trend)


def _trend(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str | None:
    language = numbers.language
    test = first(evaluation, outcome.id, "pre_trend")
    if test is None or test.p is None:
        why = why_not(language, None if test is None else test.reason)
        return say(language, "The trends before the start could not be tested: {why}.", why=why)
    found = say(language, "The test of the trends before the start has p = {p}.", p=numbers.value(test, "p"))
    slope = first(evaluation, outcome.id, "pre_trend_detectable")
    if slope is None or slope.estimate is None:
        return _joined(
            language, found, say(language, "It would have missed any linear trend, however steep, too often.")
        )
    missed = say(language, MISSED[evaluation.plan.panel.period_kind], slope=numbers.value(slope))
    bias = first(evaluation, outcome.id, "pre_trend_missed_bias", measure="important")
    if bias is None:
        return _joined(language, found, missed)
    end = say(
        language,
        "Gone on to the end of the horizon, it would pass for {bias} smallest important effects.",
        bias=numbers.value(bias),
    )
    return _joined(language, found, missed, end)


def anticipation(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say how far the effect moves if periods before the start may have been affected; of several, which moves far."""
    outcomes = primary(evaluation)
    moved = [outcome for outcome in outcomes if _may_be_anticipated(evaluation, outcome)]
    if len(outcomes) > 1 and not moved:
        return Markdown(
            say(
                numbers.language,
                "If one or two periods before the start may have been affected, no effect moves by more than half a "
                "smallest important effect.",
            )
        )
    return _each(evaluation, numbers, _anticipation, moved if len(outcomes) > 1 else outcomes)


def _may_be_anticipated(evaluation: Evaluation, outcome: Outcome) -> bool:
    """Tell whether the effect moves far with earlier starts, or whether that is not known."""
    shifts = _shifts(evaluation, outcome)
    return len(shifts) < len(EARLIER_STARTS) or max(abs(row.estimate or 0.0) for row in shifts) > LARGE_SHIFT


def _shifts(evaluation: Evaluation, outcome: Outcome) -> list[Row]:
    rows = [first(evaluation, outcome.id, "specification_shift", specification=name) for name in EARLIER_STARTS]
    return [row for row in rows if row is not None]


def _anticipation(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str | None:
    language = numbers.language
    shifts = _shifts(evaluation, outcome)
    if len(shifts) < len(EARLIER_STARTS):
        return say(language, "Too few periods lie before the start to ask whether the reform was anticipated.")
    said = say(
        language,
        "If one period before the start may have been affected, the effect moves by {one} smallest important effects; "
        "if two, by {two}.",
        one=numbers.value(shifts[0]),
        two=numbers.value(shifts[1]),
    )
    if not _may_be_anticipated(evaluation, outcome):
        return said
    warning = say(language, "That is more than half of such an effect: the reform may have been anticipated.")
    return _joined(language, said, warning)


def specifications(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say what the specifications agree on; of several outcomes, where they do not, since a table has all of them."""
    outcomes = primary(evaluation)
    same = {outcome.id: first(evaluation, outcome.id, SAME_SIGN) for outcome in outcomes}
    bound = next(float(check.bound) for check in thresholds().checks if check.check == "same_sign")
    split = [o for o in outcomes if (row := same[o.id]) is None or (row.estimate or 0.0) < bound]
    if len(outcomes) > 1 and not split:
        agreed = "For every primary outcome, at least {bound}% of the other specifications have the headline's sign."
        return Markdown(say(numbers.language, agreed, bound=numbers.decimal(100 * bound, 0)))
    return _each(evaluation, numbers, _specifications, split if len(outcomes) > 1 else outcomes)


def _specifications(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str | None:
    language = numbers.language
    same, zero, within = (first(evaluation, outcome.id, name) for name in (SAME_SIGN, EXCLUDES_ZERO, WITHIN))
    if same is None or same.estimate is None:
        return say(language, "There is no other specification.")
    count = numbers.whole(len(curve(evaluation, outcome.id)) - 1)
    said = [
        say(
            language,
            "Of {count} other specifications {same} have the headline's sign.",
            count=count,
            same=numbers.value(same),
        )
    ]
    if zero is not None and zero.estimate is not None:
        said.append(say(language, "Of those with an interval, {share} exclude zero.", share=numbers.value(zero)))
    if within is not None and within.estimate is not None:
        inside = numbers.value(within)
        said.append(say(language, "Within the headline's interval lie {share} of the estimates.", share=inside))
    return _joined(language, *said)


def unavailable(evaluation: Evaluation, language: str) -> Markdown:
    """Say which specifications are not open here, and why."""
    said = [
        say(
            language,
            "{what} ({why})",
            what=change_name(name, language),
            why=why_not(language, why),
        )
        for name, why in not_run(evaluation)
    ]
    if not said:
        return Markdown("")
    return Markdown(say(language, "Not open here: {what}.", what=say(language, "; ").join(said)))


def in_space(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say where the effect stands among the placebo effects of controls; of several outcomes, the table says it."""
    return _each(evaluation, numbers, _in_space) if len(primary(evaluation)) == 1 else Markdown("")


def _in_space(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str | None:
    language = numbers.language
    row = first(evaluation, outcome.id, "placebo_in_space")
    spread = first(evaluation, outcome.id, "placebo_in_space_range")
    if row is None or row.p is None or spread is None:
        why = why_not(language, None if row is None else row.reason)
        return say(language, "No distribution of placebo effects: {why}.", why=why)
    return say(
        language,
        "{level}% of the {count} placebo effects lie between {low} and {high}; the effect of the pilots is {effect}. "
        "One at least as large comes up with a share of {p}; the smallest share possible here is {smallest}.",
        level=numbers.decimal(100 * (spread.level or 0.0), 0),
        count=numbers.whole(row.n_draws or 0),
        low=numbers.value(spread, "ci_low"),
        high=numbers.value(spread, "ci_high"),
        effect=numbers.value(row),
        p=numbers.value(row, "p"),
        smallest=numbers.value(row, "p_smallest"),
    )


def smallest_p(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say, in words, the smallest p value that a test by draws can give in this design, and whether it is enough."""
    return _each(evaluation, numbers, _smallest_p)


def _smallest_p(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str | None:
    language, lead = numbers.language, evaluation.ledger.lead(outcome.id)
    if lead.p_smallest is None:
        return None
    alpha = 1 - evaluation.plan.level
    said = say(
        language,
        "With {pilots} of {units} assigned units as pilots, the smallest p value that the test can give is {p}.",
        pilots=numbers.whole(lead.n_pilot_clusters or 0),
        units=numbers.whole(lead.n_clusters or 0),
        p=numbers.value(lead, "p_smallest"),
    )
    if lead.p_smallest <= alpha * (1 + 1e-9):
        return said
    enough = say(
        language,
        "That is above {alpha}: in this design no effect, however large, can be told from chance, and there is no "
        "interval.",
        alpha=numbers.decimal(alpha, 2),
    )
    return _joined(language, said, enough)


def subgroups(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say how the subgroups differ: by the differences alone, never effect by effect."""
    return _each(evaluation, numbers, _subgroups)


def _subgroups(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str | None:
    said = list(_differences(evaluation, outcome, numbers))
    if said:
        return _joined(numbers.language, *said)
    return say(numbers.language, "No two subgroups have three assigned pilots each, so none are compared.")


def _differences(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> Iterator[str]:
    language = numbers.language
    for section in evaluation.plan.subgroups:
        facts = {"estimator": ESTIMATOR, "outcome": outcome.id, "subgroup": section.id}
        for row in evaluation.ledger.select(estimand="subgroup_difference", **facts):
            yield say(
                language,
                "{section}, {group} less {reference}: {difference} ({interval}), p = {p}.",
                section=section.title.text(language),
                group=group_name(evaluation, row, row.spec["group"], language),
                reference=group_name(evaluation, row, row.spec["reference"], language),
                difference=numbers.value(row),
                interval=numbers.interval(row),
                p=numbers.value(row, "p_family"),
            )


def group_name(evaluation: Evaluation, row: Row, name: str, language: str) -> str:
    """Name a subgroup as the plan labels it."""
    section = next(s for s in evaluation.plan.subgroups if s.id == row.spec["subgroup"])
    return section.labels[name].text(language) if name in section.labels else say_if_known(language, name)


def complete_counties(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say on how many counties those examinations rest that need counties without missing values."""
    return _each(evaluation, numbers, _complete)


def _complete(evaluation: Evaluation, outcome: Outcome, numbers: Numbers) -> str | None:
    rows = [row for row in evaluation.ledger.select(estimator=ESTIMATOR, outcome=outcome.id) if COMPLETE in row.flags]
    if not rows:
        return None
    lead = evaluation.ledger.lead(outcome.id)
    return say(
        numbers.language,
        "Values are missing. The test of trends, the ratio of variances, placebo effects in space and subgroups rest "
        "on the {complete} of {all} counties without missing values.",
        complete=numbers.value(rows[0], "n_units"),
        all=numbers.value(lead, "n_units"),
    )
