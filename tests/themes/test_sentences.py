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
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.language import french, phrases
from observlib.language.prose import Markdown, typography
from observlib.stats.survey.comparison import waves
from observlib.study import narratives
from observlib.themes.procedures.estimates import EVERYONE

NOW, BEFORE = "2026-T3", "2025-T3"


def mark(product: str, value: float | None, period: str = NOW, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "indicator": "satisfaction_10", "product": product, "channel": "web",
        "device": f"jdma-{product}", "period": period, "unit": "sur 10", "estimate": value,
    }  # fmt: skip
    if value is not None:
        half = more.pop("half", 0.2)
        row |= {"n": 200, "ci_low": value - half, "ci_high": value + half}
    return row | more


def count(product: str, value: float | None, period: str = NOW, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "indicator": "visits", "product": product, "channel": "web",
        "device": f"matomo-{product}", "period": period, "unit": "visites", "estimate": value,
    }  # fmt: skip
    return row | more


def yoy(product: str, value: float | None, **more: Any) -> dict[str, Any]:
    more = {"status": "missing"} | more if value is None else more
    return count(product, value) | {"indicator": "visits_yoy", "unit": "%"} | more


def compared(marks: pd.DataFrame, *verdicts: str) -> pd.DataFrame:
    """The pairs of marks of two periods, with the verdicts given them."""
    pairs = waves(marks, NOW, BEFORE)
    return pairs.assign(verdict=verdicts, reason="", p_value=0.001, detectable=0.3)


# --- Counts --------------------------------------------------------------------------------


def test_a_reference_to_a_table_stays_one_among_other_sentences():
    whole = pd.DataFrame({"estimate": [7.9]})
    said = narratives.together("Le titre [a] suit.", narratives.see("tbl-tests", whole), "")
    assert isinstance(said, Markdown) and said.endswith(" Le détail : @tbl-tests.")
    assert said.startswith("Le titre \\[a\\] suit."), "what data tell is no Markdown"


def test_the_first_and_the_last_are_named_with_rounded_counts(catalogue):
    frame = estimates.make(
        [
            count("boamp", 2_260_200),
            count("service-public", 86_712_620),
            count("legifrance", 25_458_001),
            count("service-public", 99_999_999, BEFORE),
        ]
    )
    assert plain(narratives.highest_and_lowest(frame, catalogue, NOW)) == (
        "Au 3e trimestre 2026, Service-public.fr vient en tête avec 86,7 millions de visites. "
        "BOAMP vient en dernier avec 2,3 millions de visites."
    )
    assert plain(narratives.highest_and_lowest(frame.iloc[:1], catalogue, NOW)) == (
        "Au 3e trimestre 2026, BOAMP compte 2,3 millions de visites."
    )


def test_subjects_that_are_level_share_their_place(catalogue):
    level = [count(product, 500) for product in ("boamp", "bodacc", "legifrance")]
    assert plain(narratives.highest_and_lowest(estimates.make(level), catalogue, NOW)) == (
        "Au 3e trimestre 2026, BOAMP, BODACC et Légifrance sont à égalité, avec 500 visites."
    )
    first = estimates.make([*level, count("vie-publique", 20)])
    assert plain(narratives.highest_and_lowest(first, catalogue, NOW)) == (
        "Au 3e trimestre 2026, BOAMP, BODACC et Légifrance viennent en tête avec 500 visites. "
        "Vie-publique.fr vient en dernier avec 20 visites."
    )


def test_a_long_list_of_level_subjects_is_cut(catalogue):
    level = estimates.make(count(product, 0) for product in catalogue.products)
    said = plain(narratives.highest_and_lowest(level, catalogue, NOW))
    assert "3939 Allô Service Public et sept autres sont à égalité, avec 0 visite." in said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (999_999, "999 999 visites"),
        (1_000_000, "1,0 million de visites"),
        (1_960_000, "2,0 millions de visites"),
        (1, "1 visite"),
    ],
)
def test_counts_agree_in_number_as_they_are_written(value, said, catalogue):
    frame = estimates.make([count("boamp", value)])
    assert plain(narratives.highest_and_lowest(frame, catalogue, NOW)).endswith(f" compte {said}.")


def test_millions_are_elided_before_a_vowel(catalogue):
    row = count("boamp", 3e6, unit="appels")
    said = phrases.rounded_count(row, catalogue.indicators["visits"])
    assert plain(said) == "3,0 millions d'appels"


def test_one_product_on_two_channels_is_told_apart(catalogue):
    frame = estimates.make(
        [
            count("service-public", 9e6),
            count("service-public", 500, channel="open_data", device="datagouv-fiches"),
            count("bodacc", 800, channel="open_data", device="datagouv-bodacc"),
        ]
    )
    assert plain(narratives.highest_and_lowest(frame, catalogue, NOW)) == (
        "Au 3e trimestre 2026, Service-public.fr sur le web vient en tête avec 9,0 millions de "
        "visites. Service-public.fr sur les pages de données vient en dernier avec 500 visites."
    )
    twice = frame.iloc[[0]].assign(device="matomo-entreprendre", estimate=5.0)
    said = narratives.highest_and_lowest(
        estimates.combine([frame.iloc[[0]], twice]), catalogue, NOW
    )
    assert catalogue.devices["matomo-entreprendre"].label in said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([5.2, 1.6, 2], "Partout, il y a plus {}, de +1,6 % (BODACC) à +5,2 % (BOAMP)"),
        ([-5.2, -1.6, -2], "Partout, il y a moins {}, de −1,6 % (BODACC) à −5,2 % (BOAMP)"),
        ([5.2, 0.6, 2], "Il y a plus {}, de +2,0 % (Légifrance) à +5,2 % (BOAMP). "
         "Il y en a à peu près autant (BODACC)"),
        ([5.2, -0.6, 0], "Il y a plus {} (BOAMP : +5,2 %). "
         "Il y en a à peu près autant (BODACC et Légifrance)"),
        ([-5.2, 0.6, -2], "Il y a à peu près autant {} (BODACC). "
         "Il y en a moins, de −2,0 % (Légifrance) à −5,2 % (BOAMP)"),
        ([61.49, -70.7, 3], "Il y a plus {}, de +3,0 % (Légifrance) à +61,5 % (BOAMP). "
         "Il y en a moins (BODACC : −70,7 %)"),
        ([3, -3, 0], "Il y a plus {} (BOAMP : +3,0 %). "
         "Il y en a à peu près autant (Légifrance). Il y en a moins (BODACC : −3,0 %)"),
        ([3, 3, 0], "Il y a plus {} (BOAMP et BODACC : +3,0 %). "
         "Il y en a à peu près autant (Légifrance)"),
        ([0.3, -0.9, 0], "Partout, il y a à peu près autant {}"),
        ([5, 5, 5], "Partout, il y a plus {} (BOAMP, BODACC et Légifrance : +5,0 %)"),
        ([0, 0.01, -0.01], "Partout, il y a à peu près autant {}"),
        ([5, None, 2], "Partout où la comparaison est possible, il y a plus {}, "
         "de +2,0 % (Légifrance) à +5,0 % (BOAMP)"),
        ([None, -3, None], "Là où la comparaison est possible, il y a moins {} (BODACC : −3,0 %)"),
        ([None, 0, None], "Là où la comparaison est possible, "
         "il y a à peu près autant {} (BODACC)"),
        ([3, 3, 1], "Partout, il y a plus {}, "
         "de +1,0 % (Légifrance) à +3,0 % (BOAMP et BODACC)"),
    ],
)  # fmt: skip
def test_more_visits_than_a_year_before_are_told_by_their_ends_and_as_no_rise(
    values, said, catalogue
):
    frame = estimates.make(map(yoy, ("boamp", "bodacc", "legifrance"), values))
    told = said.format("de visites qu'un an avant")
    assert plain(narratives.year_on_year(frame, catalogue, NOW)) == f"{told}."


def test_where_some_cannot_be_compared_a_rise_and_a_fall_say_so(catalogue):
    frame = estimates.make([yoy("boamp", 61.49), yoy("bodacc", -70.7), yoy("legifrance", None)])
    assert plain(narratives.year_on_year(frame, catalogue, NOW)) == (
        "Là où la comparaison est possible, il y a plus de visites qu'un an avant (BOAMP : "
        "+61,5 %). Il y en a moins (BODACC : −70,7 %)."
    )


def test_the_channels_of_one_product_are_each_told(catalogue):
    rows = [
        yoy("service-public", 4.3, channel="open_data"),
        yoy("service-public", 2.7),
        yoy("service-public", -3, channel="phone"),
        yoy("service-public", 0, channel="mail"),
    ]

    def said(*places: int) -> str:
        frame = estimates.make(rows[i] for i in places)
        return plain(narratives.year_on_year(frame, catalogue, NOW, by="channel"))

    assert said(1) == "Il y a plus de visites qu'un an avant sur le web (+2,7 %)."
    assert said(0, 1) == (
        "Il y a plus de visites qu'un an avant sur le web (+2,7 %) et sur les pages "
        "de données (+4,3 %)."
    )
    assert said(1, 2, 3) == (
        "Il y a plus de visites qu'un an avant sur le web (+2,7 %). Il y en a à peu près autant "
        "par courrier ou courriel (0,0 %). Il y en a moins par téléphone (−3,0 %)."
    )


def test_downloads_are_not_called_visits(catalogue):
    frame = estimates.make([yoy("bodacc", 3, indicator="downloads_yoy")])
    assert "plus de téléchargements" in narratives.year_on_year(frame, catalogue, NOW)


def test_no_change_is_made_up(catalogue):
    nothing = "Aucune évolution sur un an ne peut être calculée."
    for frame in (estimates.make([]), estimates.make([yoy("boamp", None)])):
        assert narratives.year_on_year(frame, catalogue, NOW) == nothing


# --- What is not compared or not published ----------------------------------------------------


def test_incomplete_and_withheld_subjects_are_named_once(catalogue):
    frame = estimates.make(
        [
            count("boamp", 5, status="partial", n=600),
            count("legifrance", None, status="suppressed"),
            count("journal-officiel", None, status="suppressed"),
            count("journal-officiel", None, BEFORE, status="suppressed"),
            count("annuaire", None, status="missing"),
        ]
    )
    assert plain(narratives.incomplete(frame, catalogue, NOW)) == (
        "Données incomplètes au 3e trimestre 2026, donc jamais comparées : BOAMP."
    )
    assert plain(narratives.withheld(frame, catalogue, NOW)) == (
        "Valeurs non publiées (secret statistique) : Légifrance et Journal officiel."
    )
    assert narratives.withheld(frame, catalogue, BEFORE).startswith("Valeur non publiée (")
    for say in (narratives.incomplete, narratives.withheld, narratives.highest_and_lowest):
        assert say(frame, catalogue, "2020-T1") == say(estimates.make([]), catalogue, NOW) == ""


# --- Marks ---------------------------------------------------------------------------------


def test_the_span_of_marks_leaves_thin_ones_out_and_says_so(catalogue):
    rows = [mark("legifrance", 6.44), mark("service-public", 7.9), mark("boamp", 7)]
    frame = estimates.make(rows)
    assert plain(narratives.span(frame, catalogue, NOW)) == (
        "Au 3e trimestre 2026, les notes vont de 6,4 à 7,9 sur 10."
    )
    thin = estimates.make([*rows, mark("vie-publique", 9.9, n=20, status="low_base")])
    said = plain(narratives.span(thin, catalogue, NOW))
    assert said.startswith("Au 3e trimestre 2026, les notes vont de 6,4")
    assert said.endswith("Les notes qui reposent sur peu de réponses ne sont pas citées ici.")
    assert "9,9" not in said and "Vie-publique" not in said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "aucune note n'a été recueillie pour nos produits."),
        ([mark("boamp", None, status="missing")],
         "aucune note n'a été recueillie pour nos produits."),
        ([mark("boamp", None, status="suppressed")], "aucune note n'est publiable."),
        ([mark("boamp", 5, status="partial")], "aucune note n'est publiable."),
        ([mark("boamp", 5, n=12, status="low_base"), mark("bodacc", None, status="suppressed")],
         "aucune note ne repose sur assez de réponses pour être citée."),
        ([mark("boamp", 5)], "la seule note publiée (BOAMP) est de 5,0 sur 10."),
        ([mark("boamp", 5), mark("bodacc", 5.01, n=30)], "les notes sont toutes de 5,0 sur 10."),
    ],
)  # fmt: skip
def test_a_span_says_what_there_is(rows, said, catalogue):
    found = narratives.span(estimates.make(rows), catalogue, NOW)
    assert plain(found) == f"Au 3e trimestre 2026, {said}"


def test_marks_of_the_phone_and_of_the_web_are_not_in_one_range(catalogue):
    phone = {"channel": "phone", "device": "satisfaction-3939"}
    rows = [mark("allo-service-public", 7.1, **phone)]
    rows += [mark(name, value) for name, value in (("legifrance", 6.4), ("vie-publique", 7.9))]
    assert plain(narratives.span(estimates.make(rows), catalogue, NOW)) == (
        "Au 3e trimestre 2026, les notes des avis déposés sur le web vont de 6,4 à 7,9 sur 10. "
        "La note de l'enquête par téléphone est de 7,1 sur 10."
    )


def test_indicators_are_never_mixed_in_one_sentence(catalogue):
    frame = estimates.make([mark("boamp", 5), count("boamp", 500)])
    for say in (narratives.highest_and_lowest, narratives.span, narratives.withheld):
        with pytest.raises(ObservError, match="2 values of indicator"):
            say(frame, catalogue, NOW)


# --- Other administrations, and told experiences ------------------------------------------------


def medians(**values: float) -> pd.DataFrame:
    rows = [
        mark("", value, indicator="procedure_satisfaction_median", device="qualite-demarches")
        | {"ci_low": None, "ci_high": None, "n": None}
        | ({"product": name} if name != "all" else {"group": "scope", "group_value": EVERYONE})
        for name, value in values.items()
    ]
    return estimates.make(rows)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dila": 7.9, "cnaf": 7.8, "all": 7.75},
         "la note médiane de nos démarches (DILA) est de 7,9 sur 10, contre 7,8 pour toutes "
         "celles qui sont publiées. "
         "Organismes voisins : CNAF (7,8)"),
        ({"dila": 8, "all": 7.75},
         "la note médiane de nos démarches (DILA) est de 8,0 sur 10, contre 7,8 pour toutes "
         "celles qui sont publiées"),
        ({"cnaf": 7, "all": 8},
         "la note médiane de l'ensemble des démarches publiées est de 8,0 sur 10. "
         "Par organisme : CNAF (7,0)"),
        ({"dila": 7, "agence-fictive": 8, "all": 6},
         "la note médiane de l'ensemble des démarches publiées est de 6,0 sur 10. "
         "Par organisme : Agence fictive (8,0) et DILA (7,0)"),
    ],
)  # fmt: skip
def test_the_agency_stands_beside_all_procedures(values, said, catalogue):
    found = narratives.procedures.standing(medians(**values), catalogue)
    untested = "Publiées sans nombre de réponses, ces notes ne peuvent pas être départagées."
    assert plain(found) == f"Au 3e trimestre 2026, {said}. {untested}"


def test_without_peers_or_without_the_whole_nothing_is_said(catalogue):
    for frame in (medians(dila=7), medians(all=7), estimates.make([])):
        assert narratives.procedures.standing(frame, catalogue) == ""


def test_feelings_come_with_their_base_and_the_reservation(feelings, catalogue):
    said = plain(narratives.experiences.feelings(feelings({"": (50, 17, 33)}), catalogue))
    assert said == (
        "**Services Publics +, expériences publiées** (octobre 2025 à septembre 2026) : "
        "400 expériences. Leur ressenti est positif pour 50 %, neutre pour 17 % et négatif pour "
        "33 %. "
        "Les usagers qui racontent leur expérience se sont choisis eux-mêmes."
    )
    assert narratives.experiences.feelings(estimates.make([]), catalogue) == ""
    unknown = feelings({"": (50, 17, 33)}).assign(device="invented")
    assert plain(narratives.experiences.feelings(unknown, catalogue)).startswith(
        "**invented** (octobre 2025"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "low_base", "n": 15}, "trop peu d'expériences pour en citer les parts"),
        ({"status": "partial"}, "période incomplète"),
        ({"status": "suppressed", "estimate": None, "n": None}, "secret statistique"),
        ({"status": "missing", "estimate": None, "n": None}, "parts non disponibles"),
    ],
)
def test_feelings_that_are_not_published_are_not_told(change, said, feelings, catalogue):
    rows = feelings({"": (61, 17, 22)}).to_dict("records")
    rows[1] |= change  # one part withheld withholds the others, which would tell it
    found = narratives.experiences.feelings(estimates.make(rows), catalogue)
    assert said in found and "%" not in found and "400" not in found


# --- A product's page --------------------------------------------------------------------------


def test_a_product_page_opens_with_its_audience_and_its_mark(catalogue):
    now = estimates.make(
        [
            count("service-public", 30_011, channel="open_data", device="datagouv-fiches"),
            yoy("service-public", 4.3, channel="open_data", device="datagouv-fiches"),
            count("service-public", 86_712_620),
            yoy("service-public", 2.7),
        ]
    )
    marks = estimates.make([mark("service-public", 6.8, BEFORE), mark("service-public", 7.9)])
    pairs = compared(marks, "rise")
    assert plain(narratives.products.summary(now, marks, pairs, catalogue, NOW)) == (
        "Au 3e trimestre 2026, on compte 86,7 millions de visites sur le web (+2,7 % sur un an). "
        "La note de satisfaction des avis déposés est de 7,9 sur 10. "
        "Sur un an, la note de satisfaction des avis déposés est en hausse (de 6,8 à 7,9 sur 10). "
        "On compte aussi 30 011 visites sur les pages de données (+4,3 % sur un an)."
    )


@pytest.mark.parametrize(
    ("status", "visits", "note"),
    [
        ("partial", "Les visites sur le web sont incomplètes.",
         "La note de satisfaction porte sur une période incomplète."),
        ("suppressed", "Les visites sur le web ne sont pas publiées (secret statistique).",
         "La note de satisfaction n'est pas publiée (secret statistique)."),
        ("missing", "Les visites sur le web ne sont pas disponibles.",
         "La note de satisfaction n'est pas disponible."),
    ],
)  # fmt: skip
def test_a_product_page_says_why_a_number_is_not_there(status, visits, note, catalogue):
    value = 5.0 if status == "partial" else None
    rows = [count("boamp", value, status=status), yoy("boamp", None)]
    now, marks = estimates.make(rows), estimates.make([mark("boamp", value, status=status)])
    said = narratives.products.summary(now, marks, estimates.make([]), catalogue, NOW)
    assert said == f"{visits} {note}"


def test_a_thin_mark_is_not_a_headline(catalogue):
    marks = estimates.make([mark("boamp", 9.1, n=20, status="low_base")])
    nothing = estimates.make([])
    said = narratives.products.summary(nothing, marks, nothing, catalogue, NOW)
    assert said == "La note de satisfaction repose sur trop peu de réponses pour être citée ici."


def test_where_reviews_are_too_few_the_page_opens_with_the_mark_of_the_survey(catalogue):
    few = estimates.make([mark("vie-publique", 7.5, n=20, status="low_base")])
    year = {"period": "2025-10/2026-09", "device": "enquete-vie-publique"}
    asked = estimates.make([mark("vie-publique", 7.7, n=344, **year)])
    nothing = estimates.make([])
    said = plain(narratives.products.summary(nothing, few, nothing, catalogue, NOW, asked))
    assert "L'enquête" not in said and "l'enquête donne 7,7 sur 10" in said
    enough = estimates.make([mark("vie-publique", 7.5)])
    said = plain(narratives.products.summary(nothing, enough, nothing, catalogue, NOW, asked))
    assert "enquête donne" not in said


def test_a_product_of_several_marks_tells_them_all_and_why(catalogue):
    survey = {"device": "enquete-service-public"}
    year = {**survey, "period": "2025-10/2026-09", "group": "weighting"}
    given = estimates.make([mark("service-public", 7.9, device="jdma-service-public")])
    asked = estimates.make(
        [
            mark("service-public", 7.1, **survey),
            mark("service-public", 7.2, **survey, period="2026-T2"),
            mark("service-public", 7.0, **year, group_value="Sans redressement"),
            mark("service-public", 6.7, **year, group_value="Avec redressement"),
        ]
    )
    box = plain(narratives.products.several_marks(given, asked, catalogue, NOW))
    assert [box.index(f"**{x} sur 10**") for x in ("7,9", "7,1", "6,7")]
    assert "7,0" not in box and "7,2" not in box
    assert "de ceux qui donnent leur avis" in box and "sollicités" in box
    assert not narratives.products.several_marks(given, asked.head(0), catalogue, NOW)


def test_a_page_without_data_says_so(catalogue):
    nothing = estimates.make([])
    said = narratives.products.summary(nothing, nothing, nothing, catalogue, NOW)
    assert plain(said) == "Au 3e trimestre 2026, aucune donnée n'a été recueillie sur ce produit."


def test_the_marks_of_two_channels_are_told_apart(catalogue):
    marks = estimates.make(
        [
            mark("boamp", value, period, channel=channel, half=0.1)
            for channel, period, value in (
                ("phone", BEFORE, 5), ("phone", NOW, 6), ("web", BEFORE, 8), ("web", NOW, 7),
            )
        ]
    )  # fmt: skip
    pairs = compared(marks, "rise", "fall")
    said = plain(narratives.products.summary(estimates.make([]), marks, pairs, catalogue, NOW))
    assert said.index("La note de satisfaction sur le web est de 7,0") < said.index("par téléphone")
    assert (
        "est en hausse (par téléphone, de 5,0 à 6,0 sur 10). Elle est en baisse (sur le web, de "
        "8,0 à 7,0 sur 10)." in said
    )


def test_who_listens_is_listed_and_silence_is_said(catalogue):
    empty = estimates.make([])
    said = plain(repr(narratives.products.listening(empty, catalogue, ["audience-boamp"])))
    assert said == (
        "- **Audience du BOAMP (relevé mensuel)** : web, chaque mois "
        "(Annonces légales et marchés publics)."
    )
    silent = repr(narratives.products.listening(empty, catalogue, []))
    assert silent == "Aucun dispositif du catalogue n'écoute les usagers de ce produit."


def test_a_mark_that_is_withheld_is_not_said_to_be_absent():
    row = {"indicator": "satisfaction_10", "period": NOW, "unit": "sur 10", "status": "suppressed"}
    said = narratives.absent("note de ce produit", NOW, estimates.make([row]))
    assert plain(repr(said)) == "Aucune note de ce produit n'est publiée (secret statistique)."


def test_nothing_to_show_is_said_with_the_estimates_that_are_not_there():
    said = narratives.absent("note de clarté", "2026-08", estimates.make([]))
    assert plain(repr(said)) == "*Aucune note de clarté n'est disponible en août 2026.*"
    assert said.content["kind"] == "text" and said.content["rows"] == []


# --- Any estimates -----------------------------------------------------------------------------

NOTHING = estimates.make([])
WITHHELD = ("suppressed", "missing")
NAMES = ("service-public", "entreprendre", "allo-service-public", "annuaire", "boamp", "")


@st.composite
def frames(draw: st.DrawFn, indicator: str, unit: str, top: float) -> pd.DataFrame:
    """Estimates of one indicator: any states, any values, each value told by its digits."""
    rows = []
    for product in draw(st.lists(st.sampled_from(NAMES), max_size=6)):
        status = draw(st.sampled_from(estimates.STATUSES))
        low = -99.0 if indicator.endswith("_yoy") else 0.0
        value = None if status in WITHHELD else draw(st.floats(low, top, allow_subnormal=False))
        row = {
            "indicator": indicator,
            "product": product,
            "channel": draw(st.sampled_from([*phrases.PLACES, ""])),
            "device": draw(st.sampled_from(["matomo-legifrance", "sp-plus", "unknown"])),
            "period": draw(st.sampled_from([NOW, BEFORE])),
            "unit": unit,
            "status": status,
            "estimate": value,
        }
        if value is not None and draw(st.booleans()):
            half = draw(st.floats(0, 1))
            row |= {"ci_low": value - half, "ci_high": value + half, "n": 345}
        rows.append(row)
    return estimates.make(rows)


def sentences(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    counted = frame[frame["indicator"] == "visits"]
    return [
        narratives.highest_and_lowest(frame, catalogue, NOW),
        narratives.year_on_year(frame, catalogue, NOW),
        narratives.year_on_year(frame, catalogue, NOW, by="channel"),
        narratives.incomplete(frame, catalogue, NOW),
        narratives.withheld(frame, catalogue, NOW),
        narratives.span(frame, catalogue, NOW),
        narratives.span(frame, catalogue, NOW),
        narratives.procedures.standing(frame, catalogue),
        narratives.products.summary(counted, frame, NOTHING, catalogue, NOW),
    ]


ANY = st.one_of(
    frames("satisfaction_10", "sur 10", 10.0),
    frames("visits", "visites", 1e9),
    frames("visits_yoy", "%", 900.0),
)


@examples(30)
@given(ANY)
def test_any_estimates_give_french_and_never_nan(catalogue, frame):
    for said in map(typography, sentences(frame, catalogue)):
        assert not re.search(r"\bnan\b|\binf\b|None|\(\)|  |\s\.|\.\.", said)
        assert not re.search(r"(?<!\xa0):|(?<!\u202f);|\d %", said.replace(" (", "("))
        assert not re.search(r"\b(?:de|le|que) [aeiouàéèêAEIOUÀÉÈÊ]", said)
        assert said == "" or said.endswith(".")


@examples(30)
@given(ANY)
def test_a_value_that_is_not_published_is_never_told(catalogue, frame):
    """Sentences are the same whatever a thin, partial or withheld row is worth."""
    thin = frame["status"].isin(["low_base", "partial"])
    if (frame["unit"] == "sur 10").all():
        other = frame.assign(**{c: frame[c].where(~thin) for c in estimates.NUMBERS})
        other.loc[thin, "estimate"] = math.pi
    else:
        other = frame.assign(estimate=frame["estimate"].where(~thin, math.pi))
        other.loc[thin, ["ci_low", "ci_high"]] = float("nan")
    assert sentences(estimates.check(other), catalogue) == sentences(frame, catalogue)


@given(st.lists(st.floats(-99, 999), min_size=1, max_size=8))
def test_the_told_ends_hold_every_change(catalogue, values):
    frame = estimates.make(map(yoy, catalogue.products, values))
    said = narratives.year_on_year(frame, catalogue, NOW)
    indicator, least = catalogue.indicators["visits_yoy"], catalogue.indicators["visits"].matters
    assert least == 1
    for value in (min(values), max(values)):
        size = french.number(abs(value), indicator.decimals)
        assert size in said or abs(value) < least
    assert ("moins" in said) == any(value <= -least for value in values)
    assert ("plus" in said) == any(value >= least for value in values)
    assert ("autant" in said) == any(abs(value) < least for value in values)
