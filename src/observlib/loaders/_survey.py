"""From the columns and cells of a survey's export to the table `responses`, by a questionnaire.

Only columns that it knows, and does not ignore, are read: no name enters the store. Free text comes
from open questions alone, redacted, where the device asks for it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.base.yaml_files import load_data
from observlib.catalogue import UNREAD, Catalogue, Device, Question, Questionnaire, plain_code
from observlib.catalogue.contract import reject
from observlib.catalogue.tables import WEIGHTS
from observlib.loaders import Loaded, _text
from observlib.loaders._moments import french_day, months_first
from observlib.loaders._rows import day_fault, days, settle, with_texts

# --- Which columns of a survey's export are the response's own, and which answer which question


@dataclass(frozen=True)
class SurveyColumn:
    """A column: its names, the texts of its codes, and a `separator` of several answers."""

    names: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str = ""


# A question's columns: the place of its own, or of each box with its category (`None`: no answer).
_Places = dict[int, str | None]
_SEVERAL = "\0"  # instead of a category, where one cell tells all answers


@dataclass(frozen=True)
class _Header:
    """Where things stand: identifier, day of submission, days, each question, own weights."""

    response: int
    submitted: int | None
    days: tuple[int, ...]
    questions: dict[str, _Places]
    notices: tuple[str, ...]
    weight: int | None


_WORDS = load_data(__file__)
_OWN: dict[str, list[str]] = _WORDS["own"]
_OWN_CODES = frozenset(names[0] for names in _OWN.values())
_NO_QUESTION = re.compile("|".join(_WORDS["no_question"]))
_NO_ANSWER = frozenset(_WORDS["no_answer"])
# A code before the text, as in "Q05[SQ001]. Text [Row]": headers of code and text.
_CODE_BEFORE = re.compile(r"([A-Za-z]\w*(?:\[\w+\])*)\s?[.:]\s", re.ASCII)


def find(
    path: Path, questionnaire: Questionnaire, columns: Sequence[SurveyColumn], submission: bool
) -> _Header:
    """Where things stand, by question code or else by text; and what either lacks."""
    folded = [tuple(map(fold_label, (*column.names, *_own_text(column)))) for column in columns]

    def first(names: Sequence[str]) -> int | None:
        return next((place for place, own in enumerate(folded) if set(own) & set(names)), None)

    response, submitted = first(_OWN["id"]), first(_OWN["submitted"])
    there = _headers(columns, columns)
    if response is None or (submitted is None and submission):
        lacking = "'Response ID' (id)" if response is None else "'Date submitted' (submitdate)"
        mend = "export the responses again with the response's own fields"
        if not submission:  # of no tool that is known
            lacking, mend = "'id'", "name so the one that identifies each response, or number them"
        raise ObservError(f"{path}: missing column {lacking}; the file has {there}; {mend}")
    asked = (submitted, first(_OWN["started"]), first(_OWN["last"]))
    dates = [place for place in asked if place is not None]
    questions = _match(path, questionnaire, columns, folded)
    if not any(questions.values()):
        raise ObservError(
            f"{path}: no question of {questionnaire.id!r} heads a column; the file has {there}; "
            f"export with question codes or full question texts"
        )
    weight = _weight(path, questionnaire, columns, folded)
    own = {response, weight, *dates, *(place for places in questions.values() for place in places)}
    unknown = [
        column
        for place, column in enumerate(columns)
        if place not in own and not _needs_no_notice(column, folded[place], questionnaire)
    ]
    absent = [q for q in questionnaire.questions if q.kind not in UNREAD and not questions[q.code]]
    notices = []
    if absent:
        codes = bounded((question.code for question in absent), 8)
        notices.append(f"{questionnaire.id!r} has questions that no column answers: {codes}")
    if unknown:
        shown = _headers(unknown, columns)
        notices.append(f"columns that {questionnaire.id!r} does not have are not loaded: {shown}")
    return _Header(response, submitted, tuple(dates), questions, tuple(notices), weight)


def _weight(
    path: Path,
    questionnaire: Questionnaire,
    columns: Sequence[SurveyColumn],
    folded: Sequence[Sequence[str]],
) -> int | None:
    """The column of the survey's own weights, where its questionnaire names one."""
    name = questionnaire.weight
    if name is None:
        return None
    code, text = plain_code(name), fold_label(name)
    places = [
        place
        for place, column in enumerate(columns)
        if text in folded[place] or (code and code in map(plain_code, column.names))
    ]
    if len(places) != 1:
        raise ObservError(
            f"{path}: {len(places) or 'no'} columns are named {name!r}, where {questionnaire.id!r} "
            f"says that the survey's own weights are; the file has {_headers(columns, columns)}; "
            f"export the weights too, or take `weight` out of the questionnaire"
        )
    return places[0]


def _headers(some: Sequence[SurveyColumn], columns: Sequence[SurveyColumn]) -> str:
    header = [name for column in columns for name in column.names]
    return bounded(
        _text.headers_shown([_text.short(column.names[0], 40) for column in some], header), 8
    )


def _match(
    path: Path,
    questionnaire: Questionnaire,
    columns: Sequence[SurveyColumn],
    folded: Sequence[Sequence[str]],
) -> dict[str, _Places]:
    """The columns of each question by its code."""
    codes: dict[str, list[int]] = {}
    texts: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        for code in dict.fromkeys(code for name in column.names for code in _codes(name)):
            codes.setdefault(code, []).append(place)
        for text in dict.fromkeys(folded[place]):
            texts.setdefault(text, []).append(place)
    alike = Counter(fold_label(question.text) for question in questionnaire.questions)
    taken: Counter[str] = Counter()

    def only(places: list[int], question: Question) -> int | None:
        if len(places) > 1:
            name = _headers([columns[places[0]]], columns)
            raise ObservError(
                f"{path}: {len(places)} columns are named {name}, "
                f"as the question {question.code} is; export with question codes"
            )
        return places[0] if places else None

    def of_question(question: Question) -> int | None:
        if places := codes.get(plain_code(question.code)):
            return only(places, question)
        text = fold_label(question.text)
        places = texts.get(text, [])
        if 1 < len(places) == alike[text]:  # questions of one text stand in their order
            taken[text] += 1
            return places[taken[text] - 1]
        return only(places, question)

    def of_boxes(question: Question) -> _Places:
        boxes: _Places = {}
        own_words = {str(meaning): meaning for meaning in question.meanings}
        for label, meaning in (own_words | question.labels).items():
            place = only(texts.get(fold_label(f"{question.text} [{label}]"), []), question)
            if place is not None:
                boxes[place] = None if meaning is None else str(meaning)
        for box, meaning in question.answers.items():
            place = only(codes.get(plain_code(f"{question.code}_{box}"), []), question)
            if place is not None:
                boxes[place] = None if meaning is None else str(meaning)
        if not boxes and (place := of_question(question)) is not None and columns[place].separator:
            boxes[place] = _SEVERAL
        return boxes

    found: dict[str, _Places] = {}
    for question in questionnaire.questions:
        if question.kind == "multiple":
            found[question.code] = of_boxes(question)
        else:
            one = of_question(question)
            found[question.code] = {} if one is None else {one: None}
    return found


def _several_of(cell: str, separator: str, known: Collection[str]) -> list[str]:
    """The answers that one cell holds; a known one may hold the separator itself.

    Examples
    --------
    >>> _several_of("sur place a emporter vite", " ", ["sur place", "a emporter"])
    ['sur place', 'a emporter', 'vite']
    """
    longest = sorted(filter(None, known), key=len, reverse=True)
    found = []
    while cell := cell.strip():
        begins = (word for word in longest if f"{cell}{separator}".startswith(word + separator))
        word = next(begins, cell.split(separator)[0])
        found.append(word.strip())
        cell = cell[len(word) :].removeprefix(separator)
    return found


def _codes(name: str) -> list[str]:
    """The codes that a name may be or start with, none for a text without letters or digits."""
    before = _CODE_BEFORE.match(name)
    return [code for code in (plain_code(name), plain_code(before[1]) if before else "") if code]


def _own_text(column: SurveyColumn) -> list[str]:
    """The text of one of LimeSurvey's own columns where its header has the code too.

    Examples
    --------
    >>> _own_text(SurveyColumn(("submitdate. Date submitted",)))
    ['Date submitted']
    """
    found = [(name, match) for name in column.names if (match := _CODE_BEFORE.match(name))]
    codes = [(name[match.end() :], match[1].lower()) for name, match in found]
    return [text for text, code in codes if code in _OWN_CODES or _NO_QUESTION.fullmatch(code)]


def _needs_no_notice(
    column: SurveyColumn, folded: Sequence[str], questionnaire: Questionnaire
) -> bool:
    """Whether a column is technical, a person's, or what people wrote under a known question."""
    if any(_NO_QUESTION.fullmatch(name) for name in folded):
        return True
    for question in questionnaire.questions:
        code, text = plain_code(question.code), fold_label(question.text)
        inside = ("_",) if question.kind == "ignored" else ("_other", "_comment")
        words = (" [",) if question.kind == "ignored" else (" [other", " [autre", " [comment")
        if any(
            name.startswith(tuple(code + end for end in inside))
            for own in column.names
            for name in _codes(own)
        ):
            return True
        if any(name.startswith(tuple(text + end for end in words)) for name in folded):
            return True
    return False


# --- A survey's own weights, as cells of its export write them

_NO_WEIGHT = "is no weight; write a number above 0 such as 1.25 or 1,25, or leave it empty"


def weight_of(cell: str) -> float | None:
    """The weight in a cell; NaN where it is empty, `None` where it is no number above 0."""
    if fold_label(cell) in _NO_ANSWER:
        return math.nan
    number = re.fullmatch(r"\d{1,13}(?:[.,]\d{1,20})?(?:e[+-]?\d{1,2})?", cell, re.A | re.I)
    value = float(number[0].replace(",", ".")) if number else 0.0
    return value if WEIGHTS[0] <= value <= WEIGHTS[1] else None


def _check_weights(path: Path, name: str, cells: Mapping[int, str]) -> None:
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


def _unweighted(weights: Mapping[str, float]) -> Iterator[str]:
    """How many responses have no weight, and what becomes of them: a notice, where there are."""
    if without := sum(map(math.isnan, weights.values())):
        yield (
            f"{without} of {len(weights)} responses have no weight: they count in figures without "
            f"weights, and have no part in weighted ones"
        )


_TICKED = frozenset(_WORDS["ticked"])
_NOT_TICKED = _NO_ANSWER.union(_WORDS["not_ticked"])
_OTHER_CODE, _OTHER_LABELS = "-oth-", ("autre", "other")
_OTHER_BOX = re.compile(r"(autre|other) ?(\.{3}|…|\(.*\)?)?")
_SLID = "the whole row is refused, since its later answers may have slid to other columns"
_ANONYMOUS = date(1980, 1, 1)  # what LimeSurvey writes where it keeps no date
_UNDATED = (
    "has no date (LimeSurvey writes 1980-01-01 where it keeps none); name the file with its month "
    "or quarter, such as survey_2026-T3.csv, or give the device's `period`"
)
_LONGEST_SHOWN = 40
_Meanings = Mapping[str, float | str | None]
_Fault = tuple[str, str, str]  # column, value, reason


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
    columns: Sequence[SurveyColumn],
    rows: Mapping[int, Sequence[str]],
    *,
    submission: bool = True,
    whole_rows: bool = False,
) -> Loaded:
    """The table `responses` of an export's columns and rows, these by their place in the file.

    A response that was never submitted is not finished. Its day is that of its submission, else of
    its start, else of its last action, else the first of the month or quarter that the device's
    `period` or the file's name tells. A cell that cannot be read rejects that answer; a weight that
    is none, its response. One without a weight counts where none are used: that is told.
    """
    questionnaire = catalogue.questions_of(device)
    header = find(path, questionnaire, columns, submission)
    read = [question for question in questionnaire.questions if header.questions[question.code]]
    read = [question for question in read if question.kind not in UNREAD]
    meanings = {question.code: _meanings(question) for question in read}
    faulty = {line: _text.width_fault(cells, len(columns)) for line, cells in rows.items()}
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
        _check_weights(path, str(questionnaire.weight), written)
    found: list[tuple[object, ...]] = []
    unasked: Counter[str] = Counter()
    kept: list[_Response] = []
    undated = 0
    for line, cells in whole.items():
        response, fault = _response(line, cells, columns, header, layouts, doubtful)
        if fault is None and response.day == _ANONYMOUS:
            if instead is None:
                fault = (columns[header.days[0]].names[0] if header.days else "date", "", _UNDATED)
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
        notices += _unweighted({response.id: response.weight for response in kept})
    if header.submitted is None:
        notices.append("no column says which responses were submitted: all count as finished")
    texts: dict[str, dict[int, str]] = {}
    ids = {response.line: response.id for response in kept}
    if device.verbatims:
        asked = [question for question in questionnaire.questions if question.kind == "text"]
        for question in asked:
            for place in header.questions[question.code]:
                written = {line: whole[line][place] for line in ids}
                texts[str(question.variable)] = {
                    line: text
                    for line, text in written.items()
                    if fold_label(text) not in _NO_ANSWER
                }
        if absent := [one.code for one in asked if not header.questions[one.code]]:
            notices.append(f"no column of {', '.join(absent)}: no text of it is loaded")
    loaded = settle(path, "responses", _frame(found, device), rejects, notices)
    return with_texts(path, loaded, device, ids, texts) if device.verbatims else loaded


def _response(
    line: int,
    cells: Sequence[str],
    columns: Sequence[SurveyColumn],
    header: _Header,
    layouts: Mapping[int, str],
    doubtful: Mapping[int, Mapping[int, str]],
) -> tuple[_Response, _Fault | None]:
    """What a row says of the response itself, its day `_ANONYMOUS` where it has none."""
    finished = header.submitted is None or bool(cells[header.submitted].strip())
    response = _Response(line, _number(cells[header.response].strip()), _ANONYMOUS, finished)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", response.id) or _text.is_total(response.id):
        reason = "is no identifier (letters, digits, - and _)" if response.id else "is empty"
        return response, (columns[header.response].names[0], "", reason)
    if header.weight is not None:
        cell = cells[header.weight].strip()
        weight = weight_of(cell)
        if weight is None:
            return response, (columns[header.weight].names[0][:60], _shown(cell), _NO_WEIGHT)
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
    return french_day(text) or _text.parse_day(text)


def _day_instead(path: Path, device: Device) -> date | None:
    """The first day of the month or quarter that the device or the file's name tells."""
    text = device.period or path.stem
    if quarter := re.search(r"(?<!\d)(20\d{2}-T[1-4])(?!\d)", text, re.ASCII):
        return Quarter(quarter[1]).start
    if device.period:
        return _text.parse_day(f"{device.period}-01"[:10])
    month = re.search(r"(?<!\d)(20\d{2}-(?:0[1-9]|1[0-2]))(?!-?\d)", text, re.ASCII)
    return _text.parse_day(f"{month[1]}-01") if month else None


def _meanings(question: Question) -> _Meanings:
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
    meanings: _Meanings,
    cells: Sequence[str],
    columns: Sequence[SurveyColumn],
    header: _Header,
) -> tuple[set[float | str], list[_Fault]]:
    """What a response answers to a question, empty if nothing; and the cells that say no answer."""
    said: set[float | str] = set()
    faults: list[_Fault] = []
    for place, category in header.questions[question.code].items():
        cell, name = cells[place].strip(), columns[place].names[0][:60]
        candidates = [fold_label(_number(cell))]
        if candidates[0] in _NO_ANSWER:
            continue
        if _text.is_formula_error(cell):  # beside "Other", any text would tick it
            faults.append((name, cell, "is the error of a formula"))
            continue
        candidates += map(fold_label, columns[place].labels.get(_number(cell), ()))
        if category == _SEVERAL:
            words = _several_of(fold_label(cell), columns[place].separator, meanings)
            if all(word in meanings or word in _NO_ANSWER for word in words):
                several = (meanings.get(word) for word in words)
                said |= {meaning for meaning in several if meaning is not None}
            else:
                faults.append((name, _shown(cell), _allowed(question, True)))
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
                known = meaning is not None or not _NO_ANSWER.isdisjoint(candidates)
        if not known:
            faults.append((name, _shown(cell), _allowed(question)))
        elif meaning is not None:
            said.add(meaning)
    return said, faults


def _is_ticked(
    candidates: Sequence[str], column: SurveyColumn, category: str | None
) -> bool | None:
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
    return _text.without_persons(cell, _LONGEST_SHOWN, "text")


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
