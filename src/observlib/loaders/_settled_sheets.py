"""Polls, figures, counters and user tests: sheets whose rows say something together."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.base.text import fold, fold_label
from observlib.catalogue import Device
from observlib.loaders._cells import value_fault
from observlib.loaders._moments import day_named, paris_days
from observlib.loaders._rows import Reading, Settled, ends_of
from observlib.loaders._text import (
    day_written,
    is_total,
    need_columns,
    parse_day,
    tells_of_someone,
)  # fmt: skip

_Rows = dict[Any, dict[Any, Any]]  # the cells of rows, by their line
# --- Polls: shares become votes where they can mean one number, and a poll is read whole or not

_SAME = ("date", "network", "question", "voters", "followers", "product")
_MOST_VOTES = 10**12


def settle_polls(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Options of polls in their order, with their votes.

    Networks that give only percentages are read where one whole number of votes alone rounds to
    each. A poll is read whole or not at all: without one of its options, every share would be
    wrong.
    """
    titles, device = reading.titles, reading.device
    by_share = "votes" not in titles
    if by_share:
        found = [*titles, *(name for name in reading.header if name not in titles.values())]
        need_columns(reading.path, found, ["share", "voters"], reading.form.mend or "")
    own = frame["product"].notna() if "product" in frame else False
    frame = reading.about(frame)
    if "closed" in frame:
        frame["date"] = paris_days(frame["closed"])
    if "server" in frame:  # whose polls are numbered from 1, as those of all others
        frame["poll_id"] = frame["server"].astype(str) + "/" + frame["poll_id"].astype(str)
    if device.product is not None:
        other = own & (frame["product"] != device.product)
        reading.where("product", other, f"is not {device.product}, the device's product")
    for field in ("poll_id", "network", "question", "option"):
        reading.add_all(
            field, {line: personal.personal_fault(text) for line, text in frame[field].items()}
        )
    totals = frame["option"].map(is_total)
    reading.where("option", totals, "is the poll's total; take the row away")
    if by_share:
        frame["votes"] = pd.Series(dict(_votes(reading.without(frame), reading)), dtype="Int64")
    reading.where("votes", frame["votes"].isna(), "is empty")
    reading.where("votes", frame["votes"] > _MOST_VOTES, "is more than anyone counted")
    rows = _records(reading.without(frame))
    for lines in _of_each_poll(reading):
        for line, (field, reason) in _of_poll(lines, rows, reading, by_share):
            reading.add(line, field, reason)
    frame = reading.without(frame)
    return frame.assign(position=frame.groupby("poll_id").cumcount() + 1), []


def _records(frame: pd.DataFrame) -> _Rows:
    """The cells of rows by line, `None` where they are empty."""
    return frame.astype(object).where(frame.notna(), None).to_dict("index")


def _of_each_poll(reading: Reading) -> list[list[int]]:
    """The lines of each poll, refused ones too; a row that names none may be of the one above."""
    polls: dict[tuple[str, str], list[int]] = defaultdict(list)
    key = ("", "")
    for line in reading.rows:
        if name := reading.cell(line, "poll_id"):
            key = (reading.cell(line, "server"), name)
        polls[key].append(line)
    return list(polls.values())


def _votes(frame: pd.DataFrame, reading: Reading) -> Iterator[tuple[int, int]]:
    """The votes of each row, by its line, where its share means one number."""
    for line, text, voters in frame[["share", "voters"]].itertuples():
        if pd.isna(text) or _share(text) is None:
            reading.add(line, "share", "is no percentage; write it such as 34.5 %")
        elif pd.isna(voters):
            reading.add(line, "voters", "is empty")
        else:
            first, last = _possible_votes(text, int(voters))
            if first == last:
                yield line, first
                continue
            what = f"{first} to {last} votes" if first < last else "no whole number of votes"
            why = f"of {int(voters)} voters is {what}; give the votes, or more decimals"
            reading.add(line, "share", why)


def _share(text: str) -> Fraction | None:
    """A percentage such as `34,5 %`, or `None`."""
    match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,6}))? ?%?", fold(text), re.ASCII)
    share = Fraction(f"{match[1]}.{match[2] or 0}") if match else None
    return share if share is not None and share <= 100 else None


def _possible_votes(text: str, voters: int) -> tuple[int, int]:
    """The least and the most votes whose share rounds to what is written."""
    share = _share(text)
    assert share is not None
    decimals = len(re.sub(r"^\d+[.,]?|[ %]+$", "", fold(text)))
    half = Fraction(1, 2 * 10**decimals)
    low, high = (share - half) * voters / 100, (share + half) * voters / 100
    return max(0, math.ceil(low)), min(voters, math.floor(high))


def _of_poll(
    lines: Sequence[int], rows: _Rows, reading: Reading, by_share: bool
) -> Iterator[tuple[int, tuple[str, str]]]:
    """What is wrong in a poll, all of whose rows are then refused, but for mere repetitions."""
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
    why = f"is of a poll whose row {bad} is refused; it is read whole or not at all"
    if bad is None:
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


# --- Published figures, and lists of counters

_EARLIEST = pd.Timestamp("1950-01-01")
_AREA = re.compile(r"\d{1,3}|2[AB]", re.A)
_LEVELS = {  # how the codes of each level of areas are written, where one column holds all levels
    "France": re.compile("(?:FRANCE)()", re.A),
    "Régions": re.compile(r"R(\d\d)", re.A),
    "Départements": re.compile(r"D(\d\d|2[AB]|9[78]\d)", re.A),
}


def settle_figures(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Figures of a period, or of their day, and of the area that a column tells.

    A figure of a day is of its year, where all days of its indicator are a 31 December.
    """
    today = pd.Timestamp.today().normalize()
    frame = reading.about(frame).replace("", None)
    if "period" in frame:
        frame["start"], frame["end"] = ends_of(frame["period"])
        reading.where("period", frame["end"] < frame["start"], "is no period: it ends too early")
        wrong = ~frame["start"].between(_EARLIEST, today)
        reading.where("period", wrong, "has not begun or is before 1950; check the year")
        late = frame["end"].dt.year > today.year
        reading.where("period", late, "ends after this year; check the years")
    frame["unit"] = frame["unit"].fillna("sans unité")
    frame["measure"] = frame["measure"].fillna(frame["organisation"])
    told = frame[["value", "unit"]].itertuples()
    reading.add_all("value", {line: value_fault(value, unit) for line, value, unit in told})
    if "area" in reading.form.columns:
        frame = _with_areas(frame, reading)
    if "day" in frame:
        reading.where("day", frame["day"] > today, "lies in the future; check the date")
        frame = reading.without(frame)
        ends = frame["day"].dt.strftime("%m-%d").eq("12-31")
        yearly = ends.groupby([frame["organisation"], frame["measure"]]).transform("all")
        first = frame["day"].dt.to_period("Y").dt.start_time.astype("datetime64[us]")
        frame = frame.assign(start=frame["day"].mask(yearly, first), end=frame["day"])
    return reading.without(frame), []


def _with_areas(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The rows with the `subject` and INSEE's code of the areas that their columns tell."""
    if "subject" in reading.titles:  # one column holds the codes of all levels
        for line, level, code in frame[["subject", "area"]].fillna("").itertuples():
            if (match := _LEVELS[level].fullmatch(code)) is None:
                reading.add(line, "area", f"is no code of the level {level}")
            else:
                frame.loc[line, "area"] = match[1] or None
        return frame
    if "area" in reading.titles:
        codes = frame["area"].fillna("")
        known = codes.map(lambda code: _AREA.fullmatch(code) is not None).astype(bool)
        reading.where("area", ~known, "is no code of INSEE, such as 01 or 2A")
        header = {name.casefold() for name in reading.header}
        level = "Départements" if "code_departement" in header else "Régions"
        return frame.assign(subject=level, area=codes.str.zfill(2))
    if "level" not in reading.titles:
        raise ObservError(
            f"{reading.path}: has none of the columns maille_geographique, code_region, "
            "code_departement; download the file of the baromètre again, as CSV"
        )
    other = frame["level"].fillna("").map(fold) != "national"
    reading.where("level", other, "is not 'national', and no column holds the area's code")
    return frame.assign(subject="France")


def settle_counters(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Counters, on the day of their list, with a notice of the zeros that were put back."""
    mended = sum(len(reading.cell(line, "departement")) == 1 for line in frame.index)
    lost = "département had lost its" if mended == 1 else "départements had lost their"
    notices = [f"{mended} {lost} leading zero, put back"] if mended else []
    if "format" in frame:
        frame["format"] = frame["format"].str.replace("_", " ")
    day = pd.Timestamp(_day_listed(reading.path, reading.device))
    return reading.about(frame).assign(date=day), notices


def _day_listed(path: Path, device: Device) -> date:
    """The day of a list that the device or the file's name tells."""
    if device.period and (day := parse_day(f"{device.period}-01"[:10])) is not None:
        return day
    match = re.search(r"(?<!\d)((?:19|20)\d{6})(?!\d)", path.stem, re.A)
    named = (day_written(match[1], "%Y%m%d") if match else None) or day_named(path.stem)
    if named is not None:
        return named
    raise ObservError(
        f"{path}: the file's name does not tell the day of the list; "
        "name it such as liste-fs-20240801.csv, or set the device's period"
    )


# --- User tests: from a participant's row of measures to a row a measure, and nobody's name

_ITEMS = [f"sus_{item}" for item in range(1, 11)]
_SUCCESS = {"success": 1, "failure": 0, "partial": 0}
_PROBLEM = re.compile(r"(.+?)\s*\((?:gravite|severite|severity|g)?\s*:?\s*(\d)\)")
_Row = tuple[int, dict[str, Any]]  # line, cells of the tidy row


def settle_user_tests(frame: pd.DataFrame, reading: Reading) -> Settled:
    """A row a participant, task and measure.

    Without participants, each row is a person. Answers to the usability scale count once a
    participant; where two rows differ, that item is not read.
    """
    _check_file(frame, reading)
    who = _who(frame, reading)
    rows = [*_measured(frame, who, reading), *_answers(frame, who, reading)]
    rows.sort(key=lambda row: row[0])
    partial = int((frame.loc[[*who], "success"] == "partial").sum()) if "success" in frame else 0
    notices = [f"{partial} partial successes are counted as failures"] if partial else []
    names = ("date", "session", "participant", "task", "measure", "label", "value")
    whole = [who[line] | cells for line, cells in rows]
    told = {name: [row.get(name) for row in whole] for name in names}
    made = pd.DataFrame(told, index=[line for line, _ in rows])
    made["date"] = pd.to_datetime(made["date"]).astype("datetime64[us]")
    return reading.about(made).astype({"value": float}), notices


def _check_file(frame: pd.DataFrame, reading: Reading) -> None:
    """Stop at a file that tells of nobody, nothing, no day or several systems."""
    path, device, there = reading.path, reading.device, set(reading.titles)
    every = there.issuperset(_ITEMS)
    mend = f"; {reading.form.mend}" if reading.form.mend else ""
    if "participant" not in there and (not every or "task" in there):
        what = "participant" if "task" in there or every else "Q1 to Q10"
        raise ObservError(f"{path}: missing column {what!r}{mend}")
    if not there & {"success", "time", "problems", *_ITEMS}:
        raise ObservError(f"{path}: no column tells what participants did{mend}")
    if "date" not in there and day_named(device.period or path.stem) is None:
        raise ObservError(
            f"{path}: nothing tells the day of these tests; add a column 'date', or the key "
            f"`period` to {device.id!r} in the catalogue, or the month to the file's name"
        )
    systems = frame["system"].nunique(dropna=False) if "system" in there else 1
    if systems > 1:
        raise ObservError(
            f"{path}: holds answers on {systems} systems, and a device is of one product; give a "
            "file of each to a device of its own"
        )


def _who(frame: pd.DataFrame, reading: Reading) -> dict[int, dict[str, Any]]:
    """Whom each row is of, with its session, task and day; rows that say it badly are refused."""
    path, is_dated = reading.path, "date" in reading.titles
    anonymous = "participant" not in reading.titles
    instead = day_named(reading.device.period or path.stem)
    study = _study(path, frame["date"].min() if is_dated else instead)
    who: dict[int, dict[str, Any]] = {}
    taken: dict[tuple[str, str, str], int] = {}
    tasks: dict[str, str] = {}  # one task is one label, whatever its case and accents
    for line, row in _records(frame).items():
        if fault := _place_fault(line, row, reading):
            reading.add(line, *fault)
            continue
        session: str = row.get("session") or path.stem
        task: str = row.get("task") or ""
        code: str = f"{len(who) + 1:03d} ({study})" if anonymous else row["participant"]
        task = tasks.setdefault(fold_label(task), task)
        earlier = taken.setdefault((session, code, task), line)
        if earlier != line:
            why = f"has the participant and task of row {earlier}; keep one"
            reading.add(line, "participant", why)
            continue
        day = row["date"] if is_dated else instead
        told = {"session": session, "participant": code, "task": task or None, "date": day}
        who[line] = told
    return who


def _study(path: Path, first: date | None) -> str:
    """What sets the numbered people of a file apart from those of others: its name and first day.

    >>> _study(Path("SUS Results.csv"), date(2026, 5, 2)), _study(Path("sus_2026-T1.csv"), date.min)
    ('SUS-Results 2026-05-02', 'sus_2026-T1')
    """
    name = re.sub(r"[\s,;]+", "-", path.stem)
    if first is None or pd.isna(first) or day_named(path.stem):
        return name
    return f"{name} {first:%Y-%m-%d}"


def _place_fault(line: int, row: dict[Any, Any], reading: Reading) -> tuple[str, str] | None:
    """Why a row says of nobody or of no task what it says; `None` where it may be read."""
    for name in ("participant", "date"):
        if name in reading.titles and not row[name]:
            return name, "is empty"
    if is_total(row.get("task") or ""):
        return "task", "is the total of the tasks; take the row away"
    if "task" in reading.titles and not row["task"]:
        for name in ("success", "time", "errors"):
            if reading.cell(line, name):
                return "task", f"is empty, and {name} is given"
    return None


def _measured(
    frame: pd.DataFrame, who: dict[int, dict[str, Any]], reading: Reading
) -> Iterator[_Row]:
    """What each row measures of its task, and the problems met."""
    labels: dict[str, str] = {}
    for line in who:
        for field in ("success", "time", "errors"):
            value: Any = frame.at[line, field] if field in frame else None
            if pd.notna(value):
                value = _SUCCESS[value] if field == "success" else value
                yield line, {"measure": field, "value": value}
        met: set[str] = set()
        for label, severity, fault in _problems(reading.cell(line, "problems")):
            name = labels.setdefault(fold_label(label), label)
            if fault is None and name in met:
                fault = "is told twice in this cell; keep one"
            if fault is not None:
                reading.cells.append((line, "problems", fault))
                continue
            met.add(name)
            yield line, {"measure": "problem", "label": name, "value": severity}


def _answers(frame: pd.DataFrame, who: dict[int, dict[str, Any]], reading: Reading) -> list[_Row]:
    """Each participant's answers to the scale, once; those that two rows give differently, not."""
    unread = {(line, field) for line, field, _ in reading.cells}
    first: dict[tuple[str, str, str], tuple[int, int]] = {}
    refused: set[tuple[str, str, str]] = set()
    for line, row in who.items():
        for item in (item for item in _ITEMS if item in reading.titles):
            key = (row["session"], row["participant"], item)
            if (line, item) in unread:
                refused.add(key)
            if pd.isna(frame.at[line, item]):
                continue
            earlier, said = first.setdefault(key, (line, frame.at[line, item]))
            if said != frame.at[line, item]:
                why = f"is {int(said)} in row {earlier}, of the same participant; neither is read"
                reading.cells.append((line, item, why))
                refused.add(key)
    return [
        (line, {"measure": key[2], "value": said, "task": None})
        for key, (line, said) in first.items()
        if key not in refused
    ]


def _problems(cell: str) -> Iterator[tuple[str, int, str | None]]:
    """Each problem of a cell: its label, its severity, and what is wrong with it."""
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        match = _PROBLEM.fullmatch(fold_label(part))
        label = re.sub(r"\s*\([^()]*\)$", "", part).strip()
        if match is None or not label:
            yield part, 0, "has no severity; write it such as `bouton invisible (gravité 3)`"
        elif not 1 <= int(match[2]) <= 4:
            yield part, 0, "has no severity from 1 (cosmetic) to 4 (blocking)"
        elif tells_of_someone(label, 100):
            yield part, 0, "is long, or may tell of somebody; name the problem instead"
        else:
            yield label, int(match[2]), None
