"""What an estimator returns: an effect with its standard errors, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]


class Reason(StrEnum):
    """Why a quantity is not estimable."""

    NO_PILOTS = "no pilot"
    NO_CONTROLS = "no control"
    NO_PRE_PERIOD = "no period before the start"
    NO_POST_PERIOD = "no period after the start"
    NO_OBSERVATIONS = "no observations"
    BAD_WEIGHTS = "unusable weights"
    NO_VARIATION = "constant outcome"
    COLLINEAR = "collinear"
    NOT_POSITIVE = "values that are not positive"
    NO_CONVERGENCE = "no convergence"
    ONE_ASSIGNMENT_UNIT = "one assignment unit carries the effect"
    NO_OVERLAP = "no overlap"
    NO_SPARE_OBSERVATIONS = "no observations to spare"
    NO_DOSE_VARIATION = "all doses equal"


@dataclass(frozen=True)
class NotEstimable:
    """A quantity that the data cannot tell.

    Attributes
    ----------
    reason
        The kind of obstacle.
    detail
        One sentence: what is missing and, where there is one, what to do instead.
    """

    reason: Reason
    detail: str


class Variance(StrEnum):
    """How a standard error is computed; ``docs/methods/did.md`` gives the formulas."""

    CRV1 = "CRV1"
    CR2 = "CR2"
    CRV3 = "CRV3"
    INFLUENCE = "influence"
    CONSERVATIVE = "conservative"
    JACKKNIFE = "jackknife"
    PLACEBO = "placebo"


@dataclass(frozen=True)
class StandardError:
    """A standard error and the degrees of freedom of the t distribution that goes with it.

    Attributes
    ----------
    se
        In the unit of the estimate.
    df
        Degrees of freedom; infinity for the normal distribution.
    """

    se: float
    df: float

    def interval(self, estimate: float, level: float = 0.95) -> tuple[float, float]:
        """Two-sided confidence interval at ``level``."""
        half = float(special.stdtrit(self.df, 0.5 + level / 2)) * self.se
        return estimate - half, estimate + half

    def p_value(self, estimate: float, null: float = 0.0) -> float:
        """Two-sided p value of the hypothesis that the effect is ``null``."""
        if self.se == 0:
            return float(estimate == null)
        return 2 * float(special.stdtr(self.df, -abs(estimate - null) / self.se))


@dataclass(frozen=True)
class Counts:
    """What an estimate rests on.

    Attributes
    ----------
    n_obs
        Observed unit-periods used.
    n_units, n_pilots, n_controls
        Units used; those treated in the window; those never treated in it.
    n_clusters, n_pilot_clusters
        Assignment units, and those with a pilot.
    """

    n_obs: int
    n_units: int
    n_pilots: int
    n_controls: int
    n_clusters: int
    n_pilot_clusters: int


@dataclass(frozen=True, eq=False)
class Effect:
    """One estimated effect.

    Attributes
    ----------
    estimate
        In the unit of the outcome.
    standard_errors
        By kind of variance, all clustered on the assignment unit; the first one is the recommended one.
        `NotEstimable` where that kind does not exist for this design.
    counts
        What the estimate rests on.
    influence : (n_rows,)
        Contribution of each row of the caller's ``y`` to the estimation error; they sum to zero. Summed
        within clusters and squared they give the uncorrected cluster-robust variance. None where there is
        none.
    """

    estimate: float
    standard_errors: Mapping[Variance, StandardError | NotEstimable]
    counts: Counts
    influence: FloatArray | None = field(repr=False, default=None)

    @property
    def error(self) -> StandardError | NotEstimable:
        """The recommended standard error."""
        return next(iter(self.standard_errors.values()))

    @property
    def se(self) -> float:
        """The recommended standard error's value, NaN if it is not estimable."""
        return self.error.se if isinstance(self.error, StandardError) else float("nan")

    @property
    def df(self) -> float:
        """Degrees of freedom of the recommended standard error, NaN if it is not estimable."""
        return self.error.df if isinstance(self.error, StandardError) else float("nan")
