"""If chance drew other numbers, the demonstration would differ from one machine to the next."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.demo.chance import between, pick, stream

names = st.lists(
    st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), max_size=3
)


def test_the_stream_is_the_one_that_every_python_draws():
    source = stream(1, "device", "2026-T3")
    assert [source.random() for _ in range(2)] == [0.21189924469130395, 0.903459706069515]


@given(names, names)
def test_two_purposes_never_share_their_chance(one, other):
    same = stream(7, *one).random() == stream(7, *other).random()
    assert same == (one == other)


@given(st.integers(0, 10**6), st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_a_whole_number_stays_between_its_bounds(seed, low, span):
    source = stream(seed)
    assert all(low <= between(source, low, low + span) <= low + span for _ in range(20))


class _Almost(Random):
    """The largest number that a source of chance can draw."""

    def random(self) -> float:
        return 1 - 2**-53


@given(st.integers(-(10**12), 10**12), st.integers(0, 10**12))
def test_the_largest_draw_does_not_pass_the_upper_bound(low, span):
    assert between(_Almost(), low, low + span) == low + span


@given(st.integers(0, 10**6), st.lists(st.integers(0, 50), min_size=1).filter(any))
def test_only_what_has_a_weight_is_picked(seed, weights):
    source = stream(seed)
    assert all(weights[pick(source, weights)] > 0 for _ in range(20))


def test_nothing_can_be_picked_without_a_weight():
    with pytest.raises(ValueError, match="no weight is positive"):
        pick(stream(1), [0, 0])
