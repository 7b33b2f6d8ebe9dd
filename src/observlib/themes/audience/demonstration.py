"""Exports of visits: Matomo's CSV and JSON, a plain monthly list, data.gouv.fr's metrics."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, normal, stream
from observlib.demo.formats import Files, Truths

WEEKDAY_FACTORS = (1.22, 1.20, 1.14, 1.12, 1.02, 0.64, 0.66)  # Monday first
NOISE = 0.03  # standard deviation of a day's visits around what is expected


@dataclass(frozen=True)
class Site:
    """A counted site: expected visits on an average day of 2023, and growth a year."""

    product: str
    per_day: int
    growth: float


SITES = {
    "matomo-service-public": Site("service-public", 900_000, 0.04),
    "matomo-entreprendre": Site("entreprendre", 60_000, 0.06),
    "matomo-legifrance": Site("legifrance", 400_000, 0.02),
    "matomo-vie-publique": Site("vie-publique", 90_000, 0.03),
    "matomo-journal-officiel": Site("journal-officiel", 30_000, 0.01),
    "audience-boamp": Site("boamp", 25_000, 0.02),
    "datagouv-bodacc": Site("bodacc", 120, 0.10),
    "datagouv-fiches": Site("service-public", 300, 0.05),
    "datagouv-annuaire": Site("annuaire", 80, 0.05),
}
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
    site = SITES[device]
    text = day.isoformat()
    if device == OUTAGE["device"] and OUTAGE["first_day"] <= text <= OUTAGE["last_day"]:
        return 0.0
    elapsed = (day.year - calendar.FIRST.year) * 12 + day.month - 1
    expected = site.per_day * (1.0 + site.growth * elapsed / 12)
    expected = expected * calendar.MONTH_FACTORS[day.month - 1] * WEEKDAY_FACTORS[day.weekday()]
    if device == BREAK["device"] and text[:7] >= BREAK["from_month"]:
        expected = expected * BREAK_FACTOR
    return expected


def changes() -> list[dict[str, Any]]:
    """What changes, and when: a loss of visits, days that were not counted, a month cut short."""
    return [
        {
            "kind": "traffic",
            "product": SITES[BREAK["device"]].product,
            **BREAK,
            "factor": BREAK_FACTOR,
        },
        {"kind": "outage", "product": SITES[OUTAGE["device"]].product, **OUTAGE},
        *(
            {
                "kind": "month_in_progress",
                "product": site.product,
                "device": name,
                "month": DUMP.isoformat()[:7],
                "last_day": DUMP.isoformat(),
            }
            for name, site in SITES.items()
            if name.startswith("datagouv-")
        ),
    ]


DEVICES = tuple(SITES)
Counts = dict[str, int]

# What each column is called: Matomo's own names, and its translations.
_CODES = {
    "visitors": "nb_uniq_visitors",
    "users": "nb_users",
    "visits": "nb_visits",
    "actions": "nb_actions",
    "converted": "nb_visits_converted",
    "bounces": "bounce_count",
    "seconds": "sum_visit_length",
    "longest": "max_actions",
    "downloads": "nb_downloads",
    "bounce_rate": "bounce_rate",
    "actions_a_visit": "nb_actions_per_visit",
    "seconds_a_visit": "avg_time_on_site",
}
_ENGLISH = {
    "visitors": "Unique visitors",
    "visits": "Visits",
    "users": "Users",
    "actions": "Actions",
    "longest": "Maximum actions in one visit",
    "bounces": "Bounces",
    "seconds": "Total time spent by visitors (in seconds)",
    "downloads": "Downloads",
    "bounce_rate": "Bounce Rate",
    "actions_a_visit": "Actions per Visit",
    "seconds_a_visit": "Avg. Visit Duration (in seconds)",
}
_FRENCH = {
    "visitors": "Visiteurs uniques",
    "visits": "Visites",
    "users": "Utilisateurs",
    "actions": "Actions",
    "longest": "Nombre maximum d'actions en une visite",
    "bounces": "Rebonds",
    "seconds": "Temps total passé par les visiteurs (en secondes)",
    "downloads": "Téléchargements",
    "bounce_rate": "Taux de rebond",
    "actions_a_visit": "Actions par visite",
    "seconds_a_visit": "Durée moy. des visites (en secondes)",
}
_DATASETS = {
    "datagouv-bodacc": ("dila_BODACC_monthly.json", "BODACC"),
    "datagouv-fiches": ("dila_fiches_service_public_monthly.json", "Fiches Service-public.fr"),
    "datagouv-annuaire": (
        "dila_annuaire_administration_monthly.json",
        "Annuaire de l'administration",
    ),
}


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one audience device, by path, and what is true of them."""
    months = calendar.MONTHS
    if device in _DATASETS:
        months = [*months, DUMP.isoformat()[:7]]
    daily = {month: _days(device, month, seed) for month in months}
    monthly = {month: _total(list(days.values())) for month, days in daily.items()}
    if device == "matomo-service-public":
        files = _daily_csv(device, daily, _ENGLISH, utf16=True)
    elif device == "matomo-entreprendre":
        files = _daily_csv(device, daily, _FRENCH, utf16=False)
    elif device == "matomo-vie-publique":
        files = _daily_json(device, daily)
    elif device == "matomo-legifrance":
        files = {
            f"matomo/matomo_legifrance_{month}.csv": formats.matomo_csv(
                [[_CODES[name] for name in _CODES], _shown(counts, _CODES)]
            )
            for month, counts in monthly.items()
        }
    elif device == "matomo-journal-officiel":
        files = _monthly_json(device, monthly)
    elif device == "audience-boamp":
        times = {month: 1 + (month == TWICE["month"]) for month in monthly}
        rows = [[m, c["visits"] * times[m], c["visitors"]] for m, c in monthly.items()]
        path = f"boamp/boamp_audience_{calendar.FIRST.year}-{calendar.LAST.year}.csv"
        files = {path: formats.table_csv([["month", "visits", "visitors"], *rows])}
    else:
        files = _dataset(device, monthly)
    return files, _truths(device, daily, monthly)


def _days(device: str, month: str, seed: int) -> dict[str, Counts]:
    """Counts of every day of a month that was measured."""
    source = stream(seed, device, month)
    last = DUMP.isoformat()
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
        if expected and day.isoformat() <= last:
            days[day.isoformat()] = counts
    return days


def _total(days: Sequence[Counts]) -> Counts:
    """Counts of a month; its visitors came several times, so they are fewer than the days'."""
    total = {name: 0 for name in days[0]}
    for day in days:
        for name, count in day.items():
            total[name] = max(total[name], count) if name == "longest" else total[name] + count
    total["visitors"] = total["visitors"] * 62 // 100
    return total


def _shown(counts: Counts, names: dict[str, str]) -> list[object]:
    """The values of a row: raw under Matomo's own names, dressed under translated ones."""
    visits = counts["visits"]
    a_visit = counts["seconds"] // visits
    space, comma = ("\xa0", ",") if names is _FRENCH else ("", ".")
    rate = f"{round(100 * counts['bounces'] / visits)}{space}%"
    actions = f"{counts['actions'] / visits:.1f}"
    dressed: dict[str, object] = {**counts, "bounce_rate": rate}
    if names is _CODES:
        dressed |= {"actions_a_visit": float(actions), "seconds_a_visit": a_visit}
    else:
        dressed["actions_a_visit"] = actions.replace(".", comma)
        dressed["seconds_a_visit"] = f"{a_visit // 60} min {a_visit % 60:02d}s"
    return [dressed[name] for name in names]


def _slug(device: str) -> str:
    return device.removeprefix("matomo-")


def _daily_csv(
    device: str, daily: dict[str, dict[str, Counts]], names: dict[str, str], utf16: bool
) -> Files:
    files = {}
    for quarter in calendar.QUARTERS:
        rows: list[list[object]] = [["Date", *names.values()]]
        for month in quarter.months:
            rows += [[day, *_shown(counts, names)] for day, counts in daily[month].items()]
        path = f"matomo/matomo_{_slug(device)}_{quarter}.csv"
        files[path] = formats.matomo_csv(rows, utf16)
    return files


def _daily_json(device: str, daily: dict[str, dict[str, Counts]]) -> Files:
    files = {}
    for quarter in calendar.QUARTERS:
        content = {
            day: dict(zip(_CODES.values(), _shown(counts, _CODES), strict=True))
            for month in quarter.months
            for day, counts in daily[month].items()
        }
        files[f"matomo/matomo_{_slug(device)}_{quarter}.json"] = formats.to_json(content)
    return files


def _monthly_json(device: str, monthly: dict[str, Counts]) -> Files:
    files = {}
    for year in range(calendar.FIRST.year, calendar.LAST.year + 1):
        content = {
            month: dict(zip(_CODES.values(), _shown(counts, _CODES), strict=True))
            for month, counts in monthly.items()
            if month.startswith(f"{year}-")
        }
        files[f"matomo/matomo_{_slug(device)}_{year}.json"] = formats.to_json(content)
    return files


def _dataset(device: str, monthly: dict[str, Counts]) -> Files:
    name, title = _DATASETS[device]
    stats = [
        {"month": month, "visits": counts["visits"], "downloads": counts["downloads"]}
        for month, counts in monthly.items()
    ]
    content = {
        "id": hashlib.sha256(device.encode("utf-8")).hexdigest()[:24],
        "title": f"{title} (démonstration, chiffres fictifs)",
        "slug": f"demonstration-{_slug(device)}",
        "organization": "Organisation fictive de démonstration",
        "organizationId": hashlib.sha256(b"organisation").hexdigest()[:24],
        "url": f"https://exemple.invalid/datasets/demonstration-{_slug(device)}/",
        "totalVisits": sum(counts["visits"] for counts in monthly.values()),
        "totalDownloads": sum(counts["downloads"] for counts in monthly.values()),
        "monthlyStats": stats,
        "firstMonth": stats[0]["month"],
        "lastMonth": stats[-1]["month"],
    }
    return {f"datagouv/{name}": formats.to_json(content, indent=2)}


def _truths(device: str, daily: dict[str, dict[str, Counts]], monthly: dict[str, Counts]) -> Truths:
    product = SITES[device].product
    by_month: list[dict[str, Any]] = []
    by_quarter: dict[str, dict[str, Any]] = {}
    for month, counts in monthly.items():
        days = list(calendar.days_of(month))
        expected = 0.0
        for day in days:
            expected += expected_visits(device, day)
        complete = len(daily[month]) == len(days)
        about = {"kind": "visits", "product": product, "device": device}
        totals = {"expected": round(expected), "value": counts["visits"]}
        by_month.append({**about, "month": month, "complete": complete, **totals})
        quarter = str(Quarter.of(date.fromisoformat(f"{month}-01")))
        start = {**about, "quarter": quarter, "complete": True, "value": 0}
        whole = by_quarter.setdefault(quarter, start)
        whole["value"] += counts["visits"]
        whole["complete"] = whole["complete"] and complete and quarter <= str(calendar.LAST)
    return {"visits_by_month": by_month, "visits_by_quarter": list(by_quarter.values())}
