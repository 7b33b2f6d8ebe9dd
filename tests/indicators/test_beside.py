"""Products and categories: who is above whom, by the verdicts of the study and no others."""

import math
import re
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests.words import plain

from observlib.language.prose import typography
from observlib.themes import comparison_sentences
from observlib.themes.satisfaction import sentences as satisfaction
from observlib.themes.surveys import sentences as surveys

BASE = {"indicator": "satisfaction_10", "unit": "sur 10", "channel": "web", "device": ""}


def pair(verdict: str, mine: float, theirs: float, **more: Any) -> dict[str, Any]:
    reason = more.get("reason", "precision" if verdict == "unknown" else "")
    tested = reason in ("", "precision")
    return {
        **BASE, "product": "service-public", "reference_product": "legifrance",
        "group_value": "75 ans et plus", "estimate": mine, "reference_estimate": theirs,
        "difference": mine - theirs, "status": "published", "verdict": verdict, "reason": reason,
        "detectable": 0.94 if tested else math.nan, **more,
    }  # fmt: skip


def test_a_product_above_another_is_named_and_the_rest_says_what_could_be_seen(catalogue):
    rows = [pair("rise", 7.9, 6.4), pair("unknown", 7.9, 7.4, reference_product="boamp")]
    rows += [pair("stable", 7.0, 7.0, product="boamp", reference_product="bodacc")]
    rows += [pair("unknown", 7.9, 7.4, reason="low_base")]
    assert plain(satisfaction.products(pd.DataFrame(rows), catalogue)) == (
        "Service-public.fr est au-dessus de Légifrance (7,9 contre 6,4 sur 10). BOAMP et BODACC "
        "sont équivalents (7,0 contre 7,0 sur 10). Pour un couple de produits, on ne peut pas "
        "conclure. Un écart de moins de 0,9 point a pu passer inaperçu."
    )
    assert satisfaction.products_above(pd.DataFrame(rows[1:]), catalogue) == ""
    assert "faible effectif" in satisfaction.products(pd.DataFrame(rows[-1:]), catalogue)
    assert satisfaction.products(pd.DataFrame(rows[:0]), catalogue) == ""


def test_a_reader_of_many_products_is_told_that_departments_are_not_compared(
    catalogue,
):
    one = catalogue.products["service-public"]
    more = {f"p{n}": one.model_copy(update={"id": f"p{n}", "label": f"P{n}"}) for n in range(20)}
    many = catalogue.model_copy(update={"products": catalogue.products | more})
    within = pair("rise", 7.9, 6.4, product="p1", reference_product="p2")
    said = "Les produits étant nombreux, seuls sont comparés ceux d'un même département."
    assert plain(satisfaction.products(pd.DataFrame([within]), many)).endswith(f" sur 10). {said}")
    both = pd.DataFrame([within, pair("rise", 7.9, 6.4)])
    assert said not in plain(satisfaction.products(both, many))
    few = catalogue.model_copy(update={"products": {"p1": more["p1"], "p2": more["p2"]}})
    assert said not in plain(satisfaction.products(pd.DataFrame([within]), few))


def test_a_category_is_more_or_less_satisfied_than_the_others(catalogue):
    rows = [pair("rise", 8.1, 6.8), pair("fall", 4.6, 7.1, group_value="15 à 24 ans")]
    rows += [pair("unknown", 7.0, 6.9, group_value="Femme", detectable=0.5)]
    assert plain(surveys.categories(pd.DataFrame(rows), catalogue)) == (
        "Par rapport aux autres répondants, la satisfaction est plus haute pour « 75 ans et "
        "plus ». Elle est plus basse pour « 15 à 24 ans ». "
        "Ailleurs, on ne peut pas conclure. Un écart de moins de 0,5 point a pu passer "
        "inaperçu."
    )
    assert plain(surveys.categories_caption(pd.DataFrame(rows))) == (
        "Par rapport aux autres répondants, la satisfaction est plus haute pour « 75 ans et "
        "plus ». Elle est plus basse pour « 15 à 24 ans »."
    )
    unsure = plain(surveys.categories(pd.DataFrame(rows[2:]), catalogue))
    assert unsure.startswith("On ne peut dire d'aucune catégorie")
    assert "aucun écart établi" in surveys.categories_caption(pd.DataFrame(rows[2:]))
    hidden = pd.DataFrame([pair("unknown", math.nan, math.nan, reason="suppressed")])
    assert "entre elles (secret statistique)" in surveys.categories(hidden, catalogue)


def test_two_answers_that_tie_are_told_with_what_could_have_been_seen(catalogue):
    said = "lequel l'est le plus"
    near = pair("unknown", 35, 33, indicator="reason_share", detectable=6.2)
    near["reference_group_value"] = "B"
    assert plain(comparison_sentences.undecided(pd.DataFrame([near]), "B", catalogue, said)) == (
        ", sans qu'on puisse dire lequel l'est le plus. Un écart de moins de 6 points a pu "
        "passer inaperçu"
    )
    same = pd.DataFrame([near | {"verdict": "stable", "reason": ""}])
    assert comparison_sentences.undecided(same, "B", catalogue, said).endswith(
        "trop petit pour compter"
    )
    # stable with a third is not stable with the second, and what was not tested could not be seen
    assert (
        comparison_sentences.undecided(same, "C", catalogue, said)
        == f", sans qu'on puisse dire {said}"
    )
    assert (
        comparison_sentences.undecided(same.head(0), "B", catalogue, said)
        == f", sans qu'on puisse dire {said}"
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["rise", "fall", "stable", "unknown"]),
            st.sampled_from(["precision", "low_base", "suppressed"]),
            st.floats(0, 10),
            st.floats(0, 10),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_pairs_give_french_that_says_their_verdicts_and_no_other(catalogue, drawn):
    rows = [
        pair(verdict, mine, theirs, **({"reason": why} if verdict == "unknown" else {}))
        for verdict, why, mine, theirs in drawn
    ]
    frame = pd.DataFrame(rows)
    order = frame[frame["verdict"] != "fall"]  # of two products the higher comes first
    for text in (
        satisfaction.products(order, catalogue) or ".",
        surveys.categories(frame, catalogue),
    ):
        text = typography(text)
        assert text.endswith(".")
        assert not re.search(r"\bnan\b|\binf\b|None|\(\)|  |\s\.|\.\.", text)
    said = surveys.categories(frame, catalogue)
    assert ("plus haute" in said) == ("rise" in set(frame["verdict"]))
    assert ("plus basse" in said) == ("fall" in set(frame["verdict"]))
