"""What tells programs of the editions: a feed, and a calendar with the days of the next ones."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import date as Day
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NamedTuple
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.base.working_days import public_holidays
from observlib.base.yaml_files import read_yaml
from observlib.catalogue.entries import Part
from observlib.catalogue.mistakes import validated
from observlib.display.pages import macros
from observlib.language import french
from observlib.language.prose import typography
from observlib.pipeline import project
from observlib.pipeline.revisions import ERRATA_PAGE, ERRATUM_PREFIX
from observlib.publish.editions.record import Edition, published_editions
from observlib.records.published_text import Line, a_role

_PAGES = macros(__file__)


# --- The release calendar: the day and hour of each edition, and who reads it before

_HOUR = "08:45"
ZONE = ZoneInfo("Europe/Paris")
_NOTICE = timedelta(weeks=4)  # before an edition: from then on its date is firm


class DateChange(Part):
    """A date that an edition had; when it was decided to change it, and why."""

    before: Day = Field(alias="from")
    decided: Day
    reason: Line


class Access(Part):
    """A role that reads editions before they appear."""

    role: Annotated[Line, AfterValidator(a_role)]
    why: Line
    since: Day
    until: Day | None = None


class Planned(Part):
    """The day and hour of an edition."""

    quarter: str = Field(pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    date: Day
    hour: str = Field(default=_HOUR, pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$")
    fixed: Day | None = None
    changed: tuple[DateChange, ...] = ()

    @property
    def moment(self) -> datetime:
        """When it appears, in Paris."""
        return datetime.fromisoformat(f"{self.date} {self.hour}").replace(tzinfo=ZONE)

    @property
    def is_firm(self) -> bool:
        """Whether its date was fixed."""
        return self.fixed is not None

    def _faults(self) -> Iterator[str]:
        if self.date <= Quarter(self.quarter).end:
            yield f"its date {self.date} is before the quarter's end"
        if self.date.weekday() > 4 or self.date in public_holidays(self.date.year):
            yield f"its date {self.date} is no working day; give the next one"
        first = self.changed[0].before if self.changed else self.date
        if self.changed and self.fixed is None:
            yield "'changed' tells of a date that was never fixed; give `fixed`, or take it out"
        elif self.fixed and self.fixed > first - _NOTICE:
            yield (
                f"fixed on {self.fixed}, less than four weeks before {first}: give a later date, "
                "or leave `fixed` out, and it is announced as planned"
            )
        days = [*filter(None, (self.fixed,)), *(change.decided for change in self.changed)]
        if days != sorted(days):
            yield "the days of 'changed' do not follow 'fixed' and each other; put them in order"
        dates = [*(change.before for change in self.changed), self.date]
        if same := [day for day, after in pairwise(dates) if day == after]:
            yield f"'changed' tells a change from {same[0]} to the same day; remove it"


class Calendar(Part):
    """The editions, the oldest first, and who reads them before they appear."""

    editions: tuple[Planned, ...] = ()
    access: tuple[Access, ...] = ()

    def of(self, quarter: str) -> Planned | None:
        """The day of a quarter's edition, where it has one."""
        return next((one for one in self.editions if one.quarter == quarter), None)

    def after(self, quarter: str) -> list[Planned]:
        """The editions after a quarter's."""
        return [one for one in self.editions if one.quarter > quarter]


def load_calendar(data: Path, root: Path) -> Calendar:
    """Read and check the calendar of a data folder; an empty one where the project has none."""
    path = project.calendar_file(data, root)
    if path is None:
        return Calendar()
    raw, lines, problems = read_yaml(path, dict, "`editions:` and `access:`", "is gone")
    found = None if problems else validated(Calendar, raw, path, lines, problems)
    if found is None:
        raise ObservError(*problems)
    quarters = [one.quarter for one in found.editions]
    if twice := sorted(name for name, times in Counter(quarters).items() if times > 1):
        raise ObservError(f"{path}: has {bounded(twice)} twice; keep one of each")
    for place, (one, other) in enumerate(pairwise(found.editions), 1):
        if one.quarter > other.quarter or one.date >= other.date:
            problems.append(
                f"{path}:{lines['editions', place]}: {other.quarter} of {other.date} stands after "
                f"{one.quarter} of {one.date}; put them in order"
            )
    ObservError.raise_any(problems)
    return found


# --- What tells programs of the editions: a feed, and a calendar

FEED, CALENDAR = "feed.xml", "calendrier.ics"
_ERRATUM = "erratum"  # the term of entries that are one
_PLANNED = re.compile(r"DTSTART:(\S+)\r\nSUMMARY:([^\r]*)\r\nSTATUS:(\w+)")
_LINE = 75  # octets of a line of a calendar (RFC 5545, 3.1)


class _Told(NamedTuple):
    """An entry of the feed; `place` is its page from the site's root."""

    day: str
    id: str
    title: str
    place: str
    summary: str
    term: str = ""


def _name_of(quarter: str, revision: int = 0) -> str:
    """What an edition is called, or one of its revisions."""
    name = f"Édition du {french.period_label(quarter)}"
    return f"{name}, révision {revision}" if revision else name


def feed(
    editions: Sequence[Edition],
    title: str,
    site: str,
    errata: Iterable[tuple[str, str, str, str]] = (),
) -> bytes:
    """An Atom feed (RFC 4287) of editions, revisions and errata, the latest first."""
    told = [
        _Told(
            day,
            _identifier(title, edition.quarter, number),
            _marked(_name_of(edition.quarter, number), edition),
            f"{edition.quarter}/index.html",
            edition.headline or _name_of(edition.quarter, number),
        )
        for edition in sorted(editions, key=lambda one: one.quarter)
        for number, day in enumerate((edition.published, *edition.revisions))
    ]
    told += [
        _Told(
            day,
            _identifier(title, _ERRATUM, name),
            _marked(headline, editions[0]),
            f"editions/{ERRATA_PAGE}.html#{ERRATUM_PREFIX}{name}",
            summary,
            _ERRATUM,
        )
        for name, day, headline, summary in [*errata][::-1]
    ]
    told = sorted(told, key=lambda one: one.day)[::-1]
    text = _XML("feed", _identifier(title), title, site, told)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n".encode()


def _identifier(*parts: object) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(["observlib", *map(str, parts)])).urn


def _marked(name: str, edition: Edition) -> str:
    """A name that leaves the site: it says that figures are synthetic, where they are."""
    return f"{name} (chiffres synthétiques)" if edition.is_demonstration else name


def calendar(editions: Sequence[Edition], dates: Calendar, title: str, site: str) -> bytes:
    """A calendar (RFC 5545) of the days of editions and revisions, and of the next editions.

    `SEQUENCE` grows when a date is fixed, moved or kept, so that programs replace the event.
    """
    following = dates.after(editions[0].quarter)
    stamp = max([*(edition.changed for edition in editions), *filter(None, map(_since, following))])
    events = []  # of each its uid, start, name, status, sequence, address and moves
    for edition in reversed(editions):
        for number, day in enumerate((edition.published, *edition.revisions)):
            told = None if number else dates.of(edition.quarter)
            event = (
                _identifier(title, edition.quarter, number),
                f";VALUE=DATE:{day.replace('-', '')}",
                _marked(_name_of(edition.quarter, number), edition),
                "CONFIRMED",
                _times(told) + 1 if told else 0,
                f"{site}{edition.quarter}/index.html" if site else "",
                "",
            )
            events.append(event)
    for one in following:
        event = (
            _identifier(title, one.quarter, 0),  # the event's own, once the edition is published
            f":{one.moment.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            _name_of(one.quarter) + ("" if one.is_firm else " (date prévue)"),
            "CONFIRMED" if one.is_firm else "TENTATIVE",
            _times(one),
            "",
            " ".join(map(typography, _moves(one))),
        )
        events.append(event)
    text = _ICS("calendar", title, f"{stamp:%Y%m%d}T000000Z", events)
    return "".join(map(_folded, text.split("\n"))).encode()


def _moves(planned: Planned) -> list[str]:
    """What is said of each change of an edition's date: both days, why, when it was decided."""
    days = [*(change.before for change in planned.changed), planned.date]
    return [
        f"{_name_of(planned.quarter)} : le {french.day_label(after)}, et non plus le "
        f"{french.day_label(change.before)}. {change.reason.rstrip('.')}. "
        f"Décision du {french.day_label(change.decided)}."
        for change, after in zip(planned.changed, days[1:], strict=True)
    ]


def check_kept(dates: Calendar, site: Path, kind: str, today: date) -> None:
    """Raise where a firm date that the site announces (fixed, or near) is moved without a word."""
    path = site / CALENDAR
    if not path.is_file() or kind not in {one.kind for one in published_editions(site)}:
        return
    text = path.read_bytes().decode("utf-8").replace("\r\n ", "")
    told = {  # planned editions have an hour, those that appeared have none
        name.partition(" (")[0]: (datetime.fromisoformat(start).astimezone(ZONE).date(), status)
        for start, name, status in _PLANNED.findall(text)
    }
    known = {_name_of(one.quarter): one for one in dates.editions}
    problems = []
    for name, (said, status) in told.items():
        one = known.get(name)
        days = [one.date, *(change.before for change in one.changed)] if one else []
        if said not in days and (status == "CONFIRMED" or today > said - _NOTICE):
            problems.append(
                f"calendar.yml: {name!r} was announced for {said}, which is firm, and has "
                f"{f'{one.date} now' if one else 'no date now'}: give `changed` with "
                f"`from: {said}`, `decided` and `reason`"
            )
    ObservError.raise_any(problems)


def _times(planned: Planned) -> int:
    """How often what is announced of an edition has changed."""
    return len(planned.changed) + planned.is_firm


def _since(planned: Planned) -> date | None:
    """The day since which an edition's date is what it is, where that is known."""
    return planned.changed[-1].decided if planned.changed else planned.fixed


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text)


_XML, _ICS = macros(__file__, escape, str), macros(__file__, _escaped, str)


def _folded(line: str) -> str:
    """A line of at most 75 octets, and others that go on with it; no letter is cut."""
    parts, size = [""], 0
    for letter in line:
        size += len(letter.encode("utf-8"))
        if size > _LINE:
            parts.append("")
            size = 1 + len(letter.encode("utf-8"))
        parts[-1] += letter
    return "\r\n ".join(parts) + "\r\n"


# --- What the page of the release calendar tells: the next dates, those that moved, those kept


def calendar_parts(editions: Sequence[Edition], dates: Calendar) -> dict[str, str]:
    """The parts of the page, each by the name of its place."""
    moves = [move for one in dates.editions for move in _moves(one)]
    appeared = [(date.fromisoformat(one.published), dates.of(one.quarter)) for one in editions]
    return {
        "prochaines": _PAGES("planned", dates.after(editions[0].quarter), edition_hour),
        "changements": _PAGES("moved", moves),
        "tenues": _PAGES("kept", [one for one in appeared if one[1]], days_missed),
        "acces": _PAGES("access", dates.access),
    }


def edition_hour(planned: Planned) -> str:
    """The hour of an edition.

    Examples
    --------
    >>> edition_hour(Planned(quarter="2026-T4", date=date(2027, 2, 15))).replace("\\xa0", " ")
    '8 h 45'
    """
    hours, minutes = planned.hour.split(":")
    return f"{int(hours)}{french.NBSP}h" + (f"{french.NBSP}{minutes}" if minutes != "00" else "")


def days_missed(planned: Planned, published: date) -> str:
    """By how much an edition missed the day that was announced.

    Examples
    --------
    >>> announced = Planned(quarter="2026-T4", date=date(2027, 2, 15))
    >>> [days_missed(announced, date(2027, 2, day)).replace("\\xa0", " ") for day in (15, 17)]
    ['le jour dit', '2 jours après']
    """
    days = (published - planned.date).days
    told = french.count(abs(days), "jour", "jours")
    return f"{told} {'après' if days > 0 else 'avant'}" if days else "le jour dit"
