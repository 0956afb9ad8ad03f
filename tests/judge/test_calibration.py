"""A small form of the calibration of the verdicts: the benchmark's own worlds, fewer panels."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from scipy import stats

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "verdict_calibration.py"
SURPRISE = 0.001
"""A correct program fails one of these tests in a thousand seeds; the seeds are fixed."""


@pytest.fixture(scope="module")
def calibration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verdict_calibration", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "panels"),
    [
        ("no effect, 3 of 30", 200),
        ("no effect, 20 of 40", 200),
        ("drift of half the important effect a quarter", 30),
        ("tiny effect, important one large", 60),
        ("three quarters before the start", 20),
    ],
)
def test_the_promise_of_a_world(calibration: ModuleType, name: str, panels: int) -> None:
    cell = replace(next(c for c in calibration.CELLS if c.name == name), panels=panels)
    counts = calibration.run(cell, seed=21)
    hits = sum(counts.verdicts[kind] for kind in cell.counted)
    assert sum(counts.verdicts.values()) == panels
    if cell.promise[0] == 0:
        assert stats.binom.sf(hits - 1, panels, cell.promise[1]) > SURPRISE
    else:
        assert stats.binom.cdf(hits, panels, cell.promise[0]) > SURPRISE


def test_reading_every_look_at_five_percent_is_worse(calibration: ModuleType) -> None:
    counts = calibration.run(replace(calibration.CELLS[0], panels=300), seed=22)
    assert counts.naive > 1.5 * counts.ever_improved
