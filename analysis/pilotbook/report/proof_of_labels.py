"""Proof of labels: the numbers beside the title of an outcome are those of that outcome.

The proof of numbers compares each number with the row of the ledger that it names, and would not see that two titles
had changed places.
"""

from __future__ import annotations

from collections.abc import Mapping

from pilotbook.errors import ProofError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.report.printed import Page


def prove_labels(page: Page, ledger: Ledger, titles: Mapping[str, str]) -> None:
    """Compare the outcome that each line of a table is about with the outcome of its numbers.

    Parameters
    ----------
    page
        A finished page.
    ledger
        What its numbers come from.
    titles
        Title of each outcome by its id, in the language of the page.

    Raises
    ------
    ProofError
        If a line begins with the title of one outcome and prints a number of another.
    """
    outcomes = {row.id: row.outcome for row in ledger}
    for line in page.lines:
        label = line.label.strip()
        own = _outcomes_named(label, titles)
        for row in line.rows if own else ():
            if outcomes[row] in titles and outcomes[row] not in own:
                said = titles[outcomes[row]]
                raise ProofError(f"{page.name}: the line '{label}' prints a number of '{said}' ({row})")


def _outcomes_named(label: str, titles: Mapping[str, str]) -> set[str]:
    """Return the outcomes that a label begins with; none if it is no outcome's."""
    named = {title for title in titles.values() if label.startswith(title)}
    longest = max(named, key=len, default="")
    return {outcome for outcome, title in titles.items() if title == longest}
