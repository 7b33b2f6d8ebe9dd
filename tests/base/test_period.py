import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import UsageError
from observlib.base.period import Quarter, month_days, months_between

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
quarters = st.builds(Quarter, st.integers(1900, 2200), st.integers(1, 4))


@given(days)
def test_a_day_lies_in_its_quarter_and_in_no_other(day):
    quarter = Quarter.of(day)
    assert quarter.start <= day <= quarter.end
    assert not (quarter + 1).start <= day <= (quarter + 1).end
    assert day.isoformat()[:7] in quarter.months


@given(quarters, st.integers(-400, 400))
def test_going_forth_and_back_comes_home(quarter, steps):
    assert quarter + steps - steps == quarter
    assert (quarter + steps > quarter) == (steps > 0)


@given(quarters)
def test_quarters_follow_each_other_without_a_gap(quarter):
    assert quarter.end + timedelta(days=1) == (quarter + 1).start
    length = sum(month_days(month) for month in quarter.months)
    assert length == (quarter.end - quarter.start).days + 1


@given(days)
def test_a_quarter_is_complete_only_once_it_has_ended(day):
    assert Quarter.last_complete(day).end < day <= (Quarter.last_complete(day) + 1).end


@pytest.mark.parametrize(("text", "hint"), [
    *((text, "write 2026-T3") for text in ("2026-Q3", "2026T3", "2026-t3")),
    *((text, "") for text in ("2026-Q5", "2026-T5", "2026-T0", "2026-T33", "")),
    *((text, "") for text in ("0000-T1", "9999-T4", "٢٠٢٦-T3")),
])  # fmt: skip
def test_a_misspelt_quarter_says_how_quarters_are_written(text, hint):
    with pytest.raises(UsageError) as error:
        Quarter.parse(text)
    assert repr(text) in str(error.value) and "YYYY-T1 to YYYY-T4" in str(error.value)
    assert hint in str(error.value)


@given(st.text(max_size=10))
def test_any_text_is_a_quarter_or_a_usage_error(text):
    with contextlib.suppress(UsageError):
        assert str(Quarter.parse(text)) == text.strip()


def test_months_between_crosses_the_year():
    assert list(months_between("2025-12", "2026-01")) == ["2025-12", "2026-01"]
    assert list(months_between("2026-02", "2026-01")) == []
