"""Months freed of season and calendar: their values, pace, changes of level and odd months."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter, length_deviation
from observlib.catalogue import Catalogue
from observlib.indicators import answers, counts, pairs
from observlib.indicators.families import estimated, family
from observlib.stats.series import interrupted, regression
from observlib.stats.survey.comparison import verdict
from observlib.stats.survey.differences import adjust, common_level, detectable_of_interval

_FIRST = "2000-01"  # before any count: a season is told from all that is known
_PACE_OVER = 24  # months, the latest, on which a pace is measured
_PACE_LEAST = 12  # of one level, without which none is
_WHY = {
    "short": f"moins de {interrupted.TWO_SEASONS} mois complets",
    "gaps": "plus d'un mois sur dix incomplet ou absent",
    "unsearched": f"moins de {interrupted.THREE_SEASONS} mois complets",
    "level": f"moins de {_PACE_LEAST} mois depuis la rupture",
    "irregular": "mois trop irréguliers",
}


class _Slope(NamedTuple):
    """A pace before it is tested with the others: its regression, and what of it is the pace."""

    passport: estimates.Row
    fitted: regression.Fit
    yearly: regression.Array


@estimated
def adjusted(months: pd.DataFrame, catalogue: Catalogue) -> Iterator[estimates.Row]:
    """Counts by month without their season and calendar, and what is then out of line."""
    slopes: dict[str, list[_Slope]] = {}
    together = _searched_together(months)
    for (indicator, unit, *subject), rows in months.groupby(
        ["indicator", "unit", *answers.SUBJECT], sort=True
    ):
        by_month = rows.sort_values("period").set_index("period")
        passport = dict(zip(answers.SUBJECT, subject, strict=True))
        channel = passport["channel"]
        done = interrupted.seasonally_adjusted(
            by_month["estimate"],
            by_month["status"] == "partial",
            together=together.get(channel, 1),
        )
        for row in _rows(done, f"{indicator}_adjusted", str(unit)):
            yield {**passport, **row}
        if done.status == "missing":
            continue
        passport |= {"indicator": "pace", "unit": "%"}
        slope = _slope(done, passport)
        if isinstance(slope, _Slope):
            slopes.setdefault(channel, []).append(slope)
        else:
            yield {**passport, **_missing(str(done.months["month"].iat[-1]), slope)}
    margin = catalogue.indicators["pace"].matters or 0.0
    for channel, found in slopes.items():
        yield from _paces(found, channel, margin)


def _searched_together(months: pd.DataFrame) -> dict[str, int]:
    """How many series of each channel have months enough for changes of level."""
    whole = months[(months["status"] != "partial") & (months["estimate"] > 0)]
    long = (
        whole.groupby(["indicator", "unit", *answers.SUBJECT]).size() >= interrupted.THREE_SEASONS
    )
    return {str(channel): int(n) for channel, n in long.groupby("channel").sum().items() if n}


def _rows(done: interrupted.Adjustment, name: str, unit: str) -> Iterator[estimates.Row]:
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
        row = {"indicator": "level_change", "unit": "%", "period": change["month"]}
        ends = {"ci_low": change["ci_low"], "ci_high": change["ci_high"]}
        yield {**row, "estimate": change["size"], **ends}
    for odd in done.outliers.to_dict("records"):
        row = {"indicator": "outlier", "unit": "%", "period": odd["month"]}
        yield {**row, "estimate": odd["size"]}


def _missing(month: str, why: str) -> estimates.Row:
    return {"period": month, "status": "missing", "group": "reason", "group_value": _WHY[why]}


def _slope(done: interrupted.Adjustment, passport: estimates.Row) -> _Slope | str:
    """The slope of the logarithms of the latest months, or why there is none, of `_WHY`.

    Fitted at once with season and working days: a slope of adjusted values would seem too sure.
    """
    every = done.months
    kept = (every["adjusted"] > 0) & ~every["month"].isin(done.outliers["month"])
    months = list(every.loc[kept, "month"])
    times = regression.positions(months)
    starts = [regression.position(str(month)) for month in done.changes["month"]]
    begin = max([times[-1] - _PACE_OVER + 1, times[0], *starts])
    if (times >= begin).sum() < _PACE_LEAST:
        return "level" if starts else "gaps"
    ramps = [regression.step_and_ramp(times, start) for start in starts]
    if begin not in starts and (times < begin).sum() >= _PACE_LEAST:
        ramps.append(regression.step_and_ramp(times, begin)[:, 1:])
    slopes = [times - float(begin), *(ramp[:, -1] for ramp in ramps)]
    steps = [ramp[:, 0] for ramp in ramps if ramp.shape[1] == 2]
    others = [np.ones(len(times)), *steps]
    columns = np.column_stack(
        [*slopes, *others, regression.season(months, 6), regression.working(months)]
    )
    if columns.shape[0] < columns.shape[1] + 3 or np.linalg.matrix_rank(columns) < columns.shape[1]:
        return "gaps"
    lengths = np.array([length_deviation(month) for month in months])
    logs = np.log(every.loc[kept, "value"].to_numpy(dtype=float)) - lengths
    fitted = regression.fit(logs, columns, times)
    yearly = np.where(np.arange(columns.shape[1]) < len(slopes), 12.0, 0.0)
    if _detectable(fitted, yearly, 0.95) > interrupted.TWICE:
        return "irregular"
    span = f"{months[int(np.argmax(times >= begin))]}/{months[-1]}"
    return _Slope({**passport, "period": span}, fitted, yearly)


def _paces(slopes: list[_Slope], channel: str, margin: float) -> Iterator[estimates.Row]:
    """All paces of a channel, tested as one family."""
    alone = [regression.contrast(slope.fitted, slope.yearly) for slope in slopes]
    p_values = [found.p for found in alone]
    level = common_level(p_values)
    for slope, found, p in zip(slopes, alone, adjust(p_values), strict=True):
        decides = regression.contrast(slope.fitted, slope.yearly, level)
        low, high = _percent(decides.low), _percent(decides.high)
        outcome = verdict(low, high, margin, holds=bool(p <= 0.05))
        yield {
            **slope.passport,
            "estimate": _percent(found.estimate),
            "ci_low": _percent(found.low),
            "ci_high": _percent(found.high),
            "group": "verdict",
            "group_value": estimates.EVOLVED[outcome],
        }
        if outcome == "unknown":
            seen = _percent(_detectable(slope.fitted, slope.yearly, level))
            yield {**slope.passport, "indicator": "detectable_pace", "estimate": seen}
    last = max(slope.passport["period"][-7:] for slope in slopes)
    values = {"period": last, "unit": "%", "estimate": 100 * level}
    yield {"indicator": "pace_level", "channel": channel, **values}


def _detectable(fitted: regression.Fit, combination: regression.Array, level: float) -> float:
    """The smallest logarithm that would have been found 8 times in 10."""
    found = regression.contrast(fitted, combination, level)
    return detectable_of_interval(found.low, found.high, level)


def _percent(logarithm: float) -> float:
    return 100 * float(np.expm1(logarithm))


@family("visits")
def estimate_visits(
    audience: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Visits and downloads of nine quarters, with their change on a year; visits by month."""
    quarters = quarter.back(9)
    by_quarter = counts.quarterly_counts(audience, quarters)
    by_month = counts.monthly_counts(audience, _FIRST, quarter.months[2])
    rows = [
        by_quarter,
        counts.change_on_year(by_quarter, catalogue.changes.values()),
        counts.quarterly_counts(audience, quarters, "downloads"),
        by_month,
    ]
    past = counts.quarterly_counts(audience, quarter.back(counts.HISTORY))
    before = pairs.counted_pairs(by_quarter, quarter, past, catalogue.changes.values())
    return estimates.combine(rows), pairs.tested(catalogue, before)


@family("adjusted_visits")
def adjusted_visits(visits: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Visits by month without their season (see `adjusted`), and what is then out of line."""
    by_month = visits["period"].str.fullmatch(r"\d{4}-\d{2}") & (visits["indicator"] == "visits")
    return adjusted(visits[by_month], catalogue)


# --- What its sentences ask


def _shown(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The published estimates of an indicator, in the order of their periods."""
    rows = frame[(frame["indicator"] == indicator) & (frame["status"] == "published")]
    return rows.sort_values("period", kind="stable")


def _not_made(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The series of which an indicator could not be computed: `group_value` is why."""
    return frame[(frame["indicator"] == indicator) & (frame["group"] == "reason")]


def _adjusted(frame: pd.DataFrame) -> str:
    """The adjusted count that a frame is about."""
    names = frame.loc[frame["indicator"].str.endswith("_adjusted"), "indicator"]
    return str(names.iat[0]) if len(names) else "visits_adjusted"


def _were_searched(frame: pd.DataFrame) -> bool:
    """Whether changes were looked for in some series."""
    adjusted = _shown(frame, _adjusted(frame))
    return bool(set(adjusted["device"]) - set(_not_made(frame, "level_change")["device"]))
