"""Rendering one report: estimates, then the executed notebook, then pages; each only if its inputs changed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from pilotbook import fingerprint
from pilotbook.design.planfile import PlanFile
from pilotbook.errors import NotebookError, ParameterError, ProofError, RenderError, UnknownNameError
from pilotbook.evaluate.evaluation import estimate_inputs, evaluate, load_panel
from pilotbook.panel.panel import Panel
from pilotbook.panel.periods import format_period
from pilotbook.project import CHAPTERS, PLANS_VARIABLE
from pilotbook.report import parameters
from pilotbook.report.compose import compose, read_chapter
from pilotbook.report.engine import Engine
from pilotbook.report.execute import execute
from pilotbook.report.frontmatter import front_matter
from pilotbook.report.manifest import Manifest, read_manifest
from pilotbook.report.output import replacing

LANGUAGES = ("en",)
FORMATS = ("html", "pdf")
CHAPTER = "did"
BIBLIOGRAPHY = "references.bib"
CODE = ("compose", "execute", "figures", "frontmatter", "numbers", "parameters", "selection", "style", "tables", "words")
LIBRARIES = ("matplotlib", "seaborn", "babel", "nbformat", "nbclient", "ipykernel")


@dataclass(frozen=True, slots=True)
class Request:
    """What to render."""

    plan: PlanFile
    period: str | None
    languages: Sequence[str]
    formats: Sequence[str]
    engine: Engine
    out: Path
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a rendering did.

    Attributes
    ----------
    plan, period, folder
        Whose report, and where it is.
    pages
        Every page that was asked for.
    done
        Stage to the inputs that made it necessary; empty if nothing had to be done.
    """

    plan: str
    period: str
    folder: Path
    pages: tuple[Path, ...]
    done: Mapping[str, Sequence[str]]


def render(request: Request, tell: Callable[[str], None] = lambda _: None) -> Rendered:
    """Render a report, leaving out the stages whose inputs have not changed.

    Parameters
    ----------
    request
        Plan, period, languages, formats, engine, output folder and parameters.
    tell
        Called with a line at each step.

    Raises
    ------
    PilotbookError
        If anything is wrong; the earlier result is then untouched, and of a chapter that raised the draft is
        kept beside it.
    """
    for language in request.languages:
        if language not in LANGUAGES:
            raise UnknownNameError("language", language, LANGUAGES)
    panel = load_panel(request.plan)
    period = request.period or format_period(panel.periods[-1])
    run = _Run(request, panel, period, tell)
    todo = run.outdated()
    if not todo:
        return run.result({})
    with replacing(run.target) as work:
        run.fill(work, todo)
    return run.result(todo)


class _Run:
    """One rendering: where it goes, what it rests on, what of the earlier result still holds.

    The stages are ``estimates``, and for each language ``<lang>/notebook`` and one for each format, such as
    ``<lang>/html``. Each stage has named inputs, a later one among them the inputs of the one before.
    """

    def __init__(self, request: Request, panel: Panel, period: str, tell: Callable[[str], None]) -> None:
        self.request, self.panel, self.period, self.tell = request, panel, period, tell
        self.id = request.plan.id
        self.target = request.out / self.id / period
        self.chapter = read_chapter(CHAPTERS / f"{CHAPTER}.ipynb")
        self.earlier = read_manifest(self.target) or Manifest(self.id, period)
        self.values = {language: self._values(language) for language in request.languages}
        self.inputs = {"estimates": estimate_inputs(request.plan, panel, period)}
        for language in request.languages:
            notebook = self._notebook_inputs(language)
            pages = {"notebook": fingerprint.of_json(notebook), "engine": request.engine.fingerprint()}
            self.inputs[f"{language}/notebook"] = notebook
            self.inputs |= {f"{language}/{fmt}": pages for fmt in request.formats}

    def _values(self, language: str) -> dict[str, parameters.Value]:
        name = f"{CHAPTER}.ipynb"
        own = {"plan": self.id, "period": self.period, "language": language}
        for key in self.request.parameters.keys() & own.keys():
            raise ParameterError(f"the parameter '{key}' is set by the call itself: PLAN, --period, --lang")
        return parameters.check({**self.request.parameters, **own}, parameters.declared(self.chapter, name), name)

    def _notebook_inputs(self, language: str) -> dict[str, str]:
        return {
            "estimates": fingerprint.of_json(self.inputs["estimates"]),
            "chapter": fingerprint.of_json(self.chapter),
            "parameters": fingerprint.of_json(self.values[language]),
            "code": fingerprint.of_code(*(f"report/{name}.py" for name in CODE)),
            "libraries": fingerprint.of_libraries(LIBRARIES),
        }

    # -- what of the earlier result still holds ---------------------------------------------------------------

    def outdated(self) -> dict[str, list[str]]:
        """Return the stages that must be done, with the inputs that changed or the files that were lost."""
        todo = {}
        for stage, inputs in self.inputs.items():
            changes = fingerprint.changed(self.earlier.stages.get(stage, {}), inputs)
            path = output_of(stage)
            if changes:
                todo[stage] = changes
            elif not self.earlier.intact(self.target, path):
                todo[stage] = [f"{path} is missing or was edited"]
        return todo

    # -- doing it ---------------------------------------------------------------------------------------------

    def fill(self, work: Path, todo: Mapping[str, Sequence[str]]) -> None:
        """Make the whole folder in ``work``: what still holds is carried over, the rest is done."""
        manifest = Manifest(self.id, self.period)
        self._carry_over(work, manifest, todo)
        if "estimates" in todo:
            self.tell(f"{self.id} {self.period}: estimating")
            evaluate(self.request.plan, self.panel, self.period).write(work)
            self._record(work, manifest, "estimates")
        for language in self.request.languages:
            (work / language).mkdir(exist_ok=True)
            if f"{language}/notebook" in todo:
                self.tell(f"{self.id} {self.period} {language}: executing the chapter")
                self._execute(language, work / output_of(f"{language}/notebook"))
                self._record(work, manifest, f"{language}/notebook")
            formats = [fmt for fmt in self.request.formats if f"{language}/{fmt}" in todo]
            if formats:
                self._draw(work / language, formats)
                self._record(work, manifest, *(f"{language}/{fmt}" for fmt in formats))
        manifest.write(work)

    def _carry_over(self, work: Path, manifest: Manifest, todo: Mapping[str, Sequence[str]]) -> None:
        """Keep the outputs that are as they must be, also those of other languages and formats than asked for."""
        for stage, inputs in self.earlier.stages.items():
            path = output_of(stage)
            if stage in todo or not self._still_holds(stage, inputs) or not self.earlier.intact(self.target, path):
                continue
            (work / path).parent.mkdir(exist_ok=True)
            shutil.copyfile(self.target / path, work / path)
            manifest.record(work, path)
            manifest.stages[stage] = inputs

    def _still_holds(self, stage: str, inputs: Mapping[str, str]) -> bool:
        """Tell whether an earlier output rests on the estimates and the notebook of now."""
        if stage in self.inputs:
            return not fingerprint.changed(inputs, self.inputs[stage])
        language, kind = stage.split("/")
        notebook = self.inputs.get(f"{language}/notebook") or self.earlier.stages.get(f"{language}/notebook", {})
        same_estimates = notebook.get("estimates") == fingerprint.of_json(self.inputs["estimates"])
        return same_estimates and (kind == "notebook" or inputs.get("notebook") == fingerprint.of_json(notebook))

    def _record(self, work: Path, manifest: Manifest, *stages: str) -> None:
        for stage in stages:
            manifest.record(work, output_of(stage))
            manifest.stages[stage] = self.inputs[stage]

    def _execute(self, language: str, path: Path) -> None:
        plan = self.request.plan
        evaluation = evaluate(plan, self.panel, self.period)
        notebook = compose({CHAPTER: self.chapter}, front_matter(plan, evaluation, self.values[language]))
        parameters.inject(notebook, self.values[language])
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as folder:
            try:
                execute(notebook, Path(folder), f"{CHAPTER}.ipynb", {PLANS_VARIABLE: str(plan.path.parent)})
            except NotebookError as error:
                raise NotebookError(f"{error}\nThe draft is kept: {self._keep(notebook, language)}") from None
        nbformat.write(notebook, path)

    def _draw(self, folder: Path, formats: Sequence[str]) -> None:
        engine, notebook = self.request.engine, folder / "report.ipynb"
        self.tell(
            f"{self.id} {self.period} {folder.name}: {' and '.join(formats)} by the {engine.name} engine "
            f"({engine.version})"
        )
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as private:
            copy = Path(shutil.copy(notebook, private))
            shutil.copy(CHAPTERS / BIBLIOGRAPHY, private)
            try:
                engine.render(copy, folder, tuple(formats))
            except (RenderError, ProofError) as error:
                draft = self._keep(nbformat.read(notebook, as_version=4), folder.name)
                raise type(error)(f"{error}\nThe executed notebook is kept: {draft}") from None

    def _keep(self, notebook: nbformat.NotebookNode, language: str) -> Path:
        draft = self.target.parent / "failed" / f"{self.period}.{language}.ipynb"
        draft.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, draft)
        return draft

    def result(self, done: Mapping[str, Sequence[str]]) -> Rendered:
        """Return what was rendered and why."""
        pages = [self.target / output_of(f"{lang}/{fmt}") for lang in self.request.languages for fmt in self.request.formats]
        return Rendered(self.id, self.period, self.target, tuple(pages), done)


def output_of(stage: str) -> str:
    """Return the file that a stage makes."""
    if stage == "estimates":
        return "estimates.json"
    language, kind = stage.split("/")
    return f"{language}/report.{'ipynb' if kind == 'notebook' else kind}"
