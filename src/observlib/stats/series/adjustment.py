"""Months freed of their season and of their calendar, and what is then out of line in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observlib.base.period import months_between
from observlib.base.working_days import length_deviation
from observlib.stats.series import breaks, design
from observlib.stats.series.decomposition import LEFT, decompose
from observlib.stats.series.regression import Array

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
    """A series without its season, or the reason why it has none.

    `status` is `published`, or `missing` with a `reason`: `short` (fewer than 24 complete
    months), `gaps` (more than a tenth of the months absent or partial) or `irregular` (a
    month would have to be doubled or halved to stand alone).

    `months` has one row a month: `month`, `value`, `adjusted`, `trend`, `seasonal`, `calendar`,
    `remainder` and `status` (`published`, `partial`, `missing`). Value, adjusted and trend are in
    the unit of the values: value = trend × seasonal × calendar × remainder, and adjusted =
    value / (seasonal × calendar). A month that is not `published` has no adjusted value and no
    remainder.

    `changes` (`month`, `size`, `ci_low`, `ci_high`) are changes of level: the first month of the
    new one, and its distance from the old; `outliers` (`month`, `size`) are months that stand
    alone, and their distance from what was expected. Sizes are in %. Both are looked for from 36
    complete months on: `searched` says whether they were.

    `working_day` is what one more working day changes in a month's value, in %.
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

    1. Months that are partial or absent are set aside; inside the series they are filled by what
       is expected of them, which decides nothing. A count of 0 has no logarithm: it is set aside
       too, and told as an outlier of −100 %.
    2. The others are taken as logarithms, less the number of days of the month.
    3. STL with a season that is the same each year; between its passes, the effect of a working
       day is the slope of what is left of the values on what is left of the number of working
       days (Speckman).
    4. Months farther than 4.5 standard deviations from their neighbours, once season and calendar
       are out, stand alone (`breaks.distances`): the farthest is set aside as in 1, and 3 done
       again, until there is none. Beyond 3.5 standard deviations of the final remainders too, it
       is an outlier. (STL's own robust weights would make the rest look too regular.)
    5. Changes of level are looked for in what is left (`breaks.candidates`), and measured and
       confirmed on the values themselves (`breaks.confirmed`). They are taken out, and 3 to 5
       done again.
    6. All is left as it is where 3.5 standard deviations of the final remainders are more
       than a doubling: so far apart, odd months pass for ordinary ones and mask one another, and
       the season is mostly that of two or three such months.

    Source: R. B. Cleveland et al., "STL: A seasonal-trend decomposition procedure based on
    loess", *Journal of Official Statistics* 6 (1990), 3–73; P. Speckman, "Kernel smoothing in
    partial linear models", *Journal of the Royal Statistical Society* B 50 (1988), 413–436.

    Parameters
    ----------
    values
        One count a month, by month `YYYY-MM`, oldest first; a month without value may be NaN or
        left out.
    partial
        By month, whether its period is not complete: it is excluded.
    together
        How many series are searched for changes of level as one family, this one among them: the
        more, the surer each must be (see `breaks.confirmed`).

    Raises
    ------
    ValueError
        Where months do not follow one another, or a count is negative or not finite.

    Examples
    --------
    >>> months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(36)]
    >>> visits = pd.Series([1000.0 + 300 * (i % 12 == 8) for i in range(36)], months)
    >>> adjusted = seasonally_adjusted(visits)
    >>> adjusted.status, round(float(adjusted.months["seasonal"][8]), 1)
    ('published', 1.3)
    >>> short = seasonally_adjusted(visits.head(20))
    >>> short.status, short.reason
    ('missing', 'short')
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
    if LEFT * breaks.deviation(ordinary) > TWICE:
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
        (inside[start], size(found.estimate), size(found.low), size(found.high))
        for start, found in parts.changes
    ]
    return Adjustment(
        frame,
        pd.DataFrame(changes, columns=[*_CHANGE]),
        pd.DataFrame(outliers, columns=[*_OUTLIER]),
        size(parts.slope),
        searched,
    )


def _read(
    values: pd.Series, partial: pd.Series | None
) -> tuple[list[str], Array, NDArray[np.object_]]:
    """Every month from the first to the last, its value, and whether it is whole."""
    given = [str(month) for month in values.index]
    design.positions(given)
    numbers = pd.Series(values.to_numpy(dtype=float), given)
    if np.isinf(numbers).any() or (numbers < 0).any():
        raise ValueError("counts are finite and not negative")
    months = list(months_between(given[0], given[-1])) if given else []
    value = numbers.reindex(months).to_numpy()
    state = np.where(np.isnan(value), "missing", "published").astype(object)
    if partial is not None:
        cut = pd.Series(partial.to_numpy(dtype=bool), [str(month) for month in partial.index])
        state[cut.reindex(months, fill_value=False).to_numpy() & ~np.isnan(value)] = "partial"
    return months, value, state
