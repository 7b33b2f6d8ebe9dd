"""Proportions, quantiles and durations: rare ones, whole populations, and other programs'."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom
from statsmodels.duration.survfunc import SurvfuncRight
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.stats.survey.design import design, within_domain
from observlib.stats.survey.intervals import wilson, wilson_of_share
from observlib.stats.survey.proportions import IntervalMethod, proportion, proportions
from observlib.stats.survey.quantiles import (
    kaplan_meier,
    quantile,
    quantile_interval,
    quantiles,
    share_ended,
)

METHODS: tuple[IntervalMethod, ...] = ("logit", "beta", "wilson", "mean")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_all_or_none_have_wilson_s_interval_and_say_so(method, answer):
    made = design(pd.DataFrame({"a": ["yes"] * 20}))
    found = proportion(made, "a", answer, method=method).iloc[0]
    won = 20 if answer == "yes" else 0
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(wilson(won, 20))
    assert found["method"] == "wilson" and found["se"] == 0 and found["n_eff"] == 20


def test_a_population_known_as_a_whole_leaves_no_doubt():
    made = design(pd.DataFrame({"a": [1, 1, 0, 1]}), population=4)
    for method in METHODS:
        found = proportion(made, "a", 1, method=method).iloc[0]
        assert found[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx([0.75] * 3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("answer", [0, 1])
def test_a_census_of_people_all_alike_leaves_no_doubt(method, answer):
    frame = pd.DataFrame({"a": 1, "pool": list("aaaab")})
    for made in (design(frame, population=5), design(frame, strata="pool", population=1.0)):
        found = proportion(made, "a", answer, by="pool", method=method)
        assert found["estimate"].tolist() == [answer] * 2
        assert found["ci_low"].tolist() == found["ci_high"].tolist() == [answer] * 2
        assert found["method"].tolist() == ["census"] * 2


def test_a_share_of_a_census_with_calibrated_weights_has_an_interval(calibrated_census):
    found = proportion(calibrated_census, "awards", "Yes").iloc[0]  # svyciprop(method = "xlogit")
    expected = [0.264313070178, 0.202102785936, 0.337571027239]
    assert found[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx(expected)
    awarded = within_domain(calibrated_census, calibrated_census.frame["awards"] == "Yes")
    alike = proportion(awarded, "awards", "Yes").iloc[0]
    assert alike["ci_low"] == alike["ci_high"] == 1 and alike["method"] == "census"


@pytest.mark.parametrize(("n", "size"), [(5, 6), (18, 20), (19, 20), (30, 100), (20, 10_000)])
def test_all_alike_in_a_large_part_of_a_population_have_the_hypergeometric_interval(n, size):
    others = np.arange(size - n + 1)
    possible = others[hypergeom.pmf(0, size, others, n) >= 0.025].max()
    made = design(pd.DataFrame({"a": ["yes"] * n}), population=size)
    found, none = (proportion(made, "a", answer).iloc[0] for answer in ("yes", "no"))
    assert found["method"] == "hypergeometric" and found["ci_high"] == 1
    # between whole numbers of people the interval goes on: never shorter, by less than one of them
    assert possible - 1e-6 <= size * (1 - found["ci_low"]) < possible + 1
    assert (none["ci_low"], none["ci_high"]) == (0, pytest.approx(1 - found["ci_low"]))


def test_an_empty_domain_is_a_missing_row():
    made = design(pd.DataFrame({"a": ["x", None, "y"], "g": list("aba")}))
    found = proportion(made, "a", "x", by="g")
    assert found["status"].tolist() == ["published", "missing"]
    assert found.iloc[1][["estimate", "ci_low", "ci_high"]].isna().all()
    assert (
        proportions(within_domain(made, made.frame["a"] == "z"), "a")["status"].eq("missing").all()
    )


def test_several_answers_are_added_and_categories_that_nobody_chose_are_there():
    marks = pd.Categorical([1, 2, 2, 4], categories=[4, 3, 2, 1])
    made = design(pd.DataFrame({"mark": marks, "g": list("abab")}))
    assert proportion(made, "mark", [3, 4])["estimate"][0] == 0.25
    found = proportions(made, "mark", by="g")
    assert found["value"].tolist() == [4, 3, 2, 1] * 2
    assert found["estimate"].tolist() == [0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0]


def test_mistakes_of_the_caller_are_value_errors():
    made = design(pd.DataFrame({"a": [1, 0], "empty": [None, None]}))
    with pytest.raises(ValueError, match="method is one of"):
        proportion(made, "a", 1, method="wald")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no column b"):
        proportion(made, "b", 1)
    with pytest.raises(ObservError, match="no row has an answer"):
        proportions(made, "empty")
    with pytest.raises(ValueError, match="column value: the name of a result"):
        proportions(design(pd.DataFrame({"a": [1, 0], "value": [1, 2]})), "a", by="value")


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
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [c == "x" for c in "xxx+x+x++xx+++xx+++++"]
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


def test_the_quantiles_of_a_population_known_as_a_whole_are_known():
    whole = design(pd.DataFrame({"wait": range(5), "g": list("aaaab")}), population=5)
    found = quantiles(whole, "wait", [0.5, 0.99], by="g")
    assert (found["ci_low"] == found["estimate"]).all() and (found["se"] == 0).all()
    assert (found["ci_high"] == found["estimate"]).all() and (found["status"] == "published").all()
    # the least quantile of a group is its own, and not of the group before
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0, 11.0, 12.0, 13.0], "g": list("aaabbb")})
    found = quantiles(design(frame), "y", [1e-12, 1 - 1e-12], by="g")
    assert found["estimate"].tolist() == [1, 3, 11, 13]


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
    # open cases are not dropped, which would shorten the delay
    closed, still_open = [1.0] * 5, [10.0] * 5
    curve = kaplan_meier(closed + still_open, [True] * 5 + [False] * 5)
    assert share_ended(curve, 5)[0] == 0.5
    assert math.isnan(quantile(curve, 0.9)[0])
