"""Which pages the search finds: reports in every version, evaluations, the dictionary, prose and documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pilotbook.panel.catalogue import Catalogue
from pilotbook.site.collection import Collection, Version
from pilotbook.site.effect_text import in_language
from pilotbook.site.extract import TEXT
from pilotbook.site.language import say
from pilotbook.site.page import Page
from pilotbook.site.page_text import page_sections
from pilotbook.site.reference_pages import DOCS, dictionary_documents
from pilotbook.site.search_index import Document, index_files
from pilotbook.site.terms import count_terms
from pilotbook.site.tree import Tree

TITLE_WEIGHT, HEADING_WEIGHT = 8, 3
KINDS = {"evaluation.html": "evaluation", "prose.html": "page", "cite.html": "page"}


def files(
    tree: Tree, collection: Collection, catalogue: Catalogue, pages: Sequence[Page], language: str
) -> Iterator[tuple[str, bytes]]:
    """Give the files of the index of a language."""
    documents = [_page(tree, page) for page in pages if page.searchable and page.language == language]
    documents += dictionary_documents(catalogue, language)
    documents += [
        _report(version, language) for version in collection.newest_first if language in version.extract.terms
    ]
    return index_files(language, documents)


def _page(tree: Tree, page: Page) -> Document:
    sections = page_sections(tree.read(page.path).decode())
    texts = [
        (page.title, TITLE_WEIGHT),
        *((s.heading, HEADING_WEIGHT) for s in sections),
        *((s.text, 1) for s in sections),
    ]
    kind = "docs" if page.section == DOCS else KINDS[page.template]
    text = " ".join(f"{section.heading} {section.text}" for section in sections).removeprefix(page.title).strip()
    return Document(page.path, page.title, kind, count_terms(texts), text=text)


def _report(version: Version, language: str) -> Document:
    record = version.record
    note = say(language, "{period}, version {version}", period=record.period, version=record.version)
    if version.standing != "current":
        note = f"{note} ({say(language, version.standing.value)})"
    if record.simulated:
        note = f"{note} · {say(language, 'simulated data')}"
    return Document(
        f"{version.name}/{language}/report.html",
        in_language(record.title, language),
        "report",
        version.extract.terms[language],
        version.standing.value,
        note,
        sections=f"{version.name}/{language}/{TEXT}",
    )
