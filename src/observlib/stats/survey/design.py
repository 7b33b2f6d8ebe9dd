"""The design of a survey: what its weights, strata, clusters and population sizes are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, cast, get_args

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
Lonely = Literal["error", "certainty", "adjust", "average"]


@dataclass(frozen=True, eq=False)
class Design:
    """A checked design; made by `design`, restricted by `within_domain`.

    Of rows (n,): `weights`, the code of the primary sampling unit (`psu`), whether estimates are
    about them (`domain`); of units (m,): their `stratum`; of strata (H,): units `sampled`, and in
    the `population` (infinite where unknown).
    """

    frame: pd.DataFrame
    weights: Floats
    psu: Codes
    stratum: Codes
    sampled: Codes
    population: Floats
    lonely: Lonely
    calibration: Calibrated | None
    domain: Mask


def design(
    frame: pd.DataFrame,
    *,
    weights: str | None = None,
    strata: str | None = None,
    clusters: str | None = None,
    population: str | Mapping[object, float] | float | None = None,
    calibration: Calibrated | None = None,
    nest: bool = False,
    lonely: Lonely = "error",
) -> Design:
    """Describe how the rows of a frame were drawn, and check it.

    Variances are those of the first stage (ultimate clusters): whole clusters are taken as drawn
    with replacement, or without it where `population` is given. The variance that later stages
    of a design with finite populations add is not estimated. Source: T. Lumley, *Complex
    Surveys* (2010), chapters 2 and 3.

    Parameters
    ----------
    frame
        One row an answer. It is not copied.
    weights
        Column of weights. Without it, population sizes over sample sizes if `population` is
        given, else 1. Rows of weight 0 count as sampled, and add nothing to estimates.
    strata, clusters
        Columns of the stratum and of the primary sampling unit; without clusters each row is one.
    population
        Units in the population (clusters, if there are), or sampling fractions up to 1: a column,
        one number a stratum, or one for all. Without it sampling is with replacement.
    calibration
        What `weighting.calibrate` gave for the rows of this frame; then without `weights`.
    nest
        Cluster names are those within a stratum, and may come again in another.
    lonely
        What a stratum with one sampled unit (of several) adds to variances, as R's
        `options(survey.lonely.psu)`. `error`: nothing may be estimated. `certainty`: nothing.
        `adjust`: the square of its unit's distance from the mean of all units. `average`: as much
        as the other strata add on average.

    >>> frame = pd.DataFrame({"size": [5, 5, 9, 9], "pool": ["a", "a", "b", "b"]})
    >>> design(frame, strata="pool", population="size").weights.tolist()
    [2.5, 2.5, 4.5, 4.5]
    """
    if lonely not in get_args(Lonely):
        raise ValueError(f"lonely is one of {', '.join(get_args(Lonely))}, not {lonely!r}")
    if calibration is not None and weights is not None:
        raise ValueError("a calibration has its weights: leave the column of weights out")
    population_column = population if isinstance(population, str) else None
    asked = (weights, strata, clusters, population_column)
    require(frame, [name for name in asked if name is not None])
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
        psu, stratum = _clusters(frame[clusters], row_stratum, nest, problems)
    sampled = np.bincount(stratum, minlength=len(stratum_names)).astype(np.int64)
    sizes = _population(frame, population, row_stratum, stratum_names, sampled, problems)
    if calibration is not None:
        if len(calibration.weights) != n:
            raise ValueError(
                f"the calibration is of {len(calibration.weights)} rows, the frame has {n}"
            )
        calibrated = pd.Series(calibration.weights, index=frame.index)
        advice = "; calibrate with method='raking' or 'logit', or with trim="
        values = _weights(calibrated, "calibrated weights", problems, advice)
    elif weights is not None:
        values = _weights(frame[weights], f"column {weights}", problems)
    elif population is not None:
        values = (sizes / sampled)[row_stratum]
    else:
        values = np.ones(n)
    alone = (sampled == 1) & (sizes > 1)
    if lonely == "error" and strata is not None and alone.any():
        problems.append(
            f"column {strata}: a single sampled unit in"
            f" {bounded(stratum_names[alone])}; merge strata, or choose"
            " lonely='certainty', 'adjust' or 'average'"
        )
    if problems:
        raise ObservError(*problems)
    return Design(
        frame, values, psu, stratum, sampled, sizes, lonely, calibration, np.ones(n, dtype=bool)
    )


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


def _clusters(
    column: pd.Series, row_stratum: Codes, nest: bool, problems: list[str]
) -> tuple[Codes, Codes]:
    """The unit of each row and the stratum of each unit."""
    local, names = pd.factorize(column, sort=False)
    strata = int(row_stratum.max()) + 1
    pairs, psu = np.unique(local.astype(np.int64) * strata + row_stratum, return_inverse=True)
    if not nest:
        times = np.bincount(pairs // strata, minlength=len(names))
        if (times > 1).any():
            problems.append(
                f"column {column.name}: in more than one stratum, clusters"
                f" {bounded(np.asarray(names, dtype=object)[times > 1])}; if names are those"
                " within a stratum, say nest=True"
            )
    return psu.astype(np.int64), (pairs % strata).astype(np.int64)


def _weights(column: pd.Series, what: str, problems: list[str], advice: str = "") -> Floats:
    values = as_numbers(column)
    wrong = ~((values == 0) | in_range(values))
    if wrong.any():
        problems.append(
            f"{what}: {int(wrong.sum())} are missing, negative or no number:"
            f" {named_rows(column, wrong)}; a weight is 0 or a number above it"
            f" ({WEIGHTS_ALLOWED}){advice}"
        )
    elif not (values > 0).any():
        problems.append(f"{what}: all are 0")
    return values


def _population(
    frame: pd.DataFrame,
    given: str | Mapping[object, float] | float | None,
    row_stratum: Codes,
    names: npt.NDArray[np.object_],
    sampled: Codes,
    problems: list[str],
) -> Floats:
    """Units in the population of each stratum."""
    if given is None:
        return np.full(len(names), np.inf)
    what = f"column {given}" if isinstance(given, str) else "population"
    if isinstance(given, str):
        column = pd.Series(as_numbers(frame[given]))
        spans = column.groupby(row_stratum).agg(["min", "max"])
        varying = (spans["min"] != spans["max"]).to_numpy() & spans["min"].notna().to_numpy()
        if varying.any():
            problems.append(
                f"{what}: more than one population size in stratum {bounded(names[varying])}"
            )
        sizes = spans["max"].to_numpy(float, na_value=np.nan, copy=True)
        sizes[np.unique(row_stratum[column.isna().to_numpy()])] = np.nan
    else:
        each = [given.get(name) if isinstance(given, Mapping) else given for name in names]
        sizes = as_numbers(pd.Series(each, dtype=object))
    wrong = ~in_range(sizes)
    if wrong.any():
        problems.append(
            f"{what}: missing, or no number above 0 ({WEIGHTS_ALLOWED}), for stratum "
            f"{bounded(names[wrong])}"
        )
        return np.full(len(names), np.inf)
    fractions = sizes <= 1
    if fractions.all():
        return cast(Floats, sampled / sizes)
    small = sizes < sampled
    if small.any():
        which = zip(names[small], sizes[small], sampled[small], strict=True)
        problems.append(
            f"{what}: fewer units than were sampled for stratum"
            f" {bounded(f'{a} ({b:g} < {c})' for a, b, c in which)};"
            " give sizes for all strata, or fractions up to 1 for all"
        )
    return sizes
