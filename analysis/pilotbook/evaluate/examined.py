"""The measures of a design that come from rows of the ledger: trends before, placebos, leave-one-out, breakdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from pilotbook.design.comparison import Comparison
from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.evaluate.ledger import Row

LARGEST_BREAKDOWN = 10.0
"""What stands for a breakdown value beyond the largest multiple tried."""

FEWEST_SPECIFICATIONS = 4
"""Other estimates of the plan from which their share of one sign says something."""

MAIN = ("att", "att_average")


def examined(
    lead: Row, rows: Mapping[str, Row], comparison: Comparison | None, least: float, span: float
) -> dict[str, Any]:
    """Return the measures, None where a row has no number.

    Parameters
    ----------
    lead, rows
        The row that leads, and all rows.
    comparison
        Of pilots and controls before the start.
    least
        The smallest important effect.
    span
        Periods from the middle of those before the start to the middle of the effect's horizon.
    """
    own = [row for row in rows.values() if row.outcome == lead.outcome and row.estimator == "sensitivity"]
    placebo = [row.p for row in _placebos(lead, rows) if row.p is not None]
    without = [row.estimate for row in own if row.estimand == "without_pilot"]
    tests = [row for row in own if row.estimand == "pre_trend"]
    drift, certain = _drift(lead.outcome, comparison, least, span)
    return {
        "pre_trend_p": tests[0].p if tests else None,
        "pre_trend_power": _power(own, least / span),
        "drift": drift,
        "certain_drift": certain,
        "breakdown": _breakdown(own),
        "same_sign_share": _specifications(lead, rows),
        "leave_one_out_same_sign": _share_of_sign(lead, without) if without and None not in without else None,
        "placebo_p": min(min(placebo) * len(placebo), 1.0) if placebo else None,
    }


def _placebos(lead: Row, rows: Mapping[str, Row]) -> list[Row]:
    """Return the pretended starts: of the comparison, or of the series that leads."""
    own = (row for row in rows.values() if row.outcome == lead.outcome)
    if lead.estimator in SERIES_ESTIMATORS:
        series = (row for row in own if row.estimator == lead.estimator and row.estimand == "placebo")
        return [row for row in series if all(row.spec[key] == lead.spec[key] for key in ("series", "weights"))]
    return [row for row in own if row.estimator == "sensitivity" and row.estimand == "placebo_in_time"]


def _power(own: list[Row], slope: float) -> float | None:
    """Power against a slope, from the one that is found four times in five, as if the joint test were normal."""
    found = [row.estimate for row in own if row.estimand == "pre_trend_detectable" and row.estimate is not None]
    if not found:
        return None
    reach = stats.norm.isf(0.025) + stats.norm.isf(0.2)
    return float(stats.norm.cdf(reach * slope / found[0] - stats.norm.isf(0.025)))


def _drift(outcome: str, comparison: Comparison | None, least: float, span: float) -> tuple[float | None, float | None]:
    """Return the drift of the slopes before the start, and what of it is certain by inverting its placebo test."""
    trends = [] if comparison is None else [b for b in comparison.balance if (b.name, b.kind) == (outcome, "trend")]
    if not trends or trends[0].pilots is None or trends[0].controls is None or trends[0].p is None:
        return None, None
    drift = abs(trends[0].pilots - trends[0].controls) * span / least
    away = float(stats.norm.isf(trends[0].p / 2))
    return drift, drift * max(0.0, 1 - float(stats.norm.isf(0.025)) / away) if away > 0 else 0.0


def _breakdown(own: list[Row]) -> float | None:
    found = [r for r in own if r.estimand == "breakdown" and r.spec.get("restriction") == "relative_magnitudes"]
    if not found:
        return None
    return LARGEST_BREAKDOWN if found[0].estimate is None else found[0].estimate


def _specifications(lead: Row, rows: Mapping[str, Row]) -> float | None:
    variants = {"error", "test", "interval"}
    found = [
        row.estimate
        for row in rows.values()
        if row.outcome == lead.outcome
        and row.estimand in MAIN
        and row.role in {"headline", "comparison"}
        and row.id != lead.id
        and row.estimate is not None
        and not variants & row.spec.keys()
    ]
    return _share_of_sign(lead, found) if len(found) >= FEWEST_SPECIFICATIONS else None


def _share_of_sign(lead: Row, estimates: list[float | None] | list[float]) -> float | None:
    if lead.estimate is None:
        return None
    known = np.asarray(estimates, dtype=np.float64)
    return float(np.mean(np.sign(known) == np.sign(lead.estimate)))
