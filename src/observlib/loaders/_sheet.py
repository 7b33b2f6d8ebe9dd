"""Tables that a team keeps by hand: headers in French or English, days written in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from observlib.errors import ObservError
from observlib.loaders._dates import french_day, months_first
from observlib.loaders._rows import day_fault
from observlib.loaders._text import (
    find_delimiter,
    is_formula_error,
    need_columns,
    parse_day,
    read_csv,
    read_text,
    short,
    width_fault,
)
from observlib.text import fold_label


@dataclass(frozen=True)
class Sheet:
    """A read table: the `place` and the `title` of each field it has, and its rows by line."""

    place: Mapping[str, int]
    title: Mapping[str, str]
    rows: Mapping[int, Sequence[str]]
    width: int

    def cell(self, line: int, field: str) -> str:
        """A row's cell without spaces around it; empty where the table lacks the field."""
        return self.rows[line][self.place[field]].strip() if field in self.place else ""

    def fault(self, line: int) -> str | None:
        """Why a row cannot be laid under the header, or has no value in it; `None` where it can."""
        if (why := width_fault(self.rows[line], self.width)) is not None:
            return why
        for field, title in self.title.items():
            if is_formula_error(cell := self.cell(line, field)):
                return f"holds {cell} in {short(title)!r}, the error of a formula; mend the cell"
        return None


def read_sheet(
    path: Path, headers: Mapping[str, Sequence[str]], needed: Sequence[str], mend: str
) -> Sheet:
    """Read a table separated by semicolons, commas or tabs; columns not known are passed over.

    Parameters
    ----------
    headers
        The headers that each field may have, folded; the first is the field's own name.
    needed
        Fields that the table must have.
    mend
        What to do where one is missing.

    Raises
    ------
    ObservError
        For a file that is no text, a missing column, or a field that two columns give.
    """
    text = read_text(path)
    header, rows = read_csv(path, text, find_delimiter(text, ";,\t"))
    known = {name: field for field, names in headers.items() for name in names}
    found = [known.get(fold_label(title).replace("_", " "), title) for title in header]
    need_columns(path, found, needed, mend)
    place: dict[str, int] = {}
    for position, field in enumerate(found):
        if field not in headers:
            continue
        if field in place:
            raise ObservError(
                f"{path}: columns {short(header[place[field]])!r} and {short(header[position])!r} "
                f"both give {field!r}; keep one"
            )
        place[field] = position
    title = {field: header[position] for field, position in place.items()}
    return Sheet(place, title, rows, len(header))


def read_days(texts: Mapping[int, str]) -> tuple[dict[int, date], dict[int, str]]:
    """The days of a column, written `YYYY-MM-DD` or `dd/mm/yyyy`, and why others are refused.

    A column is written in one way, that of its first day: where two ways meet, someone has
    joined files, and one of them may have its months first. A day that has shows that others may.

    Examples
    --------
    >>> days, faults = read_days({2: "05/03/2026", 3: "2026-03-06", 4: "31/02/2026"})
    >>> days, list(faults)
    ({2: datetime.date(2026, 3, 5)}, [3, 4])
    """
    days: dict[int, date] = {}
    faults = months_first(texts)
    way, first = "", 0
    for line, text in texts.items():
        if line in faults:
            continue
        french = "/" in text
        day = french_day(text) if french else parse_day(text)
        if day is None:
            faults[line] = "is no day; write YYYY-MM-DD or dd/mm/yyyy" if text else "is empty"
        elif way and way != ("/" if french else "-"):
            faults[line] = f"is not written like the day of row {first}; write all in one way"
        elif (why := day_fault(day)) is not None:
            faults[line] = why
        else:
            way, first = way or ("/" if french else "-"), first or line
            days[line] = day
    return days, faults
