"""Estimates with no more digits than a page tells of them.

Whoever has the tenth digit of a mean and its interval can compute how many people gave each mark.
So data files, notebooks and the coordinates of drawings hold what stands in words beside them.
"""

from __future__ import annotations

import math

import pandas as pd

from observlib import comparisons, estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.rounding import base
from observlib.display import french, words

PUBLISHED = 2  # decimals that are kept of what others publish
_OF_OTHERS = ("difference", "detectable_difference")  # their `group` is the indicator compared


def as_told(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Round estimates as their indicators are written, and effective bases as bases are.

    Parameters
    ----------
    frame
        Estimates.

    Returns
    -------
    DataFrame
        The same estimates, checked; intervals are those of `words.ends_told`.

    Raises
    ------
    ObservError
        For an indicator that is not in the catalogue.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> mark = {"indicator": "satisfaction_10", "unit": "sur 10", "period": "2026-T3"}
    >>> frame = estimates.make(
    ...     [{**mark, "estimate": 7.2345, "ci_low": 7.01, "ci_high": 7.46, "n": 210, "n_eff": 208}]
    ... )
    >>> as_told(frame, load_catalogue(Path("data/catalogue")))[estimates.NUMBERS].values.tolist()
    [[7.2, 6.9, 7.5, 210.0, 210.0]]
    """
    rows = []
    for row in frame.to_dict("records"):
        if not math.isnan(row["estimate"]):
            compares = row["indicator"] in _OF_OTHERS and row["group"] in catalogue.indicators
            name = row["group"] if compares else row["indicator"]
            indicator = words.indicator_of(name, catalogue)
            if row["product"] in catalogue.peers:  # it has published more
                more = {"decimals": max(indicator.decimals, PUBLISHED)}
                indicator = indicator.model_copy(update=more)
            places = words.decimals(indicator, row["unit"])
            ends = (row["ci_low"], row["ci_high"])
            told = words.signs_kept(ends, places) if compares else words.ends_told(row, indicator)
            row["estimate"] = french.rounded(row["estimate"], places)
            row["ci_low"], row["ci_high"] = _around(row["estimate"], told)
        if row["n_eff"] <= row["n"]:
            row["n_eff"] = min(base(row["n_eff"]), row["n"])
        elif math.isfinite(row["n_eff"]):
            row["n_eff"] = base(row["n_eff"])
        rows.append(row)
    return estimates.make(rows) if rows else frame


def pairs_as_told(pairs: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Round comparisons: both sides as estimates are, differences as their tables write them.

    Parameters
    ----------
    pairs
        Comparisons.
    """
    if pairs.empty:
        return pairs
    sides = [
        as_told(
            pairs[[side + name for name in estimates.COLUMNS]].set_axis(estimates.COLUMNS, axis=1),
            catalogue,
        )
        for side in ("", estimates.REFERENCE)
    ]
    told = sides[0].join(sides[1].add_prefix(estimates.REFERENCE))
    results = pairs[comparisons.RESULTS].reset_index(drop=True).to_dict("records")
    for row, unit, name in zip(results, told["unit"], told["indicator"], strict=True):
        places = words.decimals(words.indicator_of(name, catalogue), unit)
        ends = (row["difference_low"], row["difference_high"])
        for key in ("difference", "detectable"):
            if math.isfinite(row[key]):
                row[key] = french.rounded(row[key], places)
        if math.isfinite(ends[0]):
            low, high = _around(row["difference"], words.signs_kept(ends, places))
            row["difference_low"], row["difference_high"] = low, high
        row["level"] = round(row["level"], 4)
    return comparisons.make(told.join(pd.DataFrame(results)))


def _around(value: float, ends: tuple[float, float]) -> tuple[float, float]:
    """Ends that hold a value, which rounding may have moved out of them."""
    return min(ends[0], value), max(ends[1], value)
