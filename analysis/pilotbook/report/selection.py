"""Which rows of the ledger a part of the report shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pilotbook.design.plan import SERIES_ESTIMATORS, Outcome
from pilotbook.evaluate.estimator_agreement import ESTIMAND as ESTIMATORS_DIFFER
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import (
    BACON,
    BALANCE,
    BEFORE_AFTER,
    IMITATION,
    OTHER_REFORM,
    PEOPLE,
    RELATIVE_EFFECT,
    VARIANTS,
    Row,
)
from pilotbook.evaluate.simultaneous import SUP_T
from pilotbook.evaluate.unstarted import BASELINE
from pilotbook.panel.catalogue.published import published_effects
from pilotbook.report import sensitivity_selection
from pilotbook.report.earlier import earlier_records
from pilotbook.report.quality_parts import quality_parts
from pilotbook.report.reform_facts import catalogued
from pilotbook.report.rule_parts import rule_parts
from pilotbook.report.tile_grid import has_provinces

GROUPS = ("pilots", "controls")

FORBIDDEN_LIMIT = 0.1
"""From this share of forbidden comparisons on, two-way fixed effects are in the ledger but not among the results."""

FEW_OUTCOMES = 2
"""Up to so many outcomes, their sentences stand on page one."""

MOST_BESIDE_RULES = 8
"""With more outcomes, page one has no room for their picture beside the rules; it then follows the verdicts."""
MOST_PICTURED = 12
"""Of more outcomes, the first so many have a panel of their own in a figure: a page holds no more that can be read."""

FEWEST_PILOTS, FEWEST_COHORTS = 3, 0.5
"""A point of a path that rests on fewer pilot counties, or on a smaller share of the cohorts, is not interpreted."""


def parts(evaluation: Evaluation) -> set[str]:
    """Return the parts that this evaluation has something to show in; a chapter leaves out the cells of others.

    A cell belongs to a part by a tag such as ``part:event-times``.
    """
    if evaluation.panel.source.gone:
        return _parts_without_data(evaluation)
    estimators = {analysis.estimator for analysis in evaluation.plan.analyses}
    leads = next(analysis.estimator for analysis in evaluation.plan.analyses if analysis.headline)
    estimated = any(evaluation.ledger.lead(outcome.id).estimate is not None for outcome in evaluation.plan.outcomes)
    crowded = len(evaluation.plan.outcomes) > MOST_BESIDE_RULES and bool(evaluation.ledger.rules)
    found = {
        "earlier-release": bool(earlier_records(evaluation.ledger.plan, evaluation.ledger.period)),
        "did": bool(estimators - set(SERIES_ESTIMATORS)),
        "series": bool(estimators & set(SERIES_ESTIMATORS)),
        "not-begun": not_begun(evaluation),
        "forest": estimated and not crowded,
        "forest-later": estimated and crowded,
        "did-leads": leads not in SERIES_ESTIMATORS and not not_begun(evaluation),
        "series-leads": leads in SERIES_ESTIMATORS and not not_begun(evaluation),
        "series-alone": leads in SERIES_ESTIMATORS and not not_begun(evaluation) and not no_controls(evaluation),
        "few-outcomes": len(evaluation.plan.outcomes) <= FEW_OUTCOMES,
        "many-outcomes": len(evaluation.plan.outcomes) > FEW_OUTCOMES,
        "not-all-pictured": pictured(evaluation) != evaluation.plan.outcomes,
        "catalogued": catalogued(evaluation) is not None,
        "watched-without-rules": _only_watched(evaluation) and not evaluation.ledger.rules,
        "provinces": has_provinces(evaluation) and evaluation.contract.controls > 0,
        "two-by-two": bool(evaluation.ledger.select(estimator="two_by_two", role="headline")),
        "event-times": any(True for _ in event_paths(evaluation)),
        "bands": any(path.bands for path in event_paths(evaluation)),
        "thin-support": any(thinly_supported(evaluation, row) for path in event_paths(evaluation) for row in path.rows),
        "decomposition": bool(evaluation.ledger.select(estimator=BACON)),
        "cohort-effects": any(cohort_rows(evaluation, outcome.id) for outcome in evaluation.plan.outcomes),
        "relative": bool(evaluation.ledger.select(estimand=RELATIVE_EFFECT)),
        "estimator-agreement": bool(evaluation.ledger.select(estimand=ESTIMATORS_DIFFER)),
        "imitations": bool(evaluation.ledger.select(estimator=IMITATION)),
        "balance": bool(evaluation.ledger.select(estimator=BALANCE)),
        "people": bool(evaluation.ledger.select(estimator=PEOPLE)),
        "other-reforms": bool(evaluation.ledger.select(estimator=OTHER_REFORM)),
        "population": evaluation.plan.weights is not None,
        "absent": bool(evaluation.panel.absent),
        "no-controls": no_controls(evaluation),
        **rule_parts(evaluation),
        "claims-beside": any(claim["pilots"] is not None for claim in evaluation.ledger.claims),
        "published-effects": bool(
            {claim["indicator"] for claim in evaluation.ledger.claims} & {e.indicator for e in published_effects()}
        ),
        "replication": bool(evaluation.ledger.select(role="replication")),
        **sensitivity_selection.parts(evaluation),
        **quality_parts(evaluation),
    }
    return {name for name, there in found.items() if there}


def _parts_without_data(evaluation: Evaluation) -> set[str]:
    """Return the parts that need no data: what is missing, what the plan asks, what the sources say."""
    many = len(evaluation.plan.outcomes) > FEW_OUTCOMES
    found = {"absent", "no-data", "no-rules", "many-outcomes" if many else "few-outcomes"}
    return found | ({"catalogued"} if catalogued(evaluation) is not None else set())


def _only_watched(evaluation: Evaluation) -> bool:
    """Tell whether the reform covers the whole programme, so that rules are all that there is to evaluate."""
    reform = catalogued(evaluation)
    return reform is not None and reform.rollout.kind == "programme_wide"


def no_controls(evaluation: Evaluation) -> bool:
    """Tell whether a plan asks for a comparison and everybody has started."""
    leads = next(analysis.estimator for analysis in evaluation.plan.analyses if analysis.headline)
    return leads != "its" and evaluation.contract.pilots > 0 and evaluation.contract.controls == 0


def not_begun(evaluation: Evaluation) -> bool:
    """Tell whether the reform has begun nowhere, so that the report describes where the counties stand."""
    return bool(evaluation.ledger.select(estimator=BASELINE))


def shown(chapters: Iterable[str], evaluation: Evaluation) -> tuple[str, ...]:
    """Return the chapters that have something to show: of a reform that has begun nowhere there are no effects."""
    absent = {"did", "its", "sensitivity"} if not_begun(evaluation) else {"baseline"}
    if evaluation.panel.source.gone:
        absent = {"data", "did", "its", "sensitivity", "baseline"}
    return tuple(name for name in chapters if name not in absent)


def pictured(evaluation: Evaluation) -> tuple[Outcome, ...]:
    """Return the outcomes that have a panel of their own in a figure; tables and files of numbers have all."""
    return evaluation.plan.outcomes[:MOST_PICTURED]


def leading_rows(evaluation: Evaluation, outcome: str) -> list[Row]:
    """Return, for each analysis and weighting, the quantity it leads with: the plan's average, else the overall effect.

    All rows of that quantity: headline, variants of its error, replication; in the order of the plan.
    """
    rows = [row for row in evaluation.ledger.select(outcome=outcome) if row.estimand in {"att", "att_average"}]
    averaged = {_analysis(row) for row in rows if row.estimand == "att_average"}
    return [row for row in rows if row.estimand == "att_average" or _analysis(row) not in averaged]


def _analysis(row: Row) -> tuple[str, str | None, str | None]:
    return row.estimator, row.spec.get("cohorts"), row.spec.get("controls")


def main_rows(evaluation: Evaluation) -> Iterator[Row]:
    """Give the one row of each analysis and weighting that is read first: no variant of error or test."""
    for outcome in evaluation.plan.outcomes:
        for row in leading_rows(evaluation, outcome.id):
            is_read_first = row.role in {"headline", "comparison"} and not VARIANTS & row.spec.keys()
            if is_read_first and not _hidden(evaluation, row):
                yield row


def _hidden(evaluation: Evaluation, row: Row) -> bool:
    """Tell whether a comparison rests too much on pilots that are compared with earlier pilots."""
    if row.role != "comparison" or row.estimator not in {"twfe", "event_study"}:
        return False
    sample = {key: row.spec[key] for key in ("weights", "cohorts") if key in row.spec}
    found = evaluation.ledger.select(estimator=BACON, estimand="forbidden_share", outcome=row.outcome)
    return any(share.spec == sample and (share.estimate or 0) >= FORBIDDEN_LIMIT for share in found)


def naive_rows(evaluation: Evaluation, outcome: str) -> list[Row]:
    """Return the naive change of the pilots with each set of weights, of the sample that the headline rests on."""
    cohorts = evaluation.ledger.lead(outcome).spec.get("cohorts")
    rows = evaluation.ledger.select(estimator=BEFORE_AFTER, outcome=outcome)
    return [row for row in rows if row.spec.get("cohorts") == cohorts]


def cohort_rows(evaluation: Evaluation, outcome: str) -> list[Row]:
    """Return the effect on each cohort by the analysis that leads, or else by the first that has them."""
    lead = evaluation.ledger.lead(outcome)
    rows = [
        row
        for row in evaluation.ledger.select(outcome=outcome, estimand="att_cohort", weights=lead.spec["weights"])
        if "error" not in row.spec
    ]
    own = [row for row in rows if row.estimator == lead.estimator] or rows
    return [row for row in own if _analysis(row) == _analysis(own[0])]


def lead_weights(evaluation: Evaluation) -> str:
    """Return the weighting that leads: by population where the plan has weights."""
    return evaluation.ledger.lead(evaluation.plan.outcomes[0].id).spec["weights"]


def mean_rows(evaluation: Evaluation, outcome: str, group: str, **sample: str) -> list[Row]:
    """Return the mean of one group in every period, for one sample: its ``weights`` and, if named, ``cohorts``."""
    rows = evaluation.ledger.select(outcome=outcome, estimator="mean", estimand=group, **sample)
    return [row for row in rows if row.spec.keys() == {"period", *sample}]


@dataclass(frozen=True, slots=True)
class EventPath:
    """Effects by event time: of one outcome, by one analysis, with the leading weights.

    ``bands`` holds the rows of the simultaneous band, by event time; empty where there is none.
    """

    outcome: Outcome
    estimator: str
    cohorts: str | None
    rows: tuple[Row, ...]
    bands: Mapping[str, Row]


def event_paths(evaluation: Evaluation) -> Iterator[EventPath]:
    """Give every analysis that has effects by event time and may be led with, outcome by outcome."""
    weights = lead_weights(evaluation)
    for outcome in evaluation.plan.outcomes:
        rows = evaluation.ledger.select(outcome=outcome.id, estimand="att_event_time", role="headline", weights=weights)
        known = [row for row in rows if "event_time" in row.spec]
        for key in dict.fromkeys((row.estimator, row.spec.get("cohorts")) for row in known):
            own = [row for row in known if (row.estimator, row.spec.get("cohorts")) == key]
            own.sort(key=lambda row: int(row.spec["event_time"]))
            yield EventPath(outcome, *key, rows=tuple(own), bands=_bands(evaluation, own[0]))


def shown_paths(evaluation: Evaluation) -> Iterator[EventPath]:
    """Give the paths that are shown: all of a few outcomes, of many only that of the analysis which leads."""
    few = len(evaluation.plan.outcomes) <= FEW_OUTCOMES
    paths = list(event_paths(evaluation))
    for outcome in evaluation.plan.outcomes:
        own = [path for path in paths if path.outcome.id == outcome.id]
        lead = evaluation.ledger.lead(outcome.id).estimator
        yield from own if few else ([path for path in own if path.estimator == lead] or own)[:1]


def _bands(evaluation: Evaluation, point: Row) -> dict[str, Row]:
    """Return the simultaneous band of the path that a point is on, by event time."""
    rows = evaluation.ledger.select(outcome=point.outcome, estimator=point.estimator, band=SUP_T)
    apart = {"event_time", "band"}
    same = {key: value for key, value in point.spec.items() if key not in apart}
    return {
        row.spec["event_time"]: row
        for row in rows
        if {key: value for key, value in row.spec.items() if key not in apart} == same
    }


def thinly_supported(evaluation: Evaluation, row: Row) -> bool:
    """Tell whether a point of a path rests on too few pilot counties or on too few of the cohorts."""
    named = row.spec.get("cohorts")
    cohorts = len(named.split("+")) if named else len(evaluation.contract.cohorts)
    few_pilots = row.n_pilots is not None and row.n_pilots < FEWEST_PILOTS
    return few_pilots or (row.n_cohorts is not None and row.n_cohorts < FEWEST_COHORTS * cohorts)
