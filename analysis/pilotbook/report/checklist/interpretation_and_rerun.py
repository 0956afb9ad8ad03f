"""Items on what is concluded, and on making the report again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pilotbook.design.registration import content_hash
from pilotbook.evaluate.claims import ClaimBeside, Standing
from pilotbook.evaluate.ingredients import claims_about
from pilotbook.evaluate.sensitivity.groups import DIFFERENCE
from pilotbook.judge.thresholds import thresholds
from pilotbook.report.chapters import ORDER, notebook_of
from pilotbook.report.checklist.facts import Answer, Check, Report, yes_if
from pilotbook.report.wording import FORBIDDEN, forbidden_words, soberly_written


def wording(report: Report) -> Answer:
    """The lint of words finds nothing in the plan's own words, nor in the prose of the report's chapters."""
    chapters = (json.loads(notebook_of(name).read_bytes()) for name in ORDER if name in report.chapters)
    if not all(map(soberly_written, chapters)):
        return "no"
    written = list(_words(report.plan.model_dump(mode="json")))
    return yes_if(not any(True for language, text in written for _ in forbidden_words(text, language)))


def _words(value: Any) -> Iterator[tuple[str, str]]:
    """Give every text of a plan that stands in a language, with the language."""
    if isinstance(value, Mapping):
        if FORBIDDEN.keys() <= value.keys():
            yield from ((language, value[language]) for language in FORBIDDEN if value[language])
        else:
            for inner in value.values():
                yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)


def absolute_relative(report: Report) -> Answer:
    """Every headline has its unit, and the mean before the reform or a scale that is relative by itself."""
    relative = {outcome.id for outcome in report.plan.outcomes if outcome.scale == "log"}
    if any(row.estimate is None for row in report.leads):
        return "unknown"
    return yes_if(all(row.unit and (row.baseline is not None or row.outcome in relative) for row in report.leads))


def safety(report: Report) -> Answer:
    """Every safety outcome has an interval at the level of harm, which is below that of the other verdicts."""
    guarded = {outcome.id for outcome in report.plan.outcomes if outcome.family == "safety"}
    if not guarded:
        return "not_applicable"
    levels = {row.id: row.level for row in report.ledger}
    found = [levels.get(j.intervals.get("harm", "")) for j in report.judgements if j.outcome in guarded]
    if any(level is None for level in found):
        return "unknown"
    return yes_if(all(level == thresholds().safety_level for level in found))


def claims(report: Report) -> Answer:
    """Every claim about the reform stands beside both naive changes and the effect, or has what is in the way."""
    if not claims_about(report.plan.reform):
        return "not_applicable"
    found = [ClaimBeside.from_dict(claim) for claim in report.ledger.claims]
    known = {row.id for row in report.ledger}
    whole = all(_beside(claim) <= known if claim.standing is Standing.COMPARED else claim.obstacle for claim in found)
    return yes_if(bool(found) and whole and report.has("claims"))


def _beside(claim: ClaimBeside) -> set[str | None]:
    return {claim.pilots, claim.controls, claim.effect}


def monitoring_apart(report: Report) -> Answer:
    """A rule reads effects or observed values, and its entry says which."""
    rules = report.ledger.rules
    if not rules:
        return "not_applicable"
    return yes_if(all(rule["causal"] == bool(rule["effects"]) for rule in rules) and report.has("rules"))


def subgroups(report: Report) -> Answer:
    """Every subgroup of the plan has the difference of its effects, for every outcome."""
    sections = report.plan.subgroups
    if not sections:
        return "not_applicable"
    there = (report.examined(o.id, DIFFERENCE, subgroup=s.id) for o in report.plan.outcomes for s in sections)
    return yes_if(all(there) and report.has("sensitivity"), otherwise="unknown")


def changes(report: Report) -> Answer:
    """The effects stand beside those of the last release, and at most one thing is another, so that it is the cause.

    Where several are, their shares are found by rerunning only.
    """
    if not report.earlier:
        return "not_applicable"
    if report.since is None:
        return "unknown"
    return yes_if(bool(report.since.outcomes) and len(report.since.causes) <= 1 and report.has("changes"))


def previous_versions(report: Report) -> Answer:
    """Every earlier release is named, and its pages are still there."""
    if not report.earlier:
        return "not_applicable"
    return yes_if(all(report.earlier.values()) and report.has("changes"))


def one_command(report: Report) -> Answer:
    """The command is printed, and the estimates are those of this plan and of data with a hash."""
    same_plan = report.ledger.registration["sha256"] == content_hash(report.plan)
    return yes_if(same_plan and bool(report.ledger.data["sha256"]) and report.has("changes"))


def _enforced(_: Report) -> Answer:
    """A proof on the finished pages, which stops the render."""
    return "enforced"


def _at_release(_: Report) -> Answer:
    """A scan of the finished files, which stops the release."""
    return "at_release"


ITEMS: Mapping[str, Check] = {
    "wording": wording,
    "absolute_relative": absolute_relative,
    "safety": safety,
    "claims": claims,
    "monitoring_apart": monitoring_apart,
    "subgroups": subgroups,
    "changes": changes,
    "one_command": one_command,
    "same_numbers": _enforced,
    "alt_text": _enforced,
    "previous_versions": previous_versions,
    "disclosure": _at_release,
}
