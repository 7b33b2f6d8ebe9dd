"""Weights that make a sample weigh what is known of its population: calibration to margins."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy.special import expit, stdtrit

from observlib.base.errors import ObservError, bounded
from observlib.stats.survey import constraints
from observlib.stats.survey.design import Floats, repeated
from observlib.stats.survey.estimation import kish

# --- Ratios of calibrated to start weights that meet constraints, whatever the distance

CalibrationMethod = Literal["raking", "linear", "logit"]
Distance = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
_TOLERANCE = 1e-8  # largest distance of a category from its target, as a share of it
_MOST_STEPS, _MOST_HALVINGS = 50, 40


class ConvergenceError(ObservError):
    """No weights were found that meet the margins; says which margin is furthest away."""


def ratios(
    meet: constraints.Constraints,
    start: np.ndarray,
    method: CalibrationMethod,
    bounds: tuple[float, float] | None,
) -> tuple[np.ndarray, int]:
    """Ratios g = F(x'λ) with X'(start · g) = targets, and the number of steps to λ.

    Source: J.-C. Deville and C.-E. Särndal, *Journal of the American Statistical Association* 87
    (1992), 376–382: `linear` has F(u) = 1 + u; `raking` exp(u); `logit` an F between two bounds. By
    Newton's method, the step halved until the worst misfit falls.
    """
    if method != "linear":
        _check_reach(meet, start, bounds)
    auxiliary, targets, labels, population = meet
    distance = _distance(method, bounds)
    # With the population among the constraints a common factor of the start weights changes
    # neither linear weights nor raked ones, and Newton's method has less far to go.
    factor = 1.0 if bounds is not None or population is None else population / start.sum()
    start = start * factor
    scale = np.maximum(np.abs(targets), auxiliary.absolute().totals(start))
    scale[: auxiliary.categories] = targets[: auxiliary.categories]
    scale[scale == 0] = 1.0

    def at(point: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        g, slope = distance(auxiliary.predict(point))
        misfit = targets - auxiliary.totals(start * g)
        return g, slope, misfit, float(np.abs(misfit / scale).max())

    point, done = np.zeros(len(targets)), 0
    with np.errstate(over="ignore", invalid="ignore"):
        g, slope, misfit, worst = at(point)
        while worst > _TOLERANCE and done < _MOST_STEPS:
            step = constraints.solve(auxiliary.gram(start * slope), misfit)
            for _ in range(_MOST_HALVINGS):
                trial = at(point + step)
                if trial[-1] < worst:
                    break
                step /= 2
            else:
                break
            point, done = point + step, done + 1
            g, slope, misfit, worst = trial
    if worst > _TOLERANCE:
        i = int(np.abs(misfit / scale).argmax())
        raise ConvergenceError(
            f"{method} calibration stopped after {done} iterations; furthest from its target is "
            f"{labels[i]}: {targets[i] - misfit[i]:.10g} instead of {targets[i]:.10g}. Usual "
            "causes: targets that contradict each other in this sample, categories of few people, "
            "bounds that are too narrow"
        )
    return factor * g, done


def _distance(method: CalibrationMethod, bounds: tuple[float, float] | None) -> Distance:
    """F and its derivative; F(0) = F'(0) = 1 whatever the method."""
    if bounds is not None:
        low, high = bounds
        speed = (high - low) / ((1 - low) * (high - 1))
        shift = np.log((1 - low) / (high - 1))

        def logit(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            share = expit(speed * u + shift)
            return low + (high - low) * share, (high - low) * speed * share * (1 - share)

        return logit
    if method == "raking":
        return lambda u: (grown := np.exp(u), grown)
    return lambda u: (1 + u, np.ones_like(u))


def _check_reach(
    meet: constraints.Constraints, start: np.ndarray, bounds: tuple[float, float] | None
) -> None:
    """Refuse a target that no ratios within the bounds reach, whatever the other targets."""
    auxiliary, targets, labels, population = meet
    low, high = bounds or (0.0, np.inf)
    what = f"bounds {bounds} cannot be kept" if bounds else "weights above 0 cannot give this"
    if population is not None and not low < population / start.sum() < high:
        raise ConvergenceError(
            f"bounds {bounds}: the start weights sum to {start.sum():.10g}, the population is "
            f"{population:.10g}, {population / start.sum():.4g} times that: give start weights "
            "that sum to about the population, or wider bounds"
        )
    reached, absolute = auxiliary.totals(start), auxiliary.absolute().totals(start)
    rising, falling = (absolute + reached) / 2, (absolute - reached) / 2

    def times(ratio: float, amount: np.ndarray) -> np.ndarray:
        there = amount > constraints.COLLINEAR * absolute  # what is less is rounding
        return np.multiply(ratio, amount, out=np.zeros_like(amount), where=there)

    least = times(low, rising) - times(high, falling)
    most = times(high, rising) - times(low, falling)
    beyond = ((targets <= least) | (targets >= most)) & ~((targets == 0) & (absolute == 0))
    if beyond.any():
        told = (
            f"{labels[i]}: target {targets[i]:.10g}, within reach {least[i]:.10g} to {most[i]:.10g}"
            for i in np.flatnonzero(beyond)
        )
        raise ConvergenceError(f"{what}: {bounded(told, sep='; ')}")


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibrated weights, how they came about, and what a variance needs to know of it.

    `weights` and `start` are of rows (n,). `margins` has one row a category or numeric total:
    `margin`, `category`, `n`, `target`, `before` and `after` (what start and final weights give).
    `iterations` are Newton steps, `trimmed` rows whose weight was set to a bound of `trim`;
    `deletes`: whether residuals are deleted ones (see `deleting`).
    """

    weights: np.ndarray
    start: np.ndarray
    auxiliary: constraints.Auxiliary
    margins: pd.DataFrame
    iterations: int
    trimmed: int
    deletes: bool = False

    @property
    def g(self) -> np.ndarray:
        """(n,): calibrated weight over start weight."""
        return self.weights / self.start

    def residuals(self, values: np.ndarray) -> np.ndarray:
        """Residuals of values (n,) or (n, k) regressed on the auxiliary variables.

        Weighted by the start weights, as in R's `survey::calibrate`; its `rake` leaves these
        weights out.
        """
        values = np.asarray(values, dtype=float)
        if len(values) != len(self.weights) or not np.isfinite(values).all():
            raise ValueError(f"residuals of {len(self.weights)} rows need as many finite values")
        found = self.auxiliary.residuals(values, self.start, self._gram)
        return (found.T * self._without_itself).T if self.deletes else found

    def deleting(self) -> Calibration:
        """The same, whose variances are of deleted residuals, as of the regression on other rows.

        With few rows to a category, plain residuals are too small. Source: W. Yung and J. N. K.
        Rao, *Survey Methodology* 22 (1996), 23–31; J. G. MacKinnon and H. White, *Journal of
        Econometrics* 29 (1985), 305–325.
        """
        return replace(self, deletes=True)

    @cached_property
    def _without_itself(self) -> np.ndarray:
        """(n,): what makes a row's residual that of the regression on the others."""
        return constraints.without_itself(self.auxiliary.leverages(self.start, self._gram))

    @cached_property
    def _gram(self) -> np.ndarray:
        return self.auxiliary.gram(self.start)

    def summary(self) -> pd.Series:
        """People, sum and range of weights, how many are negative, range of g, Kish's numbers."""
        weights, n_eff = self.weights, effective_n(self.weights)
        found = {"n": len(weights), "sum": weights.sum(), "min": weights.min()}
        found |= {"max": weights.max(), "negative": (weights < 0).sum()}
        found |= {"g_min": self.g.min(), "g_max": self.g.max()}
        found |= {"design_effect": len(weights) / n_eff, "effective_n": n_eff}
        found |= {"trimmed": self.trimmed, "iterations": self.iterations}
        return pd.Series(found, dtype=float)


def effective_n(weights: np.ndarray) -> float:
    """Kish's effective sample size, (Σw)² / Σw²; n over it is the design effect of weighting.

    >>> round(effective_n(np.array([1.0, 1.0, 2.0])), 2)
    2.67
    """
    weights = np.asarray(weights, dtype=float)
    if not (np.isfinite(weights).all() and weights.sum() > 0):
        raise ObservError("weights: a number each, with a positive sum, is needed for effective n")
    scaled = weights / np.abs(weights).max()  # squares of the largest would be infinite
    return float(kish(scaled, np.zeros(len(weights), dtype=np.int64), 1)[0])


def trim_weights(weights: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """Weights set to the bounds they exceed, and the others moved so that the sum is kept.

    As `trimWeights(strict = TRUE)` of R's package `survey`. Margins that the weights met are no
    longer met exactly; `method="logit"` of `calibrate` bounds the weights and meets them.

    >>> trim_weights(np.array([1.0, 2.0, 3.0, 10.0]), lower=2, upper=6).tolist()
    [2.0, 3.5, 4.5, 6.0]
    """
    if not lower < upper:
        raise ValueError(f"trim ({lower}, {upper}): lower < upper")
    each = np.asarray(weights, dtype=float)
    if not np.isfinite(each).all():
        raise ObservError("weights: a number each is needed to trim them")
    total = each.sum()
    trimmed = np.zeros(len(each), dtype=bool)
    while (outside := (each < lower) | (each > upper)).any():
        trimmed |= outside
        each = each.clip(lower, upper)
        excess, free = total - each.sum(), (~trimmed).sum()
        if free:
            each[~trimmed] += excess / free
        elif abs(excess) > 1e-9 * abs(total):
            raise ObservError(
                f"trim ({lower:.6g}, {upper:.6g}): no weight is left to take up {excess:.6g} of a "
                f"total of {total:.6g}, {total / len(each):.6g} a row: set wider bounds"
            )
    return each


def calibrate(
    sample: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    *,
    totals: Mapping[str, float] = MappingProxyType({}),
    population: float | None = None,
    weights: str | None = None,
    method: CalibrationMethod = "raking",
    bounds: tuple[float, float] | None = None,
    trim: tuple[float, float] | None = None,
    missing: constraints.Missing = "error",
) -> Calibration:
    """Weights of a sample that meet known margins and totals of its population.

    Parameters
    ----------
    sample
        One row a person.
    margins
        By column of the sample, the population of each of its categories: the Series' index is
        the categories. All margins have the same total. Crossed margins are the margin of a
        column that crosses them. Categoricals are the quickest.
    totals
        By numeric column of the sample, its total in the population.
    population
        Size of the population. With it a margin may also be shares that sum to 1; without margins
        it is itself what the weights must sum to.
    weights
        Column of start weights, each more than 0. Without it every person starts with the same
        weight: the population over their number (1 where the population is not known).
    method
        What keeps the weights near the start weights: `raking` keeps them positive; `linear` is
        the general regression estimator (GREG), whose weights may be negative: `summary` counts
        them, and `design.design` refuses them; `logit` keeps the ratio within `bounds`.
    bounds
        For `logit`, and only there: smallest (below 1) and largest (above 1) ratio of the
        calibrated to the start weight.
    trim
        Smallest and largest weight of a person, imposed after calibration (see `trim_weights`);
        what this does to the margins is in the result's `margins`.
    missing
        Of a row that has no answer for a margin: `error`, or `keep_share`: such rows are a
        category of their own, which keeps its share of the start weights. It holds where those
        who do not answer are spread over the categories as the population is.

    >>> sample = pd.DataFrame({"sexe": ["F", "F", "H"], "age": ["-", "+", "+"]})
    >>> margins = {"sexe": pd.Series({"F": 50, "H": 50}), "age": pd.Series({"-": 30, "+": 70})}
    >>> calibration = calibrate(sample, margins)
    >>> calibration.weights.round(6).tolist()
    [30.0, 20.0, 50.0]
    >>> round(effective_n(calibration.weights), 2)
    2.63
    """
    if not margins and not totals and population is None:
        raise ValueError("nothing to calibrate to: give margins, totals or a population")
    _check_method(method, bounds, missing)
    asked = [*margins, *totals, *([] if weights is None else [weights])]
    problems = [f"column {name!r}: not in the sample" for name in asked if name not in sample]
    again = repeated(sample, dict.fromkeys(asked))
    problems += [f"column {name!r}: more than once in the sample" for name in again]
    if problems or not len(sample):
        raise ObservError(*(problems or ["sample: no row"]))
    start = np.ones(len(sample))
    if weights is not None:
        what = f"weights {weights!r}"
        start, problems = constraints.numeric(sample[weights], what, positive=True)
    meet, wrong = constraints.read_constraints(sample, margins, totals, population, start, missing)
    if meet is None or problems:
        raise ObservError(*problems, *wrong)

    if weights is None and meet.population is not None:
        start *= meet.population / start.sum()
    cells, cell = meet.auxiliary.collapsed
    of_cells = meet._replace(auxiliary=cells)
    before = np.bincount(cell, start)
    g, iterations = ratios(of_cells, before, method, bounds)
    final, trimmed = start * g[cell], 0
    if trim is not None:
        final = trim_weights(final, *trim)
        trimmed = int(sum(np.isclose(final, bound, rtol=1e-9, atol=0).sum() for bound in trim))
    n, after = np.bincount(cell), np.bincount(cell, final)
    met = _margins(of_cells, n, before, after)
    return Calibration(final, start, meet.auxiliary, met, iterations, trimmed)


def _check_method(method: str, bounds: tuple[float, float] | None, missing: str) -> None:
    if method not in get_args(CalibrationMethod) or missing not in get_args(constraints.Missing):
        raise ValueError(
            f"method={method!r}, missing={missing!r}: method is one of "
            f"{get_args(CalibrationMethod)}, missing one of {get_args(constraints.Missing)}"
        )
    if (method == "logit") != (bounds is not None):
        raise ValueError(f"method={method!r}, bounds={bounds}: logit has bounds, and no other")
    if bounds is not None and not (0 <= bounds[0] < 1 < bounds[1] < np.inf):
        raise ValueError(f"bounds={bounds}: ratios of weights, 0 <= lower < 1 < upper")


def _margins(
    of_cells: constraints.Constraints, n: np.ndarray, before: np.ndarray, after: np.ndarray
) -> pd.DataFrame:
    auxiliary, targets, labels, _ = of_cells
    people = auxiliary.totals(n)
    people[auxiliary.categories :] = n.sum()  # a numeric total is of everyone
    categories = pd.Series([label.category for label in labels], dtype=object)
    found = {"margin": [label.margin for label in labels], "category": categories, "n": people}
    given = {"before": auxiliary.totals(before), "after": auxiliary.totals(after)}
    return pd.DataFrame({**found, "target": targets, **given})


# --- How far a figure may be off where those who did not answer differ from those who did

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
    """What margins tell of who answers: their mean, their proxy's gap, its adjusted r²."""

    mean: _Told
    gap: _Told
    explained: _Told
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
    slope = constraints.solve(gram, auxiliary.totals(w * y))
    fitted, mean = auxiliary.predict(slope), float((w * y).mean())
    off, left = y - mean, y - fitted
    pull = len(y) * auxiliary.predict(constraints.solve(gram, too_many))
    deleted = left * constraints.without_itself(auxiliary.leverages(w, gram))
    spread, unexplained = float((w * off**2).mean()), float((w * left**2).mean())
    lost = unexplained / spread * (size - 1) / df
    relative = off**2 / spread - (left**2 / unexplained if lost else 0.0)
    gap = _Told(float(too_many @ slope), w * (fitted - mean + pull * deleted))
    return _Proxy(_Told(mean, w * off), gap, _Told(1 - lost, w * lost * relative), df)
