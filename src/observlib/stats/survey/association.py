"""Tests and regression of a designed sample; what most needs work; what silence may change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import chdtri, fdtrc, ndtri, stdtr, stdtrit

from observlib.base.errors import ObservError, bounded
from observlib.stats.survey import estimation
from observlib.stats.survey.design import Design, Floats, numeric_column, require, within_domain
from observlib.stats.survey.weighting import Calibration, solve, without_itself


class MeanDifference(NamedTuple):
    """A difference of two means: `estimate`, its interval, and the t test that it is 0.

    `status` is `published`; `missing` where a group has no known value; `no_interval` where nothing
    tells the error of the estimate.
    """

    n: int
    status: str
    estimate: float = math.nan
    se: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    t: float = math.nan
    df: int = 0
    p: float = math.nan


class Association(NamedTuple):
    """A test that two answers are independent: `f` of `ndf` and `ddf` degrees of freedom.

    `status` is `published`, or `missing` where the table allows no test; then numbers are NaN.
    """

    n: int
    status: str
    f: float = math.nan
    ndf: float = math.nan
    ddf: float = math.nan
    p: float = math.nan


def difference(
    design: Design, variable: str, group: str, of: object, against: object, *, level: float = 0.95
) -> MeanDifference:
    """The mean of group `of` less that of `against`, and Student's test that the difference is 0.

    As R's `svyttest(variable ~ group)` on the two groups: a regression on the group, with the
    degrees of freedom of the two groups, less 1.
    """
    if of == against:
        raise ValueError(f"a difference is of two groups, not of {of!r} and itself")
    values = numeric_column(design, variable)
    require(design.frame, [group])
    first = (design.frame[group] == of).fillna(False).to_numpy(dtype=bool)
    second = (design.frame[group] == against).fillna(False).to_numpy(dtype=bool)
    both = within_domain(design, (first | second) & ~np.isnan(values))
    groups = estimation.domains(both, None)
    scores, estimates, n = np.zeros(len(values)), [], 0
    for rows, sign in ((first, 1), (second, -1)):
        found = estimation.means(both, groups, np.where(rows, values, np.nan), level).iloc[0]
        if found["status"] == "missing":
            return MeanDifference(n, "missing")
        estimates.append(float(found["estimate"]))
        rows = rows & both.domain
        scores[rows] = sign * (values[rows] - estimates[-1]) / both.weights[rows].sum()
        n += int(found["n"])
    estimate = estimates[0] - estimates[1]
    df = int(estimation.degrees_of_freedom(both, groups.codes, groups.count)[0]) - 1
    se = float(np.sqrt(estimation.covariance(both, scores[:, None])[0, 0]))
    return _tested(estimate, se, df, n, max(map(abs, estimates)), level)


def weighting_effect(
    weighted: Design, plain: Design, variable: str, *, level: float = 0.95
) -> MeanDifference:
    """The mean of a variable with one set of weights less that with another, and its test.

    The error is that of the total, in the plain design, of the difference of the two linearised
    variables (see `estimation.variances`), each with its own weights.
    """
    for name in ("psu", "stratum", "domain"):
        if not np.array_equal(getattr(weighted, name), getattr(plain, name)):
            raise ValueError("the two designs are not of the same rows, units and strata")
    groups = estimation.domains(plain, None)
    values = numeric_column(plain, variable)
    known = ~np.isnan(values) & plain.domain
    scores, estimates = np.zeros(len(values)), []
    for design, sign in ((weighted, 1), (plain, -1)):
        found = estimation.means(design, groups, values, level).iloc[0]
        if found["status"] == "missing":
            return MeanDifference(int(found["n"]), "missing")
        estimates.append(float(found["estimate"]))
        own: Floats = np.where(known, values - estimates[-1], 0.0) / design.weights[known].sum()
        if design.calibration is not None:
            own = design.calibration.residuals(own)
        scores += sign * design.weights * own
    units = replace(plain, weights=np.ones(len(values)), calibration=None)
    se = float(np.sqrt(estimation.covariance(units, scores[:, None])[0, 0]))
    df = int(estimation.degrees_of_freedom(plain, groups.codes, groups.count)[0])
    scale = max(map(abs, estimates))
    return _tested(estimates[0] - estimates[1], se, df, int(found["n"]), scale, level)


def _tested(
    estimate: float, se: float, df: int, n: int, scale: float, level: float
) -> MeanDifference:
    """Student's test of a difference, where something tells its error."""
    if df < 1 or se <= estimation.ROUNDING * scale:
        return MeanDifference(n, "no_interval", estimate, df=max(df, 0))
    half = float(estimation.half_width(np.array(se), np.array(df), level))
    t = estimate / se
    p = 2 * float(stdtr(df, -abs(t)))
    return MeanDifference(n, "published", estimate, se, estimate - half, estimate + half, t, df, p)


def independence(design: Design, rows: str, columns: str) -> Association:
    """Rao and Scott's test that two answers, in columns `rows` and `columns`, are independent.

    Pearson's statistic, corrected to the second order for the design, as an F: J. N. K. Rao and A.
    J. Scott, *Annals of Statistics* 12 (1984), 46–60; D. R. Thomas and Rao, *JASA* 82 (1987),
    630–636. As R's `svychisq(statistic="F")`; `ddf` counts the sampled units of the domain (R's
    `degf`), where `svychisq` adds those of weight 0 and, of calibrated weights, those outside the
    domain. Rows where either is unknown are left out, and so are answers that nobody of a weight
    above 0 gave.

    >>> from observlib.stats.survey.design import design
    >>> frame = pd.DataFrame({"a": list("xxxxyyyy") * 5, "b": list("uuuvuvvv") * 5})
    >>> test = independence(design(frame), "a", "b")
    >>> round(test.f, 2), test.ndf, test.ddf, round(test.p, 4)
    (9.75, 1.0, 39.0, 0.0034)
    """
    require(design.frame, [rows, columns])
    answered = within_domain(design, design.frame[[rows, columns]].notna().all(axis=1))
    known = answered.domain & (design.weights > 0)
    codes = [pd.factorize(design.frame[name].where(known))[0] for name in (rows, columns)]
    shape = [int(code.max(initial=-1)) + 1 for code in codes]
    n = int(known.sum())
    impossible = Association(n, "missing")
    if min(shape) < 2:
        return impossible
    cell = np.where(known, codes[0] * shape[1] + codes[1], -1)
    cells = (cell[:, None] == np.arange(shape[0] * shape[1])).astype(float)
    size = design.weights[known].sum()
    shares = design.weights @ cells / size
    # covariance of the cells' shares, then of the interactions' contrasts
    scores = np.where(known[:, None], (cells - shares) / size, 0.0)
    spread = estimation.covariance(answered, scores)
    apart = [np.eye(levels)[:, 1:] - 1 / levels for levels in shape]
    contrasts = np.kron(*apart)  # orthogonal to the margins: (cells, interactions)
    weighed = np.divide(
        contrasts, shares[:, None], out=np.zeros_like(contrasts), where=shares[:, None] > 0
    )
    simple = contrasts.T @ weighed
    if np.linalg.matrix_rank(simple) < len(simple):
        return impossible
    delta = np.linalg.solve(simple, weighed.T @ spread @ weighed)
    trace = float(np.trace(delta))
    nu = int(estimation.degrees_of_freedom(design, np.where(design.domain, 0, -1), 1)[0])
    if nu < 1 or trace <= 1e-20:
        return impossible
    table = shares.reshape(shape)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    f = float(((table - expected) ** 2 / expected).sum()) / trace
    ndf = trace**2 / float(np.trace(delta @ delta))
    return Association(n, "published", f, ndf, ndf * nu, float(fdtrc(ndf, ndf * nu, f)))


# --- Regression of an outcome on drivers, with errors of the design


def regression(
    design: Design,
    outcome: str,
    drivers: Sequence[str],
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Coefficients of a linear regression, and what the design leaves unsure of them.

    As R's `svyglm`: D. A. Binder, *International Statistical Review* 51 (1983), 279–292.

    Parameters
    ----------
    outcome
        Column of numbers.
    drivers
        Columns of numbers, taken as they are, or of answers, each compared with the first: the
        first category, else the first in order, of those that the rows used hold. Rows where one is
        unknown, and those of weight 0, are not used.

    Returns
    -------
    DataFrame
        One row a coefficient: `driver` (`(intercept)` first), `value` (the answer; empty for a
        number), `estimate`, `se`, `ci_low`, `ci_high`, `t`, `df`, `p`, `n` (rows used). df are the
        sampled units less strata, plus 1, less the coefficients.

    >>> from observlib.stats.survey.design import design
    >>> frame = pd.DataFrame({"mark": [8, 7, 5, 3], "wait": [0, 1, 2, 3], "site": list("abab")})
    >>> found = regression(design(frame), "mark", ["wait"])
    >>> found[["driver", "estimate"]].round(2).values.tolist()
    [['(intercept)', 8.3], ['wait', -1.7]]
    """
    require(design.frame, [outcome, *drivers])
    values = numeric_column(design, outcome)
    known = design.frame[[outcome, *drivers]].notna().all(axis=1).to_numpy()
    answered = within_domain(design, known)
    used = within_domain(answered, design.weights > 0)
    rows = used.domain
    if not rows.any():
        raise ObservError(f"regression of {outcome}: no row where it and its drivers are known")
    terms, columns = _columns(used, drivers)
    # the mean weight that `svyglm` divides by
    inside = design.weights[design.domain]
    scale = float(inside.sum() / len(inside if design.calibration is None else design.weights))
    y, weights = values[rows], used.weights[rows] / scale
    _check(outcome, y, columns, terms)
    root = np.sqrt(weights)
    estimate = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
    residuals = y - columns @ estimate
    inverse = np.linalg.inv((columns * weights[:, None]).T @ columns)
    scores = np.zeros((len(rows), len(terms)))
    # the weights of the fit are relative, those of the variance are not
    scores[rows] = columns * residuals[:, None] @ inverse
    scores /= scale
    free = int(estimation.degrees_of_freedom(used, np.where(rows, 0, -1), 1)[0])
    df = free + 1 - len(terms)
    if df < 1:
        raise ObservError(
            f"regression of {outcome}: {len(terms)} coefficients are too many for {free} degrees"
            " of freedom (sampled units less strata); take fewer drivers"
        )
    se = np.sqrt(np.diag(estimation.covariance(answered, scores)))
    # errors of residuals as large as the outcome, which rounding is a part of
    reach = np.linalg.norm(columns @ inverse * weights[:, None], axis=0) * np.abs(y).max()
    if (exact := se <= estimation.ROUNDING * reach).any():
        names = bounded(_name(term) for term, sure in zip(terms, exact, strict=True) if sure)
        raise ObservError(
            f"regression of {outcome}: rows that the drivers give exactly leave nothing to tell the"
            f" error of {names} by; group answers, or leave drivers out"
        )
    half = estimation.half_width(se, np.full(len(se), df), level)
    t = estimate / se
    found = {"estimate": estimate, "se": se, "ci_low": estimate - half, "ci_high": estimate + half}
    test = {"t": t, "df": df, "p": 2 * stdtr(df, -np.abs(t)), "n": int(rows.sum())}
    return pd.DataFrame(terms, columns=["driver", "value"]).assign(**found, **test)


def _columns(design: Design, drivers: Sequence[str]) -> tuple[list[tuple[str, object]], Floats]:
    """The terms of a model and their columns, of the rows of the domain (n, terms)."""
    frame = design.frame.loc[design.domain]
    terms: list[tuple[str, object]] = [("(intercept)", "")]
    columns: list[Floats] = [np.ones(len(frame))]
    for name in drivers:
        column = frame[name]
        if _is_number(column):
            terms.append((name, ""))
            columns.append(numeric_column(design, name)[design.domain])
            continue
        answers = pd.Categorical(column).remove_unused_categories()
        for code, answer in enumerate(answers.categories[1:], start=1):
            terms.append((name, answer))
            columns.append((answers.codes == code).astype(float))
    return terms, np.column_stack(columns)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _name(term: tuple[str, object]) -> str:
    return f"{term[0]} {term[1]}".strip()


def _check(outcome: str, y: Floats, columns: Floats, terms: list[tuple[str, object]]) -> None:
    problems = []
    if y.min() == y.max():
        problems.append(f"column {outcome}: the same for all {len(y)} rows: nothing to explain")
    # a column that those before it already give (R's qr, in order)
    scale = np.linalg.norm(columns, axis=0)
    triangle = np.abs(np.diag(np.linalg.qr(columns / np.where(scale > 0, scale, 1.0), mode="r")))
    redundant = [term for term, left in zip(terms, triangle, strict=False) if left < 1e-9]
    redundant += terms[len(triangle) :]
    if redundant:
        problems.append(
            f"regression of {outcome}: constant, or given by the drivers before:"
            f" {bounded(map(_name, redundant))}; leave out"
        )
    if problems:
        raise ObservError(*problems)


# --- Which of several things most need work, by criteria that are known of each more or less well


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

    In each draw every criterion gives each thing a value (see `shrunk`) and so a rank, and weights
    of the criteria are uniform on the simplex. `values` are things × criteria, the higher the
    worse, NaN where not known; a criterion known of fewer than `LEAST_RANKED` has no part; NaN
    where none has.
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
    """Draws (draws × things × criteria) of true values, of which estimates are known more or less.

    Estimates are normal about true values, which are normal about a mean μ with a covariance Σ.
    Gibbs' sampler; Σ has the prior of Huang and Wand (equation 2, ν = 2, A infinite): Σ⁻¹ is
    Wishart, here by Bartlett's decomposition. `shared` are the correlations of one thing's errors.
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


# --- How far a figure may be off where those who did not answer differ from those who did

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
