"""What reports share is looked at once in a moment, and anew after it."""

from __future__ import annotations

import pytest

from pilotbook.moment import moment, seen_once


@pytest.fixture
def look():
    looks: list[str] = []

    @seen_once
    def look(name: str) -> int:
        looks.append(name)
        if name == "gone":
            raise OSError(name)
        return len(looks)

    look.looks = looks
    return look


def test_in_a_moment_each_thing_is_looked_at_once(look):
    seen = {}
    for _ in range(2):  # a moment may be left and taken up again
        with moment(seen):
            assert (look("a"), look("b"), look("a")) == (1, 2, 1)
    assert look.looks == ["a", "b"]


def test_outside_and_in_another_moment_it_is_looked_at_anew(look):
    with moment({}):
        look("a")
    with moment({}):
        assert look("a") == 2
    assert (look("a"), look("a")) == (3, 4)


def test_what_was_not_found_is_looked_for_again(look):
    with moment({}):
        for _ in range(2):
            with pytest.raises(OSError, match="gone"):
                look("gone")
    assert look.looks == ["gone", "gone"]


def test_two_functions_do_not_answer_for_each_other():
    first, second = seen_once(lambda name: "first"), seen_once(lambda name: "second")
    with moment({}):
        assert (first("a"), second("a")) == ("first", "second")
