"""The measures of a design that come from rows of the ledger: trends before, placebos, leave-one-out, breakdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from pilotbook.design.comparison import Comparison
from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.evaluate.ledger import IMITATION, Row
from pilotbook.evaluate.sensitivity.curve import SAME_SIGN
from pilotbook.evaluate.sensitivity.placebo_outcomes import ESTIMAND as PLACEBO_OUTCOME

LARGEST_BREAKDOWN = 10.0
"""What stands for a breakdown value beyond the largest multiple tried."""


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
        "same_sign_share": _specifications(own),
        "leave_one_out_same_sign": _share_of_sign(lead, without) if without and None not in without else None,
        "dip_p": _dip(lead, rows),
        "placebo_p": min(min(placebo) * len(placebo), 1.0) if placebo else None,
    }


def _dip(lead: Row, rows: Mapping[str, Row]) -> float | None:
    """Return the p value of a dip before the start whose end would look like this effect; 1 where it points its way.

    A return to the own level makes an effect of the opposite sign.
    """
    own = (row for row in rows.values() if row.outcome == lead.outcome and row.estimand == "dip")
    found = next((row for row in own if row.estimator == IMITATION), None)
    if found is None or found.estimate is None or lead.estimate is None:
        return None
    return found.p if found.estimate * lead.estimate < 0 else 1.0


def _placebos(lead: Row, rows: Mapping[str, Row]) -> list[Row]:
    """Return the pretended starts, of the comparison or of the series that leads, and the placebo outcomes."""
    own = (row for row in rows.values() if row.outcome == lead.outcome)
    if lead.estimator in SERIES_ESTIMATORS:
        series = (row for row in own if row.estimator == lead.estimator and row.estimand == "placebo")
        return [row for row in series if all(row.spec[key] == lead.spec[key] for key in ("series", "weights"))]
    in_time = [row for row in own if row.estimator == "sensitivity" and row.estimand == "placebo_in_time"]
    return in_time + [row for row in rows.values() if row.estimand == PLACEBO_OUTCOME]


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


def _specifications(own: list[Row]) -> float | None:
    return next((row.estimate for row in own if row.estimand == SAME_SIGN), None)


def _share_of_sign(lead: Row, estimates: list[float | None] | list[float]) -> float | None:
    if lead.estimate is None:
        return None
    known = np.asarray(estimates, dtype=np.float64)
    return float(np.mean(np.sign(known) == np.sign(lead.estimate)))
