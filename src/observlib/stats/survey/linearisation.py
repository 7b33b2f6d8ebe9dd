"""Variances of linearised estimators under a design, for many domains at once.

Source: D. A. Binder, "On the variances of asymptotically normal estimators from complex surveys",
*International Statistical Review* 51 (1983), 279–292: an estimator has the variance of the total
of its linearised variable. Calibrated weights: J.-C. Deville and C.-E. Särndal, "Calibration
estimators in survey sampling", *JASA* 87 (1992), 376–382: of the total of its residuals.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import pandas as pd

from observlib.stats.survey.design import Codes, Design, Floats, Mask

_BLOCK = 32  # domains residualised together
_MOST_VALUES = 16_000_000  # of them, where rows are many: 128 MB


def variances(design: Design, scores: Floats, codes: Codes, count: int) -> Floats:
    """Variance of the weighted total of a variable, in each of several domains.

    Parameters
    ----------
    scores
        The linearised variable, without weights (n,).
    codes
        The domain of each row (n,), from 0; −1 for none.
    count
        How many domains there are.

    Returns
    -------
    ndarray
        (count,)
    """
    if design.calibration is None:
        units = _units(design, codes, count)
        deviations, domain = _deviations(design, scores[:, None], units, count)
        return _sums(deviations**2, domain, count)[:, 0]
    # the residual of a row outside a domain is not 0: all rows count in each
    found = np.empty(count)
    units = _units(design, np.zeros(len(scores), dtype=np.int64), 1)
    size = max(1, min(_BLOCK, _MOST_VALUES // max(len(scores), 1)))
    for start in range(0, count, size):
        domains = np.arange(start, min(start + size, count))
        block = np.where(codes == domains[:, None], scores, 0.0).T  # each domain's in one piece
        deviations, _ = _deviations(design, design.calibration.residuals(block), units, 1)
        found[domains] = (deviations**2).sum(axis=0)
    return found


def covariance(design: Design, scores: Floats) -> Floats:
    """Covariance matrix of the weighted totals of several variables.

    Parameters
    ----------
    scores
        The linearised variables, without weights (n, k); 0 outside the design's domain.

    Returns
    -------
    ndarray
        (k, k)
    """
    codes = np.where(design.domain, 0, -1)
    if design.calibration is not None:
        scores, codes = design.calibration.residuals(scores), np.zeros_like(codes)
    deviations, _ = _deviations(design, scores, _units(design, codes, 1), 1)
    return cast(Floats, deviations.T @ deviations)


def degrees_of_freedom(design: Design, codes: Codes, count: int) -> Codes:
    """Sampled units less strata, of those that have a weight above 0 in each domain (count,).

    As `degf` of R's survey package gives for a subset of a design.
    """
    units, _ = _units_of(design, codes, count, (codes >= 0) & (design.weights > 0))
    strata = pd.unique(design.stratum[units // count] * count + units % count)
    ends = (np.bincount(found % count, minlength=count) for found in (units, strata))
    return cast(Codes, np.subtract(*ends))


def effective_units(design: Design, codes: Codes, count: int) -> Floats:
    """Kish's effective number of sampled units in each domain (count,).

    Of clusters, not of answers: what remains where the answers, all alike, cannot tell how alike
    clusters are (`kish` of the sums of their weights).
    """
    rows = codes >= 0
    units, unit = _units_of(design, codes, count, rows)
    sums = np.bincount(unit, weights=design.weights[rows], minlength=len(units))
    return kish(sums.astype(float), units % count, count)


def kish(weights: Floats, codes: Codes, count: int, people: Floats | float = 1.0) -> Floats:
    """Kish's effective number in each domain: (Σ w)² / Σ w² of unequal weights (count,).

    Source: L. Kish, "Weighting for unequal Pi", *Journal of Official Statistics* 8 (1992),
    183–200.

    Parameters
    ----------
    weights, codes
        Weight and domain, from 0, of each row (n,).
    people
        How many share the weight of a row equally.

    Examples
    --------
    >>> kish(np.array([1.0, 1.0, 2.0, 5.0]), np.array([0, 0, 0, 1]), 2).round(2).tolist()
    [2.67, 1.0]
    """
    sums = np.bincount(codes, weights=weights, minlength=count)
    squares = np.bincount(codes, weights=weights**2 / people, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return cast(Floats, sums**2 / squares)


def sampled_fraction(design: Design, codes: Codes, count: int) -> Floats:
    """The sampling fraction of each domain (count,), its strata together.

    It is the f of the finite population correction 1 − f of a mean's variance where strata are
    equally spread, Σ w² (1 − f_h) / Σ w² over sampled units: W. G. Cochran, *Sampling
    Techniques*, 3rd ed. (1977), theorem 5.3. 1 exactly where all strata of the domain were
    sampled as a whole, 0 where no population is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from observlib.stats.survey.design import design
    >>> halves = design(pd.DataFrame({"pool": list("aabb")}), strata="pool", population=4)
    >>> sampled_fraction(halves, np.zeros(4, dtype=int), 1).tolist()
    [0.5]
    """
    rows = codes >= 0  # a weight of 0 adds nothing
    units, unit = _units_of(design, codes, count, rows)
    sums = np.bincount(unit, weights=design.weights[rows], minlength=len(units))
    fraction = (design.sampled / design.population)[design.stratum[units // count]]
    domain = units % count
    squares, left = (
        np.bincount(domain, weights=sums**2 * share, minlength=count)
        for share in (np.ones(len(units)), 1 - fraction)
    )
    with np.errstate(invalid="ignore"):
        return cast(Floats, 1 - left / squares)


def without_error(design: Design, codes: Codes, count: int) -> Mask:
    """The domains whose strata were sampled as a whole: nothing in them is left to chance (count,).

    With calibrated weights only where the whole sample is so: what other strata happen to hold
    moves the weights of all.
    """
    whole = sampled_fraction(design, codes, count) == 1
    if design.calibration is not None:
        whole &= bool((design.sampled == design.population).all())
    return whole


class _Units(NamedTuple):
    """The sampled units of each domain, of which those of a stratum in a domain are a cell."""

    rows: Mask  # those in a domain (n,)
    unit: Codes  # the unit of each of them
    cells: Codes  # stratum and domain of each cell, as one number
    cell: Codes  # the cell of each unit


def _units(design: Design, codes: Codes, count: int) -> _Units:
    rows = codes >= 0
    units, unit = _units_of(design, codes, count, rows)
    cell, cells = pd.factorize(design.stratum[units // count] * count + units % count)
    return _Units(rows, unit, cells, cell)


def _units_of(design: Design, codes: Codes, count: int, rows: Mask) -> tuple[Codes, Codes]:
    """The sampled units of some rows, by domain, and the place of each row's among them."""
    keys = design.psu[rows] * count + codes[rows]
    if len(design.stratum) == len(design.psu):  # each row is a unit: of millions, none is looked up
        return keys, np.arange(len(keys))
    units, unit = np.unique(keys, return_inverse=True)
    return units, unit


def _deviations(design: Design, scores: Floats, of: _Units, count: int) -> tuple[Floats, Codes]:
    """Scaled deviations of unit totals from their stratum's mean, and the domain of each.

    The sum of their squares (products) over a domain is its variance (covariance). Units of the
    sample without a row in a domain have a total of 0 there; those of one stratum share a row.
    """
    rows, unit, cells, cell = of
    totals = _sums(scores[rows] * design.weights[rows, None], unit, len(cell))
    stratum, domain = cells // count, cells % count
    size, population = design.sampled[stratum], design.population[stratum]
    present = np.bincount(cell, minlength=len(cells))
    sums = _sums(totals, cell, len(cells))
    centre = sums / size[:, None]
    factor = (1 - size / population) * size / np.maximum(size - 1, 1)

    lonely = (size == 1) & (population > 1)
    if lonely.any():
        if design.lonely == "adjust":
            everyone = np.bincount(domain, weights=size, minlength=count)
            with np.errstate(invalid="ignore"):
                grand = _sums(sums, domain, count) / everyone[:, None]
            centre[lonely] = grand[domain[lonely]]
        else:
            factor[lonely] = 0.0
        if design.lonely == "average":
            strata = np.bincount(domain, minlength=count)
            others = np.bincount(domain, weights=~lonely, minlength=count)
            with np.errstate(invalid="ignore", divide="ignore"):
                factor *= np.where(others > 0, strata / others, 0.0)[domain]

    there = (totals - centre[cell]) * np.sqrt(factor)[cell, None]
    elsewhere = centre * np.sqrt(factor * (size - present))[:, None]
    return np.concatenate([there, elsewhere]), np.concatenate([domain[cell], domain])


def _sums(values: Floats, groups: Codes, count: int) -> Floats:
    """Column sums by group: (rows, k) to (count, k)."""
    sums = np.empty((values.shape[1], count))
    for column, found in zip(np.ascontiguousarray(values.T), sums, strict=True):
        found[:] = np.bincount(groups, weights=column, minlength=count)
    return sums.T
