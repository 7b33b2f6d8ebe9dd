"""Quantiles and durations: the binomial law, statsmodels, and what has no interval."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.duration.survfunc import SurvfuncRight
from tests.examples import examples

from observlib.stats.survey.design import design
from observlib.stats.survey.quantiles import (
    kaplan_meier,
    quantile,
    quantile_interval,
    quantiles,
    share_ended,
)


@given(st.integers(1, 300), st.sampled_from([0.1, 0.5, 0.9]))
def test_the_ranks_are_those_of_the_binomial_law(n, p):
    value, low, high = quantile_interval(range(1, n + 1), p)
    assert value == math.ceil(n * p - 1e-9)
    if not math.isnan(low):
        assert binom.cdf(low - 1, n, p) <= 0.025 + 1e-9 < binom.cdf(low, n, p) + 2e-9
    if not math.isnan(high):
        assert binom.cdf(high - 1, n, p) >= 0.975 - 1e-9
        assert high == 1 or binom.cdf(high - 2, n, p) < 0.975 + 1e-9


def test_a_few_calls_give_no_half_interval_of_their_longest_waits():
    value, low, high = quantile_interval(range(12), 0.9)
    assert value == 10 and math.isnan(low) and math.isnan(high)
    assert quantile_interval([3, 5, 9], 1e-12)[0] == 3
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


def test_unknown_waits_are_left_out_and_shares_outside_0_and_1_refused():
    made = design(pd.DataFrame({"wait": [3.0, None, 1.0, 2.0]}))
    found = quantiles(made, "wait")
    assert (found["estimate"][0], found["n"][0], found["df"][0]) == (2.0, 3, 2)
    for wrong in (0.0, 1.0, [0.5, 2.0], []):
        with pytest.raises(ValueError, match="shares"):
            quantiles(made, "wait", wrong)


REFUSED = [
    ("needs known values", quantile_interval, [([], 0.5), ([1.0], 0), ([1.0], 1)]),
    ("needs known values", quantile_interval, [([math.nan, 1.0], 0.5)]),
    ("of 0 or more", kaplan_meier, [([-1.0], [True]), ([math.nan], [True]), ([1], [True], [-1])]),
    ("of 0 or more", kaplan_meier, [([1, 2], [True, True], [math.inf, 1])]),
    ("1 durations, 0 ends", kaplan_meier, [([1.0], [])]),
    ("and known", kaplan_meier, [([1, 2], [True, end]) for end in (None, math.nan, pd.NA)]),
]


@pytest.mark.parametrize(("why", "function", "cases"), REFUSED)
def test_values_and_durations_that_are_none_are_refused(why, function, cases):
    for case in cases:
        with pytest.raises(ValueError, match=why):
            function(*case)


def test_the_least_quantile_of_a_group_is_its_own_and_not_of_the_group_before():
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0, 11.0, 12.0, 13.0], "g": list("aaabbb")})
    found = quantiles(design(frame), "y", [1e-12, 1 - 1e-12], by="g")
    assert found["estimate"].tolist() == [1, 3, 11, 13]


# Remission in weeks under 6-MP, + censored: Freireich et al. (1963), as in Cox (1972)
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [c == "x" for c in "xxx+x+x++xx+++xx+++++"]
CASES = st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(1, 5)), min_size=1)


@given(CASES)
def test_curve_and_greenwood_s_error_agree_with_statsmodels(cases):
    times, ended, counts = map(np.array, zip(*cases, strict=True))
    if not ended.any():
        assert kaplan_meier(times, ended, counts).empty
        return
    oracle = SurvfuncRight(np.repeat(times, counts), np.repeat(ended, counts))
    curve = kaplan_meier(times, ended, counts)
    assert curve["time"].tolist() == oracle.surv_times.tolist()
    assert curve["survival"].to_numpy() == pytest.approx(oracle.surv_prob, abs=1e-12)
    inside = curve["survival"].between(0.001, 0.999)
    error = np.asarray(oracle.surv_prob_se)[inside]
    s = curve.loc[inside, "survival"]
    expected = s ** np.exp(1.959963984540054 * error / (s * -np.log(s)))
    assert curve.loc[inside, "ci_low"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)
    known = curve.dropna()
    assert (known["ci_low"] <= known["survival"] + 1e-12).all()
    assert (known["survival"] <= known["ci_high"] + 1e-12).all()


def test_the_interval_of_the_share_ended_is_that_of_the_curve_turned_round():
    curve = kaplan_meier(WEEKS, ENDED)
    value, low, high = share_ended(curve, 10)
    row = curve[curve["time"] <= 10].iloc[-1]
    assert (value, low, high) == (1 - row["survival"], 1 - row["ci_high"], 1 - row["ci_low"])
    assert 0 < low < value < high < 1 and quantile(curve, 0.5)[0] == 23  # as is published
    assert share_ended(curve, 5)[0] == 0 and np.isnan(share_ended(curve, 5)[1:]).all()


def test_open_cases_are_not_dropped_which_would_shorten_the_delay():
    closed, still_open = [1.0] * 5, [10.0] * 5
    curve = kaplan_meier(closed + still_open, [True] * 5 + [False] * 5)
    assert share_ended(curve, 5)[0] == 0.5
    assert math.isnan(quantile(curve, 0.9)[0])
