"""What can be found of a release without a rerun: broken seals, wrong digits, and what is another now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from pilotbook import fingerprint
from pilotbook.design.planfile import PlanFile, read_plan
from pilotbook.design.registration import content_hash
from pilotbook.errors import PilotbookError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.project import PLANS
from pilotbook.release.about import Finding
from pilotbook.release.environment import differences, program_sha256
from pilotbook.release.layout import LEDGER, MANIFEST, PLAN, REGISTRATION, Release, chain
from pilotbook.release.record import Environment
from pilotbook.release.repository import Repository
from pilotbook.release.seal import SEALS, broken
from pilotbook.report.manifest import Manifest, read_manifest
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html, prove_pdf
from pilotbook.report.proof_of_labels import prove_labels
from pilotbook.report.stages import ESTIMATES

PROGRAM = ("analysis", "_extensions", "reports/locale", "data/catalogue")
"""Folders that the program consists of."""

SHOWN = 12


def inspect(release: Release, known: Iterable[Release]) -> Iterator[Finding]:
    """Find what of a release's own files is not as it must be.

    Parameters
    ----------
    release
        The release.
    known
        All releases, to follow the chain.

    Yields
    ------
    Finding
        None of them harmless.
    """
    for name, what in broken(release):
        yield _harm("seal" if name in SEALS else "file", f"{name} {what}")
    yield from _chain(release, known)
    yield from _manifest(release)
    yield from _plan(release)
    for language in release.record.languages:
        yield from _pages(release, language)


def _harm(what: str, sentence: str) -> Finding:
    return Finding.model_validate({"what": what, "sentence": sentence, "harmless": False})


def _chain(release: Release, known: Iterable[Release]) -> Iterator[Finding]:
    before = release.record.previous
    if before is not None and not chain(release, known):
        name = f"{release.record.plan}/{before.period}/v{before.version}"
        yield _harm("seal", f"{name}, which it follows, is gone or is not the release that it was")


def _manifest(release: Release) -> Iterator[Finding]:
    manifest = read_manifest(release.folder)
    if manifest is None:
        if (release.folder / MANIFEST).is_file():
            yield _harm("file", f"{MANIFEST} cannot be read")
        return
    for name, digest in manifest.files.items():
        if release.record.files.get(name) != digest:
            yield _harm("file", f"{name} has another hash in {MANIFEST} than in release.json")


def _plan(release: Release) -> Iterator[Finding]:
    """Compare the plan with the last entry of its registration, as the release holds both."""
    try:
        plan = read_plan(release.folder / PLAN)
        entries = yaml.safe_load((release.folder / REGISTRATION).read_text(encoding="utf-8"))["entries"]
        if entries[-1]["sha256"] != content_hash(plan.plan):
            yield _harm("plan", f"{PLAN} is not what {REGISTRATION} records")
    except (PilotbookError, OSError, yaml.YAMLError, KeyError, IndexError, TypeError) as error:
        yield _harm("plan", f"{PLAN} and {REGISTRATION} cannot be compared ({error})")


def _pages(release: Release, language: str) -> Iterator[Finding]:
    """Prove that the pages print the ledger's numbers beside their titles."""
    html, pdf = release.page(language, "html"), release.page(language, "pdf")
    try:
        ledger = Ledger.loads((release.folder / LEDGER).read_text(encoding="utf-8"))
        page = read_page(html)
        prove_html(page, ledger, language)
        prove_labels(page, ledger, plan_of(release).plan.titles(language))
        if "pdf" in release.record.formats:
            prove_pdf(pdf, page.numbers)
    except PilotbookError as error:
        for line in str(error).splitlines():
            yield _harm("page", f"{language}/{line}")
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        yield _harm("page", f"the pages in {language} cannot be compared with the ledger ({error})")


def wrong_basis(release: Release, rerun: Path, program: str | None, at_commit: bool) -> Iterator[Finding]:
    """Find hashes of the program that a release records and that a rerun does not bear out.

    What a report says of a change of the program rests on them, so they are not taken on trust.

    Parameters
    ----------
    release, rerun
        The release, and the folder of the report that was rendered again.
    program
        Hash of all source files of the program that rendered it.
    at_commit
        Whether that is the program of the recorded commit.
    """
    code = release.record.code
    if program == code.sha256:
        recorded, again = (read_manifest(folder) for folder in (release.folder, rerun))
        if recorded is not None and again is not None and _models(recorded) != _models(again):
            yield _harm("code", f"{MANIFEST} names another program of the models than release.json")
    elif at_commit:
        yield _harm("code", f"the program of {code.commit[:12]} is not the one that release.json records")


def _models(manifest: Manifest) -> str | None:
    """Return the hash of the program of the models that a manifest names."""
    return manifest.stages.get(ESTIMATES, {}).get("code")


def surroundings(release: Release, now: Environment, repository: Repository) -> Iterator[Finding]:
    """Find what is another now than when the release was made; by itself it is no fault of the release.

    Parameters
    ----------
    release
        The release.
    now
        The environment of now.
    repository
        That of the program.
    """
    record = release.record
    for difference in differences(record.environment, now):
        yield _note("environment", difference)
    if record.code.sha256 != program_sha256(repository.root):
        changed = repository.changed_since(record.code.commit, *PROGRAM)
        if changed is None:
            yield _note("code", f"the program is another than at {record.code.commit[:12]}, which is not here")
        else:
            yield _note("code", f"the program is another than at {record.code.commit[:12]}: {_some(changed)}")
    plan = PLANS / f"{record.plan}.yml"
    if plan.is_file() and fingerprint.sha256(plan.read_bytes()) != record.plan_sha256:
        yield _note("plan", f"the plan in {_shown(plan)} was changed since; the release is rerun from its own copy")


def _note(what: str, sentence: str) -> Finding:
    return Finding.model_validate({"what": what, "sentence": sentence, "harmless": True})


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _some(files: list[str]) -> str:
    source = [name.removeprefix("analysis/") for name in files]
    more = f" and {len(source) - SHOWN} more" if len(source) > SHOWN else ""
    return ", ".join(source[:SHOWN]) + more


def plan_of(release: Release) -> PlanFile:
    """Return the plan of a release, from its own copy."""
    found = read_plan(release.folder / PLAN)
    return PlanFile(found.path.with_name(f"{release.record.plan}.yml"), found.plan)
