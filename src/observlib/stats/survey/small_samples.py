"""What a test with a dozen participants can say: success rates, times, the usability scale.

Which interval to use:

- a share: `adjusted_wald`, which covers as often as it says on average; `clopper_pearson` where
  it must never cover less, at the price of width; `intervals.wilson` from about thirty answers;
- times: `geometric_mean`; their median: `quantiles.quantile_interval`, which supposes nothing;
- a mean of scores (usability scale): `intervals.student`, even of skewed scores from a dozen on;
- whatever has no formula (a trimmed mean, a ratio, a gap between two quantiles):
  `bootstrap_interval`, from about twenty participants.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from observlib.stats.survey.intervals import checked, clopper_pearson_of_share, student

# The least mean score of each grade.
_GRADES = (
    (84.1, "A+"), (80.8, "A"), (78.9, "A−"), (77.2, "B+"), (74.1, "B"), (72.6, "B−"),
    (71.1, "C+"), (65.0, "C"), (62.7, "C−"), (51.7, "D"), (0.0, "F"),
)  # fmt: skip
SUS_AVERAGE = 68  # of the studies that the grades were made of


def adjusted_wald(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """The adjusted Wald interval of a proportion, for small samples.

    Sources: A. Agresti and B. A. Coull, "Approximate is better than 'exact' for interval
    estimation of binomial proportions", *The American Statistician* 52 (1998), 119–126; for
    completion rates, J. Sauro and J. R. Lewis, "Estimating completion rates from small samples
    using binomial confidence intervals", *Proceedings of the Human Factors and Ergonomics
    Society* 49 (2005), 2100–2104.

    Parameters
    ----------
    successes, n
        How many succeeded, of how many (above 0); effective numbers need not be whole.
    level
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high
        Proportions, cut at 0 and 1.

    Examples
    --------
    >>> [round(end, 4) for end in adjusted_wald(4, 5)]
    [0.3596, 0.9797]
    """
    if not 0 <= successes <= n < math.inf or n <= 0:
        raise ValueError(f"{successes} successes of {n}: 0 <= successes <= n, n > 0")
    from statsmodels.stats.proportion import proportion_confint  # a second to import

    low, high = proportion_confint(successes, n, 1 - checked(level), method="agresti_coull")
    return float(low), float(high)


def clopper_pearson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a proportion: it covers at least as often as it says, at any share.

    Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated
    in the case of the binomial", *Biometrika* 26 (1934), 404–413. It is wider than it need be:
    for what is told on average, Agresti and Coull (see `adjusted_wald`) advise theirs.

    Parameters
    ----------
    successes, n
        How many succeeded, of how many (at least 1): whole numbers.
    level
        Least confidence, between 0 and 1.

    Returns
    -------
    low, high
        Proportions between 0 and 1.

    Examples
    --------
    >>> [round(end, 4) for end in clopper_pearson(4, 5)], clopper_pearson(0, 5)[0]
    ([0.2836, 0.9949], 0.0)
    """
    if not 0 <= successes <= n < math.inf or n < 1:
        raise ValueError(f"{successes} successes of {n}: 0 <= successes <= n, n >= 1")
    low, high = clopper_pearson_of_share(np.array(successes / n), np.array(n), level)
    return float(low), float(high)


def clustered_share(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """A share of attempts made by participants who make several, and its effective base.

    Attempts of one participant are alike, so that they tell less than as many participants
    would. The effective base is that whose simple sample would have the variance of the ratio,
    linearised over participants: W. G. Cochran, *Sampling Techniques*, 3rd edition (1977), 6.4
    and 9A. It lies between the numbers of participants and of attempts, and is that of
    participants where all attempts, or none, succeed.

    Parameters
    ----------
    counts
        Successes and attempts of each participant, with attempts above 0.

    Returns
    -------
    share, n_eff

    Examples
    --------
    >>> clustered_share([(4, 4), (0, 4), (4, 4), (0, 4)])
    (0.5, 4.0)
    """
    if not counts or any(not 0 <= won <= tried or tried < 1 for won, tried in counts):
        raise ValueError("each participant needs an attempt, and no more successes than attempts")
    people, attempts = len(counts), sum(tried for _, tried in counts)
    share = sum(won for won, _ in counts) / attempts
    if people == 1 or share in (0.0, 1.0):
        return share, float(people)
    spread = sum((won - share * tried) ** 2 for won, tried in counts)
    variance = people / (people - 1) * spread / attempts**2
    effective = share * (1 - share) / variance if variance else float(attempts)
    return share, min(float(attempts), max(float(people), effective))


def geometric_mean(values: Sequence[float], level: float = 0.95) -> tuple[float, float, float]:
    """The geometric mean of times, with Student's interval on their logarithms.

    Source: J. Sauro and J. R. Lewis, "Average task times in usability tests: what to report?",
    *Proceedings of CHI* (2010), 2347–2350: times are skewed, and below 25 participants it
    estimates the median better than the sample's own median does.

    Parameters
    ----------
    values
        Times above 0; at least two.

    Returns
    -------
    mean, low, high

    Examples
    --------
    >>> [round(x, 1) for x in geometric_mean([50, 100, 200])]
    [100.0, 17.9, 559.5]
    """
    if len(values) < 2 or not all(0 < value < math.inf for value in values):
        raise ValueError("a geometric mean and its interval need two values, each above 0")
    logs = [math.log(value) for value in values]
    mean = math.fsum(logs) / len(logs)
    spread = math.fsum((log - mean) ** 2 for log in logs) / (len(logs) - 1)
    low, high = student(mean, math.sqrt(spread), len(logs), level)
    return math.exp(mean), math.exp(low), math.exp(high)


def bootstrap_interval(
    values: Sequence[float],
    statistic: Callable[..., float],
    rng: np.random.Generator,
    level: float = 0.95,
    method: Literal["BCa", "percentile"] = "BCa",
    resamples: int = 5000,
) -> tuple[float, float, float]:
    """A statistic of a sample, with its bootstrap interval.

    Sources: B. Efron, "Better bootstrap confidence intervals", *Journal of the American
    Statistical Association* 82 (1987), 171–185 (BCa). Below about twenty values both intervals
    are too narrow: T. C. Hesterberg, "What teachers should know about the bootstrap", *The
    American Statistician* 69 (2015), 371–386.

    Parameters
    ----------
    values
        At least two numbers.
    statistic
        What is made of them, such as `numpy.mean`: it takes an `axis`.
    rng
        Where chance comes from; made anew with the same seed, it gives the same interval.
    level
        Confidence level, between 0 and 1.
    method
        `BCa` for smooth statistics; `percentile` for a median or another quantile, whose
        jump from value to value BCa cannot correct for.
    resamples
        How many samples are drawn.

    Returns
    -------
    value, low, high
        Ends are NaN where no interval can be made: all values, or all resamples, give the same.

    Examples
    --------
    >>> scores = [55, 60, 62.5, 70, 70, 72.5, 75, 77.5, 80, 82.5, 85, 95]
    >>> mean, low, high = bootstrap_interval(scores, np.mean, np.random.default_rng(1))
    >>> round(mean, 1), 66 < low < 69, 79 < high < 82
    (73.8, True, True)
    """
    sample = np.asarray(values, dtype=float)
    if sample.ndim != 1 or len(sample) < 2 or not np.isfinite(sample).all():
        raise ValueError("a bootstrap needs two values, each a finite number")
    value = float(statistic(sample, axis=0))
    if (sample == sample[0]).all():
        return value, math.nan, math.nan
    from scipy import stats  # a second to import

    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # the ends say it
        found = stats.bootstrap(
            (sample,),
            statistic,
            n_resamples=resamples,
            confidence_level=checked(level),
            method=method,
            random_state=rng,
            vectorized=True,
        ).confidence_interval
    low, high = float(found.low), float(found.high)
    if math.isnan(low) or math.isnan(high) or low == high:
        return value, math.nan, math.nan
    return value, low, high


def sus_score(answers: Sequence[float]) -> float:
    """The score, 0 to 100, of one participant's answers to the System Usability Scale.

    Odd items are in favour, even ones against. Source: J. Brooke, "SUS: a 'quick and dirty'
    usability scale", in *Usability Evaluation in Industry* (1996), 189–194. The French F-SUS is
    scored alike: G. Gronier and A. Baudet, *International Journal of Human–Computer
    Interaction* 37 (2021), 1571–1582.

    Parameters
    ----------
    answers
        The ten answers, 1 (not at all) to 5 (wholly agree), in order.

    Examples
    --------
    >>> sus_score([5, 1, 5, 1, 5, 1, 5, 1, 5, 1]), sus_score([3] * 10)
    (100.0, 50.0)
    """
    if len(answers) != 10 or any(answer not in (1, 2, 3, 4, 5) for answer in answers):
        raise ValueError(f"{list(answers)}: a score needs ten answers from 1 to 5")
    return 2.5 * (sum(answers[0::2]) - 5 + 25 - sum(answers[1::2]))


def sus_grade(score: float) -> str:
    """The grade of a mean score on the curve of Sauro and Lewis, `A+` to `F`.

    Source: J. Sauro and J. R. Lewis, *Quantifying the User Experience* (2012), chapter 8.
    The curve is of 446 studies, nearly all in English; the average of 68 is a C.

    Examples
    --------
    >>> [sus_grade(score) for score in (84.1, 84.0, 68, 51.6)]
    ['A+', 'A', 'C', 'F']
    """
    if not 0 <= score <= 100:
        raise ValueError(f"{score} is no score from 0 to 100")
    rounded = round(score, 1)
    return next(grade for least, grade in _GRADES if rounded >= least)
