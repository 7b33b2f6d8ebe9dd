"""What calibration must meet, read from sample, margins and totals, with all that is wrong."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from observlib.base.errors import bounded
from observlib.stats.survey import design

# --- Auxiliary variables of a calibration: their totals, cross products and regression

# Below this share of the largest singular value a direction is a repetition of the others (two
# margins always repeat the population's total) and not information.
COLLINEAR = 1e-12


@dataclass(frozen=True, eq=False)
class Auxiliary:
    """The auxiliary variables x of n rows: an indicator of each category, then numeric columns.

    The matrix X is never built: `codes` are its columns of the rows' categories (margins, n), of so
    many `categories` in all, 4 bytes each; `numbers` are (n, k).
    """

    codes: np.ndarray
    categories: int
    numbers: np.ndarray

    def totals(self, values: np.ndarray) -> np.ndarray:
        """X'v: the sum of `values` (n,) in each category, and of their product with each number."""
        sums = np.zeros(self.categories)
        for codes in self.codes:
            sums += np.bincount(codes, values, self.categories)
        return np.concatenate([sums, self.numbers.T @ values])

    def predict(self, coefficients: np.ndarray) -> np.ndarray:
        """X b: one value a row, of one coefficient a column (p,)."""
        found = self.numbers @ coefficients[self.categories :]
        for codes in self.codes:
            found += coefficients[codes]
        return found

    def absolute(self) -> Auxiliary:
        """|x|."""
        return replace(self, numbers=np.abs(self.numbers))

    def gram(self, weights: np.ndarray) -> np.ndarray:
        """X' diag(weights) X, (p, p)."""
        categories = self.categories
        width = categories + self.numbers.shape[1]
        gram = np.zeros((width, width))
        for one, other in product(self.codes.astype(np.intp), repeat=2):
            table = np.bincount(one * categories + other, weights, categories**2)
            gram[:categories, :categories] += table.reshape(categories, categories)
        for column, number in enumerate(self.numbers.T, start=categories):
            gram[column] = gram[:, column] = self.totals(weights * number)
        return gram

    def residuals(self, values: np.ndarray, weights: np.ndarray, gram: np.ndarray) -> np.ndarray:
        """What a regression of values (n,) or (n, k) on x, of these weights, does not explain."""
        columns = values.reshape(len(values), -1)
        found = np.empty(columns.shape, order="F")
        cells, cell = self.collapsed
        for k, column in enumerate(columns.T):
            # values of a domain are mostly 0
            few = slice(None) if self.numbers.shape[1] else np.flatnonzero(column)
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

    def of_rows(self, rows: np.ndarray | slice) -> Auxiliary:
        """Those of some rows, by their positions."""
        return replace(self, codes=self.codes[:, rows], numbers=self.numbers[rows])

    @cached_property
    def collapsed(self) -> tuple[Auxiliary, np.ndarray]:
        """The distinct rows of x (cells), and each row's; with numeric columns each row is one."""
        if self.numbers.shape[1]:
            return self, np.arange(len(self.numbers))
        margins = pd.DataFrame(dict(enumerate(self.codes)))
        cell = margins.groupby([*margins], sort=False).ngroup().to_numpy()
        return self.of_rows(np.unique(cell, return_index=True)[1]), cell


def solve(gram: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The least-norm solution of gram · b = right; columns that repeat others are no obstacle."""
    diagonal = np.diag(gram)
    # each column at length 1: a salary in euros must not hide a category of three people
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = gram * scale * scale[:, None]
    return scale * np.linalg.lstsq(scaled, scale * right, rcond=COLLINEAR)[0]


def without_itself(leverages: np.ndarray) -> np.ndarray:
    """What makes a row's residual that of the regression on the others: 1 / (1 − h)."""
    left = 1 - leverages
    # a row that alone has a category is explained by itself: it tells nothing
    return np.divide(1.0, left, out=np.zeros(len(left)), where=left > COLLINEAR)


Missing = Literal["error", "keep_share"]
_NO_ANSWER = "(no answer)"
_SAME_TOTAL = 1e-6  # relative: margins that differ by more describe two populations


class Label(NamedTuple):
    """A category of a margin; a numeric total has none."""

    margin: str
    category: object = None

    def __str__(self) -> str:
        if self.category is None:
            return f"total {self.margin!r}"
        return f"margin {self.margin!r}, category {self.category!r}"


class Constraints(NamedTuple):
    """X'w = targets: auxiliary variables of the sample's rows, targets (p,) and their labels."""

    auxiliary: Auxiliary
    targets: np.ndarray
    labels: list[Label]
    population: float | None


def read_constraints(
    sample: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    totals: Mapping[str, float],
    population: float | None,
    start: np.ndarray,
    missing: Missing,
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
    whole = math.nan if size is None else size  # of which something is told anyhow
    codes, targets, labels = [], [], []
    for name, margin in clean.items():
        code, kept, unanswered, wrong = _codes(name, sample[name], margin, missing)
        problems += wrong
        share = start[code == len(kept)].sum() / start.sum() if unanswered else 0.0
        shares = kept.to_numpy() / kept.sum() * (1 - share)
        codes.append(code)
        targets.append(whole * (np.append(shares, share) if unanswered else shares))
        labels += [Label(name, category) for category in kept.index.tolist()]
        labels += [Label(name, _NO_ANSWER)] if unanswered else []
    if not margins and size:
        codes.append(np.zeros(len(sample), dtype=np.int32))
        targets.append(np.array([size]))
        labels.append(Label("population", "everyone"))
    columns = np.empty((len(sample), len(totals)))
    for column, (name, total) in enumerate(totals.items()):
        columns[:, column], wrong = numeric(sample[name], f"total {name!r}")
        problems += wrong
        if not _finite(total):
            problems.append(f"total {name!r}: its target {total} is no finite number")
    if problems:
        return None, problems
    starts = np.cumsum([0, *map(len, targets)])
    by_margin = [code + start for code, start in zip(codes, starts, strict=False)]
    places = np.array(by_margin, dtype=np.int32).reshape(len(codes), len(sample))
    auxiliary = Auxiliary(places, int(starts[-1]), columns)
    asked = np.concatenate([*targets, np.array([*totals.values()], dtype=float)])
    return Constraints(auxiliary, asked, labels + [Label(name) for name in totals], size), []


def numeric(column: pd.Series, what: str, positive: bool = False) -> tuple[np.ndarray, list[str]]:
    """A column as numbers (n,), and a line that names the rows where it holds no usable one."""
    values = design.as_numbers(column)
    wrong = ~(design.in_range(values) if positive else np.abs(values) <= design.LARGEST)
    if not wrong.any():
        return values, []
    asked = f"a number above 0 ({design.WEIGHTS_ALLOWED})" if positive else "a number"
    return values, [f"{what}: {asked} is needed in each row; {design.named_rows(column, wrong)}"]


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
    wrong = ~((target == 0) | design.in_range(target))
    if wrong.any():
        found = zip(index[wrong], target[wrong], strict=True)
        told = bounded(f"{_name(name)} ({value:g})" for name, value in found)
        allowed = f"0 or a number above it ({design.WEIGHTS_ALLOWED})"
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
    name: str, column: pd.Series, margin: pd.Series, missing: Missing
) -> tuple[np.ndarray, pd.Series, int, list[str]]:
    """Each row's category in the margin kept (unanswered: last), the margin, rows unanswered."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        found, seen = column.cat.codes.to_numpy(), column.cat.categories
    else:
        if unusable := design.unhashable(column):
            return np.empty(0), margin, 0, [f"margin {name!r}: no single value in {unusable}"]
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
    if unanswered and (missing == "error" or unanswered == len(column)):
        problems.append(
            f"{where}: {unanswered} of {len(column)} rows have no answer: give one, leave the rows "
            "out, or choose missing='keep_share' (which needs some answers)"
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
    return lookup[found], margin[kept], unanswered, problems


def _names(categories: Iterable[object]) -> str:
    return bounded(map(_name, categories))


def _name(category: object) -> str:
    # Python's own values: 1 and '1' must look different, and numpy's 1 like 1
    return repr(category.item() if isinstance(category, np.generic) else category)


def _finite(number: object) -> bool:
    return isinstance(number, numbers.Real) and abs(float(number)) <= design.LARGEST


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_SAME_TOTAL)
