"""From the columns and cells of a survey's export to the table `responses`, by a questionnaire.

Only columns that it knows, and does not ignore, are read: no name enters the store. Free text comes
from open questions alone, redacted, where the device asks for it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.base.yaml_files import load_data
from observlib.catalogue import UNREAD, Catalogue, Device, Question, Questionnaire, plain_code
from observlib.catalogue.tables import WEIGHTS
from observlib.loaders import Faults, Loaded, _text, of_device, settle, texts_of_rows, with_texts
from observlib.loaders._cells import read_each
from observlib.loaders._moments import day_fault, french_day, months_first

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
_WORDS = load_data(__file__)
_OWN: dict[str, list[str]] = _WORDS["own"]
# How what is beside a question, or within one that is ignored, goes on after its code and its text.
_WHOLE = ("_",), (" [",)
_BESIDE = ("_other", "_comment"), (" [other", " [autre", " [comment")
_OWN_CODES = frozenset(names[0] for names in _OWN.values())
_NO_QUESTION = re.compile("|".join(_WORDS["no_question"]))
_NO_ANSWER = frozenset(_WORDS["no_answer"])
# A code before the text, as in "Q05[SQ001]. Text [Row]": headers of code and text.
_CODE_BEFORE = re.compile(r"([A-Za-z]\w*(?:\[\w+\])*)\s?[.:]\s", re.ASCII)


class SurveyExport:
    """The columns of an export, and where what they hold of its questionnaire stands."""

    def __init__(
        self,
        path: Path,
        questionnaire: Questionnaire,
        columns: Sequence[SurveyColumn],
        submission: bool = True,
    ) -> None:
        self.path, self.questionnaire, self.columns = path, questionnaire, columns
        self.texts = [tuple(map(fold_label, (*one.names, *_own_text(one)))) for one in columns]
        self.codes = [[code for name in one.names for code in _codes(name)] for one in columns]
        self.by_text, self.by_code = (_by_name(names) for names in (self.texts, self.codes))
        response, self.submitted = self._own("id"), self._own("submitted")
        if response is None or (self.submitted is None and submission):
            lacking = "'Response ID' (id)" if response is None else "'Date submitted' (submitdate)"
            mend = "export the responses again with the response's own fields"
            if not submission:  # of no tool that is known
                lacking, mend = "'id'", "name so the one that identifies each response"
                mend += ", or number them"
            there = self._shown(columns)
            raise ObservError(f"{path}: missing column {lacking}; the file has {there}; {mend}")
        self.response = response
        dates = (self.submitted, self._own("started"), self._own("last"))
        self.days = [place for place in dates if place is not None]
        taken: Counter[str] = Counter()  # of the questions of one text, which stand in their order
        self.questions = {one.code: self._found(one, taken) for one in questionnaire.questions}
        if not any(self.questions.values()):
            raise ObservError(
                f"{path}: no question of {questionnaire.id!r} heads a column; the file has "
                f"{self._shown(columns)}; export with question codes or full question texts"
            )
        self.weight = self._weight()

    def notices(self) -> Iterator[str]:
        """What the questionnaire has and the export lacks, and the other way round."""
        asked = self.questionnaire
        wanted = [one.code for one in asked.questions if one.kind not in UNREAD]
        if absent := [code for code in wanted if not self.questions[code]]:
            codes = bounded(absent, 8)
            yield f"{asked.id!r} has questions that no column answers: {codes}"
        own = {self.response, self.weight, *self.days, *chain(*self.questions.values())}
        if unknown := [
            column
            for place, column in enumerate(self.columns)
            if place not in own and not self._needs_no_notice(place)
        ]:
            shown = self._shown(unknown)
            yield f"columns that {asked.id!r} does not have are not loaded: {shown}"

    def _own(self, name: str) -> int | None:
        """Where the first of LimeSurvey's own columns of a kind stands."""
        known = [self.by_text[one][0] for one in _OWN[name] if one in self.by_text]
        return min(known, default=None)

    def _shown(self, some: Sequence[SurveyColumn]) -> str:
        header = [name for column in self.columns for name in column.names]
        names = [_text.short(column.names[0], 40) for column in some]
        return bounded(_text.headers_shown(names, header), 8)

    def _weight(self) -> int | None:
        """The column of the survey's own weights, where its questionnaire names one."""
        name = self.questionnaire.weight
        if name is None:
            return None
        code, text = plain_code(name), fold_label(name)
        places = [
            place
            for place, column in enumerate(self.columns)
            if text in self.texts[place] or (code and code in map(plain_code, column.names))
        ]
        if len(places) != 1:
            raise ObservError(
                f"{self.path}: {len(places) or 'no'} columns are named {name!r}, where "
                f"{self.questionnaire.id!r} says that the survey's own weights are; the file has "
                f"{self._shown(self.columns)}; export the weights too, or take `weight` out of the "
                "questionnaire"
            )
        return places[0]

    def _found(self, question: Question, taken: Counter[str]) -> _Places:
        """The columns of a question."""
        has_boxes = question.kind == "multiple"
        if has_boxes and (boxes := self._boxes(question)):
            return boxes
        place = self._place(question, taken)
        if place is None or (has_boxes and not self.columns[place].separator):
            return {}
        return {place: _SEVERAL if has_boxes else None}

    def _only(self, places: list[int], question: Question) -> int | None:
        if len(places) > 1:
            name = self._shown([self.columns[places[0]]])
            raise ObservError(
                f"{self.path}: {len(places)} columns are named {name}, "
                f"as the question {question.code} is; export with question codes"
            )
        return places[0] if places else None

    def _place(self, question: Question, taken: Counter[str]) -> int | None:
        if places := self.by_code.get(plain_code(question.code)):
            return self._only(places, question)
        text = fold_label(question.text)
        places = self.by_text.get(text, [])
        alike = sum(fold_label(one.text) == text for one in self.questionnaire.questions)
        if 1 < len(places) == alike:
            taken[text] += 1
            return places[taken[text] - 1]
        return self._only(places, question)

    def _boxes(self, question: Question) -> _Places:
        words = {str(meaning): meaning for meaning in question.meanings} | question.labels
        by_text = {fold_label(f"{question.text} [{word}]"): worth for word, worth in words.items()}
        by_code = {
            plain_code(f"{question.code}_{b}"): worth for b, worth in question.answers.items()
        }
        found = {}
        for known, boxes in ((self.by_text, by_text), (self.by_code, by_code)):
            for name, meaning in boxes.items():
                place = self._only(known.get(name, []), question)
                if place is not None:
                    found[place] = None if meaning is None else str(meaning)
        return found

    def _needs_no_notice(self, place: int) -> bool:
        """Whether a column is technical, a person's, or written under a known question."""
        texts, codes = self.texts[place], self.codes[place]
        if any(_NO_QUESTION.fullmatch(name) for name in texts):
            return True
        for question in self.questionnaire.questions:
            inside, words = _WHOLE if question.kind == "ignored" else _BESIDE
            code, text = plain_code(question.code), fold_label(question.text)
            if any(name.startswith(tuple(code + end for end in inside)) for name in codes):
                return True
            if any(name.startswith(tuple(text + end for end in words)) for name in texts):
                return True
        return False


def _by_name(names: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Where columns stand, by each name that may be theirs."""
    found: dict[str, list[int]] = {}
    for place, own in enumerate(names):
        for name in dict.fromkeys(own):
            found.setdefault(name, []).append(place)
    return found


def _several_of(cell: str, separator: str, known: Collection[str]) -> list[str]:
    """The answers that one cell holds; a known one may hold the separator itself."""
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
    """The text of one of LimeSurvey's own columns where its header has the code too."""
    found = [(name, match) for name in column.names if (match := _CODE_BEFORE.match(name))]
    codes = [(name[match.end() :], match[1].lower()) for name, match in found]
    return [text for text, code in codes if code in _OWN_CODES or _NO_QUESTION.fullmatch(code)]


# --- A survey's own weights, as cells of its export write them

_NO_WEIGHT = "is no weight; write a number above 0 such as 1.25 or 1,25, or leave it empty"


def read_weight(cell: str) -> float:
    """The weight in a cell, a number above 0; NaN where it is empty."""
    if fold_label(cell) in _NO_ANSWER:
        return math.nan
    number = re.fullmatch(r"\d{1,13}(?:[.,]\d{1,20})?(?:e[+-]?\d{1,2})?", cell, re.A | re.I)
    value = float(number[0].replace(",", ".")) if number else 0.0
    if not WEIGHTS[0] <= value <= WEIGHTS[1]:
        raise ValueError(_NO_WEIGHT)
    return value


def _check_weights(path: Path, name: str, cells: pd.Series) -> None:
    """Refuse a column of weights that is empty, or in which `1,234` may be a thousand."""
    weights, why = read_each(cells, read_weight)
    if len(cells) and not why and weights.isna().all():
        raise ObservError(
            f"{path}: no response has a weight in the column {name!r}; export the weights too, or "
            f"take `weight` out of the questionnaire"
        )
    good = cells[weights.notna()]
    point, comma = (good.index[good.str.contains(mark, regex=False)] for mark in ".,")
    if len(point) and len(comma):
        raise ObservError(
            f"{path}: the column {name!r} has weights with a decimal point (row {point[0]}) and "
            f"with a comma (row {comma[0]}), which may be thousands; write all of them one way"
        )


# --- What responses say of themselves: identifier, day, whether they were submitted, weight

_ANONYMOUS = date(1980, 1, 1)  # what LimeSurvey writes where it keeps no date
_UNDATED = (
    "has no date (LimeSurvey writes 1980-01-01 where it keeps none); name the file with its month "
    "or quarter, such as survey_2026-T3.csv, or give the device's `period`"
)
_SLID = "the whole row is refused, since its later answers may have slid to other columns"
_LONGEST_SHOWN = 40
_Meaning = float | str | None


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
    export = SurveyExport(path, catalogue.questions_of(device), columns, submission)
    faults = Faults()
    cells = texts_of_rows(rows, len(columns), faults)
    told, undated = _told(export, cells, faults, _day_instead(path, device))
    answers = _answers(export, cells.loc[told.index], faults, whole_rows)
    told = faults.without(told)
    asked, unasked = _of_asked(answers, told.index)
    frames = [told.assign(variable="response"), *(_tidy(told, *one) for one in asked)]
    frame = pd.concat(frames).sort_index(kind="stable")
    notices = [*export.notices(), *unasked, *undated]
    weights = told.drop_duplicates("response_id", keep="last")["weight"]
    if export.weight is not None and (without := int(weights.isna().sum())):
        notices.append(
            f"{without} of {len(weights)} responses have no weight: they count in figures without "
            f"weights, and have no part in weighted ones"
        )
    if export.submitted is None:
        notices.append("no column says which responses were submitted: all count as finished")
    titles: dict[Any, str] = {place: one.names[0][:60] for place, one in enumerate(columns)}
    titles |= {place: columns[place].names[0] for place in (export.response, *export.days)}
    titles["undated"] = titles[export.days[0]] if export.days else "date"

    def shown(place: Any, cell: str) -> str:
        hides = place == export.response
        return "" if hides else _text.without_persons(cell, _LONGEST_SHOWN, "text")

    rejects = faults.rejects(path, titles, cells, shown)
    loaded = settle(path, "responses", of_device(frame, device), rejects, notices)
    return _with_texts(export, loaded, device, told, rows) if device.verbatims else loaded


def _told(
    export: SurveyExport, cells: pd.DataFrame, faults: Faults, instead: date | None
) -> tuple[pd.DataFrame, list[str]]:
    """What each response says of itself, its day maybe that of the period; and how many have it."""
    ids, why = read_each(cells[export.response], _identifier)
    faults.add_all(export.response, why)
    told = pd.DataFrame({"response_id": ids, "finished": True, "weight": math.nan}, cells.index)
    if export.submitted is not None:
        told["finished"] = cells[export.submitted] != ""
    if export.weight is not None:
        _check_weights(export.path, str(export.questionnaire.weight), cells[export.weight])
        told["weight"], why = read_each(cells[export.weight], read_weight)
        faults.add_all(export.weight, why)
    told["date"] = _dated(export, cells, faults)
    undated = told["date"] == _ANONYMOUS
    if instead is None:
        faults.where("undated", undated, _UNDATED)
        return faults.without(told), []
    told["date"] = told["date"].mask(undated, instead)
    count = int(undated[faults.without(told).index].sum())
    notice = (
        f"{count} responses without a date count on {instead}, the first day of the period that "
        "the device or the file's name tells"
    )
    return faults.without(told), [notice] if count else []


def _identifier(text: str) -> str:
    number = _number(text)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", number) or _text.is_total(number):
        raise ValueError("is no identifier (letters, digits, - and _)" if number else "is empty")
    return number


def _dated(export: SurveyExport, cells: pd.DataFrame, faults: Faults) -> pd.Series:
    """The day of each response, of the first column that has one; else `_ANONYMOUS`."""
    dated = pd.Series(_ANONYMOUS, cells.index, dtype=object)
    for place in export.days:
        written = cells[place]
        doubtful = months_first(written.to_dict())
        slashed = written[written != ""].str.match(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}").astype(bool)
        is_french = slashed.sum() > (~slashed).sum()
        layout = "dd/mm/yyyy" if is_french else "yyyy-mm-dd"
        slashed = slashed[dated[slashed.index] == _ANONYMOUS]
        unlike = f"is no date written {layout}, as most of the column is"
        faults.where(place, slashed != is_french, unlike)
        faults.add_all(place, {line: doubtful.get(line) for line in slashed.index})
        found, why = read_each(written[slashed.index[slashed == is_french]], partial(_day, layout))
        faults.add_all(place, why)
        dated.update(found.dropna())
    return dated


def _day(layout: str, text: str) -> date:
    """The day of a date in either layout, maybe with a time."""
    day = french_day(text) or _text.parse_day(text)
    if day is None:
        raise ValueError(f"is no date written {layout}")
    if (why := day_fault(day)) is not None:
        raise ValueError(why)
    return day


def _day_instead(path: Path, device: Device) -> date | None:
    """The first day of the month or quarter that the device or the file's name tells."""
    text = device.period or path.stem
    if quarter := re.search(r"(?<!\d)(20\d{2}-T[1-4])(?!\d)", text, re.ASCII):
        return Quarter(quarter[1]).start
    month = re.search(r"(?<!\d)(20\d{2}-(?:0[1-9]|1[0-2]))(?!-?\d)", text, re.ASCII)
    named = device.period or (month[1] if month else "")
    return _text.parse_day(f"{named}-01"[:10])


def _with_texts(
    export: SurveyExport,
    loaded: Loaded,
    device: Device,
    told: pd.DataFrame,
    rows: Mapping[int, Sequence[str]],
) -> Loaded:
    """With what people wrote under the open questions, and a notice of those without a column."""
    asked = [one for one in export.questionnaire.questions if one.kind == "text"]
    texts = {
        str(question.variable): {
            line: text
            for line in told.index
            if fold_label(text := rows[line][place]) not in _NO_ANSWER
        }
        for question in asked
        for place in export.questions[question.code]
    }
    if absent := ", ".join(one.code for one in asked if not export.questions[one.code]):
        notice = f"no column of {absent}: no text of it is loaded"
        loaded = replace(loaded, notices=(*loaded.notices, notice))
    return with_texts(export.path, loaded, device, told["response_id"].to_dict(), texts)


# --- From a column a question, or a box, to a row an answer

_TICKED = frozenset(_WORDS["ticked"])
_NOT_TICKED = _NO_ANSWER.union(_WORDS["not_ticked"])
_OTHER_CODE, _OTHER_LABELS = "-oth-", ("autre", "other")
_Answered = tuple[Question, pd.Series, set[int]]  # the answers by line, and where it is not clear
_OTHER_BOX = re.compile(r"(autre|other) ?(\.{3}|…|\(.*\)?)?")


def _answers(
    export: SurveyExport, cells: pd.DataFrame, faults: Faults, whole_rows: bool
) -> list[_Answered]:
    """What each question was answered; cells that say no answer are faults, maybe of the row."""
    found = []
    for question in export.questionnaire.questions:
        places = export.questions[question.code]
        if question.kind in UNREAD or not places:
            continue
        parts: list[pd.Series] = []
        unclear: set[int] = set()
        for place, category in places.items():
            read = _answer_reader(question, export.columns[place], category)
            said, why = read_each(cells[place], read)
            parts.append(said.explode().dropna())
            unclear |= {*why}
            for line, reason in why.items():
                if whole_rows:
                    faults.add(line, place, f"{reason}; {_SLID}")
                else:
                    faults.cells.append((line, place, reason))
        said = pd.concat(parts).rename_axis("line").rename("said").reset_index()
        said = said.drop_duplicates().assign(text=said["said"].map(str))
        said = said.sort_values(["line", "text"]).set_index("line")["said"]
        found.append((question, said, unclear))
    return found


def _of_asked(
    answers: Sequence[_Answered], lines: pd.Index
) -> tuple[list[tuple[Question, pd.Series]], list[str]]:
    """The answers of those who were asked (all, where unclear), and how many others answered."""
    given: dict[str | None, tuple[pd.Series, set[int]]] = {}
    found: list[tuple[Question, pd.Series]] = []
    notices: list[tuple[int, str]] = []  # by the first response
    for question, said, unclear in answers:
        said = said[said.index.isin(lines)]
        routing = question.asked_if
        if routing is not None and routing.variable in given:
            before, doubtful = given[routing.variable]
            asked = doubtful.union(before.index[before.isin(routing.values)])
            unasked = said.index[~said.index.isin(asked)].unique()
            said = said.drop(unasked)
            if count := len(unasked):
                what = "answers of people who were not to be asked are left out (asked_if)"
                notices.append((unasked[0], f"{question.code}: {count} {what}"))
        given[question.variable] = said, unclear
        found.append((question, said))
    return found, [notice for _, notice in sorted(notices, key=itemgetter(0))]


def _tidy(told: pd.DataFrame, question: Question, said: pd.Series) -> pd.DataFrame:
    """A row an answer, with its category, or its value and scale."""
    rows = told.loc[said.index].assign(variable=question.variable)
    is_category = said.map(lambda one: isinstance(one, str)).to_numpy(bool)
    if is_category.any():
        rows["category"] = said.where(is_category, None).to_numpy()
    if not is_category.all():
        values = said.mask(is_category).map(question.turned, na_action="ignore")
        rows["value"] = values.to_numpy(float)
        for name, end in zip(("scale_min", "scale_max"), question.ends, strict=True):
            rows[name] = np.where(is_category, np.nan, end)
    return rows


def _meanings(question: Question) -> dict[str, _Meaning]:
    """What each code or text of an answer means; a category stands for its own text."""
    known: dict[str, _Meaning] = {}
    if question.kind != "scale":
        known |= {fold_label(str(meaning)): meaning for meaning in question.meanings}
    if _OTHER_CODE in question.answers:
        known |= dict.fromkeys(_OTHER_LABELS, question.answers[_OTHER_CODE])
    known |= {fold_label(label): meaning for label, meaning in question.labels.items()}
    return known | {fold_label(code): meaning for code, meaning in question.answers.items()}


def _answer_reader(
    question: Question, column: SurveyColumn, category: str | None
) -> Callable[[str], tuple[float | str, ...]]:
    """What reads what a cell answers, which may be nothing, or several things."""
    meanings = _meanings(question)

    def meant(cell: str, candidates: list[str]) -> Iterator[_Meaning]:
        if category == _SEVERAL:
            words = _several_of(fold_label(cell), column.separator, meanings)
            if not meanings.keys() | _NO_ANSWER >= {*words}:
                raise ValueError(_allowed(question, True))
            yield from map(meanings.get, words)
        elif question.kind == "multiple":
            yield category if _is_ticked(candidates, column, category, question) else None
        elif known := [text for text in candidates if text in meanings]:
            yield meanings[known[0]]
        else:
            value = _on_scale(question, candidates[0]) if question.kind == "scale" else None
            if value is None and (question.kind != "scale" or _NO_ANSWER.isdisjoint(candidates)):
                raise ValueError(_allowed(question))
            yield value

    def read(cell: str) -> tuple[float | str, ...]:
        number = _number(cell)
        candidates = [fold_label(number), *map(fold_label, column.labels.get(number, ()))]
        if candidates[0] in _NO_ANSWER:
            return ()
        if _text.is_formula_error(cell):  # beside "Other", any text would tick it
            raise ValueError("is the error of a formula")
        return tuple(one for one in meant(cell, candidates) if one is not None)

    return read


def _is_ticked(
    candidates: Sequence[str], column: SurveyColumn, category: str | None, question: Question
) -> bool:
    """Whether a box is ticked; free text ticks "Other"."""
    names = [fold_label(name) for name in column.names]
    box = [name.rsplit("[", 1)[-1].rstrip("]") for name in names]
    if not _NOT_TICKED.isdisjoint(candidates):
        return False
    if not _TICKED.union(box, [fold_label(category or "")]).isdisjoint(candidates):
        return True
    if any(_OTHER_BOX.fullmatch(one) for one in box) or any(n.endswith("_other") for n in names):
        return True
    raise ValueError(_allowed(question))


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


def _number(cell: str) -> str:
    """A cell as it is, whole numbers without the decimals that spreadsheets and SPSS add."""
    return cell.split(".")[0] if re.fullmatch(r"-?\d{1,18}\.0{1,6}", cell, re.ASCII) else cell
