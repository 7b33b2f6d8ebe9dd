"""True values that are worked out of the chances are those that one works out by hand."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from tools.demo import questions, tasks
from tools.demo.questions import SURVEYS, Survey


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


def test_the_tasks_that_are_asked_are_those_of_the_catalogue(catalogue):
    asked = {told.label for told in tasks.TASKS}
    assert asked == {answer for task in catalogue.tasks.values() for answer in task.answers}
