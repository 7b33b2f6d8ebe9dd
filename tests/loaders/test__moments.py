"""Moments, days, periods and durations: each is read as it was meant, at the limit too, or told."""

from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import SourceColumn
from observlib.loaders import _moments as moments
from observlib.loaders._moments import PARIS, paris_days, read_moments, written_form

HOUSE = ("iso", "%d/%m/%Y %H:%M[:%S]")
AMERICAN, TICKS = "%m/%d/%Y (%I:%M:%S %p)", "%Y-%m-%d %H:%M:%S[.%f] %z %Z"
NO, SKIPPED = "is no moment", "does not exist: summer time began"
MONTH_FIRST = "may have its month first, as row 6 has; write YYYY-MM-DD"


def read(*texts, forms=HOUSE, days=False, **how):
    """The moments that are read, in ISO and by line from 2, and the faults."""
    cells = pd.Series(texts, index=range(2, 2 + len(texts)))
    found, faults = read_moments(cells, written_form([[cells]], forms, days), **how)
    return {line: moment.isoformat() for line, moment in found.dropna().items()}, faults


@pytest.mark.parametrize(("forms", "how", "cells"), [
    (["iso"], {}, {"2026-07-01T12:00:00Z": "2026-07-01T12:00:00",
                   "2026-07-01T12:00:00+0200": "2026-07-01T10:00:00",
                   "2026-07-01 12:00:00.123": "2026-07-01T10:00:00",
                   "2026-07-01 12:00+14:00": "2026-06-30T22:00:00",
                   "2026-07-01 12:00+14:01": NO, "2026-07-01 12:00-14:30": NO,
                   "2026-07-01 12:00-14:00": "2026-07-02T02:00:00",
                   "2026-07-01 12:00+05:30": "2026-07-01T06:30:00",
                   "1899-12-31 10:00": "is in the year 1899; check the year",
                   "2201-01-01 10:00": "is in the year 2201; check the year"}),
    (["iso"], {"days": True}, {"1900-01-01": "1900-01-01T00:00:00", "1899-12-31": "is in the year",
                               "2200-12-31": "2200-12-31T00:00:00", "2201-01-01": "is in the "}),
    (["epoch"], {}, {"1774857611": "2026-03-30T08:00:11", "4999999999": "2128-06-11T08:53:19",
                     "1774857611.5": "2026-03-30T08:00:11.500000", "5000000000": NO,
                     "123456789": "1973-11-29T21:33:09", "99999999": NO}),
    (["epoch_ms"], {}, {"1774857611500": "2026-03-30T08:00:11.500000"}),
    (["%d-%m-%Y %H:%M:%S"], {}, {"05-01-2026 23:59:59": "2026-01-05T22:59:59",
                                 "05-01-2026 24:00:00": NO, "05-01-2026 23:60:00": NO,
                                 "05-01-2026 23:59:60": NO}),
    (["%d/%m/%y %H:%M"], {}, {"01/02/26 00:30": "2026-01-31T23:30:00",
                              "01/02/69 00:30": "2069-01-31T23:30:00"}),
    ([AMERICAN], {}, {"5/2/2026 (12:11:12 AM)": "2026-05-01T22:11:12",
                      "5/2/2026 (12:11:12 PM)": "2026-05-02T10:11:12",
                      "5/2/2026 (1:11:12 pm)": "2026-05-02T11:11:12",
                      "5/2/2026 (0:11:12 PM)": NO, "5/2/2026 (13:11:12 PM)": NO}),
    ([TICKS], {}, {"2026-01-15 09:10:11.123456 +0000 UTC": "2026-01-15T09:10:11",
                   "2025-12-31 23:30:00 +0100 CET": "2025-12-31T22:30:00"}),
    (["%a, %d %b %Y %H:%M"], {}, {"Mon, 30 Mar 2026 09:00": "2026-03-30T07:00:00"}),
    (["%d %B %Y"], {"days": True}, {"29 février 2024": "2024-02-29T00:00:00",
                                    "31 août 2023": "2023-08-31T00:00:00",
                                    "31 avril 2024": "is no day; write DD month YYYY",
                                    "1 foo 2024": "is no day"}),
    (HOUSE, {}, {"05/06/2026 10:00": MONTH_FIRST, "12/11/2026 10:00": MONTH_FIRST,
                 "12/12/2026 10:00": "2026-12-12T09:00:00", "28/02/2026 10:00":
                 "2026-02-28T09:00:00", "3/31/2026 10:00": NO, "": NO, "25:00": NO}),
    (HOUSE, {}, {"31/01/2026 10:00": "2026-01-31T09:00:00", "01/02/2026 10:00":
                 "2026-02-01T09:00:00", "2026-01-31 10:00": "is not written like the moment of "
                 "row 2; write all in one way"}),
    (HOUSE, {}, {"2026-10-25 02:30": "2026-10-25T00:30:00", "2026-03-29 02:00": SKIPPED,
                 "2026-03-29 01:59": "2026-03-29T00:59:00", "2026-02-30 10:00": NO,
                 "2026-03-29 03:00": "2026-03-29T01:00:00", "2026-07-01": NO}),
    (HOUSE, {"in_order": True}, {"2026-10-25 02:30": "2026-10-25T00:30:00",
                                 "2026-10-25 02:10": "2026-10-25T01:10:00",
                                 "2026-10-25 03:00": "2026-10-25T02:00:00"}),
    (HOUSE, {"in_order": True, "before": pd.Timestamp("2026-10-25 00:30")},
     {"2026-10-25 02:30": "2026-10-25T01:30:00"}),
    (HOUSE, {"in_order": True, "before": pd.Timestamp("2026-10-25 00:29")},
     {"2026-10-25 02:30": "2026-10-25T00:30:00"}),
])  # fmt: skip
def test_each_cell_of_a_column_is_read_as_its_form_means_or_told(forms, how, cells):
    found, faults = read(*cells, forms=forms, **how)
    for line, wanted in enumerate(cells.values(), 2):
        assert found.get(line, faults.get(line)).startswith(wanted), line
        assert (line in found) != (line in faults)


def test_days_that_can_be_read_in_two_ways_refuse_the_file_until_it_is_told_which():
    forms = ["%d/%m/%Y", "%m/%d/%Y"]
    with pytest.raises(ObservError, match=r"row 2 .* DD/MM/YYYY and as MM/DD/YYYY; say which"):
        read("02/03/2026", "04/05/2026", forms=forms, days=True)
    assert read("02/03/2026", "04/25/2026", forms=forms, days=True)[0][2][:10] == "2026-02-03"
    assert read("02/03/2026", forms=forms[1:], days=True)[0][2][:10] == "2026-02-03"


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
        summer, winter = (wall.replace(tzinfo=PARIS, fold=fold).utcoffset() for fold in (0, 1))
        assert summer != winter


@examples(30)
@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_told(text):
    found, faults = read(text)
    assert len(found) + len(faults) == 1


@given(st.integers(0, 99_999))
def test_a_duration_is_the_same_in_each_way_of_writing_it(seconds):
    clock = f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    assert moments.parse_seconds(str(seconds)) == moments.parse_seconds(clock) == seconds


@pytest.mark.parametrize(("text", "seconds"), [
    ("59:59", 3599), ("60:00", 3600), ("1:59:59", 7199), ("1:60:00", None), ("10:75", None),
    ("1000000000000", 10**12), ("1000000000001", None), ("0", 0), ("-0", None), ("-3", None),
    ("1,234", 1234), ("1 day 02:00:01", 93_601), ("2 heures 3 min", 7380), ("3,5", None),
    ("1 Stunden 5 min", 3900), ("3 jours 2 heures", 266_400), ("31s 4 min", None),
    ("1 jour 1 h 1 min 1 s", 90_061), ("4 min 4 min", None), ("4 parsecs", None), ("", None),
    ("2 min, 5 s", None), ("5 min 3", None), ("00:75:00", None), ("1:2:3:4", None),
    ("1 s" + " " * 57, 1), ("1 s" + " " * 58, None),
])  # fmt: skip
def test_a_duration_is_read_in_full_or_refused(text, seconds):
    assert moments.parse_seconds(text, commas=True) == seconds


@pytest.mark.parametrize(("unit", "text", "seconds"), [
    ("ms", "1500", 2), ("s", "25", 25), ("min", "1,5", 90), ("h", "1.5", 5400),
    (None, "0:01:30", 90), ("clock", "1:00", 60), (None, "longtemps", None), ("s", "1:00", None),
])  # fmt: skip
def test_a_number_of_a_column_is_a_duration_in_its_unit_and_a_word_is_none(unit, text, seconds):
    read_duration = moments.duration_reader(SourceColumn(headers=("Attente",), unit=unit))
    if seconds is not None:
        assert read_duration(text) == seconds
    else:
        with pytest.raises(ValueError, match="is no time; write seconds or hh:mm:ss"):
            read_duration(text)


def test_what_lasts_longer_than_a_day_is_no_short_time():
    short = moments.short_time(int)
    assert (short("0"), short("86400")) == (0, 86_400)
    for text in ("-1", "86401", "x"):
        with pytest.raises(ValueError, match="is no time up to a day"):
            short(text)


MONTH = ("2026-03-01", "2026-03-31")


@pytest.mark.parametrize(("text", "span"), [
    ("2026-03-01", ("2026-03-01", "2026-03-01")), ("2026-02", ("2026-02-01", "2026-02-28")),
    ("2010", ("2010-01-01", "2010-12-31")), ("2026-T3", ("2026-07-01", "2026-09-30")),
    ("March 2026", MONTH), ("März 2026", MONTH), ("août 2010", ("2010-08-01", "2010-08-31")),
    ("févr. 2012", ("2012-02-01", "2012-02-29")), ("2009-2011", ("2009-01-01", "2011-12-31")),
    ("Monday, March 1, 2010", ("2010-03-01", "2010-03-01")),
    ("lundi 1 mars 2010", ("2010-03-01", "2010-03-01")),
    ("mar. 2 mars 2010", ("2010-03-02", "2010-03-02")),
    ("Montag, 1. März 2010", ("2010-03-01", "2010-03-01")),
    ("From 2009-12-28 to 2010-01-03", ("2009-12-28", "2010-01-03")),
    ("du 1er mars 2010 au 7 mars 2010", ("2010-03-01", "2010-03-07")),
    ("Week December 28, 2009 – January 3, 2010", ("2009-12-28", "2010-01-03")),
    ("2026-03-15,2026-03-01", ("2026-03-15", "2026-03-01")), ("2026-T5", None), ("1,2,3", None),
    ("", None), ("01/03/2010", None), ("3-1-2010", None), ("2026-13", None), ("March", None),
    ("2026-02-30", None), ("31 février 2010", None), ("12", None), ("1 2010", None),
    ("2026" + " " * 96, ("2026-01-01", "2026-12-31")), ("2026" + " " * 97, None),
])  # fmt: skip
def test_a_period_is_read_as_tools_print_it_and_never_guessed(text, span):
    found = moments.parse_period(text)
    assert found == (span and tuple(map(date.fromisoformat, span)))


@pytest.mark.parametrize(("text", "span"), [
    ("2026-03", MONTH), ("03/2026", MONTH), ("mars 2026", MONTH), ("2026-03-01", MONTH),
    ("2024-02", ("2024-02-01", "2024-02-29")), ("2023-02", ("2023-02-01", "2023-02-28")),
    ("2026-03-02", "is no month; write 2026-03"), ("2026-T1", "is no month"),
    ("1899-12", "is in the year 1899; check the year"), ("x", "is no month"),
])  # fmt: skip
def test_a_month_is_one_however_it_is_written(text, span):
    found = moments.month_of(text)
    assert found.startswith(span) if isinstance(span, str) else tuple(map(str, found)) == span


@pytest.mark.parametrize(("name", "day", "period"), [
    ("a_2026-03-12_b", "2026-03-12", "2026-03-12"), ("a 2026-T2", "2026-04-01", "2026-T2"),
    ("2025-01 2026-02", "2026-02-01", "2025-01,2026-02"), ("rien", None, None),
    ("x_2026-03-01 au 2026-03-15", "2026-03-15", "2026-03-01,2026-03-15"),
    ("2026-03 v2 2026-04", "2026-04-01", "2026-04"), ("1899-03", None, "1899-03"),
    ("1900-03", "1900-03-01", "1900-03"), ("2099-03", "2099-03-01", "2099-03"),
    ("2100-03", None, "2100-03"), ("12026-03", None, None), ("20260312", None, None),
])  # fmt: skip
def test_a_file_s_name_tells_its_day_and_period(name, day, period):
    assert str(moments.day_named(name)) == str(day)
    assert moments.period_named(name) == period


@pytest.mark.parametrize(("start", "end", "fault"), [
    ("2026-03-01", "2026-03-31", None), ("2200-01-01", "2200-01-31", None),
    ("2026-03-02", "2026-03-01", "ends before it starts"), ("2026-03-01", "2026-04-01", "covers"),
    ("2025-03-01", "2026-03-01", "covers more than one month; export by day or by month"),
    ("1899-12-31", "1900-01-01", "is in the year 1899"), ("2201-01-01", "2201-01-01", "is in"),
])  # fmt: skip
def test_counts_cover_a_month_at_most(start, end, fault):
    told = moments.period_fault(date.fromisoformat(start), date.fromisoformat(end))
    assert told is fault is None or told.startswith(fault)


def test_a_day_with_slashes_is_french_unless_another_of_its_column_has_its_month_first():
    for text in ("05/03/2026", "05/03/2026 10:00", "05/03/2026 10:00:59"):
        assert moments.french_day(text) == date(2026, 3, 5)
    assert moments.french_day("5/3/2026") is moments.french_day("31/02/2026") is None
    days = ["05/06/2026", "06/13/2026", "12/12/2026", "12/11/2026", "13/06/2026"]
    assert [*moments.months_first(dict(enumerate(days, 2)))] == [2, 5]
    assert moments.months_first({2: "05/06/2026", 3: "12/32/2026", 4: "0/13/2026"}) == {}
    assert [*moments.months_first({2: "05/06/2026", 3: "12/31/2026"})] == [2]
