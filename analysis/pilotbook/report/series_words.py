"""Sentences of the chapter on interrupted time series, chosen by what the ledger says."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.estimate.its.effects import ALL
from pilotbook.evaluate.designs import CONTRADICT
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.series_selection import Series, all_series, leading
from pilotbook.report.words import analysis_name

ALPHA = 0.05

SERIES = {"pilots": "Pilots", "controls": "Controls", "difference": "Pilots less controls"}
ESTIMANDS = {
    "level": "change of level",
    "slope": "change of slope, per period",
    "effect": "effect after {horizon} periods",
    "average": "average effect",
    "cumulative": "cumulative effect",
}
FLAGS = {
    "few-points": "fewer than twelve points on a side, so the interval is less reliable than its level says",
    "gap": "periods without a value, bridged by the model and not filled in",
    "season-left-out": "the years before the reform do not carry the seasonal terms of the plan; they are left out",
    "no-season-terms": "no seasonal terms in the plan although the periods have seasons",
    "near-unit-root": "the errors cannot be told from a random walk, so the trend may wander by itself",
    "first-order-only": "too few points to tell whether errors remember more than the last period; if they do, up to "
    "a fifth of true nulls are rejected",
    "residual-autocorrelation": "autocorrelation is left over, so the interval may be too narrow",
    "seasonal-memory": "the errors remember the same season of the year before, so the interval is too narrow",
    "influential-point": "one single period moves the effect by a standard error or more, or turns its sign",
    "designs-contradict": "with a trend that may wander the effect has the other sign",
}


def step_name(evaluation: Evaluation, label: str, language: str) -> str:
    """Name a step of the reform by its place and start; its label is a code, which no language knows."""
    section = evaluation.plan.series
    assert section is not None
    if label == ALL:
        return say(language, "all steps")
    if len(section.steps) == 1:
        return say(language, "the reform")
    number, step = next((n, step) for n, step in enumerate(section.steps, start=1) if step.label == label)
    return say(language, "step {number} ({start})", number=number, start=step.start)


def series_name(language: str, name: str) -> str:
    """Name a series."""
    return say(language, SERIES[name])


def estimand_name(language: str, row: Row) -> str:
    """Name what a row estimates."""
    return say(language, ESTIMANDS[row.estimand], horizon=row.spec.get("horizon", ""))


def flags(evaluation: Evaluation, language: str) -> Markdown:
    """Name what must be said beside the effects that lead: every note once, with the outcomes that it is about."""
    about: dict[str, list[str]] = {}
    for series in leading(evaluation):
        effects = [row for row in series.rows if row.spec.get("model") != "newey-west"]
        codes = dict.fromkeys(code for row in effects for code in row.flags)
        for code in codes:
            if code in FLAGS:
                about.setdefault(code, []).append(series.outcome.title.text(language))
    said = [
        say(language, "{title}: {note}", title=say(language, "; ").join(titles), note=say(language, FLAGS[code]))
        for code, titles in about.items()
    ]
    return Markdown("\n".join(f"- {line}" for line in said))


def placebo(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say what the interruptions that did not happen show."""
    language, shown = numbers.language, list(leading(evaluation))
    said = [_placebo(series, numbers) for series in shown if series.select("placebo")]
    without = [series.outcome.title.text(language) for series in shown if not series.select("placebo")]
    if without:
        text = "**{title}**: not evaluable, fewer than 16 points before the reform."
        said.append(say(language, text, title=say(language, "; ").join(without)))
    return Markdown("\n\n".join(said))


def _placebo(series: Series, numbers: Numbers) -> str:
    language, rows = numbers.language, series.select("placebo")
    title = series.outcome.title.text(language)
    small = [row for row in rows if row.p is not None and row.p < ALPHA]
    strongest = min(rows, key=lambda row: row.p or 0)
    return say(
        language,
        "**{title}**: {dates} dates, of which {small} show a change of level with p below {alpha}; "
        "the strongest is {strongest} in {period} (p {p}).",
        title=title,
        dates=numbers.whole(len(rows)),
        small=numbers.whole(len(small)),
        alpha=numbers.decimal(ALPHA, 2),
        strongest=numbers.value(strongest),
        period=strongest.spec["period"],
        p=numbers.value(strongest, "p"),
    )


def designs(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say whether difference-in-differences and the controlled series agree, where the plan has both."""
    language, said = numbers.language, []
    for row in evaluation.ledger.select(estimator="agreement"):
        if row.estimate is None:
            continue
        title = next(o.title.text(language) for o in evaluation.plan.outcomes if o.id == row.outcome)
        text = (
            "**{title}**: difference-in-differences ({did}) and the controlled series have opposite signs; they differ "
            "by {difference}."
            if CONTRADICT in row.flags
            else "**{title}**: difference-in-differences ({did}) and the controlled series have the same sign; they "
            "differ by {difference}."
        )
        did = analysis_name(language, row.spec["did"], row.spec.get("cohorts"))
        said.append(say(language, text, title=title, did=did, difference=_with_interval(numbers, row)))
    return Markdown("\n\n".join(said))


def _with_interval(numbers: Numbers, row: Row) -> str:
    """Print an estimate, with its interval where it has one."""
    if row.ci_low is None:
        return numbers.value(row)
    return say(numbers.language, "{value} ({interval})", value=numbers.value(row), interval=numbers.interval(row))


def control(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say what the controls did at the same time, or that there are none."""
    language, said = numbers.language, []
    for series in all_series(evaluation):
        rows = series.select("effect")
        if series.name == "controls" and rows and rows[0].estimate is not None:
            said.append(
                say(
                    language,
                    "**{title}**: the controls' own effect, which should be none, is {effect} ({interval}).",
                    title=series.outcome.title.text(language),
                    effect=numbers.value(rows[0]),
                    interval=numbers.interval(rows[0]),
                )
            )
    if said:
        return Markdown("\n\n".join(said))
    head = say(language, "No control series")
    warning = say(
        language,
        "The reform reached every county. Whatever else changed at the same time counts as its effect here. Single "
        "interrupted time series have shown large effects of the wrong sign where a randomised trial was the judge.",
    )
    return Markdown(f"::: {{.callout-warning}}\n## {head}\n\n{warning}\n:::")
