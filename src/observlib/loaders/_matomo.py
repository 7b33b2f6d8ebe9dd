"""What Matomo's CSV and JSON exports share: the names of metrics, values and periods.

Matomo writes a metric's name as the API has it (`nb_visits`) or in the language of whoever
exported (`Visits`, `Visites`, `Besuche`), and a period as a day, a month, a week or range
(`2026-03-02,2026-03-08`) or in words (`From 2026-03-02 to 2026-03-08`, `1 mars 2026`).

A row is complete if its period ended before the export was made: before the device's
`extracted` where the catalogue gives it, and in any case before today. A Matomo export does not
say when it was made, so an export made before its last period had ended needs `extracted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from observlib.catalogue import Device
from observlib.errors import ObservError, bounded
from observlib.loaders import Loaded
from observlib.loaders._rows import audience, is_complete, period_fault
from observlib.loaders._text import (
    cell_text,
    headers_shown,
    parse_count,
    parse_month,
    short,
    without_persons,
)
from observlib.tables import reject
from observlib.text import fold

# As in Matomo's translation files for English, French and German.
NAMES: dict[str, tuple[str, ...]] = {
    "period": ("date", "period", "Datum", "Période", "Zeitraum"),
    "visits": ("nb_visits", "Visits", "Visites", "Besuche"),
    "visitors": (
        "nb_uniq_visitors",
        "Unique visitors",
        "Visiteurs uniques",
        "Eindeutige Besucher",
    ),
    "actions": ("nb_actions", "Actions", "Aktionen"),
    "downloads": ("nb_downloads", "Downloads", "Téléchargements"),
    "bounces": ("bounce_count", "Bounces", "Rebonds", "Absprünge"),
    "seconds": (
        "sum_visit_length",
        "Total time spent by visitors (in seconds)",
        "Temps total passé par les visiteurs (en secondes)",
        "Von Besuchern verbrachte Gesamtzeit (in Sekunden)",
    ),
}
MEND = "export the report VisitsSummary.get by day or by month"
_KNOWN = {fold(name): column for column, names in NAMES.items() for name in names}
_PERSONAL = {"idvisit", "idvisitor", "visitip", "visitorid", "fingerprint", "log_visit"}
_DIMENSIONS = {"label", "nom", "bezeichnung", "idsite"}

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv januar",
            "february feb fevrier fevr februar",
            "march mar mars marz",
            "april apr avril avr",
            "may mai",
            "june jun juin juni",
            "july jul juillet juil juli",
            "august aug aout",
            "september sep sept septembre",
            "october oct octobre oktober okt",
            "november nov novembre",
            "december dec decembre dezember dez",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    fold(name)
    for names in (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun",
        "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Mo Di Mi Do Fr Sa So",
    )
    for name in names.split()
}
_LONGEST_SHOWN = 60
_RANGE = re.compile(
    r"(?:(?:from|de|du|von|week|semaine|woche) )?(.+?) ?(?: to | au | a | bis | - |[–—]) ?(.+)"
)
_UNITS = {
    unit: seconds
    for seconds, units in {
        86400: "d day days j jour jours tag tage",
        3600: "h hr hrs hour hours heure heures std stunde stunden",
        60: "m min mins minute minutes minuten",
        1: "s sec secs second seconds seconde secondes sek sekunde sekunden",
    }.items()
    for unit in units.split()
}
_CLOCK = re.compile(
    r"(?:(\d{1,5}) ?(?:d|days?|j|jours?|tage?) )?(\d{1,6}):([0-5]\d):([0-5]\d)", re.A
)
_AMOUNT = re.compile(r"(\d{1,9}) ?([a-z]+)\.?", re.A)


class Record(NamedTuple):
    """One row of an export: its place, its period (`None` if the export has none), its cells."""

    row: int
    period: str | None
    cells: Mapping[str, object]


def identify(path: Path, names: Iterable[str]) -> dict[str, str]:
    """The name under which an export gives each tidy column (and `period`) that it has.

    Raises
    ------
    ObservError
        For a log of single visits, for a report that is not by period, and where two names mean
        the same column.
    """
    both = [(name, fold(name)) for name in names]
    for name, folded in both:
        if folded in _PERSONAL:
            raise ObservError(
                f"{path}: column {short(name)!r}: a log of single visits (such as "
                f"Live.getLastVisitsDetails) holds personal data and is not read; {MEND}"
            )
    found: dict[str, str] = {}
    for name, folded in both:
        if folded in _DIMENSIONS:
            raise ObservError(
                f"{path}: column {short(name)!r}: this report is broken down (by page, site, "
                f"country…) and gives no visits by period; {MEND}, of one site"
            )
        column = _KNOWN.get(folded)
        if column in found:
            raise ObservError(
                f"{path}: {short(found[column])!r} and {short(name)!r} both give {column}; "
                "keep one of the two columns"
            )
        if column is not None:
            found[column] = name
    return found


def names_visits(name: str) -> bool:
    """Whether a header is one of those of visits."""
    return _KNOWN.get(fold(name)) == "visits"


def no_visits(path: Path, names: Sequence[str]) -> ObservError:
    """The error of an export without visits, with the headers that are accepted."""
    there = bounded(headers_shown(names, names))
    return ObservError(
        f"{path}: no visits by period; visits are named {', '.join(NAMES['visits'])}"
        + (f"; the file has {there}" if there else "")
        + f"; {MEND}"
    )


def parse_period(text: str) -> tuple[date, date] | None:
    """First and last day of a period as Matomo writes it, or `None`.

    Days and months are read in ISO form and in English, French and German words, years in
    digits, ranges of these with a comma or in words. All-digit days such as `01/03/2026` are
    not read: they are one day for some and another for others.

    Examples
    --------
    >>> [str(day) for day in parse_period("From 2009-12-28 to 2010-01-03")]
    ['2009-12-28', '2010-01-03']
    >>> parse_period("1er mars 2010") == parse_period("Monday, March 1, 2010")
    True
    >>> parse_period("01/03/2010")
    """
    if len(text) > 100:
        return None
    text = fold(text)
    if (single := _single(text)) is not None:
        return single
    pair = text.split(",") if text.count(",") == 1 else None
    if pair is None and (match := _RANGE.fullmatch(text)):
        pair = [match[1], match[2]]
    if pair is None:
        return None
    first, last = _single(pair[0].strip()), _single(pair[1].strip())
    return (first[0], last[1]) if first and last else None


def _single(text: str) -> tuple[date, date] | None:
    """A day, month or year of folded text."""
    if (month := parse_month(text)) is not None:
        return month
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.A):
        year, number, day = map(int, text.split("-"))
        return _day(year, number, day)
    if re.fullmatch(r"[12]\d{3}", text, re.A):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    if not re.fullmatch(r"[a-z0-9 .,]+", text, re.A):
        return None
    words = re.findall(r"[a-z]+|\d+", re.sub(r"\b1(er|st)\b", "1", text))
    if len(words) == 4 and words[0] in _WEEKDAYS:
        words = words[1:]
    if len(words) not in (2, 3) or not re.fullmatch(r"\d{4}", words[-1]):
        return None
    names = [word for word in words[:-1] if word in _MONTHS]
    numbers = [word for word in words[:-1] if re.fullmatch(r"\d{1,2}", word)]
    if len(names) != 1 or len(names) + len(numbers) != len(words) - 1:
        return None
    if numbers:
        return _day(int(words[-1]), _MONTHS[names[0]], int(numbers[0]))
    return parse_month(f"{words[-1]}-{_MONTHS[names[0]]:02d}")


def _day(year: int, month: int, day: int) -> tuple[date, date] | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found


def period_of_name(stem: str) -> str | None:
    """The last month or day of a file name; two that stand side by side are a range.

    Examples
    --------
    >>> period_of_name("matomo_demo_2026-03"), period_of_name("visites 2026-03-01_2026-03-15")
    ('2026-03', '2026-03-01,2026-03-15')
    """
    pattern = r"(?<!\d)\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?!-?\d)"
    found = list(re.finditer(pattern, stem, re.A))
    if not found:
        return None
    last = found[-1]
    if len(found) > 1:
        between = stem[found[-2].end() : last.start()]
        if re.fullmatch(r"[\W_]*(?:to|au|a|à|bis)?[\W_]*", between):
            return f"{found[-2][0]},{last[0]}"
    return last[0]


def parse_seconds(text: str) -> int | None:
    """A duration in seconds, or `None`: a number, a clock (`00:10:55`) or words (`4 min 31s`).

    Examples
    --------
    >>> parse_seconds("00:10:55"), parse_seconds("4 min 31s"), parse_seconds("2 heures 3 min")
    (655, 271, 7380)
    """
    if (count := parse_count(text, comma_groups=True)) is not None:
        return count
    if len(text) > 60:
        return None
    text = fold(text)
    if match := _CLOCK.fullmatch(text):
        day, hour, minute, second = (int(part or 0) for part in match.groups())
        return 86400 * day + 3600 * hour + 60 * minute + second
    amounts = _AMOUNT.findall(text)
    units = [_UNITS.get(unit, 0) for _, unit in amounts]
    ordered = units and 0 not in units and sorted(set(units), reverse=True) == units
    if not ordered or _AMOUNT.sub("", text).strip():
        return None
    return sum(int(number) * unit for (number, _), unit in zip(amounts, units, strict=True))


def load_records(
    path: Path,
    device: Device,
    records: Sequence[Record],
    rejects: Sequence[Mapping[str, object]],
) -> Loaded:
    """The `audience` table of an export's records; what cannot be read is rejected.

    Raises
    ------
    ObservError
        Where the export has no period, and neither the catalogue nor the file's name gives one.
    """
    given = _given_period(path, device, records)
    rows: dict[int, dict[str, object]] = {}
    refused = list(rejects)
    for record in records:
        row, fault = _read(record, record.period if given is None else given, device)
        if fault is None:
            rows[record.row] = row
        else:
            column, text, reason = fault
            shown = without_persons(short(text), _LONGEST_SHOWN, "comment")
            refused.append(reject(path.name, record.row, column, shown, reason))
    return audience(path, device, rows, refused)


def _given_period(path: Path, device: Device, records: Sequence[Record]) -> str | None:
    """The period of an export that does not say it; `None` if it does."""
    if not records or any(record.period is not None for record in records):
        return None
    how = (
        "give it as `period: 2026-03` in the device's catalogue entry, or name the file with it, "
        "such as matomo_demo_2026-03.csv; or export with dates"
    )
    if len(records) > 1:
        raise ObservError(
            f"{path}: {len(records)} records, and no column or key that says their period "
            f"({', '.join(NAMES['period'])}); export with dates"
        )
    period = device.period or period_of_name(path.stem)
    if period is None:
        raise ObservError(f"{path}: the export does not say its period; {how}")
    if parse_period(period) is None:
        raise ObservError(f"{path}: period {period!r} does not exist; {how}")
    return period


def _read(
    record: Record, period: str | None, device: Device
) -> tuple[dict[str, object], tuple[str, str, str] | None]:
    """A tidy row, and the column, value and reason of the first cell that cannot be read."""
    text = period or ""
    if not text.strip():
        return {}, ("period", text, "is empty")
    span = parse_period(text)
    if span is None:
        allowed = "periods are such as 2026-03-01, 2026-03 or 2026-03-01,2026-03-15"
        return {}, ("period", text, f"is no period that is read; {allowed}")
    if (fault := period_fault(*span)) is not None:
        return {}, ("period", text, fault)
    row: dict[str, object] = {
        "start": span[0],
        "end": span[1],
        "complete": is_complete(span[1], device.extracted),
    }
    for column, value in record.cells.items():
        text = cell_text(value)
        if not text.strip():
            continue
        if column == "seconds":
            row[column] = parse_seconds(text)
        else:
            row[column] = parse_count(text, comma_groups=True)
        if row[column] is None:
            what = "duration such as 542, 00:09:02 or 9 min 2s" if column == "seconds" else "count"
            return {}, (column, text, f"cannot be read as a {what}")
    return row, None
