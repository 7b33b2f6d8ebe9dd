"""What goes with what in the surveys: margins stay, truths are those of the chances."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from observlib.themes.surveys.demonstration import associations
from observlib.themes.surveys.demonstration.questions import SURVEYS, Survey


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_linked_questions_have_chances_in_percent_and_the_earlier_comes_first(survey):
    places = [asked.variable for asked in survey.questions]
    for link in survey.links:
        assert places.index(link.follows) < places.index(link.variable)
        for name in (link.variable, link.follows):
            assert sum(chance for _, chance in associations.steps(survey.question(name))) == 100


def drawn(survey: Survey, n: int) -> list[dict[str, int]]:
    """Ranks of the answers of n people who answer all, drawn as the exports are."""
    chance = Random(3)
    variables = [a for a in survey.questions if a.variable in ("satisfaction", "age", "ces",
                                                               "clarity")]  # fmt: skip
    order = {a.code: [code for code, _ in associations.steps(a)] for a in variables}
    people = []
    for _ in range(n):
        given: dict[str, set[str]] = {}
        for asked in variables:
            codes, chances = zip(*associations.steps(asked), strict=True)
            own = set(chance.choices(codes, chances))
            given[asked.code] = associations.linked_answer(survey, asked, own, given, chance)
        people.append({a.variable: order[a.code].index(*given[a.code]) for a in variables})
    return people


def test_truths_are_what_very_many_answers_show():
    survey = SURVEYS["enquete-legifrance"]
    people = drawn(survey, 40_000)
    for name in ("satisfaction", "age", "ces"):
        counts = Counter(one[name] for one in people)
        for place, (_, percent) in enumerate(associations.steps(survey.question(name))):
            assert counts[place] / 400 == pytest.approx(percent, abs=1)
    marks = np.array([one["satisfaction"] for one in people], dtype=float)
    ages = np.array([one["age"] for one in people])
    for place, value in enumerate(associations.means_by_age(survey).values()):
        assert marks[ages == place].mean() == pytest.approx(value, abs=0.3)
    ease = np.array([one["ces"] for one in people]) / 4
    columns = np.column_stack([np.ones(len(people)), ease, ages / 5])
    found = np.linalg.lstsq(columns, marks)[0]
    assert found[1:] == pytest.approx(list(associations.drivers_of(survey).values()), abs=0.15)


def test_a_skipped_or_refused_answer_stays_so():
    survey = SURVEYS["enquete-service-public"]
    age = survey.question("age")
    given = {survey.question("satisfaction").code: {"A1"}}
    for said in (set[str](), {"A7"}):
        assert all(
            associations.linked_answer(survey, age, said, given, Random(i)) == said
            for i in range(50)
        )
