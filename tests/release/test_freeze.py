"""A release is made whole or not at all, and only of a report that may be released."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from pilotbook.errors import CallError, PilotbookError, PlanError, ProofError, WorkError
from pilotbook.release.freeze import freeze
from pilotbook.release.layout import releases
from pilotbook.release.repository import Repository
from pilotbook.release.seal import broken

from .conftest import COMMITTED, Shelf
from .forging import replace_in


def refused(shelf: Shelf, repository: Repository = COMMITTED, **wish: object) -> PilotbookError:
    """Release, which must fail, and leave the releases as they were."""
    before = {p: p.read_bytes() for p in shelf.root.rglob("*") if p.is_file() and p.name[0] != "."}
    with pytest.raises(PilotbookError) as error:
        freeze(shelf.wish(**wish), repository)
    assert {p: p.read_bytes() for p in shelf.root.rglob("*") if p.is_file() and p.name[0] != "."} == before
    assert not list(shelf.root.glob("*.work"))
    return error.value


def edit_report(shelf: Shelf, name: str, old: str, new: str) -> None:
    """Edit a rendered file so that its manifest does not notice."""
    folder = shelf.example.report
    before = json.loads((folder / "manifest.json").read_text("utf-8"))["files"][name]
    replace_in(folder / name, old, new)
    after = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    replace_in(folder / "manifest.json", before, after)


def test_it_holds_what_was_rendered(pristine: Shelf):
    folder = pristine.release.folder
    for name in ("estimates.json", "manifest.json", "en/report.html", "en/report.pdf", "en/report.ipynb"):
        assert (folder / name).read_bytes() == (pristine.example.report / name).read_bytes()
    assert (folder / "plan.yml").read_bytes() == pristine.example.plan.read_bytes()
    assert pristine.release.record.previous is None


def test_a_correction_is_the_next_version_with_its_note(shelf: Shelf):
    edit_report(shelf, "en/report.html", "</body>", "<!-- corrected --></body>")
    assert "--note" in str(refused(shelf))
    made = freeze(shelf.wish(note="A footnote was wrong."), COMMITTED)
    assert (made.name, made.record.note) == ("budget/2020/v2", "A footnote was wrong.")
    first, second = releases(shelf.root)
    assert second.record.previous is not None
    assert second.record.previous.sha256 == first.sha256
    assert list(broken(first)) == list(broken(second)) == []


def test_the_same_again_is_refused(shelf: Shelf):
    error = refused(shelf, note="again")
    assert isinstance(error, WorkError)
    assert "there is nothing to correct" in str(error)


def test_a_dirty_tree_is_refused_with_its_files(shelf: Shelf, tmp_path: Path):
    tree = tmp_path / "tree"
    tree.mkdir()
    for call in (
        ["init", "-q"],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *call], cwd=tree, check=True)
    (tree / "estimator.py").write_text("")
    error = refused(shelf, Repository(tree))
    assert "commit or undo" in str(error)
    assert "estimator.py" in str(error)


def test_without_a_repository_it_is_refused(shelf: Shelf, tmp_path: Path):
    assert "git repository" in str(refused(shelf, Repository(tmp_path)))


def test_a_plan_without_registration_is_refused(shelf: Shelf):
    shutil.rmtree(shelf.example.folder / "registered")
    error = refused(shelf)
    assert isinstance(error, PlanError)
    assert "pilotbook plan register budget" in str(error)


def test_an_unrecorded_deviation_is_refused_with_the_difference(shelf: Shelf):
    replace_in(shelf.example.plan, "direction: lower", "direction: higher")
    error = refused(shelf)
    assert isinstance(error, PlanError)
    assert "`outcomes.visits.direction`: registered 'lower', now 'higher'" in str(error)


def test_a_report_on_other_data_is_out_of_date(shelf: Shelf):
    shelf.example.change_rows(lambda table: table[3].__setitem__(3, "999"))
    error = refused(shelf)
    assert "out of date" in str(error)
    assert "estimates: data" in str(error)


def test_a_report_that_was_edited_is_out_of_date(shelf: Shelf):
    replace_in(shelf.example.report / "en" / "report.html", "</body>", " </body>")
    assert "en/report.html is missing or was edited" in str(refused(shelf))


def test_a_report_that_is_not_there_is_refused(shelf: Shelf):
    shutil.rmtree(shelf.example.out)
    assert "is not rendered yet" in str(refused(shelf))


def test_a_number_that_is_not_the_ledgers_is_refused(shelf: Shelf):
    row = shelf.release.ledger().lead("visits")
    html = (shelf.example.report / "en" / "report.html").read_text("utf-8")
    start = html.index(f'data-ledger="{row.id}" data-field="estimate"')
    printed = html[html.index(">", start) + 1 : html.index("<", start)]
    edit_report(shelf, "en/report.html", f">{printed}<", f">{printed[:-1]}{9 - int(printed[-1])}<")
    error = refused(shelf)
    assert isinstance(error, ProofError)
    assert f"should be '{printed}'" in str(error)


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        ("<p>read from /home/wang/counties.xlsx</p>", "names a place on a machine: /home/wang"),
        ("<table><tr><th>County</th><th>Deaths</th></tr><tr><td>X</td><td>4</td></tr></table>", "'Deaths' shows 4"),
    ],
)
def test_a_disclosure_finding_refuses(shelf: Shelf, planted: str, finding: str):
    edit_report(shelf, "en/report.html", "</body>", f"{planted}</body>")
    error = refused(shelf, note="n")
    assert f"en/report.html: {finding}" in str(error)


KILLED = """
import json, os, sys
from pathlib import Path
from pilotbook.release import freeze
from pilotbook.release.layout import releases
from pilotbook.release.seal import broken
from tests.example import Example
from tests.release.conftest import COMMITTED, Shelf

shelf, calls = Shelf(Example(Path(sys.argv[1]))), 0

def release_and_die(at):
    def dying(function):
        def call(*arguments, **words):
            global calls
            calls += 1
            if calls == at:
                os.kill(os.getpid(), 9)
            return function(*arguments, **words)
        return call
    freeze.shutil.copyfile, freeze.os.fsync = dying(freeze.shutil.copyfile), dying(freeze.os.fsync)
    Path.write_text, Path.mkdir, Path.rename = dying(Path.write_text), dying(Path.mkdir), dying(Path.rename)
    freeze.freeze(shelf.wish(note="corrected"), COMMITTED)
    os._exit(0)

at, ended = 0, 9
while ended == 9:
    at += 1
    child = os.fork() or release_and_die(at)
    ended = os.waitpid(child, 0)[1]
    there = releases(shelf.root)
    print(json.dumps([ended, [r.record.version for r in there], [list(broken(r)) for r in there]]))
"""


def test_killed_at_every_step_it_leaves_the_old_state_or_the_new_one(shelf: Shelf):
    edit_report(shelf, "en/report.html", "</body>", "<!-- corrected --></body>")
    command = [sys.executable, "-c", KILLED, str(shelf.example.folder)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(steps) > 20
    assert all(step == [9, [1], [[]]] for step in steps[:-1])
    assert steps[-1] == [0, [1, 2], [[], []]]
    assert [p.name for p in shelf.root.iterdir() if p.name.endswith(".work")] == []


RELEASING = """
import sys
from pathlib import Path
from pilotbook.errors import WorkError
from pilotbook.release import freeze
from tests.example import Example
from tests.release.conftest import COMMITTED, Shelf
try:
    freeze.freeze(Shelf(Example(Path(sys.argv[1]))).wish(note="corrected"), COMMITTED)
except WorkError as error:
    sys.exit(str(error))
"""


def test_two_at_once_do_not_collide(shelf: Shelf):
    edit_report(shelf, "en/report.html", "</body>", "<!-- corrected --></body>")
    command = [sys.executable, "-c", RELEASING, str(shelf.example.folder)]
    at_once = [
        subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate()[1] for process in at_once]
    assert sorted(process.returncode for process in at_once) == [0, 1], said
    assert "by another process" in "".join(said) or "nothing to correct" in "".join(said)
    assert [release.record.version for release in releases(shelf.root)] == [1, 2]
    assert all(not list(broken(release)) for release in releases(shelf.root))


def test_while_another_process_releases_it_is_refused(shelf: Shelf):
    edit_report(shelf, "en/report.html", "</body>", "<!-- corrected --></body>")
    with FileLock(shelf.root / ".budget-2020.lock"):
        assert "by another process" in str(refused(shelf, note="n"))


def test_a_wrong_period_is_a_wrong_call(shelf: Shelf):
    assert isinstance(refused(shelf, period="2020Q1"), CallError)
