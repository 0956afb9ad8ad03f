"""What the sources claim of a reform, beside the change of pilots and of controls and beside the estimated effect.

Nearly all claims compare before with after and have no control group. So the same naive comparison is made here, in
pilots and in controls, and how much of it the effect leaves unexplained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from pilotbook.design.plan import SERIES_ESTIMATORS, AnalysisPlan
from pilotbook.estimate.before_after import BeforeAfter, before_after, controls_meanwhile
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.families import Lead
from pilotbook.evaluate.ledger import CLAIMS, RELATIVE_EFFECT, SHARE, Row
from pilotbook.evaluate.relative import PER_CENT
from pilotbook.panel.catalogue import Catalogue
from pilotbook.panel.catalogue.claims import Claim

PILOTS, CONTROLS, COMMON = "pilots", "controls", "common_share"
SMALLEST_CHANGE = 0.1
"""A naive change below this part of the smallest important effect has no share that could be common."""


class Standing(StrEnum):
    """How far a claim can be compared."""

    COMPARED = "compared"
    AMBIGUOUS = "ambiguous"
    NOT_ESTIMATED = "not_estimated"
    NOT_COMPARABLE = "not_comparable"


class Obstacle(StrEnum):
    """Why a claim cannot be compared."""

    LEVEL = "level"
    OUTPUT = "output"
    PROJECTION = "projection"
    CITED = "cited"
    TOTAL = "total"
    NO_NUMBER = "no_number"
    UNIT_NOT_STATED = "unit_not_stated"
    NOT_IN_PLAN = "not_in_plan"
    NO_EFFECT = "no_effect"


@dataclass(frozen=True, slots=True)
class ClaimBeside:
    """A claim and the rows of the ledger that stand beside it.

    Attributes
    ----------
    claim, indicator
        Their ids in the catalogue.
    standing, obstacle
        How far it can be compared, and what is in the way.
    outcome
        The outcome of the plan, None if it has none.
    scale
        ``pp``, ``%`` or ``abs``, as the source states its change; the rows are on the same scale.
    low, high
        The change as stated; the same twice for one number.
    pilots, controls, effect, common
        Ids of the rows: both naive changes, the effect, and the part of the pilots' change that is common.
    within
        Whether the stated change lies within the interval of the effect; None if that has none.
    """

    claim: str
    indicator: str
    standing: Standing
    obstacle: Obstacle | None = None
    outcome: str | None = None
    scale: str | None = None
    low: float | None = None
    high: float | None = None
    pilots: str | None = None
    controls: str | None = None
    effect: str | None = None
    common: str | None = None
    within: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for the ledger."""
        return {**asdict(self), "standing": self.standing.value, "obstacle": self.obstacle and self.obstacle.value}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> ClaimBeside:
        """Read what `as_dict` returned."""
        obstacle = content["obstacle"]
        known = {"standing": Standing(content["standing"]), "obstacle": obstacle and Obstacle(obstacle)}
        return cls(**{**content, **known})


def obstacle_of(claim: Claim) -> Obstacle | None:
    """Return what of a claim itself forbids a comparison, None if nothing does."""
    if not claim.comparable:
        return Obstacle(claim.claim_kind)
    if claim.is_total:
        return Obstacle.TOTAL
    return Obstacle.NO_NUMBER if claim.stated is None else None


def compare_claims(
    plan: AnalysisPlan, catalogue: Catalogue, leads: Mapping[str, Lead], rows: Mapping[str, Row]
) -> tuple[list[ClaimBeside], list[Row]]:
    """Compare every claim about the plan's reform with the plan's own results.

    Parameters
    ----------
    plan
        The plan; a reform that the catalogue does not have has no claims.
    catalogue
        The catalogue of claims.
    leads, rows
        Question and leading row of each outcome, and all rows so far.

    Returns
    -------
    The claims in the order of the catalogue, and the rows that are new.
    """
    found: list[ClaimBeside] = []
    new: dict[str, Row] = {}
    for claim in catalogue.claims.values():
        if claim.reform_id == plan.reform:
            beside = _Beside(claim, plan, leads, rows)
            new.update({row.id: row for row in beside.rows()})
            found.append(beside.compared({**rows, **new}))
    return found, list(new.values())


class _Beside:
    """One claim: the outcome of the plan that it is about, and what is computed for it."""

    def __init__(self, claim: Claim, plan: AnalysisPlan, leads: Mapping[str, Lead], rows: Mapping[str, Row]) -> None:
        same = [o for o in plan.outcomes if claim.indicator_id in {o.id, o.column} and o.scale == "level"]
        self.claim, self.rows_so_far = claim, rows
        self.lead = leads[same[0].id] if same else None
        self.least = same[0].minimum_important_effect if same else 0.0
        self.relative = claim.change_type == PER_CENT

    def rows(self) -> Iterator[Row]:
        """Give the naive changes of pilots and controls, and the part that is common."""
        if self.lead is None or obstacle_of(self.claim) is not None:
            return
        changes = {PILOTS: self._change(before_after), CONTROLS: self._change(controls_meanwhile)}
        for group, change in changes.items():
            yield self._naive(group, change)
        yield self._common(changes[PILOTS])

    def compared(self, rows: Mapping[str, Row]) -> ClaimBeside:
        """Return the claim with the ids of the rows beside it."""
        claim = self.claim
        known = ClaimBeside(claim.claim_id, claim.indicator_id, Standing.NOT_COMPARABLE, obstacle_of(claim))
        if known.obstacle is not None:
            return known
        assert claim.stated is not None
        known = replace(known, scale=claim.change_type, low=claim.stated[0], high=claim.stated[1])
        if claim.ambiguous:
            known = replace(known, scale=None, standing=Standing.AMBIGUOUS, obstacle=Obstacle.UNIT_NOT_STATED)
        if self.lead is None:
            return known if claim.ambiguous else replace(known, obstacle=Obstacle.NOT_IN_PLAN)
        effect = self._effect()
        known = replace(
            known,
            outcome=self.lead[1].outcome,
            pilots=self._row(PILOTS).id,
            controls=self._row(CONTROLS).id,
            common=self._row(COMMON).id,
            effect=None if effect is None else effect.id,
        )
        if effect is None or effect.estimate is None:
            return replace(known, standing=Standing.NOT_ESTIMATED, obstacle=Obstacle.NO_EFFECT)
        if claim.ambiguous:
            return known
        return replace(known, standing=Standing.COMPARED, within=_within(claim.stated, effect))

    def _effect(self) -> Row | None:
        """Return the headline on the scale of the claim."""
        assert self.lead is not None
        lead = self.rows_so_far[self.lead[1].id]
        if not self.relative:
            return lead
        twins = (
            row
            for row in self.rows_so_far.values()
            if row.outcome == lead.outcome
            and row.estimator == lead.estimator
            and row.estimand in {RELATIVE_EFFECT, f"{lead.estimand}_relative"}
            and lead.spec.items() <= row.spec.items()
        )
        return next(twins, None)

    def _change(self, of: Any) -> BeforeAfter | NotEstimable:
        assert self.lead is not None
        question, lead = self.lead
        sample, times = question.sample, lead.spec.get("event_times")
        found: BeforeAfter | NotEstimable = of(
            sample.y,
            sample.cohort,
            weights=sample.weights,
            anticipation=sample.anticipation,
            after=None if times is None else tuple(map(int, times.split(".."))),
        )
        return found

    def _row(self, estimand: str) -> Row:
        assert self.lead is not None
        question, lead = self.lead
        kept = ("weights", "cohorts", "event_times")
        spec = {key: lead.spec[key] for key in kept if key in lead.spec}
        spec |= {"scale": "relative"} if self.relative and estimand != COMMON else {}
        common = {**question.common, "baseline": None}
        row = Row(estimator=CLAIMS, estimand=estimand, spec=spec, role="description", **common)
        unit = SHARE if estimand == COMMON else PER_CENT if self.relative else row.unit
        return replace(row, unit=unit)

    def _naive(self, group: str, found: BeforeAfter | NotEstimable) -> Row:
        row = self._row(group)
        if isinstance(found, NotEstimable):
            return replace(row, reason=found.detail)
        row = replace(row, n_obs=found.n_obs, n_units=found.n_pilots)
        if not self.relative:
            return replace(row, estimate=found.change, baseline=found.before)
        if found.before == 0:
            return replace(row, reason="the mean before the start is zero")
        return replace(row, estimate=100 * found.change / found.before)

    def _common(self, found: BeforeAfter | NotEstimable) -> Row:
        """Return the part of the pilots' change that the effect leaves, as a share of one."""
        assert self.lead is not None
        row, lead = self._row(COMMON), self.rows_so_far[self.lead[1].id]
        if isinstance(found, NotEstimable) or lead.estimate is None:
            return replace(row, reason="there is no effect to compare the change with")
        if lead.estimator in SERIES_ESTIMATORS:
            return replace(row, reason="the effect of a series is one at a horizon, the change a mean")
        if abs(found.change) < SMALLEST_CHANGE * self.least:
            return replace(row, reason="the pilots hardly changed, so no part of it can be told")
        return replace(row, estimate=1 - lead.estimate / found.change)


def _within(stated: Sequence[float], effect: Row) -> bool | None:
    if effect.ci_low is None or effect.ci_high is None:
        return None
    return bool(effect.ci_low <= stated[1] and stated[0] <= effect.ci_high)
