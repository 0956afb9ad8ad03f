"""How long one report takes to become a page and a PDF, step by step, and beside Quarto where it is on PATH.

Run ``python benchmarks/render_speed.py`` for the gallery, or name an executed notebook. It prints a Markdown table;
the figures of one run belong together, those of different machines do not.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from pilotbook.report.engine import choose_engine
from pilotbook.report.engine import document as document_module
from pilotbook.report.engine.document import build_document
from pilotbook.report.engine.embedded import lay_out
from pilotbook.report.engine.extension import extension_folder
from pilotbook.report.engine.html_writer import write_html
from pilotbook.report.engine.pdf_writer import STANDARDS, compile_typst, write_typst
from pilotbook.report.engine.proofs import prove
from pilotbook.report.engine.quarto import find_quarto
from pilotbook.report.engine.source import read_source
from pilotbook.report.execute import execute

ROOT = Path(__file__).parents[1]
REPEATS = 5


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and of the processors, children included."""

    clock: float
    processor: float


def processor_seconds() -> float:
    """Return what this process and its finished children have used."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def best(action: Callable[[], Any], repeats: int = REPEATS) -> Cost:
    """Return the best of several runs after one that warms up: other work on the machine only adds."""
    action()
    costs = []
    for _ in range(repeats):
        clock, processor = time.perf_counter(), processor_seconds()
        action()
        costs.append(Cost(time.perf_counter() - clock, processor_seconds() - processor))
    return Cost(min(cost.clock for cost in costs), min(cost.processor for cost in costs))


def executed_gallery(folder: Path) -> Path:
    """Execute the gallery of the tests in a folder."""
    for path in (ROOT / "tests" / "report").glob("gallery*"):
        shutil.copy(path, folder)
    notebook = nbformat.read(folder / "gallery.ipynb", 4)
    nbformat.write(execute(notebook, folder, "gallery.ipynb"), folder / "gallery.ipynb")
    return folder / "gallery.ipynb"


def steps(notebook: Path, folder: Path) -> dict[str, Cost]:
    """Return the cost of each step of the embedded engine, and of the whole."""
    extension = extension_folder()
    source = read_source(notebook)
    document = build_document(source, extension)
    metadata = lay_out(document, folder)
    typst_source = write_typst(document, extension, folder, metadata)
    pages = {
        "html": write_html(document, extension, folder, metadata),
        "pdf": compile_typst(typst_source, document, folder),
    }
    markdown = document_module.to_markdown(source)
    engine = choose_engine("embedded")
    return {
        "read cells, write Markdown": best(lambda: document_module.to_markdown(read_source(notebook))),
        "parse (Pandoc)": best(lambda: document_module.parse_markdown(markdown.text, notebook.parent)),
        "read, parse, number, cite": best(lambda: build_document(read_source(notebook), extension)),
        "write HTML (Pandoc)": best(lambda: write_html(document, extension, folder, metadata)),
        "write Typst (Pandoc)": best(lambda: write_typst(document, extension, folder, metadata)),
        "compile PDF (Typst)": best(lambda: compile_typst(typst_source, document, folder)),
        "proofs": best(lambda: prove(document, pages, STANDARDS)),
        "**whole, HTML and PDF, warm**": best(lambda: engine.render(notebook, folder / "out")),
    }


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook = Path(sys.argv[1]) if len(sys.argv) > 1 else executed_gallery(folder)
        (folder / "work").mkdir()
        times = steps(notebook, folder / "work")
        whole = list(times.values())[-1]
        found = find_quarto()
        if found is not None and found.usable:
            quarto = choose_engine("quarto")
            times[f"Quarto {found.version}, HTML and PDF"] = best(
                lambda: quarto.render(notebook, folder / "quarto"), repeats=2
            )
        print("| step | seconds | processor seconds | of the whole |\n|:--|--:|--:|--:|")
        for step, cost in times.items():
            print(f"| {step} | {cost.clock:.2f} | {cost.processor:.2f} | {cost.processor / whole.processor:.2f} |")


if __name__ == "__main__":
    main()
