"""What is said of a survey is what its estimates say, with care where they are thin."""

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.words import plain

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators import pairs
from observlib.indicators import pairs as changes
from observlib.themes import surveys as measured
from observlib.themes.surveys import sentences as surveys

NOW, BEFORE, YEAR = "2026-T3", "2025-T3", "2025-10/2026-09"
UNITS = {
    "satisfaction_10": "sur 10",
    "nps": "points",
    "task_success_share": "%",
    "ces_10": "sur 10",
    "clarity_10": "sur 10",
}


def mark(indicator: str, value: float | None, period: str = NOW, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": indicator, "period": period, "unit": UNITS[indicator]}
    row |= {"device": "enquete-legifrance", "product": "legifrance", "channel": "web"}
    if value is not None:
        half = more.pop("half", 1.0)
        row |= {"estimate": value, "n": 200, "ci_low": value - half, "ci_high": value + half}
    return row | more


def told(*rows: dict[str, Any], catalogue: Catalogue, period: str = NOW) -> str:
    return plain(surveys.marks(estimates.make(rows), catalogue, period))


def test_marks_are_told_one_a_sentence(catalogue):
    said = told(mark("satisfaction_10", 7.1), mark("nps", -12, half=4), catalogue=catalogue)
    assert said == (
        "Au 3e trimestre 2026, la note de satisfaction de l'enquête est de 7,1 sur 10. La "
        "recommandation nette est de −12 points."
    )


def test_three_marks_are_told_at_most(catalogue):
    said = told(*(mark(name, 5.0) for name in UNITS), catalogue=catalogue)
    assert len(re.findall(r"[ +]5", said)) == 3 and "facilité" not in said


def test_thin_and_withheld_marks_have_words_and_no_number(catalogue):
    said = told(
        mark("satisfaction_10", 7.1, n=20, status="low_base"),
        mark("nps", None, status="suppressed"),
        catalogue=catalogue,
    )
    assert said == (
        "Au 3e trimestre 2026, les réponses sont trop peu nombreuses pour citer la satisfaction. "
        "Les réponses, trop peu nombreuses ou trop semblables, sont tues (secret statistique) pour "
        "la recommandation."
    )
    hidden = told(mark("nps", None, status="suppressed"), catalogue=catalogue)
    assert hidden == (
        "Au 3e trimestre 2026, les réponses, trop peu nombreuses ou trop semblables, sont tues "
        "(secret statistique) pour la recommandation."
    )


def test_no_estimate_is_no_answer(catalogue):
    said = told(catalogue=catalogue)
    assert said == "Au 3e trimestre 2026, l'enquête n'a recueilli aucune réponse."


def test_a_first_year_that_would_tell_its_few_first_answers_says_why_it_is_withheld(catalogue):
    days = ["2026-06-28"] * 5 + ["2026-09-10"] * 200
    answers = pd.DataFrame(
        {
            "device": "enquete-legifrance", "product": "legifrance", "channel": "web",
            "source": "e@1", "response_id": [f"r{n}" for n in range(205)],
            "date": pd.to_datetime(days), "finished": True, "variable": "satisfaction",
            "category": None, "value": [float(n % 5 + 1) for n in range(205)],
            "scale_min": 1.0, "scale_max": 5.0,
        }
    )  # fmt: skip
    quarters = Quarter(2026, 3).back(4)
    now = measured.quarterly(answers, catalogue, quarters[-1:])
    year = measured.wider(measured.pooled(answers, catalogue, quarters), now)
    assert set(now["status"]) == {"published"} and set(year["status"]) == {"suppressed"}
    caption = plain(surveys.over_a_year(now, year, NOW))
    assert "non publiées." in caption and "feraient connaître celles d'un trimestre" in caption


@pytest.mark.parametrize(
    ("begun", "why"), [("2026-09-10", True), ("2026-04-10", True), ("2025-12-10", False)]
)
def test_readers_of_a_survey_s_first_year_are_told_why_nothing_is_published_over_a_year(
    catalogue, begun, why
):
    days = pd.date_range(begun, "2026-09-30", periods=200).normalize()
    said = pd.DataFrame(
        {
            "device": "enquete-legifrance", "product": "legifrance", "channel": "web",
            "source": "e@1", "response_id": [f"r{n}" for n in range(200)], "date": days,
            "finished": True, "variable": "satisfaction", "category": None,
            "value": [float(n % 5 + 1) for n in range(200)], "scale_min": 1.0, "scale_max": 5.0,
        }
    )  # fmt: skip
    ticked = said.assign(variable="reason", category="Chercher", value=float("nan"))
    quarters = Quarter(2026, 3).back(9)
    every = estimates.combine(
        [
            measured.quarterly(said, catalogue, quarters),
            measured.pooled(said, catalogue, quarters[-4:]),
            measured.reasons(ticked, catalogue, quarters[-4:]),
        ]
    )
    told = plain(surveys.first_year(every, NOW))
    assert ("ne sont pas publiés. L'édition suivante" in told) == why and bool(told) == why


def step(name: str, count: float | None, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "survey_funnel", "period": NOW, "unit": "réponses"}
    return row | {"group": "step", "group_value": name, "estimate": count, "n": count} | more


def test_steps_are_told_from_visits_to_the_last_page(catalogue):
    frame = estimates.make(
        [
            step("Visites", 86_712_620, unit="visites"),
            step("Enquête proposée", 5130, unit="invitations"),
            step("Réponse commencée", 329),
            step("Réponse terminée", 224),
        ]
    )
    assert plain(surveys.funnel(frame, catalogue)) == (
        "Au 3e trimestre 2026, l'enquête a été proposée 5 130 fois, pour 86,7 millions de visites. "
        "Elle compte 329 réponses commencées, soit 6,4 % des propositions. Réponses menées à leur "
        "terme : 224, soit 68 % des réponses commencées."
    )
    few = plain(surveys.funnel(frame.iloc[2:], catalogue))
    assert few.startswith(
        "Au 3e trimestre 2026, l'enquête compte 329 réponses commencées. Réponses menées à leur"
    )


def test_steps_of_an_incomplete_quarter_say_so_and_small_ones_say_nothing(catalogue):
    partial = estimates.make([step("Réponse commencée", 40, status="partial")])
    assert surveys.funnel(partial, catalogue).endswith("Ces comptages sont incomplets.")
    small = estimates.make([step("Réponse commencée", None, status="suppressed")])
    assert surveys.funnel(small, catalogue) == ""
    assert surveys.funnel(estimates.make([]), catalogue) == ""


def test_reasons_are_told_up_to_the_third(catalogue):
    row: dict[str, Any] = {"indicator": "reason_share", "period": YEAR, "unit": "%"}
    frame = estimates.make(
        {**row, "group": "reason", "group_value": name, "estimate": share, "n": 90}
        for name, share in (("A", 70), ("B", 50), ("C", 20), ("D", 10))
    )
    ahead = changes.tested(catalogue, pairs.leading_answer(frame))
    said = plain(surveys.reasons(frame, ahead.assign(verdict="rise"), catalogue))
    assert said.endswith(
        "le premier motif cité est « A » (70 %). Viennent ensuite : « B » (50 %) et « C » (20 %)."
    )
    assert ahead["verdict"].tolist() == ["unknown"]  # 63 and 45 of 90, if all are taken as apart
    said = plain(surveys.reasons(frame, ahead, catalogue))
    assert said.endswith(
        "les motifs les plus cités sont « A » (70 %) et « B » (50 %), sans qu'on puisse dire "
        "lequel l'est le plus. Un écart de moins de 33 points a pu passer inaperçu."
    )
    alone = plain(surveys.reasons(frame.iloc[:1], ahead.head(0), catalogue))
    assert alone.endswith("le seul motif assez cité pour être montré est « A » (70 %).")
    assert surveys.reasons(frame.iloc[:0], ahead.head(0), catalogue) == ""


def test_a_year_says_how_many_more_answers_it_has_and_nothing_where_it_has_none(catalogue):
    now = estimates.make([mark("satisfaction_10", 7.1)])
    year = estimates.make([mark("satisfaction_10", 7.0, YEAR, n=730)])
    assert plain(surveys.over_a_year(now, year, NOW)) == (
        "Réponses à l'enquête sur quatre trimestres, jusqu'au 3e trimestre 2026 : 730 au lieu de "
        "200 pour un seul"
    )
    missing = estimates.make([mark("satisfaction_10", None, YEAR, status="missing")])
    assert plain(surveys.over_a_year(now, missing, NOW)).endswith("3e trimestre 2026")


STATUSES = st.sampled_from(["published", "low_base", "suppressed", "partial", "missing"])


@given(st.dictionaries(st.sampled_from(list(UNITS)), STATUSES))
def test_any_estimates_make_sentences_without_a_hole(catalogue, states):
    rows = [
        mark(name, None if state in ("suppressed", "missing") else 5.0, status=state)
        for name, state in states.items()
    ]
    frame: pd.DataFrame = estimates.make(rows)
    said = surveys.marks(frame, catalogue, NOW)
    assert said.endswith(".") and "nan" not in said and "  " not in said
    assert ("5" in plain(said).replace("95 %", "")) == ("published" in states.values())
