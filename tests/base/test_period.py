"""The calendar: quarters, official holidays, and numbers of working days known elsewhere."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import UsageError
from observlib.base.period import (
    Period,
    Quarter,
    month_days,
    months_between,
    public_holidays,
    usual_working_days,
    working_day_deviation,
    working_days,
)

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
quarters = st.builds(Quarter.of, days)


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
        Quarter(text)
    assert repr(text) in str(error.value) and "YYYY-T1 to YYYY-T4" in str(error.value)
    assert hint in str(error.value)


@given(st.text(max_size=10))
def test_any_text_is_a_quarter_or_a_usage_error(text):
    with contextlib.suppress(UsageError):
        assert str(Quarter(text)) == text.strip()


@given(days, days)
def test_a_span_of_months_goes_from_its_first_day_to_its_last(one, other):
    first, last = sorted(f"{day:%Y-%m}" for day in (one, other))
    span = Period(f"{first}/{last}")
    assert (span.kind, span.first, span.last) == ("span", first, last)
    assert span.start == Period(first).start <= min(one, other)
    assert span.end == Period(last).end >= max(one, other)
    assert sum(map(month_days, span.months)) == (span.end - span.start).days + 1


@pytest.mark.parametrize(
    "words", ["été 2026", "2026-13", "2026-02-30", "2026-T5", "2026/", "", "0000"]
)
def test_a_source_s_own_words_for_when_are_a_period_of_no_days(words):
    assert Period(words).days is None and Period(words).kind == "" and Period(words).months == ()


def test_months_between_crosses_the_year():
    assert list(months_between("2025-12", "2026-01")) == ["2025-12", "2026-01"]
    assert list(months_between("2026-02", "2026-01")) == []


def test_2025_and_2026_have_the_holidays_of_the_official_list():
    # service-public.fr, « Jours fériés »
    listed = {
        2025: "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25",
        2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
    }
    for year, days in listed.items():
        assert [f"{day:%m-%d}" for day in public_holidays(year)] == days.split()
    # Ascension on 1 May 2008 is one day off and not two
    assert [f"{day:%m-%d}" for day in public_holidays(2008)].count("05-01") == 1
    assert len(public_holidays(2008)) == 10
    # years of another list are refused
    with pytest.raises(ValueError, match="since 1948"):
        public_holidays(1947)


def test_the_deviation_of_a_calendar_month_is_none_on_average():
    for number in range(1, 13):
        months = [f"{year}-{number:02d}" for year in range(2000, 2028)]
        assert sum(map(working_day_deviation, months)) == pytest.approx(0, abs=1e-9)
        assert 17 < usual_working_days(number) < 23
    # the working days of a year are those that payrolls count
    for year, days in [(2023, 251), (2024, 252), (2025, 251)]:
        assert sum(map(working_days, months_between(f"{year}-01", f"{year}-12"))) == days


def test_a_series_that_begins_before_1982_has_the_holidays_of_its_time():
    """8 May 1980 was a Thursday on which offices were open; so was 8 May 1959, a Friday."""
    years = [year for year in range(1948, 1987) if date(year, 5, 8) in public_holidays(year)]
    # 1965: twenty years after; in 1975 it was Ascension
    assert years == [*range(1953, 1959), 1965, 1975, *range(1982, 1987)]
    # 22 weekdays, less 1 May, Ascension (15 May) and Whit Monday (26 May)
    assert working_days("1980-05") == 22 - 3
