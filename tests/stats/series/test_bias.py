"""A statistician who reads that revisions lean nowhere can trust the error behind it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.stats.series.bias import ENOUGH, bias

REVISIONS = st.lists(st.integers(-1000, 1000), min_size=ENOUGH, max_size=60).map(
    lambda found: np.asarray(found) / 100
)


def test_the_error_is_that_of_newey_and_west_worked_out_by_hand():
    """Of 20 revisions, 1 and −1 in turn: two lags, with weights 2/3 and 1/3.

    The sums of products are 20, −19 and 18, and 20 + 2 (2/3 × −19 + 1/3 × 18) = 20/3; over 20², by
    20/19 for a sample, the variance of the mean is 1/57.
    """
    found = bias([1.0, -1.0] * 10)
    assert (found.mean, found.absolute) == (0.0, 1.0)
    assert found.error == pytest.approx(math.sqrt(1 / 57))
    assert found.p_value == pytest.approx(1.0)


def test_neighbours_that_are_revised_together_count_for_less():
    """Else a season that is estimated again once would pass for a lasting bias."""
    alike = np.repeat([0.3, -0.1, 0.2, 0.3, -0.2], 8)
    mixed = alike[np.random.default_rng(7).permutation(len(alike))]
    assert bias(alike).error > 1.3 * bias(mixed).error


def test_revisions_that_always_go_up_are_told_to_lean():
    assert bias([0.2, 0.3, 0.1, 0.25] * 6).p_value < 0.001
    assert bias([0.2] * 20)[2:] == (0.0, 0.0)
    assert bias([0.0] * 20)[2:] == (0.0, 1.0)


def test_few_revisions_have_a_mean_and_no_test():
    found = bias([0.1, 0.3] * (ENOUGH // 2 - 1))
    assert found.mean == pytest.approx(0.2)
    assert math.isnan(found.error) and math.isnan(found.p_value)


@pytest.mark.parametrize("wrong", [[], [0.1, float("nan")], [float("inf")]])
def test_what_is_no_revision_is_refused(wrong):
    with pytest.raises(ValueError, match="revisions are numbers"):
        bias(wrong)


@examples(60)
@given(REVISIONS, st.sampled_from([0.01, 1.0, 40.0]))
def test_neither_the_unit_nor_the_direction_changes_the_verdict(revisions, scale):
    one, other = bias(revisions), bias(-scale * revisions)
    assert other.mean == pytest.approx(-scale * one.mean, abs=1e-9)
    assert other.absolute == pytest.approx(scale * one.absolute)
    assert other.p_value == pytest.approx(one.p_value, abs=1e-6)
    assert abs(one.mean) <= one.absolute + 1e-12
    assert 0 <= one.p_value <= 1
