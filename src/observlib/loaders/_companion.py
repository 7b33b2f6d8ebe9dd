"""Joining an export with the file that lies beside it, where its format says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from observlib.base.errors import ObservError
from observlib.catalogue import Beside, Catalogue, Device
from observlib.loaders._text import need_columns, short

Table = tuple[list[str], Mapping[int, Sequence[str]]]  # header, and rows by line


def files_of(path: Path, device: Device, known: Catalogue) -> list[Path]:
    """The files of an export: itself, and the one beside it where its format joins one."""
    form = known.formats.get(device.loader)
    other = form.layout.beside.of(path) if form and form.layout.beside else None
    return [path, other] if other else [path]


def joined(path: Path, table: Table, beside: Beside, read: Callable[[Path], Table]) -> Table:
    """The header and rows of an export with the columns of the file beside it.

    Of a row whose key the other file does not have, they are empty.

    Raises
    ------
    ObservError
        Where there is no such file, a file has no key, or the other has a key twice.
    """
    other = beside.of(path)
    if other is None:
        raise ObservError(f"{path}: its name is not {beside.file}, to tell which file is beside it")
    if not other.is_file() or other.is_symlink():
        raise ObservError(f"{path}: {other.name} is not beside it; put both into one folder")
    (header, rows), (more, more_rows) = table, read(other)
    at, there = _place(path, header, beside.key), _place(other, more, beside.other_key)
    by_key: dict[str, Sequence[str]] = {}
    for line, cells in more_rows.items():
        key = cells[there].strip() if len(cells) == len(more) else ""
        if not key or key in by_key:
            what = f"has no {beside.other_key}" if not key else "has the key of an earlier row"
            raise ObservError(f"{other}:{line}: {what}; export both files again")
        by_key[key] = cells
    none = [""] * len(more)
    found = {
        line: [*cells, *by_key.get(cells[at].strip(), none)]
        if len(cells) == len(header)
        else cells  # which is refused as it is
        for line, cells in rows.items()
    }
    if not any(cells[at].strip() in by_key for cells in rows.values() if len(cells) > at):
        raise ObservError(
            f"{path}: no {beside.key} of it is in {other.name}; export both for the same period"
        )
    return [*header, *(f"beside.{name}" for name in more)], found


def _place(path: Path, header: Sequence[str], name: str) -> int:
    need_columns(path, header, [name], f"{short(name)} joins the two files of the export")
    return header.index(name)
