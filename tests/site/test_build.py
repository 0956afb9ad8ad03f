"""The site as files: everything is there, nothing of a release is touched, and only what changed is made again."""

from __future__ import annotations

import hashlib
import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from pilotbook.errors import WorkError
from pilotbook.panel.catalogue import read_catalogue
from pilotbook.site.build import build_site
from pilotbook.site.checks.links import Links
from pilotbook.site.checks.markup import markup_findings, read_markup
from pilotbook.site.language import say
from pilotbook.site.settings import Settings
from pilotbook.site.tree import FILES, STATE, read_files

from .conftest import ADDRESS, HOSTILE, RELEASES, SETTINGS
from .synthetic import Made, many, write_release, write_releases

ATOM = "{http://www.w3.org/2005/Atom}"
NAMES = [f"{made.plan}/{made.period}/v{made.version}" for made in RELEASES]


def _contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != STATE)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of three releases that a test may change."""
    write_releases(tmp_path / "releases", list(many(3)))
    monkeypatch.setenv("PILOTBOOK_RELEASES", str(tmp_path / "releases"))
    return tmp_path / "releases"


@pytest.mark.parametrize("name", NAMES)
def test_a_release_stands_at_its_address_byte_for_byte(site: Path, releases: Path, name: str) -> None:
    for path in (releases / name).rglob("*"):
        if path.is_file():
            assert (site / name / path.relative_to(releases / name)).read_bytes() == path.read_bytes()
    for language in ("en", "zh"):
        assert (site / name / language / "index.html").is_file()
        assert (site / name / language / "cite.bib").is_file()


def test_every_link_leads_somewhere_and_no_page_has_a_fault(site: Path) -> None:
    paths = set(read_files(site) or ())
    pages = {path: read_markup((site / path).read_text("utf-8")) for path in paths if path.endswith(".html")}
    links = Links(paths, ADDRESS, pages.__getitem__)
    found = [
        (path, f) for path, markup in pages.items() for f in (*links.findings(path, markup), *markup_findings(markup))
    ]
    assert found == []


def test_every_page_stands_in_both_languages(site: Path) -> None:
    english = {
        path for path in _pages(site) if not path.startswith("zh/") and "/en/" not in path and "/zh/" not in path
    }
    chinese = {path.removeprefix("zh/") for path in _pages(site) if path.startswith("zh/")}
    assert english == chinese
    released = {path for path in _pages(site) if "/en/index.html" in path}
    assert {path.replace("/en/", "/zh/") for path in released} <= set(_pages(site))


def _pages(site: Path) -> list[str]:
    return [path for path in read_files(site) or () if path.endswith(".html")]


def test_what_users_wrote_is_escaped(site: Path) -> None:
    for path in ("hostile/index.html", "zh/hostile/index.html", "hostile/2024-11/v1/en/index.html", "index.html"):
        page = (site / path).read_text("utf-8")
        assert "<img src=x" not in page
        assert "onerror=alert(1)&gt;" in page
        assert "49" not in page[page.index("onerror") : page.index("onerror") + 60]
    data = (site / "hostile/2024-11/v1/en/index.html").read_text("utf-8").split('application/ld+json">')[1]
    assert json.loads(data.split("</script>")[0])["name"] == HOSTILE
    for path in ("data/headlines.js", "pilotbook-versions.js", "search/en/documents.js"):
        text = (site / path).read_text("utf-8")
        assert "</script" not in text
        assert "\u2028" not in text


def test_cells_of_a_table_run_nothing_in_a_spreadsheet(site: Path) -> None:
    table = (site / "data" / "headlines.csv").read_text("utf-8-sig")
    assert all(not cell.startswith(("=", "+", "@")) for line in table.splitlines() for cell in line.split(","))


def test_feeds_tell_of_releases_and_withdrawals_the_newest_first(site: Path) -> None:
    for path, count in (
        ("feed.xml", 8),
        ("zh/feed.xml", 8),
        ("county-budget/feed.xml", 4),
        ("withdrawn-only/feed.xml", 2),
    ):
        feed = ET.parse(site / path).getroot()
        dates = [entry.findtext(f"{ATOM}updated") for entry in feed.iter(f"{ATOM}entry")]
        assert len(dates) == count
        assert dates == sorted(dates, reverse=True)
        ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
        assert len(set(ids)) == count
        assert all(i.startswith(ADDRESS) for i in ids)


def test_the_site_map_names_every_page_once(site: Path) -> None:
    places = [e.text for e in ET.parse(site / "sitemap.xml").iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(set(places)) == len(places)
    assert f"{ADDRESS}county-budget/2024Q4/v1/zh/" in places
    assert not any("latest" in place for place in places)


def test_citations_name_the_version_and_its_address(site: Path) -> None:
    entry = (site / "county-budget/2024Q4/v2/zh/cite.bib").read_text("utf-8")
    assert entry.startswith("@techreport{county-budget-2024Q4-v2-zh,")
    assert "title = {{县级医院总额预算}}" in entry
    assert f"url = {{{ADDRESS}county-budget/2024Q4/v2/zh/}}" in entry
    assert "note = {模拟数据}" in entry
    hostile = (site / "hostile/2024-11/v1/en/cite.bib").read_text("utf-8")
    assert hostile.count("{") - hostile.count(r"\{") == hostile.count("}") - hostile.count(r"\}")
    page = (site / "county-budget/2024Q4/v2/en/index.html").read_text("utf-8")
    assert 'name="citation_title" content="Budget of county hospitals"' in page
    assert 'property="og:image" content="https://reports.example/site/county-budget/card-en.png"' in page


def test_standing_and_evidence_come_from_what_stands_beside_a_release(site: Path) -> None:
    first = (site / "county-budget/2024Q3/v1/en/index.html").read_text("utf-8")
    assert "reviewed" in first
    assert "<strong>identical</strong>" in first
    assert "R. Viewer 1" in first
    second = (site / "county-budget/2024Q4/v1/en/index.html").read_text("utf-8")
    assert "in review" in second
    assert "There is no certificate of a rerun." in second
    assert (site / "county-budget/2024Q3/v1.about/certificate.json").is_file()


def test_the_same_releases_make_the_same_bytes(site: Path, published_from: Path, tmp_path: Path) -> None:
    build_site(tmp_path / "again", SETTINGS, jobs=1)
    assert _contents(tmp_path / "again") == _contents(site)


def test_an_added_release_makes_only_what_it_changes_and_the_same_as_from_nothing(few: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(out, SETTINGS, jobs=1)
    assert build_site(out, SETTINGS, jobs=1).made == 0
    write_release(few, Made("another", "2024", 1, withdrawn="Wrong data."))
    built = build_site(out, SETTINGS, jobs=1)
    assert 0 < built.made < built.files * 0.8
    build_site(tmp_path / "fresh", SETTINGS, jobs=1)
    assert _contents(out) == _contents(tmp_path / "fresh")


def test_a_file_of_the_site_that_was_touched_is_made_again(few: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(out, SETTINGS, jobs=1)
    before = (out / "index.html").read_bytes()
    (out / "index.html").write_bytes(before + b"x")
    (out / "cite.html").unlink()
    assert build_site(out, SETTINGS, jobs=1).made == 2
    assert (out / "index.html").read_bytes() == before


def test_a_release_that_was_changed_is_refused_and_the_site_stays(few: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(out, SETTINGS, jobs=1)
    before = _contents(out)
    page = few / "plan-0000/2021Q1/v1/en/report.pdf"
    page.write_bytes(page.read_bytes() + b" ")
    with pytest.raises(WorkError, match=r"plan-0000/2021Q1/v1/en/report.pdf: is not the file that was released"):
        build_site(out, SETTINGS, jobs=1)
    assert _contents(out) == before


def test_a_site_without_releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOTBOOK_RELEASES", str(tmp_path / "none"))
    built = build_site(tmp_path / "site", SETTINGS, jobs=1)
    assert built.releases == 0
    assert "Nothing has been released yet." in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_a_plan_may_not_take_a_folder_of_the_site(few: Path, tmp_path: Path) -> None:
    shutil.rmtree(few)
    write_release(few, Made("docs", "2024", 1))
    with pytest.raises(WorkError, match="the website has a folder 'docs' of its own"):
        build_site(tmp_path / "site", SETTINGS, jobs=1)


def test_the_list_of_files_is_right(site: Path) -> None:
    listed = read_files(site)
    assert listed is not None
    found = {path: hashlib.sha256(content).hexdigest() for path, content in _contents(site).items() if path != FILES}
    assert listed == found


def test_a_damaged_memory_of_releases_is_made_again(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOTBOOK_CACHE", str(tmp_path / "cache"))
    build_site(tmp_path / "site", SETTINGS, jobs=1)
    before = _contents(tmp_path / "site")
    for facts in (tmp_path / "cache" / "site").rglob("facts.json"):
        facts.write_text('{"evidence":', "utf-8")
    build_site(tmp_path / "second", SETTINGS, jobs=1)
    assert _contents(tmp_path / "second") == before


def test_a_site_that_stands_nowhere_yet_names_no_address(published_from: Path, tmp_path: Path) -> None:
    build_site(tmp_path / "site", Settings("pilotbook", None))
    paths = frozenset(read_files(tmp_path / "site") or ())
    assert not any(path.endswith(("feed.xml", "sitemap.xml")) for path in paths)
    assert "Sitemap" not in (tmp_path / "site" / "robots.txt").read_text("utf-8")
    pages = {
        path: read_markup((tmp_path / "site" / path).read_text("utf-8")) for path in paths if path.endswith(".html")
    }
    links = Links(paths, None, pages.__getitem__)
    assert {path: found for path, page in pages.items() if (found := list(links.findings(path, page)))} == {}
    page = (tmp_path / "site/county-budget/2024Q4/v2/en/index.html").read_text("utf-8")
    assert "canonical" not in page
    assert "None" not in page
    assert "url =" not in (tmp_path / "site/county-budget/2024Q4/v2/en/cite.bib").read_text("utf-8")
    assert "Report on 2024Q4, version 2. county-budget/2024Q4/v2/en/" in page


def test_filter_by_region_is_left_away_where_no_report_has_one(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'name="region"' in (site / "estimates.html").read_text("utf-8")
    monkeypatch.setenv("PILOTBOOK_RELEASES", str(tmp_path / "none"))
    build_site(tmp_path / "site", SETTINGS)
    page = (tmp_path / "site" / "estimates.html").read_text("utf-8")
    assert 'name="region"' not in page
    assert 'data-sort="region"' not in page


def test_chinese_reforms_are_described_in_chinese(site: Path) -> None:
    page = (site / "zh" / "dictionary" / "reforms.html").read_text("utf-8")
    mechanism = read_catalogue().reforms["tiered-pricing"].mechanism
    assert say("zh", mechanism) in page
    assert mechanism not in page
    documents = "".join(path.read_text("utf-8") for path in (site / "search" / "zh").iterdir())
    assert mechanism not in documents
