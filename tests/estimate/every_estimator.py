"""Every estimator under one signature, and every number a result holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from pilotbook.estimate.bacon import bacon
from pilotbook.estimate.callaway_santanna import callaway_santanna
from pilotbook.estimate.dose_response import dose_response
from pilotbook.estimate.event_study import event_study
from pilotbook.estimate.extended_twfe import extended_twfe
from pilotbook.estimate.group_time import GroupTimeEffects
from pilotbook.estimate.heterogeneity import subgroup_effects
from pilotbook.estimate.imputation import imputation
from pilotbook.estimate.poisson import poisson
from pilotbook.estimate.result import Counts
from pilotbook.estimate.sample import Sample
from pilotbook.estimate.sun_abraham import sun_abraham
from pilotbook.estimate.synthetic import synthetic_control, synthetic_did
from pilotbook.estimate.twfe import twfe
from pilotbook.estimate.two_by_two import two_by_two

Estimator = Callable[..., tuple[Any, ...]]


def _bacon(y, cohort, *, weights=None, cluster=None, covariate=None):
    return bacon(y, cohort, weights=weights)


def _with_covariate(y, cohort, *, covariate, **design):
    return callaway_santanna(y, cohort, covariates=covariate, **design)


def _dose(y, cohort, *, covariate, **design):
    return dose_response(y, cohort, np.abs(covariate), at=(0.5, 1.0), **design)


def _subgroups(y, cohort, *, covariate, **design):
    return subgroup_effects(y, cohort, (covariate > 0).astype(int), **design)


def _poisson(y, cohort, *, covariate, **design):
    return poisson(np.exp(np.asarray(y) / 10), cohort, **design)


def _plain(estimator: Estimator, **options: Any) -> Estimator:
    def run(y, cohort, *, covariate=None, **design):
        return estimator(y, cohort, **design, **options)

    return run


def _seeded(estimator: Estimator) -> Estimator:
    def run(y, cohort, *, covariate=None, **design):
        return estimator(y, cohort, rng=np.random.default_rng(0), **design)

    return run


STAGGERED: Mapping[str, Estimator] = {
    "twfe": _plain(twfe),
    "event study": _plain(event_study, windows=[(0, 2)]),
    "Callaway–Sant'Anna": _plain(callaway_santanna),
    "Callaway–Sant'Anna, never treated": _plain(callaway_santanna, controls="never"),
    "Callaway–Sant'Anna, covariate": _with_covariate,
    "imputation": _plain(imputation, windows=[(0, 2)]),
    "Sun–Abraham": _plain(sun_abraham, windows=[(0, 2)]),
    "extended twfe": _plain(extended_twfe),
    "subgroups": _subgroups,
    "dose": _dose,
    "Poisson": _poisson,
    "Bacon": _bacon,
}
ONE_START: Mapping[str, Estimator] = {
    "2 × 2": _plain(two_by_two),
    "synthetic control": _seeded(synthetic_control),
    "synthetic DiD": _seeded(synthetic_did),
}
EVERY = {**STAGGERED, **ONE_START}


def numbers(result: Any) -> Iterator[float]:
    """Every number of a result except those that follow the rows (influences, weights of rows)."""
    if isinstance(result, GroupTimeEffects):
        for aggregate in (
            result.effects(),
            result.simple(),
            result.by_cohort(),
            result.by_period(),
            result.by_event_time([(0, 1)]),
        ):
            yield from numbers(aggregate)
        return
    if isinstance(result, Sample):
        return
    if isinstance(result, (int, float)):
        yield float(result)
    elif isinstance(result, np.ndarray):
        yield from result.ravel().tolist()
    elif isinstance(result, Mapping):
        for value in result.values():
            yield from numbers(value)
    elif isinstance(result, tuple):
        for value in result:
            yield from numbers(value)
    elif is_dataclass(result):
        for one in fields(result):
            if one.name not in ("influence", "unit_weights") and not isinstance(result, Counts):
                yield from numbers(getattr(result, one.name))
