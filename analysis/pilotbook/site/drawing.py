"""Draws pages from their templates. Whatever a user wrote is escaped; scripts and styles come from files alone."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pilotbook import fingerprint
from pilotbook.project import LOCALES, ROOT
from pilotbook.site import effect_text
from pilotbook.site.language import LANGUAGES, NAMES, TAGS, say, spell_date
from pilotbook.site.page import Page
from pilotbook.site.settings import Settings

SOURCES = ROOT / "reports" / "site"
TEMPLATES, ASSETS = SOURCES / "templates", SOURCES / "assets"

INLINE_SCRIPT = 'document.documentElement.classList.add("scripted");'
"""The only script inside a page; the policy names it by its hash."""

OWN_CARD = "assets/card-{language}.png"

MENU = (
    ("index.html", "Home"),
    ("programme.html", "Programme"),
    ("estimates.html", "Estimates"),
    ("methods.html", "Methods"),
    ("dictionary/index.html", "Data dictionary"),
    ("docs/index.html", "Documentation"),
)


def policy() -> str:
    """Return the Content-Security-Policy of the pages.

    Files of the site itself (``file:`` where it is opened from a folder) and one inline script, named by its hash;
    nothing from elsewhere, no style inside a page, no form that leaves the site.
    """
    digest = base64.b64encode(hashlib.sha256(INLINE_SCRIPT.encode()).digest()).decode()
    here = "'self' file:"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'sha256-{digest}' {here}",
            f"style-src {here}",
            f"img-src {here} data:",
            f"form-action {here}",
            "base-uri 'none'",
        ]
    )


class Drawing:
    """Draws pages of one site.

    Parameters
    ----------
    settings
        Name and address of the site.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environments = {language: _environment(language, settings) for language in LANGUAGES}

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what shapes a page besides what it shows: templates, words, settings, this package."""
        sources = [*sorted(TEMPLATES.glob("*.html")), *sorted(LOCALES.rglob("*.po"))]
        hashes = [fingerprint.sha256(path.read_bytes()) for path in sources]
        return fingerprint.of_json([hashes, repr(self._settings), fingerprint.code("site")])

    def draw(self, page: Page) -> bytes:
        """Return the bytes of a page."""
        template = self._environments[page.language].get_template(page.template)
        return template.render(page=page, **page.values()).encode()


def _environment(language: str, settings: Settings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": partial(say, language),
        "tag": TAGS[language],
        "tags": TAGS,
        "language_names": NAMES,
        "other_language": next(other for other in LANGUAGES if other != language),
        "menu": [(path, say(language, name)) for path, name in MENU],
        "site": settings,
        "policy": policy(),
        "inline_script": Markup(INLINE_SCRIPT),
        "own_card": OWN_CARD.format(language=language),
    }
    environment.filters |= {
        "date": partial(_date, language),
        "named": lambda title: effect_text.in_language(title, language),
        "effect": partial(effect_text.effect, language),
        "sign": effect_text.verdict_sign,
        "verdict_words": partial(effect_text.verdict_words, language),
        "coded": partial(effect_text.coded_words, language),
        "bounds": _bounds,
        "address": quote_path,
        "json_for_html": _json_for_html,
    }
    return environment


def quote_path(path: str) -> str:
    """Return a path as part of an address; an index page is its folder."""
    return quote(path.removesuffix("index.html"))


def _date(language: str, date: datetime.date | str) -> str:
    return spell_date(language, datetime.date.fromisoformat(date) if isinstance(date, str) else date)


def _bounds(bounds: Sequence[float | None] | None) -> str:
    if bounds is None or list(bounds) == [None, None]:
        return "–"
    low, high = ("" if bound is None else f"{bound:,g}".replace("-", "−") for bound in bounds)
    return f"{low} … {high}"


def _json_for_html(value: Any) -> Markup:
    """Write JSON that can stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # all that could be markup was replaced above


def read_asset(name: str) -> bytes:
    """Return a script, style or picture of the site."""
    return Path(ASSETS, name).read_bytes()
