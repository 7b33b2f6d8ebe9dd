"""Months freed of season and calendar: their values, pace, changes of level and odd months."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.indicators._answers import SUBJECT
from observlib.series import design
from observlib.series.adjustment import (
    THREE_SEASONS,
    TWO_SEASONS,
    Adjustment,
    seasonally_adjusted,
)
from observlib.series.regression import contrast, fit
from observlib.working_days import length_deviation

PACE_OVER = 24  # months, the latest, on which a pace is measured
_PACE_LEAST = 12  # of one level, without which none is
_WHY = {
    "short": f"moins de {TWO_SEASONS} mois complets",
    "gaps": "plus d'un mois sur dix incomplet ou absent",
    "unsearched": f"moins de {THREE_SEASONS} mois complets",
    "level": f"moins de {_PACE_LEAST} mois depuis la rupture",
}


def adjusted(months: pd.DataFrame) -> pd.DataFrame:
    """Counts by month without their season and calendar, and what is then out of line.

    Parameters
    ----------
    months
        Estimates of one count by device and month, such as those of `audience.monthly`: the
        longer, the better.

    Returns
    -------
    DataFrame
        Estimates, for each device, of

        - `visits_adjusted` (of `visits`), by month, in the unit of the count; `missing` where the
          month is partial or absent;
        - `level_change` (%, with its 95 % interval), a row a change, whose period is the first
          month of the new level;
        - `outlier` (%), a row a month that stands alone: its distance from what was expected;
        - `pace` (% a year, with its 95 % interval): the slope over the latest 24 months,
          or since the last change of level, once season and calendar are out. Its period is
          `first/last`.

        What cannot be told is one `missing` row at the last month, whose `group` is `reason` and
        whose `group_value` says why in French: no `visits_adjusted` of a series of fewer than 24
        complete months or with too many gaps, no `level_change` (nor outlier) searched in fewer
        than 36, no `pace` of fewer than 12 months of one level.

    Examples
    --------
    >>> row = {"indicator": "visits", "unit": "visites", "device": "d"}
    >>> visits = estimates.make(
    ...     {**row, "period": f"{2023 + i // 12}-{i % 12 + 1:02d}", "estimate": 1000.0 + i}
    ...     for i in range(20)
    ... )
    >>> adjusted(visits)[["indicator", "period", "status", "group_value"]].values.tolist()
    [['visits_adjusted', '2024-08', 'missing', 'moins de 24 mois complets']]
    """
    made: list[dict[str, Any]] = []
    for (indicator, unit, *subject), rows in months.groupby(
        ["indicator", "unit", *SUBJECT], sort=True
    ):
        by_month = rows.sort_values("period").set_index("period")
        done = seasonally_adjusted(by_month["estimate"], by_month["status"] == "partial")
        passport = dict(zip(SUBJECT, subject, strict=True))
        made += [{**passport, **row} for row in _rows(done, f"{indicator}_adjusted", str(unit))]
    return estimates.make(made)


def _rows(done: Adjustment, name: str, unit: str) -> Iterator[dict[str, Any]]:
    last = str(done.months["month"].iat[-1])
    if done.status == "missing":
        yield {"indicator": name, "unit": unit, **_missing(last, done.reason)}
        return
    for month, value in zip(done.months["month"], done.months["adjusted"], strict=True):
        known = {"estimate": value} if np.isfinite(value) else {"status": "missing"}
        yield {"indicator": name, "unit": unit, "period": month, **known}
    if not done.searched:
        yield {"indicator": "level_change", "unit": "%", **_missing(last, "unsearched")}
    for change in done.changes.to_dict("records"):
        ends = {"ci_low": change["ci_low"], "ci_high": change["ci_high"]}
        yield {
            "indicator": "level_change", "unit": "%", "period": change["month"],
            "estimate": change["size"], **ends,
        }  # fmt: skip
    for odd in done.outliers.to_dict("records"):
        yield {
            "indicator": "outlier", "unit": "%", "period": odd["month"], "estimate": odd["size"],
        }  # fmt: skip
    yield {"indicator": "pace", "unit": "%", **_pace(done, last)}


def _missing(month: str, why: str) -> dict[str, Any]:
    return {"period": month, "status": "missing", "group": "reason", "group_value": _WHY[why]}


def _pace(done: Adjustment, last: str) -> dict[str, Any]:
    """The slope of the logarithms of the latest months, in % a year.

    Season, working days and slope are fitted at once, on all months and with a slope of their own
    before: a slope of adjusted values would pass over what is not known of the season.
    """
    every = done.months
    kept = (every["adjusted"] > 0) & ~every["month"].isin(done.outliers["month"])
    months = list(every.loc[kept, "month"])
    times = design.positions(months)
    starts = [design.position(str(month)) for month in done.changes["month"]]
    begin = max([times[-1] - PACE_OVER + 1, times[0], *starts])
    if (times >= begin).sum() < _PACE_LEAST:
        return _missing(last, "level" if starts else "gaps")
    ramps = [design.step_and_ramp(times, start) for start in starts]
    if begin not in starts and (times < begin).sum() >= _PACE_LEAST:
        ramps.append(design.step_and_ramp(times, begin)[:, 1:])
    slopes = [times - float(begin), *(ramp[:, -1] for ramp in ramps)]
    steps = [ramp[:, 0] for ramp in ramps if ramp.shape[1] == 2]
    others = [np.ones(len(times)), *steps]
    columns = np.column_stack([*slopes, *others, design.season(months, 6), design.working(months)])
    if columns.shape[0] < columns.shape[1] + 3 or np.linalg.matrix_rank(columns) < columns.shape[1]:
        return _missing(last, "gaps")
    lengths = np.array([length_deviation(month) for month in months])
    logs = np.log(every.loc[kept, "value"].to_numpy(dtype=float)) - lengths
    yearly = np.where(np.arange(columns.shape[1]) < len(slopes), 12.0, 0.0)
    found = contrast(fit(logs, columns, times), yearly)
    estimate, low, high = 100 * np.expm1([found.estimate, found.low, found.high])
    span = f"{months[int(np.argmax(times >= begin))]}/{months[-1]}"
    return {"period": span, "estimate": estimate, "ci_low": low, "ci_high": high}
