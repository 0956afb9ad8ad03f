"""Does a plan contradict itself? Each contradiction is told at the key that should change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotbook.design.checklist import checklist
from pilotbook.panel.periods import EXAMPLE, period_kind

if TYPE_CHECKING:
    from pilotbook.design.plan import AnalysisPlan

WITHOUT_EVENT_TIMES = ("two_by_two", "twfe", "extended_twfe", "poisson", "synthetic_did")
"""Estimators of one effect, not of a path of them."""

TWINS = ("poisson", "synthetic_did")
"""Estimators that stand beside others: a relative effect, or one whose test gives no interval."""

FIXED_HORIZON = ("two_by_two", "its", "controlled_its")
"""Estimators whose horizon the plan fixes by other keys: `pre` and `post`, or `series.horizons`."""

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a plan, where, and what to do."""

    location: Location
    sentence: str


class ContradictionError(ValueError):
    """All contradictions of a plan.

    Parameters
    ----------
    problems
        At least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{'.'.join(map(str, p.location))}: {p.sentence}" for p in problems))


def contradictions(plan: AnalysisPlan) -> list[Problem]:
    """Return everything in which a plan contradicts itself; nothing if it does not."""
    wrong_kind = list(_periods(plan))
    ordered = [] if wrong_kind else list(_order(plan))  # periods of different kinds have no order
    return [*wrong_kind, *ordered, *_outcomes(plan), *_analyses(plan), *_horizon(plan), *_names(plan), *_answers(plan)]


def _all_periods(plan: AnalysisPlan) -> Iterator[tuple[Location, str | None]]:
    for i, analysis in enumerate(plan.analyses):
        yield from ((("analyses", i, "cohorts", j), text) for j, text in enumerate(analysis.cohorts or ()))
        yield ("analyses", i, "pre"), analysis.pre
        yield ("analyses", i, "post"), analysis.post
    if plan.weights is not None:
        yield ("weights", "period"), plan.weights.period
    if plan.window is not None:
        yield ("window", "first"), plan.window.first
        yield ("window", "last"), plan.window.last
    if plan.looks is not None:
        yield from ((("looks", "planned", i), text) for i, text in enumerate(plan.looks.planned))
    if plan.covid is not None:
        yield ("covid", "first"), plan.covid.first
        yield ("covid", "last"), plan.covid.last
    if plan.deflator is not None:
        yield ("deflator", "base"), plan.deflator.base
    if plan.series is not None:
        yield from ((("series", "steps", i, "start"), step.start) for i, step in enumerate(plan.series.steps))
        for i, span in enumerate(plan.series.excluded):
            yield ("series", "excluded", i, "first"), span.first
            yield ("series", "excluded", i, "last"), span.last
    for i, other in enumerate(plan.co_interventions or ()):
        yield ("co_interventions", i, "everywhere_from"), other.everywhere_from


def _periods(plan: AnalysisPlan) -> Iterator[Problem]:
    kind = plan.panel.period_kind
    for location, text in _all_periods(plan):
        if text is not None and period_kind(text) != kind:
            yield Problem(location, f"'{text}' is not a {kind}; a {kind} is written like {EXAMPLE[kind]}")


def _order(plan: AnalysisPlan) -> Iterator[Problem]:
    """Periods are written so that their order is that of their texts."""
    for name, span in (("window", plan.window), ("covid", plan.covid)):
        if span is not None and span.first is not None and span.last is not None and span.first > span.last:
            yield Problem((name, "last"), f"{span.last} is before `first` {span.first}; exchange them")
    for i, analysis in enumerate(plan.analyses):
        if analysis.pre is not None and analysis.post is not None and analysis.pre >= analysis.post:
            yield Problem(("analyses", i, "pre"), f"`pre` {analysis.pre} is not before `post` {analysis.post}")
    if plan.looks is None:
        return
    planned = plan.looks.planned
    for i in range(1, len(planned)):
        if planned[i] <= planned[i - 1]:
            yield Problem(
                ("looks", "planned", i), f"{planned[i]} is not after {planned[i - 1]}; list the looks in their order"
            )
    last = None if plan.window is None else plan.window.last
    if last is not None and planned[-1] > last:
        yield Problem(
            ("looks", "planned", len(planned) - 1),
            f"the look {planned[-1]} is after the window's end {last}; move one of them",
        )


def _outcomes(plan: AnalysisPlan) -> Iterator[Problem]:
    primary = [i for i, outcome in enumerate(plan.outcomes) if outcome.family == "primary"]
    if not primary:
        yield Problem(("outcomes",), "no outcome is primary; choose the one to four that the question is about")
    if len(primary) > 4:
        yield Problem(("outcomes", primary[4], "family"), "at most four outcomes may be primary; make it `secondary`")
    for i in _repeated([outcome.id for outcome in plan.outcomes]):
        yield Problem(("outcomes", i, "id"), f"the outcome id {plan.outcomes[i].id} stands twice; rename one")
    for i, outcome in enumerate(plan.outcomes):
        if outcome.deflate and plan.deflator is None:
            yield Problem(("outcomes", i, "deflate"), "no price index; add `deflator` with its column and base")
        if outcome.numerator is not None and outcome.numerator == outcome.denominator:
            yield Problem(("outcomes", i, "denominator"), "is the numerator too, so the ratio is one; name another")
    if plan.deflator is not None and not any(outcome.deflate for outcome in plan.outcomes):
        yield Problem(("deflator",), "no outcome says `deflate: true`; mark those in money, or take the index out")


def _analyses(plan: AnalysisPlan) -> Iterator[Problem]:
    headlines = [i for i, analysis in enumerate(plan.analyses) if analysis.headline]
    if not headlines:
        yield Problem(("analyses",), "exactly one analysis must say `headline: true`; here 0 do")
    for i in headlines[1:]:
        yield Problem(
            ("analyses", i, "headline"),
            f"exactly one analysis must say `headline: true`; here {len(headlines)} do; take this one out",
        )
    asked = [(a.estimator, a.cohorts, a.controls, a.pre, a.post) for a in plan.analyses]
    for i in _repeated(asked):
        yield Problem(("analyses", i), "this analysis stands above already; take one of them out")
    for i, analysis in enumerate(plan.analyses):
        if analysis.headline and analysis.estimator in TWINS:
            yield Problem(
                ("analyses", i, "headline"), f"{analysis.estimator} stands beside others; let another analysis lead"
            )
        if analysis.average is not None and analysis.estimator in WITHOUT_EVENT_TIMES:
            yield Problem(
                ("analyses", i, "average"), f"a {analysis.estimator} has no event times to average; take it out"
            )
        if analysis.average is not None and analysis.average[1] < plan.transition:
            yield Problem(
                ("analyses", i, "average"),
                f"all of its event times lie in the transition of {plan.transition} periods, which is left out; "
                "average over later ones",
            )
        if analysis.estimator in ("its", "controlled_its") and plan.series is None:
            yield Problem(
                ("analyses", i, "estimator"),
                f"the estimator {analysis.estimator} needs the section `series` with the steps of the reform",
            )
        for j in _repeated(list(analysis.cohorts or ())):
            yield Problem(("analyses", i, "cohorts", j), "the start stands twice; take one out")


def _horizon(plan: AnalysisPlan) -> Iterator[Problem]:
    """Every look must be at the same horizon: what is averaged may not grow with the data."""
    if plan.looks is None or len(plan.looks.planned) < 2:
        return
    for i, analysis in enumerate(plan.analyses):
        if not analysis.headline or analysis.estimator in FIXED_HORIZON or analysis.average is not None:
            continue
        if analysis.estimator in WITHOUT_EVENT_TIMES:
            yield Problem(
                ("analyses", i, "estimator"),
                f"the horizon of {analysis.estimator} would grow from look to look; let an estimator with event times "
                "lead, such as imputation, and give it `average`",
            )
        else:
            yield Problem(
                ("analyses", i),
                "with several looks the horizon must be the same at each; add `average`, such as [0, 3], to the "
                "analysis that leads",
            )


def _names(plan: AnalysisPlan) -> Iterator[Problem]:
    others = [other.id for other in plan.co_interventions or ()]
    for i in _repeated(others):
        yield Problem(("co_interventions", i, "id"), f"{others[i]} stands twice; take one out")
    for i, name in enumerate(others):
        if name == plan.reform:
            yield Problem(("co_interventions", i, "id"), "is the reform under evaluation; name only other reforms")
    units = [(i, j, unit) for i, group in enumerate(plan.exclusions) for j, unit in enumerate(group.units)]
    for k in _repeated([unit for *_, unit in units]):
        i, j, unit = units[k]
        yield Problem(("exclusions", i, "units", j), f"the county {unit} is excluded twice; keep one reason")
    measured = [outcome.id for outcome in plan.outcomes]
    for i, placebo in enumerate(plan.placebo_outcomes):
        if placebo.id in measured:
            yield Problem(("placebo_outcomes", i, "id"), f"the outcome id {placebo.id} stands twice; rename one")
        if placebo.deflate and plan.deflator is None:
            yield Problem(("placebo_outcomes", i, "deflate"), "no price index; add `deflator` with its column and base")
        measured.append(placebo.id)
    for i in _repeated([group.id for group in plan.subgroups]):
        yield Problem(("subgroups", i, "id"), f"{plan.subgroups[i].id} stands twice; take one out")
    for i in _repeated([covariate.column for covariate in plan.covariates]):
        yield Problem(("covariates", i, "column"), "the covariate stands twice; take one out")


def _answers(plan: AnalysisPlan) -> Iterator[Problem]:
    manual = {item.id for item in checklist() if not item.automatic}
    automatic = {item.id for item in checklist() if item.automatic}
    for name in plan.checklist:
        if name in automatic:
            yield Problem(("checklist", name), "this item is computed and cannot be answered; take it out")
        elif name not in manual:
            yield Problem(("checklist", name), f"unknown item; valid: {', '.join(sorted(manual))}")


def _repeated(values: Sequence[object]) -> list[int]:
    """Return the positions of values that stood earlier in the list."""
    return [i for i, value in enumerate(values) if value in values[:i]]
