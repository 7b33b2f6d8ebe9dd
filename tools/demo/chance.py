"""Chance that draws the same numbers on every machine and Python version.

Only `random.Random(int).random()` is used, whose stream Python promises never to change, and
then `+ - * /` and comparisons: `exp` or `sin` differ between mathematical libraries, `hash()`
between processes, and `sum()` of floats between Python 3.11 and 3.12.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from observlib.base.period import Quarter


def stream(seed: int, *names: str) -> Random:
    """A source of chance of its own for every purpose, so that a new device changes no other.

    Examples
    --------
    >>> stream(1, "device", "2026-T3").random() == stream(1, "device", "2026-T3").random()
    True
    >>> stream(1, "device", "2026-T3").random() == stream(1, "device", "2026-T2").random()
    False
    """
    text = "\x1f".join([str(seed), *names])
    return Random(int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big"))


def normal(source: Random) -> float:
    """A nearly normal number, of mean 0 and variance 1, between −6 and 6: twelve uniforms added.

    Examples
    --------
    >>> -6 <= normal(stream(1)) <= 6
    True
    """
    total = 0.0
    for _ in range(12):
        total += source.random()
    return total - 6.0


def between(source: Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included, each as likely.

    Examples
    --------
    >>> dice = stream(1, "dice")
    >>> sorted({between(dice, 1, 6) for _ in range(200)})
    [1, 2, 3, 4, 5, 6]
    """
    return low + int(source.random() * (high - low + 1))


def pick(source: Random, weights: Sequence[int]) -> int:
    """A position drawn with chances in proportion to whole weights.

    Examples
    --------
    >>> pick(stream(1), [0, 3, 0])
    1
    """
    left = between(source, 1, sum(weights))
    for position, weight in enumerate(weights):
        left -= weight
        if left <= 0:
            return position
    raise ValueError(f"no weight is positive: {weights}")


def moment(source: Random, first: date, last: date, opens: int, closes: int) -> str:
    """A moment of a day from `first` to `last`, between two hours of the day, both included.

    Examples
    --------
    >>> moment(stream(1), date(2026, 7, 1), date(2026, 7, 1), 6, 6)[:13]
    '2026-07-01 06'
    """
    day = first + timedelta(days=between(source, 0, (last - first).days))
    hour, minute, second = (between(source, *ends) for ends in ((opens, closes), (0, 59), (0, 59)))
    return f"{day.isoformat()} {hour:02d}:{minute:02d}:{second:02d}"


def moments(
    source: Random, count: int, quarter: Quarter, opens: int = 7, closes: int = 21
) -> list[str]:
    """So many moments of a quarter, the earliest first."""
    return sorted(moment(source, quarter.start, quarter.end, opens, closes) for _ in range(count))
