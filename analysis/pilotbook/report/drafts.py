"""What was executed of a report that failed, and why it failed: kept beside the folder of the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from pilotbook.report.compose import write_notebook


@dataclass(frozen=True, slots=True)
class Draft:
    """The place of one draft.

    Attributes
    ----------
    folder
        ``failed/`` beside the folders of the plan's reports.
    name
        Period and language.
    """

    folder: Path
    name: str

    @property
    def notebook(self) -> Path:
        """The cells with the outputs that they had so far."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def cause(self) -> Path:
        """The message of the failure."""
        return self.folder / f"{self.name}.txt"

    def keep(self, notebook: NotebookNode, cause: str) -> str:
        """Keep notebook and cause, whole or, if the disk is full, not at all; say which."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.cause.write_text(f"{cause}\n", encoding="utf-8")
            write_notebook(notebook, self.notebook)
        except OSError as error:
            self.drop()
            return f"The draft cannot be kept ({error.strerror})"
        return f"The draft is kept: {self.notebook}"

    def drop(self) -> None:
        """Remove what an earlier failure left."""
        for path in (self.notebook, self.cause):
            path.unlink(missing_ok=True)
