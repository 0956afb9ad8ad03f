"""Proofs on the finished pages, the same whichever engine made them."""

from __future__ import annotations

from collections.abc import Sequence

from pilotbook.errors import ProofError
from pilotbook.report.engine.document import Document
from pilotbook.report.engine.metadata import parameters
from pilotbook.report.engine.proofs.html import html_findings
from pilotbook.report.engine.proofs.pdf import pdf_findings


def prove(document: Document, pages: dict[str, bytes], standards: Sequence[str]) -> None:
    """Check the finished pages against the document they were made from.

    Parameters
    ----------
    pages
        The bytes of each page, by format.
    standards
        What the PDF must claim to follow: ``ua-1``, ``a-2a``.

    Raises
    ------
    ProofError
        With every finding, one a line.
    """
    expected = parameters(document.source.front)
    findings: list[str] = []
    if "html" in pages:
        findings += [
            f"HTML: {text}" for text in html_findings(pages["html"].decode(), document.source.language, expected)
        ]
    if "pdf" in pages:
        findings += [
            f"PDF: {text}" for text in pdf_findings(pages["pdf"], document.source.language, expected, standards)
        ]
    if findings:
        raise ProofError(
            f"{document.source.place}: the finished pages are not what they must be\n" + "\n".join(findings)
        )
