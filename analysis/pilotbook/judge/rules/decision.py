"""The decision that the rules of the sources and the verdicts together allow on a reform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pilotbook.judge.rules.evaluate import State
from pilotbook.judge.rules.findings import RuleFinding
from pilotbook.judge.verdict import Kind


class Decision(StrEnum):
    """What may be done with a reform."""

    PAUSE = "pause"
    ADJUST = "adjust"
    EXPAND = "expand"
    HOLD = "hold"
    NOT_DECIDABLE = "not_decidable"


DECISION_RULES = (
    "positive-feedback-expand",
    "adverse-pause-price",
    "fund-extra-spending-causal",
    "price-burden-neutral",
    "no-severe-case-refusal",
)
"""The five rules of page one, in the order in which it shows them."""

EXPANDING = "positive-feedback-expand"
PAUSING = ("adverse-pause-price",)
ADJUSTING = (
    "fund-extra-spending-causal",
    "price-burden-neutral",
    "no-severe-case-refusal",
    "vbp-quality-noninferior",
    "fund-growth-3-months",
    "fund-budget-limit",
    "fund-overspend-response",
    "input-cost-trigger",
)
"""Rules whose own consequence is to adjust: reimbursement, scope, payment standard or price."""

GUARDS = ("adverse-pause-price", "fund-extra-spending-causal", "price-burden-neutral", "no-severe-case-refusal")
"""Rules that must be known not to fire before a reform is widened."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Something that a decision rests on.

    Attributes
    ----------
    kind
        ``rule`` or ``verdict``.
    id
        Of the rule, or of the outcome.
    state
        What became of it.
    """

    kind: str
    id: str
    state: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the rules and verdicts that it follows from."""

    decision: Decision
    grounds: tuple[Ground, ...]


def decide_reform(
    findings: Sequence[RuleFinding], verdicts: Mapping[str, Kind], concerned: Mapping[str, bool]
) -> Decided:
    """Take the first decision that holds: pause, adjust, not decidable, expand, hold.

    To pause or to adjust one rule is enough, whatever is missing elsewhere. To expand, the rule must fire, no verdict
    may be a worsening, and every guard must be known not to fire.

    Parameters
    ----------
    findings
        The rules as written.
    verdicts
        Of the plan's outcomes.
    concerned
        For monitoring rules, whether they fire for a unit of a pilot county; alerts in other counties are no ground.
    """
    states = {finding.rule.id: finding.state for finding in findings}
    fired = {rule for rule, state in states.items() if state is State.FIRED and concerned.get(rule, True)}
    worse = [Ground("verdict", o, v.value) for o, v in verdicts.items() if v in {Kind.WORSENED, Kind.WORSENED_FRAGILE}]
    pausing = _grounds(PAUSING, states, fired)
    if pausing:
        return Decided(Decision.PAUSE, pausing)
    adjusting = (*_grounds(ADJUSTING, states, fired), *worse)
    if adjusting:
        return Decided(Decision.ADJUST, adjusting)
    unknown = tuple(
        Ground("rule", rule, State.NOT_EVALUABLE.value)
        for rule in (EXPANDING, *GUARDS)
        if states.get(rule, State.NOT_EVALUABLE) is State.NOT_EVALUABLE
    )
    expanding = Ground("rule", EXPANDING, states.get(EXPANDING, State.NOT_EVALUABLE).value)
    if states.get(EXPANDING) is State.NOT_FIRED:
        return Decided(Decision.HOLD, (expanding,))
    if unknown:
        return Decided(Decision.NOT_DECIDABLE, unknown)
    supporting = tuple(Ground("verdict", o, v.value) for o, v in verdicts.items())
    return Decided(Decision.EXPAND, (expanding, *supporting))


def _grounds(rules: Sequence[str], states: Mapping[str, State], fired: set[str]) -> tuple[Ground, ...]:
    return tuple(Ground("rule", rule, states[rule].value) for rule in rules if rule in fired)
