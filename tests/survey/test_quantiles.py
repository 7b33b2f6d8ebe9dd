from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from observlib.survey.quantiles import quantile_interval


def test_the_median_of_100_values_lies_between_the_40th_and_the_61st() -> None:
    # the ranks of table A.2 in Hahn and Meeker, Statistical Intervals (1991)
    assert quantile_interval(range(1, 101), 0.5)[1:] == (40, 61)


@given(st.integers(1, 300), st.sampled_from([0.1, 0.5, 0.9]))
def test_the_ranks_are_those_of_the_binomial_law(n: int, p: float) -> None:
    value, low, high = quantile_interval(range(1, n + 1), p)
    assert value == math.ceil(n * p - 1e-9)
    if not math.isnan(low):
        assert binom.cdf(low - 1, n, p) <= 0.025 + 1e-9 < binom.cdf(low, n, p) + 2e-9
    if not math.isnan(high):
        assert binom.cdf(high - 1, n, p) >= 0.975 - 1e-9
        assert high == 1 or binom.cdf(high - 2, n, p) < 0.975 + 1e-9


@pytest.mark.parametrize(("p", "n"), [(0.5, 40), (0.9, 120)])
def test_intervals_hold_the_true_quantile_at_least_as_often_as_they_say(p: float, n: int) -> None:
    chance = np.random.default_rng(7)
    hits = 0
    for _ in range(2000):
        _, low, high = quantile_interval(chance.exponential(size=n), p)
        hits += low <= -math.log(1 - p) <= high
    assert 0.945 <= hits / 2000 <= 0.985


def test_a_few_calls_give_no_upper_end_of_their_longest_waits() -> None:
    assert math.isnan(quantile_interval(range(12), 0.9)[2])


@pytest.mark.parametrize(("values", "p"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.0)])
def test_a_quantile_of_nothing_is_refused(values: list[float], p: float) -> None:
    with pytest.raises(ValueError):
        quantile_interval(values, p)
