"""Vintages: immutable, chained, deterministic; revisions are detected, counted and kept."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotbook.errors import DataError, UnknownNameError
from pilotbook.panel.ingest import Ingestion, dataset_name_fault, ingest
from pilotbook.panel.revisions import update
from pilotbook.panel.vintage import Provenance, newest, open_vintage, vintages

from .handed_in import HandedIn, valid

PROVENANCE = Provenance(
    title="Test counties",
    source="made by the tests",
    licence="CC0-1.0",
    custodian="nobody",
    extracted=date(2021, 1, 15),
)


def hand_over(handed_in: HandedIn, folder: Path, name: str, *, whole: bool = False) -> Ingestion:
    files = handed_in.write(folder / f"files-{name}")
    return ingest([files], folder / "counties", name, PROVENANCE, whole=whole)


def next_quarter(handed_in: HandedIn, revised: int) -> HandedIn:
    """Return the hand-over of the next quarter alone, with some earlier cells revised."""
    last = handed_in.panel[handed_in.panel["period"] == "2020Q4"].copy()
    last["period"] = "2021Q1"
    earlier = handed_in.panel[handed_in.panel["period"] < "2020Q4"].iloc[:revised].copy()
    earlier["fund_spending"] = earlier["fund_spending"].astype(float) + 1.5
    handed_in.panel = pd.concat([last, earlier], ignore_index=True)
    return handed_in


def test_a_vintage_is_described_as_frictionless_says(tmp_path: Path) -> None:
    vintage = hand_over(valid(), tmp_path, "2020Q4").vintage
    assert vintage is not None
    d = vintage.description
    assert (d["profile"], d["name"], d["version"], d["created"]) == (
        "data-package",
        "counties",
        "2020Q4",
        "2021-01-15",
    )
    assert d["licenses"] == [{"name": "CC0-1.0"}]
    assert d["sources"] == [{"title": "made by the tests"}]
    assert d["contributors"] == [{"title": "nobody", "role": "custodian"}]
    assert d["simulated"] is False
    panel = next(r for r in d["resources"] if r["name"] == "panel")
    assert panel["rows"] == 40
    assert panel["bytes"] == (vintage.folder / "panel.parquet").stat().st_size
    assert panel["schema"]["primaryKey"] == ["county", "period"]
    assert {f["name"]: f.get("unit") for f in panel["schema"]["fields"]}[
        "fund_spending"
    ] == "CNY per insured per quarter"
    vintage.verify()


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    first = hand_over(valid(), tmp_path / "a", "2020Q4").vintage
    shuffled = valid()
    shuffled.panel = shuffled.panel.sample(frac=1, random_state=1)[shuffled.panel.columns[::-1]]
    second = hand_over(shuffled, tmp_path / "b", "2020Q4").vintage
    assert first is not None
    assert second is not None
    names = sorted(path.name for path in first.folder.iterdir())
    assert names == sorted(path.name for path in second.folder.iterdir())
    assert all((first.folder / n).read_bytes() == (second.folder / n).read_bytes() for n in names)


def test_the_next_quarter_adds_rows_and_keeps_the_revisions(tmp_path: Path) -> None:
    first = hand_over(valid(), tmp_path, "2020Q4")
    assert first.revisions.empty
    second = hand_over(next_quarter(valid(), revised=3), tmp_path, "2021Q1")
    assert second.added == {"panel": 5}
    assert len(second.revisions) == 3
    assert [(f.rule, f.column) for f in second.findings] == [("revised", "fund_spending")]
    assert "revises 3 values of vintage 2020Q4" in second.findings[0].message
    assert second.vintage is not None
    kept = second.vintage.table("revisions")
    pd.testing.assert_frame_equal(kept, second.revisions, check_dtype=False)
    before, after = kept.loc[0, ["before", "after"]]
    assert float(after) - float(before) == pytest.approx(1.5)
    panel = second.vintage.table("panel")
    assert len(panel) == 45
    assert second.vintage.description["previous"]["version"] == "2020Q4"
    assert [v.name for v in vintages(tmp_path / "counties")] == ["2020Q4", "2021Q1"]


def test_a_whole_hand_over_says_what_it_lacks(tmp_path: Path) -> None:
    hand_over(valid(), tmp_path, "2020Q4")
    fewer = valid()
    fewer.panel = fewer.panel[fewer.panel["period"] != "2020Q4"].drop(columns="patient_satisfaction")
    found = hand_over(fewer, tmp_path, "2021Q1", whole=True)
    rules = {(f.rule, f.column) for f in found.findings}
    assert rules == {("rows-withdrawn", None), ("columns-withdrawn", "patient_satisfaction")}


def test_invalid_data_write_nothing(tmp_path: Path) -> None:
    broken = valid()
    broken.panel.loc[0, "fund_spending"] = "#REF!"
    found = hand_over(broken, tmp_path, "2020Q4")
    assert found.vintage is None
    assert not (tmp_path / "counties").exists()
    assert found.as_dict()["vintage"] is None


@pytest.mark.parametrize(
    ("name", "message"),
    [("first", "vintage-name"), ("2020Q4", "vintage-exists"), ("2020Q1", "vintage-order")],
)
def test_a_wrong_name_is_refused(tmp_path: Path, name: str, message: str) -> None:
    hand_over(valid(), tmp_path, "2020Q4")
    with pytest.raises(DataError, match=message):
        hand_over(valid(), tmp_path, name)


def test_simulated_and_real_data_are_not_mixed(tmp_path: Path) -> None:
    hand_over(valid(), tmp_path, "2020Q4")
    marked = valid()
    marked.counties["name_zh"] = "模拟县"
    with pytest.raises(DataError, match="simulated-mark"):
        hand_over(marked, tmp_path, "2021Q1")


def test_the_first_vintage_needs_the_panel(tmp_path: Path) -> None:
    folder = valid().write(tmp_path / "files")
    with pytest.raises(DataError, match="panel-missing"):
        ingest([folder / "counties.csv"], tmp_path / "counties", "2020Q4", PROVENANCE)
    assert not (tmp_path / "counties").exists()


def test_a_described_file_is_not_turned_into_vintages(tmp_path: Path) -> None:
    (tmp_path / "counties").mkdir()
    (tmp_path / "counties" / "datapackage.json").write_text("{}")
    with pytest.raises(DataError, match="no-vintages-here"):
        hand_over(valid(), tmp_path, "2020Q4")


def test_changed_bytes_are_refused(tmp_path: Path) -> None:
    vintage = hand_over(valid(), tmp_path, "2020Q4").vintage
    assert vintage is not None
    path = vintage.folder / "panel.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match=r"counties/2020Q4/panel\.parquet.*vintage-changed"):
        vintage.table("panel")
    with pytest.raises(DataError, match="vintage-changed"):
        hand_over(next_quarter(valid(), 1), tmp_path, "2021Q1")
    path.unlink()
    with pytest.raises(DataError, match="vintage-incomplete"):
        vintage.verify()


def test_the_receipt_lists_every_conversion(tmp_path: Path) -> None:
    handed_in = valid()
    handed_in.panel["patient_satisfaction"] = [f"{v}%" for v in handed_in.panel["patient_satisfaction"]]
    hand_over(handed_in, tmp_path, "2020Q4")
    receipt = json.loads((tmp_path / "counties" / "receipts" / "2020Q4.json").read_text("utf-8"))
    (conversion,) = receipt["conversions"]
    assert (conversion["kind"], conversion["count"], conversion["rows"]) == ("percent-sign", 40, "2-41")
    assert {f["name"] for f in receipt["files"]} >= {"panel.csv", "counties.csv"}


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no vintage yet"):
        newest(tmp_path)
    with pytest.raises(DataError, match=r"datapackage\.json: cannot be read"):
        open_vintage(tmp_path)
    vintage = hand_over(valid(), tmp_path, "2020Q4").vintage
    assert vintage is not None
    with pytest.raises(UnknownNameError, match="did you mean 'facilities'"):
        vintage.table("facility")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 6))
def test_revisions_are_exactly_the_cells_that_differ(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product(
        [["530121", "530122"], ["2019Q1", "2019Q2", "2019Q3"]], names=["county", "period"]
    )
    before = pd.DataFrame({"alos": rng.normal(8, 1, 6), "oop_share": rng.normal(30, 1, 6)}, index=keys).reset_index()
    before.loc[rng.integers(6), "alos"] = np.nan
    after = before.copy()
    cells = rng.choice(12, size=count, replace=False)
    for cell in cells:
        row, column = divmod(int(cell), 2)
        name = ("alos", "oop_share")[column]
        after.loc[row, name] = 1.0 if pd.isna(after.loc[row, name]) else rng.choice([np.nan, 99.0])
    found = update(before, after, "panel", whole=False)
    keys_found = set(zip(found.revisions["key"], found.revisions["column"], strict=True))
    expected = {
        (f"{before['county'][c // 2]}, {before['period'][c // 2]}", ("alos", "oop_share")[c % 2])
        for c in cells.tolist()
    }
    assert keys_found == expected
    pd.testing.assert_frame_equal(found.frame, after)


def test_an_edited_description_is_refused(tmp_path: Path) -> None:
    """Who strikes the mark of simulated data out of the description breaks the vintage."""
    vintage = hand_over(valid(), tmp_path, "2020Q4").vintage
    assert vintage is not None
    path = vintage.folder / "datapackage.json"
    path.write_text(path.read_text("utf-8").replace('"simulated": false', '"simulated": true'), "utf-8")
    edited = open_vintage(vintage.folder)
    for read in (edited.verify, lambda: edited.table("panel")):
        with pytest.raises(DataError, match=r"datapackage\.json: the bytes are not those that were ingested"):
            read()


def test_a_vintage_that_appears_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_call(self: Path, target: Path) -> Path:
        raise FileExistsError(str(target))

    monkeypatch.setattr(Path, "rename", other_call)
    with pytest.raises(DataError, match="vintage-exists"):
        hand_over(valid(), tmp_path, "2020Q4")
    assert list((tmp_path / "counties" / "vintages").glob("2*")) == []


@pytest.mark.parametrize("name", ["", "..", ".", " ", "a b", "-x"])
def test_a_data_set_needs_a_name(name: str) -> None:
    assert dataset_name_fault(name) is not None
    assert dataset_name_fault("three-county_2025") is None
    assert dataset_name_fault("试点县") is None
