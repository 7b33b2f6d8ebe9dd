"""What is declared in YAML, and bytes of the exports' file formats, the same on every machine."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml

Cell = str | float | date | None
Files = dict[str, bytes]  # by path
Truth = dict[str, Any]
Truths = dict[str, list[Truth]]  # by part of the manifest, records of what is true


def declared(name: str) -> dict[str, Any]:
    """What a module draws from: questions, counts and truths, in the file beside it."""
    text = Path(__file__).with_name(f"{name}.yml").read_text(encoding="utf-8")
    return dict(yaml.load(text, yaml.CSafeLoader))


def filled(form: Any, values: Mapping[str, Any]) -> Any:
    """A declared form with its values: as they are where a name in braces stands alone.

    Examples
    --------
    >>> filled({"id": "{number}", "url": "https://exemple.invalid/{number}"}, {"number": 7})
    {'id': 7, 'url': 'https://exemple.invalid/7'}
    """
    if isinstance(form, dict):
        return {name: filled(part, values) for name, part in form.items()}
    if isinstance(form, list):
        return [filled(part, values) for part in form]
    if not isinstance(form, str):
        return form
    alone = form[1:-1] if form.startswith("{") else ""
    return values[alone] if alone in values else form.format_map(values)


def table_csv(
    rows: Iterable[Sequence[object]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    newline: str = "\n",
    quoted: bool = False,
) -> bytes:
    """Rows as delimited text, every cell `quoted` or only where needed.

    Examples
    --------
    >>> table_csv([["month", "visits"], ["2026-03", 12]])
    b'month,visits\\n2026-03,12\\n'
    """
    text = io.StringIO(newline="")
    end = newline.lstrip(delimiter)  # csv writes no delimiter behind the last cell, as GLPI does
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    for row in rows:
        writer.writerow(row)
        text.seek(text.tell() - len(end))
        text.write(newline)
    return text.getvalue().encode(encoding)


def french_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as French spreadsheets write them: a BOM, semicolons, Windows' ends of lines."""
    return table_csv(rows, delimiter=";", encoding="utf-8-sig", newline="\r\n")


def limesurvey_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as LimeSurvey exports responses."""
    return table_csv(rows, encoding="utf-8-sig", newline="\r\n", quoted=True)


def matomo_csv(rows: Iterable[Sequence[object]], utf16: bool = True) -> bytes:
    """Rows as Matomo's `format=CSV`: UTF-16LE with BOM (or UTF-8), no newline at the end."""
    text = table_csv(rows).removesuffix(b"\n").decode("utf-8")
    return b"\xff\xfe" + text.encode("utf-16-le") if utf16 else text.encode("utf-8")


def to_json(content: object, indent: int | None = None) -> bytes:
    """JSON, with no space where it is not indented."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(content, ensure_ascii=False, indent=indent, separators=separators)
    return text.encode("utf-8")


def grouped(number: int, space: str) -> str:
    """A whole number whose thousands are set apart."""
    return f"{number:,}".replace(",", space)


_DOCUMENT = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A .zip of files by their names, not compressed: those bytes change with zlib's version."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as book:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # or the bytes would tell Windows from the others
            entry.external_attr = 0o644 << 16
            book.writestr(entry, content)
    return packed.getvalue()


def workbook(sheet: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet: texts, numbers, days; an empty cell for `None`.

    It is written by hand, because the bytes that a library makes change with its version.
    """
    written = "".join(_row(number, cells) for number, cells in enumerate(rows, 1))
    parts = {}
    for name, lines in declared("workbook").items():
        part = "".join(lines).replace("SHEET", escape(sheet)).replace("ROWS", written)
        parts[name] = (_DOCUMENT + part).encode("utf-8")
    return archive(parts)


def _row(number: int, cells: Sequence[Cell]) -> str:
    columns = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # 26 at most are enough here
    placed = zip(columns, cells, strict=False)
    written = "".join(_cell(f"{column}{number}", cell) for column, cell in placed)
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = f'<t xml:space="preserve">{escape(cell)}</t>'
        return f'<c r="{place}" t="inlineStr"><is>{text}</is></c>'
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'
