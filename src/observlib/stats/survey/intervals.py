"""What answers taken as a simple sample say: shares and means with their intervals.

A share: `wilson` from about thirty answers on, `adjusted_wald` of a dozen; a mean of scores:
`student`, or `bounded_intervals` near the ends of a scale; times: `geometric_mean`.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

# the quantiles alone: all of scipy.stats takes a second to import
from scipy.special import expit, ndtri, stdtrit

Floats = npt.NDArray[np.floating[Any]]


def checked_level(level: float) -> float:
    """A confidence level, if it is one: a `ValueError` for 95."""
    if not 0 < level < 1:
        raise ValueError(f"level {level} is not between 0 and 1; write 0.95 for 95 %")
    return level


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion; effective numbers need not be whole.

    Source: E. B. Wilson, *Journal of the American Statistical Association* 22 (1927), 209–212.

    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if not 0 <= successes <= n < math.inf or n < 1:
        raise ValueError(f"{successes} successes of {n} answers: 0 <= successes <= n, n >= 1")
    return _wilson(successes / n, np.array(n), level)


def wilson_of_share(share: Floats, n: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score intervals of shares, of as many answers, whole or effective, each."""
    return score_ends(share, n, float(ndtri((1 + checked_level(level)) / 2)))


def score_ends(share: Any, n: Any, z: float) -> tuple[Any, Any]:
    """The ends of Wilson's intervals at `z` standard errors; the shares for infinite `n`."""
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # at 0 and 1 the interval ends at the share itself, which rounding must not cross
    return np.where(share == 0, 0.0, centre - half), np.where(share == 1, 1.0, centre + half)


def bounded_intervals(
    mean: Any, error: Any, df: Any, ends: tuple[float, float], level: float = 0.95
) -> tuple[Any, Any]:
    """The intervals of means on a scale that ends, such as marks of 0 to 10: never beyond it.

    Student's interval of the logarithm of (mean − least) / (most − mean), by the delta method.
    Source: as for proportions, E. L. Korn and B. I. Graubard, *Analysis of Health Surveys* (1999),
    section 2.7. Both ends are NaN where the mean is an end of the scale, or nothing tells its
    error.

    >>> [round(float(end), 2) for end in bounded_intervals(9.0, 0.3, 99, (0, 10))]
    [8.23, 9.46]
    """
    scale, value = ends[1] - ends[0], np.asarray(mean, dtype=float)
    below, above = value - ends[0], ends[1] - value
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        half = stdtrit(df, (1 + checked_level(level)) / 2) * error * scale / below / above
        told = (below > 0) & (above > 0) & (half > 0) & (np.asarray(df) >= 1)
        odds = np.log(below / above)
        low, high = (ends[0] + scale * expit(odds + side * half) for side in (-1, 1))
    return np.where(told, low, math.nan)[()], np.where(told, high, math.nan)[()]


def student(mean: float, sd: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Student's t interval of a mean, of a standard deviation of divisor n − 1.

    >>> [round(end, 4) for end in student(5.0, 2.0, 16)]
    [3.9343, 6.0657]
    """
    if not (n >= 2 and 0 <= sd < math.inf and math.isfinite(mean)):
        raise ValueError(
            f"mean = {mean}, sd = {sd}, n = {n}: a t interval needs 2 answers, a mean and sd >= 0"
        )
    half = float(stdtrit(n - 1, (1 + checked_level(level)) / 2)) * sd / math.sqrt(n)
    return mean - half, mean + half


# --- Tests with a dozen participants

# The least mean score of each grade.
_GRADES = (
    (84.1, "A+"), (80.8, "A"), (78.9, "A−"), (77.2, "B+"), (74.1, "B"), (72.6, "B−"),
    (71.1, "C+"), (65.0, "C"), (62.7, "C−"), (51.7, "D"), (0.0, "F"),
)  # fmt: skip
SUS_AVERAGE = 68  # of the studies that the grades were made of


def adjusted_wald(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """The adjusted Wald interval of a proportion, for small samples, cut at 0 and 1.

    Sources: A. Agresti and B. A. Coull, *The American Statistician* 52 (1998), 119–126; J. Sauro
    and J. R. Lewis, *Proceedings of the Human Factors and Ergonomics Society* 49 (2005), 2100–2104.

    >>> [round(end, 4) for end in adjusted_wald(4, 5)]
    [0.3596, 0.9797]
    """
    if not 0 <= successes <= n < math.inf or n <= 0:
        raise ValueError(f"{successes} successes of {n}: 0 <= successes <= n, n > 0")
    from statsmodels.stats.proportion import proportion_confint  # a second to import

    low, high = proportion_confint(successes, n, 1 - checked_level(level), method="agresti_coull")
    return float(low), float(high)


def clustered_share(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """A share of attempts made by participants who make several, and its effective base.

    The base whose simple sample has the variance of the ratio, linearised over participants: W. G.
    Cochran, *Sampling Techniques*, 3rd ed. (1977), 6.4 and 9A. `counts`: successes and attempts of
    each.

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

    Source: J. Sauro and J. R. Lewis, *Proceedings of CHI* (2010), 2347–2350.

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


def sus_score(answers: Sequence[float]) -> float:
    """The score, 0 to 100, of one participant's ten answers, 1 to 5, to the System Usability Scale.

    Source: J. Brooke, in *Usability Evaluation in Industry* (1996), 189–194; the French F-SUS: G.
    Gronier and A. Baudet, *International Journal of Human–Computer Interaction* 37 (2021),
    1571–1582.

    >>> sus_score([5, 1, 5, 1, 5, 1, 5, 1, 5, 1]), sus_score([3] * 10)
    (100.0, 50.0)
    """
    if len(answers) != 10 or any(answer not in (1, 2, 3, 4, 5) for answer in answers):
        raise ValueError(f"{list(answers)}: a score needs ten answers from 1 to 5")
    return 2.5 * (sum(answers[0::2]) - 5 + 25 - sum(answers[1::2]))


def sus_grade(score: float) -> str:
    """The grade of a mean score on the curve of 446 studies, `A+` to `F`; their average is a C.

    Source: J. Sauro and J. R. Lewis, *Quantifying the User Experience* (2012), chapter 8.

    >>> [sus_grade(score) for score in (84.1, 84.0, 68, 51.6)]
    ['A+', 'A', 'C', 'F']
    """
    if not 0 <= score <= 100:
        raise ValueError(f"{score} is no score from 0 to 100")
    rounded = round(score, 1)
    return next(grade for least, grade in _GRADES if rounded >= least)


# --- Texts that people read, and a machine guesses


class Prevalence(NamedTuple):
    """Shares between 0 and 1, each with its interval: with the machine, and of the sample alone.

    `tuning`: the weight of the machine; `n_eff`: texts to read to know as much without it.
    """

    estimate: float
    low: float
    high: float
    hand: float
    hand_low: float
    hand_high: float
    tuning: float
    n: int
    n_eff: float


def prevalence(
    codes: npt.ArrayLike, guesses: npt.ArrayLike, guessed: float, texts: int
) -> Prevalence:
    """The share of some texts that hold something, from a simple random sample of them.

    Prediction-powered inference with power tuning: A. N. Angelopoulos and others, *Science* 382
    (2023), 669–674, and arXiv:2311.01453 (2023), section 6; of a machine that says yes or no, the
    post-stratified share. The interval is Wilson's, for as many answers as have the variance of the
    estimate, in which the share of each part is drawn by one answer towards that of the sample: a
    part in which no mistake was seen may hold some. It holds the truth 93 to 97 % of the time.

    `codes` of the sample are 0 to 1; `guesses`, 0 or 1 of the same texts, have not learnt from
    them; `guessed` counts all the texts in which the machine sees it, of `texts` in all.
    """
    code, guess = np.asarray(codes, dtype=float), np.asarray(guesses, dtype=float)
    n, seen = len(code), float(guess.sum())
    fits = n <= texts and seen <= guessed + 1e-9 and n - seen <= texts - guessed + 1e-9
    if not n or len(guess) != n or not fits or (guess * (1 - guess)).any():
        raise ValueError(
            f"{n} codes and {len(guess)} guesses, {seen:g} of them yes, are no sample of {texts} "
            f"texts in {guessed:g} of which the machine sees it"
        )
    if not ((code >= 0) & (code <= 1)).all():
        raise ValueError("codes lie between 0 and 1")
    hand = float(code.mean())
    alone = _wilson(hand, _answers(np.array(n), np.array(texts)))
    if seen in (0, n):  # nothing tells how the other part errs
        return Prevalence(hand, *alone, hand, *alone, 0.0, n, float(n))
    read = np.array([n - seen, seen])
    there = np.array([texts - guessed, guessed])
    held = float(code @ guess)
    sums = np.array([code.sum() - held, held])
    tuning = float(sums[1] / seen - sums[0] / (n - seen))  # the slope of codes on guesses
    estimate = hand + tuning * (guessed / texts - seen / n)
    towards = (code.sum() + 1) / (n + 2)
    shares, weights = (sums + towards) / (read + 1), there / texts
    variance = float((weights**2 * shares * (1 - shares) / _answers(read, there)).sum())
    middle = float(weights @ shares)
    answers = np.array(middle * (1 - middle) / variance if variance > 0 else np.inf)
    estimate = min(max(estimate, 0.0), 1.0)  # but for rounding it lies there
    ends = _wilson(estimate, answers)
    n_eff = texts / (1 + (texts - 1) / float(answers))
    return Prevalence(estimate, *ends, hand, *alone, tuning, n, n_eff)


def _answers(read: Floats, there: Floats) -> Floats:
    """As many answers of an endless population as tell as much; all where none is left unread."""
    left = np.maximum(there - read, 0)
    with np.errstate(divide="ignore"):
        return np.where(left > 0, read * np.maximum(there - 1, 1) / left, np.inf)


def _wilson(share: float, answers: Floats, level: float = 0.95) -> tuple[float, float]:
    low, high = wilson_of_share(np.array(share), answers, level)
    return float(low), float(high)


class Agreement(NamedTuple):
    """Cohen's kappa with its interval, and on how many texts; not a number where all are alike."""

    kappa: float
    low: float
    high: float
    n: int


def cohens_kappa(one: Sequence[str], other: Sequence[str]) -> Agreement:
    """Cohen's kappa of the codes that two people gave the same texts, with its 95 % interval.

    Sources: J. Cohen, *Educational and Psychological Measurement* 20 (1960), 37–46; J. L. Fleiss
    and others, *Psychological Bulletin* 72 (1969), 323–327. NaN where both give all texts one code.
    """
    from statsmodels.stats.inter_rater import cohens_kappa as of_table  # a second to import

    codes = sorted({*one, *other})
    if len(codes) < 2:
        return Agreement(math.nan, math.nan, math.nan, len(one))
    pairs = [pd.Categorical(each, codes) for each in (one, other)]
    found = of_table(pd.crosstab(*pairs, dropna=False).to_numpy())
    low, high = max(float(found.kappa_low), -1.0), min(float(found.kappa_upp), 1.0)
    return Agreement(float(found.kappa), low, high, len(one))
