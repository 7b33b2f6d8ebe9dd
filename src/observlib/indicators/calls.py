"""Calls: how many are answered, how long callers wait, what they ask, and when they call.

Calls by half hour are counted whole: answer and abandonment rates have no interval. Waits and
themes are those of the calls logged one by one, which tell of the calls alike: they have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.confidentiality.differencing import withheld_parts
from observlib.confidentiality.disclosure import protect
from observlib.indicators._answers import SUBJECT, quarter_of, state, with_interval
from observlib.indicators._themes import themes as shares_of_themes
from observlib.period import Quarter
from observlib.survey.quantiles import quantile_interval

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def quarterly(
    calls: pd.DataFrame, intervals: pd.DataFrame, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """Calls offered, answered and abandoned, and waits, by device and quarter.

    Parameters
    ----------
    calls, intervals
        Tidy tables `calls` and `call_intervals` with their `source`. A product that has both is
        counted from its half hours, and its waits are those of its calls.
    quarters
        The quarters wanted, oldest first.

    Returns
    -------
    DataFrame
        Estimates of `calls_offered`, `answer_rate` and `abandonment_rate` (% of calls offered),
        `wait_median` and `wait_p90` (seconds before an answer, of answered calls), these with
        intervals between order statistics (see `survey.quantiles`). A quarter without calls in
        its last month is `partial`, without any `missing`.

    Examples
    --------
    >>> half_hours = pd.DataFrame(
    ...     {
    ...         "device": "d", "product": "p", "channel": "phone", "source": "d@1",
    ...         "date": pd.to_datetime(["2026-07-01", "2026-08-01", "2026-09-01"]),
    ...         "offered": [40, 30, 30], "answered": [30, 30, 20], "abandoned": [10, 0, 10],
    ...     }
    ... )
    >>> from observlib import tables
    >>> none = tables.empty("calls").assign(source="")
    >>> found = quarterly(none, half_hours, [Quarter(2026, 3)])
    >>> found[["indicator", "estimate"]].values.tolist()
    [['calls_offered', 100.0], ['answer_rate', 80.0], ['abandonment_rate', 20.0]]
    """
    counted = _counts(intervals)
    logged = calls[~calls["product"].isin(set(intervals["product"].dropna()))]
    if len(logged):
        answered = logged["outcome"] == "answered"
        counted = pd.concat(
            [counted, _counts(logged.assign(offered=1, answered=answered, abandoned=~answered))]
        )
    made: list[dict[str, Any]] = []
    for subject, rows in counted.groupby(SUBJECT, sort=True):
        for quarter in quarters:
            inside = rows[rows["quarter"] == str(quarter)]
            offered, answered, abandoned = inside[["offered", "answered", "abandoned"]].sum()
            common = {
                **dict(zip(SUBJECT, subject, strict=True)),
                "period": str(quarter),
                "status": _whole(inside["date"], quarter),
                "n": offered,
            }
            made.append({**common, "indicator": "calls_offered", "unit": "appels"} | (
                {"estimate": offered} if offered else {"status": "missing"}
            ))  # fmt: skip
            for name, part in (("answer_rate", answered), ("abandonment_rate", abandoned)):
                rate = {"estimate": 100 * part / offered} if offered else {"status": "missing"}
                made.append({**common, "indicator": name, "unit": "%", **rate})
    made += _waits(calls, quarters)
    return protect(pd.DataFrame(made, columns=estimates.COLUMNS), personal=False)


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["offered", "answered", "abandoned"]
    rows = rows.assign(product=rows["product"].fillna(""), quarter=quarter_of(rows["date"]))
    return rows[[*SUBJECT, "date", "quarter", *columns]].astype(dict.fromkeys(columns, float))


def _whole(dates: pd.Series, quarter: Quarter) -> str:
    """A count of all calls is whole where each month of the quarter has some."""
    if not len(dates):
        return "missing"
    return "published" if set(dates.dt.strftime("%Y-%m")) >= set(quarter.months) else "partial"


def _waits(calls: pd.DataFrame, quarters: Sequence[Quarter]) -> list[dict[str, Any]]:
    rows = calls[calls["outcome"] == "answered"]
    rows = rows.assign(product=rows["product"].fillna(""), quarter=quarter_of(rows["date"]))
    made: list[dict[str, Any]] = []
    for subject, answered in rows.groupby(SUBJECT, sort=True):
        for quarter in quarters:
            given = answered[answered["quarter"] == str(quarter)]
            for name, p in (("wait_median", 0.5), ("wait_p90", 0.9)):
                row: dict[str, Any] = {
                    **dict(zip(SUBJECT, subject, strict=True)),
                    "indicator": name,
                    "period": str(quarter),
                    "unit": "s",
                    "status": state(given["date"], [quarter]),
                    "n": len(given),
                    "n_eff": len(given),
                }
                if len(given):
                    waits = given["wait"].astype(float).to_list()
                    row |= with_interval(*quantile_interval(waits, p)) or {}
                made.append(row)
    return made


def themes(calls: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Share of each theme among a quarter's calls: estimates of `call_theme_share` (%).

    Parameters
    ----------
    calls
        Tidy table `calls` with its `source`.
    """
    return shares_of_themes(calls, "call_id", "call_theme_share", quarters)


def load(intervals: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Mean calls offered in each hour, and in each hour of each weekday, over the open days.

    Parameters
    ----------
    intervals
        Tidy table `call_intervals` with its `source`.
    quarter
        The quarter over which the mean is taken.

    Returns
    -------
    DataFrame
        Estimates of `calls_an_hour` by device; `group` = `hour` with a `group_value` such as
        "9 h", or `weekday_hour` with one such as "lundi · 9 h", in order of weekdays and hours
        of Paris; `n` is the calls behind it. An hour in which some weekday has fewer than eleven
        calls is told for all days together alone.
    """
    rows = intervals.assign(
        product=intervals["product"].fillna(""), quarter=quarter_of(intervals["date"])
    )
    rows = rows[rows["quarter"] == str(quarter)]
    local = rows["moment"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    rows = rows.assign(weekday=rows["date"].dt.day_of_week, hour=local.dt.hour)
    made: list[dict[str, Any]] = []
    for subject, offered in rows.groupby(SUBJECT, sort=True):
        passport = {
            **dict(zip(SUBJECT, subject, strict=True)),
            "indicator": "calls_an_hour",
            "period": str(quarter),
            "unit": "appels",
            "status": _whole(offered["date"], quarter),
        }
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
    return protect(pd.DataFrame(made, columns=estimates.COLUMNS), low_base=0)


def _mean(row: dict[str, Any], total: float, days: int, hidden: bool) -> dict[str, Any]:
    if hidden:
        return {**row, "status": "suppressed"}
    return {**row, "estimate": total / days, "n": total}


def per_visits(offered: pd.DataFrame, visits: pd.DataFrame, product: str) -> pd.DataFrame:
    """Calls offered for 1,000 visits of the site that the phone line stands behind.

    Parameters
    ----------
    offered
        Estimates of `calls_offered`.
    visits
        Estimates of quarterly `visits`.
    product
        The site's product.

    Returns
    -------
    DataFrame
        Estimates of `calls_per_1000_visits` by phone device and quarter; `missing` where calls or
        visits of the quarter are not complete.
    """
    sites = visits[(visits["product"] == product) & (visits["channel"] == "web")]
    complete = sites[sites["status"] == "published"].groupby("period")["estimate"].sum()
    made: list[dict[str, Any]] = []
    for row in offered[offered["indicator"] == "calls_offered"].to_dict("records"):
        about = {key: row[key] for key in ("product", "channel", "device", "period", "source")}
        base = float(complete.get(row["period"], 0.0))
        rate: dict[str, Any] = {"status": "missing"}
        if row["status"] == "published" and base > 0:
            rate = {"estimate": 1000 * row["estimate"] / base, "n": row["estimate"]}
        made.append(
            {**about, "indicator": "calls_per_1000_visits", "unit": "pour 1 000 visites", **rate}
        )
    return protect(pd.DataFrame(made, columns=estimates.COLUMNS))
