"""The difference of two estimates: its interval, and the p value that agrees with it.

In each function the p value is the interval's own, turned round: it is below 1 − `level` exactly
where the interval at `level` leaves out 0. What a page says and what it shows cannot disagree.

Which to use: `difference_of_means` for means and for the net promoter score, which is one;
`difference_of_shares` for shares; `difference_of_intervals` for whatever has an interval and no
test of its own (medians, geometric means, shares of a survival curve). These take the estimates as
independent; of two answers of the same people, `error_of_paired_shares`. A value known without
chance, that of a whole population, has a standard error of 0, an infinite base or an interval of
no width.
"""

from __future__ import annotations

import math
from collections.abc import Callable

# the quantiles alone: all of scipy.stats takes a second to import
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from observlib.stats.survey.intervals import checked, score_ends

_FARTHEST = 40.0  # standard errors beyond which a p value is 0 to every digit of a float
_NARROWEST, _WIDEST = 1e-9, 8.0  # standard errors of levels that a float tells from 0 and from 1


def difference_of_means(
    mean1: float,
    se1: float,
    df1: float,
    mean2: float,
    se2: float,
    df2: float,
    level: float = 0.95,
) -> tuple[float, float, float, float]:
    """Welch's interval and test of the difference of two means of unequal variance.

    Sources: B. L. Welch, "The generalization of 'Student's' problem when several different
    population variances are involved", *Biometrika* 34 (1947), 28–35; degrees of freedom:
    F. E. Satterthwaite, "An approximate distribution of estimates of variance components",
    *Biometrics Bulletin* 2 (1946), 110–114.

    Parameters
    ----------
    mean1, se1, df1
        A mean, its standard error (0 or more) and the degrees of freedom of that (above 0; n − 1
        for a simple sample).
    mean2, se2, df2
        Those of the mean that is subtracted.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    difference, low, high, p_value

    Raises
    ------
    ValueError
        Where both standard errors are 0: without any spread chance cannot be told.

    Examples
    --------
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
    upper = (1 + checked(level)) / 2
    # stdtr and stdtrit know no infinite degrees of freedom
    t = float(stdtrit(df, upper) if math.isfinite(df) else ndtri(upper))
    away = -abs(difference) / se
    p_value = 2 * float(stdtr(df, away) if math.isfinite(df) else ndtr(away))
    return difference, difference - t * se, difference + t * se, p_value


def difference_of_shares(
    share1: float, n1: float, share2: float, n2: float, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Newcombe's hybrid score interval of the difference of two shares, and its p value.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent
    proportions: comparison of eleven methods", *Statistics in Medicine* 17 (1998), 873–890,
    method 10. It is made of the two Wilson intervals, holds at shares of 0 and 1, and stays
    between −1 and 1. The p value is one less the largest level whose interval leaves out 0.

    Parameters
    ----------
    share1, n1
        A share between 0 and 1 and its base (above 0); an effective base need not be whole, an
        infinite one is that of a whole population.
    share2, n2
        Those of the share that is subtracted.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    difference, low, high, p_value
        As proportions.

    Raises
    ------
    ValueError
        For shares or bases that are none, and where both bases are infinite.

    Examples
    --------
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

    below, above = reaches(float(ndtri((1 + checked(level)) / 2)))
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

    Sources: G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a
    general approach", *Statistics in Medicine* 27 (2008), 1693–1702, which needs neither
    symmetric intervals nor a normal estimate. At another `level` the reaches of the intervals
    are stretched as those of a normal estimate would be.

    Parameters
    ----------
    estimate1, interval1
        An estimate and the ends of its 95 % interval, which hold it.
    estimate2, interval2
        Those of the estimate that is subtracted.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    difference, low, high, p_value

    Raises
    ------
    ValueError
        Where an interval does not hold its estimate, or both have no width on the side where
        the other estimate is: ties, that hide the spread.

    Examples
    --------
    >>> [round(x, 3) for x in difference_of_intervals(120, (90, 180), 60, (50, 90))]
    [60, 17.574, 120.828, 0.006]
    """
    (low1, high1), (low2, high2) = interval1, interval2
    if not (low1 <= estimate1 <= high1 and low2 <= estimate2 <= high2):
        raise ValueError(
            f"{interval1} and {interval2} are no intervals of {estimate1} and {estimate2}"
        )
    difference = estimate1 - estimate2
    z, z_known = float(ndtri((1 + checked(level)) / 2)), float(ndtri(0.975))
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

    Parameters
    ----------
    interval, margin
        The ends of the interval by its level, and the smallest difference of interest, above 0.

    Examples
    --------
    >>> def interval(level):
    ...     return difference_of_means(8.2, 0.1, 399, 8.1, 0.15, 249, level)[1:3]
    >>> round(equivalence_p_value(interval, 0.5), 3)
    0.013
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

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated
    proportions or percentages", *Psychometrika* 12 (1947), 153–157. It is the error where the two
    shares are equal in truth. Elsewhere it is a little too large, by (p1 − p2)² under the root,
    never too small, and it is not 0 where everybody gave the one answer.

    Parameters
    ----------
    alone1, alone2
        How many people gave the first answer and not the second, and the reverse (0 or more);
        those who gave both tell nothing of the difference. Where each person gives one answer,
        all who gave it.
    n
        How many people were asked (above 0).

    Examples
    --------
    70 and 50 of 100 people gave an answer, 30 of them both:

    >>> round(error_of_paired_shares(70 - 30, 50 - 30, 100), 4)
    0.0775
    """
    if not (alone1 >= 0 and alone2 >= 0 and n > 0):
        raise ValueError(f"answers of {alone1} and {alone2} people of {n}: >= 0, n > 0")
    return math.sqrt(alone1 + alone2) / n


def smallest_detectable(se_difference: float, power: float = 0.8, level: float = 0.95) -> float:
    """The smallest change that a comparison would have found in most cases.

    Source: H. S. Bloom, "Minimum detectable effects: a simple way to report the statistical
    power of experimental designs", *Evaluation Review* 19 (1995), 547–556, for a two-sided test.

    Parameters
    ----------
    se_difference
        Standard error of the difference (0 or more).
    power
        In which share of cases a true change of that size would be found.
    level
        Confidence level of the interval that must leave out 0.

    Examples
    --------
    >>> round(smallest_detectable(0.2), 2)
    0.56
    """
    if not (se_difference >= 0 and 0 < power < 1 and 0 < level < 1):
        raise ValueError(f"se {se_difference}, power {power}, level {level}: se >= 0, 0 < . < 1")
    return float(ndtri((1 + level) / 2) + ndtri(power)) * se_difference


def detectable_of_interval(low: float, high: float, level: float = 0.95) -> float:
    """The smallest change that would have been found 8 times in 10, from the interval of one.

    Parameters
    ----------
    low, high
        Ends of an interval that is symmetric, on the scale on which it is taken.
    level
        Its confidence level.

    Examples
    --------
    >>> round(detectable_of_interval(-0.1, 0.684), 2)
    0.56
    """
    se = (high - low) / 2 / float(ndtri((1 + checked(level)) / 2))
    return smallest_detectable(se, level=level)
