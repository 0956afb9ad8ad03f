"""Making a report's folder: what still holds is carried over, the rest is estimated, executed and drawn."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from pilotbook import cache, fingerprint
from pilotbook.errors import NotebookError, ProofError, RenderError
from pilotbook.evaluate.ledger import Ledger
from pilotbook.panel.catalogue.catalogue import FOLDER as CATALOGUE
from pilotbook.project import PLANS_VARIABLE
from pilotbook.report import parameters
from pilotbook.report.chapters import bibliography, notebook_of
from pilotbook.report.compose import compose, read_notebook, write_notebook
from pilotbook.report.contents import Contents, contents
from pilotbook.report.drafts import Draft
from pilotbook.report.execute import execute
from pilotbook.report.frontmatter import front_matter
from pilotbook.report.ingredients import note
from pilotbook.report.lookups import VARIABLE as LOOKUPS_VARIABLE
from pilotbook.report.lookups import Lookup, read_lookups
from pilotbook.report.manifest import Manifest
from pilotbook.report.outdated import MARK
from pilotbook.report.printed import read_page
from pilotbook.report.proof import prove_html, prove_pdf
from pilotbook.report.proof_of_labels import prove_labels
from pilotbook.report.replay import key_of_run, recall_run, remember_run, replay, shown_by_run
from pilotbook.report.stages import CHAPTER, ESTIMATES, TRANSLATION, Stages, output_of
from pilotbook.report.wording import soberly_written
from pilotbook.side_by_side import side_by_side

if TYPE_CHECKING:
    from pilotbook.evaluate.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Sources:
    """The notebooks of a report by chapter, and the values of their parameters in each language."""

    chapters: Mapping[str, NotebookNode]
    values: Mapping[str, Mapping[str, parameters.Value]]


def read_sources(stages: Stages) -> Sources:
    """Read the chapters of a report and check their parameters, before anything is written.

    Raises
    ------
    NotebookError
        If a chapter is no notebook, does not declare its parameters, or declares one as another chapter does not.
    ParameterError
        If one is unknown, missing, or of another type than declared.
    """
    chapters: dict[str, NotebookNode] = {name: read_notebook(notebook_of(name)) for name in stages.chapters}
    declared = parameters.declared_together(chapters)
    languages = stages.request.languages
    where = stages.request.plan.id
    return Sources(chapters, {lang: parameters.check(stages.parameters(lang), declared, where) for lang in languages})


OWN = re.compile(rf"(estimates|manifest)\.json|[a-z]{{2}}/report\.(ipynb|html|pdf)|{re.escape(MARK)}")
"""The files that a report's folder is made of, and the mark of a failure; the rest is somebody else's."""


def make(
    work: Path, stages: Stages, sources: Sources, earlier: Manifest, tell: Callable[[str], None], threads: int = 1
) -> None:
    """Make the whole folder of a report in ``work``.

    Parameters
    ----------
    work
        An empty private folder.
    stages, sources, earlier
        What is to be there, from which notebooks, and what the earlier result has.
    tell
        Called with a line at each step.
    threads
        Languages at a time.

    Raises
    ------
    PilotbookError
        If a stage fails. What was executed so far is then kept beside the folder of the report.
    """
    _Making(work, stages, earlier, tell).run(sources, threads)


PAGES = "pages"
"""How the cache calls executed notebooks and finished pages."""


class _Making:
    def __init__(self, work: Path, stages: Stages, earlier: Manifest, tell: Callable[[str], None]) -> None:
        self.work, self.stages, self.earlier = work, stages, earlier
        self.request, self.period = stages.request, stages.period
        self.todo = stages.outdated(earlier)
        self.manifest = Manifest(self.request.plan.id, self.period)
        self._tell = tell

    def run(self, sources: Sources, threads: int) -> None:
        self._carry_over()
        self._keep_files_of_others()
        if ESTIMATES in self.todo:
            self._estimate()
        # they wait for Pandoc, Typst and the process of the notebook
        side_by_side([partial(self._language, language, sources) for language in self.request.languages], threads)
        self.manifest.write(self.work)
        note(self.stages.ingredients)

    def _language(self, language: str, sources: Sources) -> None:
        (self.work / language).mkdir(exist_ok=True)
        stage = f"{language}/notebook"
        if stage in self.todo and not self._recalled(stage):
            self._execute(sources.chapters, language, sources.values[language])
            self._remember(stage)
        pages = [f"{language}/{fmt}" for fmt in self.request.formats]
        missing = [page for page in pages if page in self.todo and not self._recalled(page)]
        if missing:
            self._draw(language, [page.split("/")[1] for page in missing])
            self._remember(*missing)
        self._draft(language).drop()  # of an earlier failure

    @cached_property
    def _evaluation(self) -> Evaluation:
        from pilotbook.evaluate.evaluation import evaluate  # noqa: PLC0415  # two seconds that an edit of a text spares

        return evaluate(self.request.plan, self.stages.panel, self.period)

    @cached_property
    def _ledger(self) -> Ledger:
        if "_evaluation" in vars(self):
            return self._evaluation.ledger
        return Ledger.loads((self.work / output_of(ESTIMATES)).read_text(encoding="utf-8"))

    def _contents(self, inputs: Mapping[str, str]) -> Contents:
        return contents(self.stages.chapters, inputs, lambda: self._evaluation)

    def _besides(self, stage: str) -> dict[str, str]:
        """Return what an executed notebook rests on besides its chapters and the words of its language."""
        inputs = self.stages.inputs[stage]
        besides = {name: inputs[name] for name in inputs if name != TRANSLATION and not name.startswith(CHAPTER)}
        return {**besides, "catalogue": fingerprint.of_json(fingerprint.code("", package=CATALOGUE))}

    def _recalled(self, stage: str) -> bool:
        """Take an output from the cache if it was made before from the same inputs."""
        content = cache.recall(PAGES, self._key(stage))
        if content is not None:
            (self.work / output_of(stage)).write_bytes(content)
            self._done(stage)
        return content is not None

    def _remember(self, *stages: str) -> None:
        for stage in stages:
            cache.remember(PAGES, self._key(stage), (self.work / output_of(stage)).read_bytes())

    def _key(self, stage: str) -> str:
        return fingerprint.of_json([stage, self.stages.inputs[stage]])

    def _say(self, line: str) -> None:
        self._tell(f"{self.request.plan.id} {self.period}: {line}")

    def _carry_over(self) -> None:
        """Copy the outputs that are as they must be, also those of languages and formats not asked for."""
        for stage, inputs in self.earlier.stages.items():
            if stage not in self.todo and self.stages.still_holds(stage, self.earlier):
                path = output_of(stage)
                (self.work / path).parent.mkdir(exist_ok=True)
                shutil.copyfile(self.stages.target / path, self.work / path)
                self._record(stage, inputs)

    def _keep_files_of_others(self) -> None:
        """Copy what somebody else put into the folder, such as notes on the report."""
        target = self.stages.target
        for path in sorted(path for path in target.rglob("*") if path.is_file()):
            name = path.relative_to(target)
            if not OWN.fullmatch(name.as_posix()):
                (self.work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, self.work / name)

    def _record(self, stage: str, inputs: Mapping[str, str]) -> None:
        self.manifest.record(self.work, output_of(stage))
        self.manifest.stages[stage] = dict(inputs)

    def _done(self, *names: str) -> None:
        for stage in names:
            self._record(stage, self.stages.inputs[stage])

    def _estimate(self) -> None:
        self._say(f"estimating ({', '.join(self.todo[ESTIMATES])})")
        self._evaluation.write(self.work)
        self._done(ESTIMATES)

    def _execute(
        self, chapters: Mapping[str, NotebookNode], language: str, values: Mapping[str, parameters.Value]
    ) -> None:
        stage, plan = f"{language}/notebook", self.request.plan
        besides = self._besides(stage)
        to_show = self._contents(besides)
        matter = front_matter(plan, self.period, to_show.data, values)
        there = {name: chapters[name] for name in to_show.chapters}
        notebook = compose(there, matter, language, to_show.parts)
        parameters.inject(notebook, values)
        reasons = ", ".join(self.todo[stage])
        prose = str(all(map(soberly_written, chapters.values())))  # all that a cell asks of it
        key = key_of_run(notebook, {**besides, "prose": prose})
        shown_before = recall_run(key)
        if shown_before is None:
            self._say(f"executing up to {len(chapters)} chapters in {language} ({reasons})")
            lookups = self._run(notebook, language)
            remember_run(key, lookups, shown_by_run(notebook))
        else:
            self._say(f"putting new words beside what the chapters show in {language} ({reasons})")
            replay(notebook, shown_before)
        write_notebook(notebook, self.work / output_of(stage))
        self._done(stage)

    def _run(self, notebook: NotebookNode, language: str) -> list[Lookup]:
        """Execute a notebook in place, and tell what its cells looked up in the catalogue."""
        plan = self.request.plan
        # a child that is being killed may still be writing
        with tempfile.TemporaryDirectory(prefix="pilotbook-", ignore_cleanup_errors=True) as private:
            folder, lookups = Path(private, "cells"), Path(private, "lookups")
            folder.mkdir()
            variables = {PLANS_VARIABLE: str(plan.path.parent), LOOKUPS_VARIABLE: str(lookups)}
            try:
                execute(notebook, folder, plan.id, variables, self.request.executor)
            except NotebookError as error:
                raise NotebookError(f"{error}\n{self._draft(language).keep(notebook, str(error))}") from None
            return read_lookups(lookups)

    def _draw(self, language: str, formats: Sequence[str]) -> None:
        engine, notebook = self.request.engine, self.work / output_of(f"{language}/notebook")
        self._say(f"{' and '.join(formats)} in {language} by the {engine.name} engine ({engine.version})")
        with tempfile.TemporaryDirectory(prefix="pilotbook-") as private:
            copy = Path(shutil.copy(notebook, private))
            shutil.copy(bibliography(), private)
            try:
                engine.render(copy, notebook.parent, tuple(formats))
                self._prove(language, formats)
            except (RenderError, ProofError) as error:
                kept = self._draft(language).keep(read_notebook(notebook), str(error))
                raise type(error)(f"{error}\n{kept}") from None
        self._done(*(f"{language}/{fmt}" for fmt in formats))

    def _prove(self, language: str, formats: Sequence[str]) -> None:
        """Prove that the pages print the ledger's numbers beside their titles; a PDF is held to the HTML page."""
        html, pdf = (self.work / output_of(f"{language}/{fmt}") for fmt in ("html", "pdf"))
        if not html.is_file():
            return
        page = read_page(html)
        prove_html(page, self._ledger, language)
        prove_labels(page, self._ledger, self.request.plan.plan.titles(language))
        if "pdf" in formats:
            prove_pdf(pdf, page.numbers)

    def _draft(self, language: str) -> Draft:
        return Draft(self.stages.target.parent / "failed", f"{self.period}.{language}")
