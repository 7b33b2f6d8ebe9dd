"""The formats of exports: how the table of a tool becomes rows of a tidy table, as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from observlib.base.text import clash
from observlib.base.yaml_files import load_data, read_yaml
from observlib.catalogue.entries import Device, Entry, Part, Slug, Text, time_zones, validated

# --- The fields of each tidy table that formats may give

_OF_TABLES = load_data(__file__)
FIELDS: dict[str, dict[str, str]] = _OF_TABLES["fields"]
NEEDED: dict[str, list[list[str]]] = _OF_TABLES["needed"]
_GO_WITH = {"start": "end", "value": "question", "scale_max": "scale_min"}


_Kind = Literal["text", "workbook", "table", "json", "archive", "queue_log", "mbox"]
_Unit = Literal["clock", "ms", "s", "min", "h"]
_DIRECTIVES = frozenset("YymdHIMSfpbBaAzZ")
_MARK = re.compile(r"-?\d{1,6}(\.\d{1,6})?", re.ASCII)


_OF_A_COUNT = ("actions", "bounces", "seconds")  # what may be told as a mean, or in % (bounces)


def check_form(form: str) -> None:
    """Raise `ValueError` where a form of moments is none."""
    if form in ("iso", "epoch", "epoch_ms"):
        return
    unknown = set(re.findall(r"%(.?)", form)) - _DIRECTIVES
    if unknown or "%" not in form:
        what = f"%{min(unknown)}" if unknown else "no directive such as %Y"
        raise ValueError(f"form {form!r} holds {what}; write iso, epoch, or as %d/%m/%Y %H:%M[:%S]")
    if form.count("[") != form.count("]"):
        raise ValueError(f"form {form!r}: what may be left out stands between [ and ]")


def _check_pattern(pattern: str) -> int:
    """The number of groups of a regular expression."""
    try:
        return re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None


def _as_column(given: Any) -> Any:
    """A column of which only the headers are told, one or several."""
    if isinstance(given, str):
        return {"headers": [given]}
    return {"headers": given} if isinstance(given, list) else given


class Layout(Part):
    """What surrounds the table in its file.

    `text` is CSV and its kin; `workbook` is .xlsx, .xls or .ods; `table` either, by the file's
    name; `json` one document, or several one after the other; `archive` a .zip of texts, each of
    one of `members`; `queue_log` Asterisk's events; `mbox` a mailbox, a row a thread.
    """

    kind: _Kind = "text"
    delimiters: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(
        default=";,\t", min_length=1
    )
    encodings: tuple[Literal["utf-8", "cp1252", "latin-1"], ...] = ("utf-8",)
    header_row: int = Field(default=1, ge=0, le=50)
    names: tuple[Text, ...] = ()
    skip_rows: int = Field(default=0, ge=0, le=10)
    skipped: str | None = None
    names_row: int | None = Field(default=None, ge=1, le=50)
    nested: bool = False
    sheets: str | None = None
    records: str | None = None
    keyed: tuple[Text, Text] | None = None
    join: tuple[Text, Text, Text] | None = None
    rows_of: str | None = None
    members: tuple[Text, ...] = ()
    section: tuple[Text, Text] | None = None
    footer: str | None = None
    addresses: tuple[Text, ...] = ()

    def _faults(self) -> Iterator[str]:
        if self.header_row == 0 and not self.names:
            yield "header_row is 0: `names` must give the names of the columns"
        if self.nested and self.header_row < 2:
            yield "nested: header_row is 2 or more, that of the names below questions"
        if self.names_row and not self.names_row <= self.header_row + self.skip_rows:
            yield "names_row is above the header, or one of skip_rows"
        if (self.nested or self.names_row) and self.kind not in ("text", "workbook"):
            yield f"{self.kind} has one header: neither `nested` nor `names_row`"
        told = (self.sheets, self.footer, self.skipped, *self.members, *(self.section or ()))
        for pattern in told:
            _check_pattern(pattern or "")


class Keep(Part):
    """Which rows count: those whose cell under `header` is one of `words`, or none of `but`."""

    header: Text
    words: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    why: Text | None = None

    def _faults(self) -> Iterator[str]:
        if bool(self.words) == bool(self.but):
            yield "has either `words` (to keep) or `but` (to leave out)"


class _Parts(Part):
    """What stands between several answers in one cell; ` : ` follows what an answer is about."""

    between: Text
    make: Literal["mean", "max"]

    def _faults(self) -> Iterator[str]:
        _check_pattern(self.between)
        yield from ()


class SourceColumn(Part):
    """A field of the table, and the column of the export that gives it.

    `headers` are compared without case, accents and kind of apostrophe; a file has one of them, or
    several where `first_of` them that is not empty counts. Words stand for values; everything else
    is refused. `""` is an empty cell, and `"*"` any other that is not.
    """

    headers: tuple[Text, ...] = ()
    value: str | None = None
    optional: bool = False
    first_of: bool = False
    empty: tuple[Text, ...] = ()
    only_if: Keep | None = None
    html: bool = False
    words: dict[str, tuple[str, ...]] = Field(default={})
    forms: tuple[Text, ...] = ()
    unit: _Unit | None = None
    thousands: Literal[","] | None = None
    after: Slug | None = None
    of: Slug | None = None
    scale: tuple[float, float] | None = None
    same: str | None = None
    parts: _Parts | None = None
    pattern: str | None = None

    def _faults(self) -> Iterator[str]:
        if bool(self.headers) == (self.value is not None):
            yield "has either `headers` or a `value`"
        elif fault := clash((word, name) for name, told in self.words.items() for word in told):
            yield f"words: {fault}"
        else:
            for form in self.forms:
                check_form(form)
            if self.pattern and _check_pattern(self.pattern) != 1:
                yield "pattern has one group: what is read of the cell"


class CarryDown(Part):
    """Columns that only the first row of several with one key holds."""

    key: Text
    headers: tuple[Text, ...]


class Latest(Part):
    """Which of several rows with one key counts: that with the last moment."""

    key: Text
    by: Text


class Answers(Part):
    """How an export of a survey writes answers, where its header and cells tell several things."""

    model_config = ConfigDict(str_strip_whitespace=False)  # a space may separate answers

    option: str | None = None
    separator: str = ""
    repeats: bool = False
    whole_rows: bool = False

    def _faults(self) -> Iterator[str]:
        if self.option and _check_pattern(self.option) != 2:
            yield "option has two groups: the question and its option"
        elif self.repeats and not (self.option and self.separator):
            yield "repeats goes with `option` and `separator`"


class Format(Entry):
    """How exports of one tool are read into a tidy table."""

    label: Text
    table: Slug
    tool: Text | None = None
    like: Slug | None = None
    layout: Layout = Layout()
    columns: dict[Slug, Annotated[SourceColumn, BeforeValidator(_as_column)]] = Field(default={})
    zone: str = "Europe/Paris"
    zone_from: str | None = None
    keep: tuple[Keep, ...] = ()
    carry_down: CarryDown | None = None
    latest: Latest | None = None
    sums: bool = False
    in_order: bool = False
    every_day: bool = False
    made_on: str | None = None
    made_named: bool = False
    last_partial: bool = False
    answers: Answers = Answers()
    never_read: tuple[Text, ...] = ()
    texts: dict[Slug, tuple[Text, ...]] = Field(default={})
    unknown: dict[Slug, Text] = Field(default={})
    refused: Text | None = None
    other_exports: dict[str, Text] = Field(default={})
    instead: dict[str, Slug] = Field(default={})
    mend: Text | None = None

    def _faults(self) -> Iterator[str]:
        if self.zone not in time_zones():
            yield f"zone {self.zone!r} is no time zone, such as Europe/Paris or UTC"
        if self.zone_from and _check_pattern(self.zone_from) != 1:
            yield "zone_from has one group: the name of the zone"
        if self.made_on and _check_pattern(self.made_on) != 1:
            yield "made_on has one group: the day, as 20260331 or 2026-03-31"
        if bool(self.columns) == bool(self.refused):
            yield "has either `columns`, or `refused` with what to export instead"
        hidden = {name.casefold() for name in self.never_read}
        for name, column in self.columns.items():
            if column.after and column.after not in self.columns:
                yield f"column {name} needs the column {column.after!r}"
            if told := hidden & {header.casefold() for header in column.headers}:
                yield f"column {name} reads {min(told)!r}, which is never to be read"
            if column.of and (column.of not in self.columns or self.columns[column.of].of):
                yield f"column {name} needs the column of a count, and not {column.of!r}"


def load_formats(
    folders: Sequence[Path], tables: Iterable[str] | None
) -> tuple[dict[str, Format], list[str]]:
    """The formats of some folders, one a file and by their id, and what is wrong with them."""
    known: dict[str, Format] = {}
    problems: list[str] = []
    shape = "a mapping (`label:`, `table:`, `columns:`)"
    for path in (path for folder in folders for path in sorted(folder.glob("*.yml"))):
        raw, lines, found = read_yaml(path, dict, shape, "is gone")
        problems += found
        if not raw:
            continue
        if like := raw.get("like"):
            there = [folder / f"{like}.yml" for folder in (*folders, path.parent)]
            of = next((one for one in there if one.is_file()), there[-1])
            absent = "is not there, though `like` names it"
            base, _, found = read_yaml(of, dict, "a mapping", absent)
            problems += found
            raw = _laid_over(base or {}, raw)
        one = validated(Format, {"id": path.stem, **raw}, path, lines, problems)
        if one is None:
            continue
        if tables is not None:
            problems += (f"{path}:{lines.get(at, 1)}: {why}" for at, why in _outside_tables(one))
        known[one.id] = one
    for one in known.values():
        for name in one.instead.values():
            if name not in known:
                problems.append(f"format {one.id!r}: `instead` names {name!r}, which is none")
    return known, problems


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The keys of a format over those of the one that it is like."""
    both = {key: {**base[key], **own[key]} for key in own if isinstance(base.get(key), dict)}
    return {**base, **own, **both}


def _outside_tables(found: Format) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a format says that its table has no place for, and the key at which it says so."""
    if found.table not in FIELDS:
        yield ("table",), f"unknown table {found.table!r}; allowed: {', '.join(sorted(FIELDS))}"
        return
    allowed = FIELDS[found.table]
    for names in NEEDED.get(found.table, ()) if found.columns else ():
        if not set(names) & set(found.columns):
            yield ("columns",), f"the table {found.table} needs {' or '.join(names)}"
    if found.texts and found.table not in ("ratings", "tickets"):
        yield ("texts",), "texts go with the tables ratings and tickets"
    for name, column in found.columns.items():
        if column.of and name not in _OF_A_COUNT:
            yield ("columns", name, "of"), f"`of` goes with {', '.join(_OF_A_COUNT)} alone"
        other = _GO_WITH.get(name, name)
        if name in allowed and other in allowed and other not in found.columns:
            yield ("columns", name), f"column {name} needs the column {other!r}"
        if allowed.get(name, "").startswith("mark"):
            if not (column.scale or "scale_max" in found.columns):
                yield ("columns", name), f"column {name} needs its `scale`, such as [1, 5]"
            if wrong := [word for word in column.words if not _MARK.fullmatch(word)]:
                yield ("columns", name, "words"), f"{wrong[0]!r} is no mark, such as 5 or 2.5"
    for key in ("columns", "unknown"):
        for name in getattr(found, key):
            if name not in allowed:
                yield (
                    (key, name),
                    f"unknown column {name!r} of the table {found.table}; "
                    f"allowed: {', '.join(allowed)}",
                )


# --- From where the exports of a device can be fetched, as its entry says, and what it must say

# The key that names what is fetched from a tool, and the loaders that read it.
_KEYS = {
    "survey_id": ("limesurvey", ("limesurvey",)),
    "site_id": ("matomo", ("matomo_csv", "matomo_json")),
    "dataset_id": ("datagouv", ("datagouv_metrics",)),
}
_WHOLE = {"zendesk_api": "zendesk", "glpi": "glpi"}  # of which all is fetched, without a key
SQLITE = (".sqlite", ".sqlite3", ".db")


def fetched_from(device: Device) -> str | None:
    """`address`, or the tool from which the exports of a device can be fetched, if any."""
    if device.address:
        return "address"
    for key, (tool, loaders) in _KEYS.items():
        if getattr(device, key) is not None and device.loader in loaders:
            return tool
    return _WHOLE.get(device.loader)


def source_faults(device: Device, formats: Mapping[str, Format]) -> Iterator[tuple[str, str]]:
    """The keys of a device that do not go together for a fetch, each with what is wrong."""
    for key, (_, loaders) in _KEYS.items():
        if getattr(device, key) is not None and device.loader not in loaders:
            yield key, f"goes with the loader {' or '.join(loaders)} alone"
    form = formats.get(device.loader)
    if device.address and form and not _is_plain(form):
        yield "address", f"goes with a format of a plain table, and {form.id} is none"
    elif device.address and not form and device.loader != "plain_csv":
        yield "address", "goes with a format of a plain table, or the loader plain_csv"
    base = device.address and ("://" in device.address or device.address.endswith(SQLITE))
    if base and not device.address_table:
        yield "address", "needs `address_table`, the table or view of the database"
    if device.address_table and not base:
        yield "address_table", "goes with an `address` of PostgreSQL or SQLite alone"


def _is_plain(form: Format) -> bool:
    """Whether a format's file is a table under one header, of which columns can be chosen."""
    layout = form.layout
    return (
        form.table != "responses"
        and bool(form.columns)
        and layout.kind in ("text", "table")
        and layout.header_row == 1
        and not (layout.skip_rows or layout.section or layout.footer or form.zone_from)
    )
