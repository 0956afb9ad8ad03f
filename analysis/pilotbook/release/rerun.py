"""Rerunning a release in a clean room, and comparing every exhibit and page with what was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.errors import PilotbookError, WorkError
from pilotbook.release.about import Finding, Rerun, Sameness
from pilotbook.release.compare_ledger import Compared, compare_ledgers
from pilotbook.release.compare_shown import alike, first_difference, other_cells, page_text
from pilotbook.release.data import Kept, find_data
from pilotbook.release.exhibits import Shown, exhibits
from pilotbook.release.layout import LEDGER, Release
from pilotbook.release.record import Exhibit
from pilotbook.release.repository import Repository
from pilotbook.release.room import Room, run

_ROW = re.compile(r'data-ledger="([^"]+)"')
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Result:
    """What a rerun found: a verdict on each exhibit, further findings, and the comparison of the ledgers."""

    exhibits: tuple[Rerun, ...]
    findings: tuple[Finding, ...]
    ledger: Compared | None


@contextmanager
def program_of(repository: Repository, release: Release, at_commit: bool) -> Iterator[Path]:
    """Give the project's folder that holds the program to rerun with: that of now, or of the recorded commit."""
    with ExitStack() as stack:
        yield stack.enter_context(repository.at(release.record.code.commit)) if at_commit else repository.root


def locate_data(release: Release, plan_home: Path, project: Path, data_folder: Path, repository: Repository) -> Kept:
    """Find the recorded data in a project's folder, else where they are now.

    Parameters
    ----------
    release
        The release.
    plan_home
        The folder from which the plan names its data.
    project
        The folder of the program to rerun with.
    data_folder
        The folder of data sets of now.
    repository
        That of the program.

    Raises
    ------
    PilotbookError
        If they are not there.
    """
    if project != repository.root:
        home = (
            project / plan_home.relative_to(repository.root) if plan_home.is_relative_to(repository.root) else plan_home
        )
        try:
            return find_data(release.record, home, project / "data")
        except PilotbookError:
            pass  # data that are not in version control are not in the commit
    return find_data(release.record, plan_home, data_folder)


def render_again(room: Room, release: Release, program: Path) -> None:
    """Render a release's report in a room.

    Raises
    ------
    WorkError
        With what the program said, if it fails.
    """
    record = release.record
    arguments = ["render", str(room.plan), "--period", record.period, "--engine", record.environment.engine]
    arguments += ["--out", str(room.out), *(f"-P{name}={value}" for name, value in record.parameters.items())]
    arguments += [word for language in record.languages for word in ("--lang", language)]
    arguments += [word for form in record.formats for word in ("--to", form)]
    done = run(room, release, program, *arguments)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("pilotbook:")]
        raise WorkError("; ".join(lines) or f"the program ended with status {done.returncode}: {done.stderr[-200:]}")


def not_rerun(release: Release, reason: str) -> Result:
    """Return the result where nothing could be rerun."""
    found = [Rerun(id=e.id, kind=e.kind, verdict="not_rerun", reason=reason) for e in release.record.exhibits]
    return Result(tuple(found), (), None)


def compare(release: Release, folder: Path) -> Result:
    """Compare a release with its rerun.

    Parameters
    ----------
    release
        The release.
    folder
        ``<plan>/<period>`` of the rerun.
    """
    try:
        recorded = json.loads((release.folder / LEDGER).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return not_rerun(release, f"{LEDGER} of the release cannot be read ({error})")
    ledger = compare_ledgers(recorded, json.loads((folder / LEDGER).read_text(encoding="utf-8")))
    found = [_ledger_exhibit(release, folder, ledger)]
    findings = list(_wrong_rows(ledger))
    for language in release.record.languages:
        pair = (release.page(language, "ipynb"), folder / language / "report.ipynb")
        found += _exhibits(release, language, pair, ledger)
        findings += _notebooks(language, pair, ledger)
        for form in release.record.formats:
            findings += _page(f"{language}/report.{form}", release.folder, folder, ledger)
    return Result(tuple(found), tuple(findings), ledger)


def _ledger_exhibit(release: Release, folder: Path, ledger: Compared) -> Rerun:
    same = fingerprint.sha256((folder / LEDGER).read_bytes()) == fingerprint.sha256(
        (release.folder / LEDGER).read_bytes()
    )
    verdict: Sameness = "identical" if same or not ledger.gaps else "within_tolerance" if ledger.same else "differs"
    wrong = next((str(gap) for gap in ledger.gaps if not gap.tolerable), None)
    return Rerun(id="estimates", kind="ledger", verdict=verdict, gap=ledger.largest(), reason=wrong)


def _wrong_rows(ledger: Compared) -> Iterator[Finding]:
    wrong = [gap for gap in ledger.gaps if not gap.tolerable]
    wrong.sort(key=lambda gap: -(gap.errors or 0))
    for gap in wrong[:SHOWN]:
        size = "" if gap.errors is None else f" ({gap.errors:.3g} standard errors)"
        yield Finding(what="rerun", sentence=f"{LEDGER}: {gap}{size}", harmless=False)
    if len(wrong) > SHOWN:
        yield Finding(what="rerun", sentence=f"{LEDGER}: {len(wrong) - SHOWN} more values differ", harmless=False)


def _exhibits(release: Release, language: str, pair: tuple[Path, Path], ledger: Compared) -> Iterator[Rerun]:
    recorded = [e for e in release.record.exhibits if e.id.startswith(f"{language}/")]
    again = {shown.exhibit.id: shown for shown in exhibits(pair[1], language)}
    try:
        own = {shown.exhibit.id: shown for shown in exhibits(pair[0], language)}
    except (OSError, ValueError):
        own = {}
    for exhibit in recorded:
        yield _exhibit(exhibit, own.pop(exhibit.id, None), again.pop(exhibit.id, None), ledger)
    for name, shown in again.items():
        yield Rerun(id=name, kind=shown.exhibit.kind, verdict="differs", reason="the release does not record it")


def _exhibit(recorded: Exhibit, own: Shown | None, again: Shown | None, ledger: Compared) -> Rerun:
    def verdict(which: Sameness, gap: float | None = None, reason: str | None = None) -> Rerun:
        return Rerun(id=recorded.id, kind=recorded.kind, verdict=which, gap=gap, reason=reason)

    if again is None:
        return verdict("differs", reason="the rerun does not make it")
    if own is None:
        return verdict("differs", reason="is not in the notebook of the release")
    if own.exhibit.sha256 != recorded.sha256:
        return verdict("differs", reason=f"is not what was recorded: {first_difference(own.content, again.content)}")
    if again.exhibit.sha256 == recorded.sha256:
        return verdict("identical")
    rows = frozenset(_ROW.findall(own.content))
    gap = ledger.largest(rows or None)
    if ledger.same and ledger.gaps and alike(own.content, again.content):
        return verdict("within_tolerance", gap)
    return verdict("differs", gap, first_difference(own.content, again.content))


def _notebooks(language: str, pair: tuple[Path, Path], ledger: Compared) -> Iterator[Finding]:
    recorded, again = pair
    if not recorded.is_file() or recorded.read_bytes() == again.read_bytes():
        return
    try:
        cells = list(other_cells(recorded, again))
    except ValueError as error:
        cells = [f"cannot be read ({error})"]
    for cell in cells[:SHOWN]:
        yield Finding(
            what="rerun", sentence=f"{language}/report.ipynb: {cell}", harmless=ledger.same and bool(ledger.gaps)
        )
    if len(cells) > SHOWN:
        sentence = f"{language}/report.ipynb: {len(cells) - SHOWN} more cells differ"
        yield Finding(what="rerun", sentence=sentence, harmless=ledger.same and bool(ledger.gaps))


def _page(name: str, own: Path, again: Path, ledger: Compared) -> Iterator[Finding]:
    if not (own / name).is_file() or (own / name).read_bytes() == (again / name).read_bytes():
        return
    try:
        recorded = page_text(own / name)
    except (OSError, ValueError, RuntimeError) as error:  # what pdfium raises is a RuntimeError
        yield Finding(what="rerun", sentence=f"{name}: cannot be read ({error})", harmless=False)
        return
    rerun = page_text(again / name)
    if recorded == rerun:
        yield Finding(what="rerun", sentence=f"{name}: other bytes, the same words", harmless=True)
    elif ledger.same and ledger.gaps and alike(recorded, rerun):
        yield Finding(what="rerun", sentence=f"{name}: differs in last digits", harmless=True)
    else:
        yield Finding(what="rerun", sentence=f"{name}: says {first_difference(recorded, rerun)}", harmless=False)


def unstable(first: Path, second: Path, names: Sequence[str]) -> list[str]:
    """Return the files that two runs in the same environment did not give the same bytes."""
    return [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()]
