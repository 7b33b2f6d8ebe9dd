"""Which formats an export can be read by: each is tried, and what it makes of the file is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pandas as pd

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device, Format, needed_by
from observlib.catalogue.tables import TABLES
from observlib.desk.fetching.tables import missing, read_by
from observlib.desk.scaffold.looks import first_bytes
from observlib.loaders import Loaded, load, names
from observlib.loaders._grid import Grid, read_grid
from observlib.loaders._moments import TwoForms
from observlib.loaders._text import header_label, headers_shown

_Known = Mapping[str, str]  # what is known of a device, by its keys
_ABOUT = ("device", "product", "channel", "unknown")  # the same for all rows
_LIKELY = 1 / 3  # of a file's columns that a format names, so that its error is worth telling
_TRIAL = {
    "id": "essai", "label": "Essai", "family": "feedback", "channel": "web", "owner": "essai",
    "frequency": "occasional", "personal_data": "?", "pattern": "*",
}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """A loader that reads a file, and what it makes of it.

    `keys` are what a device must say beside its loader. `titles` are the file's headers by the
    fields that they give, and `unread` those that are passed over, with the reason; of a loader
    that is code neither is known.
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

    Examples
    --------
    >>> from observlib.pipeline import project
    >>> known = project.catalogue(Path("data"))
    >>> recognised(Path("README.md"), known)
    []
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
                match = _by_format(path, form, grid, titles, catalogue, {**known, **way}, way)
            except ObservError as error:
                likely = _explained(grid, form) >= _LIKELY * len(grid.header)
                faults += [error] if likely or two_forms(error) else []
            else:
                found += [] if match.loaded.rows.empty else [match]
    for name in names():
        if wanted in (None, name) and name != "plain_csv":
            found += _by_code(path, name, catalogue, known)
    if wanted == "plain_csv" or not (wanted or found or faults):
        found += _by_code(path, "plain_csv", catalogue, known)
    if faults and not found:
        one_alone = len(faults) == 1  # as it is, for its cause may be asked for
        lines = dict.fromkeys(line for error in faults for line in error.problems)
        raise faults[0] if one_alone else ObservError(*lines)
    return sorted(found, key=_rank, reverse=True)


def equally_good(matches: list[Match]) -> list[Match]:
    """Those among the matches of a file, the best first, that nothing sets apart from the best.

    Of a format and a loader that is code, whose columns are not known, the one that fills more
    cells of the same table is better.
    """
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
    """The first rows of a tidy table as texts, without what may tell of someone.

    Examples
    --------
    >>> rows = pd.DataFrame({"call_id": ["a1", "zoe"], "wait": [3, 4], "talk": [None, None]})
    >>> first_rows(Loaded("calls", rows, pd.DataFrame()), 2).to_dict("list")
    {'call_id': ['a1', '(not shown: it may tell of someone)'], 'wait': ['3', '4']}
    """
    rows = (
        loaded.rows.head(count).drop(columns=[*_ABOUT], errors="ignore").dropna(axis=1, how="all")
    )
    shown = pd.DataFrame(index=rows.index)
    for name in rows:
        column = TABLES[loaded.table].columns[name]
        texts = [_text(value, column.kind) for value in rows[name]]
        if column.kind == "text":
            people = personal.names_among(texts) if column.person else set()
            hides = personal.fault if column.cites else personal.shown
            texts = [
                personal.HIDDEN if text in people or hides(text) not in (None, text) else text
                for text in texts
            ]
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
    return _by_format(path, form, grid, titles, catalogue, known, {})


def _text(value: object, kind: str) -> str:
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
    # a row, or the sections of a site, whose period the file's name may tell
    alone = len(grid.rows) == 1 or "section" in form.columns
    period = form.columns.get("period")
    lacks_period = (
        period and not alone and there.keys().isdisjoint(map(header_label, period.headers))
    )
    if not grid.rows or missing(form, grid.header) or lacks_period:
        return None
    titles = {}
    for field, column in form.columns.items():
        labels = [label for label in map(header_label, column.headers) if label in there]
        if labels:
            titles[field] = there[labels[0]]
    return titles or None


def _explained(grid: Grid, form: Format) -> int:
    """How many columns of a file a format names; none of those that it names itself."""
    if not form.layout.header_row:
        return 0
    known = set(map(header_label, (*read_by(form), *form.never_read)))
    return sum(header_label(title) in known for title in grid.header)


def _ways(loader: str, catalogue: Catalogue, known: _Known) -> list[dict[str, str]]:
    """What a device of a loader must say beside it: each table and questionnaire is tried."""
    allowed: dict[str, Iterable[str]] = {
        "table": TABLES,
        "questionnaire": catalogue.questionnaires,
    }
    keys = [key for key in needed_by(loader, catalogue.formats) if key in allowed]
    values = [[known[key]] if key in known else [*allowed[key]] for key in keys]
    return [dict(zip(keys, way, strict=True)) for way in product(*values)]


def _by_format(
    path: Path,
    form: Format,
    grid: Grid,
    titles: _Known,
    catalogue: Catalogue,
    known: _Known,
    keys: _Known,
) -> Match:
    """What a format makes of a file."""
    loaded = load(path, device_to_try(path, {**known, "loader": form.id}, catalogue), catalogue)
    header = [title for title in grid.header if title.strip()]
    shown = {
        one: said[1:-1] for one, said in zip(header, headers_shown(header, header), strict=True)
    }
    named, persons = {*map(header_label, read_by(form))}, {*map(header_label, form.never_read)}
    reasons = ("of no field", "the format never reads it")
    unread = {
        shown[title]: reasons[header_label(title) in persons]
        for title in header
        if header_label(title) not in named
    }
    fields = {field: shown[title] for field, title in titles.items()}
    return Match(form.id, loaded, keys, _explained(grid, form), fields, unread)


def _by_code(path: Path, loader: str, catalogue: Catalogue, known: _Known) -> list[Match]:
    """What a loader that is code makes of a file, once for each questionnaire or table it needs.

    Only those are given that read most rows.
    """
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
