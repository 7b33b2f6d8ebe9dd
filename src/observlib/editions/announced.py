"""What tells programs of the editions: a feed, and a calendar with the days of the next ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from xml.etree import ElementTree

from observlib.display import french
from observlib.editions.record import Edition
from observlib.period import Quarter
from observlib.working_days import due

FEED, CALENDAR = "feed.xml", "calendrier.ics"
PLANNED = 4  # next editions that the calendar holds
_ATOM = "http://www.w3.org/2005/Atom"
_LINE = 75  # octets of a line of a calendar (RFC 5545, 3.1)


def planned(editions: Sequence[Edition]) -> Iterator[tuple[Quarter, date]]:
    """The editions that follow the latest, each with the day on which it is due."""
    latest = Quarter.parse(editions[0].quarter)
    for quarter in (latest + after for after in range(1, PLANNED + 1)):
        yield quarter, due(quarter)


def name_of(quarter: str, revision: int = 0) -> str:
    """What an edition is called, or one of its revisions.

    Examples
    --------
    >>> name_of("2026-T3", 1)
    'Édition du 3e trimestre 2026, révision 1'
    """
    name = f"Édition du {french.period_label(quarter)}"
    return f"{name}, révision {revision}" if revision else name


def feed(editions: Sequence[Edition], title: str, site: str) -> bytes:
    """An Atom feed (RFC 4287) with an entry for each edition and each revision, the latest first.

    Parameters
    ----------
    editions
        The latest first.
    title
        The site's. Identifiers are made of it: a site that is renamed begins another feed.
    site
        The address of the site, which ends with `/`; without one, links lead from the feed's own.
    """
    told = sorted(
        (
            (day, edition.quarter, number, edition)
            for edition in editions
            for number, day in enumerate((edition.published, *edition.revisions))
        ),
        key=lambda entry: entry[:3],
        reverse=True,
    )
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "fr"})

    def add(parent: ElementTree.Element, name: str, text: str = "", **words: str) -> None:
        ElementTree.SubElement(parent, name, words).text = text or None

    add(root, "id", _identifier(title))
    add(root, "title", title)
    add(root, "updated", f"{told[0][0]}T00:00:00Z")
    author = ElementTree.SubElement(root, "author")
    add(author, "name", title)
    add(root, "link", rel="alternate", type="text/html", href=f"{site}editions/index.html")
    if site:
        add(root, "link", rel="self", type="application/atom+xml", href=f"{site}{FEED}")
    for day, quarter, number, edition in told:
        entry = ElementTree.SubElement(root, "entry")
        add(entry, "id", _identifier(title, quarter, number))
        add(entry, "title", _marked(name_of(quarter, number), edition))
        add(entry, "updated", f"{day}T00:00:00Z")
        add(entry, "published", f"{day}T00:00:00Z")
        add(entry, "link", rel="alternate", type="text/html", href=f"{site}{quarter}/index.html")
        add(entry, "summary", edition.headline or name_of(quarter, number))
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _identifier(*parts: object) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(["observlib", *map(str, parts)])).urn


def _marked(name: str, edition: Edition) -> str:
    """A name that leaves the site: it says that figures are synthetic, where they are."""
    return f"{name} (chiffres synthétiques)" if edition.is_demonstration else name


def calendar(editions: Sequence[Edition], title: str, site: str) -> bytes:
    """A calendar (RFC 5545) of the days of editions and revisions, and of the next editions.

    Parameters
    ----------
    editions, title, site
        As for `feed`.
    """
    stamp = max(edition.changed for edition in editions)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_escaped(title)}//observlib//FR"]
    for edition in reversed(editions):
        address = [f"URL:{site}{edition.quarter}/index.html"] if site else []
        for number, day in enumerate((edition.published, *edition.revisions)):
            uid = _identifier(title, edition.quarter, number)
            name = _marked(name_of(edition.quarter, number), edition)
            lines += _event(uid, date.fromisoformat(day), name, "CONFIRMED", stamp, address)
    for quarter, expected in planned(editions):
        uid = _identifier(title, quarter, 0)  # the event's own, once the edition is published
        lines += _event(uid, expected, f"{name_of(str(quarter))} (date prévue)", "TENTATIVE", stamp)
    return "".join(map(_folded, [*lines, "END:VCALENDAR"])).encode("utf-8")


def _event(
    uid: str, day: date, name: str, status: str, stamp: date, more: Iterable[str] = ()
) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
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
