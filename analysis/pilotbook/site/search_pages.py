"""Which pages the search finds: reports in every version, evaluations, the dictionary, prose and documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pilotbook import fingerprint
from pilotbook.panel.catalogue import Catalogue
from pilotbook.site.collection import Collection, Version
from pilotbook.site.effect_text import in_language
from pilotbook.site.extract import TEXT
from pilotbook.site.language import say
from pilotbook.site.memory import kept_json
from pilotbook.site.page import Page
from pilotbook.site.page_text import page_sections
from pilotbook.site.reference_pages import DOCS, dictionary_documents
from pilotbook.site.search_index import SHOWN, Document, index_files
from pilotbook.site.terms import count_terms
from pilotbook.site.tree import Tree

TITLE_WEIGHT, HEADING_WEIGHT = 8, 3
CODE = ("site/search_pages.py", "site/page_text.py", "site/terms.py")
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
    kind = "docs" if page.section == DOCS else KINDS[page.template]
    text, terms = kept_json(
        "pages",
        [tree.hash_of(page.path), page.title, fingerprint.code(*CODE)],
        lambda: _text_and_terms(tree.read(page.path).decode(), page.title),
    )
    return Document(page.path, page.title, kind, terms, text=text)


def _text_and_terms(page: str, title: str) -> tuple[str, dict[str, int]]:
    """Return the beginning of a page's text, and its terms with their weights."""
    sections = page_sections(page)
    texts = [(title, TITLE_WEIGHT)]
    for section in sections:
        texts += [(section.heading, HEADING_WEIGHT), (section.text, 1)]
    whole = " ".join(f"{section.heading} {section.text}" for section in sections)
    return whole.removeprefix(title).strip()[:SHOWN], dict(count_terms(texts))


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
