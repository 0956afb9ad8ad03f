"""What the website is called and where it stands: read from ``_quarto.yml``, which Quarto reads too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from pilotbook.errors import CallError, WorkError
from pilotbook.project import ROOT

EXAMPLE = "https://reports.example.org/"


@dataclass(frozen=True, slots=True)
class Settings:
    """The website's name and address.

    Attributes
    ----------
    title
        Its name.
    address
        Where it stands, ending with a slash. Links do not need it; feeds, site map and what names a page by its whole
        address do, and there are none while it is None.
    repository
        Address of the source files, ending with a slash; None if it is not known.
    """

    title: str
    address: str | None
    repository: str | None = None


def read_settings(address: str | None = None, root: Path = ROOT) -> Settings:
    """Read the settings.

    Parameters
    ----------
    address
        Takes the place of the address in the file.

    Raises
    ------
    CallError
        If the address is none.
    WorkError
        If the file cannot be read.
    """
    path = root / "_quarto.yml"
    try:
        website = yaml.safe_load(path.read_text(encoding="utf-8"))["website"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise WorkError(f"{path.name}: no section `website` can be read ({error}); restore it") from None
    found = address or website.get("site-url")
    if found and (not str(found).startswith(("https://", "http://")) or any(c in str(found) for c in " \"'<>")):
        where = "--address" if address else f"{path.name}, site-url:"
        raise CallError(f"{where} {found}: write the address of the site, such as {EXAMPLE}")
    return Settings(str(website["title"]), _with_slash(found), _with_slash(website.get("repo-url")))


def _with_slash(address: str | None) -> str | None:
    return f"{str(address).rstrip('/')}/" if address else None
