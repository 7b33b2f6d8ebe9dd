"""Marks by age and sex are those of their respondents, and no few of them can be had from them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.themes.surveys.people import MARGINS, YEAR, responses
from tests.themes.surveys.test_weighted import marks, sample, weigh

from observlib.catalogue import Catalogue
from observlib.indicators import pairs as changes
from observlib.themes.surveys import weighted


def by_category(people: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    found = weighted.marks_of_groups(weigh(responses(people), catalogue))
    return found.set_index(["group", "group_value"])


def test_each_age_and_sex_has_the_mean_of_its_own_respondents(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    found = by_category(people, catalogue)
    for variable in ("age", "sex"):
        for category, own in people.groupby(variable)["satisfaction"]:
            row = found.loc[(variable, category)]
            assert row["estimate"] == pytest.approx(own.mean()) and row["n"] == len(own)
    assert set(found["period"]) == {"2025-10/2026-09"}


def test_a_category_is_compared_with_all_others_and_two_with_each_other_once(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    found = changes.tested(catalogue, weighted.pairs_of_groups(weigh(responses(people), catalogue)))
    ages = found[found["group"] == "age"].set_index("group_value")
    assert set(ages.index) == {"jeune", "adulte", "vieux"}
    rest = people.loc[people["age"] != "vieux", "satisfaction"]
    assert ages.loc["vieux", "reference_estimate"] == pytest.approx(rest.mean())
    assert ages["verdict"].to_dict() == {"adulte": "unknown", "jeune": "fall", "vieux": "rise"}
    assert found.loc[found["group"] == "sex", "group_value"].tolist() == ["Femme"]
    assert ages.loc["vieux", "reference_group_value"] == "les autres"


def test_one_category_too_few_withholds_its_whole_variable_and_no_other(catalogue):
    people = sample({"jeune": 30, "adulte": 100, "vieux": 60})
    young = people.index[people["age"] == "jeune"]
    people.loc[young[:22], "satisfaction"] = np.nan  # eight of them gave a mark
    found = by_category(people, catalogue)
    assert set(found.loc["age", "status"]) == {"suppressed"}
    assert set(found.loc["sex", "status"]) == {"published"}
    pairs = weighted.pairs_of_groups(weigh(responses(people), catalogue))
    hidden = changes.tested(catalogue, pairs)
    hidden = hidden[hidden["group"] == "age"]
    assert set(hidden["reason"]) == {"suppressed"} and hidden["difference"].isna().all()
    assert hidden["reference_estimate"].isna().all()


def test_marks_of_the_few_who_hide_their_profile_are_not_had_by_subtraction(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    people.loc[:4, "sex"] = None
    assert set(by_category(people, catalogue)["status"]) == {"suppressed"}


def test_a_variable_of_which_one_category_alone_gave_marks_is_left_out(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    people["satisfaction"] = people["satisfaction"].where(people["sex"] == "Femme")
    surveys = weigh(responses(people), catalogue)
    assert set(weighted.marks_of_groups(surveys)["group"]) == {"age"}
    assert set(weighted.pairs_of_groups(surveys)["group"]) == {"age"}


@examples(20)
@given(
    st.lists(st.integers(0, 60), min_size=3, max_size=3).filter(sum),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_categories_that_are_told_add_up_to_the_raw_mark_and_to_nothing_else(
    catalogue, ages, unsaid, silent
):
    people = sample(dict(zip(["jeune", "adulte", "vieux"], ages, strict=True)))
    people["satisfaction"] = people["satisfaction"].astype(float)  # of one person it is whole
    people.loc[: unsaid - 1, "sex"] = None
    people.loc[unsaid : unsaid + silent - 1, "satisfaction"] = np.nan
    table = responses(people)
    found = weighted.marks_of_groups(weigh(table, catalogue))
    told = found[found["estimate"].notna()]
    assert (told["n"] >= 11).all()
    raw = marks(table, catalogue)
    raw = raw[(raw["group_value"] == weighted.RAW) & (raw["indicator"] == "satisfaction_10")]
    for _, rows in told.groupby("group"):
        assert len(rows) == (found["group"] == rows["group"].iat[0]).sum()
        if len(raw) and raw["status"].iat[0] == "published":
            # each base is told to the nearest five, or as fifteen
            off, n = 4 * len(rows), rows["n"].sum()
            assert abs(n - raw["n"].iat[0]) <= off + 4
            mean = (rows["estimate"] * rows["n"]).sum() / n
            assert mean == pytest.approx(raw["estimate"].iat[0], abs=10 * off / n)


def test_a_survey_without_profile_or_without_satisfaction_has_none(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    for column in (["satisfaction"], ["age", "sex"]):
        surveys = weighted.weighed(responses(people[column]), MARGINS, catalogue, YEAR)
        assert weighted.marks_of_groups(surveys).empty and weighted.pairs_of_groups(surveys).empty


@pytest.mark.parametrize(("gave", "status"), [(10, "suppressed"), (11, "low_base")])
def test_a_category_of_ten_marks_withholds_its_variable_and_one_of_eleven_does_not(
    catalogue, gave, status
):
    people = sample({"jeune": 30, "adulte": 100, "vieux": 60})
    young = people.index[people["age"] == "jeune"]
    people.loc[young[gave:], "satisfaction"] = np.nan
    assert by_category(people, catalogue).loc[("age", "jeune"), "status"] == status
