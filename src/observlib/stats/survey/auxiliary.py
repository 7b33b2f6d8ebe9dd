"""Auxiliary variables of a calibration: their totals, cross products and regression."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

# Below this share of the largest singular value a direction is a repetition of the others (two
# margins always repeat the population's total) and not information.
COLLINEAR = 1e-12


@dataclass(frozen=True, eq=False)
class Auxiliary:
    """The auxiliary variables x of n rows: an indicator of each category, then numeric columns.

    The matrix X of p columns is never built: a margin is a column of codes, so that 2 million rows
    and 5 margins stay at 4 bytes a row and margin.

    Parameters
    ----------
    codes
        One array (n,) a margin: the position of the row's category in the margin.
    sizes
        Number of categories of each margin.
    numbers
        Numeric columns, (n, k).
    """

    codes: tuple[np.ndarray, ...]
    sizes: tuple[int, ...]
    numbers: np.ndarray

    def totals(self, values: np.ndarray) -> np.ndarray:
        """X'v: the sum of `values` (n,) in each category, and of their product with each number."""
        parts = [
            np.bincount(codes, values, size)
            for codes, size in zip(self.codes, self.sizes, strict=True)
        ]
        return np.concatenate([*parts, self.numbers.T @ values])

    def predict(self, coefficients: np.ndarray) -> np.ndarray:
        """X b: one value a row, of one coefficient a column (p,)."""
        found = self.numbers @ coefficients[sum(self.sizes) :]
        for codes, size, start in zip(self.codes, self.sizes, self._starts(), strict=True):
            found += coefficients[start : start + size][codes]
        return found

    def absolute(self) -> Auxiliary:
        """|x|."""
        return replace(self, numbers=np.abs(self.numbers))

    def gram(self, weights: np.ndarray) -> np.ndarray:
        """X' diag(weights) X, (p, p)."""
        categories = sum(self.sizes)
        width = categories + self.numbers.shape[1]
        gram = np.zeros((width, width))
        margins = list(zip(self.codes, self.sizes, self._starts(), strict=True))
        for i, (codes, size, start) in enumerate(margins):
            rows = slice(start, start + size)
            gram[rows, rows] = np.diag(np.bincount(codes, weights, size))
            for other, other_size, other_start in margins[i + 1 :]:
                pairs = codes.astype(np.intp) * other_size + other
                table = np.bincount(pairs, weights, size * other_size).reshape(size, other_size)
                columns = slice(other_start, other_start + other_size)
                gram[rows, columns], gram[columns, rows] = table, table.T
        for column in range(categories, width):
            number = self.numbers[:, column - categories]
            gram[column] = gram[:, column] = self.totals(weights * number)
        return gram

    def residuals(self, values: np.ndarray, weights: np.ndarray, gram: np.ndarray) -> np.ndarray:
        """What the weighted regression of values (n,) or (n, k) on x leaves unexplained.

        `gram` is that of the weights.
        """
        columns = values.reshape(len(values), -1)
        found = np.empty(columns.shape, order="F")
        cells, cell = self._collapsed
        for k, column in enumerate(columns.T):
            right = self._totals_of_few(weights * column)
            found[:, k] = column - cells.predict(solve(gram, right))[cell]
        return found.reshape(values.shape)

    def leverages(self, weights: np.ndarray, gram: np.ndarray) -> np.ndarray:
        """How much each row pulls the weighted regression on x towards itself, 0 to 1 (n,).

        The diagonal of the hat matrix. `gram` is that of the weights.
        """
        cells, cell = self._collapsed
        each = np.eye(len(gram))
        pulled = np.column_stack([cells.predict(solve(gram, one)) for one in each])
        rows = np.column_stack([cells.predict(one) for one in each])
        return weights * np.einsum("ij,ij->i", rows, pulled)[cell]

    def _totals_of_few(self, values: np.ndarray) -> np.ndarray:
        """As `totals`, of values most of which may be 0, such as those of a domain."""
        if self.numbers.shape[1]:
            return self.totals(values)
        there = np.flatnonzero(values)
        return self.of_rows(there).totals(values[there])

    def of_rows(self, rows: np.ndarray) -> Auxiliary:
        """Those of some rows, by their positions."""
        codes = tuple(codes[rows] for codes in self.codes)
        return replace(self, codes=codes, numbers=self.numbers[rows])

    @cached_property
    def _collapsed(self) -> tuple[Auxiliary, np.ndarray]:
        return self.collapse()

    def collapse(self) -> tuple[Auxiliary, np.ndarray]:
        """The distinct rows of x (cells), and the cell of each row.

        Nothing is gained with numeric columns, whose values seldom repeat: each row is then a cell.
        """
        if self.numbers.shape[1]:
            return self, np.arange(len(self.numbers))
        key, span = np.zeros(len(self.numbers), dtype=np.int64), 1
        for codes, size in zip(self.codes, self.sizes, strict=True):
            if span * size > np.iinfo(np.int64).max:
                key, seen = pd.factorize(key)
                span = len(seen)
            key = key * size + codes
            span *= size
        cell, seen = pd.factorize(key)
        # whichever of its rows stands for a cell, their codes are the same
        row = np.empty(len(seen), dtype=np.intp)
        row[cell] = np.arange(len(cell))
        codes_of_cells = tuple(codes[row] for codes in self.codes)
        return Auxiliary(codes_of_cells, self.sizes, self.numbers[row]), cell

    def _starts(self) -> list[int]:
        return [sum(self.sizes[:i]) for i in range(len(self.sizes))]


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
