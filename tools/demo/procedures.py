"""Editions of the « Observatoire de la qualité des démarches en ligne », as workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from observlib.base.period import Quarter
from tools.demo import calendar, formats
from tools.demo.chance import between, normal, pick, stream
from tools.demo.formats import Cell, Files, Truths

DEVICES = ("qualite-demarches",)
EDITIONS = calendar.LAST.back(4)
_DECLARED = formats.declared("procedures")
# The administration and the level of every procedure, in the order of the sheet.
_PROCEDURES = [
    (name, level) for name, count, level in _DECLARED["administrations"] for _ in range(count)
]
_WORDS = (_DECLARED["verbs"], _DECLARED["objects"])
_MARKS = (10, 14, 15, 16, 17)  # columns
_SOON, _NONE, _FEW, _NA = "À venir", "–", "Nombre d'avis insuffisant", "Non applicable"
_PROACTIVE = "Démarche proactive"


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """One workbook an edition, by path, and the satisfaction marks published in each."""
    files, found = {}, []
    for edition in EDITIONS:
        rows = [_row(position, edition, seed) for position in range(len(_PROCEDURES))]
        files[f"observatoire/observatoire_edition_{edition}.xlsx"] = formats.workbook(
            _sheet(edition), [_DECLARED["header"], *rows]
        )
        for administration, count, _ in _DECLARED["administrations"]:
            own = [row for row in rows if row[4] == administration]
            marks = sorted(row[10] for row in own if isinstance(row[10], float))
            about = {"kind": "procedures", "device": device, "quarter": edition}
            truth = {"administration": administration, "procedures": count, "marks": marks}
            found.append({**about, **truth})
    return files, {"procedures": found}


def _sheet(edition: Quarter) -> str:
    """The sheet's name, such as `Chiffres VDE T3-26 (octobre-26)`."""
    published = edition.end + timedelta(days=1)
    month = _DECLARED["months"][edition.number]
    return f"Chiffres VDE T{edition.number}-{edition.year % 100} ({month}-{published.year % 100})"


def _row(position: int, edition: Quarter, seed: int) -> list[Cell]:
    """A procedure's row: its nature is the same in every edition, its marks move a little."""
    administration, level = _PROCEDURES[position]
    identifier = 90_001 + position
    nature = stream(seed, "qualite-demarches", str(identifier))
    moves = stream(seed, "qualite-demarches", str(identifier), edition)
    verb, what = (words[position % len(words)] for words in _WORDS)
    total = between(nature, 800, 900_000)
    online = total * between(nature, 45, 100) // 100
    level += round(9 * normal(nature))
    audit = between(nature, 40, 100) / 100
    declared = date(2021, 1, 10) + timedelta(days=between(nature, 0, 1700))
    connect = ("FranceConnect", "FranceConnect +", "Non", _NA)[pick(nature, (62, 4, 8, 26))]
    users = _DECLARED["users"][pick(nature, (70, 18, 12))]
    row: list[Cell] = [
        f"{verb} {what} n°\u00a0{position + 1}",
        float(identifier),
        "Périmètre fictif de démonstration",
        "Ministère fictif de démonstration",
        administration,
        "Oui",
        users,
        float(total),
        float(online),
        online / total,
        _mark(level, moves),
        ("Non conforme", "Partielle", "Totale")[pick(nature, (34, 60, 6))],
        audit if audit > 0.55 else "Non",
        _declaration(declared, edition),
        _mark(level + 2, moves),
        between(moves, 55, 88) / 100,
        between(moves, 350, 850) / 1000,
        _mark(level - 8, moves),
        connect,
        float(pick(nature, (55, 18, 10, 8, 6, 3))),
        1.0 if between(moves, 0, 2) else 1 - between(moves, 1, 400) / 100_000,
        float(between(moves, 120, 480)),
        f"https://exemple.invalid/demarche-fictive-{position + 1}",
    ]
    if position % 5 == 3:  # one in five has no marks, for each reason in turn
        for column, cell in _withheld(position // 5 % 4, moves).items():
            row[column] = cell
    elif between(moves, 0, 4) == 0:  # fewer than 100 answers to the questions about help
        row[16] = row[17] = _FEW
    return row


def _mark(tenths: int, source: Random) -> float:
    """A mark out of 10 with one decimal, near a level given in tenths."""
    return max(20, min(97, tenths + between(source, -2, 2))) / 10


def _declaration(declared: date, edition: Quarter) -> Cell:
    """The day, or the text that the workbook shows once three years have gone."""
    is_recent = (edition.end - declared).days <= 3 * 365
    return declared if is_recent else f"{declared:%d/%m/%Y}\n(périmée)"


def _withheld(reason: int, moves: Random) -> Mapping[int, Cell]:
    """What the workbook shows, by column, where there are no marks."""
    if reason == 0:
        return dict.fromkeys(_MARKS, _FEW)
    if reason == 1:
        state = ("Partiel", _SOON, "En cours de déploiement local")[pick(moves, (5, 3, 2))]
        empty = dict.fromkeys((7, 8, 13, 22))
        return dict.fromkeys((9, *_MARKS), _SOON) | empty | {5: state}
    if reason == 2:
        none = dict.fromkeys((*_MARKS, 11, 18, 19, 20, 21), _NONE)
        return none | {5: "Non", 8: None, 13: None, 9: _SOON}
    return dict.fromkeys((5, 11, 18), _PROACTIVE) | dict.fromkeys(_MARKS, _NONE) | {19: _NA}
