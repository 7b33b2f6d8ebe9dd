"""Published figures, and lists of counters: what their cells hold, and what their rows need."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold
from observlib.catalogue import Device, Format
from observlib.loaders._faults import Faults, Settled, about
from observlib.loaders._periods import day_named
from observlib.loaders._rows import days
from observlib.loaders._text import may_be_thousands, parse_count, parse_day, parse_month

_SPACED = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_EARLIEST = pd.Timestamp("1950-01-01")
# Codes of INSEE: Corsica's are 2A and 2B, overseas 971 to 978 and 984 to 988.
_DEPARTEMENT = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-8]|98[4-8]", re.A)
_AREA = re.compile(r"\d{1,3}|2[AB]", re.A)
_LEVELS = {  # how the codes of each level of areas are written, where one column holds all levels
    "France": re.compile("(?:FRANCE)()", re.A),
    "Régions": re.compile(r"R(\d\d)", re.A),
    "Départements": re.compile(r"D(\d\d|2[AB]|9[78]\d)", re.A),
}
_LONGEST_NAME = 150


def parse_number(text: str) -> float | None:
    """A number with a point or a comma, thousands set apart by spaces at most, or `None`.

    `1,234` and `1.234` give `None`: they are a little over one for some, and over a thousand for
    others.

    Examples
    --------
    >>> parse_number("72,5"), parse_number("9\u202f000\u202f000"), parse_number("1,234")
    (72.5, 9000000.0, None)
    """
    plain = _SPACED.sub("", text.strip()).replace("\u2212", "-")
    if may_be_thousands(plain) or not re.fullmatch(r"-?\d{1,15}(?:[.,]\d{1,15})?", plain, re.A):
        return None
    return float(plain.replace(",", ".")) + 0.0  # no page shows a -0


def unit_of(text: str) -> str:
    """The library's word for a unit: shares are in `%`, marks `sur 10`.

    Examples
    --------
    >>> unit_of("% de satisfaction"), unit_of("/10"), unit_of("labellisations")
    ('%', 'sur 10', 'labellisations')
    """
    text = _line(text)
    if re.match(r"%( de |$)", text):
        return "%"
    return f"sur {text[1:]}" if re.fullmatch(r"/\d+", text, re.A) else text


def value_fault(value: float, unit: str) -> str | None:
    """Why no figure of a unit can have a value, or `None` where it can.

    Examples
    --------
    >>> value_fault(120, "%"), value_fault(-20, "points"), value_fault(8, "sur 10")
    ('is not from 0 to 100 (%)', None, None)
    """
    low, high = 0.0, float("inf")
    if unit == "%":
        high = 100.0
    elif unit == "points":
        low, high = -100.0, 100.0
    elif match := re.fullmatch(r"sur (\d{1,9})", unit, re.A):
        high = float(match[1])
    if low <= value <= high:
        return None
    bounds = f"from {low:g} to {high:g}" if high < float("inf") else "0 or more"
    return f"is not {bounds} ({unit})"


def _line(text: str) -> str:
    return " ".join(text.split())


def _name(text: str) -> str:
    if len(text := _line(text)) > _LONGEST_NAME:
        raise ValueError("is too long; check the columns")
    return text


def _figure(text: str) -> float:
    if (value := parse_number(text)) is None:
        raise ValueError("is no number; write 72.5 or 72,5, thousands set apart by spaces")
    return value


def _base(text: str) -> int:
    if (count := parse_count(text)) is None or count < 1:
        raise ValueError("is no whole number of 1 or more; tell a range in `reservation`")
    return count


def _published(text: str) -> str:
    shaped = re.fullmatch(r"(?:19|20)\d\d(-\d\d(-\d\d)?)?", text, re.A)
    if not shaped or (shaped[1] and not (parse_day if shaped[2] else parse_month)(text)):
        raise ValueError("is no year, month or day such as 2018, 2018-05, 2018-05-25")
    return text


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/<>\"]+[^\s<>\"]*", text):
        raise ValueError("is no address that begins with http:// or https://")
    return text


def _departement(text: str) -> str:
    """The code of a département as INSEE writes it, whose zero a spreadsheet may have taken.

    Examples
    --------
    >>> _departement("1"), _departement("2a"), _departement("974")
    ('01', '2A', '974')
    """
    code = text.upper().zfill(2)
    if not _DEPARTEMENT.fullmatch(code):
        raise ValueError("is no département of INSEE, such as 01, 2A or 974")
    return code


READERS: dict[str, Callable[[str], Any]] = {
    "line": _line,
    "name": _name,
    "figure": _figure,
    "unit": unit_of,
    "base": _base,
    "published": _published,
    "url": _url,
    "departement": _departement,
}


def figures(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Figures of a period, or of their day, and of the area that a column tells.

    A figure of a day is of its year, where all days of its indicator are a 31 December.

    Raises
    ------
    ObservError
        Where a format of areas is given a file that tells none.
    """
    today = pd.Timestamp.today().normalize()
    frame = about(frame, device).replace("", None)
    if "period" in frame:
        spans = frame["period"].tolist()
        frame["start"], frame["end"] = (days([span[at] for span in spans]) for at in (0, 1))
        faults.where("period", frame["end"] < frame["start"], "is no period: it ends too early")
        wrong = ~frame["start"].between(_EARLIEST, today)
        faults.where("period", wrong, "has not begun or is before 1950; check the year")
        late = frame["end"].dt.year > today.year
        faults.where("period", late, "ends after this year; check the years")
    frame["unit"] = frame["unit"].fillna("sans unité")
    frame["measure"] = frame["measure"].fillna(frame["organisation"])
    told = zip(frame.index, frame["value"], frame["unit"], strict=True)
    why = {line: value_fault(value, unit) for line, value, unit in told}
    faults.add_all("value", {line: reason for line, reason in why.items() if reason})
    if "area" in form.columns:
        frame = _with_areas(path, frame, faults)
    if "day" in frame:
        faults.where("day", frame["day"] > today, "lies in the future; check the date")
        frame = faults.without(frame)
        ends = frame["day"].dt.strftime("%m-%d").eq("12-31")
        yearly = ends.groupby([frame["organisation"], frame["measure"]]).transform("all")
        first = frame["day"].dt.to_period("Y").dt.start_time.astype("datetime64[us]")
        frame = frame.assign(start=frame["day"].mask(yearly, first), end=frame["day"])
    return faults.without(frame), []


def _with_areas(path: Path, frame: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """The rows with the `subject` and INSEE's code of the areas that their columns tell."""
    header = {name.casefold() for name in faults.header}
    if "subject" in faults.titles:  # one column holds the codes of all levels
        for line, level, code in frame[["subject", "area"]].fillna("").itertuples():
            if (match := _LEVELS[level].fullmatch(code)) is None:
                faults.add(line, "area", f"is no code of the level {level}")
            else:
                frame.loc[line, "area"] = match[1] or None
        return frame
    if "area" in faults.titles:
        codes = frame["area"].fillna("")
        known = codes.map(lambda code: _AREA.fullmatch(code) is not None).astype(bool)
        faults.where("area", ~known, "is no code of INSEE, such as 01 or 2A")
        level = "Départements" if "code_departement" in header else "Régions"
        return frame.assign(subject=level, area=codes.str.zfill(2))
    if "level" not in faults.titles:
        raise ObservError(
            f"{path}: has none of the columns maille_geographique, code_region, code_departement; "
            "download the file of the baromètre again, as CSV"
        )
    other = frame["level"].fillna("").map(fold) != "national"
    faults.where("level", other, "is not 'national', and no column holds the area's code")
    return frame.assign(subject="France")


def counters(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Counters, on the day of their list, with a notice of the zeros that were put back.

    Raises
    ------
    ObservError
        Where neither the device nor the file's name tells the day.
    """
    mended = sum(len(faults.cell(line, "departement")) == 1 for line in frame.index)
    lost = "département had lost its" if mended == 1 else "départements had lost their"
    notices = [f"{mended} {lost} leading zero, put back"] if mended else []
    if "format" in frame:
        frame["format"] = frame["format"].str.replace("_", " ")
    return about(frame, device).assign(date=pd.Timestamp(_day_listed(path, device))), notices


def _day_listed(path: Path, device: Device) -> date:
    """The day of a list that the device or the file's name tells."""
    if device.period and (day := parse_day(f"{device.period}-01"[:10])) is not None:
        return day
    if match := re.search(r"(?<!\d)((?:19|20)\d{6})(?!\d)", path.stem, re.A):
        try:
            return datetime.strptime(match[1], "%Y%m%d").date()
        except ValueError:
            pass
    if (named := day_named(path.stem)) is not None:
        return named
    raise ObservError(
        f"{path}: the file's name does not tell the day of the list; "
        "name it such as liste-fs-20240801.csv, or set the device's period"
    )
