"""True values that are worked out of the chances are those that one works out by hand."""

import itertools
from collections import Counter
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from observlib.base.period import Quarter
from tools.demo import (
    audience,
    calendar,
    calls,
    procedures,
    questions,
    subscriptions,
    tasks,
    tickets,
    user_tests,
)
from tools.demo import satisfaction as ratings
from tools.demo.questions import SURVEYS, Survey


def test_the_demonstration_covers_15_quarters():
    assert calendar.LAST.back(15) == calendar.QUARTERS
    assert (len(calendar.MONTHS), calendar.MONTHS[0], calendar.MONTHS[-1]) == (
        45,
        "2023-01",
        "2026-09",
    )


def test_seasonal_factors_average_to_one():
    assert sum(calendar.MONTH_FACTORS) / 12 == pytest.approx(1)
    assert sum(audience.WEEKDAY_FACTORS) / 7 == pytest.approx(1)


@pytest.mark.parametrize("device", ratings.RATED)
@pytest.mark.parametrize("quarter", [Quarter(2025, 4), Quarter(2026, 1)], ids=str)
def test_true_means_and_shares_are_those_of_the_chances(device, quarter):
    for question in ratings.questions(device):
        chances, scale = ratings.chances(device, question, quarter), ratings.scale(device, question)
        assert sum(chances) == 100
        mean = sum(Fraction(c, 100) * Fraction(v) for c, v in zip(chances, scale, strict=True))
        share = sum(Fraction(c, 100) for c, v in zip(chances, scale, strict=True) if v >= 7.5)
        assert ratings.mean_10(device, question, quarter) == float(mean)
        assert ratings.satisfied_share(device, question, quarter) == float(share)


def test_satisfaction_changes_on_one_device_only_and_once():
    moves = [
        (device, question, str(quarter))
        for device in ratings.RATED
        for question in ratings.questions(device)
        for quarter in calendar.QUARTERS[1:]
        if ratings.chances(device, question, quarter)
        != ratings.chances(device, question, quarter - 1)
    ]
    assert moves == [("jdma-service-public", "satisfaction", "2026-T1")]


def test_the_true_waits_are_those_of_the_written_chances():
    chances = {second: 0.0 for second in range(1, 601)}
    for first, last, percent in calls.WAITS:
        for second in range(first, last + 1):
            chances[second] += percent / (last - first + 1)
    for percent in (50, 90):
        below = 0.0
        for second, chance in chances.items():
            below += chance
            if below >= percent - 1e-9:
                assert calls.wait_quantile(percent) == second
                break


@pytest.mark.parametrize("device", tickets.DEVICES)
def test_a_desk_s_truths_agree_with_each_other(device):
    for percent in (50, 90):
        hours = 24 * tickets.delay_quantile(device, percent)
        assert tickets.answered_within(device, round(hours)) == pytest.approx(
            percent / 100, abs=0.02
        )
    assert sum(percent for *_, percent in tickets.DESKS[device].delays) == 100
    assert sum(tickets.DESKS[device].themes.values()) == 100


def test_the_true_curve_falls_at_each_yearly_renewal_of_a_review():
    _, found = subscriptions.make("abonnements-revue", 1)
    curve = [t["true_share"] for t in found["subscriptions"] if t["kind"] == "survival"]
    assert curve == sorted(curve, reverse=True) and len(curve) == 25
    falls = [1 - now / then for then, now in itertools.pairwise(curve)]
    assert [months + 1 for months, fall in enumerate(falls) if fall > 0.1] == [12, 24]


def test_the_true_score_is_that_of_the_two_kinds_of_participants():
    _, found = user_tests.make("sus-vie-publique", 1)
    easy = (0 * 2 + 1 * 6 + 2 * 18 + 3 * 42 + 4 * 32) / 100
    hard = (0 * 14 + 1 * 26 + 2 * 30 + 3 * 22 + 4 * 8) / 100
    assert found["user_tests"][0]["true_value"] == pytest.approx(25 * (0.65 * easy + 0.35 * hard))


def test_true_values_by_hand():
    legifrance = {asked.variable: asked for asked in SURVEYS["enquete-legifrance"].questions}
    assert questions.truths_of(legifrance["nps"]) == {"nps": 34 - 30}
    assert questions.truths_of(legifrance["task_success"]) == {"task_success_share": 56}
    # effort 1 is the best of 5: (18 x 10 + 30 x 7.5 + 27 x 5 + 17 x 2.5) / 100
    assert questions.truths_of(legifrance["ces"]) == {"ces_10": pytest.approx(5.825)}
    assert questions.shares_of(legifrance["sex"]) == {"Femme": 49, "Homme": 51}
    none = 0.29 * 0.66 * 0.78 * 0.94  # of no reason at all, which is no answer
    text = questions.shares_of(legifrance["reason"])["Consulter un texte officiel"]
    assert text == pytest.approx(71 / (1 - none))


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_linked_questions_have_chances_in_percent_and_the_earlier_comes_first(survey):
    places = [asked.variable for asked in survey.questions]
    for link in survey.links:
        assert places.index(link.follows) < places.index(link.variable)
        for name in (link.variable, link.follows):
            assert sum(chance for _, chance in questions.steps(survey.question(name))) == 100


def drawn(survey: Survey, n: int) -> list[dict[str, int]]:
    """Ranks of the answers of n people who answer all, drawn as the exports are."""
    chance = Random(3)
    variables = [a for a in survey.questions if a.variable in ("satisfaction", "age", "ces",
                                                               "clarity")]  # fmt: skip
    order = {a.code: [code for code, _ in questions.steps(a)] for a in variables}
    people = []
    for _ in range(n):
        given: dict[str, set[str]] = {}
        for asked in variables:
            codes, chances = zip(*questions.steps(asked), strict=True)
            own = set(chance.choices(codes, chances))
            given[asked.code] = questions.linked_answer(survey, asked, own, given, chance)
        people.append({a.variable: order[a.code].index(*given[a.code]) for a in variables})
    return people


def test_truths_are_what_very_many_answers_show():
    survey = SURVEYS["enquete-legifrance"]
    people = drawn(survey, 40_000)
    for name in ("satisfaction", "age", "ces"):
        counts = Counter(one[name] for one in people)
        for place, (_, percent) in enumerate(questions.steps(survey.question(name))):
            assert counts[place] / 400 == pytest.approx(percent, abs=1)
    marks = np.array([one["satisfaction"] for one in people], dtype=float)
    ages = np.array([one["age"] for one in people])
    for place, value in enumerate(questions.means_by_age(survey).values()):
        assert marks[ages == place].mean() == pytest.approx(value, abs=0.3)
    ease = np.array([one["ces"] for one in people]) / 4
    columns = np.column_stack([np.ones(len(people)), ease, ages / 5])
    found = np.linalg.lstsq(columns, marks)[0]
    assert found[1:] == pytest.approx(list(questions.drivers_of(survey).values()), abs=0.15)


def test_a_skipped_or_refused_answer_stays_so():
    survey = SURVEYS["enquete-service-public"]
    age = survey.question("age")
    given = {survey.question("satisfaction").code: {"A1"}}
    for said in (set[str](), {"A7"}):
        assert all(
            questions.linked_answer(survey, age, said, given, Random(i)) == said for i in range(50)
        )


def test_the_tasks_that_are_asked_are_those_of_the_catalogue(catalogue):
    asked = {told.label for told in tasks.TASKS}
    assert asked == {answer for task in catalogue.tasks.values() for answer in task.answers}


def test_administrations_are_peers_of_the_catalogue(catalogue):
    codes = {code for peer in catalogue.peers.values() for code in peer.codes}
    assert {"AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"} <= codes
    named = {name for name, _, _ in procedures._DECLARED["administrations"] if name in codes}
    assert named == {"AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"}
