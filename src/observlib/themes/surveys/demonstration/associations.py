"""Answers of the demonstration's surveys that go together, and what is true of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from random import Random

from observlib.demo.chance import between
from observlib.themes.surveys.demonstration.questions import REVERSED, Asked, Survey

Joint = dict[tuple[int, int], Fraction]  # by position of two answers
Steps = list[tuple[str, int]]  # codes and chances in %, from worst to best or young to old


def linked_answer(
    survey: Survey,
    asked: Asked,
    answer: set[str],
    given: Mapping[str, set[str]],
    source: Random,
) -> set[str]:
    """An answer, or, as often as their link says, the one of the same rank as an earlier answer.

    What is skipped or refused stays so: it depends on nothing.
    """
    link = next((link for link in survey.links if link.variable == asked.variable), None)
    if link is None or not answer <= {code for code, _ in steps(asked)}:
        return answer
    leader = survey.question(link.follows)
    before = given.get(leader.code)
    if not answer or not before or between(source, 1, 100) > link.percent:
        return answer
    rank = 0
    for code, chance in steps(leader):
        if code in before:
            rank += between(source, 1, chance)
            break
        rank += chance
    for code, chance in steps(asked):
        rank -= chance
        if rank <= 0:
            return {code}
    raise ValueError(f"{asked.code}: the chances of its answers sum to less than those it follows")


def steps(asked: Asked) -> Steps:
    """The answers that mean something, in rising order, with their chances in %.

    Examples
    --------
    >>> from observlib.themes.surveys.demonstration.questions import SURVEYS
    >>> steps(SURVEYS["enquete-legifrance"].question("ces"))[0]
    ('A5', 8)
    """
    known = [(code, chance) for code, _, value, chance in asked.answers if value is not None]
    return known[::-1] if asked.code in REVERSED else known


def means_by_age(survey: Survey) -> dict[str, float]:
    """True mean satisfaction on 0–10 of those of each age.

    Examples
    --------
    >>> from observlib.themes.surveys.demonstration.questions import SURVEYS
    >>> found = means_by_age(SURVEYS["enquete-service-public"])
    >>> found["15 à 24 ans"] < found["75 ans et plus"]
    True
    """
    age, satisfaction = survey.question("age"), survey.question("satisfaction")
    names = [str(value) for _, _, value, _ in age.answers if value is not None]
    joint = _joint(survey, "satisfaction", "age")
    marks = _even(satisfaction)
    return {
        name: float(
            10 * _total(joint[s, a] * mark for s, mark in enumerate(marks))
            / _total(joint[s, a] for s in range(len(marks)))
        )
        for a, name in enumerate(names)
    }  # fmt: skip


def drivers_of(survey: Survey) -> dict[str, float]:
    """True coefficients of the regression of satisfaction on what is linked with it.

    Points of satisfaction on 0–10 that the highest answer has more than the lowest (the oldest
    than the youngest), the other being the same. Whatever else is asked has an effect of 0, and
    changes none of these: it is drawn apart.

    Examples
    --------
    >>> from observlib.themes.surveys.demonstration.questions import SURVEYS
    >>> {name: round(x, 1) for name, x in drivers_of(SURVEYS["enquete-legifrance"]).items()}
    {'ces': 3.4, 'age': 2.0}
    """
    (driver,) = {
        name for link in survey.links for name in (link.variable, link.follows)
    } - {"satisfaction", "age"}  # fmt: skip
    first, second = _joint(survey, "satisfaction", driver), _joint(survey, "satisfaction", "age")
    y, x, z = (_even(survey.question(name)) for name in ("satisfaction", driver, "age"))
    alone = [Fraction(chance, 100) for _, chance in steps(survey.question("satisfaction"))]
    # given satisfaction, what leads to it and age are independent
    mean_x = _total(first[key] * x[key[1]] for key in first)
    mean_z = _total(second[key] * z[key[1]] for key in second)
    mean_y = _total(share * mark for share, mark in zip(alone, y, strict=True))
    xx = _total(first[key] * x[key[1]] ** 2 for key in first) - mean_x**2
    zz = _total(second[key] * z[key[1]] ** 2 for key in second) - mean_z**2
    xy = _total(first[key] * x[key[1]] * y[key[0]] for key in first) - mean_x * mean_y
    zy = _total(second[key] * z[key[1]] * y[key[0]] for key in second) - mean_z * mean_y
    xz = _total(
        _total(first[s, i] * x[i] for i in range(len(x)))
        * _total(second[s, i] * z[i] for i in range(len(z)))
        / share
        for s, share in enumerate(alone)
    ) - mean_x * mean_z  # fmt: skip
    left = xx * zz - xz**2
    return {
        driver: float(10 * (xy * zz - zy * xz) / left),
        "age": float(10 * (zy * xx - xy * xz) / left),
    }


def _joint(survey: Survey, one: str, other: str) -> Joint:
    """How often each pair of answers to two linked questions is given."""
    (link,) = (link for link in survey.links if {link.variable, link.follows} == {one, other})
    share = Fraction(link.percent, 100)
    rows, columns = steps(survey.question(one)), steps(survey.question(other))
    found: Joint = {}
    top = 0
    for i, (_, p) in enumerate(rows):
        left = 0
        for j, (_, q) in enumerate(columns):
            both = max(0, min(top + p, left + q) - max(top, left))  # of 100 ranks
            found[i, j] = share * Fraction(both, 100) + (1 - share) * Fraction(p * q, 10_000)
            left += q
        top += p
    return found


def _even(asked: Asked) -> list[Fraction]:
    """Answers in rising order at even distances, from 0 to 1."""
    last = len(steps(asked)) - 1
    return [Fraction(place, last) for place in range(last + 1)]


def _total(parts: Iterable[Fraction]) -> Fraction:
    return sum(parts, Fraction(0))
