"""User tests: from a participant's row of measures to a row a measure, and nobody's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Device, Format
from observlib.loaders._faults import Faults, Settled
from observlib.loaders._periods import day_named
from observlib.loaders._text import is_total, tells_of_someone

_ITEMS = [f"sus_{item}" for item in range(1, 11)]
_SUCCESS = {"success": 1, "failure": 0, "partial": 0}
_PROBLEM = re.compile(r"(.+?)\s*\((?:gravite|severite|severity|g)?\s*:?\s*(\d)\)")
Row = tuple[int, dict[str, Any]]  # line, cells of the tidy row


def user_tests(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """A row a participant, task and measure.

    Without participants, rows are numbered, and each is a person. Answers to the usability scale
    count once a participant; where two rows differ, that item is not read.
    """
    _check_file(path, frame, form, device, faults)
    who = _who(path, frame, device, faults)
    rows = [*_measured(frame, who, faults), *_answers(frame, who, faults)]
    rows.sort(key=lambda row: row[0])
    partial = int((frame.loc[[*who], "success"] == "partial").sum()) if "success" in frame else 0
    notices = [f"{partial} partial successes are counted as failures"] if partial else []
    names = ("date", "session", "participant", "task", "measure", "label", "value")
    whole = [who[line] | cells for line, cells in rows]
    made = pd.DataFrame(
        {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            **{name: [row.get(name) for row in whole] for name in names},
        },
        index=[line for line, _ in rows],
    )
    made["date"] = pd.to_datetime(made["date"]).astype("datetime64[us]")
    return made.astype({"value": float}), notices


def _check_file(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> None:
    """Stop at a file that tells of nobody, nothing, no day or several systems."""
    there = set(faults.titles)
    every = there.issuperset(_ITEMS)
    mend = f"; {form.mend}" if form.mend else ""
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
    if "system" in there and frame["system"].nunique(dropna=False) > 1:
        raise ObservError(
            f"{path}: holds answers on {frame['system'].nunique(dropna=False)} systems, and a "
            "device is of one product; give a file of each to a device of its own"
        )


def _who(
    path: Path, frame: pd.DataFrame, device: Device, faults: Faults
) -> dict[int, dict[str, Any]]:
    """Whom each row is of, with its session, task and day; rows that say it badly are refused."""
    anonymous = "participant" not in faults.titles
    instead = day_named(device.period or path.stem)
    study = _study(path, frame["date"].min() if "date" in faults.titles else instead)
    who: dict[int, dict[str, Any]] = {}
    taken: dict[tuple[str, str, str], int] = {}
    tasks: dict[str, str] = {}  # one task is one label, whatever its case and accents
    rows: dict[Any, dict[Any, Any]] = (
        frame.astype(object).where(frame.notna(), None).to_dict("index")
    )
    for line, row in rows.items():
        if fault := _place_fault(line, row, faults):
            faults.add(line, *fault)
            continue
        session: str = row.get("session") or path.stem
        task: str = row.get("task") or ""
        code: str = f"{len(who) + 1:03d} ({study})" if anonymous else row["participant"]
        task = tasks.setdefault(fold_label(task), task)
        earlier = taken.setdefault((session, code, task), line)
        if earlier != line:
            why = f"has the participant and task of row {earlier}; keep one"
            faults.add(line, "participant", why)
            continue
        who[line] = {
            "session": session,
            "participant": code,
            "task": task or None,
            "date": row["date"] if "date" in faults.titles else instead,
        }
    return who


def _study(path: Path, first: date | None) -> str:
    """What sets the numbered people of a file apart from those of others.

    A tool may call every export the same: the first day tells two studies apart, and stays where
    a study is exported again with more people. Words are joined, lest they read as a name.

    Examples
    --------
    >>> _study(Path("SUS Results.csv"), date(2026, 5, 2)), _study(Path("sus_2026-T1.csv"), date.min)
    ('SUS-Results 2026-05-02', 'sus_2026-T1')
    """
    name = re.sub(r"[\s,;]+", "-", path.stem)
    if first is None or pd.isna(first) or day_named(path.stem):
        return name
    return f"{name} {first:%Y-%m-%d}"


def _place_fault(line: int, row: dict[Any, Any], faults: Faults) -> tuple[str, str] | None:
    """Why a row says of nobody or of no task what it says; `None` where it may be read."""
    for name in ("participant", "date"):
        if name in faults.titles and not row[name]:
            return name, "is empty"
    if is_total(row.get("task") or ""):
        return "task", "is the total of the tasks; take the row away"
    if "task" in faults.titles and not row["task"]:
        for name in ("success", "time", "errors"):
            if faults.cell(line, name):
                return "task", f"is empty, and {name} is given"
    return None


def _measured(frame: pd.DataFrame, who: dict[int, dict[str, Any]], faults: Faults) -> Iterator[Row]:
    """What each row measures of its task, and the problems met."""
    labels: dict[str, str] = {}
    for line in who:
        for field in ("success", "time", "errors"):
            value: Any = frame.at[line, field] if field in frame else None
            if pd.notna(value):
                value = _SUCCESS[value] if field == "success" else value
                yield line, {"measure": field, "value": value}
        met: set[str] = set()
        for label, severity, fault in _problems(faults.cell(line, "problems")):
            name = labels.setdefault(fold_label(label), label)
            if fault is None and name in met:
                fault = "is told twice in this cell; keep one"
            if fault is not None:
                faults.cells.append((line, "problems", fault))
                continue
            met.add(name)
            yield line, {"measure": "problem", "label": name, "value": severity}


def _answers(frame: pd.DataFrame, who: dict[int, dict[str, Any]], faults: Faults) -> list[Row]:
    """Each participant's answers to the scale, once; those that two rows give differently, not."""
    unread = {(line, field) for line, field, _ in faults.cells}
    first: dict[tuple[str, str, str], tuple[int, int]] = {}
    refused: set[tuple[str, str, str]] = set()
    for line, row in who.items():
        for item in (item for item in _ITEMS if item in faults.titles):
            key = (row["session"], row["participant"], item)
            if (line, item) in unread:
                refused.add(key)
            if pd.isna(frame.at[line, item]):
                continue
            earlier, said = first.setdefault(key, (line, frame.at[line, item]))
            if said != frame.at[line, item]:
                why = f"is {int(said)} in row {earlier}, of the same participant; neither is read"
                faults.cells.append((line, item, why))
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
            yield (
                part,
                0,
                "is long, or may tell of somebody; name the problem instead",
            )
        else:
            yield label, int(match[2]), None
