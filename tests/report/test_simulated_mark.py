"""The mark of simulated data stands in every caption of a report, and in none of other data."""

from __future__ import annotations

import re

import pytest

from pilotbook.project import CHAPTERS
from pilotbook.report.compose import compose, read_notebook

MARKS = {"en": " (simulated data)", "zh": "（模拟数据）"}
CHAPTER_FILES = sorted(path.stem for path in CHAPTERS.glob("*.ipynb"))


def captions(name: str, language: str, simulated: bool) -> list[str]:
    """Return the captions of a chapter with all of its parts, as a report has them."""
    chapter = read_notebook(CHAPTERS / f"{name}.ipynb")
    parts = {tag.removeprefix("part:") for cell in chapter.cells for tag in cell.metadata.get("tags", [])}
    report = compose({name: chapter}, {"title": "t", "report": {"simulated": simulated}}, language, parts)
    source = "\n".join(cell.source for cell in report.cells if cell.cell_type == "code")
    return re.findall(r'^#\|\s*(?:fig|tbl)-cap:\s*"(.*)"\s*$', source, re.MULTILINE)


@pytest.mark.parametrize("language", MARKS)
@pytest.mark.parametrize("name", CHAPTER_FILES)
def test_every_caption_of_simulated_data_says_so(name: str, language: str) -> None:
    found = captions(name, language, simulated=True)
    assert [caption for caption in found if not caption.endswith(MARKS[language])] == []
    assert len(found) == len(captions(name, language, simulated=False))
    assert not any(MARKS[language] in caption for caption in captions(name, language, simulated=False))


def test_there_are_captions_to_mark() -> None:
    assert sum(len(captions(name, "en", simulated=True)) for name in CHAPTER_FILES) > 20
