"""The level of a look: how small the headline's p value must be, so that all looks together keep alpha."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.looks import Look
from pilotbook.design.plan import SERIES_ESTIMATORS, AnalysisPlan
from pilotbook.estimate.inference.linear_form import Estimand as Target
from pilotbook.estimate.inference.randomisation import Statistic, randomisation_draws
from pilotbook.estimate.looks import levels_by_draws, levels_by_sum, risk_of_any, spent
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.drawn_tests import linear_target, tested_sample
from pilotbook.evaluate.families import RANDOMISATION_DRAWS, Lead
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.judge.thresholds import thresholds


@dataclass(frozen=True, slots=True)
class LookLevel:
    """How a look is read.

    Attributes
    ----------
    level
        Two-sided; the look's interval has one minus this level. 0: nothing can be claimed yet.
    method
        ``one look``, ``draws`` (the maximum over the looks), or ``sum`` (what is newly spent).
    safety_risk
        Risk that a safety outcome without effect is called worsened at one of the planned looks.
    safety_measured
        The same up to this look, as the share of placebo assignments of these very data that are called so; None where
        they cannot be followed through the looks.
    pause_level
        As ``level``, of a one-sided 10 % spent over the looks: harm at this level calls for a pause by itself.
    """

    level: float
    method: str
    safety_risk: float
    safety_measured: float | None
    pause_level: float


def look_level(plan: AnalysisPlan, look: Look, lead: Lead) -> LookLevel:
    """Return the level of the newest planned look for one outcome.

    Parameters
    ----------
    plan
        The plan.
    look
        The look of the report.
    lead
        Question and leading row of the outcome.
    """
    alpha, harm = round(1 - plan.level, 12), round(1 - thresholds().safety_level, 12)
    risk = risk_of_any(max(look.planned, 1), harm / 2)
    if plan.looks is None:
        return LookLevel(alpha, "one look", risk, None, harm)
    if not look.periods:
        return LookLevel(0.0, "before the first look", risk, None, 0.0)
    cumulative, for_pause = (spent(look.planned, whole, plan.looks.spending)[: look.number] for whole in (alpha, harm))
    statistics = _statistics(lead, look.periods)
    if statistics is None:
        levels = [float(levels_by_sum(risks)[-1]) for risks in (cumulative, for_pause)]
        return LookLevel(levels[0], "sum", risk, None, levels[1])
    levels = [float(levels_by_draws(statistics, risks)[-1]) for risks in (cumulative, for_pause)]
    return LookLevel(levels[0], "draws", risk, _crossing_of_any(statistics, harm / 2), levels[1])


def _crossing_of_any(statistics: NDArray[np.float64], level: float) -> float:
    """Return the share of draws (looks, draws) beyond a one-sided level at one look or another."""
    bounds = np.quantile(statistics, 1 - level, axis=1, keepdims=True)
    return float((statistics > bounds).any(axis=0).mean())


def _statistics(lead: Lead, periods: Sequence[str]) -> NDArray[np.float64] | None:
    """Return (looks, draws) the headline's statistic under the same placebo assignments at every look.

    None if they cannot be the same: the analysis has no placebo assignments, cells are missing, or all assignments are
    listed while a look knows fewer starts than the next. A look at which the estimand is not there yet can claim
    nothing, so its draws are zero.
    """
    question, row = lead
    target = linear_target(question.analysis, row.spec)
    if target is None or question.analysis.estimator in SERIES_ESTIMATORS or question.rule.leads == "none":
        return None
    whole = tested_sample(question.sample, question.analysis)
    texts = [str(period) for period in whole.periods]
    looks = [_at_look(whole, texts.index(text), target) for text in periods if text in texts]
    known = [found for found in looks if found is not None]
    if len(looks) < len(periods) or not known or len({len(found) for found in known}) > 1:
        return None
    return np.stack([np.zeros(len(known[0])) if found is None else found for found in looks])


def _at_look(whole: AnalysisSample, last: int, target: Target) -> NDArray[np.float64] | None:
    """Return (draws,) the statistic on the periods up to one, the actual assignment's first."""
    units = whole.units(whole.y[:, : last + 1])
    if isinstance(units, NotEstimable):
        return None
    statistics: tuple[Statistic, ...] = ("prescaled", "coefficient")
    for statistic in statistics:
        rng = np.random.default_rng(whole.seed)
        draws = randomisation_draws(units, target, statistic, RANDOMISATION_DRAWS, rng)
        if not isinstance(draws, NotEstimable):
            observed, drawn = draws.statistics()
            return drawn[0] if draws.exact else np.concatenate([observed, drawn[0]])
    return None
