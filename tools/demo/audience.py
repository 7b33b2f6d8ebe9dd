"""Exports of visits: Matomo's CSV and JSON, a plain monthly list, data.gouv.fr's metrics."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tools.demo import calendar, formats
from tools.demo.chance import between, normal, stream
from tools.demo.formats import Files, Truth, Truths

Counts = dict[str, int]


@dataclass(frozen=True)
class Site:
    """A counted site: expected visits on an average day of 2023, and growth a year."""

    product: str
    per_day: int
    growth: float
    grain: str = ""  # of rows in Matomo's exports: day or month
    file: str = ""  # of what one is: quarter, month or year
    names: str = ""  # of columns: codes, english or french
    form: str = ""  # csv, utf16 (csv in it) or json


_DECLARED = formats.declared("audience")
WEEKDAY_FACTORS = _DECLARED["weekdays"]
NOISE = 0.03  # standard deviation of a day's visits around what is expected
SITES = {device: Site(**site) for device, site in _DECLARED["sites"].items()}
DEVICES = tuple(SITES)
BREAK = {"device": "matomo-legifrance", "from_month": "2025-03"}
BREAK_FACTOR = 0.7
OUTAGE = {
    "device": "matomo-entreprendre",
    "first_day": "2026-04-13",
    "last_day": "2026-04-30",
}
TWICE = {"device": "audience-boamp", "month": "2025-02"}  # whose visits its export counts twice
DUMP = date(2026, 10, 4)  # the day of the data.gouv.fr exports: October is in progress


def expected_visits(device: str, day: date) -> float:
    """Expected visits of a day: 0 on the days of the outage, when nothing was counted.

    Examples
    --------
    >>> expected_visits("matomo-entreprendre", date(2026, 4, 13))
    0.0
    """
    site, text = SITES[device], day.isoformat()
    if device == OUTAGE["device"] and OUTAGE["first_day"] <= text <= OUTAGE["last_day"]:
        return 0.0
    elapsed = (day.year - calendar.FIRST.year) * 12 + day.month - 1
    expected = site.per_day * (1.0 + site.growth * elapsed / 12)
    expected = expected * calendar.MONTH_FACTORS[day.month - 1] * WEEKDAY_FACTORS[day.weekday()]
    is_after = device == BREAK["device"] and text[:7] >= BREAK["from_month"]
    return expected * BREAK_FACTOR if is_after else expected


def changes() -> list[Truth]:
    """What changes, and when: a loss of visits, days that were not counted, a month cut short."""

    def of(kind: str, device: str, **what: object) -> Truth:
        return {"kind": kind, "product": SITES[device].product, "device": device, **what}

    last = DUMP.isoformat()
    return [
        of("traffic", **BREAK, factor=BREAK_FACTOR),
        of("outage", **OUTAGE),
        *(
            of("month_in_progress", device, month=last[:7], last_day=last)
            for device in _DECLARED["datasets"]
        ),
    ]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one audience device, by path, and what is true of them."""
    in_progress = [DUMP.isoformat()[:7]] if device in _DECLARED["datasets"] else []
    daily = {month: _days(device, month, seed) for month in [*calendar.MONTHS, *in_progress]}
    monthly = {month: _total(list(days.values())) for month, days in daily.items()}
    if device in _DECLARED["datasets"]:
        files = _dataset(device, monthly)
    elif device == TWICE["device"]:
        times = {month: 1 + (month == TWICE["month"]) for month in monthly}
        rows = [[m, c["visits"] * times[m], c["visitors"]] for m, c in monthly.items()]
        path = f"boamp/boamp_audience_{calendar.YEARS}.csv"
        files = {path: formats.table_csv([["month", "visits", "visitors"], *rows])}
    else:
        by_day = {day: counts for days in daily.values() for day, counts in days.items()}
        files = _matomo(device, by_day if SITES[device].grain == "day" else monthly)
    return files, _truths(device, daily, monthly)


def _days(device: str, month: str, seed: int) -> dict[str, Counts]:
    """Counts of every day of a month that was measured."""
    source = stream(seed, device, month)
    days = {}
    for day in calendar.days_of(month):
        expected = expected_visits(device, day)
        visits = int(expected * (1.0 + NOISE * normal(source)) + 0.5)
        counts = {
            "visitors": visits * between(source, 800, 860) // 1000,
            "users": 0,
            "visits": visits,
            "actions": visits * between(source, 2700, 3200) // 1000,
            "converted": 0,
            "bounces": visits * between(source, 430, 490) // 1000,
            "seconds": visits * between(source, 140, 280),
            "longest": between(source, 90, 400),
            "downloads": visits * between(source, 40, 60) // 1000,
        }
        if expected and day <= DUMP:
            days[day.isoformat()] = counts
    return days


def _total(days: Sequence[Counts]) -> Counts:
    """Counts of a month; its visitors came several times, so they are fewer than the days'."""
    total = {name: sum(day[name] for day in days) for name in days[0]}
    total["longest"] = max(day["longest"] for day in days)
    total["visitors"] = total["visitors"] * 62 // 100
    return total


def _matomo(device: str, counts: dict[str, Counts]) -> Files:
    """A file a quarter, month or year, as Matomo exports them; of one month, without its name."""
    site = SITES[device]
    names = _DECLARED["columns"][site.names]
    file_of: dict[str, Callable[[str], str]] = {
        "quarter": calendar.quarter_of,
        "month": str,
        "year": lambda period: period[:4],
    }
    by_file: dict[str, dict[str, list[object]]] = {}
    for period, own in counts.items():
        by_file.setdefault(file_of[site.file](period), {})[period] = _shown(own, site.names)
    files = {}
    for name, rows in by_file.items():
        if site.form == "json":
            named = {p: dict(zip(names.values(), row, strict=True)) for p, row in rows.items()}
            written = formats.to_json(named)
        else:
            dated = site.grain != site.file
            lines = [[*[period] * dated, *row] for period, row in rows.items()]
            header = [*["Date"] * dated, *names.values()]
            written = formats.matomo_csv([header, *lines], utf16=site.form == "utf16")
        form = "json" if site.form == "json" else "csv"
        files[f"matomo/matomo_{device.removeprefix('matomo-')}_{name}.{form}"] = written
    return files


def _shown(counts: Counts, names: str) -> list[object]:
    """The values of a row: raw under Matomo's own names, dressed under translated ones."""
    visits = counts["visits"]
    a_visit = counts["seconds"] // visits
    space, comma = ("\xa0", ",") if names == "french" else ("", ".")
    rate = f"{round(100 * counts['bounces'] / visits)}{space}%"
    actions = f"{counts['actions'] / visits:.1f}"
    dressed: dict[str, object] = {**counts, "bounce_rate": rate}
    if names == "codes":
        dressed |= {"actions_a_visit": float(actions), "seconds_a_visit": a_visit}
    else:
        dressed["actions_a_visit"] = actions.replace(".", comma)
        dressed["seconds_a_visit"] = f"{a_visit // 60} min {a_visit % 60:02d}s"
    return [dressed[name] for name in _DECLARED["columns"][names]]


def _dataset(device: str, monthly: dict[str, Counts]) -> Files:
    name, title = _DECLARED["datasets"][device]
    stats = [
        {"month": month, "visits": counts["visits"], "downloads": counts["downloads"]}
        for month, counts in monthly.items()
    ]
    values = {
        "id": hashlib.sha256(device.encode("utf-8")).hexdigest()[:24],
        "organisation": hashlib.sha256(b"organisation").hexdigest()[:24],
        "visits": sum(counts["visits"] for counts in monthly.values()),
        "downloads": sum(counts["downloads"] for counts in monthly.values()),
        **{"title": title, "device": device, "stats": stats},
        **{"first": min(monthly), "last": max(monthly)},
    }
    content = formats.filled(_DECLARED["dataset"], values)
    return {f"datagouv/{name}": formats.to_json(content, indent=2)}


def _truths(device: str, daily: dict[str, dict[str, Counts]], monthly: dict[str, Counts]) -> Truths:
    about = {"kind": "visits", "product": SITES[device].product, "device": device}
    by_month: list[Truth] = []
    by_quarter: dict[str, dict[str, Any]] = {}
    for month, counts in monthly.items():
        days = list(calendar.days_of(month))
        expected = 0.0
        for day in days:  # not by sum(), whose last digit Python 3.12 has changed
            expected += expected_visits(device, day)
        complete = len(daily[month]) == len(days)
        totals = {"expected": round(expected), "value": counts["visits"]}
        by_month.append({**about, "month": month, "complete": complete, **totals})
        quarter = calendar.quarter_of(month)
        start = {**about, "quarter": quarter, "complete": True, "value": 0}
        whole = by_quarter.setdefault(quarter, start)
        whole["value"] += counts["visits"]
        whole["complete"] = whole["complete"] and complete and quarter <= str(calendar.LAST)
    return {"visits_by_month": by_month, "visits_by_quarter": list(by_quarter.values())}
