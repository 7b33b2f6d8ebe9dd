"""Who answers and who is missing: said of respondents, never of a product's users."""

from typing import Any

import pandas as pd
from tests.plain_french import faults
from tests.words import plain

from observlib import estimates
from observlib.indicators import pairs
from observlib.indicators import pairs as changes
from observlib.themes.profiles import sentences as profiles

YEAR = "2025-10/2026-09"
SURVEY = "enquete-service-public"


def ratio(name: str, value: float | None, half: float = 0.1, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "representation", "period": YEAR, "unit": "rapport"}
    row |= {"device": SURVEY, "group": "age", "group_value": name}
    if value is not None:
        row |= {"estimate": value, "ci_low": value - half, "ci_high": value + half, "n": 300}
    return row | more


def share(variable: str, name: str, value: float | None, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "profile_share", "period": YEAR, "unit": "%"}
    row |= {"device": SURVEY, "group": variable, "group_value": name}
    return row | ({"estimate": value, "n": 300} if value is not None else {}) | more


def beside(name: str, heard: float, known: float, verdict: str, **more: Any) -> dict[str, Any]:
    """A category's share of respondents and of the population, with what the study found."""
    tested = verdict != "" and more.get("reason", "precision") == "precision"
    return {
        "indicator": "profile_share", "unit": "%", "period": YEAR, "device": SURVEY,
        "group": "age", "group_value": name, "estimate": heard, "reference_estimate": known,
        "difference": heard - known, "level": 0.95 if tested else float("nan"),
        "detectable": 13.0,
        "verdict": verdict, "reason": "precision" if verdict == "unknown" else "", **more,
    }  # fmt: skip


def test_those_whom_the_study_finds_fewer_or_more_are_told(catalogue):
    frame = pd.DataFrame(
        [
            beside("15 à 24 ans", 9, 15, "fall"),
            beside("25 à 34 ans", 13, 14, "stable"),
            beside("50 à 64 ans", 12, 23, "unknown"),
            beside("75 ans et plus", 3.2, 11.9, "fall"),
            beside("35 à 49 ans", 40, 23, "rise"),
        ]
    )
    assert plain(profiles.against_population(frame, catalogue)) == (
        "**Enquête en ligne de Service-public.fr**. Catégories moins présentes que dans la "
        "population : « 75 ans et plus » et « 15 à 24 ans ». La première fait 3 % des répondants "
        "et 12 % de la population. Catégories plus présentes que dans la population : "
        "« 35 à 49 ans ». Elle fait 40 % des répondants et 23 % de la population. Pour une "
        "catégorie, on ne peut pas conclure. Un écart de moins de 13 points a pu passer inaperçu."
    )


def heard_by(devices: int, *rows: dict[str, Any]) -> pd.DataFrame:
    """The same rows of so many devices, each with a gap a bit larger than the one before it."""
    return pd.DataFrame(
        {
            **row,
            "device": f"d{n}",
            "estimate": row["estimate"] - n,
            "difference": row["difference"] - n,
        }
        for n in range(devices)
        for row in rows
    )


def test_of_six_devices_how_many_have_a_gap_is_told_and_the_largest_either_way(catalogue):
    fewer = heard_by(6, beside("75 ans et plus", 9, 15, "fall"), beside("A", 9, 10, "unknown"))
    more = beside("35 à 49 ans", 40, 23, "rise", device="d0")
    frame = pd.concat([fewer, pd.DataFrame([more, {**more, "verdict": "stable", "device": "d6"}])])
    said = plain(profiles.against_population(frame, catalogue))
    assert said == (
        "L'écart avec la population est établi pour une catégorie au moins dans six dispositifs "
        "sur sept. Chaque écart est dans les données de la page. Le plus grand écart d'une "
        "catégorie moins présente que dans la population : « 75 ans et plus » (d5). Elle fait 4 % "
        "des répondants et 15 % de la population. Le plus grand écart d'une catégorie plus "
        "présente que dans la population : « 35 à 49 ans » (d0). Elle fait 40 % des répondants et "
        "23 % de la population. Pour six catégories, comptées dans chaque dispositif, on ne peut "
        "pas conclure. Un écart de moins de 13 points a pu passer inaperçu."
    )
    assert not [fault for one in said.split(". ") for fault in faults(one)]
    five = profiles.against_population(frame[frame["device"] < "d5"], catalogue)
    assert five.count("**") == 10


def test_six_devices_without_any_gap_are_not_said_to_have_one(catalogue):
    near = heard_by(6, beside("A", 9, 10, "unknown"))
    said = plain(profiles.against_population(near, catalogue))
    assert said.startswith("L'écart avec la population n'est établi pour aucune catégorie. Pour")
    assert "Le plus grand écart" not in said


def test_categories_that_six_devices_hear_less_are_told_with_how_many_and_not_six_times(catalogue):
    frame = heard_by(6, beside("75 ans et plus", 9, 15, "fall"))
    rare = [
        beside(name, 9, 15, "fall", device="enquete-legifrance")
        for name in ("15 à 24 ans", "25 à 34 ans", "35 à 49 ans")
    ]
    said = plain(profiles.gaps_by_category(pd.concat([pd.DataFrame(rare), frame]), catalogue))
    assert said == (
        "Le plus souvent moins présentes que dans la population : « 75 ans et plus » (six "
        "dispositifs). De même : « 15 à 24 ans » (Enquête en ligne de Légifrance)."
    )


def test_no_one_is_said_to_be_missing_on_thin_or_withheld_figures(catalogue):
    thin = [beside("A", 2, 10, "unknown", reason="low_base")]
    thin += [beside("B", float("nan"), 10, "unknown", reason="suppressed")]
    said = profiles.against_population(pd.DataFrame(thin), catalogue)
    assert said == "Aucun profil ne peut être rapporté à la population."
    near = beside("A", 9, 10, "unknown")
    said = profiles.against_population(pd.DataFrame([near]), catalogue)
    assert "n'est établi pour aucune catégorie." in said and "onze" not in said
    said = profiles.against_population(pd.DataFrame([near, thin[1]]), catalogue)
    assert "aucune catégorie assez nombreuse pour être montrée." in said
    assert "moins de onze répondants ne peuvent pas être testées" in said


def test_two_shares_that_differ_are_not_written_alike(catalogue):
    frame = pd.DataFrame([beside("A", 4.1, 4.4, "fall")])
    assert "4,1 % des répondants et 4,4 % de la" in plain(
        profiles.against_population(frame, catalogue)
    )


def test_those_heard_less_and_more_are_named_with_their_device_and_not_ranked(catalogue):
    rows = [beside("15 à 24 ans", 9, 15, "fall"), beside("75 ans et plus", 3, 12, "fall")]
    rows += [beside("35 à 49 ans", 30, 23, "rise"), beside("50 à 64 ans", 24, 23, "unknown")]
    rows += [beside("15 à 24 ans", 20, 15, "rise", device="enquete-legifrance")]
    said = plain(profiles.gaps_by_category(pd.DataFrame(rows), catalogue))
    assert said == (
        "Moins présentes que dans la population : « 15 à 24 ans » et « 75 ans et plus » (Enquête "
        "en ligne de Service-public.fr). Plus présentes que dans la population : « 35 à 49 ans » "
        "(Enquête en ligne de Service-public.fr). De même : « 15 à 24 ans » (Enquête en ligne de "
        "Légifrance)."
    )


def test_a_variable_says_nothing_where_no_one_asked_and_why_where_few_answered(catalogue):
    few = pd.DataFrame([beside("A", float("nan"), 10, "unknown", reason="suppressed")])
    assert "trop peu de réponses" in profiles.gaps_by_category(few, catalogue)
    assert profiles.gaps_by_category(few, catalogue, "sex") == ""
    near = pd.DataFrame([beside("A", 97, 98, "unknown")])
    said = plain(profiles.gaps_by_category(near, catalogue))
    assert "aucune catégorie" in said and "Un écart de moins de 13 points" in said


def test_a_category_goes_from_least_to_most_and_no_device_is_said_to_be_at_an_end(catalogue):
    rows = [ratio("75 ans et plus", 0.5), ratio("75 ans et plus", 0.9, device="enquete-legifrance")]
    said = plain(profiles.category(estimates.make(rows), catalogue))
    assert said == (
        "Selon le dispositif, « 75 ans et plus » pèsent de 0,5 à 0,9 fois leur part de la "
        "population."
    )
    assert "0,5 fois" in profiles.category(estimates.make(rows[:1]), catalogue)
    withheld = estimates.make([ratio("75 ans et plus", None, status="suppressed")])
    assert profiles.category(withheld, catalogue).startswith("Trop peu de réponses")


def test_a_category_is_the_most_frequent_only_where_a_test_says_so(catalogue):
    frame = estimates.make(
        [
            share("age", "50 à 64 ans", 45),
            share("age", "15 à 24 ans", 20),
            share("age", "Autres (effectifs regroupés)", 35),
            share("sex", "Femme", 51),
            share("sex", "Homme", 49),
            share("status", "Toutes catégories", None, status="suppressed"),
        ]
    )
    compared = changes.tested(catalogue, pairs.leading_answer(frame))
    assert plain(profiles.respondents(frame, compared, catalogue)) == (
        "**Enquête en ligne de Service-public.fr** (octobre 2025 à septembre 2026). Catégorie la "
        "plus fréquente : « 50 à 64 ans » (45 %) pour l'âge. Pour le sexe, on ne peut pas dire si "
        "« Femme » (51 %) devance la catégorie suivante. Un écart de moins de 18 points a pu "
        "passer inaperçu. "
        "Pour la situation, trop peu de réponses pour distinguer des catégories."
    )


def test_who_is_heard_counts_the_devices_that_say_it(catalogue):
    rows = [share("age", "A", 60), share("sex", "B", 40, device="enquete-legifrance")]
    said = plain(profiles.devices_with_profiles(estimates.make(rows)))
    assert said == "D'octobre 2025 à septembre 2026, deux dispositifs disent qui leur répond."
    assert profiles.devices_with_profiles(estimates.make([])).startswith("Aucun dispositif")


def test_the_reservation_tells_respondents_from_users():
    said = profiles.reservation(pd.DataFrame({"estimate": [1.0]}))
    assert "répondants" in said and "pas ceux de tous les usagers" in said
