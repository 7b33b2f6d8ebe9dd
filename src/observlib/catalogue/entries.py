"""The entries of the catalogue's lists: departments, products, devices, indicators, tasks."""

from __future__ import annotations

import hashlib
import re
import reprlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, Self, TypeVar, get_args
from urllib.parse import unquote
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from observlib.base.period import Period
from observlib.base.text import LINE_BREAKS, clash
from observlib.base.yaml_files import KeyLines, load_data, read_yaml

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
Prose = Annotated[str, Field(min_length=1)]
Channel = Literal["web", "open_data", "phone", "mail", "print", "social", "in_person"]
DeviceFamily = Literal["feedback", "consultation", "mobilisation", "reference"]
Frequency = Literal["continuous", "daily", "weekly", "monthly", "quarterly", "yearly", "occasional"]
_Verbatims = Literal["redacted", "redacted_with_names"]
Comparison = Literal["mean", "share", "interval", "count"]

_TEXTS = load_data(__file__)
_CHANNELS: dict[str, dict[str, str]] = _TEXTS["channels"]
CHANNEL_LABELS = {name: words["fr"] for name, words in _CHANNELS.items()}
CHANNELS_IN_ENGLISH = {name: words["en"] for name, words in _CHANNELS.items()}


def _of_one_line(text: str) -> str:
    if LINE_BREAKS.search(text):
        raise ValueError("holds a tab or a line break; write it on one line")
    return text


Text = Annotated[Prose, AfterValidator(_of_one_line)]
# One host, and none of libpq's settings, which lead elsewhere or take the encryption away
_POSTGRES = re.compile(
    r"postgres(ql)?://([^\s:@/?#]+@)?([\w.-]*|\[[\da-f:]+\]|%2F[\w%.-]+)(:\d+)?(/[^\s/?#]*)?", re.I
)
time_zones = cache(available_timezones)  # which walks through files of the system


class Part(BaseModel):
    """What each part of an entry is: checked whole, never changed; see `keys.yml` for its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    def _faults(self) -> Iterator[str]:
        """What of its keys does not go together."""
        yield from ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if faults := [*self._faults()]:
            raise ValueError("; ".join(faults))
        return self


class Entry(Part):
    """What every entry is: a part that is known by its `id`."""

    id: Slug

    @property
    def digest(self) -> str:
        """Of all that it says, in whatever order and with whatever comments it is written."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


class Places(dict[tuple[str, str, str], str]):
    """Where each key of each entry of the catalogue stands, by its list, id and key."""

    def at(self, part: str, one: Entry, key: str) -> str:
        """How a message on a key of an entry begins."""
        return f"{self[part, one.id, key]}: {one.id!r}"

    def unknown(self, part: str, one: Entry, key: str, allowed: Iterable[str]) -> Iterator[str]:
        """That an entry names what is not there, if it does."""
        value, names = getattr(one, key), [*allowed]
        if value is not None and value not in names:
            some = ", ".join(names) or "none"
            yield f"{self.at(part, one, key)}: unknown {key} {value!r}; allowed: {some}"


class Named(Entry):
    """An entry that data and pages name."""

    label: Text
    label_en: Text | None = None


class Department(Named):
    """A department whose teams run listening devices, and how an alarm reaches it."""

    contact: Text | None = None
    mail: str | None = Field(default=None, pattern=r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$")


class Product(Named):
    """What the agency offers the public."""

    department: Slug
    url: str | None = None
    description: Prose


def _is_a_zone(zone: str) -> str:
    if zone not in time_zones():
        raise ValueError("is no time zone, such as Europe/Paris or UTC")
    return zone


def _can_be_fetched(address: str) -> str:
    """No other place than files and PostgreSQL, and no password: entries are published."""
    if "password" in unquote(address).casefold() or re.search("://[^/@]*:[^/]*@", address):
        raise ValueError("holds a password; leave it out, and set PGPASSWORD where you fetch")
    if "://" in address and not _POSTGRES.fullmatch(address):
        raise ValueError(
            "is none that can be fetched: files, or postgresql://user@host:port/base and no "
            "more; what else libpq reads, such as PGSSLROOTCERT, is set where you fetch"
        )
    return address


class Device(Named):
    """One way of listening (*dispositif d'écoute*), and how its exports are recognised and read.

    `pattern` is matched against the end of an export's path (as by `PurePath.match`). A device
    that covers the whole agency, or other administrations, has no `product`. One of the family
    `reference` brings facts that others publish, and listens to no user.
    """

    family: DeviceFamily
    channel: Channel
    owner: Slug
    product: Slug | None = None
    frequency: Frequency
    personal_data: Prose
    pattern: Text
    loader: Slug
    table: Slug | None = None
    period: str | None = Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$")
    extracted: date | None = None
    zone: Annotated[str, AfterValidator(_is_a_zone)] | None = None
    date_form: str | None = None
    area: Text | None = None
    tool: Text | None = None
    population: Text | None = None
    addresses: tuple[Text, ...] = ()
    promise_days: int | None = Field(default=None, ge=1)
    questionnaire: Slug | None = None
    survey_id: int | None = Field(default=None, ge=1)
    site_id: int | None = Field(default=None, ge=1)
    dataset_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{24}$")
    address: Annotated[Prose, AfterValidator(_can_be_fetched)] | None = None
    address_table: Prose | None = None
    minimum_people: int = Field(default=11, ge=11)
    quotes: bool = False
    verbatims: _Verbatims | None = None
    note: str | None = None

    @property
    def listens(self) -> bool:
        """Whether users are heard through it."""
        return self.family != "reference"


class Indicator(Named):
    """One published quantity: its words, and the rule that makes it."""

    unit: Text
    method: Prose
    better: Literal["higher", "lower", "neither"]
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    good: float | None = None
    poor: float | None = None
    base: Text = "réponses"
    noun: Text | None = None
    stock: bool = False
    question: Slug | None = None
    comparison: Comparison | None = None
    matters: float | None = Field(default=None, gt=0)
    untried: Text | None = None
    headline: bool = False

    def _faults(self) -> Iterator[str]:
        """A kind of comparison goes with its units, and a margin with a comparison."""
        if self.comparison is None:
            if given := [key for key in ("matters", "headline") if getattr(self, key)]:
                yield f"{given[0]} needs the key comparison (mean, share, interval, count)"
            return
        scale = self.unit in ("%", "points") or self.unit.startswith("sur ")
        fits = {
            "mean": scale and self.unit != "%",
            "share": self.unit == "%",
            "interval": scale,
            "count": not scale,
        }
        if not fits[self.comparison]:
            allowed = ", ".join(kind for kind, fit in fits.items() if fit)
            yield (
                f"comparison {self.comparison} does not go with the unit {self.unit!r}; "
                f"allowed: {allowed}"
            )


class Group(Named):
    """What estimates are told by within an indicator, and what heads its values."""


class FamilyLabel(Named):
    """A family of estimates, and what heads its part of an edition's workbook."""


def _are_clear(codes: dict[str, str]) -> dict[str, str]:
    if fault := clash(codes.items()):
        raise ValueError(fault)
    return codes


class Coded(Named):
    """A question that people who read users' texts answer, with the words that they may write."""

    label: Text
    question: Text
    codes: Annotated[dict[Text, Slug], Field(min_length=2), AfterValidator(_are_clear)]
    clause: Text


class Peer(Named):
    """Another administration whose published figures are compared."""

    codes: tuple[Text, ...]
    own: bool = False


class Partner(Named):
    """Another administration that answers for a domain in which our users ask and report.

    What routes a contact to it: a theme of calls and tickets, or a text that holds one of its
    `words` or names one of its `entities`.
    """

    domain: Text
    themes: tuple[Text, ...] = ()
    shared: tuple[Text, ...] = ()
    words: tuple[Text, ...] = ()
    entities: tuple[Text, ...] = ()
    peer: Slug | None = None

    def _faults(self) -> Iterator[str]:
        if not (self.themes or self.shared or self.words or self.entities):
            yield "nothing leads to it; give themes, shared, words or entities"
        if twice := sorted(set(self.themes) & set(self.shared)):
            yield f"theme {twice[0]!r} is in themes and in shared; leave it in one"


class Task(Named):
    """What people come to do, whatever the channel by which they come (`label`, an infinitive).

    What routes to it: sections of sites, themes of calls and tickets, answers to the question why
    someone came, tasks of user tests, and words of texts.
    """

    owner: Slug | None = None
    partner: Slug | None = None
    sections: tuple[Text, ...] = ()
    themes: tuple[Text, ...] = ()
    answers: tuple[Text, ...] = ()
    tests: tuple[Text, ...] = ()
    words: tuple[Text, ...] = ()

    def _faults(self) -> Iterator[str]:
        if not (self.sections or self.themes or self.answers or self.tests or self.words):
            yield "nothing leads to it; give sections, themes, answers, tests or words"


# --- The policy of revisions: why a published figure may be told otherwise later (`revisions.yml`)

SELECTS = ("indicator", "product", "channel", "device", "group_value")  # columns of estimates


class Revision(Entry):
    """Why figures are told otherwise than before, and which: what is not named means all.

    A `routine` rule is known before: it holds at every edition, within its limits. A `correction`
    mends an error, and a new `method` makes another figure: both hold once, for figures that were
    told before the day `since`.
    """

    kind: Literal["routine", "correction", "method"]
    why: Annotated[str, StringConstraints(min_length=20)]
    indicator: tuple[Slug, ...] = ()
    product: tuple[Slug, ...] = ()
    channel: tuple[Channel, ...] = ()
    device: tuple[Slug, ...] = ()
    group_value: tuple[Text, ...] = ()
    period: tuple[Text, ...] = ()
    months: int | None = Field(default=None, ge=1)
    at_most: float | None = Field(default=None, gt=0)
    since: date | None = None

    @field_validator("period")
    @classmethod
    def _are_periods(cls, periods: tuple[str, ...]) -> tuple[str, ...]:
        for period in periods:
            if not Period(period).days:
                raise ValueError(
                    f"{period!r} is no period, such as 2026, 2026-T3, 2026-07 or 2026-07/2026-12"
                )
        return periods

    def _faults(self) -> Iterator[str]:
        limits, once = ("months", "at_most"), ("since", "period")
        if self.kind == "routine":
            if wrong := [name for name in once if getattr(self, name)]:
                yield f"key {wrong[0]!r} goes with a correction or a method alone"
            elif not (self.indicator or self.device):
                yield "a routine names its figures: give indicator or device"
            elif self.months is None and self.at_most is None:
                yield "a routine has a limit: give months, at_most or both"
        elif wrong := [name for name in limits if getattr(self, name) is not None]:
            yield f"key {wrong[0]!r} goes with a routine alone"
        elif self.since is None:
            yield f"a {self.kind} says since which day: give since"
        elif not any(getattr(self, name) for name in SELECTS):
            yield f"a {self.kind} names its figures: give one of {', '.join(SELECTS)}"


def revision_faults(
    revisions: Mapping[str, Revision], known: Mapping[str, Collection[str]], places: Places
) -> Iterator[str]:
    """What revisions name that the catalogue does not have.

    Devices are those of the file beside: of a data folder's own, a shared rule knows nothing.
    """
    beside = {_folder(place) for (part, *_), place in places.items() if part == "devices"}
    for one in revisions.values():
        is_beside = _folder(places["revisions", one.id, "id"]) in beside
        for column, ids in known.items():
            unknown = [name for name in getattr(one, column) if name not in ids]
            if unknown and (is_beside or column != "device"):
                yield (
                    f"{places.at('revisions', one, column)}: unknown {column} "
                    f"{', '.join(map(repr, unknown))}; allowed: {', '.join(sorted(ids)) or 'none'}"
                )


def _folder(place: str) -> str:
    return place.rpartition("/")[0]


# --- Mistakes of an entry, or of a sheet, each told at its line

_Sheet = TypeVar("_Sheet", bound=Entry)
_Model = TypeVar("_Model", bound=BaseModel)

_EXPECTED, _FORMS = _TEXTS["expected"], _TEXTS["forms"]


class _Short(reprlib.Repr):
    """A value as YAML has it."""

    def repr1(self, x: object, level: int) -> str:
        if x is None:
            return "empty"
        return str(x).lower() if isinstance(x, bool | date) else super().repr1(x, level)


_SHORT = _Short()  # of a value, however long, or deep by aliases of aliases
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 2, 100, 100


class Sheet(NamedTuple, Generic[_Sheet]):
    """A file of one entry, and where each of its keys stands."""

    path: Path
    entry: _Sheet
    lines: KeyLines

    def at(self, key: str | tuple[str | int, ...], fault: str) -> str:
        """What is wrong with a key, or one within others, as a line that names file and line."""
        line = self.lines.get((key,) if isinstance(key, str) else key, 1)
        return f"{self.path}:{line}: {self.entry.id!r}: {fault}"


def sheets(
    folder: Path, model: type[_Sheet], shape: str, problems: list[str]
) -> Iterator[Sheet[_Sheet]]:
    """The sheets of a folder, one a file named after its `id`."""
    for path in sorted(folder.glob("*.yaml")):
        problems.append(f"{path}: is not read; name it {path.stem}.yml")
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        raw, lines, found = read_yaml(path, dict, shape, "is gone")
        problems += found
        sheet = None if found else validated(model, raw, path, lines, problems)
        if sheet is None:
            continue
        if sheet.id != path.stem:
            problems.append(
                f"{path}:{lines.get(('id',), 1)}: id is {sheet.id!r}, and the file's name says "
                f"{path.stem!r}; make them the same"
            )
        yield Sheet(path, sheet, lines)


def unknown_names(
    path: Path, sheet: BaseModel, lines: KeyLines, named: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """What a sheet names that does not exist, a line each."""
    for key, allowed in named.items():
        given = getattr(sheet, key)
        for position, one in enumerate(given if isinstance(given, tuple) else (given,)):
            if one not in (None, "", *allowed):
                line = lines.get((key, position), lines.get((key,), 1))
                what = f"unknown {key.removesuffix('s')} {one!r}"
                some = ", ".join(allowed) or "none"
                yield f"{path}:{line}: {path.stem!r}: {what}; allowed: {some}"


def validated(
    model: type[_Model],
    raw: Any,
    path: Path,
    lines: KeyLines,
    problems: list[str],
    start: tuple[Any, ...] = (),
    name: str = "",
) -> _Model | None:
    """What a file holds at `start`, as a model; None where it is wrong: `problems` gets why."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        given = name or (raw.get("id") if isinstance(raw, dict) else None)
        place = f"entry {start[0] + 1}" if start and not name else "the file"
        of = _SHORT.repr(given) if given else place
        for loc, said in fault_texts(error, model, raw):
            where = (*start, *loc)
            while where not in lines and len(where) > 1:
                where = where[:-1]
            problems.append(f"{path}:{lines.get(where, 1)}: {of}: {said}")
    return None


def fault_texts(
    error: ValidationError, model: type[BaseModel], raw: Any
) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Each fault of what somebody wrote: its keys, and what is to be written there."""
    found: dict[tuple[tuple[int | str, ...], str], dict[str, None]] = {}
    for detail in error.errors():
        kind, limits = detail["type"], detail.get("ctx", {})
        loc = _place(detail["loc"], raw, kind == "missing")
        key = ".".join(map(str, loc))
        about = f"{key} is {_SHORT.repr(detail['input'])}: ".lstrip()
        if kind == "extra_forbidden":
            about, said = "", f"unknown key {key!r}; allowed: {_allowed(model, loc)}"
        elif kind == "missing":
            about, said = "", f"key {key!r} is missing"
        elif kind == "model_type":
            of = f"a mapping is expected, of {_allowed(model, (*loc, ''))}"
            said = of if loc else "an entry is a mapping that starts with `id:`"
        elif kind == "value_error":  # of what does not go together
            about, said = f"{key}: " * bool(key), detail["msg"].removeprefix("Value error, ")
        elif kind == "string_pattern_mismatch":
            form = re.compile(limits["pattern"])
            example = next(one for one in _FORMS if form.search(one.strip('"')))
            said = f"{_FORMS[example]} is expected, such as {example}"
        elif kind == "too_short" and len(detail["input"]) >= limits["min_length"]:
            continue  # others are told, that are wrong themselves
        else:
            begins = _EXPECTED.get(kind.partition("_")[0], "another value is expected")
            said = _EXPECTED.get(kind, begins).format(**limits)
        found.setdefault((loc, about), {})[said] = None
    for (loc, about), each in found.items():  # a value that is neither of two kinds is one mistake
        yield loc, about + ", or ".join(each)


def _place(loc: tuple[int | str, ...], raw: Any, is_missing: bool) -> tuple[int | str, ...]:
    """The keys at which a value stands; pydantic names kinds of values between them."""
    kept = []
    for part in loc:
        raw = dict(enumerate(raw)) if isinstance(raw, list) else raw
        if isinstance(raw, dict) and part in raw:
            raw = raw[part]
            kept.append(part)
    return (*kept, loc[-1]) if is_missing else tuple(kept)


def _allowed(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    """The keys allowed where an unknown one stands, maybe in an entry within the entry."""
    for part in place[:-1]:
        field = model.model_fields.get(str(part))
        inner = [field.annotation, *get_args(field.annotation)] if field else []
        model = next(
            (kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)),
            model,
        )
    return ", ".join(field.alias or name for name, field in model.model_fields.items())
