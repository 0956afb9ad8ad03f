"""A data set is a described folder or a bare file; what the description says must be true."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pilotbook.fingerprint import sha256

from ..conftest import CommandLine
from ..example import Example


@pytest.fixture
def described(example: Example) -> Example:
    """The example with its data in a described folder."""
    (example.folder / "budgets").mkdir()
    example.data.rename(example.folder / "budgets" / "panel.csv")
    example.change_plan(lambda plan: plan.update(dataset="./budgets"))
    describe(example)
    return example


def describe(example: Example, **changes: Any) -> None:
    digest = sha256((example.folder / "budgets" / "panel.csv").read_bytes())
    content = {
        "name": "budgets",
        "version": "2021Q1",
        "simulated": True,
        "resources": [{"path": "panel.csv", "hash": f"sha256:{digest}"}],
        **changes,
    }
    (example.folder / "budgets" / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")


def refused(pilotbook: CommandLine, example: Example) -> str:
    result = pilotbook("plan", "check", example.plan)
    assert result.status == 1
    return result.err


def test_a_described_folder_is_read(pilotbook, described):
    assert pilotbook("plan", "check", described.plan).status == 0


def test_changed_bytes_are_noticed(pilotbook, described):
    data = described.folder / "budgets" / "panel.csv"
    data.write_bytes(data.read_bytes().replace(b"2000", b"2001"))
    message = refused(pilotbook, described)
    assert "budgets/panel.csv" in message
    assert "not the one that datapackage.json describes" in message


def test_a_folder_without_description(pilotbook, described):
    (described.folder / "budgets" / "datapackage.json").unlink()
    assert "the folder has no datapackage.json" in refused(pilotbook, described)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1, column 1"),
        (b'{"name": "x",\n "resources": [}', "line 2"),
        (b"[]", "datapackage.json"),
        (b'{"name": "x"}', "resources"),
        (b'{"name": "x", "resources": []}', "resources"),
        (b'{"name": "x", "resources": [{"hash": "abc"}]}', "resources.0.path"),
        (b'{"name": "x", "resources": [{"path": "gone.csv"}]}', "gone.csv"),
        (b"\xff\xfe{}", "datapackage.json"),
        (b"null", "datapackage.json"),
    ],
)
def test_a_malformed_description(pilotbook, described, content, said):
    (described.folder / "budgets" / "datapackage.json").write_bytes(content)
    message = refused(pilotbook, described)
    assert "budgets/" in message
    assert said in message


def test_a_resource_outside_the_folder_is_refused(pilotbook, described):
    (described.folder / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    describe(described, resources=[{"path": "../secret.csv"}])
    assert "outside" in refused(pilotbook, described)


def test_an_unknown_name_is_a_wrong_call_and_names_the_nearest(pilotbook, example):
    example.change_plan(lambda plan: plan.update(dataset="medicaid-county-mortalty"))
    result = pilotbook("plan", "check", example.plan)
    assert result.status == 2
    assert "did you mean 'medicaid-county-mortality'?" in result.err
