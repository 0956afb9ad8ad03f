"""Methods, data dictionary, how to rerun, and the documentation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pilotbook import fingerprint
from pilotbook.panel.catalogue import Catalogue
from pilotbook.project import ROOT
from pilotbook.report.amounts import in_english
from pilotbook.site.collection import Collection, Evaluation
from pilotbook.site.language import LANGUAGES, say
from pilotbook.site.page import Page, localised, twins
from pilotbook.site.prose import Prose, draw, follow_links, read_document, read_prose
from pilotbook.site.search_index import Document
from pilotbook.site.terms import count_terms

PROSE = {
    "methods.html": ("reports/methods.qmd", "How the effects are estimated, and when nothing may be said."),
    "rerun.html": ("reports/rerun.qmd", "How anyone can get the same numbers from a published report."),
}
DOCS = "docs"
PARTS = {
    "dictionary/indicators.html": "Indicators",
    "dictionary/reforms.html": "Reforms",
    "dictionary/rules.html": "Rules",
    "docs/data/dictionary.html": "Tables, columns and faults of data files",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A source in Markdown, and where its page stands."""

    path: str
    source: Path
    languages: tuple[str, ...]
    description: str | None = None


def texts(root: Path = ROOT) -> list[Text]:
    """Return the pages of the site that are written in Markdown, and the documentation."""
    found = [Text(path, root / source, LANGUAGES, about) for path, (source, about) in PROSE.items()]
    for source in sorted((root / DOCS).rglob("*.md")):
        if len(source.suffixes) == 1:
            languages = tuple(
                language for language in LANGUAGES if language == "en" or in_language(source, language).is_file()
            )
            found.append(Text(source.relative_to(root).with_suffix(".html").as_posix(), source, languages))
    return found


def in_language(source: Path, language: str) -> Path:
    """Return where a page of the documentation would stand in a language: ``did.zh.md`` beside ``did.md``."""
    return source if language == "en" else source.with_suffix(f".{language}.md")


def reference_pages(collection: Collection, catalogue: Catalogue, root: Path = ROOT) -> Iterator[Page]:
    """Give the pages, in both languages.

    Raises
    ------
    RenderError
        If a text cannot be drawn or is not translated.
    """
    found = texts(root)
    jobs = [(text, language) for text in found for language in LANGUAGES]
    with ThreadPoolExecutor(2) as pool:  # each waits for Pandoc
        drawn = list(pool.map(lambda job: _draw(*job), jobs))
    titles = {}
    for (text, language), prose in zip(jobs, drawn, strict=True):
        titles[text.path, language] = prose.title, prose.language
        yield _prose_page(text, prose, language, frozenset(t.path for t in found), root)
    for language in LANGUAGES:
        documents = [(text.path, *titles[text.path, language]) for text in found if text.path.startswith(f"{DOCS}/")]
        yield _list_page(
            language,
            "docs/index.html",
            "docs.html",
            "Documentation",
            "For evaluators, reviewers and developers.",
            {"documents": documents},
        )
        yield from _dictionary(collection, catalogue, language)


def _draw(text: Text, language: str) -> Prose:
    if text.description is not None:
        title, source = read_prose(text.source, language)
        return Prose(title, draw(source, language, text.source.name), language)
    spoken = language if language in text.languages else "en"
    title, source = read_document(in_language(text.source, spoken))
    return Prose(title, draw(source, spoken, text.source.name), spoken)


def _prose_page(text: Text, prose: Prose, language: str, known: frozenset[str], root: Path) -> Page:
    path = localised(text.path, language)
    directory = text.source.parent.relative_to(root).as_posix()

    def values() -> Mapping[str, Any]:
        body = follow_links(prose.body, directory, partial(_address, page, known, root))
        crumbs = ("docs/index.html", say(language, "Documentation")) if text.path.startswith(f"{DOCS}/") else None
        return {"text": prose, "body": Markup(body), "crumbs": crumbs}

    description = say(language, text.description) if text.description else prose.title
    key = fingerprint.of_json([prose.title, prose.body, sorted(known)])
    page = Page(path, language, "prose.html", prose.title, description, key, twins(text.path), values, searchable=True)
    return page


def _address(page: Page, known: frozenset[str], root: Path, path: str) -> str | None:
    """Return where a file of the repository stands on the site, as seen from a page."""
    drawn = str(Path(path).with_suffix(".html"))
    if Path(path).suffix in {".md", ".qmd"}:
        return page.own(drawn) if drawn in known else page.own(Path(drawn).name) if Path(drawn).name in known else None
    return page.to(path) if path.startswith(f"{DOCS}/") and (root / path).suffix in COPIED else None


COPIED = frozenset({".png", ".svg", ".json"})
"""Files beside the documentation that the site has too."""


def document_files(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Give the pictures and schemas that stand beside the documentation, with their path on the site."""
    for path in sorted((root / DOCS).rglob("*")):
        if path.suffix in COPIED and path.is_file():
            yield path.relative_to(root).as_posix(), path


def _list_page(
    language: str, path: str, template: str, title: str, description: str, values: Mapping[str, Any], key: str = ""
) -> Page:
    key = key or fingerprint.of_json([path, repr(sorted(values.items()))])
    return Page(
        localised(path, language),
        language,
        template,
        say(language, title),
        say(language, description),
        key,
        twins(path),
        lambda: values,
    )


def _dictionary(collection: Collection, catalogue: Catalogue, language: str) -> Iterator[Page]:
    key = fingerprint.of_json([repr(catalogue.indicators), repr(catalogue.reforms), repr(catalogue.rules)])
    counts = [len(catalogue.indicators), len(catalogue.reforms), len(catalogue.rules), 0]
    parts = [(path, say(language, name), count) for (path, name), count in zip(PARTS.items(), counts, strict=True)]
    yield _list_page(
        language,
        "dictionary/index.html",
        "dictionary.html",
        "Data dictionary",
        "What the reports speak of: indicators, reforms and rules.",
        {"parts_of": parts},
    )
    evaluated: dict[str, list[Evaluation]] = defaultdict(list)
    for evaluation in collection.evaluations:
        evaluated[evaluation.latest.record.reform].append(evaluation)
    about = {"indicators": catalogue.indicators, "reforms": catalogue.reforms}
    yield _list_page(
        language,
        "dictionary/indicators.html",
        "indicators.html",
        "Indicators",
        "Every indicator with its unit, its definition, and the values that are rejected or flagged.",
        {**about, "indicators": list(catalogue.indicators.values())},
        key,
    )
    reforms_key = fingerprint.of_json([key, [evaluation.fingerprint for evaluation in collection.evaluations]])
    yield _list_page(
        language,
        "dictionary/reforms.html",
        "reforms.html",
        "Reforms",
        "Every reform of the catalogue with its mechanism, the parameters that its source gives, and its evaluations.",
        {**about, "evaluated": evaluated, "in_english": in_english},
        reforms_key,
    )
    yield _list_page(
        language,
        "dictionary/rules.html",
        "rules.html",
        "Rules",
        "Every monitoring and decision rule with the expression that says when it fires.",
        {**about, "rules": list(catalogue.rules.values())},
        key,
    )


def dictionary_documents(catalogue: Catalogue, language: str) -> Iterator[Document]:
    """Give every indicator, reform and rule as something that the search finds by itself."""
    for i in catalogue.indicators.values():
        parts = (i.numerator_zh, i.denominator_zh) if language == "zh" else (i.numerator, i.denominator)
        yield _entry(
            "indicator", "indicators", i.id, i.label(language), (i.name_en, i.name_zh), " / ".join(parts), language
        )
    for r in catalogue.reforms.values():
        names, text = (r.name_en, r.name_zh), say(language, r.mechanism)
        yield _entry("reform", "reforms", r.id, r.label(language), names, text, language)
    for rule in catalogue.rules.values():
        text = rule.text_zh if language == "zh" else rule.text_en
        yield _entry("rule", "rules", rule.id, rule.id, (rule.reform_id,), text, language)


def _entry(kind: str, page: str, id: str, title: str, names: tuple[str, ...], text: str, language: str) -> Document:
    terms = count_terms([(f"{id} {title} {' '.join(names)}", 8), (text, 2)])
    return Document(f"{localised(f'dictionary/{page}.html', language)}#{id}", title, kind, terms, note=id, text=text)
