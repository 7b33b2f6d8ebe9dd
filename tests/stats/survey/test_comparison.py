"""Comparisons: what a page may call a rise, a fall or stable, and how often that is wrong."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib import estimates
from observlib.estimates.comparisons import VERDICTS
from observlib.stats.survey import comparison
from observlib.stats.survey.comparison import (
    RESULTS,
    against_one,
    compare,
    verdict,
    waves,
)
from observlib.stats.survey.differences import difference_of_means, difference_of_shares
from observlib.stats.survey.intervals import student, wilson

NOW, BEFORE = "2026-T3", "2026-T2"
KINDS = {"satisfied_share": "share", "satisfaction_10": "mean", "nps": "mean",
         "wait_median": "interval", "visits": "count"}  # fmt: skip
MATTERS = {"satisfied_share": 5.0, "satisfaction_10": 0.5, "nps": 10.0, "wait_median": 30.0}


def share(value: float, n: float = 400, **more: Any) -> dict[str, Any]:
    low, high = wilson(value / 100 * n, n)
    row = {"indicator": "satisfied_share", "unit": "%", "period": NOW, "product": "boamp"}
    ends = {"ci_low": 100 * low, "ci_high": 100 * high}
    return {**row, "estimate": value, **ends, "n": n, "n_eff": n, **more}


def mean(value: float, sd: float = 2.0, n: int = 400, **more: Any) -> dict[str, Any]:
    low, high = student(value, sd, n)
    row = {"indicator": "satisfaction_10", "unit": "sur 10", "period": NOW, "product": "boamp"}
    return {**row, "estimate": value, "ci_low": low, "ci_high": high, "n": n, "n_eff": n, **more}


def visits(value: float, **more: Any) -> dict[str, Any]:
    row = {"indicator": "visits", "unit": "visites", "period": NOW, "product": "boamp"}
    return {**row, "estimate": value, "n": value, **more}


def pair(now: dict[str, Any], before: dict[str, Any]) -> pd.DataFrame:
    return against_one(estimates.make([now]), estimates.make([{**before, "period": BEFORE}]))


def family(cases: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> pd.DataFrame:
    """What `pair` gives of each case, put together: a hundred times quicker."""
    published = {"status": "published", "reference_status": "published"}
    second = [{f"reference_{key}": value for key, value in before.items()} for _, before in cases]
    rows = zip((now for now, _ in cases), second, strict=True)
    return pd.DataFrame([published | now | before for now, before in rows])


def found(pairs: pd.DataFrame, **how: Any) -> dict[str, Any]:
    return compare(pairs, KINDS, how.pop("matters", MATTERS), **how).iloc[0].to_dict()


def test_waves_pair_a_subject_with_itself_and_leave_out_what_is_told_twice():
    frame = estimates.make(
        [share(70, product=p, period=q) for p in ("boamp", "bodacc") for q in (NOW, BEFORE)]
        + [share(71, product="legifrance"), share(72, product="jo", period=BEFORE)]
        + [share(50, product="twice"), share(60, product="twice"), share(55, product="twice",
                                                                         period=BEFORE)]
    )  # fmt: skip
    pairs = waves(frame, NOW, BEFORE)
    assert pairs["product"].tolist() == pairs["reference_product"].tolist() == ["boamp", "bodacc"]
    assert set(pairs["period"]) == {NOW} and set(pairs["reference_period"]) == {BEFORE}
    # a reference is one row
    frame = estimates.make([share(70), share(60, product="bodacc"), mean(8)])
    assert against_one(frame, frame.iloc[[0]])["product"].tolist() == ["boamp", "bodacc"]
    with pytest.raises(ValueError, match="one row"):
        against_one(frame, frame)


def test_pairs_are_newcombe_s_in_points_or_welch_s_of_means():
    result = found(pair(share(80, 70), share(60, 80)))
    expected = difference_of_shares(0.8, 70, 0.6, 80)
    assert result["difference_low"] == pytest.approx(100 * expected[1])
    assert result["difference_high"] == pytest.approx(100 * expected[2])
    assert result["p_value"] == result["p_adjusted"] == pytest.approx(expected[3])
    assert (result["verdict"], result["reason"]) == ("rise", "")
    result = found(pair(mean(7.8, 2.4, 150), mean(8.4, 1.9, 260)))
    expected = difference_of_means(7.8, 2.4 / math.sqrt(150), 149, 8.4, 1.9 / math.sqrt(260), 259)
    measured = [result[key] for key in RESULTS[:3]] + [result["p_value"]]
    assert measured == pytest.approx(expected)
    assert result["verdict"] == "fall"


def test_a_net_promoter_score_whose_interval_was_cut_keeps_its_whole_error():
    high = student(95, 30, 16)[1]
    row = mean(95, 30, 16, indicator="nps", unit="points")
    cut = {**row, "ci_high": 100.0}
    assert high > 100
    whole = found(pair(row, mean(60, 60, 400, indicator="nps", unit="points")))
    after = found(pair(cut, mean(60, 60, 400, indicator="nps", unit="points")))
    assert after["difference_low"] == pytest.approx(whole["difference_low"])


def test_stable_is_said_only_within_what_matters():
    narrow = pair(share(70.5, 20_000), share(70, 20_000))
    assert found(narrow)["verdict"] == "stable"
    assert found(narrow, matters={})["verdict"] == "unknown"
    wide = found(pair(share(72, 200), share(70, 200)))
    assert (wide["verdict"], wide["reason"]) == ("unknown", "precision")
    # two shares of 200 answers near 70 %: (1.96 + 0.84) x sqrt(2 x 0.7 x 0.3 / 200) = 12.8 points
    assert wide["detectable"] == pytest.approx(12.8, abs=0.3)


def test_a_rise_that_does_not_survive_the_family_is_no_rise():
    one = pair(share(69.5), share(62))
    alone = compare(one, KINDS, MATTERS)
    assert alone["verdict"].tolist() == ["rise"]
    others = [pair(share(62 + i / 10), share(62)) for i in range(7)]
    among = compare(pd.concat([one, *others], ignore_index=True), KINDS, MATTERS)
    assert among["verdict"].tolist() == ["unknown"] * 8
    assert among["level"].round(6).unique().tolist() == [round(1 - 0.05 / 8, 6)]
    assert among["difference_low"].iat[0] < 0 < alone["difference_low"].iat[0]


def test_status_that_cannot_be_compared_gives_no_number_and_says_why():
    hidden = {"estimate": None, "ci_low": None, "ci_high": None, "n": None, "n_eff": None}
    for status in ("suppressed", "missing"):
        for one, two in ((hidden, {}), ({}, hidden)):
            now, then = ({"status": status if side else "published"} | side for side in (one, two))
            result = found(pair(share(70) | now, share(60) | then))
            assert (result["verdict"], result["reason"]) == ("unknown", status)
            assert math.isnan(result["difference"]) and math.isnan(result["p_value"])
    result = found(pair(share(70, status="partial"), share(20)))
    assert (result["verdict"], result["reason"]) == ("unknown", "partial")
    assert math.isnan(result["difference"])
    five = found(pair(mean(4.1, unit="sur 5"), mean(8.2)))
    assert (five["verdict"], five["reason"]) == ("unknown", "unit")
    assert math.isnan(five["difference"])


def test_a_peer_s_figure_counts_for_what_its_source_says_of_its_base():
    with_base = found(pair(share(80), share(70, 1000, n_eff=None)))
    assert with_base["simple_sample"] and with_base["verdict"] == "rise"
    bare = {**share(70), "ci_low": None, "ci_high": None, "n": None, "n_eff": None}
    whole = found(pair(share(80), bare | {"n_eff": math.inf}))
    assert not whole["simple_sample"] and whole["verdict"] == "rise"
    assert whole["p_value"] < with_base["p_value"]
    unknown = found(pair(share(80), bare))
    assert [unknown[key] for key in ("verdict", "reason", "difference")] == ["unknown", "base", 10]
    assert math.isnan(unknown["level"]) and math.isnan(unknown["p_value"])
    no_spread = mean(7.3, ci_low=None, ci_high=None, n_eff=None)
    assert found(pair(mean(8), no_spread))["reason"] == "base"
    # one answer tells no spread, and two do
    assert found(pair(mean(8), mean(7, n_eff=1)))["reason"] == "base"
    assert found(pair(mean(8), mean(7, n_eff=2)))["reason"] != "base"


def test_shares_of_0_and_100_and_answers_all_alike_make_no_hole_on_a_page():
    result = found(pair(share(100, 12, status="low_base"), share(0, 12, status="low_base")))
    assert result["verdict"] == "rise" and 0 < result["difference_low"] <= 100
    result = found(pair(share(0, 12), share(0, 15)))
    assert result["verdict"] == "unknown" and result["difference_low"] < 0
    for one, other in (((10, 0.0, 12), (9, 0.0, 12)), ((0.0, 5e-324, 11), (0.0, 0.0, 11))):
        alike = found(pair(mean(*one), mean(*other)))  # or of a spread too small to divide
        assert (alike["verdict"], alike["reason"]) == ("unknown", "spread")
    one_alike = found(pair(mean(10, 0.0, 12), mean(9, 1.0, 40)))
    assert one_alike["verdict"] == "rise"


def test_a_median_is_compared_by_its_interval():
    row = {"indicator": "wait_median", "unit": "s", "period": NOW}
    now = {**row, "estimate": 60, "ci_low": 50, "ci_high": 90, "n": 200, "n_eff": 200}
    then = {**row, "estimate": 120, "ci_low": 90, "ci_high": 180, "n": 200, "n_eff": 200}
    result = found(pair(now, then))
    assert result["verdict"] == "fall"
    assert result["difference_high"] == pytest.approx(-60 + math.hypot(30, 30))
    ties = {**then, "estimate": 61, "ci_low": 61, "ci_high": 61}
    assert found(pair({**now, "ci_low": 60, "ci_high": 60}, ties))["reason"] == "spread"


@pytest.mark.parametrize(("now", "before", "margin", "expected"), [
    (10_005, 10_000, {}, "rise"),  # 0,05 %, which a page writes 0,1 %
    (10_004, 10_000, {}, "stable"),  # written +0,0 %
    (9_995, 10_000, {}, "fall"),
    (1_100, 1_000, {"visits": 10.0}, "rise"),
    (1_099, 1_000, {"visits": 10.0}, "stable"),
    (900, 1_000, {"visits": 10.0}, "fall"),
    (50, 0, {}, "rise"),
    (0, 0, {}, "stable"),
])  # fmt: skip
def test_counts_of_whole_populations_are_compared_as_they_are(now, before, margin, expected):
    result = found(pair(visits(now, n=100), visits(before, n=100)), matters=margin)
    assert (result["verdict"], result["reason"]) == (expected, "")
    assert result["difference"] == now - before
    assert math.isnan(result["p_value"]) and math.isnan(result["level"])


def test_counts_are_no_tests_of_the_family():
    pairs = [pair(share(69.5), share(62))] + [pair(visits(120), visits(100))] * 20
    among = compare(pd.concat(pairs), KINDS, MATTERS)  # each with the index 0: no matter
    assert among["verdict"].tolist() == ["rise"] * 21
    assert among["level"].iat[0] == pytest.approx(0.95)


def test_of_no_pair_there_is_an_empty_table_and_what_the_caller_forgot_is_named():
    none = compare(waves(estimates.make([]), NOW, BEFORE), KINDS, MATTERS)
    assert none.empty and set(RESULTS) <= set(none.columns)
    pairs = pair(share(70), share(60))
    with pytest.raises(ValueError, match="satisfied_share"):
        compare(pairs, {}, {})
    with pytest.raises(ValueError, match="above 0: satisfied_share"):
        compare(pairs, KINDS, {"satisfied_share": 0.0})
    with pytest.raises(ValueError, match="mean, share, interval, count, not means"):
        compare(pairs, {"satisfied_share": "means"}, {})  # type: ignore[dict-item]


SHARES = st.builds(share, st.integers(0, 100).map(float), st.integers(11, 3000))
MARKS = st.integers(0, 100).map(lambda x: x / 10)
MEANS = st.builds(mean, MARKS, st.floats(0, 5), st.integers(11, 3000))
PAIRS = st.tuples(SHARES, SHARES) | st.tuples(MEANS, MEANS)


@given(cases=st.lists(PAIRS, min_size=1, max_size=8))
def test_a_verdict_never_contradicts_the_interval_that_the_page_shows(cases):
    for row in compare(family(cases), KINDS, MATTERS).to_dict("records"):
        low, high = row["difference_low"], row["difference_high"]
        assert row["verdict"] in VERDICTS and row["reason"] in ("", *comparison.REASONS)
        assert (row["verdict"] == "unknown") == (row["reason"] != "")
        if row["reason"] == "spread":
            continue
        slack = 1e-7 * max(1, abs(low), abs(high))
        assert row["p_adjusted"] >= row["p_value"] - 1e-12
        assert low - slack <= row["difference"] <= high + slack
        if min(abs(low), abs(high)) > slack:
            assert (row["verdict"] in ("rise", "fall")) == (low > 0 or high < 0)
        if row["verdict"] == "rise":
            assert low > 0 and row["difference"] > 0 and row["p_adjusted"] <= 0.05 + 1e-12
        if row["verdict"] == "fall":
            assert high < 0 and row["difference"] < 0 and row["p_adjusted"] <= 0.05 + 1e-12
        if row["verdict"] == "stable":
            margin = MATTERS[row["indicator"]]
            assert -margin <= low <= 0 <= high <= margin


def test_a_stable_among_others_has_the_interval_of_its_own_test():
    one = pair(mean(7.5), mean(7.5))
    (alone,) = compare(one, KINDS, MATTERS).to_dict("records")
    assert (alone["verdict"], alone["level"]) == ("stable", 0.95)  # the first interval shows it
    two = compare(pd.concat([one, one]), KINDS, {"satisfaction_10": 0.38}, level=0.99)
    assert two["verdict"].tolist() == ["stable", "stable"]
    assert two["level"].round(9).tolist() == [0.98, 0.98]
    # what could have been seen is a matter of the other test
    assert two["detectable"].iat[0] > 1.1 * two["difference_high"].iat[0]


def test_a_pair_that_shares_answers_is_tested_with_its_own_error():
    with_weights = mean(7.5)
    apart = pair(with_weights, mean(7.3))
    together = apart.assign(paired_se=0.05, paired_df=399.0)
    both = compare(pd.concat([apart, together], ignore_index=True), KINDS, {})
    assert both["verdict"].tolist() == ["unknown", "rise"]
    expected = difference_of_means(7.5, 0.05, 399, 7.3, 0.0, math.inf, both["level"].iat[1])
    assert [*both.loc[1, RESULTS[:3]], both["p_value"][1]] == pytest.approx(expected)
    assert found(together.assign(paired_se=0.0))["reason"] == "spread"


def test_the_ends_of_what_matters_and_of_no_difference_belong_to_stable_and_unknown():
    assert verdict(-0.5, 0.5, 0.5) == "stable"  # as far as what matters, and no further
    assert verdict(-0.51, 0.5, 0.5) == verdict(-0.5, 0.51, 0.5) == "unknown"
    assert verdict(0.0, 1.0, 0.5) == verdict(-1.0, 0.0, 0.5) == "unknown"  # no difference is inside
    assert verdict(0.0, 0.0, 0.0) == "stable"
    assert verdict(-0.4, -0.1, 0.0) == "fall"
    assert verdict(0.1, 0.4, 0.5, holds=False) == "stable"  # a rise needs its test too
    assert verdict(0.1, 0.4, 0.3, holds=False) == "unknown"
