"""Who answers and who is missing: said of respondents, never of a product's users."""

from __future__ import annotations

from typing import Any

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


def test_only_those_wholly_below_the_population_s_share_are_missing(catalogue: Catalogue) -> None:
    frame = estimates.make(
        [ratio("15 à 24 ans", 0.5), ratio("25 à 34 ans", 0.95), ratio("75 ans et plus", 0.4)]
    )
    assert plain(profiles.underrepresented(frame, catalogue)) == (
        "**Enquête en ligne de Service-public.fr** : moins présents que dans la population, "
        "« 75 ans et plus » (0,40 ; 0,30 à 0,50) et « 15 à 24 ans » (0,50 ; 0,40 à 0,60)."
    )


def test_no_one_is_said_to_be_missing_on_thin_or_withheld_figures(catalogue: Catalogue) -> None:
    thin = [ratio("A", 0.2, n=20, status="low_base"), ratio("B", None, status="suppressed")]
    said = profiles.underrepresented(estimates.make(thin), catalogue)
    assert said == "Aucun profil ne peut être rapporté à la population."
    said = profiles.underrepresented(estimates.make([ratio("A", 0.95)]), catalogue)
    assert "aucune catégorie n'est nettement moins présente" in said


def test_the_least_heard_is_named_with_its_device_and_grouped_ones_are_not(
    catalogue: Catalogue,
) -> None:
    rows = [ratio("Autres (effectifs regroupés)", 0.2), ratio("75 ans et plus", 0.5)]
    said = plain(profiles.most_absent(estimates.make(rows), catalogue))
    assert said == (
        "Pour l'âge, la catégorie la moins entendue est « 75 ans et plus » (Enquête en ligne de "
        "Service-public.fr : 0,50 fois sa part dans la population)."
    )


def test_the_least_heard_says_nothing_where_no_one_asked_and_why_where_few_answered(
    catalogue: Catalogue,
) -> None:
    few = estimates.make([ratio("A", None, status="suppressed")])
    assert "trop peu de réponses" in profiles.most_absent(few, catalogue)
    assert profiles.most_absent(few, catalogue, "sex") == ""
    near = estimates.make([ratio("A", 0.97)])
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
