"""Whether imputation and Callaway–Sant'Anna say the same, measured by the smallest important effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pilotbook.design.plan import AnalysisPlan
from pilotbook.evaluate.ledger import VARIANTS, Row

ESTIMATOR = "robustness"
ESTIMAND = "imputation_less_callaway_santanna"
UNIT = "smallest important effects"


def estimator_rows(plan: AnalysisPlan, rows: Iterable[Row], headline: Mapping[str, str]) -> Iterator[Row]:
    """Compare the two estimators wherever both estimate the headline's quantity of the same sample.

    Parameters
    ----------
    plan
        The plan; of it, the smallest important effects.
    rows
        All rows of the ledger.
    headline
        Outcome to the id of the row that leads.
    """
    least = {outcome.id: outcome.minimum_important_effect for outcome in plan.outcomes}
    headlines = [row for row in rows if row.role == "headline"]
    leads = {row.outcome: row.estimand for row in headlines if row.id in headline.values()}
    leading = [row for row in headlines if not VARIANTS & row.spec.keys()]
    averages = [row for row in leading if row.estimand == leads.get(row.outcome) and row.estimate is not None]
    others = {(r.outcome, r.estimand, *_sample(r)): r for r in averages if r.estimator == "callaway_santanna"}
    for row in averages:
        other = others.get((row.outcome, row.estimand, *_sample(row)))
        if row.estimator == "imputation" and other is not None:
            assert row.estimate is not None
            assert other.estimate is not None
            difference = (row.estimate - other.estimate) / least[row.outcome]
            spec = {**row.spec, "quantity": row.estimand}
            twin = Row(
                plan=row.plan,
                outcome=row.outcome,
                estimator=ESTIMATOR,
                estimand=ESTIMAND,
                spec=spec,
                role="description",
                unit=UNIT,
            )
            yield replace(twin, estimate=difference)


def _sample(row: Row) -> tuple[str | None, ...]:
    return tuple(row.spec.get(key) for key in ("weights", "cohorts", "event_times"))
