"""Who is compared with whom: flow of counties, balance before the start, other reforms."""

from __future__ import annotations

from collections.abc import Iterator

from IPython.display import Markdown
from matplotlib.figure import Figure

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import BALANCE, OTHER_REFORM, Row
from pilotbook.panel.prepare import Arms, Counts
from pilotbook.report.figures import panels
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
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
    for outcome in plan.outcomes:
        name = outcome.title.text(language)
        steps += [(say(language, step, outcome=name), arms) for step, arms in _steps(found.outcomes[outcome.id])]
    head = [say(language, name) for name in ("Step", "Counties", "Pilots", "Controls")]
    return pipe_table(head, "lrrr", [[name, *_counted(count, numbers)] for name, count in steps])


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
    if counts.with_gaps.counties:
        yield "of these, with gaps", counts.with_gaps


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
    plan, kind = evaluation.plan, row.spec["characteristic"]
    if kind == "covariate":
        return next(c.title.text(language) for c in plan.covariates if c.column == row.outcome)
    title = next(outcome.title.text(language) for outcome in plan.outcomes if outcome.id == row.outcome)
    return say(language, "{outcome}, change per period", outcome=title) if kind == "trend" else title


def love_plot(evaluation: Evaluation, language: str) -> Figure:
    """Draw the size of every standardised difference; lines mark what counts as small and as large."""
    rows = [row for row in _differences(evaluation) if row.estimate is not None]
    figure, (axes,) = panels(1, 0.8 + 0.18 * len(rows))
    size = [abs(row.estimate or 0) for row in rows]
    for limit in LIMITS:
        axes.axvline(limit, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.hlines(range(len(rows)), 0, size, color=CONTROL, linewidth=1)
    axes.scatter(size, range(len(rows)), color=PILOT, s=32, zorder=3)
    axes.set_yticks(range(len(rows)), [_name(evaluation, row, language) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, max([*size, 0.3]) * 1.05)
    axes.set_xlabel(say(language, "Size of the standardised difference"))
    return figure


def love_plot_alt(evaluation: Evaluation, numbers: Numbers) -> str:
    """Say in words what `love_plot` shows."""
    language = numbers.language
    said = [
        f"{_name(evaluation, row, language)}: {numbers.decimal(abs(row.estimate), 2)}"
        for row in _differences(evaluation)
        if row.estimate is not None
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
