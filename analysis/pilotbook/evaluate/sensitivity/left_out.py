"""The headline without each pilot, and without each province, in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.again import point
from pilotbook.evaluate.sensitivity.examination import Examination

PILOT, PROVINCE, CONTROL_PROVINCE = "without_pilot", "without_province", "without_control_province"
NOTHING_LEFT = {
    PILOT: "no other pilot is left",
    PROVINCE: "no pilot or no control is left",
    CONTROL_PROVINCE: "no control is left",
}


def left_out_rows(examination: Examination) -> Iterator[Row]:
    """Give the effect without each assigned pilot, without the controls of each province, and without each province."""
    sample = examination.sample
    names = np.asarray(sample.assigned_units)[sample.assignment]
    pilots = {str(name): names == name for name in np.unique(names[sample.pilots])}
    yield from _without(examination, PILOT, pilots)
    places = examination.provinces
    if places is None or len(np.unique(places)) < 2:
        why = "the province of a county is not known" if places is None else "all counties lie in one province"
        yield replace(examination.row(CONTROL_PROVINCE), reason=why)
        return
    of_controls = {str(p): (places == p) & ~sample.pilots for p in np.unique(places[~sample.pilots])}
    yield from _without(examination, CONTROL_PROVINCE, of_controls)
    yield from _without(examination, PROVINCE, {str(p): places == p for p in np.unique(places)})


def _without(examination: Examination, estimand: str, groups: Mapping[str, NDArray[np.bool_]]) -> Iterator[Row]:
    for name, members in groups.items():
        row = examination.row(estimand, left_out=name)
        rest = examination.sample.only(~members)
        found = point(examination, rest) if rest.pilots.any() and not rest.pilots.all() else None
        if found is None or isinstance(found, NotEstimable):
            yield replace(row, reason=NOTHING_LEFT[estimand])
        else:
            yield replace(row, estimate=found, n_units=len(rest.cohort))
