"""Which rows of the ledger the chapter on interrupted time series shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pilotbook.design.plan import SERIES_ESTIMATORS, Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row

EFFECTS = ("effect", "level", "slope", "average", "cumulative")


@dataclass(frozen=True, slots=True)
class Series:
    """One analysed series of one outcome: the pilots, the controls, or their difference."""

    outcome: Outcome
    name: str
    rows: tuple[Row, ...]

    def select(self, estimand: str, model: str | None = None) -> list[Row]:
        """Return the rows of one estimand, of the default model or of another."""
        return [row for row in self.rows if row.estimand == estimand and row.spec.get("model") == model]

    def one(self, estimand: str) -> Row | None:
        """Return the row of a quantity that the series has once, if it is there."""
        return next(iter(self.select(estimand)), None)

    def longest(self, model: str | None = None) -> Row | None:
        """Return the first step's effect at the longest horizon, by the default model or by another."""
        rows = [row for row in self.select("effect", model) if "step" in row.spec]
        mine = [row for row in rows if row.spec["step"] == rows[0].spec["step"]]
        return max(mine, key=lambda row: int(row.spec["horizon"]), default=None)

    def relative(self, row: Row) -> Row | None:
        """Return the relative form of an effect, if it is defined."""
        twins = (r for r in self.rows if r.estimand == f"{row.estimand}_relative" and r.spec == row.spec)
        return next(twins, None)

    @property
    def analysed(self) -> bool:
        """Tell whether the series carries an effect."""
        return any(row.estimand == "fitted" for row in self.rows)


def all_series(evaluation: Evaluation) -> Iterator[Series]:
    """Give every series with the leading weights, outcome by outcome; the one that leads comes first."""
    for outcome in evaluation.plan.outcomes:
        weights = evaluation.ledger.lead(outcome.id).spec["weights"]
        rows = [
            row
            for row in evaluation.ledger.select(outcome=outcome.id, weights=weights)
            if row.estimator in SERIES_ESTIMATORS and "interval" not in row.spec  # other intervals of the same effect
        ]
        for name in dict.fromkeys(row.spec["series"] for row in rows):
            yield Series(outcome, name, tuple(row for row in rows if row.spec["series"] == name))


def leading(evaluation: Evaluation) -> list[Series]:
    """Return the series that leads, for every outcome."""
    first: dict[str, Series] = {}
    for series in all_series(evaluation):
        first.setdefault(series.outcome.id, series)
    return list(first.values())
