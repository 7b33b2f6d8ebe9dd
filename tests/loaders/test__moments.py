from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import SourceColumn
from observlib.loaders._moments import (
    PARIS,
    duration_reader,
    paris_days,
    parse_period,
    parse_seconds,
    read_moments,
    written_form,
)

HOUSE = ("iso", "%d/%m/%Y %H:%M[:%S]")


def read(*texts, forms=HOUSE, days=False, **how):
    """The moments that are read, in ISO and by line from 2, and the faults."""
    cells = pd.Series(texts, index=range(2, 2 + len(texts)))
    found, faults = read_moments(cells, written_form([[cells]], forms, days), **how)
    return {line: moment.isoformat() for line, moment in found.dropna().items()}, faults


def test_a_repeated_hour_alone_is_summer_time():
    assert read("2026-10-25 02:30", in_order=True)[0] == {2: "2026-10-25T00:30:00"}


@pytest.mark.parametrize(("text", "form", "meant"), [
    ("2026-07-01T12:00:00Z", "iso", "2026-07-01T12:00:00"),
    ("2026-07-01T12:00:00+0200", "iso", "2026-07-01T10:00:00"),
    ("2026-07-01 12:00:00.123", "iso", "2026-07-01T10:00:00"),
    ("1774857611", "epoch", "2026-03-30T08:00:11"),
    ("1774857611500", "epoch_ms", "2026-03-30T08:00:11.500000"),
    ("05-01-2026 16:24", "%d-%m-%Y %H:%M", "2026-01-05T15:24:00"),
    ("5/2/2026 (12:11:12 AM)", "%m/%d/%Y (%I:%M:%S %p)", "2026-05-01T22:11:12"),
    ("5/2/2026 (12:11:12 PM)", "%m/%d/%Y (%I:%M:%S %p)", "2026-05-02T10:11:12"),
    ("2026-01-15 09:10:11.123456 +0000 UTC", "%Y-%m-%d %H:%M:%S[.%f] %z %Z", "2026-01-15T09:10:11"),
    ("2025-12-31 23:30:00 +0100 CET", "%Y-%m-%d %H:%M:%S[.%f] %z %Z", "2025-12-31T22:30:00"),
    ("Mon, 30 Mar 2026 09:00", "%a, %d %b %Y %H:%M", "2026-03-30T07:00:00"),
    ("1 août 2026 09:00", "%d %B %Y %H:%M", "2026-08-01T07:00:00"),
])  # fmt: skip
def test_a_tool_s_own_form_is_read_as_it_means(text, form, meant):
    found, faults = read(text, forms=[form])
    assert not faults and found == {2: meant}


@pytest.mark.parametrize("clock", ["24:00:00", "23:60:00", "23:59:60"])
def test_an_hour_that_no_clock_shows_is_refused_and_not_counted_the_day_after(clock):
    form = "%d-%m-%Y %H:%M:%S"
    assert read("05-01-2026 23:59:59", forms=[form]) == ({2: "2026-01-05T22:59:59"}, {})
    found, faults = read(f"05-01-2026 {clock}", forms=[form])
    assert not found and len(faults) == 1


def test_days_that_can_be_read_in_two_ways_refuse_the_file_until_it_is_told_which():
    forms = ["%d/%m/%Y", "%m/%d/%Y"]
    with pytest.raises(ObservError, match=r"row 2 .* DD/MM/YYYY and as MM/DD/YYYY; say which"):
        read("02/03/2026", "04/05/2026", forms=forms, days=True)
    assert read("02/03/2026", "04/25/2026", forms=forms, days=True)[0][2][:10] == "2026-02-03"
    assert read("02/03/2026", forms=forms[1:], days=True)[0][2][:10] == "2026-02-03"


@pytest.mark.parametrize(
    "text", ["", "2026-02-30 10:00", "25:00", "01/13/2026 10:00", "0001-01-01 00:00", "2026-07-01"]
)
def test_what_is_no_moment_is_told(text):
    found, faults = read(text)
    assert not found and faults[2]


@examples(40)
@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0))
)
def test_every_moment_that_exists_comes_back_to_the_wall_time_written(wall):
    cells = pd.Series({2: wall.isoformat(" ")})
    found, faults = read_moments(cells, written_form([[cells]], HOUSE))
    if not faults:
        assert paris_days(found)[2].date() == wall.date()
    else:
        assert (
            wall.replace(tzinfo=PARIS).utcoffset() != wall.replace(tzinfo=PARIS, fold=1).utcoffset()
        )


@examples(30)
@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_told(text):
    found, faults = read(text)
    assert len(found) + len(faults) == 1


@given(st.integers(0, 99_999))
def test_a_duration_is_the_same_in_each_way_of_writing_it(seconds):
    clock = f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    assert parse_seconds(str(seconds)) == parse_seconds(clock) == seconds


@pytest.mark.parametrize("text", ["", "-3", "1:2:3:4", "1:61:00", "10:75", "douze", "3,5"])
def test_what_is_no_duration_is_none(text):
    assert parse_seconds(text) is None


def test_a_number_of_a_column_is_a_duration_in_its_unit_and_a_word_is_none():
    for unit, text, seconds in (("s", "25", 25), ("min", "1,5", 90), (None, "0:01:30", 90)):
        read_duration = duration_reader(SourceColumn(headers=("Attente",), unit=unit))
        assert read_duration(text) == seconds
        with pytest.raises(ValueError, match="is no time; write seconds or hh:mm:ss"):
            read_duration("longtemps")


@pytest.mark.parametrize(("text", "start", "end"), [
    ("2026-03-01", "2026-03-01", "2026-03-01"), ("2026-02", "2026-02-01", "2026-02-28"),
    ("2010", "2010-01-01", "2010-12-31"), ("March 2010", "2010-03-01", "2010-03-31"),
    ("März 2010", "2010-03-01", "2010-03-31"), ("août 2010", "2010-08-01", "2010-08-31"),
    ("févr. 2012", "2012-02-01", "2012-02-29"),
    ("Monday, March 1, 2010", "2010-03-01", "2010-03-01"),
    ("lundi 1 mars 2010", "2010-03-01", "2010-03-01"),
    ("mar. 2 mars 2010", "2010-03-02", "2010-03-02"),
    ("Montag, 1. März 2010", "2010-03-01", "2010-03-01"),
    ("From 2009-12-28 to 2010-01-03", "2009-12-28", "2010-01-03"),
    ("du 1 mars 2010 au 7 mars 2010", "2010-03-01", "2010-03-07"),
    ("Week December 28, 2009 – January 3, 2010", "2009-12-28", "2010-01-03"),
])  # fmt: skip
def test_periods_are_read_as_matomo_prints_them(text, start, end):
    assert parse_period(text) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("text", [
    "", "01/03/2010", "3-1-2010", "2026-13", "2026-02-30", "31 février 2010", "March", "12",
    "1 2010",
])  # fmt: skip
def test_a_period_that_could_mean_two_things_or_none_is_not_guessed(text):
    assert parse_period(text) is None


@pytest.mark.parametrize(("text", "seconds"), [
    ("1,234", 1234), ("1 day 02:00:01", 93_601), ("2 heures 3 min", 7380),
    ("1 Stunden 5 min", 3900), ("3 jours 2 heures", 266_400), ("31s 4 min", None),
    ("4 min 4 min", None), ("4 parsecs", None), ("00:75:00", None),
])  # fmt: skip
def test_a_duration_is_read_in_full_or_refused(text, seconds):
    assert parse_seconds(text, commas=True) == seconds
