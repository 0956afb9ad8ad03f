"""Tables on how sure a headline is and what it depends on, one line for each outcome where that is possible."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.curve import EXCLUDES_ZERO, SAME_SIGN, WITHIN
from pilotbook.evaluate.sensitivity.examination import ESTIMATOR
from pilotbook.evaluate.sensitivity.left_out import PILOT, PROVINCE
from pilotbook.evaluate.sensitivity.placebo_outcomes import ESTIMAND as PLACEBO_OUTCOME
from pilotbook.evaluate.sensitivity.single_pilot import GAP
from pilotbook.report.language import say, say_if_known, why_not
from pilotbook.report.numbers import Numbers
from pilotbook.report.sensitivity_selection import curve, first, primary
from pilotbook.report.specification_names import specification_name
from pilotbook.report.tables import pipe_table

TESTS = {
    "randomisation": "RI",
    "randomisation_coefficient": "RI, coef.",
    "randomisation_studentised": "RI, t",
    "wild_bootstrap": "WCB",
    "ferman_pinto": "F–P",
}
"""Tests by draws that stand beside the one that leads."""

ERRORS = (("CR2",), ("CRV1", "influence", "conservative"), ("CRV3", "jackknife"))
"""Kinds of error that share a column: CR2, the plain form, and the jackknife with its equal for regressions."""

SYNTHETIC = {"synthetic_control": "Synthetic control", "synthetic_did": "Synthetic difference-in-differences"}


def tests(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the p value of each headline by the test that leads and by every test beside it."""
    language = numbers.language
    rows = []
    for outcome in evaluation.plan.outcomes:
        lead = evaluation.ledger.lead(outcome.id)
        beside = {
            _kind(row): row
            for row in evaluation.ledger.select(outcome=lead.outcome)
            if row.id.startswith(f"{lead.id};")
        }
        rows.append(
            [
                outcome.title.text(language),
                f"**{numbers.value(lead, 'p')}**",
                numbers.value(lead, "p_smallest") if lead.p_smallest is not None else "",
                *(_p(numbers, [beside.get(name)]) for name in TESTS),
                *(_p(numbers, [beside.get(kind) for kind in kinds]) for kinds in ERRORS),
                _value(numbers, first(evaluation, outcome.id, "variance_ratio")),
            ]
        )
    heads = _heads(language, "Outcome", "leads", "least")
    heads += [
        *_heads(language, *TESTS.values()),
        *_heads(language, "CR2", "plain", "jackknife", "variances"),
    ]
    return pipe_table(heads, "l" + "r" * (len(heads) - 1), rows)


def _kind(row: Row) -> str:
    return row.spec.get("test") or row.spec.get("error") or ""


def _p(numbers: Numbers, found: list[Row | None]) -> str:
    return next((numbers.value(row, "p") for row in found if row is not None and row.p is not None), "")


def families(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the p values that allow for the other outcomes of each family."""
    language = numbers.language
    rows = []
    for outcome in evaluation.plan.outcomes:
        lead = evaluation.ledger.lead(outcome.id)
        adjusted = lead.p_family is not None
        rows.append(
            [
                outcome.title.text(language),
                say(language, outcome.family),
                numbers.value(lead, "p"),
                numbers.value(lead, "p_family") if adjusted else "",
                say(language, lead.p_family_method or "not adjusted"),
                numbers.value(lead, "p_holm") if adjusted else "",
            ]
        )
    return pipe_table(_heads(language, "Outcome", "Family", "p", "p in the family", "Method", "Holm"), "llrrlr", rows)


def trends(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return what is known of the trends before the start: the test, what it would miss, and the breakdown values."""
    language = numbers.language
    rows = []
    for outcome in evaluation.plan.outcomes:
        test = first(evaluation, outcome.id, "pre_trend")
        rows.append(
            [
                outcome.title.text(language),
                "" if test is None else numbers.value(test, "p"),
                _value(numbers, first(evaluation, outcome.id, "pre_trend_largest")),
                _with_interval(numbers, first(evaluation, outcome.id, "pre_trend_slope")),
                _value(numbers, first(evaluation, outcome.id, "pre_trend_detectable")),
                _value(numbers, first(evaluation, outcome.id, "pre_trend_missed_bias", measure="important")),
                _breakdown(numbers, first(evaluation, outcome.id, "breakdown", restriction="relative_magnitudes")),
                _breakdown(numbers, first(evaluation, outcome.id, "breakdown", restriction="smoothness")),
            ]
        )
    heads = _heads(
        language,
        "Outcome",
        "p before the start",
        "largest coefficient (SIE)",
        "slope a period",
        "trend found four times in five",
        "its bias at the end (SIE)",
        "breakdown, multiple",
        "breakdown, slope change",
    )
    return pipe_table(heads, "lrrrrrrr", rows)


def _breakdown(numbers: Numbers, row: Row | None) -> str:
    if row is None:
        return ""
    return numbers.value(row) if row.estimate is not None else why_not(numbers.language, row.reason)


def robustness(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return, for every outcome, what all specifications agree on, and the range without each unit in turn."""
    language = numbers.language
    rows = []
    for outcome in evaluation.plan.outcomes:
        shares = [_value(numbers, first(evaluation, outcome.id, name)) for name in (SAME_SIGN, EXCLUDES_ZERO, WITHIN)]
        ranges = [_range(evaluation, numbers, outcome.id, name) for name in (PILOT, PROVINCE)]
        lead = evaluation.ledger.lead(outcome.id)
        count = numbers.whole(max(len(curve(evaluation, outcome.id)) - 1, 0))
        rows.append([outcome.title.text(language), numbers.value(lead), count, *shares, *ranges])
    heads = _heads(
        language,
        "Outcome",
        "Effect",
        "others",
        "same sign",
        "exclude zero",
        "inside",
        "without a pilot",
        "without a province",
    )
    return pipe_table(heads, "lrrrrrrr", rows)


def _range(evaluation: Evaluation, numbers: Numbers, outcome: str, estimand: str) -> str:
    """Return the smallest and the largest effect when each unit is left out in turn."""
    rows = evaluation.ledger.select(estimator=ESTIMATOR, outcome=outcome, estimand=estimand)
    found = sorted((row for row in rows if row.estimate is not None), key=lambda row: row.estimate or 0.0)
    if not found:
        return ""
    return say(numbers.language, "{low} to {high}", low=numbers.value(found[0]), high=numbers.value(found[-1]))


def specification_table(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return every specification of the primary outcomes: of all of them if they are few, else of the first."""
    language = numbers.language
    outcomes = primary(evaluation)
    rows = []
    for outcome in outcomes if len(outcomes) <= 2 else outcomes[:1]:
        lead = evaluation.ledger.lead(outcome.id)
        for row in curve(evaluation, outcome.id):
            same = (row.estimate or 0.0) * (lead.estimate or 0.0) > 0
            rows.append(
                [
                    outcome.title.text(language) if len(outcomes) > 1 else "",
                    _mark(specification_name(evaluation, row, language), row is lead),
                    numbers.value(row),
                    numbers.interval(row) if row.ci_low is not None else "",
                    say(language, "yes" if same else "no"),
                    _within(lead, row, language),
                ]
            )
    heads = _heads(language, "Outcome", "Specification", "Effect", "Interval", "same sign", "inside")
    return pipe_table(heads, "llrrll", rows)


def _mark(name: str, leads: bool) -> str:
    return f"**{name}**" if leads else name


def _within(lead: Row, row: Row, language: str) -> str:
    if row is lead or lead.ci_low is None or lead.ci_high is None or row.estimate is None:
        return ""
    return say(language, "yes" if lead.ci_low <= row.estimate <= lead.ci_high else "no")


def placebos(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return effects that should not be there: of pretended starts, and our place among placebo effects of controls."""
    language = numbers.language
    rows = []
    for outcome in evaluation.plan.outcomes:
        earlier = [first(evaluation, outcome.id, "placebo_in_time", earlier=str(n)) for n in (4, 8)]
        space = first(evaluation, outcome.id, "placebo_in_space")
        spread = first(evaluation, outcome.id, "placebo_in_space_range")
        cells = [cell for row in earlier for cell in (_value(numbers, row), _p_of(numbers, row))]
        cells += [_p_of(numbers, space), "" if spread is None else numbers.interval(spread)]
        rows.append([outcome.title.text(language), *cells])
    heads = _heads(
        language,
        "Outcome",
        "four periods earlier",
        "p",
        "eight periods earlier",
        "p",
        "share of placebo effects as large",
        "range of most of them",
    )
    return pipe_table(heads, "lrrrrrr", rows)


def placebo_outcomes(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the effects on outcomes that the reform cannot touch."""
    language = numbers.language
    rows = []
    for placebo in evaluation.plan.placebo_outcomes:
        row = next(iter(evaluation.ledger.select(estimand=PLACEBO_OUTCOME, outcome=placebo.id)))
        rows.append(
            [
                placebo.title.text(language),
                placebo.because.text(language),
                numbers.value(row),
                numbers.interval(row),
                _p_of(numbers, row),
                numbers.value(row, "p_holm") if row.p_holm is not None else "",
            ]
        )
    return pipe_table(
        _heads(language, "Outcome", "Untouched because", "Effect", "Interval", "p", "Holm"), "llrrrr", rows
    )


def single_pilot(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the gaps between a single pilot and its synthetic twins, with their ranks."""
    language = numbers.language
    rows = []
    for outcome in evaluation.plan.outcomes:
        for row in evaluation.ledger.select(estimator=ESTIMATOR, estimand=GAP, outcome=outcome.id):
            rank = "" if row.p is None else numbers.value(row, "p")
            least = "" if row.p_smallest is None else numbers.value(row, "p_smallest")
            name = say(language, SYNTHETIC[row.spec["method"]])
            rows.append([outcome.title.text(language), name, numbers.value(row), rank, least])
    heads = _heads(language, "Outcome", "Twin", "Gap", "share of placebos as large", "smallest possible")
    return pipe_table(heads, "llrrr", rows)


def subgroups(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return effects by subgroup and the differences from the reference, which alone say whether they differ."""
    language = numbers.language
    rows = []
    for outcome in primary(evaluation):
        for section in evaluation.plan.subgroups:
            facts = {"estimator": ESTIMATOR, "outcome": outcome.id, "subgroup": section.id}
            differences = {
                r.spec["group"]: r for r in evaluation.ledger.select(estimand="subgroup_difference", **facts)
            }
            for row in evaluation.ledger.select(estimand="subgroup_effect", **facts):
                name = row.spec.get("group", "")
                label = section.labels[name].text(language) if name in section.labels else say_if_known(language, name)
                title, difference = section.title.text(language), differences.get(name)
                rows.append(
                    [
                        outcome.title.text(language) if len(primary(evaluation)) > 1 else "",
                        say(language, "{section}: {group}", section=title, group=label) if name else title,
                        "" if row.n_pilot_clusters is None else numbers.value(row, "n_pilot_clusters"),
                        why_not(language, row.reason) if row.estimate is None else numbers.value(row),
                        numbers.interval(row) if row.ci_low is not None else "",
                        "" if difference is None else _with_interval(numbers, difference),
                        "" if difference is None else numbers.value(difference, "p_family"),
                    ]
                )
    heads = _heads(
        language,
        "Outcome",
        "Subgroup",
        "pilots",
        "Effect",
        "Interval",
        "difference from the first",
        "p of the difference (Romano–Wolf)",
    )
    return pipe_table(heads, "llrrrrr", rows)


def _value(numbers: Numbers, row: Row | None) -> str:
    return "" if row is None or row.estimate is None else numbers.value(row)


def _p_of(numbers: Numbers, row: Row | None) -> str:
    return "" if row is None or row.p is None else numbers.value(row, "p")


def _with_interval(numbers: Numbers, row: Row | None) -> str:
    if row is None or row.estimate is None or row.ci_low is None:
        return _value(numbers, row)
    return say(numbers.language, "{value} ({interval})", value=numbers.value(row), interval=numbers.interval(row))


def _heads(language: str, *names: str) -> list[str]:
    return [say(language, name) for name in names]
