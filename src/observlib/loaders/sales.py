"""Sales of books, reviews and copies: what a shop counts each month and title.

The format
----------
- CSV in UTF-8 or UTF-16, separated by semicolons, commas or tabs; headers in French or English.
- `month` (`mois`): `2026-03`, `03/2026` or `mars 2026`; `title_id` (`isbn`, `référence`),
  `title` (`titre`), `format` (`support`): a word for paper or for a file.
- `units` (`exemplaires`); `revenue` (`chiffre d'affaires`, euros, maybe empty) and `returns`
  (`retours`, units sent back) may be left out.
- `nature` (`type`), in shops that write each return as a row of its own: a row whose nature is
  `retour` counts as returns, whether its units are negative or not. Elsewhere a negative number
  of units is an error, since nothing says what was sent back.
- `product` (`produit`, an id of the catalogue) may be left out.

A title sold in one format has one row a month, with its returns; rows of sales and of returns of
one title, format and month are put together.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._counts import amount_of, month_of
from observlib.loaders._rows import days, is_complete, settle
from observlib.loaders._sheet import Fault, Sheet, read_sheet, take
from observlib.loaders._text import is_total, parse_count, short, without_persons
from observlib.text import fold_label

_HEADERS = {
    "month": ("month", "mois", "periode", "period"),
    "title_id": ("title id", "isbn", "ean", "reference", "ref", "sku", "code article", "issn"),
    "title": ("title", "titre", "ouvrage", "designation", "product name"),
    "format": ("format", "support", "type de support"),
    "units": ("units", "exemplaires", "quantite", "quantity", "ventes", "nombre d'exemplaires"),
    "revenue": (
        "revenue", "chiffre d'affaires", "ca", "montant", "ca ht", "ca ttc", "montant ttc",
        "chiffre d'affaires (€)", "revenue (€)",
    ),
    "returns": ("returns", "retours", "exemplaires retournes", "returned"),
    "nature": ("nature", "type", "mouvement", "operation"),
    "product": ("product", "produit"),
}  # fmt: skip
_FORMATS = {
    "print": ("print", "imprime", "papier", "broche", "relie", "paper", "paperback", "livre"),
    "digital": ("digital", "numerique", "ebook", "e-book", "epub", "pdf", "telechargement"),
}
_FORMAT_OF = {word: name for name, words in _FORMATS.items() for word in words}
_RETURN = ("retour", "retours", "return", "avoir")
_COLUMNS = (
    "device", "product", "channel", "start", "end", "complete", "title_id", "title", "format",
    "units", "revenue", "returns",
)  # fmt: skip
_KEY = ("product", "title_id", "format", "start")
_MEND = "the columns are month, title_id, title, format, units, and revenue, returns, nature"


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a shop's monthly sales into the table `sales`.

    Raises
    ------
    ObservError
        For a file that is no text, or lacks a column.
    """
    sheet = read_sheet(path, _HEADERS, ["month", "title_id", "title", "format", "units"], _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export the sales again")
    every, rejects = take(sheet, path.name, lambda line: _read(sheet, line, device, catalogue))
    rows: dict[int, dict[str, Any]] = {}
    returned: dict[tuple[Any, ...], list[tuple[int, dict[str, Any]]]] = {}
    for line, row in every.items():
        if row.pop("is_return"):
            returned.setdefault(_key(row), []).append((line, row))
        else:
            rows[line] = row
    _put_together(rows, returned)
    frame = pd.DataFrame(rows.values(), index=list(rows), columns=list(_COLUMNS))
    for name in ("start", "end"):
        frame[name] = days([row[name] for row in rows.values()])
    frame["revenue"] = frame["revenue"].astype(float)
    return settle(path, "sales", frame, rejects)


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)


def _put_together(
    rows: dict[int, dict[str, Any]],
    returned: dict[tuple[Any, ...], list[tuple[int, dict[str, Any]]]],
) -> None:
    """Add the returns written as rows of their own to the sale of their title and month."""
    sold = {_key(row): row for row in reversed(rows.values())}
    for key, found in returned.items():
        for line, row in found:
            if (sale := sold.get(key)) is None:
                rows[line] = sold[key] = row
                continue
            sale["returns"] += row["returns"]
            if sale["revenue"] is not None and row["revenue"] is not None:
                sale["revenue"] += row["revenue"]


def _read(
    sheet: Sheet, line: int, device: Device, catalogue: Catalogue
) -> tuple[dict[str, Any], Fault | None]:
    """A tidy row with `is_return`, and what is wrong with its first bad cell."""

    def bad(field: str, reason: str) -> Fault:
        shown = short(without_persons(sheet.cell(line, field), 60, "name", field))
        return sheet.title[field], shown, reason if shown else "is empty"

    span = month_of(sheet.cell(line, "month"))
    if isinstance(span, str):
        return {}, bad("month", span)
    row: dict[str, Any] = {
        "device": device.id,
        "product": sheet.cell(line, "product") or device.product,
        "channel": device.channel,
        "start": span[0],
        "end": span[1],
        "complete": is_complete(span[1], device.extracted),
        "revenue": None,
        "returns": 0,
        "is_return": fold_label(sheet.cell(line, "nature")) in _RETURN,
    }
    if row["product"] is not None and row["product"] not in catalogue.products:
        return row, bad("product", "is no product of the catalogue; write its id")
    for field in ("title_id", "title"):
        row[field] = short(sheet.cell(line, field), 200)
        if not row[field]:
            return row, bad(field, "is empty")
        if is_total(row[field]):
            return row, bad(field, "is the total of the titles, beside them; take the row away")
    if re.fullmatch(r"\d([.,]\d+)?e\+?\d+", row["title_id"], re.A | re.I):
        return row, bad("title_id", "was shortened by a spreadsheet; format the column as text")
    row["title_id"] = _without_hyphens(row["title_id"])
    row["format"] = _FORMAT_OF.get(fold_label(sheet.cell(line, "format")))
    if row["format"] is None:
        words = ", ".join(words[1] for words in _FORMATS.values())
        return row, bad("format", f"is no known format; write {words}")
    row["units"] = parse_count(sheet.cell(line, "units"))
    if row["units"] is None:
        return row, bad("units", "is no whole number, such as 1234 or 1 234")
    if sheet.cell(line, "returns"):
        returns = parse_count(sheet.cell(line, "returns"))
        if returns is None:
            return row, bad("returns", "is no whole number, such as 1234 or 1 234")
        row["returns"] = abs(returns)
    if written := sheet.cell(line, "revenue"):
        row["revenue"] = amount_of(written)
        if row["revenue"] is None:
            return row, bad("revenue", "is no amount in euros, such as 1234,50")
    if row["is_return"]:
        row["units"], row["returns"] = 0, row["returns"] + abs(row["units"])
        row["revenue"] = None if row["revenue"] is None else -abs(row["revenue"])
    elif row["units"] < 0:
        return row, bad("units", "is negative and the row is no return; say so in `nature`")
    elif row["revenue"] is not None and row["revenue"] < 0:
        return row, bad("revenue", "is negative and the row is no return; say so in `nature`")
    return row, None


def _without_hyphens(reference: str) -> str:
    """An ISBN by its digits alone, so that one title has one; any other reference as it is.

    Examples
    --------
    >>> _without_hyphens("978-2-00-000000-2"), _without_hyphens("REF-12")
    ('9782000000002', 'REF-12')
    """
    digits = re.sub(r"[ -]", "", reference)
    return digits if re.fullmatch(r"97[89]\d{10}|\d{9}[\dX]", digits, re.A) else reference
