"""What the website is called and where it stands: read from ``_quarto.yml``, which Quarto reads too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from pilotbook.errors import CallError, WorkError
from pilotbook.project import ROOT

PLACEHOLDER = "https://pilotbook.example/"
"""Stands in for the address until one is set; the name ends in a domain that nobody can own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The website's name and address.

    Attributes
    ----------
    title
        Its name.
    address
        Where it stands, ending with a slash. Only feeds, site map and citations need it; links do not.
    repository
        Address of the source files, ending with a slash; None if it is not known.
    """

    title: str
    address: str
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
    found = str(address or website.get("site-url") or PLACEHOLDER)
    if not found.startswith(("https://", "http://")) or any(c in found for c in " \"'<>"):
        raise CallError(f"--address {found}: write the address of the site, such as {PLACEHOLDER}")
    repository = website.get("repo-url")
    return Settings(str(website["title"]), _with_slash(found), _with_slash(str(repository)) if repository else None)


def _with_slash(address: str) -> str:
    return address if address.endswith("/") else f"{address}/"
