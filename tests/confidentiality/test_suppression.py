"""No small count is had from a table's margins, and no more is withheld than that takes."""

import math
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.confidentiality import control
from observlib.confidentiality.control import withheld_cells
from observlib.confidentiality.disclosure import Programme, possible

FEW, RANGE = 11, 2
COUNTS = [0, 0, 1, 2, 3, 5, 8, 10, 12, 15, 20, 30, 45, 60, 90]


def with_margins(inside):
    """All cells of a table of any dimensions with its totals, and what is known of their sums."""
    full = np.asarray(inside)
    for axis in range(full.ndim):
        full = np.concatenate([full, full.sum(axis, keepdims=True)], axis)
    places = np.arange(full.size).reshape(full.shape)
    sums = []
    for axis in range(full.ndim):
        for *parts, total in np.moveaxis(places, axis, -1).reshape(-1, full.shape[axis]).tolist():
            sums.append((dict.fromkeys(parts, 1.0) | {total: -1.0}, 0, 0, f"total {total}"))
    return full.ravel().tolist(), sums


def through_a_year(months):
    """Months of several groups, with quarters, the year, and all groups together."""
    of = np.asarray(months).reshape(12, -1)
    quarters = of.reshape(4, 3, -1).sum(1)
    full = np.concatenate([of, quarters, of.sum(0, keepdims=True)])
    full = np.concatenate([full, full.sum(1, keepdims=True)], 1)
    places = np.arange(full.size).reshape(full.shape)
    sums = []
    for column in places.T.tolist():
        wholes = [(12 + n, range(3 * n, 3 * n + 3)) for n in range(4)] + [(16, range(12, 16))]
        for whole, parts in wholes:
            total = {column[part]: 1.0 for part in parts} | {column[whole]: -1.0}
            sums.append((total, 0, 0, f"period {whole}"))
    for *parts, total in places.tolist():
        sums.append((dict.fromkeys(parts, 1.0) | {total: -1.0}, 0, 0, f"groups {total}"))
    return full.ravel().tolist(), sums


def known(counts, sums, hidden, wanted, wide=math.inf):
    """What a reader knows of some cells: those withheld are of somebody, the others are told."""
    programme = Programme(sums=sums)
    for place, count in enumerate(counts):
        programme.unknown(place, *((1, math.inf) if place in hidden else (count, count)))
    return possible(
        programme, [{place: 1.0} for place in wanted], lambda low, high: high - low >= wide
    )


def small(counts):
    return [place for place, count in enumerate(counts) if 0 < count < FEW]


def is_protected(counts, sums, hidden):
    seen = known(counts, sums, hidden, small(counts), 2 * RANGE + 1)
    return all(bounds.most - bounds.least > 2 * RANGE for bounds in seen)


def assert_no_small_count_is_had(counts, sums):
    hidden = withheld_cells(counts, sums)
    assert set(small(counts)) <= hidden
    assert is_protected(counts, sums, hidden)
    assert all(counts[place] for place in hidden), "a zero is withheld"
    assert hidden or not small(counts)
    assert small(counts) or not hidden, "nothing is small, and something is withheld"


def tables(*shape):
    size = math.prod(shape)
    cells = st.lists(st.sampled_from(COUNTS), min_size=size, max_size=size)
    large = st.lists(st.integers(FEW, 90), min_size=size, max_size=size)
    return (cells | large).map(lambda listed: np.reshape(listed, shape))


MARGINS = {
    "two dimensions": st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda shape: tables(*shape).map(with_margins)
    ),
    "three": tables(2, 2, 2).map(with_margins),
    "months, quarters and a year": st.integers(1, 2).flatmap(
        lambda groups: tables(12, groups).map(through_a_year)
    ),
}


@pytest.mark.parametrize("table", MARGINS.values(), ids=MARGINS)
def test_no_small_count_of_a_table_is_had_from_its_margins(table):
    @examples(25)
    @given(table)
    def holds(counts_and_sums):
        assert_no_small_count_is_had(*counts_and_sums)

    holds()


@pytest.mark.parametrize("seed", range(6))
def test_no_smaller_set_and_none_of_smaller_counts_protects(seed):
    generator = np.random.default_rng(seed)
    counts, sums = with_margins(generator.choice(COUNTS[2:9], (2, 2)))
    hidden = withheld_cells(counts, sums)
    others = [place for place, count in enumerate(counts) if count >= FEW]
    better = [
        set(small(counts)) | set(more)
        for size in range(len(hidden) - len(small(counts)) + 1)
        for more in combinations(others, size)
    ]
    people = sum(counts[place] for place in hidden)
    for tried in better:
        if len(tried) < len(hidden) or sum(counts[place] for place in tried) < people:
            assert not is_protected(counts, sums, tried), (counts, hidden, tried)


@pytest.mark.parametrize(("name", "value"), [("_LARGE", 1), ("_WORK", 0)])
def test_large_tables_and_those_not_searched_to_the_end_are_protected_too(monkeypatch, name, value):
    generator = np.random.default_rng(7)
    counts, sums = with_margins(generator.choice(COUNTS, (5, 5)))
    fewest = withheld_cells(counts, sums)
    monkeypatch.setattr(control, name, value)
    hidden = withheld_cells(counts, sums)
    assert set(small(counts)) <= hidden and is_protected(counts, sums, hidden)
    assert len(fewest) <= len(hidden) <= 1.3 * len(fewest)
    for place in hidden - set(small(counts)):
        assert not is_protected(counts, sums, hidden - {place}), "withheld for nothing"


def test_the_same_cells_are_withheld_on_a_busy_machine_at_the_search_s_limit(monkeypatch):
    generator = np.random.default_rng(7)
    counts, sums = with_margins(generator.choice(COUNTS, (5, 5)))
    monkeypatch.setattr(control, "_WORK", 1_000)
    hidden = withheld_cells(counts, sums)
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        assert withheld_cells(counts, sums) == hidden
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def test_people_cover_what_fractions_would_and_a_sum_of_too_much_is_refused():
    # eleven halves of a person for the cell of two, which can be but one: nothing whole in between
    sums = [({0: 2.0, 1: 11.0, 2: 2.0}, 124, 124, "weighted sum")]
    assert withheld_cells([1, 2, 50], sums, few=2) == {0, 2}
    with pytest.raises(ValueError, match=r"cell 0, 1 cannot be protected.*within 2 people"):
        withheld_cells([2, 3], [({0: 1.0, 1: 1.0}, 5, 5, "the total")])
    # of seven together, each may be of one person to six
    assert withheld_cells([2, 5], [({0: 1.0, 1: 1.0}, 7, 7, "the total")]) == {0, 1}


def test_a_cell_withheld_for_another_reason_is_not_had_either():
    counts, sums = with_margins([[40, 50], [60, 70]])
    assert withheld_cells(counts, sums) == set()
    hidden = withheld_cells(counts, sums, also=[0])
    assert len(hidden) == 4 and 0 in hidden
    assert withheld_cells(counts, sums, few=41) == hidden


TOLD = [({0: 1, 1: 1}, 8, 8, "north"), ({0: 1}, 4, 4, "south")]


@pytest.mark.parametrize(("counts", "sums", "also", "said"), [
    ([3, 4], TOLD, [], r"sum north \(7, told as 8 to 8\), south"),
    ([-1, 4, 2.5], [], [], r"cell 0, 2 must be a count"),
    ([3, 4], [({2: 1}, 0, 0, "north")], [5], "cell 2, 5 is not among the 2 counts"),
    ([3, 0], [], [1], "cell 1 is of no one"),
])  # fmt: skip
def test_counts_that_do_not_go_with_their_sums_are_refused(counts, sums, also, said):
    with pytest.raises(ValueError, match=said):
        withheld_cells(counts, sums, also=also)
