"""Choose the engine: Quarto where it is on PATH, otherwise the embedded one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pilotbook.errors import CallError, UnknownNameError
from pilotbook.report.engine.embedded import EmbeddedEngine
from pilotbook.report.engine.quarto import MINIMUM, QuartoEngine, find_quarto

NAMES = ("auto", "quarto", "embedded")


class Engine(Protocol):
    """What the two engines have in common."""

    @property
    def name(self) -> str:
        """``quarto`` or ``embedded``."""
        ...

    @property
    def version(self) -> str:
        """Version of the programs behind it."""
        ...

    def fingerprint(self) -> str:
        """Hash of everything besides the notebook that shapes the bytes."""
        ...

    def render(self, notebook: Path, out_dir: Path, formats: Sequence[str] = ("html", "pdf")) -> dict[str, Path]:
        """Render an executed notebook into ``out_dir/report.<format>``, after all proofs have passed."""
        ...


def choose_engine(name: str = "auto") -> Engine:
    """Return the engine of this name.

    Parameters
    ----------
    name
        ``quarto``, ``embedded``, or ``auto``: Quarto if a usable version is on PATH, otherwise the embedded engine.

    Raises
    ------
    CallError
        If Quarto is asked for and is not on PATH or too old; `UnknownNameError` if there is no such engine.
    """
    if name not in NAMES:
        raise UnknownNameError("engine", name, NAMES)
    if name == "embedded":
        return EmbeddedEngine()
    found = find_quarto()
    if found is not None and found.usable:
        return QuartoEngine(found)
    if name == "auto":
        return EmbeddedEngine()
    wanted = ".".join(str(part) for part in MINIMUM)
    if found is None:
        raise CallError(f"quarto is not on PATH; install Quarto {wanted} or later, or use --engine embedded")
    raise CallError(f"quarto on PATH is version {found.version}; {wanted} or later is needed, or use --engine embedded")
