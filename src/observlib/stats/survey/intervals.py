"""Confidence intervals of a proportion and of a mean, for answers taken as a simple sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

# the quantiles alone: all of scipy.stats takes a second to import
from scipy.special import expit, ndtri, stdtrit

Floats = npt.NDArray[np.floating[Any]]


def checked(level: float) -> float:
    """A confidence level, if it is one.

    Raises
    ------
    ValueError
        For a level that is not between 0 and 1, such as 95.
    """
    if not 0 < level < 1:
        raise ValueError(f"level {level} is not between 0 and 1; write 0.95 for 95 %")
    return level


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    *Journal of the American Statistical Association* 22 (1927), 209–212.

    Parameters
    ----------
    successes, n
        Answers that have the property, and all answers (at least 1); effective numbers need not
        be whole.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high
        Proportions between 0 and 1.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if not 0 <= successes <= n < math.inf or n < 1:
        raise ValueError(f"{successes} successes of {n} answers: 0 <= successes <= n, n >= 1")
    low, high = wilson_of_share(np.array(successes / n), np.array(n), level)
    return float(low), float(high)


def wilson_of_share(share: Floats, n: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score intervals of shares, of as many answers, whole or effective, each.

    Examples
    --------
    >>> low, high = wilson_of_share(np.array([0.8, 1.0]), np.array([10.0, 7.5]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.4902, 0.6613], [0.9433, 1.0])
    """
    return score_ends(share, n, float(ndtri((1 + checked(level)) / 2)))


def score_ends(share: Any, n: Any, z: float) -> tuple[Any, Any]:
    """The ends of Wilson's intervals at `z` standard errors; the shares for infinite `n`.

    statsmodels has them by level, of counts: `differences` needs them far beyond any level, and of
    whole populations.
    """
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # at 0 and 1 the interval ends at the share itself, which rounding must not cross
    return np.where(share == 0, 0.0, centre - half), np.where(share == 1, 1.0, centre + half)


def clopper_pearson_of_share(
    share: Floats, n: Floats, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Clopper and Pearson's intervals of shares, of as many answers, whole or effective, each.

    Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated
    in the case of the binomial", *Biometrika* 26 (1934), 404–413; as quantiles of the beta
    distribution, which has no need of whole numbers.

    Examples
    --------
    >>> low, high = clopper_pearson_of_share(np.array([0.8, 1.0]), np.array([5.0, 5.0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.2836, 0.4782], [0.9949, 1.0])
    """
    from statsmodels.stats.proportion import proportion_confint  # a second to import

    low, high = proportion_confint(n * share, n, 1 - checked(level), method="beta")
    return low, high


def bounded(
    mean: Any, error: Any, df: Any, ends: tuple[float, float], level: float = 0.95
) -> tuple[Any, Any]:
    """The intervals of means on a scale that ends, such as marks of 0 to 10: never beyond it.

    Student's interval of the logarithm of (mean − least) / (most − mean), with its error by the
    delta method, brought back to the scale. Where most people give the best marks, a sample that
    by chance has few low ones has a mean too high and an error too small at once: on the scale
    itself intervals then hold the truth too seldom.

    Source: as for proportions, E. L. Korn and B. I. Graubard, *Analysis of Health Surveys* (1999),
    section 2.7, and R's `svyciprop(method="logit")`.

    Parameters
    ----------
    mean, error, df
        Means, their standard errors and degrees of freedom: numbers, or arrays.
    ends
        The least and the most that anybody can answer.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high
        NaN where the mean is an end of the scale, or nothing tells its error.

    Examples
    --------
    >>> [round(float(end), 2) for end in bounded(9.0, 0.3, 99, (0, 10))]
    [8.23, 9.46]
    """
    scale, value = ends[1] - ends[0], np.asarray(mean, dtype=float)
    below, above = value - ends[0], ends[1] - value
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        half = stdtrit(df, (1 + checked(level)) / 2) * error * scale / below / above
        told = (below > 0) & (above > 0) & (half > 0) & (np.asarray(df) >= 1)
        odds = np.log(below / above)
        low, high = (ends[0] + scale * expit(odds + side * half) for side in (-1, 1))
    return np.where(told, low, math.nan)[()], np.where(told, high, math.nan)[()]


def student(mean: float, sd: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Student's t interval of a mean.

    Source: Student, "The probable error of a mean", *Biometrika* 6 (1908), 1–25.

    Parameters
    ----------
    mean, sd, n
        Mean, standard deviation (divisor n − 1) and number of answers (at least 2).
    level
        Confidence level, between 0 and 1.

    Examples
    --------
    >>> [round(end, 4) for end in student(5.0, 2.0, 16)]
    [3.9343, 6.0657]
    """
    if not (n >= 2 and 0 <= sd < math.inf and math.isfinite(mean)):
        raise ValueError(
            f"mean = {mean}, sd = {sd}, n = {n}: a t interval needs 2 answers, a mean and sd >= 0"
        )
    half = float(stdtrit(n - 1, (1 + checked(level)) / 2)) * sd / math.sqrt(n)
    return mean - half, mean + half
