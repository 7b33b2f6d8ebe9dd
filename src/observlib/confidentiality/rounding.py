"""Rounded bases: how many people answered is told to the nearest five.

With its exact base, a mean tells the sum of its marks, and a share its count. Of a quarter that is
published again, the two sums would then differ by the marks of the few who answered late.
"""

from __future__ import annotations

from observlib import estimates

STEP = 5
LEAST = STEP * -(-estimates.MINIMUM_PEOPLE // STEP)  # never a base that would not be published


def base(people: float) -> float:
    """A number of people as it is told: to the nearest five, fifteen at least.

    Fewer than eleven stay as they are, to be withheld (see `disclosure.protect`).

    Examples
    --------
    >>> [base(n) for n in (11, 17, 18, 342, 4)]
    [15.0, 15.0, 20.0, 340.0, 4.0]
    """
    if people < estimates.MINIMUM_PEOPLE:
        return float(people)
    return float(max(LEAST, STEP * round(people / STEP)))
