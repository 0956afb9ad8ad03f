"""Which chapters a report is made of, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from pilotbook.design.plan import SERIES_ESTIMATORS, AnalysisPlan, ChapterName
from pilotbook.evaluate.ingredients import claims_about
from pilotbook.project import CHAPTERS

ORDER: tuple[ChapterName, ...] = get_args(ChapterName)


def chapters_of(plan: AnalysisPlan) -> tuple[ChapterName, ...]:
    """Return a plan's chapters in the order of the report: those it names, else all that its designs have."""
    if plan.chapters is not None:
        return tuple(name for name in ORDER if name in plan.chapters)
    designs = {"its" if analysis.estimator in SERIES_ESTIMATORS else "did" for analysis in plan.analyses}
    absent = {"did", "its"} - designs
    if "did" not in designs:
        absent.add("sensitivity")
    if not claims_about(plan.reform):
        absent.add("claims")
    return tuple(name for name in ORDER if name not in absent)


def bibliography() -> Path:
    """Return the list of sources that the chapters cite."""
    return CHAPTERS / "references.bib"


def notebook_of(chapter: ChapterName) -> Path:
    """Return the notebook of a chapter."""
    return CHAPTERS / f"{chapter}.ipynb"
