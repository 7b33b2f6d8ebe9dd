"""Columns of a caller's frame: their numbers, and how a message names their rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.stats.survey.intervals import Floats

LARGEST = 1e100  # weight, count or target, and 1 over the smallest: squares are still numbers
RANGE = f"{1 / LARGEST:g} to {LARGEST:g}"


def as_numbers(column: pd.Series) -> Floats:
    """The numbers of a column (n,), NaN where it holds none: unknown, text, or a date.

    Texts that spell a number are one.

    Examples
    --------
    >>> as_numbers(pd.Series([1, "2", "many", None])).tolist()
    [1.0, 2.0, nan, nan]
    """
    if column.dtype.kind in "mMc":  # dates would be nanoseconds
        return np.full(len(column), np.nan)
    found = pd.to_numeric(column, errors="coerce")
    return cast(Floats, found.to_numpy(dtype=float, na_value=np.nan))


def in_range(values: Floats) -> npt.NDArray[np.bool_]:
    """Which values are above 0, and neither so small nor so large that their squares are lost."""
    return (values >= 1 / LARGEST) & (values <= LARGEST)


def named_rows(column: pd.Series, wrong: npt.ArrayLike, values: bool = True) -> str:
    """The rows of a column that are wrong, by the label of the frame's index, with their value.

    `frame.loc[label]` finds them. Where labels come more than once it would find others too: then
    rows are named by position, from 0, for `frame.iloc`.

    Parameters
    ----------
    column
        A column of the caller's frame, with its index.
    wrong
        True for the rows to name (n,).
    values
        Whether to say what they hold.

    Examples
    --------
    >>> named_rows(pd.Series([1, -2, -3], index=["ann", "bob", "eve"]), [False, True, True])
    "rows of index 'bob' (-2), 'eve' (-3)"
    >>> named_rows(pd.Series([1, None], index=[7, 7]), [False, True], values=False)
    'rows at position 1'
    """
    rows = column.reset_index(drop=True)[np.asarray(wrong, dtype=bool)]
    if column.index.is_unique:
        how, labels = "of index", column.index[rows.index].tolist()
    else:
        how, labels = "at position", rows.index.tolist()
    told = zip(map(repr, labels), rows.astype(object).tolist(), strict=True)
    return f"rows {how} " + bounded(f"{at} ({value!r})" if values else at for at, value in told)


def require(frame: pd.DataFrame, names: Iterable[object]) -> None:
    """Refuse columns that a frame does not have, has twice, or that hold lists.

    The first two with a `ValueError`; lists, which cannot be told apart as answers or numbers, with
    an `ObservError` that names their rows.

    Examples
    --------
    >>> require(pd.DataFrame({"a": [1]}), ["a", "b"])
    Traceback (most recent call last):
    ValueError: the frame has no column b
    """
    asked = list(dict.fromkeys(names))
    if absent := [name for name in asked if name not in frame.columns]:
        raise ValueError(f"the frame has no column {bounded(absent)}")
    if again := repeated(frame, asked):
        raise ValueError(f"the frame has more than one column {bounded(again)}")
    for name in asked:
        if unusable := unhashable(frame[name]):
            raise ObservError(f"column {name}: no single value in {unusable}")


def unhashable(column: pd.Series) -> str:
    """The rows of a column that hold a list or the like, named; empty where none does."""
    if column.dtype != object or pd.api.types.infer_dtype(column) != "mixed":
        return ""
    wrong = ~column.map(pd.api.types.is_hashable)
    return named_rows(column, wrong) if wrong.any() else ""


def repeated(frame: pd.DataFrame, names: Iterable[object]) -> list[object]:
    """Those of some columns that a frame has more than once."""
    if frame.columns.is_unique:
        return []
    twice = frame.columns[frame.columns.duplicated()]
    return [name for name in names if name in twice]
