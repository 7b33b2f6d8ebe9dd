"""Users read what became of what they said: the answer, its date, and who answers for it."""

from datetime import date

import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.records.actions import Action
from observlib.records.decisions import Decision
from observlib.themes.follow_up import follow_up, sentences

NOW = "2026-T3"
ABOUT = {"quarter": "2026-T2", "date": date(2026, 8, 3), "role": "pôle des suites"}


def decided(task, decision, answer="Voici.", **more):
    return Decision(id=f"d-{task}", task=task, decision=decision, answer=answer, **ABOUT, **more)


DECISIONS = [
    decided("papiers", "done", "Les fiches sont refaites.", action="fiches"),
    decided("suivi", "will_do", "Le statut sera affiché.", due="2027-01-12", action="statut"),
    decided("compte", "will_do", "Un code suffira.", due="2026-09-15"),
    decided("logement", "refused", "Un simulateur existe déjà."),
    decided("carte-grise", "partner", "Cela dépend d'elle.", partner="agence-des-titres"),
]
ACTIONS = {
    name: Action(
        id=name, title=title, product="service-public", date=day, done="Fait.", contact="pôle",
        expected=[{"indicator": "satisfaction_10", "direction": "up"}],
    )
    for name, title, day in (
        ("fiches", "Fiches refaites", "2026-01-01"), ("statut", "Statut", "2027-01-12"),
    )
}  # fmt: skip


@pytest.fixture
def found(catalogue):
    task = {"group": "task", "unit": "%", "period": "2025-10/2026-09", "indicator": "task_priority"}
    # twice as many are named of which the catalogue knows nothing more: a third of all are first
    labels = [one.label for one in catalogue.tasks.values()]
    labels += [f"Tâche {i}" for i in range(2 * len(labels))]
    told = estimates.make(
        {**task, "group_value": label, "estimate": 90.0 - i} for i, label in enumerate(labels)
    )
    return follow_up(told, DECISIONS, catalogue, Quarter.parse(NOW))


def plain(said):
    text = said if isinstance(said, str) else repr(said)
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_the_first_sentence_counts_what_is_done_promised_refused_and_silent(catalogue, found):
    said = plain(sentences.overview(found, found, DECISIONS, catalogue, NOW))
    assert said.startswith(
        "Des dix tâches à travailler d'abord, une est faite, deux sont promises, une revient à un "
        "autre organisme et une est refusée, avec sa raison. Cinq n'ont pas encore de réponse."
    )


def test_tasks_that_have_no_probability_are_not_said_to_come_first(catalogue, found):
    said = sentences.overview(found, found[:0], DECISIONS, catalogue, NOW)
    assert said.startswith("Des dix tâches dont on nous parle le plus, une est faite")


def test_a_column_of_days_stands_only_where_something_is_due(catalogue, found):
    table = plain(sentences.answers_table(found, DECISIONS[:1], catalogue, NOW))
    assert "Pour le" not in table


def test_a_promise_whose_day_has_passed_is_told_in_words_and_in_the_table(catalogue, found):
    said = plain(sentences.overview(found, found, DECISIONS, catalogue, NOW))
    assert "Une promesse a dépassé sa date." in said
    table = plain(sentences.answers_table(found, DECISIONS, catalogue, NOW))
    assert "15 septembre 2026, dépassé" in table and "12 janvier 2027 " in table


def test_without_any_decision_users_are_told_so_at_once(catalogue, found):
    none = follow_up_of(found, catalogue)
    said = sentences.overview(none, none, [], catalogue, NOW)
    assert said.startswith("Des dix tâches à travailler d'abord, aucune n'a encore de réponse.")
    assert plain(sentences.each(none, [], (), (), catalogue, str)) == (
        "Aucune décision n'est consignée."
    )


def test_where_no_task_is_known_none_is_said_to_be_answered(catalogue):
    none = estimates.make([])
    assert sentences.overview(none, none, DECISIONS, catalogue, NOW) == ""
    assert sentences.unanswered(none, DECISIONS, catalogue) == ""


def follow_up_of(found, catalogue):
    labels = found.loc[found["group"] == "task", "group_value"]
    task = {"group": "task", "unit": "%", "period": "2025-10/2026-09", "indicator": "task_priority"}
    told = estimates.make(
        {**task, "group_value": label, "estimate": 90.0 - i}
        for i, label in enumerate([*labels, *(f"Tâche {i}" for i in range(20))])
    )
    return follow_up(told, [], catalogue, Quarter.parse(NOW))


def test_what_nobody_owns_is_named_after_what_somebody_does(catalogue, found):
    """`impots` has neither a department nor a partner."""
    said = plain(sentences.unanswered(found, DECISIONS, catalogue)).splitlines()
    owned = catalogue.departments["renseignement"].label
    assert said[0].startswith(f"- **{owned}** : « Régler un litige")
    labels = sentences._tasks(found, catalogue)
    nobody = [task for task in labels if not task.owner and not task.partner]
    assert bool(nobody) == said[-1].startswith("- **Personne** :")


def test_each_answer_leads_to_its_action_or_partner(catalogue, found):
    actions = [ACTIONS["fiches"]], [ACTIONS["statut"]]
    pages = []

    def page(study, product):
        pages.append((study, product))
        return study

    said = plain(sentences.each(found, DECISIONS, *actions, catalogue, page))
    assert "[Ce qu'a changé « Fiches refaites »](actions.ipynb)" in said
    assert "[À venir : « Statut »](actions.ipynb)" in said
    assert "(partenaires.ipynb)" in said
    assert ("actions", "service-public") in pages
    assert "Décidé le 3 août 2026 par : pôle des suites." in said
