"""What a verdict needs follows from what is known, and questions go for a reason that holds."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.desk.planning import (
    QUARTER,
    SECONDS_A_QUESTION,
    advice,
    asked,
    needs,
    people,
    to_drop,
)
from observlib.estimates import make_comparisons
from observlib.indicators import answers, pairs
from observlib.indicators.families import Given
from observlib.stats.survey.differences import answers_needed, smallest_found

DEVICE, OTHER = "enquete-service-public", "enquete-legifrance"
NOW, BEFORE = "2026-T3", "2025-T3"
YEAR = [quarter for quarter in Quarter(NOW).back(4)]
LEVEL = {"headline": 1 - 0.05 / 2, "other": 1 - 0.05 / 2 / 2}


def mark(indicator: str, answered: int, sd: float = 2.5, **more: Any) -> dict[str, Any]:
    """A mean with Student's interval, or a share of four fifths."""
    passport = {"indicator": indicator, "product": "service-public", "device": DEVICE}
    row = {**passport, "channel": "web", "period": NOW, "n": answered, "n_eff": answered}
    if indicator == "satisfied_share":
        return {**row, "unit": "%", **answers.share_of(round(0.8 * answered), answered), **more}
    half = stdtrit(answered - 1, 0.975) * sd / math.sqrt(answered)
    ends = {"estimate": 7.0, "ci_low": 7.0 - half, "ci_high": 7.0 + half}
    return {**row, "unit": "sur 10", **ends, **more}


def compared(rows: list[dict[str, Any]], catalogue: Catalogue) -> Given:
    frame = estimates.make([*rows, *({**row, "period": BEFORE} for row in rows)])
    found = pairs.tested(catalogue, pairs.across_periods(frame, catalogue, NOW, BEFORE))
    return Given(frame, make_comparisons(found), {})


def population(each: int, last: int | None = None, **columns: float) -> pd.DataFrame:
    """So many answers a quarter, and so many in the last."""
    sizes = [each, each, each, each if last is None else last]
    quarter = [name for name, size in zip(YEAR, sizes, strict=True) for _ in range(size)]
    table = pd.DataFrame({"quarter": pd.Categorical(quarter, YEAR)})
    return table.assign(person=range(len(table)), **(columns or {"satisfaction": 4.0, "ces": 4.0}))


def nothing() -> pd.DataFrame:
    raise AssertionError("the spread of this device is known")


@pytest.fixture
def three(catalogue) -> Given:
    rows = [mark("satisfaction_10", 300), mark("satisfied_share", 300), mark("ces_10", 200, 3.0)]
    return compared(rows, catalogue)


def found(catalogue: Catalogue, given: Given, table: pd.DataFrame, others: Any = nothing) -> Any:
    rows, tests = needs(given, others, catalogue.devices[DEVICE], table, catalogue)
    return {row["indicator"]: row for row in rows}, tests


def test_what_is_needed_is_what_the_marks_the_share_and_the_level_ask_for(catalogue, three):
    rows, tests = found(catalogue, three, population(290))
    assert next(iter(rows)) == "satisfaction_10" and tests == 3
    mean, share, ease = (rows[name] for name in ("satisfaction_10", "satisfied_share", "ces_10"))
    # the headline at half of the error, and the others share the rest
    assert mean["level"] == pytest.approx(LEVEL["headline"])
    assert ease["level"] == pytest.approx(LEVEL["other"])
    assert mean["needed"] == answers_needed(0.05, sd=0.25, mean=0.7, level=LEVEL["headline"])
    assert ease["needed"] == answers_needed(0.05, sd=0.3, mean=0.7, level=LEVEL["other"])
    assert share["needed"] == answers_needed(0.05, share=0.8, level=LEVEL["other"])
    smallest = smallest_found(290, sd=0.25, mean=0.7, level=LEVEL["headline"])
    assert mean["found"] == pytest.approx(10 * smallest)
    of_share = smallest_found(290, share=0.8, level=LEVEL["other"])
    assert share["found"] == pytest.approx(100 * of_share)
    assert mean["weeks"] == math.ceil(mean["needed"] / 290 * 13) and not mean["small"]
    # how unsure the answers needed are is told of marks, more so where few answered
    assert mean["needed_low"] < mean["needed"] < mean["needed_high"] < 1.3 * mean["needed"]
    assert share["needed_low"] is None, "of a share no deviation is guessed"
    few = found(catalogue, compared([mark("ces_10", 30)], catalogue), population(30))[0]["ces_10"]
    assert few["needed_high"] > 2.5 * few["needed_low"]
    # one odd quarter moves no pace, and its own answers are told
    usual, _ = found(catalogue, three, population(290))
    odd, _ = found(catalogue, three, population(290, last=12))
    assert odd["ces_10"]["weeks"] == usual["ces_10"]["weeks"]
    assert odd["ces_10"]["answers"] == 15 and usual["ces_10"]["answers"] == 290


def test_few_people_are_never_told_exactly_and_without_any_there_is_no_pace(catalogue, three):
    for each, told in ((7, None), (28, 25)):
        rows, _ = found(catalogue, three, population(each))
        assert {(row["answers"], row["pace"]) for row in rows.values()} == {(told, told)}
    told = found(catalogue, three, population(0, satisfaction=4.0))[0]["ces_10"]
    assert told["weeks"] is None and told["found"] is None and told["needed"]
    assert told["verdict"] == "nobody answered in a year: there is no pace"


def test_a_device_with_too_few_answers_is_planned_by_the_spread_of_others(catalogue):
    few = mark("ces_10", 20, status="suppressed", n=None, n_eff=None)
    few |= dict.fromkeys(("estimate", "ci_low", "ci_high"))
    # of two quarters of a device the last counts
    ways = [(OTHER, 3.0, NOW), (OTHER, 1.0, "2024-T3"), ("enquete-vie-publique", 2.0, BEFORE)]
    rows = [mark("ces_10", 200, sd, device=name, period=when) for name, sd, when in ways]
    others = estimates.make(rows)
    given = compared([few], catalogue)
    rows, tests = found(catalogue, given, population(20), lambda: others)
    assert tests == 1 and rows["ces_10"]["spread"] == "others"
    assert rows["ces_10"]["needed"] == answers_needed(0.05, sd=0.25, mean=0.7)
    assert rows["ces_10"]["needed_low"] is None, "how unlike others it is nobody knows"
    rows, _ = found(catalogue, given, population(20), lambda: others.head(0))
    assert rows["ces_10"]["spread"] is None and rows["ces_10"]["needed"] is None
    assert rows["ces_10"]["verdict"].startswith("no spread is known yet")


def test_figures_of_unequal_weights_need_as_many_more_as_their_design_effect(catalogue):
    weighted = compared([mark("ces_10", 300, n_eff=200)], catalogue)
    rows, _ = found(catalogue, weighted, population(290))
    half = stdtrit(299, 0.975) * 2.5 / math.sqrt(300)
    marks = {"sd": half / stdtrit(199, 0.975) * math.sqrt(200) / 10, "mean": 0.7}
    assert rows["ces_10"]["needed"] == answers_needed(0.05, **marks, design_effect=1.5)
    # and a base that is only told to the nearest five is no weight
    rows, _ = found(catalogue, compared([mark("ces_10", 198, n=200)], catalogue), population(290))
    assert rows["ces_10"]["needed"] == answers_needed(0.05, sd=0.25, mean=0.7)


def test_where_the_catalogue_has_no_difference_that_matters_a_fifth_of_a_deviation_does(catalogue):
    ease = catalogue.indicators["ces_10"].model_copy(update={"matters": None})
    other = catalogue.model_copy(update={"indicators": {**catalogue.indicators, "ces_10": ease}})
    rows, _ = found(other, compared([mark("ces_10", 200)], catalogue), population(290))
    assert rows["ces_10"]["matters"] == pytest.approx(0.5) and rows["ces_10"]["small"]
    # Cohen's table 2.4.1 has 394 for d = 0.20 and one deviation: these marks fall and spread more
    assert rows["ces_10"]["needed"] == answers_needed(0.05, sd=0.25, mean=0.7) > 394


def test_a_device_that_listens_once_a_year_has_a_year_for_its_pace(catalogue):
    yearly = catalogue.devices["enquete-vie-publique"]
    rows = [mark("satisfaction_10", 300, device=yearly.id)]
    table = population(0, last=300, satisfaction=4.0)
    (told,), _ = needs(compared(rows, catalogue), nothing, yearly, table, catalogue)
    assert told["pace"] == 300 and told["weeks"] == math.ceil(told["needed"] / 300 * 52)


@pytest.mark.parametrize(("weeks", "rare", "words"), [
    (13, False, "found within a quarter"), (14, False, "compare years rather than quarters"),
    (52, True, "found within a wave"), (53, False, "compare two years with the two before"),
    (104, True, "compare two years with the two before"), (105, False, "not within two years"),
])  # fmt: skip
def test_words_change_at_a_quarter_a_year_and_two(weeks, rare, words):
    assert words in advice(weeks, rare)


QUARTERS = [Quarter("2026-T2"), Quarter("2026-T3")]
MARGINS = ("age", "sex", "region")
TOLD = ("satisfaction", "clarity", "nps", "task_success", "ces", "reason", "status", "autonomy")
PEOPLE = 120
DAY = pd.Timestamp("2026-07-14")


def answered(**columns: Sequence[Any] | np.ndarray) -> pd.DataFrame:
    """People of one quarter who answered these questions."""
    about = {"person": range(PEOPLE), "quarter": "2026-T3"}
    return pd.DataFrame(about | {name: list(said) for name, said in columns.items()})


def why(
    catalogue: Catalogue,
    people: pd.DataFrame,
    told: Sequence[str] = TOLD,
    needs: Sequence[dict[str, Any]] = (),
    device: str = "enquete-service-public",
) -> dict[str, str]:
    found = to_drop(catalogue.devices[device], catalogue, people, told, MARGINS, needs)
    return {one["question"]: one["why"] for one in found}


@pytest.fixture
def mixed() -> np.ndarray:
    return np.random.default_rng(1).integers(1, 6, PEOPLE)


def test_what_no_page_tells_is_named_but_not_what_weights_or_another_question_need(catalogue):
    found = why(catalogue, answered(), told=["satisfaction"])
    assert found["autonomy"] == "no figure, group or weight rests on it"
    assert {"clarity", "nps", "ces", "reason", "status"} <= {*found}
    assert {"age", "sex", "region"}.isdisjoint(found)  # weights
    assert "task_success" not in found  # ease is asked of those who succeeded


@pytest.mark.parametrize(("alike", "named"), [(PEOPLE, True), (114, True), (113, False)])
def test_a_question_that_nearly_all_answer_alike_is_named_from_95_in_100(catalogue, alike, named):
    found = why(catalogue, answered(clarity=[5.0] * alike + [1.0] * (PEOPLE - alike)))
    assert ("clarity" in found) == named


def test_of_two_scales_that_tell_the_same_the_later_goes_but_no_headline(catalogue, mixed):
    found = why(catalogue, answered(clarity=mixed, nps=2 * mixed**2, ces=mixed[::-1]))
    assert found["nps"] == "tells what clarity tells (Spearman 1.00)"
    assert {"clarity", "ces"}.isdisjoint(found)
    # the headline does not go for it
    found = why(catalogue, answered(ces=mixed, satisfaction=mixed), device="enquete-legifrance")
    assert found["ces"].startswith("tells what satisfaction tells")
    assert "satisfaction" not in found
    # of fewer than a hundred answers nothing is told
    few = [5.0] * 99 + [None] * (PEOPLE - 99)
    twins = [float(one) if i < 99 else None for i, one in enumerate(mixed)]
    found = why(catalogue, answered(clarity=few, satisfaction=twins, nps=twins))
    assert {"clarity", "nps"}.isdisjoint(found)


def test_a_question_goes_only_where_none_of_its_figures_has_a_verdict_in_two_years(catalogue):
    def needs(*weeks: int | None) -> list[dict[str, Any]]:
        return [{"question": "nps", "weeks": one} for one in weeks]

    found = why(catalogue, answered(), needs=needs(200, 130))
    assert found["nps"] == "no verdict within two years (needs 2.5)"
    for known in ([], needs(200, 104), needs(200, None)):
        assert "nps" not in why(catalogue, answered(), needs=known)


def test_of_a_form_without_questionnaire_the_questions_with_answers_are_judged(catalogue, mixed):
    people = answered(satisfaction=mixed, help_satisfaction=mixed[::-1])
    found = why(catalogue, people, told=["satisfaction"], device="jdma-legifrance")
    assert found == {"help_satisfaction": "no figure, group or weight rests on it"}


def test_people_who_tick_several_boxes_are_one_row_and_those_of_other_times_none():
    earlier, long_ago = DAY - pd.DateOffset(months=3), DAY - pd.DateOffset(years=5)
    rows = [
        ("a", "response", None, None, DAY), ("a", "reason", "Une démarche", None, DAY),
        ("a", "reason", "Un contact", None, DAY), ("a", "clarity", None, 4.0, DAY),
        ("b", "response", None, None, DAY), ("c", "clarity", None, 2.0, earlier),
        ("d", "clarity", None, 1.0, long_ago),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["response_id", "variable", "category", "value", "date"])
    found = people(table, QUARTERS).set_index("person")
    assert sorted(found.index) == ["a", "b", "c"] and list(found["clarity"].dropna()) == [4.0, 2.0]
    assert found.at["a", "reason"] == "Un contact, Une démarche"
    assert found.loc["b"].drop(QUARTER).isna().all()  # who began, and answered nothing
    assert found[QUARTER].value_counts().to_dict() == {"2026-T3": 2, "2026-T2": 1}
    mark = {"answer_id": ["a"], "question": ["clarity"], "value": [1.0], "date": [DAY]}
    found = people(pd.DataFrame(mark), QUARTERS)  # of a quarter without answers
    assert found.groupby(QUARTER, observed=False).size().tolist() == [0, 1]


def test_whoever_answers_half_of_the_questions_gave_half_of_the_minutes(catalogue):
    assert 85 * SECONDS_A_QUESTION == 15 * 60  # a panel's fifteen minutes hold 85 closed questions
    now = pd.DataFrame({"person": range(200), "quarter": "2026-T3", "clarity": 4.0})
    now["nps"] = now["person"].map(lambda i: 9.0 if i < 100 else None)
    device = catalogue.devices["enquete-service-public"]
    both = pd.concat([now, now.assign(quarter="2026-T2")])
    told = asked(device, catalogue, both, QUARTERS[1:])
    assert told["people"] == 200 and told["questions"] == 1.5 and told["open"] == 1
    assert told["minutes"] == pytest.approx(1.5 * SECONDS_A_QUESTION / 60)
    assert told["hours"] == pytest.approx(200 * 1.5 * SECONDS_A_QUESTION / 3600)
