"""Secondary suppression: what else to withhold, so that nothing withheld is had by subtraction.

A whole less the parts of it that are told gives the others (disclosure by differencing). Parts
are categories of one period (`withheld_parts`) or quarters of a year (`window_told`).

Source: A. Hundepool, J. Domingo-Ferrer, L. Franconi, S. Giessing, E. Schulte Nordholt, K. Spicer
and P.-P. de Wolf, *Statistical Disclosure Control* (Wiley, 2012), chapters 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from observlib import estimates

Part = TypeVar("Part", str, int)
_FEW = estimates.MINIMUM_PEOPLE


def withheld_parts(counts: Mapping[Part, float], withheld: Iterable[Part] = ()) -> set[Part]:
    """Which parts of a published total to withhold, so that none of few people can be had.

    A part of fewer than eleven people is withheld. The total less the parts that are shown
    tells the sum of the others: so they are two at least, and eleven people at least.

    Parameters
    ----------
    counts
        People of each part.
    withheld
        Parts to withhold for another reason.

    Examples
    --------
    >>> sorted(withheld_parts({"a": 4, "b": 30, "c": 15})), withheld_parts({"a": 30, "b": 15})
    (['a', 'c'], set())
    """
    hidden = {name for name, count in counts.items() if 0 < count < _FEW} | set(withheld)
    shown = sorted((n, name) for name, n in counts.items() if n and name not in hidden)
    while hidden and shown and (len(hidden) == 1 or sum(counts[x] for x in hidden) < _FEW):
        hidden.add(shown.pop(0)[1])
    return hidden


def window_told(quarters: Sequence[bool | None]) -> bool:
    """Whether a year of quarters may be told, beside them and beside the years that overlap it.

    A year less its quarters that are told gives the others; and two successive years share three
    quarters, so that their difference is the quarter that enters less the one that leaves. A year
    is therefore told where all its quarters are (it says nothing more), or where none is and they
    come regularly, every quarter or every other: what enters it then takes the place of something
    that is not known either. The rule looks at the year's own data alone, and holds whichever
    editions were published.

    Parameters
    ----------
    quarters
        Oldest first: whether each is told by itself, None where it has no data.

    Examples
    --------
    A year of which one quarter is withheld, four small ones, tests every other quarter, and a
    device's second quarter:

    >>> [window_told(quarters) for quarters in (
    ...     [True, True, True, False],
    ...     [False, False, False, False],
    ...     [False, None, False, None],
    ...     [None, None, False, False],
    ... )]
    [False, True, True, False]
    """
    hidden = [told is False for told in quarters]
    if not any(hidden):
        return True
    if any(told is True for told in quarters):
        return False
    by_two = len(hidden) >= 4 and len(hidden) % 2 == 0 and sum(hidden) == len(hidden) // 2
    return all(hidden) or (by_two and (all(hidden[::2]) or all(hidden[1::2])))
