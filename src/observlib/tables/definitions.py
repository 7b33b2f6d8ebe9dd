"""What each tidy table holds, as data: its columns, its key, its period, its rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

QUESTIONS = (
    "satisfaction",  # overall satisfaction with the service or procedure
    "clarity",  # was the language clear
    "help_reached",  # could help be reached: 1 yes, 0 no
    "help_satisfaction",  # satisfaction with the help obtained
)
FEELINGS = ("positive", "neutral", "negative")
STATES = ("value", "not_applicable", "to_come", "too_few_answers", "expired", "proactive", "none")
FORMATS = ("print", "digital")
OUTCOMES = ("answered", "abandoned")
MEASURES = ("success", "time", "errors", *(f"sus_{item}" for item in range(1, 11)), "problem")
REFERENCE = ("figures", "counters", "population")  # tables of facts, which listen to no one
TELLERS = (
    "La personne concernée",
    "Un proche de la personne concernée",
    "Un agent de médiation",
    "Autre",
)
WEIGHTS = (1e-12, 1e12)  # of a response, as its survey gives it
IDEA_STATES = ("proposed", "decided", "done", "dropped")


@dataclass(frozen=True)
class Column:
    """One column: its kind, whether it may be empty, its `allowed` texts.

    A `day` or `moment` is `past` where it can lie neither in the future nor before any device
    existed. A `moment` is in UTC, without a zone; the days beside it are those of Paris. A text
    that identifies what one `person` did must be no name; one that `cites` may hold names, as
    titles of publications do; one that is `named` holds offices or places, which may be named after
    someone; a `label` is of a list, and no text of someone's own. A column that came `later` is
    absent from parts of older stores.
    """

    kind: Literal["text", "count", "number", "day", "moment", "flag"]
    optional: bool = False
    allowed: tuple[str, ...] = ()
    past: bool = False
    person: bool = False
    cites: bool = False
    named: bool = False
    label: bool = False
    later: bool = False


@dataclass(frozen=True)
class Rule:
    """What must hold in a row between several columns; `about` names the column that is told."""

    about: str
    holds: Callable[[pd.DataFrame], pd.Series]
    reason: str


@dataclass(frozen=True)
class Table:
    """A tidy table: its columns, and what the store must know of it.

    `key` are the columns that identify a row within a device. In a table `by_days` rows count
    days: no day of a subject may be counted twice. A table `adds_up` where its rows are counts,
    of which a key has one; `by_area`, where those of areas add up to those of none.
    """

    columns: dict[str, Column]
    key: tuple[str, ...]
    by_days: bool = False
    by_area: bool = False
    adds_up: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def start(self) -> str:
        """The column of the first day of a row's period, which `date` alone may be."""
        return "start" if "start" in self.columns else "date"

    @property
    def end(self) -> str:
        """The column of its last day."""
        return "end" if "end" in self.columns else "date"


_TEXT, _TEXT_OR_NONE = Column("text"), Column("text", optional=True)
_PERSON_ID, _CITATION = Column("text", person=True), Column("text", cites=True)
_COUNT, _COUNT_OR_NONE = Column("count"), Column("count", optional=True)
_DAY, _PAST_DAY, _DAY_OR_NONE = Column("day"), Column("day", past=True), Column("day", True)
_MOMENT, _MOMENT_OR_NONE = Column("moment", past=True), Column("moment", True, past=True)
_NUMBER, _NUMBER_OR_NONE = Column("number"), Column("number", optional=True)
_FLAG = Column("flag")
_LABEL, _LABEL_OR_NONE = Column("text", label=True), Column("text", True, label=True)
_NAMED, _NAMED_OR_NONE = Column("text", named=True), Column("text", True, named=True)
_AREA = Column(
    "text", optional=True, named=True, later=True
)  # name or code of a place; empty: not told
_FEELING, _FEELING_OR_NONE = Column("text", False, FEELINGS), Column("text", True, FEELINGS)
_COMMON = {"device": _TEXT, "product": _TEXT, "channel": _TEXT}
_MONTH = {"start": _PAST_DAY, "end": _DAY, "complete": _FLAG}
_IN_ONE_MONTH = Rule(
    "period",
    lambda rows: (
        (rows["start"] <= rows["end"])
        & (rows["start"].dt.to_period("M") == rows["end"].dt.to_period("M"))
    ),
    "does not lie in one month; export by day or by month",
)


def _at_most(smaller: str, larger: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Whether one column is never above another, where both are given."""
    return lambda rows: (
        (rows[smaller] <= rows[larger]) | rows[smaller].isna() | rows[larger].isna()
    ).astype(bool)


def _table(
    columns: dict[str, Column], key: tuple[str, ...], several: bool = False, **more: Any
) -> Table:
    """A table, with the `device`, `product` and `channel` of each row.

    Of what is told of `several` products, or of none, the product may be empty.
    """
    product = {"product": _TEXT_OR_NONE} if several else {}
    return Table(_COMMON | product | columns, key, **more)


TABLES = {
    # One row a day or part of a month: `start` and `end` are days, both included, in one month;
    # `complete` says that the export was made after `end`; `seconds` is the total time spent. Of a
    # day that is told by `area`, nothing is told without: areas add up to the whole.
    "audience": _table(
        _MONTH
        | {
            "visits": _COUNT,
            "visitors": _COUNT_OR_NONE,
            "actions": _COUNT_OR_NONE,
            "downloads": _COUNT_OR_NONE,
            "bounces": _COUNT_OR_NONE,
            "seconds": _COUNT_OR_NONE,
            "area": _AREA,
        },
        key=("product", "channel", "area", "start", "end"),
        by_area=True,
        adds_up=True,
        by_days=True,
        rules=(
            _IN_ONE_MONTH,
            Rule("bounces", _at_most("bounces", "visits"), "is more than the visits"),
            Rule("visitors", _at_most("visitors", "visits"), "is more than the visits"),
        ),
    ),
    # One row a section of a site (a first-level folder of its addresses) and day or part of a
    # month; a visit to several pages of a section may count for each.
    "sections": _table(
        _MONTH | {"section": _LABEL, "visits": _COUNT},
        key=("product", "channel", "section", "start", "end"),
        adds_up=True,
        by_days=True,
        rules=(_IN_ONE_MONTH,),
    ),
    # One row a publication (`list`) and month, or a publication, month and `cohort` of those who
    # joined in one month (`YYYY-MM`; empty: before records began). `stock` is that of the month's
    # last day; `leaves` are empty where the tool does not tell them.
    "subscriptions": _table(
        _MONTH
        | {
            "list": _LABEL,
            "cohort": _TEXT_OR_NONE,
            "stock": _COUNT,
            "joins": _COUNT,
            "leaves": _COUNT_OR_NONE,
        },
        key=("product", "channel", "list", "cohort", "start", "end"),
        adds_up=True,
        rules=(_IN_ONE_MONTH,),
    ),
    # One row a title, format and month; `revenue` in euros; `returns` are units sent back. What the
    # shop does not tell of these is empty.
    "sales": _table(
        _MONTH
        | {
            "title_id": _LABEL,
            "title": _CITATION,
            "format": Column("text", True, FORMATS),
            "units": _COUNT,
            "revenue": _NUMBER_OR_NONE,
            "returns": _COUNT_OR_NONE,
        },
        key=("product", "channel", "title_id", "format", "start", "end"),
        adds_up=True,
        rules=(_IN_ONE_MONTH,),
    ),
    # One row a call; `wait` and `talk` in seconds, where they are known; a call is offered when it
    # enters the queue.
    "calls": _table(
        {
            "call_id": _PERSON_ID,
            "date": _PAST_DAY,
            "moment": _MOMENT,
            "outcome": Column("text", False, OUTCOMES),
            "wait": _COUNT_OR_NONE,
            "talk": _COUNT_OR_NONE,
            "theme": _LABEL_OR_NONE,
            "area": _AREA,
        },
        key=("call_id",),
    ),
    # One row a half hour that begins at `moment`, and `area` where they are told; `wait` and `talk`
    # are total seconds of the answered calls.
    "call_intervals": _table(
        {
            "date": _PAST_DAY,
            "moment": _MOMENT,
            "offered": _COUNT,
            "answered": _COUNT,
            "abandoned": _COUNT,
            "wait": _COUNT_OR_NONE,
            "talk": _COUNT_OR_NONE,
            "area": _AREA,
        },
        key=("product", "channel", "area", "moment"),
        by_area=True,
        adds_up=True,
        rules=(
            Rule(
                "answered",
                _at_most("answered", "offered"),
                "is more than the calls offered; check the columns",
            ),
            Rule(
                "abandoned",
                _at_most("abandoned", "offered"),
                "is more than the calls offered; check the columns",
            ),
        ),
    ),
    # One row an e-mail or form; `answered` (first answer) and `closed` are empty while open;
    # `extracted` is the moment at which the ticket was seen in that state. `unknown` names, with
    # spaces between them, the columns that its tool does not tell: an empty `answered` says nothing
    # there.
    "tickets": _table(
        {
            "ticket_id": _PERSON_ID,
            "date": _PAST_DAY,
            "received": _MOMENT,
            "answered": _MOMENT_OR_NONE,
            "closed": _MOMENT_OR_NONE,
            "extracted": _MOMENT,
            "reopened": Column("flag", optional=True),
            "theme": _LABEL_OR_NONE,
            "unknown": Column("text", optional=True, later=True),
        },
        key=("ticket_id",),
        rules=(
            Rule("answered", _at_most("received", "answered"), "is before the ticket's receipt"),
            Rule("closed", _at_most("received", "closed"), "is before the ticket's receipt"),
            Rule("received", _at_most("received", "extracted"), "is after the export was made"),
            Rule("answered", _at_most("answered", "extracted"), "is after the export was made"),
            Rule("closed", _at_most("closed", "extracted"), "is after the export was made"),
        ),
    ),
    # One row an answer and question; `value` is on the device's own scale, from `scale_min`
    # (worst) to `scale_max` (best).
    "ratings": _table(
        {
            "answer_id": _PERSON_ID,
            "date": _PAST_DAY,
            "question": Column("text", False, QUESTIONS),
            "value": _NUMBER,
            "scale_min": _NUMBER,
            "scale_max": _NUMBER,
            "area": _AREA,
        },
        key=("answer_id", "question"),
        rules=(
            Rule(
                "value",
                lambda rows: rows["value"].between(rows["scale_min"], rows["scale_max"]),
                "is outside the scale",
            ),
        ),
    ),
    # One row a survey response and `variable` of its questionnaire: a `value` on a scale whose
    # best end is `scale_max`, or a `category` (several rows where several may be ticked). Each
    # response also has one row of the variable `response`, which has neither: it says that the
    # response was started and, by `finished`, whether its last page was sent. All rows of a
    # response have its `weight`, where the survey has weights of its own.
    "responses": _table(
        {
            "response_id": _PERSON_ID,
            "date": _PAST_DAY,
            "finished": _FLAG,
            "variable": _LABEL,
            "category": _TEXT_OR_NONE,
            "value": _NUMBER_OR_NONE,
            "scale_min": _NUMBER_OR_NONE,
            "scale_max": _NUMBER_OR_NONE,
            "weight": Column("number", optional=True, later=True),
        },
        key=("response_id", "variable", "category"),
        rules=(
            Rule(
                "weight",
                lambda rows: rows["weight"].between(*WEIGHTS) | rows["weight"].isna(),
                "is no weight: a number above 0, or empty",
            ),
            Rule(
                "value",
                lambda rows: (
                    rows["value"].between(rows["scale_min"], rows["scale_max"])
                    | rows["value"].isna()
                    | rows["scale_min"].isna()
                ),
                "is outside the scale",
            ),
        ),
    ),
    # One row a day or part of a month: how many visitors a survey was offered to.
    "invitations": _table(
        _MONTH | {"invited": _COUNT},
        key=("product", "channel", "start", "end"),
        adds_up=True,
        by_days=True,
        rules=(_IN_ONE_MONTH,),
    ),
    # One row a poll's option, in its order; `date` is the day on which the poll closed.
    "polls": _table(
        {
            "poll_id": _LABEL,
            "date": _PAST_DAY,
            "network": _LABEL,
            "question": _TEXT,
            "position": _COUNT,
            "option": _TEXT,
            "votes": _COUNT,
            "followers": _COUNT_OR_NONE,
        },
        key=("poll_id", "option"),
        several=True,
        adds_up=True,
    ),
    # One row a participant, task and measure: `success` (1 or 0), `time` (seconds), `errors`;
    # without a task, the items `sus_1` … `sus_10` (1 to 5) of the System Usability Scale; a
    # `problem` that the participant met, named by `label`, has its severity (1 to 4) as value.
    # A participant's code is one person in all of a device's sessions.
    "user_tests": _table(
        {
            "date": _PAST_DAY,
            "session": _LABEL,
            "participant": _PERSON_ID,
            "task": _LABEL_OR_NONE,
            "measure": Column("text", False, MEASURES),
            "label": _LABEL_OR_NONE,
            "value": _NUMBER,
        },
        key=("session", "participant", "task", "measure", "label"),
        rules=(
            Rule(
                "value",
                lambda rows: (
                    ~rows["measure"].str.startswith("sus_") | rows["value"].isin([1, 2, 3, 4, 5])
                ),
                "is no answer from 1 to 5 to an item of the SUS",
            ),
            Rule(
                "value",
                lambda rows: (rows["measure"] != "success") | rows["value"].isin([0, 1]),
                "is neither 1 (success) nor 0",
            ),
            Rule(
                "value",
                lambda rows: (rows["measure"] != "problem") | rows["value"].isin([1, 2, 3, 4]),
                "is no severity from 1 (cosmetic) to 4 (blocking)",
            ),
            Rule(
                "value",
                lambda rows: (rows["measure"] != "time") | (rows["value"] > 0),
                "is no time in seconds above 0",
            ),
        ),
    ),
    # One row a workshop's profile of participants (`count` people), or an idea (`count` 1) with
    # its `state` and the days on which it was decided and done.
    "workshops": _table(
        {
            "date": _PAST_DAY,
            "workshop_id": _LABEL,
            "title": _LABEL,
            "method": _LABEL,
            "kind": Column("text", False, ("participants", "idea")),
            "label": _LABEL,
            "count": _COUNT,
            "state": Column("text", True, IDEA_STATES),
            "decided": _DAY_OR_NONE,
            "done": _DAY_OR_NONE,
        },
        key=("workshop_id", "kind", "label"),
        rules=(
            Rule("decided", _at_most("date", "decided"), "is before the workshop"),
            Rule("done", _at_most("decided", "done"), "is before the day of decision"),
        ),
    ),
    # One row a told experience: its feeling and that of five aspects; `region` is INSEE's code.
    "experiences": _table(
        {
            "experience_id": _PERSON_ID,
            "date": _PAST_DAY,
            "organisation": _NAMED_OR_NONE,
            "feeling": _FEELING,
            "accessibility": _FEELING_OR_NONE,
            "information": _FEELING_OR_NONE,
            "relation": _FEELING_OR_NONE,
            "responsiveness": _FEELING_OR_NONE,
            "simplicity": _FEELING_OR_NONE,
            "region": _TEXT_OR_NONE,
            "told_by": Column("text", True, TELLERS),
        },
        key=("experience_id",),
        several=True,
    ),
    # One row a text that someone wrote, redacted before it came here (`[nom]`, `[téléphone]` …):
    # `answer_id` is that of the rating, response, experience or ticket that it came with,
    # `question` what it answers, or the name of its field, such as `title`.
    "verbatims": _table(
        {
            "answer_id": _PERSON_ID,
            "date": _PAST_DAY,
            "question": _LABEL,
            "text": _CITATION,
        },
        key=("answer_id", "question"),
        several=True,
    ),
    # One row a text, `variable` and `coder`: what somebody who read the text answered, such as
    # `yes` to `anger`. `coder` is a role or a number, never a name.
    "codes": _table(
        {
            "answer_id": _PERSON_ID,
            "date": _PAST_DAY,
            "variable": _LABEL,
            "coder": _LABEL,
            "code": _LABEL,
        },
        key=("answer_id", "variable", "coder"),
        several=True,
    ),
    # One row a procedure and published indicator, of the quarter `edition`: a `state` and, by
    # the indicator's kind, a `value`, a `day` or a `label`.
    "procedures": _table(
        {
            "edition": _TEXT,
            "start": _PAST_DAY,
            "end": _DAY,
            "procedure_id": _TEXT,
            "procedure": _CITATION,
            "administration": _NAMED,
            "indicator": _TEXT,
            "state": Column("text", False, STATES),
            "value": _NUMBER_OR_NONE,
            "day": _DAY_OR_NONE,
            "label": _TEXT_OR_NONE,
        },
        key=("edition", "procedure_id", "indicator"),
        several=True,
    ),
    # One row a figure that an administration published: `organisation` as the source names it;
    # `area` a code of INSEE, empty for the whole country; `comparable_with` the indicator of the
    # catalogue whose definition it shares, empty where it shares none, which `reservation` tells;
    # `published` is a year, month or day, as far as it is known.
    "figures": _table(
        {
            "organisation": _NAMED,
            "subject": _TEXT,
            "measure": _TEXT,
            "area": _NAMED_OR_NONE,
            "start": _DAY,
            "end": _DAY,
            "value": _NUMBER,
            "unit": _TEXT,
            "n": _COUNT_OR_NONE,
            "mode": _TEXT_OR_NONE,
            "comparable_with": _TEXT_OR_NONE,
            "reservation": _TEXT_OR_NONE,
            "definition": _TEXT_OR_NONE,
            "source_title": _CITATION,
            "published": _TEXT_OR_NONE,
            "url": _TEXT_OR_NONE,
            "licence": _TEXT_OR_NONE,
        },
        key=("organisation", "subject", "measure", "area", "start", "end"),
        several=True,
    ),
    # One row a France services counter open on the day `date`; `departement` is INSEE's code.
    "counters": _table(
        {
            "date": _PAST_DAY,
            "counter_id": _TEXT,
            "name": _CITATION,
            "departement": _TEXT,
            "format": _TEXT_OR_NONE,
        },
        key=("counter_id", "date"),
        several=True,
    ),
    # One row an area, sex and age from `age_low` to `age_high` (empty: and over), on 1 January
    # (`start` and `end` are that day); `area` is INSEE's code of a `departement` or `region`.
    "population": _table(
        {
            "start": _DAY,
            "end": _DAY,
            "area_kind": Column("text", False, ("departement", "region")),
            "area": _TEXT,
            "sex": Column("text", False, ("F", "M")),
            "age_low": _COUNT,
            "age_high": _COUNT_OR_NONE,
            "people": _COUNT,
        },
        key=("area_kind", "area", "sex", "age_low", "start"),
        several=True,
        adds_up=True,
    ),
}
