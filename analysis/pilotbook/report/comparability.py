"""Who is compared with whom: flow of counties, balance before the start, other reforms."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
from IPython.display import Markdown
from matplotlib.figure import Figure

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import BALANCE, OTHER_REFORM, Row
from pilotbook.panel.prepare import Arms, Counts
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.selection import pictured
from pilotbook.report.style import CONTROL, INK, PILOT
from pilotbook.report.tables import pipe_table

LIMITS = (0.1, 0.25)
"""Standardised differences up to the first are small, beyond the second large."""


def flow_table(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the counties from the data to the analysis, with the reason for those that are left out."""
    language, found, plan = numbers.language, evaluation.contract.flow, evaluation.plan
    steps: list[tuple[str, int | Arms]] = [(say(language, "In the data"), found.in_data)]
    for group, excluded in zip(plan.exclusions, found.excluded, strict=True):
        reason = group.because.text(language)
        steps.append((say(language, "left out: {reason}", reason=reason), -excluded.counties))
    for titles, counts in _alike(evaluation, language):
        steps += [(say(language, step, outcome=titles), arms) for step, arms in _steps(counts)]
    head = [say(language, name) for name in ("Step", "Counties", "Pilots", "Controls")]
    return pipe_table(head, "lrrr", [[name, *_counted(count, numbers)] for name, count in steps])


def _alike(evaluation: Evaluation, language: str) -> Iterator[tuple[str, Counts]]:
    """Give the outcomes whose counties went the same way together, with what became of these counties."""
    outcomes = evaluation.plan.outcomes
    flow = evaluation.contract.flow.outcomes
    ways: dict[tuple[tuple[str, Arms], ...], list[Outcome]] = {}
    for outcome in outcomes:
        ways.setdefault(tuple(_steps(flow[outcome.id])), []).append(outcome)
    for together in ways.values():
        titles = say(language, "; ").join(outcome.title.text(language) for outcome in together)
        every = 1 < len(together) == len(outcomes)
        yield say(language, "Every outcome") if every else titles, flow[together[0].id]


def _steps(counts: Counts) -> Iterator[tuple[str, Arms]]:
    """Give what became of the counties of one outcome; a reason for which none was left out is not mentioned."""
    left_out = {
        "{outcome}: left out, under the reform from the first period on": counts.always,
        "{outcome}: left out, other starts than the leading analysis names": counts.other_start,
        "{outcome}: left out, without a weight": counts.without_weight,
        "{outcome}: left out, without any value": counts.without_value,
        "{outcome}: left out, because of gaps": counts.incomplete,
    }
    yield from ((step, Arms(-arms.pilots, -arms.controls)) for step, arms in left_out.items() if arms.counties)
    yield "**{outcome}: analysed**", counts.kept
    if counts.later:
        yield "of these, starting after the last period: controls until then", Arms(0, counts.later)


def _counted(count: int | Arms, numbers: Numbers) -> list[str]:
    """Return counties, pilots and controls; where the arms are not known, the counties alone."""
    if isinstance(count, int):
        return [numbers.decimal(count, 0), "", ""]
    return [numbers.decimal(n, 0) for n in (count.counties, count.pilots, count.controls)]


def balance_table(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return means, standardised difference, ratio of variances and placebo p of every characteristic."""
    rows = [
        [
            _name(evaluation, row, numbers.language),
            *(numbers.value(_twin(evaluation, row, name)) for name in ("pilots", "controls")),
            numbers.value(row),
            numbers.value(_twin(evaluation, row, "variance_ratio")),
            numbers.value(row, "p"),
        ]
        for row in _differences(evaluation)
    ]
    names = ("Before the start", "Pilots", "Controls", "Standardised difference", "Ratio of variances", "p")
    return pipe_table([say(numbers.language, name) for name in names], "lrrrrr", rows)


def _differences(evaluation: Evaluation) -> tuple[Row, ...]:
    return evaluation.ledger.select(estimator=BALANCE, estimand="difference")


def _twin(evaluation: Evaluation, row: Row, estimand: str) -> Row:
    rows = evaluation.ledger.select(estimator=BALANCE, estimand=estimand, outcome=row.outcome)
    return next(twin for twin in rows if twin.spec == row.spec)


def _name(evaluation: Evaluation, row: Row, language: str) -> str:
    title = _title(evaluation, row, language)
    return say(language, "{outcome}, change per period", outcome=title) if _is_change(row) else title


def _title(evaluation: Evaluation, row: Row, language: str) -> str:
    plan = evaluation.plan
    if row.spec["characteristic"] == "covariate":
        return next(c.title.text(language) for c in plan.covariates if c.column == row.outcome)
    return next(outcome.title.text(language) for outcome in plan.outcomes if outcome.id == row.outcome)


def love_plot(evaluation: Evaluation, language: str) -> Figure:
    """Draw the size of every standardised difference, of levels and of changes; lines mark what is small and large."""
    rows = _drawn(evaluation)
    sides = [side for side in (False, True) if any(_is_change(row) is side for row in rows)] or [False]
    lines = list(dict.fromkeys(row.outcome for row in rows))
    names = {row.outcome: _title(evaluation, row, language) for row in rows}
    size = (7.0, 0.95 + 0.17 * len(lines))
    figure, frames = plt.subplots(1, len(sides), squeeze=False, sharex=True, sharey=True, figsize=size)
    for axes, side in zip(frames.flat, sides, strict=True):
        own = [(lines.index(row.outcome), abs(row.estimate or 0)) for row in rows if _is_change(row) is side]
        for limit in LIMITS:
            axes.axvline(limit, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.hlines([line for line, _ in own], 0, [size for _, size in own], color=CONTROL, linewidth=1)
        axes.scatter([size for _, size in own], [line for line, _ in own], color=PILOT, s=32, zorder=3)
        if len(sides) > 1:
            axes.set_title(say(language, "change per period" if side else "level"), loc="left", fontsize=9)
    figure.supxlabel(say(language, "Size of the standardised difference"), fontsize=9)
    axes.set_yticks(range(len(lines)), [names[line] for line in lines], fontsize=9)
    axes.set_ylim(max(len(lines), 1) - 0.5, -0.5)
    axes.set_xlim(0, max([0.3, *(abs(row.estimate or 0) for row in rows)]) * 1.05)
    return figure


def _is_change(row: Row) -> bool:
    return bool(row.spec["characteristic"] == "trend")


def _drawn(evaluation: Evaluation) -> list[Row]:
    """Return the differences that are drawn: not of outcomes beyond those that have pictures."""
    beyond = {outcome.id for outcome in evaluation.plan.outcomes if outcome not in pictured(evaluation)}
    return [row for row in _differences(evaluation) if row.estimate is not None and row.outcome not in beyond]


def love_plot_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `love_plot` shows."""
    language = numbers.language
    said = [
        f"{_name(evaluation, row, language)}: {numbers.decimal(abs(row.estimate or 0), 2)}"
        for row in _drawn(evaluation)
    ]
    return say(language, "Dots, size of standardised differences. {said}.", said="; ".join(said))


def other_reforms(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return how far each other reform reached pilots and controls after the first start."""
    titles = {other.id: other.title.text(numbers.language) for other in evaluation.plan.co_interventions or ()}
    rows = []
    for row in evaluation.ledger.select(estimator=OTHER_REFORM, estimand="pilots"):
        names = ("controls", "control_counties")
        twins = [evaluation.ledger.one(estimator=OTHER_REFORM, outcome=row.outcome, estimand=name) for name in names]
        rows.append([titles[row.outcome], *(numbers.value(own) for own in (row, *twins))])
    heads = ("Other reform", "Pilots, share of county-periods", "Controls, share of county-periods", "Controls reached")
    return pipe_table([say(numbers.language, name) for name in heads], "lrrr", rows)


def other_reforms_by_period(evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return how many pilots and controls were under each other reform, from every period in which that changes."""
    titles = {other.id: other.title.text(numbers.language) for other in evaluation.plan.co_interventions or ()}
    comparison = evaluation.contract.comparison
    rows = [
        [titles[exposure.id], period, numbers.whole(pilots), numbers.whole(controls)]
        for exposure in (() if comparison is None else comparison.exposures or ())
        for period, pilots, controls in exposure.by_period
    ]
    heads = ("Other reform", "From", "Pilots under it", "Controls under it")
    return pipe_table([say(numbers.language, name) for name in heads], "llrr", rows)
