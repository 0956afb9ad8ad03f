"""Verifying a release: its seals, its pages against its ledger, and a rerun, which alone finds a consistent forgery."""

from __future__ import annotations

import datetime
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pilotbook.errors import PilotbookError
from pilotbook.project import DATA
from pilotbook.release.about import CERTIFICATE, Certificate, Finding, Rerun, Sameness
from pilotbook.release.data import Kept
from pilotbook.release.environment import environment_of_now, program_sha256
from pilotbook.release.inspection import inspect, surroundings, wrong_basis
from pilotbook.release.layout import Release, chain, releases
from pilotbook.release.repository import Repository
from pilotbook.release.rerun import Result, compare, locate_data, not_rerun, program_of, render_again, unstable
from pilotbook.release.room import furnish
from pilotbook.report.engine import choose_engine

WORST: tuple[Sameness, ...] = ("identical", "within_tolerance", "not_rerun", "differs")


@dataclass(frozen=True, slots=True)
class Verification:
    """How a release is to be verified.

    Attributes
    ----------
    release, root
        The release, and the folder of all releases.
    repository
        That of the program.
    day
        The day of the certificate.
    plan
        The plan's file, from which the data are named; None for where it was.
    at_commit
        Whether to rerun with the program of the recorded commit.
    twice
        Whether to rerun a second time and compare the bytes.
    """

    release: Release
    root: Path
    repository: Repository
    day: datetime.date
    plan: Path | None = None
    at_commit: bool = False
    twice: bool = False


def verify(asked: Verification, tell: Callable[[str], None] = lambda _: None) -> Certificate:
    """Rerun a release and return what was found.

    While another process renders the report again, the release's own files are looked through.
    """
    release, known = asked.release, releases(asked.root, asked.release.record.plan)
    tell(f"{release.name}: rerunning in a clean folder")
    with tempfile.TemporaryDirectory(prefix="pilotbook-") as private, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_rerun, asked, known, Path(private).resolve())
        findings = list(inspect(release, known))
        engine = choose_engine(_usable(release.record.environment.engine))
        now = environment_of_now(engine, asked.repository.root)
        findings += surroundings(release, now, asked.repository)
        rerun = waiting.result()
        # only now, because pdfium, which reads the PDFs, is not made for two threads
        if rerun.failure is None:
            result = compare(release, rerun.folders[0])
            findings += wrong_basis(release, rerun.folders[0], rerun.program, asked.at_commit)
        else:
            result = not_rerun(release, rerun.failure)
        findings += _of_rerun(rerun, result)
        stable = asked.twice and rerun.failure is None and not rerun.loose
    findings += result.findings
    verdict = _worst([e.verdict for e in result.exhibits], findings)
    return Certificate(
        release=release.name,
        sha256=release.sha256,
        date=asked.day,
        verdict=verdict,
        commit=release.record.code.commit if asked.at_commit else asked.repository.commit(),
        at_commit=asked.at_commit,
        twice=stable,
        numbers=0 if result.ledger is None else result.ledger.numbers,
        largest_relative=None if result.ledger is None else result.ledger.largest_relative,
        largest_gap=None if result.ledger is None else result.ledger.largest(),
        exhibits=result.exhibits,
        findings=tuple(_without_repetition(findings)),
    )


def write_certificate(release: Release, certificate: Certificate) -> Path:
    """Put a certificate beside a release, in one step, and return its file."""
    release.about.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=release.about)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(certificate.dumps())
    Path(name).chmod(0o644)
    return Path(name).replace(release.about / CERTIFICATE)


def _usable(engine: str) -> str:
    """Return the recorded engine, or the embedded one where it is not on this machine: the versions tell."""
    try:
        choose_engine(engine)
    except PilotbookError:
        return "embedded"
    return engine


@dataclass(frozen=True, slots=True)
class _Rerun:
    """The folders of the reports that were rendered again and the hash of the program, or why they were not."""

    folders: Sequence[Path] = ()
    kept: Kept | None = None
    program: str | None = None
    loose: Sequence[str] = ()
    failure: str | None = None


def _rerun(asked: Verification, known: Sequence[Release], private: Path) -> _Rerun:
    """Render a release's report again, once or twice, each time in a room of its own."""
    release, repository = asked.release, asked.repository
    plan = asked.plan or (asked.root / release.record.plan_path).resolve()
    folders, kept = [], None
    try:
        with program_of(repository, release, asked.at_commit) as project:
            program = program_sha256(project)
            kept = locate_data(release, plan.parent, project, DATA, repository)
            for name in ("first", "second")[: 1 + asked.twice]:
                room = furnish(private / name, release, kept, chain(release, known))
                render_again(room, release, project / "analysis")
                folders.append(room.out / release.record.plan / release.record.period)
    except PilotbookError as error:
        return _Rerun(kept=kept, failure=str(error))
    names = [name for name in release.record.files if (folders[0] / name).is_file()]
    return _Rerun(folders, kept, program, unstable(folders[0], folders[-1], names))


def _of_rerun(rerun: _Rerun, result: Result) -> Iterator[Finding]:
    """Name data that are not the recorded ones, which do no harm if they give the same numbers, and what failed."""
    if rerun.kept is not None and rerun.kept.changed is not None:
        same = result.ledger is not None and result.ledger.same
        outcome = "they give the same numbers" if same else "the report rests on others"
        yield Finding(
            what="data", sentence=f"the data were changed since; {outcome}: {rerun.kept.changed}", harmless=same
        )
    if rerun.failure is not None:
        yield Finding(what="rerun", sentence=f"{FAILED}: {rerun.failure}", harmless=False)
    if rerun.loose:
        sentence = f"two reruns did not give the same bytes: {', '.join(rerun.loose)}"
        yield Finding(what="rerun", sentence=sentence, harmless=False)


FAILED = "could not be rerun"


def _worst(exhibits: Iterable[Sameness], findings: Iterable[Finding]) -> Sameness:
    harm: list[Sameness] = ["differs" for finding in findings if not finding.harmless and finding.what != "rerun"]
    again: list[Sameness] = [
        "not_rerun" if finding.sentence.startswith(FAILED) else "differs"
        for finding in findings
        if not finding.harmless and finding.what == "rerun"
    ]
    return max([*exhibits, *harm, *again], key=WORST.index, default="not_rerun")


def _without_repetition(findings: Sequence[Finding]) -> list[Finding]:
    return list({(finding.what, finding.sentence): finding for finding in findings}.values())


def summary(certificate: Certificate) -> list[str]:
    """Return what a certificate says, line by line, for a terminal."""
    counted = {verdict: sum(e.verdict == verdict for e in certificate.exhibits) for verdict in WORST}
    told = ", ".join(f"{count} {_word(verdict)}" for verdict, count in counted.items() if count)
    lines = [f"{certificate.release}: {_word(certificate.verdict)} ({told}; {certificate.numbers} numbers compared)"]
    lines += [_line(exhibit) for exhibit in certificate.exhibits if exhibit.verdict in {"within_tolerance", "differs"}]
    lines += [f"  {'note' if f.harmless else 'FOUND'}  {f.what}: {f.sentence}" for f in certificate.findings]
    return [*lines, *_advice(certificate)]


def _advice(certificate: Certificate) -> Iterator[str]:
    """Say how to tell a change of the program from one of the release, if the rerun cannot."""
    is_another = any(f.what == "code" and f.harmless for f in certificate.findings)
    if certificate.verdict == "differs" and is_another and not certificate.at_commit:
        call = f"pilotbook verify {certificate.release} --at-commit"
        yield f"  the program has been changed since the release; `{call}` reruns it with the one that made it"


def _line(exhibit: Rerun) -> str:
    gap = "" if exhibit.gap is None else f", largest gap {exhibit.gap:.2g} standard errors"
    reason = "" if exhibit.reason is None else f": {exhibit.reason}"
    return f"  {exhibit.id}  {_word(exhibit.verdict)}{gap}{reason}"


def _word(verdict: Sameness) -> str:
    return verdict.replace("_", " ")
