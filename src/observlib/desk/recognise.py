"""What an unknown export is: the formats that read it, and what its columns look like."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from observlib.base import files, personal
from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue, Device, Format, Layout, SourceColumn, needed_by
from observlib.catalogue.tables import TABLES
from observlib.desk.sources import missing_columns, read_by
from observlib.loaders import Loaded, _moments, _text, load, loader_names
from observlib.loaders._cells import reader_of
from observlib.loaders._grid import Grid, read_grid
from observlib.loaders._moments import TwoForms
from observlib.loaders._text import header_label

# --- The formats by which it can be read: each is tried, and what it makes of the file is kept

_Known = Mapping[str, str]  # what is known of a device, by its keys
_ABOUT = ("device", "product", "channel", "unknown")  # the same for all rows
_LIKELY = 1 / 3  # of a file's columns that a format names, so that its error is worth telling
_TRIAL = {"id": "essai", "family": "feedback", "channel": "web", "owner": "essai"}
_TRIAL |= {"frequency": "occasional", "personal_data": "?", "pattern": "*"}


@dataclass(frozen=True)
class Match:
    """A loader that reads a file, and what it makes of it.

    `keys` are what a device must say beside its loader; `titles` the file's headers by their
    fields, and `unread` those that are passed over, with the reason; of a loader that is code
    neither is known.
    """

    loader: str
    loaded: Loaded
    keys: _Known
    explained: int | None = None
    titles: _Known | None = None
    unread: _Known | None = None

    @property
    def shown(self) -> str:
        """The loader, with what a device must say beside it."""
        more = ", ".join(f"{key} {value}" for key, value in self.keys.items())
        return f"{self.loader} ({more})" if more else self.loader


def recognised(
    path: Path, catalogue: Catalogue, given: Mapping[str, str | None] | None = None
) -> list[Match]:
    """The loaders that read a file, the best first.

    A format fits where all columns that it needs are there and rows can be read. The more columns
    of the file it names, the better; of as many, the more rows it reads. Loaders that are code are
    tried as they are, and the CSV of a tidy table where nothing else fits.
    """
    first_bytes(path)
    known = {key: value for key, value in (given or {}).items() if value}
    wanted = known.get("loader")
    found: list[Match] = []
    faults: list[ObservError] = []
    for form in catalogue.formats.values():
        if wanted not in (None, form.id) or form.refused:
            continue
        try:
            grid = read_grid(path, form)
        except ObservError:
            continue
        if (titles := _titles(grid, form)) is None:
            continue
        for way in _ways(form.id, catalogue, known):
            try:
                match = _by_format(path, form, grid, titles, catalogue, {**known, **way})
            except ObservError as error:
                likely = _explained(grid, form) >= _LIKELY * len(grid.header)
                faults += [error] if likely or two_forms(error) else []
            else:
                found += [] if match.loaded.rows.empty else [replace(match, keys=way)]
    for name in sorted(loader_names(), key=lambda name: name == "plain_csv"):
        is_last = name == "plain_csv" and bool(found or faults)
        if wanted == name or (wanted is None and not is_last):
            found += _by_code(path, name, catalogue, known)
    if len(faults) == 1 and not found:
        raise faults[0]  # as it is, for its cause may be asked for
    if faults and not found:
        raise ObservError(*dict.fromkeys(line for error in faults for line in error.problems))
    return sorted(found, key=_rank, reverse=True)


def equally_good(matches: list[Match]) -> list[Match]:
    """Those among the matches of a file, the best first, that nothing sets apart from the best."""
    formats = [one for one in matches if one.explained is not None]
    best = [one for one in formats if _rank(one) == _rank(formats[0])]
    for one in matches:
        if one.explained is None:
            same = [other for other in best if other.loaded.table == one.loaded.table]
            if not any(_filled(other) > _filled(one) for other in same):
                best = [o for o in best if o not in same or _filled(o) == _filled(one)] + [one]
    return best


def why_not(path: Path, catalogue: Catalogue, given: Mapping[str, str | None]) -> str:
    """Why the `loader` that is given reads no row of a file."""
    known = {key: value for key, value in given.items() if value}
    try:
        loaded = load(path, device_to_try(path, known, catalogue), catalogue)
    except ObservError as error:
        return error.problems[0]
    said = "".join(f": row {row.row}: {row.reason}" for row in loaded.rejects.head(1).itertuples())
    return f"{path}: no row can be read as {known['loader']}{said}"


def two_forms(error: ObservError) -> tuple[str, str] | None:
    """The two forms in which a file's days can be read, where that is what an error says."""
    return error.__cause__.forms if isinstance(error.__cause__, TwoForms) else None


def first_rows(loaded: Loaded, count: int = 3) -> pd.DataFrame:
    """The first rows of a tidy table as texts, without what may tell of someone."""
    rows = loaded.rows.head(count).drop(columns=[*_ABOUT], errors="ignore")
    rows = rows.dropna(axis=1, how="all")
    shown = pd.DataFrame(index=rows.index)
    for name in rows:
        column = TABLES[loaded.table].columns[name]
        texts = [_cell_text(value, column.kind) for value in rows[name]]
        if column.kind == "text":
            people = personal.names_among(texts) if column.person else set()
            hides = personal.personal_fault if column.cites else personal.shown
            hidden = [text in people or hides(text) not in (None, text) for text in texts]
            texts = [personal.HIDDEN if h else text for h, text in zip(hidden, texts, strict=True)]
        shown[name] = texts
    return shown


def device_to_try(path: Path, known: _Known, catalogue: Catalogue) -> Device:
    """A device of which only what reading needs is true."""
    first = next(iter(catalogue.products), "essai")
    fields = {key: value for key, value in known.items() if key in Device.model_fields}
    return Device.model_validate({**_TRIAL, "label": path.stem, "product": first, **fields})


def by_form(path: Path, form: Format, catalogue: Catalogue, known: _Known) -> Match | None:
    """What one format makes of a file, whose columns it has; `None` where it lacks some."""
    grid = read_grid(path, form)
    titles = _titles(grid, form)
    if titles is None:
        return None
    catalogue = catalogue.model_copy(update={"formats": {form.id: form}})
    return _by_format(path, form, grid, titles, catalogue, known)


def _cell_text(value: object, kind: str) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if kind == "day" else f"{value:%Y-%m-%d %H:%M} UTC"
    return ("yes" if value else "no") if kind == "flag" else str(value)


def _rank(match: Match) -> tuple[int, int]:
    return (10**6 if match.explained is None else match.explained, len(match.loaded.rows))


def _filled(match: Match) -> int:
    return int(match.loaded.rows.notna().sum().sum())


def _titles(grid: Grid, form: Format) -> dict[str, str] | None:
    """The file's header of each field; `None` where the format lacks a column or its rows."""
    there = {header_label(title): title for title in grid.header}
    titles = {}
    for field, column in form.columns.items():
        labels = [label for label in map(header_label, column.headers) if label in there]
        if labels:
            titles[field] = there[labels[0]]
    # a row, or the sections of a site, whose period the file's name may tell
    alone = len(grid.rows) == 1 or "section" in form.columns
    lacks_period = "period" in form.columns and "period" not in titles and not alone
    if not grid.rows or missing_columns(form, grid.header) or lacks_period:
        return None
    return titles or None


def _explained(grid: Grid, form: Format) -> int:
    """How many columns of a file a format names; none of those that it names itself."""
    if not form.layout.header_row:
        return 0
    known = set(map(header_label, (*read_by(form), *form.never_read)))
    return sum(header_label(title) in known for title in grid.header)


def _ways(loader: str, catalogue: Catalogue, known: _Known) -> list[dict[str, str]]:
    """What a device of a loader must say beside it: each table and questionnaire is tried."""
    allowed: dict[str, Iterable[str]] = {"table": TABLES, "questionnaire": catalogue.questionnaires}
    keys = [key for key in needed_by(loader, catalogue.formats) if key in allowed]
    values = [[known[key]] if key in known else [*allowed[key]] for key in keys]
    return [dict(zip(keys, way, strict=True)) for way in product(*values)]


def _by_format(
    path: Path, form: Format, grid: Grid, titles: _Known, catalogue: Catalogue, known: _Known
) -> Match:
    """What a format makes of a file."""
    loaded = load(path, device_to_try(path, {**known, "loader": form.id}, catalogue), catalogue)
    header = [title for title in grid.header if title.strip()]
    quoted = _text.headers_shown(header, header)
    shown = {one: said[1:-1] for one, said in zip(header, quoted, strict=True)}
    named, persons = {*map(header_label, read_by(form))}, {*map(header_label, form.never_read)}
    reasons = ("of no field", "the format never reads it")
    others = [title for title in header if header_label(title) not in named]
    unread = {shown[title]: reasons[header_label(title) in persons] for title in others}
    fields = {field: shown[title] for field, title in titles.items()}
    return Match(form.id, loaded, {}, _explained(grid, form), fields, unread)


def _by_code(path: Path, loader: str, catalogue: Catalogue, known: _Known) -> list[Match]:
    """What a loader that is code makes of a file, with what has it read most rows."""
    found = []
    for way in _ways(loader, catalogue, known):
        try:
            device = device_to_try(path, {**known, **way, "loader": loader}, catalogue)
            loaded = load(path, device, catalogue)
        except ObservError:
            continue
        if not loaded.rows.empty:
            found.append(Match(loader, loaded, way))
    most = max((len(one.loaded.rows) for one in found), default=0)
    return [one for one in found if len(one.loaded.rows) == most]


# --- What its columns look like: about persons, or of which kind of cells

_KNOWN = load_data(__file__)
_WORDS = {name: frozenset(words.split()) for name, words in _KNOWN["words"].items()}
_STATES = _WORDS["open"] | _WORDS["states"]
UNITS = {unit: frozenset(words.split()) for unit, words in _KNOWN["units"].items()}
_NOTHING = frozenset(_KNOWN["nothing"])
_DAYS = _KNOWN["days"]
_WITH_TIMES = [day + time for day in _DAYS for time in _KNOWN["times"]]
_FORMS = (*_KNOWN["forms"], *_WITH_TIMES, "%Y-%m-%d", *_DAYS)
_NAMES = "its cells may be names"
ADDITIVE_KINDS = ("count", "signed", "times")  # kinds that add up
_MOST_WORDS = 12  # of a column whose words stand for values
_ENOUGH = 0.8  # of a column's cells, to be of a kind
_SAMPLE = 300
_FIRST = 20  # of which a form that reads most cells of a column reads one
_LONGEST_MOMENT = 50
_DELIMITERS = ";,\t|"
_TOP = 20  # rows in which the header is looked for
_THINGS = ("title", "title_id", "list", "product")  # kinds of which two capitals are no name
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}", re.A | re.I)
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?", re.A)
_VALUE = re.compile(r"[-+]?\d[\d\s.,:/%TZ+-]*", re.A)


@dataclass(frozen=True, eq=False)
class Look:
    """A column: its header, and its cells that are not empty with how often each is there."""

    title: str
    cells: Counter[str]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of its header, to compare."""
        return words_of(self.title)

    @cached_property
    def empty(self) -> list[str]:
        """Its cells that stand for nothing."""
        return [cell for cell in self.cells if fold_label(cell) in _NOTHING]

    @cached_property
    def filled(self) -> list[str]:
        """Its cells that stand for something."""
        return [cell for cell in self.cells if fold_label(cell) not in _NOTHING]

    @cached_property
    def is_numeric(self) -> bool:
        """Whether all its cells are numbers."""
        return all(map(_NUMBER.fullmatch, self.cells))

    @cached_property
    def is_mean(self) -> bool:
        """Whether its header is that of means or shares, which nothing adds up."""
        return "%" in self.title or bool(self.words & _WORDS["means"])

    @cached_property
    def about(self) -> str | None:
        """Why it is not to be read, by its header."""
        if self._has_flags or self.words & _STATES or self.words == {"contact", "type"}:  # of calls
            return None
        persons = _WORDS["persons"]
        if self.words & (persons - _WORDS["name"] if self.words & _WORDS["named"] else persons):
            return "its header is that of a person's data"
        written = self.words & _WORDS["written"]
        return "its header is that of what someone wrote" if written else None

    @cached_property
    def holds(self) -> str | None:
        """Why it is not to be read, by its cells: most persons' data, and free text."""
        sample = list(self.cells)[: 10 * _SAMPLE]
        held = [cell for cell in sample if personal.held(cell, identifier=True)]
        if held and not _are_moments(held, "%M"):  # 03/25/2026 09:34:05 is no number of anyone
            return "its cells hold addresses or numbers of persons"
        if any(map(_IP.fullmatch, sample)):
            return "its cells hold IP addresses"
        texts = sum("\n" in cell or len(cell) > 80 or len(cell.split()) > 8 for cell in sample)
        if texts > 0.1 * len(sample):
            return "its cells are texts that someone wrote"
        names = list(filter(personal.reads_as_name, sample))
        many = len(names) > 0.3 * len(sample)
        return _NAMES if many and not _are_moments(names) else None  # days have capitals too

    @property
    def unread(self) -> str | None:
        """Why it is not to be read, if it tells of someone."""
        return self.about or self.holds

    def hidden(self, kind: str) -> str | None:
        """Why it cannot give a field of a kind, if it tells of someone."""
        holds = self.holds
        if holds == _NAMES and (kind in _THINGS or (kind == "theme" and self._in_capitals)):
            holds = None
        if kind in _THINGS and not self.words & (_WORDS["persons"] - _WORDS["name"]):
            return holds
        return holds or self.about

    def is_state(self, table: str) -> bool:
        """Whether it may tell rows that count from others: by its header, or by yes and no."""
        if table == "responses" or self.holds or not 0 < len(self.cells) <= _MOST_WORDS:
            return False
        words = _STATES - _WORDS["open"] if table == "tickets" else _STATES
        of_calls = table.startswith("call") and "type" in self.words
        flag = table == "subscriptions" and len(self.cells) == 2 and self._has_flags
        return bool(self.words & words) or of_calls or flag

    def may_be_total(self, field: str) -> bool:
        """Whether it may give a count or a total, or a mean of which one can be made."""
        years = all(re.fullmatch(r"(?:19|20)\d\d", cell) for cell in self.cells)
        others = _WORDS["numbers"] | _WORDS.get(f"no_{field}", frozenset())
        if self.words & others or (years and self.words & _WORDS["years"]):
            return False
        return not self.is_mean or ("%" not in self.title and field in ("actions", "seconds"))

    @property
    def unit(self) -> str | None:
        """The unit of durations: `clock`, what its header says, or `None`: not known."""
        if not self.is_numeric:
            return "clock"
        told = frozenset(re.findall(r"[^\W_]+", fold_label(self.title)))
        return next((unit for unit, words in UNITS.items() if told & words), None)

    @cached_property
    def _has_flags(self) -> bool:
        """Whether its cells are words such as yes and no, which tell of no one."""
        words = set(map(fold_label, self.cells))
        return 0 < len(words) <= 2 and words <= _WORDS["flags"]

    @cached_property
    def _in_capitals(self) -> bool:
        """Whether the header is that of themes, and capitals are how all of them are written."""
        few = len(self.cells) <= _MOST_WORDS and self.cells.total() > 2 * len(self.cells)
        return few and bool(self.words & _WORDS["themes"]) and all(map(str.isupper, self.cells))


def words_of(title: str) -> frozenset[str]:
    """The words of a header, to compare."""
    plain = fold_label(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title))
    return frozenset(re.findall(r"n°|[^\W_]+", plain)) - _WORDS["small"]


# --- The table of a file of which nothing is known


def first_bytes(path: Path) -> bytes:
    """The first bytes of a file; `ObservError` where it is none that can be read."""
    if not path.is_file():
        raise ObservError(f"{path}: is no file; name an export")
    with files.opened(path) as stream:
        return stream.read(4)


@lru_cache(1)  # each answer to a question asks for it again
def looked_at(path: Path, saved: int) -> tuple[Layout, list[Look]]:
    """The layout by which the table of a file is found, and what its columns look like."""
    layout = _layout(path)
    grid = _grid(path, layout)
    header = [title.strip() for title in grid.header]
    if not grid.rows or sum(map(bool, header)) < 2:
        raise ObservError(f"{path}: no table of several columns can be found in it")
    if any(_VALUE.fullmatch(title) or personal.held(title) for title in header):
        what = "its first row holds values and no names of columns"
        raise ObservError(f"{path}: {what}; give it a header")
    looks = []
    for place, title in enumerate(header):
        cells = [row[place].strip() for row in grid.rows.values() if len(row) > place]
        looks += [Look(title, Counter(filter(None, cells)))] if title else []
    return layout, looks


def _grid(path: Path, layout: Layout) -> Grid:
    """The table of a file, by a format of which only the layout counts."""
    form = Format.model_construct(id="essai", label="essai", table="essai", layout=layout)
    return read_grid(path, form)


def _layout(path: Path) -> Layout:
    if first_bytes(path).startswith((b"PK", b"\xd0\xcf\x11\xe0")):  # .xlsx and .ods, .xls
        grid = _grid(path, Layout(kind="workbook"))
        top = {1: grid.header} | {n: [*row] for n, row in [*grid.rows.items()][:_TOP]}
        return Layout(kind="workbook", header_row=[*top][_header_row([*top.values()]) - 1])
    encodings = Layout().encodings
    try:
        text = _text.read_export_text(path)
    except ObservError:
        encodings = ("utf-8", "cp1252")
        text = _text.read_export_text(path, encodings)
    if text.lstrip()[:1] in ("[", "{"):
        return _json_layout(path, text)
    lines = [line for line in text.splitlines() if line.strip()][:_TOP]
    richest = max(lines, key=lambda line: max(map(line.count, _DELIMITERS)))
    delimiter = _text.find_delimiter(richest, _DELIMITERS)
    header, rows = _text.read_csv(path, text, delimiter)
    known = Layout().delimiters
    row = _header_row([header, *list(rows.values())[:_TOP]])
    delimiters = known if delimiter in known else delimiter
    return Layout(header_row=row, delimiters=delimiters, encodings=encodings)


def _json_layout(path: Path, text: str) -> Layout:
    try:
        document = _text.read_json(path, text)
    except ObservError:  # several documents, one after the other
        return Layout(kind="json")
    parts = document.items() if isinstance(document, dict) else ()
    full = [(key, value) for key, value in parts if value and isinstance(value, list)]
    lists = [key for key, value in full if all(isinstance(one, dict) for one in value)]
    return Layout(kind="json", records=lists[0] if len(lists) == 1 else None)


def _header_row(top: list[list[str]]) -> int:
    """The first row, from 1, that fills most of the columns: titles above a table fill one."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in top]
    return next(at for at, count in enumerate(filled, 1) if count >= 0.6 * max(filled))


# --- The kind of a column's cells, by what the loaders' own readers make of them


def fits(look: Look, kind: str, field: str, catalogue: Catalogue) -> bool:
    """Whether most cells of a column can be read as a kind of field."""
    kind = kind.rstrip("?~")
    if not look.cells or look.hidden(kind):
        return False
    if kind in ("moment", "day"):
        return bool(forms_of(look, kind == "day"))
    if kind in ADDITIVE_KINDS and not look.may_be_total(field):
        return False
    if kind == "words" or (kind == "mark" and not look.is_numeric):
        codes = look.is_numeric and not look.words & _STATES
        return len(look.cells) <= _MOST_WORDS and not codes and not forms_of(look, True)
    if kind in ("answer", "ticket") and len(look.cells) < _ENOUGH * look.cells.total():
        return False  # what many rows share is no number of each
    if kind == "theme" and (look.is_numeric or forms_of(look, True)):
        return False
    unit: Any = "s" if look.is_numeric else "clock"
    of: Any = "visits" if look.is_mean and kind in ("count", "times") else None
    timed = kind in ("time", "times")
    column = SourceColumn(headers=(look.title,), unit=unit if timed else None, of=of)
    try:
        read = reader_of(kind, field, column, catalogue)
    except KeyError:  # a kind of which nothing more is known
        return True
    sample, count = look.filled[:_SAMPLE], 0
    for cell in sample:
        with suppress(ValueError):
            read(cell)
            count += 1
    return bool(sample) and count >= _ENOUGH * len(sample)


@lru_cache(2000)
def forms_of(look: Look, days: bool, told: str | None = None) -> tuple[str, ...]:
    """The form of a column's moments, or none; several where day and month may be swapped."""
    short = [cell for cell in look.filled if len(cell) <= _LONGEST_MOMENT]
    if not short or len(short) < _ENOUGH * len(look.filled):
        return ()
    forms = [told, *_FORMS] if told else _FORMS
    may = [form for form in forms if _may_read(form, days, short[:_FIRST])]
    counts = {form: _read(short, form, days) for form in may}
    likely = [form for form, count in counts.items() if count >= _ENOUGH * len(look.filled)]
    if told and told in likely:
        return (told,)
    if told:  # only where the month stands, such as %d/%m/%Y of moments
        likely = [form for form in likely if _order(form) == _order(told)] or likely
    most = max((counts[form] for form in likely), default=0)
    by_order: dict[str, str] = {}
    for form in likely:
        if counts[form] == most:
            by_order.setdefault(_order(form), form)
    return tuple(by_order.values())


def _order(form: str) -> str:
    """In which order a form has year, month and day."""
    return "".join(re.findall("%[Yymd]", form.replace("iso", "%Y%m%d")))


def _may_read(form: str, days: bool, sample: list[str]) -> bool:
    """Whether a form fits one of the first cells, which costs less than to read them all."""
    shape = _moments._EPOCH if form.startswith("epoch") else _moments._pattern(form, days)
    return bool(pc.any(pc.match_substring_regex(pa.array(sample, pa.string()), shape)).as_py())


def _are_moments(cells: list[str], part: str = "") -> bool:
    """Whether a form that has some part reads all cells."""
    forms = [form for form in _FORMS if part in form and _may_read(form, False, cells[:1])]
    return any(_read(cells, form, False) == len(cells) for form in forms)


def _read(cells: Iterable[str], form: str, days: bool) -> int:
    """How many cells a form reads."""
    return int(_moments.parsed(pd.Series(list(cells)), form, days)["read"].sum())
