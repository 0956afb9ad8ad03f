"""Pages written in Markdown: drawn by Pandoc with the filters of the reports, and kept by content hash."""

from __future__ import annotations

import html
import json
import posixpath
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pilotbook import fingerprint
from pilotbook.errors import RenderError
from pilotbook.report.engine.extension import extension_folder
from pilotbook.report.engine.pandoc import READER, pandoc_version, run_pandoc
from pilotbook.report.engine.place import Place
from pilotbook.report.engine.source import split_front_matter
from pilotbook.report.language import paragraphs
from pilotbook.site.language import TAGS, say
from pilotbook.site.memory import kept_text

FILTERS = ("words.lua", "blocks.lua", "tables.lua")
HEADING = re.compile(r"\A\s*# +(?P<title>.+?)(?: *\{[^}]*\})?\s*\n")
LINK = re.compile(
    r'(?P<tag><a\b[^>]*?\bhref=")(?P<address>[^"#:]+)(?P<anchor>#[^"]*)?(?P<rest>"[^>]*>)(?P<text>.*?)</a>', re.DOTALL
)
PICTURE = re.compile(r'(?P<tag><img\b[^>]*?\bsrc=")(?P<address>[^":]+)(?=")')
UNTRANSLATED = ("```", "<!--", ":::")


@dataclass(frozen=True, slots=True)
class Prose:
    """A text in one language: its title, and its body as HTML with headings from the second level on."""

    title: str
    body: str
    language: str


def read_prose(path: Path, language: str) -> tuple[str, str]:
    """Return title and Markdown of a source of the site in a language, paragraph by paragraph from the catalogue.

    Raises
    ------
    RenderError
        If the source cannot be read or the catalogue lacks a paragraph.
    """
    try:
        front, text = split_front_matter(path.read_text(encoding="utf-8"), Place(path.name))
    except (OSError, UnicodeDecodeError) as error:
        raise RenderError(f"{path.name}: cannot be read ({error}); restore it") from None
    translated = [part if _is_left_alone(part) else say(language, part) for part in paragraphs(text)]
    return say(language, str(front.get("title", path.stem))), "\n\n".join(translated) + "\n"


def _is_left_alone(paragraph: str) -> bool:
    return paragraph.startswith(UNTRANSLATED) or not re.search(r"[A-Za-z]", paragraph)


def read_document(path: Path) -> tuple[str, str]:
    """Return title and Markdown of a page of the documentation; its first heading is the title."""
    text = path.read_text(encoding="utf-8")
    match = HEADING.match(text)
    return (match["title"].replace("`", ""), text[match.end() :]) if match else (path.stem, text)


def draw(text: str, language: str, name: str) -> str:
    """Return the HTML of a Markdown text.

    Parameters
    ----------
    text
        Without front matter and title.
    name
        Of its source, for messages.

    Raises
    ------
    RenderError
        If Pandoc stops or complains.
    """
    extension = extension_folder()
    filters = [(extension / file).read_text(encoding="utf-8") for file in FILTERS]
    rests_on = [text, language, pandoc_version(), filters, fingerprint.code("site/prose.py")]
    return kept_text("prose", rests_on, lambda: _run_pandoc(text, language, name, extension))


def _run_pandoc(text: str, language: str, name: str, extension: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="pilotbook-") as folder:
        metadata = Path(folder, "metadata.json")
        metadata.write_text(json.dumps({"lang": TAGS[language]}), "utf-8")
        arguments = [
            f"--from={READER}-auto_identifiers+gfm_auto_identifiers",
            "--to=html5",
            f"--metadata-file={metadata}",
            *(f"--lua-filter={extension / filter_name}" for filter_name in FILTERS),
            "--section-divs",
            "--mathml",
            "--syntax-highlighting=pygments",
            "--wrap=none",
        ]
        result = run_pandoc(text, arguments, Path(folder))
    for warning in result.warnings:
        raise RenderError(f"{name}: Pandoc says: {warning.splitlines()[0]}; mend the markup there")
    return result.text


def follow_links(body: str, directory: str, find: Callable[[str], str | None]) -> str:
    """Give every link to another file of the repository, and every picture, the address that it has on the site.

    Parameters
    ----------
    body
        A page.
    directory
        Where its source stands in the repository.
    find
        Gives the address of a file of the repository, None if the site does not have it: then only the text stays,
        and a picture stays as it is, for the proof of links to name it.
    """

    def path_of(match: re.Match[str]) -> str:
        return posixpath.normpath(posixpath.join(directory, html.unescape(match["address"])))

    def link(match: re.Match[str]) -> str:
        path = path_of(match)
        address = find(path)
        if address is None:
            return f'<span class="in-repository" title="{html.escape(path)}">{match["text"]}</span>'
        return f"{match['tag']}{html.escape(address)}{match['anchor'] or ''}{match['rest']}{match['text']}</a>"

    def picture(match: re.Match[str]) -> str:
        return match["tag"] + html.escape(find(path_of(match)) or match["address"])

    return PICTURE.sub(picture, LINK.sub(link, body))
