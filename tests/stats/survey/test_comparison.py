"""Comparisons: what a page may call a rise, a fall or stable, and how often that is wrong."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import brunnermunzel
from tests.examples import examples

from observlib import estimates
from observlib.estimates import REFERENCE, VERDICTS
from observlib.indicators.answers import mean_of_marks
from observlib.indicators.answers import share as share_of
from observlib.stats.survey import comparison
from observlib.stats.survey.comparison import (
    OPTIONS,
    RESULTS,
    against_one,
    changes_by_specification,
    compare,
    two_by_two,
    verdict,
    waves,
)
from observlib.stats.survey.differences import difference_of_means, difference_of_shares
from observlib.stats.survey.intervals import student, wilson

NOW, BEFORE = "2026-T3", "2026-T2"
HIDDEN = dict.fromkeys(["estimate", "ci_low", "ci_high", "n", "n_eff"])
KINDS = {"satisfied_share": "share", "satisfaction_10": "mean", "nps": "mean",
         "wait_median": "interval", "visits": "count"}  # fmt: skip
MATTERS = {"satisfied_share": 5.0, "satisfaction_10": 0.5, "nps": 10.0, "wait_median": 30.0}


def share(value: float, n: float = 400, **more: Any) -> dict[str, Any]:
    ends = wilson(value / 100 * n, n)
    row = {"indicator": "satisfied_share", "unit": "%", "n": n, "n_eff": n}
    return row | told(value, 100 * ends[0], 100 * ends[1]) | more


def mean(value: float, sd: float = 2.0, n: int = 400, **more: Any) -> dict[str, Any]:
    row = {"indicator": "satisfaction_10", "unit": "sur 10", "n": n, "n_eff": n}
    return row | told(value, *student(value, sd, n)) | more


def visits(value: float, **more: Any) -> dict[str, Any]:
    return {"indicator": "visits", "unit": "visites", "n": 100} | told(value) | more


def told(value: float, *ends: float) -> dict[str, Any]:
    row = {"period": NOW, "product": "boamp", "estimate": value}
    return row | dict(zip(("ci_low", "ci_high"), ends, strict=False))


def pair(now: dict[str, Any], before: dict[str, Any]) -> pd.DataFrame:
    return against_one(estimates.make([now]), estimates.make([{**before, "period": BEFORE}]))


def found(pairs: pd.DataFrame, **how: Any) -> dict[str, Any]:
    return compare(pairs, KINDS, how.pop("matters", MATTERS), **how).iloc[0].to_dict()


def said(pairs: pd.DataFrame, **how: Any) -> tuple[str, str]:
    result = found(pairs, **how)
    return result["verdict"], result["reason"]


def test_waves_pair_a_subject_with_itself_and_leave_out_what_is_told_twice():
    rows = [share(70, product=p, period=q) for p in ("boamp", "bodacc") for q in (NOW, BEFORE)]
    rows += [share(71, product="legifrance"), share(72, product="jo", period=BEFORE)]
    rows += [share(50 + i, product="twice", period=q) for i, q in enumerate((NOW, NOW, BEFORE))]
    pairs = waves(estimates.make(rows), NOW, BEFORE)
    assert pairs["product"].tolist() == pairs["reference_product"].tolist() == ["boamp", "bodacc"]
    assert set(pairs["period"]) == {NOW} and set(pairs["reference_period"]) == {BEFORE}
    # a reference is one row
    frame = estimates.make([share(70), share(60, product="bodacc"), mean(8)])
    assert against_one(frame, frame.iloc[[0]])["product"].tolist() == ["boamp", "bodacc"]
    with pytest.raises(ValueError, match="one row"):
        against_one(frame, frame)
    both = two_by_two(frame)
    assert both[["product", "reference_product"]].values.tolist() == [["boamp", "bodacc"]]


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
    nps = {"indicator": "nps", "unit": "points"}
    row, other = mean(95, 30, 16, **nps), mean(60, 60, 400, **nps)
    assert row["ci_high"] > 100
    whole, after = (found(pair(one, other)) for one in (row, {**row, "ci_high": 100.0}))
    assert after["difference_low"] == pytest.approx(whole["difference_low"])


def test_stable_is_said_only_within_what_matters():
    narrow = pair(share(70.5, 20_000), share(70, 20_000))
    assert said(narrow) == ("stable", "")
    assert said(narrow, matters={}) == ("unknown", "precision")
    wide = found(pair(share(72, 200), share(70, 200)))
    assert (wide["verdict"], wide["reason"]) == ("unknown", "precision")
    # two shares of 200 answers near 70 %: (1.96 + 0.84) x sqrt(2 x 0.7 x 0.3 / 200) = 12.8 points
    assert wide["detectable"] == pytest.approx(12.8, abs=0.3)
    # stable by two one-sided tests, whose own interval is shown: at 90 %
    close = found(pair(share(70.1, 560), share(70, 560)))
    assert close["verdict"] == "stable" and close["level"] == pytest.approx(0.9)


def test_a_rise_that_does_not_survive_the_family_is_no_rise():
    one = pair(share(69.5), share(62))
    alone = compare(one, KINDS, MATTERS)
    assert alone["verdict"].tolist() == ["rise"]
    others = [pair(share(62 + i / 10), share(62)) for i in range(7)]
    among = compare(pd.concat([one, *others], ignore_index=True), KINDS, MATTERS)
    assert among["verdict"].tolist() == ["unknown"] * 8
    assert among["level"].round(6).unique().tolist() == [round(1 - 0.05 / 8, 6)]
    assert among["difference_low"].iat[0] < 0 < alone["difference_low"].iat[0]


@pytest.mark.parametrize(("now", "then", "reason"), [
    *((one | {"status": status}, two, status)
      for status in ("suppressed", "missing") for one, two in ((HIDDEN, {}),)),
    *(({}, HIDDEN | {"status": status}, status) for status in ("suppressed", "missing")),
    ({"status": "partial"}, {}, "partial"), ({"unit": "points"}, {}, "unit"),
])  # fmt: skip
def test_status_that_cannot_be_compared_gives_no_number_and_says_why(now, then, reason):
    result = found(pair(share(70) | now, share(20) | then))
    assert (result["verdict"], result["reason"]) == ("unknown", reason)
    assert math.isnan(result["difference"]) and math.isnan(result["p_value"])


def test_a_peer_s_figure_counts_for_what_its_source_says_of_its_base():
    with_base = found(pair(share(80), share(70, 1000, n_eff=None)))
    assert with_base["simple_sample"] and with_base["verdict"] == "rise"
    bare = share(70) | HIDDEN | {"estimate": 70}
    whole = found(pair(share(80), bare | {"n_eff": math.inf}))
    assert not whole["simple_sample"] and whole["verdict"] == "rise"
    assert whole["p_value"] < with_base["p_value"]
    unknown = found(pair(share(80), bare))
    assert [unknown[key] for key in ("verdict", "reason", "difference")] == ["unknown", "base", 10]
    assert math.isnan(unknown["level"]) and math.isnan(unknown["p_value"])
    assert said(pair(mean(8), mean(7.3) | HIDDEN | {"estimate": 7.3, "n": 400}))[1] == "base"
    # one answer tells no spread, and two do
    assert said(pair(mean(8), mean(7, n_eff=1)))[1] == "base"
    assert said(pair(mean(8), mean(7, n_eff=2)))[1] != "base"


def test_shares_of_0_and_100_and_answers_all_alike_make_no_hole_on_a_page():
    result = found(pair(share(100, 12, status="low_base"), share(0, 12, status="low_base")))
    assert result["verdict"] == "rise" and 0 < result["difference_low"] <= 100
    result = found(pair(share(0, 12), share(0, 15)))
    assert result["verdict"] == "unknown" and result["difference_low"] < 0
    for one, other in (((10, 0.0, 12), (9, 0.0, 12)), ((0.0, 5e-324, 11), (0.0, 0.0, 11))):
        # alike, or of a spread too small to divide
        assert said(pair(mean(*one), mean(*other))) == ("unknown", "spread")
    assert said(pair(mean(10, 0.0, 12), mean(9, 1.0, 40))) == ("rise", "")


def test_a_median_is_compared_by_its_interval():
    row = {"indicator": "wait_median", "unit": "s", "n": 200, "n_eff": 200}
    now, then = row | told(60, 50, 90), row | told(120, 90, 180)
    result = found(pair(now, then))
    assert result["verdict"] == "fall"
    assert result["difference_high"] == pytest.approx(-60 + math.hypot(30, 30))
    assert said(pair(row | told(60, 50, 60), row | told(61, 61, 70)))[1] == "spread"
    assert said(pair(row | told(60, 50, 60.5), row | told(61, 61, 70)))[1] != "spread"


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
    result = found(pair(visits(now), visits(before)), matters=margin)
    assert (result["verdict"], result["reason"]) == (expected, "")
    assert result["difference"] == now - before
    assert math.isnan(result["p_value"]) and math.isnan(result["level"])


@pytest.mark.parametrize(("se", "level", "verdict"), [
    (13.5, 1 - 1e-8, "rise"), (25.0, 1 - 2e-4, "rise"), (40.0, 0.98, "rise"),
    (60.0, 0.9, "unknown"), (200.0, 0.5, "unknown"),
])  # fmt: skip
def test_a_count_with_the_error_of_usual_years_has_the_coarse_level_of_its_change(
    se, level, verdict
):
    counts = pair(visits(1_100), visits(1_000)).assign(paired_se=se, paired_df=100.0)
    result = found(counts)
    assert result["level"] == pytest.approx(level, abs=0) and result["verdict"] == verdict
    assert result["reason"] == ("" if verdict == "rise" else "usual")
    assert said(counts.assign(paired_df=0.5)) == ("unknown", "years")
    assert said(counts.assign(why="measure")) == ("unknown", "measure")


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
@examples(40)
def test_a_verdict_never_contradicts_the_interval_that_the_page_shows(cases):
    published = {"status": "published", "reference_status": "published"}
    rows = [
        published | now | {f"reference_{key}": value for key, value in before.items()}
        for now, before in cases
    ]
    for row in compare(pd.DataFrame(rows), KINDS, MATTERS).to_dict("records"):
        low, high, difference = (row[f"difference{end}"] for end in ("_low", "_high", ""))
        assert row["verdict"] in VERDICTS and row["reason"] in ("", *comparison.REASONS)
        assert (row["verdict"] == "unknown") == (row["reason"] != "")
        if row["reason"] == "spread":
            continue
        slack = 1e-7 * max(1, abs(low), abs(high))
        assert row["p_adjusted"] >= row["p_value"] - 1e-12
        assert low - slack <= difference <= high + slack
        if min(abs(low), abs(high)) > slack:
            assert (row["verdict"] in ("rise", "fall")) == (low > 0 or high < 0)
        if row["verdict"] in ("rise", "fall"):
            sign = 1 if row["verdict"] == "rise" else -1
            assert min(sign * low, sign * high, sign * difference) > 0
            assert row["p_adjusted"] <= 0.05 + 1e-12
        if row["verdict"] == "stable":
            margin = MATTERS[row["indicator"]]
            assert -margin <= low <= 0 <= high <= margin


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


# --- A change computed in every defensible way: the published one is among them, and chance is not


MARGINS = {"mean": 0.5, "share": 5.0, "rank": 5.0}
PUBLISHED = {choice: options[0] for choice, options in OPTIONS.items()}
DAYS, THEN = (pd.date_range(f"{year}-07-01", f"{year}-09-30") for year in (2026, 2025))
STEPS = [0.0, 2.5, 5.0, 7.5, 10.0]
marks = st.lists(st.sampled_from(STEPS), min_size=30, max_size=120)


def answers(days, marks) -> pd.DataFrame:
    """One answer a mark, in turn on each of the days."""
    return pd.DataFrame({"date": np.resize(days, len(marks)), "mark": marks, "times": 1})


def drawn(days, chances, n, seed) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    return answers(chance.choice(days, n), chance.choice(STEPS, n, p=chances))


def specified(now, then, level=0.975) -> pd.DataFrame:
    return changes_by_specification(now, then, level, MARGINS, satisfied=7.5)


def taken(found: pd.DataFrame, **options: str) -> pd.Series:
    """The one specification that takes some options, and what is published elsewhere."""
    asked = PUBLISHED | options
    (row,) = found[(found[list(asked)] == list(asked.values())).all(axis=1)].to_dict("records")
    return pd.Series(row)


@given(marks, marks)
@examples(6)
def test_what_is_published_is_the_first_specification_with_its_interval_and_verdict(now, then):
    found = specified(answers(DAYS, now), answers(THEN, then))
    assert found.iloc[0][list(OPTIONS)].to_dict() == PUBLISHED
    sides = [pd.Series(values, dtype=float) for values in (now, then)]
    for measure, made in (
        ("mean", [mean_of_marks("m", side, (0, 10)) for side in sides]),
        ("share", [share_of("m", side >= 7.5) for side in sides]),
    ):
        now_row, then_row = (one | {"period": "q", "status": "published"} for one in made)
        pair = now_row | {REFERENCE + name: x for name, x in then_row.items()}
        plain = compare(pd.DataFrame([pair]), {"m": measure}, {"m": MARGINS[measure]}, level=0.95)
        known = plain["level"].notna().iat[0]
        its_level = plain["level"].iat[0] if known else 0.95
        every = specified(answers(DAYS, now), answers(THEN, then), its_level)
        one = taken(every, measure=measure)
        assert one["verdict"] == plain["verdict"].iat[0]
        if known:
            expected = plain.loc[0, ["difference", "difference_low", "difference_high"]]
            assert list(one[["difference", "low", "high"]]) == pytest.approx(list(expected))


@given(marks, marks)
@examples(12)
def test_ranks_are_told_as_scipy_s_test_of_brunner_and_munzel_tells_them(now, then):
    every = specified(answers(DAYS, now), answers(THEN, then))
    found = taken(every, measure="rank", method="alone")
    if np.isnan(found["low"]):  # every answer of a side is above the other
        return
    p = brunnermunzel(then, now).pvalue
    assert (found["low"] > 0 or found["high"] < 0) == (p < 0.05)


def test_no_specification_stands_twice_and_each_keeps_thirty_answers_on_each_side():
    found = specified(drawn(DAYS, [0.2] * 5, 60, 1), drawn(THEN, [0.2] * 5, 60, 2))
    assert not found.duplicated(list(OPTIONS)).any()
    few = specified(drawn(DAYS, [0.2] * 5, 29, 1), drawn(THEN, [0.2] * 5, 60, 2))
    assert few.empty
    some = specified(drawn(DAYS, [0.2] * 5, 36, 1), drawn(THEN, [0.2] * 5, 60, 2))
    assert "recent" not in set(some["window"])  # of which there are some twenty-four


def test_a_rise_that_one_day_s_flood_of_best_marks_made_does_not_hold():
    same = [0.1, 0.2, 0.3, 0.2, 0.2]
    flood = answers(pd.to_datetime(["2026-08-05"]), [10.0] * 120)
    now = pd.concat([drawn(DAYS, same, 300, 1), flood], ignore_index=True)
    found = specified(now, drawn(THEN, same, 300, 2))
    assert found["verdict"].iat[0] == "rise"
    assert taken(found, days="calm")["verdict"] != "rise"
    assert taken(found, method="days")["verdict"] != "rise"  # one day tells nothing of the others
    assert (found["verdict"] == "rise").mean() < 0.8


def test_months_and_profiles_weigh_as_they_say_and_an_unknown_profile_not_at_all():
    # a crowd of July gives 10, and as many months give 0
    days = pd.to_datetime(["2026-07-06", "2026-08-10", "2026-09-14"])
    now = pd.DataFrame({"date": days, "mark": [10.0, 0.0, 5.0], "times": [80, 20, 20]})
    now = pd.concat([now, now.assign(date=days + pd.Timedelta(days=1))], ignore_index=True)
    then = now.assign(date=now["date"] - pd.DateOffset(years=1), mark=[5.0, 4.0, 6.0] * 2)
    found = specified(now.assign(profile=[1.0, 8.0, 0.0] * 2), then.assign(profile=1.0))
    then_alike = (80 * 5 + 20 * 4 + 20 * 6) / 120
    expected = {"none": 900 / 120 - then_alike, "months": 0.0, "profile": 800 / 240 - then_alike}
    for weights, difference in expected.items():
        assert taken(found, weights=weights)["difference"] == pytest.approx(difference)
    # a respondent of unknown profile is in no weighted specification
    now = drawn(DAYS, [0.2] * 5, 200, 1).assign(profile=1.0)
    then = drawn(THEN, [0.2] * 5, 200, 2).assign(profile=1.0)
    lost = answers(DAYS, [0.0] * 100).assign(profile=np.nan)
    apart = specified(pd.concat([now, lost], ignore_index=True), then)
    kept = taken(specified(now, then), weights="profile")
    assert taken(apart, weights="profile")["difference"] == pytest.approx(kept["difference"])
