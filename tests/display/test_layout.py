from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.display import style
from observlib.display.panels import axis_periods, period_ticks


@given(st.lists(st.floats(0, 300), max_size=8), st.floats(1, 30))
def test_labels_never_overlap_and_stay_on_the_chart(wanted, gap):
    high = max(300.0, gap * len(wanted))
    placed = style.spread(wanted, gap, 0, high)
    in_order = sorted(placed)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(in_order))
    assert all(-1e-6 <= place <= high + 1e-6 for place in placed)
    pairs = sorted(zip(wanted, placed, strict=True))
    assert [p for _, p in pairs] == sorted(placed) or len(set(wanted)) < len(wanted)


def test_labels_with_room_stay_where_they_are():
    assert style.spread([100.0, 20.0], 10, 0, 200) == [100.0, 20.0]


@pytest.mark.parametrize("name", ["Entreprendre.Service-public.fr", "3939 Allô Service Public"])
def test_a_long_name_is_broken_between_words_and_loses_nothing(name):
    broken = style.wrap(name, 110)
    assert broken.count("\n") == 1
    assert broken.replace("\n", "").replace(" ", "") == name.replace(" ", "")
    assert all(style.text_width(line) <= 110 for line in broken.split("\n"))
    assert ".\nfr" not in broken


@pytest.mark.parametrize(
    ("first", "last"), [("2023-T1", "2026-T3"), ("2022-11", "2026-08"), ("2017", "2026")]
)
@pytest.mark.parametrize("width", [60.0, 140.0, 300.0])
def test_time_labels_do_not_run_into_each_other(first, last, width):
    periods = axis_periods([first, last])
    step = width / len(periods)
    marks = period_ticks(periods, step)
    assert marks
    for line in (0, 1):
        ends = [
            (i * step, style.text_width(text.split("\n")[line]) / 2)
            for i, text in marks
            if text.count("\n") >= line
        ]
        for (x, half), (x_next, half_next) in pairwise(ends):
            assert x_next - x >= half + half_next
