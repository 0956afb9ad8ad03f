"""Interrupted time series of the pilots' average, alone and less the controls', as rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pilotbook import fingerprint
from pilotbook.design.series import SeriesSection
from pilotbook.estimate.its import (
    Interruption,
    ItsEffect,
    ItsResult,
    NoClaim,
    PooledSeries,
    Season,
    SeasonKind,
    Segments,
    Shape,
    StructuralResult,
    agreement,
    average_series,
    interrupted,
    placebo_interruptions,
    structural,
)
from pilotbook.evaluate.gone import NO_CONTROLS, NOT_BEGUN
from pilotbook.evaluate.ledger import Role, Row
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.panel.periods import PeriodKind, parse_period

if TYPE_CHECKING:
    from pilotbook.evaluate.rows import Question

DRAWS = 1_999
KINDS: Mapping[str, tuple[PeriodKind, int]] = {"Y": ("year", 1), "Q": ("quarter", 4), "M": ("month", 12)}
"""Kind of period and periods a year, by the first letter of pandas' frequency."""

PILOTS, CONTROLS, DIFFERENCE = "pilots", "controls", "difference"


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """One series of one question: its values and everything its rows share."""

    question: Question
    name: str
    pooled: PooledSeries
    members: int
    segments: Segments

    @property
    def section(self) -> SeriesSection:
        """Return the plan's section."""
        assert self.question.plan.series is not None
        return self.question.plan.series

    def rng(self, purpose: str) -> np.random.Generator:
        """Return draws that depend on nothing but the question."""
        key = [self.question.common["plan"], self.question.common["outcome"], *self.question.spec.values()]
        return np.random.default_rng(int(fingerprint.of_json([*key, self.name, purpose])[:16], 16))

    def row(self, estimand: str, role: Role, **spec: str) -> Row:
        """Return a row without a number."""
        own = {**self.question.spec, "series": self.name, **spec}
        return Row(
            estimator=self.question.analysis.estimator,
            estimand=estimand,
            spec=own,
            role=role,
            n_units=self.members,
            n_pilots=self.members if self.name != CONTROLS else 0,
            n_controls=self.members if self.name == CONTROLS else 0,
            level=self.question.plan.level,
            **self.question.common,
        )


def series_rows(question: Question) -> Iterator[Row]:
    """Analyse the series that leads, then those shown beside it."""
    sample = question.sample
    pilots = sample.pilots if sample.pilots.any() else np.ones(len(sample.cohort), dtype=bool)
    series = {PILOTS: _average(sample, pilots), CONTROLS: _average(sample, ~pilots)}
    segments = segments_of(question.plan.series, sample.periods)
    if question.analysis.estimator == "controlled_its" and pilots.all():
        yield from _without_controls(question, series[PILOTS], segments)
        return
    if question.analysis.estimator == "controlled_its":
        difference = series[PILOTS].values - series[CONTROLS].values
        series = {DIFFERENCE: PooledSeries(difference, series[PILOTS].used, series[PILOTS].dropped), **series}
    else:
        del series[CONTROLS]
    for number, (name, pooled) in enumerate(series.items()):
        own = SeriesQuestion(question, name, pooled, len(pooled.used), segments)
        yield from _rows(own, leads=number == 0)


def _without_controls(question: Question, pooled: PooledSeries, segments: Segments) -> Iterator[Row]:
    """Say that the pilots cannot be compared; what is left is their own series, beside what was asked."""
    lead = SeriesQuestion(question, DIFFERENCE, pooled, 0, segments).row("effect", "headline")
    yield replace(lead, reason=NO_CONTROLS if question.begun else NOT_BEGUN)
    if question.begun:
        yield from _rows(SeriesQuestion(question, PILOTS, pooled, len(pooled.used), segments), leads=False)


def segments_of(section: SeriesSection | None, periods: tuple[pd.Period, ...]) -> Segments:
    """Translate a plan's periods into positions."""
    assert section is not None
    first = periods[0]
    kind_of, yearly = KINDS[first.freqstr[0]]

    def position(text: str) -> int:
        return int((parse_period(text, kind_of) - first).n)

    steps = (Interruption(position(s.start), Shape(s.shape), s.length, s.label) for s in section.steps)
    windows = ((position(w.first), position(w.last)) for w in section.excluded)
    excluded = {p for start, end in windows for p in range(max(start, 0), min(end, len(periods) - 1) + 1)}
    kind = SeasonKind(section.season) if yearly > 1 else SeasonKind.NONE
    season = Season(kind, yearly, (first.month - 1) * yearly // 12)
    return Segments(len(periods), tuple(steps), season, tuple(sorted(excluded)))


def _average(sample: AnalysisSample, members: NDArray[np.bool_]) -> PooledSeries:
    return average_series(sample.y[members], sample.weight()[members])


def _rows(own: SeriesQuestion, *, leads: bool) -> Iterator[Row]:
    role: Role = "headline" if leads else "comparison"
    result = interrupted(
        own.pooled.values,
        own.segments,
        own.rng("bootstrap"),
        order=own.section.order,
        horizons=own.section.horizons,
        draws=DRAWS,
        level=own.question.plan.level,
    )
    if isinstance(result, NoClaim):
        yield replace(own.row("effect", role), reason=f"{result.reason.value}: {result.detail}")
        return
    method = f"bootstrap-t, AR({result.order}) by REML"
    for effect in sorted(result.effects, key=_longest_horizon_first):
        yield from _effect_rows(own, result, effect, role, method)
    for effect in result.newey_west:
        row = _filled(own.row(effect.estimand.value, "comparison", model="newey-west", **_key(effect)), result, effect)
        yield replace(row, p_method="t, Newey–West", flags=("newey-west-rejects-too-often",))
    yield from _path_rows(own, result)
    yield from _diagnostic_rows(own, result)
    if leads:
        yield from _structural_rows(own, result)
        yield from _placebo_rows(own)


def _longest_horizon_first(effect: ItsEffect) -> int:
    return -(effect.horizon or 0)


def _key(effect: ItsEffect) -> dict[str, str]:
    key = {"step": effect.label}
    return key if effect.horizon is None else {**key, "horizon": str(effect.horizon)}


def _filled(row: Row, result: ItsResult, effect: ItsEffect) -> Row:
    return replace(
        row,
        estimate=effect.estimate,
        se=effect.se,
        df=float(result.df),
        ci_low=effect.low,
        ci_high=effect.high,
        p=effect.p,
        n_obs=result.n_obs,
    )


def _effect_rows(own: SeriesQuestion, result: ItsResult, effect: ItsEffect, role: Role, method: str) -> Iterator[Row]:
    flags = tuple(flag.value for flag in result.flags)
    row = own.row(effect.estimand.value, role, **_key(effect))
    yield replace(_filled(row, result, effect), p_method=method, flags=flags)
    if effect.relative is None or own.name == DIFFERENCE:
        return
    relative = own.row(f"{effect.estimand.value}_relative", "comparison", **_key(effect))
    yield replace(
        relative,
        unit="%",
        estimate=effect.relative,
        ci_low=effect.relative_low,
        ci_high=effect.relative_high,
        p=effect.p,
        p_method=method,
        n_obs=result.n_obs,
        baseline=None,
    )


def _path_rows(own: SeriesQuestion, result: ItsResult) -> Iterator[Row]:
    path, omitted = result.path, set(result.path.omitted)
    for at, period in enumerate(own.question.sample.periods):
        note: dict[str, Any] = {"flags": ("left-out",)} if at in omitted else {}
        values: Mapping[str, float] = {"observed": path.observed[at], "fitted": path.fitted[at]}
        for name, value in values.items():
            yield replace(own.row(name, "description", period=str(period)), estimate=_number(value), **note)
        counterfactual = own.row("counterfactual", "description", period=str(period))
        low, high = _number(path.low[at]), _number(path.high[at])
        yield replace(counterfactual, estimate=_number(path.counterfactual[at]), ci_low=low, ci_high=high, **note)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _diagnostic_rows(own: SeriesQuestion, result: ItsResult) -> Iterator[Row]:
    periods, memory, influence = own.question.sample.periods, result.memory, result.influence
    for lag, value in enumerate(result.phi, start=1):
        yield replace(own.row("autoregression", "description", lag=str(lag)), estimate=float(value), unit="")
    yield replace(own.row("r_squared", "description"), estimate=result.r_squared, unit="")
    yield replace(
        own.row("ljung_box", "description"),
        estimate=memory.ljung_box.statistic,
        p=memory.p,
        p_method="bootstrap",
        unit="",
    )
    if memory.seasonal is not None:
        row = own.row("seasonal_memory", "description")
        yield replace(row, estimate=memory.seasonal, p=memory.p_seasonal, p_method="bootstrap", unit="")
    most = own.row("most_influential", "description", period=str(periods[influence.most]))
    yield replace(most, estimate=float(influence.change[influence.most]), unit="standard errors")
    yield replace(own.row("points_before", "description"), estimate=float(result.n_before), unit="")
    yield replace(own.row("points_after", "description"), estimate=float(result.n_after), unit="")


def _structural_rows(own: SeriesQuestion, result: ItsResult) -> Iterator[Row]:
    found = structural(own.pooled.values, own.segments, horizons=own.section.horizons, level=own.question.plan.level)
    if not isinstance(found, StructuralResult):
        yield replace(own.row("effect", "comparison", model="structural"), reason=f"{found.reason}: {found.detail}")
        return
    for effect in found.effects:
        row = _filled(own.row(effect.estimand.value, "comparison", model="structural", **_key(effect)), result, effect)
        yield replace(row, p_method="t, structural", flags=tuple(flag.value for flag in found.flags))
    ours, theirs = (min(r.effects, key=_longest_horizon_first) for r in (result, found))
    compared = agreement((ours.estimate, ours.se, result.df), (theirs.estimate, theirs.se, result.df))
    row = own.row("agreement", "description", model="structural", **_key(ours))
    flags = ("designs-contradict",) if compared.contradicts else ()
    yield replace(row, estimate=compared.difference, ci_low=compared.low, ci_high=compared.high, flags=flags)


def _placebo_rows(own: SeriesQuestion) -> Iterator[Row]:
    for placebo in placebo_interruptions(own.pooled.values, own.segments, own.rng("placebo")):
        period = str(own.question.sample.periods[placebo.start])
        row = own.row("placebo", "description", period=period)
        yield replace(row, estimate=placebo.estimate, se=placebo.se, p=placebo.p, p_method="bootstrap-t, AR(1) by REML")
