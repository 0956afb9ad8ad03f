"""The published JSON Schema is that of the model, and accepts the plans that are there."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from pilotbook.design.planfile import plan_paths, plan_schema
from pilotbook.project import PLANS, ROOT

PUBLISHED = ROOT / "docs" / "schema" / "plan.schema.json"


def test_the_published_schema_is_that_of_the_model() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == plan_schema(), (
        "run: pilotbook plan schema > docs/schema/plan.schema.json"
    )


@pytest.mark.parametrize("path", plan_paths(PLANS), ids=lambda path: path.stem)
def test_plans_satisfy_it(path: Path) -> None:
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(json.dumps(plan, default=str)), json.loads(plan_schema()))


def test_it_refuses_an_unknown_key() -> None:
    plan = yaml.safe_load(plan_paths(PLANS)[0].read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError, match="outcoms"):
        jsonschema.validate(json.loads(json.dumps({**plan, "outcoms": []}, default=str)), json.loads(plan_schema()))
