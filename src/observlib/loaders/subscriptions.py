"""Subscriptions to newsletters, alerts and reviews: what a mailing tool counts each month.

The format
----------
- CSV in UTF-8 or UTF-16, separated by semicolons, commas or tabs; headers in French or English.
- `month` (`mois`): `2026-03`, `03/2026` or `mars 2026`; `list` (`liste`): the publication's name.
- `stock` (`abonnés`) on the month's last day, `joins` (`inscriptions`) and `leaves`
  (`désabonnements`) during it.
- `cohort` (`cohorte`), where the tool knows it: the month in which these subscribers joined;
  empty for those who joined before records began. The rows of all cohorts then make the list's:
  a row for the whole list beside them would count everyone twice.
- `product` (`produit`, an id of the catalogue) may be left out.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._counts import month_of
from observlib.loaders._rows import days, is_complete, settle
from observlib.loaders._sheet import Fault, Sheet, read_sheet, take
from observlib.loaders._text import is_total, parse_count, short, without_persons
from observlib.tables import reject

_HEADERS = {
    "month": ("month", "mois", "periode", "period"),
    "list": ("list", "liste", "publication", "lettre", "newsletter", "abonnement", "alerte"),
    "cohort": ("cohort", "cohorte", "mois d'inscription", "joined"),
    "stock": ("stock", "abonnes", "subscribers", "actifs", "active", "nombre d'abonnes"),
    "joins": ("joins", "inscriptions", "nouveaux abonnes", "new", "subscribed", "entrees"),
    "leaves": ("leaves", "desabonnements", "desinscriptions", "unsubscribed", "departs", "sorties"),
    "product": ("product", "produit"),
}
_COUNTS = ("stock", "joins", "leaves")
_COLUMNS = (
    "device", "product", "channel", "start", "end", "complete", "list", "cohort", *_COUNTS,
)  # fmt: skip
_MEND = "the columns are month, list, stock, joins, leaves, and cohort where it is known"


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read monthly counts of subscribers into the table `subscriptions`.

    Raises
    ------
    ObservError
        For a file that is no text, or lacks a column.
    """
    sheet = read_sheet(path, _HEADERS, ["month", "list", *_COUNTS], _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export the counts again")
    rows, rejects = take(sheet, path.name, lambda line: _read(sheet, line, device, catalogue))
    for line, reason in _counted_twice(rows).items():
        row = rows.pop(line)
        value = short(f"{without_persons(row['list'], 60, 'name')} {row['start']:%Y-%m}")
        rejects.append(reject(path.name, line, "list, month", value, reason))
    frame = pd.DataFrame(rows.values(), index=list(rows), columns=list(_COLUMNS))
    for name in ("start", "end"):
        frame[name] = days([row[name] for row in rows.values()])
    return settle(path, "subscriptions", frame, rejects)


def _read(
    sheet: Sheet, line: int, device: Device, catalogue: Catalogue
) -> tuple[dict[str, Any], Fault | None]:
    """A tidy row, and what is wrong with its first bad cell."""

    def bad(field: str, reason: str) -> Fault:
        shown = short(without_persons(sheet.cell(line, field), 40, "name", field))
        return sheet.title[field], shown, reason if shown else "is empty"

    span = month_of(sheet.cell(line, "month"))
    if isinstance(span, str):
        return {}, bad("month", span)
    start, end = span
    row: dict[str, Any] = {
        "device": device.id,
        "product": sheet.cell(line, "product") or device.product,
        "channel": device.channel,
        "start": start,
        "end": end,
        "complete": is_complete(end, device.extracted),
        "list": sheet.cell(line, "list"),
        "cohort": None,
    }
    if row["product"] is not None and row["product"] not in catalogue.products:
        return row, bad("product", "is no product of the catalogue; write its id")
    if not row["list"]:
        return row, bad("list", "is empty")
    if is_total(row["list"]):
        return row, bad("list", "is the total of the lists, beside them; take the row away")
    for field in _COUNTS:
        row[field] = parse_count(sheet.cell(line, field))
        if row[field] is None:
            return row, bad(field, "is no whole number, such as 1234 or 1 234")
        if row[field] < 0:
            return row, bad(field, "is negative; counts are 0 or more")
    if written := sheet.cell(line, "cohort"):
        joined = month_of(written)
        if isinstance(joined, str):
            return row, bad("cohort", joined)
        if joined[0] > start:
            return row, bad("cohort", f"is after the row's month, {start:%Y-%m}")
        if row["joins"] and joined[0] != start:
            return row, bad("joins", f"is not 0 and the cohort joined in {joined[0]:%Y-%m}")
        row["cohort"] = f"{joined[0]:%Y-%m}"
    return row, None


def _counted_twice(rows: dict[int, dict[str, Any]]) -> dict[int, str]:
    """Rows of the whole list, beside those of its cohorts in the same month.

    A row without a cohort may be that of those who joined before records began: nobody joins it
    any more, and its stock is not that of the cohorts together.
    """
    months: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for line, row in rows.items():
        months[row["product"], row["list"], row["start"]].append(line)
    found = {}
    for lines in months.values():
        cohorts = [line for line in lines if rows[line]["cohort"]]
        whole = [line for line in lines if not rows[line]["cohort"]]
        stock = sum(rows[line]["stock"] for line in cohorts)
        for line in whole if cohorts else []:
            if rows[line]["joins"] or rows[line]["stock"] == stock > 0:
                found[line] = (
                    f"is the whole list, whose cohorts are counted from row {cohorts[0]} on; "
                    "keep one of the two"
                )
    return found
