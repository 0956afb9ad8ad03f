"""What is changed on the way from the data to the page is caught: docs/mutations.md, line by line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from fontTools.ttLib import TTFont

from pilotbook.design.planfile import read_plan
from pilotbook.errors import DataError, PlanError, ProofError, RenderError
from pilotbook.evaluate.inputs import load_panel
from pilotbook.evaluate.ledger import Ledger
from pilotbook.panel.dataset import find_dataset
from pilotbook.project import DATA
from pilotbook.report import language
from pilotbook.report.chapters import bibliography
from pilotbook.report.engine import choose_engine, fonts, pdf_writer
from pilotbook.report.engine.proofs.html import html_findings
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html, prove_pdf
from pilotbook.report.proof_of_labels import prove_labels

from ..example import Example

VINTAGED = "three-county-linked-pilot"


def page(example: Example) -> Path:
    return example.report / "en" / "report.html"


def ledger(example: Example) -> Ledger:
    return Ledger.loads((example.report / "estimates.json").read_text(encoding="utf-8"))


def changed(source: Path, old: str, new: str, folder: Path) -> Path:
    """Return a copy of a page with one place changed."""
    text = source.read_text(encoding="utf-8")
    assert old in text
    copy = folder / source.name
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


# the data


def test_the_start_of_a_pilot_is_shifted_in_one_row(example: Example) -> None:
    example.change_rows(lambda table: table[3].__setitem__(2, "2019"))
    with pytest.raises(DataError, match="'2019' differs from '2018' in an earlier row of county 330101"):
        load_panel(read_plan(example.plan))


def test_the_start_of_a_pilot_is_shifted_in_a_vintage(tmp_path: Path) -> None:
    shutil.copytree(DATA / VINTAGED, tmp_path / VINTAGED)
    file = next((tmp_path / VINTAGED / "vintages").glob("*/exposure.parquet"))
    exposure = pd.read_parquet(file)
    exposure.iloc[0, exposure.columns.get_loc("start")] = "2022Q1"
    exposure.to_parquet(file)
    layout = read_plan(Path(DATA.parent / "analysis" / "plans" / f"{VINTAGED}.yml")).plan.layout()
    with pytest.raises(DataError, match=r"exposure\.parquet: the bytes are not those that were ingested"):
        find_dataset(VINTAGED, tmp_path, tmp_path).read(layout)


def test_a_period_is_there_twice(example: Example) -> None:
    example.change_rows(lambda table: table.append(list(table[4])))
    with pytest.raises(DataError, match=r"330101.*2018"):
        load_panel(read_plan(example.plan))


# the page


def test_two_numbers_have_changed_places(rendered: Example, tmp_path: Path) -> None:
    first, second = distinct(read_page(page(rendered)).numbers)
    swapped = page(rendered).read_text(encoding="utf-8")
    swapped = swapped.replace(f">{first}<", ">\0<", 1).replace(f">{second}<", f">{first}<", 1)
    (tmp_path / "report.html").write_text(swapped.replace(">\0<", f">{second}<"), encoding="utf-8")
    with pytest.raises(ProofError, match=f"'{second}' should be '{first}'"):
        prove_html(read_page(tmp_path / "report.html"), ledger(rendered), "en")


def distinct(printed) -> tuple[str, str]:
    texts = [number.text for number in printed if re.fullmatch(r"−?\d+\.\d+", number.text)]
    return texts[0], next(text for text in texts if text != texts[0])


def test_two_titles_have_changed_places(rendered: Example, tmp_path: Path) -> None:
    titles = {"visits": "Visits", "deaths": "Deaths"}
    prove_labels(read_page(page(rendered)), ledger(rendered), titles)
    swapped = changed(page(rendered), ">Visits (per", ">Deaths (per", tmp_path)
    with pytest.raises(ProofError, match=r"the line 'Deaths.*' prints a number of 'Visits'"):
        prove_labels(read_page(swapped), ledger(rendered), titles)


def test_a_digit_of_the_page_is_another(rendered: Example, tmp_path: Path) -> None:
    number = distinct(read_page(page(rendered)).numbers)[0]
    forged = other_digit(number)
    mutated = changed(page(rendered), f">{number}<", f">{forged}<", tmp_path)
    with pytest.raises(ProofError, match=f"'{forged}' should be '{number}'"):
        prove_html(read_page(mutated), ledger(rendered), "en")


def other_digit(number: str) -> str:
    """Change the last digit of a number."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def test_a_digit_of_the_source_of_the_pdf_is_another(
    rendered: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = read_page(page(rendered)).numbers
    number = distinct(printed)[0]
    write = pdf_writer.write_typst

    def forged(*arguments) -> str:
        source = write(*arguments)
        assert number in source
        return source.replace(number, other_digit(number))

    monkeypatch.setattr(pdf_writer, "write_typst", forged)
    notebook = Path(shutil.copy(page(rendered).with_suffix(".ipynb"), tmp_path))
    shutil.copy(bibliography(), tmp_path)
    drawn = choose_engine("embedded").render(notebook, tmp_path / "out", ("pdf",))
    with pytest.raises(ProofError, match=f"'{number}' .* does not stand after|'{number}' stands"):
        prove_pdf(drawn["pdf"], printed)


@pytest.fixture
def without_a_glyph(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Take one character out of the bold Chinese face; return it."""
    lost, faces = "县", fonts.font_faces()
    with TTFont(faces.chinese_bold, lazy=True, recalcBBoxes=False) as font:
        for table in font["cmap"].tables:
            if hasattr(table, "cmap"):
                table.cmap.pop(ord(lost), None)
        font.save(tmp_path / "bold.otf", reorderTables=None)
    damaged = replace(faces, chinese_bold=tmp_path / "bold.otf")
    monkeypatch.setattr(fonts, "font_faces", lambda: damaged)
    fonts.covered_characters.cache_clear()
    yield lost
    fonts.covered_characters.cache_clear()


def test_a_glyph_is_missing_from_the_font(without_a_glyph: str, tmp_path: Path) -> None:
    source = tmp_path / "report.qmd"
    source.write_text(f"---\ntitle: T\nauthor: A\nlang: en\ndate: 2026-10-01\n---\n\nThe {without_a_glyph}.\n", "utf-8")
    with pytest.raises(RenderError, match="cannot draw"):
        choose_engine("embedded").render(source, tmp_path / "out", ("html",))


def test_a_picture_has_lost_its_alternative(rendered: Example, tmp_path: Path) -> None:
    alternative = re.search(r'<img[^>]* alt="([^"]+)"', page(rendered).read_text(encoding="utf-8"))
    assert alternative is not None
    mutated = changed(page(rendered), f'alt="{alternative[1]}"', 'alt=""', tmp_path).read_text(encoding="utf-8")
    found = [finding for finding in html_findings(mutated, "en", {}) if "alternative" in finding]
    assert [finding.split(" (")[0] for finding in found] == ["a picture has no alternative text"]


# the languages


@pytest.mark.parametrize(
    ("english", "chinese", "lost"),
    [
        ("a rise of {n} percentage points", "上升{n}%", "'percentage points' is not in"),
        ("a rise of {n} per cent", "上升{n}元", "'per cent' is not in"),
        ("a rise of {n}%", "上升{n}个百分点", "'百分点' is not in"),
        ("{n} per 1,000 residents", "每万居民{n}", "'per 1,000' is not in"),
        ("{n} per 10,000 residents", "居民中{n}", "'per 10,000' is not in"),
        ("{n} CNY", "{n}万人", "'CNY' is not in"),
    ],
)
def test_a_unit_is_translated_wrongly(english: str, chinese: str, lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalog()
    catalogue.add(english, chinese)
    monkeypatch.setattr(language, "_catalogue", lambda _: catalogue)
    with pytest.raises(RenderError, match=f"has another unit: {lost}"):
        language.say("zh", english, n=3)


def test_the_unit_of_an_outcome_is_translated_wrongly(example: Example) -> None:
    example.change_plan(lambda plan: plan["outcomes"][0].update(unit={"en": "per 1,000", "zh": "每万人"}))
    with pytest.raises(PlanError, match=r"the unit is not the same in both languages: 'per 1,000' is not in “每万人”"):
        read_plan(example.plan)
