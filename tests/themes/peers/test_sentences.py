"""Sentences and tables on neighbours: every figure with its source, no comparison without care."""

from typing import Any

import pandas as pd
import pytest
from tests.words import plain

from observlib import estimates
from observlib.study import narratives

say = narratives.peers


def figure(product: str, name: str, value: float, **more: Any) -> dict[str, Any]:
    """A published figure, or one of an indicator that is compared."""
    row = {
        "indicator": "published_figure", "product": product, "device": "published-figures",
        "period": "2025", "group": "figure", "group_value": name, "estimate": value, "unit": "%",
    }  # fmt: skip
    return row | more


def ours(value: float, name: str = "Légifrance", **more: Any) -> dict[str, Any]:
    row = figure("legifrance", name, value, indicator="satisfied_share", period="2026-T3")
    return row | {"device": "jdma-legifrance", "n": 200} | more


def words_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """The words of some figures, as `peers.estimates.known` gives them."""
    common = {
        "product": "caisse-fictive", "period": "2025",
        "group_value": "Usagers satisfaits, ensemble", "name": "Caisse fictive, ensemble (2025)",
        "n": None, "mode": "téléphone", "definition": None, "comparable_with": None, "grade": "D",
        "other": "quantity", "unknown": "", "reservation": None,
        "source_title": "Rapport [fictif]_1",
        "published": "2026-03", "url": "https://exemple.invalid/rapport_1", "licence": None,
    }  # fmt: skip
    return pd.DataFrame([common | row for row in rows])


PUBLISHED = estimates.make(
    [
        figure("caisse-fictive", "Usagers satisfaits, ensemble", 71.0),
        figure("autorite-fictive", "Réclamations, ensemble", 12_400, unit="réclamations"),
    ]
)
COMPARED = estimates.make(
    [
        ours(60),
        ours(72, "Service-public.fr", product="service-public"),
        figure(
            "caisse-fictive",
            "Caisse fictive, ensemble (2025)",
            71.0,
            indicator="satisfied_share",
            n=1250,
            ci_low=68.4,
            ci_high=73.4,
        ),
    ]
)


def test_the_first_sentence_counts_what_compares_and_what_does_not(catalogue):
    assert plain(say.overview(PUBLISHED, COMPARED, catalogue)) == (
        "Sur 2 chiffres publiés par 2 organismes, 1 se compare aux nôtres, avec réserves. L'autre "
        "a été mesuré trop autrement."
    )
    nothing = estimates.make([])
    assert "Aucun des 2 chiffres" in plain(say.overview(PUBLISHED, nothing, catalogue))
    assert "Aucun chiffre publié" in say.overview(nothing, nothing, catalogue)


def test_both_sides_are_told_from_lowest_to_highest(catalogue):
    assert plain(say.ranges(COMPARED, catalogue)) == (
        "La part d'usagers satisfaits va de 60 % à 72 % chez nous. Elle est de 71 % chez nos "
        "voisins."
    )
    theirs = COMPARED.iloc[[2]]
    assert plain(say.ranges(theirs, catalogue)).endswith(
        "est de 71 % chez nos voisins. Nous n'en avons pas de valeur ce trimestre."
    )


def test_a_low_base_of_ours_is_no_end_of_the_range_and_that_is_said(catalogue):
    low = estimates.make([ours(10, "Vie-publique.fr", n=15, status="low_base")])
    said = plain(say.ranges(estimates.combine([low, COMPARED]), catalogue))
    assert "de 60 % à 72 % chez nous." in said and "10 %" not in said
    assert said.endswith("Nos valeurs qui reposent sur peu de réponses ne sont pas citées ici.")


def test_that_respondents_chose_themselves_is_said_wherever_ours_stand_beside_others(catalogue):
    assert "eux-mêmes" in say.caution(COMPARED, catalogue)
    assert "eux-mêmes" not in say.caution(COMPARED.iloc[[2]], catalogue)
    assert say.caution(COMPARED.iloc[:0], catalogue) == ""


def test_beside_the_numbers_stand_mode_base_and_every_reservation(catalogue):
    figure = {"comparable_with": "satisfied_share", "grade": "C", "reservation": "Seuil voisin."}
    named = words_of(figure)
    shown = say.side_by_side(COMPARED, named, catalogue, "Titre")
    text = plain(repr(shown))
    assert "| 71 % (68 à 74 %) | 1 250 | téléphone | C |" in text
    assert "**Pour Caisse fictive** : Seuil voisin." in text
    assert "se sont choisis eux-mêmes" in text  # the note of our device
    assert "**Sans intervalle**" in text  # ours have none in this frame
    assert len(shown.content["rows"]) == 3 and ": Titre" in text


def test_a_table_without_a_title_of_its_own_says_what_it_compares(catalogue):
    named = words_of({"comparable_with": "satisfied_share", "grade": "C"})
    text = plain(repr(say.side_by_side(COMPARED, named, catalogue)))
    assert ": Usagers satisfaits, chez nous et ailleurs" in text


def test_a_withheld_value_of_ours_is_told_in_words_and_by_no_number(catalogue):
    hidden = estimates.make([ours(float("nan"), status="suppressed", n=None)])
    named = words_of({"comparable_with": "satisfied_share"})
    frame = estimates.combine([hidden, COMPARED.iloc[[2]]])
    text = plain(repr(say.side_by_side(frame, named, catalogue, "Titre")))
    assert "| Légifrance | 3e trimestre 2026 | secret statistique | – |" in text
    assert "Sans intervalle" not in text


def test_every_figure_has_its_source_with_its_day_and_its_address(catalogue):
    named = words_of(
        {"licence": "Licence Ouverte 2.0", "n": 1250, "definition": "deux échelons sur cinq"},
        {"product": "autorite-fictive", "group_value": "Réclamations, ensemble", "url": None},
    )
    copied = plain(repr(say.figures(PUBLISHED, named, catalogue, "demonstration")))
    assert "Sources imitées, qui n'ont pas publié ces chiffres inventés :" in copied
    text = plain(repr(say.figures(PUBLISHED, named, catalogue, "real")))
    assert "inventés" not in text
    rows = [line for line in text.splitlines() if line.startswith("| C") or line.startswith("| A")]
    assert rows[0].endswith("– deux échelons sur cinq | 2025 | 71 % | 1 250 | 1 |")
    assert rows[1].endswith("| 12 400 réclamations | – | 2 |")
    address = "<https://exemple.invalid/rapport_1>"
    assert f"1. Rapport \\[fictif\\]\\_1, mars 2026, Licence Ouverte 2.0. {address}" in text
    assert "2. Rapport \\[fictif\\]\\_1, mars 2026." in text


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"reservation": "Autre échelle."}, "ensemble (2025). Autre échelle."),
        ({}, "La source ne dit pas assez de sa définition"),
        ({"comparable_with": "satisfaction_10"}, "Son unité (%) n'est pas celle de notre"),
        (
            {"comparable_with": "satisfied_share", "other": "mode period", "unknown": "scale"}
            | {"reservation": "Enquête ancienne."},
            "Ce qui diffère : le mode de recueil et la période. "
            "Ce qui n'est pas connu : l'échelle. Enquête ancienne.",
        ),
    ],
)
def test_what_does_not_compare_says_why(more, why, catalogue):
    shown = say.not_comparable(PUBLISHED.iloc[[0]], words_of(more), catalogue)
    assert why in plain(repr(shown)) and len(shown.content["rows"]) == 1


def test_a_count_is_said_to_be_no_opinion_and_what_compares_is_not_listed(catalogue):
    named = words_of(
        {"grade": "C", "comparable_with": "satisfied_share"},
        {"product": "autorite-fictive", "group_value": "Réclamations, ensemble"},
    )
    text = plain(repr(say.not_comparable(PUBLISHED, named, catalogue)))
    assert "Autorité fictive" in text and "comptage" in text and "Caisse" not in text
    alone = say.not_comparable(PUBLISHED.iloc[[0]], named.iloc[[0]], catalogue)
    assert "se comparent" in repr(alone) and alone.content["rows"] == []


def test_a_line_is_told_by_its_bounds(catalogue):
    lines = estimates.make(
        figure("ditp", "Services", v, indicator="published_share", period=str(y))
        for y, v in {2017: 72, 2018: 71, 2020: 76, 2022: 71}.items()
    )
    assert plain(say.trend(lines, catalogue)) == (
        "La part publiée pour « Services » reste entre 71 % et 76 % depuis 2017. Sans nombre de "
        "réponses publié, on ne peut pas dire si elle a bougé."
    )
    assert say.trend(lines.iloc[:1], catalogue) == ""


def test_areas_are_told_by_their_middle_half(catalogue):
    values = {"Minimum": 76.67, "Premier quartile": 94.11, "Médiane": 96.285,
              "Troisième quartile": 98.1975, "Maximum": 100.0}  # fmt: skip
    areas = estimates.make(
        figure("france-services", k, v, indicator="published_area_share", group="distribution",
               period="2024-07-01")
        for k, v in values.items()
    )  # fmt: skip
    assert plain(say.distribution(areas, catalogue)) == (
        "France services, le 1er juillet 2024 : la part publiée va de 76,7 % à 100,0 % selon le "
        "territoire. Elle est entre 94,1 % et 98,2 % dans la moitié des territoires."
    )


def counter(group: str, name: str, value: float, rate: bool = False) -> dict[str, Any]:
    indicator = "counters_per_100k" if rate else "counters"
    unit = "guichets pour 100 000 habitants" if rate else "guichets"
    return {
        "indicator": indicator, "device": "france-services", "channel": "in_person",
        "period": "2024-08-01", "group": group, "group_value": name, "estimate": value,
        "unit": unit,
    }  # fmt: skip


def test_counters_are_told_for_so_many_inhabitants_where_they_are_known(catalogue):
    counts = [counter("", "", 2845), counter("departement", "Ain", 30),
              counter("departement", "Paris", 11)]  # fmt: skip
    rates = [counter("", "", 4.19, True), counter("departement", "Lozère", 26.1, True),
             counter("departement", "Paris", 0.51, True)]  # fmt: skip
    without = plain(say.counters(estimates.make(counts), catalogue))
    assert without.endswith(
        "2 845 guichets le 1er août 2024. Le plus par département : 30 (Ain). Le moins : 11 "
        "(Paris)."
    )
    both = plain(say.counters(estimates.make(counts + rates), catalogue))
    assert both.endswith(
        "Cela en fait 4,2 pour 100 000 habitants. Le plus par département : 26,1 (Lozère). Le "
        "moins : 0,5 (Paris)."
    )
    regions = estimates.make([counter("region", "Corse", 1.5, True)])
    assert "1,5 guichet pour 100 000 habitants partout" in plain(
        say.highest_and_lowest(regions, catalogue)
    )
    assert say.counters(estimates.make([]), catalogue) == ""
