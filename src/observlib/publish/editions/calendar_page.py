"""What the page of the release calendar tells: the next dates, those that moved, those kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from observlib.display.output import pipe_table
from observlib.language import french, wording
from observlib.language.prose import joined, markdown
from observlib.language.typography import typography
from observlib.publish.editions import feeds
from observlib.publish.editions.dates import Access, Calendar, Planned
from observlib.publish.editions.record import Edition

TEXTS = wording.beside(__file__)


def parts(editions: Sequence[Edition], dates: Calendar) -> dict[str, str]:
    """The parts of the page, each by the name of its place.

    Parameters
    ----------
    editions
        Those that are published, the latest first.
    dates
        The release calendar.
    """
    kept = [(one, said) for one in editions if (said := dates.of(one.quarter))]
    moved = [move for one in dates.editions for move in feeds.moves(one)]
    following = dates.after(editions[0].quarter)
    lines = joined((markdown("- {}", move) for move in moved), "\n")
    found = {
        "prochaines": _next(following) if following else TEXTS["no_date"],
        "changements": lines or TEXTS["none_moved"],
        "tenues": _kept(kept) if kept else TEXTS["none_kept"],
        "acces": _access(dates.access) if dates.access else TEXTS["nobody"],
    }
    return {name: typography(text) for name, text in found.items()}


def _next(following: Sequence[Planned]) -> str:
    return pipe_table(
        {
            TEXTS["edition"]: [french.period_label(one.quarter) for one in following],
            TEXTS["day"]: [french.day_label(one.date) for one in following],
            TEXTS["hour"]: [hour(one) for one in following],
            TEXTS["state"]: [
                TEXTS["fixed"].format(day=french.day_label(one.fixed))
                if one.fixed
                else TEXTS["planned"]
                for one in following
            ],
        }
    )


def hour(planned: Planned) -> str:
    """The hour of an edition.

    Examples
    --------
    >>> hour(Planned(quarter="2026-T4", date=date(2027, 2, 15))).replace("\\xa0", " ")
    '8 h 45'
    """
    hours, minutes = planned.hour.split(":")
    return f"{int(hours)}{french.NBSP}h" + (f"{french.NBSP}{minutes}" if minutes != "00" else "")


def _kept(kept: Sequence[tuple[Edition, Planned]]) -> str:
    """The editions that had a date, with the day on which they appeared."""
    appeared = [date.fromisoformat(edition.published) for edition, _ in kept]
    gaps = [gap(said, day) for day, (_, said) in zip(appeared, kept, strict=True)]
    return pipe_table(
        {
            TEXTS["edition"]: [french.period_label(said.quarter) for _, said in kept],
            TEXTS["appeared"]: [french.day_label(day) for day in appeared],
            TEXTS["announced"]: [french.day_label(said.date) for _, said in kept],
            TEXTS["late"]: gaps,
        }
    )


def gap(planned: Planned, published: date) -> str:
    """By how much an edition missed the day that was announced.

    Examples
    --------
    >>> announced = Planned(quarter="2026-T4", date=date(2027, 2, 15))
    >>> [gap(announced, date(2027, 2, day)).replace("\\xa0", " ") for day in (15, 17)]
    ['le jour dit', '2 jours après']
    """
    days = (published - planned.date).days
    told = french.count(abs(days), "jour", "jours")
    return TEXTS["after" if days > 0 else "before"].format(days=told) if days else TEXTS["on_time"]


def _access(access: Sequence[Access]) -> str:
    lines = []
    for one in access:
        since = french.day_label(one.since)
        when = TEXTS["since"].format(since=since)
        if one.until:
            when = TEXTS["until"].format(since=since, until=french.day_label(one.until))
        lines.append(markdown("- {}", f"{one.role}, {when} : {one.why}"))
    return joined(lines, "\n")
