"""Proportions, quantiles and durations: rare ones, and other programs'."""

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
from observlib.stats.survey.intervals import wilson, wilson_of_share
from observlib.stats.survey.proportions import (
    IntervalMethod,
    kaplan_meier,
    proportion,
    proportions,
    quantile_interval,
    quantiles,
)

METHODS: tuple[IntervalMethod, ...] = ("logit", "wilson")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_all_or_none_have_wilson_s_interval_and_say_so(method, answer):
    made = design(pd.DataFrame({"a": ["yes"] * 20}))
    found = proportion(made, "a", answer, method=method).iloc[0]
    won = 20 if answer == "yes" else 0
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(wilson(won, 20))
    assert found["method"] == "wilson" and found["se"] == 0 and found["n_eff"] == 20


def test_several_answers_are_added_and_categories_that_nobody_chose_are_there():
    marks = pd.Categorical([1, 2, 2, 4], categories=[4, 3, 2, 1])
    made = design(pd.DataFrame({"mark": marks, "g": list("abab")}))
    assert proportion(made, "mark", [3, 4])["estimate"][0] == 0.25
    found = proportions(made, "mark", by="g")
    assert found["value"].tolist() == [4, 3, 2, 1] * 2
    assert found["estimate"].tolist() == [0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0]


@pytest.mark.parametrize("method", METHODS)
def test_four_answers_alike_in_each_stratum_are_no_share_without_error(method):
    made = design(pd.DataFrame({"a": list("yynn"), "stratum": list("aabb")}), strata="stratum")
    found = proportion(made, "a", "y", method=method).iloc[0]
    assert found["method"] == "wilson" and found["status"] == "published"
    assert found["ci_low"] < 0.2 and found["ci_high"] > 0.8


def test_a_stratum_without_a_case_does_not_make_a_rare_share_a_sure_one():
    """Nine tenths of the people are those of whom few were asked, and none had it."""
    strata = pd.DataFrame({"stratum": ["many"] * 50 + ["few"] * 350, "has": [0] * 394 + [1] * 6})
    strata["weight"] = strata["stratum"].map({"many": 0.9 / 50, "few": 0.1 / 350})
    made = design(strata, weights="weight", strata="stratum")
    found = proportion(made, "has", 1).iloc[0]
    assert found["method"] == "wilson" and found["estimate"] == pytest.approx(0.1 * 6 / 350)
    # 50 people of whom none has it may have 7 %, by Wilson's interval of 0 of 50
    assert 0.05 < found["ci_high"] < 0.1
    some_more = strata.assign(has=strata["has"].where(strata.index >= 20, 1))
    both = design(some_more, weights="weight", strata="stratum")
    assert proportion(both, "has", 1).iloc[0]["method"] == "logit"


def test_a_rare_share_of_people_of_small_weights_is_not_sure_of_being_rarer_than_it_is():
    """Three of 200 have it, all of small weights: the variance knows of no heavy one."""
    frame = pd.DataFrame({"has": [1] * 3 + [0] * 197, "w": [0.4] * 160 + [3.4] * 40})
    found = proportion(design(frame, weights="w"), "has", 1).iloc[0]
    kish = frame["w"].sum() ** 2 / (frame["w"] ** 2).sum()
    expected = wilson_of_share(found["estimate"], kish)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx([float(end) for end in expected])
    assert found["method"] == "wilson" and found["ci_high"] > 0.05
    even = proportion(design(frame.assign(w=2.0), weights="w"), "has", 1).iloc[0]
    assert even["method"] == "logit", "people who weigh alike leave no doubt of that kind"


ANSWER = st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from("ab"))
# Remission in weeks under 6-MP, + censored: Freireich et al. (1963), as in Cox (1972)
CASES = st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(1, 5)), min_size=1)


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


@examples(40)
@given(st.lists(ANSWER, min_size=1, max_size=40), st.sampled_from([0.1, 0.25, 0.5, 0.9]))
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
