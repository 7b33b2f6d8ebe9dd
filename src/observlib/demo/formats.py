"""Bytes of the file formats that the exports use, the same bytes on every machine."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

Cell = str | float | date | None
Files = dict[str, bytes]  # by path
Truths = dict[str, list[dict[str, Any]]]  # by part of the manifest, records of what is true


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


def matomo_csv(rows: Iterable[Sequence[object]], utf16: bool = True) -> bytes:
    """Rows as Matomo's `format=CSV`: UTF-16LE with BOM (or UTF-8), no newline at the end."""
    text = table_csv(rows).removesuffix(b"\n").decode("utf-8")
    return b"\xff\xfe" + text.encode("utf-16-le") if utf16 else text.encode("utf-8")


def to_json(content: object, indent: int | None = None) -> bytes:
    """JSON, with no space where it is not indented."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(content, ensure_ascii=False, indent=indent, separators=separators)
    return text.encode("utf-8")


_DOCUMENT = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


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
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_RELATION}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATION}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{_SPREADSHEET}">'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>'
        + "".join(_row(number, cells) for number, cells in enumerate(rows, 1))
        + "</sheetData></worksheet>",
    }
    return archive({name: (_DOCUMENT + content).encode("utf-8") for name, content in parts.items()})


def _row(number: int, cells: Sequence[Cell]) -> str:
    written = "".join(_cell(f"{_letters(i)}{number}", cell) for i, cell in enumerate(cells))
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


def _letters(position: int) -> str:
    """The column's letters; a sheet of 26 columns at most is enough here."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[position]
