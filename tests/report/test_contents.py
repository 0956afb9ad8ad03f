"""What there is to show is found out once for everything that it rests on."""

from __future__ import annotations

from pilotbook.design.planfile import read_plan
from pilotbook.evaluate.evaluation import evaluate
from pilotbook.evaluate.inputs import load_panel
from pilotbook.report.chapters import chapters_of
from pilotbook.report.contents import contents
from pilotbook.report.selection import parts, shown


def test_the_evaluation_is_asked_once_for_the_same_inputs(example, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(example.folder / "cache"))
    plan = read_plan(example.plan)
    evaluation = evaluate(plan, load_panel(plan), "2020")
    chapters, asked = chapters_of(plan.plan), []

    def evaluated():
        asked.append(plan.id)
        return evaluation

    first = contents(chapters, {"estimates": "a"}, evaluated)
    assert first.chapters == shown(chapters, evaluation)
    assert first.parts == parts(evaluation)
    assert first.data == evaluation.ledger.data
    assert contents(chapters, {"estimates": "a"}, evaluated) == first
    assert len(asked) == 1
    contents(chapters, {"estimates": "b"}, evaluated)
    contents(chapters[1:], {"estimates": "b"}, evaluated)
    assert len(asked) == 3
