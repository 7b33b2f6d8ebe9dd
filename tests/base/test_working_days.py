"""The calendar: the official lists of two years, and numbers of working days known elsewhere."""

from datetime import date

import pytest

from observlib.base.period import months_between
from observlib.base.working_days import (
    public_holidays,
    usual_working_days,
    working_day_deviation,
    working_days,
)


def test_2025_and_2026_have_the_holidays_of_the_official_list():
    # service-public.fr, « Jours fériés »
    listed = {
        2025: "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25",
        2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
    }
    for year, days in listed.items():
        assert [f"{day:%m-%d}" for day in public_holidays(year)] == days.split()


def test_ascension_on_1_may_2008_is_one_day_off_and_not_two():
    assert [f"{day:%m-%d}" for day in public_holidays(2008)].count("05-01") == 1
    assert len(public_holidays(2008)) == 10


@pytest.mark.parametrize(("year", "days"), [(2023, 251), (2024, 252), (2025, 251)])
def test_working_days_of_a_year_are_those_that_payrolls_count(year, days):
    assert sum(map(working_days, months_between(f"{year}-01", f"{year}-12"))) == days


def test_the_deviation_of_a_calendar_month_is_none_on_average():
    for number in range(1, 13):
        months = [f"{year}-{number:02d}" for year in range(2000, 2028)]
        assert sum(map(working_day_deviation, months)) == pytest.approx(0, abs=1e-9)
        assert 17 < usual_working_days(number) < 23


def test_a_series_that_begins_before_1982_has_the_holidays_of_its_time():
    """8 May 1980 was a Thursday on which offices were open; so was 8 May 1959, a Friday."""
    years = [year for year in range(1948, 1987) if date(year, 5, 8) in public_holidays(year)]
    # 1965: twenty years after; in 1975 it was Ascension
    assert years == [*range(1953, 1959), 1965, 1975, *range(1982, 1987)]
    # 22 weekdays, less 1 May, Ascension (15 May) and Whit Monday (26 May)
    assert working_days("1980-05") == 22 - 3


def test_years_of_another_list_are_refused():
    with pytest.raises(ValueError, match="since 1948"):
        public_holidays(1947)
