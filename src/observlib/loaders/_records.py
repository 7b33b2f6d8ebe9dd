"""The records of a JSON export, laid out as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError
from observlib.catalogue import Layout
from observlib.loaders._csv import MOST_CELLS, MOST_COLUMNS, read_text
from observlib.loaders._periods import parse_period
from observlib.loaders._text import MOST_JSON, read_json

Header = list[str]
_AGAIN = "export it again"
_SPACES = re.compile(r"\s*")
_LONGEST_ABOVE = 300  # characters of the joined keys of the objects that a value is in
_MOST_ZEROS = 1_000_000  # which `[]` stands for
_NO_RECORD: dict[str, str] = {}  # what stands among records and is none


def read_records(path: Path, layout: Layout) -> tuple[Header, dict[int, Header], Header]:
    """The keys of the records of an export, their values by place, and the keys around them."""
    documents = list(_documents(path, read_text(path)))
    first = documents[0]
    records: Any = documents
    if layout.records:
        records = first.get(layout.records) if isinstance(first, dict) else None
    elif len(documents) == 1 and isinstance(first, list):
        records = first
    elif layout.keyed and isinstance(first, dict) and any(map(parse_period, first)):
        records = list(_keyed(path, first, *layout.keyed))
    around = tuple(map(_whole, first)) if layout.records and isinstance(first, dict) else ()
    listed = isinstance(records, list)
    if not listed or (records and not any(isinstance(one, dict) for one in records)):
        where = f"no list {layout.records!r}" if layout.records else "no records"
        raise ObservError(f"{path}: holds {where}; {_AGAIN}")
    flat = [row for record in records for row in _items(record, layout.rows_of)]
    flat = flat or [row for record in records for row in _items(record)]  # whose columns show
    if layout.join:
        name, key, own = layout.join
        others = documents[0].get(name)
        if not isinstance(others, list):
            raise ObservError(f"{path}: holds no list {name!r}; export both together")
        by_key = {str(found.get(key)): found for found in (dict(_flat(o)) for o in others)}
        flat = [
            {**{f"{name}.{k}": v for k, v in by_key.get(one.get(own, ""), {}).items()}, **one}
            for one in flat
        ]
    header = list(dict.fromkeys(key for record in flat for key in record))
    need_room(path, len(header), len(flat))
    rows = {
        at: [one.get(key, "") for key in header] if one is not _NO_RECORD else []
        for at, one in enumerate(flat, 1)
    }
    return header, rows, list(around)


def _single(values: Iterable[Any]) -> Iterator[Any]:
    """Each value; of a list, each of its values."""
    for value in values:
        yield from value if isinstance(value, list) and value else [value]


def _keyed(path: Path, document: dict[str, Any], name: str, zero: str) -> Iterator[Any]:
    """The records of a document by key, with the key under a name."""
    there = {key: 0 for one in _single(document.values()) if isinstance(one, dict) for key in one}
    there = there or {zero: 0}
    need_room(path, len(there), sum(one == [] for one in _single(document.values())), _MOST_ZEROS)
    for key, value in document.items():
        for one in _single([value]):
            told = there if one == [] else one
            yield {name: key, **told} if isinstance(told, dict) else told


def need_room(path: Path, columns: int, rows: int, most: int = MOST_CELLS) -> None:
    """Stop before rows that each have keys of their own are laid out under all of them."""
    if columns > MOST_COLUMNS or columns * rows > most:
        raise ObservError(
            f"{path}: its {rows:,} rows have {columns:,} columns together, which is more than any "
            "export; export a shorter period, or parts"
        )


def _documents(path: Path, text: str) -> Iterator[Any]:
    """One JSON document, or several that follow each other, on lines or without an end."""
    if len(text) > MOST_JSON:
        read_json(path, text)  # which refuses it
    decoder, at = json.JSONDecoder(), 0
    while (at := _SPACES.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = len(text)
        yield read_json(path, text[at:end])  # which tells what is wrong, or is given twice
        at = end


def _flat(record: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """The values of a record, those within others under joined keys; of lists only texts.

    Names multiply with the depth: `RecursionError` where those above are long together.
    """
    if len(above) > _LONGEST_ABOVE:
        raise RecursionError
    for key, value in record.items():
        name = f"{above}{_whole(key)}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list):
            told = [one for one in value if isinstance(one, str | int)]
            text = " ".join(map(str, told))
            numbers = told and not any(isinstance(one, str) for one in told)
            yield name, _whole(f"[{text}]" if numbers else text)  # no count, though of digits
        elif isinstance(value, bool):
            yield name, str(value).lower()
        else:
            yield name, "" if value is None else _whole(str(value))


def _whole(text: str) -> str:
    """A text without halves of characters, which the escapes of a JSON may leave."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _items(record: Any, rows_of: str | None = None) -> Iterator[dict[str, str]]:
    """A record's row, or one for each item of a list within it."""
    if not isinstance(record, dict):
        yield _NO_RECORD
        return
    whole = dict(_flat(record))
    if rows_of is None:
        yield whole
        return
    for key in rows_of.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    for item in record if isinstance(record, list) else ():
        if isinstance(item, dict):
            yield {**whole, **dict(_flat(item, f"{rows_of}."))}
