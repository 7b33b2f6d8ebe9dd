"""Corrections: what a source got wrong, what is read in its place, and until when.

A file `data/corrections/<id>.yml` of the data folder whose exports it mends each: see
docs/how-to/correction.md. The guard is compared with what exports gave, and never with what another
correction made of it. No correction names a person's identifier, nor changes what people wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Day  # which is the name of a key too
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from observlib.base.yaml_files import KeyLines
from observlib.catalogue.entries import Slug, Text, may_say
from observlib.catalogue.mistakes import sheets
from observlib.catalogue.tables import TABLES, Column
from observlib.records.published_text import Line, Role
from observlib.records.record import Record

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Value = StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | StrictStr
_TEXTS = "verbatims"  # the table of what people wrote
_MENDED = ("text", "count", "number")  # kinds of columns


_DOES = {"device", "first", "last", "where", "column", "becomes", "times", "drop"}


class Correction(Record):
    """One correction, as its file tells it."""

    FOLDER: ClassVar[str] = "corrections"
    ORDER: ClassVar[str] = "id"
    title: Line
    device: Slug
    first: Day
    last: Day
    where: dict[Text, _Value] = may_say("other columns, with their values", {})
    column: Text | None = None
    expect: _Value | None = may_say("what each row has while it is wrong")
    total: _Finite | None = may_say("or what the rows add up to")
    rows: int | None = may_say("or how many rows there are", ge=1)
    becomes: _Value | None = may_say("what is right")
    times: _Finite | None = may_say("or by what it is multiplied", gt=0)
    drop: bool = may_say("or whether the rows are taken off", False)
    reason: Line
    date: Day
    provider: Role
    status: Literal["open", "permanent", "mended"]

    def _faults(self) -> Iterator[str]:
        if self.last < self.first:
            yield f"'last' is {self.last}, before 'first'; exchange them"
        guards = [name for name in ("expect", "total", "rows") if getattr(self, name) is not None]
        if len(guards) != 1:
            yield f"one guard is expected: expect, total or rows; given: {_given(guards)}"
        deeds = [name for name in ("becomes", "times") if getattr(self, name) is not None]
        deeds += ["drop"] * self.drop
        if len(deeds) != 1:
            yield f"one of becomes, times, drop is expected; given: {_given(deeds)}"
        if self.column is None and (guards != ["rows"] or deeds != ["drop"]):
            yield "'column' is missing; name the one that is wrong"
        if self.becomes is not None and self.becomes == self.expect:
            yield "'becomes' is the same as 'expect'; say what is right"

    @property
    def is_applied(self) -> bool:
        """Whether it is read in place of what the source gives."""
        return self.status != "mended"

    @property
    def does(self) -> str:
        """What it does, but not why: words may change, and no number with them."""
        return self.model_dump_json(include=_DOES)


class CorrectionSheet(NamedTuple):
    """A correction, and where each of its keys stands."""

    path: Path
    correction: Correction
    lines: KeyLines

    def at(self, key: str, fault: str) -> str:
        """What is wrong with one of its keys, as a line that names file and line."""
        line = self.lines.get((key,), 1)
        return f"{self.path}:{line}: {self.correction.id!r}: {fault}"


def load_corrections(data: Path, problems: list[str]) -> list[CorrectionSheet]:
    """Read the corrections of a data folder, in the order of their names."""
    shape = "a mapping (`id:`, `device:`, `column:`)"
    return [
        CorrectionSheet(*found)
        for found in sheets(data / Correction.FOLDER, Correction, shape, problems)
    ]


def misfits(sheet: CorrectionSheet, table: str) -> Iterator[str]:
    """What of a correction does not go with the tidy table that its device feeds."""
    correction, columns = sheet.correction, TABLES[table].columns
    if table == _TEXTS:
        yield sheet.at("device", f"{correction.device!r} gives texts, which no correction changes")
        return
    fixed = {"device"} | {name for name, column in columns.items() if column.person}
    known = [name for name in columns if name not in fixed]
    for name, value in correction.where.items():
        if name not in known:
            yield sheet.at("where", _unknown(name, table, known))
        elif wrong := _misfit(name, columns[name], value):
            yield sheet.at("where", wrong)
    mended = [name for name in known if columns[name].kind in _MENDED]
    name = correction.column or ""
    if name not in mended:
        if name:
            yield sheet.at("column", _unknown(name, table, mended))
        return
    for key in ("times", "total"):
        if columns[name].kind == "text" and getattr(correction, key) is not None:
            yield sheet.at(key, f"{name} holds texts and no numbers; use expect and becomes")
    for key in ("expect", "becomes"):
        value = getattr(correction, key)
        if value is not None and (wrong := _misfit(name, columns[name], value)):
            yield sheet.at(key, wrong)


def _misfit(name: str, column: Column, value: _Value) -> str:
    """Why a value cannot stand in a column; nothing where it can."""
    fits = {
        "text": isinstance(value, str) and (not column.allowed or value in column.allowed),
        "count": isinstance(value, int) and 0 <= value < 2**53,
        "number": not isinstance(value, str),
    }
    if fits.get(column.kind):
        return ""
    words = {
        "text": "a text, in quotes where it is a number",
        "count": "a whole number, 0 or more",
        "number": "a number",
    }
    allowed = ", ".join(column.allowed) or words.get(column.kind, "no value: use first and last")
    return f"{value!r} cannot stand in {name}; allowed: {allowed}"


def _unknown(name: str, table: str, allowed: list[str]) -> str:
    return (
        f"no correction speaks of a column {name!r} of the table {table}; "
        f"allowed: {', '.join(allowed)}"
    )


def _given(names: list[str]) -> str:
    return ", ".join(names) or "none"
