"""Weighted marks are those of a known population, and never an error or a tale of few people."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.themes.surveys.people import DAYS, MARGINS, YEAR, responses

from observlib.catalogue import Catalogue
from observlib.estimates import base
from observlib.indicators import pairs as changes
from observlib.themes import surveys
from observlib.themes.surveys import weighted


def sample(ages: dict[str, int], seed: int = 1) -> pd.DataFrame:
    """People of whom the old are two points happier than adults, and adults than the young."""
    chance = np.random.default_rng(seed)
    age = np.repeat(list(ages), list(ages.values()))
    base = pd.Series(age).map({"jeune": 3, "adulte": 5, "vieux": 7}).to_numpy()
    return pd.DataFrame(
        {
            "age": age,
            "sex": np.where(np.arange(len(age)) % 2 == 0, "Femme", "Homme"),
            "satisfaction": base + chance.integers(-2, 3, len(age)),
        }
    )


def of(frame: pd.DataFrame, value: str, indicator: str = "satisfaction_10") -> pd.Series:
    (row,) = [
        r for _, r in frame.iterrows() if (r["group_value"], r["indicator"]) == (value, indicator)
    ]
    return row


def test_a_score_that_all_gave_has_no_interval_with_or_without_weights(catalogue):
    people = sample({"jeune": 60, "adulte": 60, "vieux": 60}).assign(nps=10)
    told = marks(responses(people), catalogue)
    for how in (weighted.RAW, weighted.WEIGHTED):
        score = of(told, how, "nps")
        assert score["estimate"] == pytest.approx(100)
        assert np.isnan(score["ci_low"]) and np.isnan(score["ci_high"])


def weigh(table: pd.DataFrame, catalogue: Catalogue) -> tuple[weighted.Weighed, ...]:
    return weighted.weighed(table, MARGINS, catalogue, YEAR)


def marks(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return weighted.marks(weigh(table, catalogue))


def report(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return weighted.report(weigh(table, catalogue))


def test_with_the_population_s_ages_the_mark_is_the_population_s(catalogue):
    people = sample({"jeune": 40, "adulte": 100, "vieux": 260})
    found = marks(responses(people), catalogue)
    raw, weighed = of(found, weighted.RAW), of(found, weighted.WEIGHTED)
    assert raw["estimate"] == pytest.approx(people["satisfaction"].mean())
    by_age = people.groupby("age")["satisfaction"].mean()
    expected = 0.3 * by_age["jeune"] + 0.4 * by_age["adulte"] + 0.3 * by_age["vieux"]
    assert weighed["estimate"] == pytest.approx(expected, abs=0.02)  # sexes are weighted too
    assert weighed["ci_low"] <= 5 <= weighed["ci_high"] < raw["ci_low"]
    assert raw["n"] == weighed["n"] == 400
    assert set(found["period"]) == {"2025-10/2026-09"}


def test_without_weights_figures_are_those_of_the_survey(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60}).assign(nps=lambda p: p.satisfaction)
    table = responses(people)
    found = marks(table, catalogue)
    known = surveys.pooled(table, catalogue, YEAR).set_index("indicator")
    for indicator in ("satisfaction_10", "satisfied_share", "nps"):
        row = of(found, weighted.RAW, indicator)
        for name in ("estimate", "ci_low", "ci_high"):
            assert row[name] == pytest.approx(known.loc[indicator, name], abs=0.15), indicator
        assert row["n"] == known.loc[indicator, "n"]


def test_who_says_no_profile_or_is_not_of_the_population_is_in_neither_figure(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    others = sample({"jeune": 40}, seed=2).assign(age=[None, "ailleurs"] * 20, satisfaction=10)
    both = pd.concat([people, others], ignore_index=True)
    alone, found = (marks(responses(each), catalogue) for each in (people, both))
    pd.testing.assert_frame_equal(alone, found)


@pytest.mark.parametrize(
    ("others", "status"), [(5, "suppressed"), (10, "suppressed"), (11, "published")]
)
def test_a_raw_figure_beside_ten_others_is_withheld_and_beside_eleven_told(
    catalogue, others, status
):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    people.loc[: others - 1, "age"] = None
    people.loc[:2, "satisfaction"] = 9  # who are not all alike
    found = marks(responses(people), catalogue)
    assert of(found, weighted.RAW)["status"] == status
    assert of(found, weighted.WEIGHTED)["status"] == "published"


def test_who_hide_their_profile_and_all_think_alike_are_not_had_by_subtraction(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    people.loc[185:, "age"] = None
    assert of(marks(responses(people), catalogue), weighted.RAW)["status"] == "published"
    people.loc[185:, "satisfaction"] = 0  # fifteen, and the difference of two sums says 0 of each
    found = marks(responses(people), catalogue)
    assert of(found, weighted.RAW)["status"] == "suppressed"
    assert of(found, weighted.RAW, "satisfied_share")["status"] == "suppressed"


def test_the_few_who_all_give_one_mark_are_told_with_weights_no_more_than_without(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    people["satisfaction"] = people["satisfaction"].astype(float)
    people.loc[12:, "satisfaction"] = np.nan
    people.loc[:11, "satisfaction"] = 2.0
    assert set(marks(responses(people), catalogue)["status"]) == {"suppressed"}
    people.loc[:5, "satisfaction"] = 9.0
    found = marks(responses(people), catalogue).set_index("indicator")["status"]
    assert set(found["satisfaction_10"]) == {"low_base"}
    assert set(found["satisfied_share"]) == {"suppressed"}  # six of the twelve are


def test_a_quarter_of_few_is_not_had_from_the_year_of_those_whose_profile_is_known(catalogue):
    table = responses(sample({"jeune": 60, "adulte": 80, "vieux": 60}))
    last = table["date"] == DAYS[3]
    table.loc[last & ~table["response_id"].isin(["3", "7", "11"]), "date"] = pd.Timestamp(DAYS[2])
    year = surveys.pooled(table, catalogue, YEAR)
    assert set(year["status"]) == {"suppressed"}  # as it would tell the three of the last quarter
    assert set(marks(table, catalogue)["status"]) == {"suppressed"}
    assert set(weighted.marks_of_groups(weigh(table, catalogue))["status"]) == {"suppressed"}


def test_a_question_asked_for_less_than_a_year_is_told_of_no_profile(catalogue):
    table = responses(sample({"jeune": 100, "adulte": 120, "vieux": 100}))
    new = (table["variable"] != "satisfaction") | (table["date"] > DAYS[0])
    found = marks(table[new], catalogue)  # one year less the one before would tell a quarter
    assert set(found["status"]) == {"suppressed"}


def test_a_survey_s_first_quarters_tell_not_even_how_many_gave_their_profile(catalogue):
    table = responses(sample({"jeune": 30, "adulte": 40, "vieux": 20}))
    (row,) = report(table[table["date"] > DAYS[1]], catalogue).to_dict("records")
    assert row["status"] == "suppressed" and np.isnan(row["n"])


def test_what_weights_change_is_tested_on_the_same_answers_and_seen_where_intervals_overlap(
    catalogue,
):
    people = sample({"jeune": 80, "adulte": 100, "vieux": 120})
    pairs = weighted.pairs(weigh(responses(people), catalogue))
    found = changes.tested(catalogue, pairs)
    row = found[found["indicator"] == "satisfaction_10"].iloc[0]
    assert (row["group_value"], row["reference_group_value"]) == (weighted.WEIGHTED, weighted.RAW)
    assert row["verdict"] == "fall" and row["ci_high"] > row["reference_ci_low"]
    many = responses(sample({"jeune": 160, "adulte": 200, "vieux": 240}))
    found = changes.tested(catalogue, weighted.pairs(weigh(many, catalogue)))
    share = found[found["indicator"] == "satisfied_share"].iloc[0]  # in points, not in hundredths
    assert abs(share["difference_high"] - share["difference_low"]) > 1


def test_what_weights_change_is_not_told_where_the_raw_mark_is_withheld(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    people.loc[:4, "age"] = None
    found = changes.tested(catalogue, weighted.pairs(weigh(responses(people), catalogue)))
    assert set(found["reason"]) == {"suppressed"} and found["difference"].isna().all()


def test_categories_of_few_are_one_in_sample_and_population(catalogue):
    table = responses(sample({"jeune": 4, "adulte": 90, "vieux": 120}))
    found = report(table, catalogue)
    ages = found[found["group"] == "age"].set_index(["indicator", "group_value"])["estimate"]
    assert set(ages.index.get_level_values(1)) == {"Autres âges", "vieux"}
    assert ages["weighting_target", "Autres âges"] == pytest.approx(70)
    assert ages["weighting_before", "Autres âges"] == pytest.approx(100 * 94 / 214)
    assert ages["weighting_after", "vieux"] == pytest.approx(30)


def test_weights_are_bounded_and_the_report_shows_what_that_costs(catalogue):
    table = responses(sample({"jeune": 14, "adulte": 200, "vieux": 400}))
    found = report(table, catalogue).set_index(["indicator", "group_value"])
    value = found["estimate"]
    assert value["weighting_most", ""] == pytest.approx(5)
    assert value["weighting_least", ""] >= 0.2
    young = (value["weighting_after", "jeune"], value["weighting_target", "jeune"])
    assert young[0] < young[1] == pytest.approx(30)
    effect = value["weighting_design_effect", ""]
    assert (
        value["weighting_effective_n", ""] * effect == pytest.approx(614, abs=3 * effect)
        and effect > 1.5
    )


@pytest.mark.parametrize("n", [4, 10, 11, 40, 99])
def test_too_few_respondents_leave_no_weights_and_a_row_that_says_so(catalogue, n):
    table = responses(sample({"jeune": n // 3, "adulte": n // 3, "vieux": n - 2 * (n // 3)}))
    assert marks(table, catalogue).empty
    (row,) = report(table, catalogue).to_dict("records")
    assert (row["indicator"], row["status"]) == ("weighting_effective_n", "missing")
    assert row["n"] == base(n) if n >= 11 else np.isnan(row["n"])


def test_a_survey_that_asks_no_profile_has_nothing(catalogue):
    table = responses(sample({"adulte": 200})[["satisfaction"]])
    assert marks(table, catalogue).empty and report(table, catalogue).empty
    assert weighted.pairs(weigh(table, catalogue)).empty


def test_margins_that_contradict_each_other_leave_no_weights(catalogue):
    people = sample({"jeune": 100, "vieux": 100})
    people["sex"] = np.where(people["age"] == "jeune", "Femme", "Homme")  # 30 % and 52 % at once
    (row,) = report(responses(people), catalogue).to_dict("records")
    assert row["status"] == "missing" and row["n"] == 200


@examples(15)
@given(
    st.lists(st.integers(0, 60), min_size=3, max_size=3).filter(sum),
    st.integers(0, 40),
    st.integers(0, 3),
)
def test_whoever_answers_no_row_breaks_the_contract(catalogue, ages, unsaid, seed):
    people = sample(dict(zip(["jeune", "adulte", "vieux"], ages, strict=True)), seed)
    people.loc[: unsaid - 1, "sex"] = None
    table = responses(people)
    told = report(table, catalogue)
    parts = told[told["group"] != ""]
    sums = parts.groupby(["indicator", "group"])["estimate"].sum()
    assert np.allclose(sums, 100)
    assert (parts.query("indicator == 'weighting_before'")["estimate"] * parts["n"].max() / 100
            > 10.5).all()  # fmt: skip
    pairs = changes.tested(catalogue, weighted.pairs(weigh(table, catalogue)))
    assert len(pairs) == len(marks(table, catalogue)) / 2


@pytest.mark.parametrize(("n", "status"), [(29, "suppressed"), (30, "published")])
def test_twenty_nine_who_all_give_one_mark_are_told_to_be_so_by_no_figure(catalogue, n, status):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60})
    people["satisfaction"] = people["satisfaction"].astype(float)
    people.loc[n:, "satisfaction"] = np.nan
    people.loc[: n - 1, "satisfaction"] = 2.0
    found = marks(responses(people), catalogue)
    assert of(found, weighted.RAW)["status"] == status
    assert of(found, weighted.WEIGHTED)["status"] == status


def test_a_margin_of_one_category_weighs_nothing_and_is_not_told(catalogue):
    people = sample({"jeune": 60, "adulte": 80, "vieux": 60}).assign(sex="Femme")
    women = MARGINS[MARGINS["category"] != "Homme"]
    told = weighted.report(weighted.weighed(responses(people), women, catalogue, YEAR))
    assert set(told["group"]) == {"", "age"}
