"""Audience: visits and downloads by month and quarter, and their change on a year."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, month_days, months_between
from observlib.estimates import LOW_BASE
from observlib.indicators.answers import SUBJECT, by_device
from observlib.indicators.families import counted, estimated
from observlib.records.sheets import Changes, measured_since

HISTORY = 25  # quarters: six years and the one that is compared
_YEAR = 4  # quarters, and the least changes on a year: one of each season


@counted
def monthly_counts(
    audience: pd.DataFrame, first: str, last: str, measure: str = "visits"
) -> Iterator[estimates.Row]:
    """Estimates of a measure by device and month, from a device's own first month on.

    A month is `partial` where days are absent, the export was made before its end or an area lacks
    (see `months_lacking`), or it is a device's last and below half of the least of the twelve
    before, as one of an export made during it; `missing` without any row inside a series.
    """
    rows = audience[audience[measure].notna()]
    rows = rows.assign(month=rows["start"].dt.strftime("%Y-%m"))
    for passport, series in by_device(rows):
        by_month = series.groupby("month").agg(value=(measure, "sum"))
        days, lacking = _whole_days(series), months_lacking(series, measure, _whole_days)
        end = by_month.index[-1]
        for month in months_between(max(first, by_month.index[0]), min(last, end)):
            row = {**passport, "indicator": measure, "period": month}
            if month not in by_month.index:
                yield {**row, "status": "missing"}
                continue
            value = float(by_month.at[month, "value"])
            whole = days[month] == month_days(month) and month not in lacking
            before = by_month.loc[by_month.index < month, "value"].tail(12)
            cut = month == end and len(before) == 12 and value < 0.5 * before.min()
            status = "published" if whole and not cut else "partial"
            yield {**row, "estimate": value, "n": value or None, "status": status}


def _whole_days(rows: pd.DataFrame) -> dict[str, int]:
    """How many days of each month are told whole; those of several areas are the same days."""
    told: defaultdict[str, int] = defaultdict(int)
    still_open: defaultdict[str, int] = defaultdict(int)
    spans = rows[["month", "start", "end", "complete"]].drop_duplicates()
    for month, start, end, complete in spans.itertuples(index=False):
        days = (1 << end.day) - (1 << start.day - 1)  # a bit a day
        (told if complete else still_open)[month] |= days
    return {m: (told[m] & ~still_open[m]).bit_count() for m in {*told, *still_open}}


def months_lacking(
    rows: pd.DataFrame,
    measure: str,
    days: Callable[[pd.DataFrame], dict[str, int]] | None = None,
) -> set[str]:
    """The months in which an area lacks, by which the sum of all areas is not the whole.

    One that counted 30 or more in its last month does not count none by chance; after a month
    without it, it is taken to be no more. One that counted 30 a day lacks where it has not all
    `days`.

    >>> rows = pd.DataFrame({"month": ["2026-01", "2026-01", "2026-02"], "visits": [50, 40, 60]})
    >>> months_lacking(rows.assign(area=["01", "2A", "2A"]), "visits")
    {'2026-02'}
    """
    if "area" not in rows:
        return set()
    lacking: set[str] = set()
    last = rows["month"].max()
    for _, own in rows[rows["area"].notna()].groupby("area"):
        values = own.groupby("month")[measure].sum().to_dict()
        whole = days(own) if days else {}
        end, known, before = max(values), 0.0, ""
        for month in months_between(min(values), last):
            if month in values:
                if days and before and known >= LOW_BASE * month_days(before):
                    lacking |= {month} if whole[month] < month_days(month) else set()
                known, before = float(values[month]), month
            elif known >= LOW_BASE:
                lacking.add(month)
                if month > end:
                    break
    return lacking


@counted
def quarterly_counts(
    audience: pd.DataFrame, quarters: Sequence[Quarter], measure: str = "visits"
) -> Iterator[estimates.Row]:
    """A measure by device and quarter, the sum of its months: `partial` where one is partial or
    missing, and `missing` where none has data."""
    months = monthly_counts(audience, quarters[0].months[0], quarters[-1].months[2], measure)
    for passport, series in by_device(months):
        by_month = series.set_index("period")
        for quarter in quarters:
            inside = by_month.loc[by_month.index.isin(quarter.months)]
            shown = inside["status"].isin(["published", "partial"])
            row = {**passport, "indicator": measure, "period": quarter}
            if not shown.any():
                withheld = (inside["status"] == "suppressed").any()
                yield {**row, "status": "suppressed" if withheld else "missing"}
                continue
            value = inside.loc[shown, "estimate"].sum()
            whole = (inside["status"] == "published").sum() == 3
            status = "published" if whole else "partial"
            yield {**row, "estimate": value, "n": value or None, "status": status}


@estimated
def change_on_year(quarters: pd.DataFrame, changes: Changes = ()) -> Iterator[estimates.Row]:
    """Change on a year, in %, of the latest quarter, and of those whose namesake is in the frame;
    `missing` where one of the two is partial, missing, before a device's first or measured in
    another way."""
    subject = ["indicator", *SUBJECT, "group", "group_value"]
    latest = quarters["period"].max()
    for names, series in quarters.groupby(subject, sort=True):
        by_period = series.set_index("period")
        about = dict(zip(subject, names, strict=True)) | {"indicator": f"{names[0]}_yoy"}
        for period in by_period.index:
            earlier = Quarter(period) - 4
            if earlier not in by_period.index and period != latest:
                continue
            both = by_period.reindex([period, earlier])
            now, then = both["estimate"]
            ways = {measured_since({**about, "period": x}, changes) for x in both.index}
            comparable = (both["status"] == "published").all() and then > 0 and len(ways) == 1
            value = {"estimate": 100 * (now / then - 1)} if comparable else {"status": "missing"}
            yield {**about, "period": period, "unit": "%", **value}


def usual_change(counts: Sequence[float], ways: Sequence[Any] = ()) -> tuple[float, float]:
    """How much a count usually differs from that of a year before: standard error and its df.

    The root mean square of its relative changes on a year that had ended a year before (those of
    the last three quarters hold part of the change that is looked for), and never less than what
    people who come one by one make (Poisson: the root of the sum of both counts).

    Changes of a count that drifts resemble each other by ρ = 1 − k/4, k quarters apart: n of them
    are worth n²/Σρ² (G. E. P. Box, *Annals of Mathematical Statistics* 25 (1954), 290–302).

    `counts` are by quarter, the oldest first, NaN where not known; from fewer than four changes the
    error is infinite, and its df 0. A change between two `ways` of measuring is none of the usual
    ones.

    >>> se, df = usual_change([1000, 1000, 1000, 1000, 1100, 900, 1100, 900, 1100, 0, 0, 0, 1300])
    >>> round(se, 1), round(df, 1)
    (98.4, 2.2)
    """
    values = np.asarray(counts, dtype=float)
    now, then = values[-1], values[-1 - _YEAR]
    with np.errstate(divide="ignore", invalid="ignore"):
        earlier = values[_YEAR:-_YEAR] / values[: -2 * _YEAR] - 1
    earlier[[x != y for x, y in zip(ways[_YEAR:-_YEAR], ways, strict=False)]] = math.nan
    at = np.flatnonzero(np.isfinite(earlier))
    if len(at) < _YEAR:
        return math.inf, 0.0
    alike = np.clip(1 - np.abs(np.subtract.outer(at, at)) / _YEAR, 0, 1)
    usual = float(then) * math.sqrt(np.mean(earlier[at] ** 2))
    return max(usual, math.sqrt(now + then)), len(at) ** 2 / float(np.sum(alike**2))
