"""Workbooks for tests: .xlsx, and written by hand .ods and .xls."""

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import xlsxwriter

Cell = str | float | bool | date | None
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = (
    "".join(f' xmlns:{name}="{_OFFICE}{name}:1.0"' for name in ("office", "table", "text"))
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
# what LibreOffice writes below and beside the cells of a sheet
_BESIDE = '<table:table-cell table:number-columns-repeated="16380"/>'
_BELOW = f'<table:table-row table:number-rows-repeated="1048500">{_BESIDE}</table:table-row>'


def ods(*rows: Sequence[Cell], content: str = "") -> bytes:
    """An .ods workbook with a sheet of these rows, or of another `content` in XML."""
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}{_BESIDE}</table:table-row>"
        for row in rows
    )
    sheet = content or f'<table:table table:name="Feuille1">{lines}{_BELOW}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        mimetype = "application/vnd.oasis.opendocument.spreadsheet"
        book.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        manifest = f'<m:manifest xmlns:m="{_OFFICE}manifest:1.0"/>'
        book.writestr("META-INF/manifest.xml", manifest)
        whole = f"<office:document-content{_SPACES}>{body}</office:document-content>"
        book.writestr("content.xml", whole)
    return packed.getvalue()


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:covered-table-cell/>"
    kinds: dict[type, tuple[str, str]] = {
        str: ("string", ""),
        float: ("float", f'office:value="{value}"'),
        bool: ("boolean", f'office:boolean-value="{str(value).lower()}"'),
        date: ("date", f'office:date-value="{value}"'),
        datetime: ("date", f'office:date-value="{str(value).replace(" ", "T")}"'),
    }
    kind, given = kinds[type(value)]
    if value == "#N/A":
        given = 'office:string-value="" calcext:value-type="error"'
    shown = f"<text:p>{value}</text:p>"
    return f'<table:table-cell office:value-type="{kind}" {given}>{shown}</table:table-cell>'


def xlsx(*sheets: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    """An .xlsx of sheets, each a name and its rows; a cell `=…` holds an error."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, datetime(*cell.timetuple()[:3]), day)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(row, column, cell, None, "#N/A")
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                else:
                    sheet.write(row, column, cell)
    book.close()
    return out.getvalue()


def xls(*rows: Sequence[Cell]) -> bytes:
    """A .xls workbook (BIFF8, in one stream of a compound file) with a sheet of these rows."""
    formats = b"".join(_record(0xE0, struct.pack("<HH16x", 0, number)) for number in (0, 14, 22))
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + formats
    name = b"\x08\x00Feuille1"
    place = len(start) + 4 + 6 + len(name) + 4
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            sheet += _xls_cell(down, right, value)
    end = _record(0x0A, b"")
    whole = start + _record(0x85, struct.pack("<IBB", place, 0, 0) + name) + end + sheet + end
    return _compound(whole.ljust(4096, b"\0"))


def _record(kind: int, given: bytes) -> bytes:
    return struct.pack("<HH", kind, len(given)) + given


def _xls_cell(row: int, column: int, value: Cell) -> bytes:
    if value is None:
        return b""
    form = 2 if isinstance(value, datetime) else 1 if isinstance(value, date) else 0
    place = struct.pack("<HHH", row, column, form)
    if isinstance(value, str):
        if value == "#N/A":
            return _record(0x205, place + b"\x2a\x01")
        given = value.encode("utf-16-le")
        return _record(0x204, place + struct.pack("<HB", len(value), 1) + given)
    if isinstance(value, bool):
        return _record(0x205, place + bytes([value, 0]))
    if isinstance(value, date):
        day = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])
        value = (day - datetime(1899, 12, 30)) / timedelta(days=1)
    return _record(0x203, place + struct.pack("<d", value))


def _compound(stream: bytes) -> bytes:
    """A compound file: a table of sectors, a folder, and the stream `Workbook`."""
    count = -(-len(stream) // 512)
    free, last, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, last, *range(3, count + 2), last]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, last, 0,
                        last, 0, 0)  # fmt: skip
    head += struct.pack("<108I", *[free] * 108)
    sectors = struct.pack("<128I", *(chain + [free] * 128)[:128])
    folder = _entry("Root Entry", 5, 1, last, 0) + _entry("Workbook", 2, free, 2, len(stream))
    return head + sectors + folder.ljust(512, b"\0") + stream.ljust(512 * count, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    words = (name + "\0").encode("utf-16-le")
    place = struct.pack("<BBIII36xIQ", kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, start, size)
    return words.ljust(64, b"\0") + struct.pack("<H", len(words)) + place
