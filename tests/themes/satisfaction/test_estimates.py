import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.stats.survey.intervals import student
from observlib.themes import satisfaction

Q = Quarter(2026, 3)


def answers(
    values: list[float], day: str = "2026-09-01", scale: tuple[float, float] = (0, 10), **words: str
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "device": words.get("device", "d"), "product": "legifrance", "channel": "web",
            "answer_id": [f"{day}-{i}" for i in range(len(values))], "date": pd.Timestamp(day),
            "question": words.get("question", "satisfaction"), "value": values,
            "scale_min": float(scale[0]), "scale_max": float(scale[1]),
        }
    )  # fmt: skip
    kept, rejects = contract.conform(frame, "ratings", "test")
    assert rejects.empty
    return kept.assign(source="d@1")


def by_indicator(ratings: pd.DataFrame) -> pd.DataFrame:
    return satisfaction.quarterly(ratings, [Q]).set_index("indicator")


def test_a_five_point_scale_is_shown_on_its_own_and_on_ten():
    out = by_indicator(answers([1] * 20 + [5] * 60 + [4] * 20, scale=(1, 5)))
    assert out.at["satisfaction_mean", "estimate"] == pytest.approx(4.0)
    assert out.at["satisfaction_mean", "unit"] == "sur 5"
    assert out.at["satisfaction_10", "estimate"] == pytest.approx(7.5)
    assert out.at["satisfied_share", "estimate"] == pytest.approx(80.0)


def test_intervals_are_student_s_and_wilson_s():
    out = by_indicator(answers([0.0] * 20 + [10.0] * 60))
    mean = out.loc["satisfaction_10"]
    # statsmodels 0.15, DescrStatsW.tconfint_mean and proportion_confint(method="wilson")
    assert (mean["ci_low"], mean["ci_high"]) == pytest.approx((6.5302977376, 8.4697022624))
    share = out.loc["satisfied_share"]
    assert (share["ci_low"], share["ci_high"]) == pytest.approx((64.51532538, 83.19376814))
    assert (share["n"], share["n_eff"]) == (80, 80)


def test_few_answers_are_withheld_and_some_are_marked():
    for many, status in ((10, "suppressed"), (11, "low_base"), (29, "low_base"), (30, "published")):
        found = by_indicator(answers([0.0] * (many // 2) + [10.0] * (many - many // 2)))
        assert found.at["satisfaction_10", "status"] == status
        share = "suppressed" if many < 22 else status  # each side is eleven people
        assert found.at["satisfied_share", "status"] == share


def test_what_few_people_all_answered_is_withheld_in_each_of_its_measures():
    for alike in ([5.0] * 29, [8.0] * 10 + [10.0] * 10):
        assert set(by_indicator(answers(alike))["status"]) == {"suppressed"}
    assert set(by_indicator(answers([5.0] * 30))["status"]) == {"published"}


def test_a_device_that_fell_silent_is_missing_and_not_forgotten():
    ratings = answers([5.0] * 40, day="2026-05-01")
    out = satisfaction.quarterly(ratings, [Q - 1, Q]).set_index(["indicator", "period"])
    assert out.at[("satisfaction_10", "2026-T2"), "status"] == "partial"  # nothing in June
    assert out.at[("satisfaction_10", "2026-T3"), "status"] == "missing"


def test_a_device_that_changed_its_scale_has_no_mean_on_its_own_scale():
    ratings = pd.concat([answers([5.0] * 20, scale=(1, 5)), answers([10.0] * 20, "2026-09-02")])
    assert "satisfaction_mean" not in by_indicator(ratings).index
    assert by_indicator(ratings).at["satisfaction_10", "estimate"] == 10.0


@examples(40)
@given(st.lists(st.sampled_from([0.0, 2.5, 5.0, 7.5, 10.0]), min_size=11, max_size=200))
def test_any_answers_give_checked_estimates_whose_interval_holds_them(values):
    out = by_indicator(answers(values))
    satisfied = sum(value >= 7.5 for value in values)
    if len(values) < 30 and (satisfied in (0, len(values)) or len(set(values)) == 1):
        assert set(out["status"]) == {"suppressed"}
        return
    within = 0.25 if len(values) < 30 else 1e-9  # few marks are told to half a point
    assert abs(out.at["satisfaction_10", "estimate"] - sum(values) / len(values)) <= within
    if min(satisfied, len(values) - satisfied) in range(1, 11):  # what few people said
        assert out.at["satisfied_share", "status"] == "suppressed"
    else:
        assert out.at["satisfied_share", "estimate"] == pytest.approx(100 * satisfied / len(values))


def test_no_interval_of_a_mean_goes_beyond_the_scale():
    few = [10.0] * 29 + [1.0] * 2
    row = by_indicator(answers(few)).loc["satisfaction_10"]
    low, _ = student(pd.Series(few).mean(), pd.Series(few).std(), len(few))
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(low), 10.0)
    five = by_indicator(answers([1.0] * 29 + [5.0] * 2, scale=(1, 5))).loc["satisfaction_mean"]
    assert five["ci_low"] == 1.0 and 1.0 < five["ci_high"] < 5.0


def test_a_month_of_too_few_people_hides_its_quarter_s_other_months_which_would_tell_it():
    counted = {"2026-03": 12, "2026-04": 40, "2026-05": 10, "2026-06": 40, "2026-07": 30}
    ratings = pd.concat(
        [answers([8.0] * (n - 1) + [5.0], f"{month}-15") for month, n in counted.items()]
    )
    marks = satisfaction.monthly(ratings, "2026-01", "2026-12")
    states = marks[marks["indicator"] == "satisfaction_10"].set_index("period")["status"]
    assert states.to_dict() == {
        "2026-03": "low_base",
        "2026-04": "suppressed",
        "2026-05": "suppressed",
        "2026-06": "suppressed",
        "2026-07": "published",
    }
    assert marks.loc[marks["status"] == "suppressed", ["estimate", "n"]].isna().all(axis=None)


def test_a_month_without_answers_between_others_is_missing_and_none_is_made_up():
    ratings = pd.concat([answers([8.0] * 40, "2026-03-15"), answers([6.0] * 40, "2026-05-15")])
    marks = satisfaction.monthly(ratings, "2026-01", "2026-12")
    mark = marks[marks["indicator"] == "satisfaction_10"]
    assert mark[["period", "status"]].values.tolist() == [
        ["2026-03", "published"],
        ["2026-04", "missing"],
        ["2026-05", "published"],
    ]
    assert satisfaction.monthly(ratings.head(0), "2026-01", "2026-12").empty


def test_a_month_of_a_dozen_people_who_all_gave_one_mark_is_withheld_as_a_quarter_is():
    ratings = pd.concat([answers([8.0] * 12, "2026-03-15"), answers([8.0] * 40, "2026-05-15")])
    marks = satisfaction.monthly(ratings, "2026-01", "2026-12")
    mark = marks[marks["indicator"] == "satisfaction_10"].set_index("period")["status"]
    assert mark["2026-03"] == "suppressed" and mark["2026-05"] == "published"
