"""Estimates one state between two releases; run as a script by the program of a commit, so it stands alone.

``python estimating.py PLAN PERIOD OUT [EARLIER_PLAN EARLIER_DATA]`` evaluates the plan's file up to a period and writes
``estimates.json`` into OUT. With an earlier plan file and folder of data sets, the cells of the periods that the
earlier data have are taken from there: the new period without the revision.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.design.applies import applied
from pilotbook.design.planfile import read_plan
from pilotbook.errors import DataError
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.panel.dataset import find_dataset
from pilotbook.panel.panel import Panel
from pilotbook.project import DATA


def unrevised(later: Panel, earlier: Panel) -> Panel:
    """Return the later data without what they revised: cells and starts that the earlier data have are those.

    Raises
    ------
    DataError
        If the two do not hold the same counties and first period, so that they cannot be put side by side.
    """
    periods = len(earlier.periods)
    if later.units != earlier.units or later.periods[:periods] != earlier.periods:
        raise DataError("earlier and later data do not hold the same counties and periods")
    columns = {name: values.copy() for name, values in later.columns.items()}
    for name in columns.keys() & earlier.columns.keys():
        columns[name][:, :periods] = earlier.columns[name]
    last = earlier.periods[-1]
    pairs = zip(later.start, earlier.start, strict=True)
    start = tuple(new if old is None and new is not None and new > last else old for new, old in pairs)
    digest = fingerprint.of_json(["unrevised", later.source.sha256, earlier.source.sha256])
    return replace(later, columns=columns, start=start, source=replace(later.source, sha256=digest))


def main(plan: str, period: str, out: str, earlier_plan: str = "", earlier_data: str = "") -> None:
    """Evaluate, and write the ledger."""
    plan_file = read_plan(Path(plan))
    layout, home = plan_file.plan.layout(), plan_file.path.parent
    panel = find_dataset(plan_file.plan.dataset, home, DATA).read(layout)
    if earlier_plan:
        earlier = read_plan(Path(earlier_plan))
        found = find_dataset(earlier.plan.dataset, earlier.path.parent, Path(earlier_data))
        panel = unrevised(panel, found.read(layout))
    evaluate(plan_file, applied(plan_file, panel), period).write(Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
