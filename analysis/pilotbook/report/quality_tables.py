"""Tables of the chapter on the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from IPython.display import Markdown

from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.quality import Quality, revision_triangle
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.quality_words import GATES
from pilotbook.report.tables import pipe_table

PERIODS_SHOWN = 8  # the last ones: older periods are hardly ever revised


def completeness(quality: Quality, numbers: Numbers) -> Markdown:
    """Return how complete each indicator is, by arm, with what was flagged, broken and revised."""
    language, indicators = numbers.language, read_catalogue().indicators
    rows = [
        [
            indicators[c.indicator].label(language),
            numbers.whole(c.expected),
            _share(c.missing_pilots, numbers),
            _share(c.missing_controls, numbers),
            numbers.whole(c.flagged),
            numbers.whole(c.breaks),
            numbers.missing if c.revised is None else numbers.whole(c.revised),
            say(language, GATES[c.gate]),
        ]
        for c in quality.completeness
    ]
    head = (
        "Indicator",
        "Values expected",
        "Missing in pilots, %",
        "Missing in controls, %",
        "Outside the usual range",
        "Breaks",
        "Revised",
        "Gate",
    )
    return pipe_table([say(language, name) for name in head], "lrrrrrrl", rows)


def triangle(dataset: Path, column: str, numbers: Numbers) -> Markdown:
    """Return the mean of a column by period as each vintage had it."""
    values = revision_triangle(dataset, column).tail(PERIODS_SHOWN)
    rows = [
        [str(period), *(numbers.missing if np.isnan(v) else numbers.decimal(float(v), 2) for v in row)]
        for period, row in zip(values.index, values.to_numpy(), strict=True)
    ]
    head = [say(numbers.language, "Period"), *map(str, values)]
    return pipe_table(head, "l" + "r" * values.shape[1], rows)


def _share(value: float | None, numbers: Numbers) -> str:
    return numbers.missing if value is None else numbers.decimal(value, 1)
