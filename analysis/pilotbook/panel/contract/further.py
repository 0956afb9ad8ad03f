"""Rules on the further tables: facilities, alliances and the inputs of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import numpy as np

from pilotbook.panel.catalogue import Catalogue, FurtherInput
from pilotbook.panel.contract.spelling import FALSE, TRUE, plain, read_number
from pilotbook.panel.contract.table import Table
from pilotbook.panel.finding import Finding


def facility_faults(facilities: Table) -> Iterator[Finding]:
    """Yield facilities that stand in two counties."""
    first: dict[str, int] = {}
    names, counties = facilities.array("facility"), facilities.array("county")
    for i, (name, county) in enumerate(zip(names, counties, strict=True)):
        j = first.setdefault(name, i)
        if name and county and counties[j] != county:
            gaps = {"county": county, "other": counties[j], "first": facilities.row(j)}
            yield facilities.finding("facility-moves", i, "facility", **gaps)


def input_faults(inputs: Table, catalogue: Catalogue) -> Iterator[Finding]:
    """Yield inputs that the dictionary does not have, and values that their kind or range does not allow."""
    names, amounts = inputs.array("input"), inputs.array("amount")
    for i, (name, amount) in enumerate(zip(names, amounts, strict=True)):
        about = catalogue.inputs.get(name)
        if about is None:
            if name:
                near = get_close_matches(name, catalogue.inputs, n=1, cutoff=0.5)
                hint = f"did you mean '{near[0]}'?" if near else "see data/catalogue/inputs.yml for the names"
                yield inputs.finding("unknown-input", i, "input", hint=hint)
        elif amount and (expected := _refused(amount, about)):
            yield inputs.finding("input-value", i, "amount", input=about.name_en.lower(), expected=expected)


def _refused(amount: str, about: FurtherInput) -> str | None:
    """Return what was expected if the value is not allowed, else None."""
    if about.kind == "grade":
        return None if plain(amount) in about.grades else " or ".join(about.grades)
    if about.kind == "truth":
        return None if plain(amount).lower() in TRUE | FALSE | {"0", "1"} else "yes or no"
    if about.kind == "period":
        return None
    low = -np.inf if about.minimum is None else about.minimum
    high = np.inf if about.maximum is None else about.maximum
    number = read_number(amount).value
    if isinstance(number, float) and low <= number <= high:
        return None
    bounds = f"{low:g} to {high:g}" if np.isfinite(high) else f"{low:g} or more"
    return f"{about.unit}, {bounds}"
