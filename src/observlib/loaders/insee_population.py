"""INSEE's *Estimation de population* workbooks: people by area, sex and five-year age.

One sheet a year, for the régions or for the départements. Above the figures stand title lines and
two header rows: the sexes ("Ensemble", "Hommes", "Femmes"), each over its ages; for 1990 to 1998
the overseas départements have header rows of their own, which end at "90 ans et plus". Totals
("France métropolitaine", "DOM"…) and footnotes stand among and under the areas: they make no
rows, and the totals are held against what the areas add up to. Workbooks are .xls, or .xlsx in
the *Strict* form of the standard.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.base.text import fold_label
from observlib.catalogue import Catalogue, Device
from observlib.catalogue.tables import reject
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle
from observlib.loaders._text import header_shown, parse_count, short, without_persons
from observlib.loaders._workbook import Cell, sheets, text_of

_MEND = "download the workbook « Estimation de population » again from insee.fr"
_SEXES = {"ensemble": "all", "hommes": "M", "femmes": "F"}
_KINDS = {"departements": "departement", "regions": "region"}
# Codes of the Code officiel géographique, by the names of the workbooks.
_REGIONS = {
    fold_label(name).replace("-", " "): code
    for code, name in {
        "01": "Guadeloupe",
        "02": "Martinique",
        "03": "Guyane",
        "04": "La Réunion",
        "06": "Mayotte",
        "11": "Île-de-France",
        "24": "Centre-Val de Loire",
        "27": "Bourgogne-Franche-Comté",
        "28": "Normandie",
        "32": "Hauts-de-France",
        "44": "Grand Est",
        "52": "Pays de la Loire",
        "53": "Bretagne",
        "75": "Nouvelle-Aquitaine",
        "76": "Occitanie",
        "84": "Auvergne-Rhône-Alpes",
        "93": "Provence-Alpes-Côte d'Azur",
        "94": "Corse",
    }.items()
}
_DEPARTMENT = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-46]", re.ASCII)
_OVERSEAS = {
    "departement": ("971", "972", "973", "974", "976"),
    "region": ("01", "02", "03", "04", "06"),
}
# Each total, and whether it counts areas overseas and those that are not.
_TOTALS = {
    "france metropolitaine": (False,),
    "dom": (True,),
    "france metropolitaine et dom": (False, True),
    "france": (False, True),
}
_AGE = re.compile(r"(\d{1,3}) ?(?:a|-) ?(\d{1,3}) ans|(\d{1,3}) ans (?:et|ou) plus", re.ASCII)
_YEAR = re.compile(r"(?:annee )?((?:19|20)\d\d)", re.ASCII)


@dataclass(frozen=True)
class _Head:
    """What a column holds: people of a sex from an age to another, or the sex's total."""

    label: str
    sex: str
    low: int | None = None  # none: the total of all ages
    high: int | None = None


@dataclass
class _Sheet:
    """What a sheet gives."""

    # each with its sheet row: area, sex, first and last age, people
    rows: list[tuple[int, str, str, int, int | None, int]] = field(default_factory=list)
    rejects: list[dict[str, object]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    kind: str = ""


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a workbook of any number of years into the table `population`.

    A row of a sheet in which one count cannot be read is rejected whole, as its total would then
    no longer be that of its rows. A total that is not the sum of its parts is a notice.

    Raises
    ------
    ObservError
        When the file is no workbook, or no sheet of it holds people by area, sex and age.
    """
    frames: list[pd.DataFrame] = []
    rejects: list[dict[str, object]] = []
    mismatches: list[str] = []
    names: list[str] = []
    years: dict[int, str] = {}
    for name, cells in sheets(path, _MEND):
        names.append(header_shown(name))
        lines = {place: row for place, row in enumerate(cells, 1) if any(map(text_of, row))}
        if not any(_header(row) for row in lines.values()):
            continue  # the sheet that explains the others
        year = _year(path, name, lines)
        if year in years:
            raise ObservError(
                f"{path}: sheets {years[year]} and {header_shown(name)} are both of {year}; "
                "keep one"
            )
        years[year] = header_shown(name)
        sheet = _read(path, year, lines)
        rejects += sheet.rejects
        mismatches += [f"{year}: {text}" for text in [*_check(lines, sheet), *sheet.notices]]
        frames.append(_frame(sheet, year, device))
    if not frames:
        raise ObservError(
            f"{path}: no sheet has ages such as '0 à 4 ans' under 'Hommes' and 'Femmes'; "
            f"its sheets are {bounded(names) or 'none'}; {_MEND}"
        )
    notices = [f"{path.name}: {bounded(mismatches, sep='; ')}"] if mismatches else []
    return settle(path, "population", pd.concat(frames), rejects, notices)


def _year(path: Path, name: str, lines: Mapping[int, list[Cell]]) -> int:
    """The year that a sheet's name and its title lines tell."""
    found = {}
    titles = [text_of(row[0]) for place, row in lines.items() if place <= 6 and row]
    for where, text in [("name", name), *(("title", title) for title in titles)]:
        if match := _YEAR.fullmatch(fold_label(text)):
            found[where] = int(match[1])
    if not found:
        raise ObservError(
            f"{path}: sheet {header_shown(name)} does not tell its year, nor do its titles; "
            "name the sheet by the year, such as 2022"
        )
    if len(set(found.values())) > 1:
        raise ObservError(
            f"{path}: sheet {header_shown(name)} has the title « Année {found['title']} »; "
            "correct one of the two"
        )
    return next(iter(found.values()))


def _header(row: list[Cell]) -> dict[int, _Head]:
    """The ages and totals that a row heads, by column; empty where it heads none."""
    heads = {}
    for column, cell in enumerate(row):
        text = fold_label(text_of(cell))
        if match := _AGE.fullmatch(text):
            low = int(match[1] or match[3])
            heads[column] = _Head(text_of(cell), "", low, int(match[2]) if match[2] else None)
        elif text == "total":
            heads[column] = _Head(text_of(cell), "")
    return heads if any(head.low is not None for head in heads.values()) else {}


def _under_sexes(heads: dict[int, _Head], above: list[Cell]) -> dict[int, _Head]:
    """Heads with the sex that stands over them in the row above."""
    sexes = {column: _SEXES.get(fold_label(text_of(cell))) for column, cell in enumerate(above)}
    found = {}
    for column, head in heads.items():
        over = [sexes[place] for place in range(column + 1) if sexes.get(place)]
        if over:
            label = {"M": "Hommes", "F": "Femmes"}.get(str(over[-1]), "Ensemble")
            found[column] = _Head(f"{label}, {head.label}", str(over[-1]), head.low, head.high)
    return found


def _read(path: Path, year: int, lines: Mapping[int, list[Cell]]) -> _Sheet:
    """The areas of a sheet."""
    sheet = _Sheet()
    heads: dict[int, _Head] = {}
    for place, row in lines.items():
        if ages := _header(row):
            above = lines.get(place - 1, [])
            kind = _KINDS.get(fold_label(text_of(above[0]))) if above else None
            sheet.kind = kind or sheet.kind
            heads = _under_sexes(ages, above)
            absent = {"M", "F"} - {head.sex for head in heads.values()}
            if absent or not sheet.kind:
                raise ObservError(
                    f"{path}: sheet of {year}, row {place - 1}: needs 'Départements' or "
                    f"'Régions', and 'Hommes' and 'Femmes' over the ages; {_MEND}"
                )
        elif heads and not _total(row) and _has_figures(row, heads, sheet.kind):
            _read_area(path, year, place, row, heads, sheet)
    return sheet


def _read_area(
    path: Path,
    year: int,
    place: int,
    row: list[Cell],
    heads: Mapping[int, _Head],
    sheet: _Sheet,
) -> None:
    """Add an area's rows to its sheet, or the reason why there are none."""

    def refuse(column: str, value: object, reason: str) -> None:
        sheet.rejects.append(reject(path.name, place, f"{year}, {column}", value, reason))

    area = _area(row, sheet.kind)
    if area is None:
        named = " ".join(text_of(cell) for cell in row[: min(heads)] if text_of(cell))
        refuse(
            sheet.kind,
            without_persons(short(named), 40, "remark"),
            "is no area of the Code officiel géographique, nor a total",
        )
        return
    counts = {column: _people(row, column) for column in heads}
    for column, people in counts.items():
        if people is None:
            cell = row[column] if column < len(row) else ""
            shown = without_persons(short(text_of(cell)), 40, "remark")
            refuse(heads[column].label, shown, "is no whole number of people")
            return
    kept = {heads[column]: int(people or 0) for column, people in counts.items()}
    for head, people in kept.items():
        if head.low is not None and head.sex != "all":
            sheet.rows.append((place, area, head.sex, head.low, head.high, people))
    for head, people in kept.items():
        if head.low is None:
            added = _sum(kept, head.sex)
            if added != people:
                sheet.notices.append(
                    f"{head.label} of {area} is {people}, and its parts add up to {added}"
                )


def _sum(kept: Mapping[_Head, int], sex: str) -> int:
    """What the ages of a sex add up to; of everyone, those of both sexes."""
    sexes = ("M", "F") if sex == "all" else (sex,)
    return sum(n for head, n in kept.items() if head.low is not None and head.sex in sexes)


def _check(lines: Mapping[int, list[Cell]], sheet: _Sheet) -> Iterator[str]:
    """The totals of a sheet that are not the sum of its areas."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for _, area, sex, _, _, people in sheet.rows:
        for total, inside in _TOTALS.items():
            if (area in _OVERSEAS[sheet.kind]) in inside:
                sums[total, sex] += people
                sums[total, "all"] += people
    heads: dict[int, _Head] = {}
    for place, row in lines.items():
        if ages := _header(row):
            heads = _under_sexes(ages, lines.get(place - 1, []))
        elif heads and (name := _total(row)):
            for column, head in heads.items():
                written = _people(row, column)
                added = sums.get((name, head.sex), 0)
                if head.low is None and written is not None and written != added:
                    yield (
                        f"{head.label} of « {text_of(row[0])} » is {written}, "
                        f"and the areas add up to {added}"
                    )


def _has_figures(row: list[Cell], heads: Mapping[int, _Head], kind: str) -> bool:
    """Whether a row is of an area, be it unknown or with figures that cannot be read."""
    return _area(row, kind) is not None or any(_people(row, c) is not None for c in heads)


def _total(row: list[Cell]) -> str | None:
    """The name of the total that a row holds, or `None`."""
    name = fold_label(text_of(row[0]))
    return name if name in _TOTALS else None


def _area(row: list[Cell], kind: str) -> str | None:
    """INSEE's code of the area that a row is of."""
    text = re.sub(r" ?\(\*\)$", "", text_of(row[0]))
    if kind == "region":
        return _REGIONS.get(fold_label(text).replace("-", " "))
    code = text.upper().zfill(2)
    return code if _DEPARTMENT.fullmatch(code) else None


def _people(row: list[Cell], column: int) -> int | None:
    """A count of people, or `None`."""
    text = text_of(row[column]) if column < len(row) else ""
    count = parse_count(text)
    return count if count is not None and count >= 0 else None


def _frame(sheet: _Sheet, year: int, device: Device) -> pd.DataFrame:
    places, areas, sexes, lows, highs, people = (
        zip(*sheet.rows, strict=True) if sheet.rows else [()] * 6
    )
    day = days([date(year, 1, 1)] * len(places))
    return pd.DataFrame(
        {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            "start": day,
            "end": day,
            "area_kind": sheet.kind,
            "area": list(areas),
            "sex": list(sexes),
            "age_low": pd.array(list(lows), dtype="Int64"),
            "age_high": pd.array(list(highs), dtype="Int64"),
            "people": pd.array(list(people), dtype="Int64"),
        },
        index=list(places),
    )
