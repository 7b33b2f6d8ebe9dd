"""The difference of two estimates, and of many at once: intervals, and p values that agree.

A p value is below 1 − `level` exactly where the interval at `level` leaves out 0. A value known
without chance has a standard error of 0, an infinite base or an interval of no width.
"""

import math
from collections.abc import Callable, Sequence
from typing import TypedDict, Unpack

import numpy as np
from scipy.special import chdtri, nctdtr, ndtr, ndtri, stdtr, stdtrit

from observlib.stats.survey.intervals import checked_level, score_ends

_FARTHEST = 40.0  # standard errors beyond which a p value is 0 to every digit of a float
_NARROWEST, _WIDEST = 1e-9, 8.0  # standard errors of levels that a float tells from 0 and from 1


def difference_of_means(
    mean1: float, se1: float, df1: float, mean2: float, se2: float, df2: float, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Difference, Welch's interval and p value of two means of unequal variance.

    Sources: B. L. Welch, *Biometrika* 34 (1947), 28–35; F. E. Satterthwaite, *Biometrics Bulletin*
    2 (1946), 110–114.

    >>> [round(x, 3) for x in difference_of_means(8.2, 0.1, 399, 7.8, 0.15, 249)]
    [0.4, 0.046, 0.754, 0.027]
    """
    if not (se1 >= 0 and se2 >= 0 and df1 > 0 and df2 > 0):
        raise ValueError(f"se {se1}, {se2}, df {df1}, {df2}: se >= 0, df > 0")
    largest = max(se1, se2)
    if largest == 0:
        raise ValueError("two standard errors of 0: their difference has no spread to test it by")
    difference, se = mean1 - mean2, math.hypot(se1, se2)
    part1, part2 = (se1 / largest) ** 2, (se2 / largest) ** 2  # scaled: squares may underflow
    spread = part1**2 / df1 + part2**2 / df2
    df = (part1 + part2) ** 2 / spread if spread else math.inf
    upper = (1 + checked_level(level)) / 2
    # stdtr and stdtrit know no infinite degrees of freedom
    t = float(stdtrit(df, upper) if math.isfinite(df) else ndtri(upper))
    away = -abs(difference) / se
    p_value = 2 * float(stdtr(df, away) if math.isfinite(df) else ndtr(away))
    return difference, difference - t * se, difference + t * se, p_value


def difference_of_shares(
    share1: float, n1: float, share2: float, n2: float, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Newcombe's hybrid score interval of the difference of two shares, and its p value.

    Source: R. G. Newcombe, *Statistics in Medicine* 17 (1998), 873–890, method 10. A base may be
    effective, or that of one share infinite: a whole population.

    >>> [round(x, 4) for x in difference_of_shares(56 / 70, 70, 48 / 80, 80)]
    [0.2, 0.0524, 0.3339, 0.0081]
    """
    if not (0 <= share1 <= 1 and 0 <= share2 <= 1 and n1 > 0 and n2 > 0):
        raise ValueError(f"shares {share1}, {share2} of {n1}, {n2}: 0 <= share <= 1, n > 0")
    if math.isinf(n1) and math.isinf(n2):
        raise ValueError("two infinite bases: their difference has no spread to test it by")
    difference = share1 - share2

    def reaches(z: float) -> tuple[float, float]:
        """How far the interval goes below and above the difference."""
        (low1, high1), (low2, high2) = score_ends(share1, n1, z), score_ends(share2, n2, z)
        below = math.hypot(share1 - low1, high2 - share2)
        return below, math.hypot(high1 - share1, share2 - low2)

    def short_of_zero(z: float) -> float:
        return abs(difference) - reaches(z)[0 if difference > 0 else 1]

    below, above = reaches(float(ndtri((1 + checked_level(level)) / 2)))
    low, high = max(-1.0, difference - below), min(1.0, difference + above)
    if difference == 0:
        return difference, low, high, 1.0
    if short_of_zero(_FARTHEST) >= 0:
        return difference, low, high, 0.0
    from scipy.optimize import brentq  # a quarter of a second to import

    return difference, low, high, 2 * float(ndtr(-brentq(short_of_zero, 0.0, _FARTHEST)))


def difference_of_intervals(
    estimate1: float,
    interval1: tuple[float, float],
    estimate2: float,
    interval2: tuple[float, float],
    level: float = 0.95,
) -> tuple[float, float, float, float]:
    """The difference of two estimates of which only their 95 % intervals are known.

    Source: G. Y. Zou and A. Donner, *Statistics in Medicine* 27 (2008), 1693–1702. At another
    `level` the reaches are stretched as those of a normal estimate.

    >>> [round(x, 3) for x in difference_of_intervals(120, (90, 180), 60, (50, 90))]
    [60, 17.574, 120.828, 0.006]
    """
    (low1, high1), (low2, high2) = interval1, interval2
    if not (low1 <= estimate1 <= high1 and low2 <= estimate2 <= high2):
        raise ValueError(
            f"{interval1} and {interval2} are no intervals of {estimate1} and {estimate2}"
        )
    difference = estimate1 - estimate2
    z, z_known = float(ndtri((1 + checked_level(level)) / 2)), float(ndtri(0.975))
    below = math.hypot(estimate1 - low1, high2 - estimate2) / z_known
    above = math.hypot(high1 - estimate1, estimate2 - low2) / z_known
    reach = max(below, above) if difference == 0 else below if difference > 0 else above
    if reach == 0:
        raise ValueError("two intervals of no width: the difference has no spread to test it by")
    p_value = 2 * float(ndtr(-abs(difference) / reach))
    return difference, difference - z * below, difference + z * above, p_value


def equivalence_p_value(interval: Callable[[float], tuple[float, float]], margin: float) -> float:
    """The p value of two one-sided tests that a difference is of at least a margin, either way.

    Source: D. J. Schuirmann, *Journal of Pharmacokinetics and Biopharmaceutics* 15 (1987), 657–680:
    they reject at α where the interval at 1 − 2α is within the margin.
    """
    from scipy.optimize import brentq  # a quarter of a second to import

    def beyond(z: float) -> float:
        low, high = interval(2 * float(ndtr(z)) - 1)
        return max(high, -low) - margin

    if beyond(_NARROWEST) >= 0:  # the difference itself is
        return 1.0
    return float(ndtr(-_WIDEST if beyond(_WIDEST) <= 0 else -brentq(beyond, _NARROWEST, _WIDEST)))


def error_of_paired_shares(alone1: float, alone2: float, n: float) -> float:
    """Standard error of the difference of two shares of the same people, that of McNemar's test.

    `alone` are who gave one answer and not the other. Source: Q. McNemar, *Psychometrika* 12
    (1947), 153–157. Where the shares differ in truth it is a little too large, and never 0.

    >>> round(error_of_paired_shares(70 - 30, 50 - 30, 100), 4)
    0.0775
    """
    if not (alone1 >= 0 and alone2 >= 0 and n > 0):
        raise ValueError(f"answers of {alone1} and {alone2} people of {n}: >= 0, n > 0")
    return math.sqrt(alone1 + alone2) / n


def detectable_of_interval(low: float, high: float, level: float = 0.95) -> float:
    """The smallest change that would have been found 8 times in 10, from the interval of one.

    Source: H. S. Bloom, *Evaluation Review* 19 (1995), 547–556, for a two-sided test.
    """
    reach = float(ndtri((1 + checked_level(level)) / 2))
    return float(ndtri((1 + level) / 2) + ndtri(0.8)) * ((high - low) / 2 / reach)


# --- Many tests at once: p values corrected for their number, and intervals that agree with them


def adjust(p_values: Sequence[float] | np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """The p values of a family, corrected for their number whatever their dependence.

    Source: S. Holm, *Scandinavian Journal of Statistics* 6 (1979), 65–70. NaN is no member of the
    family; `weights`, of mean 1, are the share of the error of each test (see `halves`).

    >>> adjust([0.01, 0.04, float("nan"), 0.03]).round(2).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    family = ~np.isnan(p)
    if not ((p[family] >= 0) & (p[family] <= 1)).all():
        raise ValueError(f"p values are between 0 and 1: {p[family].tolist()}")
    weight = np.ones(p.shape) if weights is None else weights
    order = np.argsort(p / weight, kind="stable")[: int(family.sum())]  # NaN sorts last
    # not statsmodels' multipletests: a second to import, and it collects garbage at each call
    left = np.cumsum(weight[order][::-1])[::-1]  # of the weights, at each step
    corrected = np.maximum.accumulate(p[order] * left / weight[order])
    adjusted = np.full(p.shape, math.nan)
    adjusted[order] = np.minimum(corrected, 1.0)
    return adjusted


def halves(first: Sequence[bool] | np.ndarray, p_values: np.ndarray) -> np.ndarray:
    """The weights by which some tests of a family share half of its error, and the others half.

    Where those tested first are more than the others, all weigh the same. S. Holm (1979), section
    4.

    >>> halves([True, False, False, False], np.array([0.01, 0.2, 0.3, 0.9])).round(2).tolist()
    [2.0, 0.67, 0.67, 0.67]
    """
    chosen = np.asarray(first, dtype=bool)
    family = ~np.isnan(p_values)
    heads, tests = int((chosen & family).sum()), int(family.sum())
    if not 0 < heads < tests / 2:
        return np.ones(len(p_values))
    return np.where(chosen, tests / 2 / heads, tests / 2 / (tests - heads))


def levels(
    p_values: Sequence[float] | np.ndarray, level: float = 0.95, weights: np.ndarray | None = None
) -> np.ndarray:
    """The level at which an interval leaves out 0 exactly where its corrected test rejects.

    One less the critical value of each test at the last rejection, or at the first test where none
    is.

    >>> p_values = np.array([0.03, 0.2, 0.3, 0.9])
    >>> levels(p_values, weights=halves([True, False, False, False], p_values)).round(4).tolist()
    [0.975, 0.9917, 0.9917, 0.9917]
    """
    p, error = np.asarray(p_values, dtype=float), 1 - checked_level(level)
    tests = int((~np.isnan(p)).sum())
    if not tests:
        return np.full(p.shape, level)
    weight = np.ones(p.shape) if weights is None else weights
    last = max(1, int((adjust(p, weights) <= error).sum()))
    order = np.argsort(p / weight, kind="stable")[:tests]
    shares = weight / weight[order[last - 1 :]].sum()
    return np.asarray(1 - error * np.minimum(shares, 1.0))


def common_level(p_values: Sequence[float] | np.ndarray, level: float = 0.95) -> float:
    """The level that tests which weigh the same share (see `levels`)."""
    found = levels(p_values, level)
    return float(found[0]) if len(found) else level


# --- How many answers a verdict needs, and the smallest difference that some answers find


POWER = 0.8  # the usual: a true difference is found 8 times in 10
_FEWEST, _MOST = 2.0, 1e12  # effective answers
_LARGEST = 1e4  # difference of means, in standard deviations


class PlannedAnswers(TypedDict, total=False):
    """What `power` knows of the answers that are planned."""

    sd: float | None
    mean: float | None
    share: float | None
    level: float
    design_effect: float


def power(n: float, difference: float, **how: Unpack[PlannedAnswers]) -> float:
    """How often a true difference is found, the right way round, with n answers in each period.

    Of means, Student's noncentral distribution, with Welch's degrees of freedom; of shares,
    Newcombe's interval of normal differences. Both move towards the middle of their scale.
    Differences and `sd` are in the unit of the answers; with a `mean`, on a scale from 0 to 1.
    `level` is corrected for the number of tests; `design_effect` is n over the effective number of
    answers.

    >>> round(power(64, 0.5, sd=1.0), 3), round(power(900, 0.05, share=0.8), 3)
    (0.801, 0.72)
    """
    sd, mean, share, level, design_effect = _checked(**how)
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


def answers_needed(difference: float, **how: Unpack[PlannedAnswers]) -> int:
    """Answers needed in each of two periods, for a true difference to be found 8 times in 10.

    >>> answers_needed(0.5, sd=2.5), answers_needed(0.5, sd=2.5, level=1 - 0.025 / 19)
    (394, 825)
    """
    design_effect = _checked(**how)[-1]

    def short(logarithm: float) -> float:
        return power(math.exp(logarithm), difference, **how) - POWER

    fewest, most = (design_effect * effective for effective in (_FEWEST, _MOST))
    n = math.exp(_root(short, math.log(fewest) + 1e-9, math.log(most)))
    return math.ceil(round(n, 6))


def smallest_found(n: float, **how: Unpack[PlannedAnswers]) -> float:
    """The smallest true difference that some answers in each of two periods find 8 times in 10.

    >>> round(smallest_found(394, sd=2.5), 3), round(smallest_found(20, share=0.5), 2)
    (0.5, 0.39)
    """
    sd, mean, share, *_ = _checked(**how)
    most = min(_room(mean, share), (sd or 1.0) * _LARGEST)

    def short(difference: float) -> float:
        return power(n, difference, **how) - POWER

    return math.inf if short(most) < 0 else _root(short, most * 1e-12, most)


def variance_ends(sd: float, mean: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Between what the true variance of marks lies, over the one that n of them gave.

    A χ² whose degrees of freedom follow from the variance of the variance: L. H. Shoemaker, *The
    American Statistician* 57 (2003), 105–114; the fourth moment is the beta's, or the normal's.

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
    """The level of each test of a family where no other of it finds anything."""
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


def _checked(
    sd: float | None = None,
    mean: float | None = None,
    share: float | None = None,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> tuple[float | None, float | None, float | None, float, float]:
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
    return sd, mean, share, checked_level(level), design_effect
