"""Small counts of people, paths and names do not leave."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from pilotbook.release.disclosure import scan
from pilotbook.release.disclosure.scan import disclosures

from .conftest import Shelf

# scanning


def html(body: str, folder: Path) -> list[str]:
    path = folder / "report.html"
    path.write_text(f"<html><body>{body}</body></html>", "utf-8")
    return disclosures([path], folder)


def table(head: str, cell: str) -> str:
    heads = f"<tr><th>County</th><th>Year</th><th>{head}</th></tr>"
    return f"<table>{heads}<tr><td>X</td><td>5</td><td>{cell}</td></tr></table>"


@pytest.mark.parametrize("head", ["Deaths", "Number of patients", "死亡人数", "住院人次", "cases"])
@pytest.mark.parametrize(
    ("cell", "small"), [("1", True), ("10", True), ("11", False), ("0", False), ("3.5", False), ("–", False)]
)
def test_small_counts_of_people_in_tables(tmp_path: Path, head: str, cell: str, small: bool):
    assert bool(html(table(head, cell), tmp_path)) == small


@pytest.mark.parametrize("head", ["Counties", "Pilots", "Mortality at ages 20 to 64", "县数"])
def test_counties_are_no_people(tmp_path: Path, head: str):
    assert html(table(head, "3"), tmp_path) == []


def test_a_row_of_two_is_headed_by_its_first_cell(tmp_path: Path):
    body = "<table><tr><th>Item</th><th>Value</th></tr><tr><td>Deaths</td><td>7</td></tr></table>"
    assert "'Deaths' shows 7" in html(body, tmp_path)[0]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("read from /home/wang/panel.csv", "/home/wang"),
        (r"C:\Users\Wang\panel.csv", r"C:\Users\Wang"),
        ("see file:///data/panel.csv", "file:///data/panel.csv"),
        ("in /tmp/pilotbook-x1", "/tmp/pilotbook-x1"),
        ("https://example.org/home/page and a/tmp/b and data/catalogue", None),
        ("QUJD/home/REVGR0g=", None),
    ],
)
def test_paths(tmp_path: Path, text: str, named: str | None):
    found = html(f"<p>{text}</p>", tmp_path)
    assert (named is None and found == []) or (named is not None and named in found[0])


def test_names_of_account_and_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan.getpass, "getuser", lambda: "wangfang")
    monkeypatch.setattr(scan.socket, "gethostname", lambda: "bureau-7.example.org")
    assert "names the account: wangfang" in html("<p>by wangfang</p>", tmp_path)[0]
    assert "names the machine: bureau-7" in html("<p>on bureau-7</p>", tmp_path)[0]
    assert html("<p>wangfangs bureau-77</p>", tmp_path) == []
    monkeypatch.setattr(scan.getpass, "getuser", lambda: "root")
    assert html("<p>the root of the mean square</p>", tmp_path) == []


def test_notebooks_and_other_files(tmp_path: Path):
    cell = nbformat.v4.new_code_cell("1")
    tables = '| County | Deaths |\n| :-- | --: |\n| X | [4]{data-ledger="a"} |\n'
    cell.outputs = [nbformat.v4.new_output("display_data", data={"text/markdown": tables})]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "report.ipynb")
    (tmp_path / "plan.yml").write_text("dataset: /home/wang/panel.csv", "utf-8")
    found = disclosures(sorted(tmp_path.iterdir()), tmp_path)
    assert found[0].startswith("plan.yml: names a place on a machine: /home/wang")
    assert found[1].startswith("report.ipynb: 'Deaths' shows 4")


def test_a_pdf_is_read(shelf: Shelf, tmp_path: Path):
    import typst

    (tmp_path / "report.typ").write_text("read from /home/wang/panel.csv\n\nDeaths 6\n\nCounties 3", "utf-8")
    typst.compile(tmp_path / "report.typ", output=tmp_path / "report.pdf")
    found = "\n".join(disclosures([tmp_path / "report.pdf"], tmp_path))
    assert "/home/wang" in found
    assert "'Deaths' shows 6" in found
    assert "Counties" not in found
