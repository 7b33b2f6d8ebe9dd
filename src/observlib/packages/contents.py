"""What a package holds beside the page: a workbook, and the data with the words that describe it.

Numbers and texts are those of the page's open data, as they are.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from observlib.errors import ObservError
from observlib.publish.downloads import TITLES
from observlib.text import as_cell

LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
INVENTED = "Données de démonstration : chiffres inventés, à ne citer nulle part."
_READ_ME = "Lisez-moi"


def workbook(about: Mapping[str, str], tables: Mapping[str, pd.DataFrame], made: date) -> bytes:
    """A workbook (.xlsx): what it is, then a sheet for each table of the page.

    Parameters
    ----------
    about
        What the first sheet says, by the words before it.
    tables
        Estimates and comparisons, by how their open data's files end.
    made
        The day that it bears; the same content gives the same bytes.

    Raises
    ------
    ObservError
        Where XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise ObservError(
            "packages hold a workbook, which needs XlsxWriter; install it with "
            "`pip install 'observlib[workbooks]'`"
        ) from error
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(made.year, made.month, made.day)})
        plain, bold = book.add_format(), book.add_format({"bold": True})
        text = book.add_format({"quote_prefix": True})  # edited, it still begins no formula

        def write(sheet: Any, row: int, column: int, cell: Any) -> None:
            if isinstance(cell, str):
                sheet.write_string(row, column, cell, plain if as_cell(cell) == cell else text)
            elif not math.isnan(cell):
                sheet.write_number(row, column, cell)

        sheet = book.add_worksheet(_READ_ME)
        sheet.set_column(0, 0, 22, bold)
        sheet.set_column(1, 1, 100)
        for row, pair in enumerate(about.items()):
            for column, cell in enumerate(pair):
                write(sheet, row, column, cell)
        for ending, table in tables.items():
            sheet = book.add_worksheet(TITLES[ending])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.columns) - 1, 18)
            for column, name in enumerate(table.columns):
                sheet.write_string(0, column, name, bold)
            for row, cells in enumerate(table.itertuples(index=False), start=1):
                for column, cell in enumerate(cells):
                    write(sheet, row, column, cell)
            if len(table):
                sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
    return content.getvalue()


def description(
    name: str,
    about: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    files: Mapping[str, tuple[str, bytes]],
    made: date,
) -> bytes:
    """What `datapackage.json` says of the data files: their columns, types, sizes and digests.

    Source: Frictionless Data, "Data Package" and "Tabular Data Resource", version 1.

    Parameters
    ----------
    name
        Of the package, in plain letters.
    about
        What the workbook's first sheet says.
    tables
        The tables, by how their files end.
    files
        By the same, the path and the bytes of each file.
    made
        The day on which the page was made.
    """
    resources = [
        {
            "profile": "tabular-data-resource",
            "name": path.removesuffix(".csv").rsplit("/", 1)[-1],
            "title": TITLES[ending],
            "path": path,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "schema": {"fields": [_field(tables[ending][column]) for column in tables[ending]]},
        }
        for ending, (path, content) in files.items()
    ]
    whole = {
        "profile": "tabular-data-package",
        "name": name,
        "title": about["Page"],
        "description": "\n".join(f"{head} : {words}" for head, words in about.items()),
        "created": f"{made.isoformat()}T00:00:00Z",
        "licenses": [LICENCE],
        "resources": resources,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _field(column: pd.Series) -> dict[str, str]:
    is_number = pd.api.types.is_numeric_dtype(column)
    return {"name": str(column.name), "type": "number" if is_number else "string"}


def archive(contents: Mapping[str, bytes], made: date) -> bytes:
    """A .zip of files by their paths: the same content gives the same bytes, whatever the day."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as book:  # zlib's bytes differ by version
        for path, content in contents.items():
            entry = zipfile.ZipInfo(path, (made.year, made.month, made.day, 0, 0, 0))
            entry.create_system = 3  # or the bytes would tell Windows from the others
            entry.external_attr = 0o644 << 16
            book.writestr(entry, content)
    return packed.getvalue()
