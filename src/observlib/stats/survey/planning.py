"""How many answers a verdict needs, and the smallest difference that some answers find.

All is told of two independent periods of `n` answers each and of the tests by which pages judge
(see `differences`): Welch's for means and for the net promoter score, Newcombe's interval for
shares. `level` is that of the test once it is corrected for the number of tests. Of Holm's
correction the least favourable threshold is the one to plan by (`least_levels`), that of a test
where no other of its family finds anything. Where others find something too, a difference is found
more often than was planned.

Marks of which most are the best spread more once they fall. Where their mean m is given, from 0 to
1, the variance after a fall of δ is (m − δ)(1 − m + δ) / (m(1 − m)) times the first, as of shares.

Sources: means, by the noncentral t: J. Cohen, *Statistical Power Analysis for the Behavioral
Sciences*, 2nd ed. (1988), chapter 2, and S.-C. Chow, J. Shao, H. Wang and Y. Lokhnygina, *Sample
Size Calculations in Clinical Research*, 3rd ed. (2017), chapter 3; weights, by the design effect:
L. Kish, *Survey Sampling* (1965). R's `power.t.test` gives the same of one deviation. For shares
books and R's `power.prop.test` plan another test than Newcombe's: see `power`.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.special import chdtri, nctdtr, ndtr, ndtri, stdtrit

from observlib.stats.survey.differences import halves, levels
from observlib.stats.survey.intervals import checked_level, score_ends

POWER = 0.8  # the usual: a true difference is found 8 times in 10
_FEWEST, _MOST = 2.0, 1e12  # effective answers
_LARGEST = 1e4  # difference of means, in standard deviations


def power(
    n: float,
    difference: float,
    *,
    sd: float | None = None,
    mean: float | None = None,
    share: float | None = None,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> float:
    """How often a true difference is found, the right way round.

    Of means, Student's noncentral distribution, with Welch's degrees of freedom: the deviation is
    the same in both periods, or, of a known mean, as the module says. Of shares, the observed
    difference d is normal, and the two shares move with it as their variances do; it is found above
    the d that just leaves 0 out of Newcombe's interval of such shares. Means and shares are taken
    to move towards the middle of their scale, where it is harder to see.

    Differences and `sd` are in the unit of the answers; where the first period's `mean` is known,
    on a scale from 0 to 1. Either `sd` or the first `share`, a proportion, is given. `level` is
    that of the test, corrected for the number of tests; `design_effect`, n over the effective
    number of answers.

    >>> round(power(64, 0.5, sd=1.0), 3), round(power(900, 0.05, share=0.8), 3)
    (0.801, 0.72)
    """
    _check(sd, mean, share, level, design_effect)
    effective = n / design_effect
    if not _FEWEST <= effective < math.inf:
        raise ValueError(f"{n} answers, design effect {design_effect}: at least 2 effective ones")
    room = _room(mean, share)
    if not 0 < difference <= room:
        raise ValueError(f"difference {difference}: is above 0, and at most {room:g} here")
    if share is not None:
        return _power_of_shares(effective, difference, share, level)
    assert sd is not None
    second = 1.0  # its variance, over that of the first period
    if mean is not None:
        near = min(mean, 1 - mean)
        second = (near + difference) * (1 - near - difference) / (near * (1 - near))
    df = (effective - 1) * (1 + second) ** 2 / (1 + second**2)
    centre = difference / sd * math.sqrt(effective / (1 + second))
    missed = float(nctdtr(df, centre, stdtrit(df, (1 + level) / 2)))
    return 1.0 if math.isnan(missed) else 1.0 - missed  # scipy has NaN below 1e-60


def answers_needed(
    difference: float,
    *,
    sd: float | None = None,
    mean: float | None = None,
    share: float | None = None,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> int:
    """Answers needed in each of two periods, for a true difference to be found 8 times in 10.

    A mark on ten of deviation 2.5, of which half a point matters, alone and among 20 tests:

    >>> answers_needed(0.5, sd=2.5), answers_needed(0.5, sd=2.5, level=1 - 0.025 / 19)
    (394, 825)
    """
    _check(sd, mean, share, level, design_effect)
    found = partial(power, sd=sd, mean=mean, share=share, level=level, design_effect=design_effect)

    def short(logarithm: float) -> float:
        return found(math.exp(logarithm), difference) - POWER

    fewest, most = (design_effect * effective for effective in (_FEWEST, _MOST))
    n = math.exp(_root(short, math.log(fewest) + 1e-9, math.log(most)))
    return math.ceil(round(n, 6))


def smallest_found(
    n: float,
    *,
    sd: float | None = None,
    mean: float | None = None,
    share: float | None = None,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> float:
    """The smallest true difference that some answers in each of two periods find 8 times in 10.

    Infinite where not even the largest difference that there can be is found.

    >>> round(smallest_found(394, sd=2.5), 3), round(smallest_found(20, share=0.5), 2)
    (0.5, 0.39)
    """
    found = partial(power, sd=sd, mean=mean, share=share, level=level, design_effect=design_effect)
    most = min(_room(mean, share), (sd or 1.0) * _LARGEST)

    def short(difference: float) -> float:
        return found(n, difference) - POWER

    return math.inf if short(most) < 0 else _root(short, most * 1e-12, most)


def variance_ends(sd: float, mean: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Between what the true variance of marks lies, over the one that n of them gave.

    The answers needed are in proportion to it. As a χ² of what degrees of freedom the variance of
    the variance leaves: L. H. Shoemaker, *The American Statistician* 57 (2003), 105–114; the fourth
    moment is that of the beta distribution of this mean and deviation, on a scale from 0 to 1, or,
    if it is larger, of the normal.

    >>> [round(end, 2) for end in variance_ends(0.25, 0.7, 30)]
    [0.63, 1.81]
    """
    odds = mean * (1 - mean)
    both = max(odds / sd**2 - 1, 0.0)  # the beta's a + b
    excess = 6 * ((1 - 4 * odds) * (both + 1) / (odds * (both + 2)) - 1) / (both + 3)
    df = max(2 / (max(excess, 0.0) / n + 2 / (n - 1)), 1.0)
    tail = (1 - checked_level(level)) / 2
    return df / float(chdtri(df, tail)), df / float(chdtri(df, 1 - tail))


def least_levels(first: Sequence[bool]) -> list[float]:
    """The level of each test of a family where no other of it finds anything.

    `first` are those that share half of the error (see `differences.halves`).

    >>> [round(level, 4) for level in least_levels([True] + 4 * [False])]
    [0.975, 0.9938, 0.9938, 0.9938, 0.9938]
    """
    nothing = np.ones(len(first))
    return [float(one) for one in levels(nothing, weights=halves(first, nothing))]


def _room(mean: float | None, share: float | None) -> float:
    """The largest difference that there can be."""
    at = mean if share is None else share
    return math.inf if at is None else max(at, 1 - at)


def _power_of_shares(n: float, difference: float, share: float, level: float) -> float:
    """See `power`: chance that Newcombe's interval leaves out 0 on the side of the difference."""
    moved = share - difference if share >= 0.5 else share + difference
    (low, first), (high, second) = sorted(
        (one, one * (1 - one)) for one in (share, min(max(moved, 0.0), 1.0))
    )
    z, spread = float(ndtri((1 + level) / 2)), first + second
    if spread == 0:  # from 0 to 1: nobody, then all
        return 1.0 if _reach(high, low, n, z) < difference else 0.0

    def short(observed: float) -> float:
        """How far an observed difference is above what would just be found."""
        beyond = observed - difference
        above = min(max(high + beyond * second / spread, 0.0), 1.0)
        below = min(max(low - beyond * first / spread, 0.0), 1.0)
        return observed - _reach(above, below, n, z)

    found = _root(short, 0.0, 2.0)
    return float(ndtr((difference - found) / math.sqrt(spread / n)))


def _reach(high: float, low: float, n: float, z: float) -> float:
    """How far Newcombe's interval goes below the difference of two shares."""
    return math.hypot(high - score_ends(high, n, z)[0], score_ends(low, n, z)[1] - low)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a growing function is 0; the low end where it is above 0 there already."""
    from scipy.optimize import brentq  # a quarter of a second to import

    return low if function(low) >= 0 else float(brentq(function, low, high, xtol=1e-12))


def _check(sd: Any, mean: Any, share: Any, level: float, design_effect: float) -> None:
    if (sd is None) == (share is None):
        raise ValueError("give either the deviation of a mean, `sd`, or a `share`")
    if sd is not None and not 0 < sd < math.inf:
        raise ValueError(f"a deviation is above 0, not {sd}")
    if mean is not None and not 0 < mean < 1:
        raise ValueError(f"a mean is given on a scale from 0 to 1, not {mean}")
    if share is not None and not 0 <= share <= 1:
        raise ValueError(f"a share is between 0 and 1, not {share}; write 0.8 for 80 %")
    if not 0 < design_effect < math.inf:
        raise ValueError(f"a design effect is above 0, not {design_effect}")
    checked_level(level)
