"""Findings of tests and workshops: figures with their interval, and kind words for small tests."""

from typing import Any

import pytest
from tests.words import plain

from observlib import estimates
from observlib.themes.user_tests import sentences as user_tests
from observlib.themes.workshops import sentences as workshops

BASE = {
    "product": "legifrance",
    "device": "tests-legifrance",
    "channel": "in_person",
    "period": "2026-T3",
}


def row(indicator: str, value: float, half: float = 5, **more: Any) -> dict[str, Any]:
    unit = {"task_success": "%", "problem_share": "%", "sus_mean": "sur 100"}[indicator]
    made = {**BASE, "indicator": indicator, "unit": unit, "estimate": value, "n": 14}
    return {**made, "ci_low": value - half, "ci_high": value + half, "status": "low_base", **more}


def test_success_on_a_low_base_is_told_with_its_interval_and_only_where_no_other_is(catalogue):
    low = row("task_success", 70)
    found = estimates.make([low])
    assert plain(user_tests.tests(found, catalogue, "2026-T3")) == (
        "Au 3e trimestre 2026, les participants aux tests réussissent 70 % de leurs tâches "
        "(Légifrance ; faible effectif, intervalle : 65 à 75 %)."
    )
    large = row("task_success", 80, product="service-public", n=77, status="published")
    assert plain(user_tests.tests(estimates.make([low, large]), catalogue, "2026-T3")) == (
        "Au 3e trimestre 2026, hors faibles effectifs, les participants aux tests réussissent "
        "80 % de leurs tâches (Service-public.fr)."
    )
    other = row("task_success", 60, product="entreprendre", n=34, status="published")
    assert plain(user_tests.tests(estimates.make([large, other]), catalogue, "2026-T3")) == (
        "Au 3e trimestre 2026, les participants aux tests réussissent de 60 à 80 % de leurs "
        "tâches, selon le produit."
    )


def test_tests_too_small_to_be_told_are_not_said_to_be_none_nor_none_too_small(catalogue):
    people = {**BASE, "indicator": "test_participants", "unit": "participants"}
    small = estimates.make([{**people, "status": "suppressed"}])
    assert "aucun test n'a réuni assez" in user_tests.tests(small, catalogue, "2026-T3")
    missing = estimates.make([{**people, "status": "missing"}])
    for none in (missing, estimates.make([])):
        said = plain(user_tests.tests(none, catalogue, "2026-T3"))
        assert said == "Au 3e trimestre 2026, aucun test n'est connu."


def test_a_score_has_its_grade_and_those_of_its_interval(catalogue):
    large = row("sus_mean", 66, 0.5, product="boamp", status="published")
    found = estimates.make([large, row("sus_mean", 68)])
    assert plain(user_tests.scale(found, catalogue, "2026-T3")) == (
        "Le questionnaire d'utilisabilité (SUS) donne un score sur 100. La moyenne des études "
        "publiées est de 68. BOAMP : 66, note C. Légifrance : 68 (faible effectif, intervalle : "
        "63 à 73), note C (de C− à B− avec l'intervalle)."
    )
    assert "Aucun score" in user_tests.scale(estimates.make([]), catalogue, "2026-T3")


def test_a_blocking_problem_is_told_before_a_major_one_that_more_people_met(catalogue):
    rows = [
        row("problem_share", value, group="problem", group_value=label)
        for label, value in (("a (cosmétique)", 80), ("b (majeur)", 30), ("c (bloquant)", 20))
    ]
    said = user_tests.blocking(estimates.make(rows), catalogue, "2026-T3")
    assert plain(said) == (
        "Un problème bloquant est relevé sur Légifrance : « c » (20 % des participants ; faible "
        "effectif, intervalle : 15 à 25 %)."
    )
    more = [*rows, row("problem_share", 40, group="problem", group_value="d (bloquant)")]
    said = user_tests.blocking(estimates.make(more), catalogue, "2026-T3")
    assert plain(said).startswith(
        "Les tests relèvent 2 problèmes bloquants, dont « d » sur Légifrance (40 %"
    )
    assert "« b »" in user_tests.blocking(estimates.make(rows[:2]), catalogue, "2026-T3")
    assert user_tests.blocking(estimates.make(rows[:1]), catalogue, "2026-T3") == ""


def test_a_small_test_is_withheld_kindly_and_its_year_is_pointed_at(catalogue):
    people = {**BASE, "indicator": "test_participants", "unit": "participants"}
    now = estimates.make([{**people, "status": "suppressed"}])
    year = estimates.make([{**people, "period": "2025-10/2026-09", "estimate": 15, "n": 15}])
    said = plain(user_tests.withheld(now, year, catalogue, "2026-T3"))
    assert said.startswith("Moins de onze participants au 3e trimestre 2026 : ") and said.endswith(
        "le sont plus bas."
    )
    assert not user_tests.withheld(now, now[:0], catalogue, "2026-T3").endswith("plus bas.")
    assert user_tests.withheld(year, year, catalogue, "2026-T3") == ""


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((30, 12, 5), "12 sont décidées et 5 réalisées à la fin"),
        ((30, 1, 0), "1 est décidée, aucune n'est encore réalisée à la fin"),
        ((30, 0, 0), "aucune n'est encore décidée à la fin"),
        ((0, 0, 0), "Aucune idée d'atelier n'est connue."),
    ],
)
def test_the_fate_of_ideas_is_told_at_each_step(counts, said):
    steps = estimates.make(
        {
            "indicator": "workshop_ideas", "period": "2025-10/2026-09", "unit": "idées",
            "group": "step", "group_value": step, "estimate": count,
        }
        for step, count in zip("abc", counts, strict=True)
    )  # fmt: skip
    assert said in plain(workshops.ideas(steps))


def test_the_delay_is_told_where_it_may_be(catalogue):
    delay = {"indicator": "idea_delay", "period": "2025-10/2026-09", "unit": "jours"}
    known = {**delay, "estimate": 122, "ci_low": 106, "ci_high": 134, "n": 142}
    said = plain(workshops.delay(estimates.make([known]), catalogue))
    assert said == (
        "La moitié des idées décidées d'octobre 2025 à septembre 2026 sont réalisées en 122 jours "
        "au plus."
    )
    missing = estimates.make([{**delay, "status": "missing"}])
    assert workshops.delay(missing, catalogue).startswith("Moins de la moitié")
    assert workshops.delay(estimates.make([{**delay, "status": "suppressed"}]), catalogue) == ""


def test_captions_leave_low_bases_out_where_there_are_others(catalogue):
    other = {"product": "service-public", "device": "tests-service-public"}
    found = estimates.make([row("task_success", 70), row("task_success", 80, **other)])
    assert plain(user_tests.span(found, "task_success", catalogue, "2026-T3")) == (
        "Tâches réussies, 3e trimestre 2026, faibles effectifs : de 70 à 80 %, selon le produit"
    )
    large = {**other, "n": 77, "status": "published"}
    found = estimates.make([row("task_success", 70), row("task_success", 80, **large)])
    assert plain(user_tests.span(found, "task_success", catalogue, "2026-T3")) == (
        "Tâches réussies, 3e trimestre 2026, hors faibles effectifs : 80 % (Service-public.fr)"
    )
    assert "aucun résultat" in user_tests.span(found, "sus_mean", catalogue, "2026-T3")
