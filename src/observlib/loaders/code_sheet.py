"""What somebody who read texts wrote of them, in a file of `observ code`.

The file's name says its device and who filled it in (`codage_<device>_<quarter>_codeur-1.csv`). Its
columns are those of a text and one a question of `data/catalogue/codebook.yml`, which may be empty.
"""

from __future__ import annotations

from pathlib import Path

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Catalogue, Coded, Device
from observlib.catalogue.contract import reject
from observlib.loaders import Loaded, _text
from observlib.loaders._rows import settled_codes
from observlib.records import coding

_MEND = "fill in the file that `observ code` wrote, and keep its header"
_LONGEST_SHOWN = 30


def load_code_sheet(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a filled file into `codes`: a row for each cell; wrong words are rejected alone."""
    sheet = coding.of_sheet(path.name)
    if sheet is None:
        raise ObservError(f"{path}: is not named as `observ code` names its files; name it so")
    text = _text.read_export_text(path, ("utf-8", "cp1252"))  # as spreadsheets may save it
    delimiter = _text.find_delimiter(text, ";,\t")
    header, lines = _text.read_csv(path, text, delimiter)
    places = {_text.header_label(name): at for at, name in enumerate(header)}
    known = [_text.header_label(name) for name in (coding.IDENTIFIER, coding.DATE)]
    _text.need_columns(path, [*places], known, _MEND)
    asked = {
        places[name]: question
        for question in catalogue.codebook.values()
        for name in (_text.header_label(question.label), _text.header_label(question.id))
        if name in places
    }
    if not asked:
        labels = ", ".join(question.label for question in catalogue.codebook.values())
        raise ObservError(f"{path}: has no column of a question ({labels}); {_MEND}")
    rows: list[dict[str, object]] = []
    at_lines: list[int] = []
    rejects: list[dict[str, object]] = []
    for line, cells in lines.items():
        if fault := _text.width_fault(cells, len(header)):
            rejects.append(reject(path.name, line, "", "", fault))
            continue
        identifier, date = (cells[places[name]].strip() for name in known)
        day = _day(date)
        if not identifier or day is None:
            column = coding.DATE if identifier else coding.IDENTIFIER
            shown = _text.without_persons(date, _LONGEST_SHOWN, "text") if identifier else ""
            reason = "is no day such as 2026-03-31; leave it as it was" if shown else "is empty"
            rejects.append(reject(path.name, line, column, shown, reason))
            continue
        for place, question in asked.items():
            cell = cells[place].strip()
            if not cell:
                continue
            code = _code(cell, question)
            if code is None:
                shown = _text.without_persons(cell, _LONGEST_SHOWN, "text")
                reason = f"is none of {', '.join(question.codes)}"
                rejects.append(reject(path.name, line, question.label, shown, reason))
                continue
            told = {"answer_id": identifier.lstrip("'"), "date": day, "variable": question.id}
            rows.append({**told, "coder": sheet.coder, "code": code})
            at_lines.append(line)
    notices = [] if rows or rejects else ["nothing is filled in yet"]
    return settled_codes(path, device, rows, at_lines, rejects, notices)


def _code(cell: str, question: Coded) -> str | None:
    """What the table has for a word, however it is written; the table's own word is one too."""
    words = {fold_label(word): code for word, code in question.codes.items()}
    return (words | {fold_label(code): code for code in words.values()}).get(fold_label(cell))


def _day(text: str) -> object:
    """A day as `observ code` writes it, or as a French spreadsheet that opened it saves it."""
    day, month, year = [*text.split("/"), "", ""][:3]
    return _text.parse_day(text) or _text.parse_day(f"{year}-{month:0>2}-{day:0>2}")
