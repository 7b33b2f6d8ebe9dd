"""Polls on social networks, as a team notes them: one row a poll's option.

The format
----------
- CSV in UTF-8 or UTF-16, separated by semicolons, commas or tabs; headers in French or English.
- `poll` (`sondage`): the poll's own name or number; `date`: the day on which it closed;
  `network` (`réseau`), `question` and `option`.
- `votes`; or, where the network gives only percentages, `share` (`part`) and `voters`
  (`votants`), which are read where one whole number of votes alone rounds to that share. Shares
  in whole percents seldom do beyond a hundred voters.
- `followers` (`abonnés`) and `product` (`produit`, an id of the catalogue) may be left out.

A poll is read whole or not at all: without one of its options, every share would be wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import personal
from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError, bounded
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle
from observlib.loaders._sheet import Sheet, read_days, read_sheet
from observlib.loaders._text import is_total, need_columns, parse_count, short, without_persons
from observlib.tables import reject
from observlib.text import fold

_HEADERS = {
    "poll": ("poll", "poll id", "sondage", "id", "identifiant"),
    "date": ("date", "date de cloture", "cloture", "closing date", "closed"),
    "network": ("network", "reseau", "reseau social"),
    "question": ("question",),
    "option": ("option", "reponse", "choix", "choice", "answer"),
    "votes": ("votes", "voix", "nombre de votes"),
    "share": ("share", "part", "pourcentage", "percentage", "%"),
    "voters": ("voters", "votants", "nombre de votants", "total votes", "total des votes"),
    "followers": ("followers", "abonnes", "nombre d'abonnes"),
    "product": ("product", "produit"),
}
_SAME = ("date", "network", "question", "voters", "followers", "product")
_COUNTS = ("votes", "voters", "followers")
_MEND = "the columns are poll, date, network, question, option, votes (or share and voters)"
Fault = tuple[str, str, str]  # column, value, reason


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read polls of social networks into the table `polls`, with those it rejects.

    Raises
    ------
    ObservError
        For a file that is no text, or lacks a column.
    """
    sheet = read_sheet(path, _HEADERS, ["poll", "date", "network", "question", "option"], _MEND)
    if "votes" not in sheet.place:
        need_columns(path, list(sheet.place), ["share", "voters"], _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export the polls again")
    faults: dict[int, Fault] = {}
    for line in sheet.rows:
        if (why := sheet.fault(line)) is not None:
            faults[line] = ("", "", why)
    whole = [line for line in sheet.rows if line not in faults]
    dates, unread = read_days({line: sheet.cell(line, "date") for line in whole})
    rows: dict[int, dict[str, Any]] = {}
    for line in whole:
        row, fault = _read(sheet, line, device, catalogue)
        if line in unread:
            fault = fault or (sheet.title["date"], sheet.cell(line, "date"), unread[line])
        rows[line] = row | {"date": dates.get(line)}
        if fault is not None:
            faults[line] = fault
    polls: dict[str, list[int]] = {}
    for line, row in rows.items():
        polls.setdefault(row["poll"], []).append(line)
    for name, lines in polls.items():
        if name:
            faults |= dict(_of_poll(lines, rows, faults, "votes" in sheet.place))
    kept = {line: row for line, row in rows.items() if line not in faults}
    rejects = []
    for line, (column, value, reason) in faults.items():
        shown = short(without_persons(value, 60, "comment", column))
        rejects.append(reject(path.name, line, column, shown, reason))
    return settle(path, "polls", _frame(kept, device), rejects)


def _read(
    sheet: Sheet, line: int, device: Device, catalogue: Catalogue
) -> tuple[dict[str, Any], Fault | None]:
    """A row's cells as values, and what is wrong with the first bad one."""
    row: dict[str, Any] = {
        field: sheet.cell(line, field) for field in ("poll", "network", "question", "option")
    }
    fault: Fault | None = None
    for field, text in row.items():
        why = personal.fault(text) if text else "is empty"
        if why is not None:
            fault = fault or (sheet.title[field], "", why)
    row["product"] = sheet.cell(line, "product") or device.product
    if row["product"] not in (None, *catalogue.products):
        why = f"is no product of the catalogue; known: {bounded(catalogue.products)}"
        fault = fault or (sheet.title["product"], row["product"], why)
    elif device.product not in (None, row["product"]):
        why = f"is not {device.product}, the device's product"
        fault = fault or (sheet.title["product"], row["product"], why)
    for field in _COUNTS:
        text = sheet.cell(line, field)
        row[field] = parse_count(text)
        if text and (row[field] is None or row[field] < 0):
            fault = fault or (sheet.title[field], text, "is no count; write 0 or more, such as 34")
    if is_total(row["option"]):
        fault = fault or (sheet.title["option"], "", "is the poll's total; take the row away")
    if "votes" in sheet.place and row["votes"] is None:
        fault = fault or (sheet.title["votes"], "", "is empty")
    if "votes" not in sheet.place and fault is None:
        text = sheet.cell(line, "share")
        row["share"] = share = _share(text)
        if share is None or row["voters"] is None:
            at = "share" if share is None else "voters"
            why = "is no percentage; write it such as 34.5 %" if at == "share" else "is empty"
            return row, (sheet.title[at], text if at == "share" else "", why)
        first, last = _possible_votes(text, row["voters"])
        row["votes"] = first
        if first != last:
            what = f"{first} to {last} votes" if first < last else "no whole number of votes"
            why = f"of {row['voters']} voters is {what}; give the votes, or more decimals"
            fault = (sheet.title["share"], text, why)
    return row, fault


def _share(text: str) -> Fraction | None:
    """A percentage such as `34,5 %`, or `None`."""
    match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,6}))? ?%?", fold(text), re.ASCII)
    share = Fraction(f"{match[1]}.{match[2] or 0}") if match else None
    return share if share is not None and share <= 100 else None


def _possible_votes(text: str, voters: int) -> tuple[int, int]:
    """The least and the most votes whose share rounds to what is written.

    Examples
    --------
    >>> _possible_votes("34 %", 80), _possible_votes("34", 500), _possible_votes("34.2", 500)
    ((27, 27), (168, 172), (171, 171))
    """
    share = _share(text)
    assert share is not None
    decimals = len(re.sub(r"^\d+[.,]?|[ %]+$", "", fold(text)))
    half = Fraction(1, 2 * 10**decimals)
    low, high = (share - half) * voters / 100, (share + half) * voters / 100
    return max(0, math.ceil(low)), min(voters, math.floor(high))


def _of_poll(
    lines: Sequence[int], rows: dict[int, dict[str, Any]], faults: dict[int, Fault], votes: bool
) -> Iterator[tuple[int, Fault]]:
    """What is wrong in a poll; where anything is, each of its rows is refused."""
    first = rows[lines[0]]
    options: dict[str, int] = {}
    own: dict[int, Fault] = {}
    repeated: dict[int, Fault] = {}
    for line in lines:
        row = rows[line]
        differing = [field for field in _SAME if row[field] != first[field]]
        earlier = options.setdefault(row["option"], line)
        if line in faults:
            continue
        if differing and lines[0] not in faults:
            unlike = f"is not that of row {lines[0]}, of the same poll"
            own[line] = (differing[0], str(row[differing[0]]), unlike)
        elif earlier != line and row == rows[earlier]:
            repeated[line] = ("option", row["option"], f"repeats row {earlier}")
        elif earlier != line:
            own[line] = ("option", row["option"], f"has the option of row {earlier}, other votes")
    bad = [line for line in lines if line in faults or line in own]
    if not bad:
        counted = [line for line in lines if line not in repeated]
        total, voters = sum(rows[line]["votes"] for line in counted), first["voters"]
        why: str | None = None
        if len(counted) < 2:
            why = "has one option; a poll has two or more"
        elif not votes and abs(sum(rows[line]["share"] for line in counted) - 100) > len(counted):
            why = "has shares that do not sum to 100 %; is an option missing, or several allowed?"
        elif voters is not None and total != voters:
            why = f"has {total} votes and {voters} voters; is an option missing?"
        if why is not None:
            own = {line: ("poll", rows[line]["poll"], why) for line in counted}
    else:
        why = f"is of a poll whose row {bad[0]} is refused; it is read whole or not at all"
        for line in lines:
            if line not in bad and line not in repeated:
                own[line] = ("poll", rows[line]["poll"], why)
    yield from own.items()
    yield from repeated.items()


def _frame(rows: dict[int, dict[str, Any]], device: Device) -> pd.DataFrame:
    seen: dict[str, int] = {}
    position = []
    for row in rows.values():
        seen[row["poll"]] = seen.get(row["poll"], 0) + 1
        position.append(seen[row["poll"]])

    def column(field: str) -> list[Any]:
        return [row[field] for row in rows.values()]

    return pd.DataFrame(
        {
            "device": device.id,
            "product": column("product"),
            "channel": device.channel,
            "poll_id": column("poll"),
            "date": days(column("date")),
            "network": column("network"),
            "question": column("question"),
            "position": pd.array(position, dtype="Int64"),
            "option": column("option"),
            "votes": pd.array(column("votes"), dtype="Int64"),
            "followers": pd.array(column("followers"), dtype="Int64"),
        },
        index=list(rows),
    )
