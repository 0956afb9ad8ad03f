"""From the quantities of an analysis to rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.contract import Inference, InferenceRule, largest_share, permitted_inference
from pilotbook.design.plan import SERIES_ESTIMATORS, TWINS, Analysis, AnalysisPlan, Outcome
from pilotbook.estimate.path import Path
from pilotbook.estimate.result import Effect, NotEstimable, Reason, Variance
from pilotbook.evaluate.drawn_tests import DRAWN, NOT_DRAWN, run_test, with_test
from pilotbook.evaluate.estimators import Estimand, PlaceboRank, estimands
from pilotbook.evaluate.gone import NOT_BEGUN
from pilotbook.evaluate.ledger import LOG_EFFECT, Role, Row
from pilotbook.evaluate.sample import AnalysisSample, draw_sample
from pilotbook.evaluate.series import series_rows
from pilotbook.evaluate.simultaneous import band_rows
from pilotbook.panel.panel import Panel

PLAIN = (Variance.CRV1, Variance.INFLUENCE, Variance.CONSERVATIVE)
"""Cluster-robust errors in their plain form, by kind of estimator: what published papers print."""

SMALL_SAMPLE = (Variance.CR2, Variance.JACKKNIFE)
"""Their small-sample forms."""

LEADING: Mapping[str, tuple[Variance, ...]] = {"cluster_robust": PLAIN, "cr2_satterthwaite": SMALL_SAMPLE}
"""What the rule table says leads, to the errors that do so. Other rules are not about standard errors."""

POINT = {"event_time", "cohort"}
"""Keys of ``spec`` that mark one point of a path; tests by draws stand beside the summaries alone."""


@dataclass(frozen=True, slots=True)
class Question:
    """One analysis of one outcome with one set of weights: the sample, and what all of its rows share."""

    plan: AnalysisPlan
    rule: InferenceRule
    analysis: Analysis
    sample: AnalysisSample
    common: Mapping[str, Any]
    spec: Mapping[str, str]
    outcome: Outcome

    @property
    def leads(self) -> Inference:
        """What leads the rows of this analysis, by the rule table."""
        return self.rule.leading(self.analysis.headline)

    @property
    def begun(self) -> bool:
        """Tell whether the reform starts anywhere in the sample."""
        return bool(self.sample.pilots.any())

    @property
    def row_is_assignment(self) -> bool:
        """Tell whether the reform was assigned to the counties themselves."""
        return self.plan.panel.assignment_unit == self.plan.panel.unit

    def rows(self) -> Iterator[Row]:
        """Run the estimator; first the rows at the unit of assignment, then those of a replication by county."""
        if self.analysis.estimator in SERIES_ESTIMATORS:
            yield from series_rows(self)
            return
        if not self.begun:
            yield from self._assigned(Estimand("att", {}, NotEstimable(Reason.NO_PILOTS, NOT_BEGUN)))
            return
        path, points = None, []
        for estimand in estimands(self.sample, self.analysis, by_assignment=True):
            first, *others = self._assigned(estimand)
            yield first
            yield from others
            if estimand.path is not None:
                path = estimand.path
                points.append(first)
        yield from self._bands(path, points)
        if not self.row_is_assignment:
            for estimand in estimands(self.sample, self.analysis, by_assignment=False):
                yield from self._replication(estimand)

    def first_row(self, estimand: Estimand) -> Row:
        """Return the row of a quantity with the inference that leads."""
        return next(self._assigned(estimand))

    def leading_rows(self) -> Iterator[Row]:
        """Give the row that the analysis leads with, then its variants by error; tests by draws are left to `rows`."""
        found = list(estimands(self.sample, self.analysis, by_assignment=True))
        leading = next((estimand for estimand in found if estimand.name == "att_average"), found[0])
        yield from takewhile(lambda row: "test" not in row.spec, self._assigned(leading))

    def _assigned(self, estimand: Estimand) -> Iterator[Row]:
        unit = self.plan.panel.assignment_unit
        row = self._row(estimand, unit)
        effect = estimand.effect
        if isinstance(effect, NotEstimable):
            yield replace(row, reason=effect.detail)
            return
        leading = LEADING.get(self.leads, ())
        if estimand.rank is not None:
            yield _with_rank(row, estimand.rank)
            return
        if self.leads in DRAWN:
            yield self._drawn(row, self.leads, estimand)
        elif not leading:
            yield replace(row, reason=self.rule.because)
        if effect.counts.n_pilot_clusters != 1:  # one assigned unit never shows a standard error
            for variance in sorted(effect.standard_errors, key=lambda v: v not in leading):
                facts = _of_error(effect, variance, unit, self.plan.level)
                yield replace(row, **facts) if variance in leading else _variant(row, "error", variance.value, **facts)
        if not POINT & estimand.spec.keys() and self.analysis.estimator not in NOT_DRAWN:
            for name in self.rule.beside:
                yield self._drawn(_variant(row, "test", name), name, estimand)

    def _bands(self, path: Path | None, points: list[Row]) -> Iterator[Row]:
        """Give the simultaneous band of a path; only where standard errors lead is there one that covers."""
        leading = LEADING.get(self.leads)
        if path is None or leading is None:
            return
        rng = np.random.default_rng(self.sample.seed)
        yield from band_rows(path, points, leading, self.sample.assignment, self.plan.level, rng)

    def _drawn(self, row: Row, name: Inference, estimand: Estimand) -> Row:
        test, flags = run_test(name, self.sample, self.analysis, estimand.spec, self.plan.level)
        return with_test(row, test, name, flags)

    def _replication(self, estimand: Estimand) -> Iterator[Row]:
        effect, unit = estimand.effect, self.plan.panel.unit
        if isinstance(effect, NotEstimable) or "cohort" in estimand.spec:
            return
        row = replace(self._row(estimand, unit), role="replication")
        for variance in (v for v in effect.standard_errors if v in PLAIN):
            yield replace(row, **_of_error(effect, variance, unit, self.plan.level))

    def _row(self, estimand: Estimand, cluster: str) -> Row:
        """Begin the row of a quantity: what it is, its estimate, and what that rests on."""
        beside = self._forbidden() or self.analysis.estimator in TWINS
        role: Role = "comparison" if beside else "headline"
        spec = {**self.spec, **estimand.spec, "cluster": cluster}
        common = dict(self.common)
        if estimand.name == LOG_EFFECT:
            common |= {"unit": "log", "baseline": None}
        if isinstance(estimand.effect, Effect):
            common |= _of_estimate(estimand.effect, estimand)
        return Row(estimator=self.analysis.estimator, estimand=estimand.name, spec=spec, role=role, **common)

    @property
    def staggered(self) -> bool:
        """Tell whether the pilots of the sample start at several times."""
        return len(np.unique(self.sample.cohort[self.sample.pilots])) > 1

    def _forbidden(self) -> bool:
        """With several cohorts two-way fixed effects compare pilots with earlier pilots: never to be led with."""
        return self.analysis.estimator in {"twfe", "event_study"} and self.staggered


def _variant(row: Row, key: str, value: str, **facts: Any) -> Row:
    """Return the row as a comparison: the same estimate with another ``error`` or another ``test``, and its facts."""
    return replace(row, role="comparison", spec={**row.spec, key: value}, **facts)


def _of_estimate(effect: Effect, estimand: Estimand) -> dict[str, Any]:
    counts = effect.counts
    return {
        "estimate": effect.estimate,
        "n_obs": counts.n_obs,
        "n_units": counts.n_units,
        "n_pilots": counts.n_pilots if estimand.n_pilots is None else estimand.n_pilots,
        "n_controls": counts.n_controls,
        "n_clusters": counts.n_clusters,
        "n_pilot_clusters": counts.n_pilot_clusters if estimand.n_pilots is None else None,
        "n_cohorts": estimand.n_cohorts,
    }


def _with_rank(row: Row, rank: PlaceboRank) -> Row:
    """Return a comparison with the p value of its own placebos; a rank alone bounds no interval."""
    reason = "a rank among placebos gives no interval"
    return replace(
        row, p=rank.p, p_smallest=rank.smallest, n_draws=rank.draws, p_method="placebo rank, synthetic", reason=reason
    )


def _of_error(effect: Effect, variance: Variance, unit: str, level: float) -> dict[str, Any]:
    error = effect.standard_errors[variance]
    if isinstance(error, NotEstimable):
        return {"reason": error.detail}
    low, high = error.interval(effect.estimate, level)
    return {
        "se": error.se,
        "df": error.df,
        "ci_low": low,
        "ci_high": high,
        "level": level,
        "p": error.p_value(effect.estimate),
        "p_method": f"t, {variance.value}, clustered by {unit}",
    }


def questions(
    plan: AnalysisPlan, name: str, panel: Panel, weights: Mapping[str, NDArray[np.float64] | None]
) -> Iterator[Question]:
    """Give every analysis of every outcome with every set of weights, in the order of the plan."""
    for outcome in plan.outcomes:
        for analysis in plan.analyses:
            if analysis.estimator == "poisson" and outcome.scale == "log":
                continue  # its effect is one on the logarithm already; a count it is no more
            for weighting, values in weights.items():
                sample = draw_sample(plan, panel, outcome, analysis, values)
                common = {
                    "plan": name,
                    "outcome": outcome.id,
                    "unit": outcome.unit.en,
                    "baseline": None if outcome.scale == "log" else baseline(sample, analysis),
                }
                yield Question(plan, rule_of(sample), analysis, sample, common, _spec(analysis, weighting), outcome)


def rule_of(sample: AnalysisSample) -> InferenceRule:
    """Return the rule of the rule table that fits a sample."""
    pilots = sample.pilots
    return permitted_inference(
        len(np.unique(sample.assignment[pilots])),
        len(np.unique(sample.assignment[~pilots])),
        largest_share(sample.weight(), sample.assignment),
    )


def _spec_of_sample(spec: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in spec.items() if key in {"weights", "cohorts"}}


def _spec(analysis: Analysis, weighting: str) -> dict[str, str]:
    spec = {"weights": weighting}
    if analysis.cohorts is not None:
        spec["cohorts"] = "+".join(analysis.cohorts)
    if analysis.estimator == "callaway_santanna":
        spec["controls"] = analysis.controls
    return spec


def baseline(sample: AnalysisSample, analysis: Analysis) -> float | None:
    """Return the pilots' mean in their last unaffected period before the reform, or in the 2×2's period before.

    Where no county has started, the mean of all in the newest period.
    """
    pilots = sample.pilots
    names = [str(period) for period in sample.periods]
    if analysis.pre not in {None, *names}:
        return None
    if not pilots.any():
        newest = float(_means(sample, ~pilots)[-1])
        return newest if np.isfinite(newest) else None
    if analysis.pre is not None:
        before = np.full(pilots.sum(), names.index(analysis.pre))
    else:
        before = np.maximum(sample.cohort[pilots] - 1 - sample.anticipation, 0)
    values, weight = sample.y[pilots, before], sample.weight()[pilots]
    known = np.isfinite(values)
    return float(np.average(values[known], weights=weight[known])) if known.any() else None


def mean_rows(question: Question) -> Iterator[Row]:
    """Describe the raw series: the mean of pilots and of controls in every period of the question's sample.

    With one start, also where parallel trends would have led the pilots: their mean in the last unaffected period,
    moved on like the controls.
    """
    sample = question.sample
    means = {"pilots": _means(sample, sample.pilots), "controls": _means(sample, ~sample.pilots)}
    starts = np.unique(sample.cohort[sample.pilots])
    if len(starts) == 1 and (base := int(starts[0]) - 1 - sample.anticipation) >= 0:
        path = means["pilots"][base] + means["controls"] - means["controls"][base]
        means["pilots_without_reform"] = np.where(np.arange(len(path)) >= base, path, np.nan)
    for group, values in means.items():
        members = ~sample.pilots if group == "controls" else sample.pilots
        for t, period in enumerate(sample.periods):
            yield Row(
                estimator="mean",
                estimand=group,
                spec={**_spec_of_sample(question.spec), "period": str(period)},
                role="description",
                estimate=float(values[t]) if np.isfinite(values[t]) else None,
                n_obs=int(np.isfinite(sample.y[members, t]).sum()),
                n_units=int(members.sum()),
                **question.common,
            )


def _means(sample: AnalysisSample, members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (t,) the weighted mean of the members' known values, NaN where none is known."""
    values = sample.y[members]
    weight = np.where(np.isfinite(values), sample.weight()[members][:, None], 0.0)
    total = weight.sum(axis=0)
    mean = (weight * np.nan_to_num(values)).sum(axis=0) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, mean, np.nan)
