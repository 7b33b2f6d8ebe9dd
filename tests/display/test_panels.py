"""Time axes, what happened to lines, the names beside them, and how a line goes in words."""

import math
from datetime import date
from itertools import pairwise

import pytest
from tests.display.conftest import QUARTERS, line
from tests.display.test_lines import event
from tests.words import plain

from observlib.base.errors import ObservError
from observlib.display import charts, panels, style

YEARS = [str(year) for year in range(2017, 2027)]
MONTHS = [f"2026-{month:02d}" for month in range(3, 9)]


def quarters(first: int, last: int = 2026) -> list[str]:
    return [f"{year}-T{quarter}" for year in range(first, last + 1) for quarter in (1, 2, 3, 4)]


@pytest.mark.parametrize(("ends", "periods"), [
    (("2023-T1", "2023-T4"), ["2023-T1", "2023-T2", "2023-T3", "2023-T4"]),
    (("2022-11", "2023-01"), ["2022-11", "2022-12", "2023-01"]), (("2024", "2026"), YEARS[-3:]),
])  # fmt: skip
def test_an_absent_period_has_its_place_on_the_axis(ends, periods):
    assert panels.axis_periods(reversed(ends)) == periods
    for wrong in (["2026-T1", "2026-08"], ["2025-10/2026-09"]):
        with pytest.raises(ObservError, match="not on one axis"):
            panels.axis_periods(wrong)


@pytest.mark.parametrize(("periods", "step", "marks"), [
    (["2025-T4", "2026-T1", "2026-T2"], 29, [(0, "T4"), (1, "T1\n2026"), (2, "T2")]),
    (["2025-T4", "2026-T1", "2026-T2"], 30, [(0, "T4\n2025"), (1, "T1\n2026"), (2, "T2")]),
    (quarters(2025), 20, [(0, "T1\n2025"), (1, "T2"), (2, "T3"), (3, "T4"),
                          (4, "T1\n2026"), (5, "T2"), (6, "T3"), (7, "T4")]),
    (quarters(2024), 19, [(0, "T1\n2024"), (2, "T3"), (4, "T1\n2025"), (6, "T3"),
                          (8, "T1\n2026"), (10, "T3")]),
    (quarters(2023), 19, [(0, "2023"), (4, "2024"), (8, "2025"), (12, "2026")]),
    (quarters(2023), 7, [(4, "2024"), (12, "2026")]),
    (MONTHS, 34, [(0, "mars\n2026"), (1, "avr."), (2, "mai"), (3, "juin"), (4, "juil."),
                  (5, "août")]),
    (MONTHS, 17, [(0, "mars\n2026"), (2, "mai"), (4, "juil.")]),
    (MONTHS, 12, [(1, "avr.\n2026"), (4, "juil.")]), (MONTHS, 11, [(0, "mars\n2026")]),
    (YEARS[:3], 34, [(0, "2017"), (1, "2018"), (2, "2019")]),
    (YEARS, 17, [(1, "2018"), (3, "2020"), (5, "2022"), (7, "2024"), (9, "2026")]),
    (YEARS[:3], 33.9, [(0, "2017"), (2, "2019")]),
    (YEARS, 16, [(0, "2017"), (3, "2020"), (6, "2023"), (9, "2026")]),
])  # fmt: skip
def test_as_many_periods_are_labelled_as_have_room(periods, step, marks):
    assert panels.period_ticks(periods, step) == marks


@pytest.mark.parametrize(
    ("first", "last"), [("2023-T1", "2026-T3"), ("2022-11", "2026-08"), ("2017", "2026")]
)
@pytest.mark.parametrize("width", [60.0, 140.0, 300.0])
def test_time_labels_do_not_run_into_each_other(first, last, width):
    time = panels.TimeAxis(panels.axis_periods([first, last]), width)
    step = width / len(time.periods)
    for row in (0, 1):
        ends = [(i * step, style.text_width(text.split("\n")[row]) / 2)
                for i, text in time.marks if text.count("\n") >= row]  # fmt: skip
        assert ends or row
        assert all(b - a >= half + other for (a, half), (b, other) in pairwise(ends))


def test_labels_of_an_axis_have_two_lines_each_where_one_has():
    time = panels.TimeAxis(["2026-T1", "2026-T2"], 60)
    assert time.labels() == ([0, 1], ["T1\n2026", "T2\n "]) and time.ends == (-0.5, 1.5)
    assert time.labels(written=False) == ([0, 1], ["", ""]) and time.lines == 2
    assert panels.TimeAxis(["2025", "2026"], 60).lines == 1


def test_letters_follow_the_days_and_an_event_stands_where_its_day_is():
    series = {"BOAMP": line("boamp", [7.0] * 5).set_index("period", drop=False)}
    days = {"b": date(2026, 2, 15), "a": date(2025, 10, 1), "edge": date(2025, 7, 1)}
    events = [event(name, day) for name, day in days.items()]
    found = panels.event_marks(series, QUARTERS, events)
    told = [(mark.letter, mark.event.id, mark.x) for mark in found["BOAMP"]]
    assert told == [("A", "a", 0.5), ("B", "b", 2.0)]
    assert plain(panels.events_described(found)[0]) == (
        "BOAMP, repère A : Ceci est a (action, 1er octobre 2025)."
    )


def test_names_stand_level_with_their_lines_and_apart():
    nan = math.nan
    assert panels.place_labels(["a", "b"], [1, 1], [0, 2], 100) == (100, [42.0, 58.0], False)
    assert panels.place_labels(["a\nb", "b"], [nan, 1], [0, 2], 30) == (68.0, [8.5, 37.5], False)
    three = panels.place_labels(["a", "b", "c"], [2, 2, 2], [0, 2], 100)
    assert three == (100, [66.0, 82.0, 98.0], True)
    wide = style.text_width("b\nab")
    assert (
        panels.labels_width(["a", "ab"]) == wide + 26 and panels.labels_width(["ab"]) == wide + 12
    )


@pytest.mark.parametrize(("values", "more", "text"), [
    ([86.1, 85.8], {}, "86 % (n0 comme n1)"), ([], {}, ""), ([10.0], {}, "10 % (n0)"),
    ([86.1, 71.0, 86.4], {}, "86 % (n0 comme n2), minimum 71 % (n1)"),
    ([86.0, 71.0, 86.0], {"extremes": False}, "86 % (n0 comme n2)"),  # and not stable
    ([10.0, 30.0, 20.0], {}, "de 10 % (n0) à 20 % (n2), maximum 30 % (n1)"),
    ([10.0, 20.0, 20.4], {}, "de 10 % (n0) à 20 % (n2)"),
])  # fmt: skip
def test_a_line_is_told_by_its_ends_and_what_lies_outside_them(values, more, text):
    points = [(value, f"n{i}") for i, value in enumerate(values)]
    assert panels.describe_lines(points, lambda x, _: f"{x:.0f} %", **more) == text


def test_short_counts_tell_their_ends_apart(catalogue):
    visits = catalogue.indicators["visits"]
    points = [(1_031_000.0, "mai"), (1_049_000.0, "juin")]
    text = panels.describe_lines(points, lambda x, d: charts.brief(x, visits, "visites", d))
    assert text.replace("\xa0", " ") == "de 1,03 M (mai) à 1,05 M (juin)"


def test_a_band_runs_along_whole_periods_and_bars_stand_at_those_alone():
    rows = line("boamp", [7.0, 7.1, "suppressed", 7.2, 7.3]).assign(
        status=["published", "low_base", "suppressed", "published", "partial"]
    )
    assert panels.complete(rows) == [True, True, False, True, False]
    assert panels._runs(panels.complete(rows)) == [[0, 1], [3]]
    assert panels._isolated(rows) == [3, 4] and panels.suppressed(rows) == [2]
    assert panels.suppressed(rows.assign(estimate=None)) == []
    assert len(panels.interval_notes([rows])) == len(panels.interval_notes([rows.head(2)])) == 1
    assert panels.interval_notes([rows.assign(ci_low=None)]) == []
