"""Calls: how many are answered, how long callers wait, what they ask, and when they call.

Calls by half hour are counted whole: answer and abandonment rates have no interval. Waits and
themes are those of the calls logged one by one, which tell of the calls alike: they have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, month_days, months_between
from observlib.confidentiality.differencing import withheld_parts
from observlib.confidentiality.disclosure import protect
from observlib.indicators.answers import (
    SUBJECT,
    by_device,
    count,
    period_status,
    quarter_of,
    times,
    with_interval,
    with_quarters_withheld,
    within,
)
from observlib.indicators.counts import months_lacking
from observlib.stats.survey.quantiles import quantile_interval

_WEEK = 7  # days, without any call in which a month is not whole
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def quarterly(
    calls: pd.DataFrame,
    intervals: pd.DataFrame,
    quarters: Sequence[Quarter],
    waits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Calls offered, answered and abandoned, and waits, by device and quarter.

    Examples
    --------
    >>> half_hours = pd.DataFrame(
    ...     {
    ...         "device": "d", "product": "p", "channel": "phone", "source": "d@1",
    ...         "date": pd.to_datetime(["2026-07-01", "2026-08-01", "2026-09-01"]),
    ...         "offered": [40, 30, 30], "answered": [30, 30, 20], "abandoned": [10, 0, 10],
    ...     }
    ... )
    >>> from observlib.catalogue import tables
    >>> none = tables.empty("calls").assign(source="")
    >>> found = quarterly(none, half_hours, [Quarter(2026, 3)])
    >>> found[["indicator", "estimate"]].values.tolist()
    [['calls_offered', 100.0], ['answer_rate', 80.0], ['abandonment_rate', 20.0]]
    """
    made: list[dict[str, Any]] = []
    for passport, rows in by_device(_counted(calls, intervals)):
        of, lacking = quarter_of(rows["date"]), months_lacking(rows, "offered")
        for quarter in quarters:
            inside = rows[of == str(quarter)]
            status = _whole(inside["date"], quarter)
            if status == "published" and lacking & {*quarter.months}:
                status = "partial"
            made += _sums(inside, {**passport, "period": str(quarter), "status": status})
    made += _waits(calls if waits is None else waits, quarters)
    return protect(made, personal=False)


def monthly(calls: pd.DataFrame, intervals: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Calls offered, answered and abandoned by device and month, for series in time.

    Where a month has too few calls to be shown, neither are its quarter's other months.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-07-01", "2026-07-28", "2026-08-03", "2026-08-20"])
    >>> half_hours = pd.DataFrame(
    ...     {
    ...         "device": "d", "product": "p", "channel": "phone", "source": "d@1",
    ...         "date": days, "offered": 40, "answered": 30, "abandoned": 10,
    ...     }
    ... )
    >>> from observlib.catalogue import tables
    >>> none = tables.empty("calls").assign(source="")
    >>> found = monthly(none, half_hours, "2026-01", "2026-12")
    >>> found[found["indicator"] == "calls_offered"][["period", "status"]].values.tolist()
    [['2026-07', 'published'], ['2026-08', 'partial']]
    """
    made: list[dict[str, Any]] = []
    for passport, rows in by_device(_counted(calls, intervals)):
        of, lacking = rows["month"], months_lacking(rows, "offered")
        begins, ends = rows["date"].min(), rows["date"].max()
        for month in months_between(max(first, of.min()), min(last, of.max())):
            inside = rows[of == month]
            late = f"{begins:%Y-%m}" == month and begins.day > _WEEK
            early = f"{ends:%Y-%m}" == month and ends.day <= month_days(month) - _WEEK
            status = "partial" if late or early or month in lacking else "published"
            made += _sums(inside, {**passport, "period": month, "status": status})
    return with_quarters_withheld(protect(made, personal=False))


def _counted(calls: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Half hours, and the calls of products that have none, one by one."""
    counts = _counts(intervals)
    logged = calls[~calls["product"].isin(set(intervals["product"].dropna()))]
    if logged.empty:
        return counts
    offered, is_answered = times(logged), logged["outcome"] == "answered"
    answered = offered.where(is_answered, 0)
    alone = logged.assign(offered=offered, answered=answered, abandoned=offered - answered)
    return pd.concat([counts, _counts(alone)])


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["offered", "answered", "abandoned"]
    counted = rows[[*SUBJECT, "date", *columns]].astype(dict.fromkeys(columns, float))
    return counted.assign(month=rows["date"].dt.strftime("%Y-%m"), area=rows.get("area"))


def _sums(rows: pd.DataFrame, about: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Calls offered over a period, and the rates of those answered and abandoned."""
    offered, answered, abandoned = rows[["offered", "answered", "abandoned"]].sum()
    for name, unit, value in (
        ("calls_offered", "", offered),
        ("answer_rate", "%", 100 * answered / (offered or 1)),
        ("abandonment_rate", "%", 100 * abandoned / (offered or 1)),
    ):
        known = {"estimate": value} if offered else {"status": "missing"}
        yield {**about, "n": offered, "indicator": name, "unit": unit, **known}


def _whole(dates: pd.Series, quarter: Quarter) -> str:
    """A count of all calls is whole where each month of the quarter has some."""
    if not len(dates):
        return "missing"
    return "published" if set(dates.dt.strftime("%Y-%m")) >= set(quarter.months) else "partial"


def _waits(calls: pd.DataFrame, quarters: Sequence[Quarter]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for passport, answered in by_device(within(calls[calls["outcome"] == "answered"], quarters)):
        for quarter in quarters:
            given = answered[answered["quarter"] == str(quarter)]
            row = {
                **passport,
                "period": str(quarter),
                "status": period_status(given, [quarter]),
            }
            known = given[given["wait"].notna()]
            seconds, each = known["wait"].astype(float).to_numpy(), times(known).to_numpy()
            row |= {"n": count(known), "n_eff": count(known)}
            for name, p in (("wait_median", 0.5), ("wait_p90", 0.9)):
                value = {"status": "missing"}
                if len(known):
                    value = with_interval(*quantile_interval(seconds, p, times=each)) or value
                made.append({**row, "indicator": name, **value})
    return made


def calls_by_hour(intervals: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Mean calls offered in each hour, and in each hour of each weekday, over the open days."""
    rows = within(intervals, [quarter])
    local = rows["moment"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    rows = rows.assign(weekday=rows["date"].dt.day_of_week, hour=local.dt.hour)
    made: list[dict[str, Any]] = []
    for passport, offered in by_device(rows):
        status = _whole(offered["date"], quarter)
        passport |= {"indicator": "calls_an_hour", "period": str(quarter), "status": status}
        cells = offered.groupby(["weekday", "hour"], sort=True)["offered"].sum().astype(float)
        hours = cells.groupby("hour").sum()
        withheld = withheld_parts({int(str(hour)): calls for hour, calls in hours.items()})
        hidden = withheld | set(
            cells[cells.between(1, estimates.MINIMUM_PEOPLE - 1)].index.unique("hour")
        )
        days = offered.groupby("weekday")["date"].nunique()
        for hour, total in hours.items():
            row = {**passport, "group": "hour", "group_value": f"{hour}\xa0h"}
            made.append(_mean(row, total, int(days.sum()), hour in withheld))
        for (weekday, hour), total in cells.items():
            name = f"{WEEKDAYS[weekday]} · {hour}\xa0h"
            row = {**passport, "group": "weekday_hour", "group_value": name}
            made.append(_mean(row, total, int(days[weekday]), hour in hidden))
    return protect(made, low_base=0, personal=False)


def _mean(row: dict[str, Any], total: float, days: int, hidden: bool) -> dict[str, Any]:
    if hidden:
        return {**row, "status": "suppressed"}
    return {**row, "estimate": total / days, "n": total}


def per_visits(offered: pd.DataFrame, visits: pd.DataFrame, product: str) -> pd.DataFrame:
    """Calls offered for 1,000 visits of the site that the phone line stands behind."""
    sites = visits[(visits["product"] == product) & (visits["channel"] == "web")]
    complete = sites[sites["status"] == "published"].groupby("period")["estimate"].sum()
    made: list[dict[str, Any]] = []
    for row in offered[offered["indicator"] == "calls_offered"].to_dict("records"):
        about = {key: row[key] for key in (*SUBJECT, "period")}
        base = float(complete.get(row["period"], 0.0))
        rate: dict[str, Any] = {"status": "missing"}
        if row["status"] == "published" and base > 0:
            rate = {"estimate": 1000 * row["estimate"] / base, "n": row["estimate"]}
        made.append({**about, "indicator": "calls_per_1000_visits", **rate})
    return protect(made, personal=False)
