"""How far a figure may be off where those who did not answer differ from those who did.

Weights mend what age, sex or region tell of it, and nothing else. Where margins of the population
are known, `pattern_mixture` says from them how far off the figure is if answering depends on the
profile alone (φ = 0), on what people think alone (φ = 1), or on both alike (φ = ½).

That supposes that people answer the more, the better (or the worse) they think. The bounds miss the
truth where both ends of opinion answer more, or those who think badly and those of whom the profile
makes one expect the best (`tools/coverage/nonresponse.py`). Answers cannot tell which it is. In all
other cases there is `comparisons.tipping_point`.

Of means alone: the bounds of a share as a normal variable cut in two (R. R. Andridge and others,
*Journal of the Royal Statistical Society, Series C* 68 (2019), 1465–1483) miss the truth in 32 to
66 of 100 where one end of opinion alone answers more, those of a mean in 5.

Sources: R. J. A. Little, B. T. West, P. S. Boonstra and J. Hu, "Measures of the degree of departure
from ignorable sample selection", *Journal of Survey Statistics and Methodology* 8 (2020), 932–964;
E. C. Fieller, "Some problems in interval estimation", *Journal of the Royal Statistical Society,
Series B* 16 (1954), 175–185, for intervals, which those authors give by Bayes' rule.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from observlib.stats.survey.constraints import solve, without_itself
from observlib.stats.survey.design import Floats
from observlib.stats.survey.intervals import checked
from observlib.stats.survey.weighting import Calibration

PROFILE, BOTH, OPINION = 0.0, 0.5, 1.0  # what answering depends on: φ


class Corrected(NamedTuple):
    """A figure as it would be for some φ, and its interval; all NaN where nothing bounds it."""

    estimate: float
    ci_low: float
    ci_high: float


_UNKNOWN = Corrected(math.nan, math.nan, math.nan)


class _Told(NamedTuple):
    """A number made of a sample, and what each of its rows adds to it (n,), of mean 0."""

    value: float
    each: Floats


class _Proxy(NamedTuple):
    """What margins tell of who answers: their mean, how far their proxy's is from the population's.

    `explained` is the adjusted share of the variance that the proxy explains (r²).
    """

    mean: _Told
    gap: _Told
    explained: _Told
    df: float


def pattern_mixture(
    values: Floats,
    calibration: Calibration,
    *phis: float,
    level: float = 0.95,
) -> list[Corrected]:
    """A mean as it would be if answering depended on the profile, on opinions, or both.

    The proxy of what people think is its regression on the margins, r its correlation with it. Who
    answers has a proxy above that of the population by u: the mean is then too high by u for φ = 0,
    by u / r for φ = ½ and by u / r² for φ = 1. r² is the adjusted one: that of many categories on
    few answers would be too high, and the bias too small.

    Few answer out of many: what is told is of the population, the sample being a negligible part.

    Parameters
    ----------
    values
        What each row of the calibrated sample says (n,): numbers, NaN where it says nothing.
    calibration
        Start weights, margins and their targets; the calibrated weights are not used.
    phis
        Each from 0 to 1: `PROFILE`, `BOTH`, `OPINION`, or between.
    level
        Confidence level, between 0 and 1, for each φ.

    Returns
    -------
    list of Corrected
        One for each φ, in the unit of `values`; it may lie beyond the ends of their scale. All NaN
        where the profile tells so little of what people think that its interval has no end, where
        all say the same, or where the sample is no larger than the number of categories.

    Raises
    ------
    ValueError
        For a φ outside 0 to 1, or values of other rows than the sample's.

    Examples
    --------
    Men, of whom too many answered, give better marks: the mean of all would be lower.

    >>> import pandas as pd
    >>> from observlib.stats.survey.weighting import calibrate
    >>> sample = pd.DataFrame({"sex": ["H"] * 60 + ["F"] * 40, "mark": [8.0, 6] * 30 + [6, 4] * 20})
    >>> weights = calibrate(sample, {"sex": pd.Series({"H": 50, "F": 50})})
    >>> marks = sample["mark"].to_numpy()
    >>> [round(found.estimate, 2) for found in pattern_mixture(marks, weights, 0, 0.5, 1)]
    [6.0, 5.91, 5.79]
    """
    for phi in phis:
        if not 0 <= phi <= 1:
            raise ValueError(f"phi {phi}: 0 (answering depends on the profile) to 1 (on opinions)")
    values = np.asarray(values, dtype=float)
    if values.shape != calibration.start.shape:
        raise ValueError(f"one value for each of {len(calibration.start)} people")
    proxy = _proxy(values, calibration)
    return [_corrected(proxy, phi, level) for phi in phis]


def _corrected(proxy: _Proxy | None, phi: float, level: float) -> Corrected:
    divisor = proxy and _moved_by(proxy, phi)
    if not proxy or not divisor:
        return _UNKNOWN
    quantile = float(stdtrit(proxy.df, (1 + checked(level)) / 2))
    ends = _fieller(proxy.mean, proxy.gap, divisor, quantile)
    return (
        Corrected(proxy.mean.value - proxy.gap.value / divisor.value, *ends) if ends else _UNKNOWN
    )


def _proxy(values: Floats, calibration: Calibration) -> _Proxy | None:
    """What the margins tell of who answers, by the start weights; nothing where they cannot."""
    known = np.flatnonzero(np.isfinite(values))
    y, w = values[known], calibration.start[known]
    if not len(y) or (y == y[0]).all():
        return None
    w = w / w.mean()
    auxiliary = calibration.auxiliary.of_rows(known)
    gram = auxiliary.gram(w)
    size = float(w.sum() ** 2 / (w**2).sum())  # Kish's
    df = size - float(np.linalg.matrix_rank(gram, hermitian=True))
    if df < 1:
        return None
    population = calibration.margins["target"].to_numpy() / calibration.weights.sum()
    too_many = auxiliary.totals(w) / len(y) - population
    slope = solve(gram, auxiliary.totals(w * y))
    fitted, mean = auxiliary.predict(slope), float((w * y).mean())
    off, left = y - mean, y - fitted
    pull = len(y) * auxiliary.predict(solve(gram, too_many))
    deleted = left * without_itself(auxiliary.leverages(w, gram))
    spread, unexplained = float((w * off**2).mean()), float((w * left**2).mean())
    lost = unexplained / spread * (size - 1) / df
    relative = off**2 / spread - (left**2 / unexplained if lost else 0.0)
    return _Proxy(
        mean=_Told(mean, w * off),
        gap=_Told(float(too_many @ slope), w * (fitted - mean + pull * deleted)),
        explained=_Told(1 - lost, w * lost * relative),
        df=df,
    )


def _moved_by(proxy: _Proxy, phi: float) -> _Told | None:
    """By what the proxy's gap is to be divided for the bias; nothing where it explains nothing."""
    explained = proxy.explained
    if not phi:
        return _Told(1.0, np.zeros_like(explained.each))
    if not explained.value > 0:
        return None
    r = math.sqrt(explained.value)
    profile, opinion = phi * r + 1 - phi, phi + (1 - phi) * r
    slope = profile / opinion + r * (phi * opinion - (1 - phi) * profile) / opinion**2
    return _Told(r * profile / opinion, slope * explained.each / (2 * r))


def _fieller(
    start: _Told, gap: _Told, divisor: _Told, quantile: float
) -> tuple[float, float] | None:
    """The interval of start − gap / divisor; nothing where it has no ends."""
    fixed = start.each * divisor.value - gap.each
    n = len(fixed)
    a = divisor.value**2 - quantile**2 * float(divisor.each @ divisor.each) / n**2
    b = gap.value * divisor.value + quantile**2 * float(fixed @ divisor.each) / n**2
    c = gap.value**2 - quantile**2 * float(fixed @ fixed) / n**2
    inside = b**2 - a * c
    if not a > 0 or not inside >= 0:
        return None
    low, high = ((b + sign * math.sqrt(inside)) / a for sign in (-1, 1))
    return start.value - high, start.value - low
