"""The private directory that Quarto works in: a copy of everything it needs, and nothing else."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from pilotbook.report.engine.citations import bibliography, citation_style
from pilotbook.report.engine.document import Document
from pilotbook.report.engine.extension import NAME, extension_folder
from pilotbook.report.engine.markdown import HIDDEN_TAGS
from pilotbook.report.engine.metadata import template_metadata
from pilotbook.report.engine.outputs import natural_width
from pilotbook.report.engine.source import Source, joined

STYLE_NAME = "citations.csl"


def lay_out_for_quarto(document: Document, directory: Path, standards: Sequence[str]) -> None:
    """Copy notebook, extension, bibliography and pictures into a directory.

    Parameters
    ----------
    standards
        What the PDF shall follow, in Typst's names.
    """
    source = document.source
    shutil.copytree(extension_folder(), directory / "_extensions" / NAME)
    (directory / "report.ipynb").write_text(
        json.dumps(_notebook(source, directory, standards), ensure_ascii=False), "utf-8"
    )
    for path in source.path.parent.iterdir():
        if (
            path.is_file()
            and path.suffix not in (".ipynb", ".qmd", ".html", ".pdf")
            and not (directory / path.name).exists()
        ):
            shutil.copyfile(path, directory / path.name)


def _notebook(source: Source, directory: Path, standards: Sequence[str]) -> dict[str, Any]:
    """The notebook with its front matter written anew: text values only, and the citation style chosen here."""
    front = template_metadata(source.front)
    front["format"] = {f"{NAME}-html": "default", f"{NAME}-typst": {"pdf-standard": list(standards)}}
    front["bibliography"] = bibliography(source)
    style = citation_style(source, extension_folder())
    if style:
        shutil.copyfile(style, directory / STYLE_NAME)
        front["csl"] = STYLE_NAME
    text = f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=True)}---\n"
    head = {
        "cell_type": "raw",
        "id": "front-matter",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    cells = [
        _cell(cell.kind, cell.text, cell.metadata, cell.outputs, index)
        for index, cell in enumerate(source.cells)
        if cell.text.strip() and not cell.tags & HIDDEN_TAGS
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": [head, *cells], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _cell(
    kind: str, text: str, metadata: dict[str, Any], outputs: tuple[dict[str, Any], ...], index: int
) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{index}",
        "metadata": metadata,
        "source": text.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": [_output(output) for output in outputs]}
    return cell


def _output(output: dict[str, Any]) -> dict[str, Any]:
    """Beside Markdown nothing else is kept: any HTML makes Quarto load scripts from the network."""
    data = output.get("data", {})
    if "text/markdown" in data:
        return {**output, "data": {"text/markdown": data["text/markdown"]}}
    if "image/png" in data and not output.get("metadata", {}).get("image/png"):
        width = natural_width(base64.b64decode(joined(data["image/png"])))
        return {**output, "metadata": {"image/png": {"width": width} if width else {}}}
    return output
