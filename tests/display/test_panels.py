"""Time axes, what happened to lines, the names beside them, and how a line goes in words."""

from itertools import pairwise

import pytest

from observlib.base.errors import ObservError
from observlib.display import panels, style

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
