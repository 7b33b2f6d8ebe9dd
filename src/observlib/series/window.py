"""The months on which an effect is measured: those around its day, up to what else changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observlib.series import breaks, design
from observlib.series.adjustment import seasonally_adjusted
from observlib.series.regression import Array

LONGEST = (60, 24)  # months before the day, and from it on: what is farther tells of another time
BEFORE, AFTER, IN_ALL = 12, 3, 24  # how many months are asked for before, after, and in all
_OWN = 3  # months from a day within which a break is that of the day


class Window(NamedTuple):
    """`used`, the months of a regression, and `steps`, the first months of changes among them."""

    used: NDArray[np.bool_]
    steps: tuple[int, ...]


def start(day: date) -> tuple[int, bool]:
    """The rank of the first whole month from a day on, and whether the day cuts the one before.

    Examples
    --------
    >>> start(date(2026, 3, 1)) == (design.position("2026-03"), False)
    True
    >>> start(date(2026, 3, 9)) == (design.position("2026-04"), True)
    True
    """
    cuts = day.day > 1
    return design.position(f"{day:%Y-%m}") + cuts, cuts


def around(
    times: NDArray[np.int64], known: NDArray[np.bool_], day: date, others: Sequence[date] = ()
) -> Window:
    """The window around a day: five years before and two after, and nothing else that changed.

    It begins with the last change before, where it leaves twelve months until the day and
    twenty-four in all; one that leaves fewer stays inside, as a step of its own. It ends before
    the next change. A month that the day or a change cuts in two is in no window.

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
    >>> times = np.arange(design.position("2021-01"), design.position("2026-01"))
    >>> whole = around(times, times > 0, date(2025, 1, 1))
    >>> begun = around(times, times > 0, date(2025, 1, 1), [date(2022, 6, 15), date(2025, 9, 1)])
    >>> int(whole.used.sum()), int(begun.used.sum()), begun.steps
    (60, 38, ())
    >>> len(around(times, times > 0, date(2025, 1, 1), [date(2024, 6, 1)]).steps)
    1
    """
    first, cuts = start(day)
    used = known & (times >= first - LONGEST[0]) & (times < first + LONGEST[1])
    changes = sorted(start(other) for other in others)
    for at, is_cut in [*changes, (first, cuts)]:
        if is_cut:
            used &= times != at - 1
    for at, _ in changes:
        if at > first:
            used &= times < at
            break
    inside: list[int] = []
    for at, _ in reversed([change for change in changes if change[0] <= first]):
        since = used & (times >= at)
        if (since & (times < first)).sum() >= BEFORE and since.sum() >= IN_ALL:
            used = since
            break
        inside.append(at)
    return Window(used, tuple(at for at in reversed(inside) if (used & (times < at)).any()))


def other_breaks(values: pd.Series, day: date, counts: bool) -> list[date]:
    """The first days of the levels that a series is established to have taken around a day.

    What begins within three months of it is its own.

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
    >>> other_breaks(pd.Series(marks, months), date(2025, 3, 1), counts=False)
    [datetime.date(2023, 1, 1)]
    """
    first, _ = start(day)
    times = design.positions([str(month) for month in values.index])
    near = values[(times >= first - LONGEST[0]) & (times < first + LONGEST[1])]
    found = seasonally_adjusted(near).changes["month"] if counts else _levels(near)
    return [
        date.fromisoformat(f"{month}-01")
        for month in found
        if abs(design.position(month) - first) > _OWN
    ]


def _levels(values: pd.Series) -> list[str]:
    """The first months of the levels of means or shares, once their season is out."""
    known = values.dropna()
    months = [str(month) for month in known.index]
    if len(known) < IN_ALL:
        return []
    own: Array = known.to_numpy(dtype=float)
    times = design.positions(months)
    season = design.season(months, 1)
    free = own - season @ np.linalg.lstsq(np.column_stack([season, np.ones(len(own))]), own)[0][:2]
    starts = breaks.candidates(free)
    found = breaks.confirmed(own, season, times, [int(times[i]) for i in starts])
    return [months[int(np.flatnonzero(times == at)[0])] for at, _ in found]
