"""What is imputed for the treated cells, and mean effects over sets of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pilotbook.estimate.cluster_robust import deletion_shifts
from pilotbook.estimate.fixed_effects import Regressors, TwoWayFit, cluster_sums, fit_two_way
from pilotbook.estimate.sample import BoolArray, FloatArray, IntArray, Sample


@dataclass(frozen=True, eq=False)
class Imputed:
    """The fit on untreated cells and the differences from it on treated cells.

    Attributes
    ----------
    fit
        Regression on the untreated cells.
    cells : (n_units, n_periods)
        Treated cells that can be imputed.
    tau : (n_outcomes, n_units, n_periods)
        Outcome less imputed outcome on ``cells``, zero elsewhere.
    shares : (n_units, n_periods)
        Each unit's untreated cells divided by their number: the period effects inside its unit effect.
    """

    fit: TwoWayFit
    cells: BoolArray
    tau: FloatArray
    shares: FloatArray


def impute(sample: Sample, observed: BoolArray) -> Imputed:
    """Fit the untreated cells and subtract the fit from the treated ones.

    Parameters
    ----------
    sample
        Outcomes that are all observed in the same cells.
    observed : (n_units, n_periods)
        Those cells.
    """
    treated = sample.treated()
    untreated = observed & ~treated
    none = Regressors(np.zeros((1, sample.n_periods, 0)), np.zeros(sample.n_units, dtype=np.int64))
    fit = fit_two_way(sample, untreated, none)
    shares = untreated / untreated.sum(axis=1, keepdims=True)
    cells = observed & treated
    if fit.rank < sample.n_periods - 1:
        cells = cells & _identified(fit, shares)
    period = np.concatenate([np.zeros((len(sample.y), 1)), fit.coefficients / fit.scale], axis=1)
    rest = np.where(observed, sample.y, 0.0) - period[:, None, :]
    unit = (rest * shares).sum(axis=2)
    tau = np.where(cells, rest - unit[:, :, None], 0.0)
    return Imputed(fit, cells, tau, shares)


def _identified(fit: TwoWayFit, shares: FloatArray) -> BoolArray:
    """Cells whose period effect, relative to the unit's untreated periods, the untreated cells identify."""
    n_units, n_periods = shares.shape
    rows = (np.eye(n_periods)[None] - shares[:, None, :])[:, :, 1:] / fit.scale
    return fit.estimable(rows.reshape(-1, n_periods - 1)).reshape(n_units, n_periods)


@dataclass(frozen=True, eq=False)
class MeanEffects:
    """Mean effect over each set of treated cells, every unit with its weight.

    Attributes
    ----------
    sample, imputed
        The units, and what is imputed for them.
    pilots : (n_pilots,)
        Units with a treated cell.
    weight : (n_pilots,)
        Their weights.
    chosen : (n_pilots, n_periods, n_targets)
        One for each of their cells that is in the set.
    members : (n_targets, n_units)
        Units with a cell in the set.
    """

    sample: Sample
    imputed: Imputed
    pilots: IntArray
    weight: FloatArray
    chosen: FloatArray
    members: BoolArray

    @classmethod
    def of(cls, sample: Sample, imputed: Imputed, sets: Sequence[BoolArray]) -> MeanEffects:
        """Take the means over sets of cells, each (n_units, n_periods)."""
        pilots = np.flatnonzero(imputed.cells.any(axis=1))
        chosen = np.stack([cells[pilots] for cells in sets], axis=2).astype(np.float64)
        members = np.stack([cells.any(axis=1) for cells in sets])
        return cls(sample, imputed, pilots, sample.weights[pilots], chosen, members)

    @cached_property
    def number(self) -> FloatArray:
        """Cells in the set, (n_pilots, n_targets)."""
        return np.asarray(self.chosen.sum(axis=1))

    @cached_property
    def total(self) -> FloatArray:
        """Their weight, (n_targets,)."""
        return np.asarray(self.weight @ self.number)

    @cached_property
    def sums(self) -> FloatArray:
        """Weighted sum of each pilot's effects, (n_outcomes, n_pilots, n_targets)."""
        return _sum_cells(self.imputed.tau[:, self.pilots], self.chosen) * self.weight[:, None]

    @cached_property
    def load(self) -> FloatArray:
        """What each pilot's sum loads on the period effects, (n_pilots, n_targets, n_periods - 1)."""
        shares = self.imputed.shares[self.pilots]
        load = (np.swapaxes(self.chosen, 1, 2) - self.number[:, :, None] * shares[:, None, :])[:, :, 1:]
        return np.asarray(load * self.weight[:, None, None] / self.imputed.fit.scale)

    @property
    def estimate(self) -> FloatArray:
        """The means, (n_outcomes, n_targets)."""
        return np.asarray(self.sums.sum(axis=1) / self.total)

    def influence(self) -> FloatArray:
        """Contribution of each unit to their error, (n_outcomes, n_units, n_targets)."""
        fit, pilots = self.imputed.fit, self.pilots
        deviation = self.imputed.tau[:, pilots] - _auxiliary_means(self.sample, self.imputed, pilots)
        influence = -(fit.unit_scores @ (fit.bread @ self.load.sum(axis=0).T)) / self.total
        influence[:, pilots] += _sum_cells(deviation, self.chosen) * self.weight[:, None] / self.total
        return np.asarray(influence)

    def deleted(self) -> FloatArray:
        """The means without each assignment unit, (n_outcomes, n_clusters, n_targets), NaN where not identified."""
        fit, cluster = self.imputed.fit, self.sample.cluster
        all_load = self.load.sum(axis=0)
        shifts, lost = deletion_shifts(fit.gram, fit.blocks(cluster), cluster_sums(fit.unit_scores, cluster))
        with_pilots, own = np.unique(cluster[self.pilots], return_inverse=True)
        load, sums = add_up(self.load, own), np.moveaxis(add_up(np.moveaxis(self.sums, 1, 0), own), 1, 0)
        left = np.repeat(self.total[None], self.sample.n_clusters, axis=0)
        left[with_pilots] -= add_up(self.weight[:, None] * self.number, own)
        deleted = self.sums.sum(axis=1)[:, None, :] - shifts @ all_load.T
        deleted[:, with_pilots] += np.einsum("ogp,gkp->ogk", shifts[:, with_pilots], load) - sums
        exists = left > 1e-10 * self.total
        deleted = np.where(exists, deleted / np.where(exists, left, 1.0), np.nan)
        for g, direction in lost:
            rest = all_load - (load[np.searchsorted(with_pilots, g)] if g in with_pilots else 0.0)
            deleted[:, g, np.abs(rest @ direction) > 1e-6 * np.abs(rest).max()] = np.nan
        return deleted


def _sum_cells(values: FloatArray, chosen: FloatArray) -> FloatArray:
    """Add up the cells chosen (n_units, n_periods, n_targets) of each unit."""
    return np.moveaxis(np.moveaxis(values, 1, 0) @ chosen, 0, 1)


def add_up(values: FloatArray, codes: IntArray) -> FloatArray:
    """Add up the values (n, …) of each of the codes 0, 1, … (n,)."""
    out = np.zeros((int(codes.max()) + 1, *values.shape[1:]))
    np.add.at(out, codes, values)
    return out


def _auxiliary_means(sample: Sample, imputed: Imputed, pilots: IntArray) -> FloatArray:
    """Mean effect by cohort and period, clusters weighted by squared weight (equation 8 of the paper)."""
    out = np.zeros((len(imputed.tau), len(pilots), sample.n_periods))
    for g in np.unique(sample.cohort[pilots]):
        rows = np.flatnonzero(sample.cohort[pilots] == g)
        units = pilots[rows]
        _, own = np.unique(sample.cluster[units], return_inverse=True)
        w = sample.weights[units][:, None]
        weight = add_up(w * imputed.cells[units], own)
        effect = add_up(np.moveaxis(w * imputed.tau[:, units], 1, 0), own)
        square = np.square(weight).sum(axis=0)
        mean = np.einsum("ct,cot->ot", weight, effect) / np.where(square > 0, square, 1.0)
        out[:, rows] = np.where(imputed.cells[units], mean[:, None, :], 0.0)
    return out
