"""Every kind of fault, planted at random into valid tables, is found and named with its place.

Valid tables at random are accepted: so that a fault is found because it is there.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotbook.panel.contract.check import check
from pilotbook.panel.contract.faults import FAULTS

from .handed_in import valid
from .planted_faults import MUTATIONS
from .test_workbooks import PLANTED

# Four random tables per kind of fault: more find nothing new, and there are more than sixty kinds.
EXAMPLES = settings(max_examples=4, deadline=None)
SEEDS = st.integers(min_value=0, max_value=10_000)


@EXAMPLES
@given(SEEDS, st.integers(3, 12), st.integers(8, 16))
def test_valid_tables_are_accepted(seed: int, counties: int, quarters: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = valid(seed, counties, quarters).check(Path(folder))
    assert found.valid
    assert found.findings == ()
    assert found.conversions == ()
    assert len(found.tables) == 6


@pytest.mark.parametrize("id", sorted(MUTATIONS))
@EXAMPLES
@given(seed=SEEDS)
def test_a_planted_fault_is_named_with_its_place(id: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    handed_in = valid(seed)
    table, row, column, value = MUTATIONS[id](handed_in, rng)
    with tempfile.TemporaryDirectory() as folder:
        found = handed_in.check(Path(folder))
    named = [finding for finding in found.findings if finding.rule == id]
    places = [(f.file, f.row, f.column, f.value) for f in named]
    assert (f"{table}.csv", row, column, value) in places, [str(f) for f in found.findings]
    assert found.valid == all(f.severity == "warning" for f in found.findings)
    assert all(finding.severity == FAULTS[id].severity for finding in named)
    assert found.as_dict()["counts"][id] == len(named)


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


HEADER = b"county,period,phc_visit_share\n"
FILES: dict[str, tuple[str, bytes, int | None]] = {
    "file-type": ("panel.doc", HEADER, None),
    "file-unreadable": ("panel.xlsx", b"PK no workbook", None),
    "encoding": ("panel.csv", HEADER + b"530121,2019Q1,\xff\xff\n", None),
    "empty-file": ("panel.csv", b"\n\n", None),
    "not-rectangular": ("panel.csv", HEADER + b"530121,2019Q1,50\n530121,2019Q2,51,7\n", 3),
}


@pytest.mark.parametrize("id", sorted(FILES))
def test_a_file_that_cannot_be_read_is_named(id: str, tmp_path: Path) -> None:
    name, content, row = FILES[id]
    found = check([write(tmp_path, name, content)])
    assert [(f.file, f.rule, f.row) for f in found.findings] == [(name, id, row)]
    assert not found.valid


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    found = check([tmp_path / "nothing.csv"])
    assert [(f.file, f.rule) for f in found.findings] == [("nothing.csv", "missing-file")]


def test_the_same_table_twice_is_refused(tmp_path: Path) -> None:
    folder = valid().write(tmp_path)
    (folder / "panel2.csv").write_bytes((folder / "panel.csv").read_bytes())
    found = check([folder])
    assert [(f.file, f.rule) for f in found.errors] == [("panel2.csv", "table-twice")]


def test_forty_kinds_in_ten_classes_of_four() -> None:
    planted = set(MUTATIONS) | set(FILES) | {"missing-file", "table-twice"}
    by_class = Counter(FAULTS[id].group for id in planted)
    assert len([group for group, count in by_class.items() if count >= 4]) >= 10
    assert len(planted) >= 60
    # the faults of vintages are planted in test_vintage.py, those of workbooks and folders in test_workbooks.py
    assert {id for id, fault in FAULTS.items() if fault.group != "vintage"} == planted | set(PLANTED)
