"""Matomo's Reporting API: the visits of a site, by day, week or month.

`API.get` is asked, whose JSON is kept as it is, without the metrics that are not read; for the
loader `matomo_csv` it is written as the CSV that Matomo makes of it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from observlib.base.errors import UsageError
from observlib.catalogue import Device
from observlib.desk.fetching.web import Page, Records, Server, Source, answering_as, ask, server

METRICS = (
    "nb_visits", "nb_uniq_visitors", "nb_actions", "nb_downloads", "bounce_count",
    "sum_visit_length",
)  # fmt: skip
_PERIODS = {"continuous": "day", "daily": "day", "weekly": "week"}


def source(device: Device, since: date, today: date) -> Source:
    """The visits of a device's site from a day on, by its `frequency`.

    Only of periods that have ended: who ingests the file later would take a part for the whole.
    Days are asked for a month at a time, weeks and months a year at a time.
    """
    matomo = server("Matomo", "TOKEN")
    period = _PERIODS.get(device.frequency, "month")
    spans = list(_spans(since, _last(period, today), 1 if period == "day" else 12))
    if not spans:
        raise UsageError(f"--since {since}: no {period} has begun and ended since; give an earlier")
    asked = {
        "url": matomo.url, "site": device.site_id, "period": period, "loader": device.loader,
        "since": since.isoformat(),
    }  # fmt: skip

    def pages(cursor: Any) -> Iterator[Page]:
        first = cursor or spans[0][0].isoformat()
        for place, span in enumerate(spans, 1):
            if span[0].isoformat() >= first:
                after = spans[place][0].isoformat() if place < len(spans) else None
                yield Page(_visits(matomo, device, period, span), after, place, len(spans))

    return Source(matomo.host, asked, pages, _csv if device.loader == "matomo_csv" else _json)


def _last(period: str, today: date) -> date:
    """The last day of the last period that has ended.

    Examples
    --------
    >>> [str(_last(period, date(2026, 3, 4))) for period in ("day", "week", "month")]
    ['2026-03-03', '2026-03-01', '2026-02-28']
    """
    days = {"day": 1, "week": today.isoweekday(), "month": today.day}
    return today - timedelta(days=days[period])


def _spans(first: date, last: date, months: int) -> Iterator[tuple[date, date]]:
    """Days in spans of so many months, which divide a year.

    Examples
    --------
    >>> [f"{a} {b}" for a, b in _spans(date(2025, 11, 15), date(2026, 1, 3), 12)]
    ['2025-11-15 2025-12-31', '2026-01-01 2026-01-03']
    """
    while first <= last:
        month = first.month - (first.month - 1) % months + months
        following = date(first.year + month // 13, (month - 1) % 12 + 1, 1)
        yield first, min(following - timedelta(days=1), last)
        first = following


def _visits(
    matomo: Server, device: Device, period: str, span: tuple[date, date]
) -> dict[str, dict[str, Any]]:
    """The metrics of each period of a span."""
    form: dict[str, str | int] = {
        "module": "API", "method": "API.get", "format": "JSON", "idSite": device.site_id or 0,
        "period": period, "date": f"{span[0]},{span[1]}", "columns": ",".join(METRICS),
        "format_metrics": 0, "token_auth": matomo.keys[0],
    }  # fmt: skip
    found = ask(matomo, "index.php", form=form, said=_fault)
    with answering_as(matomo):
        for key in found:
            date.fromisoformat((key + "-01")[:10])  # else it is no period
        return {key: _metrics(told) for key, told in found.items()}


def _metrics(told: Any) -> dict[str, Any]:
    """What is read of a period's metrics: none, where Matomo says `[]`."""
    return {name: value for name, value in told.items() if name in METRICS} if told else {}


def _fault(answer: Any) -> str:
    if isinstance(answer, dict) and answer.get("result") == "error":
        return str(answer.get("message") or "error")
    return ""


def _json(records: Records) -> Iterator[str]:
    """As `format=JSON`: an object of periods."""
    yield json.dumps({period: metrics or [] for period, metrics in records()})


def _csv(records: Records) -> Iterator[str]:
    """As `format=CSV`: a row a period, of zeros where there were no visits."""
    told = {name for _, metrics in records() for name in metrics}
    names = [name for name in METRICS if name in told] or ["nb_visits"]
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["date", *names])
    for period, metrics in records():
        rows.writerow([period, *(metrics.get(name, "" if metrics else 0) for name in names)])
    yield written.getvalue()
