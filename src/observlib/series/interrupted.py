"""Interrupted time series: what changed in a series from the day of an action on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observlib.series import design
from observlib.series.regression import Array, Fit, contrast, fit
from observlib.working_days import length_deviation

NEEDED = (12, 3, 24)  # how many months are asked for before, after, and in all
EFFECTS = (
    "comparison", "estimate", "ci_low", "ci_high", "p", "before", "after", "status", "reason",
)  # fmt: skip
PERIODS = ("period", "value", "fitted", "expected", "ci_low", "ci_high", "used")
Reason = Literal["", "before", "after", "seasons", "controls"]


@dataclass(frozen=True)
class Interrupted:
    """What an action was followed by.

    `effects` has one row a comparison, with the columns `EFFECTS`.

    - `comparison`: `before_after`, the series against its own past; `controls`, the same of the
      comparable series, on which the action should have no effect; `controlled`, the series
      against its own past and against them. Without comparable series, only the first.
    - `estimate`: the mean distance, over the months since the action, between what is seen and
      what the past leads to expect, in % for counts, else in the unit of the values; `ci_low`,
      `ci_high`: its interval at the level asked for; `p`: two-sided, of no effect, and below
      1 − level exactly where that interval leaves out 0.
    - `before`, `after`: months used on each side.
    - `status`: `published`, or `missing` with a `reason` and without numbers: too few months
      `before` or `after`, too few of each `seasons`, or no month that the `controls` share.

    `periods` is for the chart, one row a month of the series: `period`, `value`, `fitted` (what
    the regression gives), `expected` (without the action; from the action on, with `ci_low` and
    `ci_high`, the interval of this line and not of one month) and `used` (whether it is in the
    regression). Empty where the first comparison is `missing`.
    """

    effects: pd.DataFrame
    periods: pd.DataFrame


def interrupted(
    values: pd.Series,
    day: date,
    *,
    counts: bool = True,
    answers: pd.Series | None = None,
    controls: pd.DataFrame | None = None,
    control_answers: pd.DataFrame | None = None,
    level: float = 0.95,
) -> Interrupted:
    """Segmented regression of a series on an action's date, alone and against comparable series.

    Level and slope change at the first whole month after the action; the month that the action
    cuts in two is left out. Counts are taken as logarithms, with a season of every month and an
    effect of the working days; means and shares as they are, each weighed by its number of
    answers, with a season that is one smooth wave. Errors follow one another in a way that is not
    taken as known (`regression.fit`).

    Against comparable series, the same regression is done on the distance between the series and
    their mean: what happened to all is no effect of the action.

    Source: J. Lopez Bernal, S. Cummins and A. Gasparrini, "Interrupted time series regression for
    the evaluation of public health interventions: a tutorial", *International Journal of
    Epidemiology* 46 (2017), 348–355; A. K. Wagner et al., "Segmented regression analysis of
    interrupted time series studies in medication use research", *Journal of Clinical Pharmacy and
    Therapeutics* 27 (2002), 299–309; A. Linden, "Conducting interrupted time-series analysis for
    single- and multiple-group comparisons", *Stata Journal* 15 (2015), 480–500.

    Parameters
    ----------
    values
        One number a month `YYYY-MM`, oldest first. A month without value (NaN, left out, or a
        count of 0) is not used; one that is not complete is left out by who calls.
    day
        Of the action.
    counts
        Whether the values are counts, else means or shares.
    answers
        By month, the effective number of answers behind each mean, for means or shares.
    controls
        Comparable series, one a column, by month; a month that one of them lacks is not used
        in comparisons with them.
    control_answers
        By month, the effective number of answers of each comparable series, of the same columns.
    level
        Confidence level of the intervals of `effects`, between 0 and 1; those of `periods`, which
        are drawn, are at 95 %.

    Raises
    ------
    ValueError
        Where months do not follow one another, a count is negative, or answers are not given for
        the comparable series where they are for the series.

    Examples
    --------
    >>> months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(40)]
    >>> wave = [0.02 * (i * 7 % 5 - 2) for i in range(40)]
    >>> score = pd.Series([7.0 + wave[i] + 0.5 * (i >= 30) for i in range(40)], months)
    >>> after = interrupted(score, date(2025, 7, 1), counts=False).effects
    >>> after[["estimate", "after"]].round(1).values.tolist()
    [[0.5, 10.0]]
    >>> interrupted(score.head(32), date(2025, 7, 1), counts=False).effects["reason"].tolist()
    ['after']
    """
    periods = [str(period) for period in values.index]
    design.positions(periods)
    if (answers is None) != (control_answers is None) and controls is not None:
        raise ValueError("answers are given for the series and for those compared, or for neither")
    own = _scaled(values.to_numpy(dtype=float), periods, counts)
    variance = _variance(answers, periods)
    effects, line = _compare("before_after", own, variance, periods, day, counts, level)
    rows = [effects]
    if controls is not None and controls.shape[1]:
        others = controls.reindex(periods)
        mean = np.mean(
            [_scaled(others[name].to_numpy(dtype=float), periods, counts) for name in others],
            axis=0,
        )
        spread = np.ones(len(periods))
        if control_answers is not None:
            every = [_variance(control_answers[name], periods) for name in others]
            spread = np.sum(every, axis=0) / len(every) ** 2
        rows.append(_compare("controls", mean, spread, periods, day, counts, level)[0])
        both = variance + spread if answers is not None else variance
        rows.append(_compare("controlled", own - mean, both, periods, day, counts, level)[0])
    seen = {"period": periods, "value": values.to_numpy(dtype=float), **line}
    return Interrupted(
        pd.DataFrame(rows, columns=[*EFFECTS]),
        pd.DataFrame(seen if line else [], columns=[*PERIODS]),
    )


def _aligned(given: pd.Series | None, periods: Sequence[str]) -> pd.Series:
    """Numbers by month; NaN where none is given."""
    if given is None:
        return pd.Series(np.nan, list(periods))
    named = pd.Series(given.to_numpy(dtype=float), [str(period) for period in given.index])
    return named.reindex(list(periods))


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
    given = _aligned(answers, periods).to_numpy()
    return 1 / np.where(given > 0, given, np.nan)


def _start(day: date) -> tuple[int, bool]:
    """The rank of the first whole month after a day, and whether the day cuts the one before."""
    cuts = day.day > 1
    return design.position(f"{day:%Y-%m}") + cuts, cuts


def _compare(
    comparison: str,
    values: Array,
    variance: Array,
    periods: Sequence[str],
    day: date,
    counts: bool,
    level: float,
) -> tuple[dict[str, object], dict[str, NDArray[Any]]]:
    """The row of one comparison, and the lines of its chart."""
    times = design.positions(periods)
    start, cuts = _start(day)
    used = np.isfinite(values) & np.isfinite(variance)
    if cuts:
        used &= times != start - 1
    before, after = int((used & (times < start)).sum()), int((used & (times >= start)).sum())
    columns = _columns(periods, times, start, counts)
    reason = _reason(comparison, columns[used], before, after)
    about: dict[str, object] = {"comparison": comparison, "before": before, "after": after}
    if reason:
        about |= {"status": "missing", "reason": reason}
        return about, {}
    fitted = fit(values[used], columns[used], times[used], 1 / variance[used])
    since = np.zeros(columns.shape[1])
    since[:2] = columns[used & (times >= start), :2].mean(axis=0)
    found = contrast(fitted, since, level)
    ends = np.array([found.estimate, found.low, found.high])
    estimate, low, high = 100 * np.expm1(ends) if counts else ends
    about |= {"estimate": estimate, "ci_low": low, "ci_high": high, "p": found.p}
    about |= {"status": "published", "reason": ""}
    return about, _lines(fitted, columns, times >= start, used, periods, counts)


def _columns(periods: Sequence[str], times: NDArray[np.int64], start: int, counts: bool) -> Array:
    """Step and ramp of the action, then trend, season and, for counts, working days."""
    trend = np.column_stack([np.ones(len(times)), times - float(start)])
    pairs = 6 if counts else 1
    parts = [design.step_and_ramp(times, start), trend, design.season(periods, pairs)]
    return np.column_stack([*parts, design.working(periods)] if counts else parts)


def _reason(comparison: str, columns: Array, before: int, after: int) -> Reason:
    least_before, least_after, least = NEEDED
    if comparison != "before_after" and before + after == 0:
        return "controls"
    if before < least_before:
        return "before"
    if after < least_after:
        return "after"
    n, p = columns.shape
    if n < max(least, p + 3) or np.linalg.matrix_rank(columns) < p:
        return "seasons"
    return ""


def _lines(
    fitted: Fit,
    columns: Array,
    since: NDArray[np.bool_],
    used: NDArray[np.bool_],
    periods: Sequence[str],
    counts: bool,
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
    if counts:
        length = np.array([length_deviation(period) for period in periods])
        lines = {name: np.exp(line + length) for name, line in lines.items()}
    return {**lines, "used": used}
