"""The Quarto engine: the program on PATH, in a private directory, offline, with its log read."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pilotbook.report.engine.compact import compact
from pilotbook.report.engine.document import Document, build_document
from pilotbook.report.engine.extension import NAME, extension_fingerprint, extension_folder
from pilotbook.report.engine.fonts import font_faces, font_fingerprint
from pilotbook.report.engine.metadata import publication_moment
from pilotbook.report.engine.private_copy import lay_out_for_quarto
from pilotbook.report.engine.proofs import prove
from pilotbook.report.engine.publish import publish
from pilotbook.report.engine.source import read_source

MINIMUM = (1, 9)
# From here on Quarto brings Typst 0.15, which can follow PDF/UA and PDF/A at once; Typst 0.14 follows one at a time.
TWO_STANDARDS = (1, 11)
FORMATS = {"html": f"{NAME}-html", "pdf": f"{NAME}-typst"}
COLORS = re.compile(r"\x1b\[[0-9;]*m")
# What Quarto only warns about, and what a report must not have. Its own exit status is 0 for all of these.
FAULTS = (
    re.compile(r"Unable to resolve crossref \S+"),
    re.compile(r"UNRESOLVED .+"),
    re.compile(r"Citeproc: citation \S+ not found"),
    re.compile(r"unknown font family: .+"),
    re.compile(r"Could not fetch resource \S+"),
    re.compile(r"Could not convert image \S+"),
    re.compile(r"ERROR(?: \(.*?\))?:? .+"),
)


@dataclass(frozen=True)
class QuartoProgram:
    """Quarto as found on PATH."""

    path: Path
    version: str

    @property
    def usable(self) -> bool:
        """Whether it is recent enough."""
        return self.numbers >= MINIMUM

    @property
    def standards(self) -> tuple[str, ...]:
        """What its PDF can follow."""
        return ("ua-1", "a-2a") if self.numbers >= TWO_STANDARDS else ("ua-1",)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Major and minor version."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version)[:2])


def find_quarto() -> QuartoProgram | None:
    """Look for Quarto on PATH and ask it for its version."""
    path = shutil.which("quarto")
    if path is None:
        return None
    try:
        run = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = run.stdout.strip().splitlines()
    return QuartoProgram(Path(path), lines[-1].strip()) if lines else None


class QuartoEngine:
    """Renders with the program ``quarto``; the notebook passes the same checks as with the embedded engine."""

    name = "quarto"

    def __init__(self, program: QuartoProgram):
        self._program = program

    @property
    def version(self) -> str:
        """Version of Quarto."""
        return self._program.version

    def fingerprint(self) -> str:
        """Hash of everything besides the notebook that shapes the bytes."""
        parts = (self.name, self.version, extension_fingerprint(), font_fingerprint())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def render(self, notebook: Path, out_dir: Path, formats: Sequence[str] = ("html", "pdf")) -> dict[str, Path]:
        """Render an executed notebook into ``out_dir/report.<format>``, after all proofs have passed.

        Raises
        ------
        RenderError
            If the notebook cannot be rendered or Quarto warns of something a report must not have.
        ProofError
            If a finished page is not what it must be.
        """
        document = build_document(read_source(Path(notebook)), extension_folder())
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as name:
            directory = Path(name)
            lay_out_for_quarto(document, directory, self._program.standards)
            self._run(document, directory, formats)
            pages = compact({form: (directory / f"report.{form}").read_bytes() for form in formats})
        prove(document, pages, self._program.standards)
        return publish(pages, Path(out_dir))

    def _run(self, document: Document, directory: Path, formats: Sequence[str]) -> None:
        targets = ",".join(FORMATS[form] for form in formats)
        fonts = os.pathsep.join(str(folder) for folder in font_faces().folders)
        environment = {
            **os.environ,
            "TZ": "UTC",
            "SOURCE_DATE_EPOCH": str(int(publication_moment(document.source.front).timestamp())),
            "TYPST_IGNORE_SYSTEM_FONTS": "1",
            "TYPST_FONT_PATHS": fonts,
            "NO_COLOR": "1",
        }
        # never --quiet: it hides warnings and Typst's errors
        command = [str(self._program.path), "render", "report.ipynb", "--to", targets, "--no-execute"]
        run = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
        log = COLORS.sub("", run.stdout + run.stderr)
        faults = sorted({match[0].strip() for fault in FAULTS for match in fault.finditer(log)})
        missing = [form for form in formats if not (directory / f"report.{form}").is_file()]
        if run.returncode or faults or missing:
            reasons = faults or log.strip().splitlines()[-12:]
            status = f"exit status {run.returncode}" + (f", no {' and no '.join(missing)}" if missing else "")
            raise document.source.place.error(
                f"Quarto {self.version} did not make the report ({status}):\n" + "\n".join(reasons)
            )
