"""What the chapter on changes shows: this report beside the release before it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from IPython.display import Markdown

from pilotbook.design.plan import Outcome
from pilotbook.evaluate.evaluation import Evaluation
from pilotbook.evaluate.ledger import Row
from pilotbook.judge.verdict import Kind
from pilotbook.project import releases_folder
from pilotbook.release.basis import Basis, basis_of, recorded_basis
from pilotbook.release.changes import Change, Changes, changes, covers
from pilotbook.release.layout import LEDGER, Release, chain, predecessor, releases
from pilotbook.release.record import Headline
from pilotbook.report.checklist.facts import SinceLast
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.tables import pipe_table
from pilotbook.report.verdicts import VERDICTS

COMMA, GAP = {"en": ", ", "zh": "、"}, {"en": " ", "zh": ""}

MOST = 8
"""Releases of one effect in the table of its history; older ones are on the website."""


@dataclass(frozen=True, slots=True)
class Since:
    """A report beside the release before it.

    Attributes
    ----------
    release
        The release before.
    earlier
        That one and those that it follows, oldest first.
    changes
        What differs between both ledgers.
    """

    release: Release
    earlier: tuple[Release, ...]
    changes: Changes


def since(evaluation: Evaluation) -> Since | None:
    """Find the release before a report, and compare; None if there is none."""
    ledger = evaluation.ledger
    known = releases(releases_folder(), ledger.plan)
    before = predecessor(known, ledger.plan, ledger.period)
    if before is None:
        return None
    old = json.loads((before.folder / LEDGER).read_text(encoding="utf-8"))
    earlier = (before, *chain(before, known))
    return Since(before, earlier[::-1], changes(old, json.loads(ledger.dumps())))


def compared(found: Since | None, evaluation: Evaluation) -> SinceLast | None:
    """Return what the reviewer's checklist asks of this chapter."""
    if found is None:
        return None
    before = {headline.outcome for headline in found.release.record.headline}
    outcomes = frozenset(outcome.id for outcome in evaluation.plan.outcomes if outcome.id in before)
    return SinceLast(outcomes, tuple(_other_inputs(recorded_basis(found.release), basis_of(evaluation), "en")))


def introduction(found: Since | None, evaluation: Evaluation, language: str) -> Markdown:
    """Say which release this report follows, and what it rests on that is another."""
    if found is None:
        return Markdown(say(language, "There is no earlier release."))
    record = found.release.record
    others = list(_other_inputs(recorded_basis(found.release), basis_of(evaluation), language))
    sentences = [
        say(
            language,
            "This report follows release `{name}` of {date}.",
            name=found.release.name,
            date=record.released.isoformat(),
        )
    ]
    if others:
        sentences.append(say(language, "Since then these are others: {what}.", what=COMMA[language].join(others)))
        sentences.append(_shares(found, evaluation, len(others), language))
    else:
        sentences.append(say(language, "Everything that it rests on is the same."))
    rules = [f"`{flip.what}`" for flip in found.changes.flips if flip.kind == "rule"]
    if rules:
        sentences.append(
            say(language, "These rules say something else than before: {rules}.", rules=COMMA[language].join(rules))
        )
    return Markdown(GAP[language].join(sentences))


def _shares(found: Since, evaluation: Evaluation, causes: int, language: str) -> str:
    """Say where to find what each cause did; of a single one there is nothing to find."""
    if causes == 1:
        return say(language, "Every change of an effect comes from this.")
    now = f"{evaluation.ledger.plan}/{evaluation.ledger.period}"
    command = f"pilotbook diff {found.release.name} {now} --why"
    return say(language, "How much each of them changed an effect is found by rerunning: `{command}`.", command=command)


def _other_inputs(old: Basis, new: Basis, language: str) -> Iterator[str]:
    if old.data != new.data:
        yield say(language, "the data (vintage {new})", new=new.vintage)
    if old.period != new.period:
        yield say(language, "the period (until {new})", new=new.period)
    if old.plan != new.plan:
        yield say(language, "the plan")
    if old.code != new.code:
        yield say(language, "the program of the models")
    if old.libraries != new.libraries:
        yield say(language, "the libraries")


def effects_table(found: Since | None, evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return the effect on each outcome in the last release and now, the largest change first."""
    head = ("Outcome", "Last release", "Now", "Difference", "In standard errors", "Verdict")
    rows = [] if found is None else _effects(found, evaluation, numbers)
    return pipe_table([say(numbers.language, name) for name in head], "lrrrrl", rows)


def _effects(found: Since, evaluation: Evaluation, numbers: Numbers) -> list[list[str]]:
    moved = {change.outcome: change for change in found.changes.changes if change.leads}
    before = {headline.outcome: headline for headline in found.release.record.headline}
    shown = [outcome for outcome in evaluation.plan.outcomes if outcome.id in before]
    shown.sort(key=lambda outcome: -abs(moved[outcome.id].errors or 0.0) if outcome.id in moved else 0.0)
    return [_effect(outcome, before[outcome.id], moved.get(outcome.id), evaluation, numbers) for outcome in shown]


def _effect(
    outcome: Outcome, old: Headline, change: Change | None, evaluation: Evaluation, numbers: Numbers
) -> list[str]:
    row = evaluation.ledger.lead(outcome.id)
    errors = None if change is None else change.errors
    verdict, was = _verdict(evaluation.judgement(outcome.id).verdict, numbers), _verdict(Kind(old.verdict), numbers)
    return [
        outcome.title.text(numbers.language),
        _as(row, old.estimate, numbers),
        str(numbers.value(row)),
        _as(row, 0.0 if change is None else change.difference, numbers),
        str(numbers.missing) if change is not None and errors is None else numbers.decimal(errors or 0.0, 2),
        verdict if verdict == was else f"{was} → **{verdict}**",
    ]


def _as(row: Row, value: float | None, numbers: Numbers) -> str:
    """Format a value that is of no row of this report in the way of one that is."""
    return str(numbers.missing) if value is None else numbers.text(replace(row, estimate=value), "estimate")


def _verdict(kind: Kind, numbers: Numbers) -> str:
    return say(numbers.language, VERDICTS[kind])


def history_table(found: Since | None, evaluation: Evaluation, numbers: Numbers) -> Markdown:
    """Return each headline effect in the releases so far, and whether its interval covers the estimate of now."""
    language = numbers.language
    head = ("Outcome", "Release", "Effect", "Interval", "Verdict", "Covers the estimate of now")
    rows = [
        [outcome.title.text(language), *_revision(release, headline, evaluation, numbers)]
        for outcome in evaluation.plan.outcomes
        for release in (found.earlier[-MOST:] if found else ())
        for headline in release.record.headline
        if headline.outcome == outcome.id
    ]
    return pipe_table([say(language, name) for name in head], "llrrll", rows)


def _revision(release: Release, headline: Headline, evaluation: Evaluation, numbers: Numbers) -> list[str]:
    row = evaluation.ledger.lead(headline.outcome)
    ends = [_as(row, end, numbers) for end in (headline.ci_low, headline.ci_high)]
    inside = covers({"ci_low": headline.ci_low, "ci_high": headline.ci_high}, row.estimate)
    return [
        f"{release.record.period}\N{NO-BREAK SPACE}v{release.record.version}",
        _as(row, headline.estimate, numbers),
        str(numbers.missing)
        if headline.ci_low is None
        else say(numbers.language, "{low} to {high}", low=ends[0], high=ends[1]),
        _verdict(Kind(headline.verdict), numbers),
        str(numbers.missing) if inside is None else say(numbers.language, "yes" if inside else "no"),
    ]
