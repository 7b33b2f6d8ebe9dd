"""What the demonstration's site surveys ask, which answers go together, and what is then true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from tools.demo import formats
from tools.demo.chance import between

# Each answer: its code in LimeSurvey, its text, what it means (nothing where it is no answer),
# its chances in comparison with the others.
Answer = tuple[str, str, float | str | None, int]
Joint = dict[tuple[int, int], Fraction]  # by position of two answers
Steps = list[tuple[str, int]]  # codes and chances in %, from worst to best or young to old
REVERSED = ("EFFORT",)  # scales whose lowest value is the best


@dataclass(frozen=True)
class Asked:
    """A question of one answer, or, where `several`, of boxes each ticked with chances in %."""

    variable: str
    code: str
    text: str
    answers: tuple[Answer, ...]
    several: bool = False
    only_if: tuple[str, ...] = ()  # answers to `task_success`, by code, for which it is asked


@dataclass(frozen=True)
class Link:
    """An answer that, so many times in 100, stands where the answer to an earlier question does.

    It is then at the same rank of its own answers, from worst to best, or youngest to oldest: how
    often each is given does not change.
    """

    variable: str
    follows: str
    percent: int


@dataclass(frozen=True)
class Survey:
    """A survey: its questions by page, responses begun (from, to) a quarter, what goes with what,
    which quarters.
    """

    product: str
    pages: tuple[tuple[Asked, ...], ...]
    started: tuple[int, int]
    links: tuple[Link, ...]
    only_quarter: int | None = None  # a yearly wave

    @property
    def questions(self) -> tuple[Asked, ...]:
        """All questions, in their order."""
        return tuple(asked for page in self.pages for asked in page)

    def question(self, variable: str) -> Asked:
        """The question that feeds a variable."""
        return next(asked for asked in self.questions if asked.variable == variable)


def _asked(
    variable: str, code: str, text: str, only_if: Iterable[str] = (), **answers: Any
) -> Asked:
    kind = next(iter(answers))
    given = answers[kind]
    if kind == "marks":
        marks = enumerate(given, answers.get("first", 0))
        known: Iterable[Answer] = ((str(mark), str(mark), float(mark), n) for mark, n in marks)
    elif kind == "boxes":
        known = ((box, label, meaning, n) for box, (label, meaning, n) in given.items())
    elif kind == "steps":
        values = answers.get("values", range(1, len(given) + 1))
        steps = zip(given.items(), values, strict=True)
        known = (
            (f"A{i}", label, float(value), n) for i, ((label, n), value) in enumerate(steps, 1)
        )
    else:
        known = (
            (f"A{i}", label, *(said if isinstance(said, list) else (label, said)))
            for i, (label, said) in enumerate(given.items(), 1)
        )
    return Asked(variable, code, text, tuple(known), kind == "boxes", tuple(only_if))


SURVEYS = {
    device: Survey(
        product=survey["product"],
        pages=tuple(tuple(_asked(**asked) for asked in page) for page in survey["pages"]),
        started=survey["started"],
        links=tuple(Link(*link) for link in survey["links"]),
        only_quarter=survey.get("only_quarter"),
    )
    for device, survey in formats.declared("surveys").items()
}


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
    >>> steps(SURVEYS["enquete-legifrance"].question("ces"))[0]
    ('A5', 8)
    """
    known = [(code, chance) for code, _, value, chance in asked.answers if value is not None]
    return known[::-1] if asked.code in REVERSED else known


def means_by_age(survey: Survey) -> dict[str, float]:
    """True mean satisfaction on 0–10 of those of each age.

    Examples
    --------
    >>> found = means_by_age(SURVEYS["enquete-service-public"])
    >>> found["15 à 24 ans"] < found["75 ans et plus"]
    True
    """
    ages = [str(value) for _, _, value, _ in survey.question("age").answers if value is not None]
    joint, marks = _joint(survey, "satisfaction", "age"), _even(survey.question("satisfaction"))
    found = {}
    for a, name in enumerate(ages):
        whole = _total(joint[s, a] for s in range(len(marks)))
        total = _total(joint[s, a] * mark for s, mark in enumerate(marks))
        found[name] = float(10 * total / whole)
    return found


def drivers_of(survey: Survey) -> dict[str, float]:
    """True coefficients of the regression of satisfaction on what is linked with it.

    Points of satisfaction on 0–10 that the highest answer has more than the lowest (the oldest
    than the youngest), the other being the same. Whatever else is asked has an effect of 0, and
    changes none of these: it is drawn apart.

    Examples
    --------
    >>> {name: round(x, 1) for name, x in drivers_of(SURVEYS["enquete-legifrance"]).items()}
    {'ces': 3.4, 'age': 2.0}
    """
    linked = {name for link in survey.links for name in (link.variable, link.follows)}
    (driver,) = linked - {"satisfaction", "age"}
    first, second = _joint(survey, "satisfaction", driver), _joint(survey, "satisfaction", "age")
    y, x, z = (_even(survey.question(name)) for name in ("satisfaction", driver, "age"))
    alone = [Fraction(chance, 100) for _, chance in steps(survey.question("satisfaction"))]
    mean_y = _total(share * mark for share, mark in zip(alone, y, strict=True))

    def moments(joint: Joint, of: list[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
        """The mean and variance of a variable, and its covariance with satisfaction."""
        mean = _total(share * of[i] for (_, i), share in joint.items())
        square = _total(share * of[i] ** 2 for (_, i), share in joint.items())
        product = _total(share * of[i] * y[s] for (s, i), share in joint.items())
        return mean, square - mean**2, product - mean * mean_y

    (mean_x, xx, xy), (mean_z, zz, zy) = moments(first, x), moments(second, z)
    # given satisfaction, what leads to it and age are independent
    xz = -mean_x * mean_z
    for s, share in enumerate(alone):
        of_x = _total(first[s, i] * mark for i, mark in enumerate(x))
        of_z = _total(second[s, i] * mark for i, mark in enumerate(z))
        xz += of_x * of_z / share
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


def truths_of(asked: Asked) -> dict[str, float]:
    """The true value of each indicator that a question of a scale feeds.

    Examples
    --------
    >>> truths_of(SURVEYS["enquete-service-public"].questions[0])
    {'satisfaction_10': 6.925, 'satisfied_share': 70.0}
    """
    marks = [(Fraction(v), weight) for _, _, v, weight in asked.answers if isinstance(v, float)]
    if not marks:
        return {}
    worst, best = min(marks)[0], max(marks)[0]
    if asked.code in REVERSED:
        worst, best = best, worst
    on_10 = [(10 * (value - worst) / (best - worst), weight) for value, weight in marks]
    total = sum(weight for _, weight in on_10)

    def percent(low: float, high: float = 10) -> float:
        return 100 * sum(weight for mark, weight in on_10 if low <= mark <= high) / total

    if asked.variable == "nps":
        return {"nps": percent(9) - percent(0, 6)}
    if asked.variable == "task_success":
        return {"task_success_share": percent(10)}
    found = {f"{asked.variable}_10": float(sum(mark * weight for mark, weight in on_10) / total)}
    return found | ({"satisfied_share": percent(7.5)} if asked.variable == "satisfaction" else {})


def shares_of(asked: Asked) -> dict[str, float]:
    """The true share in %, among those who answer, of each category of a question.

    Examples
    --------
    >>> shares_of(SURVEYS["enquete-vie-publique"].questions[4])
    {'Femme': 52.0, 'Homme': 48.0}
    """
    known = {value: weight for _, _, value, weight in asked.answers if isinstance(value, str)}
    if asked.several:  # of those who tick one box at least
        none = Fraction(1)
        for weight in known.values():
            none *= Fraction(100 - weight, 100)
        return {name: float(weight / (1 - none)) for name, weight in known.items()}
    total = sum(known.values())
    return {name: 100 * weight / total for name, weight in known.items()}
