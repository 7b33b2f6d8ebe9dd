"""Ratings of *Je donne mon avis* (JDMA), the State's satisfaction button.

The export is a text in UTF-8, separated by commas (by semicolons or tabs where a spreadsheet
saved it again): date (UTC), form, link and identifier of the answer,
then one column a question, headed by the question's text. Its cells hold the French labels of the
form. A question that is asked for each channel of help has all its answers in one cell, such as
`Par téléphone avec l’administration : Oui / Par e-mail avec l’administration : Non`; forms made
from a template repeat that cell in one column a channel, headed by the channel alone.

Only the columns of `_HEADERS` are read. Every other one is passed over, which is what keeps the
comments of the users out of the store: comments, and questions that no tidy question matches
(which channels of help were tried, difficulties met, ...).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle
from observlib.loaders._text import need_columns, read_csv, read_text, short, without_persons
from observlib.tables import reject
from observlib.text import fold_label

_DATE = "Date de l'avis"
_ID = "Identifiant Avis"
_PARIS = ZoneInfo("Europe/Paris")
_MEND = "export the answers of the form from Je donne mon avis again, as CSV"


# Headers of each field: its code, then the texts of the question, the latest first.
_HEADERS = {
    _DATE: (_DATE,),
    _ID: (_ID,),
    "satisfaction": (
        "satisfaction",
        "De façon générale, comment ça s'est passé ?",
        "Comment s'est passée cette démarche pour vous ?",
    ),
    "comprehension": (
        "comprehension",
        "Qu'avez-vous pensé des informations et des instructions fournies ?",
        "Qu'avez-vous pensé du langage utilisé ?",
    ),
    "contact_reached": (
        "contact_reached",
        "Quand vous avez cherché de l'aide, avez-vous réussi à joindre l'administration ?",
        "Avez-vous réussi à les joindre ?",
        "Avez vous réussi à les joindre ?",
        "Au guichet avec l'administration",
        "Par téléphone avec l'administration",
        "Par e-mail avec l'administration",
        "Par chat avec l'administration",
    ),
    "contact_satisfaction": (
        "contact_satisfaction",
        "Comment évaluez-vous la qualité de l'aide que vous avez obtenue de la part de "
        "l'administration ?",
        "Comment s'est passé l'échange avec le service de la démarche ?",
        "Au guichet",
        "Par téléphone",
        "Par e-mail",
        "Par chat",
    ),
}
# Three smileys: the feminine labels below are those of a five-level scale, whence "Mauvais" 0 and
# "Mauvaise" 2.5. The button's own marks, which its dashboards and the Observatoire publish.
_SMILEYS = {"Très bien": 10.0, "Bien": 10.0, "Moyen": 5.0, "Mauvais": 0.0, "Pas bien": 0.0}
_CODES = {"good": 10.0, "medium": 5.0, "bad": 0.0}
_LEVELS = {str(level): 2.5 * (level - 1) for level in range(1, 6)}
_CLEAR = {
    "Très clair": 10.0,
    "Clair": 7.5,
    "Moyennement clair": 5.0,
    "Peu clair": 2.5,
    "Pas clair": 0.0,
    "Pas clair du tout": 0.0,
}
_QUALITY = {
    "Excellente": 10.0,
    "Bonne": 7.5,
    "Ni bonne, ni mauvaise": 5.0,
    "Mauvaise": 2.5,
    "Très mauvaise": 0.0,
}
_REACHED = {"Oui": 1.0, "Non": 0.0}

# Each tidy question: its field, the marks of its labels, the best mark.
_QUESTIONS: dict[str, tuple[str, dict[str, float], float]] = {
    "satisfaction": ("satisfaction", _SMILEYS | _CODES, 10.0),
    "clarity": ("comprehension", _LEVELS | _CLEAR | _SMILEYS | _CODES, 10.0),
    "help_reached": ("contact_reached", _REACHED, 1.0),
    "help_satisfaction": ("contact_satisfaction", _QUALITY | _LEVELS | _SMILEYS | _CODES, 10.0),
}
_MARKS = {
    question: {fold_label(label): mark for label, mark in marks.items()}
    for question, (_, marks, _) in _QUESTIONS.items()
}
_BY_CHANNEL = ("help_reached", "help_satisfaction")
_NO_OPINION = "ne se prononce pas"
_LONGEST_SHOWN = 40


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read an export of answers to a JDMA form into the table `ratings`.

    One row an answered question, at Paris time; an empty cell or "Ne se prononce pas" is no
    answer. Marks are those of JDMA:

    - `satisfaction` and `clarity`: three levels make 10, 5, 0; levels 1 to 5 make 0 to 10 by 2.5.
    - `help_reached`: 1 if one channel of those tried was reached, else 0.
    - `help_satisfaction`: the mean over the channels; excellent to very bad make 10 to 0 by 2.5.

    A cell that cannot be read rejects that question's answer and no other. What is rejected is
    shown only where it cannot be a comment.

    Raises
    ------
    ObservError
        When the file is no text or has no date, identifier or satisfaction column.
    """
    text = read_text(path)
    fields = {fold_label(name): field for field, names in _HEADERS.items() for name in names}
    header, records = read_csv(path, text, _delimiter(text, fields))
    found = [fields.get(fold_label(text), text) for text in header]
    need_columns(path, found, [_DATE, _ID, "satisfaction"], _MEND)
    places = {
        question: [place for place, name in enumerate(found) if name == field]
        for question, (field, _, _) in _QUESTIONS.items()
    }
    rows: list[tuple[int, str, datetime, str, float]] = []
    rejects: list[dict[str, object]] = []
    for line, cells in records.items():
        if len(cells) != len(header):
            reason = f"has {len(cells)} cells, and the header {len(header)}; {_MEND}"
            rejects.append(reject(path.name, line, "", "", reason))
            continue
        written, answer = (cells[found.index(name)].strip() for name in (_DATE, _ID))
        moment = _paris(written)
        if moment is None:
            reason = "is no date since 1995 written YYYY-MM-DD HH:MM:SS" if written else "is empty"
            rejects.append(reject(path.name, line, _DATE, _shown(written), reason))
            continue
        if not re.fullmatch(r"[\w-]{1,40}", answer):
            reason = "is no identifier (letters, digits, - and _)" if answer else "is empty"
            rejects.append(reject(path.name, line, _ID, "", reason))
            continue
        for question, columns in places.items():
            given = [place for place in columns if cells[place].strip()]
            value, fault = _value(question, [cells[place] for place in given])
            if fault is not None:
                rejects.append(
                    reject(path.name, line, header[given[0]], _shown(fault[0]), fault[1])
                )
            elif value is not None:
                rows.append((line, answer, moment, question, value))
    return settle(path, "ratings", _frame(rows, device), rejects)


def _delimiter(text: str, known: Collection[str]) -> str:
    """The sign that sets most known headers apart: questions hold commas, so none is counted.

    Examples
    --------
    >>> _delimiter("Identifiant Avis;Oui, ou non, ou rien ?;satisfaction", ["satisfaction"])
    ';'
    """
    line = text.lstrip().partition("\n")[0]

    def headers(sign: str) -> int:
        return sum(fold_label(part.strip(' "\r')) in known for part in line.split(sign))

    return max(",;\t", key=headers)


def _value(question: str, cells: list[str]) -> tuple[float | None, tuple[str, str] | None]:
    """What a question's cells say, `None` if nothing; or the part that says no answer, and why."""
    by_channel = question in _BY_CHANNEL
    parts = [part for cell in cells for part in (cell.split(" / ") if by_channel else [cell])]
    values = {}
    for part in parts:
        answer = fold_label(part)
        label = answer.rsplit(" : ", 1)[-1] if by_channel else answer
        if label == _NO_OPINION:
            continue
        if label not in _MARKS[question]:
            allowed = ", ".join(_QUESTIONS[question][1])
            return None, (part.strip(), f"is no answer to this question; allowed: {allowed}")
        values[answer] = _MARKS[question][label]
    if not by_channel and len(set(values.values())) > 1:
        return None, ("", "is answered twice and differently; keep one answer")
    if not values:
        return None, None
    if question == "help_reached":
        return max(values.values()), None
    return sum(values.values()) / len(values), None


def _paris(text: str) -> datetime | None:
    """The local time of a moment written in UTC, without its zone, or `None`.

    Examples
    --------
    >>> _paris("2026-03-31 22:30:00").isoformat()
    '2026-04-01T00:30:00'
    """
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        local = moment.astimezone(_PARIS).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return local if 1995 <= local.year < 2200 else None


def _shown(cell: str) -> str:
    return short(without_persons(cell, _LONGEST_SHOWN, "comment"))


def _frame(rows: list[tuple[int, str, datetime, str, float]], device: Device) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            "answer_id": [row[1] for row in rows],
            "date": days([row[2] for row in rows]),
            "question": [row[3] for row in rows],
            "value": [row[4] for row in rows],
            "scale_min": 0.0,
            "scale_max": [_QUESTIONS[row[3]][2] for row in rows],
        },
        index=[row[0] for row in rows],
    )
