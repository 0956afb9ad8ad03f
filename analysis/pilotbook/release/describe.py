"""Writing the record of a release from the files that it consists of."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pilotbook import __version__
from pilotbook.design.plan import AnalysisPlan
from pilotbook.design.registry import read_registration
from pilotbook.design.section import Words
from pilotbook.evaluate.ledger import Ledger
from pilotbook.release.environment import environment_of_now, program_sha256
from pilotbook.release.exhibits import exhibits, ledger_exhibit
from pilotbook.release.layout import LEDGER, PLAN, REGISTRATION, Release
from pilotbook.release.record import Code, Data, Exhibit, Headline, Previous, Record, Registered, Title
from pilotbook.release.repository import Repository
from pilotbook.release.seal import hashes
from pilotbook.release.wish import Wish
from pilotbook.report.stages import Stages


def describe(
    wish: Wish, asked: Stages, work: Path, code: tuple[Repository, str], before: Release | None, version: int
) -> Record:
    """Return the record of a release.

    Parameters
    ----------
    wish, asked
        What is released, and the report that it is.
    work
        The folder with its files.
    code
        The repository of the program, and the commit that is checked out.
    before, version
        The release that it follows, and its own number.
    """
    plan, ledger = wish.plan.plan, Ledger.loads((work / LEDGER).read_text(encoding="utf-8"))
    files, (repository, commit) = hashes(work), code
    return Record(
        plan=wish.plan.id,
        period=asked.period,
        version=version,
        released=wish.day,
        author=wish.author or ", ".join(plan.authors),
        note=wish.note,
        title=_title(plan.title),
        reform=plan.reform,
        dataset=plan.dataset,
        plan_path=_plan_path(wish, repository),
        simulated=ledger.data["simulated"],
        headline=tuple(_headlines(plan, ledger)),
        code=Code(commit=commit, sha256=program_sha256(), version=__version__),
        data=Data(**ledger.data),
        plan_sha256=files[PLAN],
        registration=_registered(wish, ledger, files[REGISTRATION]),
        look=dict(ledger.look),
        parameters=dict(wish.parameters),
        languages=tuple(asked.request.languages),
        formats=tuple(asked.request.formats),
        environment=environment_of_now(wish.engine, repository.root),
        seeds={"plan": plan.seed},
        exhibits=tuple(exhibits_of(work, asked.request.languages)),
        files=files,
        previous=_previous(before),
    )


def exhibits_of(folder: Path, languages: Sequence[str]) -> Iterator[Exhibit]:
    """Return the ledger, and the tables and figures in each language."""
    yield ledger_exhibit(folder / LEDGER)
    for language in languages:
        yield from (shown.exhibit for shown in exhibits(folder / language / "report.ipynb", language))


def _title(words: Words) -> Title:
    return Title(en=words.en, zh=words.zh)


def _headlines(plan: AnalysisPlan, ledger: Ledger) -> Iterator[Headline]:
    said = {verdict["outcome"]: verdict for verdict in ledger.verdicts}
    for outcome in plan.outcomes:
        if outcome.id in said:
            row, verdict = ledger.lead(outcome.id), said[outcome.id]
            yield Headline(
                outcome=outcome.id,
                title=_title(outcome.title),
                unit=_title(outcome.unit),
                family=outcome.family,
                row=row.id,
                verdict=verdict["verdict"],
                grade=verdict["grade"],
                **{name: getattr(row, name) for name in ("estimate", "se", "ci_low", "ci_high", "level", "p")},
            )


def _registered(wish: Wish, ledger: Ledger, digest: str) -> Registered:
    registration = read_registration(wish.plan)
    assert registration is not None  # `gate.refuse_unregistered`
    return Registered(
        standing=ledger.registration["standing"],
        date=registration.date,
        deviations=len(registration.deviations),
        sha256=digest,
    )


def _plan_path(wish: Wish, repository: Repository) -> str:
    """Return the way from the releases to the plan, within a repository or a folder of one's own; else its name."""
    for home in (repository.root, wish.root.parent):
        if wish.plan.path.is_relative_to(home) and wish.root.is_relative_to(home):
            return Path(os.path.relpath(wish.plan.path, wish.root)).as_posix()
    return wish.plan.path.name


def _previous(before: Release | None) -> Previous | None:
    if before is None:
        return None
    return Previous(period=before.record.period, version=before.record.version, sha256=before.sha256)
