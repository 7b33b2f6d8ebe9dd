"""The months on which an effect is measured, and what else is known to have changed in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observlib.stats.series import breaks, regression
from observlib.stats.series.adjustment import THREE_SEASONS, seasonally_adjusted
from observlib.stats.series.regression import Array

LONGEST = (60, 24)  # months before the day, and from it on: what is farther tells of another time
BEFORE, AFTER, IN_ALL = 12, 3, 24  # how many months are asked for before, after, and in all


class Window(NamedTuple):
    """`used`, the months of a regression, and `steps`, the first months of other changes in it."""

    used: NDArray[np.bool_]
    steps: tuple[int, ...]


def start(day: date) -> tuple[int, bool]:
    """The rank of the first whole month from a day on, and whether the day cuts the one before.

    Examples
    --------
    >>> start(date(2026, 3, 1)) == (regression.position("2026-03"), False)
    True
    >>> start(date(2026, 3, 9)) == (regression.position("2026-04"), True)
    True
    """
    cuts = day.day > 1
    return regression.position(f"{day:%Y-%m}") + cuts, cuts


def reaches(day: date, other: date) -> bool:
    """Whether another day is among the months of which a day's effect is measured at most.

    Examples
    --------
    >>> reaches(date(2025, 1, 1), date(2020, 1, 1)), reaches(date(2025, 1, 1), date(2027, 1, 1))
    (True, False)
    """
    return bool(_longest(np.array([start(other)[0]]), start(day)[0])[0])


def _longest(times: NDArray[np.int64], first: int) -> NDArray[np.bool_]:
    return (times >= first - LONGEST[0]) & (times < first + LONGEST[1])


def around(
    times: NDArray[np.int64], known: NDArray[np.bool_], day: date, others: Iterable[date] = ()
) -> Window:
    """Five years before a day and two after, of which other changes are told apart.

    A change before the day is a step of its own, or, where it leaves less than three months before
    it, where the window begins; changes less than three months apart are one. The window ends
    before the first change after the day. A month that the day or a change cuts in two is left out.

    Parameters
    ----------
    times
        The rank of each month.
    known
        Whether it has a value.
    others
        The days of what else is known to have changed the series.

    Examples
    --------
    >>> times = np.arange(regression.position("2021-01"), regression.position("2026-01"))
    >>> found = around(times, times > 0, date(2025, 1, 1), [date(2022, 6, 15), date(2025, 9, 1)])
    >>> int(found.used.sum()), [int(at - times[0]) for at in found.steps]
    (55, [18])
    """
    first, cuts = start(day)
    used = known & _longest(times, first)
    changes = sorted({start(other) for other in others})
    for at, is_cut in [*changes, (first, cuts)]:
        if is_cut:
            used &= times != at - 1
    steps: list[int] = []
    for at, _ in changes:
        if at > first:
            used &= times < at
            break
        if (used & (times < at)).sum() < AFTER:
            used &= times >= at
        elif not steps or at - steps[-1] >= AFTER:
            steps.append(at)
    return Window(used, tuple(steps))


def sides(times: NDArray[np.int64], used: NDArray[np.bool_], first: int) -> tuple[int, int]:
    """How many months are used before a month, and from it on."""
    return int((used & (times < first)).sum()), int((used & (times >= first)).sum())


def breaks_before(values: pd.Series, day: date, counts: bool) -> list[date]:
    """The first days of the levels that a series is established to have taken before a day.

    They are looked for in its window, if that has 36 months; nothing is said of a series that has
    gaps or is irregular (`seasonally_adjusted`). A break of less than six months before the day may
    be that of the day itself, for a break has no surer date.

    Parameters
    ----------
    values
        One number a month `YYYY-MM`, oldest first; one that is not known is NaN.
    counts
        Whether they are counts, whose season is another each month; else means or shares.

    Examples
    --------
    >>> months = pd.period_range("2021-01", periods=60, freq="M").astype(str)
    >>> marks = [7 + 0.02 * (i * 7 % 5 - 2) - 0.6 * (i >= 24) + 0.5 * (i >= 50) for i in range(60)]
    >>> breaks_before(pd.Series(marks, months), date(2025, 3, 1), counts=False)
    [datetime.date(2023, 1, 1)]
    """
    first, _ = start(day)
    times = regression.positions([str(month) for month in values.index])
    near = values[_longest(times, first)]
    found = seasonally_adjusted(near).changes["month"] if counts else _levels(near)
    return [
        date.fromisoformat(f"{month}-01")
        for month in found
        if regression.position(month) <= first - breaks.HOLDS
    ]


def _levels(values: pd.Series) -> list[str]:
    """The first months of the levels of means or shares, once their season is out."""
    known = values.dropna()
    months = [str(month) for month in known.index]
    if len(known) < THREE_SEASONS:
        return []
    own: Array = known.to_numpy(dtype=float)
    times, season = regression.positions(months), regression.season(months, 1)
    both = np.column_stack([season, np.ones(len(own))])
    free = own - season @ np.linalg.lstsq(both, own, rcond=None)[0][:-1]
    starts = [int(times[i]) for i in breaks.candidates(free)]
    found = breaks.confirmed(own, season, times, starts)
    return [months[int(np.flatnonzero(times == at)[0])] for at, _ in found]
