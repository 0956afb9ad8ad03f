"""Telling how far a batch is: a bar with the time left on a terminal, one line per report elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from tqdm import tqdm

from pilotbook.report.batch import Outcome


class Progress:
    """Notes outcomes as they come; used as a context.

    Parameters
    ----------
    total
        Number of reports.
    """

    def __init__(self, total: int) -> None:
        self.outcomes: list[Outcome] = []
        self._total, self._began = total, time.monotonic()
        self._bar = tqdm(total=total, unit="report", disable=None, leave=False, dynamic_ncols=True, file=sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def note(self, outcome: Outcome) -> None:
        """Count an outcome and say it."""
        self.outcomes.append(outcome)
        self._bar.update()
        line = f"{self._name(outcome)}: {_said(outcome)}"
        if self._bar.disable:
            done = len(self.outcomes)
            self.say(f"[{done:{len(str(self._total))}}/{self._total}] {line}")
        elif outcome.error is not None:
            self.say(line)

    def say(self, line: str) -> None:
        """Write a line without disturbing the bar."""
        tqdm.write(line, file=sys.stderr)

    def summary(self, interrupted: bool = False) -> Iterator[str]:
        """Give the lines of the summary: how many of each kind, how long, and the cause of every failure."""
        counts = Counter(outcome.status for outcome in self.outcomes)
        seconds = time.monotonic() - self._began
        yield ""
        for status in ("rendered", "unchanged", "failed"):
            spent = sum(o.seconds for o in self.outcomes if o.status == status)
            yield f"{status:<10} {counts[status]:>5}   {spent:>8.1f} s of work"
        if interrupted:
            yield f"{'left':<10} {self._total - len(self.outcomes):>5}   the same call goes on with them"
        yield f"{'in all':<10} {self._total:>5}   {seconds:>8.1f} s on the clock"
        yield from _failures(self.outcomes)

    def _name(self, outcome: Outcome) -> str:
        return " ".join(part for part in (outcome.request.plan.id, outcome.period) if part)


def _said(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"failed: {outcome.explanation}"
    return outcome.status if outcome.status == "unchanged" else f"rendered in {outcome.seconds:.1f} s"


def _failures(outcomes: Sequence[Outcome]) -> Iterator[str]:
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if not failed:
        return
    width = max(len(outcome.request.plan.id) for outcome in failed)
    yield ""
    yield f"{'failed':<{width}}  period   cause"
    for outcome in sorted(failed, key=lambda outcome: (outcome.request.plan.id, outcome.period or "")):
        cause = outcome.explanation.splitlines()[0]
        yield f"{outcome.request.plan.id:<{width}}  {outcome.period or '–':<7}  {cause}"
