"""User tests: success, times of those who succeed, the scale, problems; few people, nothing."""

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import user_tests as usability

LAST = Quarter("2026-T3")


def rows(people: int, day: str = "2026-07-02", session: str = "s", wins: int = 9,
         codes: str = "") -> pd.DataFrame:  # fmt: skip
    """People who try one task, in 100 s if they win and 400 if not; the first met a problem."""
    same = {"device": "d", "product": "legifrance", "channel": "in_person", "session": session}
    made = []
    for number in range(people):
        common = {**same, "date": pd.Timestamp(day), "participant": f"{codes or session}{number}"}
        won, task = number < wins, {**common, "task": "T"}
        made += [
            {**task, "measure": "success", "value": float(won)},
            {**task, "measure": "time", "value": 100.0 + number if won else 400.0},
            *({**common, "measure": f"sus_{item}", "value": 4.0 if item % 2 else 2.0}
              for item in range(1, 11)),
        ]  # fmt: skip
        if number < 3:
            severity = 3.0 + (number == 0)
            made.append({**task, "measure": "problem", "label": "bouton", "value": severity})
    frame = pd.DataFrame(made, columns=contract.columns("user_tests"))
    return contract.coerce(frame, "user_tests").assign(source="d@1")


def of(found: pd.DataFrame, indicator: str, group: str = "") -> pd.Series:
    (row,) = found[(found["indicator"] == indicator) & (found["group"] == group)].iterrows()
    return row[1]


def test_success_of_a_task_has_the_adjusted_wald_interval():
    found = usability.quarterly_tests(rows(12), [LAST])
    task = of(found, "task_success", "task")
    assert (task["estimate"], task["n"], task["status"]) == (75, 12, "low_base")
    low, high = proportion_confint(9, 12, method="agresti_coull")
    assert (task["ci_low"], task["ci_high"]) == pytest.approx((100 * low, 100 * high))
    assert of(found, "test_participants")["estimate"] == 12


def test_times_are_of_successes_and_the_scale_of_whole_answers():
    time = of(usability.quarterly_tests(rows(16, wins=12), [LAST]), "task_time", "task")
    assert 100 < time["estimate"] < 112 and time["n"] == 12
    frame = rows(14)
    frame = frame[~((frame["participant"] == "s0") & (frame["measure"] == "sus_4"))]
    scale = of(usability.quarterly_tests(frame, [LAST]), "sus_mean")
    assert (scale["estimate"], scale["n"], scale["unit"]) == (75, 13, "sur 100")


def test_a_problem_has_its_highest_severity_and_all_participants_as_base():
    found = usability.quarterly_tests(rows(12), [LAST])
    problem = of(found, "problem_share", "problem")
    assert (problem["group_value"], problem["estimate"]) == ("bouton (bloquant)", 25)
    counts = found[found["indicator"] == "problem_count"].set_index("group_value")["estimate"]
    assert counts.to_dict() == {"bloquant": 1, "majeur": 0, "mineur": 0, "cosmétique": 0}


def test_two_small_campaigns_make_a_year_and_none_is_missing():
    both = pd.concat([rows(8), rows(7, "2026-02-03", "other")])
    assert set(usability.quarterly_tests(both, LAST.back(4))["status"]) == {
        "suppressed",
        "missing",
    }
    year = usability.pooled_tests(both, LAST.back(4))
    assert of(year, "test_participants")["estimate"] == 15
    assert set(year["period"]) == {"2025-10/2026-09"}
    found = usability.quarterly_tests(rows(12), LAST.back(2))
    earlier = found[found["period"] == "2026-T2"]
    assert earlier[["indicator", "status"]].values.tolist() == [["test_participants", "missing"]]
    empty = contract.empty("user_tests").assign(source="")
    assert usability.pooled_tests(empty, LAST.back(4)).empty


def test_one_answer_to_the_scale_is_not_had_from_the_year():
    """The attack: (81.67 × 15 − 87.5 × 14) / 1 is the score of the only one who answered."""
    one = rows(12, "2026-05-04", "other")
    one = one[~one["measure"].str.startswith("sus_") | (one["participant"] == "other0")]
    year = usability.pooled_tests(pd.concat([one, rows(14)]), LAST.back(4))
    assert of(year, "test_participants")["estimate"] == 26
    assert of(year, "sus_mean")["status"] == "suppressed"
    assert of(year, "task_success")["status"] == "low_base"


def test_who_comes_to_three_sessions_counts_once_and_does_not_shorten_an_interval():
    campaigns = [rows(16, session=session, wins=12, codes="P") for session in "abc"]
    once, thrice = (
        usability.quarterly_tests(pd.concat(given), [LAST]) for given in (campaigns[:1], campaigns)
    )
    assert of(thrice, "test_participants")["estimate"] == 16
    groups = {"task_success": "task", "task_time": "task", "sus_mean": ""}
    for indicator, group in {**groups, "problem_share": "problem"}.items():
        one, three = of(once, indicator, group), of(thrice, indicator, group)
        shown = ["estimate", "ci_low", "ci_high", "n", "n_eff"]
        assert three[shown].tolist() == pytest.approx(one[shown].tolist()), indicator


def test_who_comes_in_two_quarters_does_not_hide_the_one_who_answered_in_the_second():
    """The attack: all answered in the first, so that the year rests on all, and one in the next."""
    first, second = rows(14, "2026-05-04", codes="P"), rows(14, session="t", codes="P")
    second = second[~second["measure"].str.startswith("sus_") | (second["participant"] == "P0")]
    year = usability.pooled_tests(pd.concat([first, second]), LAST.back(4))
    assert of(year, "test_participants")["estimate"] == 14
    assert of(year, "sus_mean")["status"] == "suppressed"
    assert of(year, "task_success")["status"] == "low_base"


def test_few_are_not_had_from_other_tasks_nor_two_campaigns_from_a_year():
    base = rows(14)
    second = base[base["measure"] == "success"].assign(task="U")
    third = second[second["participant"].isin(["s0", "s1", "s2"])].assign(task="V")
    found = usability.quarterly_tests(pd.concat([base, second, third]), [LAST])
    tasks = found[(found["indicator"] == "task_success") & (found["group"] == "task")]
    assert (tasks["status"] == "suppressed").sum() == 2
    campaigns = [rows(14), rows(7, "2026-02-03", "b"), rows(8, "2026-05-04", "c")]
    year = usability.pooled_tests(pd.concat(campaigns), LAST.back(4))
    assert set(year["status"]) == {"suppressed"}  # the next year would lose one and tell it


def test_ten_people_are_few_and_eleven_are_not_in_a_campaign_and_in_a_year():
    for people, status in ((10, "suppressed"), (11, "low_base")):
        found = usability.quarterly_tests(rows(people, wins=8), [LAST])
        assert of(found, "test_participants")["status"] == status
        both = pd.concat([rows(14), rows(people, "2026-02-03", "other", wins=8)])
        year = usability.pooled_tests(both, LAST.back(4))
        assert (of(year, "test_participants")["status"] != "suppressed") is (people == 11)
