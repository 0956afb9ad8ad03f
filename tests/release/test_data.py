"""Data are shown as they stood at a release: without later vintages, and readable where they lie."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pilotbook.errors import DataError
from pilotbook.panel.dataset import find_dataset
from pilotbook.panel.ingest import ingest
from pilotbook.panel.vintage import Provenance, vintages
from pilotbook.release.data import find_data, show
from pilotbook.release.record import Data, Record

from .conftest import Shelf
from .walk_project import QUARTERS, REVISED, hand_over


def recorded(shelf: Shelf, dataset: str, data: Path, vintage: str | None = None) -> Record:
    source = find_dataset(dataset, data, data).source()
    digest = source.sha256
    if vintage is not None:
        digest = next(v.sha256 for v in vintages(data / dataset) if v.name == vintage)
    origin = Data(name=source.name, sha256=digest, vintage=vintage or source.vintage, simulated=False)
    return shelf.release.record.model_copy(update={"dataset": dataset, "data": origin})


@pytest.fixture
def vintaged(tmp_path: Path) -> Path:
    """A folder of data sets, one of them with two vintages."""
    for name, quarters, revised in (("2024Q3", QUARTERS[:-1], {}), ("2024Q4", QUARTERS[-1:], REVISED)):
        hand_over(tmp_path / "handed" / name, quarters, revised)
        origin = Provenance("t", "s", "l", "c")
        assert ingest([tmp_path / "handed" / name / "panel.csv"], tmp_path / "data" / "visits", name, origin).vintage
    return tmp_path / "data"


def test_later_vintages_are_not_there(pristine: Shelf, vintaged: Path, tmp_path: Path):
    record = recorded(pristine, "visits", vintaged, "2024Q3")
    kept = find_data(record, tmp_path, vintaged)
    assert kept.changed is None
    show(kept, tmp_path / "room" / "visits")
    assert [v.name for v in vintages(tmp_path / "room" / "visits")] == ["2024Q3"]
    assert vintages(tmp_path / "room" / "visits")[0].sha256 == record.data.sha256
    assert [p.name for p in (tmp_path / "room" / "visits" / "receipts").iterdir()] == ["2024Q3.json"]


def test_a_vintage_that_was_changed_is_named_and_can_be_read_in_the_room(
    pristine: Shelf, vintaged: Path, tmp_path: Path
):
    record = recorded(pristine, "visits", vintaged, "2024Q4")
    panel = vintaged / "visits" / "vintages" / "2024Q4" / "panel.parquet"
    panel.write_bytes((vintaged / "visits" / "vintages" / "2024Q3" / "panel.parquet").read_bytes())
    kept = find_data(record, tmp_path, vintaged)
    assert kept.changed is not None
    assert "panel.parquet" in kept.changed
    show(kept, tmp_path / "room" / "visits")
    vintages(tmp_path / "room" / "visits")[-1].verify()
    with pytest.raises(DataError):
        vintages(vintaged / "visits")[-1].verify()


def test_a_vintage_that_is_gone_is_named(pristine: Shelf, vintaged: Path, tmp_path: Path):
    record = recorded(pristine, "visits", vintaged, "2024Q3")
    gone = record.model_copy(update={"data": record.data.model_copy(update={"vintage": "2023Q1"})})
    with pytest.raises(DataError, match="has no vintage 2023Q1"):
        find_data(gone, tmp_path, vintaged)


def test_a_described_file_is_read_in_the_room_even_if_it_was_changed(pristine: Shelf, tmp_path: Path):
    folder = tmp_path / "data" / "deaths"
    folder.mkdir(parents=True)
    (folder / "deaths.csv").write_text("county,period\n", "utf-8")
    digest = hashlib.sha256((folder / "deaths.csv").read_bytes()).hexdigest()
    description = {"name": "deaths", "resources": [{"path": "deaths.csv", "hash": f"sha256:{digest}"}]}
    (folder / "datapackage.json").write_text(json.dumps(description), "utf-8")
    record = recorded(pristine, "deaths", tmp_path / "data")
    for content, changed in (("county,period\n", False), ("county,period,x\n", True)):
        (folder / "deaths.csv").write_text(content, "utf-8")
        kept = find_data(record, tmp_path, tmp_path / "data")
        assert (kept.changed is not None) == changed
        room = tmp_path / f"room-{changed}"
        show(kept, room / "deaths")
        there = find_dataset("deaths", room, room)
        assert there.file.read_text("utf-8") == content
        resource = there.description.resources[0]
        assert resource.hash == f"sha256:{there.source().sha256}"
