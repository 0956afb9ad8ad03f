"""Each fault of a page that may not be published is found and named."""

from __future__ import annotations

import pytest

from pilotbook.site.checks.links import Links
from pilotbook.site.checks.markup import Markup, markup_findings, read_markup

POLICY = '<meta http-equiv="Content-Security-Policy" content="x">'
HEAD = f'<html lang="en"><head>{POLICY}<title>T</title></head><body><h1>H</h1>'
FAULTS = {
    "<h3>deep</h3>": "a heading of level 3 follows one of level 1",
    "<img src='a.png'>": "a picture has no alternative text",
    "<a href='x.html'></a>": "a <a> has no text",
    "<button><span></span></button>": "a <button> has no text",
    "<input type='search'>": "a control <input> has no label",
    "<select id='s'></select><label for='t'>T</label>": "a control <select> has no label",
    "<p id='a'></p><p id='a'></p>": "two elements have the id 'a'",
    "<p aria-labelledby='nobody'>x</p>": "an attribute names 'nobody'",
    "<script src='https://cdn.example/x.js'></script>": "it would load 'https://cdn.example/x.js' from elsewhere",
    "<link rel='stylesheet' href='//cdn.example/x.css'>": "from elsewhere",
    "<p onclick='x()'>x</p>": "<p> has a script in its attribute onclick",
    "<a href='javascript:x()'>x</a>": "a link runs a script",
    "<p tabindex='3'>x</p>": "changes the order of the keyboard",
}


def test_a_page_without_fault_has_none() -> None:
    body = "<h2>A</h2><label>L <input></label><img src='a.png' alt=''><a href='x' aria-label='x'><svg></svg></a>"
    assert list(markup_findings(read_markup(HEAD + body))) == []


@pytest.mark.parametrize("body", FAULTS)
def test_a_fault_is_named(body: str) -> None:
    found = list(markup_findings(read_markup(HEAD + body)))
    assert len(found) == 1
    assert FAULTS[body] in found[0]


def test_a_bare_page_lacks_everything() -> None:
    assert list(markup_findings(read_markup("<p>x</p>"))) == [
        "the page does not say its language",
        "the page has no title",
        "the page has no Content-Security-Policy",
        "the page has no heading of level 1",
    ]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("b.html", None),
        ("./b.html#there", None),
        ("#own", None),
        ("https://elsewhere.example/", None),
        ("https://site.example/a/b.html", None),
        ("https://site.example/a/", "a page that is not there"),
        ("c.html", "a file that is not there"),
        ("../a.html", "a file that is not there"),
        ("b.html#nowhere", "a place that is not on a/b.html"),
        ("#nowhere", "a place that is not on a/a.html"),
    ],
)
def test_a_link_is_followed(address: str, reason: str | None) -> None:
    pages = {"a/a.html": Markup(ids=["own"]), "a/b.html": Markup(ids=["there"])}
    page = read_markup(f"<p id='own'></p><a href='{address}'>x</a>")
    found = list(Links(pages, "https://site.example/", pages.__getitem__).findings("a/a.html", page))
    assert len(found) == (reason is not None)
    assert reason is None or reason in found[0]
