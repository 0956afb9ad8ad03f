"""Proofs on a finished PDF: its metadata, its tags and its fonts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf

NEEDS_ALTERNATIVE = {"/Figure", "/Formula"}
FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
HEADING = re.compile(r"/H([1-6])")
PDF_UA, PDF_A_PART, PDF_A_LEVEL = "pdfuaid:part", "pdfaid:part", "pdfaid:conformance"


def pdf_findings(content: bytes, language: str, parameters: dict[str, str], standards: Sequence[str]) -> list[str]:
    """Everything that is wrong with a PDF, as sentences; nothing if it is fine."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            *_identity(pdf, language),
            *_claims(pdf, standards),
            *_parameters(pdf, parameters),
            *_tags(pdf),
            *_fonts(pdf),
        ]


def _identity(pdf: pikepdf.Pdf, language: str) -> list[str]:
    metadata = pdf.open_metadata()
    found = str(pdf.Root.get("/Lang", ""))
    checks = {
        f"its language is '{found}', not '{language}'": found.lower() == language.lower(),
        "it has no title": bool(str(metadata.get("dc:title", "")).strip()),
        "it is not marked as tagged": _is_marked(pdf),
    }
    return [finding for finding, holds in checks.items() if not holds]


def _claims(pdf: pikepdf.Pdf, standards: Sequence[str]) -> list[str]:
    metadata = pdf.open_metadata()
    level = str(metadata.get(PDF_A_PART, "")), str(metadata.get(PDF_A_LEVEL, "")).upper()
    claimed = {"ua-1": str(metadata.get(PDF_UA)) == "1", "a-2a": level == ("2", "A")}
    return [f"it does not claim to follow PDF/{name.upper()}" for name in standards if not claimed[name]]


def _is_marked(pdf: pikepdf.Pdf) -> bool:
    information = pdf.Root.get("/MarkInfo")
    return information is not None and bool(information.get("/Marked", False))


def _parameters(pdf: pikepdf.Pdf, expected: dict[str, str]) -> list[str]:
    keywords = {word.strip() for word in str(pdf.docinfo.get("/Keywords", "")).split(",")}
    return [
        f"its keywords lack {name}={value}, which the report was made with"
        for name, value in expected.items()
        if f"{name}={value}" not in keywords
    ]


def _tags(pdf: pikepdf.Pdf) -> list[str]:
    root = pdf.Root.get("/StructTreeRoot")
    if root is None:
        return ["it has no tags"]
    findings, before = [], 0
    for kind, element in structure(root.get("/K")):
        if kind in NEEDS_ALTERNATIVE and not str(element.get("/Alt", "")).strip():
            findings.append(f"a {kind[1:].lower()} has no alternative text")
        match = HEADING.fullmatch(kind)
        if match:
            level = int(match[1])
            findings += [f"a heading of level {level} follows one of level {before}"] if level > before + 1 else []
            before = level
    return findings


def structure(item: Any) -> Iterator[tuple[str, Any]]:
    """All elements of the structure tree with their kinds, in reading order."""
    if isinstance(item, pikepdf.Array):
        for child in item:
            yield from structure(child)
    elif isinstance(item, pikepdf.Dictionary) and "/S" in item:
        yield str(item["/S"]), item
        yield from structure(item.get("/K"))


def _fonts(pdf: pikepdf.Pdf) -> list[str]:
    descriptors = [
        item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
    ]
    missing = {str(item.get("/FontName")) for item in descriptors if not any(key in item for key in FONT_FILES)}
    return [f"the font {name} is not embedded" for name in sorted(missing)]
