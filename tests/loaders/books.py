"""Workbooks for tests: .xlsx, and .ods written by hand."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
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
