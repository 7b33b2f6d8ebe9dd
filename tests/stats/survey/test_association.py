"""Differences and associations: R's tests, Student's and Pearson's, and error rates kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from observlib.stats.survey.association import difference, independence, weighting_effect
from observlib.stats.survey.design import design, within
from observlib.stats.survey.weighting import calibrate

Reference = Callable[..., dict[str, Any]]


def test_the_t_test_is_that_of_r(apistrat, reference):
    made = design(apistrat, weights="pw", strata="stype", population="fpc")
    found, expected = difference(made, "api00", "awards", "Yes", "No"), reference("strat_ttest")
    assert found.estimate == pytest.approx(expected["estimate"], rel=1e-8)
    assert found.df == expected["extra"]["df"] and found.n == 200
    assert [found.ci_low, found.ci_high, found.t, found.p] == pytest.approx(
        [expected["ci_low"], expected["ci_high"], expected["extra"]["t"], expected["extra"]["p"]],
        rel=1e-6,
    )
    reverse = difference(made, "api00", "awards", "No", "Yes")
    assert (reverse.estimate, reverse.p) == pytest.approx((-found.estimate, found.p))


@pytest.mark.parametrize(
    ("name", "columns"), [("strat_chisq", ("awards", "stype")), ("hdv_chisq", ("sport", "sexe"))]
)
def test_the_rao_scott_test_is_that_of_r(apistrat, hdv2003, reference, name, columns):
    made = (
        design(apistrat, weights="pw", strata="stype", population="fpc")
        if name == "strat_chisq"
        else design(hdv2003, weights="poids")
    )
    expected = reference(name)
    for first, second in (columns, columns[::-1]):
        found = independence(made, first, second)
        assert found.f == pytest.approx(expected["estimate"], rel=1e-6)
        assert [found.ndf, found.ddf, found.p] == pytest.approx(
            [expected["extra"][part] for part in ("ndf", "ddf", "p")], rel=1e-6
        )


def test_a_simple_sample_has_nearly_welch_s_t_and_pearson_s_p():
    from scipy import stats

    chance = np.random.default_rng(5)
    group = np.repeat(["a", "b"], [300, 500])
    frame = pd.DataFrame({"g": group, "y": chance.normal(0, 1 + (group == "b"))})
    frame["y"] += 0.2 * (group == "b")
    frame["high"] = frame["y"] > 1
    made = design(frame)
    welch = stats.ttest_ind(*(frame.loc[frame["g"] == g, "y"] for g in "ba"), equal_var=False)
    found = difference(made, "y", "g", "b", "a")
    assert found.t == pytest.approx(welch.statistic, rel=5e-3)
    table = pd.crosstab(frame["g"], frame["high"])
    pearson = stats.chi2_contingency(table, correction=False)
    assert independence(made, "g", "high").f == pytest.approx(pearson.statistic, rel=0.1)


def test_clusters_do_not_make_independence_look_like_association():
    chance = np.random.default_rng(8)
    town = np.arange(600) // 15
    naive, fair = 0, 0
    for _ in range(150):
        lean = chance.normal(0, 1, 40)[town]
        frame = pd.DataFrame(
            {
                "town": town,
                "a": chance.random(600) < 1 / (1 + np.exp(-lean)),
                "b": (chance.normal(0, 1, 40)[town] + chance.normal(0, 1, 600)) > 0,
            }
        )
        naive += independence(design(frame), "a", "b").p < 0.05
        fair += independence(design(frame, clusters="town"), "a", "b").p < 0.05
    assert naive > 20 > fair


def test_tests_of_a_domain_leave_the_rest_in_the_variance(apistrat):
    made = design(apistrat, weights="pw", strata="stype", population="fpc")
    chosen = (apistrat["ell"] > 20).to_numpy()
    inside = within(made, chosen)
    found = difference(inside, "api00", "awards", "Yes", "No")
    joined = made.frame.assign(
        group=np.where(chosen, apistrat["awards"], "elsewhere")  # the same two groups of three
    )
    whole = design(joined, weights="pw", strata="stype", population="fpc")
    assert difference(whole, "api00", "group", "Yes", "No") == found
    assert independence(inside, "awards", "stype").n == chosen.sum()


@pytest.mark.parametrize(
    ("frame", "estimate"),
    [
        ({"y": [1, 2, 3], "g": list("aaa")}, np.nan),
        ({"y": [1, 2, None], "g": list("aab")}, np.nan),
        ({"y": [1, 1, 0, 0], "g": list("aabb")}, 1.0),
        ({"y": [2, 3], "g": list("ab")}, -1.0),
    ],
)
def test_a_difference_without_a_test_says_so(frame, estimate):
    found = difference(design(pd.DataFrame(frame)), "y", "g", "a", "b")
    assert found.status == ("missing" if np.isnan(estimate) else "no_interval")
    assert np.isnan([found.ci_low, found.ci_high, found.p]).all()
    assert found.estimate == pytest.approx(estimate, nan_ok=True)


def test_groups_of_a_census_with_calibrated_weights_have_a_test(calibrated_census):
    found = difference(calibrated_census, "api00", "awards", "Yes", "No")  # svyttest of R
    assert [found.estimate, found.ci_low, found.ci_high] == pytest.approx(
        [56.3308020247, 52.8036009448, 59.8580031047]
    )


def test_two_groups_of_the_same_towns_are_compared_within_each():
    before, after = np.array([1.0, 4, 6, 9, 15]), np.array([2.0, 6, 7, 12, 15])
    frame = pd.DataFrame({"y": [*after, *before], "g": list("aaaaabbbbb"), "town": [*range(5)] * 2})
    found = difference(design(frame, clusters="town"), "y", "g", "a", "b")
    # Student's paired test
    assert found.se == pytest.approx((after - before).std(ddof=1) / np.sqrt(5))
    assert (found.estimate, found.df) == (pytest.approx(1.4), 3)


def test_a_lonely_unit_that_did_not_answer_changes_no_test():
    frame = pd.DataFrame(
        {"a": [*"uvuvuuvv", None], "b": list("xyxxyxyxx"), "pool": list("aaaabbbbc")}
    )
    made = design(frame, strata="pool", lonely="average")
    assert independence(made, "a", "b").f == pytest.approx(
        independence(design(frame.dropna(), strata="pool"), "a", "b").f
    )


def test_a_difference_in_a_population_known_as_a_whole_is_known_and_not_tested():
    frame = pd.DataFrame({"y": [1, 2, 4, 0], "g": list("aabb")})
    found = difference(design(frame, population=4), "y", "g", "a", "b")
    assert (found.estimate, found.se, found.ci_low, found.ci_high) == (-0.5, 0, -0.5, -0.5)
    assert found.status == "published" and np.isnan([found.t, found.p]).all()


@pytest.mark.parametrize(
    "frame",
    [
        {"a": list("xxxx"), "b": list("uvuv")},
        {"a": ["x", None, "y"], "b": ["u", "v", None]},
        {"a": list("xyz"), "b": list("uvw")},
    ],
)
def test_a_table_without_a_test_says_so(frame):
    found = independence(design(pd.DataFrame(frame)), "a", "b")
    assert found.status == "missing" and np.isnan(found.f)


def test_empty_cells_and_answers_of_weight_0_leave_a_test():
    frame = pd.DataFrame(
        {"a": list("xxxyyyzz") * 4, "b": list("uuvuvvvv") * 4, "w": [1, 1, 1, 1, 1, 1, 2, 1] * 4}
    )
    found = independence(design(frame, weights="w"), "a", "b")
    assert found.status == "published" and 0 < found.p < 1
    silent = pd.concat([frame, pd.DataFrame({"a": ["?"] * 3, "b": ["u"] * 3, "w": 0})])
    more = independence(design(silent, weights="w"), "a", "b")
    assert (more.p, more.n) == (pytest.approx(found.p, rel=0.02), 32)


def test_mistakes_of_the_caller_are_value_errors():
    made = design(pd.DataFrame({"y": [1, 2], "g": list("ab")}))
    with pytest.raises(ValueError, match="itself"):
        difference(made, "y", "g", "a", "a")
    with pytest.raises(ValueError, match="no column h"):
        difference(made, "y", "h", "a", "b")
    with pytest.raises(ValueError, match="no column h"):
        independence(made, "g", "h")


def drawn(seed: int, n: int = 120) -> pd.DataFrame:
    """A sample in which the old, twice too many, are two points happier."""
    chance = np.random.default_rng(seed)
    old = chance.random(n) < 0.5
    mark = chance.normal(6, 1.5, n) + 2 * old
    return pd.DataFrame({"age": np.where(old, "old", "young"), "mark": mark})


SHARES = {"age": pd.Series({"old": 0.25, "young": 0.75})}


def effect(frame: pd.DataFrame) -> Any:
    weights = calibrate(frame, SHARES, population=float(len(frame)), method="raking")
    return weighting_effect(design(frame, calibration=weights), design(frame), "mark")


def test_the_error_of_what_weights_change_is_that_of_a_jackknife_that_weighs_each_time():
    frame = drawn(1)
    n = len(frame)
    left = [effect(frame.drop(index=i).reset_index(drop=True)).estimate for i in range(n)]
    jackknife = np.sqrt((n - 1) / n * np.sum((left - np.mean(left)) ** 2))
    found = effect(frame)
    assert found.se == pytest.approx(jackknife, rel=0.02)
    # of two samples, the error would be thrice that one: weights would seem to change nothing
    apart = np.hypot(*[frame["mark"].std() / np.sqrt(n)] * 2)
    assert found.se < 0.7 * apart
    assert found.estimate < 0 and found.p < 1e-4


@pytest.mark.slow
def test_what_weights_change_is_inside_its_interval_as_often_as_said():
    held = 0
    for seed in range(300):
        found = effect(drawn(seed))
        held += found.ci_low <= -0.5 <= found.ci_high  # a quarter less than a half, of two points
    assert 0.92 <= held / 300 <= 0.98


def test_weights_that_change_nothing_have_no_test():
    frame = drawn(3)
    same = weighting_effect(design(frame), design(frame), "mark")
    assert (same.estimate, same.status) == (0.0, "no_interval")
    nobody = frame.assign(mark=np.nan)
    assert weighting_effect(design(nobody), design(nobody), "mark").status == "missing"
    with pytest.raises(ValueError, match="same rows"):
        weighting_effect(design(frame), design(frame, strata="age"), "mark")


def test_who_is_of_no_known_group_is_not_of_the_second():
    told = pd.DataFrame({"y": [4.0, 6, 1, 2, 3], "g": list("aabbb")})
    unknown = pd.concat([told, pd.DataFrame({"y": [9.0, 9.0], "g": [pd.NA, pd.NA]})])
    for frame in (told, unknown):
        frame = frame.assign(g=frame["g"].astype("string")).reset_index(drop=True)
        found = difference(design(frame), "y", "g", "a", "b")
        assert (found.estimate, found.n, found.df) == (3.0, 5, 3)


def test_what_nothing_can_test_has_no_negative_degrees_of_freedom():
    frame = pd.DataFrame({"y": [4.0, 6.0], "g": list("ab"), "s": [1, 2]})
    found = difference(design(frame, strata="s", lonely="certainty"), "y", "g", "a", "b")
    assert (found.status, found.df) == ("no_interval", 0) and np.isnan(found.se)


def test_the_error_of_weighting_rests_on_known_answers_alone():
    chance = np.random.default_rng(5)
    y, w = chance.normal(6, 2, 40), chance.lognormal(0, 0.5, 40)
    y[::4] = np.nan
    frame = pd.DataFrame({"y": y, "w": w})
    found = weighting_effect(design(frame, weights="w"), design(frame), "y")
    known = ~np.isnan(y)
    means = np.average(y[known], weights=w[known]), y[known].mean()
    scores = np.zeros(40)  # of who did not answer too, who are of the sample
    scores[known] = (
        w[known] * (y[known] - means[0]) / w[known].sum() - (y[known] - means[1]) / known.sum()
    )
    assert found.estimate == pytest.approx(means[0] - means[1])
    assert found.se == pytest.approx(np.sqrt(40 / 39 * np.sum((scores - scores.mean()) ** 2)))
    assert (found.n, found.df) == (30, 39)


def test_where_all_were_asked_or_some_are_outside_independence_says_so():
    frame = pd.DataFrame({"a": list("xxyy") * 15, "b": list("uvuuv") * 12, "n": 60})
    assert independence(design(frame, population="n"), "a", "b").status == "missing"
    found = independence(within(design(frame), frame.index < 30), "a", "b")
    assert (found.n, found.ndf) == (30, pytest.approx(1)) and found.ddf == pytest.approx(29)


def test_a_group_of_nobody_has_no_difference_and_says_how_many_the_other_has():
    made = design(pd.DataFrame({"y": [4.0, 6.0, 5.0], "g": list("aaa")}))
    for of, against in (("a", "b"), ("b", "a")):
        found = difference(made, "y", "g", of, against)
        assert (found.status, found.df) == ("missing", 0) and np.isnan(found.estimate)
        assert found.n == (3 if of == "a" else 0)
