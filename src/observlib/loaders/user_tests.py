"""Moderated user tests, as a team notes them: one row a participant and task.

The format
----------
- CSV in UTF-8 or UTF-16, separated by semicolons, commas or tabs; headers in French or English.
- `participant`: a code such as `P01`, never a name or an e-mail address, which are refused
  without being shown. A code is one person of the device, in every session and file of it: who
  comes again keeps it, and a campaign of others does not start again from `P01` but takes codes
  of its own, such as `P263-01`. People who share a code count as one, so that fewer are published
  than came, and never more; the ingestion tells the codes that come in several sessions.
- `session`: the campaign's or session's name (by default the file's).
- `date`; where the table has none, the device's `period` or the file's name tells it.
- `task` (`tâche`), with `success` (`réussite`): oui/non, 1/0 or réussi/échec. `partiel` or `avec
  aide` is no success, which a notice tells. `time` (`temps`): seconds, `mm:ss` or `2 min 05 s`.
  `errors` (`erreurs`): how many.
- `Q1` … `Q10` or `sus_1` … `sus_10`: the answers, 1 to 5, to the System Usability Scale, on any
  of the participant's rows or on all of them. Where two rows differ, that item is not read.
- `problems` (`problèmes`): what the participant met, such as
  `bouton invisible (gravité 3) ; mot inconnu (gravité 1)`, from 1, cosmetic, to 4, blocking. One
  problem is one label, whatever its case and accents.

A table of answers to the scale alone, without participants, is read too: its rows are numbered,
and each is a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle
from observlib.loaders._sheet import Sheet, day_named, read_days, read_sheet
from observlib.loaders._text import (
    is_total,
    may_be_thousands,
    parse_count,
    short,
    tells_of_someone,
    without_persons,
)
from observlib.tables import reject
from observlib.text import fold_label

_ITEMS = [f"sus_{item}" for item in range(1, 11)]
_HEADERS = {
    "session": ("session", "campagne", "vague"),
    "participant": ("participant", "code", "code participant", "participant code"),
    "date": ("date", "date du test", "test date"),
    "task": ("task", "tache", "scenario"),
    "success": ("success", "reussite", "succes", "reussi"),
    "time": ("time", "temps", "duree", "temps (s)", "time (s)"),
    "errors": ("errors", "erreurs", "nombre d'erreurs"),
    "problems": ("problems", "problemes", "problemes rencontres"),
    **{
        field: (f"sus {item}", f"sus{item}", f"q{item}", f"q {item}", f"f-sus {item}")
        for item, field in enumerate(_ITEMS, 1)
    },
}
_SUCCESS = dict.fromkeys(("oui", "1", "yes", "true", "vrai", "reussi", "reussie", "succes"), 1)
_FAILURE = dict.fromkeys(("non", "0", "no", "false", "faux", "echec", "abandon"), 0)
_PARTIAL = ("partiel", "partielle", "partial", "avec aide", "with help")
_LONGEST_TASK = 3600  # seconds: a whole session lasts about an hour
_WORD = r"(?:participante?|part|usag(?:er|ere)|user|testeur|test|id|[a-z]{1,2})"
_CODE = re.compile(rf"(?:{_WORD}[-_ .])?(?:{_WORD}[-_ .]?)?\d{{1,5}}(?:[-_]\d{{1,4}})?[a-z]?")
_PROBLEM = re.compile(r"(.+?)\s*\((?:gravite|severite|severity|g)?\s*:?\s*(\d)\)")
_HIDDEN = "(not shown: it may be a name)"
_MEND = "the columns are session, participant, date, task, success, time, errors, Q1 to Q10"
Fault = tuple[str, str, str]  # column, value, reason
Row = tuple[int, dict[str, Any]]  # line, cells of the tidy row


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a campaign of user tests into the table `user_tests`, with the rows it rejects.

    Raises
    ------
    ObservError
        For a file that is no text, lacks columns, or whose day nothing tells.
    """
    sheet = read_sheet(path, _HEADERS, [], _MEND)
    items = [field for field in _ITEMS if field in sheet.place]
    anonymous = "participant" not in sheet.place
    if anonymous and (items != _ITEMS or "task" in sheet.place):
        what = "participant" if "task" in sheet.place or items == _ITEMS else "Q1 to Q10"
        raise ObservError(f"{path}: missing column {what!r}; {_MEND}")
    if not anonymous and not items and not {"success", "time", "problems"} & set(sheet.place):
        raise ObservError(f"{path}: no column tells what participants did; {_MEND}")
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export or fill the file again")
    instead = day_named(device.period or path.stem)
    if "date" not in sheet.place and instead is None:
        raise ObservError(
            f"{path}: nothing tells the day of these tests; add a column 'date', or the key "
            f"`period` to {device.id!r} in the catalogue, or the month to the file's name"
        )
    faults: list[tuple[int, Fault]] = []
    who: dict[int, dict[str, Any]] = {}
    dates: dict[int, date] = {}
    unread: dict[int, str] = {}
    if "date" in sheet.place:
        texts = {line: sheet.cell(line, "date") for line in sheet.rows if not sheet.fault(line)}
        dates, unread = read_days(texts)
    taken: dict[tuple[str, str, str], int] = {}
    tasks: dict[str, str] = {}  # one task is one label, whatever its case and accents
    for line in sheet.rows:
        fault = _place_fault(sheet, line, anonymous)
        if fault is None and line in unread:
            fault = (sheet.title["date"], sheet.cell(line, "date"), unread[line])
        if fault is None:
            session, task = sheet.cell(line, "session") or path.stem, sheet.cell(line, "task")
            code = f"{len(who) + 1:03d} ({session})"  # other people have the numbers of other files
            if not anonymous:
                code = _code(sheet.cell(line, "participant"))
            task = tasks.setdefault(fold_label(task), task)
            who[line] = {
                "session": session,
                "participant": code,
                "task": task or None,
                "date": dates.get(line, instead),
            }
            earlier = taken.setdefault((session, code, task), line)
            if earlier != line:
                column = "participant, task" if task else "participant"
                fault = (column, "", f"has the participant and task of row {earlier}; keep one")
                del who[line]
        if fault is not None:
            faults.append((line, fault))
    rows, more, partial = _measured(sheet, who)
    answers, contradictions = _answers(sheet, who, items)
    faults += more + contradictions
    rejects = [
        reject(path.name, line, column, short(without_persons(value, 60, "comment")), reason)
        for line, (column, value, reason) in faults
    ]
    notices = [f"{partial} partial successes are counted as failures"] if partial else []
    return settle(path, "user_tests", _frame([*rows, *answers], who, device), rejects, notices)


def _place_fault(sheet: Sheet, line: int, anonymous: bool) -> Fault | None:
    """Why a row says of nobody, or of somebody by name, or `None` where it may be read."""
    if (why := sheet.fault(line)) is not None:
        return ("", "", why)
    if anonymous:
        return None
    code = sheet.cell(line, "participant")
    if not code:
        return (sheet.title["participant"], "", "is empty")
    if not _CODE.fullmatch(_code(code).lower()):
        why = "is no participant code such as P01; never write a name or an e-mail address"
        return (sheet.title["participant"], _HIDDEN, why)
    for field in ("session", "task"):
        text = sheet.cell(line, field)
        if text and tells_of_someone(text, 120):
            why = "is long, or may tell of somebody; write a label of your own"
            return (sheet.title[field], "(not shown: it may name somebody)", why)
    if is_total(sheet.cell(line, "task")):
        return (sheet.title["task"], "", "is the total of the tasks; take the row away")
    if "task" in sheet.place and not sheet.cell(line, "task"):
        given = [field for field in ("success", "time", "errors") if sheet.cell(line, field)]
        if given:
            return (sheet.title["task"], "", f"is empty, and {given[0]} is given")
    return None


def _measured(
    sheet: Sheet, who: dict[int, dict[str, Any]]
) -> tuple[list[Row], list[tuple[int, Fault]], int]:
    """What each row measures of its task; the cells refused; how many successes were partial."""
    rows: list[Row] = []
    faults: list[tuple[int, Fault]] = []
    partial = 0
    labels: dict[str, str] = {}
    for line in who:
        for field, read, why in (
            ("success", _success, "is neither oui nor non (1 or 0, réussi or échec)"),
            ("time", _seconds, "is no time of less than an hour; write seconds or mm:ss"),
            ("errors", _errors, "is no count of errors; write 0 or more"),
        ):
            text = sheet.cell(line, field)
            if not text:
                continue
            value = read(text)
            partial += field == "success" and fold_label(text) in _PARTIAL
            if value is None:
                faults.append((line, (sheet.title[field], text, why)))
            else:
                rows.append((line, {"measure": field, "value": value}))
        met: set[str] = set()
        for label, severity, fault in _problems(sheet.cell(line, "problems")):
            name = labels.setdefault(fold_label(label), label)
            if fault is None and name in met:
                fault = "is told twice in this cell; keep one"
            if fault is not None:
                faults.append((line, (sheet.title["problems"], label, fault)))
                continue
            met.add(name)
            rows.append((line, {"measure": "problem", "label": name, "value": severity}))
    return rows, faults, partial


def _code(text: str) -> str:
    """A participant's code, in capitals: `p01` and `P01` are one."""
    return fold_label(text).upper()


def _success(text: str) -> int | None:
    """1 for a success, 0 for a failure or a partial success, `None` for anything else."""
    folded = fold_label(text)
    return 0 if folded in _PARTIAL else (_SUCCESS | _FAILURE).get(folded)


def _errors(text: str) -> int | None:
    count = parse_count(text)
    return count if count is not None and count >= 0 else None


def _seconds(text: str) -> float | None:
    """A time on task in seconds, above 0 and below an hour, or `None`.

    `1:30:00` is refused: it is what a spreadsheet makes of 1 min 30. So is `1.234`, which may be
    1234 seconds.

    Examples
    --------
    >>> _seconds("83,5"), _seconds("02:05"), _seconds("2 min 05 s"), _seconds("1:30:00")
    (83.5, 125.0, 125.0, None)
    """
    text = fold_label(text)
    if match := re.fullmatch(r"(\d{1,7})(?:[.,](\d{1,6}))? ?s?", text, re.ASCII):
        seconds = float(f"{match[1]}.{match[2] or 0}")
        if may_be_thousands(text.rstrip(" s")) and 1000 * seconds < _LONGEST_TASK:
            return None
    elif match := re.fullmatch(
        r"(?:0?0:)?(\d{1,2})(?::|\s*min\s*)(?:([0-5]?\d)\s*s?)?", text, re.ASCII
    ):
        seconds = 60.0 * int(match[1]) + int(match[2] or 0)
    else:
        return None
    return seconds if 0 < seconds < _LONGEST_TASK else None


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


def _answers(
    sheet: Sheet, who: dict[int, dict[str, Any]], items: list[str]
) -> tuple[list[Row], list[tuple[int, Fault]]]:
    """Each participant's answers to the scale, once; those that two rows give differently, not."""
    first: dict[tuple[str, str, str], tuple[int, str]] = {}
    refused: set[tuple[str, str, str]] = set()
    faults: list[tuple[int, Fault]] = []
    for line, row in who.items():
        for item in items:
            text = sheet.cell(line, item)
            if not text:
                continue
            key = (row["session"], row["participant"], item)
            if not re.fullmatch(r"[1-5](?:[.,]0)?", text):
                why = "is no answer from 1 to 5 to an item of the SUS"
                faults.append((line, (sheet.title[item], text, why)))
                refused.add(key)
                continue
            earlier, said = first.setdefault(key, (line, text[0]))
            if said != text[0]:
                why = f"is {said} in row {earlier}, of the same participant; neither is read"
                faults.append((line, (sheet.title[item], text, why)))
                refused.add(key)
    rows = [
        (line, {"measure": key[2], "value": int(said), "task": None})
        for key, (line, said) in first.items()
        if key not in refused
    ]
    return rows, faults


def _frame(rows: list[Row], who: dict[int, dict[str, Any]], device: Device) -> pd.DataFrame:
    rows = sorted(rows, key=lambda row: row[0])
    whole = [who[line] | cells for line, cells in rows]
    when: list[date | None] = [row["date"] for row in whole]
    return pd.DataFrame(
        {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            "date": days(when),
            **{
                name: [row.get(name) for row in whole]
                for name in ("session", "participant", "task", "measure", "label")
            },
            "value": [float(row["value"]) for row in whole],
        },
        index=[line for line, _ in rows],
    )
