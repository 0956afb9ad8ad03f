"""With stand-ins Pandoc writes the same page as without them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pilotbook.report.engine.extension import extension_folder
from pilotbook.report.engine.pandoc import READER, parse_markdown, run_pandoc
from pilotbook.report.engine.stand_ins import LINE, StandIns
from pilotbook.report.engine.tree import plain_text

ROW = "plan/visits/did/att/weights=equal;event_times=0..7"
NUMBER = f'[−1,234.5]{{data-ledger="{ROW}" data-field="estimate"}}'
LINKED = f"[{NUMBER}](#row-39599d3dbc)"
DATA = "data:text/csv;charset=utf-8,%EF%BB%BFa,b%0A1,2%0A"


def table(*cells: str) -> str:
    head = "".join("| head " for _ in cells) + "|"
    rule = "".join(f"|:{'-' * (3 + i)}" for i, _ in enumerate(cells)) + "|"
    return f"{head}\n{rule}\n" + "".join(f"| {cell} " for cell in cells) + "|\n"


MARKDOWN = {
    "a number": table(NUMBER),
    "a number that leads to its row": table("Visits", LINKED),
    "an interval": table(f"{LINKED} ({LINKED} to {LINKED})"),
    "between Chinese characters": table(f"从{LINKED}到{NUMBER}，增加"),
    "within emphasis": table(f"**{LINKED}**", f"*{NUMBER}*", f"~~{NUMBER}~~"),
    "within quotation marks": table(f'"{NUMBER}"', f"'{NUMBER}'"),
    "beside markup": table(f"a_{NUMBER}_b", f"`x`{NUMBER}", rf"\[{NUMBER}\]"),
    "below one, in per cent, an order": table(
        NUMBER.replace("−1,234.5", "<0.001"), NUMBER.replace("−1,234.5", "5%"), NUMBER.replace("−1,234.5", "7")
    ),
    "below one, as a cell writes it": table(
        NUMBER.replace("−1,234.5", "&lt;0.001"), LINKED.replace("−1,234.5", "&gt;9")
    ),
    "in what a picture says of itself": table(f"![of {LINKED} and {NUMBER}](x.svg)", f'[y](z "{NUMBER}")'),
    "rows with signs that HTML escapes": table(NUMBER.replace("plan/", "plan'<&>/"), LINKED.replace("plan/", "p'/")),
    "several tables, the last without an end": table(NUMBER) + "\n" + table("a" * LINE, LINKED).rstrip("\n"),
    "words instead of a number": table(NUMBER.replace("−1,234.5", "n/a"), NUMBER.replace("−1,234.5", "*x*")),
    "a link to somewhere else": table(f"[{NUMBER}](https://example.org)", f"[see {NUMBER}](#row-39599d3dbc)"),
    "a number in prose and in a heading": f"# Effect {NUMBER}\n\nIt is {LINKED}.\n\n- {NUMBER}\n",
    "a long table keeps its widths": table("a" * (LINE - 20), NUMBER, "b"),
    "a table that is long by its numbers alone": table("a", NUMBER, "b"),
    "a short table has no widths": table("a", "b") + "\n" + table("1", "2"),
    "code that looks like a table": f"```\n{table(LINKED)}```\n\n~~~~ {{.python}}\n{table(NUMBER)}~~~~\n",
    "code within a cell": table(f"`{NUMBER}`", f"``{LINKED}``"),
    "data of a figure": f'[Data]({DATA}){{.csv download="fig-x.csv"}}\n\n`]({DATA})`\n',
    "data that no link offers": "a\\](" + DATA + ") b\n\n" + table(NUMBER),
    "a caption and an attribute": f"{table(NUMBER)}\n: Of {NUMBER} {{#tbl-x}}\n",
    "the characters themselves": "\U000f0000\U000f0001\n\n" + table(NUMBER),
}


def written(tree: str, folder: Path) -> str:
    """What Pandoc writes, as it does for a report."""
    filters = [f"--lua-filter={extension_folder() / 'tables.lua'}"]
    return run_pandoc(tree, ["--from", "json", "--to", "html5", "--wrap=none", *filters], folder).text


@pytest.mark.parametrize("name", MARKDOWN)
def test_the_page_is_the_same(name: str, tmp_path: Path):
    markdown = MARKDOWN[name]
    plainly = run_pandoc(markdown, ["--from", READER, "--to", "json"], tmp_path)
    tree, stand_ins, _ = parse_markdown(markdown, tmp_path)
    page = stand_ins.in_page(written(json.dumps(tree, ensure_ascii=False), tmp_path))
    assert page == written(plainly.text, tmp_path)


@pytest.mark.parametrize("name", [name for name in MARKDOWN if name.startswith(("a number", "an interval", "data"))])
def test_something_stands_in(name: str):
    stand_ins = StandIns()
    assert len(stand_ins.put_in(MARKDOWN[name])) < len(MARKDOWN[name]) or "prose" in name
    assert bool(stand_ins.texts) != ("prose" in name)


def test_what_stands_in_for_a_number_below_one_in_a_thousand_is_not_read_as_a_tag(tmp_path: Path):
    tree, stand_ins, _ = parse_markdown(table(LINKED.replace("−1,234.5", "&lt;0.001")), tmp_path)
    assert stand_ins.words == ["<0.001"]
    assert ">&lt;0.001</span></a>" in stand_ins.in_page(written(json.dumps(tree), tmp_path))


def test_a_page_without_links_gets_the_words_alone(tmp_path: Path):
    tree, stand_ins, _ = parse_markdown(table(f"{LINKED} ({LINKED} to {NUMBER})"), tmp_path)
    words = stand_ins.as_words(json.dumps(tree, ensure_ascii=False))
    assert "−1,234.5 (−1,234.5 to −1,234.5)" in plain_text(json.loads(words)["blocks"])
    assert "data-ledger" not in words
