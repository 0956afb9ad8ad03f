"""Does a plan fit its data? Checked before any model, key by key."""

from __future__ import annotations

from pilotbook.design.contract import NEVER
from pilotbook.design.plan import Analysis, AnalysisPlan
from pilotbook.errors import PlanError
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period


def check_applies(plan: AnalysisPlan, panel: Panel, name: str) -> None:
    """Compare what a plan names with what its panel has.

    Parameters
    ----------
    plan
        The plan.
    panel
        Its panel, all periods.
    name
        How messages call the plan.

    Raises
    ------
    PlanError
        Listing every cohort, period and set of controls that the data do not have.
    """
    problems = _weights(plan, panel)
    for number, analysis in enumerate(plan.analyses):
        key = f"analyses.{number}"
        for text in (analysis.pre, analysis.post):
            if text is not None and panel.period(text) not in panel.periods:
                problems.append(f"`{key}`: the panel has no period {text}; it has {_range(panel)}")
        starts = {start for start in panel.start if start is not None}
        for text in analysis.cohorts or ():
            if panel.period(text) not in starts:
                known = ", ".join(sorted(format_period(start) for start in starts)) or "none"
                problems.append(f"`{key}.cohorts`: no county starts in {text}; starts in the data: {known}")
        if analysis.pre and analysis.post and panel.period(analysis.pre) >= panel.period(analysis.post):
            problems.append(f"`{key}`: `pre` {analysis.pre} is not before `post` {analysis.post}")
    for number, analysis in enumerate(plan.analyses):
        if analysis.headline and analysis.estimator in {"twfe", "event_study"} and _staggered(analysis, panel):
            problems.append(
                f"`analyses.{number}`: {analysis.estimator} cannot lead when there is more than one start, because it "
                "compares pilots with earlier pilots; let imputation or callaway_santanna lead"
            )
    problems += _steps(plan, panel)
    if not (panel.cohort(NEVER) > 0).any():
        problems.append(f"`panel.start`: no county starts the reform within {_range(panel)}, so there is no pilot")
    if problems:
        raise PlanError("\n".join(f"{name}: {problem}" for problem in problems))


def _staggered(analysis: Analysis, panel: Panel) -> bool:
    cohort = panel.cohort(NEVER)
    starts = {format_period(panel.periods[code]) for code in cohort[cohort > 0]}
    return len(starts if analysis.cohorts is None else starts & set(analysis.cohorts)) > 1


def _steps(plan: AnalysisPlan, panel: Panel) -> list[str]:
    steps = () if plan.series is None else plan.series.steps
    return [
        f"`series.steps.{number}.start`: the panel has no period {step.start}; it has {_range(panel)}"
        for number, step in enumerate(steps)
        if panel.period(step.start) not in panel.periods
    ]


def _weights(plan: AnalysisPlan, panel: Panel) -> list[str]:
    if plan.weights is None or panel.period(plan.weights.period) in panel.periods:
        return []
    return [f"`weights.period`: the panel has no period {plan.weights.period}; it has {_range(panel)}"]


def _range(panel: Panel) -> str:
    return f"{format_period(panel.periods[0])} to {format_period(panel.periods[-1])}"
