"""The headline without each pilot, and without each province, in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotbook.estimate.result import NotEstimable
from pilotbook.evaluate.ledger import Row
from pilotbook.evaluate.sensitivity.again import points_without
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
    found = points_without(examination, list(groups.values()))
    for (name, members), estimate in zip(groups.items(), found, strict=True):
        row = examination.row(estimand, left_out=name)
        if isinstance(estimate, NotEstimable):
            yield replace(row, reason=NOTHING_LEFT[estimand])
        else:
            yield replace(row, estimate=estimate, n_units=int((~members).sum()))
