"""The State's *Baromètre des résultats de l'action publique*, in the two forms it has had.

- `…-detail-national.csv`, `…-detail-regional.csv`, `…-detail-departemental.csv`: one row an
  indicator, area and day, with its label, its value and its unit.
- `ind-246.csv` and the like: one indicator, with départements (`DEPT`), régions (`REG`) and the
  country (`NAT`) in one file, and in separate columns an initial value (`indic_vi`), targets
  (`indic_vc`, `indic_ta`) and the actual value (`indic_va`). Only the actual value is a result.

Neither form names an organisation: the indicator's id stands for it, and the `codes` of
`peers.yml` say whose figure it is.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._figures import Fault, frame, parse_number, rejected, unit_of, value_fault
from observlib.loaders._rows import settle
from observlib.loaders._sheet import Sheet, read_days, read_sheet
from observlib.loaders._text import need_columns
from observlib.text import fold

_DETAIL = ("id_indicateur", "indicateur", "date", "valeur", "unite")
_AREAS = ("maille_geographique", "code_region", "code_departement")
_ONE = ("indic_id", "enforce_zone_id", "metric_enforce_date", "maille", "indic_va")
_HEADERS = {name: (name.replace("_", " "),) for name in (*_DETAIL, *_AREAS, *_ONE)}
_MEND = "download the file of the baromètre again, as CSV"
COUNTRY, REGIONS, DEPARTMENTS = "France", "Régions", "Départements"
_LEVELS = {  # what each level of an area is called, and how its codes are written
    "NAT": (COUNTRY, re.compile("(?:FRANCE)()", re.A)),
    "REG": (REGIONS, re.compile(r"R(\d\d)", re.A)),
    "DEPT": (DEPARTMENTS, re.compile(r"D(\d\d|2[AB]|9[78]\d)", re.A)),
}
_CODE = re.compile(r"\d{1,3}|2[AB]", re.A)
# What the files do not say: their codebook and the barometers' own pages do.
_SATISFACTION = {
    "mode": "enquête auprès d'un échantillon d'usagers",
    "reservation": (
        "Question générale sur les services publics, posée à un échantillon, quand nos répondants "
        "se choisissent eux-mêmes ; échelle et effectif absents du fichier."
    ),
}
_KIOSKS = {
    "measure": "Usagers satisfaits",
    "unit": "%",
    "mode": "borne de satisfaction sur place",
    "definition": "Satisfait de votre démarche dans votre France services aujourd'hui ?",
    "reservation": (
        "Réponse donnée sur place, à une borne, par les usagers qui le veulent bien ; échelle et "
        "effectif absents du fichier."
    ),
}
_KNOWN: dict[str, dict[str, str]] = {
    "tx-satisfaction-usagers-services-publics": _SATISFACTION,
    "IND-246": _KIOSKS,
    "IND-000": {**_KIOSKS, "definition": "Question fictive de la démonstration."},
}
_PASSPORT = {
    "source_title": "Baromètre des résultats de l'action publique",
    "licence": "Licence Ouverte 2.0",
}
_URLS = {
    True: "https://github.com/DITP-pilotage/barometre-resultats",
    False: "https://github.com/etalab/barometre-resultats-donnees",
}


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a file of the baromètre into the table `figures`: a row an actual value.

    `organisation` is the indicator's id, `subject` the level of the area: France, Régions or
    Départements. A figure is that of its day, or of its year where all days of the indicator in
    the file are a 31 December. Rows without actual value make none, which a notice tells.

    Raises
    ------
    ObservError
        For a file that is no text, lacks columns of both forms, or has no row.
    """
    sheet = read_sheet(path, _HEADERS, [], _MEND)
    one = "indic_id" in sheet.place or "indic_va" in sheet.place
    need_columns(path, list(sheet.place), _ONE if one else _DETAIL, _MEND)
    if not one and not any(name in sheet.place for name in _AREAS):
        raise ObservError(f"{path}: has none of the columns {', '.join(_AREAS)}; {_MEND}")
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; {_MEND}")
    faults: dict[int, Fault] = {}
    for line in sheet.rows:
        if (why := sheet.fault(line)) is not None:
            faults[line] = ("", "", why)
    whole = [line for line in sheet.rows if line not in faults]
    valued = [line for line in whole if not one or sheet.cell(line, "indic_va")]
    when = "metric_enforce_date" if one else "date"
    dates, unread = read_days({line: sheet.cell(line, when) for line in valued})
    rows: dict[int, dict[str, Any]] = {}
    for line in valued:
        row, fault = (_read_one if one else _read_detail)(sheet, line)
        day = dates.get(line)
        if day is None:
            fault = fault or (sheet.title[when], sheet.cell(line, when), unread[line])
        elif day > date.today():
            fault = fault or (sheet.title[when], str(day), "lies in the future; check the date")
        if fault is not None:
            faults[line] = fault
            continue
        rows[line] = {**_PASSPORT, "url": _URLS[one], "start": day, "end": day, **row}
    _make_years(rows)
    notices = []
    if skipped := len(whole) - len(valued):
        what = "row has" if skipped == 1 else "rows have"
        notices.append(
            f"{skipped} {what} an initial value, a target or nothing, and no actual value: "
            "no result is made of them"
        )
    rejects = [rejected(path.name, line, faults[line]) for line in sorted(faults)]
    return settle(path, "figures", frame(rows, device), rejects, notices)


def _read_one(sheet: Sheet, line: int) -> tuple[dict[str, Any], Fault | None]:
    """A row of a file of one indicator."""
    indicator = sheet.cell(line, "indic_id")
    level, zone = sheet.cell(line, "maille"), sheet.cell(line, "enforce_zone_id")
    row: dict[str, Any] = {"organisation": indicator, "measure": indicator, "unit": "sans unité"}
    row |= _KNOWN.get(indicator, {})
    if level not in _LEVELS:
        return row, (sheet.title["maille"], level, f"is not one of {', '.join(_LEVELS)}")
    row["subject"], code = _LEVELS[level]
    if (match := code.fullmatch(zone)) is None:
        return row, (sheet.title["enforce_zone_id"], zone, f"is no code of the level {level}")
    row["area"] = match[1] or None
    return row, _value(sheet, line, "indic_va", row) or _named(sheet, line, ("indic_id",))


def _read_detail(sheet: Sheet, line: int) -> tuple[dict[str, Any], Fault | None]:
    """A row of a file of one level of areas."""
    indicator = sheet.cell(line, "id_indicateur")
    row: dict[str, Any] = {
        "organisation": indicator,
        "measure": " ".join(sheet.cell(line, "indicateur").split()),
        "unit": unit_of(sheet.cell(line, "unite")),
        "subject": COUNTRY,
        **_KNOWN.get(indicator, {}),
    }
    for name, subject in (("code_departement", DEPARTMENTS), ("code_region", REGIONS)):
        if name in sheet.place:
            code = sheet.cell(line, name)
            if _CODE.fullmatch(code) is None:
                return row, (sheet.title[name], code, "is no code of INSEE, such as 01 or 2A")
            row |= {"subject": subject, "area": code.zfill(2)}
            break
    else:
        level = sheet.cell(line, "maille_geographique")
        if fold(level) != "national":
            reason = "is not 'national', and no column holds the area's code"
            return row, (sheet.title["maille_geographique"], level, reason)
    fault = _named(sheet, line, ("id_indicateur", "indicateur", "unite"))
    return row, fault or _value(sheet, line, "valeur", row)


def _named(sheet: Sheet, line: int, names: tuple[str, ...]) -> Fault | None:
    empty = [name for name in names if not sheet.cell(line, name)]
    return (sheet.title[empty[0]], "", "is empty") if empty else None


def _value(sheet: Sheet, line: int, column: str, row: dict[str, Any]) -> Fault | None:
    """Put a row's value in it; or what is wrong with the cell."""
    text = sheet.cell(line, column)
    value = parse_number(text)
    if value is None:
        wanted = "is no number; write 72.5 or 72,5, thousands set apart by spaces"
        return sheet.title[column], text, wanted if text else "is empty"
    row["value"] = value
    why = value_fault(value, row["unit"])
    return (sheet.title[column], text, why) if why else None


def _make_years(rows: dict[int, dict[str, Any]]) -> None:
    """Make years of the days of those indicators that are published each 31 December."""
    days: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for row in rows.values():
        days.setdefault((row["organisation"], row["measure"]), set()).add(
            (row["end"].month, row["end"].day)
        )
    for row in rows.values():
        if days[row["organisation"], row["measure"]] == {(12, 31)}:
            row["start"] = date(row["end"].year, 1, 1)
