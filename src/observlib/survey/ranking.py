"""Which of several things most need work, by criteria that are known of each more or less well.

Nobody knows how much one criterion should weigh against another, and figures on a few answers lie
far from the truth more often than others. So neither is fixed: a thing is told with the probability
that it is among those that most need work, over all weights and over what its figures leave open.

Sources: A. Gelman, J. B. Carlin, H. S. Stern, D. B. Dunson, A. Vehtari and D. B. Rubin, *Bayesian
Data Analysis*, 3rd edition (2013), section 5.4, on the normal hierarchical model; D. B. Rubin,
"Estimation in parallel randomized experiments", *Journal of Educational Statistics* 6 (1981),
377–401; R. Lahdelma and P. Salminen, "SMAA-2: Stochastic multicriteria acceptability analysis for
group decision making", *Operations Research* 49 (2001), 444–454, on weights that nobody fixes.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from observlib.survey.design import Floats

LEAST = 3  # things of which a criterion is known: of two, their spread says nothing
_GRID = 400  # values of the spread between things
DRAWS, SEED = 4000, 20261130


def among_worst(
    values: Floats, errors: Floats, most: int = 10, draws: int = DRAWS, seed: int = SEED
) -> Floats:
    """The probability that each of several things is among those that most need work.

    In each draw every criterion gives each thing a value (see `shrunk`) and so a rank, and the
    criteria get weights, all of which are as likely (uniform on the simplex). The things whose
    weighted ranks are highest are the worst.

    Parameters
    ----------
    values
        Things × criteria; the higher the worse, NaN where it is not known. A criterion that is
        known of fewer than `LEAST` has no part.
    errors
        Their standard errors, above 0 where the value is known.
    most
        How many are named.
    draws, seed
        The same draws for the same seed, on any machine.

    Returns
    -------
    array
        From 0 to 1; NaN for all where no criterion has a part, or all are among the `most`.

    Examples
    --------
    >>> values = np.array([[3.0, np.nan], [0.0, 1.0], [-3.0, -1.0], [0.0, 0.0], [0.0, 0.1]])
    >>> found = among_worst(values, np.full((5, 2), 0.2), most=1)
    >>> int(found.argmax()), bool(found[2] < 0.01), round(float(found.sum()), 6)
    (0, True, 1.0)
    """
    values, errors = np.asarray(values, float), np.asarray(errors, float)
    known = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    used = np.flatnonzero(known.sum(axis=0) >= LEAST)
    things = len(values)
    if not used.size or things <= most:
        return np.full(things, np.nan)
    chance = Chance(seed)
    weights = -np.log(chance.uniform(draws, used.size))
    scores = np.zeros((draws, things))
    for place, of in enumerate(used):
        drawn = shrunk(values[:, of], np.where(known[:, of], errors[:, of], np.nan), draws, chance)
        scores += weights[:, [place]] * _ranks(drawn)
    worst = np.argpartition(-scores, most - 1, axis=1)[:, :most]
    return np.bincount(worst.ravel(), minlength=things) / draws


def shrunk(values: Floats, errors: Floats, draws: int, chance: Chance) -> Floats:
    """Draws of the true values of things of which estimates are known, more or less well.

    Estimates are normal about true values, which are normal about a mean μ with a spread τ; all
    values of both are as likely beforehand. What is known badly is drawn towards the mean; what is
    not known at all is drawn from the things' own distribution.

    Parameters
    ----------
    values, errors
        Estimates and their standard errors; a NaN in one is not known.
    draws
        How many.
    chance
        Where they come from.

    Returns
    -------
    array
        Draws × things.

    Notes
    -----
    τ is drawn from its posterior on a grid of τ = s·u ∕ (1 − u), equal steps of u from 0 to 1, s
    the spread of the estimates; then μ given τ, and each true value given both (equations 5.17 to
    5.21 of the book named above).

    Examples
    --------
    >>> effects = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])  # of courses in eight schools
    >>> errors = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    >>> shrunk(effects, errors, 4000, Chance(1)).mean(axis=0).round().tolist()
    [11.0, 8.0, 6.0, 8.0, 5.0, 6.0, 11.0, 9.0]
    """
    known = np.isfinite(values) & np.isfinite(errors)
    y, v = values[known], errors[known] ** 2
    scale = float(np.std(y) + np.sqrt(v.mean()))
    u = (np.arange(_GRID) + 0.5) / _GRID
    tau = scale * u / (1 - u)
    precision = 1 / (v + tau[:, None] ** 2)  # grid × things
    v_mu = 1 / precision.sum(axis=1)
    middle = v_mu * (precision * y).sum(axis=1)
    log = np.log(v_mu) / 2 + np.log(precision).sum(axis=1) / 2
    log -= (precision * (y - middle[:, None]) ** 2).sum(axis=1) / 2
    density = np.exp(log - log.max()) / (1 - u) ** 2  # of u
    cumulated = np.cumsum(density)
    at = np.searchsorted(cumulated, chance.uniform(draws) * cumulated[-1])
    at = np.minimum(at, _GRID - 1)
    mu = middle[at] + np.sqrt(v_mu[at]) * chance.normal(draws)
    spread = tau[at, None] ** 2
    mean = np.repeat(mu[:, None], len(values), axis=1)
    variance = np.repeat(spread, len(values), axis=1)
    shares = spread / (v + spread)  # how much of an estimate is believed
    mean[:, known] += shares * (y - mu[:, None])
    variance[:, known] = shares * v
    return mean + np.sqrt(variance) * chance.normal(draws, len(values))


def _ranks(drawn: Floats) -> Floats:
    """The rank of each thing in each draw, 0 for the lowest."""
    order = np.argsort(drawn, axis=1)
    ranks = np.empty(drawn.shape)
    np.put_along_axis(ranks, order, np.arange(drawn.shape[1], dtype=float)[None, :], axis=1)
    return ranks


class Chance:
    """Numbers from raw bits, which numpy promises to be the same in all its versions."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def uniform(self, *shape: int) -> Floats:
        """Between 0 and 1, neither included."""
        raw = self._bits.random_raw(int(np.prod(shape))) >> np.uint64(11)
        return ((raw + 0.5) / 2**53).reshape(shape)

    def normal(self, *shape: int) -> Floats:
        """Of mean 0 and variance 1."""
        return np.asarray(ndtri(self.uniform(*shape)))
