"""How far a figure may be off where those who did not answer differ from those who did."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from observlib.stats.survey.design import Floats
from observlib.stats.survey.weighting import Calibration, solve, without_itself

PROFILE, BOTH, OPINION = 0.0, 0.5, 1.0  # what answering depends on: φ


class Corrected(NamedTuple):
    """A figure as it would be for some φ, and its interval; all NaN where nothing bounds it."""

    estimate: float
    ci_low: float
    ci_high: float


_UNKNOWN = Corrected(math.nan, math.nan, math.nan)


class _Linearised(NamedTuple):
    """A number made of a sample, and what each of its rows adds to it (n,), of mean 0."""

    value: float
    each: Floats


class _Proxy(NamedTuple):
    """What margins tell of who answers: their mean, their proxy's gap, its adjusted r²."""

    mean: _Linearised
    gap: _Linearised
    explained: _Linearised
    df: float


def pattern_mixture(values: Floats, calibration: Calibration, *phis: float) -> list[Corrected]:
    """A mean as it would be if answering depended on the profile, on opinions, or both.

    The proxy of what people think is its regression on the margins, r its correlation with it. Who
    answers has a proxy above that of the population by u: the mean is too high by u for φ = 0, by u
    / r for φ = ½ and by u / r² for φ = 1, r² being the adjusted one. `values` are (n,), NaN where a
    row says nothing; all is NaN where the profile tells too little.
    """
    for phi in phis:
        if not 0 <= phi <= 1:
            raise ValueError(f"phi {phi}: 0 (answering depends on the profile) to 1 (on opinions)")
    values = np.asarray(values, dtype=float)
    if values.shape != calibration.start.shape:
        raise ValueError(f"one value for each of {len(calibration.start)} people")
    proxy = _proxy(values, calibration)
    return [_corrected(proxy, phi) for phi in phis]


def _corrected(proxy: _Proxy | None, phi: float) -> Corrected:
    """The mean less the gap over its divisor, with Fieller's interval, if that has ends."""
    if not proxy or (phi and not proxy.explained.value > 0):
        return _UNKNOWN
    (mean, each), gap, explained = proxy.mean, proxy.gap, proxy.explained
    divisor, moved = 1.0, np.zeros_like(each)  # by what the gap is divided for the bias
    if phi:
        r = math.sqrt(explained.value)
        profile, opinion = phi * r + 1 - phi, phi + (1 - phi) * r
        slope = profile / opinion + r * (phi * opinion - (1 - phi) * profile) / opinion**2
        divisor, moved = r * profile / opinion, slope * explained.each / (2 * r)
    quantile, n = float(stdtrit(proxy.df, 0.975)), len(each)
    fixed = each * divisor - gap.each
    a = divisor**2 - quantile**2 * float(moved @ moved) / n**2
    b = gap.value * divisor + quantile**2 * float(fixed @ moved) / n**2
    c = gap.value**2 - quantile**2 * float(fixed @ fixed) / n**2
    inside = b**2 - a * c
    if not a > 0 or not inside >= 0:
        return _UNKNOWN
    low, high = ((b + sign * math.sqrt(inside)) / a for sign in (-1, 1))
    return Corrected(mean - gap.value / divisor, mean - high, mean - low)


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
    gap = _Linearised(float(too_many @ slope), w * (fitted - mean + pull * deleted))
    return _Proxy(_Linearised(mean, w * off), gap, _Linearised(1 - lost, w * lost * relative), df)
