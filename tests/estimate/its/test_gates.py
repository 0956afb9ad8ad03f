"""Every fragile series gets its own answer: neither a crash nor a number."""

from __future__ import annotations

import numpy as np
import pytest

from pilotbook.estimate.its import (
    Flag,
    Interruption,
    ItsResult,
    NoClaim,
    Reason,
    Season,
    SeasonKind,
    Segments,
    interrupted,
)
from pilotbook.estimate.its.gates import Passed, gate

from .series_for_tests import QUARTERS, plain, quarterly, stepped

STEP = stepped(40)
ONLY_FOURTH_QUARTERS = np.where(np.arange(40) % 4 == 3, STEP, np.nan)
TWO = (Interruption(20, label="price"), Interruption(20, label="payment"))

REFUSED = {
    "five points": (STEP[:5], plain(5, 3), Reason.TOO_FEW_POINTS, "2 of 8 points after"),
    "seven after": (STEP[:27], plain(27, 20), Reason.TOO_FEW_POINTS, "7 of 8 points after"),
    "all zero": (np.zeros(40), quarterly(), Reason.CONSTANT, "every value is 0"),
    "straight line": (np.arange(40.0), quarterly(), Reason.EXACT_FIT, "reproduce"),
    "first period": (STEP, plain(40, 0), Reason.EDGE, "no period on one side"),
    "beyond the end": (STEP, plain(40, 40), Reason.EDGE, "no period on one side"),
    "last period": (STEP, plain(40, 39), Reason.TOO_FEW_POINTS, "1 of 8 points after"),
    "two in one period": (STEP, Segments(40, TWO), Reason.COINCIDENT, "two interruptions"),
    "four points between two": (
        STEP,
        Segments(40, (Interruption(16, label="price"), Interruption(20, label="payment"))),
        Reason.TOO_FEW_POINTS,
        "4 of 8 points between",
    ),
    "one season of five years": (
        ONLY_FOURTH_QUARTERS,
        quarterly(),
        Reason.TOO_FEW_POINTS,
        "5 of 8 points before",
    ),
    "nothing observed": (np.full(40, np.nan), quarterly(), Reason.TOO_FEW_POINTS, "0 of 8"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    y, segments, reason, detail = REFUSED[case]
    found = interrupted(y, segments, np.random.default_rng(1))
    assert isinstance(found, NoClaim)
    assert found.reason is reason
    assert detail in found.detail


def flags(y, segments):
    found = interrupted(y, segments, np.random.default_rng(1), draws=99)
    assert isinstance(found, ItsResult)
    assert all(np.isfinite([e.estimate, e.low, e.high, e.p]).all() for e in found.effects)
    return found.flags


def test_a_gap_is_said():
    gap = STEP.copy()
    gap[8:11] = np.nan
    assert Flag.GAP in flags(gap, quarterly())
    assert Flag.GAP not in flags(STEP, quarterly(excluded=(8, 9, 10)))


def test_eight_to_eleven_points_are_flagged():
    assert Flag.FEW_POINTS in flags(STEP[:16], plain(16, 8))
    assert Flag.FEW_POINTS not in flags(STEP[:24], plain(24, 12))


def test_one_season_only_drops_the_seasonal_terms_and_says_so():
    """Annual values put down in the fourth quarter of a quarterly grid, 100 quarters long."""
    y = np.where(np.arange(100) % 4 == 3, stepped(100, 48), np.nan)
    found = interrupted(y, quarterly(100, 48), np.random.default_rng(1), draws=99)
    assert isinstance(found, ItsResult)
    assert {Flag.SEASON_LEFT_OUT, Flag.GAP} <= set(found.flags)
    assert not any(name.startswith("season") for name in found.names)


@pytest.mark.parametrize(
    ("before", "kind", "period", "kept"),
    [
        (12, SeasonKind.DUMMIES, 4, True),
        (11, SeasonKind.DUMMIES, 4, False),
        (24, SeasonKind.HARMONICS, 12, True),
        (23, SeasonKind.HARMONICS, 12, False),
        (35, SeasonKind.DUMMIES, 12, False),
        (36, SeasonKind.DUMMIES, 12, True),
    ],
)
def test_seasonal_terms_need_full_years_before(before, kind, period, kept):
    n = before + 24
    passed = gate(stepped(n, before), Segments(n, (Interruption(before),), Season(kind, period)))
    assert isinstance(passed, Passed)
    assert (passed.design.season.kind is kind) is kept
    assert (Flag.SEASON_LEFT_OUT in passed.flags) is not kept


def test_more_terms_than_the_points_can_tell_apart():
    """Nine years of quarters before, but the reform's shape equals a seasonal term on the periods kept."""
    segments = Segments(60, (Interruption(36),), QUARTERS, excluded=tuple(p for p in range(36, 60) if p % 4 != 1))
    found = interrupted(stepped(60, 36), segments, np.random.default_rng(1))
    assert isinstance(found, NoClaim)
