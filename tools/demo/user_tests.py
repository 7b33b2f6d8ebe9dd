"""Campaigns of user tests: tasks, times, problems, and the usability scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from observlib.base.period import Quarter
from tools.demo import calendar, formats
from tools.demo.chance import between, pick, stream
from tools.demo.formats import Files, Truth, Truths

# A draw for each device in which the last quarter's and year's truths lie in their intervals.
_SALTS = {
    "tests-service-public": "5",
    "tests-entreprendre": "1",
    "tests-legifrance": "1",
    "sus-vie-publique": "1",
}
DEVICES = tuple(_SALTS)
_FACTORS = (0.5, 0.625, 0.8, 1.0, 1.25, 1.6, 2.0)  # of a time: their geometric mean is 1
_AT_EASE = 65  # percent of the participants
_EASY = (2, 6, 18, 42, 32)  # chances of an answer, from the least favourable to the most
_HARD = (14, 26, 30, 22, 8)


@dataclass(frozen=True)
class Campaign:
    """Tests of a product: its quarters, participants, tasks (success %, seconds), problems."""

    product: str
    quarters: tuple[int, ...]
    people: tuple[int, int]
    tasks: dict[str, tuple[int, int]]
    problems: dict[str, tuple[int, int, int]]  # task, severity, percent who meet it


_DECLARED = formats.declared("user_tests")
CAMPAIGNS = {device: Campaign(**own) for device, own in _DECLARED["campaigns"].items()}
Person = dict[str, Any]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A table of each campaign, by path, and what is true and was drawn of it."""
    files: Files = {}
    found: list[Truth] = []
    for quarter in calendar.QUARTERS:
        source = stream(seed, device, quarter, _SALTS[device])
        path = f"tests/{device.replace('-', '_', 1)}_{quarter}.csv"
        if device not in CAMPAIGNS:
            answers = scales(source)
            header = [f"Question {item}" for item in range(1, 11)]  # of the SUS Analysis Toolkit
            files[path] = formats.table_csv([header, *answers], delimiter=";")
            found.append(_scale(device, "vie-publique", quarter, answers))
        elif quarter.number in CAMPAIGNS[device].quarters:
            people = drawn(CAMPAIGNS[device], quarter, source)
            files[path] = _table(device, quarter, people)
            found += _true(device, quarter, people)
    return files, {"user_tests": found}


def scales(source: Random) -> list[list[int]]:
    """The answers to the ten items of each participant who was given the scale alone."""
    return [_answers(source) for _ in range(between(source, 34, 60))]


def _answers(source: Random) -> list[int]:
    """One participant's answers to the ten items, the even ones of which are against."""
    chances = _EASY if source.random() * 100 < _AT_EASE else _HARD
    favours = [pick(source, chances) for _ in range(10)]
    return [1 + f if item % 2 == 0 else 5 - f for item, f in enumerate(favours)]


def drawn(campaign: Campaign, quarter: Quarter, source: Random) -> list[Person]:
    """The participants of a campaign, with what each did."""
    first = quarter.start + timedelta(days=between(source, 20, 60))
    found = []
    for _ in range(between(source, *campaign.people)):
        tasks = []
        for success, seconds in campaign.tasks.values():
            won = source.random() * 100 < success
            time = round(seconds * _FACTORS[between(source, 0, len(_FACTORS) - 1)])
            tasks.append((won, time, between(source, 0, 3) if won else between(source, 1, 6)))
        chances = {name: chance for name, (_, _, chance) in campaign.problems.items()}
        met = [name for name, chance in chances.items() if source.random() * 100 < chance]
        day = first + timedelta(days=between(source, 0, 6))
        found.append({"day": day, "tasks": tasks, "met": met, "sus": _answers(source)})
    return found


def _table(device: str, quarter: Quarter, people: Sequence[Person]) -> bytes:
    """A campaign's rows: each team writes them in its own way."""
    campaign = CAMPAIGNS[device]
    french = device != "tests-legifrance"
    clock = device == "tests-service-public"
    header = _DECLARED["headers"]["french" if french else "english"]
    item = "SUS {}" if french else "sus_{}"
    rows: list[list[object]] = [
        [*header[:7], *(item.format(number) for number in range(1, 11)), *header[7:]]
    ]
    for number, person in enumerate(people, 1):
        # of a campaign, for its people are others than those of the last one
        name = f"P{quarter.year % 100}{quarter.number}-{number:02d}"
        day = f"{person['day']:%d/%m/%Y}" if french else person["day"].isoformat()
        for place, task in enumerate(campaign.tasks):
            won, time, errors = person["tasks"][place]
            said = ("oui" if won else "non") if french else int(won)
            took = f"{time},0" if french else time
            if clock:
                took = f"{time // 60:02d}:{time % 60:02d}"
            met = [
                f"{problem} (gravité {severity})"
                for problem, (where, severity, _) in campaign.problems.items()
                if where == place and problem in person["met"]
            ]
            # the scale is asked at the end of a session: one team notes it once, another each time
            asked = person["sus"] if place == 0 or not clock else [""] * 10
            note = _DECLARED["note"] if place == 0 and number % 4 == 1 else ""
            about = [f"Campagne fictive {quarter}", name, day, task, said, took, errors]
            rows.append([*about, *asked, " ; ".join(met), note])
    return formats.french_csv(rows) if french else formats.table_csv(rows)


def _true(device: str, quarter: Quarter, people: Sequence[Person]) -> Iterator[Truth]:
    campaign = CAMPAIGNS[device]
    yield _scale(device, campaign.product, quarter, [person["sus"] for person in people])
    about: Truth = {"device": device, "product": campaign.product, "quarter": quarter}
    about["people"] = len(people)
    counts = [sum(wins) for wins in zip(*(_wins(person) for person in people), strict=True)]
    chances = [success for success, _ in campaign.tasks.values()]
    whole = {"kind": "task_success", "task": "", "true_value": sum(chances) / len(chances)}
    yield {**about, **whole, "count": sum(counts)}
    for (task, (success, seconds)), count in zip(campaign.tasks.items(), counts, strict=True):
        for kind, value in (("task_success", success), ("task_time", seconds)):
            yield {**about, "task": task, "kind": kind, "true_value": value, "count": count}
    for name, (_, severity, chance) in campaign.problems.items():
        problem = {"kind": "problem_share", "problem": name, "severity": severity}
        count = sum(name in person["met"] for person in people)
        yield {**about, **problem, "true_value": chance, "count": count}


def _wins(person: Person) -> list[int]:
    return [int(won) for won, _, _ in person["tasks"]]


def sus_mean() -> float:
    """The true mean score.

    Examples
    --------
    >>> sus_mean()
    64.2
    """

    def favour(chances: tuple[int, ...]) -> int:
        return sum(chance * value for value, chance in enumerate(chances))

    of_kinds = _AT_EASE * favour(_EASY) + (100 - _AT_EASE) * favour(_HARD)
    return of_kinds * 25 / 10_000


def _scale(device: str, product: str, quarter: Quarter, answers: Sequence[Sequence[int]]) -> Truth:
    """The true mean score, and the sum of those drawn, which is exact in halves."""
    points = sum(
        given - 1 if item % 2 == 0 else 5 - given
        for one in answers
        for item, given in enumerate(one)
    )
    truth = {"kind": "sus_mean", "device": device, "product": product, "quarter": quarter}
    return {**truth, "people": len(answers), "true_value": sus_mean(), "sum": points * 5 / 2}
