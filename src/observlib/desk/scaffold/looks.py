"""What the columns of an unknown export look like: about persons, or of which kind of cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Catalogue, Column, Format, Layout
from observlib.loaders import _moments
from observlib.loaders._csv import read_csv, read_text
from observlib.loaders._grid import Grid, read_grid
from observlib.loaders._readers import reader_of
from observlib.loaders._text import find_delimiter, read_json

NAMES = "its cells may be names"
COUNTED = ("count", "signed", "times")  # kinds that add up
MOST_WORDS = 12  # of a column whose words stand for values
_ENOUGH = 0.8  # of a column's cells, to be of a kind
_SAMPLE = 300
_FIRST = 20  # of which a form that reads most cells of a column reads one
_LONGEST_MOMENT = 50
_DELIMITERS = ";,\t|"
_TOP = 20  # rows in which the header is looked for
_THINGS = ("title", "title_id", "list", "product")  # kinds of which two capitals are no name
NOTHING = frozenset({"-", "–", "—", "n/a", "null", "none", "nan", "not set", "0000-00-00 00:00:00"})


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SMALL = _of("a au aux d de des du en et l la le les of on par pour sur the to un une")
_PERSONS = _of(
    "nom prenom name names firstname lastname fullname email mail courriel tel telephone phone "
    "mobile portable adresse address ip agent demandeur requester technicien auteur author usager "
    "client customer caller callerid appelant owner assignee user username utilisateur submitter "
    "contact from latitude longitude naissance birth postal zip nir login compte buyer acheteur "
    "recipient destinataire ship billing"
)
_NAME = _of("name names nom")
# What has a name and is no person.
_NAMED = _of(
    "app article campagne campaign category file group groupe item lettre line list liste ouvrage "
    "package product produit queue service"
)
_THEMES = _of(
    "categorie category domaine file group groupe line ligne motif queue raison reason rubrique "
    "service theme type"
)
# Of columns that say in which state a row is; of a ticket, these count whatever it is.
_OPEN = _of("etat state statut status")
STATES = _OPEN | _of(
    "actif active archived blacklist blacklisted blocked canceled cancelled confirme "
    "confirmed corbeille deleted desabonne desinscrit direction disabled disposition enabled "
    "inactif inactive opt optedin optin optout sens spam subscribed supprime test trash "
    "unsubscribed valid valide"
)
_FLAGS = _of("0 1 false faux n no non o oui true vrai y yes")
# Of columns that count something else than what is looked for, or nothing at all.
_CLICKS = _of("click clicks clic clics event events impression impressions position")
_NO_COUNT = {
    "visits": _CLICKS | _of("user users utilisateurs visiteurs visitor visitors"),
    "visitors": _CLICKS | _of("session sessions visites visits"),
}
_YEARS = _of("annee publication year yop")
_NUMBERS = _of("code doi id identifiant identifier isbn issn numero n°")
_MEANS = _of("average avg mean median mediane moy moyen moyenne per percent rate ratio taux")
_WRITTEN = _of(
    "commentaire commentaires comments message messages sujet objet subject description verbatim "
    "texte remarque remarques body corps content titre"
)
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}", re.A | re.I)
_VALUE = re.compile(r"[-+]?\d[\d\s.,:/%TZ+-]*", re.A)
_DATES = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%y",
          "%m/%d/%y", "%d %B %Y", "%B %d, %Y", "%Y%m%d")  # fmt: skip
_TIMES = (" %H:%M[:%S]", " %Hh%M", " à %H:%M[:%S]", " - %H:%M[:%S]", ", %H:%M[:%S]",
          " %I:%M[:%S] %p")  # fmt: skip
_FORMS = (
    "iso", "epoch", "epoch_ms", "%Y-%m-%d %H:%M[:%S[.%f]] %z[ %Z]",
    "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %Z %Y", "%a, %d %b %Y %H:%M[:%S][ %z]",
    "%Y/%m/%d %I:%M:%S %p UTC[%z]", "%d-%b-%Y %H:%M[:%S]", "%d %b %Y %H:%M[:%S]",
    *(day + time for day in _DATES for time in _TIMES), "%Y-%m-%d", *_DATES,
)  # fmt: skip
_UNITS = {
    "ms": ("ms", "millisecondes", "milliseconds"),
    "s": ("s", "sec", "seconde", "secondes", "second", "seconds"),
    "min": ("min", "minute", "minutes"),
    "h": ("h", "heures", "hours"),
}


@dataclass(frozen=True, eq=False)
class Look:
    """A column: its header, and its cells that are not empty with how often each is there.

    `about` says why it is not to be read, by its header, and `holds` by its cells.
    """

    title: str
    cells: Counter[str]
    about: str | None
    holds: str | None

    def hidden(self, kind: str) -> str | None:
        """Why the column cannot give a field of a kind, if it tells of someone."""
        holds = self.holds
        if holds == NAMES and (kind in _THINGS or (kind == "theme" and self._in_capitals())):
            holds = None
        if kind in _THINGS and not words_of(self.title) & (_PERSONS - _NAME):
            return holds
        return holds or self.about

    def _in_capitals(self) -> bool:
        """Whether the header is that of themes, and capitals are how all of them are written."""
        few = len(self.cells) <= MOST_WORDS and sum(self.cells.values()) > 2 * len(self.cells)
        return few and bool(words_of(self.title) & _THEMES) and all(map(str.isupper, self.cells))


def first_bytes(path: Path) -> bytes:
    """The first bytes of a file; `ObservError` where it is none that can be read."""
    if not path.is_file():
        raise ObservError(f"{path}: is no file; name an export")
    try:
        with path.open("rb") as stream:
            return stream.read(4)
    except OSError as error:
        raise ObservError(f"{path}: cannot be read: {error.strerror}") from error


def table_in(path: Path) -> tuple[Layout, Grid]:
    """The table of a file of which nothing is known, and the layout by which it is found."""
    layout = _layout(path)
    grid = read_grid(path, _blank(layout))
    header = [title.strip() for title in grid.header]
    if not grid.rows or sum(map(bool, header)) < 2:
        raise ObservError(f"{path}: no table of several columns can be found in it")
    if any(_VALUE.fullmatch(title) or personal.held(title) for title in header):
        raise ObservError(
            f"{path}: its first row holds values and no names of columns; give it a header"
        )
    return layout, grid


def looks(grid: Grid) -> list[Look]:
    """What each column that has a header looks like."""
    made = []
    for place, title in enumerate(grid.header):
        if title.strip():
            cells = Counter(
                cell
                for row in grid.rows.values()
                if len(row) > place and (cell := row[place].strip())
            )
            about = None if are_flags(cells) else _about(title)
            made.append(Look(title.strip(), cells, about, _holds(cells)))
    return made


def words_of(title: str) -> frozenset[str]:
    """The words of a header, to compare."""
    plain = fold_label(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title))
    return frozenset(re.findall(r"n°|[^\W_]+", plain)) - _SMALL


def are_flags(cells: Iterable[str]) -> bool:
    """Whether cells are words such as yes and no, which tell of no one."""
    words = {fold_label(cell) for cell in cells}
    return 0 < len(words) <= 2 and words <= _FLAGS


def is_state(look: Look, table: str) -> bool:
    """Whether a column may tell rows that count from others: by its header, or by yes and no."""
    words = words_of(look.title) - (_OPEN if table == "tickets" else frozenset())
    kind = table[:4] == "call" and "type" in words
    flag = table == "subscriptions" and len(look.cells) == 2 and are_flags(look.cells)
    few = not look.holds and 0 < len(look.cells) <= MOST_WORDS
    return few and table != "responses" and (bool(words & STATES) or kind or flag)


def fits(look: Look, kind: str, field: str, catalogue: Catalogue) -> bool:
    """Whether most cells of a column can be read as a kind of field."""
    kind = kind.rstrip("?~")
    if not look.cells or look.hidden(kind):
        return False
    if kind in ("moment", "day"):
        return bool(forms_of(look, kind == "day"))
    if kind in COUNTED and not may_be_total(look, field):
        return False
    if kind == "words" or (kind == "mark" and not is_numeric(look)):
        codes = is_numeric(look) and not words_of(look.title) & STATES
        return len(look.cells) <= MOST_WORDS and not codes and not forms_of(look, True)
    if kind in ("answer", "ticket") and len(look.cells) < _ENOUGH * sum(look.cells.values()):
        return False  # what many rows share is no number of each
    if kind == "theme" and (is_numeric(look) or forms_of(look, True)):
        return False
    timed = kind in ("time", "times") and is_numeric(look)
    mean = "visits" if is_mean(look.title) and kind in ("count", "times") else None
    clock = mean is not None and kind == "times"
    column = Column(
        headers=(look.title,), unit="s" if timed else "clock" if clock else None, of=mean
    )
    try:
        read = reader_of(kind, field, column, catalogue)
    except KeyError:  # a kind of which nothing more is known
        return True
    sample = [cell for cell in list(look.cells)[:_SAMPLE] if fold_label(cell) not in NOTHING]
    return _share(sample, read) >= _ENOUGH


@lru_cache(2000)
def forms_of(look: Look, days: bool, told: str | None = None) -> tuple[str, ...]:
    """The form of a column's moments, or none; several where day and month may be swapped.

    They may be where no day is above 12, even if each is as much as its month.
    """
    cells = [cell for cell in look.cells if fold_label(cell) not in NOTHING]
    sample = [cell for cell in cells[:_SAMPLE] if len(cell) <= _LONGEST_MOMENT]
    if not cells or len(sample) < _ENOUGH * len(cells[:_SAMPLE]):
        return ()
    known = _FORMS if told is None else (told, *_FORMS)
    likely = [
        form
        for form in known
        if _may_read(form, days, sample) and _read(sample, form, days) >= _ENOUGH * len(sample)
    ]
    if not likely or told in likely:
        return (told,) if told in likely and told else ()
    if told:  # only where the month stands, such as %d/%m/%Y of moments
        likely = [form for form in likely if _order(form) == _order(told)] or likely
    counts = {form: _read(cells, form, days) for form in likely}
    best = [form for form in likely if counts[form] == max(counts.values())]
    by_order = {_order(form): form for form in reversed(best)}
    return tuple(sorted(by_order.values(), key=best.index))


def is_mean(title: str) -> bool:
    """Whether a header is that of means or shares, which nothing adds up.

    Examples
    --------
    >>> [is_mean(title) for title in ("Avg Wait", "Taux de rebond", "Answer %", "Attente totale")]
    [True, True, True, False]
    """
    return "%" in title or bool(words_of(title) & _MEANS)


def may_be_total(look: Look, field: str) -> bool:
    """Whether a column may give a count or a total, or a mean of which one can be made."""
    words = words_of(look.title)
    years = words & _YEARS and all(re.fullmatch(r"(?:19|20)\d\d", cell) for cell in look.cells)
    if years or words & (_NUMBERS | _NO_COUNT.get(field, frozenset())):
        return False
    return not is_mean(look.title) or ("%" not in look.title and field in ("actions", "seconds"))


def _order(form: str) -> str:
    """In which order a form has year, month and day."""
    return "".join(re.findall("%[Yymd]", form.replace("iso", "%Y%m%d")))


def unit_of(look: Look) -> str | None:
    """The unit of a column of durations: `clock`, what its header says, or `None`: not known."""
    if not is_numeric(look):
        return "clock"
    told = frozenset(re.findall(r"[^\W_]+", fold_label(look.title)))
    return next((unit for unit, words in _UNITS.items() if told & {*words}), None)


def _blank(layout: Layout) -> Format:
    """A format of which only the layout counts."""
    return Format.model_construct(id="essai", label="essai", table="essai", layout=layout)


def _layout(path: Path) -> Layout:
    if first_bytes(path).startswith((b"PK", b"\xd0\xcf\x11\xe0")):  # .xlsx and .ods, .xls
        grid = read_grid(path, _blank(Layout(kind="workbook")))
        top = {1: grid.header} | {n: [*row] for n, row in [*grid.rows.items()][:_TOP]}
        return Layout(kind="workbook", header_row=[*top][_header_row([*top.values()]) - 1])
    text = read_text(path, ("utf-8", "cp1252"))
    if text.lstrip()[:1] in ("[", "{"):
        return _json_layout(path, text)
    lines = [line for line in text.splitlines() if line.strip()][:_TOP]
    delimiter = find_delimiter(_richest(lines), _DELIMITERS)
    header, rows = read_csv(path, text, delimiter)
    more: dict[str, object] = {}
    if (row := _header_row([header, *list(rows.values())[:_TOP]])) > 1:
        more["header_row"] = row
    if delimiter not in Layout().delimiters:
        more["delimiters"] = delimiter
    try:
        read_text(path)
    except ObservError:
        more["encodings"] = ("utf-8", "cp1252")
    return Layout.model_validate(more)


def _json_layout(path: Path, text: str) -> Layout:
    try:
        document = read_json(path, text)
    except ObservError:  # several documents, one after the other
        return Layout(kind="json")
    lists = [
        key
        for key, value in (document.items() if isinstance(document, dict) else ())
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    ]
    return Layout(kind="json", records=lists[0] if len(lists) == 1 else None)


def _richest(lines: list[str]) -> str:
    """The line, of the first, that is set apart most often by one sign."""
    return max(lines, key=lambda line: max(line.count(sign) for sign in _DELIMITERS))


def _header_row(top: list[list[str]]) -> int:
    """The first row, from 1, that fills most of the columns: titles above a table fill one."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in top]
    return next(at for at, count in enumerate(filled, 1) if count >= 0.6 * max(filled))


def _about(title: str) -> str | None:
    words = words_of(title)
    if words & STATES or words == {"contact", "type"}:  # of a call
        return None
    if words & (_PERSONS - _NAME if words & _NAMED else _PERSONS):
        return "its header is that of a person's data"
    return "its header is that of what someone wrote" if words & _WRITTEN else None


def _holds(cells: Counter[str]) -> str | None:
    """Why cells are not to be read: what most persons' data look like, and free text."""
    sample = list(cells)[: 10 * _SAMPLE]
    if not sample:
        return None
    held = [cell for cell in sample if personal.held(cell, identifier=True)]
    timed = [form for form in _FORMS if "%M" in form]  # 03/25/2026 09:34:05 is no number of anyone
    if held and not any(_read(held, form, False) == len(held) for form in timed):
        return "its cells hold addresses or numbers of persons"
    if any(_IP.fullmatch(cell) for cell in sample):
        return "its cells hold IP addresses"
    if sum("\n" in cell or len(cell) > 80 or len(cell.split()) > 8 for cell in sample) > (
        0.1 * len(sample)
    ):
        return "its cells are texts that someone wrote"
    names = [cell for cell in sample if personal.reads_as_name(cell)]
    if len(names) > 0.3 * len(sample):  # days have capitals too: "Tue Sep 01 09:12:44 2026"
        return None if any(_read(names, form, False) == len(names) for form in _FORMS) else NAMES
    return None


def is_numeric(look: Look) -> bool:
    """Whether all cells of a column are numbers."""
    return all(re.fullmatch(r"[-+]?\d+(?:[.,]\d+)?", cell, re.A) for cell in look.cells)


def _may_read(form: str, days: bool, sample: list[str]) -> bool:
    """Whether a form fits one of the first cells, which costs less than to read them all."""
    shape = _moments._EPOCH if form.startswith("epoch") else _moments._pattern(form, days)
    first = pa.array(sample[:_FIRST], pa.string())
    return bool(pc.any(pc.match_substring_regex(first, shape)).as_py())


def _read(cells: list[str], form: str, days: bool) -> int:
    """How many cells a form reads."""
    return int(_moments.parsed(pd.Series(cells), form, days)["read"].sum())


def _share(sample: Iterable[str], read: Callable[[str], object]) -> float:
    """The share of cells that a reader takes."""
    count = taken = 0
    for cell in sample:
        count += 1
        try:
            read(cell)
        except ValueError:
            continue
        taken += 1
    return taken / count if count else 0.0
