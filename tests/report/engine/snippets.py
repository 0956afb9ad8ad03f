"""Malformed and unsupported snippets, each with a part of the message that it must give."""

from __future__ import annotations

from typing import Any

Cell = dict[str, Any]

FRONT = """---
title: "Snippet"
author: Author
lang: en
date: 2026-10-01
report: {parameters: {period: "2019"}}
---
"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
PNG = {"output_type": "display_data", "data": {"image/png": PIXEL}, "metadata": {}}
TABLE = {
    "output_type": "display_data",
    "data": {"text/markdown": "| a | b |\n|--|--|\n| 1 | 2 |"},
    "metadata": {},
}


def markdown(text: str, values: list[dict[str, Any]] | None = None) -> Cell:
    """A cell of text, with stored values of its inline expressions."""
    metadata = {"user_expressions": values} if values else {}
    return {"cell_type": "markdown", "id": "snippet", "metadata": metadata, "source": text}


def code(text: str, *outputs: dict[str, Any]) -> Cell:
    """A cell of code with what it showed."""
    return {
        "cell_type": "code",
        "id": "snippet",
        "metadata": {},
        "source": text,
        "outputs": list(outputs),
        "execution_count": None,
    }


def shown(**data: str) -> dict[str, Any]:
    """An output of other kinds: html="…" stands for text/html."""
    kinds = {
        "html": "text/html",
        "widget": "application/vnd.jupyter.widget-view+json",
        "script": "application/javascript",
    }
    return {
        "output_type": "display_data",
        "data": {kinds[name]: text for name, text in data.items()},
        "metadata": {},
    }


TEXT: dict[str, tuple[str, str]] = {
    "reference to nothing": ("See @fig-none.", "'@fig-none' names nothing"),
    "reference to a near miss": ("# A {#sec-methods}\n\nSee @sec-method.", "did you mean '@sec-methods'"),
    "reference touched by Chinese": ("见@fig-trend中", "touch it"),
    "reference to a listing": ("See @lst-code.", "kind that is not supported"),
    "reference to a theorem": ("See @thm-one.", "kind that is not supported"),
    "reference among literature": ("See [@fig-x; @smith2020].", "mixes cross references and literature"),
    "citation without bibliography": ("See @smith2020.", "no 'bibliography'"),
    "footnote without text": ("A claim.[^one]", "footnote '[^one]' has no text"),
    "footnote without use": ("A claim.\n\n[^one]: Lost text.", "Note with key"),
    "footnote defined twice": ("A.[^1]\n\n[^1]: One.\n\n[^1]: Two.", "Duplicate note"),
    "block not closed": ("::: {.callout-note}\nText.", "unclosed"),
    "block closed twice": ("::: {.callout-note}\nText.\n:::\n\n:::\n", "has no partner"),
    "unknown callout": ("::: {.callout-danger}\nText.\n:::", "there is no 'callout-danger'"),
    "tabs without headings": ("::: {.panel-tabset}\nText.\n:::", "has no tabs"),
    "text before the first tab": (
        "::: {.panel-tabset}\nLost.\n\n## Tab\n\nText.\n:::",
        "before its first heading",
    ),
    "margin text": ("::: {.column-margin}\nText.\n:::", "not supported"),
    "margin span": ("A [note]{.aside}.", "not supported"),
    "columns": (":::: {.columns}\n::: {.column}\nText.\n:::\n::::", "not supported"),
    "hidden text": ("::: {.hidden}\nText.\n:::", "not supported"),
    "theorem": ("::: {#thm-one}\nText.\n:::", "kind that is not supported"),
    "numbered callout": ("::: {#nte-one .callout-note}\nText.\n:::", "kind that is not supported"),
    "diagram": ("```{mermaid}\ngraph LR\n```", "'{mermaid}' in the text is not executed"),
    "code to run in text": ("```{python}\nprint(1)\n```", "'{python}' in the text is not executed"),
    "shortcode video": ("{{< video https://example.org/v.mp4 >}}", "shortcode 'video' is not supported"),
    "shortcode var": ("{{< var version >}}", "shortcode 'var' is not supported"),
    "shortcode not closed": ("{{< meta title", "not closed"),
    "meta of nothing": ("{{< meta report.nothing >}}", "names nothing in the front matter"),
    "meta of a group": ("{{< meta report >}}", "names a group"),
    "include of nothing": ("{{< include none.md >}}", "'none.md' cannot be read"),
    "raw LaTeX": ("```{=latex}\n\\newpage\n```", "lost in the other format"),
    "raw HTML": ("```{=html}\n<video></video>\n```", "lost in the other format"),
    "HTML tags in text": ("Some <u>underlined</u> text.", "lost in the other format"),
    "raw Typst": ("`#pagebreak()`{=typst}", "lost in the other format"),
    "conditional content without format": (
        '::: {.content-visible when-profile="x"}\nText.\n:::',
        "needs when-format",
    ),
    "conditional content for LaTeX": (
        '::: {.content-visible when-format="pdf"}\nText.\n:::',
        "html or typst",
    ),
    "number in conditional content": (
        '::: {.content-visible when-format="html"}\n| a |\n|--|\n| 1 |\n\n: Cap {#tbl-x}\n:::',
        "one format only",
    ),
    "heading that skips a level": ("# One\n\n### Three", "skips a level"),
    "first heading of level two": ("## Two", "skips a level"),
    "figure label used twice": (
        "![A](snippet.svg){#fig-a}\n\n![B](snippet.svg){#fig-a}\n\n![C](snippet.svg){#fig-c}",
        "used twice",
    ),
    "label used twice": ("# A {#sec-a}\n\n# B {#sec-a}", "Duplicate identifier"),
    "picture from the network": ("![A map](https://example.org/map.png)", "lies outside"),
    "picture that is missing": ("![A map](none.png)", "is not there"),
    "picture without alternative": ("![](snippet.svg)", "no alternative text"),
    "table block without caption": ("::: {#tbl-x}\n| a |\n|--|\n| 1 |\n:::", "has no caption"),
    "figure block without figure": ("::: {#fig-x}\nOnly words.\n:::", "has no caption"),
    "label in the wrong place": ("Some text {#fig-x}", "labels nothing here"),
    "equation label without equation": ("Some text {#eq-x}", "labels nothing here"),
    "columns that are no number": (
        '::: {#fig-x layout-ncol="two"}\n![a](snippet.svg){#fig-a}\n\nCap\n:::',
        "layout-ncol",
    ),
    "inline value without result": ("It is `{python} effect`.", "'effect' has no value"),
    "inline code of another language": ("It is `{r} effect`.", "inline values"),
    "character no font has": ("A sign: \U0001f9ea", "cannot draw"),
}

CELLS: dict[str, tuple[Cell, str]] = {
    "unknown option": (code("#| fig-kap: x\n1"), "did you mean 'fig-cap'"),
    "option of the wrong kind": (code("#| echo: maybe\n1"), "must be true/false"),
    "options that are not YAML": (code('#| fig-cap: "open\n1'), "not valid YAML"),
    "figure without alternative": (code("#| label: fig-x\n#| fig-cap: Cap\n1", PNG), "no alternative text"),
    "figure without caption": (code("#| label: fig-x\n#| fig-alt: Alt\n1", PNG), "needs a caption"),
    "figure that was not drawn": (code("#| label: fig-x\n#| fig-cap: Cap\n#| fig-alt: Alt\n1"), "drew none"),
    "two figures, one label": (
        code("#| label: fig-x\n#| fig-cap: C\n#| fig-alt: A\n1", PNG, PNG),
        "fig-subcap",
    ),
    "table without caption": (code("#| label: tbl-x\n1", TABLE), "needs a caption"),
    "table that is not shown": (code("#| label: tbl-x\n#| tbl-cap: Cap\n1"), "shows none"),
    "raw data frame": (code("frame", shown(html="<table></table>")), "shows text/html"),
    "widget": (code("slider", shown(widget="{}")), "no report can hold"),
    "cell that raised": (
        code(
            "1 / 0",
            {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division", "traceback": []},
        ),
        "raised ZeroDivisionError",
    ),
    "inline value that raised": (
        markdown(
            "`{python} x`",
            [{"expression": "x", "result": {"status": "error", "ename": "NameError", "evalue": "x"}}],
        ),
        "raised NameError",
    ),
    "code annotation": (code("#| echo: true\nfit()  # <1>"), "annotations"),
    "unsupported fold": (code("#| code-fold: sometimes\n1"), "code-fold"),
}

FRONT_MATTER: dict[str, tuple[str, str]] = {
    "no title": ("---\nlang: en\ndate: 2026-10-01\n---\n", "no title"),
    "not YAML": ("---\ntitle: [open\n---\n", "not valid YAML"),
    "unknown entry": (
        "---\ntitle: T\ndate: 2026-10-01\nbibliografy: x\n---\n",
        "did you mean 'bibliography'",
    ),
    "no date": ("---\ntitle: T\n---\n", "is not a date"),
    "unknown language": ("---\ntitle: T\ndate: 2026-10-01\nlang: fr\n---\n", "language 'fr'"),
    "bibliography that is missing": (
        "---\ntitle: T\ndate: 2026-10-01\nbibliography: none.bib\n---\n",
        "not beside the notebook",
    ),
}
