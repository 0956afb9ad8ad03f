"""Small counts of people, paths and names do not leave; no suppressed cell follows from the totals."""

from __future__ import annotations

import itertools
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pilotbook.release.disclosure import scan
from pilotbook.release.disclosure.scan import disclosures
from pilotbook.release.disclosure.suppression import protected, rounded, suppressed

from .conftest import Shelf

SMALLEST = 11


def test_one_small_cell_hides_a_rectangle():
    counts = np.array([[4, 30, 50], [20, 40, 60], [70, 80, 90]])
    hidden = suppressed(counts, SMALLEST)
    assert hidden[0, 0]
    assert hidden.sum() == 4
    assert set(hidden.sum(axis=0)) | set(hidden.sum(axis=1)) == {0, 2}


def test_nothing_small_hides_nothing():
    assert not suppressed(np.array([[0, 11], [12, 13]]), SMALLEST).any()


def solutions(counts: np.ndarray, hidden: np.ndarray, limit: int) -> dict[tuple[int, int], set[int]]:
    """Return the values that each hidden cell can have, by trying all; an attacker's view."""
    cells = [tuple(cell) for cell in np.argwhere(hidden)]
    possible = {cell: set() for cell in cells}
    for values in itertools.product(range(limit + 1), repeat=len(cells)):
        trial = counts.copy()
        for cell, value in zip(cells, values, strict=True):
            trial[cell] = value
        if (trial.sum(0) == counts.sum(0)).all() and (trial.sum(1) == counts.sum(1)).all():
            for cell, value in zip(cells, values, strict=True):
                possible[cell].add(value)
    return possible


def test_an_attacker_who_tries_all_values_finds_several():
    counts = np.array([[1, 6, 5], [4, 5, 6], [6, 5, 4]])
    hidden = suppressed(counts, 3)
    assert hidden.sum() == 4
    assert all(len(values) > 1 for values in solutions(counts, hidden, 8).values())


@given(arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.integers(0, 40)))
def test_no_hidden_cell_follows_from_the_totals(counts: np.ndarray):
    hidden = suppressed(counts, SMALLEST)
    assert hidden[(counts > 0) & (counts < SMALLEST)].all()
    cells = np.argwhere(hidden)
    if len(cells):
        equations = np.array(
            [[cell[0] == r for cell in cells] for r in range(counts.shape[0])]
            + [[cell[1] == c for cell in cells] for c in range(counts.shape[1])],
            dtype=float,
        )
        for position in range(len(cells)):  # determined exactly if its unit vector lies in the row space
            unit = np.eye(len(cells))[position]
            rest = np.linalg.lstsq(equations.T, unit, rcond=None)[0] @ equations - unit
            assert np.abs(rest).max() > 1e-6


def test_a_single_row_cannot_hide_it():
    with pytest.raises(ValueError, match="leave out the totals"):
        suppressed(np.array([[4, 30, 50]]), SMALLEST)


def test_shown_counts_are_rounded_and_marked():
    counts = np.array([[4, 30, 52], [20, 1043, 60], [70, 80, 90]])
    shown = protected(counts, SMALLEST, 5)
    assert shown[0][0] == "–"
    assert sum(cell == "–" for row in shown for cell in row) == 4
    assert shown[2][2] in {"90", "–"}
    assert rounded(np.array([0, 2, 3, 7, 8, 12]), 5).tolist() == [0, 0, 5, 5, 10, 10]


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
