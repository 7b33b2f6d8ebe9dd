"""Calls of the 3939: every half hour counted, and Asterisk's log of some calls one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, normal, pick, stream
from observlib.demo.formats import Files, Truths

COUNTED, LOGGED = "appels-3939-tranches", "appels-3939-journal"
DEVICES = (COUNTED, LOGGED)
_PRODUCT = "allo-service-public"
_PARIS = ZoneInfo("Europe/Paris")
# A draw in which the last quarter's truths lie inside their intervals.
_SALT = "1"
ANSWERED = 86  # chances in percent that a call is answered
INCIDENT, INCIDENT_ANSWERED = "2025-T4", 71
_HALF_HOURS = tuple(range(17, 36))  # 8:30 to 17:30, each the start of a half hour
_SHAPE = (6, 9, 13, 16, 17, 17, 15, 10, 8, 9, 13, 15, 15, 14, 13, 11, 9, 7, 5)  # by half hour
_WEEKDAYS = (125, 112, 98, 92, 83)  # percent of the mean day, Monday first
_CALLS_A_DAY = 620
# Seconds of waiting before an answer: from, to, chances in percent; every second as likely.
WAITS = ((1, 20, 34), (21, 60, 30), (61, 180, 22), (181, 600, 14))
THEMES = {
    "Papiers d'identité": 27,
    "Carte grise et permis": 22,
    "Justice et litiges": 16,
    "Travail et formation": 13,
    "Logement": 11,
    "Famille": 8,
    "Étrangers en France": 3,
}
_LOGGED_QUARTERS = calendar.QUARTERS[-6:]


def answered_share(quarter: Quarter) -> float:
    """True share of a quarter's calls that are answered.

    Examples
    --------
    >>> answered_share(Quarter(2025, 4)), answered_share(Quarter(2026, 3))
    (0.71, 0.86)
    """
    return (INCIDENT_ANSWERED if str(quarter) == INCIDENT else ANSWERED) / 100


def wait_quantile(percent: int) -> int:
    """The true number of seconds within which a share of the answered calls is answered.

    Examples
    --------
    >>> wait_quantile(50), wait_quantile(90)
    (42, 300)
    """
    below = 0
    for first, last, chance in WAITS:
        if below + chance >= percent:
            seconds = last - first + 1
            return first - 1 + -(-(percent - below) * seconds // chance)
        below += chance
    raise ValueError(f"{percent} percent is beyond the waits")


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one device, by path, and what is true of them."""
    return _half_hours(seed) if device == COUNTED else _log(seed)


def _open_days(quarter: Quarter) -> Sequence[date]:
    days = [day for month in quarter.months for day in calendar.days_of(month)]
    closed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in closed]


def _half_hours(seed: int) -> tuple[Files, Truths]:
    by_year: dict[int, list[list[object]]] = defaultdict(list)
    found = []
    for quarter in calendar.QUARTERS:
        source = stream(seed, COUNTED, str(quarter), _SALT)
        totals = [0, 0, 0]
        for day in _open_days(quarter):
            mean = _CALLS_A_DAY * _WEEKDAYS[day.weekday()] // 100
            mean = int(mean * calendar.MONTH_FACTORS[day.month - 1])
            for half, weight in zip(_HALF_HOURS, _SHAPE, strict=True):
                expected = mean * weight / sum(_SHAPE)
                offered = max(0, int(expected * (1 + 0.15 * normal(source)) + 0.5))
                chance = answered_share(quarter)
                answered = len([1 for _ in range(offered) if source.random() < chance])
                outcomes = (offered, answered, offered - answered)
                totals = [a + b for a, b in zip(totals, outcomes, strict=True)]
                waited = answered * between(source, 60, 120)
                clock = f"{waited // 3600:02d}:{waited % 3600 // 60:02d}:{waited % 60:02d}"
                start = f"{day:%d/%m/%Y} {half // 2:02d}:{half % 2 * 30:02d}"
                by_year[day.year].append([start, *outcomes, clock])
        about = {"kind": "counts", "product": _PRODUCT, "device": COUNTED, "quarter": str(quarter)}
        counts = dict(zip(("offered", "answered", "abandoned"), totals, strict=True))
        found.append({**about, **counts, "true_answered_share": answered_share(quarter)})
    header = ["Tranche horaire", "Présentés", "Décrochés", "Abandonnés", "Attente totale"]
    files = {
        f"appels/{COUNTED}_{year}.csv": formats.table_csv([header, *rows], delimiter=";")
        for year, rows in by_year.items()
    }
    return files, {"calls": found}


@dataclass(frozen=True)
class Call:
    """A logged call: its start, theme and wait, and the seconds talked where it was answered."""

    day: date
    minute: int
    theme: str
    wait: int
    talk: int | None


def drawn(quarter: Quarter, source: Random) -> Iterator[Call]:
    """A quarter's logged calls, in no order."""
    days = _open_days(quarter)
    for _ in range(between(source, 850, 1150)):
        day = days[between(source, 0, len(days) - 1)]
        minute = between(source, 510, 1049)
        theme = list(THEMES)[pick(source, list(THEMES.values()))]
        if source.random() < answered_share(quarter):
            first, last, _ = WAITS[pick(source, [chance for *_, chance in WAITS])]
            wait, talk = between(source, first, last), between(source, 60, 900)
            yield Call(day, minute, theme, wait, talk)
        else:
            yield Call(day, minute, theme, between(source, 15, 400), None)


def _events(call: Call, number: int) -> Iterator[str]:
    """The events of a call in Asterisk's queue log; its queue is the theme that was chosen."""
    clock = time(call.minute // 60, call.minute % 60, number % 60)
    entered = int(datetime.combine(call.day, clock, _PARIS).timestamp())
    end = entered + call.wait
    of = f"{entered - 5}.{number}|{call.theme}"
    caller = f"019900{number:04d}"  # of the numbers that are kept for fiction
    yield f"{entered}|{of}|NONE|ENTERQUEUE||{caller}|1"
    if call.talk is None:
        yield f"{end}|{of}|NONE|ABANDON|1|1|{call.wait}"
        return
    of += f"|Agent/{2001 + number % 20}"
    yield f"{end}|{of}|CONNECT|{call.wait}|{entered}.{number}|4"
    yield f"{end + call.talk}|{of}|COMPLETECALLER|{call.wait}|{call.talk}|1"


def _log(seed: int) -> tuple[Files, Truths]:
    files: Files = {}
    found: list[dict[str, Any]] = []
    for quarter in _LOGGED_QUARTERS:
        source = stream(seed, LOGGED, str(quarter), _SALT)
        log = list(drawn(quarter, source))
        counts = {theme: sum(call.theme == theme for call in log) for theme in THEMES}
        answered = len([call for call in log if call.talk is not None])
        events = sorted(event for number, call in enumerate(log) for event in _events(call, number))
        text = "".join(f"{event}\n" for event in events)
        rotated = quarter.end + timedelta(days=1)
        files[f"appels/3939/queue_log-{rotated:%Y%m%d}"] = text.encode("utf-8")
        about: dict[str, Any] = {"product": _PRODUCT, "device": LOGGED, "quarter": str(quarter)}
        for name, percent in (("wait_median", 50), ("wait_p90", 90)):
            found.append(
                {"kind": name, **about, "value": wait_quantile(percent), "answered": answered}
            )
        about |= {"kind": "theme", "calls": len(log)}
        found += [
            {**about, "theme": theme, "value": THEMES[theme] / 100, "count": count}
            for theme, count in counts.items()
        ]
    return files, {"calls": found}
