# ruff: noqa: E501  one sentence stands on one line, as it is read
"""Every kind of fault that the contract knows, in ten and more classes, each with its sentence.

An error makes the data unusable; a warning is shown and counted, and the data may be used. The sentence says what is
wrong and what to do; the place (file, sheet, row, column) is the finding's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault.

    Attributes
    ----------
    id
        Name that findings carry as their rule.
    group
        Class of faults that it belongs to.
    severity
        ``error`` if data with it are refused, ``warning`` if they are flagged.
    sentence
        What is wrong and what to do, with named gaps.
    """

    id: str
    group: str
    severity: Severity
    sentence: str


# fmt: off
_ERRORS: dict[str, dict[str, str]] = {
    "file": {
        "missing-file": "the file does not exist; check the path",
        "file-type": "files of type '{value}' are not read; save it as .csv, .xlsx or .parquet",
        "file-unreadable": "it cannot be opened ({detail}); save it again with the program it came from",
        "encoding": "it is neither UTF-8 nor GB18030 text; save it as CSV UTF-8",
        "empty-file": "it is empty; it needs a header row and data",
        "no-rows": "it has a header but no rows; add the data",
        "no-files": "the folder holds no .csv, .xlsx or .parquet file; put the tables into it, or name the file",
        "separator": "its cells are separated by {what}, not by commas; save it as CSV UTF-8 with commas",
        "merged-cells": "the cells {ref} are merged, so that all but the first are empty; unmerge them and fill in each",
        "not-rectangular": "the row has {found} cells and the header {expected}; quote cells that hold a comma",
    },
    "header": {
        "missing-column": "the {table} table needs this column; {hint}",
        "duplicate-column": "the column stands in the header twice; remove one of the two",
        "blank-header": "a column with values has no header; name it or remove it",
        "mixed-layout": "the table has both a column 'indicator' and columns of indicators; use one of the two layouts",
        "lone-numerator": "a numerator needs the column of its denominator, '{expected}'; add it",
        "unknown-table": "its columns fit none of the tables of the contract ({tables}); {hint}",
        "table-twice": "the {table} table stands in {other} already; put its rows into one table",
    },
    "key": {
        "empty-key": "the cell is empty; every row needs it",
        "county-code": "'{value}' is no county code; write the six digits of the administrative division",
        "period-spelling": "'{value}' is no period; write 2024, 2024Q4 or 2024-11",
        "period-kind": "the row is a {kind} and the table has {expected}s; hand in one kind of period in a table",
        "duplicate-key": "the row repeats the key of row {first} ({key}); keep one of the two",
        "unknown-county": "county {value} is not in the counties table; add it there or correct the code",
    },
    "number": {
        "not-a-number": "'{value}' is not a number; write digits with a point, or leave the cell empty if missing",
        "formula-error": "the cell holds the formula error {value}; mend the formula or leave the cell empty",
        "formula-without-value": "the formula {value} has no stored result; open the file in a spreadsheet and save it",
        "date-in-number": "'{value}' is a date where a number belongs; format the cell as a number and enter it again",
        "infinite": "'{value}' is not finite; a division by zero? correct it or leave the cell empty",
        "truth-in-number": "'{value}' is a yes or no where a number belongs; enter the number",
        "number-range": "'{value}' is a range; enter one number, or leave the cell empty if it is not known",
    },
    "range": {
        "below-hard": "{value} is below {bound}, which {label} cannot be; correct it or leave the cell empty",
        "above-hard": "{value} is above {bound}, which {label} cannot be; correct it or leave the cell empty",
        "denominator-not-positive": "a denominator must be above zero; correct it, or leave it empty if unknown",
        "numerator-negative": "a numerator cannot be negative; correct it or leave it empty",
    },
    "unit": {
        "share-as-fraction": "all values lie between 0 and 1 but the unit is {unit}; multiply the column by 100",
        "fraction-among-percents": "{value} is a hundredth of what this county has elsewhere ({usual}); "
                                   "write it in {unit}",
        "ten-thousands": "{value} is a ten-thousandth of what this county has elsewhere ({usual}); "
                         "write it in {unit}, not in ten thousands",
        "percent-in-other-unit": "'{value}' has a per cent sign but the unit is {unit}; enter the number in {unit}",
        "unit-in-cell": "'{value}' carries a unit; enter the number alone, in {unit}",
    },
    "completeness": {
        "missing-period": "no county has a row for {period}, inside the panel that begins in {begin} and ends in {end}; "
                          "add the rows, or correct the period that stands apart",
    },
    "ratio": {
        "ratio-mismatch": "{value} is not {per:g} × {numerator:g} / {denominator:g} = {ratio:g}; "
                          "correct the value, the numerator or the denominator",
        "numerator-above-denominator": "the numerator {numerator:g} is larger than its denominator {denominator:g}; "
                                       "a share cannot exceed 100 %: correct one of the two",
        "denominator-missing": "the numerator stands without its denominator; add the denominator",
    },
    "county": {
        "duplicate-county": "county {value} already stands in row {first}; keep one of the two",
        "unknown-region": "'{value}' is no region; write east, central, west or ethnic-remote",
        "population": "'{value}' is no population; enter the number of residents, above zero",
        "province-mismatch": "the code begins with {digits}, which other rows give to {other}, not to '{value}'; "
                             "correct the code or the province",
    },
    "exposure": {
        "unknown-reform": "'{value}' is not in the catalogue of reforms; {hint}",
        "unknown-exposed-county": "county {value} is not in the panel; correct the code or add its rows",
        "end-before-start": "the reform ends ({value}) before it starts ({start}); correct one of the two",
        "announced-after-start": "it is announced ({value}) after it starts ({start}); correct one of the two",
        "duplicate-exposure": "county {county} already has {reform} in row {first}; keep one of the two",
        "start-differs": "{unit} starts in {value} here and in {other} in row {first}; "
                         "counties assigned together start together",
        "exposed-before-start": "the county is marked as exposed in {period} but its reform starts in {start}; "
                                "correct the mark or the exposure table",
    },
    "further": {
        "unknown-level": "'{value}' is no level of a facility; write village, township, community, secondary or tertiary",
        "facility-moves": "facility {value} stands in county {county} here and in {other} in row {first}; "
                          "a facility lies in one county",
        "unknown-facility-county": "county {value} is not in the panel; correct the code",
        "unknown-input": "'{value}' is not in the dictionary of further inputs; {hint}",
        "input-value": "'{value}' is no valid {input} ({expected}); correct it",
    },
    "vintage": {
        "vintage-name": "'{value}' is no vintage; write the period of the hand-over, such as 2025Q1",
        "dataset-name": "'{value}' is no name of a data set; write letters, digits and hyphens, or a path with a slash",
        "no-vintages-here": "data set {value} is a single described file and has no vintages; choose another name",
        "panel-missing": "the first vintage needs the panel table (county, period, indicators); hand it in as well",
        "vintage-exists": "vintage {value} is there already and is never overwritten; use a new name",
        "vintage-order": "vintage {value} is older than {latest}, the newest; hand in the newest last",
        "vintage-changed": "the bytes are not those that were ingested (sha256 {found}… instead of {expected}…); "
                           "restore the file from a copy",
        "vintage-incomplete": "the file that datapackage.json lists is not there; restore it from a copy",
        "simulated-mark": "the data set is {before} and the new file is {after}; keep the two apart",
    },
}
_WARNINGS: dict[str, dict[str, str]] = {
    "file": {
        "hidden-sheet": "the sheet is hidden and was read all the same; show it, or delete it if it should not count",
        "hidden-cells": "{rows} rows and {columns} groups of columns are hidden and were read all the same; show them",
        "file-left-out": "the file is no table and was left out; take it out of the folder",
    },
    "header": {
        "unknown-column": "the column is not in the dictionary and is left out; {hint}",
        "unknown-indicator": "'{value}' is not in the dictionary and its rows, {count} of them, are left out; {hint}",
    },
    "range": {
        "below-soft": "{value} is unusually low for {label} (below {bound}); check it with whoever reported it",
        "above-soft": "{value} is unusually high for {label} (above {bound}); check it with whoever reported it",
    },
    "completeness": {
        "missing-row": "county {county} has no row for {period}; add it if the value exists",
        "county-vanishes": "the last row of county {county} is {last}, the panel ends in {end}; "
                           "merged, renamed or not reported?",
        "county-appears": "the first row of county {county} is {first}, the panel begins in {begin}; "
                          "split off, renamed or not reported?",
        "empty-indicator": "the column has no value at all; fill it or remove it",
        "often-missing": "{share:.1f} % of the values are missing (5 % is yellow); ask for them",
        "mostly-missing": "{share:.1f} % of the values are missing (20 % is red: the indicator leaves the first page)",
    },
    "ratio": {
        "denominator-break": "the denominator changes by {change:+.0f} % in county {county} from {before} to {period} "
                             "(10 % is a break); decide whether the definition changed",
        "definition-break": "the definition changes from '{before}' to '{value}' in county {county}; "
                            "values before and after are not one series",
    },
    "county": {
        "county-not-in-panel": "county {value} has no row in the panel; add its rows or remove it",
        "code-changes": "'{name}' is {old} until {last} and {new} from {first} on; give both one code",
        "county-splits": "county {old} loses {loss:.0f} % of {what} when {new} of the same prefecture begins "
                         "in {first}; add the two up, or leave both out",
    },
    "exposure": {
        "start-outside": "the start {value} lies outside the panel ({begin} to {end}); no effect can be seen of it",
    },
    "vintage": {
        "revised": "revises {count} values of vintage {before}",
        "rows-withdrawn": "lacks {count} rows that vintage {before} has",
        "columns-withdrawn": "lacks the column, which vintage {before} has",
    },
}
# fmt: on


def _all() -> dict[str, FaultKind]:
    kinds: dict[str, FaultKind] = {}
    tables: tuple[tuple[Severity, dict[str, dict[str, str]]], ...] = (
        ("error", _ERRORS),
        ("warning", _WARNINGS),
    )
    for severity, groups in tables:
        for group, sentences in groups.items():
            for id, sentence in sentences.items():
                kinds[id] = FaultKind(id, group, severity, sentence)
    return kinds


FAULTS = _all()
