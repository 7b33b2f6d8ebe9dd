"""Which formats an export can be read by: each is tried, and what it makes of the file is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device, Format, needed_by
from observlib.catalogue.tables import TABLES
from observlib.desk.scaffold.looks import first_bytes
from observlib.loaders import Loaded, load, names
from observlib.loaders._grid import Grid, read_grid
from observlib.loaders._moments import TwoForms
from observlib.loaders._text import header_label, headers_shown

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
    keys: Mapping[str, str]
    explained: int | None = None
    titles: Mapping[str, str] | None = None
    unread: Mapping[str, str] | None = None

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
        if wanted in (None, form.id) and not form.refused:
            grid = _grid_of(path, form)
            if grid is not None and (titles := _titles(grid, form)) is not None:
                for way in _ways(form, catalogue, known):
                    try:
                        found += _by_format(path, form, grid, titles, catalogue, known, way)
                    except ObservError as error:
                        likely = _explained(grid, form) >= _LIKELY * len(grid.header)
                        faults += [error] if likely or two_forms(error) else []
    by_code = [name for name in names() if wanted in (None, name) and name != "plain_csv"]
    found += (one for name in by_code for one in _by_code(path, name, catalogue, known))
    if wanted == "plain_csv" or not (wanted or found or faults):
        found += _by_code(path, "plain_csv", catalogue, known)
    if faults and not found:
        raise _joined(faults)
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
    columns = TABLES[loaded.table].columns
    rows = loaded.rows.head(count)
    told = [name for name in rows if name not in _ABOUT and rows[name].notna().any()]
    shown = pd.DataFrame(index=rows.index)
    for name in told:
        texts = [_text(value, columns[name].kind) for value in rows[name]]
        if columns[name].kind == "text":
            people = personal.names_among(texts) if columns[name].person else set()
            hides = personal.fault if columns[name].cites else personal.shown
            texts = [
                personal.HIDDEN if text in people or hides(text) not in (None, text) else text
                for text in texts
            ]
        shown[name] = texts
    return shown


def device_to_try(path: Path, known: Mapping[str, str], catalogue: Catalogue) -> Device:
    """A device of which only what reading needs is true."""
    product = next(iter(catalogue.products), "essai")
    fields = {key: value for key, value in known.items() if key in Device.model_fields}
    return Device.model_validate({**_TRIAL, "label": path.stem, "product": product, **fields})


def by_form(
    path: Path, form: Format, catalogue: Catalogue, known: Mapping[str, str]
) -> Match | None:
    """What one format makes of a file, whose columns it has; `None` where it lacks some."""
    grid = read_grid(path, form)
    titles = _titles(grid, form)
    if titles is None:
        return None
    catalogue = catalogue.model_copy(update={"formats": {form.id: form}})
    return next(_by_format(path, form, grid, titles, catalogue, known, {}, whole=False))


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


def _joined(faults: list[ObservError]) -> ObservError:
    """One error of several, or the only one as it is, whose cause may be asked for."""
    if len(faults) == 1:
        return faults[0]
    return ObservError(*dict.fromkeys(line for error in faults for line in error.problems))


def _grid_of(path: Path, form: Format) -> Grid | None:
    """The table that a format finds in a file, if it finds one."""
    try:
        return read_grid(path, form)
    except ObservError:
        return None


def _titles(grid: Grid, form: Format) -> dict[str, str] | None:
    """The file's header of each field; `None` where the format lacks a column or its rows."""
    there = {header_label(title): title for title in grid.header}
    own = _named(form.model_copy(update={"columns": {}}))
    titles: dict[str, str] = {}
    # a row, or the sections of a site, whose period the file's name may tell
    alone = len(grid.rows) == 1 or "section" in form.columns
    for field, column in form.columns.items():
        found = [there[name] for name in map(header_label, column.headers) if name in there]
        if found:
            titles[field] = found[0]
        elif column.headers and not (column.optional and (field != "period" or alone)):
            return None
    if not titles or not grid.rows or own - {*there}:
        return None
    return titles


def _named(form: Format) -> set[str]:
    """The headers of the columns that a format reads, folded."""
    own = [name for column in form.columns.values() for name in column.headers]
    own += [rule.header for rule in form.keep]
    own += [form.carry_down.key, *form.carry_down.headers] if form.carry_down else []
    own += [form.latest.key, form.latest.by] if form.latest else []
    return {header_label(name) for name in own}


def _explained(grid: Grid, form: Format) -> int:
    """How many columns of a file a format names; none of those that it names itself."""
    if not form.layout.header_row:
        return 0
    known = _named(form) | {header_label(name) for name in form.never_read}
    return sum(header_label(title) in known for title in grid.header)


def _ways(form: Format, catalogue: Catalogue, known: Mapping[str, str]) -> list[dict[str, str]]:
    """What a device of a format must say beside it: of a survey, each questionnaire is tried."""
    if "questionnaire" not in needed_by(form.id, catalogue.formats) or "questionnaire" in known:
        return [{}]
    return [{"questionnaire": name} for name in catalogue.questionnaires]


def _by_format(
    path: Path,
    form: Format,
    grid: Grid,
    titles: Mapping[str, str],
    catalogue: Catalogue,
    known: Mapping[str, str],
    way: Mapping[str, str],
    whole: bool = True,
) -> Iterator[Match]:
    """What a format makes of a file, unless no row of it can be read."""
    device = device_to_try(path, {**known, **way, "loader": form.id}, catalogue)
    loaded = load(path, device, catalogue)
    if loaded.rows.empty and whole:
        return
    persons = {header_label(name) for name in form.never_read}
    named = _named(form)
    header = [title for title in grid.header if title.strip()]
    told = {
        one: said[1:-1] for one, said in zip(header, headers_shown(header, header), strict=True)
    }
    unread = {
        told[title]: "the format never reads it"
        if header_label(title) in persons
        else "of no field"
        for title in header
        if header_label(title) not in named
    }
    explained = _explained(grid, form)
    shown = {field: told[title] for field, title in titles.items()}
    yield Match(form.id, loaded, way, explained, shown, unread)


def _by_code(
    path: Path, loader: str, catalogue: Catalogue, known: Mapping[str, str]
) -> Iterator[Match]:
    """What a loader that is code makes of a file, once for each questionnaire or table it needs.

    Only those are given that read most rows.
    """
    ways: list[dict[str, str]] = [{}]
    for key in needed_by(loader, catalogue.formats):
        if key != "product":
            values = TABLES if key == "table" else getattr(catalogue, f"{key}s")
            only = [known[key]] if key in known else [*values]
            ways = [{**way, key: value} for way in ways for value in only]
    found = []
    for way in ways:
        try:
            device = device_to_try(path, {**known, **way, "loader": loader}, catalogue)
            loaded = load(path, device, catalogue)
        except ObservError:
            continue
        if not loaded.rows.empty:
            found.append(Match(loader, loaded, way))
    most = max((len(one.loaded.rows) for one in found), default=0)
    yield from (one for one in found if len(one.loaded.rows) == most)
