"""The functions of the language: what each is given and what it gives back.

How they are computed stands in `operations`; which of them a rule file may use is checked by `check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pilotbook.judge.rules.vocabulary import Kind


class Argument(StrEnum):
    """What an argument must be."""

    NUMBER = "a number"
    TRUTH = "a condition"
    SERIES = "the name of an indicator"
    NAMES = "names of indicators"
    EFFECT = "effect(indicator)"
    COUNT = "a whole number from 1 to 60"
    SHARE = "a number between 0.5 and 1"
    WINDOW = '"month", "quarter" or "year"'
    RULE = "the id of a rule"


@dataclass(frozen=True, slots=True)
class Function:
    """A function.

    Attributes
    ----------
    arguments
        What it is given; `Argument.NAMES` takes one or several, one after the other or as one row.
    kind
        What it gives back.
    unit
        ``same`` for the unit of its first argument, a unit, or None.
    about
        What it is, in one line.
    """

    arguments: tuple[Argument, ...]
    kind: Kind
    unit: str | None
    about: str


SAME = "same"
FUNCTIONS: Mapping[str, Function] = {
    "abs": Function((Argument.NUMBER,), Kind.NUMBER, SAME, "absolute value"),
    "max": Function((Argument.NUMBER, Argument.NUMBER), Kind.NUMBER, SAME, "larger of two numbers"),
    "effect": Function((Argument.SERIES,), Kind.EFFECT, SAME, "estimated effect on an indicator"),
    "relative_effect": Function((Argument.SERIES,), Kind.EFFECT, SAME, "the same in per cent of the baseline"),
    "lower95": Function((Argument.EFFECT,), Kind.NUMBER, SAME, "lower end of the interval adjusted for the looks"),
    "upper95": Function((Argument.EFFECT,), Kind.NUMBER, SAME, "upper end of the interval adjusted for the looks"),
    "lower90": Function((Argument.EFFECT,), Kind.NUMBER, SAME, "lower end of the two-sided 80 % interval (harm)"),
    "upper90": Function((Argument.EFFECT,), Kind.NUMBER, SAME, "upper end of the two-sided 80 % interval (harm)"),
    "consecutive": Function(
        (Argument.TRUTH, Argument.COUNT, Argument.WINDOW), Kind.TRUTH, None, "true in each of the last k windows"
    ),
    "yoy": Function((Argument.SERIES,), Kind.NUMBER, "%", "change from a year ago in per cent"),
    "previous": Function((Argument.SERIES,), Kind.NUMBER, SAME, "value one window earlier"),
    "baseline": Function((Argument.SERIES,), Kind.NUMBER, SAME, "mean of the same unit before its reform"),
    "provincial_mean": Function((Argument.SERIES,), Kind.NUMBER, SAME, "mean over the units of the province"),
    "funnel_limit": Function((Argument.SERIES, Argument.SHARE), Kind.NUMBER, SAME, "upper funnel limit of the unit"),
    "any_abs_z": Function((Argument.NAMES,), Kind.NUMBER, None, "largest distance from the others, in deviations"),
    "reported": Function((Argument.NAMES,), Kind.TRUTH, None, "values of all of these are there"),
    "effect_reported": Function((Argument.NAMES,), Kind.TRUTH, None, "effects with intervals on all of these"),
    "report_exists": Function((Argument.WINDOW,), Kind.TRUTH, None, "a report of the period is there"),
    "meeting_logged": Function((Argument.WINDOW,), Kind.TRUTH, None, "a joint meeting of the period is on record"),
    "year_elapsed": Function((), Kind.NUMBER, None, "part of the year that has gone by"),
    "fired": Function((Argument.RULE,), Kind.TRUTH, None, "another rule fires for the same unit, or for any"),
}

EFFECTS = ("effect", "relative_effect")
"""Functions that read an estimated effect."""
