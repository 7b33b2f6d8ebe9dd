"""Campaigns of user tests: tasks, times, problems, and the usability scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, pick, stream
from observlib.demo.formats import Files, Truths

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


CAMPAIGNS = {
    "tests-service-public": Campaign(
        "service-public",
        (1, 2, 3, 4),
        (14, 24),
        {
            "Trouver le bon formulaire": (84, 95),
            "Suivre sa demande": (66, 140),
            "Contacter un service": (90, 60),
        },
        {
            "statut de la demande introuvable": (1, 4, 35),
            "deux boutons au même nom": (0, 3, 45),
            "mot inconnu dans le menu": (2, 1, 25),
        },
    ),
    "tests-entreprendre": Campaign(
        "entreprendre",
        (1, 3),
        (14, 20),
        {"Choisir un statut": (58, 210), "Estimer ses cotisations": (72, 165)},
        {
            "simulateur quitté sans résultat": (1, 3, 40),
            "sigle jamais expliqué": (0, 2, 50),
        },
    ),
    "tests-legifrance": Campaign(  # too few in a quarter to be published
        "legifrance",
        (1, 3),
        (6, 9),
        {"Retrouver un article": (70, 120)},
        {"filtre de date ignoré": (0, 3, 40)},
    ),
}
_NOTE = "Observation fictive : a hésité, puis a demandé à Mme Exemple (jamais chargé)"


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A table of each campaign, by path, and what is true and was drawn of it."""
    files: Files = {}
    found: list[dict[str, Any]] = []
    for quarter in calendar.QUARTERS:
        source = stream(seed, device, str(quarter), _SALTS[device])
        if device == "sus-vie-publique":
            answers = scales(source)
            header = [f"Question {item}" for item in range(1, 11)]  # of the SUS Analysis Toolkit
            sheet = formats.table_csv([header, *answers], delimiter=";")
            files[f"tests/sus_vie-publique_{quarter}.csv"] = sheet
            found.append(_scale(device, "vie-publique", quarter, answers))
            continue
        campaign = CAMPAIGNS[device]
        if quarter.number not in campaign.quarters:
            continue
        people = drawn(campaign, quarter, source)
        path = f"tests/{device.replace('tests-', 'tests_', 1)}_{quarter}.csv"
        files[path] = _table(device, quarter, campaign, people)
        found += _true(device, campaign, quarter, people)
    return files, {"user_tests": found}


def scales(source: Random) -> list[list[int]]:
    """The answers to the ten items of each participant who was given the scale alone."""
    return [_answers(source) for _ in range(between(source, 34, 60))]


def _answers(source: Random) -> list[int]:
    """One participant's answers to the ten items, the even ones of which are against."""
    chances = _EASY if source.random() * 100 < _AT_EASE else _HARD
    favours = [pick(source, chances) for _ in range(10)]
    return [1 + f if item % 2 == 0 else 5 - f for item, f in enumerate(favours)]


def drawn(campaign: Campaign, quarter: Quarter, source: Random) -> list[dict[str, Any]]:
    """The participants of a campaign, with what each did."""
    first = quarter.start + timedelta(days=between(source, 20, 60))
    found = []
    for _ in range(between(source, *campaign.people)):
        tasks = []
        for success, seconds in campaign.tasks.values():
            won = source.random() * 100 < success
            time = round(seconds * _FACTORS[between(source, 0, len(_FACTORS) - 1)])
            tasks.append((won, time, between(source, 0, 3) if won else between(source, 1, 6)))
        met = [
            name
            for name, (_, _, chance) in campaign.problems.items()
            if source.random() * 100 < chance
        ]
        day = first + timedelta(days=between(source, 0, 6))
        found.append({"day": day, "tasks": tasks, "met": met, "sus": _answers(source)})
    return found


def _table(
    device: str, quarter: Quarter, campaign: Campaign, people: Sequence[dict[str, Any]]
) -> bytes:
    """A campaign's rows: each team writes them in its own way."""
    french = device != "tests-legifrance"
    clock = device == "tests-service-public"
    rows: list[list[object]] = []
    for number, person in enumerate(people, 1):
        for place, (task, (won, time, errors)) in enumerate(
            zip(campaign.tasks, person["tasks"], strict=True)
        ):
            met = [
                f"{name} (gravité {severity})"
                for name, (where, severity, _) in campaign.problems.items()
                if where == place and name in person["met"]
            ]
            # the scale is asked at the end of a session: one team notes it once, another each time
            asked = person["sus"] if place == 0 or not clock else [""] * 10
            rows.append(
                [
                    f"Campagne fictive {quarter}",
                    # of a campaign, for its people are others than those of the last one
                    f"P{quarter.year % 100}{quarter.number}-{number:02d}",
                    f"{person['day']:%d/%m/%Y}" if french else person["day"].isoformat(),
                    task,
                    ("oui" if won else "non") if french else int(won),
                    f"{time // 60:02d}:{time % 60:02d}"
                    if clock
                    else f"{time},0"
                    if french
                    else time,
                    errors,
                    *asked,
                    " ; ".join(met),
                    _NOTE if place == 0 and number % 4 == 1 else "",
                ]
            )
    items = [f"SUS {item}" if french else f"sus_{item}" for item in range(1, 11)]
    if not french:
        header = ["session", "participant", "date", "task", "success", "time", "errors"]
        return formats.table_csv([[*header, *items, "problems", "notes"], *rows])
    header = ["Session", "Participant", "Date", "Tâche", "Réussite", "Temps", "Erreurs"]
    header += [*items, "Problèmes", "Observations"]
    return formats.french_csv([header, *rows])


def _true(
    device: str, campaign: Campaign, quarter: Quarter, people: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    about = {"device": device, "product": campaign.product, "quarter": str(quarter)}
    common: dict[str, Any] = {**about, "people": len(people)}
    found = [_scale(device, campaign.product, quarter, [person["sus"] for person in people])]
    chances = [success for success, _ in campaign.tasks.values()]
    whole = sum(chances) / len(chances)
    won = sum(int(won) for person in people for won, _, _ in person["tasks"])
    row = {**common, "kind": "task_success", "task": "", "true_value": whole, "count": won}
    found.append(row)
    for place, (task, (success, seconds)) in enumerate(campaign.tasks.items()):
        count = len([person for person in people if person["tasks"][place][0]])
        row = {**common, "task": task}
        found.append({**row, "kind": "task_success", "true_value": success, "count": count})
        found.append({**row, "kind": "task_time", "true_value": seconds, "count": count})
    for name, (_, severity, chance) in campaign.problems.items():
        count = len([person for person in people if name in person["met"]])
        row = {**common, "kind": "problem_share", "problem": name, "severity": severity}
        found.append({**row, "true_value": chance, "count": count})
    return found


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


def _scale(
    device: str, product: str, quarter: Quarter, answers: Sequence[Sequence[int]]
) -> dict[str, Any]:
    """The true mean score, and the sum of those drawn, which is exact in halves."""
    points = sum(
        given - 1 if item % 2 == 0 else 5 - given
        for one in answers
        for item, given in enumerate(one)
    )
    truth = {"kind": "sus_mean", "device": device, "product": product, "quarter": str(quarter)}
    return {**truth, "people": len(answers), "true_value": sus_mean(), "sum": points * 5 / 2}
