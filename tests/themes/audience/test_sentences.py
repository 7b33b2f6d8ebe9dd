"""What is said of months without their season: breaks, odd months, pace, and what is too short."""

from typing import Any

import pandas as pd
import pytest
from tests.words import plain

from observlib import estimates
from observlib.records.actions import Action
from observlib.study import narratives

PRODUCTS = ("legifrance", "boamp", "vie-publique")


def row(indicator: str, product: str = "legifrance", **more: Any) -> dict[str, Any]:
    unit = "visites" if indicator == "visits_adjusted" else "%"
    about = {"indicator": indicator, "product": product, "device": product, "unit": unit}
    return {**about, "channel": "web", "period": "2025-03", **more}


def why(indicator: str, product: str, reason: str) -> dict[str, Any]:
    return row(indicator, product, status="missing", group="reason", group_value=reason)


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    series = [row("visits_adjusted", product, estimate=1e5) for product in PRODUCTS]
    return estimates.make([*series, *rows])


STEP = row("level_change", estimate=-30.2, ci_low=-30.9, ci_high=-29.5)


def test_a_break_is_told_with_its_site_month_size_and_interval(catalogue):
    assert plain(narratives.audience.breaks_or_none(frame(STEP), catalogue)) == (
        "Corrigées des saisons, les visites changent de niveau (Légifrance, −30,2 % en mars 2025, "
        "entre −30,9 et −29,5 %) ; aucune autre rupture n'est établie."
    )
    page = plain(narratives.audience.breaks(frame(STEP), catalogue, by="channel"))
    assert "sur le web, −30,2 % en mars 2025" in page


def test_a_break_in_the_month_of_an_action_is_told_with_it_or_its_reader_wonders(catalogue):
    expected = [{"indicator": "visits", "direction": "down"}]
    about = {"done": "Fait.", "expected": expected, "contact": "équipe"}
    robots = {**about, "title": "Sans les robots", "product": "legifrance", "date": "2025-03-01"}
    done = [
        Action(id="robots", **robots),
        Action(id="late", **{**robots, "title": "Un mois après", "date": "2025-04-01"}),
        Action(id="other", **{**robots, "title": "Un autre site", "product": "boamp"}),
    ]
    said = plain(narratives.audience.breaks(frame(STEP), catalogue, actions=done))
    assert said.endswith("En mars 2025 : « Sans les robots » (Légifrance).")


def test_no_break_is_said_only_where_some_series_was_searched(catalogue):
    assert narratives.audience.breaks(frame(), catalogue) == ""
    assert "aucune rupture établie" in narratives.audience.breaks_or_none(frame(), catalogue)
    assert "Aucun mois" in narratives.audience.no_unusual_month(frame())
    short = frame(*(why("level_change", p, "moins de 36 mois complets") for p in PRODUCTS))
    for said in (
        narratives.audience.breaks_or_none(short, catalogue),
        narratives.audience.no_unusual_month(short),
    ):
        assert said.startswith("Aucune série n'est assez longue")
    empty = estimates.make([])
    assert narratives.audience.breaks_or_none(empty, catalogue).startswith("Aucune série")
    for say in (
        narratives.audience.not_adjusted,
        narratives.audience.paces,
        narratives.audience.unusual_months,
    ):
        assert say(empty, catalogue) == ""


def test_a_series_too_short_is_named_with_the_reason(catalogue):
    told = narratives.audience.not_adjusted(
        frame(
            why("visits_adjusted", "bodacc", "moins de 24 mois complets"),
            why("pace", "boamp", "moins de 12 mois depuis la rupture"),
            why("pace", "legifrance", "moins de 12 mois depuis la rupture"),
        ),
        catalogue,
    )
    assert told == (
        "Visites non corrigées : BODACC (moins de 24 mois complets). "
        "Rythme non estimé : BOAMP et Légifrance (moins de 12 mois depuis la rupture)."
    )


def test_an_odd_month_is_told_with_its_size(catalogue):
    said = narratives.audience.unusual_months(
        frame(row("outlier", "boamp", estimate=42.0)), catalogue
    )
    assert plain(said) == "S'écartent de ce que l'on attendait : mars 2025 (BOAMP, +42,0 %)."


def pace(verdict: str, product: str = "legifrance", estimate: float = 1.5) -> dict[str, Any]:
    ends = {"estimate": estimate, "ci_low": estimate - 1, "ci_high": estimate + 1}
    return row("pace", product, group="verdict", group_value=verdict, **ends)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("en hausse", "augmentent pour Légifrance (+1,5 %)"),
        ("en baisse", "baissent pour Légifrance (+1,5 %)"),
        ("stable", "sont stables pour Légifrance (+1,5 %)"),
        ("indéterminé", "Rien ne peut être conclu pour Légifrance : un rythme de moins de"),
    ],
)
def test_the_verdict_of_the_family_is_said_and_no_other(verdict, said, catalogue):
    seen = row("detectable_pace", estimate=12.3)
    told = plain(narratives.audience.paces(frame(pace(verdict), seen), catalogue))
    assert said in told
    others = {"augmentent", "baissent", "stables", "conclu"} - set(said.split())
    assert not any(word in told for word in others)


def test_where_no_pace_is_sure_the_smallest_that_could_be_seen_is_told(catalogue):
    rows = [pace("indéterminé", "boamp"), row("detectable_pace", "boamp", estimate=12.3)]
    one = plain(narratives.audience.paces(frame(*rows), catalogue))
    assert "de moins de 12,3 % a pu passer inaperçu." in one
    rows += [pace("indéterminé"), row("detectable_pace", estimate=60.0)]
    two = plain(narratives.audience.paces(frame(*rows), catalogue))
    assert "un rythme de moins de 60,0 % a pu" in two


def test_a_caption_says_how_many_paces_were_tested_together():
    level = row("pace_level", "", estimate=98.75)
    told = frame(pace("en hausse"), pace("stable", "boamp"), pace("stable", "vie-publique"), level)
    assert plain(narratives.audience.paces_tested(told)) == (
        "Verdicts sur 3 rythmes testés ensemble, d'après leurs intervalles à 98,75 % : un en "
        "hausse et deux stables"
    )
    plainly = frame(pace("en hausse"), row("pace_level", "", estimate=95.0))
    assert plain(narratives.audience.paces_tested(plainly)) == (
        "Verdicts sur 1 rythme testé, d'après son intervalle à 95 % : un en hausse"
    )
    assert narratives.audience.paces_tested(frame()) == "Aucun rythme ne peut être testé"


def test_visits_of_data_sets_are_not_taken_for_those_of_sites():
    pages = frame().assign(channel="open_data")
    said = narratives.audience.data_sets_only(pages)
    assert said == "Aucun site n'est mesuré : ces visites sont celles des pages de jeux de données."
    assert narratives.audience.data_sets_only(pages, brief=True) == "Pages de jeux de données."
    for other in (frame(), pages.head(0)):
        assert narratives.audience.data_sets_only(other) == ""
