"""The policies of the pages name exactly the scripts that stand in them."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

import pytest

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


@pytest.mark.parametrize("path", ["index.html", "zh/estimates.html", "county-budget/2024Q4/v1/en/report.html"])
def test_every_inline_script_is_named_by_its_hash(site: Path, path: str) -> None:
    page = (site / path).read_text("utf-8")
    policy = html.unescape(POLICY.search(page)[1])
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in SCRIPT.findall(page)}
    assert hashes == set(re.findall(r"'sha256-([^']+)'", policy))
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_no_page_of_the_site_has_a_style_inside(site: Path) -> None:
    for path in ("index.html", "county-budget/index.html", "estimates.html", "dictionary/reforms.html"):
        page = (site / path).read_text("utf-8")
        assert "<style" not in page
        assert not re.search(r"\sstyle=", page)


def test_the_script_of_versions_is_small(site: Path) -> None:
    assert (site / "pilotbook-versions.js").stat().st_size < 8000
