from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.loaders._time import PARIS, paris_day, parse_seconds, read_moments


def test_summer_and_winter_times_of_paris_become_utc():
    found, faults = read_moments({2: "01/07/2026 12:00", 3: "01/12/2026 12:00:30"})
    assert not faults
    assert list(found.values()) == [datetime(2026, 7, 1, 10), datetime(2026, 12, 1, 11, 0, 30)]


def test_an_hour_that_summer_time_skips_is_told_and_not_moved():
    found, faults = read_moments({2: "2026-03-29 02:30", 3: "2026-03-29 03:00"})
    assert "this hour was skipped" in faults[2] and list(found) == [3]


def test_the_hour_repeated_in_autumn_is_read_in_the_order_of_the_file():
    texts = {
        2: "2026-10-25 02:00",
        3: "2026-10-25 02:30",
        4: "2026-10-25 02:00",
        5: "2026-10-25 02:30",
    }
    found, faults = read_moments(texts, in_order=True)
    assert not faults
    assert [moment.hour for moment in found.values()] == [0, 0, 1, 1]


def test_a_repeated_hour_alone_is_summer_time():
    found, _ = read_moments({2: "2026-10-25 02:30"}, in_order=True)
    assert found[2] == datetime(2026, 10, 25, 0, 30)


def test_two_ways_of_writing_in_one_column_are_refused_as_one_may_have_months_first():
    _, faults = read_moments({2: "05/03/2026 10:00", 3: "2026-03-06 10:00"})
    assert "like the moment of row 2" in faults[3]


def test_a_written_offset_is_kept():
    found, _ = read_moments({2: "2026-07-01T12:00:00Z", 3: "2026-07-01T12:00:00+0200"})
    assert found == {2: datetime(2026, 7, 1, 12), 3: datetime(2026, 7, 1, 10)}


@pytest.mark.parametrize(
    "text", ["", "2026-02-30 10:00", "25:00", "01/13/2026 10:00", "0001-01-01 00:00"]
)
def test_what_is_no_moment_is_told(text):
    found, faults = read_moments({2: text})
    assert not found and faults[2]


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0))
)
def test_every_moment_that_exists_comes_back_to_the_wall_time_written(wall):
    found, faults = read_moments({2: wall.isoformat(" ")})
    if not faults:
        assert paris_day(found[2]).date() == wall.date()
    else:
        assert (
            wall.replace(tzinfo=PARIS).utcoffset() != wall.replace(tzinfo=PARIS, fold=1).utcoffset()
        )


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_told(text):
    found, faults = read_moments({2: text})
    assert len(found) + len(faults) == 1


@given(st.integers(0, 99_999))
def test_a_duration_is_the_same_in_each_way_of_writing_it(seconds):
    clock = f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    assert parse_seconds(str(seconds)) == parse_seconds(clock) == seconds


@pytest.mark.parametrize("text", ["", "-3", "1:2:3:4", "1:61:00", "10:75", "douze", "3,5"])
def test_what_is_no_duration_is_none(text):
    assert parse_seconds(text) is None
