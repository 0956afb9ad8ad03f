"""Does a plan fit its data? Checked before any model, key by key."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pilotbook.design.consistency import Location, Problem
from pilotbook.design.contract import NEVER
from pilotbook.design.outcome import without_logarithm
from pilotbook.design.plan import Analysis, AnalysisPlan
from pilotbook.design.planfile import PlanFile, refuse
from pilotbook.design.scope import within_scope
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period
from pilotbook.panel.yearly import counted_yearly


def applied(plan_file: PlanFile, panel: Panel) -> Panel:
    """Return the part of a panel that a plan asks about, after comparing what the plan names with what is there.

    Parameters
    ----------
    plan_file
        The plan.
    panel
        Its panel, all counties and periods.

    Raises
    ------
    PlanError
        Listing every county, cohort, period and set of controls that the data do not have, and every outcome that they
        have once a year only, with line and column.
    """
    plan = plan_file.plan
    refuse(plan_file, list(_scope(plan, panel)))
    part = within_scope(plan, panel)
    wrong = [*_periods(plan, part), *_outcomes(plan, part), *_logarithms(plan, part), *_analyses(plan, part)]
    refuse(plan_file, [*wrong, *_pilots(part)])
    return part


def _scope(plan: AnalysisPlan, panel: Panel) -> Iterator[Problem]:
    known = set(panel.units)
    for i, group in enumerate(plan.exclusions):
        for j, unit in enumerate(group.units):
            if unit not in known:
                yield Problem(("exclusions", i, "units", j), f"the data have no county {unit}; check its code")
    for name in ("first", "last"):
        text = getattr(plan.window, name, None)
        if text is not None:
            yield from _within(panel, ("window", name), text)


def _periods(plan: AnalysisPlan, panel: Panel) -> Iterator[Problem]:
    if plan.weights is not None:
        yield from _within(panel, ("weights", "period"), plan.weights.period)
    if plan.deflator is not None:
        yield from _within(panel, ("deflator", "base"), plan.deflator.base)
    for i, step in enumerate(plan.series.steps if plan.series is not None else ()):
        yield from _within(panel, ("series", "steps", i, "start"), step.start)
    starts = [start for start in panel.start if start is not None and start > panel.periods[0]]
    if not starts:
        return
    yield from _looks(plan, panel, min(starts))
    yield from _covid(plan, panel, min(starts))
    before = (min(starts) - panel.periods[0]).n
    if plan.anticipation >= before:
        yield Problem(
            ("anticipation",),
            f"only {before} periods lie before the first start {format_period(min(starts))}, and all of them may be "
            "affected; make it shorter",
        )


def _looks(plan: AnalysisPlan, panel: Panel, start: pd.Period) -> Iterator[Problem]:
    """A look needs the reform, and the whole horizon of what is averaged."""
    average = next((a.average for a in plan.analyses if a.headline), None)
    for i, text in enumerate(plan.looks.planned if plan.looks is not None else ()):
        location: Location = ("looks", "planned", i)
        if panel.period(text) < start:
            first = format_period(start)
            yield Problem(location, f"{text} is before the first start {first}: nothing can be seen yet")
        elif average is not None and panel.period(text) < start + average[1]:
            first = format_period(start + average[1])
            yield Problem(
                location,
                f"at {text} no pilot has reached the last event time of `average`, {average[1]}; begin the looks in "
                f"{first}, or average over fewer periods",
            )


def _logarithms(plan: AnalysisPlan, panel: Panel) -> Iterator[Problem]:
    for i, outcome in enumerate(plan.outcomes):
        found = np.argwhere(without_logarithm(outcome, panel))
        if len(found):
            unit, time = found[0]
            yield Problem(
                ("outcomes", i, "scale"),
                f"{len(found)} values have no logarithm, the first in county {panel.units[unit]}, "
                f"{format_period(panel.periods[time])}; take `scale: log` out, or correct the data",
            )


def _analyses(plan: AnalysisPlan, panel: Panel) -> Iterator[Problem]:
    starts = {start for start in panel.start if start is not None}
    for i, analysis in enumerate(plan.analyses):
        for name in ("pre", "post"):
            text = getattr(analysis, name)
            if text is not None:
                yield from _within(panel, ("analyses", i, name), text)
        for text in analysis.cohorts or ():
            if panel.period(text) not in starts:
                known = ", ".join(sorted(format_period(start) for start in starts)) or "none"
                yield Problem(("analyses", i, "cohorts"), f"no county starts in {text}; starts in the data: {known}")
        if analysis.headline and analysis.estimator in {"twfe", "event_study"} and _staggered(analysis, panel):
            yield Problem(
                ("analyses", i, "estimator"),
                f"{analysis.estimator} cannot lead when there is more than one start, because it compares pilots with "
                "earlier pilots; let imputation or callaway_santanna lead",
            )


def _covid(plan: AnalysisPlan, panel: Panel, start: pd.Period) -> Iterator[Problem]:
    """Dropping the epidemic must leave periods before and after the first start."""
    if plan.covid is None or plan.covid.policy != "drop":
        return
    first, last = panel.period(plan.covid.first), panel.period(plan.covid.last)
    for name, side in (
        ("before", [period for period in panel.periods if period < start]),
        ("after", [period for period in panel.periods if period >= start]),
    ):
        if all(first <= period <= last for period in side):
            yield Problem(
                ("covid", "policy"),
                f"dropping {plan.covid.first} to {plan.covid.last} leaves no period {name} the first start "
                f"{format_period(start)}; keep them, or name fewer",
            )


def _pilots(panel: Panel) -> Iterator[Problem]:
    """No start at all is a reform that has not begun, and a report says so; starts that no period has are a mistake."""
    starts = any(start is not None for start in panel.start)
    if starts and not (panel.cohort(NEVER) > 0).any():
        yield Problem(("panel", "start"), f"no county starts the reform within {_range(panel)}, so there is no pilot")


def _outcomes(plan: AnalysisPlan, panel: Panel) -> Iterator[Problem]:
    """An outcome that is counted once a year has no other quarters that a model could read."""
    kind = plan.panel.period_kind
    for i, outcome in enumerate(plan.outcomes):
        if all(counted_yearly(panel, panel.columns[column]) for column in outcome.columns):
            key = "column" if outcome.column is not None else "numerator"
            yield Problem(
                ("outcomes", i, key),
                f"has values in the last {kind} of each year only; evaluate it in a plan with `period_kind: year`",
            )


def _staggered(analysis: Analysis, panel: Panel) -> bool:
    cohort = panel.cohort(NEVER)
    starts = {format_period(panel.periods[code]) for code in np.unique(cohort[cohort > 0])}
    return len(starts if analysis.cohorts is None else starts & set(analysis.cohorts)) > 1


def _within(panel: Panel, location: Location, text: str) -> Iterator[Problem]:
    if panel.period(text) not in panel.periods:
        yield Problem(location, f"the panel has no period {text}; it has {_range(panel)}")


def _range(panel: Panel) -> str:
    return f"{format_period(panel.periods[0])} to {format_period(panel.periods[-1])}"
