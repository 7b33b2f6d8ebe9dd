"""Surveys' figures are those of the papers that define them, and no few people are told."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW
from tests.themes.surveys.people import DAYS, SURVEY, YEAR, answers, responses

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract
from observlib.estimates import base
from observlib.indicators import counts
from observlib.themes import surveys

LAST = Quarter("2026-T3")


def only(frame: pd.DataFrame, indicator: str, period: str = LAST) -> pd.Series:
    rows = frame[(frame["indicator"] == indicator) & (frame["period"] == period)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_score_has_statsmodels_interval_and_never_leaves_its_scale(catalogue):
    marks = [10, 9, 9, 8, 7, 3, 10, 10, 6, 5, 9, 9, 0, 10, 8] * 2
    row = only(surveys.quarterly_measures(answers("nps", marks, (0, 10)), catalogue, [LAST]), "nps")
    scores = [1 if mark >= 9 else -1 if mark <= 6 else 0 for mark in marks]
    ends = DescrStatsW(scores).tconfint_mean()
    told = [row["estimate"], row["ci_low"], row["ci_high"]]
    assert told == pytest.approx([100 * sum(scores) / 30, *(100 * end for end in ends)])
    assert (row["n"], row["unit"]) == (30, "points")
    top = answers("nps", [10] * 29 + [8], (0, 10))
    assert only(surveys.quarterly_measures(top, catalogue, [LAST]), "nps")["ci_high"] == 100
    assert surveys.quarterly_measures(answers("nps", [5] * 20, (1, 5)), catalogue, [LAST]).empty


def test_only_a_task_wholly_done_is_a_success(catalogue):
    task = answers("task_success", [1.0] * 24 + [0.5] * 10 + [0.0] * 6, (0, 1))
    row = only(surveys.quarterly_measures(task, catalogue, [LAST]), "task_success_share")
    ends = [100 * end for end in proportion_confint(24, 40, method="wilson")]
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx([60, *ends])


def test_a_quarter_without_answers_in_its_last_month_is_partial_but_of_a_wave(catalogue):
    for device, status in ((SURVEY, "partial"), ("enquete-vie-publique", "published")):
        given = answers("satisfaction", [4] * 40, (1, 5), "2026-07-10", device)
        found = surveys.quarterly_measures(given, catalogue, [LAST - 1, LAST])
        assert only(found, "satisfaction_10")["status"] == status
        assert only(found, "satisfaction_10", str(LAST - 1))["status"] == "missing"


def test_ten_answers_are_untold_and_four_small_quarters_make_a_year(catalogue):
    found = surveys.quarterly_measures(answers("nps", [9] * 10, (0, 10)), catalogue, [LAST])
    assert found["status"].tolist() == ["suppressed"] and found["n"].isna().all()
    few = marks_by_quarter([9, 3, 7], [10] * 4, [9, 5, 8, 8], [2, 9, 9])
    assert set(surveys.quarterly_measures(few, catalogue, LAST.back(4))["status"]) == {"suppressed"}
    assert surveys.pooled_measures(few, catalogue, LAST.back(4))["n"].tolist() == [15]


def marks_by_quarter(*marks: list[int]) -> pd.DataFrame:
    """The marks of recommendation of successive quarters, up to the last one."""
    ends = [f"{quarter.months[2]}-20" for quarter in LAST.back(len(marks))]
    parts = [
        answers("nps", given, (0, 10), day, first=1000 * i)
        for i, (day, given) in enumerate(zip(ends, marks, strict=True))
    ]
    return pd.concat(parts)


@pytest.mark.parametrize("last", [[2] * 6, [2, 4] * 6], ids=["six", "twelve detractors"])
def test_a_year_less_its_quarters_does_not_tell_the_small_or_unanimous_one(catalogue, last):
    """The attack: (year's mean × 111 − Σ mean × n) / 6 is the score of six people: −100."""
    answered = marks_by_quarter([9, 7] * 20, [10, 8] * 15, [9, 3, 7, 7, 10] * 7, last)
    quarters = surveys.quarterly_measures(answered, catalogue, LAST.back(4))
    assert quarters["n"].tolist()[:3] == [40, 30, 35]
    assert quarters["status"].tolist()[3] == "suppressed"
    assert surveys.pooled_measures(answered, catalogue, LAST.back(4))["status"].tolist() == [
        "suppressed"
    ]
    whole = marks_by_quarter(*[[9, 7] * 20] * 4)
    assert surveys.pooled_measures(whole, catalogue, LAST.back(4))["n"].tolist() == [160]


@pytest.mark.parametrize(("answered", "told"), [(10, False), (11, True)])
def test_a_quarter_of_ten_hides_its_year_and_one_of_eleven_does_not(catalogue, answered, told):
    last = [10, 9, 8, 3, 7, 9, 2, 10, 9, 8, 7][:answered]
    given = marks_by_quarter(*[[9, 7] * 20] * 3, last)
    quarters = surveys.quarterly_measures(given, catalogue, LAST.back(4))
    assert (quarters["status"].iat[3] != "suppressed") is told
    year = surveys.pooled_measures(given, catalogue, LAST.back(4))
    assert (year["status"].iat[0] != "suppressed") is told


def reasons(catalogue: Catalogue, days: Sequence[str] = DAYS, **counts: int) -> pd.DataFrame:
    """Reasons that one respondent each ticked, spread over the days."""
    given = [name.replace("_", " ") for name, n in counts.items() for _ in range(n)]
    return surveys.estimate_reasons(answers("reason", given, days=days), catalogue, LAST.back(4))


def test_reasons_are_shares_most_frequent_first_and_few_ones_last(catalogue):
    found = reasons(catalogue, Information=40, Rare=4, Démarche=20, Très_rare=8)
    assert found["group_value"].tolist() == ["Information", "Démarche", surveys.OTHER_REASONS]
    assert found["estimate"].iat[-1] == pytest.approx(100 * 12 / 72)


def test_reasons_of_first_quarters_and_those_that_cannot_be_told_apart_are_withheld(catalogue):
    for found in (reasons(catalogue, DAYS[1:], A=30, B=30), reasons(catalogue, A=30, B=2)):
        assert found["status"].tolist() == ["suppressed"]


def counted(device: str, column: str, value: int) -> pd.DataFrame:
    starts = pd.to_datetime(["2026-07-01", "2026-08-01", "2026-09-01"])
    return pd.DataFrame(
        {
            "device": device, "product": "service-public", "channel": "web",
            "source": f"{device}@1", "start": starts, "end": starts + pd.offsets.MonthEnd(),
            "complete": True, column: value,
        }
    )  # fmt: skip


NOBODY = contract.empty("invitations").assign(source="")
INVITED = counted("invitations-service-public", "invited", 500)
NONE = estimates.make([])


def funnel(catalogue: Catalogue, invited: pd.DataFrame = NOBODY, visits: pd.DataFrame = NONE,
           unfinished: int = 0) -> pd.DataFrame:  # fmt: skip
    """The steps to sixty responses, of which some were not finished."""
    begun = answers("response", [None] * 60)
    begun["finished"] = begun.index >= unfinished
    return surveys.estimate_funnel(begun, invited, visits, catalogue, LAST).set_index("group_value")


@pytest.mark.parametrize(("left", "told"), [(0, 60), (1, None), (10, None), (11, 50), (50, None)])
def test_a_funnel_does_not_tell_how_few_left_a_survey_or_finished_it(catalogue, left, told):
    found = funnel(catalogue, unfinished=left)
    assert found.loc["Réponse commencée", "estimate"] == 60
    finished = found.loc["Réponse terminée"]
    assert finished["estimate"] == told or (told is None and finished["status"] == "suppressed")


def test_a_tool_that_stopped_counting_visits_leaves_the_step_to_the_one_that_follows_it(catalogue):
    old = counted("ancien-outil", "visits", 9000)
    old["start"] -= pd.DateOffset(years=1)
    old["end"] = old["start"] + pd.offsets.MonthEnd()
    both = pd.concat([old, counted("matomo-service-public", "visits", 9000)])
    found = funnel(catalogue, visits=counts.quarterly_counts(both, [LAST - 4, LAST]))
    assert found.loc["Visites", "estimate"] == 27000


def test_each_survey_has_its_own_invitations_and_two_months_of_them_are_partial(catalogue):
    another = counted("invitations-legifrance", "invited", 500)
    assert [*funnel(catalogue, another).index] == ["Réponse commencée", "Réponse terminée"]
    own = catalogue.devices["invitations-service-public"]
    other = own.model_copy(update={"id": "invitations-boamp", "product": "boamp"})
    shared = catalogue.model_copy(update={"devices": {**catalogue.devices, other.id: other}})
    theirs = counted(other.id, "invited", 70).assign(product="boamp")
    found = funnel(shared, pd.concat([INVITED, theirs]))
    assert found.loc["Enquête proposée", "estimate"] == 1500
    found = funnel(catalogue, INVITED.head(2))
    assert found.loc["Enquête proposée", "status"] == "partial"


def test_a_yearly_survey_is_told_in_the_quarter_of_its_last_wave():
    wave = answers("satisfaction", [5] * 20, (0, 10), day="2026-05-10")
    old = answers("satisfaction", [5] * 20, (0, 10), day="2024-05-10")
    assert surveys.last_wave(pd.concat([old, wave]), LAST) == Quarter("2026-T2")
    assert surveys.last_wave(old, LAST) == LAST  # none within a year: the quarter itself says so
    both = pd.concat([wave, answers("satisfaction", [5] * 20, (0, 10))])
    assert surveys.last_wave(both, LAST) == LAST


def driven(n: int = 400) -> pd.DataFrame:
    """Satisfaction rises by 4 from the worst to the best clarity, and by 2 from hard to easy."""
    chance = np.random.default_rng(5)
    clarity, ces = chance.integers(1, 6, n), chance.integers(1, 6, n)
    made = pd.DataFrame(
        {"clarity": clarity, "ces": ces, "task_success": chance.choice([0, 0.5, 1], n),
         "age": chance.choice(["15 à 24 ans", "25 à 34 ans", "35 à 49 ans"], n),
         "sex": chance.choice(["Femme", "Homme"], n)}
    )  # fmt: skip
    noise = chance.uniform(-1, 1, n)
    return made.assign(satisfaction=2 + (clarity - 1) + (5 - ces) / 2 + noise)


def test_effects_are_from_the_worst_answer_to_the_best_and_agree_with_statsmodels(catalogue):
    said = driven()
    found = surveys.driver_effects(responses(said), catalogue, YEAR).set_index("group_value")
    assert list(found.index) == list(surveys.LABELS.values())
    assert found.loc["Clarté", "estimate"] == pytest.approx(4, abs=0.2)
    assert found.loc["Facilité", "estimate"] == pytest.approx(2, abs=0.2)
    assert found.loc["Objectif atteint", ["ci_low", "ci_high"]].prod() < 0
    order = {name: i for i, name in enumerate(sorted(said["age"].unique()))}
    frame = said.assign(age=said["age"].map(order) / 2, man=said["sex"] == "Homme")
    model = smf.ols("satisfaction ~ clarity + ces + task_success + age + man", frame)
    fit = model.fit(cov_type="HC0").params
    expected = [4 * fit["clarity"], -4 * fit["ces"], fit["task_success"], fit["age"]]
    assert found["estimate"].tolist()[:4] == pytest.approx(expected)
    assert found["estimate"].iloc[4] == pytest.approx(fit["man[T.True]"])


def test_ease_asked_of_the_successful_or_what_nearly_all_say_is_left_out(catalogue):
    said = driven()
    said["ces"] = said["ces"].where(said["task_success"] > 0)
    found = surveys.driver_effects(responses(said), catalogue, YEAR)
    assert "Facilité" not in set(found["group_value"])
    assert set(found["n"]) == {400}
    said = driven().assign(sex="Femme")
    said.loc[:9, "sex"] = "Homme"
    found = surveys.driver_effects(responses(said), catalogue, YEAR)
    assert surveys.SEX not in set(found["group_value"]) and len(found) == 4
    said.loc[:10, "sex"] = "Homme"  # eleven, whom an error tells of no more
    found = surveys.driver_effects(responses(said), catalogue, YEAR)
    assert surveys.SEX in set(found["group_value"])


@pytest.mark.parametrize("n", [10, 11, 99])
def test_below_a_hundred_complete_answers_nothing_is_told(catalogue, n):
    (row,) = surveys.driver_effects(responses(driven(n)), catalogue, YEAR).to_dict("records")
    assert (row["group_value"], row["status"]) == (surveys._ALL_DRIVERS, "missing")
    assert row["n"] == base(n) if n >= 11 else np.isnan(row["n"])


def test_a_survey_s_first_quarters_tell_not_even_how_many_answered_all(catalogue):
    table = responses(driven(99))
    first = table[table["date"] > table["date"].min()]
    (row,) = surveys.driver_effects(first, catalogue, YEAR).to_dict("records")
    assert row["status"] == "suppressed" and np.isnan(row["n"])


def test_satisfaction_that_never_varies_or_stands_alone_has_nothing_told_of_it(catalogue):
    said = driven()
    found = surveys.driver_effects(responses(said.assign(satisfaction=8)), catalogue, YEAR)
    assert found["status"].tolist() == ["missing"]
    for columns in (["satisfaction"], ["clarity", "age"], ["age"]):
        assert surveys.driver_effects(responses(said[columns]), catalogue, YEAR).empty
