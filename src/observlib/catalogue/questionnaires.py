"""Questionnaires as data: what the questions of a survey are, and which tidy variable each feeds.

One file a questionnaire, `data/catalogue/questionnaires/<id>.yml`::

    id: enquete-service-public
    label: Enquête de satisfaction de Service-public.fr
    weight: poids
    questions:
      - variable: satisfaction
        code: Q01
        text: "Globalement, êtes-vous satisfait du site ?"
        kind: scale
        scale: [1, 5]
        answers: {A1: 1, A2: 2, A3: 3, A4: 4, A5: 5, A6: null}
        labels: {"Pas du tout satisfait": 1, "Tout à fait satisfait": 5, "Sans opinion": null}
      - variable: reason
        code: Q02
        text: "Pourquoi êtes-vous venu ?"
        kind: multiple
        answers: {SQ001: Une démarche, SQ002: Un renseignement, other: Autre}
        labels: {"Pour faire une démarche": Une démarche}
        asked_if: {variable: satisfaction, is: [1, 2]}
      - variable: comment
        code: Q03
        text: "Un commentaire ?"
        kind: text
      - code: Q04
        text: "Votre nom ?"
        kind: ignored

- `weight` names the column of the survey's own weights, if it has some: numbers above 0, on one
  scale in all files. The population's margins are met from them; a response without one has no part
  in weighted figures.
- `code` is the question's code in the export; a row of an array is written `Q05[SQ001]`, which
  also finds the `Q05_SQ001` of R, SPSS and Stata. `text` is the question as exports with full texts
  head it (`Question [Row]` for a row of an array). Exports are read by either.
- `kind` is `scale`: a value from the worst to the best end of `scale` (a reversed one, `[5, 1]`, is
  turned round, so that in the tidy table the best is always the highest); `choice`: one category;
  `multiple`: one category for each box ticked; `text`: an open question, whose `variable` is its
  question in the table `verbatims`, loaded where the device's entry says `verbatims: redacted`;
  `ignored` (consent, what names a person): never loaded.
- `answers` gives the meaning of each answer code (for `multiple`, of each box), `labels` that of
  each answer text: on a scale the value before it is turned round, else the category, which several
  answers and surveys may share. `null` is no answer ("Sans opinion"). Either may be left out: a
  scale then reads plain numbers, and a category may stand for its own text. `-oth-` (choice) and
  `other` (multiple) are LimeSurvey's "Other"; what people wrote there is never read.
- The categories of `age`, `sex` and `region` are those of `data/reference/margins.csv`, by which
  answers are weighted to the population.
- `asked_if` names an earlier question's variable and the answers for which this one was asked.
  Answers of those who should not have been asked are left out, and told in a notice.

YAML reads unquoted `Yes`, `No`, `On`, `Off` as booleans and `01` as 1: put such keys in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from observlib.base.text import clash, fold
from observlib.catalogue.entries import Entry, Part, Slug, Text

RESPONSE = "response"  # the variable that counts responses; no question may feed it
UNREAD = ("text", "ignored")  # kinds of questions that no answer of `responses` comes from
_AN = {"text": "an open", "ignored": "an ignored"}


def _as_code(key: object) -> object:
    """A code that YAML reads as a whole number is the text it was written as."""
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key


_Code = Annotated[str, Field(min_length=1), BeforeValidator(_as_code)]
_Meaning = float | Text | None


class Routing(Part):
    """For whom a question was asked: those whose `variable` is one of the values `is`."""

    variable: Slug
    values: tuple[float | Text, ...] = Field(alias="is", min_length=1)


class Question(Part):
    """One question of a survey: how exports name it, and what its answers mean."""

    variable: Slug | None = None
    code: _Code
    text: Text
    kind: Literal["scale", "choice", "multiple", "text", "ignored"]
    scale: tuple[float, float] | None = None
    answers: dict[_Code, _Meaning] = Field(default={})
    labels: dict[_Code, _Meaning] = Field(default={})
    asked_if: Routing | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and highest value of a scale."""
        assert self.scale is not None
        return min(self.scale), max(self.scale)

    @property
    def meanings(self) -> list[_Meaning]:
        """What answers can mean, each once, without "no answer"."""
        given = [*self.answers.values(), *self.labels.values()]
        return list(dict.fromkeys(meaning for meaning in given if meaning is not None))

    def turned(self, value: float) -> float:
        """A value as the tidy table holds it, where the best is the highest."""
        assert self.scale is not None
        worst, best = self.scale
        return value if worst < best else worst + best - value

    def _faults(self) -> Iterator[str]:
        """What in a question does not go together."""
        kind = self.kind
        if kind in UNREAD:
            keys = ("scale", "answers", "labels", "asked_if")
            none = keys if kind == "text" else ("variable", *keys)
            if given := [key for key in none if getattr(self, key)]:
                yield f"{_AN[kind]} question has no {', '.join(given)}"
        if self.variable is None and kind != "ignored":
            yield "key 'variable' is missing; only an ignored question has none"
        if self.variable == RESPONSE:
            yield f"variable {RESPONSE!r} counts the responses; name another"
        if kind in UNREAD:
            return
        yield from filter(None, (clash(self.labels.items()), clash(self.answers.items())))
        if (kind == "scale") != (self.scale is not None):
            yield "key 'scale' goes with the kind scale, always"
        wrong = [m for m in self.meanings if isinstance(m, str) == (kind == "scale")]
        if kind == "scale" and self.scale is not None:
            low, high = self.ends
            if low == high:
                yield "the ends of the scale are the same"
            wrong += [m for m in self.meanings if isinstance(m, float) and not low <= m <= high]
            if wrong:
                yield f"answers mean {wrong[0]!r}; allowed: numbers from {low:g} to {high:g}, null"
        elif kind != "scale" and wrong:
            yield f"answers mean {wrong[0]!r}; allowed: categories (texts, in quotes), null"
        elif kind != "scale" and not self.meanings:
            yield f"a {kind} needs 'answers' or 'labels', which give the categories"


class Questionnaire(Entry):
    """The questions of a survey or test, in their order."""

    label: Text
    weight: _Code | None = None
    changes_on: date | None = None
    questions: tuple[Question, ...] = Field(min_length=1)

    def _faults(self) -> Iterator[str]:
        yield from _faults_between(self.questions)
        weight = plain_code(self.weight or "")
        for question in self.questions:
            if weight and weight == plain_code(question.code):
                yield f"weight names the question {question.code}; the column of weights is none"


def plain_code(code: str) -> str:
    """A question's code to compare by: the same for `Q05[SQ001]`, `Q05_SQ001` and `q05.sq001.`."""
    return re.sub(r"[\W_]+", "_", code.casefold()).strip("_")


def outside_margins(
    variable: str, given: Collection[str], margins: Mapping[str, Collection[str]]
) -> str | None:
    """What is wrong with categories of a variable that were meant to be the population's.

    Answers of other people (who live abroad) are no mistake: they have no part in a weighting.
    """
    known = {fold(name): name for name in margins.get(variable, ())}
    meant = {name: _closest(name, known) for name in given if name not in known.values()}
    near = {name: close for name, close in meant.items() if close}
    if not known or not given or not (near or len(meant) == len(given)):
        return None
    told = [f"{name!r} (is it {close!r}?)" for name, close in near.items()]
    return (
        f"{variable} has {', '.join(told or map(repr, [*given][:3]))}, by which no answer is "
        f"weighted; data/reference/margins.csv has {', '.join(known.values())}: write these, or "
        f"name another variable"
    )


def _closest(name: str, known: Mapping[str, str]) -> str | None:
    """The category that a text is but for a few letters; its numbers are its own."""
    numbers = re.findall(r"\d+", name)
    same = [folded for folded in known if re.findall(r"\d+", folded) == numbers]
    return next((known[one] for one in get_close_matches(fold(name), same, 1, 0.75)), None)


def _faults_between(questions: tuple[Question, ...]) -> Iterator[str]:
    """What in a question does not go with the others."""
    seen: dict[str, Question] = {}
    codes: dict[str, str] = {}
    for question in questions:
        code = plain_code(question.code)
        if code in codes:
            yield f"code {question.code!r} is {codes[code]!r} again; codes are unique"
        codes[code] = question.code
        routing = question.asked_if
        if routing is not None and routing.variable not in seen:
            yield (
                f"{question.code}: asked_if names {routing.variable!r}, which no question before "
                f"it feeds; allowed: {', '.join(seen) or 'none'}"
            )
        elif routing is not None:
            yield from _impossible(question.code, routing, seen[routing.variable])
        if question.variable in seen:
            yield (
                f"variable {question.variable!r} is fed by {seen[question.variable].code} and "
                f"{question.code}; each is fed by one question"
            )
        elif question.variable is not None:
            seen[question.variable] = question


def _impossible(code: str, routing: Routing, filter_: Question) -> Iterator[str]:
    """Values of a routing that the question which it names cannot have."""
    for value in routing.values:
        if filter_.kind == "scale":
            low, high = filter_.ends
            possible = isinstance(value, float) and low <= value <= high
            allowed = f"numbers from {low:g} to {high:g}"
        else:
            possible = value in filter_.meanings
            allowed = ", ".join(map(str, filter_.meanings)) or "none: its question is open"
        if not possible:
            yield f"{code}: asked_if is {value!r}; allowed: {allowed}"
