"""Bands that cover a whole path of effects together, as rows beside the pointwise intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.estimate.bands import sup_t_band
from pilotbook.estimate.path import Path
from pilotbook.estimate.result import Effect, NotEstimable, Variance
from pilotbook.evaluate.ledger import Row

SUP_T = "sup-t"


def band_rows(
    path: Path,
    points: Sequence[Row],
    leading: Sequence[Variance],
    cluster: NDArray[np.intp],
    level: float,
    rng: np.random.Generator,
) -> Iterator[Row]:
    """Give each point of a path again with the ends of the simultaneous band, made with the error that leads.

    Parameters
    ----------
    path
        Effects by event time.
    points
        Their rows, in the order of the path's keys.
    leading
        Kinds of error that lead by the rule table.
    cluster : (n,)
        Codes of the assigned unit.
    level, rng
        Joint coverage; the signs of the multiplier bootstrap.
    """
    band = sup_t_band(_led_by(path, leading), rng=rng, cluster=cluster, level=level)
    if isinstance(band, NotEstimable):
        return
    for row, low, high in zip(points, band.low, band.high, strict=True):
        if row.ci_low is not None and np.isfinite([low, high]).all():
            yield replace(
                row,
                role="comparison",
                spec={**row.spec, "band": SUP_T},
                se=None,
                df=None,
                p=None,
                ci_low=float(low),
                ci_high=float(high),
                level=level,
                p_method=SUP_T,
            )


def _led_by(path: Path, leading: Sequence[Variance]) -> Path:
    """Return the path with the error that leads in the first place, where the band looks for it."""
    return replace(path, effects=tuple(_reordered(effect, leading) for effect in path.effects))


def _reordered(effect: Effect | NotEstimable, leading: Sequence[Variance]) -> Effect | NotEstimable:
    if isinstance(effect, NotEstimable):
        return effect
    errors = effect.standard_errors
    order = sorted(errors, key=lambda variance: variance not in leading)
    return replace(effect, standard_errors={variance: errors[variance] for variance in order})
