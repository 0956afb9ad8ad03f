"""A report is its plan's chapters: shared once, detail last, every number of page one a click from its row."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import nbformat
import pypdfium2
import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.errors import NotebookError
from pilotbook.project import CHAPTERS
from pilotbook.report import parameters
from pilotbook.report.chapters import ORDER, chapters_of, notebook_of
from pilotbook.report.compose import compose

from ..example import Example

ALTERNATIVES = {"sec-judgement", "fig-forest"}
"""Labels of cells of which a report has one or the other."""

LABEL = re.compile(r"^#\| label: ([\w-]+)|\{#([\w-]+)", re.MULTILINE)


def cells(name: str) -> list[nbformat.NotebookNode]:
    found: list[nbformat.NotebookNode] = nbformat.read(notebook_of(name), as_version=4).cells
    return found


def test_every_chapter_is_a_notebook_and_every_notebook_a_chapter() -> None:
    assert {path.stem for path in CHAPTERS.glob("*.ipynb")} == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_a_chapter_runs_alone(name: str) -> None:
    front, given, opened = cells(name)[:3]
    assert front.cell_type == "raw"
    assert given.metadata.tags == ["parameters"]
    assert opened.metadata.tags == ["shared"]
    assert opened.source == cells("did")[2].source


def test_no_two_chapters_bear_the_same_label() -> None:
    labels = Counter(a or b for name in ORDER for cell in cells(name) for a, b in LABEL.findall(cell.source))
    assert {label for label, count in labels.items() if count > 1} <= ALTERNATIVES


@pytest.mark.parametrize("name", ORDER)
def test_a_chapter_refers_to_its_own_labels_only(name: str) -> None:
    own = {a or b for cell in cells(name) for a, b in LABEL.findall(cell.source)}
    referred = {
        label
        for cell in cells(name)
        if cell.cell_type == "markdown"
        for label in re.findall(r"(?<![\w\[;@])@((?:tbl|fig|sec)-[\w-]+)", cell.source)
    }
    assert referred <= own


def notebook(*tagged: tuple[str, list[str]]) -> nbformat.NotebookNode:
    made = [nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in tagged]
    for i, cell in enumerate(made):
        cell["id"] = f"c{i}"
    return nbformat.v4.new_notebook(cells=made)


def test_what_chapters_share_stands_once_and_the_appendix_last() -> None:
    one = notebook(("x: int = 1", ["parameters"]), ("open()", ["shared"]), ("detail", ["appendix"]), ("main", []))
    two = notebook(("x: int = 1", ["parameters"]), ("open()", ["shared"]), ("begins", ["appendix-begins"]), ("end", []))
    joined = compose({"one": one, "two": two}, {"title": "T"}, "en", ())
    assert [cell.source for cell in joined.cells[1:]] == ["x: int = 1", "open()", "main", "begins", "detail", "end"]
    assert [cell.id for cell in joined.cells[1:3]] == ["one-c0", "one-c1"]


def test_without_detail_there_is_no_appendix_and_without_an_appendix_detail_stays() -> None:
    begins, detail = (
        notebook(("begins", ["appendix-begins"]), ("end", [])),
        notebook(("detail", ["appendix"]), ("z", [])),
    )
    assert [c.source for c in compose({"a": begins}, {}, "en", ()).cells[1:]] == ["end"]
    assert [c.source for c in compose({"a": detail}, {}, "en", ()).cells[1:]] == ["detail", "z"]


def test_a_parameter_has_one_type_in_all_chapters() -> None:
    whole, text = notebook(("x: int = 1", ["parameters"])), notebook(("x: str = '1'", ["parameters"]))
    with pytest.raises(NotebookError, match=r"two: the parameter 'x' is of type str; another chapter .* as int"):
        parameters.declared_together({"one": whole, "two": text})


def test_a_plan_turns_chapters_on_and_off(example: Example) -> None:
    example.change_plan(lambda plan: plan.update(chapters=["rules", "glance"]))
    assert chapters_of(read_plan(example.plan).plan) == ("glance", "rules")


class _Links(HTMLParser):
    """Collects the ids of a page, and for every tagged number of a section where a click on it leads."""

    def __init__(self, section: str) -> None:
        super().__init__()
        self.section, self.ids, self.leads = section, set[str](), list[str | None]()
        self._inside, self._link = 0, None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.ids.add(names.get("id") or "")
        if tag == "section" and (self._inside or names.get("id") == self.section):
            self._inside += 1
        if tag == "a":
            self._link = names.get("href")
        if self._inside and tag == "span" and names.get("data-ledger"):
            self.leads.append(self._link)

    def handle_endtag(self, tag: str) -> None:
        if tag == "section" and self._inside:
            self._inside -= 1
        if tag == "a":
            self._link = None


def test_every_number_of_page_one_leads_to_its_row(rendered: Example, bilingual: Example) -> None:
    pages = [page for example in (rendered, bilingual) for page in example.out.glob("*/*/*/report.html")]
    assert len(pages) == 3
    for page in pages:
        reader = _Links("sec-glance")
        reader.feed(page.read_text(encoding="utf-8"))
        assert len(reader.leads) > 3
        assert {str(link).removeprefix("#") for link in reader.leads} <= reader.ids


def test_the_glance_takes_exactly_one_page(rendered: Example) -> None:
    document = pypdfium2.PdfDocument(rendered.report / "en" / "report.pdf")
    starts = [entry.get_dest().get_index() for entry in document.get_toc() if entry.level == 0]
    document.close()
    assert starts[0] in {0, 1}
    assert starts[1] == starts[0] + 1


MOST_PAGES = 12
"""Of a report on four outcomes, without its appendix."""


@pytest.mark.parametrize(("language", "appendix"), [("en", "Appendix: in full"), ("zh", "附录：完整表格")])
def test_a_report_on_four_outcomes_stays_short(bilingual: Example, language: str, appendix: str) -> None:
    (path,) = bilingual.out.glob(f"*/*/{language}/report.pdf")
    document = pypdfium2.PdfDocument(path)
    begins = {entry.get_title(): entry.get_dest().get_index() for entry in document.get_toc() if entry.level == 0}
    document.close()
    (body,) = (index for title, index in begins.items() if appendix in title)
    assert 1 < body <= MOST_PAGES
