"""The sheet of a product: what blocks, what comes; and of what nobody recorded, nothing."""

from datetime import date
from typing import Any

from tests.words import plain

from observlib import Study, estimates
from observlib.records.actions import Action
from observlib.themes.products import sentences

YEAR = "2025-10/2026-09"


def share(indicator: str, value: float, label: str, **more: Any) -> dict[str, Any]:
    row = {"indicator": indicator, "product": "boamp", "period": YEAR, "unit": "%"}
    return {**row, "group": "problem", "group_value": label, "estimate": value, "n": 99, **more}


def alone(study: str, product: str) -> str:
    """The page of a study where products are few."""
    return study


def planned(product: str = "boamp") -> Action:
    return Action.model_validate(
        {"id": "a", "title": "Le menu change", "product": product, "date": date(2027, 1, 12),
         "done": "D.", "expected": [{"indicator": "visits", "direction": "up"}], "contact": "pôle"}
    )  # fmt: skip


def test_the_severest_problem_comes_first_and_a_slight_one_is_not_said_to_block(catalogue):
    heard = estimates.make(
        [
            share("problem_share", 80.0, "couleur pâle (cosmétique)"),
            share("problem_share", 60.0, "filtre ignoré (majeur)"),
            share("problem_share", 20.0, "page vide (bloquant)"),
            share("problem_share", 90.0, "trop peu (bloquant)", status="low_base"),
        ]
    )
    said = plain(sentences.blocking("boamp", heard, catalogue, alone))
    assert said.index("« page vide » (bloquant), 20 %") < said.index("« filtre ignoré » (majeur)")
    assert "cosmétique" not in said and "trop peu" not in said and said.count("\n") == 0


def test_of_topics_three_are_told_at_most_each_with_its_share(catalogue):
    topics = estimates.make(
        share("call_theme_share", value, f"sujet {value:.0f}", group="theme")
        for value in (5.0, 40.0, 25.0, 30.0)
    )
    said = plain(sentences.blocking("boamp", topics, catalogue, alone))
    assert said == (
        "- **[Motifs d'appel](contacts.ipynb)** : « sujet 40 », 40 % ; « sujet 30 », 30 % ; "
        "« sujet 25 », 25 %."
    )


def test_what_a_team_has_planned_on_the_product_is_told_with_its_day(catalogue):
    none = estimates.make([])
    said = plain(sentences.coming("boamp", none, none, [planned(), planned("bodacc")], catalogue))
    assert said == "- **Le menu change** (prévu le 12 janvier 2027)."


def test_ideas_that_wait_are_counted_and_a_yearly_survey_comes_back_a_year_after_its_last(
    catalogue,
):
    waiting = [{"indicator": "ideas_waiting", "product": "vie-publique", "period": YEAR,
                "unit": "idées", "estimate": 3}]  # fmt: skip
    asked = [
        {"indicator": "satisfaction_10", "product": "vie-publique", "period": period,
         "unit": "sur 10", "estimate": 7.5, "device": device}
        for device, period in (
            ("enquete-vie-publique", "2025-T2"), ("enquete-vie-publique", "2026-T2"),
            ("enquete-legifrance", "2026-T3"),
        )
    ]  # fmt: skip
    rows = estimates.make(waiting), estimates.make(asked)
    said = plain(sentences.coming("vie-publique", *rows, [], catalogue))
    assert "- Idées décidées, pas encore réalisées : 3." in said
    assert "la prochaine est attendue au 2e trimestre 2027." in said and said.count("\n") == 1


def test_of_what_nobody_recorded_nothing_is_said(catalogue):
    none = estimates.make([])
    assert sentences.blocking("boamp", none, catalogue, alone) == ""
    assert sentences.coming("boamp", none, none, [], catalogue) == ""


def test_an_action_of_after_the_quarter_is_planned_and_not_done(demonstration):
    study = Study("2026-T3", str(demonstration))
    assert [action.id for action in study.planned] == ["suivi-des-demandes"]
    assert "suivi-des-demandes" not in {action.id for action in study.actions}
    assert {action.id for action in Study("2027-T1", str(demonstration)).actions} > {
        "suivi-des-demandes"
    }
