"""Exports of visits by section, and of two surveys on what people came to do, on line and by phone.

Whoever answers names one task; how easy it was and whether it was done depends on the task alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from observlib.base.period import Quarter
from tools.demo import calendar, formats
from tools.demo.chance import between, moments, normal, pick, stream
from tools.demo.formats import Files, Truth, Truths
from tools.demo.surveys import OWN, own

_GROWTH = 0.03  # a year
_NOISE = 0.04
_DECLARED = formats.declared("tasks")


@dataclass(frozen=True)
class Told:
    """A task in the surveys: how often it is named, true shares in %, and who finds it easy."""

    label: str
    weight: int
    success: tuple[int, int]  # of those who come to the site, and of those who call
    ease: tuple[int, ...]  # chances of 1 (not at all) to 5 (very easy)
    tried: int  # of those who call: who had looked on a site before


SECTIONS = _DECLARED["sections"]  # by device: visits of a month of 2023, by section
TASKS = tuple(Told(label, *told) for label, told in _DECLARED["tasks"].items())
_OTHER = ("Autre chose", 6)
SURVEYS = {  # product, answers begun in a quarter (from, to)
    "enquete-demarches": ("service-public", 1000, 1150),
    "enquete-demarches-3939": ("allo-service-public", 620, 700),
}
QUARTERS = calendar.QUARTERS[-8:]  # in which they were asked
DEVICES = (*SECTIONS, *SURVEYS)
# Draws in which every truth of the last edition lies in the interval that is published for it.
_SALT = {"enquete-demarches": "1", "enquete-demarches-3939": "58"}
_STAY = 88  # chances in % of going on to the second page
_SKIP = 4  # of leaving a question without answer
_SATISFIED = (6, 10, 18, 40, 26)
Answered = dict[str, Any]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one device, by path, and what is true of them."""
    return _sections(device, seed) if device in SECTIONS else _survey(device, seed)


def _sections(device: str, seed: int) -> tuple[Files, Truths]:
    """A file a month, as Matomo exports it, in the language of whoever did."""
    site = device.removeprefix("sections-")
    french = site == "service-public"
    header = ["Nom", "Visites", "Vues de page"] if french else ["label", "nb_visits", "nb_hits"]
    files: Files = {}
    totals: Counter[tuple[str, str]] = Counter()
    for place, month in enumerate(calendar.MONTHS):
        source = stream(seed, device, month)
        rows: list[list[object]] = [[*header]]
        for section, visits in SECTIONS[device].items():
            usual = visits * (1 + _GROWTH * place / 12) * calendar.MONTH_FACTORS[int(month[5:]) - 1]
            count = int(usual * (1 + _NOISE * normal(source)) + 0.5)
            rows.append([section, count, count * between(source, 120, 180) // 100])
            totals[section, calendar.quarter_of(month)] += count
        rows.append(["/index", between(source, 90_000, 99_000), 100_000])
        files[f"matomo/sections_{site}_{month}.csv"] = formats.matomo_csv(rows, utf16=french)
    about = {"product": site, "device": device, "kind": "visits"}
    found = [
        {**about, "section": section, "quarter": quarter, "value": value}
        for (section, quarter), value in totals.items()
    ]
    return files, {"sections": found}


def _survey(device: str, seed: int) -> tuple[Files, Truths]:
    """A file a quarter, as LimeSurvey exports answers by their codes."""
    product, *_ = SURVEYS[device]
    by_phone = "3939" in device
    files: Files = {}
    found: list[Truth] = []
    codes = ["Q01", "Q02", "Q03", "Q04", *["Q05"] * by_phone]
    header = [*OWN, *(code.replace("Q", "T") if by_phone else code for code in codes)]
    number = 0
    for quarter in QUARTERS:
        source = stream(seed, device, _SALT[device], quarter)
        answers = [*drawn(device, quarter, source)]
        rows: list[list[object]] = [[*header]]
        for one in answers:
            number += 1
            pages = {"pages": 1 + one["finished"], "ended": one["begun"], "id": number}
            rows.append([*own(one | pages), *(one[code] for code in codes)])
        name = f"enquetes/enquete_{device.removeprefix('enquete-')}_{quarter}.csv"
        files[name] = formats.limesurvey_csv(rows)
        about = {"product": product, "device": device, "quarter": quarter}
        found.append({**about, "kind": "started", "value": len(answers)})
    about = {"product": product, "device": device}
    for told in TASKS:
        ease = 10 * sum(at * chance for at, chance in enumerate(told.ease)) / 4
        values = {"success": told.success[by_phone], "ease": ease / sum(told.ease)}
        values |= {"failure_demand": told.tried} if by_phone else {}
        found += [
            {**about, "task": told.label, "kind": kind, "value": value}
            for kind, value in values.items()
        ]
    every = {told.label: told.weight for told in TASKS} | dict([_OTHER])
    reason = {**about, "quarter": str(QUARTERS[-1]), "kind": "reason", "group": "reason"}
    shares = [
        {**reason, "group_value": label, "value": 100 * weight / sum(every.values())}
        for label, weight in every.items()
    ]
    return files, {"tasks": found, "surveys": shares}


def drawn(device: str, quarter: Quarter, source: Random) -> Iterator[Answered]:
    """A quarter's answers by code, the oldest first; what was not reached or skipped is empty."""
    _, low, high = SURVEYS[device]
    by_phone = "3939" in device
    weights = [*(told.weight for told in TASKS), _OTHER[1]]
    for begun in moments(source, between(source, low, high), quarter):
        at = pick(source, weights)
        told = TASKS[at] if at < len(TASKS) else TASKS[0]
        success = told.success[by_phone]
        one: Answered = {
            "begun": begun,
            "seed": between(source, 100_000_000, 999_999_999),
            "Q01": f"A{at + 1}",
            "Q02": _given(source, (2 * success, 100 - success, 100 - success), "A"),
            "Q03": _given(source, told.ease),
            "Q04": _given(source, _SATISFIED),
            "Q05": _given(source, (told.tried, 100 - told.tried), "A"),
            "finished": between(source, 1, 100) <= _STAY,
        }
        if not one["finished"]:
            one |= dict.fromkeys(("Q03", "Q04", "Q05"), "")
        yield one


def _given(source: Random, chances: Sequence[int], letter: str = "") -> str:
    at = pick(source, chances) + 1
    return "" if between(source, 1, 100) <= _SKIP else f"{letter}{at}"
