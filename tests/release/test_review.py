"""Sign-off: two people other than the author; a changed exhibit voids only its own approvals."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest

from pilotbook.errors import CallError, PilotbookError, UnknownNameError, WorkError
from pilotbook.release.about import Withdrawal
from pilotbook.release.layout import Release, releases
from pilotbook.release.permissions import MAY, Role
from pilotbook.release.record import read_record
from pilotbook.release.review import Signature, sign, standing, withdraw
from pilotbook.release.states import MOVES, Action, State, diagram

from ..conftest import CommandLine
from .conftest import DAY, Shelf
from .forging import replace_in, reseal

ROOT = Path(__file__).parents[2]
NOON = datetime.datetime(2026, 4, 1, 12, tzinfo=datetime.UTC)


class Desk:
    """Signs one after another, a minute apart."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, self.moment = shelf, NOON

    def sign(self, person: str, approve: tuple[str, ...] = (), reject: tuple[str, ...] = (), role: str = "reviewer"):
        self.moment += datetime.timedelta(minutes=1)
        signature = Signature(person, Role(role), self.moment, approve, reject)
        return sign(self.shelf.release, signature, releases(self.shelf.root))

    def withdraw(self, by: str, role: str) -> None:
        stone = Withdrawal(release=self.shelf.release.name, reason="a wrong cell", date=DAY, by=by)
        withdraw(self.shelf.release, stone, Role(role))

    @property
    def state(self) -> State:
        return standing(self.shelf.release, releases(self.shelf.root)).state


@pytest.fixture
def desk(shelf: Shelf) -> Desk:
    return Desk(shelf)


def test_two_others_make_it_reviewed(desk: Desk):
    assert desk.state is State.RELEASED
    desk.sign("B. Second", approve=("all",))
    assert desk.state is State.IN_REVIEW
    desk.sign("b.  second", approve=("all",))  # the same person
    assert desk.state is State.IN_REVIEW
    desk.sign("李三", approve=("all",))
    assert desk.state is State.REVIEWED


def test_the_author_cannot_approve(desk: Desk):
    with pytest.raises(WorkError, match="is an author"):
        desk.sign("a. reader", approve=("all",))
    with pytest.raises(WorkError, match="editor B may not approve"):
        desk.sign("B", approve=("all",), role="editor")
    assert desk.state is State.RELEASED


def test_a_rejection_counts_until_it_is_taken_back(desk: Desk):
    for person in ("B", "C"):
        desk.sign(person, approve=("all",))
    desk.sign("B", reject=("estimates",))
    assert desk.state is State.REJECTED
    desk.sign("B", approve=("estimates",))
    assert desk.state is State.REVIEWED


def test_a_changed_exhibit_voids_its_own_approvals_alone(desk: Desk, shelf: Shelf):
    for person in ("B", "C"):
        desk.sign(person, approve=("all",))
    first = shelf.release
    folder = first.folder.with_name("v2")
    folder.mkdir()
    for path in first.folder.rglob("*"):
        target = folder / path.relative_to(first.folder)
        target.mkdir(exist_ok=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    changed = next(exhibit.id for exhibit in first.record.exhibits if exhibit.id.startswith("en/tbl-"))
    exhibits = tuple(e.model_copy(update={"sha256": "f" * 64}) if e.id == changed else e for e in first.record.exhibits)
    reseal(folder, version=2)
    record = read_record(folder).model_copy(update={"exhibits": exhibits})
    (folder / "release.json").write_text(record.dumps(), "utf-8")
    found = standing(Release(folder, record), releases(shelf.root))
    assert found.state is State.IN_REVIEW
    assert found.missing == [changed]
    assert standing(first, releases(shelf.root)).state is State.REVIEWED


def test_a_withdrawn_release_is_not_signed(desk: Desk):
    desk.withdraw("A. Reader", "author")
    assert desk.state is State.WITHDRAWN
    with pytest.raises(WorkError, match="nothing left to approve"):
        desk.sign("B", approve=("all",))
    with pytest.raises(WorkError, match="was withdrawn on 2026-03-31 already"):
        desk.withdraw("A. Reader", "author")


@pytest.mark.parametrize(("by", "role"), [("B", "author"), ("B", "reviewer"), ("A. Reader", "editor")])
def test_who_may_not_withdraw(desk: Desk, by: str, role: str):
    with pytest.raises(WorkError):
        desk.withdraw(by, role)


def test_what_was_changed_is_not_signed(desk: Desk, shelf: Shelf):
    replace_in(shelf.release.page("en", "html"), "Visits", "Visit")
    with pytest.raises(WorkError, match="is not as it was released"):
        desk.sign("B", approve=("all",))


def test_a_review_that_was_changed_after_signing_is_refused(desk: Desk, shelf: Shelf):
    _, path = desk.sign("B", approve=("estimates",))
    replace_in(path, "approved", "rejected")
    with pytest.raises(WorkError, match="was changed after it was signed"):
        _ = shelf.release.reviews


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({}, CallError),
        ({"approve": ("estimates",), "reject": ("estimates",)}, CallError),
        ({"approve": ("en/tbl-nothing",)}, UnknownNameError),
    ],
)
def test_a_signature_says_one_thing_of_what_is_there(desk: Desk, arguments: dict, kind: type[PilotbookError]):
    with pytest.raises(kind):
        desk.sign("B", **arguments)


def test_whatever_people_do_the_state_moves_along_the_diagram(desk: Desk):
    chance = random.Random(7)
    known = [exhibit.id for exhibit in desk.shelf.release.record.exhibits]
    for _ in range(15):
        before, action = desk.state, chance.choice([Action.APPROVE, Action.APPROVE, Action.REJECT])
        what = (chance.choice(["all", known[0], known[-1]]),)
        desk.sign(chance.choice("BCD"), **{str(action): what})
        assert desk.state in MOVES[before][action]


def test_every_action_has_somebody_who_may_do_it():
    assert MAY.keys() == set(Action)
    assert {action for moves in MOVES.values() for action in moves} == set(Action)
    assert Role.AUTHOR not in MAY[Action.APPROVE]
    assert {end for moves in MOVES.values() for ends in moves.values() for end in ends} | {State.RELEASED} == set(State)


def test_the_diagram_in_the_docs_is_that_of_the_code():
    page = (ROOT / "docs" / "releases" / "review.md").read_text("utf-8")
    assert f"```mermaid\n{diagram()}```" in page


def test_the_command_line(pilotbook: CommandLine, shelf: Shelf):
    release = shelf.release.folder
    assert pilotbook("review", release).out.startswith("budget/2020/v1: released")
    signed = pilotbook("review", release, "--reviewer", "B", "--approve", "all", "--comment", "report=Well done")
    assert signed.out.startswith("budget/2020/v1: in review")
    assert shelf.release.reviews[0].comments == {"report": "Well done"}
    assert pilotbook("review", release, "--approve", "all").status == 2
    gone = pilotbook("withdraw", release, "--by", "A. Reader", "--reason", "A wrong cell.")
    assert gone.status == 0
    assert pilotbook("review", release, "--json").json["state"] == "withdrawn"


@pytest.mark.parametrize(("reason", "by"), [(" ", "A. Reader"), ("A wrong cell.", "")])
def test_a_withdrawal_says_why_and_by_whom(pilotbook: CommandLine, shelf: Shelf, reason: str, by: str):
    refused = pilotbook("withdraw", shelf.release.folder, "--reason", reason, "--by", by)
    assert refused.status == 2
    assert "is empty" in refused.err
    assert shelf.release.withdrawal is None
