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

    def in_blocks(self, length: int) -> EventEstimates:
        """Return the coefficients of the means of blocks of periods, relative to the last block before the start.

        Blocks are counted back from the start; periods that do not fill the earliest one are left out. After the start
        there is one block, of the first periods that are there. Changes from block to block are averages, so that the
        largest of them is less a matter of chance than that between single periods, and with blocks of a whole year
        the season drops out of them.

        Parameters
        ----------
        length
            Periods a block. The coefficients must be those of consecutive periods.

        Raises
        ------
        ValueError
            If fewer than two blocks lie before the start, or nothing after it.
        """
        n_blocks = (self.n_before + 1) // length
        if n_blocks < 2 or not self.n_after:
            raise ValueError("two whole blocks before the start are needed, and a period after it")
        reference, periods = self.n_before, self.n_before + 1 + self.n_after
        means = np.zeros((n_blocks + 1, periods))
        first = reference + 1 - n_blocks * length
        for block in range(n_blocks):
            means[block, first + block * length : first + (block + 1) * length] = 1 / length
        after = min(length, self.n_after)
        means[n_blocks, reference + 1 : reference + 1 + after] = 1 / after
        contrast = np.delete(means - means[n_blocks - 1], n_blocks - 1, axis=0)
        contrast = np.delete(contrast, reference, axis=1)  # its coefficient is zero
        values = contrast @ self.coefficients
        return EventEstimates(values[:-1], values[-1:], contrast @ self.covariance @ contrast.T)
