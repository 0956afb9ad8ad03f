"""The tests that rest on draws, by the names of the rule table, and how one becomes a row of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
import pandas as pd

from pilotbook.design.contract import Inference
from pilotbook.design.plan import Analysis
from pilotbook.estimate.inference.assigned_units import AssignedUnits, complete_rows
from pilotbook.estimate.inference.ferman_pinto import ferman_pinto
from pilotbook.estimate.inference.incomplete import PlaceboImputation, placebo_imputation
from pilotbook.estimate.inference.linear_form import Estimand as Target
from pilotbook.estimate.inference.linear_form import Form
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.inference.randomisation import DrawTest, Statistic, placebo_draws, tests
from pilotbook.estimate.inference.wild_bootstrap import Signs, signed_draws
from pilotbook.estimate.result import NotEstimable, Reason
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.evaluate.shared_draws import placebos, signs

FEW_UNITS = 12
"""Below this many assigned units there are too few Rademacher signs, and Webb's six points are used."""

UNSCALED = "unscaled_randomisation"
"""Flag: too few periods before the start to guard against pilots that are more variable than controls."""

HEADLINE_DRAWS = 4_999
"""Draws of a randomisation test; if there are no more assignments than that, all are listed."""

BOOTSTRAP_DRAWS = 9_999
"""Draws of the wild bootstrap; if there are no more signs than that, all are listed."""

DrawnTest = Callable[[AnalysisSample, Target, float], DrawTest | NotEstimable]


def _randomisation(
    statistic: Statistic, sample: AnalysisSample, target: Target, level: float, n_draws: int = HEADLINE_DRAWS
) -> DrawTest | NotEstimable:
    if not complete_rows(sample.y).all() and target.form == "imputation" and statistic != "studentised":
        imputed = _imputed(sample, n_draws)
        return imputed if isinstance(imputed, NotEstimable) else imputed.test(target, statistic, level)
    units = sample.units()
    if isinstance(units, NotEstimable):
        return units
    return _read(placebo_draws(units, target, statistic, placebos(units, n_draws, sample.seed)), units, level)


def _read(draws: NullDraws | NotEstimable, units: AssignedUnits, level: float) -> DrawTest | NotEstimable:
    return draws if isinstance(draws, NotEstimable) else tests(draws, units.counts, level)[0]


@lru_cache(maxsize=2)
def _imputed(sample: AnalysisSample, n_draws: int) -> PlaceboImputation | NotEstimable:
    """Impute under all placebo assignments, once for all the quantities of a sample."""
    return placebo_imputation(
        sample.y,
        sample.cohort,
        weights=sample.weights,
        cluster=sample.assignment,
        anticipation=sample.anticipation,
        rng=np.random.default_rng(sample.seed),
        n_draws=n_draws,
    )


def randomised(
    sample: AnalysisSample, target: Target, level: float, n_draws: int
) -> tuple[DrawTest | NotEstimable, tuple[str, ...]]:
    """Run the randomisation test that leads; on the coefficient, flagged, if the past is too short to scale it.

    Parameters
    ----------
    sample
        What the analysis looks at.
    target
        The quantity.
    level, n_draws
        Of the interval; number of draws.
    """
    test = _randomisation("prescaled", sample, target, level, n_draws)
    if isinstance(test, NotEstimable) and test.reason is Reason.NO_PRE_PERIOD:
        return _randomisation("coefficient", sample, target, level, n_draws), (UNSCALED,)
    return test, ()


def _wild_bootstrap(sample: AnalysisSample, target: Target, level: float) -> DrawTest | NotEstimable:
    units = sample.units()
    if isinstance(units, NotEstimable):
        return units
    kind: Signs = "webb" if len(np.unique(sample.assignment)) < FEW_UNITS else "rademacher"
    return _read(signed_draws(units, target, signs(units.n_units, kind, BOOTSTRAP_DRAWS, sample.seed)), units, level)


def _ferman_pinto(sample: AnalysisSample, target: Target, level: float) -> DrawTest | NotEstimable:
    return ferman_pinto(
        sample.y,
        sample.cohort,
        weights=sample.weights,
        cluster=sample.assignment,
        anticipation=sample.anticipation,
        estimand=target,
        rng=np.random.default_rng(sample.seed),
        level=level,
    )[0]


DRAWN: Mapping[Inference, DrawnTest] = {
    "placebo_rank": partial(_randomisation, "prescaled"),
    "randomisation": partial(_randomisation, "prescaled"),
    "randomisation_coefficient": partial(_randomisation, "coefficient"),
    "randomisation_studentised": partial(_randomisation, "studentised"),
    "wild_bootstrap": _wild_bootstrap,
    "ferman_pinto": _ferman_pinto,
}

NAMES: Mapping[Inference, str] = {
    "placebo_rank": "placebo rank",
    "randomisation": "randomisation, prescaled",
    "randomisation_coefficient": "randomisation, coefficient",
    "randomisation_studentised": "randomisation, studentised",
    "wild_bootstrap": "restricted wild cluster bootstrap",
    "ferman_pinto": "Ferman-Pinto",
}


def run_test(
    name: Inference, sample: AnalysisSample, analysis: Analysis, spec: Mapping[str, str], level: float
) -> tuple[DrawTest | NotEstimable, tuple[str, ...]]:
    """Run a test of the rule table on one quantity of an analysis; return it with what must be said beside it.

    A test that leads is run on the coefficient if the past is too short to tell how variable a unit is.
    """
    if analysis.estimator in NOT_DRAWN:
        return NotEstimable(Reason.NO_VARIATION, "no test by draws for this estimator; read that of the headline"), ()
    if "cohort" in spec:
        return NotEstimable(Reason.NO_VARIATION, "no test by draws for a single cohort"), ()
    target = linear_target(analysis, spec)
    if target is None:
        return NotEstimable(Reason.NO_PRE_PERIOD, "no test by draws for a period before the start"), ()
    sample = tested_sample(sample, analysis)
    if name in {"placebo_rank", "randomisation"}:
        return randomised(sample, target, level, HEADLINE_DRAWS)
    return DRAWN[name](sample, target, level), ()


def tested_sample(sample: AnalysisSample, analysis: Analysis) -> AnalysisSample:
    """Return the sample that an analysis looks at: of a 2×2 its two periods, counties with both only."""
    if analysis.estimator != "two_by_two":
        return sample
    pre, post = (pd.Period(text, freq=sample.periods[0].freqstr) for text in (analysis.pre, analysis.post))
    pair = sample.between(pre, post)
    return pair.only(complete_rows(pair.y))


NOT_DRAWN = ("extended_twfe", "sun_abraham", "poisson", "synthetic_did")
"""Estimators that are not run as one of the linear forms that draws permute."""


def linear_target(analysis: Analysis, spec: Mapping[str, str]) -> Target | None:
    """Return what a quantity of an analysis is as a linear form, None if it is none or lies before the start."""
    if analysis.estimator in NOT_DRAWN:
        return None
    window = None
    if "event_times" in spec:
        first, last = spec["event_times"].split("..")
        window = int(first), int(last)
    elif "event_time" in spec:
        window = (int(spec["event_time"]),) * 2
    if window is not None and window[0] < 0:
        return None
    return Target(_form(analysis), window)


def _form(analysis: Analysis) -> Form:
    match analysis.estimator:
        case "imputation":
            return "imputation"
        case "callaway_santanna":
            return "never_treated" if analysis.controls == "never_treated" else "not_yet_treated"
        case "event_study":
            return "never_treated"
        case _:
            return "two_way"


def with_test(row: Row, test: DrawTest | NotEstimable, name: Inference, flags: tuple[str, ...] = ()) -> Row:
    """Return the row with p value and interval of a test made of draws: both of the same test, no standard error."""
    if isinstance(test, NotEstimable):
        return replace(row, reason=test.detail)
    bounded = bool(np.isfinite([test.low, test.high]).all())
    method = NAMES["randomisation_coefficient" if UNSCALED in flags else name]
    return replace(
        row,
        ci_low=test.low if bounded else None,
        ci_high=test.high if bounded else None,
        level=test.level,
        p=test.p,
        p_method=f"{method}, {'all assignments' if test.exact else 'random draws'}",
        p_smallest=test.smallest_p,
        n_draws=test.n_draws,
        reason=None if bounded else unbounded(test),
        flags=(*row.flags, *flags),
    )


def unbounded(test: DrawTest) -> str:
    """Say why a test gives no interval."""
    alpha = 1 - test.level
    if test.smallest_p > alpha * (1 + 1e-9):
        return (
            f"the smallest p value that this design can give is {test.smallest_p:.3f}, above {alpha:.2f}: no effect, "
            "however large, could be told from chance at this level"
        )
    return "the test rejects no effect on one side, however large"
