"""Calls of the 3939: every half hour counted, and Asterisk's log of some calls one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from observlib.base.period import Quarter
from tools.demo import calendar, formats
from tools.demo.chance import between, normal, pick, stream
from tools.demo.formats import Files, Truth, Truths

COUNTED, LOGGED = DEVICES = ("appels-3939-tranches", "appels-3939-journal")
_PARIS = ZoneInfo("Europe/Paris")
# A draw in which the last quarter's truths lie inside their intervals.
_SALT = "1"
_CALLS = formats.declared("calls")
WAITS, THEMES = _CALLS["waits"], _CALLS["themes"]
_LOGGED_QUARTERS = calendar.QUARTERS[-6:]


@dataclass(frozen=True)
class Call:
    """A logged call: its start, theme and wait, and the seconds talked where it was answered."""

    day: date
    minute: int
    theme: str
    wait: int
    talk: int | None


def answered_share(quarter: Quarter) -> float:
    """True share of a quarter's calls that are answered.

    Examples
    --------
    >>> answered_share(Quarter("2025-T4")), answered_share(Quarter("2026-T3"))
    (0.71, 0.86)
    """
    incident = _CALLS["incident"]
    usual = quarter != incident["quarter"]
    return float((_CALLS if usual else incident)["answered"] / 100)


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
            return int(first - 1 - ((below - percent) * (last - first + 1) // chance))
        below += chance
    raise ValueError(f"{percent} percent is beyond the waits")


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one device, by path, and what is true of them."""
    return _half_hours(seed) if device == COUNTED else _log(seed)


def _open_days(quarter: Quarter) -> Sequence[date]:
    days = [day for month in quarter.months for day in calendar.days_of(month)]
    return [day for day in days if day.weekday() < 5 and f"{day:%m-%d}" not in _CALLS["closed"]]


def _about(device: str, quarter: Quarter) -> Truth:
    return {"product": "allo-service-public", "device": device, "quarter": quarter}


def _half_hours(seed: int) -> tuple[Files, Truths]:
    by_year: dict[int, list[list[object]]] = {}
    found = []
    shape = _CALLS["half_hours"]
    for quarter in calendar.QUARTERS:
        source, chance = stream(seed, COUNTED, quarter, _SALT), answered_share(quarter)
        totals: Counter[str] = Counter(offered=0, answered=0, abandoned=0)
        for day in _open_days(quarter):
            mean = _CALLS["a_day"] * _CALLS["weekdays"][day.weekday()] // 100
            mean = int(mean * calendar.MONTH_FACTORS[day.month - 1])
            for half, weight in enumerate(shape, 17):  # 8:30 is the seventeenth half hour
                expected = mean * weight / sum(shape)
                offered = max(0, int(expected * (1 + 0.15 * normal(source)) + 0.5))
                answered = sum(source.random() < chance for _ in range(offered))
                outcomes = (offered, answered, offered - answered)
                totals.update(dict(zip(totals, outcomes, strict=True)))
                waited = answered * between(source, 60, 120)
                clock = f"{waited // 3600:02d}:{waited % 3600 // 60:02d}:{waited % 60:02d}"
                start = f"{day:%d/%m/%Y} {half // 2:02d}:{half % 2 * 30:02d}"
                by_year.setdefault(day.year, []).append([start, *outcomes, clock])
        truth = {"kind": "counts", **_about(COUNTED, quarter), **totals}
        found.append({**truth, "true_answered_share": chance})
    files = {
        f"appels/{COUNTED}_{year}.csv": formats.table_csv([_CALLS["header"], *rows], delimiter=";")
        for year, rows in by_year.items()
    }
    return files, {"calls": found}


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
    found: list[Truth] = []
    for quarter in _LOGGED_QUARTERS:
        log = list(drawn(quarter, stream(seed, LOGGED, quarter, _SALT)))
        events = sorted(event for number, call in enumerate(log) for event in _events(call, number))
        rotated = quarter.end + timedelta(days=1)
        text = "".join(f"{event}\n" for event in events)
        files[f"appels/3939/queue_log-{rotated:%Y%m%d}"] = text.encode("utf-8")
        about = _about(LOGGED, quarter)
        answered = sum(call.talk is not None for call in log)
        for name, percent in (("wait_median", 50), ("wait_p90", 90)):
            truth = {"kind": name, **about, "value": wait_quantile(percent)}
            found.append({**truth, "answered": answered})
        counts = Counter(call.theme for call in log)
        for theme, chance in THEMES.items():
            truth = {**about, "kind": "theme", "calls": len(log), "theme": theme}
            found.append({**truth, "value": chance / 100, "count": counts[theme]})
    return files, {"calls": found}
