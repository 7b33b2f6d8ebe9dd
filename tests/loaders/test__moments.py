"""Moments, days, periods and durations: each is read as it was meant, at the limit too, or told."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import SourceColumn
from observlib.loaders import _moments as moments
from observlib.loaders._moments import PARIS, paris_days, read_moments, written_form

HOUSE = ("iso", "%d/%m/%Y %H:%M[:%S]")
TOLD = yaml.safe_load(Path(__file__).with_name("moments.yml").read_text(encoding="utf-8"))


def read(*texts, forms=HOUSE, days=False, **how):
    """The moments that are read, in ISO and by line from 2, and the faults."""
    cells = pd.Series(texts, index=range(2, 2 + len(texts)))
    if "before" in how:
        how["before"] = pd.Timestamp(how["before"])
    found, faults = read_moments(cells, written_form([[cells]], forms, days), **how)
    return {line: moment.isoformat() for line, moment in found.dropna().items()}, faults


@pytest.mark.parametrize(("forms", "how", "cells"), TOLD["moments"])
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


@pytest.mark.parametrize(("text", "seconds"), TOLD["durations"])
def test_a_duration_is_read_in_full_or_refused(text, seconds):
    assert moments.parse_seconds(text, commas=True) == seconds


@pytest.mark.parametrize(("unit", "text", "seconds"), TOLD["units"])
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


@pytest.mark.parametrize(("text", "span"), TOLD["periods"])
def test_a_period_is_read_as_tools_print_it_and_never_guessed(text, span):
    found = moments.parse_period(text)
    assert found == (span and tuple(map(date.fromisoformat, span)))


@pytest.mark.parametrize(("text", "span"), TOLD["months"])
def test_a_month_is_one_however_it_is_written(text, span):
    found = moments.month_of(text)
    assert found.startswith(span) if isinstance(span, str) else [*map(str, found)] == span


@pytest.mark.parametrize(("name", "day", "period"), TOLD["names"])
def test_a_file_s_name_tells_its_day_and_period(name, day, period):
    assert str(moments.day_named(name)) == str(day)
    assert moments.period_named(name) == period


@pytest.mark.parametrize(("start", "end", "fault"), TOLD["counted"])
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
