"""The site in a browser: every walk of a reader, from a server and a folder, without an error or a foreign request."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pilotbook.site.terms import terms

pytestmark = pytest.mark.browser

PAGES = {
    "home": "index.html",
    "programme": "programme.html",
    "evaluation": "county-budget/index.html",
    "release": "county-budget/2024Q4/v1/en/index.html",
    "withdrawn": "withdrawn-only/2024/v1/en/index.html",
    "hostile": "hostile/2024-11/v1/en/index.html",
    "report": "county-budget/2024Q4/v1/en/report.html",
    "estimates": "estimates.html",
    "search": "search.html?q=budget",
    "methods": "methods.html",
    "cite": "cite.html",
    "document": "docs/methods/did.html",
    "documents": "docs/index.html",
    "dictionary": "dictionary/index.html",
    "rules": "dictionary/rules.html",
}
SEEN_ON_A_DESK = ("documents", "dictionary", "rules", "programme", "cite", "withdrawn", "hostile")
"""Pages made of the same parts as another; axe takes a second for each."""
ABORTED = "net::ERR_ABORTED"
"""What a browser says of a file that it no longer needs because the page led on, or that it saves instead."""
PHONE, DESK = {"width": 390, "height": 800}, {"width": 1280, "height": 900}
MOST_MILLISECONDS = 200
"""From the last key to the results, in the browser; a busy machine gets three tries."""


@pytest.fixture(params=["server", "folder"])
def root(request: pytest.FixtureRequest, site: Path) -> str:
    """Where the site is opened from."""
    return request.getfixturevalue("served") if request.param == "server" else site.as_uri()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page; at the end nothing may have been complained of or asked of others."""
    contexts, complaints = [], []

    def follow(address: str, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESK, **options})
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda m: complaints.append(f"{m.type}: {m.text}") if m.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda r: complaints.append(f"{r.failure}: {r.url}") if r.failure != ABORTED else None)
        start = address.split("/")[2]
        page.on("request", lambda r: complaints.append(r.url) if r.url.split("/")[2:3] not in ([start], [""]) else None)
        page.goto(address)
        return page

    yield follow
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    assert complaints == []
    assert cookies == []


def test_from_home_to_a_report_to_an_older_version_and_back(root: str, open_page: Callable[..., Any]) -> None:
    page = open_page(f"{root}/index.html")
    page.click("h3 >> text=Budget of county hospitals")
    page.click("text=Read the report")
    assert page.url.endswith("/county-budget/2025Q1/v1/en/report.html")
    page.click("nav.pilotbook-versions >> text=All versions")
    page.click("#history ~ .table-scroll tr:has-text('2024Q4'):has-text('superseded') a")
    assert page.inner_text(".banner").startswith("This version has been superseded.")
    page.click("text=Read the report >> nth=0")
    assert page.url.endswith("/county-budget/2024Q4/v1/en/report.html")
    assert "superseded" in page.inner_text(".pilotbook-banner")
    page.click(".pilotbook-banner a")
    assert page.url.endswith("/county-budget/2024Q4/v2/en/report.html")
    assert page.query_selector(".pilotbook-banner") is None
    page.click("nav.pilotbook-versions summary")
    page.click("nav.pilotbook-versions li a:has-text('Version 1')")
    assert page.url.endswith("/county-budget/2024Q4/v1/en/report.html")
    page.click("nav.pilotbook-versions >> text=中文")
    assert page.url.endswith("/county-budget/2024Q4/v1/zh/report.html")
    assert "已被新版本替代" in page.inner_text(".pilotbook-banner")


def test_a_withdrawn_report_says_so_and_why(root: str, open_page: Callable[..., Any]) -> None:
    page = open_page(f"{root}/withdrawn-only/2024/v1/en/report.html")
    text = page.inner_text(".pilotbook-banner")
    assert "withdrawn" in text
    assert "Data came twice: </script><img src=x onerror=alert(1)>" in text
    assert page.query_selector(".pilotbook-banner img") is None


def test_latest_leads_to_the_newest_version(root: str, open_page: Callable[..., Any]) -> None:
    page = open_page(f"{root}/county-budget/latest/zh/index.html")
    page.wait_for_url("**/county-budget/2025Q1/v1/zh/index.html")
    page.goto(f"{root}/county-budget/2024Q4/latest/en/index.html")
    page.wait_for_url("**/county-budget/2024Q4/v2/en/index.html")


def test_the_switch_of_languages_stays_on_the_page(served: str, open_page: Callable[..., Any]) -> None:
    for name in ("home", "release", "document"):
        page = open_page(f"{served}/{PAGES[name]}")
        page.click("a.language")
        assert page.get_attribute("html", "lang") == "zh-CN", name
        page.click("a.language")
        assert page.url == f"{served}/{PAGES[name]}", name
    page = open_page(f"{served}/dictionary/rules.html#drug-share-alert")
    page.click("a.language")
    assert page.url.endswith("/zh/dictionary/rules.html#drug-share-alert")


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("search.html", "outpatient referral", "dictionary/"),
        ("search.html", "denomin", "county-budget"),
        ("zh/search.html", "自付费用", "zh/dictionary/indicators.html#oop_per_capita"),
        ("zh/search.html", "总额预算", "county-budget/"),
        ("zh/search.html", "分级", "withdrawn-only"),
    ],
)
def test_search_finds(root: str, open_page: Callable[..., Any], path: str, query: str, expected: str) -> None:
    page = open_page(f"{root}/{path}")
    if expected == "withdrawn-only":
        page.check("#with-old")
    page.fill("#query", query)
    page.wait_for_selector("#results[data-milliseconds] li")
    links = page.eval_on_selector_all("#results a", "all => all.map(a => a.href)")
    assert any(expected in link for link in links), links


def test_search_answers_at_once_and_quotes_the_section(root: str, open_page: Callable[..., Any]) -> None:
    times = []
    for _ in range(3):
        page = open_page(f"{root}/search.html?q=quarter%20panel")
        page.wait_for_selector("#results[data-milliseconds] li")
        times.append(int(page.get_attribute("#results", "data-milliseconds")))
    assert min(times) < MOST_MILLISECONDS
    page.wait_for_selector("#results a[href*='report.html#sec-data']")
    page.fill("#query", "nobodywrotethis")
    page.wait_for_selector("#search-status:has-text('Nothing')")
    page.fill("#query", "<img src=x onerror=alert(1)>")
    page.wait_for_selector("#search-status:has-text('<img')")
    assert page.query_selector("main img") is None


def test_browser_and_index_cut_texts_alike(served: str, open_page: Callable[..., Any], site: Path) -> None:
    source = (site / "assets" / "search.js").read_text("utf-8")
    exposed = source.replace('"use strict";', '"use strict"; window.cut = function (text) { return terms(text); };', 1)
    page = open_page(f"{served}/methods.html")
    page.evaluate(exposed)
    for text in (
        "Naïve pre-trends, 2024Q4 & the 15% CO-PAY of 药品集中带量采购（VBP）",
        "ＡＢＣ １２３ 基层 a 医",
        "extraordinarily" * 4,
        "Ångström phc_visit_share 2019 123 12345",
    ):
        assert sorted(page.evaluate("text => cut(text)", text)) == sorted(set(terms(text)))


def test_filters_leave_what_they_say_and_the_file_holds_what_is_shown(
    root: str, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    page = open_page(f"{root}/estimates.html", accept_downloads=True)
    rows = page.locator("#estimates tbody tr")
    current = rows.count()
    assert current == 3 * 5  # three outcomes of five reports in force
    page.check("[name=old]")
    assert rows.count() == 3 * 7
    page.select_option("[name=plan]", "county-budget")
    page.select_option("[name=period]", "2024Q4")
    assert rows.count() == 3 * 2
    page.select_option("[name=outcome]", "oop_per_capita")
    assert rows.count() == 2
    page.check("[name=every]")
    page.select_option("[name=region]", "central")
    page.wait_for_selector("#estimate-status:has-text('14')")
    shown = rows.count()
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(tmp_path / "estimates.csv")
    table = list(csv.DictReader(io.StringIO((tmp_path / "estimates.csv").read_text("utf-8-sig"))))
    assert len(table) == shown == 14
    assert {(row["plan"], row["period"], row["outcome"], row["region"]) for row in table} == {
        ("county-budget", "2024Q4", "oop_per_capita", "central")
    }
    page.click("button[type=reset]")
    page.wait_for_selector(f"#estimate-status:has-text('{current}')")
    page.select_option("[name=sign]", "negative")
    assert all(text.startswith("−") for text in page.locator("#estimates tbody td:nth-child(6)").all_inner_texts())


def test_the_table_sorts_and_is_reached_by_an_address(root: str, open_page: Callable[..., Any]) -> None:
    page = open_page(f"{root}/estimates.html?report=county-budget/2024Q4/v1")
    page.wait_for_selector("#estimates tbody tr")
    page.wait_for_selector("#estimate-status:has-text('24')")
    page.click("[data-sort=estimate]")
    values = [float(t.replace("−", "-")) for t in page.locator("#estimates tbody td:nth-child(6)").all_inner_texts()]
    assert values == sorted(values)
    assert page.get_attribute("th:has([data-sort=estimate])", "aria-sort") == "ascending"


def test_downloads_are_the_released_files(served: str, open_page: Callable[..., Any], releases: Path) -> None:
    page = open_page(f"{served}/county-budget/2024Q4/v2/en/index.html", accept_downloads=True)
    with page.expect_download() as download:
        page.click("a[download]:has-text('PDF') >> nth=0")
    released = releases / "county-budget" / "2024Q4" / "v2" / "en" / "report.pdf"
    assert Path(download.value.path()).read_bytes() == released.read_bytes()


def test_the_keyboard_is_enough(root: str, open_page: Callable[..., Any]) -> None:
    page = open_page(f"{root}/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")
    page.focus("#search-everywhere")
    page.keyboard.type("primary care")
    page.keyboard.press("Enter")
    page.wait_for_selector("#results[data-milliseconds] li")
    assert "q=primary" in page.url
    page.focus("#query")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/d*/**")
    page.goto(f"{root}/county-budget/2024Q4/v1/en/report.html")
    page.focus("nav.pilotbook-versions summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/v2/en/report.html")


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en", DESK, "light"), ("zh", PHONE, "dark")], ids=["desk", "phone-dark"]
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    served: str, open_page: Callable[..., Any], language: str, size: dict[str, int], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # axe reads the styles by itself, which the pages' policy forbids
    page = open_page(f"{served}/index.html", viewport=size, color_scheme=scheme, bypass_csp=True)
    found = []
    for name, english in PAGES.items():
        if name in SEEN_ON_A_DESK and size is PHONE:
            continue
        path = english if language == "en" else _chinese(english)
        page.goto(f"{served}/{path}")
        if name == "search":
            page.wait_for_selector("#results[data-milliseconds]")
        if name == "estimates":
            page.wait_for_selector("#estimates tbody tr")
        violations = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [(path, v["id"], v["nodes"][0]["html"][:120]) for v in violations]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [(path, "wide", wide)] if wide > size["width"] else []
    assert found == []


def _chinese(path: str) -> str:
    return path.replace("/en/", "/zh/") if "/en/" in path else f"zh/{path}"


def test_dark_pages_are_dark_and_print_leaves_the_menus_out(served: str, open_page: Callable[..., Any]) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light = open_page(f"{served}/index.html").evaluate(colour)
    page = open_page(f"{served}/index.html", color_scheme="dark")
    assert light == "rgb(255, 255, 255)"
    assert page.evaluate(colour) == "rgb(20, 25, 31)"
    page.emulate_media(media="print")
    assert not page.is_visible(".masthead")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"


def test_a_report_outside_a_site_asks_for_nothing(site: Path, open_page: Callable[..., Any], tmp_path: Path) -> None:
    report = site / "county-budget" / "2024Q4" / "v1" / "en" / "report.html"
    place = tmp_path / "_build" / "budget" / "2024Q4" / "en" / "report.html"
    place.parent.mkdir(parents=True)
    place.write_bytes(report.read_bytes())
    page = open_page(place.as_uri())
    assert page.query_selector(".pilotbook-versions") is None
