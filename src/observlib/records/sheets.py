"""Sheets, an entry each: actions, decisions, replies, expectations, corrections, practices."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from datetime import date as Day  # which is the name of a key too
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, StrictFloat, StrictInt, StrictStr

from observlib.base import yaml_files
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Period, Quarter
from observlib.base.personal import held
from observlib.base.text import LINE_BREAKS, fold_label
from observlib.catalogue import Catalogue, entries
from observlib.catalogue.entries import Part, Sheet, Slug, Text
from observlib.catalogue.tables import TABLES, Column
from observlib.records import Fault, Line, Plain, PlainProse, Record, Role, active

_QUARTER = r"^(?:19|2\d)\d{2}-T[1-4]$"

# --- Actions: what a team changed or what happened, on which day, and which figure it is to move

_WORDS = yaml_files.load_data(__file__)
FOLLOWED: list[str] = _WORDS["followed"]
# What readers see beside an effect: with what the product was compared, and which line is which.
BEFORE_AFTER = "Avant/après"
COMPARABLE = "Produits comparables"
CONTROLLED = "Face aux comparables"
SEEN, UNCHANGED = "Observé", "Attendu sans l'action"
KINDS: dict[str, str] = _WORDS["kinds"]


class Expected(Part):
    """An indicator that the action was to move, and which way."""

    indicator: Slug
    direction: Literal["up", "down"]


class Action(Record):
    """One action, as its file tells it; `done` says in French what was done."""

    FOLDER: ClassVar[str] = "actions"
    UNIQUE: ClassVar[str] = "title"  # by which a page knows it

    title: Line
    product: Slug
    date: Day
    done: Line
    kind: Literal["action", "measure", "outage"] = "action"
    device: Slug = ""
    expected: tuple[Expected, ...]
    controls: tuple[Slug, ...] = ()
    partners: tuple[Slug, ...] = ()
    themes: tuple[Text, ...] = ()
    tasks: tuple[Slug, ...] = ()
    contact: Role

    def _faults(self) -> Iterator[str]:
        if self.product in self.controls:
            yield f"'controls' holds the product {self.product!r} itself; give others"
        if not self.expected:
            yield "'expected' is empty; name an indicator and the direction it should take"
        named = [one.indicator for one in self.expected]
        for what, given in (("controls", list(self.controls)), ("expected", named)):
            if twice := sorted(name for name, times in Counter(given).items() if times > 1):
                yield f"{what!r} holds {bounded(twice)} twice; give each once"

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name; the device is one of its product."""
        partners = catalogue.partners.values()
        return {
            "product": catalogue.products,
            "device": catalogue.devices_of(self.product),
            "controls": catalogue.products,
            "partners": catalogue.partners,
            "themes": dict.fromkeys(theme for p in partners for theme in (*p.themes, *p.shared)),
            "tasks": catalogue.tasks,
        }

    def faults(self, catalogue: Catalogue) -> Iterator[Fault]:
        """The indicators that it is to move and of which there is no series."""
        for i, one in enumerate(self.expected):
            if one.indicator in FOLLOWED:
                continue
            known = catalogue.indicators.get(one.indicator)
            fault = f"unknown indicator {one.indicator!r}"
            if known:
                why = "is counted on one day and not over a month" if known.stock else ""
                fault = (
                    f"indicator {one.indicator!r} {why or 'has no monthly series'}, and no effect "
                    "on it can be followed"
                )
            yield ("expected", i, "indicator"), f"{fault}; allowed: {', '.join(FOLLOWED)}"


Changes = Collection[Action]  # of what is measured


def subject(action: Action, expected: Expected, catalogue: Catalogue) -> str:
    """What an effect is called: the action's title, and what moves where that may be several."""
    if len(action.expected) == 1:
        return action.title
    label = catalogue.indicators[expected.indicator].label
    return f"{action.title} ({label[:1].lower()}{label[1:]})"


def touches(action: Action, row: Mapping[str, Any]) -> bool:
    """Whether an action is to move an estimate's indicator, or one that is made of it.

    An indicator is made of another where its id goes on with `_`: `visits_adjusted`, of `visits`.
    """
    named = [one.indicator for one in action.expected]
    its = any(f"{row['indicator']}_".startswith(f"{name}_") for name in named)
    return its and row["product"] == action.product and action.device in ("", row["device"])


def measured_since(row: Mapping[str, Any], changes: Changes) -> tuple[str, ...]:
    """The changes after which an estimate was measured, and its period where one is within it.

    One of a device touches all that is measured there, and any other what it is to move.
    """
    own = [one for one in changes if one.device == row["device"] != "" or touches(one, row)]
    period = Period(row["period"])
    within = [period for one in own if period.start < one.date <= period.end]
    return (*(one.id for one in own if one.date <= period.start), *within)


# --- Decisions: what the agency answers to what its users come up against, task by task

# what a kind of decision must name, and what it may
_NAMES = {
    "will_do": ({"due"}, {"due", "action"}),
    "done": ({"action"}, {"action"}),
    "refused": (set[str](), set[str]()),
    "partner": ({"partner"}, {"partner"}),
}
_NAMED = ("due", "action", "partner")


class Decision(Record):
    """One decision, as its file tells it; the latest on a task stands."""

    FOLDER: ClassVar[str] = "decisions"

    task: Slug
    quarter: str = Field(pattern=_QUARTER)
    date: Day
    decision: Literal["will_do", "done", "refused", "partner"]
    answer: Line
    due: Day | None = None
    action: Slug | None = None
    partner: Slug | None = None
    role: Role

    def _faults(self) -> Iterator[str]:
        needed, allowed = _NAMES[self.decision]
        given = {name for name in _NAMED if getattr(self, name) is not None}
        yield from (f"{self.decision} needs {name!r}" for name in sorted(needed - given))
        for name in sorted(given - allowed):
            yield f"{self.decision} has no {name!r}; leave it out"
        ends = Quarter(self.quarter).end
        if self.date <= ends:
            yield f"its date {self.date} is not after {ends}, the end of its quarter"
        if self.due is not None and self.due < self.date:
            yield f"it is due on {self.due}, before its date {self.date}"

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name; its action is one of those recorded."""
        return {"task": catalogue.tasks, "partner": catalogue.partners}

    @property
    def days(self) -> int:
        """How long it took, from the end of the quarter."""
        return (self.date - Quarter(self.quarter).end).days


def standing_decisions(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The decision that stands on each task: the latest, of those in order."""
    return {one.task: one for one in decisions}


# --- Replies: what partners answered to what was sent to them, and what they will do


class Reply(Record):
    """One reply, as its file tells it."""

    FOLDER: ClassVar[str] = "partners"

    partner: Slug
    quarter: str | None = Field(default=None, pattern=_QUARTER)
    message: Day | None = None
    date: Day
    themes: tuple[Text, ...] = Field(min_length=1)
    role: Role
    will_do: Line
    due: Day | None = None

    def _faults(self) -> Iterator[str]:
        if (self.quarter is None) == (self.message is None):
            yield "give `quarter` or `message`, and not both: what does it answer?"
        elif self.days < 0:
            yield f"its date {self.date} is before {self.since}, which it answers"
        elif self.due is not None and self.due < self.date:
            yield f"it is due on {self.due}, before its date {self.date}"

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name."""
        return {"partner": catalogue.partners}

    def faults(self, catalogue: Catalogue) -> Iterator[Fault]:
        """The themes that are not those of its partner."""
        if (partner := catalogue.partners.get(self.partner)) is None:
            return
        themes = [*partner.themes, *partner.shared]
        known = set(map(fold_label, themes))
        for i, theme in enumerate(self.themes):
            if fold_label(theme) not in known:
                allowed = ", ".join(themes) or "none"
                yield ("themes", i), f"unknown theme {theme!r} of {partner.id}; allowed: {allowed}"

    @property
    def since(self) -> Day:
        """The day from which its delay is counted."""
        return self.message or Quarter(self.quarter or "").end

    @property
    def days(self) -> int:
        """How long it took."""
        return (self.date - self.since).days


# --- Expectations: what an analyst announced of a figure before its data were there

COMPARED = ("satisfaction_10", "satisfied_share", "clarity_10", "help_reached_share")
EXPLORATORY_REASONS: dict[str, str] = _WORDS["exploratory"]  # why one is so


class Expectation(Record):
    """One expectation, as its file tells it.

    `effect` is the smallest change of interest, in points: what would still be called a rise, or
    else what would no longer be called stable.
    """

    FOLDER: ClassVar[str] = "expectations"
    ORDER: ClassVar[str] = "id"

    title: Line
    indicator: Slug
    product: Slug
    device: Slug
    period: str = Field(pattern=_QUARTER)
    direction: Literal["up", "down", "stable"]
    effect: float = Field(gt=0, allow_inf_nan=False)
    date: Day
    author: Role
    why: Line

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name; the device is one of its product."""
        return {
            "indicator": COMPARED,
            "product": catalogue.products,
            "device": catalogue.devices_of(self.product),
        }


def exploratory(one: Expectation, first: tuple[str, bool] | None) -> str:
    """Why one is exploratory, of `EXPLORATORY_REASONS`; nothing where it was announced."""
    if first is None:
        return "unseen"
    digest, late = first
    if digest != one.digest:
        return "edited"
    return "late" if late else "after" if one.date > Quarter(one.period).end else ""


def outcome(direction: str, effect: float, low: float, high: float) -> str:
    """What the interval of a difference says of what was expected.

    >>> outcome("up", 0.5, 0.6, 1.2), outcome("down", 0.5, -1.2, -0.1)
    ('reached', 'open')
    >>> outcome("stable", 0.5, -0.2, 0.3)
    'small'
    """
    if math.isnan(low) or math.isnan(high):
        return "untested"
    if -effect < low and high < effect:
        return "small"
    if direction == "down":
        low, high = -high, -low
    if low >= effect or (direction == "stable" and high <= -effect):
        return "reached"
    return "short" if direction != "stable" and high < effect else "open"


# --- Corrections of what a source said

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Value = StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | StrictStr
_TEXTS = "verbatims"  # the table of what people wrote
_MENDED = ("text", "count", "number")  # kinds of columns


_DOES = {"device", "first", "last", "where", "column", "becomes", "times", "drop"}


class Correction(Record):
    """One correction, as its file tells it."""

    FOLDER: ClassVar[str] = "corrections"
    ORDER: ClassVar[str] = "id"
    title: Line
    device: Slug
    first: Day
    last: Day
    where: dict[Text, _Value] = Field(default={})
    column: Text | None = None
    expect: _Value | None = None
    total: _Finite | None = None
    rows: int | None = Field(default=None, ge=1)
    becomes: _Value | None = None
    times: _Finite | None = Field(default=None, gt=0)
    drop: bool = False
    reason: Line
    date: Day
    provider: Role
    status: Literal["open", "permanent", "mended"]

    def _faults(self) -> Iterator[str]:
        if self.last < self.first:
            yield f"'last' is {self.last}, before 'first'; exchange them"
        guards = [name for name in ("expect", "total", "rows") if getattr(self, name) is not None]
        if len(guards) != 1:
            yield f"one guard is expected: expect, total or rows; given: {_given(guards)}"
        deeds = [name for name in ("becomes", "times") if getattr(self, name) is not None]
        deeds += ["drop"] * self.drop
        if len(deeds) != 1:
            yield f"one of becomes, times, drop is expected; given: {_given(deeds)}"
        if self.column is None and (guards != ["rows"] or deeds != ["drop"]):
            yield "'column' is missing; name the one that is wrong"
        if self.becomes is not None and self.becomes == self.expect:
            yield "'becomes' is the same as 'expect'; say what is right"

    @property
    def is_applied(self) -> bool:
        """Whether it is read in place of what the source gives."""
        return self.status != "mended"

    @property
    def does(self) -> str:
        """What it does, but not why: words may change, and no number with them."""
        return self.model_dump_json(include=_DOES)


CorrectionSheet = Sheet[Correction]


def load_corrections(data: Path, problems: list[str]) -> list[CorrectionSheet]:
    """Read the corrections of a data folder, in the order of their names."""
    shape = "a mapping (`id:`, `device:`, `column:`)"
    return [*entries.sheets(data / Correction.FOLDER, Correction, shape, problems)]


def misfits(sheet: CorrectionSheet, table: str) -> Iterator[str]:
    """What of a correction does not go with the tidy table that its device feeds."""
    correction, columns = sheet.entry, TABLES[table].columns
    if table == _TEXTS:
        yield sheet.at("device", f"{correction.device!r} gives texts, which no correction changes")
        return
    fixed = {"device"} | {name for name, column in columns.items() if column.person}
    known = [name for name in columns if name not in fixed]
    for name, value in correction.where.items():
        if name not in known:
            yield sheet.at("where", _unknown(name, table, known))
        elif wrong := _misfit(name, columns[name], value):
            yield sheet.at("where", wrong)
    mended = [name for name in known if columns[name].kind in _MENDED]
    name = correction.column or ""
    if name not in mended:
        if name:
            yield sheet.at("column", _unknown(name, table, mended))
        return
    for key in ("times", "total"):
        if columns[name].kind == "text" and getattr(correction, key) is not None:
            yield sheet.at(key, f"{name} holds texts and no numbers; use expect and becomes")
    for key in ("expect", "becomes"):
        value = getattr(correction, key)
        if value is not None and (wrong := _misfit(name, columns[name], value)):
            yield sheet.at(key, wrong)


def _misfit(name: str, column: Column, value: _Value) -> str:
    """Why a value cannot stand in a column; nothing where it can."""
    fits = {
        "text": isinstance(value, str) and (not column.allowed or value in column.allowed),
        "count": isinstance(value, int) and 0 <= value < 2**53,
        "number": not isinstance(value, str),
    }
    if fits.get(column.kind):
        return ""
    words = {
        "text": "a text, in quotes where it is a number",
        "count": "a whole number, 0 or more",
        "number": "a number",
    }
    allowed = ", ".join(column.allowed) or words.get(column.kind, "no value: use first and last")
    return f"{value!r} cannot stand in {name}; allowed: {allowed}"


def _unknown(name: str, table: str, allowed: list[str]) -> str:
    return (
        f"no correction speaks of a column {name!r} of the table {table}; "
        f"allowed: {', '.join(allowed)}"
    )


def _given(names: list[str]) -> str:
    return ", ".join(names) or "none"


# --- Practices

_VOCABULARY = "vocabulary.yml"
PRACTICE_VERDICTS = ("à refaire", "à adapter", "à éviter")
ORIGINS: dict[str, str] = _WORDS["origins"]
_TAKEN = "index"  # the name of a folder's home page


def _as_text(value: object) -> object:
    """What YAML reads as a date or a year, as it was written."""
    return str(value) if isinstance(value, date | int) else value


class Source(Part):
    """Where a fact of a sheet was published; `date` is a year, month or day, if it is known."""

    title: Plain
    url: str = Field(pattern=r"^https?://[^\s<>\"\\]+$")
    date: Annotated[str | None, BeforeValidator(_as_text)] = Field(
        default=None, pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
    )


class PracticeSheet(Part):
    """One practice sheet: its front matter, its name (`slug`) and its Markdown `body`.

    It is `invented` where it is one of a demonstration.
    """

    title: Plain
    department: Slug
    peer: Slug | None = None
    tool: Slug | None = None
    method: Slug | None = None
    products: tuple[Slug, ...] = ()
    date: date
    contact: Role
    verdict: Literal["à refaire", "à adapter", "à éviter"]
    cost: PlainProse
    days: float | None = Field(default=None, ge=0)
    redo: PlainProse
    avoid: PlainProse
    sources: tuple[Source, ...] = ()
    invented: bool = False
    slug: str = Field(default="", exclude=True)
    body: str = Field(default="", exclude=True)

    def _faults(self) -> Iterator[str]:
        if self.tool is None and self.method is None:
            yield "neither 'tool' nor 'method' is given; give one or both"
        if self.peer is not None and not self.sources:
            yield "key 'sources' is missing: a peer's facts cite where they stand"

    @property
    def origin(self) -> str:
        """One of `ORIGINS`: whose lesson it is."""
        return "demonstration" if self.invented else "neighbour" if self.peer else "own"


@dataclass(frozen=True)
class Practices:
    """The published sheets, the newest first, and the words for their tools and methods."""

    sheets: tuple[PracticeSheet, ...] = ()
    tools: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)

    def label(self, sort: str, name: str, catalogue: Catalogue) -> str:
        """The words for a `tool`, `method`, `department` or `verdict` by its key."""
        if sort == "verdict":
            return name[:1].upper() + name[1:]
        if sort == "department":
            return catalogue.departments[name].label
        return (self.tools if sort == "tool" else self.methods)[name]

    @property
    def digest(self) -> str:
        """Digest of all that is published of them."""
        texts = [f"{sheet.slug}{sheet.model_dump_json()}{sheet.body}" for sheet in self.sheets]
        return hashlib.sha256(
            "\n".join([*texts, repr(self.tools), repr(self.methods)]).encode()
        ).hexdigest()[:8]


def load_practices(
    folder: Path, catalogue: Catalogue, own: Path | None = None, invented: bool = False
) -> Practices:
    """Read and check the sheets of a folder; drafts are passed over."""
    if not folder.is_dir() and own is None:
        return Practices()
    path = folder / _VOCABULARY
    words, lines, problems = yaml_files.read_yaml(
        path, dict, "`tools:` and `methods:`", "file is missing"
    )
    tools, methods = (_labels(path, words, lines, key, problems) for key in ("tools", "methods"))
    allowed: dict[str, list[str]] = {
        "department": list(catalogue.departments),
        "products": list(catalogue.products),
        "peer": [peer.id for peer in catalogue.peers.values() if not peer.own],
        "tool": list(tools),
        "method": list(methods),
    }
    paths = {path.name: path for place in (folder, own) if place for path in place.glob("*.md")}
    sheets = []
    for _, path in sorted(paths.items()):
        sheet, found = _read_sheet(path, allowed)
        problems += found
        if sheet is not None:
            told = invented and path.parent == own
            sheets.append(sheet.model_copy(update={"invented": told}))
    ObservError.raise_any(problems)
    sheets.sort(key=lambda sheet: (-sheet.date.toordinal(), sheet.slug))
    return Practices(tuple(sheets), tools, methods)


def _labels(
    path: Path, words: dict[Any, Any], lines: yaml_files.KeyLines, key: str, problems: list[str]
) -> dict[str, str]:
    """The vocabulary's words of one sort, by their key."""
    if not problems and set(words) != {"tools", "methods"}:
        problems.append(f"{path}: has {', '.join(map(str, words))}; it has `tools` and `methods`")
    found = words.get(key) or {}
    if not isinstance(found, dict):
        problems.append(f"{path}:{lines.get((key,), 1)}: {key} is no list of `key: words`")
        return {}
    for name, label in found.items():
        place = f"{path}:{lines.get((key, name), 1)}"
        if not (isinstance(name, str) and re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", name)):
            problems.append(f"{place}: key {name!r}: allowed: a-z, 0-9 and hyphens")
        if not (isinstance(label, str) and label.strip()) or LINE_BREAKS.search(label.strip()):
            problems.append(f"{place}: {name}: has no words, or several lines of them")
    return {str(name): str(label) for name, label in found.items()}


def _read_sheet(
    path: Path, allowed: dict[str, list[str]]
) -> tuple[PracticeSheet | None, list[str]]:
    """A sheet, or None for a draft or a wrong one, and what is wrong with it."""
    try:
        text = yaml_files.read_text(path).removeprefix("\ufeff")
    except ObservError as error:
        return None, list(error.problems)
    front, body = yaml_files.split_front_matter(text)
    if not front:
        return None, [f"{path}:1: does not start with a front matter: `key: value` between `---`"]
    raw, lines, problems = yaml_files.parse(f"\n{front}", path, dict, "`key: value` lines")
    if problems or raw.pop("draft", None) is True:
        return None, problems
    for key in sorted({"invented", "slug", "body"} & raw.keys()):
        problems.append(f"{path}:{lines[key,]}: key {key!r} is not for you to give; remove it")
    if path.stem == _TAKEN or not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", path.stem):
        problems.append(
            f"{path}: the name {path.stem!r} makes no address; allowed: a-z, 0-9 and hyphens, "
            f"and not {_TAKEN!r}"
        )
    problems += _faults_of_body(path, body, text.count("\n") - body.count("\n") + 1)
    whole = {**raw, "slug": path.stem, "body": body.strip()}
    if sheet := entries.validated(PracticeSheet, whole, path, lines, problems):
        problems += entries.unknown_names(path, sheet, lines, allowed)
    return (None if problems else sheet), problems


def _faults_of_body(path: Path, body: str, first: int) -> Iterator[str]:
    """What a sheet's text may not hold, by line."""
    said = re.sub(r"<!--[\s\S]*?-->|^#.*$", "", body, flags=re.MULTILINE)
    if not said.strip():
        yield f"{path}:{first}: has no text; tell what happened in a few paragraphs"
    for number, fault in active(body):
        yield f"{path}:{number + first}: {fault}"
    for number, line in enumerate(body.split("\n"), start=first):
        if re.match(r"#\s", line):
            yield f"{path}:{number}: heading of level 1, which is the title's; start with ##"
        if what := held(line):
            yield f"{path}:{number}: holds {what}; sheets name roles and no person"
