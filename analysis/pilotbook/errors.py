"""Everything that can go wrong, as one tree.

::

    PilotbookError
    ├── CallError            the call was wrong                          exit status 2
    │   ├── UnknownNameError     a plan, period, language … that is not there; names the nearest
    │   └── ParameterError       a report parameter is unknown, missing or of the wrong type
    └── WorkError            the work was done and the answer is no      exit status 1
        ├── PlanError            the plan cannot be used (file, line, column, key)
        ├── DataError            the data cannot be used (file, sheet, row, column)
        ├── NotebookError        a chapter raised (notebook, cell, source)
        ├── RenderError          a page could not be made (engine, file, cell)
        └── ProofError           a finished page is not what it must be

A message is one sentence or a short list: what is wrong, where, and what to do next. The command line prints
it without a traceback; an exception that is not in this tree is a fault of pilotbook itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class PilotbookError(Exception):
    """Base of all errors that are explained to the user instead of traced."""

    exit_status = 1


class CallError(PilotbookError):
    """The call itself was wrong."""

    exit_status = 2


class UnknownNameError(CallError):
    """A name that is not among the known ones.

    Parameters
    ----------
    kind
        What was named: ``plan``, ``period``, ``language`` …
    name
        What the user wrote.
    known
        The valid names.
    where
        Where the name stood, if not on the command line.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], where: str | None = None) -> None:
        self.name, self.known, self.where = name, sorted(known), where
        super().__init__(f"{f'{where}: ' if where else ''}unknown {kind} '{name}'; {_suggestion(name, self.known)}")


class ParameterError(CallError):
    """A report parameter is unknown, missing or of the wrong type."""


class WorkError(PilotbookError):
    """The work was done and the answer is no."""


class PlanError(WorkError):
    """An analysis plan that cannot be used."""


class DataError(WorkError):
    """Data that cannot be used."""


class NotebookError(WorkError):
    """A chapter raised while it was executed."""


class RenderError(WorkError):
    """An executed chapter that an engine could not turn into a page."""


class ProofError(WorkError):
    """A finished page that does not say what it must."""


def _suggestion(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"valid: {', '.join(known)}" if known else "there is none yet"
