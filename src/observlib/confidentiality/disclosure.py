"""Primary suppression: values that rest on too few people, or tell what each of few answered."""

from __future__ import annotations

import pandas as pd

from observlib import estimates

# What a share or a score is where all answered alike, by unit.
_ALL_ALIKE = {"%": (0.0, 100.0), "points": (-100.0, 100.0)}


def protect(
    rows: pd.DataFrame,
    low_base: int = estimates.LOW_BASE,
    minimum: int = estimates.MINIMUM_PEOPLE,
    personal: bool = True,
) -> pd.DataFrame:
    """Withhold values on fewer than `minimum` people, mark those on fewer than `low_base`.

    Every indicator passes its rows through here before they become estimates.

    Parameters
    ----------
    rows
        Columns of `estimates.COLUMNS` (some may be absent); rows without `n` are left alone, and
        those that an indicator made `suppressed` lose their numbers.
    low_base
        Below this base a value is shown and marked `low_base`.
    personal
        Whether shares tell what people answered or did. One of 0 or 100 % on fewer than
        `low_base` of them is then withheld (see `unanimous`); of several categories, all are
        where one has 100 %. False where a share tells of the service (how soon it answers, which
        ideas it carried out, how its site fares in tests), or is public already.

    Returns
    -------
    DataFrame
        Checked estimates. Suppressed rows lose value, interval and base.

    Notes
    -----
    This is a minimum frequency rule, with a rule against group disclosure: A. Hundepool and
    others, *Statistical Disclosure Control* (Wiley, 2012), chapter 5, on tables of frequencies.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": 50.0, "n": [4, 20, 90]}
    ... )
    >>> protect(rows)[["estimate", "n", "status"]].values.tolist()
    [[nan, nan, 'suppressed'], [50.0, 20.0, 'low_base'], [50.0, 90.0, 'published']]
    >>> protect(rows.assign(estimate=100.0))["status"].tolist()
    ['suppressed', 'suppressed', 'published']
    """
    rows = rows.reindex(columns=estimates.COLUMNS).copy()
    rows["status"] = rows["status"].astype(object).where(rows["status"].notna(), "published")
    for column in estimates.NUMBERS:
        rows[column] = pd.to_numeric(rows[column]).astype(float)
    base = rows["n"]
    few = (base > 0) & (base < minimum)
    if personal:
        few |= _alike(rows, low_base)
    rows.loc[few & (rows["status"] != "missing"), "status"] = "suppressed"
    rows.loc[rows["status"] == "suppressed", estimates.NUMBERS] = float("nan")
    thin = (base >= minimum) & (base < low_base) & (rows["status"] == "published")
    rows.loc[thin, "status"] = "low_base"
    return estimates.make(rows.to_dict("records"))


def unanimous(unit: str, estimate: float, n: float, low_base: int = estimates.LOW_BASE) -> bool:
    """Whether a share or a score says that each of fewer than `low_base` people answered alike.

    Who is known to be among a dozen respondents, all of whom are dissatisfied, is known to be
    dissatisfied: group disclosure, which no minimum of people prevents.

    Examples
    --------
    >>> unanimous("%", 100.0, 12), unanimous("%", 92.3, 13), unanimous("points", -100.0, 11)
    (True, False, True)
    """
    return n < low_base and any(abs(estimate - end) < 1e-9 for end in _ALL_ALIKE.get(unit, ()))


def _alike(rows: pd.DataFrame, low_base: int) -> pd.Series:
    """Which rows are unanimous, with the other categories of the same answer."""
    values = zip(rows["unit"], rows["estimate"], rows["n"], strict=True)
    found = [unanimous(*row, low_base=low_base) for row in values]
    grouped = rows["group"].notna() & (rows["group"] != "")
    # no one in one category of several says little of each; all in one says all
    alike = pd.Series(found, rows.index, dtype=bool) & (~grouped | (rows["estimate"] > 0))
    answer = ["indicator", "product", "channel", "device", "period", "group"]
    same = alike.groupby([rows[name] for name in answer], dropna=False).transform("any")
    return alike | (grouped & same)
