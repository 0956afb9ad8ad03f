"""Finished pages in fewer bytes show what they showed."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from urllib.parse import unquote

import pikepdf

from pilotbook.report.engine.compact import compact, compact_html, compact_pdf
from pilotbook.report.engine.pdf_writer import STANDARDS
from pilotbook.report.engine.proofs.pdf import pdf_findings
from pilotbook.report.pdf_text import read_pdf

DRAWING = "<svg xmlns='http://www.w3.org/2000/svg'><text fill='#0b6e4f'>100 % “县” & \"more\"</text></svg>"


def test_a_drawing_stays_what_it_is():
    source = base64.b64encode(DRAWING.encode()).decode()
    page = f'<p>50 %</p><img src="data:image/svg+xml;base64,{source}" alt="a"><img src="data:image/png;base64,AAAA">'
    small = compact_html(page.encode()).decode()
    address = small.split('src="')[1].split('"')[0]
    assert unquote(address.removeprefix("data:image/svg+xml,")) == DRAWING
    assert not set('<>"#&') & set(address)
    assert small.startswith("<p>50 %</p>")
    assert small.endswith('<img src="data:image/png;base64,AAAA">')


def structured(page: bytes) -> bytes:
    """Return a PDF as Typst writes it: every object as plain text."""
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(page)) as pdf:
        pdf.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return plain.getvalue()


def test_a_pdf_keeps_its_text_its_tags_and_its_standards(pages: dict[str, dict[str, Path]], tmp_path: Path):
    finished = pages["en"]["pdf"]
    before = structured(finished.read_bytes())
    small = compact_pdf(before)
    assert len(small) < 0.7 * len(before)
    assert compact_pdf(before) == small
    (tmp_path / "small.pdf").write_bytes(small)
    assert read_pdf(tmp_path / "small.pdf").pages == read_pdf(finished).pages
    assert pdf_findings(small, "en", {}, STANDARDS) == []


def test_only_what_is_asked_for():
    assert compact({"html": b"<p></p>"}) == {"html": b"<p></p>"}
