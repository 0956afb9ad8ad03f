from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotbook.panel.periods import EXAMPLE, format_period, last_day, parse_period, period_kind

KINDS = st.sampled_from(["year", "quarter", "month"])


@given(KINDS, st.integers(1000, 2999), st.integers(1, 12))
def test_what_is_written_is_read_back(kind, year, part):
    text = {"year": f"{year}", "quarter": f"{year}Q{(part - 1) // 3 + 1}", "month": f"{year}-{part:02}"}[kind]
    assert period_kind(text) == kind
    assert format_period(parse_period(text, kind)) == text
    assert last_day(text) == parse_period(text, kind).end_time.date()


@given(KINDS, st.text(max_size=8))
def test_any_other_text_is_refused_with_an_example(kind, text):
    if period_kind(text) == kind:
        return
    assert period_kind(text) is not None or last_day(text) is None
    with pytest.raises(ValueError, match=EXAMPLE[kind]):
        parse_period(text, kind)
