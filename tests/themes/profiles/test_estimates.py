"""Who answers, against the population: ratios that hold, and no few people told."""

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.period import Quarter
from observlib.estimates import base
from observlib.themes import profiles

YEAR = Quarter(2026, 3).back(4)
SURVEY = "enquete-service-public"
MARGINS = pd.DataFrame(
    {
        "variable": ["sex", "sex", "age", "age", "age"],
        "category": ["Femme", "Homme", "15 à 24 ans", "25 à 34 ans", "35 ans et plus"],
        "people": [52, 48, 20, 20, 60],
    }
)


DAYS = ("2025-10-10", "2026-01-10", "2026-04-10", "2026-09-10")


def said(variable: str, days: Sequence[str] = DAYS, first: int = 0, **counts: int) -> pd.DataFrame:
    """So many respondents of each category, spread over the days."""
    categories = [name.replace("_", " ") for name, n in counts.items() for _ in range(n)]
    return pd.DataFrame(
        {
            "device": SURVEY,
            "product": "service-public",
            "channel": "web",
            "source": f"{SURVEY}@1",
            "response_id": [str(first + i) for i in range(len(categories))],
            "date": pd.to_datetime([days[i % len(days)] for i in range(len(categories))]),
            "variable": variable,
            "category": categories,
        }
    )


def by_value(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("group_value")


def test_shares_are_of_those_who_answered_the_question(catalogue):
    from statsmodels.stats.proportion import proportion_confint

    found = by_value(profiles.distribution(said("sex", Femme=60, Homme=40), catalogue, YEAR))
    assert found["estimate"].to_dict() == {"Femme": 60, "Homme": 40}
    low, high = proportion_confint(60, 100, method="wilson")
    assert found.loc["Femme", ["ci_low", "ci_high"]].tolist() == pytest.approx(
        [100 * low, 100 * high]
    )
    assert set(found["period"]) == {"2025-10/2026-09"} and set(found["group"]) == {"sex"}


def test_a_ratio_is_the_share_over_the_population_s_and_so_are_its_ends(catalogue):
    heard = said("sex", Femme=26, Homme=74)
    shares = by_value(profiles.distribution(heard, catalogue, YEAR))
    ratios = by_value(profiles.representation(heard, MARGINS, catalogue, YEAR))
    assert ratios.loc["Femme", "estimate"] == pytest.approx(0.5)
    assert ratios.loc["Homme", "estimate"] == pytest.approx(0.74 / 0.48)
    for end in ("ci_low", "ci_high"):
        assert ratios.loc["Femme", end] == pytest.approx(shares.loc["Femme", end] / 52)
    assert ratios.loc["Femme", "ci_high"] < 1 < ratios.loc["Homme", "ci_low"]


def test_a_category_of_few_is_withheld_and_cannot_be_found_by_subtraction(catalogue):
    heard = said("age", **{"15_à_24_ans": 4, "25_à_34_ans": 40, "35_ans_et_plus": 56})
    found = by_value(profiles.representation(heard, MARGINS, catalogue, YEAR))
    assert found.loc["15 à 24 ans", "status"] == "suppressed"
    assert found.loc["25 à 34 ans", "status"] == "suppressed"
    assert found.loc[profiles.REST, "estimate"] == pytest.approx(0.44 / 0.4)
    assert found.loc["35 ans et plus", "estimate"] == pytest.approx(0.56 / 0.6)


def test_a_category_that_no_one_is_in_is_withheld_as_a_small_one_is(catalogue):
    heard = said("age", **{"25_à_34_ans": 40, "35_ans_et_plus": 60})
    found = by_value(profiles.representation(heard, MARGINS, catalogue, YEAR))
    assert found.loc["15 à 24 ans", "status"] == "suppressed"
    assert found.loc[profiles.REST, "n"] == 100


def test_answers_that_the_population_has_not_do_not_count_in_its_ratio(catalogue):
    heard = said("sex", Femme=52, Homme=48, Autre=30)
    found = by_value(profiles.representation(heard, MARGINS, catalogue, YEAR))
    assert found["estimate"].tolist() == pytest.approx([1, 1]) and set(found["n"]) == {100}


def test_a_variable_without_margin_has_a_profile_and_no_ratio(catalogue):
    heard = said("status", Actif=40, Retraité=30)
    assert len(profiles.distribution(heard, catalogue, YEAR)) == 2
    assert profiles.representation(heard, MARGINS, catalogue, YEAR).empty


def test_ages_stand_in_their_order_and_other_categories_by_frequency(catalogue):
    heard = pd.concat(
        [
            said("age", **{"75_ans_et_plus": 60, "15_à_24_ans": 30, "25_à_34_ans": 20}),
            said("status", Actif=20, Retraité=40),
        ]
    )
    found = profiles.distribution(heard, catalogue, YEAR)
    order = ["15 à 24 ans", "25 à 34 ans", "75 ans et plus", "Retraité", "Actif"]
    assert found["group_value"].tolist() == order


def test_experiences_say_their_region_by_name_and_belong_to_no_product(catalogue):
    experiences = pd.DataFrame(
        {
            "device": "sp-plus", "product": ["service-public", None, None], "channel": "web",
            "source": "sp-plus@1", "experience_id": ["1", "2", "3"],
            "date": pd.Timestamp("2026-08-01"), "region": ["11", None, "04"],
        }
    )  # fmt: skip
    regions = pd.DataFrame({"region": ["11", "04"], "region_name": ["Île-de-France", "La Réunion"]})
    told = profiles.of_experiences(experiences, regions)
    assert told["category"].tolist() == ["Île-de-France", "La Réunion"]
    assert set(told["product"]) == {""} and told["response_id"].tolist() == ["1", "3"]
    assert profiles.distribution(told, catalogue, YEAR)["group_value"].tolist() == [profiles.ALL]


def test_small_categories_are_not_listed_so_that_their_order_tells_nothing(catalogue):
    heard = said("region", Bretagne=60, Corse=1, Guyane=6, Mayotte=5)
    found = profiles.distribution(heard, catalogue, YEAR)
    assert found["group_value"].tolist() == ["Bretagne", profiles.REST]


def test_those_of_no_population_are_not_had_from_the_profile_less_the_ratio(catalogue):
    heard = said("sex", Femme=60, Homme=50, Autre=4)
    shares = by_value(profiles.distribution(heard, catalogue, YEAR))
    ratios = by_value(profiles.representation(heard, MARGINS, catalogue, YEAR))
    assert set(shares["n"]) == set(ratios["n"].dropna()) == {115}  # of 114
    assert ratios.loc["Homme", "status"] == "suppressed"
    assert ratios.loc[profiles.REST, "estimate"] == pytest.approx(54 / 114 / 0.48)


def test_a_year_that_is_not_full_is_withheld_unless_the_survey_listens_once_a_year(catalogue):
    for days in (DAYS[:1], DAYS[1:], DAYS[2:]):
        heard = said("sex", days, Femme=60, Homme=40)
        assert set(profiles.distribution(heard, catalogue, YEAR)["status"]) == {"suppressed"}
        ratios = profiles.representation(heard, MARGINS, catalogue, YEAR)
        assert set(ratios["status"]) == {"suppressed"}
    once = said("sex", DAYS[:1], Femme=60, Homme=40).assign(device="enquete-vie-publique")
    assert set(profiles.distribution(once, catalogue, YEAR)["status"]) == {"published"}


def test_no_edition_less_the_one_before_tells_a_first_year_s_quarter(catalogue):
    """The attack: W(t) − W(t − 1), plus the quarter that leaves, gives the one that enters."""
    first = Quarter(2025, 1)
    heard = pd.concat(
        said("sex", [f"{(first + i).months[1]}-02"], 100 * i, Femme=12 + i, Homme=4 + i % 3)
        for i in range(8)
    )
    years = [
        profiles.distribution(heard, catalogue, (first + i).back(4)).set_index("group_value")
        for i in range(8)
    ]
    told = [year["estimate"].notna().all() for year in years]
    assert told == [False] * 3 + [True] * 5  # so that four quarters are never told apart


@examples(100)
@given(st.lists(st.sampled_from([0, 1, 4, 9, 12, 15, 40]), min_size=5, max_size=5))
def test_profile_and_ratio_together_tell_no_few_people(catalogue, counts):
    names = ("15_à_24_ans", "25_à_34_ans", "35_ans_et_plus", "Autre", "Étranger")
    heard = said("age", **dict(zip(names, counts, strict=True)))
    shown, ratios = (
        frame[frame["estimate"].notna()].set_index("group_value")
        for frame in (
            profiles.distribution(heard, catalogue, YEAR),
            profiles.representation(heard, MARGINS, catalogue, YEAR),
        )
    )
    if shown.empty or ratios.empty:
        return
    bases = shown["n"].iloc[0], ratios["n"].iloc[0]
    weights = {"15 à 24 ans": 0.2, "25 à 34 ans": 0.2, "35 ans et plus": 0.6}
    both = sorted(set(weights) & set(ratios.index))
    people = {name: shown.loc[name, "estimate"] * sum(counts) / 100 for name in both}
    shares = {name: ratios.loc[name, "estimate"] * weights[name] for name in both}
    exact = [
        n
        for n in range(1, sum(counts) + 1)
        if base(n) == bases[1]
        and all(shares[name] * n == pytest.approx(people[name]) for name in both)
    ]
    assert bases[0] == base(sum(counts)) and exact
    assert any(n == sum(counts) or sum(counts) - n >= 11 for n in exact)
    assert all(count >= 10.999 for count in people.values())


@examples(50)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_no_published_value_tells_fewer_than_eleven_people(catalogue, counts):
    names = ("15_à_24_ans", "25_à_34_ans", "35_ans_et_plus")
    heard = said("age", **dict(zip(names, counts, strict=True)))
    shown = profiles.distribution(heard, catalogue, YEAR)
    shown = shown[shown["status"] != "suppressed"]
    people = shown["estimate"] * sum(counts) / 100
    assert (people >= 10.999).all() and set(shown["n"]) <= {base(sum(counts))}
    assert not len(shown) or people.sum() == pytest.approx(sum(counts))
    ratios = profiles.representation(heard, MARGINS, catalogue, YEAR)
    assert len(ratios[ratios["status"] != "suppressed"]) <= 3


@pytest.mark.parametrize(("others", "share"), [((5, 5), 22 / 82), ((5, 6), 12 / 72)])
def test_ten_of_no_population_stay_in_their_group_and_eleven_leave_it(catalogue, others, share):
    """The profile's group of small ages less the ratio's would tell them."""
    x, y = others
    ages = {"15_à_24_ans": 6, "25_à_34_ans": 6, "35_ans_et_plus": 60, "x": x, "y": y}
    found = by_value(profiles.representation(said("age", **ages), MARGINS, catalogue, YEAR))
    assert found.loc[profiles.REST, "estimate"] == pytest.approx(share / 0.4)
