from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, t
from tests.examples import examples

from observlib.stats.survey.design import design
from observlib.stats.survey.quantiles import quantile_interval, quantiles


def test_the_median_of_100_values_lies_between_the_40th_and_the_61st():
    # the ranks of table A.2 in Hahn and Meeker, Statistical Intervals (1991)
    assert quantile_interval(range(1, 101), 0.5)[1:] == (40, 61)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_error_of_a_quantile_is_its_interval_s_length_in_units_of_t(level):
    waits = design(pd.DataFrame({"wait": range(101)}))
    found = quantiles(waits, "wait", level=level).iloc[0]
    reach = t.ppf((1 + level) / 2, 100)
    assert found["se"] == pytest.approx((found["ci_high"] - found["ci_low"]) / 2 / reach)


def test_a_share_of_less_than_one_value_is_the_smallest():
    assert quantile_interval([3, 5, 9], 1e-12)[0] == 3


@given(st.integers(1, 300), st.sampled_from([0.1, 0.5, 0.9]))
def test_the_ranks_are_those_of_the_binomial_law(n, p):
    value, low, high = quantile_interval(range(1, n + 1), p)
    assert value == math.ceil(n * p - 1e-9)
    if not math.isnan(low):
        assert binom.cdf(low - 1, n, p) <= 0.025 + 1e-9 < binom.cdf(low, n, p) + 2e-9
    if not math.isnan(high):
        assert binom.cdf(high - 1, n, p) >= 0.975 - 1e-9
        assert high == 1 or binom.cdf(high - 2, n, p) < 0.975 + 1e-9


@pytest.mark.parametrize(("p", "n"), [(0.5, 40), (0.9, 120)])
def test_intervals_hold_the_true_quantile_at_least_as_often_as_they_say(p, n):
    chance = np.random.default_rng(7)
    hits = 0
    for _ in range(2000):
        _, low, high = quantile_interval(chance.exponential(size=n), p)
        hits += low <= -math.log(1 - p) <= high
    assert 0.945 <= hits / 2000 <= 0.985


def test_a_few_calls_give_no_half_interval_of_their_longest_waits():
    value, low, high = quantile_interval(range(12), 0.9)
    assert value == 10 and math.isnan(low) and math.isnan(high)
    found = quantiles(design(pd.DataFrame({"wait": range(12)})), "wait", [0.5, 0.9, 0.1])
    assert found["status"].tolist() == ["published", "no_interval", "no_interval"]
    assert found["estimate"].tolist() == [5, 10, 1]
    for row in found.itertuples():
        known = row.status == "published"
        assert [math.isnan(x) for x in (row.se, row.ci_low, row.ci_high)] == [not known] * 3


def test_the_quantiles_of_a_population_known_as_a_whole_are_known():
    whole = design(pd.DataFrame({"wait": range(5), "g": list("aaaab")}), population=5)
    found = quantiles(whole, "wait", [0.5, 0.99], by="g")
    assert (found["ci_low"] == found["estimate"]).all() and (found["se"] == 0).all()
    assert (found["ci_high"] == found["estimate"]).all() and (found["status"] == "published").all()


@pytest.mark.parametrize(
    ("values", "p"), [([], 0.5), ([1.0], 0), ([1.0], 1), ([math.nan, 1.0], 0.5)]
)
def test_a_quantile_of_nothing_is_refused(values, p):
    with pytest.raises(ValueError):
        quantile_interval(values, p)


def test_weighted_quantiles_are_those_of_r(hdv2003, reference):
    found = quantiles(design(hdv2003, weights="poids"), "age", [0.25, 0.5, 0.75])
    for _, row in found.iterrows():
        expected = reference("hdv_quantile", f"p={row['p']}")
        for part in ("estimate", "se", "ci_low", "ci_high"):
            assert row[part] == pytest.approx(expected[part], rel=1e-6)


@examples(40)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from("ab")),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([0.1, 0.25, 0.5, 0.9]),
)
def test_a_weight_is_as_many_equal_answers_in_each_domain(rows, p):
    frame = pd.DataFrame([*rows, (5, 1, "a"), (5, 0, "b")], columns=["y", "w", "g"])
    for row in quantiles(design(frame, weights="w"), "y", p, by="g").itertuples():
        inside = frame[frame["g"] == row.g]
        each = np.repeat(inside["y"], inside["w"])
        assert row.n == (inside["w"] > 0).sum()
        if each.empty:
            assert row.status == "missing" and math.isnan(row.estimate)
        else:
            assert row.estimate == quantile_interval(each.tolist(), p)[0]
            assert not row.ci_low > row.estimate and not row.ci_high < row.estimate


def test_woodruff_s_interval_is_near_the_exact_one_of_a_simple_sample():
    waits = np.random.default_rng(4).exponential(size=2000)
    found = quantiles(design(pd.DataFrame({"wait": waits})), "wait", [0.5, 0.9])
    for row in found.itertuples():
        exact = quantile_interval(waits.tolist(), row.p)
        assert row.estimate == exact[0]
        assert (row.ci_low, row.ci_high) == pytest.approx(exact[1:], rel=0.02)


def test_the_longest_wait_of_all_has_no_interval_of_length_0():
    found = quantiles(design(pd.DataFrame({"wait": range(20)})), "wait", 0.99).iloc[0]
    assert found["estimate"] == 19 and found[["se", "ci_low", "ci_high"]].isna().all()
    assert found["status"] == "no_interval"


def test_unknown_waits_are_left_out_and_shares_outside_0_and_1_refused():
    made = design(pd.DataFrame({"wait": [3.0, None, 1.0, 2.0]}))
    found = quantiles(made, "wait")
    assert (found["estimate"][0], found["n"][0], found["df"][0]) == (2.0, 3, 2)
    for wrong in (0.0, 1.0, [0.5, 2.0], []):
        with pytest.raises(ValueError, match="shares"):
            quantiles(made, "wait", wrong)


def test_the_least_quantile_of_a_group_is_its_own_and_not_of_the_group_before():
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0, 11.0, 12.0, 13.0], "g": list("aaabbb")})
    found = quantiles(design(frame), "y", [1e-12, 1 - 1e-12], by="g")
    assert found["estimate"].tolist() == [1, 3, 11, 13]
