"""Builds the site: every page, the search, feeds, tables and the releases themselves, in place of the last build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.errors import WorkError
from pilotbook.panel.catalogue import Catalogue, read_catalogue
from pilotbook.project import releases_folder
from pilotbook.release.about import CERTIFICATE, REVIEWS, WITHDRAWN
from pilotbook.release.layout import CRATE, SUMS
from pilotbook.release.record import NAME
from pilotbook.report.engine.extension import extension_folder
from pilotbook.site import feed, headline_table, search_pages
from pilotbook.site.card import card
from pilotbook.site.citation import bibtex
from pilotbook.site.collection import Collection, Evaluation, Version, read_collection
from pilotbook.site.drawing import ASSETS, OWN_CARD, Drawing, read_asset
from pilotbook.site.effect_text import in_language
from pilotbook.site.evaluation_pages import card_path, draw_card, evaluation_pages
from pilotbook.site.language import LANGUAGES, say
from pilotbook.site.overview_pages import overview_pages
from pilotbook.site.page import Page, localised
from pilotbook.site.reference_pages import document_files, reference_pages
from pilotbook.site.release_pages import release_pages
from pilotbook.site.settings import Settings
from pilotbook.site.site_map import robots, site_map
from pilotbook.site.tree import Tree, building
from pilotbook.site.versions_script import NAME as VERSIONS
from pilotbook.site.versions_script import versions_script

SCRIPTS = ("site.js", "search.js", "estimates.js")
SEALS = (NAME, SUMS, CRATE)
"""Files of a release that its record cannot hold the hashes of, because they hold its hash."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    folder: Path
    evaluations: int
    releases: int
    files: int
    made: int


def build_site(
    out: Path, settings: Settings, jobs: int | None = None, tell: Callable[[str], None] = lambda _: None
) -> Built:
    """Build the site.

    Parameters
    ----------
    out
        Its folder; it is left as it is if anything fails.
    settings
        Name and address.
    jobs
        Processes that read new releases; by default one for each core.
    tell
        Called with a line at each step.

    Raises
    ------
    PilotbookError
        If a release is not as it was recorded, or a page cannot be drawn.
    """
    collection = read_collection(releases_folder(), jobs or os.cpu_count() or 1)
    catalogue = read_catalogue()
    with building(out) as tree:
        _releases(tree, collection)
        pages = list(_pages(collection, catalogue, settings))
        _draw(tree, pages, Drawing(settings))
        _files(tree, collection, catalogue, settings, pages)
    tell(f"{len(tree.made)} of {len(tree.paths)} files were made anew")
    return Built(out, len(collection.evaluations), len(collection.versions), len(tree.paths), len(tree.made))


def _pages(collection: Collection, catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    yield from overview_pages(collection, catalogue, settings)
    yield from reference_pages(collection, catalogue)
    yield from evaluation_pages(collection, catalogue, settings)
    yield from release_pages(collection, settings)


def _draw(tree: Tree, pages: Sequence[Page], drawing: Drawing) -> None:
    for page in pages:
        key = f"{drawing.fingerprint} {fingerprint.sha256(page.key)}"
        tree.put(page.path, key, lambda page=page: drawing.draw(page))  # type: ignore[misc]  # binds this page


def _releases(tree: Tree, collection: Collection) -> None:
    """Copy every release as it is, what stands beside it, and the files made from it.

    Raises
    ------
    WorkError
        If a file is not the one that was recorded.
    """
    for version in collection.versions:
        for path, sha256 in version.record.files.items():
            _copy(tree, version, path, sha256)
        for path in SEALS:
            file = version.release.folder / path
            if file.is_file():
                tree.put(f"{version.name}/{path}", version.release.sha256, file.read_bytes)
        about = version.release.about
        beside = [about / CERTIFICATE, about / WITHDRAWN, *sorted((about / REVIEWS).glob("*.yml"))]
        for file in beside if about.is_dir() else ():
            if file.is_file():
                place = f"{version.name}.about/{file.relative_to(about).as_posix()}"
                tree.put(place, version.extract.key, file.read_bytes)
        for path, file in version.extract.files.items():
            tree.put(f"{version.name}/{path}", version.extract.key, file.read_bytes)


def _copy(tree: Tree, version: Version, path: str, sha256: str) -> None:
    try:
        same = tree.copy(f"{version.name}/{path}", version.release.folder / path, sha256)
    except OSError as error:
        raise WorkError(
            f"{version.name}/{path}: cannot be read ({error.strerror}); restore it from version control"
        ) from None
    if not same:
        raise WorkError(f"{version.name}/{path}: is not the file that was released; restore it from version control")


def _files(tree: Tree, collection: Collection, catalogue: Catalogue, settings: Settings, pages: Sequence[Page]) -> None:
    """Write what is no page: styles and scripts, search, tables, feeds, citations, pictures, site map."""
    for path, content in _assets():
        tree.put(path, fingerprint.sha256(content), lambda content=content: content)  # type: ignore[misc]  # likewise
    for path, file in document_files():
        tree.put(path, fingerprint.sha256(file.read_bytes()), file.read_bytes)
    for path, content in _shared(tree, collection, catalogue, settings, pages):
        tree.put(path, fingerprint.sha256(content), lambda content=content: content)  # type: ignore[misc]  # likewise
    code = fingerprint.of_json(fingerprint.code("site/card.py", "site/evaluation_pages.py"))
    for language in LANGUAGES:
        tree.put(OWN_CARD.format(language=language), f"{code} {settings}", _own_drawer(language, settings))
    for evaluation in collection.evaluations:
        for language in LANGUAGES:
            key = f"{code} {settings} {evaluation.latest.fingerprint}"
            tree.put(card_path(evaluation, language), key, _drawer(evaluation, language, settings))
    for version in collection.versions:
        for language in LANGUAGES:
            entry = bibtex(version, language, settings).encode()
            tree.put(f"{version.name}/{language}/cite.bib", fingerprint.sha256(entry), lambda entry=entry: entry)  # type: ignore[misc]  # likewise


def _drawer(evaluation: Evaluation, language: str, settings: Settings) -> Callable[[], bytes]:
    return lambda: draw_card(evaluation, language, settings)


def _assets() -> Iterator[tuple[str, bytes]]:
    yield "assets/report.css", (extension_folder() / "report.css").read_bytes()
    for name in ("site.css", "icon.svg", *SCRIPTS):
        yield f"assets/{name}", read_asset(name)


def _shared(
    tree: Tree, collection: Collection, catalogue: Catalogue, settings: Settings, pages: Sequence[Page]
) -> Iterator[tuple[str, bytes]]:
    """Give the files that rest on all releases at once."""
    yield VERSIONS, versions_script(collection, (ASSETS / "versions.js").read_text(encoding="utf-8"))
    yield from headline_table.files(collection, catalogue)
    for language in LANGUAGES:
        yield from search_pages.files(tree, collection, catalogue, pages, language)
        if settings.address:
            yield from _feeds(collection, language, settings)
    if settings.address:
        yield "sitemap.xml", site_map(pages, collection, settings)
    yield "robots.txt", robots(settings)
    yield ".nojekyll", b""


def _feeds(collection: Collection, language: str, settings: Settings) -> Iterator[tuple[str, bytes]]:
    path, page = localised("feed.xml", language), localised("index.html", language)
    yield path, feed.atom(collection.versions, language, settings, path, page, settings.title)
    for evaluation in collection.evaluations:
        path, page = (localised(f"{evaluation.plan}/{name}", language) for name in ("feed.xml", "index.html"))
        title = in_language(evaluation.latest.record.title, language)
        yield path, feed.atom(evaluation.versions, language, settings, path, page, title)


def _own_drawer(language: str, settings: Settings) -> Callable[[], bytes]:
    lines = [say(language, "Evaluation reports on health reforms in pilot counties, every version of them.")]
    return lambda: card(say(language, "Did the reform work?"), lines, None, language == "zh", settings.title)
