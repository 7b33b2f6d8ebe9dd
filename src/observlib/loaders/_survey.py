"""From the columns and cells of a survey's export to the table `responses`, by a questionnaire.

Only columns that the questionnaire knows are read, and of these none that it ignores: that is what
keeps names and addresses out of the store. Free text comes from open questions alone, redacted,
where the device asks for it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.catalogue import UNREAD, Catalogue, Device, Question
from observlib.catalogue.tables import WEIGHTS, reject
from observlib.loaders import Loaded
from observlib.loaders._periods import french_day, months_first
from observlib.loaders._rows import day_fault, days, settle
from observlib.loaders._survey_columns import NO_ANSWER, SEVERAL, Column, Header, find, several_of
from observlib.loaders._text import (
    is_formula_error,
    is_total,
    parse_day,
    width_fault,
    without_persons,
)
from observlib.loaders._verbatims import with_open_answers

# --- A survey's own weights, as cells of its export write them

NO_WEIGHT = "is no weight; write a number above 0 such as 1.25 or 1,25, or leave it empty"


def weight_of(cell: str) -> float | None:
    """The weight in a cell, with a decimal point or comma; NaN where it is empty.

    `None` where it holds something else: text, thousands set apart, 0, less, or what no weight is.

    Examples
    --------
    >>> weight_of("1,25"), weight_of("0.8"), weight_of("3e-2"), weight_of("")
    (1.25, 0.8, 0.03, nan)
    >>> weight_of("0"), weight_of("-1"), weight_of("1 250"), weight_of("1.234,5")
    (None, None, None, None)
    """
    if fold_label(cell) in NO_ANSWER:
        return math.nan
    number = re.fullmatch(r"\d{1,13}(?:[.,]\d{1,20})?(?:e[+-]?\d{1,2})?", cell, re.A | re.I)
    value = float(number[0].replace(",", ".")) if number else 0.0
    return value if WEIGHTS[0] <= value <= WEIGHTS[1] else None


def check_weights(path: Path, name: str, cells: Mapping[int, str]) -> None:
    """Refuse a column of weights that is empty, or in which `1,234` may be a thousand."""
    weights = {line: weight_of(cell.strip()) for line, cell in cells.items()}
    if weights and all(weight is not None and math.isnan(weight) for weight in weights.values()):
        raise ObservError(
            f"{path}: no response has a weight in the column {name!r}; export the weights too, or "
            f"take `weight` out of the questionnaire"
        )
    good = [line for line, weight in weights.items() if weight]
    point, comma = (next((line for line in good if mark in cells[line]), None) for mark in ".,")
    if point is not None and comma is not None:
        raise ObservError(
            f"{path}: the column {name!r} has weights with a decimal point (row {point}) and with "
            f"a comma (row {comma}), which may be thousands; write all of them one way"
        )


def unweighted(weights: Mapping[str, float]) -> Iterator[str]:
    """How many responses have no weight, and what becomes of them: a notice, where there are."""
    if without := sum(map(math.isnan, weights.values())):
        yield (
            f"{without} of {len(weights)} responses have no weight: they count in figures without "
            f"weights, and have no part in weighted ones"
        )


_TICKED = frozenset({"y", "yes", "oui", "1", "true", "x"})
_NOT_TICKED = NO_ANSWER | {"n", "no", "non", "0", "2", "false"}
_OTHER_CODE, _OTHER_LABELS = "-oth-", ("autre", "other")
_OTHER_BOX = re.compile(r"(autre|other) ?(\.{3}|…|\(.*\)?)?")
_SLID = "the whole row is refused, since its later answers may have slid to other columns"
_ANONYMOUS = date(1980, 1, 1)  # what LimeSurvey writes where it keeps no date
_LONGEST_SHOWN = 40

Meanings = Mapping[str, float | str | None]
Fault = tuple[str, str, str]  # column, value, reason


class _Response(NamedTuple):
    """A response's place in the file, identifier, day, whether it was submitted, and weight."""

    line: int
    id: str
    day: date
    finished: bool
    weight: float = math.nan  # where there is none


def responses(
    path: Path,
    device: Device,
    catalogue: Catalogue,
    columns: Sequence[Column],
    rows: Mapping[int, Sequence[str]],
    *,
    submission: bool = True,
    whole_rows: bool = False,
) -> Loaded:
    """The table `responses` of an export's columns and rows, these by their place in the file.

    A response that was never submitted is not finished. Its day is that of its submission, else
    of its start, else of its last action, else (where none was kept) the first day of the month
    or quarter that the device's `period` or the file's name tells. A cell that cannot be read
    rejects that answer and no other; a weight that is none, its response. A response without
    a weight counts, as much as any other, where none are used: that is told.
    """
    questionnaire = catalogue.questions_of(device)
    header = find(path, questionnaire, columns, submission)
    read = [question for question in questionnaire.questions if header.questions[question.code]]
    read = [question for question in read if question.kind not in UNREAD]
    meanings = {question.code: _meanings(question) for question in read}
    faulty = {line: width_fault(cells, len(columns)) for line, cells in rows.items()}
    rejects = [reject(path.name, line, "", "", why) for line, why in faulty.items() if why]
    whole = {line: cells for line, cells in rows.items() if faulty[line] is None}
    layouts = {place: _layout(cells[place] for cells in whole.values()) for place in header.days}
    doubtful = {
        place: months_first({line: cells[place] for line, cells in whole.items()})
        for place in header.days
    }
    instead = _day_instead(path, device)
    if header.weight is not None:
        written = {line: cells[header.weight] for line, cells in whole.items()}
        check_weights(path, str(questionnaire.weight), written)
    found: list[tuple[object, ...]] = []
    unasked: Counter[str] = Counter()
    kept: list[_Response] = []
    undated = 0
    for line, cells in whole.items():
        response, fault = _response(line, cells, columns, header, layouts, doubtful)
        if fault is None and response.day == _ANONYMOUS:
            if instead is None:
                fault = _undated(columns, header)
            else:
                response, undated = response._replace(day=instead), undated + 1
        if fault is not None:
            rejects.append(reject(path.name, line, *fault))
            continue
        told = {
            question.code: _said(question, meanings[question.code], cells, columns, header)
            for question in read
        }
        slid = next((fault for _, faults in told.values() for fault in faults), None)
        if whole_rows and slid is not None:
            rejects.append(reject(path.name, line, *slid[:2], f"{slid[2]}; {_SLID}"))
            continue
        kept.append(response)
        found.append((*response, "response", None, None, None, None))
        given: dict[str | None, set[float | str]] = {}
        for question in read:
            said, faults = told[question.code]
            rejects += [reject(path.name, line, *fault) for fault in faults]
            if said and not _asked(question, given):
                unasked[question.code] += 1
                said = set()
            if not faults:  # else what they were to be asked after is not known
                given[question.variable] = said
            found += [
                (*response, question.variable, *_tidy(question, one))
                for one in sorted(said, key=str)
            ]
    notices = [*header.notices, *_notices(unasked, undated, instead)]
    if header.weight is not None:
        notices += unweighted({response.id: response.weight for response in kept})
    if header.submitted is None:
        notices.append("no column says which responses were submitted: all count as finished")
    loaded = settle(path, "responses", _frame(found, device), rejects, notices)
    ids = {response.line: response.id for response in kept}
    return with_open_answers(path, loaded, device, questionnaire, header.questions, ids, whole)


def _response(
    line: int,
    cells: Sequence[str],
    columns: Sequence[Column],
    header: Header,
    layouts: Mapping[int, str],
    doubtful: Mapping[int, Mapping[int, str]],
) -> tuple[_Response, Fault | None]:
    """What a row says of the response itself, its day `_ANONYMOUS` where it has none."""
    finished = header.submitted is None or bool(cells[header.submitted].strip())
    response = _Response(line, _number(cells[header.response].strip()), _ANONYMOUS, finished)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", response.id) or is_total(response.id):
        reason = "is no identifier (letters, digits, - and _)" if response.id else "is empty"
        return response, (columns[header.response].names[0], "", reason)
    if header.weight is not None:
        cell = cells[header.weight].strip()
        weight = weight_of(cell)
        if weight is None:
            return response, (columns[header.weight].names[0][:60], _shown(cell), NO_WEIGHT)
        response = response._replace(weight=weight)
    for place in header.days:
        text = cells[place].strip()
        if not text:
            continue
        name = columns[place].names[0]
        if _layout_of(text) != layouts[place]:
            reason = f"is no date written {layouts[place]}, as most of the column is"
            return response, (name, _shown(text), reason)
        day = _day(text)
        fault = f"is no date written {layouts[place]}" if day is None else day_fault(day)
        fault = doubtful[place].get(line, fault)
        if fault is not None:
            return response, (name, _shown(text), fault)
        if day is not None and day != _ANONYMOUS:
            return response._replace(day=day), None
    return response, None


def _undated(columns: Sequence[Column], header: Header) -> Fault:
    name = columns[header.days[0]].names[0] if header.days else "date"
    return (
        name,
        "",
        (
            "has no date (LimeSurvey writes 1980-01-01 where it keeps none); name the file with "
            "its month or quarter, such as survey_2026-T3.csv, or give the device's `period`"
        ),
    )


def _layout(cells: Iterator[str]) -> str:
    """How most dates of a column are written, the ISO way where as many are in each."""
    layouts = Counter(_layout_of(cell.strip()) for cell in cells if cell.strip())
    return "dd/mm/yyyy" if layouts["dd/mm/yyyy"] > layouts["yyyy-mm-dd"] else "yyyy-mm-dd"


def _layout_of(text: str) -> str:
    return "dd/mm/yyyy" if re.match(r"\d{1,2}/\d{1,2}/\d{4}", text, re.ASCII) else "yyyy-mm-dd"


def _day(text: str) -> date | None:
    """The day of a date in either layout, maybe with a time, or `None`.

    Examples
    --------
    >>> _day("2026-03-01 10:20:30"), _day("01/03/2026 10:20"), _day("2026-02-30")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), None)
    """
    return french_day(text) or parse_day(text)


def _day_instead(path: Path, device: Device) -> date | None:
    """The first day of the period that the device or the file's name tells.

    A day in a file's name is more likely that of the export, so only months and quarters count.
    """
    text = device.period or path.stem
    if quarter := re.search(r"(?<!\d)(20\d{2}-T[1-4])(?!\d)", text, re.ASCII):
        return Quarter.parse(quarter[1]).start
    if device.period:
        return parse_day(f"{device.period}-01"[:10])
    month = re.search(r"(?<!\d)(20\d{2}-(?:0[1-9]|1[0-2]))(?!-?\d)", text, re.ASCII)
    return parse_day(f"{month[1]}-01") if month else None


def _meanings(question: Question) -> Meanings:
    """What each code or text of an answer means; a category stands for its own text."""
    known: dict[str, float | str | None] = {}
    if question.kind != "scale":
        known |= {fold_label(str(meaning)): meaning for meaning in question.meanings}
    if _OTHER_CODE in question.answers:
        known |= dict.fromkeys(_OTHER_LABELS, question.answers[_OTHER_CODE])
    known |= {fold_label(label): meaning for label, meaning in question.labels.items()}
    return known | {fold_label(code): meaning for code, meaning in question.answers.items()}


def _said(
    question: Question,
    meanings: Meanings,
    cells: Sequence[str],
    columns: Sequence[Column],
    header: Header,
) -> tuple[set[float | str], list[Fault]]:
    """What a response answers to a question, empty if nothing; and the cells that say no answer."""
    said: set[float | str] = set()
    faults: list[Fault] = []
    for place, category in header.questions[question.code].items():
        cell = cells[place].strip()
        candidates = [fold_label(_number(cell))]
        if candidates[0] in NO_ANSWER:
            continue
        if is_formula_error(cell):  # beside "Other", any text would tick it
            faults.append((columns[place].names[0][:60], cell, "is the error of a formula"))
            continue
        candidates += map(fold_label, columns[place].labels.get(_number(cell), ()))
        if category == SEVERAL:
            words = several_of(fold_label(cell), columns[place].separator, meanings)
            if all(word in meanings or word in NO_ANSWER for word in words):
                several = (meanings.get(word) for word in words)
                said |= {meaning for meaning in several if meaning is not None}
            else:
                faults.append(
                    (columns[place].names[0][:60], _shown(cell), _allowed(question, True))
                )
            continue
        if question.kind == "multiple":
            ticked = _is_ticked(candidates, columns[place], category)
            meaning: float | str | None = category if ticked else None
            known = ticked is not None
        else:
            matching = [text for text in candidates if text in meanings]
            known = bool(matching)
            meaning = meanings[matching[0]] if matching else None
            if question.kind == "scale" and not known:
                meaning = _on_scale(question, candidates[0])
                known = meaning is not None or not NO_ANSWER.isdisjoint(candidates)
        if not known:
            faults.append((columns[place].names[0][:60], _shown(cell), _allowed(question)))
        elif meaning is not None:
            said.add(meaning)
    return said, faults


def _is_ticked(candidates: Sequence[str], column: Column, category: str | None) -> bool | None:
    """Whether a box is ticked, `None` where its cell does not tell; free text ticks "Other"."""
    names = [fold_label(name) for name in column.names]
    box = [name.rsplit("[", 1)[-1].rstrip("]") for name in names]
    if any(text in _NOT_TICKED for text in candidates):
        return False
    own = {*box, fold_label(category or "")}
    if any(text in _TICKED or text in own for text in candidates):
        return True
    if any(_OTHER_BOX.fullmatch(one) for one in box) or any(n.endswith("_other") for n in names):
        return True
    return None


def _on_scale(question: Question, text: str) -> float | None:
    match = re.fullmatch(r"-?\d{1,9}(?:[.,]\d{1,9})?", text, re.ASCII)
    value = float(match[0].replace(",", ".")) if match else None
    low, high = question.ends
    return value + 0.0 if value is not None and low <= value <= high else None  # no -0


def _allowed(question: Question, several: bool = False) -> str:
    if question.kind == "scale":
        low, high = question.ends
        return f"is no answer to {question.code}: no known code or label, nor {low:g} to {high:g}"
    if question.kind == "multiple" and not several:
        return f"does not say whether the box of {question.code} is ticked (Y, 1, Oui or empty)"
    return f"is no answer to {question.code}: no code or label of the questionnaire"


def _asked(question: Question, given: Mapping[str | None, set[float | str]]) -> bool:
    """Whether who said `given` was to be asked; so are all where the filter is no column."""
    routing = question.asked_if
    if routing is None or routing.variable not in given:
        return True
    return not given[routing.variable].isdisjoint(routing.values)


def _tidy(
    question: Question, meaning: float | str
) -> tuple[str | None, float | None, float | None, float | None]:
    """Category, value and scale of an answer."""
    if isinstance(meaning, str):
        return meaning, None, None, None
    return None, question.turned(meaning), *question.ends


def _notices(unasked: Counter[str], undated: int, instead: date | None) -> Iterator[str]:
    for code, count in unasked.items():
        yield f"{code}: {count} answers of people who were not to be asked are left out (asked_if)"
    if undated:
        yield (
            f"{undated} responses without a date count on {instead}, the first day of the period "
            f"that the device or the file's name tells"
        )


def _number(cell: str) -> str:
    """A cell as it is, whole numbers without the decimals that spreadsheets and SPSS add.

    Examples
    --------
    >>> _number("15.0"), _number("A15.0")
    ('15', 'A15.0')
    """
    return cell.split(".")[0] if re.fullmatch(r"-?\d{1,18}\.0{1,6}", cell, re.ASCII) else cell


def _shown(cell: str) -> str:
    return without_persons(cell, _LONGEST_SHOWN, "text")


def _frame(found: Sequence[tuple[object, ...]], device: Device) -> pd.DataFrame:
    """One row a response or answer, under the response's place in the file."""
    parts = list(zip(*found, strict=True)) or [()] * 10
    lines, ids, when, finished, weights, variables, categories, *numbers = parts
    values = [np.array(part, dtype=float) for part in numbers]
    return pd.DataFrame(
        {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            "response_id": list(ids),
            "date": days(when),
            "finished": np.array(finished, dtype=bool),
            "variable": list(variables),
            "category": list(categories),
            "value": values[0],
            "scale_min": values[1],
            "scale_max": values[2],
            "weight": np.array(weights, dtype=float),
        },
        index=list(lines),
    )
