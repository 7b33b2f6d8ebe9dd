"""Editions of the « Observatoire de la qualité des démarches en ligne », as workbooks."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, normal, pick, stream
from observlib.demo.formats import Cell, Files, Truths

DEVICES = ("qualite-demarches",)
EDITIONS = calendar.LAST.back(4)

_HEADER = (
    "Nom Démarche",
    "ID Démarche",
    "Périmètre ministériel (AC/SG)",
    "Ministère politique",
    "Réf Administration",
    "Statut En ligne",
    "Categories Usagers",
    "Volumétrie Totale",
    "Volumétrie En Ligne",
    "% Recours au Numérique",
    "Note Satisfaction",
    "Prise en compte Handicap",
    "Taux Audit RGAA",
    "Date Publication Déclaration\n(rouge : périmée ;\norange : bientôt périmée)",
    "Note Clarté Langage",
    "Niveau Autonomie",
    "Aide Joignable",
    "Aide Efficace",
    "FranceConnect",
    "Score DLNUF",
    "Taux Dispo",
    "Tps Moy Chargement",
    "URL Démarche",
)
# Administration, its number of procedures, and the level of their satisfaction in tenths.
_ADMINISTRATIONS = (
    ("AGENCE-FICTIVE", 4, 81),
    ("CAISSE-FICTIVE", 12, 76),
    ("AUTORITE-FICTIVE", 2, 68),
    ("DIRECTION-FICTIVE", 9, 72),
    ("OFFICE-FICTIF", 8, 65),
    ("REGIE-FICTIVE", 5, 79),
)
_VERBS = (
    "Demande",
    "Renouvellement",
    "Déclaration",
    "Suivi",
    "Modification",
    "Résiliation",
)
_OBJECTS = (
    "d'allocation imaginaire",
    "de carte fictive",
    "de permis inventé",
    "de prime de démonstration",
    "de registre imaginaire",
    "de subvention fictive",
    "d'attestation inventée",
)
_SOON, _NONE, _FEW, _NA = "À venir", "–", "Nombre d'avis insuffisant", "Non applicable"
_PROACTIVE = "Démarche proactive"
_MONTHS = {1: "avril", 2: "juillet", 3: "octobre", 4: "janvier"}  # when a quarter is published


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """One workbook an edition, by path, and the satisfaction marks published in each."""
    files, found = {}, []
    for edition in EDITIONS:
        rows = [_row(position, edition, seed) for position in range(len(_procedures()))]
        files[f"observatoire/observatoire_edition_{edition}.xlsx"] = formats.workbook(
            _sheet(edition), [_HEADER, *rows]
        )
        for administration, count, _ in _ADMINISTRATIONS:
            own = [row for row in rows if row[4] == administration]
            marks = sorted(row[10] for row in own if isinstance(row[10], float))
            about = {"kind": "procedures", "device": device, "quarter": str(edition)}
            truth = {"administration": administration, "procedures": count, "marks": marks}
            found.append({**about, **truth})
    return files, {"procedures": found}


def _sheet(edition: Quarter) -> str:
    """The sheet's name, such as `Chiffres VDE T3-26 (octobre-26)`."""
    published = edition.end + timedelta(days=1)
    return (
        f"Chiffres VDE T{edition.number}-{edition.year % 100:02d} "
        f"({_MONTHS[edition.number]}-{published.year % 100:02d})"
    )


def _procedures() -> list[tuple[str, int]]:
    """The administration and the level of every procedure, in the order of the sheet."""
    return [
        (administration, level)
        for administration, count, level in _ADMINISTRATIONS
        for _ in range(count)
    ]


def _row(position: int, edition: Quarter, seed: int) -> list[Cell]:
    """A procedure's row: its nature is the same in every edition, its marks move a little."""
    administration, level = _procedures()[position]
    identifier = 90_001 + position
    nature = stream(seed, "qualite-demarches", str(identifier))
    moves = stream(seed, "qualite-demarches", str(identifier), str(edition))
    verb = _VERBS[position % len(_VERBS)]
    what = _OBJECTS[position % len(_OBJECTS)]
    total = between(nature, 800, 900_000)
    online_share = between(nature, 45, 100)
    level += round(9 * normal(nature))
    audit = between(nature, 40, 100) / 100
    declared = date(2021, 1, 10) + timedelta(days=between(nature, 0, 1700))
    connect = ("FranceConnect", "FranceConnect +", "Non", _NA)[pick(nature, (62, 4, 8, 26))]
    users = ("Particulier", "Entreprise", "Particulier; Entreprise; Association")[
        pick(nature, (70, 18, 12))
    ]
    row: list[Cell] = [
        f"{verb} {what} n°\u00a0{position + 1}",
        float(identifier),
        "Périmètre fictif de démonstration",
        "Ministère fictif de démonstration",
        administration,
        "Oui",
        users,
        float(total),
        float(total * online_share // 100),
        (total * online_share // 100) / total,
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
        _withhold(row, position // 5 % 4, moves)
    elif between(moves, 0, 4) == 0:  # fewer than 100 answers to the questions about help
        row[16] = row[17] = _FEW
    return row


def _mark(tenths: int, source: Random) -> float:
    """A mark out of 10 with one decimal, near a level given in tenths."""
    return max(20, min(97, tenths + between(source, -2, 2))) / 10


def _declaration(declared: date, edition: Quarter) -> Cell:
    """The day, or the text that the workbook shows once three years have gone."""
    if (edition.end - declared).days <= 3 * 365:
        return declared
    return f"{declared.day:02d}/{declared.month:02d}/{declared.year}\n(périmée)"


def _withhold(row: list[Cell], reason: int, moves: Random) -> None:
    """Put, in place of marks, what the workbook shows when there are none."""
    if reason == 0:
        row[10] = row[14] = row[15] = row[16] = row[17] = _FEW
    elif reason == 1:
        row[7] = row[8] = None
        row[9] = row[10] = row[14] = row[15] = row[16] = row[17] = _SOON
        row[5] = ("Partiel", _SOON, "En cours de déploiement local")[pick(moves, (5, 3, 2))]
        row[13] = row[22] = None
    elif reason == 2:
        row[5] = "Non"
        for column in (10, 11, 14, 15, 16, 17, 18, 19, 20, 21):
            row[column] = _NONE
        row[8] = row[13] = None
        row[9] = _SOON
    else:
        row[5] = row[11] = row[18] = _PROACTIVE
        row[10] = row[14] = row[15] = row[16] = row[17] = _NONE
        row[19] = _NA
