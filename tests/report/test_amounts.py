"""A Chinese amount reads in English as an English reader counts, and every reform says in Chinese what it does."""

from __future__ import annotations

import re

import pytest

from pilotbook.panel.catalogue import Reform, read_catalogue
from pilotbook.report.amounts import in_english
from pilotbook.report.language import say

REFORMS = read_catalogue().reforms.values()
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("value", "unit", "english"),
    [
        ("5000", "万元 per county", "50,000,000 CNY per county"),
        ("5-8", "万元", "50,000-80,000 CNY"),
        ("1.3万 -> 700", "CNY", "13,000 -> 700 CNY"),
        ("10万 -> 1-3万", "CNY", "100,000 -> 10,000-30,000 CNY"),
        ("2600", "亿元 (over)", "260,000,000,000 CNY (over)"),
        ("12", "万例/年", "120,000 cases a year"),
        ("10 (十项)", "measures", "10 measures"),
        ("20-30", "%", "20-30 %"),
    ],
)
def test_amounts(value: str, unit: str, english: str) -> None:
    assert " ".join(in_english(value, unit)) == english


def test_no_parameter_of_a_reform_is_left_in_chinese() -> None:
    shown = [(p.name, *in_english(p.value, p.unit)) for reform in REFORMS for p in reform.parameters]
    assert [words for words in shown if HAN.search("".join(words))] == []


@pytest.mark.parametrize("reform", REFORMS, ids=lambda reform: reform.id)
def test_what_a_reform_does_is_said_in_both_languages(reform: Reform) -> None:
    assert HAN.search(say("zh", reform.mechanism))
    assert not HAN.search(reform.mechanism)
