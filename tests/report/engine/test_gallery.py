"""The gallery through the embedded engine, against lists made by hand."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from tests.report.engine.structure import structure

Pages = dict[str, dict[str, Path]]

CAPTIONS = [
    "Figure 1: A figure drawn by a cell, see Table 1. The line marks the reform.",
    "(a) Pilot counties",
    "(b) Control counties",
    "Figure 2: Two panels drawn by one cell.",
    "Figure 3: A picture from a file, with emphasis in its caption.",
    "Figure 4: A picture inside a block.",
    "(a) Left",
    "(b) Right",
    "Figure 5: Two pictures side by side, Figure 5 (a) and Figure 5 (b).",
    "Table 1: A table in the text",
    "Table 2: A table inside a block.",
    "Table 3: A table shown by a cell.",
    "Table 4: A table that runs over a page.",
    "Table 5: A table written as HTML.",
]
REFERENCES_OF_SUMMARY = [
    ("Table 3", "#tbl-cell"),
    ("Figure 1", "#fig-cell"),
    ("Figure 2", "#fig-panels"),
    ("Figure 2 (b)", "#fig-panels-2"),
    ("Equation 1", "#eq-model"),
    ("Section 2.1", "#sec-model"),
    ("1", "#fig-cell"),
    ("1", "#tbl-pipe"),
    ("Figure 1", "#fig-cell"),
    ("Figure 3", "#fig-picture"),
    ("Fig. 4", "#fig-div"),
    ("Table 1", "#tbl-pipe"),
]
CHINESE_REFERENCES = ["表 2", "图 1", "图 2", "图 2 (b)", "式 1", "小节 2.1", "1", "图 1", "图 3", "表 1"]
LEDGER = [("gallery-plan/effect", "−2.56"), ("gallery-plan/high", "1.41"), ("gallery-plan/effect", "−2.56")]
CALLOUTS = ["A note with a title", "Tip", "A folded warning", "Title as attribute", "Unfolded, but foldable"]
COUNTIES = "瀍河区, 栟茶镇, 塱头, 堎头"


def test_captions_are_numbered_in_order(pages: Pages) -> None:
    assert structure(pages["en"]["html"])["captions"] == CAPTIONS


def test_references_say_what_they_point_at(pages: Pages) -> None:
    assert structure(pages["en"]["html"])["references"][: len(REFERENCES_OF_SUMMARY)] == REFERENCES_OF_SUMMARY


def test_chinese_references(pages: Pages) -> None:
    assert [text for text, _ in structure(pages["zh-CN"]["html"])["references"]] == CHINESE_REFERENCES  # type: ignore[misc]  # pairs


def test_marked_numbers_keep_their_ledger_ids(pages: Pages) -> None:
    assert structure(pages["en"]["html"])["ledger"] == LEDGER


def test_callouts_keep_their_titles(pages: Pages) -> None:
    assert structure(pages["en"]["html"])["callouts"] == CALLOUTS


def test_headings_are_numbered(pages: Pages) -> None:
    assert structure(pages["en"]["html"])["headings"][1:7] == [
        ("h1", "1 Summary"),
        ("h1", "2 Method"),
        ("h2", "2.1 Model"),
        ("h2", "2.2 Definitions"),
        ("h3", "2.2.1 Third level"),
        ("h4", "2.2.1.1 Fourth level"),
    ]


def test_each_format_keeps_its_own_content(pages: Pages) -> None:
    page, print_ = pages["en"]["html"].read_text("utf-8"), _pdf_text(pages["en"]["pdf"])
    assert "Only the page says this." in page
    assert "Only the page says this." not in print_
    assert "Only the printed report says this." in print_
    assert "Only the printed report says this." not in page


def test_pdf_says_the_same_numbers(pages: Pages) -> None:
    text = _pdf_text(pages["en"]["pdf"])
    for caption in CAPTIONS:
        assert " ".join(caption.split()) in text
    assert COUNTIES in text


def test_table_that_breaks_repeats_its_head(pages: Pages) -> None:
    assert _pdf_text(pages["en"]["pdf"]).count("County Share Beds") >= 2


def test_code_stands_in_the_pdf_only_where_asked(pages: Pages) -> None:
    text = _pdf_text(pages["en"]["pdf"])
    assert 'print("printed text, shown with its code in both formats")' in text
    assert "folded in the page, absent from the PDF" not in text
    assert "folded in the page, absent from the PDF" in pages["en"]["html"].read_text("utf-8")


def test_running_header_says_period_program_and_status(pages: Pages) -> None:
    for language, words in {
        "en": ("Period 2024Q4", "Program pilotbook 1.2.0", "Status draft", "All data in this report are simulated."),
        "zh-CN": ("数据期间 2024Q4", "程序 pilotbook 1.2.0", "状态 草案", "本报告所用数据均为模拟数据。"),
    }.items():
        second = _page_texts(pages[language]["pdf"])[1]
        for word in words:
            assert word in second


def test_chinese_references_follow_the_national_standard(pages: Pages) -> None:
    entries = structure(pages["zh-CN"]["html"])["bibliography"]
    assert "张三, 李四, 王五, 等. 县域医共体改革效果的样例条目[J]. 样例期刊, 2020, 3(2): 10-20." in str(entries[1])
    assert "Callaway B, Sant’Anna P H C." in str(entries[0])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_parameters_stand_in_the_page(pages: Pages, language: str) -> None:
    page = pages[language]["html"].read_text("utf-8")
    assert '<meta name="pilotbook:plan" content="gallery-plan">' in page
    assert '<meta name="pilotbook:period" content="2024Q4">' in page


def _page_texts(path: Path) -> list[str]:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]
    finally:
        pdf.close()


def _pdf_text(path: Path) -> str:
    return " ".join(_page_texts(path))
