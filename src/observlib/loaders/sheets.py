"""Sheets that people fill: notes on texts (`codes`), workshops, or any tidy table as CSV.

- A file of `observ code` that was filled in (`code_sheet`): its name says its device and who did it
  (`codage_<device>_<quarter>_codeur-1.csv`); its columns are those of a text and one a question of
  `data/catalogue/codebook.yml`, which may be empty.
- Experiences of *Services Publics +* that students read (`services_publics_plus_codes`, CC0): an
  identifier, who read (`A07`), the day (`dd/mm/yyyy`), story, title, and four columns of 0 or 1, of
  which those of the code book are kept. One person read each story: codes teach a machine, and no
  share is told of them alone.
- Workshops, as a team notes them in YAML: one sheet a workshop, or a list of sheets::

    - date: 2026-09-15
      product: vie-publique
      title: Refonte de la page d'accueil
      method: Tri de cartes
      participants: {Étudiants: 14, Agents publics: 12}
      ideas:
        - idea: Un glossaire dans chaque article
          state: réalisée
          decided: 2026-09-22
          done: 2026-10-30

  Keys may be in French (`produit`, `titre`, `méthode`, `idées`, `idée`, `état`, `décidée`,
  `réalisée`). `product` may be left out where the device has one. `participants` gives the number
  of people of each profile. `state` is proposée, décidée, réalisée or abandonnée; an idea says when
  it was decided and done. A mistake in the head of a sheet refuses the whole of it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from observlib.base import personal, yaml_files
from observlib.base.errors import ObservError, bounded
from observlib.base.text import fold_label
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Device, contract, tables
from observlib.catalogue.questionnaires import outside_margins
from observlib.loaders import Faults, Loaded, _text, of_device, settle, texts_of_rows, with_texts
from observlib.loaders._cells import read_each
from observlib.loaders._moments import are_complete, day_fault, ends_of, period_fault
from observlib.loaders._text import PIECE, header_label, is_total, short, without_persons
from observlib.records import coding

# --- What people who read texts noted of each

_MEND = "fill in the file that `observ code` wrote, and keep its header"
_ID, _CODER, _DATE = "ID", "annotateur", "date"
_ASKED = {"q1_injustice": "injustice", "q3_colere": "anger"}
_TEXTS = {"title": "Titre", "description": "Description"}
_CODES = {"0": "no", "0.0": "no", "1": "yes", "1.0": "yes"}
_Read = Callable[[str], object]


def load_code_sheet(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a filled file of `observ code` into the table `codes`, a row for each cell."""
    sheet = coding.of_sheet(path.name)
    if sheet is None:
        raise ObservError(f"{path}: is not named as `observ code` names its files; name it so")
    # as spreadsheets may save it
    header, lines = _text.read_csv(path, _text.read_export_text(path, ("utf-8", "cp1252")), ";,\t")
    places = {header_label(name): at for at, name in enumerate(header)}
    known = [header_label(name) for name in (coding.IDENTIFIER, coding.DATE)]
    _text.need_columns(path, [*places], known, _MEND)
    asked = {
        str(places[name]): question
        for question in catalogue.codebook.values()
        for name in (header_label(question.label), header_label(question.id))
        if name in places
    }
    if not asked:
        labels = ", ".join(question.label for question in catalogue.codebook.values())
        raise ObservError(f"{path}: has no column of a question ({labels}); {_MEND}")
    faults = Faults()
    cells = texts_of_rows(lines, len(header), faults).rename(columns=str)
    identifiers, written = (cells[str(places[name])] for name in known)
    texts = cells[[*asked]].assign(answer_id=identifiers, date=written, coder=sheet.coder)
    titles = {"answer_id": coding.IDENTIFIER, "date": coding.DATE}
    titles |= {place: question.label for place, question in asked.items()}
    variables = {place: question.id for place, question in asked.items()}
    readers = {place: _word_reader(question.codes) for place, question in asked.items()}
    rows = _coded(texts, variables, {"date": _sheet_day, **readers}, faults)
    rows["answer_id"] = rows["answer_id"].str.lstrip("'")
    rejects = faults.rejects(path, titles, texts, _shown("text"))
    found = settle(path, "codes", of_device(rows, device), rejects)
    if found.rows.empty and found.rejects.empty:
        return replace(found, notices=("nothing is filled in yet",))
    return found


def load_services_publics_plus_codes(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read what students noted of experiences into the table `codes`, a row for each cell."""
    header, lines = _text.read_csv(path, _text.read_export_text(path), ";,")
    _text.need_columns(path, header, [_ID, _CODER, _DATE, *_ASKED], "download the file again")
    faults = Faults()
    cells = texts_of_rows(lines, len(header), faults)
    titles = {"answer_id": _ID, "date": _DATE, "coder": _CODER, **{name: name for name in _ASKED}}
    texts = pd.DataFrame({name: cells[header.index(title)] for name, title in titles.items()})
    is_shared = texts["answer_id"].ne("") & texts["answer_id"].duplicated(keep=False)
    faults.where("answer_id", is_shared, "is that of several stories; give each its own")
    rows = _coded(texts, _ASKED, {"date": _french_day, **dict.fromkeys(_ASKED, _yes_or_no)}, faults)
    rejects = faults.rejects(path, titles, texts, _shown("story"))
    found = settle(path, "codes", of_device(rows, device), rejects)
    if not device.verbatims:
        return found
    told = {name: header.index(column) for name, column in _TEXTS.items() if column in header}
    ids = rows["answer_id"].groupby(level=0).first().to_dict()
    written = {name: {line: lines[line][place] for line in ids} for name, place in told.items()}
    return with_texts(path, found, device, ids, written)


def _coded(
    texts: pd.DataFrame, variables: Mapping[str, str], readers: Mapping[str, _Read], faults: Faults
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
        about = whole.loc[codes.index, ["answer_id", "date", "coder"]]
        parts.append(about.assign(variable=variable, code=codes))
    return pd.concat(parts).sort_index(kind="stable")


def _shown(what: str) -> Callable[[str, str], str]:
    """What shows a refused cell: an identifier as it is, and nothing that may be what it says."""
    return lambda name, cell: cell if name == "answer_id" else without_persons(cell, 30, what)


def _word_reader(codes: Mapping[str, str]) -> _Read:
    """What the table has for a word, however it is written; the table's own word is one too."""
    words = {fold_label(word): code for word, code in codes.items()}
    words |= {fold_label(code): code for code in words.values()}

    def read(text: str) -> str:
        if (code := words.get(fold_label(text))) is None:
            raise ValueError(f"is none of {', '.join(codes)}")
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
    if (day := _text.day_written(text, "%d/%m/%Y")) is None:
        raise ValueError("is no day written dd/mm/yyyy" if text else "is empty")
    return day


# --- Workshops

_WORDS = yaml_files.load_data(__file__)
_STATES: dict[str, str] = _WORDS["states"]
# What YAML reads in base 8, 16, 2 or 60: `012` as 10, `1:30` as 90.
_NOT_DECIMAL = re.compile(r"[-+]?0[\d_xb][\da-fA-F_]*|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?")
_LABELS = ("title", "method", "idea")  # which are not shown where they are refused
_COLUMNS = contract.columns("workshops")
_Readers = Mapping[str, Callable[[Any], object]]
_Where = tuple[Any, ...]  # in the sheet
_Row = tuple[_Where, dict[str, Any]]
_Fault = tuple[_Where, str, str]  # place, value, reason


def load_workshops(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read sheets of workshops into the table `workshops`, with ids of their day and title."""
    _refuse_surprises(path)
    data, lines, problems = yaml_files.read_yaml(
        path, object, "a sheet, or a list of sheets", "is gone"
    )
    if problems:
        raise ObservError(*problems)
    several = isinstance(data, list)
    sheets = data if several else [data]
    if not sheets or not all(isinstance(sheet, dict) for sheet in sheets):
        what = "is neither a sheet nor a list of sheets; write `date:`, `title:`, … or a list of"
        raise ObservError(f"{path}: {what} them")
    rows: list[tuple[int, dict[str, Any]]] = []
    rejects: list[dict[str, object]] = []
    for number, sheet in enumerate(sheets):
        start = (number,) if several else ()
        found, faults = _sheet(sheet, device, catalogue)
        rows += ((_line(lines, (*start, *where)), row) for where, row in found)
        for where, value, reason in faults:
            keys = [str(part) for part in where if not isinstance(part, int)]
            column = ".".join(without_persons(short(key), 60, "name") for key in keys)
            shown = short(without_persons(value, 60, "comment", column))
            line = _line(lines, (*start, *where))
            rejects.append(contract.reject(path.name, line, column, shown, reason))
    frame = pd.DataFrame([row for _, row in rows], [line for line, _ in rows], _COLUMNS)
    return settle(path, "workshops", of_device(frame, device), rejects)


def _refuse_surprises(path: Path) -> None:
    """Stop at YAML that may unfold without end, names types of its own or changes a number."""
    text = yaml_files.read_text(path)
    if not text.strip():
        raise ObservError(f"{path}: empty file; write a sheet, or take it away")
    with suppress(yaml.YAMLError):  # told, with its line, by the reading that follows
        for event in yaml_files.events(text):
            if why := _surprise(event):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ObservError(f"{path}:{line}: {why}")


def _surprise(event: yaml.Event) -> str | None:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if anchor or tag:
        sign = "&, *" if anchor else "!"
        return f"{sign} has no use in a sheet; write the value, in quotes if it starts so"
    if not isinstance(event, yaml.ScalarEvent) or event.style:
        return None
    if not _NOT_DECIMAL.fullmatch(event.value):
        return None
    what = f"YAML reads {personal.shown(event.value)} as another number"
    return f"{what}; write it without leading zero or colon, or in quotes"


def _line(lines: Mapping[_Where, int], where: _Where) -> int:
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _fields(
    mapping: Mapping[Any, Any], known: Mapping[str, str], readers: _Readers, at: _Where = ()
) -> tuple[dict[str, Any], dict[str, Any], list[_Fault]]:
    """What each field of a mapping holds, under which key, and what is wrong with it."""
    keys: dict[str, Any] = {}
    faults: list[_Fault] = []
    for key in mapping:
        field = known.get(fold_label(str(key)))
        if field is None:
            allowed = ", ".join(dict.fromkeys(known.values()))
            faults.append(((*at, key), "", f"is no key of a sheet; allowed: {allowed}"))
        elif field in keys:
            faults.append(((*at, key), "", f"says {keys[field]!r} again; keep one"))
        else:
            keys[field] = key
    row: dict[str, Any] = {}
    for field, read in readers.items():
        raw = mapping[keys[field]] if field in keys else None
        keys.setdefault(field, field)
        try:
            row[field] = read(raw)
        except ValueError as error:
            row[field] = None
            shown = "" if field in _LABELS else _plain(raw)
            faults.append(((*at, keys[field]), shown, str(error)))
    return row, keys, faults


def _sheet(
    sheet: Mapping[Any, Any], device: Device, catalogue: Catalogue
) -> tuple[list[_Row], list[_Fault]]:
    """The rows of a sheet with their place in it, none where its head has a fault; its faults."""

    def product(raw: Any) -> str | None:
        name = device.product if raw is None else _plain(raw)
        if name not in catalogue.products:
            known = bounded(catalogue.products)
            raise ValueError(f"is no product of the catalogue; known: {known}")
        if device.product not in (None, name):
            raise ValueError(f"is not {device.product}, the device's product")
        return name

    readers: _Readers = {"date": _day, "title": _label, "method": _label, "product": product}
    as_is = dict.fromkeys(("participants", "ideas"), lambda raw: raw)
    head, keys, faults = _fields(sheet, _WORDS["head"], {**readers, **as_is})
    counts, ideas = head.pop("participants"), head.pop("ideas")
    faults += _participants_faults(keys["participants"], counts)
    found, more = _ideas(keys["ideas"], ideas, head["date"])
    if faults:
        return [], [*faults, *more]
    head["workshop_id"] = f"{head['date']} {fold_label(head['title'])}"
    people = []
    for profile, count in counts.items():
        row = {"kind": "participants", "label": _plain(profile), "count": count}
        people.append(((keys["participants"], profile), row))
    return [(where, head | row) for where, row in [*people, *found]], more


def _participants_faults(key: Any, raw: Any) -> Iterator[_Fault]:
    if not isinstance(raw, dict) or not raw:
        why = "is no number of people by profile; write {profile: count}, and never names"
        yield (key,), "", why
        return
    profiles: dict[str, Any] = {}
    for profile, count in raw.items():
        name = _plain(profile)
        if unfit := _label_fault(name, 60):
            yield (key, profile), "", unfit
        if is_total(name):
            yield (key, profile), "", "is the total of the profiles; take it away"
        if type(count) is not int or not 0 <= count <= 100_000:
            yield (key, profile), "", "is no number of people; write 0 or more"
        if profiles.setdefault(fold_label(name), profile) is not profile:
            yield (key, profile), "", "is a profile told twice; keep one"


def _ideas(key: Any, raw: Any, held: date | None) -> tuple[list[_Row], list[_Fault]]:
    """The ideas that can be read, each with its place, and the faults of the others."""
    if raw is None or raw == []:
        return [], []
    if not isinstance(raw, list):
        return [], [((key,), "", "is no list of ideas; write `- idea: …` with its state")]
    rows: list[_Row] = []
    faults: list[_Fault] = []
    dated = dict.fromkeys(("decided", "done"), lambda raw: None if raw is None else _day(raw))
    readers: _Readers = {"idea": partial(_label, longest=200), "state": _state, **dated}
    for number, idea in enumerate(raw):
        at = (key, number)
        if not isinstance(idea, dict):
            faults.append((at, "", "is no idea; write `idea:` and `state:`"))
            continue
        row, keys, own = _fields(idea, _WORDS["idea"], readers, at)
        if not own:
            own = [((*at, keys[name]), "", reason) for name, reason in _disagreements(row, held)]
        if not own:
            rows.append((at, row | {"kind": "idea", "label": row.pop("idea"), "count": 1}))
        faults += own
    return rows, faults


def _disagreements(row: Mapping[str, Any], held: date | None) -> Iterator[tuple[str, str]]:
    """Where an idea's state and its days do not go together."""
    state, decided, done = row["state"], row["decided"], row["done"]
    if state in ("decided", "done") and decided is None:
        yield "decided", "is missing; say on which day the idea was decided"
    if state == "done" and done is None:
        yield "done", "is missing; say on which day the idea was done"
    if state == "proposed" and decided is not None:
        yield "state", "is proposed, and the idea has a day of decision; say décidée"
    if state != "done" and done is not None:
        yield "state", "is not done, and the idea has a day on which it was; say réalisée"
    for field in ("decided", "done"):
        if (day := row[field]) is not None and day > date.today():
            yield field, "lies in the future; check the date"
        elif day is not None and held is not None and day < held:
            yield field, "is before the workshop"


def _day(raw: Any) -> date:
    if raw is None:
        raise ValueError("is missing; write YYYY-MM-DD")
    day = raw.date() if isinstance(raw, datetime) else raw
    if not isinstance(day, date):
        is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text := _plain(raw), re.ASCII)
        day = _text.parse_day(text) if is_day else None
    if day is None or (why := day_fault(day)) is not None:
        raise ValueError("is no day; write YYYY-MM-DD" if day is None else why)
    return day


def _state(raw: Any) -> str:
    word = fold_label(_plain(raw))
    if (state := _STATES.get(word) or _STATES.get(word.removesuffix("e"))) is None:
        raise ValueError("is no state; allowed: proposée, décidée, réalisée, abandonnée")
    return state


def _plain(raw: Any) -> str:
    """A scalar as text; nothing of a list or mapping, which is no text."""
    return "" if raw is None or isinstance(raw, list | dict) else str(raw).strip()


def _label(raw: Any, longest: int = 120) -> str:
    if (why := _label_fault(_plain(raw), longest)) is not None:
        raise ValueError(why)
    return _plain(raw)


def _label_fault(text: str, longest: int) -> str | None:
    if not text:
        return "is empty"
    if _text.tells_of_someone(text, longest):
        return f"is over {longest} characters, or may hold an address, a number or someone's words"
    return None


# --- A tidy table as CSV

_DEFAULTED = ("device", "product", "channel")
_SPAN = "start, end"


def load_plain_csv(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
    """Read a CSV of tidy rows into the device's `table`, a piece after the other.

    A tidy table written as CSV by hand or by a script: the way in for any other source.

    The format
    ----------
    - UTF-8 (a BOM is allowed), cells separated by commas, semicolons or tabs, whichever the first
      line uses; quotes as usual in CSV.
    - The first line names columns of the tidy table that the device's catalogue entry gives as
      `table` (`observlib.catalogue.contract.schema` describes them), in any order. Columns that may
      be empty may be left out; a column that the table does not have is an error.
    - `device`, `product` and `channel` may be left out, or empty: they are then the device's.
      `device` must be the device's id, `product` an id of `data/catalogue/products.yml`, `channel`
      one of the catalogue's channels.
    - Days are written `2026-03-31`, moments `2026-03-31 14:30:00` in UTC; whole numbers with
      digits, maybe with thousands set apart by spaces; other numbers with a point, or with a comma
      where cells are separated by semicolons or tabs (`1.234` and `1,234` are refused where either
      may be meant); yes or no as true/false, 1/0 or oui/non.
    - In a table of counts by day or month, such as `audience` (it has the column `complete`), a
      column `month` (`2026-03`) may stand for `start` and `end`, and without `end` each row is the
      one day `start`. `complete` may be left out, or empty: a row is then complete if it ended
      before the device's `extracted`, where given, and before today. `true` is refused for a period
      that has not ended.

    For a device whose `table` is `audience`::

        month;visits;visitors
        2026-02;12 450;9 310
        2026-03;13 020;9 877
    """
    if device.table is None:
        raise ObservError(
            f"device {device.id!r}: the loader plain_csv needs the key `table`; "
            f"tables are {', '.join(tables.TABLES)}"
        )
    whole = device.table == "responses"
    lines = _text.lines_in(path)
    delimiter = _text.find_delimiter(next((line for line in lines() if line.strip()), ""), ",;\t")
    below = _text.csv_rows(path, lines(), delimiter)
    header = [cell.strip() for cell in next(below)[1]]
    problems = list(_header_problems(path, header, device.table))
    rows = _text.held_rows(path, below) if whole else dict(islice(below, PIECE))
    if not rows:
        problems.append(f"{path}: no row under the header; export or fill the file again")
    if problems:
        raise ObservError(*problems)
    seen = tables.Seen(device.table) if len(rows) == PIECE and not whole else None
    while rows:
        loaded = _piece(path, header, rows, device, catalogue, delimiter != ",", seen)
        if whole:  # of a survey that no questionnaire declares
            coded = loaded.rows.dropna(subset="category").groupby("variable")["category"]
            given = {str(variable): [*codes.unique()] for variable, codes in coded}
            told = (outside_margins(*one, catalogue.margins) for one in given.items())
            loaded = replace(loaded, notices=tuple(filter(None, told)))
        yield loaded
        rows = dict(islice(below, PIECE))


def _piece(
    path: Path,
    header: Sequence[str],
    lines: Mapping[int, Sequence[str]],
    device: Device,
    catalogue: Catalogue,
    decimal_comma: bool,
    seen: tables.Seen | None,
) -> Loaded:
    table, faults = str(device.table), Faults()
    texts = texts_of_rows(lines, len(header), faults).set_axis([*header], axis=1)
    rows = pd.DataFrame(index=texts.index)
    for name in _required(table, header):
        faults.where(name, texts[name] == "", "is empty")
    for name in header:
        filled = texts.loc[texts[name] != "", name]
        values, why = read_each(filled, _csv_reader(name, table, decimal_comma))
        rows[name] = values.reindex(rows.index)
        faults.add_all(name, why)
    for name in (*_DEFAULTED, "area"):
        own = getattr(device, "id" if name == "device" else name)
        texts[name] = texts[name].where(texts[name] != "", own) if name in texts else own
        rows[name] = texts[name]
    _check_place(rows, faults, device, catalogue)
    rows = faults.without(rows)
    if _by_month(table):
        rows = _with_period(rows, texts, faults, device)

    def shown(name: str, cell: str) -> str:
        return _text.without_persons(cell, 60, "comment", name)

    rejects = faults.rejects(path, {name: name for name in texts}, texts, shown)
    return settle(path, table, rows, rejects, seen=seen)


def _by_month(table: str) -> bool:
    """Whether a table's rows count days of one month, and say whether those are over."""
    return "complete" in tables.TABLES[table].columns


def _required(table: str, header: Sequence[str]) -> list[str]:
    """The columns that a header must have and whose cells must not be empty."""
    columns = tables.TABLES[table].columns.items()
    needed = [name for name, one in columns if name not in _DEFAULTED and not one.optional]
    if _by_month(table):
        needed.remove("complete")
        if "month" in header:
            needed = ["month", *(name for name in needed if name not in ("start", "end"))]
        elif "end" not in header:
            needed.remove("end")
    return needed


def _header_problems(path: Path, header: Sequence[str], table: str) -> Iterator[str]:
    allowed = [*contract.columns(table), *(["month"] if _by_month(table) else [])]
    listed = f"columns of the table {table} are {', '.join(allowed)}"
    counts = Counter(header)

    def columns(names: list[str]) -> str:
        shown = bounded(_text.headers_shown(names, header))
        return f"column{'s' if len(names) > 1 else ''} {shown}"

    if unknown := [name for name in counts if name not in allowed]:
        yield f"{path}: unknown {columns(unknown)}; {listed}"
    if twice := [name for name, count in counts.items() if count > 1]:
        yield f"{path}: {columns(twice)} given twice; keep one"
    if missing := [name for name in _required(table, header) if name not in counts]:
        shown = f"{'s' if len(missing) > 1 else ''} {', '.join(map(repr, missing))}"
        instead = " (or 'month' instead)" if _by_month(table) and "start" in missing else ""
        yield f"{path}: missing column{shown}{instead}; {listed}"
    if _by_month(table) and "month" in counts and ("start" in counts or "end" in counts):
        yield f"{path}: both 'month' and 'start' or 'end'; keep 'month', or 'start' and 'end'"


def _csv_reader(name: str, table: str, decimal_comma: bool) -> Callable[[str], object]:
    """What reads a cell of a column that is not empty."""
    if name == "month":
        return _month
    columns = tables.TABLES[table].columns
    kind, is_scaled = columns[name].kind, "scale_max" in columns

    def read(text: str) -> object:
        if (why := _text_fault(name, text)) is not None:
            raise ValueError(why)
        # no thousand lies on the scale that a row gives
        if kind == "number" and not is_scaled and _text.may_be_thousands(text):
            raise ValueError("is one for some and a thousand for others; write 1234 or 1.2340")
        value = _parse(text, kind, decimal_comma)
        if value is None:
            raise ValueError(f"cannot be read; write {_WORDS['wanted'][kind]}")
        if isinstance(value, date) and (why := day_fault(value)) is not None:
            raise ValueError(why)
        return value

    return read


def _month(text: str) -> tuple[date, date]:
    if (span := _text.parse_month(text)) is None:
        raise ValueError("is no month; write a month such as 2026-03")
    return span


def _parse(text: str, kind: str, decimal_comma: bool) -> object:
    """A cell's value by its kind, or `None` where it cannot be read."""
    if kind == "day":
        return _text.parse_day(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.A) else None
    if kind == "moment":
        return _text.parse_moment(text)
    if kind == "count":
        return _text.parse_count(text)
    if kind == "flag":
        return _WORDS["flags"].get(text.casefold())
    if kind == "number":
        text = text.replace(",", ".") if decimal_comma else text
        number = float(text) if re.fullmatch(r"[-+]?\d+(\.\d+)?", text, re.A) else math.nan
        return number + 0.0 if math.isfinite(number) else None  # no page shows a -0
    return text


def _text_fault(name: str, text: str) -> str | None:
    """Why a cell is no text or number of its column, although it could be read as one."""
    if _text.is_formula_error(text):
        return "is the error of a spreadsheet's formula; mend it or leave the cell empty"
    if name in _WORDS["parts"] and _text.is_total(text):
        return "is a total, which would count beside its parts; take the row away"
    if name.endswith("_id") and "@" in text:
        return "is no identifier: it may be an address; write a number or a code"
    return personal.personal_fault(text, names=False)  # a number to call is none of a measure


def _check_place(rows: pd.DataFrame, faults: Faults, device: Device, catalogue: Catalogue) -> None:
    """Refuse rows of another device, or whose product or channel there is not."""
    other = f"is not {device.id!r}, the device of this file"
    faults.where("device", rows["device"] != device.id, other)
    unknown = rows["product"].notna() & ~rows["product"].isin(catalogue.products)
    known = f"is no product of the catalogue; known: {bounded(catalogue.products)}"
    faults.where("product", unknown, known)
    unknown = ~rows["channel"].isin(CHANNEL_LABELS)
    faults.where("channel", unknown, f"is not one of {', '.join(CHANNEL_LABELS)}")


def _with_period(
    rows: pd.DataFrame, texts: pd.DataFrame, faults: Faults, device: Device
) -> pd.DataFrame:
    """Rows of counts with their `end` and `complete` by the rule; none of an impossible period."""
    if "month" not in rows:
        ends = rows["end"].fillna(rows["start"]) if "end" in rows else rows["start"]
        rows = rows.assign(month=[*zip(rows["start"], ends, strict=True)])
    spans = rows["month"].to_dict().items()
    texts[_SPAN] = pd.Series({line: f"{start}; {end}" for line, (start, end) in spans})
    faults.add_all(_SPAN, {line: period_fault(*span) for line, span in spans})
    rows = faults.without(rows)
    start, end = ends_of(rows["month"])
    rows = rows.assign(start=start, end=end)
    by_rule = are_complete(rows["end"], device.extracted)
    complete = rows["complete"].fillna(by_rule) if "complete" in rows else by_rule
    for line, end in rows.loc[complete.eq(True) & ~are_complete(rows["end"], None), "end"].items():
        texts.loc[line, "complete"] = "true"
        faults.add(line, "complete", f"is true, and the period ends on {end.date()}; write false")
    return faults.without(rows.assign(complete=complete))
