"""What is said of tasks is what their figures say: how sure a rank is, and what nobody knows."""

from typing import Any

import pandas as pd
import pytest
from tests.themes.tasks.people import TASKS, A, B, known

from observlib import estimates
from observlib.catalogue.partners import TASK
from observlib.themes.tasks import sentences as say

YEAR = "2025-10/2026-09"


def made(indicator: str, task: str, estimate: float | None, **more: Any) -> dict[str, Any]:
    row = {"indicator": indicator, "group": TASK, "group_value": task, "estimate": estimate}
    return {**row, "period": YEAR, **more}


def priorities(*shares: float) -> pd.DataFrame:
    return estimates.make(
        made("task_priority", f"Tâche {i}", share, unit="%") for i, share in enumerate(shares)
    )


def said(*shares: float) -> str:
    return say.overview(priorities(*shares), known()).replace("\xa0", " ")


def test_tasks_that_are_likely_among_the_first_are_counted_and_the_first_are_named():
    assert said(30, 96, 84, 5, 90, 0, 0, 0, 0) == (
        "Trois tâches sont très probablement parmi les premières à travailler. En tête : "
        "« Tâche 1 » (96 %). Viennent ensuite « Tâche 4 » et « Tâche 2 ». Pour une tâche, rien ne "
        "tranche. Trois sont retenues sur 9 : au hasard, chacune le serait trois fois sur 9."
    )


@pytest.mark.parametrize(
    ("things", "words"),
    [
        (4, "Une seule est retenue sur 4 : au hasard, chacune le serait une fois sur 4."),
        (16, "Cinq sont retenues sur 16 : au hasard, chacune le serait cinq fois sur 16."),
        (80, "Dix sont retenues sur 80 : au hasard, chacune le serait dix fois sur 80."),
    ],
)
def test_what_chance_alone_would_give_is_told_beside(things, words):
    assert said(*range(things)).endswith(words)


def test_one_task_is_told_in_the_singular_and_an_order_that_is_settled_as_such():
    assert said(96, 5, 0).startswith(
        "Une tâche est très probablement parmi les premières à travailler. En tête : "
        "« Tâche 0 » (96 %). Viennent ensuite « Tâche 1 » et « Tâche 2 ». Les autres n'y sont "
        "très probablement pas."
    )


def test_where_nothing_is_sure_no_task_is_told_to_be():
    found = said(60, 50, 40)
    assert found.startswith("Aucune tâche n'est très probablement parmi les premières")
    assert "trois tâches ont entre une et quatre chances sur cinq" in found


def test_an_edition_that_ranks_no_task_says_nothing_of_ranks():
    assert said() == ""


def test_where_only_texts_are_known_the_page_says_of_what_they_speak_most():
    texts = [(A, 40.0), (B, 90.0), ("C", 15.0), ("D", 0.0)]
    rows = [made("task_texts", task, n, n=n or None, period="2026-T3") for task, n in texts]
    assert say.most_written(estimates.make(rows), "2026-T3") == (
        f"Rien ne dit par quoi commencer. Les textes parlent surtout de « {B} » et « {A} »."
    )
    assert say.most_written(estimates.make(rows), "2026-T2") == ""


def test_tables_have_the_order_of_the_chart_and_the_unranked_last():
    rows = [made("task_ease", f"Tâche {i}", 5.0, n=50) for i in (3, 0, 1, 2)]
    frame = pd.concat([estimates.make(rows), priorities(10, 90, 50)], ignore_index=True)
    found = say.in_order(frame)
    eased = found.loc[found["indicator"] == "task_ease", "group_value"]
    assert eased.tolist() == ["Tâche 1", "Tâche 2", "Tâche 0", "Tâche 3"]


def test_a_cell_holds_the_figure_of_all_devices_else_of_the_one_that_knows_most():
    rows = [
        made("task_ease", A, 5.0, n=50, device="d"),
        made("task_ease", A, 6.0, n=90, device="e"),
        made("task_success_share", A, 50.0, n=90, device="e"),
        made("task_success_share", A, 40.0, n=20),
    ]
    assert say.whole(estimates.make(rows))["estimate"].tolist() == [6.0, 40.0]


def test_a_column_has_the_answers_of_one_channel_that_of_most():
    web, phone = {"channel": "web", "device": "d"}, {"channel": "phone", "device": "e"}
    rows = [
        made("task_success_share", A, 50.0, n=300, **web),
        made("task_success_share", A, 60.0, n=90, **phone),
        made("task_success_share", B, 40.0, n=100, **web),
        made("task_success_share", B, 70.0, n=200, **phone),
        made("task_ease", B, 3.0, n=20, **phone),
    ]
    assert say.whole(estimates.make(rows))["estimate"].tolist() == [50.0, 40.0, 3.0]


def test_what_is_unknown_is_told_by_task_and_what_is_known_of_none_once():
    rows = [made("task_visits", A, 900.0), made("task_success_share", B, None, status="missing")]
    found = repr(say.unknown(estimates.make(rows), known())).replace("\xa0", " ")
    assert (
        "**Combien viennent sur le site** : on ne le sait pas pour « Saisir un tribunal »" in found
    )
    assert "**Si l'on y arrive** : on ne le sait pour aucune tâche" in found
    assert "**Quel département en répond** : on ne le sait pour aucune tâche" in found


def test_a_catalogue_without_tasks_is_told_and_not_shown_as_all_known():
    none = estimates.make([])
    for found in (say.unknown(none, known({})), say.routes(known({}))):
        assert "Aucune tâche n'est au catalogue" in repr(found)


def test_what_leads_to_each_task_and_who_answers_for_it_are_listed():
    owned = TASKS["a"].model_copy(update={"owner": "numerique", "partner": "agence-des-titres"})
    listed = repr(say.routes(known({**TASKS, "a": owned}))).replace("\xa0", " ")
    first, second = listed.split("\n")
    assert "Répond : Services numériques et données." in first
    assert "Autre organisme : Agence fictive des titres." in first
    assert "Rubriques : papiers, titres. Motifs : Papiers." in first
    assert "Personne n'en répond." in second and "Mots : tribunal." in second


@pytest.mark.parametrize("word", ["critères", "poids", "@lahdelma2001", "@gelman2013"])
def test_the_page_says_by_what_tasks_are_told_apart(word):
    assert word in say.criteria()
