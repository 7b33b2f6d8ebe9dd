"""Who answers and who is missing: said of respondents, never of a product's users."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display.findings import profiles

YEAR = "2025-10/2026-09"
SURVEY = "enquete-service-public"


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


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
        "difference": heard - known, "p_value": 0.01 if tested else float("nan"),
        "verdict": verdict, "reason": "precision" if verdict == "unknown" else "", **more,
    }  # fmt: skip


def test_only_those_whom_the_whole_study_finds_fewer_are_missing(catalogue: Catalogue) -> None:
    frame = pd.DataFrame(
        [
            beside("15 à 24 ans", 9, 15, "fall"),
            beside("25 à 34 ans", 13, 14, "stable"),
            beside("50 à 64 ans", 12, 23, "unknown"),
            beside("75 ans et plus", 3.2, 11.9, "fall"),
            beside("35 à 49 ans", 40, 23, "rise"),
        ]
    )
    assert plain(profiles.underrepresented(frame, catalogue)) == (
        "**Enquête en ligne de Service-public.fr** : moins présents que dans la population, "
        "« 75 ans et plus » (3 % des répondants, 12 % de la population) et « 15 à 24 ans » "
        "(9 % des répondants, 15 % de la population). Pour 1 catégorie, on ne peut pas conclure."
    )


def test_no_one_is_said_to_be_missing_on_thin_or_withheld_figures(catalogue: Catalogue) -> None:
    thin = [beside("A", 2, 10, "unknown", reason="low_base")]
    thin += [beside("B", float("nan"), 10, "unknown", reason="suppressed")]
    said = profiles.underrepresented(pd.DataFrame(thin), catalogue)
    assert said == "Aucun profil ne peut être rapporté à la population."
    near = beside("A", 9, 10, "unknown")
    said = profiles.underrepresented(pd.DataFrame([near]), catalogue)
    assert "l'écart n'est établi pour aucune catégorie." in said and "onze" not in said
    said = profiles.underrepresented(pd.DataFrame([near, thin[1]]), catalogue)
    assert "aucune catégorie assez nombreuse pour être montrée." in said
    assert "moins de onze répondants ne peuvent pas être testées" in said


def test_two_shares_that_differ_are_not_written_alike(catalogue: Catalogue) -> None:
    frame = pd.DataFrame([beside("A", 4.1, 4.4, "fall")])
    assert "(4,1 % des répondants, 4,4 % de la" in plain(
        profiles.underrepresented(frame, catalogue)
    )


def test_the_least_heard_is_named_with_its_device(catalogue: Catalogue) -> None:
    rows = [beside("15 à 24 ans", 9, 15, "fall"), beside("75 ans et plus", 3, 12, "fall")]
    said = plain(profiles.most_absent(pd.DataFrame(rows), catalogue))
    assert said == (
        "Pour l'âge, la catégorie la moins entendue est « 75 ans et plus » (Enquête en ligne de "
        "Service-public.fr : 3 % des répondants, 12 % de la population)."
    )


def test_the_least_heard_says_nothing_where_no_one_asked_and_why_where_few_answered(
    catalogue: Catalogue,
) -> None:
    few = pd.DataFrame([beside("A", float("nan"), 10, "unknown", reason="suppressed")])
    assert "trop peu de réponses" in profiles.most_absent(few, catalogue)
    assert profiles.most_absent(few, catalogue, "sex") == ""
    near = pd.DataFrame([beside("A", 97, 98, "stable")])
    assert "aucune catégorie" in profiles.most_absent(near, catalogue)


def test_a_category_goes_from_the_device_that_hears_it_least_to_the_one_that_does_most(
    catalogue: Catalogue,
) -> None:
    rows = [ratio("75 ans et plus", 0.5), ratio("75 ans et plus", 0.9, device="enquete-legifrance")]
    said = plain(profiles.category(estimates.make(rows), catalogue))
    assert said == (
        "75 ans et plus : de 0,50 (Enquête en ligne de Service-public.fr) à 0,90 (Enquête en ligne "
        "de Légifrance), pour 1 dans la population."
    )
    assert "0,50" in profiles.category(estimates.make(rows[:1]), catalogue)
    withheld = estimates.make([ratio("75 ans et plus", None, status="suppressed")])
    assert profiles.category(withheld, catalogue).startswith("Trop peu de réponses")


def test_respondents_are_described_by_their_most_frequent_category(catalogue: Catalogue) -> None:
    rows = [
        share("age", "50 à 64 ans", 30),
        share("age", "15 à 24 ans", 10),
        share("sex", "Femme", None, status="suppressed"),
    ]
    said = plain(profiles.respondents(estimates.make(rows), catalogue))
    assert said == (
        "**Enquête en ligne de Service-public.fr** (octobre 2025 à septembre 2026). Catégorie la "
        "plus fréquente pour l'âge, « 50 à 64 ans » (30 % ; 300 réponses) ; pour le sexe, trop "
        "peu de réponses pour distinguer des catégories."
    )


def test_who_is_heard_counts_the_devices_that_say_it(catalogue: Catalogue) -> None:
    rows = [share("age", "A", 60), share("sex", "B", 40, device="enquete-legifrance")]
    said = plain(profiles.heard(estimates.make(rows), catalogue))
    assert said.startswith("D'octobre 2025 à septembre 2026, 2 dispositifs disent qui répond : ")
    assert profiles.heard(estimates.make([]), catalogue).startswith("Aucun dispositif")


def test_the_reservation_tells_respondents_from_users() -> None:
    assert "répondants" in profiles.RESERVATION
    assert "ni ceux de tous les usagers" in profiles.RESERVATION
