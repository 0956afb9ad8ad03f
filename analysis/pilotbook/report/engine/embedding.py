"""Put the style and the pictures into a page, so that it is one file that asks for nothing.

Pandoc can do it too, but parses the whole page for it, which takes longer than writing it.
"""

from __future__ import annotations

import base64
import html
import mimetypes
import re
from pathlib import Path
from urllib.parse import unquote

from pilotbook.report.engine.compact import address_of_drawing

STYLE = re.compile(rb'<link rel="stylesheet" href="(?P<name>[^"]+)">')
PICTURE = re.compile(rb'(?P<before><img src=")(?P<name>[^":]+)(?=")')
"""As the template and Pandoc write them; in words and attributes a page has its ``<`` and ``"`` masked."""


def embed(page: bytes, directory: Path) -> bytes:
    """Return the page with the content of the files that it names.

    Parameters
    ----------
    page
        HTML as Pandoc writes it, with names of style sheets and pictures.
    directory
        Where these files are.
    """
    page = STYLE.sub(lambda link: b"<style>\n" + (directory / link["name"].decode()).read_bytes() + b"</style>", page)
    return PICTURE.sub(lambda picture: picture["before"] + _address(directory / _name(picture["name"])), page)


def _name(written: bytes) -> str:
    return unquote(html.unescape(written.decode()))


def _address(picture: Path) -> bytes:
    if picture.suffix == ".svg":
        return address_of_drawing(picture.read_bytes())
    kind = mimetypes.guess_type(picture.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,".encode() + base64.b64encode(picture.read_bytes())
