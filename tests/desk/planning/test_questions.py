"""A question is dropped for a reason that holds, and minutes asked are of what people answered."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.desk.planning import (
    QUARTER,
    SECONDS_A_QUESTION,
    asked,
    people,
    to_drop,
    variables_used,
)

QUARTERS = [Quarter("2026-T2"), Quarter("2026-T3")]
MARGINS = ("age", "sex", "region")
TOLD = ("satisfaction", "clarity", "nps", "task_success", "ces", "reason", "status", "autonomy")
PEOPLE = 120
DAY = pd.Timestamp("2026-07-14")


def answers(**columns: Sequence[Any] | np.ndarray) -> pd.DataFrame:
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
    found = why(catalogue, answers(), told=["satisfaction"])
    assert found["autonomy"] == "no figure, group or weight rests on it"
    assert {"clarity", "nps", "ces", "reason", "status"} <= {*found}
    assert {"age", "sex", "region"}.isdisjoint(found)  # weights
    assert "task_success" not in found  # ease is asked of those who succeeded


def test_variables_are_told_by_indicators_and_texts_read_are_not_named(catalogue):
    rows = [("nps", ""), ("profile_share", "autonomy"), ("weighting_before", "age")]
    row = {"period": "2026-T3", "estimate": 1.0}
    made = [{**row, "indicator": name, "group": of, "group_value": of} for name, of in rows]
    assert variables_used(estimates.make(made), catalogue) == {"nps", "autonomy", "age"}
    assert why(catalogue, answers()) == {"comment": "open text that is never loaded"}
    read = catalogue.devices["enquete-service-public"].model_copy(update={"verbatims": "redacted"})
    assert to_drop(read, catalogue, answers(), TOLD, MARGINS, []) == []


@pytest.mark.parametrize(("alike", "named"), [(PEOPLE, True), (114, True), (113, False)])
def test_a_question_that_nearly_all_answer_alike_is_named_from_95_in_100(catalogue, alike, named):
    found = why(catalogue, answers(clarity=[5.0] * alike + [1.0] * (PEOPLE - alike)))
    assert ("clarity" in found) == named


def test_of_two_scales_that_tell_the_same_the_later_goes_but_no_headline(catalogue, mixed):
    found = why(catalogue, answers(clarity=mixed, nps=2 * mixed**2, ces=mixed[::-1]))
    assert found["nps"] == "tells what clarity tells (Spearman 1.00)"
    assert {"clarity", "ces"}.isdisjoint(found)
    # the headline does not go for it
    found = why(catalogue, answers(ces=mixed, satisfaction=mixed), device="enquete-legifrance")
    assert found["ces"].startswith("tells what satisfaction tells")
    assert "satisfaction" not in found
    # of fewer than a hundred answers nothing is told
    few = [5.0] * 99 + [None] * (PEOPLE - 99)
    twins = [float(one) if i < 99 else None for i, one in enumerate(mixed)]
    found = why(catalogue, answers(clarity=few, satisfaction=twins, nps=twins))
    assert {"clarity", "nps"}.isdisjoint(found)


def test_a_question_goes_only_where_none_of_its_figures_has_a_verdict_in_two_years(catalogue):
    def needs(*weeks: int | None) -> list[dict[str, Any]]:
        return [{"question": "nps", "weeks": one} for one in weeks]

    found = why(catalogue, answers(), needs=needs(200, 130))
    assert found["nps"] == "no verdict within two years (needs 2.5)"
    for known in ([], needs(200, 104), needs(200, None)):
        assert "nps" not in why(catalogue, answers(), needs=known)


def test_of_a_form_without_questionnaire_the_questions_with_answers_are_judged(catalogue, mixed):
    people = answers(satisfaction=mixed, help_satisfaction=mixed[::-1])
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


def test_a_form_whose_texts_are_read_asks_one_and_a_telephone_that_takes_none_does_not(catalogue):
    nobody = pd.DataFrame({"person": [], "quarter": []})
    for device, texts in (("jdma-legifrance", 1), ("satisfaction-3939", 0)):
        told = asked(catalogue.devices[device], catalogue, nobody, QUARTERS[1:])
        assert (told["open"], told["people"], told["minutes"]) == (texts, 0, 0)
