"""How an executor says that a notebook did not reach its end."""

from __future__ import annotations


class StoppedError(Exception):
    """A cell raised, took too long, or its process died.

    Parameters
    ----------
    at
        Position of the cell.
    reason
        What happened, such as ``ZeroDivisionError: division by zero``.
    """

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(at, reason)
        self.at, self.reason = at, reason
