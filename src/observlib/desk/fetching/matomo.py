"""Matomo's Reporting API: the visits of a site, by day, week or month.

`API.get` is asked, whose JSON is kept as it is, without the metrics that are not read; for the
loader `matomo_csv` it is written as the CSV that Matomo makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from observlib.base.errors import UsageError
from observlib.catalogue import Device
from observlib.desk.fetching.web import Page, Records, Source, as_csv, ask, server

_METRICS = (
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
    spans = _spans(since, _last(period, today), "M" if period == "day" else "Y")
    if not spans:
        raise UsageError(f"--since {since}: no {period} has begun and ended since; give an earlier")
    asked = {
        "url": matomo.url, "site": device.site_id, "period": period, "loader": device.loader,
        "since": since.isoformat(),
    }  # fmt: skip

    def pages(cursor: Any) -> Iterator[Page]:
        for place, (first, last) in enumerate(spans, 1):
            if not cursor or first.isoformat() >= cursor:
                form: dict[str, str | int] = {
                    "module": "API", "method": "API.get", "format": "JSON",
                    "idSite": device.site_id or 0, "period": period, "date": f"{first},{last}",
                    "columns": ",".join(_METRICS), "format_metrics": 0,
                    "token_auth": matomo.keys[0],
                }  # fmt: skip
                visits = ask(matomo, "index.php", form=form, read=_visits, said=_fault)
                after = spans[place][0].isoformat() if place < len(spans) else None
                yield Page(visits, after, place, len(spans))

    return Source(matomo.host, asked, pages, _csv if device.loader == "matomo_csv" else _json)


def _last(period: str, today: date) -> date:
    """The last day of the last period that has ended.

    Examples
    --------
    >>> [str(_last(period, date(2026, 3, 4))) for period in ("day", "week", "month")]
    ['2026-03-03', '2026-03-01', '2026-02-28']
    """
    found: date = (pd.Period(today, period[0].upper()) - 1).end_time.date()
    return found


def _spans(first: date, last: date, length: str) -> list[tuple[date, date]]:
    """Days in spans of months (`M`) or years (`Y`).

    Examples
    --------
    >>> [f"{a} {b}" for a, b in _spans(date(2025, 11, 15), date(2026, 1, 3), "Y")]
    ['2025-11-15 2025-12-31', '2026-01-01 2026-01-03']
    """
    if first > last:
        return []
    return [
        (max(span.start_time.date(), first), min(span.end_time.date(), last))
        for span in pd.period_range(first, last, freq=length)
    ]


def _visits(answer: Any) -> dict[str, dict[str, Any]]:
    """The metrics of each period of a span."""
    for key in answer:
        date.fromisoformat((key + "-01")[:10])  # else it is no period
    return {key: _metrics(told) for key, told in answer.items()}


def _metrics(told: Any) -> dict[str, Any]:
    """What is read of a period's metrics: none, where Matomo says `[]`."""
    return {name: value for name, value in told.items() if name in _METRICS} if told else {}


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
    names = [name for name in _METRICS if name in told] or ["nb_visits"]
    yield as_csv([["date", *names]])
    for period, metrics in records():
        yield as_csv([[period, *(metrics.get(name, "" if metrics else 0) for name in names)]])
