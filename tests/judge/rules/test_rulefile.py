"""A file of rules that is wrong is refused with file, line, rule and column; hostile text in bounded time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotbook.errors import DataError
from pilotbook.judge.rules.check import check
from pilotbook.judge.rules.functions import FUNCTIONS
from pilotbook.judge.rules.parse import DEEPEST, LONGEST, ExpressionError, parse
from pilotbook.judge.rules.rulefile import CATALOGUED, read_rules
from pilotbook.judge.rules.vocabulary import Vocabulary
from pilotbook.panel.catalogue import read_catalogue

CATALOGUE = read_catalogue()
VOCABULARY = Vocabulary.of(CATALOGUE)

SECONDS = 0.5
"""To refuse one expression; on an idle core it takes a hundredth of it."""

RULE = {
    "id": "own-rule",
    "level": "facility",
    "window": "month",
    "text_en": "Drug share above 50 %",
    "text_zh": "药品占比超过50%",
    "expression": "drug_share > 50",
}


def refused(folder: Path, *entries: dict[str, object]) -> str:
    path = folder / "mine.yml"
    path.write_text(yaml.safe_dump({"rules": list(entries)}, allow_unicode=True, sort_keys=False), "utf-8")
    with pytest.raises(DataError) as caught:
        read_rules(path, CATALOGUE)
    return str(caught.value)


def test_the_catalogue_is_read_whole_and_its_functions_are_those_of_the_language() -> None:
    book = read_rules(CATALOGUED, CATALOGUE)
    assert len(book) == 68
    assert sum(rule.readings[0].causal for rule in book) == 6
    assert set(CATALOGUE.functions) == set(FUNCTIONS)


def test_a_short_rule_of_ones_own_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(yaml.safe_dump({"rules": [RULE]}, allow_unicode=True), "utf-8")
    assert list(read_rules(path, CATALOGUE).rules) == ["own-rule"]


@pytest.mark.parametrize(
    ("expression", "level", "column", "words"),
    [
        ("drg_share > 50", "facility", 1, "did you mean 'drug_share'"),
        ("exam_share > 30 and drg_share > 50", "facility", 21, "unknown name 'drg_share'"),
        ("drug_share > fund_spending", "county", 14, "this is in CNY per insured per quarter"),
        ("drug_share > 0.5", "facility", 14, "looks like a share of one"),
        ("drug_share > 5000", "facility", 14, "lies in 0 to 100"),
        ("drug_share > 50%", "facility", 16, "without a per cent sign"),
        ("drug_share => 50", "facility", 12, "write >="),
        ("drug_share ** 2 > 50", "facility", 15, "operator **"),
        ("drug_share = 50", "facility", 12, "compared by =="),
        ("drug_share & exam_share", "facility", 14, "operator &"),
        ("drug_share is 50", "facility", 15, "operator is"),
        ("fund_surplus_rate < 0", "facility", 1, "a value by county, which a rule by facility cannot read"),
        ("sbp > 140", "county", 1, "a value by person"),
        ("median(drug_share) > 50", "facility", 1, "unknown function 'median'"),
        ("provincial_avg('drug_share') > 50", "facility", 1, "did you mean 'provincial_mean'"),
        ("lower95(drug_share) > 0", "facility", 9, "an effect is needed here"),
        ("consecutive(drug_share > 50, 0, 'month')", "facility", 30, "a whole number from 1 to 60"),
        ("consecutive(drug_share > 50, 3, 'fortnight')", "facility", 33, '"month", "quarter" or "year"'),
        ("funnel_limit('inpatient_cost', 0.998) > 1", "facility", 14, "no funnel limits"),
        ("credit_grade == 'E'", "facility", 17, "it has A, B, C, D"),
        ("credit_grade > 'A'", "facility", 16, "compared by == or !="),
        ("drug_share", "facility", 1, "a rule is a condition"),
        ("1 < 2", "facility", 1, "reads no indicator"),
        ("drug_share > 50 and 3", "facility", 21, "a yes or no is needed here"),
        ("(drug_share, exam_share) != (50, 30, 20)", "facility", 29, "the same number of values"),
        ("drug_shаre > 50", "facility", 8, "cyrillic small letter a"),
        ("drug_share ≥ 50", "facility", 12, "write >="),
        ("fired('no-such-rule')", "facility", 7, "unknown rule 'no-such-rule'"),
        ("lower95(effect(drug_share)) > drug_share", "facility", 1, "mixes an estimated effect"),
    ],
)
def test_a_wrong_expression_is_refused_with_file_line_rule_and_column(
    tmp_path: Path, expression: str, level: str, column: int, words: str
) -> None:
    message = refused(tmp_path, {**RULE, "level": level, "expression": expression})
    assert message.startswith("mine.yml, line ")
    assert f"rule 'own-rule', expression, column {column}: " in message
    assert words in message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"level": "facilty"}, "column 10, level: unknown level 'facilty'; did you mean 'facility'?"),
        ({"window": "fortnight"}, "window: 'fortnight' names no month, quarter, year or event"),
        ({"reform_id": "price-supervison"}, "reform_id: unknown reform 'price-supervison'; did you mean"),
        (
            {"requires_indicators": ["drugs_share"]},
            "unknown requires_indicators 'drugs_share'; did you mean 'drug_share'?",
        ),
        ({"id": "Own Rule"}, "id: is not spelt like one"),
        ({"severty": "note"}, "severty: no rule has this key"),
        ({"basis": "causal (estimated effect)"}, "basis: says 'causal"),
        ({"unit": "CNY"}, "expression, column 14: the rule's numbers are in CNY, 'drug_share' is in %"),
        ({"expression": "x" * 600}, "has 600 characters, more than 500"),
    ],
)
def test_a_wrong_key_is_refused_with_its_place(tmp_path: Path, change: dict[str, object], words: str) -> None:
    assert words in refused(tmp_path, {**RULE, **change})


def test_an_id_that_stands_twice_and_a_circle_are_refused(tmp_path: Path) -> None:
    assert "rule 'own-rule', column 7, id: stands twice" in refused(tmp_path, RULE, dict(RULE))
    asks = [{**RULE, "id": a, "expression": f'drug_share > 50 and fired("{b}")'} for a, b in (("a", "b"), ("b", "a"))]
    assert "rule 'a', expression, column 21: the rules ask about each other in a circle: a → b → a" in refused(
        tmp_path, *asks
    )


def test_an_alert_that_counts_alerts_is_a_circle(tmp_path: Path) -> None:
    own = {**RULE, "level": "programme", "severity": "critical", "expression": "n_critical_alerts > 3"}
    assert "in a circle: own-rule → own-rule" in refused(tmp_path, own)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no list `rules`"),
        ("rules: []", "has no list `rules`"),
        ("rules:\n  - 7\n", "entry 1 of `rules` has no keys"),
        ("rules:\n  - id: a\n    id: b\n", "line 3: the key `id` stands twice"),
        ("rules:\n  - &x {id: a}\n  - *x\n", "line 3: refers to another place"),
        ("rules: [", "is no valid YAML"),
        ("[" * 3_000, "is n"),
    ],
)
def test_a_file_that_is_no_list_of_rules_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=r"mine\.yml") as caught:
        read_rules(path, CATALOGUE)
    assert words in str(caught.value)


HOSTILE = [
    "__import__('os').system('echo no')",
    "drug_share.__class__.__mro__",
    "().__class__.__bases__[0].__subclasses__()",
    "9**9**9**9**9 > 1",
    "drug_share > 9" + "9" * 400,
    "drug_share > 1e999",
    "(" * 400,
    "not " * 120 + "filed",
    "-" * 490 + "1",
    "abs(" * 100 + "1" + ")" * 100,
    "[x for x in range(10**9)]",
    "(lambda: drug_share)() > 5",
    "(y := drug_share) > 5",
    "f'{drug_share}' == 'A'",
    "'a' * 10**10 == credit_grade",
    "ｄrug_share > 50",
    "drug_share > 50\u202e",
    "drug_share > 50\x00",
    "drug_share if filed else exam_share",
    "drug_share[0] > 5",
    "drug_share['a':'b'] > 5",
    "drug_share(exam_share) > 5",
    "abs(*drug_share) > 5",
    "abs(x=drug_share) > 5",
    "await drug_share",
    "yield",
    "{drug_share: 1}",
    "drug_share > True",
    "drug_share > 1j",
    "drug_share > b'a'",
    "drug_share > ...",
    "drug_share; exam_share",
    "drug_share > 50 # comment",
    "drug_share \\\n > 50",
    "max(" + ",".join(["drug_share"] * 40) + ") > 5",
    " and ".join(["drug_share > 50"] * 60),
    "a" * 5_000_000,
    "'" + "a" * 480,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:24])
def test_hostile_text_is_refused_in_bounded_time(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ExpressionError):
        check(text, "facility", VOCABULARY, ())
    assert time.perf_counter() - began < SECONDS


PIECES = st.sampled_from(
    [
        *"()[]{}.,:=<>!+-*/%@&|^~'\"\\ \n\t#;?",
        "**",
        "//",
        ":=",
        "->",
        "lambda ",
        "not ",
        " and ",
        " or ",
        " if ",
        "else ",
        *["for x in ", "drug_share", "exam_share", "filed", "credit_grade", "abs", "max", "effect", "lower95", "fired"],
        "consecutive",
        "reported",
        "1",
        "50",
        "9" * 50,
        "1e308",
        "f'",
        "b'",
        "__class__",
        "__import__",
        "et al",
        "é",
        "药",
        "\0",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=80)))
def test_any_text_is_an_expression_or_refused_with_a_column(text: str) -> None:
    began = time.perf_counter()
    try:
        check(text, "facility", VOCABULARY, ("own-rule",))
    except ExpressionError as error:
        column = error.column
    else:
        column = 1
    assert 1 <= column <= max(len(text), LONGEST) + 1
    assert time.perf_counter() - began < SECONDS


def test_what_is_just_within_the_limits_is_read() -> None:
    assert parse("(" * DEEPEST + "1" + ")" * DEEPEST)
    assert parse("drug_share > 50" + " " * (LONGEST - 15))
