"""Event-study coefficients with their covariance, as the sensitivity analyses take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilotbook.estimate.result import FloatArray


@dataclass(frozen=True, eq=False)
class EventEstimates:
    """Coefficients by event time, the reference period (-1) left out.

    Attributes
    ----------
    before : (n_before,)
        Coefficients of event times -n_before-1, …, -2.
    after : (n_after,)
        Coefficients of event times 0, 1, …
    covariance : (n_before + n_after, n_before + n_after)
        Of both, in this order.
    """

    before: FloatArray
    after: FloatArray
    covariance: FloatArray

    @property
    def n_before(self) -> int:
        """Number of coefficients before the start."""
        return len(self.before)

    @property
    def n_after(self) -> int:
        """Number of coefficients from the start on."""
        return len(self.after)

    @property
    def coefficients(self) -> FloatArray:
        """All coefficients."""
        return np.concatenate([self.before, self.after])

    def mean_of_first(self, n: int) -> FloatArray:
        """Return the weights (n_after,) of the mean effect over the first n periods."""
        weights = np.zeros(self.n_after)
        weights[:n] = 1 / min(n, self.n_after)
        return weights
