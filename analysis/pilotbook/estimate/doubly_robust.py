"""One change of pilots against controls with covariates: regression, probability weighting, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pilotbook.estimate.result import FloatArray, NotEstimable, Reason

Adjustment = Literal["reg", "ipw", "dr"]

OVERLAP = 1 - 1e-6
"""A control whose fitted probability of being a pilot exceeds this has no counterpart."""
NEWTON_STEPS = 50


@dataclass(frozen=True, eq=False)
class Adjusted:
    """An adjusted difference of changes: estimate (n_outcomes,), influence (n_outcomes, n_units)."""

    estimate: FloatArray
    influence: FloatArray


def adjusted_change(
    change: FloatArray, pilot: FloatArray, x: FloatArray, weights: FloatArray, method: Adjustment
) -> Adjusted | NotEstimable:
    """Change of the pilots less the change the controls predict for them.

    Parameters
    ----------
    change : (n_outcomes, n_units)
        Outcome after less outcome before.
    pilot : (n_units,)
        1 for pilots, 0 for controls.
    x : (n_units, k)
        Covariates with a constant.
    weights : (n_units,)
        Weights.
    method
        ``"reg"``: regression of the change among controls; ``"ipw"``: controls weighted by the odds of the
        fitted probability of being a pilot (Hájek); ``"dr"``: both, right if either model is.

    References
    ----------
    Sant'Anna and Zhao (2020); checked against R ``did`` (reg) and diff-diff (reg, ipw, dr).
    """
    w = weights / weights.mean()
    outcome = _OutcomeModel.fit(change, pilot, x, w) if method != "ipw" else None
    propensity = _PropensityModel.fit(pilot, x, w) if method != "reg" else None
    for model in (outcome, propensity):
        if isinstance(model, NotEstimable):
            return model
    if isinstance(outcome, _OutcomeModel) and not isinstance(propensity, _PropensityModel):
        return _regression(change, w * pilot, x, outcome)
    if isinstance(propensity, _PropensityModel):
        return _weighting(change, w, pilot, x, propensity, outcome if isinstance(outcome, _OutcomeModel) else None)
    raise AssertionError("at least one model is fitted")


@dataclass(frozen=True, eq=False)
class _OutcomeModel:
    """Predicted change (n_outcomes, n_units) and its coefficients' influence (n_outcomes, n_units, k)."""

    predicted: FloatArray
    influence: FloatArray

    @classmethod
    def fit(cls, change: FloatArray, pilot: FloatArray, x: FloatArray, w: FloatArray) -> _OutcomeModel | NotEstimable:
        control = w * (1 - pilot)
        scale = np.sqrt(np.square(x).mean(axis=0))
        gram = (x / scale * control[:, None]).T @ (x / scale)
        if np.linalg.matrix_rank(gram, tol=1e-11 * np.linalg.norm(gram, 2), hermitian=True) < x.shape[1]:
            return NotEstimable(
                Reason.COLLINEAR, "the covariates are collinear among the controls; leave one of them out"
            )
        bread = np.linalg.inv(gram) / np.outer(scale, scale)
        coefficients = (change * control) @ x @ bread
        predicted = coefficients @ x.T
        residual = (change - predicted) * control
        return cls(predicted, len(w) * (residual[:, :, None] * (x @ bread)))


@dataclass(frozen=True, eq=False)
class _PropensityModel:
    """Odds (n_units,) of being a pilot and the influence of the logit's coefficients (n_units, k)."""

    odds: FloatArray
    influence: FloatArray

    @classmethod
    def fit(cls, pilot: FloatArray, x: FloatArray, w: FloatArray) -> _PropensityModel | NotEstimable:
        scale = np.sqrt(np.square(x).mean(axis=0))
        z = x / scale
        if np.linalg.matrix_rank(z) < x.shape[1]:
            return NotEstimable(Reason.COLLINEAR, "the covariates are collinear; leave one of them out")
        beta = np.zeros(x.shape[1])
        for _ in range(NEWTON_STEPS):
            p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
            hessian = (z * (w * p * (1 - p))[:, None]).T @ z
            if np.linalg.cond(hessian) > 1e12:
                return _no_overlap()
            step = np.linalg.solve(hessian, z.T @ (w * (pilot - p)))
            beta = beta + step
            if np.abs(step).max() < 1e-12 * max(1.0, np.abs(beta).max()):
                break
        else:
            return _no_overlap()
        p = 1 / (1 + np.exp(-z @ beta))
        if p[pilot == 0].max() > OVERLAP:
            return _no_overlap()
        bread = len(w) * np.linalg.inv((z * (w * p * (1 - p))[:, None]).T @ z)
        return cls(p / (1 - p), ((w * (pilot - p))[:, None] * z) @ bread / scale)


def _no_overlap() -> NotEstimable:
    return NotEstimable(
        Reason.NO_OVERLAP,
        "the covariates tell pilots and controls apart; use regression adjustment or fewer covariates",
    )


def _hajek(values: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted mean (n_outcomes,) and its influence (n_outcomes, n_units), before the models' own."""
    mean = values @ w / w.sum()
    return mean, (values - mean[:, None]) * w / w.mean()


def _regression(change: FloatArray, w: FloatArray, x: FloatArray, outcome: _OutcomeModel) -> Adjusted:
    effect, influence = _hajek(change - outcome.predicted, w)
    influence -= outcome.influence @ ((w @ x) / w.sum())
    return Adjusted(effect, influence / len(w))


def _weighting(
    change: FloatArray,
    w: FloatArray,
    pilot: FloatArray,
    x: FloatArray,
    propensity: _PropensityModel,
    outcome: _OutcomeModel | None,
) -> Adjusted:
    rest = change if outcome is None else change - outcome.predicted
    treated, odds = w * pilot, w * (1 - pilot) * propensity.odds
    mean1, influence1 = _hajek(rest, treated)
    mean0, influence0 = _hajek(rest, odds)
    tilt = ((rest - mean0[:, None]) * odds) @ x / odds.sum()
    influence0 += tilt @ propensity.influence.T
    influence = influence1 - influence0
    if outcome is not None:
        influence -= outcome.influence @ ((treated @ x) / treated.sum() - (odds @ x) / odds.sum())
    return Adjusted(mean1 - mean0, influence / len(w))
