"""Where in a source something stands, for messages that name file, cell and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from pilotbook.errors import RenderError


@dataclass(frozen=True)
class Place:
    """A cell of a notebook, or a whole text file.

    Attributes
    ----------
    file
        Name of the source file.
    cell
        Number of the cell, counted from 1 as JupyterLab shows them; None for a text file.
    cell_id
        Stable id of the cell, if it has one.
    """

    file: str
    cell: int | None = None
    cell_id: str | None = None

    def __str__(self) -> str:
        if self.cell is None:
            return self.file
        return f"{self.file}, cell {self.cell}{f' (id {self.cell_id})' if self.cell_id else ''}"

    def error(self, message: str) -> RenderError:
        """Return the error that names this place; the caller raises it."""
        return RenderError(f"{self}: {message}")
