"""Monthly series: freed of their season and calendar, and what changed in them from a day on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observlib.base.period import length_deviation, months_between
from observlib.stats.series import breaks as levels
from observlib.stats.series import regression
from observlib.stats.series.regression import (
    YEAR,
    Array,
    Booleans,
    Effect,
    Fit,
    Times,
    contrast,
    position,
)

# --- The parts of a monthly series: trend with its steps, season, working days, and what is left

_ROUNDS = 3  # of every alternation: what changes afterwards is far below the noise
_Regular = Callable[[Booleans], Array]
_APART = 4.5  # standard deviations beyond which a month stands alone
_LEFT = 3.5  # standard deviations, in the end, of what is left of the others
_MOST = 8  # one month in eight at the most stands alone


class Parts(NamedTuple):
    """value = trend + seasonal + slope × working + remainder, the trend with its `changes`.

    `working`: working days less the calendar month's usual; `changes`: first positions and sizes.
    """

    trend: Array
    seasonal: Array
    slope: float
    working: Array
    remainder: Array
    outlying: Booleans
    changes: tuple[tuple[int, Effect], ...]


def decompose(values: Array, months: Sequence[str], search: bool, together: int = 1) -> Parts:
    """Take a series apart, again after each change of level that was found and taken out."""
    whole = np.isfinite(values)
    times = np.arange(len(values))
    working = regression.working(months)[:, 0]
    steps = np.zeros(len(values))
    outlying = np.zeros(len(values), dtype=bool)
    changes: list[tuple[int, Effect]] = []

    def smoothly(there: Booleans) -> Array:
        _, seasonal, slope = _smooth(values - steps, working, there)
        return seasonal + slope * working

    @cache  # most passes suspect the same dates as the one before
    def confirmed(kept: tuple[int, ...], starts: tuple[int, ...]) -> list[tuple[int, Effect]]:
        named, places = [months[i] for i in kept], np.array(kept)
        season = regression.season(named, YEAR // 2)
        other = np.column_stack([season, regression.working(named)])
        return levels.confirmed(values[places], other, places, [*starts], together)

    def changed(adjusted: Array, there: Booleans) -> list[tuple[int, Effect]]:
        kept = np.flatnonzero(there)
        starts = [int(kept[i]) for i in levels.candidates(adjusted[kept])]
        return confirmed(tuple(kept.tolist()), tuple(starts))

    first: _Regular = partial(_pilot, values)
    passes: list[_Regular] = [first, *[smoothly] * _ROUNDS] if search else []
    for regular in passes:
        outlying = _outlying(values, regular, whole)
        before = [start for start, _ in changes]
        adjusted = values - regular(whole & ~outlying)
        changes = changed(adjusted, whole & ~outlying)
        heralds = _heralds(adjusted, outlying, changes)
        if heralds.any():
            outlying &= ~heralds
            changes = changed(adjusted, whole & ~outlying)
        steps = np.zeros(len(values))
        for start, change in changes:
            steps += change.estimate * (times >= start)
        if regular is not first and [start for start, _ in changes] == before:
            break
    trend, seasonal, slope = _smooth(values - steps, working, whole & ~outlying)
    trend = trend + steps
    remainder = np.where(whole, values - trend - seasonal - slope * working, 0.0)
    rest = whole & ~outlying
    outlying &= np.abs(remainder) > _LEFT * levels.deviation(remainder[rest])
    return Parts(trend, seasonal, slope, working, remainder, outlying, tuple(changes))


def _smooth(values: Array, working: Array, there: Booleans) -> tuple[Array, Array, float]:
    """Trend, season, and the effect of a working day, of values that may have gaps."""
    times = np.arange(len(values))
    filled = np.interp(times, times[there], values[there])
    free = _stl(working)[2][there]  # what of it no trend or season can be
    slope = 0.0
    for _ in range(_ROUNDS):
        trend, seasonal, left = _stl(filled - slope * working)
        slope += float(left[there] @ free) / float(free @ free)
        filled = np.where(there, values, trend + seasonal + slope * working)
    trend, seasonal, _ = _stl(filled - slope * working)
    return trend, seasonal, slope


def _stl(values: Array) -> tuple[Array, Array, Array]:
    """Trend, season and remainder by STL; the season is the same each year."""
    from statsmodels.tsa.seasonal import STL

    # a season window far longer than the series, of degree 0, is each calendar month's mean
    found = STL(values, YEAR, seasonal=10 * len(values) + 1, seasonal_deg=0).fit()
    return found.trend, found.seasonal, found.resid


def _pilot(values: Array, there: Booleans) -> Array:
    """A first season, of medians of changes between months: one change of level moves none."""
    steps = np.where(there[1:] & there[:-1], np.diff(np.where(there, values, 0.0)), np.nan)
    calendar = np.arange(1, len(values)) % YEAR
    usual = np.zeros(YEAR)
    for month in range(YEAR):
        seen = steps[(calendar == month) & np.isfinite(steps)]
        usual[month] = np.median(seen) if len(seen) else 0.0
    season = np.cumsum(usual - usual.mean())
    return np.resize(season - season.mean(), len(values))


def _outlying(values: Array, regular: _Regular, whole: Booleans) -> Booleans:
    """Months that stand alone, the farthest taken out first: it biases the season of the others."""
    outlying = np.zeros(len(values), dtype=bool)
    for _ in range(len(values) // _MOST):
        adjusted = np.where(whole, values, 0.0) - regular(whole & ~outlying)
        far = np.zeros(len(values))
        far[whole] = levels.distances(adjusted[whole], ~outlying[whole])
        outlying = outlying & (far > _APART)
        far[outlying] = 0.0
        if far.max() <= _APART:
            break
        outlying[np.argmax(far)] = True
    return outlying


def _heralds(adjusted: Array, outlying: Booleans, changes: list[tuple[int, Effect]]) -> Booleans:
    """Months that seemed to stand alone just before a change of level, and are at the new level."""
    found = np.zeros(len(adjusted), dtype=bool)
    for start, change in changes:
        level = float(np.nanmedian(adjusted[start : start + levels.HOLDS]))
        near = outlying & (np.abs(adjusted - level) < abs(change.estimate) / 4)
        apart = np.flatnonzero(~near[:start])
        found[apart.max(initial=-1) + 1 : start] = True
    return found


TWO_SEASONS = 24  # complete months, without which no season is told from chance
THREE_SEASONS = 36  # without which nothing says which of two same months is the odd one
_ABSENT = 0.1  # share of a series' months that may be absent
TWICE = float(np.log(2))  # what is beyond it is more than doubled, or less than half

Reason = Literal["", "short", "gaps", "irregular"]
_COLUMNS = (
    "month", "value", "adjusted", "trend", "seasonal", "calendar", "remainder", "status",
)  # fmt: skip
_CHANGE = ("month", "size", "ci_low", "ci_high")
_OUTLIER = ("month", "size")


@dataclass(frozen=True)
class Adjustment:
    """A series without its season, or the `reason` why it has none.

    `reason`: `short` (fewer than 24 complete months), `gaps` (more than a tenth absent or partial),
    `irregular` (a month would have to be doubled or halved to stand alone). `months` has value =
    trend × seasonal × calendar × remainder. `changes` are the first months of new levels;
    `outliers` months that stand alone; both with sizes in %, from 36 complete months on
    (`searched`). `working_day` is what one more working day changes in a month's value, in %.
    """

    months: pd.DataFrame
    changes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*_CHANGE]))
    outliers: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*_OUTLIER]))
    working_day: float = 0.0
    searched: bool = False
    status: Literal["published", "missing"] = "published"
    reason: Reason = ""


def seasonally_adjusted(
    values: pd.Series, partial: pd.Series | None = None, together: int = 1
) -> Adjustment:
    """Take season and calendar out of a monthly series of counts, and say what is out of line.

    STL of logarithms, less the days of each month, with a season that is the same each year;
    working days by Speckman's partial regression; months that stand alone (`levels.distances`, 4.5
    standard deviations, 3.5 of the remainders) are set aside as partial ones and zeros are; then
    changes of level are confirmed (`levels.confirmed`) and all is done again. STL's own robust
    weights would make the rest look too regular. `together`: how many series are searched as one
    family.

    Source: R. B. Cleveland et al., *Journal of Official Statistics* 6 (1990), 3–73; P. Speckman,
    *Journal of the Royal Statistical Society* B 50 (1988), 413–436.

    >>> months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(36)]
    >>> visits = pd.Series([1000.0 + 300 * (i % 12 == 8) for i in range(36)], months)
    >>> adjusted = seasonally_adjusted(visits)
    >>> adjusted.status, round(float(adjusted.months["seasonal"][8]), 1)
    ('published', 1.3)
    """
    months, value, state = _read(values, partial)
    usable = (state == "published") & (value > 0)
    frame = pd.DataFrame({"month": months, "value": value, "status": state})
    frame = frame.reindex(columns=list(_COLUMNS))
    known = np.flatnonzero(usable)
    if len(known) < TWO_SEASONS:
        return Adjustment(frame, status="missing", reason="short")
    span = slice(known[0], known[-1] + 1)
    if (~usable[span]).mean() > _ABSENT:
        return Adjustment(frame, status="missing", reason="gaps")

    inside, there = months[span], usable[span]
    length = np.array([length_deviation(month) for month in inside])
    logs = np.log(np.where(there, value[span], np.nan)) - length
    searched = len(known) >= THREE_SEASONS
    parts = decompose(logs, inside, searched, together)
    ordinary = parts.remainder[there & ~parts.outlying]
    if _LEFT * levels.deviation(ordinary) > TWICE:
        return Adjustment(frame, status="missing", reason="irregular")

    def size(difference: float) -> float:
        return 100 * float(np.expm1(difference))

    rows = frame.index[span]
    frame.loc[rows, "trend"] = np.exp(parts.trend)
    frame.loc[rows, "seasonal"] = np.exp(parts.seasonal)
    frame.loc[rows, "calendar"] = np.exp(parts.slope * parts.working + length)
    told = frame["value"].where(frame["status"] == "published")
    frame["adjusted"] = told / (frame["seasonal"] * frame["calendar"])
    frame["remainder"] = frame["adjusted"] / frame["trend"]
    none = told.to_numpy()[span] == 0
    outliers = [
        (inside[i], -100.0 if none[i] else size(parts.remainder[i]))
        for i in np.flatnonzero(searched & (parts.outlying | none))
    ]
    changes = [
        (inside[start], *map(size, (found.estimate, found.low, found.high)))
        for start, found in parts.changes
    ]
    steps = pd.DataFrame(changes, columns=[*_CHANGE])
    alone = pd.DataFrame(outliers, columns=[*_OUTLIER])
    return Adjustment(frame, steps, alone, size(parts.slope), searched)


def _read(
    values: pd.Series, partial: pd.Series | None
) -> tuple[list[str], Array, NDArray[np.object_]]:
    """Every month from the first to the last, its value, and whether it is whole."""
    given = [str(month) for month in values.index]
    regression.positions(given)
    numbers = pd.Series(values.to_numpy(dtype=float), given)
    if (np.isinf(numbers) | (numbers < 0)).any():
        raise ValueError("counts are finite and not negative")
    months = list(months_between(given[0], given[-1])) if given else []
    value = numbers.reindex(months).to_numpy()
    state = np.where(np.isnan(value), "missing", "published").astype(object)
    if partial is not None:
        cut = pd.Series(partial.to_numpy(dtype=bool), [str(month) for month in partial.index])
        state[cut.reindex(months, fill_value=False).to_numpy() & ~np.isnan(value)] = "partial"
    return months, value, state


# --- Interrupted series: what changed in one from the day of an action on

EFFECTS = (
    "comparison", "estimate", "ci_low", "ci_high", "p", "before", "after", "until", "placebos",
    "as_clear", "status", "reason",
)  # fmt: skip
_PERIODS = ("period", "value", "fitted", "expected", "ci_low", "ci_high", "used")
EffectReason = Literal["", "before", "after", "others", "seasons", "controls"]
LEAST_PLACEBOS = 19  # with the effect itself, of which one in twenty may be as clear as it


class Interrupted(NamedTuple):
    """What an action was followed by: `effects`, a row a comparison, and `periods` of the chart.

    `comparison`: `before_after`, against the series' own past; `controls`, the same of the
    comparable series; `controlled`, against both. `estimate`: the mean distance since the action
    from what the past leads to expect, in % for counts, else in the unit of the values. `before`,
    `after`: months used on each side, the last of which is `until`. `placebos`, `as_clear`: how
    often the same was done where no action is known, and gave something as clear (see `stands`).
    `status` is `missing` with a `reason`: too few months, or `others` that changed the series too
    near. `periods` has `fitted` and `expected` (without the action, with its line's interval), and
    `used`.
    """

    effects: pd.DataFrame
    periods: pd.DataFrame


class _Series(NamedTuple):
    """Values as they are regressed, what their variance is in proportion to, and their months.

    NaN: no value, or nobody answered.
    """

    values: Array
    variance: Array
    periods: Sequence[str]
    counts: bool

    @property
    def times(self) -> Times:
        return regression.positions(self.periods)

    @property
    def known(self) -> Booleans:
        return np.asarray(np.isfinite(self.values) & np.isfinite(self.variance))


def interrupted(
    values: pd.Series,
    day: date,
    *,
    counts: bool = True,
    answers: pd.Series | None = None,
    controls: pd.DataFrame | None = None,
    control_answers: pd.DataFrame | None = None,
    others: Sequence[date] = (),
    breaks: Sequence[date] = (),
    level: float = 0.95,
) -> Interrupted:
    """Segmented regression of a series on an action's date, alone and against comparable series.

    Level and slope change at the first whole month after the action, in a window in which nothing
    else is known to have changed the series (`months_around`). Counts are taken as logarithms, with
    a season of every month and working days; means and shares as they are, weighed by their
    `answers` (effective), with one smooth wave. `others` are the days of other known changes,
    `breaks` of levels that nobody explains, each a placebo as clear as any; `level` is that of
    `effects`.

    Source: J. Lopez Bernal, S. Cummins and A. Gasparrini, *International Journal of Epidemiology*
    46 (2017), 348–355; A. K. Wagner et al., *Journal of Clinical Pharmacy and Therapeutics* 27
    (2002), 299–309; A. Linden, *Stata Journal* 15 (2015), 480–500; placebos: A. Abadie, A. Diamond
    and J. Hainmueller, *American Journal of Political Science* 59 (2015), 495–510.
    """
    periods = [str(period) for period in values.index]
    regression.positions(periods)
    if (answers is None) != (control_answers is None) and controls is not None:
        raise ValueError("answers are given for the series and for those compared, or for neither")

    def scaled(values: pd.Series, weighed: pd.Series | None) -> _Series:
        numbers, variance = values.to_numpy(dtype=float), np.ones(len(periods))
        if weighed is not None:
            by_month = pd.Series(weighed.to_numpy(dtype=float), weighed.index.astype(str))
            given = by_month.reindex(periods).to_numpy()
            variance = 1 / np.where(given > 0, given, np.nan)
        if counts and (numbers < 0).any():
            raise ValueError("a count is not negative")
        if counts:
            lengths = np.array([length_deviation(period) for period in periods])
            numbers = np.log(np.where(numbers > 0, numbers, np.nan)) - lengths
        return _Series(numbers, variance, periods, counts)

    compared = partial(_compare, day=day, others=others, breaks=breaks, level=level)
    own = scaled(values, answers)
    effects, line = compared("before_after", own)
    rows = [effects]
    if controls is not None and controls.shape[1]:
        every = [
            scaled(rest, None if control_answers is None else control_answers[name])
            for name, rest in controls.reindex(periods).items()
        ]
        among = [_apart(one, every[:i] + every[i + 1 :]) for i, one in enumerate(every)]
        beside = among if len(among) > 2 else among[1:]  # of two, one is the other's reverse
        rows.append(compared("controls", _mean(every))[0])
        rows.append(compared("controlled", _apart(own, every), beside)[0])
    seen = {"period": periods, "value": values.to_numpy(dtype=float), **line}
    return Interrupted(
        pd.DataFrame(rows, columns=[*EFFECTS]),
        pd.DataFrame(seen if line else [], columns=[*_PERIODS]),
    )


def stands(placebos: int, as_clear: int) -> bool:
    """Whether at most one in twenty is as clear as an effect: of the placebos, and itself.

    >>> stands(18, 0), stands(19, 0), stands(38, 1), stands(39, 1)
    (False, True, False, True)
    """
    return (LEAST_PLACEBOS + 1) * (as_clear + 1) <= placebos + 1


def _mean(several: Sequence[_Series]) -> _Series:
    """The mean of comparable series; without answers, months weigh the same."""
    spread = np.mean([one.variance for one in several], axis=0) / len(several)
    values = np.mean([one.values for one in several], axis=0)
    return several[0]._replace(values=values, variance=spread)


def _apart(one: _Series, rest: Sequence[_Series]) -> _Series:
    """The distance of a series from the mean of others; its own values where there is none."""
    if not rest:
        return one
    mean = _mean(rest)
    return one._replace(values=one.values - mean.values, variance=one.variance + mean.variance)


def _compare(
    comparison: str,
    series: _Series,
    beside: Sequence[_Series] = (),
    *,
    day: date,
    others: Sequence[date],
    breaks: Sequence[date],
    level: float,
) -> tuple[dict[str, object], dict[str, NDArray[Any]]]:
    """The row of one comparison, and the lines of its chart."""
    times, (first, _) = series.times, first_month(day)
    chosen = months_around(times, series.known, day, (*others, *breaks))
    columns = _columns(series, first, chosen.steps)
    before, after = count_sides(times, chosen.used, first)
    about: dict[str, object] = {"comparison": comparison, "before": before, "after": after}
    about |= {"placebos": 0, "as_clear": 0}
    if _reason(comparison, columns, times, chosen.used, first):
        free = months_around(times, series.known, day).used
        why = _reason(comparison, _columns(series, first), times, free, first)
        about |= {"status": "missing", "reason": why or "others"}
        return about, {}
    fitted, since = _measured(series, columns, chosen.used, first)
    found = contrast(fitted, since, level)
    ends = np.array([found.estimate, found.low, found.high])
    estimate, low, high = 100 * np.expm1(ends) if series.counts else ends
    last = int(times[chosen.used].max())
    about |= {"estimate": estimate, "ci_low": low, "ci_high": high, "p": found.p}
    about |= {"until": dict(zip(times.tolist(), series.periods, strict=True))[last]}
    if comparison != "controls":
        tried = [*_placebos(series, chosen, first, last), *_among(beside, columns, chosen, first)]
        about["placebos"] = len(tried) + len(breaks)
        own = _clear(contrast(fitted, since))  # at the level of placebos
        clear = (np.array([_clear(one) for one in tried]).reshape(-1, 2) >= own).sum(axis=0)
        about["as_clear"] = len(breaks) + int(clear.max())
    about |= {"status": "published", "reason": ""}
    return about, _lines(fitted, columns, (times >= first) & (times <= last), chosen.used, series)


def _measured(series: _Series, columns: Array, used: Booleans, first: int) -> tuple[Fit, Array]:
    """The regression on the months used, and what of it is the mean effect from the first on."""
    times = series.times
    fitted = regression.fit(
        series.values[used], columns[used], times[used], 1 / series.variance[used]
    )
    since = np.zeros(columns.shape[1])
    since[:2] = columns[used & (times >= first), :2].mean(axis=0)
    return fitted, since


def _clear(effect: Effect) -> tuple[float, float]:
    """How large an effect is, and beside its interval: placebos of fewer months have wider ones."""
    size = abs(effect.estimate)
    return size, size / max(effect.high - effect.low, 1e-12)


def _placebos(series: _Series, chosen: Window, first: int, last: int) -> Iterator[Effect]:
    """What the same gives at each month before the action, of months before the action alone."""
    times = series.times
    early = chosen.used & (times < first)
    for at in times[early].tolist():
        used = early & (times <= at + last - first)
        steps = [step for step in chosen.steps if (used & (times > step)).any()]
        columns = _columns(series, at, steps)
        if not _reason("before_after", columns, times, used, at):
            yield contrast(*_measured(series, columns, used, at))


def _among(
    beside: Sequence[_Series], columns: Array, chosen: Window, first: int
) -> Iterator[Effect]:
    """What the same gives of each comparable series against the others, at the action's date."""
    for one in beside:
        used = chosen.used & one.known
        if not _reason("controls", columns, one.times, used, first):
            yield contrast(*_measured(one, columns, used, first))


def _columns(series: _Series, first: int, steps: Sequence[int] = ()) -> Array:
    """Step and ramp of the action, then trend, season, for counts working days, and other steps."""
    times = series.times
    trend = np.column_stack([np.ones(len(times)), times - float(first)])
    parts = [regression.step_and_ramp(times, first), trend]
    parts.append(regression.season(series.periods, 6 if series.counts else 1))
    if series.counts:
        parts.append(regression.working(series.periods))
    return np.column_stack([*parts, *(regression.step_and_ramp(times, at) for at in steps)])


def _reason(
    comparison: str, columns: Array, times: Times, used: Booleans, first: int
) -> EffectReason:
    before, after = count_sides(times, used, first)
    if comparison != "before_after" and before + after == 0:
        return "controls"
    if before < LEAST_BEFORE:
        return "before"
    if after < LEAST_AFTER:
        return "after"
    n, p = columns[used].shape
    if n < max(_LEAST_IN_ALL, p + 3) or np.linalg.matrix_rank(columns[used]) < p:
        return "seasons"
    return ""


def _lines(
    fitted: Fit, columns: Array, since: Booleans, used: Booleans, series: _Series
) -> dict[str, NDArray[Any]]:
    """What is fitted, and what would be expected without the action, of every month."""
    without = columns.copy()
    without[:, :2] = 0.0
    mean = fitted.weights @ fitted.coefficients
    low, high = np.full((2, len(since)), np.nan)
    for at in np.flatnonzero(since):
        band = contrast(fitted, without[at])
        low[at], high[at] = band.low, band.high
    lines = {"fitted": columns @ mean, "expected": without @ mean, "ci_low": low, "ci_high": high}
    if series.counts:
        length = np.array([length_deviation(period) for period in series.periods])
        lines = {name: np.exp(line + length) for name, line in lines.items()}
    return {**lines, "used": used}


# --- The months on which an effect is measured, and what else is known to have changed in them

_LONGEST = (60, 24)  # months before the day, and from it on: what is farther tells of another time
LEAST_BEFORE, LEAST_AFTER, _LEAST_IN_ALL = 12, 3, 24  # months before, after, and in all


class Window(NamedTuple):
    """`used`, the months of a regression, and `steps`, the first months of other changes in it."""

    used: Booleans
    steps: tuple[int, ...]


def first_month(day: date) -> tuple[int, bool]:
    """The rank of the first whole month from a day on, and whether the day cuts the one before.

    >>> first_month(date(2026, 3, 1)) == (position("2026-03"), False)
    True
    >>> first_month(date(2026, 3, 9)) == (position("2026-04"), True)
    True
    """
    cuts = day.day > 1
    return position(f"{day:%Y-%m}") + cuts, cuts


def reaches(day: date, other: date) -> bool:
    """Whether another day is among the months of which a day's effect is measured at most.

    >>> reaches(date(2025, 1, 1), date(2020, 1, 1)), reaches(date(2025, 1, 1), date(2027, 1, 1))
    (True, False)
    """
    return bool(_longest(np.array([first_month(other)[0]]), first_month(day)[0])[0])


def _longest(times: Times, first: int) -> Booleans:
    return (times >= first - _LONGEST[0]) & (times < first + _LONGEST[1])


def months_around(times: Times, known: Booleans, day: date, others: Iterable[date] = ()) -> Window:
    """Five years before a day and two after, of which other changes are told apart.

    A change before the day is a step of its own, or begins the window where it leaves less than
    three months; the first one after the day ends it. A month that a change cuts in two is left
    out.
    """
    first, cuts = first_month(day)
    used = known & _longest(times, first)
    changes = sorted({first_month(other) for other in others})
    for at, is_cut in [*changes, (first, cuts)]:
        if is_cut:
            used &= times != at - 1
    steps: list[int] = []
    for at, _ in changes:
        if at > first:
            used &= times < at
            break
        if (used & (times < at)).sum() < LEAST_AFTER:
            used &= times >= at
        elif not steps or at - steps[-1] >= LEAST_AFTER:
            steps.append(at)
    return Window(used, tuple(steps))


def count_sides(times: Times, used: Booleans, first: int) -> tuple[int, int]:
    """How many months are used before a month, and from it on."""
    return int((used & (times < first)).sum()), int((used & (times >= first)).sum())


def breaks_before(values: pd.Series, day: date, counts: bool) -> list[date]:
    """The first days of the levels that a series is established to have taken before a day.

    A break of less than six months before the day may be that of the day itself, and is none.
    """
    first, _ = first_month(day)
    times = regression.positions([str(month) for month in values.index])
    near = values[_longest(times, first)]
    found = seasonally_adjusted(near).changes["month"] if counts else _levels(near)
    last = first - levels.HOLDS
    return [date.fromisoformat(f"{month}-01") for month in found if position(month) <= last]


def _levels(values: pd.Series) -> list[str]:
    """The first months of the levels of means or shares, once their season is out."""
    known = values.dropna()
    months = [str(month) for month in known.index]
    if len(known) < THREE_SEASONS:
        return []
    own: Array = known.to_numpy(dtype=float)
    times, wave = regression.positions(months), regression.season(months, 1)
    both = np.column_stack([wave, np.ones(len(own))])
    free = own - wave @ np.linalg.lstsq(both, own, rcond=None)[0][:-1]
    starts = [int(times[i]) for i in levels.candidates(free)]
    found = levels.confirmed(own, wave, times, starts)
    return [months[int(np.flatnonzero(times == at)[0])] for at, _ in found]
