"""A survey's own weights, as cells of its export write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue.tables import WEIGHTS
from observlib.loaders._survey_columns import NO_ANSWER

NO_WEIGHT = "is no weight; write a number above 0 such as 1.25 or 1,25, or leave it empty"


def weight_of(cell: str) -> float | None:
    """The weight in a cell, with a decimal point or comma; NaN where it is empty.

    `None` where it holds something else: text, thousands set apart, 0, less, or what no weight is.

    Examples
    --------
    >>> weight_of("1,25"), weight_of("0.8"), weight_of("3e-2"), weight_of("")
    (1.25, 0.8, 0.03, nan)
    >>> weight_of("0"), weight_of("-1"), weight_of("1 250"), weight_of("1.234,5")
    (None, None, None, None)
    """
    if fold_label(cell) in NO_ANSWER:
        return math.nan
    number = re.fullmatch(r"\d{1,13}(?:[.,]\d{1,20})?(?:e[+-]?\d{1,2})?", cell, re.A | re.I)
    value = float(number[0].replace(",", ".")) if number else 0.0
    return value if WEIGHTS[0] <= value <= WEIGHTS[1] else None


def check_weights(path: Path, name: str, cells: Mapping[int, str]) -> None:
    """Refuse a column of weights that is empty, or in which `1,234` may be a thousand.

    Parameters
    ----------
    path
        What messages name.
    name
        The column, as the questionnaire names it.
    cells
        By their place in the file.

    Raises
    ------
    ObservError
        Where no cell holds anything, or weights have points as well as commas.
    """
    weights = {line: weight_of(cell.strip()) for line, cell in cells.items()}
    if weights and all(weight is not None and math.isnan(weight) for weight in weights.values()):
        raise ObservError(
            f"{path}: no response has a weight in the column {name!r}; export the weights too, or "
            f"take `weight` out of the questionnaire"
        )
    good = [line for line, weight in weights.items() if weight]
    point, comma = (next((line for line in good if mark in cells[line]), None) for mark in ".,")
    if point is not None and comma is not None:
        raise ObservError(
            f"{path}: the column {name!r} has weights with a decimal point (row {point}) and with "
            f"a comma (row {comma}), which may be thousands; write all of them one way"
        )


def unweighted(weights: Mapping[str, float]) -> Iterator[str]:
    """How many responses have no weight, and what becomes of them: a notice, where there are."""
    if without := sum(map(math.isnan, weights.values())):
        yield (
            f"{without} of {len(weights)} responses have no weight: they count in figures without "
            f"weights, and have no part in weighted ones"
        )
