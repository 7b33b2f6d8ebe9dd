"""A question is advised to be dropped for a reason that holds, and never what weights need."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.desk.planning import to_drop, used

MARGINS = ("age", "sex", "region")
TOLD = ("satisfaction", "clarity", "nps", "task_success", "ces", "reason", "status", "autonomy")
PEOPLE = 120


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
    own = catalogue.devices[device]
    return {
        one["question"]: one["why"] for one in to_drop(own, catalogue, people, told, MARGINS, needs)
    }


@pytest.fixture
def mixed() -> np.ndarray:
    return np.random.default_rng(1).integers(1, 6, PEOPLE)


def test_a_text_that_is_never_loaded_is_named_and_one_that_is_read_is_not(catalogue):
    assert why(catalogue, answers()) == {"comment": "open text that is never loaded"}
    read = catalogue.devices["enquete-service-public"].model_copy(update={"verbatims": "redacted"})
    assert to_drop(read, catalogue, answers(), TOLD, MARGINS, []) == []


def test_what_no_page_tells_is_named_but_not_what_weights_or_another_question_need(catalogue):
    found = why(catalogue, answers(), told=["satisfaction"])
    assert found["autonomy"] == "no figure, group or weight rests on it"
    assert {"clarity", "nps", "ces", "reason", "status"} <= {*found}
    assert {"age", "sex", "region"}.isdisjoint(found)  # weights
    assert "task_success" not in found  # ease is asked of those who succeeded


def test_variables_are_told_by_indicators_and_by_groups(catalogue):
    rows = [("nps", ""), ("profile_share", "autonomy"), ("weighting_before", "age")]
    row = {"period": "2026-T3", "estimate": 1.0}
    made = [{**row, "indicator": name, "group": of, "group_value": of} for name, of in rows]
    assert used(estimates.make(made), catalogue) == {"nps", "autonomy", "age"}


@pytest.mark.parametrize(("alike", "named"), [(PEOPLE, True), (114, True), (113, False)])
def test_a_question_that_nearly_all_answer_alike_is_named_from_95_in_100(catalogue, alike, named):
    found = why(catalogue, answers(clarity=[5.0] * alike + [1.0] * (PEOPLE - alike)))
    assert ("clarity" in found) == named


def test_fewer_than_a_hundred_answers_tell_nothing_of_a_question(catalogue, mixed):
    few = [5.0] * 99 + [None] * (PEOPLE - 99)
    twins = [float(one) if i < 99 else None for i, one in enumerate(mixed)]
    found = why(catalogue, answers(clarity=few, satisfaction=twins, nps=twins))
    assert {"clarity", "nps"}.isdisjoint(found)


def test_of_two_scales_that_tell_the_same_the_later_goes_whatever_their_ends(catalogue, mixed):
    found = why(catalogue, answers(clarity=mixed, nps=2 * mixed**2, ces=mixed[::-1]))
    assert found["nps"] == "tells what clarity tells (Spearman 1.00)"
    assert {"clarity", "ces"}.isdisjoint(found)


def test_the_headline_does_not_go_for_telling_what_an_earlier_question_tells(catalogue, mixed):
    found = why(catalogue, answers(ces=mixed, satisfaction=mixed), device="enquete-legifrance")
    assert found["ces"].startswith("tells what satisfaction tells")
    assert "satisfaction" not in found


def test_a_question_goes_only_where_none_of_its_figures_has_a_verdict_in_two_years(catalogue):
    def needs(*weeks: int | None) -> list[dict[str, Any]]:
        return [{"question": "nps", "weeks": one} for one in weeks]

    assert why(catalogue, answers(), needs=needs(200, 130))["nps"] == (
        "no verdict within two years (needs 2.5)"
    )
    for known in ([], needs(200, 104), needs(200, None)):
        assert "nps" not in why(catalogue, answers(), needs=known)


def test_of_a_form_without_questionnaire_the_questions_with_answers_are_judged(catalogue, mixed):
    people = answers(satisfaction=mixed, help_satisfaction=mixed[::-1])
    found = why(catalogue, people, told=["satisfaction"], device="jdma-legifrance")
    assert found == {"help_satisfaction": "no figure, group or weight rests on it"}
