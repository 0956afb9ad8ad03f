"""Effects in the plan's subgroups, and whether they differ: only the differences say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.design.checks import SubgroupSection
from pilotbook.estimate.inference.assigned_units import AssignedUnits
from pilotbook.estimate.inference.multiplicity import romano_wolf
from pilotbook.estimate.inference.null_draws import NullDraws
from pilotbook.estimate.result import NotEstimable
from pilotbook.estimate.sensitivity.subgroups import SubgroupDraws, of_pilots, together, within_subgroup
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sample import AnalysisSample
from pilotbook.evaluate.sensitivity.examination import Examination

EFFECT, DIFFERENCE = "subgroup_effect", "subgroup_difference"
DRAWS = 1_999
FEWEST_PILOTS = 3
"""A subgroup with fewer assigned pilots is described: its effect has neither interval nor p value."""

FEW = "fewer than three assigned pilots: a description"
METHOD = "randomisation within subgroups"

THIRDS = ("low", "middle", "high")
DOSES = ("low", "high")

Drawn = dict[str, SubgroupDraws | None]


def group_rows(examination: Examination) -> Iterator[Row]:
    """Give the effect in every subgroup that the plan names, and its difference from the reference."""
    for section in examination.question.plan.subgroups:
        units = examination.units
        groups = None if isinstance(units, NotEstimable) else _groups(examination, section)
        if isinstance(units, NotEstimable) or groups is None:
            why = units.detail if isinstance(units, NotEstimable) else "the groups cannot be told apart here"
            yield replace(examination.row(EFFECT, complete=True, subgroup=section.id), reason=why)
            continue
        drawn = _drawn(examination, section, units, groups)
        if len(drawn) < 2:
            one = "all pilots belong to one group"
            yield replace(examination.row(EFFECT, complete=True, subgroup=section.id), reason=one)
        else:
            yield from _rows(examination, section, drawn)


def _groups(examination: Examination, section: SubgroupSection) -> NDArray[np.str_] | None:
    """Return (n,) the group of each complete county; empty where it belongs to none."""
    sample, panel = examination.complete, examination.panel
    position = {name: i for i, name in enumerate(panel.units)}
    chosen = [position[str(name)] for name in sample.names]
    match section.by:
        case "column":
            assert section.column is not None
            return np.asarray(panel.texts[section.column][chosen])
        case "cohort":
            starts = [
                str(sample.periods[c]) if pilot else "" for c, pilot in zip(sample.cohort, sample.pilots, strict=True)
            ]
            return np.asarray(starts)
        case "baseline":
            return _thirds(sample)
        case "dose":
            assert section.column is not None
            return _doses(sample, panel.columns[section.column][chosen])


def _thirds(sample: AnalysisSample) -> NDArray[np.str_] | None:
    """Thirds of all counties by their mean before the first start."""
    first = int(sample.cohort[sample.pilots].min()) - sample.anticipation
    before = sample.y[:, : max(first, 1)]
    known = np.isfinite(before)
    level = np.where(known, before, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    cuts = np.quantile(level, [1 / 3, 2 / 3])
    return np.asarray(THIRDS)[np.searchsorted(cuts, level)] if cuts[0] < cuts[1] else None


def _doses(sample: AnalysisSample, dose: NDArray[np.float64]) -> NDArray[np.str_] | None:
    """Pilots below and above the median of their dose, the first that is known from their start on."""
    since = np.where(np.arange(dose.shape[1]) >= sample.cohort[:, None], dose, np.nan)
    known = np.isfinite(since)
    value = np.where(known.any(axis=1), since[np.arange(len(since)), known.argmax(axis=1)], np.nan)
    own = value[sample.pilots & np.isfinite(value)]
    if len(np.unique(own)) < 2:
        return None
    named = np.where(value > np.median(own), DOSES[1], DOSES[0])
    return np.where(sample.pilots & np.isfinite(value), named, "")


def _drawn(examination: Examination, section: SubgroupSection, units: AssignedUnits, groups: NDArray[np.str_]) -> Drawn:
    """Draw every subgroup, the reference first."""
    sample = examination.complete
    first = {code: place for place, code in reversed(list(enumerate(sample.assignment)))}
    of_unit = np.asarray([groups[first[code]] for code in units.code])
    pilot = units.label < units.n_cohorts
    names = [str(name) for name in np.unique(of_unit[pilot]) if name]
    names.sort(key=lambda name: (name != section.reference, _rank(name)))
    rng, target, common = examination.rng(), examination.target, examination.estimate
    if section.by in {"column", "baseline"}:
        return {name: within_subgroup(units, of_unit == name, target, common, DRAWS, rng) for name in names}
    named = units.only(~pilot | np.isin(of_unit, names))
    if named is None or not names:
        return {}
    own = of_unit[~pilot | np.isin(of_unit, names)]
    code = np.asarray([names.index(str(name)) if str(name) in names else 0 for name in own])
    return dict(zip(names, of_pilots(named, code, target, common, DRAWS, rng), strict=True))


def _rank(name: str) -> tuple[int, str]:
    """Order thirds and doses from low to high, other groups by name."""
    return (THIRDS.index(name) if name in THIRDS else 0), name


def _rows(examination: Examination, section: SubgroupSection, drawn: Drawn) -> Iterator[Row]:
    for name, found in drawn.items():
        row = examination.row(EFFECT, complete=True, subgroup=section.id, group=name)
        if found is None:
            yield replace(row, reason="the group has no pilot or no control, or its effect does not exist")
        elif found.n_pilots < FEWEST_PILOTS:
            yield replace(_counted(row, found), estimate=found.observed, reason=FEW)
        else:
            yield _tested(examination, _counted(row, found), found.alone())
    yield from _differences(examination, section, drawn)


def _differences(examination: Examination, section: SubgroupSection, drawn: Drawn) -> Iterator[Row]:
    firm = {name: found for name, found in drawn.items() if found is not None and found.n_pilots >= FEWEST_PILOTS}
    if len(firm) < 2 or next(iter(firm)) != next(iter(drawn)):
        return
    (reference, base), *others = firm.items()
    tests = [found.less(base) for _, found in others]
    family = romano_wolf(together(tests))
    for (name, found), test, p_family in zip(others, tests, family, strict=True):
        row = examination.row(DIFFERENCE, complete=True, subgroup=section.id, group=name, reference=reference)
        row = _tested(examination, _counted(row, found), test)
        yield replace(row, p_family=max(float(p_family), row.p or 0.0), p_family_method="Romano-Wolf")


def _counted(row: Row, found: SubgroupDraws) -> Row:
    return replace(row, n_pilot_clusters=found.n_pilots, n_clusters=found.n_pilots + found.n_controls)


def _tested(examination: Examination, row: Row, test: NullDraws) -> Row:
    low, high = (float(end[0]) for end in test.interval(examination.level))
    bounded = bool(np.isfinite([low, high]).all())
    return replace(
        row,
        estimate=float(test.observed[0]),
        p=float(test.p_value()[0]),
        p_method=METHOD,
        n_draws=test.n_draws,
        ci_low=low if bounded else None,
        ci_high=high if bounded else None,
        level=examination.level if bounded else None,
        reason=None if bounded else "no interval at this level",
    )
