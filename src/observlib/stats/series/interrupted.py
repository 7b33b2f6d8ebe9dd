"""Interrupted time series: what changed in a series from the day of an action on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observlib.base.working_days import length_deviation
from observlib.stats.series.adjustment import THREE_SEASONS, seasonally_adjusted
from observlib.stats.series.breaks import HOLDS, candidates, confirmed
from observlib.stats.series.regression import (
    Array,
    Booleans,
    Effect,
    Fit,
    Times,
    contrast,
    fit,
    position,
    positions,
    season,
    step_and_ramp,
    working,
)

EFFECTS = (
    "comparison", "estimate", "ci_low", "ci_high", "p", "before", "after", "until", "placebos",
    "as_clear", "status", "reason",
)  # fmt: skip
_PERIODS = ("period", "value", "fitted", "expected", "ci_low", "ci_high", "used")
EffectReason = Literal["", "before", "after", "others", "seasons", "controls"]
LEAST_PLACEBOS = 19  # with the effect itself, of which one in twenty may be as clear as it


class Interrupted(NamedTuple):
    """What an action was followed by.

    `effects` has one row a comparison, with the columns `EFFECTS`.

    - `comparison`: `before_after`, the series against its own past; `controls`, the same of the
      comparable series, on which the action should have no effect; `controlled`, the series
      against its own past and against them. Without comparable series, only the first.
    - `estimate`: the mean distance, over the months since the action, between what is seen and
      what the past leads to expect, in % for counts, else in the unit of the values; `ci_low`,
      `ci_high`: its interval at the level asked for; `p`: two-sided, of no effect, and below
      1 − level exactly where that interval leaves out 0.
    - `before`, `after`: months used on each side, the last of which is `until`.
    - `placebos`: how often the same was done where no action is known, and `as_clear`: how often
      that gave something as clear: as large, or as large beside its interval, whichever was more
      often (see `stands`); none of the `controls`, which decide nothing.
    - `status`: `published`, or `missing` with a `reason` and without numbers: too few months
      `before` or `after`, too few of each `seasons`, no month that the `controls` share, or
      `others` that changed the series too near the action.

    `periods` is for the chart, one row a month of the series: `period`, `value`, `fitted` (what
    the regression gives), `expected` (without the action; in the months from the action on, with
    `ci_low` and `ci_high`, the interval of this line and not of one month) and `used` (whether it
    is in the regression). Empty where the first comparison is `missing`.
    """

    effects: pd.DataFrame
    periods: pd.DataFrame


class _Series(NamedTuple):
    """Values as they are regressed, what their variance is in proportion to, and their months."""

    values: Array
    variance: Array
    periods: Sequence[str]
    counts: bool

    @property
    def times(self) -> Times:
        return positions(self.periods)

    @property
    def known(self) -> Booleans:
        known: Booleans = np.isfinite(self.values) & np.isfinite(self.variance)
        return known


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
    a season of every month and an effect of the working days; means and shares as they are, each
    weighed by its number of answers, with a season that is one smooth wave. Errors follow one
    another in a way that is not taken as known (`regression.fit`).

    Against comparable series, the same regression is done on the distance between the series and
    their mean: what happened to all is no effect of the action.

    The same is then done where nothing is known to have happened, on months before the action
    alone: at each of them that leaves months enough, until as long after or until the action; and,
    where comparable series are several, on each of them at the action's date. An effect that such
    placebos often give is none (`stands`). A break that nobody explains is told apart in the
    regression, and counts as a placebo as clear as any.

    Source: J. Lopez Bernal, S. Cummins and A. Gasparrini, "Interrupted time series regression for
    the evaluation of public health interventions: a tutorial", *International Journal of
    Epidemiology* 46 (2017), 348–355; A. K. Wagner et al., "Segmented regression analysis of
    interrupted time series studies in medication use research", *Journal of Clinical Pharmacy and
    Therapeutics* 27 (2002), 299–309; A. Linden, "Conducting interrupted time-series analysis for
    single- and multiple-group comparisons", *Stata Journal* 15 (2015), 480–500;
    A. Abadie, A. Diamond and J. Hainmueller, "Comparative politics and the synthetic control
    method", *American Journal of Political Science* 59 (2015), 495–510 (placebos in time and among
    those compared).

    A month without value (NaN, left out, or a count of 0) is not used; one that is not complete is
    left out by who calls. `answers` are effective numbers; `others` are the days of what else is
    known to have changed the series, `breaks` of new levels that nobody explains. `level` is that
    of `effects`: the intervals of `periods`, which are drawn, are at 95 %.
    """
    periods = [str(period) for period in values.index]
    positions(periods)
    if (answers is None) != (control_answers is None) and controls is not None:
        raise ValueError("answers are given for the series and for those compared, or for neither")

    def scaled(values: pd.Series, weighed: pd.Series | None) -> _Series:
        numbers = _scaled(values.to_numpy(dtype=float), periods, counts)
        return _Series(numbers, _variance(weighed, periods), periods, counts)

    own = scaled(values, answers)
    asked = _Asked(day, tuple(others), tuple(breaks), level)
    effects, line = _compare("before_after", own, asked)
    rows = [effects]
    if controls is not None and controls.shape[1]:
        every = [
            scaled(rest, None if control_answers is None else control_answers[name])
            for name, rest in controls.reindex(periods).items()
        ]
        among = [_apart(one, every[:i] + every[i + 1 :]) for i, one in enumerate(every)]
        beside = among if len(among) > 2 else among[1:]  # of two, one is the other's reverse
        rows.append(_compare("controls", _mean(every), asked)[0])
        rows.append(_compare("controlled", _apart(own, every), asked, beside)[0])
    seen = {"period": periods, "value": values.to_numpy(dtype=float), **line}
    return Interrupted(
        pd.DataFrame(rows, columns=[*EFFECTS]),
        pd.DataFrame(seen if line else [], columns=[*_PERIODS]),
    )


def stands(placebos: int, as_clear: int) -> bool:
    """Whether at most one in twenty is as clear as an effect: of the placebos, and itself.

    So fewer than 19 placebos establish nothing, whatever they give.

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


def _scaled(values: Array, periods: Sequence[str], counts: bool) -> Array:
    """Values as they are regressed; NaN where there is none."""
    if not counts:
        return values.copy()
    if (values < 0).any():
        raise ValueError("a count is not negative")
    logs = np.log(np.where(values > 0, values, np.nan))
    return logs - np.array([length_deviation(period) for period in periods])


def _variance(answers: pd.Series | None, periods: Sequence[str]) -> Array:
    """What the variance of each value is in proportion to; NaN where nobody answered."""
    if answers is None:
        return np.ones(len(periods))
    by_month = pd.Series(answers.to_numpy(dtype=float), answers.index.astype(str))
    given = by_month.reindex([*periods]).to_numpy()
    return 1 / np.where(given > 0, given, np.nan)


class _Asked(NamedTuple):
    """What an effect is asked with."""

    day: date
    others: tuple[date, ...]
    breaks: tuple[date, ...]
    level: float


def _compare(
    comparison: str, series: _Series, asked: _Asked, beside: Sequence[_Series] = ()
) -> tuple[dict[str, object], dict[str, NDArray[Any]]]:
    """The row of one comparison, and the lines of its chart."""
    times, (first, _) = series.times, first_month(asked.day)
    chosen = months_around(times, series.known, asked.day, (*asked.others, *asked.breaks))
    columns = _columns(series, first, chosen.steps)
    before, after = count_sides(times, chosen.used, first)
    about: dict[str, object] = {"comparison": comparison, "before": before, "after": after}
    about |= {"placebos": 0, "as_clear": 0}
    if _reason(comparison, columns, times, chosen.used, first):
        free = months_around(times, series.known, asked.day).used
        why = _reason(comparison, _columns(series, first), times, free, first)
        about |= {"status": "missing", "reason": why or "others"}
        return about, {}
    fitted, since = _measured(series, columns, chosen.used, first)
    found = contrast(fitted, since, asked.level)
    ends = np.array([found.estimate, found.low, found.high])
    estimate, low, high = 100 * np.expm1(ends) if series.counts else ends
    last = int(times[chosen.used].max())
    about |= {"estimate": estimate, "ci_low": low, "ci_high": high, "p": found.p}
    about |= {"until": dict(zip(times.tolist(), series.periods, strict=True))[last]}
    if comparison != "controls":
        tried = [*_placebos(series, chosen, first, last), *_among(beside, columns, chosen, first)]
        unsaid = len(asked.breaks)
        about["placebos"] = len(tried) + unsaid
        own = _clear(contrast(fitted, since))  # at the level of placebos
        about["as_clear"] = unsaid + max(
            sum(one[by] >= own[by] for one in map(_clear, tried)) for by in (0, 1)
        )
    about |= {"status": "published", "reason": ""}
    return about, _lines(fitted, columns, (times >= first) & (times <= last), chosen.used, series)


def _measured(series: _Series, columns: Array, used: Booleans, first: int) -> tuple[Fit, Array]:
    """The regression on the months used, and what of it is the mean effect from the first on."""
    times = series.times
    fitted = fit(series.values[used], columns[used], times[used], 1 / series.variance[used])
    since = np.zeros(columns.shape[1])
    since[:2] = columns[used & (times >= first), :2].mean(axis=0)
    return fitted, since


def _clear(effect: Effect) -> tuple[float, float]:
    """How large an effect is, and how large beside its interval.

    Earlier placebos, of fewer months, have wider intervals: where the level drifts, they would
    seem less clear than the effect; where the trend bends, they are smaller.
    """
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
    parts = [step_and_ramp(times, first), trend]
    parts.append(season(series.periods, 6 if series.counts else 1))
    if series.counts:
        parts.append(working(series.periods))
    return np.column_stack([*parts, *(step_and_ramp(times, at) for at in steps)])


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
    fitted: Fit,
    columns: Array,
    since: Booleans,
    used: Booleans,
    series: _Series,
) -> dict[str, NDArray[Any]]:
    """What is fitted, and what would be expected without the action, of every month."""
    without = columns.copy()
    without[:, :2] = 0.0
    mean = fitted.weights @ fitted.coefficients
    lines = {"fitted": columns @ mean, "expected": without @ mean}
    bands = [
        contrast(fitted, row) if late else None for row, late in zip(without, since, strict=True)
    ]
    lines["ci_low"] = np.array([band.low if band else np.nan for band in bands])
    lines["ci_high"] = np.array([band.high if band else np.nan for band in bands])
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

    A change before the day is a step of its own, or, where it leaves less than three months before
    it, where the window begins; changes less than three months apart are one. The window ends
    before the first change after the day. A month that the day or a change cuts in two is left out.
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

    They are looked for in its window, if that has 36 months; nothing is said of a series that has
    gaps or is irregular (`seasonally_adjusted`). A break of less than six months before the day may
    be that of the day itself, for a break has no surer date.
    """
    first, _ = first_month(day)
    times = positions([str(month) for month in values.index])
    near = values[_longest(times, first)]
    found = seasonally_adjusted(near).changes["month"] if counts else _levels(near)
    return [
        date.fromisoformat(f"{month}-01") for month in found if position(month) <= first - HOLDS
    ]


def _levels(values: pd.Series) -> list[str]:
    """The first months of the levels of means or shares, once their season is out."""
    known = values.dropna()
    months = [str(month) for month in known.index]
    if len(known) < THREE_SEASONS:
        return []
    own: Array = known.to_numpy(dtype=float)
    times, wave = positions(months), season(months, 1)
    both = np.column_stack([wave, np.ones(len(own))])
    free = own - wave @ np.linalg.lstsq(both, own, rcond=None)[0][:-1]
    starts = [int(times[i]) for i in candidates(free)]
    found = confirmed(own, wave, times, starts)
    return [months[int(np.flatnonzero(times == at)[0])] for at, _ in found]
