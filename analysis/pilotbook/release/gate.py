"""What must hold before a report may be released."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pilotbook.design.disclosure import Disclosure
from pilotbook.design.plan import AnalysisPlan
from pilotbook.design.planfile import PlanFile
from pilotbook.design.registration import refuse_unrecorded
from pilotbook.design.registry import read_registration
from pilotbook.errors import WorkError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.release.disclosure.scan import disclosures
from pilotbook.release.disclosure.settings import settings
from pilotbook.release.layout import LEDGER
from pilotbook.release.repository import Repository
from pilotbook.report.manifest import Manifest
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html, prove_pdf
from pilotbook.report.proof_of_labels import prove_labels
from pilotbook.report.stages import Stages

SHOWN = 20


def refuse_outdated(stages: Stages, earlier: Manifest) -> None:
    """Refuse a report that rests on something else than what is there now, or that was edited.

    Raises
    ------
    WorkError
        Naming each stage and what changed.
    """
    outdated = stages.outdated(earlier)
    if not outdated:
        return
    request = stages.request
    call = f"pilotbook render {request.plan.id} --period {stages.period}"
    if not earlier.stages:
        raise WorkError(f"{request.plan.id} {stages.period}: is not rendered yet; run `{call}` and look at it first")
    lines = [f"  {stage}: {', '.join(changes)}" for stage, changes in outdated.items()]
    raise WorkError(
        "\n".join([f"{request.plan.id} {stages.period}: the report is out of date; run `{call}` again", *lines])
    )


def refuse_unregistered(plan_file: PlanFile) -> None:
    """Refuse a plan that is not registered or deviates from its registration without a record.

    Raises
    ------
    PlanError
        With the exact difference.
    """
    refuse_unrecorded(read_registration(plan_file), plan_file.id, plan_file.plan)


def refuse_dirty(repository: Repository, root: Path) -> str:
    """Refuse a working tree that is not as it was committed, and return the commit.

    Parameters
    ----------
    repository
        That of the program.
    root
        The folder of releases, which may hold new ones.

    Raises
    ------
    WorkError
        Naming the files.
    """
    commit = repository.commit()
    if commit is None:
        raise WorkError("the program does not lie in a git repository, so nobody could rerun it; release from a clone")
    dirty = repository.dirty(root)
    if dirty:
        raise WorkError(f"the working tree is not as it was committed; commit or undo:\n{_listed(dirty)}")
    return commit


def refuse_unproven(folder: Path, plan: AnalysisPlan, languages: Sequence[str], formats: Sequence[str]) -> None:
    """Prove once more, from the files, that every page prints the ledger's numbers beside their titles.

    Raises
    ------
    ProofError
        Naming the numbers.
    """
    ledger = Ledger.loads((folder / LEDGER).read_text(encoding="utf-8"))
    for language in languages:
        page = read_page(folder / language / "report.html")
        prove_html(page, ledger, language)
        prove_labels(page, ledger, plan.titles(language))
        if "pdf" in formats:
            prove_pdf(folder / language / "report.pdf", page.numbers)


def refuse_disclosures(files: Sequence[Path], folder: Path, allowed: Disclosure) -> None:
    """Refuse files that show what must not leave; which counts are small, the plan says.

    Raises
    ------
    WorkError
        Naming file and finding.
    """
    chosen = settings().model_copy(update={"smallest_count": allowed.smallest_count})
    found = disclosures(files, folder, chosen)
    if found:
        raise WorkError(f"disclosure control refuses the release:\n{_listed(found)}")


def _listed(lines: Sequence[str]) -> str:
    more = [f"  … and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([*(f"  {line}" for line in lines[:SHOWN]), *more])
