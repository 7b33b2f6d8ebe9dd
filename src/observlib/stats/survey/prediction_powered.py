"""How many texts hold something: read by people in a sample, guessed by a machine in all of them.

Prediction-powered inference: A. N. Angelopoulos, S. Bates, C. Fannjiang, M. I. Jordan, T. Zrnic,
"Prediction-powered inference", *Science* 382 (2023), 669–674, with the power tuning of
A. N. Angelopoulos, J. C. Duchi, T. Zrnic, "PPI++: efficient prediction-powered inference",
arXiv:2311.01453 (2023), section 6. The machine's share of all texts is corrected by how far it is
off in the sample; tuning keeps as much of it as lowers the error, and nothing of one that knows
nothing.

A machine that says yes or no makes of it the post-stratified share of the sample, which needs no
model of the machine's mistakes. So its error is known in small samples too, where the normal
interval of these papers is too narrow, and 0 where the machine happens to err nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from observlib.stats.survey.intervals import Floats, wilson_of_share


@dataclass(frozen=True)
class Prevalence:
    """Shares between 0 and 1, each with its interval: with the machine, and of the sample alone.

    `tuning` is the weight that the machine has (0: none, 1: whole), `n` the texts that were read,
    and `n_eff` as many as would have to be read to know as much without a machine.
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
    codes: npt.ArrayLike,
    guesses: npt.ArrayLike,
    guessed: float,
    texts: int,
    level: float = 0.95,
) -> Prevalence:
    """The share of some texts that hold something, from a simple random sample of them.

    Parameters
    ----------
    codes
        What people say of each text of the sample: 1 where it holds it, 0 where not, and between
        where they disagree.
    guesses
        What the machine says of the same texts, 0 or 1. It has not learnt from their codes.
    guessed
        In how many of all the texts the machine sees it, those of the sample included.
    texts
        How many there are in all: the share is theirs, so that nothing is uncertain once all of
        them are read.
    level
        Confidence level, between 0 and 1.

    Raises
    ------
    ValueError
        For what is no sample of the texts.

    Notes
    -----
    The interval is Wilson's, for as many answers as have the variance of the estimate. In that
    variance the share of each part that the machine makes is drawn by one answer towards that of
    the whole sample: a part in which no mistake was seen may hold some. `tests/survey` measures how
    often intervals hold the truth: 93 to 97 % of the time, and more where fewer than 100 texts were
    read and the machine hardly errs.

    Examples
    --------
    >>> codes, guesses = [1] * 18 + [0] * 32, [1] * 17 + [0] * 33
    >>> found = prevalence(codes, guesses, guessed=700, texts=2000)
    >>> [round(x, 3) for x in (found.estimate, found.low, found.high)]
    [0.37, 0.319, 0.424]
    >>> [round(x, 3) for x in (found.hand, found.hand_low, found.hand_high)]
    [0.36, 0.243, 0.497]
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
    alone = _wilson(hand, _answers(np.array(n), np.array(texts)), level)
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
    ends = _wilson(estimate, answers, level)
    n_eff = texts / (1 + (texts - 1) / float(answers))
    return Prevalence(estimate, *ends, hand, *alone, tuning, n, n_eff)


def _answers(read: Floats, there: Floats) -> Floats:
    """As many answers of an endless population as tell as much; all where none is left unread."""
    left = np.maximum(there - read, 0)
    with np.errstate(divide="ignore"):
        return np.where(left > 0, read * np.maximum(there - 1, 1) / left, np.inf)


def _wilson(share: float, answers: Floats, level: float) -> tuple[float, float]:
    low, high = wilson_of_share(np.array(share), answers, level)
    return float(low), float(high)
