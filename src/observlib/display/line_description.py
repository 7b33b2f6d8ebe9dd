"""How a line goes, in words: where it starts and ends, and its extremes between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from observlib.language import french


class Point(NamedTuple):
    """A value, and where it is, such as "à 5" or "4e trimestre 2025"."""

    value: float
    place: str


def describe(
    points: Sequence[Point],
    write: Callable[[float, int], str],
    *,
    start: str = "",
    extremes: bool = True,
    trend: bool = False,
) -> str:
    """Say how a line goes; a value is never said twice.

    Parameters
    ----------
    points
        Its values, of which there is one at least, in order.
    write
        Writes a value; its second argument is how many decimals a shortened value may have. The
        first and last values have as many as tell them apart.
    start
        A place that is not said where the line starts there.
    extremes
        Say where the line is lowest and highest, where that is neither end.
    trend
        Say of a line that only rises or only falls that it does.

    Examples
    --------
    >>> shares = [Point(86.2, "T3"), Point(71.0, "T4"), Point(85.9, "T1")]
    >>> describe(shares, lambda x, decimals: f"{x:.0f} %")
    '86 % (T3 comme T1), minimum 71 % (T4)'
    >>> visits = [Point(1.042, "mai"), Point(1.049, "juin")]
    >>> describe(visits, lambda x, decimals: f"{x:.{decimals}f} M", start="mai")
    'de 1.04 M à 1.05 M (juin)'
    >>> describe([Point(7.0, "2025"), Point(7.0, "2026")], lambda x, decimals: f"{x:.0f}")
    '7 (2025 comme 2026)'
    """
    first, last = points[0], points[-1]
    fine = next((d for d in (1, 2, 3) if write(first.value, d) != write(last.value, d)), 1)

    def with_place(point: Point) -> str:
        return f"{write(point.value, fine)} ({point.place})"

    if len(points) == 1:
        return with_place(first)
    ends = {write(first.value, fine), write(last.value, fine)}
    low, high = (choose(points, key=lambda point: point.value) for choose in (min, max))
    turns = [
        f"{word} {with_place(point)}"
        for word, point in (("minimum", low), ("maximum", high))
        if write(point.value, fine) not in ends
    ]
    if len(ends) == 1:
        text = f"{ends.pop()} ({first.place} comme {last.place})"
    else:
        begin = write(first.value, fine) if first.place == start else with_place(first)
        text = f"de {begin} à {with_place(last)}"
        if trend and len(points) > 2:
            steps = [b.value - a.value for a, b in pairwise(points)]
            if min(steps) >= 0:
                return f"{text}, sans jamais baisser"
            if max(steps) <= 0:
                return f"{text}, sans jamais remonter"
    return f"{text}, {french.join(turns)}" if extremes and turns else text
