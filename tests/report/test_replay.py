"""What cells showed, put beside other words: the same file as when everything is run again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

from pilotbook import project
from pilotbook.design.planfile import read_plan
from pilotbook.report import chapters, making
from pilotbook.report.engine import choose_engine
from pilotbook.report.render import render
from pilotbook.report.stages import Request

from ..example import write_example


def test_new_words_beside_old_results_are_what_a_whole_run_gives(tmp_path, monkeypatch):
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "chapters"
    shutil.copytree(project.CHAPTERS, folder, ignore=shutil.ignore_patterns("p*"))
    monkeypatch.setattr(chapters, "CHAPTERS", folder)
    example = write_example(tmp_path / "example")
    engine = choose_engine("embedded")
    request = Request(read_plan(example.plan), None, ("en",), ("html",), engine, example.out)
    render(request)
    chapter = folder / "did.ipynb"
    notebook = json.loads(chapter.read_text(encoding="utf-8"))
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    first["source"] = "".join(first["source"]) + "\n\nOne more sentence."
    chapter.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    runs = []
    monkeypatch.setattr(making, "execute", lambda *arguments: runs.append(arguments))
    render(request)
    assert not runs
    monkeypatch.undo()
    monkeypatch.setattr(chapters, "CHAPTERS", folder)
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "another cache"))
    anew = render(replace(request, out=tmp_path / "anew")).folder
    for file in ("en/report.ipynb", "en/report.html"):
        text = (anew / file).read_text(encoding="utf-8")
        assert "One more sentence." in text
        assert (example.report / file).read_text(encoding="utf-8") == text
