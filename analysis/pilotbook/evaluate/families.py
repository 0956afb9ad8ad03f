"""P values that allow for how many outcomes of a family were looked at, put beside the rows that lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.plan import SERIES_ESTIMATORS, AnalysisPlan
from pilotbook.estimate.inference.multiplicity import benjamini_hochberg, holm, romano_wolf
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import randomisation_draws
from pilotbook.estimate.inference.wild_bootstrap import bootstrap_draws
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.drawn_tests import DRAWN, linear_target, tested_sample
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.rows import Question

Lead = tuple[Question, Row]

RANDOMISATION_DRAWS, BOOTSTRAP_DRAWS = 4_999, 9_999


def adjusted(plan: AnalysisPlan, leads: Mapping[str, Lead]) -> Iterator[Row]:
    """Give the rows that lead again, with the p values of their families.

    Primary outcomes: Romano-Wolf with the draws of the inference that leads (those of the wild bootstrap where a
    standard error leads), Holm where outcomes cannot share draws. Secondary outcomes: Benjamini-Hochberg. Safety
    outcomes are left as they are, by design.

    Parameters
    ----------
    plan
        The plan.
    leads
        Question and leading row of each outcome, by its id.
    """
    for family in ("primary", "secondary"):
        members = [o.id for o in plan.outcomes if o.family == family and o.id in leads]
        known = [leads[outcome] for outcome in members if leads[outcome][1].p is not None]
        if known:
            yield from _primary(known) if family == "primary" else _secondary(known)


def _primary(leads: Sequence[Lead]) -> Iterator[Row]:
    p = _p_values(leads)
    by_holm = holm(p)
    if len(leads) == 1:
        yield from _with_family(leads, p, "only outcome of its family", p)
        return
    draws = _common_draws([question for question, _ in leads], leads[0][1])
    if draws is None:
        adjusted_p, method = by_holm, "Holm"
    else:
        adjusted_p, method = np.maximum(romano_wolf(draws), p), "Romano-Wolf"
    yield from _with_family(leads, adjusted_p, method, by_holm)


def _secondary(leads: Sequence[Lead]) -> Iterator[Row]:
    p = _p_values(leads)
    yield from _with_family(leads, benjamini_hochberg(p), "Benjamini-Hochberg", holm(p))


def _p_values(leads: Sequence[Lead]) -> NDArray[np.float64]:
    return np.array([row.p for _, row in leads], dtype=np.float64)


def _with_family(
    leads: Sequence[Lead], p: NDArray[np.float64], method: str, by_holm: NDArray[np.float64]
) -> Iterator[Row]:
    for (_, row), own, holms in zip(leads, p, by_holm, strict=True):
        yield replace(row, p_family=float(own), p_family_method=method, p_holm=float(holms))


def _common_draws(questions: Sequence[Question], row: Row) -> NullDraws | None:
    """Draw all outcomes at once, None if they cannot share draws: cells are missing, or an analysis of another kind."""
    first = questions[0]
    target = linear_target(first.analysis, row.spec)
    if target is None or first.analysis.estimator in SERIES_ESTIMATORS or first.rule.leads == "none":
        return None
    samples = [tested_sample(question.sample, question.analysis) for question in questions]
    if len({sample.y.shape for sample in samples}) > 1:
        return None
    sample = samples[0]
    units = sample.units(np.stack([s.y for s in samples]))
    if isinstance(units, NotEstimable):
        return None
    rng = np.random.default_rng(sample.seed)
    if first.rule.leads in DRAWN:
        draws = randomisation_draws(units, target, "prescaled", RANDOMISATION_DRAWS, rng)
    else:
        draws = bootstrap_draws(units, target, "rademacher", BOOTSTRAP_DRAWS, rng)
    return None if isinstance(draws, NotEstimable) else draws
