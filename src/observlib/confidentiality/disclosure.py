"""Withholding of values that rest on too few people."""

from __future__ import annotations

import pandas as pd

from observlib import estimates


def protect(
    rows: pd.DataFrame,
    low_base: int = estimates.LOW_BASE,
    minimum: int = estimates.MINIMUM_PEOPLE,
) -> pd.DataFrame:
    """Withhold values on fewer than `minimum` people, mark those on fewer than `low_base`.

    Every indicator passes its rows through here before they become estimates.

    Parameters
    ----------
    rows
        Columns of `estimates.COLUMNS` (some may be absent); rows without `n` are left alone.
    low_base
        Below this base a value is shown and marked `low_base`.

    Returns
    -------
    DataFrame
        Checked estimates. Suppressed rows lose value, interval and base.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": 50.0, "n": [4, 20, 90]}
    ... )
    >>> protect(rows)[["estimate", "n", "status"]].values.tolist()
    [[nan, nan, 'suppressed'], [50.0, 20.0, 'low_base'], [50.0, 90.0, 'published']]
    """
    rows = rows.reindex(columns=estimates.COLUMNS).copy()
    rows["status"] = rows["status"].astype(object).where(rows["status"].notna(), "published")
    for column in estimates.NUMBERS:
        rows[column] = pd.to_numeric(rows[column]).astype(float)
    base = rows["n"]
    few = (base > 0) & (base < minimum) & (rows["status"] != "missing")
    rows.loc[few, "status"] = "suppressed"
    rows.loc[few, estimates.NUMBERS] = float("nan")
    thin = (base >= minimum) & (base < low_base) & (rows["status"] == "published")
    rows.loc[thin, "status"] = "low_base"
    return estimates.make(rows.to_dict("records"))
