"""The Parquet parts: never changed; rows that later exports correct leave by a new part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import files, tables
from observlib.errors import bounded
from observlib.loaders import Loaded
from observlib.store.ledger import Entry, Export, file_digest
from observlib.text import as_cell

_WHOLE, _PART = "\x00whole", "\x00part"  # signs that no area is


def put(
    store: Path, entries: list[Entry], place: int, export: Export, loaded: Loaded
) -> tuple[list[Entry], str]:
    """Make an export's rows count at its place in the order of the exports.

    Its rows correct those of the exports before it, and those after it correct its own. A new
    export comes last. One that was read before keeps its place: its rows take that of its earlier
    part, except those that a later export has corrected.

    Returns
    -------
    entries, corrected
        The new entries, and in words what the export corrects.
    """
    known = entries[place] if place < len(entries) else None
    rows, table = loaded.rows, loaded.table
    earlier, told = _correct(store, entries[:place], export, loaded)
    later = [entry for entry in entries[place + 1 :] if _same_table(entry, export, table)]
    spans = known.corrected if known and known.table == table else {}
    counting = rows[~_corrected(store, rows, table, spans.values(), later)]
    _write_rejects(store, export, loaded)
    entry = Entry(
        **vars(export),
        table=table,
        rejected=len(loaded.rejects),
        span=_span(rows, table),
        corrected=spans,
        **_write_rows(store, export.device, table, counting),
    )
    return [*earlier, entry, *entries[place + 1 :]], told


def _same_table(entry: Entry, export: Export, table: str) -> bool:
    return (entry.device, entry.table) == (export.device, table)


def _correct(
    store: Path, entries: list[Entry], export: Export, loaded: Loaded
) -> tuple[list[Entry], str]:
    """Take the rows that an export corrects out of its device's earlier parts."""
    table = loaded.table
    spoken, span = _subjects(loaded.rows, table, speaking=True), _span(loaded.rows, table)
    kept: list[Entry] = []
    told: list[str] = []
    for entry in entries:
        if span and _same_table(entry, export, table):
            part = store / entry.part
            again = export.content in entry.corrected
            if again or not spoken.isdisjoint(_part_subjects(part, table)):
                before = _part(part, table)
                gone = _inside(before, table, span, spoken)
                if gone.any():
                    told.append(f"{int(gone.sum())} rows of {entry.name}")
                written = _write_rows(store, entry.device, table, before[~gone])
                corrected = entry.corrected | {export.content: span}
                entry = replace(entry, corrected=corrected, **written)
        kept.append(entry)
    return kept, bounded(told)


def _corrected(
    store: Path,
    rows: pd.DataFrame,
    table: str,
    spans: Iterable[tuple[str, str]],
    later: list[Entry],
) -> pd.Series:
    """Which rows of an export read again its later ones have corrected, or would."""
    gone = pd.Series(False, index=rows.index)
    for span in spans:
        gone |= _inside(rows, table, span)
    subjects = _subjects(rows, table) if later else frozenset()
    for entry in later:
        spoken = _part_subjects(store / entry.part, table, speaking=True)
        if entry.span and not spoken.isdisjoint(subjects):
            gone |= _inside(rows, table, entry.span, spoken)
    return gone


def _inside(
    rows: pd.DataFrame,
    table: str,
    span: tuple[str, str],
    spoken: frozenset[object] = frozenset(),
) -> pd.Series:
    """Which rows lie within a span, or count a day that is `spoken` of."""
    shape = tables.TABLES[table]
    first, last = map(pd.Timestamp, span)
    inside = (rows[shape.start] >= first) & (rows[shape.end] <= last)
    if shape.by_days and spoken:
        inside |= pd.array([not spoken.isdisjoint(counted) for counted in _days(rows, table)])
    return inside


def _span(rows: pd.DataFrame, table: str) -> tuple[str, str] | None:
    shape = tables.TABLES[table]
    if rows.empty:
        return None
    return rows[shape.start].min().isoformat(), rows[shape.end].max().isoformat()


def _write_rejects(store: Path, export: Export, loaded: Loaded) -> None:
    path = store / "rejects" / f"{export.device}-{export.content[:12]}.csv"
    if len(loaded.rejects):
        texts = ("file", "column", "value", "reason")
        told = loaded.rejects.assign(**{name: loaded.rejects[name].map(as_cell) for name in texts})
        files.write_text(path, told.to_csv(index=False, lineterminator="\n"))
    else:
        path.unlink(missing_ok=True)


def _write_rows(store: Path, device: str, table: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Write a Parquet part, named by its digest; give what the ledger says of it."""
    shape = tables.TABLES[table]
    new = store / table / "new.parquet"  # one ingestion at a time writes it
    new.parent.mkdir(exist_ok=True)
    rows.to_parquet(new, index=False)
    sha256 = file_digest(new)
    part = new.with_name(f"{device}-{sha256[:16]}.parquet")
    if part.exists() and file_digest(part) == sha256:
        new.unlink()  # a reader may have the other open
    else:
        new.replace(part)
    whole = rows[rows["complete"]] if "complete" in rows else rows
    return {
        "part": part.relative_to(store).as_posix(),
        "sha256": sha256,
        "rows": len(rows),
        "start": whole[shape.start].min().date().isoformat() if len(whole) else None,
        "end": whole[shape.end].max().date().isoformat() if len(whole) else None,
    }


@cache
def _part_subjects(part: Path, table: str, speaking: bool = False) -> frozenset[object]:
    """What a part speaks of. Parts never change, so each is read once."""
    return _subjects(_part(part, table), table, speaking)


def _part(part: Path, table: str) -> pd.DataFrame:
    """The rows of a part, with the columns that its table has come to have later."""
    rows, names = pd.read_parquet(part), tables.columns(table)
    return rows if [*rows] == names else tables.coerce(rows.reindex(columns=names), table)


def _subjects(rows: pd.DataFrame, table: str, speaking: bool = False) -> frozenset[object]:
    """What rows speak of, so that two exports of one thing can be told: their keys or days.

    Rows of one area and those of all areas count the same: see `_told`.
    """
    shape = tables.TABLES[table]
    if shape.by_days:
        return frozenset(day for days in _days(rows, table, speaking) for day in days)
    return frozenset(key for keys in _told(rows, table, list(shape.key), speaking) for key in keys)


def _days(
    rows: pd.DataFrame, table: str, speaking: bool = False
) -> Iterator[list[tuple[object, ...]]]:
    """The days that each row counts, each with the row's subject."""
    shape = tables.TABLES[table]
    subject = [name for name in shape.key if name not in (shape.start, shape.end)]
    subjects = _told(rows[subject].fillna(""), table, subject, speaking)
    for names, start, end in zip(subjects, rows[shape.start], rows[shape.end], strict=True):
        yield [(*name, day) for name in names for day in pd.date_range(start, end)]


def _told(
    rows: pd.DataFrame, table: str, names: list[str], speaking: bool
) -> Iterator[list[tuple[object, ...]]]:
    """What each row tells of: its cells and, of an `area`, signs by which it meets the whole.

    What a new export is `speaking` of meets what the rows before it count where they share one:
    an area meets itself and the whole, the whole meets all.
    """
    at = names.index("area") if tables.TABLES[table].by_area else None
    cells = rows[names] if at is None else rows[names].fillna({"area": ""})
    for told in cells.itertuples(index=False, name=None):
        if at is None:
            yield [told]
            continue
        whole = [_WHOLE] if speaking else [_WHOLE, _PART]
        signs = [told[at], _PART if speaking else _WHOLE] if told[at] else whole
        yield [(*told[:at], sign, *told[at + 1 :]) for sign in signs]
