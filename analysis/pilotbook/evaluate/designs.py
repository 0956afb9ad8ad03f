"""Whether difference-in-differences and the controlled series say the same about an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pilotbook.design.plan import SERIES_ESTIMATORS
from pilotbook.estimate.its import agreement
from pilotbook.estimate.its.effects import ALL
from pilotbook.evaluate.ledger import Row

ESTIMATOR = "agreement"
CONTRADICT = "designs-contradict"
"""Flag of opposite signs: the verdict is then fragile, and how far the designs lie apart counts in the grade."""


def agreement_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Compare the average effect of the controlled series with that of every difference-in-differences beside it.

    Both are averages over the periods in force, of all steps of the reform together. Where one has no standard error
    the difference has no interval.
    """
    leading = [row for row in rows if row.role == "headline" and "error" not in row.spec]
    for series in controlled_averages(leading):
        for did in leading:
            same = did.outcome == series.outcome and did.spec.get("weights") == series.spec["weights"]
            if same and did.estimator not in SERIES_ESTIMATORS and did.estimand == "att":
                yield _compared(did, series)


def controlled_averages(rows: Iterable[Row]) -> list[Row]:
    """Return the average effects of controlled series: of all steps together where there are several."""
    averages = [
        row
        for row in rows
        if row.role == "headline" and row.estimator == "controlled_its" and row.estimand == "average"
    ]
    return [row for row in averages if row.spec["step"] == ALL] or averages


def _compared(did: Row, series: Row) -> Row:
    row = Row(
        plan=series.plan,
        outcome=series.outcome,
        estimator=ESTIMATOR,
        estimand="did_less_controlled_its",
        spec={**did.spec, "did": did.estimator, "step": series.spec["step"]},
        role="description",
        unit=series.unit,
        level=series.level,
    )
    if did.estimate is None or series.estimate is None:
        return replace(row, reason="one of the two designs has no estimate")
    if did.se is None or did.df is None or series.se is None or series.df is None:
        flags = (CONTRADICT,) if did.estimate * series.estimate < 0 else ()
        reason = "one of the two designs has no standard error"
        return replace(row, estimate=did.estimate - series.estimate, flags=flags, reason=reason)
    found = agreement((did.estimate, did.se, did.df), (series.estimate, series.se, series.df), series.level or 0.95)
    flags = (CONTRADICT,) if found.contradicts else ()
    return replace(row, estimate=found.difference, ci_low=found.low, ci_high=found.high, flags=flags)
