"""Figures that administrations published, noted by hand with their source: one row a figure.

The format
----------
- CSV in UTF-8 or UTF-16, separated by commas, semicolons or tabs; headers in English or French.
- `organisation` (`organisme`), as the source writes it; the `codes` of `peers.yml` know it.
- `period` (`période`): a year `2017`, years `2009-2012`, a quarter `2026-T3`, a month `2026-07`,
  months `2025-10/2026-09`, or a day `2026-07-01`.
- `subject` (`sujet`): what is measured, such as a site; `indicator` (`indicateur`): how.
- `value` (`valeur`) with a point or a comma, thousands set apart by spaces; `unit` (`unité`):
  `%`, `sur 10` (or `/10`), `points`, or the things counted, in the plural.
- `source_title`, `source_date` (a year, month or day) and `source_url`; `same` repeats the cell
  above.

May be left out: `n`, how many answered, a whole number; `mode`, how they were asked;
`definition_note`, what the source says of its definition; `licence` of the source;
`comparable_with`, an indicator of the catalogue whose question and scale the figure shares;
`reservation`, in French, why it is not comparable or with what care it is.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError, bounded
from observlib.loaders import Loaded
from observlib.loaders._figures import Fault, frame, parse_number, rejected, unit_of, value_fault
from observlib.loaders._rows import settle
from observlib.loaders._sheet import read_sheet
from observlib.loaders._text import parse_count, parse_day, parse_month
from observlib.period import Quarter

_HEADERS = {
    "organisation": ("organisation", "organisme"),
    "period": ("period", "periode"),
    "subject": ("subject", "sujet"),
    "indicator": ("indicator", "indicateur", "measure", "mesure"),
    "value": ("value", "valeur"),
    "unit": ("unit", "unite"),
    "n": ("n", "effectif", "base"),
    "mode": ("mode", "mode de recueil"),
    "definition_note": ("definition note", "definition"),
    "source_title": ("source title", "source", "titre de la source"),
    "source_date": ("source date", "date de la source"),
    "source_url": ("source url", "url", "adresse de la source"),
    "licence": ("licence", "license"),
    "comparable_with": ("comparable with", "comparable avec"),
    "reservation": ("reservation", "reserve"),
}
_NEEDED = ("organisation", "period", "subject", "indicator", "value", "unit", "source_title")
_REPEATED = ("source_title", "source_date", "source_url")
_COLUMNS = {  # of the table, by the name of the file's column
    "organisation": "organisation",
    "subject": "subject",
    "indicator": "measure",
    "mode": "mode",
    "definition_note": "definition",
    "source_title": "source_title",
    "source_date": "published",
    "source_url": "url",
    "licence": "licence",
    "comparable_with": "comparable_with",
    "reservation": "reservation",
}
_MEND = f"the columns are {', '.join(_HEADERS)}"
_PERIODS = "2017, 2009-2012, 2026-T3, 2026-07, 2025-10/2026-09 or 2026-07-01"
_EARLIEST = date(1950, 1, 1)
_ADDRESS = r"https?://[^\s/<>\"]+[^\s<>\"]*"


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read noted figures into the table `figures`, with the rows it rejects.

    Raises
    ------
    ObservError
        For a file that is no text, lacks a column that is needed, or has no row.
    """
    sheet = read_sheet(path, _HEADERS, _NEEDED, _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; note a figure, or take the file away")
    rows: dict[int, dict[str, Any]] = {}
    rejects = []
    above: dict[str, str] = {}
    for line in sheet.rows:
        if (why := sheet.fault(line)) is not None:
            rejects.append(rejected(path.name, line, ("", "", why)))
            continue
        cells = {name: " ".join(sheet.cell(line, name).split()) for name in _HEADERS}
        for name in _REPEATED:
            if cells[name].casefold() == "same":
                cells[name] = above.get(name, cells[name])
        above = {name: cells[name] for name in _REPEATED}
        row, fault = _read(cells, catalogue)
        if fault is None:
            rows[line] = row
        else:
            column, value, reason = fault
            title = sheet.title.get(column, column)
            rejects.append(rejected(path.name, line, (title, value, reason)))
    return settle(path, "figures", frame(rows, device), rejects)


def _read(cells: dict[str, str], catalogue: Catalogue) -> tuple[dict[str, Any], Fault | None]:
    """The tidy row of a row's cells, and what is wrong with the first bad one."""
    row: dict[str, Any] = {column: cells[name] or None for name, column in _COLUMNS.items()}

    def wrong(name: str, reason: str) -> tuple[dict[str, Any], Fault]:
        return row, (name, cells[name], reason)

    for name in _NEEDED:
        if not cells[name]:
            return wrong(name, "is empty")
    for name in _REPEATED:
        if cells[name].casefold() == "same":
            return wrong(name, "repeats the cell above, and there is none; write it out")
    span = parse_period(cells["period"])
    if span is None:
        return wrong("period", f"is no period; write one such as {_PERIODS}")
    row["start"], row["end"] = span
    if not _EARLIEST <= row["start"] <= date.today():
        return wrong("period", "has not begun or is before 1950; check the year")
    if row["end"] > date(date.today().year, 12, 31):
        return wrong("period", "ends after this year; check the years")
    row["unit"] = unit_of(cells["unit"])
    row["value"] = parse_number(cells["value"])
    if row["value"] is None:
        return wrong("value", "is no number; write 72.5 or 72,5, thousands set apart by spaces")
    if (why := value_fault(row["value"], row["unit"])) is not None:
        return wrong("value", why)
    if cells["n"]:
        row["n"] = parse_count(cells["n"])
        if row["n"] is None or row["n"] < 1:
            reason = "is no whole number of 1 or more; tell a range in `reservation`"
            return wrong("n", reason)
    if (published := cells["source_date"]) and not _is_partial_day(published):
        return wrong("source_date", "is no year, month or day such as 2018, 2018-05, 2018-05-25")
    if cells["source_url"] and not re.fullmatch(_ADDRESS, cells["source_url"]):
        return wrong("source_url", "is no address that begins with http:// or https://")
    if (same := cells["comparable_with"]) and same not in catalogue.indicators:
        known = bounded(catalogue.indicators)
        return wrong("comparable_with", f"is no indicator of the catalogue; known: {known}")
    return row, None


def _is_partial_day(text: str) -> bool:
    shaped = re.fullmatch(r"(?:19|20)\d\d(-\d\d(-\d\d)?)?", text, re.A)
    return bool(shaped and (not shaped[1] or (parse_day if shaped[2] else parse_month)(text)))


def parse_period(text: str) -> tuple[date, date] | None:
    """First and last day of a period, or `None`.

    Examples
    --------
    >>> [str(day) for day in parse_period("2009-2012")]
    ['2009-01-01', '2012-12-31']
    >>> [str(day) for day in parse_period("2026-T3")], parse_period("2012-2009")
    (['2026-07-01', '2026-09-30'], None)
    """
    text = re.sub(r"\s*[–/]\s*", lambda m: "-" if "–" in m[0] else "/", text.strip())
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.A):
        day = parse_day(text)
        return (day, day) if day and day.year >= 1900 else None
    if match := re.fullmatch(r"((?:19|20)\d\d)-T([1-4])", text, re.A):
        quarter = Quarter(int(match[1]), int(match[2]))
        return quarter.start, quarter.end
    if match := re.fullmatch(r"((?:19|20)\d\d)(?:-((?:19|20)\d\d))?", text, re.A):
        last = int(match[2] or match[1])
        first, end = date(int(match[1]), 1, 1), date(last + 1, 1, 1) - timedelta(days=1)
        return (first, end) if first <= end else None
    months = [parse_month(part) for part in text.split("/")]
    if len(months) > 2 or None in months:
        return None
    spans = [span for span in months if span is not None]
    first, end = spans[0][0], spans[-1][1]
    return (first, end) if first.year >= 1900 and first <= end else None
