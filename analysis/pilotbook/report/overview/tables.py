"""Tables of the overview, as Markdown, every number from a reform's own ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pilotbook.evaluate.claims import ClaimBeside, Standing, obstacle_of
from pilotbook.evaluate.judgement import Judgement
from pilotbook.judge.verdict import Kind
from pilotbook.panel.catalogue import Catalogue, Claim
from pilotbook.report.claim_words import OBSTACLES, STANDINGS, as_stated, place
from pilotbook.report.glance import MARKS
from pilotbook.report.language import say
from pilotbook.report.numbers import Numbers
from pilotbook.report.overview.collect import Reported
from pilotbook.report.reform_facts import ROLLOUTS
from pilotbook.report.tables import pipe_table
from pilotbook.report.verdicts import VERDICTS

ALERTS = (Kind.WORSENED, Kind.WORSENED_FRAGILE)


def matrix(found: Sequence[Reported], catalogue: Catalogue, language: str) -> str:
    """Return the verdicts: a line for every reform, a column for every core indicator, the other outcomes counted."""
    core = catalogue.core_quarterly

    def lines() -> Iterator[list[str]]:
        for reported in found:
            judgements = reported.judgements
            others = Counter(j.verdict for id, j in judgements.items() if id not in core)
            yield [
                reported.reform.label(language),
                say(language, ROLLOUTS[reported.reform.rollout.kind]),
                *(_cell(judgements.get(id)) for id in core),
                " ".join(f"{MARKS[kind]}{others[kind]}" for kind in MARKS if others[kind]),
            ]

    names = [catalogue.indicators[id].label(language) for id in core]
    head = [say(language, "Reform"), say(language, "Roll-out"), *names, say(language, "Other outcomes")]
    return str(pipe_table(head, "lllllll", lines()).data)


def _cell(judgement: Judgement | None) -> str:
    return "·" if judgement is None else f"{MARKS[judgement.verdict]} {judgement.grade}"


def marks(language: str) -> str:
    """Say what each mark stands for."""
    said = [f"{mark} {say(language, VERDICTS[kind])}" for kind, mark in MARKS.items()]
    return say(language, "; ").join([*said, say(language, "· not an outcome of this reform")])


def alerts(found: Sequence[Reported], catalogue: Catalogue, language: str) -> str:
    """Return every outcome that got worse, with its effect and adjusted interval."""

    def lines() -> Iterator[list[str]]:
        for reported in found:
            numbers = Numbers(reported.ledger, language)
            for id, judgement in reported.judgements.items():
                if judgement.verdict in ALERTS:
                    adjusted = reported.ledger.row(judgement.intervals.get("adjusted", judgement.row))
                    yield [
                        reported.reform.label(language),
                        catalogue.indicators[id].label(language),
                        f"{MARKS[judgement.verdict]} {say(language, VERDICTS[judgement.verdict])}",
                        numbers.value(reported.lead(id)),
                        numbers.interval(adjusted),
                        judgement.grade,
                    ]

    head = ("Reform", "Outcome", "Verdict", "Effect", "Adjusted interval", "Grade")
    return str(pipe_table([say(language, name) for name in head], "lllrrl", lines()).data)


def fired(found: Sequence[Reported], catalogue: Catalogue, language: str) -> str:
    """Return every rule that fires in a report: observed values, no effects; nothing where no report has rules."""
    lines = [
        [
            reported.reform.label(language),
            f"`{rule['rule']}`",
            catalogue.rules[rule["rule"]].text_zh if language == "zh" else catalogue.rules[rule["rule"]].text_en,
            str(rule["n_fired"]),
        ]
        for reported in found
        for rule in reported.ledger.rules
        if rule["state"] == "fired"
    ]
    head = ("Reform", "Rule", "What it says", "Units")
    return str(pipe_table([say(language, name) for name in head], "lllr", lines).data) if lines else ""


def quality(found: Sequence[Reported], language: str) -> str:
    """Return the data behind every report: vintage, whether simulated, counties, and the largest share missing."""

    def lines() -> Iterator[list[str]]:
        for reported in found:
            data, contract = reported.ledger.data, reported.ledger.contract
            numbers = Numbers(reported.ledger, language)
            yield [
                reported.reform.label(language),
                str(data["vintage"] or data["sha256"][:8]),
                say(language, "yes" if data["simulated"] else "no"),
                numbers.whole(contract["assigned_pilots"]),
                numbers.whole(contract["assigned_controls"]),
                f"{numbers.decimal(100 * _most_missing(reported), 1)}%",
            ]

    head = ("Reform", "Vintage", "Simulated", "With the reform", "Without", "Most values missing")
    return str(pipe_table([say(language, name) for name in head], "lllrrr", lines()).data)


def _most_missing(reported: Reported) -> float:
    shares = [
        measured.value
        for judgement in reported.judgements.values()
        for measured in judgement.measures
        if measured.measure == "missing_share" and measured.value is not None
    ]
    return max(shares, default=0.0)


def changes(found: Sequence[Reported], catalogue: Catalogue, language: str) -> str:
    """Return every verdict that is another one than in the last report before."""

    def lines() -> Iterator[list[str]]:
        for reported in found:
            if reported.earlier is None:
                continue
            before = {verdict["outcome"]: verdict["verdict"] for verdict in reported.earlier.verdicts}
            for id, judgement in reported.judgements.items():
                if id in before and before[id] != judgement.verdict:
                    yield [
                        reported.reform.label(language),
                        catalogue.indicators[id].label(language),
                        reported.earlier.period,
                        say(language, VERDICTS[Kind(before[id])]),
                        say(language, VERDICTS[judgement.verdict]),
                    ]

    head = ("Reform", "Outcome", "Last report", "Verdict then", "Verdict now")
    return str(pipe_table([say(language, name) for name in head], "lllll", lines()).data)


def claims(found: Sequence[Reported], catalogue: Catalogue, language: str) -> str:
    """Return every claim of the catalogue: as stated, and what the reform's report has beside it."""
    beside = {claim.claim: (claim, reported) for reported in found for claim in reported.claims}

    def lines() -> Iterator[list[str]]:
        for claim in catalogue.claims.values():
            compared, reported = beside.get(claim.claim_id, (None, None))
            own = _beside(compared, reported, language)
            yield [
                claim.claim_id,
                catalogue.reforms[claim.reform_id].label(language),
                place(claim, language),
                catalogue.indicators[claim.indicator_id].label(language),
                as_stated(claim, language),
                *own,
                _standing(claim, compared, language),
            ]

    head = (
        "Claim",
        "Reform",
        "Place",
        "Indicator",
        "As stated",
        "Pilots, after less before",
        "Controls, after less before",
        "Effect",
        "Comparison",
    )
    return str(pipe_table([say(language, name) for name in head], "lllllrrrl", lines()).data)


def _beside(claim: ClaimBeside | None, reported: Reported | None, language: str) -> list[str]:
    if claim is None or reported is None:
        return ["", "", ""]
    numbers = Numbers(reported.ledger, language)

    def shown(id: str | None) -> str:
        return "" if id is None else numbers.value(reported.ledger.row(id))

    return [shown(claim.pilots), shown(claim.controls), shown(claim.effect)]


def _standing(claim: Claim, compared: ClaimBeside | None, language: str) -> str:
    obstacle = obstacle_of(claim) if compared is None else compared.obstacle
    if obstacle is not None:
        return say(language, OBSTACLES[obstacle])
    return say(language, "no report of this reform" if compared is None else STANDINGS[compared.standing])


def claim_counts(found: Sequence[Reported], catalogue: Catalogue) -> dict[str, int]:
    """Count the claims: all, those compared, ambiguous, with a control group, and those within the interval."""
    beside = [claim for reported in found for claim in reported.claims]
    return {
        "all": len(catalogue.claims),
        "controlled": sum(claim.controlled for claim in catalogue.claims.values()),
        "compared": sum(claim.standing is Standing.COMPARED for claim in beside),
        "ambiguous": sum(claim.standing is Standing.AMBIGUOUS for claim in beside),
        "within": sum(claim.within is True for claim in beside),
    }
