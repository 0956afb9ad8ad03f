"""Words of the chapter on rules: states, levels, what is missing, and the decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from IPython.display import Markdown

from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.judge.rules.decision import DECISION_RULES
from pilotbook.judge.rules.rulefile import AS_WRITTEN
from pilotbook.judge.verdict import Kind
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.report.language import say
from pilotbook.report.numbers import Tagged
from pilotbook.report.rule_notes import ACTIONS, NOTES
from pilotbook.report.verdicts import VERDICTS

Entry = Mapping[str, Any]
"""What the ledger keeps of one reading of a rule."""

STATES = {"fired": "● fired", "not_fired": "○ not fired", "not_evaluable": "? not evaluable"}
CLASSIFIES = "◇ {count} of {all}"
"""A shape and a word for each state, so that no colour is needed; a definition only counts whom it holds for."""

LEVELS = {
    "person": "person",
    "facility": "facility",
    "department": "department",
    "alliance": "alliance",
    "county": "county",
    "city": "city",
    "province": "province",
    "county group": "pilot counties",
    "pilot counties": "pilot counties",
    "programme": "programme",
}
MISSING = {
    "series": "{name}",
    "year-ago": "{name} a year earlier",
    "previous": "{name} one window earlier",
    "history": "enough earlier windows",
    "baseline": "{name} before the reform",
    "denominator": "denominator of {name}",
    "peers": "enough like units for {name}",
    "province": "enough units of the province for {name}",
    "harm-interval": "interval for harm of the effect on {name} (the plan does not list it as a safety outcome)",
    "zero": "a denominator above zero",
    "reports": "record of reports by {name}",
    "meetings": "log of joint meetings",
    "rule": "state of the rule {name}",
    "window": "values by {name}",
    "units": "any unit of this level in the data",
}
EFFECT_LACKS = {
    "no_outcome": "effect on {name} (no outcome of the plan)",
    "no_interval": "interval of the effect on {name}",
    "no_planned_look": "effect on {name} (this report is no planned look)",
    "not_estimable": "effect on {name} (not estimable)",
    "not_attributable": "effect on {name} (not attributable)",
}
WINDOWS = {"month": "month", "quarter": "quarter", "year": "year"}
DECISIONS = {
    "pause": "**Pause.** A rule that demands it has fired.",
    "adjust": "**Adjust.** A rule or a verdict gives ground to change prices, reimbursement or payment.",
    "expand": "**Expand.** The rule for widening the reform has fired, and every guard is known not to.",
    "hold": "**Hold.** Nothing demands a pause or a change, and the rule for widening the reform has not fired.",
    "not_decidable": "**Not decidable.** What the decision needs is missing; until it is there, nothing speaks for "
    "widening the reform.",
}
ABSENT = {
    "no_county_indicators": "No rule of the catalogue is evaluated here: the data of this plan do not hold the "
    "indicators of counties and facilities that the rules read.",
}


def not_evaluable(evaluation: Evaluation, language: str) -> Markdown:
    """Say on page one that the decision rules of a reform which is only watched cannot be evaluated, and why."""
    title, state = say(language, "Decision rules"), say(language, STATES["not_evaluable"])
    return Markdown(f"::: {{.callout-note}}\n## {title}\n\n**{state}.** {absent(evaluation, language)}\n:::")


def absent(evaluation: Evaluation, language: str) -> Tagged:
    """Say in one sentence why there are no rules."""
    code = evaluation.ledger.monitoring.get("absent") or "no_county_indicators"
    return Tagged(say(language, ABSENT[code]))


COMPONENTS = {"labour": "labour", "drug_consumable": "drugs and consumables", "diabetes": "diabetes"}
"""Components of an input that a rule takes one by one, as the file of rules writes them."""


def name_of(series: str, language: str) -> str:
    """Name an indicator or a further input, with the component that a rule takes of it."""
    catalogue = read_catalogue()
    id, bracket, key = series.partition("[")
    base = id.split(".", maxsplit=1)[0]
    about = catalogue.indicators.get(base) or catalogue.inputs.get(base)
    if about is None:
        return series
    name = about.name_zh if language == "zh" else about.name_en.lower()
    if not bracket:
        return name
    return say(language, "{name}: {part}", name=name, part=say(language, COMPONENTS[key.rstrip("]")]))


def unit_of(series: str, language: str) -> str:
    """Return the unit of an indicator or a further input, empty if it is computed from several."""
    catalogue, id = read_catalogue(), series.split("[", maxsplit=1)[0]
    about = catalogue.indicators.get(id) or catalogue.inputs.get(id)
    if about is None:
        return ""
    return about.unit_zh if language == "zh" else about.unit


def text_of(entry: Entry, language: str) -> str:
    """Return the words of a rule, or of another reading of it, marked as such."""
    rule = read_catalogue().rule(entry["rule"])
    if entry["reading"] == AS_WRITTEN:
        return rule.text_zh if language == "zh" else rule.text_en
    reading = next(each for each in rule.readings if each.id == entry["reading"])
    return f"→ {reading.text_zh if language == 'zh' else reading.text_en}"


def state_of(entry: Entry, language: str) -> str:
    """Name the state of a rule; of a definition, whom it holds for."""
    if entry["classifies"] and entry["state"] != "not_evaluable":
        whole = entry["n_fired"] + entry["n_not_fired"]
        return say(language, CLASSIFIES, count=entry["n_fired"], all=whole)
    return say(language, STATES[entry["state"]])


def missing_of(entry: Entry, language: str) -> str:
    """Say what is missing for a rule, and for how many units where there are several."""
    whole = entry["n_fired"] + entry["n_not_fired"] + entry["n_not_evaluable"]
    said = [effect_lack_text(names, because, language) for because, names in _by_reason(entry)]
    for lack in entry["missing"]:
        if lack["kind"] == "effect":
            continue
        text = lack_text(lack, language)
        if whole > 1 and lack["units"] < whole:
            text = say(language, "{what} ({count} of {all} units)", what=text, count=lack["units"], all=whole)
        said.append(text)
    return say(language, "; ").join(dict.fromkeys(said))


def _by_reason(entry: Entry) -> Iterator[tuple[str, list[str]]]:
    """Give the effects that are missing, those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for lack in entry["missing"]:
        if lack["kind"] == "effect":
            reasons.setdefault(lack["because"] or "no_interval", []).append(lack["name"])
    yield from reasons.items()


def effect_lack_text(names: list[str], because: str, language: str) -> str:
    """Say which effects are missing for one reason."""
    joined = ("、" if language == "zh" else ", ").join(name_of(name, language) for name in names)
    return say(language, EFFECT_LACKS[because], name=joined)


def lack_text(lack: Mapping[str, Any], language: str) -> str:
    """Name one thing, other than an effect, that is missing."""
    kind, name = lack["kind"], lack["name"]
    named = say(language, WINDOWS[name]) if kind in {"reports", "window"} else name_of(name, language)
    return say(language, MISSING[kind], name=named)


def action_of(entry: Entry, language: str) -> str:
    """Return what a rule that fires asks for."""
    rule = entry["rule"]
    return say(language, ACTIONS.get(rule) or read_catalogue().rule(rule).action)


def summary(evaluation: Evaluation, language: str) -> Tagged:
    """Count the rules, as written, by their state."""
    written = [e for e in evaluation.ledger.rules if e["reading"] == AS_WRITTEN]
    counts = {state: sum(e["state"] == state for e in written) for state in STATES}
    text = (
        "Of {all} rules {fired} have fired, {quiet} have not, and {open} cannot be evaluated; for these the tables say "
        "what is missing."
    )
    return Tagged(
        say(
            language,
            text,
            all=len(written),
            fired=counts["fired"],
            quiet=counts["not_fired"],
            open=counts["not_evaluable"],
        )
    )


def box(evaluation: Evaluation, language: str) -> Markdown:
    """Return the decision and the five rules behind it, for page one; nothing where no rule is evaluated."""
    if not evaluation.ledger.rules:
        return Markdown("")
    rules = [
        say(language, "{state}: {text} ({reason})", state=rule.state, text=rule.text.rstrip(".。"), reason=rule.reason)
        for rule in decision_rules(evaluation, language)
    ]
    title = say(language, "Decision rules")
    lines = "\n".join(f"- {line}" for line in rules)
    return Markdown(f"::: {{.callout-note}}\n## {title}\n\n{decision(evaluation, language)}\n\n{lines}\n:::")


def decision(evaluation: Evaluation, language: str) -> Tagged:
    """Say what may be done with the reform."""
    return Tagged(say(language, DECISIONS[evaluation.ledger.monitoring["decision"]["decision"]]))


@dataclass(frozen=True, slots=True)
class RuleState:
    """One of the five decision rules of page one.

    Attributes
    ----------
    rule
        Its id.
    text, state, reason
        In words: what it asks, ``fired``, ``not fired`` or ``not evaluable``, and why.
    """

    rule: str
    text: str
    state: str
    reason: str


def decision_rules(evaluation: Evaluation, language: str) -> list[RuleState]:
    """Return the five decision rules of page one; none where the data of the plan have no rules."""
    entries = {e["rule"]: e for e in evaluation.ledger.rules if e["reading"] == AS_WRITTEN}
    found = (entries[rule] for rule in DECISION_RULES if rule in entries)
    return [
        RuleState(e["rule"], text_of(e, language), state_of(e, language), _reason(evaluation, e, language))
        for e in found
    ]


def _reason(evaluation: Evaluation, entry: Entry, language: str) -> str:
    """Say why a decision rule stands where it does: what is missing, or the verdicts on what it reads."""
    if entry["state"] == "not_evaluable":
        return say(language, "missing: {what}", what=missing_of(entry, language))
    said = list(verdicts_on(evaluation, entry, language))
    alerts = evaluation.ledger.monitoring.get("critical_alerts")
    if entry["rule"] == "positive-feedback-expand" and alerts:
        said.append(say(language, "critical alerts open in the pilots: {count}", count=int(alerts)))
    return say(language, "; ").join(said)


def verdicts_on(evaluation: Evaluation, entry: Entry, language: str) -> Iterator[str]:
    """Give the verdict on each outcome whose effect a rule reads."""
    for effect in entry["effects"]:
        for outcome in evaluation.plan.outcomes:
            if effect["indicator"] in {outcome.id, outcome.column}:
                verdict = say(language, VERDICTS[evaluation.judgement(outcome.id).verdict])
                yield say(language, "{title}: {verdict}", title=outcome.title.text(language), verdict=verdict)


def ground_text(evaluation: Evaluation, ground: Mapping[str, str], language: str) -> tuple[str, str, str]:
    """Return what a ground of the decision is: rule or verdict, its words, and its state."""
    if ground["kind"] == "verdict":
        outcome = next(o for o in evaluation.plan.outcomes if o.id == ground["id"])
        state = say(language, VERDICTS[Kind(ground["state"])])
        return say(language, "verdict"), outcome.title.text(language), state
    entry = next(e for e in evaluation.ledger.rules if e["rule"] == ground["id"] and e["reading"] == AS_WRITTEN)
    return say(language, "rule"), text_of(entry, language), state_of(entry, language)


def ambiguity(rule: str, language: str) -> str:
    """Return the note on a rule that can be read in several ways, empty if it cannot."""
    return say(language, NOTES[rule]) if rule in NOTES else ""
