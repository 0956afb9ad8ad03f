"""Sentences of the chapter on interrupted time series, chosen by what the ledger says."""

from __future__ import annotations

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.report.numbers import Numbers
from pilotbook.report.series_selection import Series, all_series, leading
from pilotbook.report.words import headline

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


def headlines(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say the headline of every outcome, and what must be said beside it."""
    said = []
    for series in leading(evaluation):
        said.append(str(headline(evaluation, series.outcome, numbers)))
        notes = flags(series)
        if notes:
            said.append("\n".join(f"- {note[0].upper()}{note[1:]}." for note in notes))
    return Markdown("\n\n".join(said))


def flags(series: Series) -> list[str]:
    """Name what must be said beside the numbers of a series."""
    codes = dict.fromkeys(code for row in series.rows for code in row.flags if row.spec.get("model") != "newey-west")
    return [FLAGS[code] for code in codes if code in FLAGS]


def placebo(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say what the interruptions that did not happen show."""
    said = []
    for series in leading(evaluation):
        rows = series.select("placebo")
        if not rows:
            said.append(f"**{series.outcome.title}**: not evaluable, fewer than sixteen points before the reform.")
            continue
        small = [row for row in rows if row.p is not None and row.p < ALPHA]
        strongest = min(rows, key=lambda row: row.p or 0)
        said.append(
            f"**{series.outcome.title}**: {numbers.whole(len(rows))} dates, of which {numbers.whole(len(small))} show "
            f"a change of level with p below {numbers.decimal(ALPHA, 2)}; the strongest is "
            f"{numbers.value(strongest)} in {strongest.spec['period']} (p {numbers.value(strongest, 'p')})."
        )
    return Markdown("\n\n".join(said))


def control(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Say what the controls did at the same time, or that there are none."""
    said = []
    for series in all_series(evaluation):
        rows = series.select("effect")
        if series.name == "controls" and rows and rows[0].estimate is not None:
            said.append(
                f"**{series.outcome.title}**: the controls' own effect, which should be none, is "
                f"{numbers.value(rows[0])} ({numbers.interval(rows[0])})."
            )
    if not said:
        return Markdown(
            "::: {.callout-warning}\n## No control series\n\nThe reform reached every county. Whatever else changed at "
            "the same time counts as its effect here. Single interrupted time series have shown large effects of the "
            "wrong sign where a randomised trial was the judge.\n:::"
        )
    return Markdown("\n\n".join(said))
