"""The rules over the tables of a vintage: planted alerts are found, by unit and period, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pilotbook.evaluate.monitoring.effects import yearly_factors
from pilotbook.evaluate.monitoring.monitor import Monitoring, monitor
from pilotbook.evaluate.monitoring.observations import Observations
from pilotbook.evaluate.monitoring.records import Records
from pilotbook.judge.rules.rulefile import catalogued_rules
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.simulate import scenario, simulate, write_simulation
from pilotbook.panel.vintage import newest


def run(dataset: Path, period: str) -> Monitoring:
    vintage, catalogue = newest(dataset), read_catalogue()
    frames = {kind: vintage.table(kind) for kind in vintage.tables}
    exposure = frames.pop("exposure")
    starts = {c: pd.Period(s, freq="M") for c, s in zip(exposure["county"], exposure["start"], strict=True)}
    observed = Observations.of(frames, starts, pd.Period(period, freq="M"), catalogue)
    return monitor(catalogued_rules(), observed, Records(), {}, yearly_factors(catalogue), {})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_alerts_found_are_the_alerts_planted(tmp_path: Path, seed: int) -> None:
    write_simulation(simulate(scenario("supervision"), seed), tmp_path / "made")
    truth: dict[str, Any] = json.loads((tmp_path / "made" / "truth.json").read_text("utf-8"))
    planted = {tuple(alert.values()) for alert in truth["planted_alerts"]["alerts"]}
    found = {
        (finding.rule.id, spell.unit, spell.first, spell.last)
        for finding in run(tmp_path / "made", "2023-12").findings
        if finding.rule.entry.type == "alert" and finding.reading.id == "as-written"
        for spell in finding.spells
    }
    alerts = {rule.id for rule in catalogued_rules() if rule.entry.type == "alert"}
    assert {rule for rule, *_ in planted} == alerts
    assert found == planted
