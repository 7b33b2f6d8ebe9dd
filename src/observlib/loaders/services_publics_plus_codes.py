"""Experiences of *Services Publics +* that students read, and what they noted of each (CC0).

A CSV with semicolons: an identifier, who read (`A07`), the day (`dd/mm/yyyy`), story, title, and
four columns of 0 or 1, of which those of the code book are kept. One person read each story: codes
teach a machine, and no share is told of them alone.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.catalogue.contract import reject
from observlib.loaders import Loaded, _text
from observlib.loaders._rows import settled_codes, with_texts

_ID, _CODER, _DATE = "ID", "annotateur", "date"
_ASKED = {"q1_injustice": "injustice", "q3_colere": "anger"}
_TEXTS = {"title": "Titre", "description": "Description"}
_CODES = {"0": "no", "0.0": "no", "1": "yes", "1.0": "yes"}
_LONGEST_SHOWN = 30


def load_services_publics_plus_codes(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read what was noted into the table `codes`: a row for each cell that is not empty.

    A cell that is neither 0 nor 1 is rejected, as are all stories of an identifier of several.
    """
    text = _text.read_export_text(path)
    header, lines = _text.read_csv(path, text, _text.find_delimiter(text, ";,"))
    _text.need_columns(path, header, [_ID, _CODER, _DATE, *_ASKED], "download the file again")
    places = {name: header.index(name) for name in (_ID, _CODER, _DATE, *_ASKED)}
    identifiers = [row[places[_ID]].strip() for row in lines.values() if len(row) == len(header)]
    shared = {name for name, times in pd.Series(identifiers).value_counts().items() if times > 1}
    rows: list[dict[str, object]] = []
    at_lines: list[int] = []
    rejects: list[dict[str, object]] = []
    for line, cells in lines.items():
        if fault := _text.width_fault(cells, len(header)):
            rejects.append(reject(path.name, line, "", "", fault))
            continue
        cell = {name: cells[place].strip() for name, place in places.items()}
        day = _day(cell[_DATE])
        if not cell[_ID] or cell[_ID] in shared:
            what = "is that of several stories; give each its own" if cell[_ID] else "is empty"
            rejects.append(reject(path.name, line, _ID, cell[_ID], what))
            continue
        if day is None:
            shown = _text.without_persons(cell[_DATE], _LONGEST_SHOWN, "story")
            reason = "is no day written dd/mm/yyyy" if shown else "is empty"
            rejects.append(reject(path.name, line, _DATE, shown, reason))
            continue
        for column, variable in _ASKED.items():
            if not cell[column]:
                continue
            if cell[column] not in _CODES:
                shown = _text.without_persons(cell[column], _LONGEST_SHOWN, "story")
                rejects.append(reject(path.name, line, column, shown, "is neither 0 nor 1"))
                continue
            told = {"answer_id": cell[_ID], "date": day, "coder": cell[_CODER]}
            rows.append({**told, "variable": variable, "code": _CODES[cell[column]]})
            at_lines.append(line)
    found = settled_codes(path, device, rows, at_lines, rejects)
    if not device.verbatims:
        return found
    ids = {line: str(row["answer_id"]) for line, row in zip(at_lines, rows, strict=True)}
    told_in = {name: header.index(column) for name, column in _TEXTS.items() if column in header}
    texts = {name: {line: lines[line][place] for line in ids} for name, place in told_in.items()}
    return with_texts(path, found, device, ids, texts)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()
    except ValueError:
        return None
