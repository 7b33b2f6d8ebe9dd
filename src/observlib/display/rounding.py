"""Estimates with no more digits than a page tells of them.

Whoever has the tenth digit of a mean and its interval can compute how many people gave each mark.
So data files, notebooks and the coordinates of drawings hold what stands in words beside them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.rounding import base
from observlib.display import french, words

_OF_OTHERS = ("difference", "detectable_difference")  # their `group` is the indicator compared


def as_told(frame: pd.DataFrame, catalogue: Catalogue, finer: int = 0) -> pd.DataFrame:
    """Round estimates as their indicators are written, and effective bases as bases are.

    Parameters
    ----------
    frame
        Estimates.
    finer
        Decimals to keep beyond those, for drawings in which steps would be seen.

    Returns
    -------
    DataFrame
        The same estimates, checked. The end of a change's interval that is nearest to zero keeps
        as many decimals as it needs not to become zero.

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
    [[7.2, 7.0, 7.5, 210.0, 210.0]]
    """
    rows = []
    for row in frame.to_dict("records"):
        if not math.isnan(row["estimate"]):
            places = _decimals(row, catalogue) + finer
            for name in ("estimate", "ci_low", "ci_high"):
                row[name] = french.rounded(row[name], places)
        if row["n_eff"] <= row["n"]:
            row["n_eff"] = min(base(row["n_eff"]), row["n"])
        elif math.isfinite(row["n_eff"]):
            row["n_eff"] = base(row["n_eff"])
        rows.append(row)
    return estimates.make(rows) if rows else frame


def _decimals(row: Mapping[str, Any], catalogue: Catalogue) -> int:
    """With how many decimals a page writes the numbers of an estimate."""
    compares = row["indicator"] in _OF_OTHERS
    name = row["group"] if compares and row["group"] in catalogue.indicators else row["indicator"]
    indicator = words.indicator_of(name, catalogue)
    places = words.decimals(indicator, row["unit"])
    ends = (row["ci_low"], row["ci_high"])
    if (compares or words.is_change(row["indicator"])) and ends[0] * ends[1] > 0:
        return french.decimals_of(min(ends, key=abs), places)
    return places
