"""What pages say of comparisons: the verdict of the family, and no other."""

import math
import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.words import plain

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import changes as tables
from observlib.language import french
from observlib.language.prose import typography
from observlib.themes import comparison_sentences as changes
from observlib.themes.peers import sentences as peers

NOW, BEFORE = "2026-T3", "2025-T3"
REASONS = ("precision", *tables.REASONS)


def pair(
    verdict: str, then: float = 6.8, now: float = 7.9, product: str = "boamp", **more: Any
) -> dict[str, Any]:
    reason = more.get("reason", "precision" if verdict == "unknown" else "")
    tested = reason in ("", "precision")
    return {
        "indicator": "satisfaction_10", "product": product, "channel": "web", "period": NOW,
        "device": "jdma-legifrance", "group": "", "group_value": "", "unit": "sur 10",
        "estimate": now, "status": "published", "against": "before", "reference_estimate": then,
        "reference_period": BEFORE, "reference_status": "published", "reference_group_value": "x",
        "reason": reason, "verdict": verdict, "detectable": 0.94 if tested else math.nan,
        "level": 0.99 if tested else math.nan,
        "difference": now - then, "difference_low": now - then - 0.3,
        "difference_high": now - then + 0.3, **more,
    }  # fmt: skip


def said(catalogue: Catalogue, *pairs: dict[str, Any], by: str = "product") -> str:
    return plain(changes.evolution(pd.DataFrame(pairs), catalogue, by))


def test_a_rise_names_its_product_and_the_others_cannot_be_told(catalogue):
    found = said(
        catalogue, pair("rise", product="service-public"), pair("unknown", 6.0, 6.1),
        pair("unknown", product="bodacc", detectable=2.13),
    )  # fmt: skip
    assert found == (
        "Sur un an, la note de satisfaction des avis déposés est en hausse (Service-public.fr, de "
        "6,8 à 7,9 sur 10). Ailleurs, on ne peut pas conclure. Une évolution de moins de 2,1 "
        "points a pu passer inaperçue."
    )


def test_a_rise_of_reviews_is_not_read_as_one_of_the_survey_of_the_same_product(catalogue):
    survey = pair("stable", 7.0, 7.0, device="enquete-legifrance", product="legifrance")
    found = said(catalogue, pair("rise", product="legifrance"), survey)
    assert "la note de satisfaction est en hausse (Légifrance " in found
    assert ", avis déposés, de 6,8 à 7,9 sur 10). Elle est stable (" in found
    assert ", enquête)." in found


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (pair("rise"), "est en hausse (de 6,8 à 7,9 sur 10)."),
        (pair("fall", 7.9, 6.8), "est en baisse (de 7,9 à 6,8 sur 10)."),
        (pair("rise", 6.81, 6.84), "est en hausse (de 6,81 à 6,84 sur 10)."),
        (pair("stable"), "est stable."),
        (pair("unknown", reason="partial"), "ne peut pas être comparée (période incomplète)."),
        (pair("unknown", reason="low_base"), "ne peut pas être comparée (faible effectif)."),
    ],
)
def test_on_a_product_s_page_the_one_mark_needs_no_name(row, words, catalogue):
    start = "Sur un an, la note de satisfaction des avis déposés "
    assert said(catalogue, row, by="channel") == start + words


def test_what_cannot_be_told_says_what_could_have_been_seen(catalogue):
    row = pair("unknown", indicator="nps", unit="points", device="enquete-legifrance")
    assert said(catalogue, row | {"detectable": 23.2}, by="channel") == (
        "Sur un an, on ne peut pas dire si la recommandation nette dans l'enquête a évolué. Une "
        "évolution de moins de 23 points a pu passer inaperçue."
    )
    assert changes.evolution(pd.DataFrame([pair("rise")]).iloc[:0], catalogue) == ""


def test_votes_are_told_by_answer_and_are_no_survey_s(catalogue):
    more = {"indicator": "poll_share", "unit": "%", "device": "sondages-reseau-pro"}
    rows = [pair("rise", 40, 55, **more, group_value="Oui"), pair("unknown", **more)]
    told = plain(changes.evolution(pd.DataFrame(rows), catalogue, by="group_value"))
    assert "la part des votes est en hausse (Oui, de 40 % à 55 %)" in told and "enquête" not in told


def tipping(catalogue: Catalogue, *pairs: dict[str, Any]) -> str:
    return plain(changes.tipping(pd.DataFrame(pairs), catalogue))


def test_of_several_verdicts_the_first_to_fall_says_how_far_the_silent_may_be(catalogue):
    rise, fall = pair("rise", 6.8, 7.9), pair("fall", 7.9, 7.0, product="bodacc")
    assert tipping(catalogue, rise, fall, pair("unknown")) == (
        "Ces constats tiennent tant que l'avis de ceux qui n'ont pas répondu n'a pas évolué de "
        "0,6 point autrement que celui des répondants."
    )
    assert tipping(catalogue, {**rise, "against": "product"}) == (
        "Ce constat tient tant que l'avis de ceux qui n'ont pas répondu ne s'écarte pas de 0,8 "
        "point de plus ici que là."
    )


def test_marks_without_a_verdict_are_said_to_be_those_of_volunteers(catalogue):
    assert tipping(catalogue, pair("unknown")).startswith("Ces notes sont celles de volontaires")
    assert changes.tipping(pd.DataFrame(), catalogue) == ""


def test_rises_falls_and_stable_values_have_each_a_sentence(catalogue):
    found = said(
        catalogue, pair("stable", product="bodacc"), pair("fall", 8, 7),
        pair("rise", 5, 6, "annuaire"),
    )  # fmt: skip
    assert re.search(
        r"est en hausse \(.+5,0 à 6,0.+\)\. Elle est en baisse \(BOAMP, .+\)\. Elle est stable",
        found,
    )


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        (["jdma-legifrance"], " des avis déposés"),
        (["enquete-legifrance"], " de l'enquête"),
        (["enquete-legifrance", "enquete-service-public"], " des enquêtes"),
        (["jdma-legifrance", "unknown"], ""),
        ([], ""),
    ],
)
def test_a_mark_says_whose_it_is(devices, words, catalogue):
    assert changes.whose_answers(pd.DataFrame({"device": devices}), catalogue) == words


def test_pairs_with_neighbours_are_counted_with_why_some_have_no_test(catalogue):
    rows = [pair("fall"), pair("fall"), pair("rise"), pair("stable"), pair("unknown")]
    rows += [pair("unknown", reason="base"), pair("unknown", reason="base")]
    assert plain(peers.comparison_results(pd.DataFrame(rows), catalogue)) == (
        "Sur 7 rapprochements possibles avec nos voisins, 5 peuvent être testés. Notre valeur est "
        "au-dessus dans un cas. Notre valeur est en dessous dans deux cas. Ces cas concernent une "
        "seule de nos valeurs. Les deux valeurs sont équivalentes dans un cas. On ne peut pas "
        "conclure dans un cas. Aucun test pour les autres : ni nombre de réponses ni intervalle "
        "publiés (2)."
    )
    alone = plain(peers.comparison_results(pd.DataFrame(rows[-1:]), catalogue))
    assert alone == (
        "Sur 1 rapprochement possible, aucun ne peut être testé : ni nombre de réponses ni "
        "intervalle publiés (1)."
    )


@st.composite
def pairs(draw: st.DrawFn) -> pd.DataFrame:
    """Comparisons of one indicator, of any outcome."""
    units = {"satisfaction_10": "sur 10", "nps": "points", "task_success": "%"}
    name = draw(st.sampled_from([*units]))
    unit = units[name]
    rows = []
    products = ("service-public", "entreprendre", "allo-service-public", "annuaire", "boamp", "")
    for product in draw(st.lists(st.sampled_from(products), min_size=1, max_size=6, unique=True)):
        verdict = draw(st.sampled_from(["rise", "fall", "stable", "unknown"]))
        reason = draw(st.sampled_from(REASONS)) if verdict == "unknown" else ""
        device = draw(st.sampled_from(["jdma-legifrance", "enquete-legifrance", "unknown"]))
        numbers = {"then": draw(st.floats(0, 10)), "now": draw(st.floats(0, 10))}
        row = pair(verdict, **numbers, product=product, reason=reason, device=device)
        row |= {"indicator": name, "unit": unit, "channel": draw(st.sampled_from(["web", ""]))}
        if not math.isnan(row["detectable"]):
            row["detectable"] = draw(st.floats(1e-3, 60))
        rows.append(row)
    return pd.DataFrame(rows)


@examples(60)
@given(pairs(), st.sampled_from(["product", "channel"]))
def test_any_comparison_gives_french_that_says_the_table_s_verdicts_and_no_other(
    catalogue, frame, by
):
    text = typography(changes.evolution(frame, catalogue, by))
    assert text.endswith(".")
    assert not re.search(
        r"\bnan\b|\binf\b|None|\(\)|  |\s\.|\.\.|de moins de 0(?:,0+)?\xa0point", text
    )
    assert not re.search(r"(?<!\xa0):|(?<!\u202f);|\d %", text)
    found = set(frame["verdict"])
    for verdict in ("rise", "fall", "stable"):
        assert (estimates.EVOLVED[verdict] in text) == (verdict in found)
    assert ("a pu passer inaperçu" in text) == (frame["reason"] == "precision").any()
    assert not re.search(r"\bnan\b", peers.comparison_results(frame, catalogue))
    tested = int(frame["level"].notna().sum())
    told = plain(changes.tests_and_results(frame))
    numbers = {"une": 1} | {french.spelled(n): n for n in range(2, 11)}
    assert sum(numbers.get(word, 0) for word in told.partition(" : ")[2].split()) == tested
    assert tested or told.startswith("Aucune")


def test_a_chart_apart_names_whose_values_it_shows_and_what_sets_them_apart(catalogue):
    row = {"indicator": "satisfaction_10", "unit": "sur 10", "period": "2026-T3", "estimate": 7.0}
    call = {"product": "allo-service-public", "channel": "phone", "device": "satisfaction-3939"}
    site = {"product": "legifrance", "channel": "web", "device": "jdma-legifrance"}
    apart, main = (estimates.make([row | one]) for one in (call, site))
    assert plain(changes.read_apart(apart, main, catalogue)) == (
        "3939 Allô Service Public : mesure à lire à part. Ce qui diffère : le mode de recueil et "
        "le public interrogé. Ce qui n'est pas connu : la question et l'échelle."
    )
    assert changes.read_apart(apart.head(0), main, catalogue) == ""


def test_what_a_year_tells_is_not_read_as_one_quarter_s(catalogue):
    spans = {"period": "2026-T1/2026-T3", "reference_period": "2025-T1/2025-T3"}
    assert said(catalogue, pair("fall", 7.4, 7.1, against="year", **spans)) == (
        "Sur les trois trimestres de l'année, comparés à ceux "
        "d'un an plus tôt, la note de satisfaction des avis déposés est en baisse (BOAMP, de 7,4 à "
        "7,1 sur 10)."
    )
