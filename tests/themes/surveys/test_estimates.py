"""Surveys' figures are those of the papers that define them, and no few people are told."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.indicators import counts
from observlib.themes import surveys

LAST = Quarter(2026, 3)
SURVEY = "enquete-service-public"
YEAR = ("2025-10-10", "2026-01-10", "2026-04-10", "2026-09-10")


def answers(
    variable: str,
    given: list[Any],
    scale: tuple[float, float] | None = None,
    day: str = "2026-09-10",
    device: str = SURVEY,
    first: int = 0,
    days: Sequence[str] = (),
) -> pd.DataFrame:
    """One response each, on one day or several: values where there is a scale, else categories."""
    return pd.DataFrame(
        {
            "device": device,
            "product": "service-public",
            "channel": "web",
            "source": f"{device}@1",
            "response_id": [str(first + i) for i in range(len(given))],
            "date": pd.to_datetime(
                [(days or [day])[i % len(days or [day])] for i in range(len(given))]
            ),
            "finished": True,
            "variable": variable,
            "category": None if scale else given,
            "value": pd.Series(given if scale else None, range(len(given)), dtype=float),
            "scale_min": scale[0] if scale else float("nan"),
            "scale_max": scale[1] if scale else float("nan"),
        }
    )


def only(frame: pd.DataFrame, indicator: str, period: str = str(LAST)) -> pd.Series:
    rows = frame[(frame["indicator"] == indicator) & (frame["period"] == period)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_net_promoter_score_counts_nines_and_tens_less_noughts_to_sixes(catalogue):
    marks = [10] * 30 + [9] * 20 + [8] * 15 + [7] * 10 + [6] * 15 + [0] * 10
    row = only(surveys.quarterly(answers("nps", marks, (0, 10)), catalogue, [LAST]), "nps")
    assert (row["estimate"], row["n"], row["unit"]) == (25.0, 100.0, "points")
    # by hand: p+ = 0.5, p- = 0.25, variance 0.6875 (n) -> sd 0.83333 (n - 1); t(99) = 1.984217
    half = 100 * 1.984217 * (0.6875 / 99) ** 0.5
    assert row["ci_low"] == pytest.approx(25 - half, abs=1e-3)
    assert row["ci_high"] == pytest.approx(25 + half, abs=1e-3)


def test_the_interval_of_the_score_is_statsmodels_own(catalogue):
    from statsmodels.stats.weightstats import DescrStatsW

    marks = [10, 9, 9, 8, 7, 3, 10, 10, 6, 5, 9, 9, 0, 10, 8] * 2
    row = only(surveys.quarterly(answers("nps", marks, (0, 10)), catalogue, [LAST]), "nps")
    scores = [1 if mark >= 9 else -1 if mark <= 6 else 0 for mark in marks]
    low, high = DescrStatsW(scores).tconfint_mean()
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((100 * low, 100 * high))


def test_the_score_never_leaves_its_scale_and_has_none_on_another_scale(catalogue):
    row = only(
        surveys.quarterly(answers("nps", [10] * 29 + [8], (0, 10)), catalogue, [LAST]), "nps"
    )
    assert row["ci_high"] == 100
    assert surveys.quarterly(answers("nps", [5] * 20, (1, 5)), catalogue, [LAST]).empty


def test_surveys_of_different_scales_give_the_same_ease(catalogue):
    five = answers("ces", [1, 3, 5] * 10, (1, 5))
    seven = answers("ces", [1, 4, 7] * 10, (1, 7), device="enquete-legifrance")
    found = surveys.quarterly(pd.concat([five, seven]), catalogue, [LAST])
    assert found["estimate"].tolist() == [5.0, 5.0]


def test_only_a_task_wholly_done_is_a_success(catalogue):
    from statsmodels.stats.proportion import proportion_confint

    task = answers("task_success", [1.0] * 24 + [0.5] * 10 + [0.0] * 6, (0, 1))
    row = only(surveys.quarterly(task, catalogue, [LAST]), "task_success_share")
    low, high = proportion_confint(24, 40, method="wilson")
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == pytest.approx(
        (60, 100 * low, 100 * high)
    )


def test_satisfaction_is_that_of_ratings_brought_to_ten(catalogue):
    found = surveys.quarterly(answers("satisfaction", [1, 3, 5, 5] * 8, (1, 5)), catalogue, [LAST])
    assert only(found, "satisfaction_10")["estimate"] == 6.25
    assert only(found, "satisfied_share")["estimate"] == 50
    assert "satisfaction_mean" not in set(found["indicator"])


def test_four_quarters_together_are_one_period_with_all_answers(catalogue):
    parts = [
        answers("satisfaction", [4, 2] * 10, (1, 5), day, first=20 * i)
        for i, day in enumerate(["2025-09-30", "2025-10-01", "2026-09-30"])
    ]
    found = surveys.pooled(pd.concat(parts), catalogue, LAST.back(4))
    row = only(found, "satisfaction_10", "2025-10/2026-09")
    assert (row["n"], row["status"]) == (40, "published")


def test_a_quarter_without_answers_in_its_last_month_is_partial_unless_the_survey_is_a_wave(
    catalogue,
):
    for device, status in ((SURVEY, "partial"), ("enquete-vie-publique", "published")):
        given = answers("satisfaction", [4] * 40, (1, 5), "2026-07-10", device)
        found = surveys.quarterly(given, catalogue, [LAST - 1, LAST])
        assert only(found, "satisfaction_10")["status"] == status
        assert only(found, "satisfaction_10", str(LAST - 1))["status"] == "missing"


def test_ten_answers_are_not_told(catalogue):
    found = surveys.quarterly(answers("nps", [9] * 10, (0, 10)), catalogue, [LAST])
    assert found["status"].tolist() == ["suppressed"] and found["n"].isna().all()


def marks_by_quarter(*marks: list[int]) -> pd.DataFrame:
    """The marks of recommendation of successive quarters, up to the last one."""
    ends = [f"{quarter.months[2]}-20" for quarter in LAST.back(len(marks))]
    parts = [
        answers("nps", given, (0, 10), day, first=1000 * i)
        for i, (day, given) in enumerate(zip(ends, marks, strict=True))
    ]
    return pd.concat(parts)


def test_a_year_less_its_quarters_does_not_tell_the_small_one(catalogue):
    """The attack: (year's mean × 111 − Σ mean × n) / 6 is the score of six people: −100."""
    answered = marks_by_quarter([9, 7] * 20, [10, 8] * 15, [9, 3, 7, 7, 10] * 7, [2] * 6)
    quarters = surveys.quarterly(answered, catalogue, LAST.back(4))
    assert quarters["n"].tolist()[:3] == [40, 30, 35]
    assert quarters["status"].tolist()[3] == "suppressed"
    assert surveys.pooled(answered, catalogue, LAST.back(4))["status"].tolist() == ["suppressed"]
    whole = marks_by_quarter(*[[9, 7] * 20] * 4)
    assert surveys.pooled(whole, catalogue, LAST.back(4))["n"].tolist() == [160]


@pytest.mark.parametrize(("answered", "told"), [(10, False), (11, True)])
def test_a_quarter_of_ten_hides_its_year_and_one_of_eleven_does_not(catalogue, answered, told):
    last = [10, 9, 8, 3, 7, 9, 2, 10, 9, 8, 7][:answered]
    given = marks_by_quarter(*[[9, 7] * 20] * 3, last)
    quarters = surveys.quarterly(given, catalogue, LAST.back(4))
    assert (quarters["status"].iat[3] != "suppressed") is told
    year = surveys.pooled(given, catalogue, LAST.back(4))
    assert (year["status"].iat[0] != "suppressed") is told


def test_four_small_quarters_make_a_year_that_can_be_told(catalogue):
    few = marks_by_quarter([9, 3, 7], [10] * 4, [9, 5, 8, 8], [2, 9, 9])
    assert set(surveys.quarterly(few, catalogue, LAST.back(4))["status"]) == {"suppressed"}
    assert surveys.pooled(few, catalogue, LAST.back(4))["n"].tolist() == [15]


def test_a_unanimous_quarter_is_not_told_by_its_year(catalogue):
    answered = marks_by_quarter([9, 7] * 20, [9, 7] * 20, [9, 7] * 20, [2, 4] * 6)
    quarters = surveys.quarterly(answered, catalogue, LAST.back(4))
    assert quarters["status"].tolist()[3] == "suppressed"  # twelve detractors
    assert surveys.pooled(answered, catalogue, LAST.back(4))["status"].tolist() == ["suppressed"]


def test_reasons_of_a_survey_s_first_quarters_are_withheld(catalogue):
    ticked = answers("reason", ["A", "B"] * 30, days=YEAR[1:])
    found = surveys.reasons(ticked, catalogue, LAST.back(4))
    assert found["status"].tolist() == ["suppressed"]


def test_reasons_are_shares_of_those_who_ticked_one_the_most_frequent_first(catalogue):
    ticked = pd.concat(
        [
            answers("reason", ["Démarche"] * 18, days=YEAR),
            answers("reason", ["Information"] * 36, first=12, days=YEAR),
        ]
    )
    found = surveys.reasons(ticked, catalogue, LAST.back(4))
    assert found["group_value"].tolist() == ["Information", "Démarche"]
    assert found["estimate"].tolist() == [75.0, 37.5] and set(found["n"]) == {50}  # of 48


def test_who_ticked_what_is_what_the_shares_count(catalogue):
    given = answers("reason", ["A", "B"] * 30, days=YEAR)
    found = surveys.reasons(given, catalogue, LAST.back(4))
    ticked = surveys.ticked(given, LAST.back(4))
    assert found["n"].tolist() == [ticked["response_id"].nunique()] * 2
    assert len(surveys.ticked(given, [LAST - 8])) == 0


def test_a_year_that_is_one_wave_is_no_second_table(catalogue):
    whole = marks_by_quarter(*[[9, 7] * 20] * 4)
    year = surveys.pooled(whole, catalogue, LAST.back(4))
    quarter = surveys.quarterly(whole, catalogue, [LAST])
    assert surveys.wider(year, quarter)["n"].tolist() == [160]
    assert surveys.wider(quarter, quarter).empty and surveys.wider(year.head(0), quarter).empty


def test_reasons_of_few_are_grouped_and_stand_last(catalogue):
    parts = [("Information", 40), ("Rare", 4), ("Démarche", 20), ("Très rare", 8)]
    first, ticked = 0, []
    for name, count in parts:
        ticked.append(answers("reason", [name] * count, first=first, days=YEAR))
        first += count
    found = surveys.reasons(pd.concat(ticked), catalogue, LAST.back(4))
    assert found["group_value"].tolist() == ["Information", "Démarche", surveys.OTHER_REASONS]
    assert found["estimate"].iat[-1] == pytest.approx(100 * 12 / 72)


def test_reasons_that_cannot_be_told_apart_are_withheld(catalogue):
    both = pd.concat(
        [
            answers("reason", ["A"] * 30, days=YEAR),
            answers("reason", ["B"] * 2, first=30, days=YEAR),
        ]
    )
    found = surveys.reasons(both, catalogue, LAST.back(4))
    assert found["status"].tolist() == ["suppressed"]


def counted(device: str, column: str, value: int, months: int = 3) -> pd.DataFrame:
    starts = pd.to_datetime(["2026-07-01", "2026-08-01", "2026-09-01"][:months])
    return pd.DataFrame(
        {
            "device": device, "product": "service-public", "channel": "web",
            "source": f"{device}@1", "start": starts, "end": starts + pd.offsets.MonthEnd(),
            "complete": True, column: value,
        }
    )  # fmt: skip


def test_the_funnel_goes_from_visits_to_finished_responses(catalogue):
    begun = answers("response", [None] * 60)
    begun.loc[:19, "finished"] = False
    found = surveys.funnel(
        begun,
        counted("invitations-service-public", "invited", 500),
        counts.quarterly(counted("matomo-service-public", "visits", 9000), [LAST]),
        catalogue,
        LAST,
    )
    assert dict(zip(found["group_value"], found["estimate"], strict=True)) == {
        "Visites": 27000,
        "Enquête proposée": 1500,
        "Réponse commencée": 60,
        "Réponse terminée": 40,
    }
    assert found["ci_low"].isna().all() and set(found["status"]) == {"published"}


@pytest.mark.parametrize(("left", "told"), [(0, 60), (1, None), (10, None), (11, 50), (50, None)])
def test_a_funnel_does_not_tell_how_few_left_a_survey_or_finished_it(catalogue, left, told):
    begun = answers("response", [None] * 60)
    begun.loc[: left - 1, "finished"] = False
    none = estimates.make([])
    found = surveys.funnel(begun, contract.empty("invitations").assign(source=""), none, catalogue,
                           LAST).set_index("group_value")  # fmt: skip
    assert found.loc["Réponse commencée", "estimate"] == 60
    finished = found.loc["Réponse terminée"]
    assert finished["estimate"] == told or (told is None and finished["status"] == "suppressed")


def test_a_tool_that_stopped_counting_visits_leaves_the_step_to_the_one_that_follows_it(catalogue):
    old = counted("ancien-outil", "visits", 9000)
    old["start"] -= pd.DateOffset(years=1)
    old["end"] = old["start"] + pd.offsets.MonthEnd()
    both = pd.concat([old, counted("matomo-service-public", "visits", 9000)])
    found = surveys.funnel(
        answers("response", [None] * 60),
        contract.empty("invitations").assign(source=""),
        counts.quarterly(both, [LAST - 4, LAST]),
        catalogue,
        LAST,
    ).set_index("group_value")
    assert found.loc["Visites", "estimate"] == 27000


def test_another_survey_s_invitations_are_not_this_one_s(catalogue):
    invited = counted("invitations-legifrance", "invited", 500)
    found = surveys.funnel(
        answers("response", [None] * 60),
        invited,
        estimates.make([]),
        catalogue,
        LAST,
    )
    assert found["group_value"].tolist() == ["Réponse commencée", "Réponse terminée"]


def test_a_questionnaire_of_several_products_leaves_each_its_own_invitations(catalogue):
    own = catalogue.devices["invitations-service-public"]
    other = own.model_copy(update={"id": "invitations-boamp", "product": "boamp"})
    shared = catalogue.model_copy(update={"devices": {**catalogue.devices, other.id: other}})
    theirs = counted(other.id, "invited", 70).assign(product="boamp")
    found = surveys.funnel(
        answers("response", [None] * 60),
        pd.concat([counted(own.id, "invited", 500), theirs]),
        estimates.make([]),
        shared,
        LAST,
    ).set_index("group_value")
    assert found.loc["Enquête proposée", "estimate"] == 1500


def test_invitations_of_two_months_make_that_step_partial(catalogue):
    found = surveys.funnel(
        answers("response", [None] * 60),
        counted("invitations-service-public", "invited", 500, months=2),
        estimates.make([]),
        catalogue,
        LAST,
    ).set_index("group_value")
    assert found.loc["Enquête proposée", "status"] == "partial"


def test_a_yearly_survey_is_told_in_the_quarter_of_its_last_wave():
    wave = answers("satisfaction", [5] * 20, (0, 10), day="2026-05-10")
    old = answers("satisfaction", [5] * 20, (0, 10), day="2024-05-10")
    assert surveys.last_wave(pd.concat([old, wave]), LAST) == Quarter(2026, 2)
    assert surveys.last_wave(old, LAST) == LAST  # none within a year: the quarter itself says so
    both = pd.concat([wave, answers("satisfaction", [5] * 20, (0, 10))])
    assert surveys.last_wave(both, LAST) == LAST
