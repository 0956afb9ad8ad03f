"""The one place where a number of the ledger becomes text, tagged with where it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from babel.numbers import format_decimal

from pilotbook import fingerprint
from pilotbook.evaluate.ledger import (
    BACON,
    BALANCE,
    BEFORE_AFTER,
    CLAIMS,
    IMITATION,
    IMPORTANT,
    LOG_EFFECT,
    PEOPLE,
    PER_CENT,
    RELATIVE_EFFECT,
    RULE,
    SENSITIVITY,
    SETTLEMENT,
    SHARE,
    WATCH,
    Ledger,
    Row,
)
from pilotbook.report.language import LOCALE, say

ValueName = Literal["estimate", "se", "df", "ci_low", "ci_high", "p", "p_smallest", "p_family", "p_holm", "baseline"]
CountName = Literal["n_obs", "n_units", "n_pilots", "n_controls", "n_clusters", "n_pilot_clusters", "n_cohorts"]

Field = ValueName | CountName

GROUP_MEANS = ("pilots", "controls")
"""Estimands of balance that are means; they have no common scale and are printed with three significant digits."""

RELATIVE = "relative"
"""Scale, in ``spec``, of a change in per cent of the mean before; printed likewise."""

A_PERIOD = ("pre_trend_detectable", "pre_trend_slope", "breakdown")
"""Estimands in the unit of their outcome a period; they have one decimal more."""

WITHOUT_UNIT = (
    *(LOG_EFFECT, RELATIVE_EFFECT, "imputation_less_callaway_santanna"),
    *("autoregression", "r_squared", "most_influential"),
)
"""Estimands that are not in the unit of their outcome; they are printed with two decimals."""

LARGE = 1_000
"""An observed value or amount of this size or more is printed without decimals."""


class Tagged(str):
    """Markdown text; in prose (an inline expression) it is inserted as it stands, not quoted."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


def anchor(row: Row) -> str:
    """Return the name of the place where a row stands in full."""
    return f"row-{fingerprint.sha256(row.id)[:10]}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Formats the numbers of one ledger in one language.

    Every number carries the id of its row and the field it shows, as attributes of a span (``data-ledger``,
    ``data-field``), so that a page can be checked against the ledger.
    """

    ledger: Ledger
    language: str = "en"
    led_to: dict[str, Row] | None = None
    """Where each number leads by a click to its row: the rows that were led to so far, by id."""

    @property
    def missing(self) -> Tagged:
        """Return what stands where a value does not exist."""
        return Tagged(say(self.language, "n/a"))

    def value(self, row: Row, name: Field = "estimate") -> Tagged:
        """Format one field of a row and tag it with where it comes from."""
        if getattr(row, name) is None:
            return self.missing
        text = self.text(row, name).replace("<", "&lt;")
        tagged = f'[{text}]{{data-ledger="{row.id}" data-field="{name}"}}'
        if self.led_to is None:
            return Tagged(tagged)
        self.led_to[row.id] = row
        return Tagged(f"[{tagged}](#{anchor(row)})")

    def text(self, row: Row, name: Field) -> str:
        """Format one field of a row in the decimals of its outcome, without a tag."""
        number = getattr(row, name)
        match name:
            case "p" | "p_smallest" | "p_family" | "p_holm":
                return f"<{self.decimal(0.001, 3)}" if number < 0.001 else self.decimal(number, 3)
            case "df":
                return self.decimal(number, 1)
            case "n_obs" | "n_units" | "n_pilots" | "n_controls" | "n_clusters" | "n_pilot_clusters" | "n_cohorts":
                return self.whole(number)
        if row.estimator == PEOPLE:
            return self.whole(round(number))
        if row.estimator == SENSITIVITY and row.unit in {"", IMPORTANT}:
            return self.decimal(number, 2)
        if row.estimator == BALANCE:
            return self.decimal(number, _significant(number) if row.estimand in GROUP_MEANS else 2)
        if row.estimand in WITHOUT_UNIT or row.spec.get("scale") == RELATIVE:
            return self.decimal(number, 2)
        if row.estimator in {RULE, WATCH, SETTLEMENT}:
            return self.decimal(number, 0 if abs(number) >= LARGE else 2)
        if row.unit == SHARE:
            return f"{self.decimal(100 * number, 1)}%"
        if row.unit == PER_CENT and row.estimator == IMITATION:
            return self.decimal(number, 1)
        digits = self.decimals(row.outcome)
        if row.estimator == SENSITIVITY:
            return self.decimal(number, min(digits + (row.estimand in A_PERIOD), 6))
        is_mean = row.role == "description" and row.estimator not in {BEFORE_AFTER, BACON, CLAIMS}
        is_level = name == "baseline" or is_mean
        return self.decimal(number, max(digits - 1, 0) if is_level else digits)

    def interval(self, row: Row) -> Tagged:
        """Format the confidence interval."""
        if row.ci_low is None or row.ci_high is None:
            return self.missing
        low, high = self.value(row, "ci_low"), self.value(row, "ci_high")
        return Tagged(say(self.language, "{low} to {high}", low=low, high=high))

    def whole(self, number: int) -> str:
        """Format a count that is a fact of the design, with the thousands of the language."""
        return str(format_decimal(number, format="#,##0", locale=LOCALE[self.language]))

    def decimal(self, number: float, digits: int) -> str:
        """Format a number with a fixed count of decimals and a true minus sign."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        text = format_decimal(number, format=pattern, locale=LOCALE[self.language])
        return text.removeprefix("-") if _is_zero(text) else text.replace("-", "−")

    def decimals(self, outcome: str) -> int:
        """Return the decimals of an outcome: three significant digits of its headline's standard error.

        One count for all numbers of an outcome, so that a column of them lines up. Where the headline has no
        error, three significant digits of a quarter of its interval's width, or else of the headline itself.
        """
        lead = self.ledger.lead(outcome) if outcome in self.ledger.headline else self._only(outcome)
        scale = lead.se or lead.estimate
        if lead.se is None and lead.ci_low is not None and lead.ci_high is not None:
            scale = (lead.ci_high - lead.ci_low) / 4
        if not scale:
            return 2
        return min(max(2 - math.floor(math.log10(abs(scale))), 0), 6)

    def _only(self, outcome: str) -> Row:
        """Return the row of a placebo outcome, which has no headline."""
        return self.ledger.select(outcome=outcome, estimator=SENSITIVITY)[0]


def _significant(number: float) -> int:
    """Return the decimals that show three significant digits, at most six."""
    return min(max(2 - math.floor(math.log10(abs(number))), 0), 6) if number else 0


def _is_zero(text: str) -> bool:
    return not any(digit in text for digit in "123456789")
