"""What tells programs of the editions: a feed, and a calendar with the days of the next ones."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from observlib.base.errors import ObservError
from observlib.language import french
from observlib.language.typography import typography
from observlib.pipeline.errata import PAGE, PREFIX
from observlib.publish.editions.dates import NOTICE, ZONE, Calendar, Planned
from observlib.publish.editions.record import Edition, published

FEED, CALENDAR = "feed.xml", "calendrier.ics"
_ATOM = "http://www.w3.org/2005/Atom"
_PLANNED = re.compile(r"DTSTART:(\S+)\r\nSUMMARY:([^\r]*)\r\nSTATUS:(\w+)")
ERRATUM = "erratum"  # the term of entries that are one
_LINE = 75  # octets of a line of a calendar (RFC 5545, 3.1)


class _Told(NamedTuple):
    """An entry of the feed; `place` is its page from the site's root."""

    day: str
    identifier: str
    title: str
    place: str
    summary: str
    term: str = ""


def name_of(quarter: str, revision: int = 0) -> str:
    """What an edition is called, or one of its revisions.

    Examples
    --------
    >>> name_of("2026-T3", 1)
    'Édition du 3e trimestre 2026, révision 1'
    """
    name = f"Édition du {french.period_label(quarter)}"
    return f"{name}, révision {revision}" if revision else name


def feed(
    editions: Sequence[Edition],
    title: str,
    site: str,
    errata: Iterable[tuple[str, str, str, str]] = (),
) -> bytes:
    """An Atom feed (RFC 4287) of editions, revisions and errata, the latest first.

    Parameters
    ----------
    editions
        The latest first.
    title
        The site's. Identifiers are made of it: a site that is renamed begins another feed.
    site
        The address of the site, which ends with `/`; without one, links lead from the feed's own.
    errata
        As `edition.errata_page.summaries` gives them.
    """
    told = [
        _Told(
            day,
            _identifier(title, edition.quarter, number),
            _marked(name_of(edition.quarter, number), edition),
            f"{edition.quarter}/index.html",
            edition.headline or name_of(edition.quarter, number),
        )
        for edition in sorted(editions, key=lambda one: one.quarter)
        for number, day in enumerate((edition.published, *edition.revisions))
    ]
    told += [
        _Told(
            day,
            _identifier(title, ERRATUM, name),
            _marked(headline, editions[0]),
            f"editions/{PAGE}.html#{PREFIX}{name}",
            summary,
            ERRATUM,
        )
        for name, day, headline, summary in [*errata][::-1]
    ]
    told = sorted(told, key=lambda one: one.day)[::-1]
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "fr"})

    def add(parent: ElementTree.Element, name: str, text: str = "", **words: str) -> None:
        ElementTree.SubElement(parent, name, words).text = text or None

    add(root, "id", _identifier(title))
    add(root, "title", title)
    add(root, "updated", f"{told[0].day}T00:00:00Z")
    author = ElementTree.SubElement(root, "author")
    add(author, "name", title)
    add(root, "link", rel="alternate", type="text/html", href=f"{site}editions/index.html")
    if site:
        add(root, "link", rel="self", type="application/atom+xml", href=f"{site}{FEED}")
    for one in told:
        entry = ElementTree.SubElement(root, "entry")
        add(entry, "id", one.identifier)
        add(entry, "title", one.title)
        add(entry, "updated", f"{one.day}T00:00:00Z")
        add(entry, "published", f"{one.day}T00:00:00Z")
        add(entry, "link", rel="alternate", type="text/html", href=f"{site}{one.place}")
        if one.term:
            add(entry, "category", term=one.term)
        add(entry, "summary", one.summary)
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _identifier(*parts: object) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(["observlib", *map(str, parts)])).urn


def _marked(name: str, edition: Edition) -> str:
    """A name that leaves the site: it says that figures are synthetic, where they are."""
    return f"{name} (chiffres synthétiques)" if edition.is_demonstration else name


def calendar(editions: Sequence[Edition], dates: Calendar, title: str, site: str) -> bytes:
    """A calendar (RFC 5545) of the days of editions and revisions, and of the next editions.

    A planned date is tentative until it is fixed. `SEQUENCE` grows when a date is fixed, moved or
    kept, so that programs which hold the event replace it.

    Parameters
    ----------
    dates
        The release calendar.
    editions, title, site
        As for `feed`.
    """
    following = dates.after(editions[0].quarter)
    stamp = max([*(edition.changed for edition in editions), *filter(None, map(_since, following))])
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_escaped(title)}//observlib//FR"]
    for edition in reversed(editions):
        address = [f"URL:{site}{edition.quarter}/index.html"] if site else []
        for number, day in enumerate((edition.published, *edition.revisions)):
            uid = _identifier(title, edition.quarter, number)
            name = _marked(name_of(edition.quarter, number), edition)
            start = f"DTSTART;VALUE=DATE:{date.fromisoformat(day):%Y%m%d}"
            told = None if number else dates.of(edition.quarter)
            more = [f"SEQUENCE:{_times(told) + 1 if told else 0}", *address]
            lines += _event(uid, start, name, "CONFIRMED", stamp, more)
    for one in following:
        uid = _identifier(title, one.quarter, 0)  # the event's own, once the edition is published
        name, status = name_of(one.quarter), "CONFIRMED" if one.is_firm else "TENTATIVE"
        start = f"DTSTART:{one.moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        more = [f"SEQUENCE:{_times(one)}"]
        if one.changed:
            more.append(f"DESCRIPTION:{_escaped(' '.join(map(typography, moves(one))))}")
        name = name if one.is_firm else f"{name} (date prévue)"
        lines += _event(uid, start, name, status, stamp, more)
    return "".join(map(_folded, [*lines, "END:VCALENDAR"])).encode("utf-8")


def moves(planned: Planned) -> list[str]:
    """What is said of each change of an edition's date: both days, why, when it was decided."""
    days = [*(change.before for change in planned.changed), planned.date]
    return [
        f"{name_of(planned.quarter)} : le {french.day_label(after)}, et non plus le "
        f"{french.day_label(change.before)}. {change.reason.rstrip('.')}. "
        f"Décision du {french.day_label(change.decided)}."
        for change, after in zip(planned.changed, days[1:], strict=True)
    ]


def check_kept(dates: Calendar, site: Path, kind: str, today: date) -> None:
    """Raise where a firm date that the site announces is moved without a word.

    It is firm once it was fixed, and from four weeks before it.

    Parameters
    ----------
    dates
        The release calendar.
    site, kind
        The site as it is published, which may have no calendar yet, and the kind of data for which
        it is made: dates of a demonstration bind no edition of real data.
    today
        The day on which it would be told otherwise.

    Raises
    ------
    ObservError
        With each such date.
    """
    path = site / CALENDAR
    if not path.is_file() or kind not in {one.kind for one in published(site)}:
        return
    text = path.read_bytes().decode("utf-8").replace("\r\n ", "")
    told = {  # planned editions have an hour, those that appeared have none
        name.partition(" (")[0]: (datetime.fromisoformat(start).astimezone(ZONE).date(), status)
        for start, name, status in _PLANNED.findall(text)
    }
    known = {name_of(one.quarter): one for one in dates.editions}
    problems = []
    for name, (said, status) in told.items():
        one = known.get(name)
        days = [one.date, *(change.before for change in one.changed)] if one else []
        if said not in days and (status == "CONFIRMED" or today > said - NOTICE):
            problems.append(
                f"calendar.yml: {name!r} was announced for {said}, which is firm, and has "
                f"{f'{one.date} now' if one else 'no date now'}: give `changed` with "
                f"`from: {said}`, `decided` and `reason`"
            )
    if problems:
        raise ObservError(*problems)


def _times(planned: Planned) -> int:
    """How often what is announced of an edition has changed."""
    return len(planned.changed) + planned.is_firm


def _since(planned: Planned) -> date | None:
    """The day since which an edition's date is what it is, where that is known."""
    return planned.changed[-1].decided if planned.changed else planned.fixed


def _event(
    uid: str, start: str, name: str, status: str, stamp: date, more: Iterable[str]
) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
        start,
        f"SUMMARY:{_escaped(name)}",
        f"STATUS:{status}",
        "TRANSP:TRANSPARENT",
        *more,
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text


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
