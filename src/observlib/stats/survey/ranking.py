"""Which of several things most need work, by criteria that are known of each more or less well.

Nobody knows how much one criterion should weigh against another, and figures on a few answers lie
far from the truth more often than others. So neither is fixed: a thing is told with the probability
that it is among those that most need work, over all weights and over what its figures leave open.

Sources: A. Gelman, J. B. Carlin, H. S. Stern, D. B. Dunson, A. Vehtari and D. B. Rubin, *Bayesian
Data Analysis*, 3rd edition (2013), section 5.4, on the normal hierarchical model; D. B. Rubin,
"Estimation in parallel randomized experiments", *Journal of Educational Statistics* 6 (1981),
377–401; A. Huang and M. P. Wand, "Simple marginally noninformative prior distributions for
covariance matrices", *Bayesian Analysis* 8 (2013), 439–452; R. Lahdelma and P. Salminen, "SMAA-2:
Stochastic multicriteria acceptability analysis for group decision making", *Operations Research* 49
(2001), 444–454, on weights that nobody fixes.
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtri, ndtri

from observlib.stats.survey.design import Floats

LEAST_RANKED = 3  # things of which a criterion is known: of two, their spread says nothing
MOST, PART = 10, 3
_CHAINS, _BURNT = 100, 20  # chains side by side, and the steps of each that are left out
DRAWS, SEED = 4000, 20261130


def places_named(things: int) -> int:
    """How many of so many things are named first: a third, ten at most."""
    return min(MOST, things // PART)


def among_worst(
    values: Floats,
    errors: Floats,
    most: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    shared: Floats | None = None,
) -> Floats:
    """The probability that each of several things is among those that most need work.

    In each draw every criterion gives each thing a value (see `shrunk`) and so a rank, and the
    criteria get weights, all of which are as likely (uniform on the simplex). The things whose
    weighted ranks are highest are the worst.

    `values` are things × criteria, the higher the worse, NaN where not known; a criterion that is
    known of fewer than `LEAST_RANKED` has no part. What no criterion knows takes no place and is
    NaN, as are all where no criterion has a part or all are among the `most` (`places_named`, if
    not given). The same seed has the same draws on any machine.
    """
    values, errors = np.asarray(values, float), np.asarray(errors, float)
    known = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    used = known.sum(axis=0) >= LEAST_RANKED
    ranked = known[:, used].any(axis=1)
    found, things = np.full(len(values), np.nan), int(ranked.sum())
    most = places_named(things) if most is None else most
    if not 0 < most < things:
        return found
    chance, own = Chance(seed), np.ix_(ranked, used)
    of_used = None if shared is None else shared[np.ix_(used, used)]
    drawn = shrunk(values[own], np.where(known, errors, np.nan)[own], draws, chance, of_used)
    weights = -np.log(chance.uniform(draws, int(used.sum()), 1))
    ranks = drawn.argsort(axis=1).argsort(axis=1)  # 0 for the lowest
    scores = (ranks @ weights)[:, :, 0]
    worst = np.argpartition(-scores, most - 1, axis=1)[:, :most]
    found[ranked] = np.bincount(worst.ravel(), minlength=things) / draws
    return found


def shrunk(
    values: Floats, errors: Floats, draws: int, chance: Chance, shared: Floats | None = None
) -> Floats:
    """Draws of the true values of things of which estimates are known, more or less well.

    Estimates are normal about true values, which are normal about a mean μ with a covariance Σ; all
    means, spreads and correlations are as likely beforehand. What is known badly is drawn towards
    the mean, what is not at all from the things' own distribution: given their other criteria.

    Gibbs' sampler, a criterion after the other, in chains side by side. Σ has the prior of Huang
    and Wand (equation 2, ν = 2, A infinite): Σ⁻¹ is Wishart, here by Bartlett's decomposition.

    `shared` are the correlations of one thing's errors (criteria × criteria), where criteria are
    measured in the same answers. Draws come out as draws × things × criteria.
    """
    (things, criteria), chains = values.shape, min(draws, _CHAINS)
    known, own = np.isfinite(values) & np.isfinite(errors), np.eye(criteria)
    both = known[:, :, None] & known[:, None, :]
    e = np.where(known, errors, 1.0)
    v = np.where(both, own if shared is None else shared, own) * e[:, :, None] * e[:, None, :]
    precision = np.where(both, np.linalg.inv(v), 0.0)
    y = np.where(known, values, np.nanmean(np.where(known, values, np.nan), axis=0))
    evidence = np.einsum("tkl,tl->tk", precision, y)
    spread = y.var(axis=0) + (e**2).mean(axis=0)
    inverse = np.tile(own / spread, (chains, 1, 1))  # of Σ
    theta = y + np.sqrt(spread) * chance.normal(chains, things, criteria)
    freedom = things + criteria - np.arange(criteria)
    steps = []
    for _ in range(_BURNT - (-draws // chains)):
        a = chdtri(criteria + 2, chance.uniform(chains, 1, criteria))
        a /= inverse.diagonal(axis1=1, axis2=2)[:, None]
        around = theta - (mean := theta.mean(axis=1, keepdims=True))
        wishart = own * np.sqrt(chdtri(freedom, chance.uniform(chains, 1, criteria)))
        wishart += np.tril(chance.normal(chains, criteria, criteria), -1)
        root = _inverse_root(around.transpose(0, 2, 1) @ around + own * a) @ wishart
        inverse = root @ root.transpose(0, 2, 1)
        off = _inverse_root(inverse * things) @ chance.normal(chains, criteria, 1)
        mu = mean + off.transpose(0, 2, 1)
        for k in range(criteria):
            weight = inverse[:, [k], k] + precision[:, k, k]
            pull = evidence[:, k] - np.einsum("ctl,tl->ct", theta, precision[:, k])
            pull -= ((theta - mu) @ inverse[:, :, [k]])[:, :, 0]
            theta[:, :, k] += pull / weight + chance.normal(chains, things) / np.sqrt(weight)
        steps.append(theta.copy())
    return np.concatenate(steps[_BURNT:])[:draws]


def _inverse_root(matrices: Floats) -> Floats:
    return np.linalg.cholesky(np.linalg.inv(matrices))


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
