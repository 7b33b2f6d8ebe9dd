"""What each device has given, and when it is expected to give again: a forgotten one is noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, Device, Questionnaire, tables
from observlib.records.corrections import load_corrections
from observlib.store.address import quoted
from observlib.store.correcting import faults
from observlib.store.ledger import Entry, Ledger, read_ledger
from observlib.store.reading import query

# --- What the store holds of each device, told without reading its rows


def received(data: Path, counted: Mapping[str, Sequence[str]], quarter: Quarter) -> pd.DataFrame:
    """How much each device gave in a quarter: `device`, `table`, `count`, `source`."""
    columns = ["device", "table", "count", "source"]
    parts = [pd.DataFrame(columns=columns)]
    for table, names in counted.items():
        what = f"DISTINCT ({', '.join(map(quoted, names))})" if names else "*"
        select = f"SELECT device, count({what})::BIGINT AS count"
        found = query(data, table, select, "GROUP BY device ORDER BY device", quarter, quarter)
        parts.append(found.assign(table=table))
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)[columns]


def marks(data: Path) -> pd.DataFrame:
    """The marks that the questions of devices were given, each once, on its scale."""
    columns = ["device", "question", "value", "scale_min", "scale_max"]
    found = [pd.DataFrame(columns=columns)]
    for table, question in (("ratings", "question"), ("responses", "variable")):
        select = f"SELECT DISTINCT device, {question} AS question, value, scale_min, scale_max"
        rows = query(data, table, select, "ORDER BY ALL", None, None)
        found.append(rows.dropna(subset=["value"]) if len(rows) else rows)
    filled = [rows[columns] for rows in found if len(rows)] or found[:1]
    return pd.concat(filled, ignore_index=True)


def heard(data: Path, first: Quarter, last: Quarter) -> pd.DataFrame:
    """Which devices gave something about which product: `device`, `product`, `source`."""
    parts = [pd.DataFrame(columns=["device", "product", "source"])]
    for table in tables.TABLES:
        select, rest = "SELECT DISTINCT device, product", "ORDER BY device, product"
        parts.append(query(data, table, select, rest, first, last))
    filled = [part.dropna() for part in parts if len(part.dropna())] or parts[:1]
    # texts stand beside what their device gave
    return pd.concat(filled).drop_duplicates(["device", "product"], ignore_index=True)


def themes(data: Path, first: Quarter, last: Quarter) -> set[tuple[str, str]]:
    """The themes of the calls and tickets of some quarters, each with the device that heard it."""
    found: set[tuple[str, str]] = set()
    for table in ("calls", "tickets"):
        rows = query(data, table, "SELECT DISTINCT device, theme", "", first, last)
        if len(rows):
            found |= {*rows[["device", "theme"]].dropna().itertuples(index=False, name=None)}
    return found


def count(
    data: Path,
    table: str,
    first: Quarter | None = None,
    last: Quarter | None = None,
    *,
    product: str | None = None,
    device: str | None = None,
) -> int:
    """How many rows `read` would give, of however many a table has."""
    select, rest = "SELECT device, count(*)::BIGINT AS rows", "GROUP BY device"
    found = query(data, table, select, rest, first, last, product, device)
    return int(found["rows"].sum()) if len(found) else 0


_NOTICE = 30  # days before a questionnaire changes
GRACE = 15  # days in which an export is made and given, after its period
_MONTHS = {"yearly": 12, "quarterly": 3, "occasional": 0}  # of a device's period; any other: 1
_COLUMNS = ("device", "rhythm", "exports", "first", "last", "expected", "late", "rejected")


def status(data: Path, devices: Iterable[Device], today: date | None = None) -> pd.DataFrame:
    """What each device has given so far, and how late it is."""
    ledger = read_ledger(data / "store")
    given: dict[str, list[Entry]] = {}
    for entry in ledger.files if ledger else ():
        given.setdefault(entry.device, []).append(entry)
    day = today or date.today()
    rows = [_row(device, given.get(device.id, []), day) for device in devices]
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)


def missing(found: pd.DataFrame) -> list[str]:
    """One line for each device of which something expected is missing.

    Examples
    --------
    >>> missing(status(Path("nowhere"), []))
    []
    """
    lines = []
    rows = found.to_dict("records")
    for row in sorted(rows, key=lambda row: -(row["late"] or 0)):
        if row["late"] is None and row["rhythm"] != "occasional":
            lines.append(f"{row['device']}: never gave anything; ingest its first export")
        elif row["late"]:
            late = f"{row['late']} day{'s' * (row['late'] > 1)} late"
            lines.append(
                f"{row['device']}: {late}: nothing after {row['last']}, and more was expected by "
                f"{row['expected']}; export and ingest what follows"
            )
    return lines


def changing(
    devices: Iterable[Device], questionnaires: Mapping[str, Questionnaire], today: date
) -> list[str]:
    """One line for each device whose questionnaire changes within a month, or has changed.

    Examples
    --------
    >>> changing([], {}, date(2026, 9, 1))
    []
    """
    lines = []
    for device in devices:
        asked = questionnaires.get(device.questionnaire or "")
        if asked and asked.changes_on and asked.changes_on - today <= timedelta(days=_NOTICE):
            verb = "changes" if asked.changes_on > today else "has changed"
            lines.append(
                f"{device.id}: its questionnaire {asked.id} {verb} on {asked.changes_on}; give the "
                "device's later exports a device and questionnaire of their own"
            )
    return lines


class _Corrections(NamedTuple):
    """The corrections of a data folder, as JSON can tell them, and all that is wrong with them."""

    known: list[dict[str, Any]]
    faults: list[str]


def corrections(data: Path, catalogue: Catalogue) -> _Corrections:
    """Every correction of a data folder, in the order of their names, and what is wrong with any.

    Examples
    --------
    >>> from observlib.catalogue import load_catalogue
    >>> corrections(Path("nowhere"), load_catalogue(Path("data/catalogue")))
    _Corrections(known=[], faults=[])
    """
    sheets = [sheet.correction for sheet in load_corrections(data, [])]
    ledger = read_ledger(data / "store") or Ledger("real", [])
    told = [one.model_dump(mode="json", exclude_defaults=True) for one in sheets]
    return _Corrections(told, faults(data, ledger, catalogue))


def open_corrections(data: Path) -> list[dict[str, Any]]:
    """The corrections of a data folder that its sources have been asked to mend, and have not.

    Examples
    --------
    >>> open_corrections(Path("nowhere"))
    []
    """
    sheets = [sheet.correction for sheet in load_corrections(data, [])]
    asked = [one for one in sheets if one.status == "open"]
    return [one.model_dump(mode="json", exclude_defaults=True) for one in asked]


def _row(device: Device, entries: list[Entry], today: date) -> dict[str, Any]:
    spans = [entry.span for entry in entries if entry.span]
    last = min(max(date.fromisoformat(end[:10]) for _, end in spans), today) if spans else None
    read = max((date.fromisoformat(entry.read) for entry in entries), default=today)
    expected = _next_expected(last, read, device.frequency) if last else None
    late = None if last is None else max((today - expected).days, 0) if expected else 0
    return {
        "device": device.id,
        "rhythm": device.frequency,
        "exports": len(entries),
        "first": min(start for start, _ in spans)[:10] if spans else None,
        "last": last and last.isoformat(),
        "expected": expected and expected.isoformat(),
        "late": late,
        "rejected": sum(entry.to_mend for entry in entries),
    }


def _next_expected(last: date, read: date, rhythm: str) -> date | None:
    """The day by which a device of a rhythm gives more; never, where it is occasional.

    Examples
    --------
    >>> str(_next_expected(date(2026, 9, 30), date(2026, 10, 2), "monthly"))
    '2026-11-15'
    >>> str(_next_expected(date(2026, 9, 14), date(2026, 9, 20), "continuous"))
    '2026-10-15'
    >>> str(_next_expected(date(2026, 7, 1), date(2026, 10, 2), "quarterly"))
    '2027-01-15'
    """
    months = _MONTHS.get(rhythm, 1)
    if not months:
        return None
    covered = told_until(last, read, rhythm)
    return _period_end(covered + timedelta(days=1), months) + timedelta(days=GRACE)


def told_until(last: date, read: date, rhythm: str) -> date:
    """The last day of which a device's exports tell, be it that nothing came on it.

    Examples
    --------
    >>> str(told_until(date(2026, 9, 14), date(2026, 10, 2), "continuous"))
    '2026-09-30'
    >>> str(told_until(date(2026, 9, 14), date(2026, 9, 20), "continuous"))
    '2026-09-14'
    """
    ends = _period_end(last, _MONTHS.get(rhythm, 1) or 1)
    return ends if read > ends else last


def _period_end(day: date, months: int) -> date:
    """The last day of the month, quarter or year of a day."""
    after = day.year * 12 + (day.month - 1) // months * months + months
    return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
