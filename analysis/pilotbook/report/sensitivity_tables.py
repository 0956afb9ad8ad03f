"""Tables on how sure a headline is and what it depends on, drawn from the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table

TESTS = {
    "placebo_rank": "placebo rank",
    "randomisation": "randomisation, prescaled",
    "randomisation_coefficient": "randomisation, coefficient",
    "randomisation_studentised": "randomisation, studentised",
    "wild_bootstrap": "restricted wild cluster bootstrap",
    "ferman_pinto": "Ferman–Pinto",
}
CHECKS = {
    "variance_ratio": "variance of pilots over that of controls, before the start",
    "pre_trend": "test of the trends before the start",
    "pre_trend_detectable": "linear trend a period that this test finds four times in five",
    "minimum_detectable_effect": "effect found four times in five",
    "placebo_in_time": "effect of a pretended start, periods earlier: {earlier}",
}
RESTRICTIONS = {
    "relative_magnitudes": "at most this multiple of the largest before the start",
    "years": "from year to year at most this multiple of the largest change before the start",
    "smoothness": "slope changes by at most this a period",
}


def tests(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return every test of the headline of each outcome, the one that leads first."""
    language = numbers.language
    rows = []
    for outcome in evaluation.plan.outcomes:
        lead = evaluation.ledger.lead(outcome.id)
        beside = [row for row in evaluation.ledger if row.id.startswith(f"{lead.id};") and _kind(row)]
        for row in (lead, *beside):
            name = say(language, "**leads**") if row is lead else _test_name(language, row)
            note = say_if_known(language, row.reason or "")
            rows.append(
                [
                    outcome.title.text(language),
                    name,
                    numbers.value(row, "p"),
                    numbers.interval(row),
                    numbers.value(row, "p_smallest") if row.p_smallest is not None else "",
                    note,
                ]
            )
    return pipe_table(_heads(language, "Outcome", "Test", "p", "Interval", "Smallest p", "Note"), "llrrrl", rows)


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


def checks(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return variance ratio, pre-trend, detectable effect and placebo starts of each outcome."""
    language = numbers.language
    rows = []
    for title, row in _sensitivity(evaluation, numbers):
        if row.estimand not in CHECKS:
            continue
        name = say(language, CHECKS[row.estimand])
        rows.append(
            [
                title,
                name.format(earlier=row.spec.get("earlier", "")),
                numbers.value(row),
                numbers.value(row, "p") if row.p is not None else "",
                say_if_known(language, row.reason or ""),
            ]
        )
    return pipe_table(_heads(language, "Outcome", "Check", "Value", "p", "Note"), "llrrl", rows)


def without_pilots(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the effect without each pilot in turn."""
    language = numbers.language
    rows = [
        [title, row.spec["left_out"], numbers.value(row), say_if_known(language, row.reason or "")]
        for title, row in _sensitivity(evaluation, numbers)
        if row.estimand == "without_pilot"
    ]
    return pipe_table(_heads(language, "Outcome", "Left out", "Effect", "Note"), "llrl", rows)


def violations(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the intervals that allow for violations of parallel trends, and where they first hold zero."""
    language = numbers.language
    rows = []
    for title, row in _sensitivity(evaluation, numbers):
        if row.estimand not in {"robust_to_violations", "breakdown"}:
            continue
        restriction = row.spec.get("steps") or row.spec.get("restriction")
        breakdown = row.estimand == "breakdown"
        bound = row.spec.get("bound", "")
        if breakdown:
            bound = say(language, "breakdown: {value}", value=numbers.value(row))
        rows.append(
            [
                title,
                say(language, RESTRICTIONS[restriction]) if restriction else "",
                bound,
                "" if breakdown else numbers.interval(row),
                say_if_known(language, row.reason or ""),
            ]
        )
    return pipe_table(_heads(language, "Outcome", "Violation", "Bound", "Interval", "Note"), "llrrl", rows)


def _sensitivity(evaluation: Evaluation, numbers: Numbers) -> Iterator[tuple[str, Row]]:
    for outcome in evaluation.plan.outcomes:
        for row in evaluation.ledger.select(outcome=outcome.id, estimator="sensitivity"):
            yield outcome.title.text(numbers.language), row


def _kind(row: Row) -> bool:
    return bool({"test", "error"} & row.spec.keys())


def _test_name(language: str, row: Row) -> str:
    if "test" in row.spec:
        return say(language, TESTS[row.spec["test"]])
    return say(language, "t test, {kind}", kind=say(language, row.spec["error"]))


def _heads(language: str, *names: str) -> list[str]:
    return [say(language, name) for name in names]
