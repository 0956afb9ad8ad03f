"""The record is canonical, its schema is the published one, and strangers' tools read the seals."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from rocrate.rocrate import ROCrate

from pilotbook.errors import WorkError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.release.record import Record, read_record, record_schema
from pilotbook.release.seal import broken

from .conftest import Shelf

ROOT = Path(__file__).parents[2]


def test_the_published_schema_is_that_of_the_code():
    assert (ROOT / "docs" / "schema" / "release.schema.json").read_text("utf-8") == record_schema()


def test_the_record_follows_the_schema(pristine: Shelf):
    content = json.loads((pristine.release.folder / "release.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(json.loads(record_schema())).validate(content)


def test_its_bytes_are_canonical(pristine: Shelf):
    text = (pristine.release.folder / "release.json").read_text("utf-8")
    assert Record.loads(text, "release.json").dumps() == text


def test_it_says_what_a_rerun_needs(pristine: Shelf):
    record = pristine.release.record
    ledger = pristine.release.ledger()
    assert (record.plan, record.period, record.version, record.previous) == ("budget", "2020", 1, None)
    assert record.data.sha256 == ledger.data["sha256"]
    assert record.registration.standing == "as_registered"
    assert record.seeds == {"plan": 20231}
    assert {"pandas", "typst"} <= record.environment.libraries.keys()
    assert record.headline[0].estimate == ledger.lead("visits").estimate
    assert record.headline[0].title.en == "Visits"


def test_every_table_and_figure_of_the_page_is_an_exhibit(pristine: Shelf):
    html = pristine.release.page("en", "html").read_text("utf-8")
    named = [exhibit.id.removeprefix("en/") for exhibit in pristine.release.record.exhibits]
    assert named[0] == "estimates"
    assert "tbl-verdicts" in named or "tbl-glance" in named
    assert all(f'id="{name}"' in html for name in named[1:])


def test_the_sums_are_those_that_a_shell_checks(pristine: Shelf):
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=pristine.release.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == sum(p.is_file() for p in pristine.release.folder.rglob("*")) - 1


def test_the_crate_is_read_by_the_package_for_it(pristine: Shelf):
    crate = ROCrate(str(pristine.release.folder))
    assert crate.name == "Visits under a global budget, 2020"
    assert {entity.id for entity in crate.data_entities} == {"release.json", *pristine.release.record.files}


@pytest.mark.parametrize(
    ("text", "message"),
    [("{}", "plan: Field required"), ("[]", "not a record of a release"), ("{", "not a record of a release")],
)
def test_what_is_no_record_is_refused_in_words(tmp_path: Path, text: str, message: str):
    (tmp_path / "release.json").write_text(text)
    with pytest.raises(WorkError, match=message):
        read_record(tmp_path)


def test_the_ledger_of_a_release_is_read_back(pristine: Shelf):
    assert isinstance(pristine.release.ledger(), Ledger)
    assert list(broken(pristine.release)) == []
