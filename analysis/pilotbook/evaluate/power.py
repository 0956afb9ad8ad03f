"""What a plan could detect, from data before the reform: a start is pretended where there was none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pilotbook.design.plan import Analysis, AnalysisPlan, Outcome
from pilotbook.design.preparation import population_weights
from pilotbook.errors import PlanError
from pilotbook.estimate.inference.assigned_units import assigned_units, complete_rows
from pilotbook.estimate.inference.linear_form import Estimand
from pilotbook.estimate.inference.randomisation import randomisation_draws
from pilotbook.estimate.power import detectable_by_draws, detectable_by_error
from pilotbook.estimate.result import NotEstimable, StandardError
from pilotbook.estimate.sample import NEVER
from pilotbook.estimate.twfe import twfe
from pilotbook.evaluate.drawn_tests import DRAWN
from pilotbook.evaluate.rows import rule_of
from pilotbook.evaluate.sample import AnalysisSample, draw_sample
from pilotbook.panel.panel import Panel

DEFAULT_AFTER = 4
FEWEST_BEFORE = 4


@dataclass(frozen=True, slots=True)
class Detectable:
    """What could be detected for one outcome with one set of controls.

    Attributes
    ----------
    outcome, unit
        The outcome and the unit of its effect.
    controls
        ``all``, or ``closest half``: those whose path was most like that of the pilots in the first half of the
        pretended past.
    n_pilots, n_controls
        Assigned units.
    periods_before, periods_after
        Of the pretended start.
    inference
        What leads by the rule table.
    effect
        Smallest effect found with a power of 80 %; None if none can be, with the ``reason``.
    minimum_important_effect
        Of the plan.
    """

    outcome: str
    unit: str
    controls: str
    n_pilots: int
    n_controls: int
    periods_before: int
    periods_after: int
    inference: str
    effect: float | None
    minimum_important_effect: float
    reason: str | None = None


def detectable_effects(plan: AnalysisPlan, panel: Panel) -> Iterator[Detectable]:
    """Give the minimum detectable effect of every outcome, from the periods before the first start.

    Parameters
    ----------
    plan
        The plan; its headline analysis says how many periods after the start are averaged.
    panel
        Its panel.

    Raises
    ------
    PlanError
        If too few periods lie before the first start.
    """
    analysis = next(analysis for analysis in plan.analyses if analysis.headline)
    weights = population_weights(plan, panel)
    for outcome in plan.outcomes:
        sample = _pretended(draw_sample(plan, panel, outcome, analysis, weights), analysis)
        yield _detectable(plan, outcome, sample, "all")
        yield _detectable(plan, outcome, _closest_half(sample), "closest half")


def _pretended(sample: AnalysisSample, analysis: Analysis) -> AnalysisSample:
    """Keep complete counties and the periods before the first start; pilots start some periods before the end."""
    if not sample.pilots.any():
        raise PlanError("no county starts the reform, so that there is nothing to pretend; add the pilots' start dates")
    n_periods = int(sample.cohort.min())
    wanted = DEFAULT_AFTER if analysis.average is None else analysis.average[1] + 1
    after = min(wanted, n_periods - FEWEST_BEFORE)
    if after < 1:
        raise PlanError(
            f"{n_periods} periods lie before the first start; power needs at least {FEWEST_BEFORE + 1} of them"
        )
    y = sample.y[:, :n_periods]
    known = complete_rows(y)
    return replace(
        sample.only(known),
        y=y[known],
        anticipation=0,
        cohort=np.where(sample.pilots[known], np.int64(n_periods - after), np.int64(NEVER)),
        periods=sample.periods[:n_periods],
    )


def _closest_half(sample: AnalysisSample) -> AnalysisSample:
    """Keep the half of the control units whose path was most like that of the pilots, judged by the early past only."""
    early = sample.y[:, : max(int(sample.cohort.min()) // 2, 2)]
    units, code = np.unique(sample.assignment, return_inverse=True)
    weight = np.bincount(code, sample.weight())
    paths = np.stack([np.bincount(code, sample.weight() * column) / weight for column in early.T], axis=1)
    paths -= paths.mean(axis=1, keepdims=True)
    pilot = np.isin(units, sample.assignment[sample.pilots])
    distance = np.square(paths - np.average(paths[pilot], axis=0, weights=weight[pilot])).sum(axis=1)
    near = distance <= np.median(distance[~pilot])
    return sample.only((near | pilot)[code])


def _detectable(plan: AnalysisPlan, outcome: Outcome, sample: AnalysisSample, controls: str) -> Detectable:
    rule = rule_of(sample)
    start = int(sample.cohort.min())
    effect, reason = effect_found(plan, sample)
    return Detectable(
        outcome=outcome.id,
        unit=outcome.unit.en,
        controls=controls,
        n_pilots=len(np.unique(sample.assignment[sample.pilots])),
        n_controls=len(np.unique(sample.assignment[~sample.pilots])),
        periods_before=start,
        periods_after=len(sample.periods) - start,
        inference=rule.leads,
        effect=effect,
        minimum_important_effect=outcome.minimum_important_effect,
        reason=reason,
    )


def effect_found(plan: AnalysisPlan, sample: AnalysisSample) -> tuple[float | None, str | None]:
    """Return the smallest effect that is found with a power of 80 % in a sample of complete counties, or why none is.

    Parameters
    ----------
    plan
        The plan; of it, the level.
    sample
        A sample whose pilots, all with one start, felt nothing.
    """
    rule = rule_of(sample)
    if rule.leads == "none":
        return None, rule.because
    if rule.leads not in DRAWN:
        (effect,) = twfe(sample.y, sample.cohort, weights=sample.weights, cluster=sample.assignment)
        error = effect if isinstance(effect, NotEstimable) else effect.error
        if isinstance(error, StandardError):
            return detectable_by_error(error, level=plan.level), None
        return None, error.detail
    units = assigned_units(sample.y, sample.cohort, weights=sample.weights, cluster=sample.assignment)
    if isinstance(units, NotEstimable):
        return None, units.detail
    rng = np.random.default_rng(sample.seed)
    draws = randomisation_draws(units, Estimand("two_way"), "prescaled", 4_999, rng)
    if isinstance(draws, NotEstimable):
        return None, draws.detail
    found = float(detectable_by_draws(draws, level=plan.level)[0])
    if np.isfinite(found):
        return found, None
    return None, (
        f"the smallest p value that this design can give is {draws.smallest_p:.3f}: no effect, however large, could "
        "be told from chance"
    )
