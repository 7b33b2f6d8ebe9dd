"""Estimates with no more digits than a page tells of them.

Whoever has the tenth digit of a mean and its interval can compute how many people gave each mark.
So data files, notebooks and the coordinates of drawings hold what stands in words beside them:
charts draw `rounded` estimates, and every output carries its numbers as `carried` writes them.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.estimates import COMPARISON_COLUMNS, base
from observlib.language import french, words

_PUBLISHED = 2  # decimals that are kept of what others publish


def rounded_estimates(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Round estimates as their indicators are written, and effective bases as bases are."""
    return estimates.check(_rounded(frame, catalogue)) if len(frame) else frame


def _rounded(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    numbers = [_numbers(row, catalogue) for row in estimates.records(frame)]
    return frame.assign(**dict(zip(estimates.NUMBERS, np.transpose(numbers), strict=True)))


def carried(
    frames: Iterable[pd.DataFrame], catalogue: Catalogue, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What an output carries of estimates and comparisons: rounded, and each row once."""
    there = before or {}
    rows = dict.fromkeys(there.get("rows", []))
    pairs = dict.fromkeys(there.get("comparisons", {}).get("rows", []))
    for frame in frames:
        if list(frame.columns) == COMPARISON_COLUMNS:
            pairs |= dict.fromkeys(estimates.csv_lines(rounded_pairs(frame, catalogue)))
        elif list(frame.columns) == estimates.COLUMNS:
            rows |= dict.fromkeys(estimates.csv_lines(rounded_estimates(frame, catalogue)))
    beside = {"comparisons": {"columns": COMPARISON_COLUMNS, "rows": [*pairs]}} if pairs else {}
    return {"columns": estimates.COLUMNS, "rows": [*rows], **beside}


def _numbers(row: Mapping[str, Any], catalogue: Catalogue) -> tuple[float, ...]:
    """The numbers of an estimate, rounded."""
    value, low, high, n, n_eff = (row[name] for name in estimates.NUMBERS)
    if not math.isnan(value):
        indicator = _indicator(row, catalogue)
        ends = words.rounded_interval(row, indicator)
        value = french.rounded(value, words.decimals(indicator, row["unit"]))
        low, high = _around(value, ends)
    if n_eff <= n:
        n_eff = min(base(n_eff), n)
    elif math.isfinite(n_eff):
        n_eff = base(n_eff)
    return value, low, high, n, n_eff


def places(row: Mapping[str, Any], catalogue: Catalogue) -> int:
    """With how many decimals an estimate's value is published."""
    return words.decimals(_indicator(row, catalogue), row["unit"])


def _indicator(row: Mapping[str, Any], catalogue: Catalogue) -> Indicator:
    """An estimate's indicator, with the decimals that it is published with."""
    indicator = words.indicator_of(row["indicator"], catalogue)
    if row["product"] not in catalogue.peers:
        return indicator
    more = {"decimals": max(indicator.decimals, _PUBLISHED)}  # a peer has published more
    return indicator.model_copy(update=more)


def rounded_pairs(pairs: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Round comparisons: both sides as estimates are, differences as their tables write them."""
    if pairs.empty:
        return pairs
    found = pairs.copy()
    for side in ("", estimates.REFERENCE):
        rows = _rounded(estimates.side_of(pairs, side), catalogue)
        for name in estimates.NUMBERS:
            found[side + name] = rows[name].to_numpy()
    results = [_results(row, catalogue) for row in estimates.records(pairs)]
    found[estimates.COMPARISON_NUMBERS] = results
    return estimates.check_comparisons(found)


def _results(row: Mapping[str, Any], catalogue: Catalogue) -> list[float]:
    """The numbers of a comparison, rounded."""
    difference, low, high, level, detectable = (row[name] for name in estimates.COMPARISON_NUMBERS)
    places = words.decimals(words.indicator_of(row["indicator"], catalogue), row["unit"])
    difference, detectable = (french.rounded(x, places) for x in (difference, detectable))
    if math.isfinite(low):
        low, high = _around(difference, words.rounded_keeping_signs((low, high), places))
    return [difference, low, high, round(level, 4), detectable]


def _around(value: float, ends: tuple[float, float]) -> tuple[float, float]:
    """Ends that hold a value, which rounding may have moved out of them."""
    return min(ends[0], value), max(ends[1], value)
