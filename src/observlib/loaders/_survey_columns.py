"""Which columns of a survey's export are the response's own, and which answer which question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from observlib.base.errors import ObservError, bounded
from observlib.base.text import fold_label
from observlib.catalogue import UNREAD, Question, Questionnaire, plain_code
from observlib.loaders._text import headers_shown, short


@dataclass(frozen=True)
class Column:
    """A column: the names by which a questionnaire may know it, and the texts of its codes.

    `separator` stands between several answers in one cell, where a cell may hold several.
    """

    names: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str = ""


# A question's columns: the place of its own, or of each box with its category (`None`: no answer).
Places = dict[int, str | None]
SEVERAL = "\0"  # instead of a category, where one cell tells all answers


@dataclass(frozen=True)
class Header:
    """Where things stand: identifier, day of submission, days, each question, own weights."""

    response: int
    submitted: int | None
    days: tuple[int, ...]
    questions: dict[str, Places]
    notices: tuple[str, ...]
    weight: int | None


# How exports write that nothing was answered.
NO_ANSWER = frozenset({"", "n/a", "{question_not_shown}", "sans reponse", "no answer"})
# What LimeSurvey itself writes of each response, in the codes and the words of its exports.
_ID = ("id", "response id", "id de la reponse", "id reponse", "identifiant de la reponse")
_SUBMITTED = ("submitdate", "date submitted", "date de soumission", "date soumise")
_STARTED = ("startdate", "date started", "date de lancement", "date de debut", "date de demarrage")
_LAST = ("datestamp", "date last action", "date de la derniere action", "date")
_OWN_CODES = frozenset(names[0] for names in (_ID, _SUBMITTED, _STARTED, _LAST))
# What needs no notice: technical columns, and those of persons.
_NO_QUESTION = re.compile(
    r"lastpage|last page|derniere page|startlanguage|start language|langue de d.*|seed"
    r"|tete de serie|graine|token|access code|code d'acces|jeton|invitation|ipaddr|ip address"
    r"|adresse ip|refurl|referrer url|url (?:de reference|referente)|quota_exit|sortie de quota"
    r"|firstname|first name|prenom|lastname|last name|nom(?: de famille)?|e-?mail(?: address)?"
    r"|adresse e-?mail|courriel|attribute_\d+.*|interviewtime|total time|temps total"
    r"|(?:group|question)time.*|(?:group|question) time:.*|temps pour.*|filecount.*"
)
# A code before the text, as in "Q05[SQ001]. Text [Row]": headers of code and text.
_CODE_BEFORE = re.compile(r"([A-Za-z]\w*(?:\[\w+\])*)\s?[.:]\s", re.ASCII)


def find(
    path: Path, questionnaire: Questionnaire, columns: Sequence[Column], submission: bool
) -> Header:
    """Where things stand, by question code or else by text; and what either lacks."""
    folded = [tuple(map(fold_label, (*column.names, *_own_text(column)))) for column in columns]

    def first(names: Sequence[str]) -> int | None:
        return next((place for place, own in enumerate(folded) if set(own) & set(names)), None)

    response, submitted = first(_ID), first(_SUBMITTED)
    there = _shown(columns, columns)
    if response is None or (submitted is None and submission):
        lacking = "'Response ID' (id)" if response is None else "'Date submitted' (submitdate)"
        mend = "export the responses again with the response's own fields"
        if not submission:  # of no tool that is known
            lacking, mend = "'id'", "name so the one that identifies each response, or number them"
        raise ObservError(f"{path}: missing column {lacking}; the file has {there}; {mend}")
    dates = [place for place in (submitted, first(_STARTED), first(_LAST)) if place is not None]
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
        shown = _shown(unknown, columns)
        notices.append(f"columns that {questionnaire.id!r} does not have are not loaded: {shown}")
    return Header(response, submitted, tuple(dates), questions, tuple(notices), weight)


def _weight(
    path: Path,
    questionnaire: Questionnaire,
    columns: Sequence[Column],
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
            f"says that the survey's own weights are; the file has {_shown(columns, columns)}; "
            f"export the weights too, or take `weight` out of the questionnaire"
        )
    return places[0]


def _shown(some: Sequence[Column], columns: Sequence[Column]) -> str:
    header = [name for column in columns for name in column.names]
    return bounded(headers_shown([short(column.names[0], 40) for column in some], header), 8)


def _match(
    path: Path,
    questionnaire: Questionnaire,
    columns: Sequence[Column],
    folded: Sequence[Sequence[str]],
) -> dict[str, Places]:
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
            name = _shown([columns[places[0]]], columns)
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

    def of_boxes(question: Question) -> Places:
        boxes: Places = {}
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
            boxes[place] = SEVERAL
        return boxes

    found: dict[str, Places] = {}
    for question in questionnaire.questions:
        if question.kind == "multiple":
            found[question.code] = of_boxes(question)
        else:
            one = of_question(question)
            found[question.code] = {} if one is None else {one: None}
    return found


def several_of(cell: str, separator: str, known: Collection[str]) -> list[str]:
    """The answers that one cell holds; a known one may hold the separator itself.

    Examples
    --------
    >>> several_of("sur place a emporter vite", " ", ["sur place", "a emporter"])
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


def _own_text(column: Column) -> list[str]:
    """The text of one of LimeSurvey's own columns where its header has the code too.

    Examples
    --------
    >>> _own_text(Column(("submitdate. Date submitted",))), _own_text(Column(("Q01. Really?",)))
    (['Date submitted'], [])
    """
    found = [(name, _CODE_BEFORE.match(name)) for name in column.names]
    return [name[match.end() :] for name, match in found if match and _is_own(match[1].lower())]


def _is_own(code: str) -> bool:
    return code in _OWN_CODES or _NO_QUESTION.fullmatch(code) is not None


def _needs_no_notice(column: Column, folded: Sequence[str], questionnaire: Questionnaire) -> bool:
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
