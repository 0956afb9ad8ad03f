"""The simulated data of every reform: marked, small, made by their command, with the truth that was planted."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from pilotbook.errors import ParameterError, UnknownNameError
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.panel.simulate.reform_worlds import (
    plantings,
    reform_table,
    reform_truth,
    reform_world,
    write_reform_world,
)
from pilotbook.project import DATA

CATALOGUE = read_catalogue()
COMMITTED = [name for name in plantings().reforms if name != "vbp"]  # vbp has a vintage of its own
# Five significant digits are written.
WRITTEN = 1e-4


def test_every_evaluated_reform_has_a_world_or_a_vintage_of_its_own():
    own = {"three-county-linked-pilot", "phased-rollout"}
    evaluated = {reform.id for reform in CATALOGUE.reforms.values() if reform.priority != "context"}
    assert set(plantings().reforms) | own == evaluated
    seeds = [planting.seed for planting in plantings().reforms.values()]
    assert len(set(seeds)) == len(seeds)  # no two reforms share their chance


@pytest.mark.parametrize("name", COMMITTED)
def test_committed_data_are_marked_described_and_small(name):
    description = json.loads((DATA / name / "datapackage.json").read_text("utf-8"))
    (resource,) = description["resources"]
    data = (DATA / name / resource["path"]).read_bytes()
    assert description["simulated"] is True
    assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert len(data) < 150_000
    assert "模拟数据" in (DATA / name / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    "name", ["tiered-pricing", "quality-price-float", "outcome-based-payment", "price-supervision"]
)
def test_committed_data_are_what_their_command_makes(name, tmp_path):
    write_reform_world(reform_world(name), tmp_path / name)
    committed, again = (pd.read_csv(folder / name / "panel.csv") for folder in (DATA, tmp_path))
    # other processors round a logarithm otherwise in the last digit, which may turn a written digit
    pd.testing.assert_frame_equal(committed, again, rtol=WRITTEN)
    known, truth = (json.loads((folder / name / "truth.json").read_text("utf-8")) for folder in (DATA, tmp_path))
    assert known["planted"] == truth["planted"]


def test_the_truth_is_what_is_planted():
    made = reform_world("reimbursement-gradient")
    truth = reform_truth(made, CATALOGUE)["outcomes"]
    for id, multiple in made.planting.planted.items():
        least = CATALOGUE.indicators[id].minimum_important_effect
        if least.scale == "absolute":
            assert truth[id]["att"] == pytest.approx(multiple * least.size)
        else:
            assert truth[id]["att_log"] == pytest.approx(np.log1p(multiple * least.size / 100))


def test_facilities_have_their_own_codes_and_proposals_no_start():
    facilities = reform_table(reform_world("insurance-health-management"))
    assert facilities["facility"].str.fullmatch(r"F\d{3}").all()
    assert facilities.loc[facilities["start"] != "", "facility"].nunique() == 16
    assert (reform_table(reform_world("outcome-based-payment"))["start"] == "").all()


def test_a_context_reform_reaches_a_few_and_changes_nothing():
    made = reform_world("drg-dip")
    reached = reform_table(made).groupby("county")["ai-cdss"].max()
    assert 1 <= reached.sum() <= 3
    assert reform_truth(made, CATALOGUE)["outcomes"]["oop_share"]["att"] in (0.0, 3.0)


def test_nothing_is_overwritten_and_a_wrong_name_is_told(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(ParameterError, match="not empty"):
        write_reform_world(reform_world("drg-dip"), tmp_path)
    with pytest.raises(UnknownNameError, match="did you mean 'drg-dip'"):
        reform_world("drg-dpi")
