"""The design of a survey: what its weights, strata and clusters are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.stats.survey.intervals import Floats


class Calibrated(Protocol):
    """What a design has of a calibration: see `weighting.Calibration`."""

    @property
    def weights(self) -> np.ndarray:
        """Of each row (n,)."""

    def residuals(self, values: np.ndarray) -> np.ndarray:
        """Of values regressed on the auxiliary variables."""


# --- Columns of a caller's frame: their numbers, and how a message names their rows

LARGEST = 1e100  # weight, count or target, and 1 over the smallest: squares are still numbers
WEIGHTS_ALLOWED = f"{1 / LARGEST:g} to {LARGEST:g}"


def as_numbers(column: pd.Series) -> Floats:
    """The numbers of a column (n,), also of texts that spell one; NaN where there is none.

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
    """The rows of a column that are wrong, by the index's label or, where it repeats, by position.

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
    """Refuse columns that a frame does not have, has twice, or that hold lists."""
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


Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Design:
    """A checked design; made by `design`, restricted by `within_domain`.

    Of rows (n,): `weights`, the code of the primary sampling unit (`psu`), whether estimates are
    about them (`domain`); of units (m,): their `stratum`; of strata (H,): units `sampled`.
    """

    frame: pd.DataFrame
    weights: Floats
    psu: Codes
    stratum: Codes
    sampled: Codes
    calibration: Calibrated | None
    domain: Mask


def design(
    frame: pd.DataFrame,
    *,
    weights: str | None = None,
    strata: str | None = None,
    clusters: str | None = None,
    calibration: Calibrated | None = None,
) -> Design:
    """Describe how the rows of a frame were drawn, and check it.

    Variances are those of the first stage (ultimate clusters): whole clusters are taken as drawn
    with replacement, which makes them a little too large where most of a population was drawn.
    Source: T. Lumley, *Complex Surveys* (2010), chapters 2 and 3.

    Parameters
    ----------
    frame
        One row an answer. It is not copied.
    weights
        Column of weights; 1 without it. Rows of weight 0 count as sampled, and add nothing to
        estimates.
    strata, clusters
        Columns of the stratum and of the primary sampling unit; without clusters each row is one.
        A stratum has two units at the least: with one, nothing tells how its units differ.
    calibration
        What `weighting.calibrate` gave for the rows of this frame; then without `weights`.

    >>> frame = pd.DataFrame({"w": [5, 5, 9, 9], "pool": ["a", "a", "b", "b"]})
    >>> design(frame, weights="w", strata="pool").sampled.tolist()
    [2, 2]
    """
    if calibration is not None and weights is not None:
        raise ValueError("a calibration has its weights: leave the column of weights out")
    require(frame, [name for name in (weights, strata, clusters) if name is not None])
    if frame.empty:
        raise ObservError("the sample has no row: nothing can be estimated")

    problems = [
        f"column {name}: no {role} in {named_rows(frame[name], frame[name].isna(), values=False)}"
        for role, name in (("stratum", strata), ("cluster", clusters))
        if name is not None and frame[name].isna().any()
    ]
    if problems:
        raise ObservError(*problems)
    n = len(frame)
    row_stratum, stratum_names = _codes(frame, strata)
    if clusters is None:
        psu, stratum = np.arange(n), row_stratum
    else:
        psu, stratum = _clusters(frame[clusters], row_stratum, problems)
    sampled = np.bincount(stratum, minlength=len(stratum_names)).astype(np.int64)
    if calibration is not None:
        if len(calibration.weights) != n:
            raise ValueError(
                f"the calibration is of {len(calibration.weights)} rows, the frame has {n}"
            )
        calibrated = pd.Series(calibration.weights, index=frame.index)
        values = _weights(calibrated, "calibrated weights", problems)
    elif weights is not None:
        values = _weights(frame[weights], f"column {weights}", problems)
    else:
        values = np.ones(n)
    if strata is not None and (sampled == 1).any():
        problems.append(
            f"column {strata}: a single sampled unit in {bounded(stratum_names[sampled == 1])}; "
            "merge strata"
        )
    if problems:
        raise ObservError(*problems)
    return Design(frame, values, psu, stratum, sampled, calibration, np.ones(n, dtype=bool))


def within_domain(design: Design, rows: pd.Series | Mask) -> Design:
    """The same design for estimates about some of its rows (a domain).

    Dropping the other rows from the frame instead would give standard errors that are too small
    or too large: Lumley, *Complex Surveys* (2010), section 2.1.1.

    Parameters
    ----------
    rows
        True for the rows of the domain, in the order of the frame; unknown is not in it.

    >>> whole = design(pd.DataFrame({"age": [20, 40, 60]}))
    >>> int(within_domain(whole, whole.frame["age"] > 30).domain.sum())
    2
    """
    chosen = pd.Series(rows).fillna(False).to_numpy(dtype=bool)
    if chosen.shape != design.domain.shape:
        raise ValueError(f"{len(chosen)} rows chosen or not, the frame has {len(design.frame)}")
    return replace(design, domain=design.domain & chosen)


def numeric_column(design: Design, name: str) -> Floats:
    """A column as numbers, NaN where unknown."""
    require(design.frame, [name])
    column = design.frame[name]
    values = as_numbers(column)
    wrong = (np.isnan(values) & column.notna().to_numpy()) | (np.abs(values) > LARGEST)
    if wrong.any():
        raise ObservError(
            f"column {name}: {int(wrong.sum())} values are no number, or beyond {LARGEST:g}:"
            f" {named_rows(column, wrong & ~column.map(repr).duplicated().to_numpy())}"
        )
    return values


def _codes(frame: pd.DataFrame, name: str | None) -> tuple[Codes, npt.NDArray[np.object_]]:
    if name is None:
        return np.zeros(len(frame), dtype=np.int64), np.array(["the sample"], dtype=object)
    codes, names = pd.factorize(frame[name], sort=False)
    return codes.astype(np.int64), np.asarray(names, dtype=object)


def _clusters(column: pd.Series, row_stratum: Codes, problems: list[str]) -> tuple[Codes, Codes]:
    """The unit of each row and the stratum of each unit."""
    local, names = pd.factorize(column, sort=False)
    strata = int(row_stratum.max()) + 1
    pairs, psu = np.unique(local.astype(np.int64) * strata + row_stratum, return_inverse=True)
    times = np.bincount(pairs // strata, minlength=len(names))
    if (times > 1).any():
        problems.append(
            f"column {column.name}: in more than one stratum, clusters"
            f" {bounded(np.asarray(names, dtype=object)[times > 1])}; if names are those within"
            " a stratum, put the stratum's before them"
        )
    return psu.astype(np.int64), (pairs % strata).astype(np.int64)


def _weights(column: pd.Series, what: str, problems: list[str]) -> Floats:
    values = as_numbers(column)
    wrong = ~((values == 0) | in_range(values))
    if wrong.any():
        problems.append(
            f"{what}: {int(wrong.sum())} are missing, negative or no number:"
            f" {named_rows(column, wrong)}; a weight is 0 or a number above it"
            f" ({WEIGHTS_ALLOWED})"
        )
    elif not (values > 0).any():
        problems.append(f"{what}: all are 0")
    return values
