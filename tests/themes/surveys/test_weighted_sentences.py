"""The weighted mark is told beside the raw one, with what it cannot say."""

import math
from typing import Any

import pandas as pd
import pytest
from tests.words import plain

from observlib import estimates
from observlib.display.changes import WEIGHTED
from observlib.stats.survey.nonresponse import OPINION
from observlib.themes.surveys import weighted_sentences as weighted
from observlib.themes.surveys.nonresponse import DEPENDS

NONE = estimates.make([])
BASE = {"device": "enquete-legifrance", "period": "2025-10/2026-09"}


def pair(raw: float | None, weighed: float, verdict: str = "unknown") -> pd.DataFrame:
    """A weighted mark beside the raw one, with the results of a family."""
    row: dict[str, Any] = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10"}
    row |= {"estimate": weighed, "ci_low": weighed - 0.2, "ci_high": weighed + 0.2, "n": 300}
    row |= {"status": "published", "reference_estimate": math.nan, "against": "raw"}
    row |= dict.fromkeys(["difference", "difference_low", "difference_high", "level"], math.nan)
    row |= {"verdict": verdict, "detectable": 0.42, "reason": "suppressed"}
    if raw is not None:
        gap = weighed - raw
        row |= {"reference_estimate": raw, "difference": gap, "reason": "", "level": 0.995}
        row |= {"difference_low": gap - 0.3, "difference_high": gap + 0.3}
    return pd.DataFrame([row])


def report(*margins: str, n: float | None = 300) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {**BASE, "indicator": "weighting_effective_n", "unit": "répondants", "n": n}
        | ({"estimate": 210.4} if margins else {"status": "missing"})
    ]
    for margin in margins:
        for when, share in (("before", 40.0), ("after", 52.0), ("target", 52.2)):
            row = {**BASE, "indicator": f"weighting_{when}", "unit": "%", "n": n}
            rows.append(row | {"group": margin, "group_value": f"de {margin}", "estimate": share})
    return estimates.make(rows)


@pytest.mark.parametrize(
    ("raw", "weighed", "verdict", "said"),
    [
        (
            7.1, 6.5, "fall",
            "de 6,5 sur 10 au lieu de 7,1. Le redressement change donc la note (écart de −0,6 "
            "avant d'arrondir).",
        ),
        (
            7.1, 7.0, "stable",
            "de 7,0 sur 10 au lieu de 7,1. La note change trop peu pour compter (moins de 0,5) : "
            "l'écart est de −0,1 avant d'arrondir.",
        ),
        (
            7.1, 7.08, "unknown",
            "de 7,08 sur 10 au lieu de 7,10. On ne peut pas dire si le redressement change la "
            "note. Un écart de moins de 0,4 point a pu passer inaperçu.",
        ),
        (None, 6.5, "unknown", "de 6,5 sur 10."),
    ],
)  # fmt: skip
def test_the_sentence_says_both_marks_and_what_the_test_of_their_difference_says(
    catalogue, raw, weighed, verdict, said
):
    compared = pair(raw, weighed, verdict)
    found = weighted.conclusion(compared, report("age", "sex", "region"), NONE, catalogue)
    start = "Avec l'âge, le sexe et la région de la population, la note de satisfaction serait "
    end = " Ce calcul porte sur les 300 réponses à cette question de ceux "
    end += "dont tout le profil est connu."
    assert plain(found) == f"{start}{said}{end}"


def test_the_mark_of_all_stands_beside_that_of_those_whose_profile_is_known(catalogue):
    """The page's first mark is that of all: the reader would else see two for the one survey."""
    row = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10", "estimate": 7.3, "n": 344}
    margins = report("age", "sex", "region")
    found = weighted.conclusion(pair(7.1, 6.5, "fall"), margins, estimates.make([row]), catalogue)
    assert "La note de tous, profil connu ou non, est de 7,3 (344 réponses)." in plain(found)
    same = estimates.make([{**row, "n": 300}])
    assert "profil connu ou non" not in weighted.conclusion(
        pair(7.1, 6.5, "fall"), margins, same, catalogue
    )


def test_what_is_not_in_the_weights_is_told(catalogue):
    found = weighted.conclusion(pair(7.1, 7.0), report("age", "sex"), NONE, catalogue)
    assert "Avec l'âge et le sexe de la population" in found
    assert "ne tient pas compte de la région" in found


def test_why_there_are_no_weights_is_told_without_a_number_of_few(catalogue):
    nothing, none = estimates.make([]), pair(7.1, 7.0).iloc[:0]
    assert "(45)" in weighted.conclusion(none, report(n=45), NONE, catalogue)
    assert "moins de onze" in weighted.conclusion(none, report(n=None), NONE, catalogue)
    assert "Aucune réponse ne dit" in weighted.conclusion(none, nothing, NONE, catalogue)


def test_what_is_withheld_is_not_said_to_be_of_too_few_answers(catalogue):
    hidden = report(n=None).assign(status="suppressed")
    said = weighted.conclusion(pair(7.1, 7.0).iloc[:0], hidden, NONE, catalogue)
    assert "secret statistique" in said and "moins de onze" not in said
    assert "secret statistique" in weighted.cost(hidden, catalogue)


def test_two_marks_of_a_year_in_progress_are_not_said_to_differ(catalogue):
    partial = pair(7.1, 6.5).assign(status="partial", reason="partial", difference_low=math.nan)
    said = plain(weighted.conclusion(partial, report("age", "sex", "region"), NONE, catalogue))
    assert "6,5 sur 10 au lieu de 7,1. L'écart n'a pas pu être testé." in said


def test_a_mark_on_few_answers_is_in_no_sentence(catalogue):
    thin = pair(7.1, 6.5).assign(status="low_base", reason="low_base", difference_low=math.nan)
    said = weighted.conclusion(thin, report("age", "sex", "region"), NONE, catalogue)
    assert "6,5" not in said and "ne peut pas être dite" in said


def test_captions_are_of_the_category_that_moves_most_and_of_what_weights_cost(catalogue):
    found = report("age", "sex")
    assert plain(weighted.margins(found[found["group"] != ""])) == (
        "La catégorie que les poids changent le plus : « de age »"
    )
    assert plain(weighted.cost(found, catalogue)) == (
        "Ce que coûtent des poids inégaux : 300 répondants en valent 210 de même poids"
    )


def bounds(low: float | None, high: float | None, **more: Any) -> pd.DataFrame:
    """The weighted mark from 6.4 to 6.8, and what it is if answering depends on opinions alone."""
    row: dict[str, Any] = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10", "n": 300}
    row |= {"group": "weighting", "estimate": 6.6}
    ends = {"ci_low": low, "ci_high": high} if low else {"status": "missing"}
    ends["estimate"] = 5.8 if low else None
    return estimates.make(
        [
            {**row, "group_value": WEIGHTED, "ci_low": 6.4, "ci_high": 6.8},
            {**row, "group_value": DEPENDS[OPINION], **ends, **more},
        ]
    )


def test_what_bounds_suppose_is_told_with_them_of_one_survey_and_of_several(catalogue):
    condition = "l'on répond d'autant plus que l'on est content, ou mécontent"
    one = bounds(5.1, 6.5)
    several = pd.concat([one, one.assign(device="other")], ignore_index=True)
    for found in (plain(weighted.reservation(marks, catalogue)) for marks in (one, several)):
        assert condition in found and "les très contents et les très mécontents" in found
    no_bounds = several[several["group_value"] == WEIGHTED]
    assert condition not in plain(weighted.reservation(no_bounds, catalogue))


def test_where_answering_may_depend_on_opinions_the_mark_lies_between_two_bounds(catalogue):
    found = plain(weighted.reservation(bounds(5.1, 6.5), catalogue))
    assert found.startswith(
        "Si l'on répond d'autant plus que l'on est content, ou mécontent, la note"
    )
    assert "entre 5,1 et 6,8." in found and "ne la remplace pas." in found


def test_a_profile_that_says_too_little_bounds_nothing_and_the_page_says_so(catalogue):
    found = plain(weighted.reservation(bounds(None, None), catalogue))
    assert "le profil en dit trop peu pour borner la note." in found
    assert "Là où le tableau dit « nd », le profil en dit trop peu." in found
    assert "« nd »" not in weighted.reservation(bounds(5.1, 6.5), catalogue)


def test_bounds_that_are_withheld_are_not_told(catalogue):
    none = dict.fromkeys(estimates.NUMBERS) | {"status": "suppressed"}
    found = plain(weighted.reservation(bounds(5.1, 6.5, **none), catalogue))
    assert found.startswith("Les usagers d'un site")
    assert weighted.reservation(NONE, catalogue) == ""
