"""Time axes, what happened to lines, the names beside them, and how a line goes in words."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from observlib.base.errors import ObservError
from observlib.display import panels, style

LABELLED = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("ends", "periods"), [
    (("2023-T1", "2023-T4"), ["2023-T1", "2023-T2", "2023-T3", "2023-T4"]),
    (("2022-11", "2023-01"), ["2022-11", "2022-12", "2023-01"]),
    (("2024", "2026"), ["2024", "2025", "2026"]),
])  # fmt: skip
def test_an_absent_period_has_its_place_on_the_axis(ends, periods):
    assert panels.axis_periods(reversed(ends)) == periods
    for wrong in (["2026-T1", "2026-08"], ["2025-10/2026-09"]):
        with pytest.raises(ObservError, match="not on one axis"):
            panels.axis_periods(wrong)


@pytest.mark.parametrize(("ends", "step", "marks"), LABELLED)
def test_as_many_periods_are_labelled_as_have_room(ends, step, marks):
    found = panels.period_ticks(panels.axis_periods(ends), step)
    assert {str(place): text for place, text in found} == marks


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
