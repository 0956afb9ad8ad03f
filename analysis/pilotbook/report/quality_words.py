"""Words of the chapter on the data: where they come from, how long claims ran out, what the gates say."""

from __future__ import annotations

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.quality import Gate, Quality, quality_of
from pilotbook.panel.vintage import Vintage
from pilotbook.report.language import say, say_if_known
from pilotbook.report.numbers import Numbers, Tagged

GATES = {
    Gate.GREEN: "● green",
    Gate.YELLOW: "▲ yellow",
    Gate.RED: "■ red",
    Gate.NOT_EVALUABLE: "○ not evaluable",
}
"""A shape and a word for each gate, so that no colour is needed to tell them apart."""


def quality_of_plan(evaluation: Evaluation, vintage: Vintage) -> Quality:
    """Return the quality of what a plan reads from a vintage: its columns that the data dictionary has."""
    panel, known = evaluation.panel, read_catalogue().indicators
    pilots = [unit for unit, start in zip(panel.units, panel.start, strict=True) if start is not None]
    return quality_of(vintage, pilots, [column for column in panel.columns if column in known])


def provenance(vintage: Vintage, language: str) -> list[tuple[str, str]]:
    """Return where a vintage comes from, as names and values."""
    d = vintage.description
    rows = {resource["name"]: resource["rows"] for resource in d["resources"]}
    pairs = [
        ("Data set", d["name"]),
        ("Vintage", d["version"]),
        ("Source", say_if_known(language, d["sources"][0]["title"])),
        ("Custodian", say_if_known(language, d["contributors"][0]["title"])),
        ("Licence", d["licenses"][0]["name"]),
        ("Day of extraction", d["created"] or say(language, "not stated")),
        ("Rows of the panel", str(rows["panel"])),
        ("Simulated", say(language, "yes" if d["simulated"] else "no")),
        ("sha256 of the description", f"`{vintage.sha256[:12]}`"),
    ]
    return [(say(language, name), value) for name, value in pairs]


def run_out(quality: Quality, numbers: Numbers) -> Tagged:
    """Say whether the claims of the last period had time to come in."""
    language, judged = numbers.language, quality.run_out
    if judged.months is None:
        text = "The day of extraction is not stated, so it cannot be said whether the claims of {last} have run out."
        return Tagged(say(language, text, last=judged.last))
    months = numbers.whole(judged.months)
    if judged.gate is Gate.RED:
        text = (
            "The data were drawn {months} whole months after the end of {last}: too early for its claims, which are "
            "provisional."
        )
    else:
        text = "The data were drawn {months} whole months after the end of {last}: its claims have run out."
    return Tagged(say(language, text, months=months, last=judged.last))


def worst(quality: Quality, language: str) -> Tagged:
    """Name the worst gate."""
    return Tagged(say(language, GATES[quality.worst]))
