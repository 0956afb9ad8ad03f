"""The stages of a report, what each rests on, and what of an earlier result still holds.

The stages are ``estimates``, and for each language ``<lang>/notebook`` and one for each format, such as
``<lang>/html``. Each has named inputs; the inputs of one stage are an input of the next. Nothing here runs a model
or opens a notebook, so that an unchanged report is recognised in a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotbook import fingerprint
from pilotbook.design.plan import ChapterName
from pilotbook.design.planfile import PlanFile, shown_name
from pilotbook.errors import NotebookError, ParameterError
from pilotbook.moment import seen_once
from pilotbook.report.chapters import bibliography, chapters_of, notebook_of
from pilotbook.report.earlier import earlier_records, rerun_record
from pilotbook.report.engine import Engine
from pilotbook.report.execute import DEFAULT
from pilotbook.report.language import catalogue_file
from pilotbook.report.manifest import Manifest, read_manifest
from pilotbook.report.untouched import hashes

if TYPE_CHECKING:
    from pilotbook.panel.panel import Panel

MAKING = frozenset(
    {"__init__", "batch", "drafts", "forkclient", "forkserver", "ingredients", "making", "manifest", "outdated"}
    | {"output", "pdf_text", "printed", "progress", "proof", "proof_of_labels", "render", "replay", "stages"}
    | {"interruption", "sockets", "untouched", "why", "workers"}
)
"""Modules of `pilotbook.report` that make and keep a report; all others shape what its notebook shows."""

PROOF = ("numbers", "pdf_text", "printed", "proof", "proof_of_labels")
"""Modules that prove a page."""

LIBRARIES = ("matplotlib", "seaborn", "babel", "nbformat", "nbclient", "ipykernel", "ipython")

ESTIMATES = "estimates"
CHAPTER = "chapter "
"""How the name of an input begins that is the file of a chapter."""
TRANSLATION = "translation"
"""The input that is the catalogue of a language, whole, be it looked up by cells or put beside them as prose."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to render.

    Attributes
    ----------
    plan
        The plan.
    period
        Up to which period; None for the last of the data.
    languages, formats
        Such as ``("en",)`` and ``("html", "pdf")``.
    engine
        Which engine draws the pages.
    out
        The folder under which ``<plan>/<period>/`` is made.
    parameters
        Further parameters of the chapters, by name.
    executor
        What runs the chapter, ``fork`` or ``kernel``; both give the same bytes.
    """

    plan: PlanFile
    period: str | None
    languages: Sequence[str]
    formats: Sequence[str]
    engine: Engine
    out: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    executor: str = DEFAULT


def output_of(stage: str) -> str:
    """Return the file that a stage makes, within the folder of the report."""
    if stage == ESTIMATES:
        return "estimates.json"
    language, kind = stage.split("/")
    return f"{language}/report.{'ipynb' if kind == 'notebook' else kind}"


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one request.

    Attributes
    ----------
    request, period
        What is rendered, up to when.
    ingredients
        Stage to what it rests on, by name, in the order in which the stages are done.
    inputs
        The same as a manifest has them: texts as they are, of everything else the hash.
    """

    request: Request
    period: str
    ingredients: Mapping[str, Mapping[str, Any]]
    inputs: Mapping[str, Mapping[str, str]]

    @property
    def panel(self) -> Panel:
        """Return the data, which an unchanged report does not read."""
        from pilotbook.evaluate.inputs import load_panel  # noqa: PLC0415  # nor does it spend a second on imports

        return load_panel(self.request.plan)

    @property
    def chapters(self) -> tuple[ChapterName, ...]:
        """Return the chapters of the report, in its order."""
        return chapters_of(self.request.plan.plan)

    @property
    def target(self) -> Path:
        """Return the folder of the report."""
        return self.request.out / self.request.plan.id / self.period

    def parameters(self, language: str) -> dict[str, str]:
        """Return what the chapters are given, by name.

        Raises
        ------
        ParameterError
            If the request names a parameter that the call itself sets.
        """
        own = {"plan": self.request.plan.id, "period": self.period, "language": language}
        for key in self.request.parameters.keys() & own.keys():
            raise ParameterError(f"the parameter '{key}' is set by the call itself: PLAN, --period, --lang")
        return {**self.request.parameters, **own}

    def earlier(self) -> Manifest:
        """Return the manifest of the result that is there, an empty one if there is none."""
        return read_manifest(self.target) or Manifest(self.request.plan.id, self.period)

    def outdated(self, earlier: Manifest) -> dict[str, list[str]]:
        """Return the stages that must be done, with the inputs that changed or the file that was lost."""
        todo = {}
        intact = self._intact(self.inputs, earlier)
        for stage, inputs in self.inputs.items():
            changes = fingerprint.changed(earlier.stages.get(stage, {}), inputs)
            if changes:
                todo[stage] = changes
            elif stage not in intact:
                todo[stage] = [f"{output_of(stage)} is missing or was edited"]
        return todo

    def _intact(self, stages: Iterable[str], earlier: Manifest) -> set[str]:
        """Return the stages whose files are there with the bytes that were written."""
        paths = {stage: output_of(stage) for stage in stages}
        there = hashes(self.target, paths.values())
        return {stage for stage, path in paths.items() if path in there and there[path] == earlier.files.get(path)}

    def still_holds(self, stage: str, earlier: Manifest) -> bool:
        """Tell whether an output of the earlier result rests on the estimates and the notebook of now.

        It may be of a language or a format that is not asked for this time.
        """
        if stage not in self._intact([stage], earlier):
            return False
        if stage in self.inputs:
            return not fingerprint.changed(earlier.stages[stage], self.inputs[stage])
        language, kind = stage.split("/")
        name = f"{language}/notebook"
        notebook = self.inputs.get(name) or earlier.stages.get(name, {})
        same_estimates = notebook.get("estimates") == fingerprint.of_json(self.inputs[ESTIMATES])
        return same_estimates and (
            kind == "notebook" or earlier.stages[stage].get("notebook") == fingerprint.of_json(notebook)
        )


def stages(request: Request, estimated_from: Mapping[str, Any], period: str) -> Stages:
    """Name and hash what every stage of a request rests on; of the estimates, as `estimate_ingredients` has it.

    Raises
    ------
    NotebookError
        If a chapter is not there.
    ParameterError
        If the request names a parameter that the call itself sets.
    """
    ingredients: dict[str, Mapping[str, Any]] = {}
    inputs: dict[str, dict[str, str]] = {}
    found = Stages(request, period, ingredients, inputs)

    def rests_on(stage: str, names: Mapping[str, Any]) -> None:
        ingredients[stage], inputs[stage] = names, fingerprint.of_ingredients(names)

    rests_on(ESTIMATES, estimated_from)
    shared = {
        "estimates": inputs[ESTIMATES],
        **{f"{CHAPTER}{name}": _hash_of_chapter(name) for name in found.chapters},
        "code": fingerprint.code(*_showing()),
        "libraries": fingerprint.libraries(*LIBRARIES),
        "plan file": shown_name(request.plan),
        **_earlier(request.plan.id, period),
    }
    engine = request.engine
    pages = {
        "bibliography": fingerprint.sha256(bibliography().read_bytes()),
        "engine": {"name": engine.name, "version": engine.version, "files": engine.fingerprint()},
        "proof": fingerprint.code(*(f"report/{name}.py" for name in PROOF)),
    }
    for language in request.languages:
        notebook = f"{language}/notebook"
        rests_on(notebook, {**shared, **_words(language), "parameters": found.parameters(language)})
        for fmt in request.formats:
            rests_on(f"{language}/{fmt}", {"notebook": inputs[notebook], **pages})
    return found


def _earlier(plan: str, period: str) -> dict[str, Any]:
    """Name the releases that the report is compared with, and what compares them."""
    records = earlier_records(plan, period)
    return {"earlier releases": [records, rerun_record(), fingerprint.code("release")]} if records else {}


@seen_once
def _hash_of_chapter(name: ChapterName) -> str:
    path = notebook_of(name)
    if not path.is_file():
        raise NotebookError(f"{path}: the chapter does not exist")
    return fingerprint.sha256(path.read_bytes())


@cache
def _showing() -> tuple[str, ...]:
    """Name the modules that shape an executed notebook."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return (*(f"report/{path.name}" for path in modules if path.stem not in MAKING), "report/checklist")


@seen_once
def _words(language: str) -> dict[str, str]:
    """Hash the catalogue of a language; English has none."""
    catalogue = catalogue_file(language)
    return {TRANSLATION: fingerprint.sha256(catalogue.read_bytes())} if catalogue.is_file() else {}
