"""What an overview rests on: the ledgers that the reports of a period wrote, and nothing computed anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pilotbook.errors import DataError
from pilotbook.evaluate.claims import ClaimBeside
from pilotbook.evaluate.judgement import Judgement
from pilotbook.evaluate.ledger import FILE, Ledger, Row
from pilotbook.panel.catalogue import Catalogue, Reform
from pilotbook.panel.periods import period_kind
from pilotbook.report.outdated import outdated


@dataclass(frozen=True, slots=True)
class Reported:
    """A catalogued reform and what its report of the period found.

    Attributes
    ----------
    reform
        Of the catalogue.
    ledger
        Of the period.
    earlier
        Of the last period before it that has a report in the same folder; None if there is none.
    """

    reform: Reform
    ledger: Ledger
    earlier: Ledger | None

    @property
    def judgements(self) -> dict[str, Judgement]:
        """The judgement of every outcome, by its id."""
        return {content["outcome"]: Judgement.from_dict(content) for content in self.ledger.verdicts}

    @property
    def claims(self) -> list[ClaimBeside]:
        """The claims about the reform."""
        return [ClaimBeside.from_dict(content) for content in self.ledger.claims]

    def lead(self, outcome: str) -> Row:
        """Return the row that leads an outcome."""
        return self.ledger.lead(outcome)


def collect(folder: Path, period: str, catalogue: Catalogue) -> list[Reported]:
    """Return every catalogued reform whose report of a period lies in a folder, in the order of the catalogue.

    A report that could not be made again is none: its numbers are those of earlier data.

    Parameters
    ----------
    folder
        The folder under which ``<plan>/<period>/`` lies.
    period
        The period.
    catalogue
        The catalogue.

    Raises
    ------
    DataError
        If a ledger cannot be read.
    """
    return [reported for reform in catalogue.reforms.values() for reported in _reported(folder, period, reform)]


def _reported(folder: Path, period: str, reform: Reform) -> Iterator[Reported]:
    path = folder / reform.id / period / FILE
    if path.is_file() and not outdated(path.parent):
        before = _before(folder / reform.id, period)
        reported = Reported(reform, _read(path), None if before is None else _read(before))
        try:
            _ = reported.judgements, reported.claims
        except (KeyError, TypeError, ValueError):
            raise _outdated(path) from None
        yield reported


def _before(plan: Path, period: str) -> Path | None:
    """Return the ledger of the last earlier period; periods of a kind are in the order of their texts."""
    kind = period_kind(period)
    names = (path.parent.name for path in plan.glob(f"*/{FILE}"))
    earlier = sorted(name for name in names if period_kind(name) == kind and name < period)
    return plan / earlier[-1] / FILE if earlier else None


def _read(path: Path) -> Ledger:
    try:
        return Ledger.loads(path.read_text(encoding="utf-8"))
    except (KeyError, TypeError, ValueError):
        raise _outdated(path) from None


def _outdated(path: Path) -> DataError:
    return DataError(f"{path}: was written by another version of pilotbook, or edited; render the report again")
