"""What people who read texts noted of each, in the table `codes`.

- A file of `observ code` that was filled in (`code_sheet`): its name says its device and who did it
  (`codage_<device>_<quarter>_codeur-1.csv`); its columns are those of a text and one a question of
  `data/catalogue/codebook.yml`, which may be empty.
- Experiences of *Services Publics +* that students read (`services_publics_plus_codes`, CC0): an
  identifier, who read (`A07`), the day (`dd/mm/yyyy`), story, title, and four columns of 0 or 1, of
  which those of the code book are kept. One person read each story: codes teach a machine, and no
  share is told of them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Catalogue, Coded, Device
from observlib.loaders import Loaded, _text
from observlib.loaders._cells import read_each
from observlib.loaders._rows import Faults, days, settle, texts_of_rows, with_texts
from observlib.records import coding

_MEND = "fill in the file that `observ code` wrote, and keep its header"
_ID, _CODER, _DATE = "ID", "annotateur", "date"
_ASKED = {"q1_injustice": "injustice", "q3_colere": "anger"}
_TEXTS = {"title": "Titre", "description": "Description"}
_CODES = {"0": "no", "0.0": "no", "1": "yes", "1.0": "yes"}
_LONGEST_SHOWN = 30
_ABOUT = ["answer_id", "date", "coder"]


def load_code_sheet(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a filled file of `observ code` into the table `codes`, a row for each cell."""
    sheet = coding.of_sheet(path.name)
    if sheet is None:
        raise ObservError(f"{path}: is not named as `observ code` names its files; name it so")
    text = _text.read_export_text(path, ("utf-8", "cp1252"))  # as spreadsheets may save it
    header, lines = _text.read_csv(path, text, _text.find_delimiter(text, ";,\t"))
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
    faults = Faults()
    cells = texts_of_rows(lines, len(header), faults)
    identifiers, written = (cells[places[name]] for name in known)
    about = {"answer_id": identifiers, "date": written, "coder": sheet.coder}
    texts = cells[[*asked]].rename(columns=str).assign(**about)
    titles = {"answer_id": coding.IDENTIFIER, "date": coding.DATE}
    titles |= {str(place): question.label for place, question in asked.items()}
    readers = {str(place): _word_reader(question) for place, question in asked.items()}
    variables = {str(place): question.id for place, question in asked.items()}
    rows = _coded(texts, variables, {"date": _sheet_day, **readers}, faults)
    rows["answer_id"] = rows["answer_id"].str.lstrip("'")
    rejects = faults.rejects(path, titles, texts, _shown("text"))
    found = _settled(path, device, rows, rejects)
    if found.rows.empty and found.rejects.empty:
        return replace(found, notices=("nothing is filled in yet",))
    return found


def load_services_publics_plus_codes(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read what students noted of experiences into the table `codes`, a row for each cell.

    A cell that is neither 0 nor 1 is rejected, as are all stories of an identifier of several.
    """
    text = _text.read_export_text(path)
    header, lines = _text.read_csv(path, text, _text.find_delimiter(text, ";,"))
    _text.need_columns(path, header, [_ID, _CODER, _DATE, *_ASKED], "download the file again")
    faults = Faults()
    cells = texts_of_rows(lines, len(header), faults)
    titles = {"answer_id": _ID, "date": _DATE, "coder": _CODER, **{name: name for name in _ASKED}}
    texts = pd.DataFrame({name: cells[header.index(title)] for name, title in titles.items()})
    is_shared = texts["answer_id"].ne("") & texts["answer_id"].duplicated(keep=False)
    faults.where("answer_id", is_shared, "is that of several stories; give each its own")
    rows = _coded(texts, _ASKED, {"date": _french_day, **dict.fromkeys(_ASKED, _yes_or_no)}, faults)
    found = _settled(path, device, rows, faults.rejects(path, titles, texts, _shown("story")))
    if not device.verbatims:
        return found
    told = {name: header.index(column) for name, column in _TEXTS.items() if column in header}
    ids = rows["answer_id"].groupby(level=0).first().to_dict()
    written = {name: {line: lines[line][place] for line in ids} for name, place in told.items()}
    return with_texts(path, found, device, ids, written)


def _coded(
    texts: pd.DataFrame,
    variables: Mapping[str, str],
    readers: Mapping[str, Callable[[str], object]],
    faults: Faults,
) -> pd.DataFrame:
    """A row for each cell of a variable that is filled in, of the rows that say of which text."""
    faults.where("answer_id", texts["answer_id"] == "", "is empty")
    written, why = read_each(faults.without(texts)["date"], readers["date"])
    faults.add_all("date", why)
    whole = faults.without(texts.assign(date=written))
    parts = []
    for name, variable in variables.items():
        codes, why = read_each(whole.loc[whole[name] != "", name], readers[name])
        faults.cells += ((line, name, reason) for line, reason in why.items())
        codes = codes.dropna()
        parts.append(whole.loc[codes.index, _ABOUT].assign(variable=variable, code=codes))
    return pd.concat(parts).sort_index(kind="stable")


def _settled(
    path: Path, device: Device, rows: pd.DataFrame, rejects: list[dict[str, object]]
) -> Loaded:
    own = {"device": device.id, "product": device.product, "channel": device.channel}
    return settle(path, "codes", rows.assign(date=days([*rows["date"]]), **own), rejects)


def _shown(what: str) -> Callable[[str, str], str]:
    """What shows a refused cell: an identifier as it is, and nothing that may be what it says."""

    def shown(name: str, cell: str) -> str:
        return cell if name == "answer_id" else _text.without_persons(cell, _LONGEST_SHOWN, what)

    return shown


def _word_reader(question: Coded) -> Callable[[str], str]:
    """What the table has for a word, however it is written; the table's own word is one too."""
    words = {fold_label(word): code for word, code in question.codes.items()}
    words |= {fold_label(code): code for code in words.values()}

    def read(text: str) -> str:
        if (code := words.get(fold_label(text))) is None:
            raise ValueError(f"is none of {', '.join(question.codes)}")
        return code

    return read


def _yes_or_no(text: str) -> str:
    if text not in _CODES:
        raise ValueError("is neither 0 nor 1")
    return _CODES[text]


def _sheet_day(text: str) -> date:
    """A day as `observ code` writes it, or as a French spreadsheet that opened it saves it."""
    day, month, year = [*text.split("/"), "", ""][:3]
    found = _text.parse_day(text) or _text.parse_day(f"{year}-{month:0>2}-{day:0>2}")
    if found is None:
        raise ValueError("is no day such as 2026-03-31; leave it as it was" if text else "is empty")
    return found


def _french_day(text: str) -> date:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()
    except ValueError:
        raise ValueError("is no day written dd/mm/yyyy" if text else "is empty") from None
