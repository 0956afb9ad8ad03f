"""What is registered stays registered: a change is told key by key, recorded with its reason, or refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from pilotbook.design.planfile import read_plan
from pilotbook.design.registration import Standing, refuse_unrecorded, register, registered_late, standing, unrecorded
from pilotbook.design.registry import read_registration, registry_path, write_registration
from pilotbook.errors import PlanError
from pilotbook.evaluate.registered import register_plan, registration_facts
from tests.design.plans import plan_and_panel, write_plan

FIRST, LATER = datetime.date(2024, 2, 1), datetime.date(2024, 8, 1)
EDITS = (
    ("minimum_important_effect: 2", "minimum_important_effect: 1"),
    ("    direction: higher", "    direction: lower"),
)


def test_a_registered_plan_is_as_registered_and_can_be_released(tmp_path: Path) -> None:
    plan_file = read_plan(write_plan(tmp_path))
    registration, path = register_plan(plan_file, None, FIRST)
    assert path == tmp_path / "registered" / "tiered-pricing.yml"
    assert read_registration(plan_file) == registration
    assert standing(registration, plan_file.plan) is Standing.AS_REGISTERED
    refuse_unrecorded(registration, plan_file.id, plan_file.plan)


def test_comments_order_and_spelt_out_defaults_do_not_count(tmp_path: Path) -> None:
    register_plan(read_plan(write_plan(tmp_path)), None, FIRST)
    same = read_plan(write_plan(tmp_path, ("seed: 7", "level: 0.95\nseed: 7   # drawn by lot")))
    assert standing(read_registration(same), same.plan) is Standing.AS_REGISTERED


def test_an_unrecorded_change_is_refused_with_the_exact_difference(tmp_path: Path) -> None:
    register_plan(read_plan(write_plan(tmp_path)), None, FIRST)
    changed = read_plan(write_plan(tmp_path, *EDITS))
    registration = read_registration(changed)
    assert standing(registration, changed.plan) is Standing.CHANGED
    with pytest.raises(PlanError) as caught:
        refuse_unrecorded(registration, changed.id, changed.plan)
    lines = str(caught.value).splitlines()
    assert lines[1:3] == [
        "  `outcomes.share.direction`: registered 'higher', now 'lower'",
        "  `outcomes.share.minimum_important_effect`: registered 2.0, now 1.0",
    ]
    assert len(lines) == 4
    with pytest.raises(PlanError, match="registered 'higher', now 'lower'"):
        register_plan(changed, None, LATER)


def test_with_a_recorded_deviation_it_passes_and_the_report_knows(tmp_path: Path) -> None:
    register_plan(read_plan(write_plan(tmp_path)), None, FIRST)
    changed, panel = plan_and_panel(tmp_path, *EDITS)
    registration, _ = register_plan(changed, "The client asked for it", LATER)
    refuse_unrecorded(registration, changed.id, changed.plan)
    assert standing(registration, changed.plan) is Standing.DEVIATES
    facts = registration_facts(changed, panel)
    assert facts["standing"] == "deviates"
    assert facts["deviations"][0]["because"] == "The client asked for it"
    assert facts["deviations"][0]["date"] == "2024-08-01"
    assert len(facts["deviations"][0]["changes"]) == 2
    back = read_plan(write_plan(tmp_path))
    assert [d.key for d in unrecorded(registration, back.plan)] == [
        "outcomes.share.direction",
        "outcomes.share.minimum_important_effect",
    ]


def test_outcomes_are_called_by_their_id_and_a_removed_one_is_absent(tmp_path: Path) -> None:
    register_plan(read_plan(write_plan(tmp_path)), None, FIRST)
    renamed = read_plan(write_plan(tmp_path, ("id: cost", "id: price")))
    registration = read_registration(renamed)
    assert registration is not None
    keys = {d.key: (d.registered, d.now) for d in unrecorded(registration, renamed.plan)}
    assert keys["outcomes.cost.column"] == ("cost", None)
    assert keys["outcomes.price.column"] == (None, "cost")


@pytest.mark.parametrize("because", ["", "   "])
def test_a_deviation_needs_a_reason(tmp_path: Path, because: str) -> None:
    register_plan(read_plan(write_plan(tmp_path)), None, FIRST)
    with pytest.raises(PlanError, match="needs its reason"):
        register_plan(read_plan(write_plan(tmp_path, *EDITS)), because, LATER)


def test_a_deviation_needs_a_change_and_a_registration(tmp_path: Path) -> None:
    plan_file = read_plan(write_plan(tmp_path))
    with pytest.raises(PlanError, match="register it first"):
        register_plan(plan_file, "why not", FIRST)
    register_plan(plan_file, None, FIRST)
    with pytest.raises(PlanError, match="no deviation to record"):
        register_plan(plan_file, "why not", LATER)


def test_an_unregistered_plan_cannot_be_released(tmp_path: Path) -> None:
    plan_file = read_plan(write_plan(tmp_path))
    with pytest.raises(PlanError, match="not registered; run `pilotbook plan register"):
        refuse_unrecorded(read_registration(plan_file), plan_file.id, plan_file.plan)


@pytest.mark.parametrize(
    ("old", "new"), [("2024-02-01", "2020-02-01"), ("direction: higher", "direction: lower"), ("seal: ", "seal: a")]
)
def test_a_registration_that_was_edited_is_refused(tmp_path: Path, old: str, new: str) -> None:
    plan_file = read_plan(write_plan(tmp_path))
    register_plan(plan_file, None, FIRST)
    path = registry_path(plan_file)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError, match="version control"):
        read_registration(plan_file)


def test_entries_cannot_be_rewritten(tmp_path: Path) -> None:
    plan_file = read_plan(write_plan(tmp_path))
    register_plan(plan_file, None, FIRST)
    changed = read_plan(write_plan(tmp_path, *EDITS))
    register_plan(changed, "The client asked for it", LATER)
    with pytest.raises(PlanError, match="cannot be changed"):
        write_registration(changed, register(changed.id, changed.plan, LATER, None))


def test_registering_after_data_under_the_reform_is_late(tmp_path: Path) -> None:
    plan_file, panel = plan_and_panel(tmp_path)
    registration, _ = register_plan(plan_file, None, FIRST)
    assert registration.data is not None
    assert registration.data.after_start
    assert registration_facts(plan_file, panel)["after_the_data"] is True


def test_registering_before_the_data_is_not_late_until_an_older_vintage_appears(tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    (tmp_path / "counties.csv").unlink()
    registration, _ = register_plan(read_plan(path), None, FIRST)
    assert registration.data is None
    day = datetime.timedelta(days=1)
    assert not registered_late(registration, FIRST + day, after_start=True)
    assert not registered_late(registration, None, after_start=True)
    assert not registered_late(registration, FIRST - day, after_start=False)
    assert registered_late(registration, FIRST, after_start=True)
