"""Publishing: whole or not at all, never taking a version away, and only what passes every check."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pilotbook.errors import CallError, ProofError, WorkError
from pilotbook.release.states import State
from pilotbook.site.build import build_site
from pilotbook.site.publish import publication
from pilotbook.site.publish.branch import BranchTarget
from pilotbook.site.publish.folder import FolderTarget
from pilotbook.site.publish.publication import choose_target, publish
from pilotbook.site.publish.requirements import Requirements, read_requirements
from pilotbook.site.tree import STATE, read_files

from .conftest import SETTINGS
from .synthetic import Made, many, write_release, write_releases

FREE = Requirements(real=State.RELEASED, simulated=State.RELEASED)
FIRST = "plan-0000/2021Q1/v1"


def _contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Bench:
    """Three releases, the folder in which the site is built, and the one where it is published."""

    def __init__(self, folder: Path) -> None:
        self.releases, self.site, self.place = folder / "releases", folder / "site", folder / "public"

    def publish(self, target: Any = None, requirements: Requirements = FREE, **options: Any) -> publication.Published:
        return publish(target or FolderTarget(self.place), self.site, SETTINGS, requirements, **options)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases and their site, made once; every test gets a copy, times and all."""
    folder = tmp_path_factory.mktemp("bench")
    write_releases(folder / "releases", list(many(3)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILOTBOOK_RELEASES", str(folder / "releases"))
        build_site(folder / "site", SETTINGS, jobs=1)
    return folder


@pytest.fixture
def bench(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    made = Bench(tmp_path)
    monkeypatch.setenv("PILOTBOOK_RELEASES", str(made.releases))
    return made


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    for command in (
        ["init", "-q", "-b", "main"],
        ["config", "user.email", "a@example.org"],
        ["config", "user.name", "A"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    (folder / "kept.txt").write_text("kept")
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    subprocess.run(["git", "commit", "-qm", "first"], cwd=folder, check=True)
    return folder


def git(repository: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_folder_gets_the_whole_site_and_then_only_what_changed(bench: Bench) -> None:
    assert bench.publish().done
    files = read_files(bench.place)
    assert files == read_files(bench.site)
    assert not (bench.place / STATE).exists()
    kept = (bench.place / FIRST / "en" / "report.pdf").stat().st_ino
    assert not bench.publish().done
    write_release(bench.releases, Made("plan-0000", "2021Q1", 4))
    published = bench.publish()
    assert published.done
    assert "plan-0000/2021Q1/v4/en/report.html" in published.changes.added
    assert published.changes.removed == ()
    assert (bench.place / FIRST / "en" / "report.pdf").stat().st_ino == kept


def test_a_dry_run_says_what_would_change_and_changes_nothing(bench: Bench) -> None:
    found = bench.publish(dry_run=True)
    assert not found.done
    assert "index.html" in found.changes.added
    assert not bench.place.exists()


def test_a_published_version_is_never_taken_away_or_changed(bench: Bench) -> None:
    bench.publish()
    before = _contents(bench.place)
    moved = bench.releases.parent / "moved"
    (bench.releases / FIRST).rename(moved)
    with pytest.raises(ProofError, match=rf"{FIRST}: is published, and is not in this site"):
        bench.publish()
    write_release(bench.releases, Made("plan-0000", "2021Q1", 1, title="Another title", reform="vbp"))
    with pytest.raises(ProofError, match=rf"{FIRST}: is published with other bytes"):
        bench.publish()
    assert _contents(bench.place) == before


@pytest.mark.parametrize("edit", ["changed", "deleted", "added"])
def test_a_file_that_was_edited_by_hand_is_noticed(bench: Bench, edit: str) -> None:
    bench.publish()
    page = bench.place / ("more.html" if edit == "added" else "index.html")
    whole = (bench.place / "index.html").read_bytes()
    if edit == "deleted":
        page.unlink()
    else:
        page.write_bytes(whole[:-2] + b"x\n")
    with pytest.raises(ProofError, match=rf"{page.name}: was edited after it was published"):
        bench.publish()
    assert bench.publish(restore=True).done
    assert (bench.place / "index.html").read_bytes() == whole
    assert not (bench.place / "more.html").exists()


def test_a_copied_site_is_not_taken_for_an_edited_one(bench: Bench) -> None:
    bench.publish()
    for path in bench.place.rglob("*.html"):
        os.utime(path, (1, 1))
    assert not bench.publish().done


def test_a_release_that_lacks_signatures_is_refused(bench: Bench) -> None:
    with pytest.raises(ProofError, match="plan-0000/2021Q1/v3: is 'released'; reports on real data must be 'reviewed'"):
        bench.publish(requirements=Requirements())
    write_release(bench.releases, Made("plan-0000", "2021Q1", 4, simulated=False, approvals=2))
    assert bench.publish(requirements=Requirements()).done


def test_a_failed_proof_and_a_disclosure_are_refused(bench: Bench) -> None:
    _change_page(bench, "</main>", "<p><span data-ledger='no/such/row' data-field='estimate'>1</span></p></main>")
    with pytest.raises(ProofError, match="the proof of its numbers failed"):
        bench.publish()
    _change_page(bench, "</main>", "<p>/home/somebody/data.csv</p></main>")
    with pytest.raises(ProofError, match=rf"{FIRST}: .*names a place on a machine"):
        bench.publish()
    assert not bench.place.exists()


def test_a_broken_link_and_an_inaccessible_page_are_refused(bench: Bench) -> None:
    _change_page(bench, "</main>", '<p><a href="nowhere.html">x</a></p></main>')
    with pytest.raises(ProofError, match=r"report.html: the link 'nowhere.html' leads to a file that is not there"):
        bench.publish()
    _change_page(bench, "</main>", '<p><input type="text"></p></main>')
    with pytest.raises(ProofError, match=r"report.html: a control <input> has no label"):
        bench.publish()


def _change_page(bench: Bench, old: str, new: str) -> None:
    """Make the first release anew with another page; its record fits it."""
    import pilotbook.fingerprint as fingerprint
    from pilotbook.release.record import NAME, read_record

    folder = write_release(bench.releases, next(many(1)))
    page = folder / "en" / "report.html"
    page.write_text(page.read_text("utf-8").replace(old, new), "utf-8")
    record = read_record(folder)
    files = {**record.files, "en/report.html": fingerprint.sha256(page.read_bytes())}
    (folder / NAME).write_text(record.model_copy(update={"files": files}).dumps(), "utf-8")


def test_a_folder_that_is_no_site_is_left_alone(bench: Bench) -> None:
    bench.place.mkdir()
    (bench.place / "thesis.doc").write_text("years of work")
    with pytest.raises(CallError, match="is no site that was published before"):
        bench.publish()
    assert _contents(bench.place) == {"thesis.doc": b"years of work"}


def test_a_second_publisher_is_refused(bench: Bench) -> None:
    with FolderTarget(bench.place).locked(), pytest.raises(WorkError, match="somebody else is publishing there"):
        bench.publish()


KILLED = """
import os, sys
from pathlib import Path
from pilotbook.report import output
from pilotbook.site import build
from pilotbook.site.publish import folder, publication
from tests.site.conftest import SETTINGS
from tests.site.test_publish import FREE

step, place, site = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
die = lambda *_, **__: os.kill(os.getpid(), 9)
copy, exchange, copies = folder.shutil.copyfile, output._exchange, []

def copy_some(*arguments):
    copies.append(arguments)
    return die() if len(copies) > 20 else copy(*arguments)

def exchange_or_die(work, target):
    if target != place:
        return exchange(work, target)
    if step == "after the exchange":
        exchange(work, target)
    die()

if step == "building":
    build._draw = die
elif step == "checking":
    publication.site_findings = die
elif step == "copying":
    folder.shutil.copyfile = copy_some
else:
    output._exchange = exchange_or_die
publication.publish(folder.FolderTarget(place), site, SETTINGS, FREE)
"""


@pytest.mark.parametrize("step", ["building", "checking", "copying", "before the exchange", "after the exchange"])
def test_a_publisher_that_is_killed_leaves_a_whole_site(bench: Bench, step: str) -> None:
    bench.publish()
    old = _contents(bench.place)
    for version in (4, 5):
        write_release(bench.releases, Made("plan-0000", "2021Q1", version))
    script = [sys.executable, "-c", KILLED, step, str(bench.place), str(bench.site)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["analysis", "."])}
    ended = subprocess.run(
        script, cwd=Path(__file__).parents[2], env=environment, check=False, capture_output=True, text=True
    )
    assert ended.returncode == -9, ended.stderr
    assert FolderTarget(bench.place).edited() == []
    assert (_contents(bench.place) == old) == (step != "after the exchange")
    bench.publish()
    assert read_files(bench.place) == read_files(bench.site)
    rests = [p.name for p in bench.place.parent.iterdir() if p.name.endswith((".work", ".aside"))]
    assert rests == []


def test_a_branch_gets_the_site_as_a_commit_and_nothing_else_is_touched(bench: Bench, repository: Path) -> None:
    target = BranchTarget("gh-pages", repository)
    assert bench.publish(target).done
    assert not bench.publish(target).done
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "branch", "--show-current") == "main"
    named = set(git(repository, "ls-tree", "-r", "--name-only", "gh-pages").splitlines())
    assert named == {*(read_files(bench.site) or ()), "site-files.json"}
    page = subprocess.run(
        ["git", "show", f"gh-pages:{FIRST}/en/report.html"], cwd=repository, capture_output=True, check=True
    )
    assert page.stdout == (bench.site / FIRST / "en" / "report.html").read_bytes()
    write_release(bench.releases, Made("plan-0000", "2021Q1", 4))
    assert bench.publish(target).done
    assert len(git(repository, "log", "--format=%H", "gh-pages").splitlines()) == 2


def test_a_branch_that_was_edited_is_noticed(bench: Bench, repository: Path) -> None:
    target = BranchTarget("gh-pages", repository)
    bench.publish(target)
    git(repository, "checkout", "-q", "gh-pages")
    with pytest.raises(WorkError, match="is checked out"):
        write_release(bench.releases, Made("plan-0000", "2021Q1", 4))
        bench.publish(target)
    (repository / "index.html").write_text("mine")
    git(repository, "commit", "-qam", "by hand")
    git(repository, "checkout", "-q", "main")
    with pytest.raises(ProofError, match=r"index.html: was edited after it was published"):
        bench.publish(target)
    assert bench.publish(target, restore=True).done


def test_a_branch_is_pushed(bench: Bench, repository: Path, tmp_path: Path) -> None:
    git(repository, "init", "-q", "--bare", str(tmp_path / "remote.git"))
    git(repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    bench.publish(BranchTarget("gh-pages", repository, "origin"))
    assert git(tmp_path / "remote.git", "rev-parse", "gh-pages") == git(repository, "rev-parse", "gh-pages")
    with pytest.raises(WorkError, match="git push"):
        bench.publish(BranchTarget("gh-pages", repository, "nowhere"))


@pytest.mark.parametrize(
    ("name", "push", "reason"),
    [
        ("branch:", None, "write branch:NAME"),
        ("branch:a b", None, "is no name of a branch"),
        ("public", "origin", "a folder cannot be"),
    ],
)
def test_a_target_that_is_none_is_refused(repository: Path, name: str, push: str | None, reason: str) -> None:
    with pytest.raises(CallError, match=reason):
        choose_target(name, push, repository)


def test_requirements_are_read_and_a_mistake_is_named(tmp_path: Path) -> None:
    assert read_requirements()
    path = tmp_path / "publishing.yml"
    path.write_text("real: reviewd\n")
    with pytest.raises(WorkError, match=r"publishing.yml: `real`: .*known states: released, in_review, reviewed"):
        read_requirements(path)
    with pytest.raises(WorkError, match="cannot be read"):
        read_requirements(tmp_path / "none.yml")
