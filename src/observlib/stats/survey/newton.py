"""Ratios of calibrated to start weights that meet constraints, whatever the distance.

Three methods, one algorithm: the weights nearest to the start weights, for a distance that the
method names, among those that meet the constraints. Source: J.-C. Deville and C.-E. Särndal,
"Calibration estimators in survey sampling", *Journal of the American Statistical Association* 87
(1992), 376–382: the weight is w = d·F(x'λ), with d the start weight, x the auxiliary variables and

- `linear`: F(u) = 1 + u;
- `raking`: F(u) = exp(u), what iterative proportional fitting converges to;
- `logit`: F between two bounds L < 1 < U.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy.special import expit

from observlib.base.errors import ObservError, bounded
from observlib.stats.survey.auxiliary import COLLINEAR, solve
from observlib.stats.survey.constraints import Constraints

Method = Literal["raking", "linear", "logit"]
Distance = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
HALVINGS = 40


class ConvergenceError(ObservError):
    """No weights were found that meet the margins; says which margin is furthest away."""


def ratios(
    meet: Constraints,
    start: np.ndarray,
    method: Method,
    bounds: tuple[float, float] | None,
    tolerance: float,
    max_iterations: int,
) -> tuple[np.ndarray, int]:
    """Ratios g = F(x'λ) with X'(start · g) = targets, and the number of steps to λ.

    Newton's method on the calibration equations, with the step halved until the worst misfit
    falls: the matrix of the step is that of the misfit's derivative, so that some part of the
    step always lowers it.
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
    scale[: sum(auxiliary.sizes)] = targets[: sum(auxiliary.sizes)]
    scale[scale == 0] = 1.0

    def at(point: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        g, slope = distance(auxiliary.predict(point))
        misfit = targets - auxiliary.totals(start * g)
        return g, slope, misfit, float(np.abs(misfit / scale).max())

    point, done = np.zeros(len(targets)), 0
    with np.errstate(over="ignore", invalid="ignore"):
        g, slope, misfit, worst = at(point)
        while worst > tolerance and done < max_iterations:
            step = solve(auxiliary.gram(start * slope), misfit)
            for _ in range(HALVINGS):
                trial = at(point + step)
                if trial[-1] < worst:
                    break
                step /= 2
            else:
                break
            point, done = point + step, done + 1
            g, slope, misfit, worst = trial
    if worst > tolerance:
        i = int(np.abs(misfit / scale).argmax())
        raise ConvergenceError(
            f"{method} calibration stopped after {done} iterations; furthest from its target is "
            f"{labels[i]}: {targets[i] - misfit[i]:.10g} instead of {targets[i]:.10g}. Usual "
            "causes: targets that contradict each other in this sample, categories of few people, "
            "bounds that are too narrow"
        )
    return factor * g, done


def _distance(method: Method, bounds: tuple[float, float] | None) -> Distance:
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


def _check_reach(meet: Constraints, start: np.ndarray, bounds: tuple[float, float] | None) -> None:
    """Refuse a target that no ratios within the bounds reach, whatever the other targets.

    Raking has none, and its ratios are above 0: a total of what is never negative is not 0.
    """
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
        there = amount > COLLINEAR * absolute  # what is less is rounding
        return np.multiply(ratio, amount, out=np.zeros_like(amount), where=there)

    least = times(low, rising) - times(high, falling)
    most = times(high, rising) - times(low, falling)
    beyond = ((targets <= least) | (targets >= most)) & ~((targets == 0) & (absolute == 0))
    if beyond.any():
        raise ConvergenceError(
            f"{what}: "
            + bounded(
                (
                    f"{labels[i]}: target {targets[i]:.10g}, within reach {least[i]:.10g} to "
                    f"{most[i]:.10g}"
                    for i in np.flatnonzero(beyond)
                ),
                sep="; ",
            )
        )
