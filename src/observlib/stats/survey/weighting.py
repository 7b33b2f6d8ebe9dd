"""Weights that make a sample weigh what is known of its population: calibration to margins."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.stats.survey.design import (
    LARGEST,
    WEIGHTS_ALLOWED,
    as_numbers,
    in_range,
    named_rows,
    repeated,
    unhashable,
)
from observlib.stats.survey.estimation import kish

# --- Auxiliary variables of a calibration: their totals, cross products and regression

# Below this share of the largest singular value a direction is a repetition of the others (two
# margins always repeat the population's total) and not information.
COLLINEAR = 1e-12


@dataclass(frozen=True, eq=False)
class Auxiliary:
    """The auxiliary variables x of n rows: an indicator of each category.

    The matrix X is never built: `codes` are its columns of the rows' categories (margins, n), of so
    many `categories` in all, 4 bytes each.
    """

    codes: np.ndarray
    categories: int

    def totals(self, values: np.ndarray) -> np.ndarray:
        """X'v: the sum of `values` (n,) in each category."""
        sums = np.zeros(self.categories)
        for codes in self.codes:
            sums += np.bincount(codes, values, self.categories)
        return sums

    def predict(self, coefficients: np.ndarray) -> np.ndarray:
        """X b: one value a row, of one coefficient a column (p,)."""
        found = np.zeros(self.codes.shape[1])
        for codes in self.codes:
            found += coefficients[codes]
        return found

    def gram(self, weights: np.ndarray) -> np.ndarray:
        """X' diag(weights) X, (p, p)."""
        categories = self.categories
        gram = np.zeros((categories, categories))
        for one, other in product(self.codes.astype(np.intp), repeat=2):
            table = np.bincount(one * categories + other, weights, categories**2)
            gram += table.reshape(categories, categories)
        return gram

    def residuals(self, values: np.ndarray, weights: np.ndarray, gram: np.ndarray) -> np.ndarray:
        """What a regression of values (n,) or (n, k) on x, of these weights, does not explain."""
        columns = values.reshape(len(values), -1)
        found = np.empty(columns.shape, order="F")
        cells, cell = self.collapsed
        for k, column in enumerate(columns.T):
            few = np.flatnonzero(column)  # values of a domain are mostly 0
            right = self.of_rows(few).totals((weights * column)[few])
            found[:, k] = column - cells.predict(solve(gram, right))[cell]
        return found.reshape(values.shape)

    def leverages(self, weights: np.ndarray, gram: np.ndarray) -> np.ndarray:
        """The hat matrix's diagonal (n,): how much each row pulls its own fit, from 0 to 1."""
        cells, cell = self.collapsed
        each = np.eye(len(gram))
        pulled = np.column_stack([cells.predict(solve(gram, one)) for one in each])
        rows = np.column_stack([cells.predict(one) for one in each])
        return weights * np.einsum("ij,ij->i", rows, pulled)[cell]

    def of_rows(self, rows: np.ndarray) -> Auxiliary:
        """Those of some rows, by their positions."""
        return replace(self, codes=self.codes[:, rows])

    @cached_property
    def collapsed(self) -> tuple[Auxiliary, np.ndarray]:
        """The distinct rows of x (cells), and each row's."""
        margins = pd.DataFrame(dict(enumerate(self.codes)))
        cell = margins.groupby([*margins], sort=False).ngroup().to_numpy()
        return self.of_rows(np.unique(cell, return_index=True)[1]), cell


def solve(gram: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The least-norm solution of gram · b = right; columns that repeat others are no obstacle."""
    diagonal = np.diag(gram)
    # each column at length 1: a category of millions must not hide one of three people
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = gram * scale * scale[:, None]
    return scale * np.linalg.lstsq(scaled, scale * right, rcond=COLLINEAR)[0]


def without_itself(leverages: np.ndarray) -> np.ndarray:
    """What makes a row's residual that of the regression on the others: 1 / (1 − h)."""
    left = 1 - leverages
    # a row that alone has a category is explained by itself: it tells nothing
    return np.divide(1.0, left, out=np.zeros(len(left)), where=left > COLLINEAR)


_SAME_TOTAL = 1e-6  # relative: margins that differ by more describe two populations


class Label(NamedTuple):
    """A category of a margin."""

    margin: str
    category: object

    def __str__(self) -> str:
        return f"margin {self.margin!r}, category {self.category!r}"


class Constraints(NamedTuple):
    """X'w = targets: auxiliary variables of the sample's rows, targets (p,) and their labels."""

    auxiliary: Auxiliary
    targets: np.ndarray
    labels: list[Label]
    population: float


def read_constraints(
    sample: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    population: float | None,
) -> tuple[Constraints | None, list[str]]:
    """The constraints, or one line for each thing wrong; columns are taken to exist."""
    problems: list[str] = []
    clean: dict[str, pd.Series] = {}
    for name, margin in margins.items():
        if found := _wrong_targets(name, margin):
            problems.append(found)
        else:
            clean[name] = margin.astype(float)
    size, contradiction = _population(clean, population)
    problems += contradiction
    codes, shares, labels = [], [], []
    for name, margin in clean.items():
        code, kept, wrong = _codes(name, sample[name], margin)
        problems += wrong
        codes.append(code)
        shares.append(kept.to_numpy() / kept.sum())
        labels += [Label(name, category) for category in kept.index.tolist()]
    if not margins:
        codes.append(np.zeros(len(sample), dtype=np.int32))
        shares.append(np.ones(1))
        labels.append(Label("population", "everyone"))
    if problems or size is None:
        return None, problems
    starts = np.cumsum([0, *map(len, shares)])
    places = np.array(
        [code + start for code, start in zip(codes, starts, strict=False)], dtype=np.int32
    )
    auxiliary = Auxiliary(places, int(starts[-1]))
    return Constraints(auxiliary, size * np.concatenate(shares), labels, size), []


def _start(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Start weights (n,), and a line that names the rows where there is no usable one."""
    values = as_numbers(column)
    wrong = ~in_range(values)
    if not wrong.any():
        return values, []
    asked = f"a number above 0 ({WEIGHTS_ALLOWED}) is needed in each row"
    return values, [f"weights {column.name!r}: {asked}; {named_rows(column, wrong)}"]


def _wrong_targets(name: str, margin: pd.Series) -> str | None:
    where = f"margin {name!r}"
    numbers = isinstance(margin, pd.Series) and margin.dtype.kind in "iuf"
    if not numbers or isinstance(margin.index, pd.MultiIndex):
        return f"{where}: a Series of numbers is needed, with the categories as its one index"
    index = margin.index
    if index.has_duplicates or index.hasnans:
        again = index[index.duplicated() | index.isna()].unique()
        return f"{where}: each category once, and none missing; found {_names(again)}"
    target = margin.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~((target == 0) | in_range(target))
    if wrong.any():
        found = zip(index[wrong], target[wrong], strict=True)
        told = bounded(f"{_name(name)} ({value:g})" for name, value in found)
        allowed = f"0 or a number above it ({WEIGHTS_ALLOWED})"
        return f"{where}: a target is {allowed}, that of {told} is not"
    return None if target.sum() > 0 else f"{where}: its targets sum to 0"


def _population(
    margins: Mapping[str, pd.Series], population: float | None
) -> tuple[float | None, list[str]]:
    """The total that all margins share, and the margins that contradict it."""
    if population is not None and not (_finite(population) and population > 0):
        return None, [f"population: {population} is not a finite number above 0"]
    sums = {name: float(margin.sum()) for name, margin in margins.items()}
    if population is not None:
        return population, [
            f"margin {name!r}: sums to {total:.10g}; population={population:.10g} asks for that "
            "sum, or shares that sum to 1"
            for name, total in sums.items()
            if not (_close(total, population) or _close(total, 1))
        ]
    if not sums:
        return None, []
    first = next(iter(sums.values()))
    if all(_close(total, 1) for total in sums.values()):
        return first, [f"margins {bounded(map(repr, sums))}: shares need population="]
    if all(_close(total, first) for total in sums.values()):
        return first, []
    told = bounded(f"{name!r} {total:.10g}" for name, total in sums.items())
    return first, [f"margins: their totals must be the same, and are {told}"]


def _codes(
    name: str, column: pd.Series, margin: pd.Series
) -> tuple[np.ndarray, pd.Series, list[str]]:
    """Each row's category in the margin that is kept, that margin, and what is wrong of them."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        found, seen = column.cat.codes.to_numpy(), column.cat.categories
    else:
        if unusable := unhashable(column):
            return np.empty(0), margin, [f"margin {name!r}: no single value in {unusable}"]
        found, uniques = pd.factorize(column)
        seen = pd.Index(uniques)
    unanswered, *counted = np.bincount(found + 1, minlength=len(seen) + 1).tolist()
    rows = np.array(counted, dtype=int)
    place = margin.index.get_indexer(seen)
    known = place >= 0
    n = np.bincount(place[known], rows[known], len(margin)).astype(int)
    target = margin.to_numpy()
    where = f"margin {name!r}"
    problems = []
    if unanswered:
        problems.append(
            f"{where}: {unanswered} of {len(column)} rows have no answer: give one, or leave the "
            "rows out"
        )
    if len(strange := seen[~known & (rows > 0)]):
        problems.append(
            f"{where}: {rows[~known].sum()} rows of the sample are in categories that the margin "
            f"lacks: {_names(strange)}; the margin has {_names(margin.index)}"
        )
    if unanswered < len(column) and len(empty := margin.index[(n == 0) & (target > 0)]):
        problems.append(
            f"{where}: no row of the sample is in {_names(empty)}: merge with another category, in "
            f"sample and margin; the sample has {_names(seen[rows > 0])}"
        )
    if len(forbidden := margin.index[(n > 0) & (target == 0)]):
        problems.append(
            f"{where}: the target of {_names(forbidden)} is 0, and {n[target == 0].sum()} rows of "
            "the sample are there: leave them out"
        )
    kept = target > 0
    position = np.where(known, (kept.cumsum() - 1)[place], kept.sum())
    lookup = np.append(position, kept.sum()).astype(np.int32)
    return lookup[found], margin[kept], problems


def _names(categories: Iterable[object]) -> str:
    return bounded(map(_name, categories))


def _name(category: object) -> str:
    # Python's own values: 1 and '1' must look different, and numpy's 1 like 1
    return repr(category.item() if isinstance(category, np.generic) else category)


def _finite(number: object) -> bool:
    return isinstance(number, numbers.Real) and abs(float(number)) <= LARGEST


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_SAME_TOTAL)


# --- Ratios of calibrated to start weights that meet constraints

_TOLERANCE = 1e-8  # largest distance of a category from its target, as a share of it
_MOST_STEPS, _MOST_HALVINGS = 50, 40


class ConvergenceError(ObservError):
    """No weights were found that meet the margins; says which margin is furthest away."""


def ratios(meet: Constraints, start: np.ndarray) -> np.ndarray:
    """Ratios g = exp(x'λ) with X'(start · g) = targets.

    Source: J.-C. Deville and C.-E. Särndal, *Journal of the American Statistical Association* 87
    (1992), 376–382. By Newton's method, the step halved until the worst misfit falls.
    """
    auxiliary, targets, labels, population = meet
    # with a common factor raked weights are the same, and Newton's method has less far to go
    factor = population / start.sum()
    start = start * factor

    def at(point: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        g = np.exp(auxiliary.predict(point))
        misfit = targets - auxiliary.totals(start * g)
        return g, misfit, float(np.abs(misfit / targets).max())

    point, done = np.zeros(len(targets)), 0
    with np.errstate(over="ignore", invalid="ignore"):
        g, misfit, worst = at(point)
        while worst > _TOLERANCE and done < _MOST_STEPS:
            step = solve(auxiliary.gram(start * g), misfit)
            for _ in range(_MOST_HALVINGS):
                trial = at(point + step)
                if trial[-1] < worst:
                    break
                step /= 2
            else:
                break
            point, done = point + step, done + 1
            g, misfit, worst = trial
    if worst > _TOLERANCE:
        i = int(np.abs(misfit / targets).argmax())
        raise ConvergenceError(
            f"calibration stopped after {done} iterations; furthest from its target is "
            f"{labels[i]}: {targets[i] - misfit[i]:.10g} instead of {targets[i]:.10g}. Usual "
            "causes: targets that contradict each other in this sample, categories of few people"
        )
    return factor * g


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibrated weights, how they came about, and what a variance needs to know of it.

    `weights` and `start` are of rows (n,). `margins` has one row a category: `margin`, `category`,
    `n`, `target`, `before` and `after` (what start and final weights give). `deletes`: whether
    residuals are deleted ones (see `deleting`).
    """

    weights: np.ndarray
    start: np.ndarray
    auxiliary: Auxiliary
    margins: pd.DataFrame
    deletes: bool = False

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
        return without_itself(self.auxiliary.leverages(self.start, self._gram))

    @cached_property
    def _gram(self) -> np.ndarray:
        return self.auxiliary.gram(self.start)


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
    longer met exactly.

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
    population: float | None = None,
    weights: str | None = None,
    trim: tuple[float, float] | None = None,
) -> Calibration:
    """Weights of a sample that meet known margins of its population, by raking: all above 0.

    Parameters
    ----------
    sample
        One row a person.
    margins
        By column of the sample, the population of each of its categories: the Series' index is
        the categories. All margins have the same total. Crossed margins are the margin of a
        column that crosses them. Categoricals are the quickest.
    population
        Size of the population. With it a margin may also be shares that sum to 1; without margins
        it is itself what the weights must sum to.
    weights
        Column of start weights, each more than 0. Without it every person starts with the same
        weight: the population over their number.
    trim
        Smallest and largest weight of a person, imposed after calibration (see `trim_weights`);
        what this does to the margins is in the result's `margins`.

    >>> sample = pd.DataFrame({"sexe": ["F", "F", "H"], "age": ["-", "+", "+"]})
    >>> margins = {"sexe": pd.Series({"F": 50, "H": 50}), "age": pd.Series({"-": 30, "+": 70})}
    >>> calibration = calibrate(sample, margins)
    >>> calibration.weights.round(6).tolist()
    [30.0, 20.0, 50.0]
    >>> round(effective_n(calibration.weights), 2)
    2.63
    """
    if not margins and population is None:
        raise ValueError("nothing to calibrate to: give margins or a population")
    asked = [*margins, *([] if weights is None else [weights])]
    problems = [f"column {name!r}: not in the sample" for name in asked if name not in sample]
    again = repeated(sample, dict.fromkeys(asked))
    problems += [f"column {name!r}: more than once in the sample" for name in again]
    if problems or not len(sample):
        raise ObservError(*(problems or ["sample: no row"]))
    start = np.ones(len(sample))
    if weights is not None:
        start, problems = _start(sample[weights])
    meet, wrong = read_constraints(sample, margins, population)
    if meet is None or problems:
        raise ObservError(*problems, *wrong)

    if weights is None:
        start *= meet.population / start.sum()
    cells, cell = meet.auxiliary.collapsed
    of_cells = meet._replace(auxiliary=cells)
    before = np.bincount(cell, start)
    final = start * ratios(of_cells, before)[cell]
    if trim is not None:
        final = trim_weights(final, *trim)
    n, after = np.bincount(cell), np.bincount(cell, final)
    return Calibration(final, start, meet.auxiliary, _margins(of_cells, n, before, after))


def _margins(
    of_cells: Constraints, n: np.ndarray, before: np.ndarray, after: np.ndarray
) -> pd.DataFrame:
    auxiliary, targets, labels, _ = of_cells
    categories = pd.Series([label.category for label in labels], dtype=object)
    found = {"margin": [label.margin for label in labels], "category": categories}
    found["n"] = auxiliary.totals(n)
    given = {"before": auxiliary.totals(before), "after": auxiliary.totals(after)}
    return pd.DataFrame({**found, "target": targets, **given})
