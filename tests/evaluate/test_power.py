"""`plan power`: what could be detected, from data before the reform only."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from pilotbook.cli import app
from pilotbook.errors import PlanError

from .counties import counties, write


def power(path) -> list[dict]:
    done = CliRunner().invoke(
        app, ["plan", "power", str(path), "--json"], catch_exceptions=False, standalone_mode=False
    )
    return json.loads(done.stdout)["detectable"]


def test_the_effect_itself_does_not_count(tmp_path):
    """The planted effect is five: the detectable one is the same with and without it."""
    frame = counties(3)
    (tmp_path / "a").mkdir()
    found = power(write(tmp_path / "a", frame))
    assert [(row["outcome"], row["controls"]) for row in found[:2]] == [("visits", "all"), ("visits", "closest half")]
    assert found[0]["inference"] == "randomisation"
    assert (found[0]["n_pilots"], found[0]["n_controls"], found[1]["n_controls"]) == (3, 27, 14)
    assert 0.5 < found[0]["effect"] < 4
    (tmp_path / "b").mkdir()
    frame.loc[(frame["start"] != "") & (frame["period"] >= "2020Q3"), "visits"] += 100
    assert power(write(tmp_path / "b", frame))[0]["effect"] == found[0]["effect"]


def test_out_of_reach_is_said(tmp_path):
    (first, *_) = power(write(tmp_path, counties(1, units=12)))
    assert first["effect"] is None
    assert "no effect, however large" in first["reason"]


def test_too_short_a_past_is_said(tmp_path):
    frame = counties(3)
    path = write(tmp_path, frame[frame["period"] >= "2019Q4"])
    with pytest.raises(PlanError, match="3 periods lie before the first start"):
        power(path)
