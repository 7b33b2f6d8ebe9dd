"""Who answers, against the population: ratios that hold, and no few people told."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.examples import examples
from tests.themes.surveys.people import DAYS, SURVEY, answers

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.estimates import base
from observlib.indicators import pairs
from observlib.themes import profiles, templates

say = templates.narrative("profiles")

YEAR = Quarter("2026-T3").back(4)
AGES = ("15 à 24 ans", "25 à 34 ans", "35 ans et plus")
MARGINS = pd.DataFrame(
    {"variable": ["sex"] * 2 + ["age"] * 3, "category": ["Femme", "Homme", *AGES],
     "people": [52, 48, 20, 20, 60]}
)  # fmt: skip


def asked(variable: str, days: Sequence[str] = DAYS, first: int = 0, **counts: int) -> pd.DataFrame:
    """So many respondents of each category, spread over the days."""
    categories = [name.replace("_", " ") for name, n in counts.items() for _ in range(n)]
    return answers(variable, categories, days=days, first=first)


def of_ages(*counts: int, **more: int) -> pd.DataFrame:
    """So many respondents of each age, and of other categories."""
    return asked("age", **dict(zip(AGES, counts, strict=True)), **more)


def distribution(heard: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return profiles.category_shares(heard, catalogue, YEAR).set_index("group_value")


def ratios(heard: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    found = profiles.representation(heard, MARGINS, catalogue, YEAR)
    return found.set_index("group_value")


def test_a_ratio_is_the_share_over_the_population_s_and_so_are_its_ends(catalogue):
    heard = asked("sex", Femme=26, Homme=74)
    shares = distribution(heard, catalogue)
    rated = ratios(heard, catalogue)
    assert rated.loc["Femme", "estimate"] == pytest.approx(0.5)
    assert rated.loc["Homme", "estimate"] == pytest.approx(0.74 / 0.48)
    for end in ("ci_low", "ci_high"):
        assert rated.loc["Femme", end] == pytest.approx(shares.loc["Femme", end] / 52)
    assert rated.loc["Femme", "ci_high"] < 1 < rated.loc["Homme", "ci_low"]


@pytest.mark.parametrize("few", [4, 0])
def test_a_category_of_few_or_of_nobody_is_withheld_and_not_found_by_subtraction(few, catalogue):
    found = ratios(of_ages(few, 40, 56), catalogue)
    withheld = found.loc[["15 à 24 ans", "25 à 34 ans"], "status"]
    assert withheld.tolist() == ["suppressed", "suppressed"]
    n = 96 + few
    assert found.loc[profiles.REST, "estimate"] == pytest.approx((40 + few) / n / 0.4)
    assert found.loc["35 ans et plus", "estimate"] == pytest.approx(56 / n / 0.6)


def test_experiences_say_their_region_by_name_and_belong_to_no_product(catalogue):
    experiences = pd.DataFrame(
        {"device": "sp-plus", "product": ["service-public", None, None], "channel": "web",
         "source": "sp-plus@1", "experience_id": ["1", "2", "3"],
         "date": pd.Timestamp("2026-08-01"), "region": ["11", None, "04"]}
    )  # fmt: skip
    regions = pd.DataFrame({"region": ["11", "04"], "region_name": ["Île-de-France", "La Réunion"]})
    told = profiles.of_experiences(experiences, regions)
    assert told["category"].tolist() == ["Île-de-France", "La Réunion"]
    assert set(told["product"]) == {""} and told["response_id"].tolist() == ["1", "3"]
    assert profiles.category_shares(told, catalogue, YEAR)["group_value"].tolist() == [profiles.ALL]


def test_those_of_no_population_are_not_had_from_the_profile_less_the_ratio(catalogue):
    heard = asked("sex", Femme=60, Homme=50, Autre=4)
    shares = distribution(heard, catalogue)
    rated = ratios(heard, catalogue)
    assert set(shares["n"]) == set(rated["n"].dropna()) == {115}  # of 114
    assert rated.loc["Homme", "status"] == "suppressed"
    assert rated.loc[profiles.REST, "estimate"] == pytest.approx(54 / 114 / 0.48)


def test_a_year_that_is_not_full_is_withheld_unless_the_survey_listens_once_a_year(catalogue):
    for days in (DAYS[:1], DAYS[1:], DAYS[2:]):
        heard = asked("sex", days, Femme=60, Homme=40)
        assert set(distribution(heard, catalogue)["status"]) == {"suppressed"}
        assert set(ratios(heard, catalogue)["status"]) == {"suppressed"}
    once = asked("sex", DAYS[:1], Femme=60, Homme=40).assign(device="enquete-vie-publique")
    assert set(distribution(once, catalogue)["status"]) == {"published"}


def test_no_edition_less_the_one_before_tells_a_first_year_s_quarter(catalogue):
    """The attack: W(t) − W(t − 1), plus the quarter that leaves, gives the one that enters."""
    first = Quarter("2025-T1")
    heard = pd.concat(
        asked("sex", [f"{(first + i).months[1]}-02"], 100 * i, Femme=12 + i, Homme=4 + i % 3)
        for i in range(8)
    )
    years = [profiles.category_shares(heard, catalogue, (first + i).back(4)) for i in range(8)]
    told = [year["estimate"].notna().all() for year in years]
    assert told == [False] * 3 + [True] * 5  # so that four quarters are never told apart


@examples(50)
@given(st.lists(st.sampled_from([0, 1, 4, 9, 12, 15, 40]), min_size=5, max_size=5))
def test_profile_and_ratio_together_tell_no_few_people(catalogue, counts):
    heard = of_ages(*counts[:3], Autre=counts[3], Étranger=counts[4])
    shown, rated = (
        frame[frame["estimate"].notna()]
        for frame in (distribution(heard, catalogue), ratios(heard, catalogue))
    )
    if shown.empty or rated.empty:
        return
    bases = shown["n"].iloc[0], rated["n"].iloc[0]
    weights = dict(zip(AGES, (0.2, 0.2, 0.6), strict=True))
    both = sorted(set(weights) & set(rated.index))
    people = {name: shown.loc[name, "estimate"] * sum(counts) / 100 for name in both}
    shares = {name: rated.loc[name, "estimate"] * weights[name] for name in both}
    exact = [
        n
        for n in range(1, sum(counts) + 1)
        if base(n) == bases[1]
        and all(shares[name] * n == pytest.approx(people[name]) for name in both)
    ]
    assert bases[0] == base(sum(counts)) and exact
    assert any(n == sum(counts) or sum(counts) - n >= 11 for n in exact)
    assert all(count >= 10.999 for count in people.values())


@pytest.mark.parametrize(("others", "share"), [((5, 5), 22 / 82), ((5, 6), 12 / 72)])
def test_ten_of_no_population_stay_in_their_group_and_eleven_leave_it(catalogue, others, share):
    """The profile's group of small ages less the ratio's would tell them."""
    found = ratios(of_ages(6, 6, 60, x=others[0], y=others[1]), catalogue)
    assert found.loc[profiles.REST, "estimate"] == pytest.approx(share / 0.4)


PERIOD = "2025-10/2026-09"


def ratio(name: str, value: float | None, half: float = 0.1, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "representation", "period": PERIOD, "unit": "rapport"}
    row |= {"device": SURVEY, "group": "age", "group_value": name}
    if value is not None:
        row |= {"estimate": value, "ci_low": value - half, "ci_high": value + half, "n": 300}
    return row | more


def share(variable: str, name: str, value: float | None, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "profile_share", "period": PERIOD, "unit": "%"}
    row |= {"device": SURVEY, "group": variable, "group_value": name}
    return row | ({"estimate": value, "n": 300} if value is not None else {}) | more


def beside(name: str, heard: float, known: float, verdict: str, **more: Any) -> dict[str, Any]:
    """A category's share of respondents and of the population, with what the study found."""
    tested = verdict != "" and more.get("reason", "precision") == "precision"
    return {
        "indicator": "profile_share", "unit": "%", "period": PERIOD, "device": SURVEY,
        "group": "age", "group_value": name, "estimate": heard, "reference_estimate": known,
        "difference": heard - known, "level": 0.95 if tested else float("nan"),
        "detectable": 13.0,
        "verdict": verdict, "reason": "precision" if verdict == "unknown" else "", **more,
    }  # fmt: skip


def heard_by(devices: int, *rows: dict[str, Any]) -> pd.DataFrame:
    """The same rows of so many devices, each with a gap a bit larger than the one before it."""
    less = {"estimate", "difference"}
    return pd.DataFrame(
        {name: x - n if name in less else x for name, x in row.items()} | {"device": f"d{n}"}
        for n in range(devices)
        for row in rows
    )


def against(*rows: dict[str, Any]) -> Any:
    return lambda c: say.against_population(pd.DataFrame(rows), c)


def by_category(*rows: dict[str, Any], variable: str = "age") -> Any:
    return lambda c: say.gaps_by_category(pd.DataFrame(rows), c, variable)


OTHER = {"device": "enquete-legifrance"}
OLD = beside("75 ans et plus", 9, 15, "fall")
MORE = beside("35 à 49 ans", 40, 23, "rise", device="d0")
NEAR = beside("A", 9, 10, "unknown")
OF_SIX = heard_by(6, OLD, NEAR).to_dict("records")
OF_SIX += [MORE, {**MORE, "verdict": "stable", "device": "d6"}]
THIN = beside("A", 2, 10, "unknown", reason="low_base")
FEW = beside("B", float("nan"), 10, "unknown", reason="suppressed")
SHARES = estimates.make(
    [
        share("age", "50 à 64 ans", 45), share("age", "15 à 24 ans", 20),
        share("age", "Autres (effectifs regroupés)", 35), share("sex", "Femme", 51),
        share("sex", "Homme", 49), share("status", "Toutes catégories", None, status="suppressed"),
    ]
)  # fmt: skip
CASES: said.Cases = {
    "six devices": against(*OF_SIX),
    "six devices without a gap": against(*heard_by(6, NEAR).to_dict("records")),
    "thin and withheld": against(THIN, FEW),
    "two shares that differ": against(beside("A", 4.1, 4.4, "fall")),
    "categories of six devices": by_category(
        *(beside(name, 9, 15, "fall", **OTHER)
          for name in ("15 à 24 ans", "25 à 34 ans", "35 à 49 ans")),
        *heard_by(6, OLD).to_dict("records")),
    "categories of few": by_category(FEW),
    "categories that nobody asked": by_category(FEW, variable="sex"),
    "a category": lambda c: [
        say.category(estimates.make([ratio("75 ans et plus", x, **m) for x, m in rows]), c)
        for rows in ([(0.5, {}), (0.9, OTHER)], [(0.5, {})], [(None, {"status": "suppressed"})])],
    "respondents": lambda c: say.respondents(
        SHARES, pairs.tested(c, pairs.leading_answer(SHARES)), c),
    "devices with profiles": lambda _: [
        say.devices_with_profiles(estimates.make(rows)) for rows in (
            [share("age", "A", 60), share("sex", "B", 40, **OTHER)], [])],
}  # fmt: skip
test_what_is_said_of_profiles = said.test("profiles", CASES)
