"""Polls: shares become votes where they can mean one number, and a poll is read whole or not."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.base import personal
from observlib.base.text import fold
from observlib.catalogue import Device, Format
from observlib.loaders._faults import Faults, Settled, about
from observlib.loaders._moments import paris_days
from observlib.loaders._text import is_total, need_columns

_SAME = ("date", "network", "question", "voters", "followers", "product")
_MOST_VOTES = 10**12


def polls(path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults) -> Settled:
    """Options of polls in their order, with their votes.

    Networks that give only percentages are read where one whole number of votes alone rounds to
    each: whole percents seldom do beyond a hundred voters. A poll is read whole or not at all:
    without one of its options, every share would be wrong.

    Raises
    ------
    ObservError
        Where neither votes nor shares and voters are given.
    """
    if "votes" not in faults.titles:
        found = [*faults.titles, *(n for n in faults.header if n not in faults.titles.values())]
        need_columns(path, found, ["share", "voters"], form.mend or "")
    own = frame["product"].notna() if "product" in frame else False
    frame = about(frame, device)
    if "closed" in frame:
        frame["date"] = paris_days(frame["closed"])
    if "server" in frame:  # whose polls are numbered from 1, as those of all others
        frame["poll_id"] = frame["server"].astype(str) + "/" + frame["poll_id"].astype(str)
    if device.product is not None:
        other = own & (frame["product"] != device.product)
        faults.where("product", other, f"is not {device.product}, the device's product")
    for field in ("poll_id", "network", "question", "option"):
        cells = zip(frame.index, frame[field], strict=True)
        faults.add_all(field, {line: why for line, text in cells if (why := personal.fault(text))})
    totals = frame["option"].map(is_total)
    faults.where("option", totals, "is the poll's total; take the row away")
    by_share = "votes" not in faults.titles
    if by_share:
        frame["votes"] = pd.Series(dict(_votes(faults.without(frame), faults)), dtype="Int64")
    faults.where("votes", frame["votes"].isna(), "is empty")
    faults.where("votes", frame["votes"] > _MOST_VOTES, "is more than anyone counted")
    good = faults.without(frame).astype(object)
    rows = good.where(good.notna(), None).to_dict("index")
    for lines in _of_each_poll(faults):
        for line, (field, reason) in _of_poll(lines, rows, faults, by_share):
            faults.add(line, field, reason)
    frame = faults.without(frame)
    return frame.assign(position=frame.groupby("poll_id").cumcount() + 1), []


def _of_each_poll(faults: Faults) -> list[list[int]]:
    """The lines of each poll, refused ones too; a row that names none may be of the one above."""
    polls: dict[tuple[str, str], list[int]] = defaultdict(list)
    key = ("", "")
    for line in faults.rows:
        if name := faults.cell(line, "poll_id"):
            key = (faults.cell(line, "server"), name)
        polls[key].append(line)
    return list(polls.values())


def _votes(frame: pd.DataFrame, faults: Faults) -> Iterator[tuple[int, int]]:
    """The votes of each row, by its line, where its share means one number."""
    for line, text, voters in frame[["share", "voters"]].itertuples():
        if pd.isna(text) or _share(text) is None:
            faults.add(line, "share", "is no percentage; write it such as 34.5 %")
        elif pd.isna(voters):
            faults.add(line, "voters", "is empty")
        else:
            first, last = _possible_votes(text, int(voters))
            if first == last:
                yield line, first
                continue
            what = f"{first} to {last} votes" if first < last else "no whole number of votes"
            why = f"of {int(voters)} voters is {what}; give the votes, or more decimals"
            faults.add(line, "share", why)


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
    lines: Sequence[int], rows: dict[Any, dict[Any, Any]], faults: Faults, by_share: bool
) -> Iterator[tuple[int, tuple[str, str]]]:
    """What is wrong in a poll; where anything is, each of its rows is refused.

    A row that repeats another is refused alone.
    """
    bad = next((line for line in lines if line not in rows), None)
    options: dict[str, int] = {}
    counted = []
    for line in lines if bad is None else ():
        row, first = rows[line], rows[lines[0]]
        earlier = options.setdefault(row["option"], line)
        unlike = [field for field in _SAME if row.get(field) != first.get(field)]
        if unlike:
            yield line, (unlike[0], f"is not that of row {lines[0]}, of the same poll")
        elif earlier == line:
            counted.append(line)
            continue
        elif row == rows[earlier]:
            yield line, ("option", f"repeats row {earlier}")
            continue
        else:
            yield line, ("option", f"has the option of row {earlier}, other votes")
        bad = bad or line
    if bad is not None:
        why = f"is of a poll whose row {bad} is refused; it is read whole or not at all"
    else:
        why = _not_whole([rows[line] for line in counted], by_share)
    if why:
        yield from ((line, ("poll_id", why)) for line in lines)


def _not_whole(rows: Sequence[dict[Any, Any]], by_share: bool) -> str:
    """Why the options of a poll are not all that it has; empty where nothing shows that."""
    total, voters = sum(row["votes"] for row in rows), rows[0].get("voters")
    if len(rows) < 2:
        return "has one option; a poll has two or more"
    shares = sum((_share(row["share"]) or Fraction() for row in rows if by_share), Fraction())
    if by_share and abs(shares - 100) > len(rows):
        return "has shares that do not sum to 100 %; is an option missing, or several allowed?"
    if voters is not None and total != voters:
        return f"has {total} votes and {int(voters)} voters; is an option missing?"
    return ""
