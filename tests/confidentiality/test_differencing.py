"""What is withheld can be had by no subtraction: within a period, a year, or between editions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.confidentiality.disclosure import window_told, withheld_parts

FEW = 11


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)), st.sampled_from("abz"))
def test_what_the_total_leaves_is_never_of_few_people(counts, other):
    also = {other} & set(counts)
    hidden = withheld_parts(counts, also)
    assert {name for name, count in counts.items() if 0 < count < FEW} | also <= hidden
    rest = sum(counts[name] for name in hidden)
    shown = [name for name, count in counts.items() if count and name not in hidden]
    assert not hidden or not shown or (rest >= FEW and len(hidden) > 1)


def recovered(counts: list[int]) -> list[int]:
    """Quarters that are not told and that those told and all the years told determine.

    A reader may have every edition: quarters told are known, and each year told is an equation.
    """
    told = [None if not count else count >= FEW for count in counts]
    known = [place for place, state in enumerate(told) if state is not False]
    rows = [np.eye(len(counts))[place] for place in known]
    for end in range(4, len(counts) + 1):
        span = range(end - 4, end)
        inside = sum(counts[place] for place in span)
        if inside >= FEW and window_told([told[place] for place in span]):
            rows.append(np.isin(np.arange(len(counts)), span).astype(float))
    matrix = np.array(rows).reshape(len(rows), len(counts))
    rank = np.linalg.matrix_rank(matrix)
    return [
        place
        for place, state in enumerate(told)
        if state is False
        and np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(counts))[place]])) == rank
    ]


@examples(300)
@given(
    st.lists(st.sampled_from([0, 4, 7, 10, 30]), min_size=4, max_size=14)
    | st.lists(st.sampled_from([0, 6, 8]), min_size=4, max_size=14)
)
def test_no_small_quarter_is_had_from_all_the_editions_together(counts):
    # nothing before the device began, nor after it stopped
    assert recovered([0] * 3 + counts + [0] * 3) == []


def test_years_of_small_quarters_are_told_and_one_small_quarter_hides_its_year():
    assert window_told([False] * 4) and window_told([None, False] * 2)
    assert window_told([True, None, True, True]) and window_told([None] * 4)
    assert not window_told([True, True, False, False])
    assert not window_told([None, None, None, False])


def test_ten_people_are_few_and_eleven_are_not_in_a_part_or_in_what_is_hidden():
    assert withheld_parts({"a": 10, "b": 30, "c": 15}) == {"a", "c"}
    assert withheld_parts({"a": 11, "b": 30, "c": 15}) == set()
    # two that are hidden: of ten people together they take a third, of eleven none
    assert withheld_parts({"a": 5, "b": 5, "c": 30, "d": 15}) == {"a", "b", "d"}
    assert withheld_parts({"a": 5, "b": 6, "c": 30, "d": 15}) == {"a", "b"}
    # nobody in a part hides nothing, and is not what a hidden one takes along
    assert withheld_parts({"a": 0, "b": 30}) == set()
    assert withheld_parts({"a": 1, "b": 0, "c": 30}) == {"a", "c"}


def test_every_other_quarter_is_a_rhythm_from_four_quarters_on_and_at_even_distances():
    assert not window_told([False, None]) and not window_told([None, False])
    assert window_told([False, None, False, None]) and window_told([None, False] * 3)
    assert not window_told([False, False, None, None])
    assert not window_told([False, None, None, False])
    assert not window_told([False, None, False]) and window_told([False] * 3)
    assert not window_told([False, None, False, None, False])
    assert window_told([False]) and window_told([True]) and window_told([])
