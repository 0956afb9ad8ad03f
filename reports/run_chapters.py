"""Before Quarto renders the website: run the chapters of analysis/ with their default parameters into chapters/.

Quarto itself would write outputs back into the notebooks that it executes. Here they are read, run in memory and
written elsewhere, so that a render leaves the sources as they are.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(os.environ.get("QUARTO_PROJECT_DIR") or Path(__file__).parents[1]).resolve()
CHAPTERS = ROOT / "chapters"
BESIDE = ("*.bib", "*.csl", "*.svg", "*.png")


def run_chapters() -> None:
    """Write an executed copy of every chapter, and copies of the files that stand beside them."""
    from pilotbook.report.alone import run_alone  # noqa: PLC0415  # a missing package is explained
    from pilotbook.report.compose import write_notebook  # noqa: PLC0415  # likewise

    CHAPTERS.mkdir(exist_ok=True)
    sources = sorted((ROOT / "analysis").glob("*.ipynb"))
    for old in set(CHAPTERS.glob("*.ipynb")) - {CHAPTERS / source.name for source in sources}:
        old.unlink()
    for pattern in BESIDE:
        for path in (ROOT / "analysis").glob(pattern):
            (CHAPTERS / path.name).write_bytes(path.read_bytes())
    for source in sources:
        executed = run_alone(source)
        write_notebook(executed, CHAPTERS / source.name)


def main() -> int:
    """Run the chapters; a failure is one message and stops Quarto."""
    try:
        from pilotbook.errors import PilotbookError  # noqa: PLC0415  # a missing package is explained
    except ImportError:
        print(
            f"{sys.executable} has no pilotbook; run `make environment`, or set QUARTO_PYTHON to a Python that has it",
            file=sys.stderr,
        )
        return 1
    try:
        run_chapters()
    except PilotbookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
