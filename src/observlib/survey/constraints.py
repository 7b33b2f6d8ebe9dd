"""What calibration must meet, read from sample, margins and totals, with all that is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from observlib.errors import bounded
from observlib.survey.auxiliary import Auxiliary

Missing = Literal["error", "keep_share"]
NO_ANSWER = "(no answer)"
SAME_TOTAL = 1e-6  # relative: margins that differ by more describe two populations


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


def read(
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
        labels += [Label(name, NO_ANSWER)] if unanswered else []
    if not margins and size:
        codes.append(np.zeros(len(sample), dtype=np.int32))
        targets.append(np.array([size]))
        labels.append(Label("population", "everyone"))
    numbers = np.empty((len(sample), len(totals)))
    for column, (name, total) in enumerate(totals.items()):
        numbers[:, column], wrong = numeric(sample[name], f"total {name!r}")
        problems += wrong
        if not math.isfinite(total):
            problems.append(f"total {name!r}: {total} is no target")
    if problems:
        return None, problems
    auxiliary = Auxiliary(tuple(codes), tuple(map(len, targets)), numbers)
    asked = np.concatenate([*targets, np.array([*totals.values()], dtype=float)])
    return Constraints(auxiliary, asked, labels + [Label(name) for name in totals], size), []


def numeric(column: pd.Series, what: str, positive: bool = False) -> tuple[np.ndarray, list[str]]:
    """A column as numbers (n,), and a line that names the rows where it holds no usable one."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(values)
    if positive:
        wrong |= values <= 0
    if not wrong.any():
        return values, []
    asked = "a number above 0" if positive else "a number"
    found = bounded(
        f"{row!r} ({value!r})"
        for row, value in zip(
            column.index[wrong].tolist(), column[wrong].astype(object).tolist(), strict=True
        )
    )
    return values, [f"{what}: {asked} is needed in each row; rows {found}"]


def _wrong_targets(name: str, margin: pd.Series) -> str | None:
    where, index = f"margin {name!r}", margin.index
    if not pd.api.types.is_numeric_dtype(margin) or isinstance(index, pd.MultiIndex):
        return f"{where}: one number a category is needed, with one level of index"
    if index.has_duplicates or index.hasnans:
        again = index[index.duplicated() | index.isna()].unique()
        return f"{where}: each category once, and none missing; found {_names(again)}"
    target = margin.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(target) & (target >= 0))
    if wrong.any():
        return f"{where}: the target of {_names(index[wrong])} is missing or negative"
    return None if target.sum() > 0 else f"{where}: its targets sum to 0"


def _population(
    margins: Mapping[str, pd.Series], population: float | None
) -> tuple[float | None, list[str]]:
    """The total that all margins share, and the margins that contradict it."""
    if population is not None and not (math.isfinite(population) and population > 0):
        return None, [f"population: {population} is not a number above 0"]
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
    """Position of each row's category in the margin kept, that margin, and rows unanswered.

    Rows without an answer have the position after the last; a category of nobody, in population
    and sample alike, is not kept.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        found, seen = column.cat.codes.to_numpy(), column.cat.categories
    else:
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
    # Python's own values: 1 and '1' must look different, and numpy's 1 like 1
    return bounded(map(repr, pd.Index(categories).astype(object).tolist()))


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=SAME_TOTAL)
