"""A site of a few releases, each with something that must show, built once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pilotbook.site.build import build_site
from pilotbook.site.settings import Settings

from .synthetic import Made, write_releases

ADDRESS = "https://reports.example/site/"
SETTINGS = Settings("pilotbook", ADDRESS)
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&{{7*7}} \u2028 =cmd"
RELEASES = (
    Made("county-budget", "2024Q3", 1, rerun=True, approvals=2),
    Made("county-budget", "2024Q4", 1, approvals=1),
    Made("county-budget", "2024Q4", 2, note="A wrong denominator was corrected."),
    Made("county-budget", "2025Q1", 1, simulated=False, title="Budget of county hospitals", rerun=True),
    Made(
        "withdrawn-only",
        "2024",
        1,
        title="Prices by tier",
        title_zh="差异化分级定价",
        withdrawn="Data came twice: " + HOSTILE,
    ),
    Made(
        "hostile", "2024-11", 1, title=HOSTILE, title_zh=HOSTILE, note=HOSTILE, author=HOSTILE, reform="no-such-reform"
    ),
    Made("english-only", "2024", 1, title="Supervision of prices", title_zh=None, languages=("en",), reform="vbp"),
)


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of releases."""
    folder = tmp_path_factory.mktemp("releases")
    write_releases(folder, RELEASES)
    return folder


@pytest.fixture
def published_from(releases: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the program read these releases."""
    monkeypatch.setenv("PILOTBOOK_RELEASES", str(releases))
    return releases


@pytest.fixture(scope="session")
def site(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of these releases."""
    out = tmp_path_factory.mktemp("built") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILOTBOOK_RELEASES", str(releases))
        build_site(out, SETTINGS, jobs=1)
    return out


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The address of the site on this machine."""
    server = ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
