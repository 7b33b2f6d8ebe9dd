"""What a test with a dozen participants can say: success rates, times, the usability scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

# the quantiles alone: all of scipy.stats takes a second to import, in each page's kernel
from scipy.special import ndtri

from observlib.survey.intervals import student

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
    if not 0 <= successes <= n or n <= 0:
        raise ValueError(f"{successes} successes of {n}: 0 <= successes <= n, n > 0")
    z = float(ndtri((1 + level) / 2))
    more = n + z**2
    share = (successes + z**2 / 2) / more
    half = z * math.sqrt(share * (1 - share) / more)
    return max(0.0, share - half), min(1.0, share + half)


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
    if len(values) < 2 or min(values) <= 0:
        raise ValueError("a geometric mean and its interval need two values, each above 0")
    logs = [math.log(value) for value in values]
    mean = math.fsum(logs) / len(logs)
    spread = math.fsum((log - mean) ** 2 for log in logs) / (len(logs) - 1)
    low, high = student(mean, math.sqrt(spread), len(logs), level)
    return math.exp(mean), math.exp(low), math.exp(high)


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
