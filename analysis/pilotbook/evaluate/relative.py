"""Effects in per cent: of a Poisson model, and of the headline's estimator on the log of the outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pilotbook.design.outcome import LOG_POINTS
from pilotbook.estimate.logarithm import log_outcome
from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.estimators import estimands
from pilotbook.evaluate.ledger import LOG_EFFECT, RELATIVE_EFFECT, VARIANTS, Row

if TYPE_CHECKING:
    from pilotbook.evaluate.rows import Question

SCALES_CONTRADICT = "scales-contradict"
"""Flag: the effect has one sign in the unit of the outcome and the other as a relative change."""

PER_CENT = "%"


def relative_rows(question: Question, rows: Sequence[Row]) -> Iterator[Row]:
    """Give the relative effects of a question: parallel trends in levels are not parallel trends in logs.

    Parameters
    ----------
    question
        One analysis of one outcome with one set of weights.
    rows
        Its rows so far.
    """
    if question.analysis.estimator == "poisson":
        found = [row for row in rows if row.estimand == LOG_EFFECT and not VARIANTS & row.spec.keys()]
        yield from (_in_per_cent(row) for row in found if row.role == "comparison")
    elif question.analysis.headline and question.rule.leads != "none":
        leads = [row for row in rows if row.role == "headline" and row.estimand in {"att", "att_average"}]
        average = [row for row in leads if row.estimand == "att_average"]
        yield from (_log_twin(question, lead) for lead in (average or leads)[:1])


def _log_twin(question: Question, lead: Row) -> Row:
    """Return the relative effect by the estimator of the headline, or why the outcome has no logarithm."""
    spec = {**lead.spec, "scale": "log"}
    refused = replace(_bare(lead), estimand=RELATIVE_EFFECT, unit=PER_CENT, role="comparison", spec=spec)
    y = question.sample.y
    logs = y / LOG_POINTS if question.outcome.scale == "log" else log_outcome(y)
    if isinstance(logs, NotEstimable):
        return replace(refused, reason=logs.detail)
    twin = replace(question, sample=replace(question.sample, y=logs))
    for estimand in estimands(twin.sample, twin.analysis, by_assignment=True):
        own = {**question.spec, **estimand.spec, "cluster": lead.spec["cluster"]}
        if estimand.name == lead.estimand and own == lead.spec:
            row = _in_per_cent(twin.first_row(estimand))
            flags = (SCALES_CONTRADICT,) if (row.estimate or 0) * (lead.estimate or 0) < 0 else ()
            return replace(row, role="comparison", spec=spec, flags=(*row.flags, *flags))
    return replace(refused, reason="the analysis gives no such effect for the logarithm")


def _bare(row: Row) -> Row:
    """Return what names a row, without its numbers."""
    return Row(
        plan=row.plan,
        outcome=row.outcome,
        estimator=row.estimator,
        estimand=row.estimand,
        spec=row.spec,
        role=row.role,
        unit=row.unit,
    )


def _in_per_cent(row: Row) -> Row:
    """Return a row on the log scale as a relative change; its ends are transformed, so it has no standard error."""
    estimate, low, high = (_per_cent(value) for value in (row.estimate, row.ci_low, row.ci_high))
    own = replace(row, estimand=RELATIVE_EFFECT, unit=PER_CENT, estimate=estimate, ci_low=low, ci_high=high)
    return replace(own, se=None, df=None, baseline=None)


def _per_cent(value: float | None) -> float | None:
    return None if value is None else float(100 * np.expm1(value))
