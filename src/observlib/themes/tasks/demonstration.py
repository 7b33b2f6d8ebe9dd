"""Exports of visits by section, and of two surveys on what people came to do, on line and by phone.

Whoever answers names one task; how easy it was and whether it was done depends on the task alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, moment, normal, pick, stream
from observlib.demo.formats import Files, Truths

SECTIONS = {  # by device: visits of a month of 2023, by section
    "sections-service-public": {
        "papiers-identite": 3_400_000, "vehicules": 2_600_000, "justice": 900_000,
        "travail": 1_500_000, "logement": 1_300_000, "famille": 1_100_000, "etrangers": 800_000,
        "formulaires": 1_900_000, "suivi": 600_000, "compte": 1_200_000, "annuaire": 1_600_000,
        "argent-impots": 1_400_000, "retraite": 500_000, "entreprise": 300_000,
        "actualites": 700_000, "loisirs": 250_000,
    },
    "sections-legifrance": {
        "codes": 5_200_000, "jorf": 2_100_000, "jurisprudence": 1_100_000, "alertes": 240_000,
    },
}  # fmt: skip
_GROWTH = 0.03  # a year
_NOISE = 0.04


@dataclass(frozen=True)
class Told:
    """A task in the surveys: how often it is named, true shares in %, and who finds it easy."""

    label: str
    weight: int
    success: tuple[int, int]  # of those who come to the site, and of those who call
    ease: tuple[int, ...]  # chances of 1 (not at all) to 5 (very easy)
    tried: int  # of those who call: who had looked on a site before


_EASY, _FAIR, _HARD = (3, 7, 18, 40, 32), (8, 16, 28, 30, 18), (20, 26, 26, 18, 10)
TASKS = (
    Told("Refaire ses papiers d'identité", 20, (66, 72), _FAIR, 58),
    Told("Immatriculer un véhicule ou refaire son permis", 12, (52, 64), _HARD, 71),
    Told("Régler un litige ou saisir la justice", 7, (44, 58), _HARD, 39),
    Told("Connaître ses droits au travail", 8, (71, 77), _FAIR, 45),
    Told("Trouver ou quitter un logement", 7, (69, 70), _FAIR, 42),
    Told("Demander une allocation familiale", 7, (60, 66), _FAIR, 52),
    Told("Demander un titre de séjour", 6, (38, 51), _HARD, 66),
    Told("Trouver et remplir le bon formulaire", 9, (74, 75), _EASY, 60),
    Told("Suivre sa demande", 6, (49, 60), _HARD, 75),
    Told("Ouvrir ou retrouver son compte", 6, (57, 62), _HARD, 78),
    Told("Joindre un service public", 6, (78, 80), _EASY, 35),
    Told("Comprendre ses impôts", 5, (68, 69), _FAIR, 47),
    Told("Préparer sa retraite", 5, (64, 67), _FAIR, 40),
    Told("Créer son entreprise", 5, (63, 65), _FAIR, 55),
)
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
_HEADER = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")

Answered = dict[str, Any]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one device, by path, and what is true of them."""
    return _sections(device, seed) if device in SECTIONS else _survey(device, seed)


def _sections(device: str, seed: int) -> tuple[Files, Truths]:
    """A file a month, as Matomo exports it, in the language of whoever did."""
    site = device.removeprefix("sections-")
    french = site == "service-public"
    files: Files = {}
    totals: dict[tuple[str, str], int] = {}
    for place, month in enumerate(calendar.MONTHS):
        source = stream(seed, device, month)
        rows: list[list[object]] = [["Nom" if french else "label"]]
        rows[0] += ["Visites", "Vues de page"] if french else ["nb_visits", "nb_hits"]
        quarter = str(Quarter.of(date.fromisoformat(f"{month}-01")))
        for section, visits in SECTIONS[device].items():
            usual = visits * (1 + _GROWTH * place / 12) * calendar.MONTH_FACTORS[int(month[5:]) - 1]
            count = int(usual * (1 + _NOISE * normal(source)) + 0.5)
            rows.append([section, count, count * between(source, 120, 180) // 100])
            totals[section, quarter] = totals.get((section, quarter), 0) + count
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
    found: list[dict[str, Any]] = []
    number = 0
    for quarter in QUARTERS:
        source = stream(seed, device, _SALT[device], str(quarter))
        answers = [*drawn(device, quarter, source)]
        codes = ["Q01", "Q02", "Q03", "Q04", *(["Q05"] if by_phone else [])]
        asked = [code.replace("Q", "T") for code in codes] if by_phone else codes
        rows: list[list[object]] = [[*_HEADER, *asked]]
        for number, one in enumerate(answers, number + 1):  # noqa: B020 # goes on over quarters
            sent = one["begun"] if one["finished"] else ""
            own = [number, sent, 1 + one["finished"], "fr", one["seed"], one["begun"], one["begun"]]
            rows.append([*own, *(one[code] for code in codes)])
        name = f"enquetes/enquete_{device.removeprefix('enquete-')}_{quarter}.csv"
        files[name] = formats.table_csv(rows, encoding="utf-8-sig", newline="\r\n", quoted=True)
        about = {"product": product, "device": device, "quarter": str(quarter)}
        found.append({**about, "kind": "started", "value": len(answers)})
    about = {"product": product, "device": device}
    for told in TASKS:
        row = {**about, "task": told.label}
        found.append({**row, "kind": "success", "value": told.success[by_phone]})
        ease = 10 * sum(at * chance for at, chance in enumerate(told.ease)) / 4
        found.append({**row, "kind": "ease", "value": ease / sum(told.ease)})
        if by_phone:
            found.append({**row, "kind": "failure_demand", "value": told.tried})
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
    count = between(source, low, high)
    moments = sorted(moment(source, quarter.start, quarter.end, 7, 21) for _ in range(count))
    weights = [*(told.weight for told in TASKS), _OTHER[1]]
    for begun in moments:
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
