"""Primary suppression: values that rest on too few people, or tell what each of few answered."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.confidentiality.rounding import base, mark

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
        Whether values tell what people answered or did. False where they tell of the service (how
        soon it answers, which ideas it carried out, how its site fares in tests), count what is
        known whole, or are public already. Where they do:

        - a share is withheld where those who have the property, or those who have not, are 1 to
          `minimum` − 1, or all of fewer than `low_base` answered alike (see `few_alike`); of
          several categories of one answer, all are where one is;
        - a mean of marks on fewer than `low_base` answers is told in steps and has no interval
          (see `rounding.mark`): with them, one could compute how many gave each mark;
        - bases are rounded (see `rounding.base`).

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
    ...     {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": 50.0, "n": [4, 26, 92]}
    ... )
    >>> protect(rows)[["estimate", "n", "status"]].values.tolist()
    [[nan, nan, 'suppressed'], [50.0, 25.0, 'low_base'], [50.0, 90.0, 'published']]
    >>> protect(rows.assign(estimate=[50.0, 100.0, 98.0]))["status"].tolist()
    ['suppressed', 'suppressed', 'suppressed']
    """
    rows = rows.reindex(columns=estimates.COLUMNS).copy()
    rows["status"] = rows["status"].astype(object).where(rows["status"].notna(), "published")
    for column in estimates.NUMBERS:
        rows[column] = pd.to_numeric(rows[column]).astype(float)
    people = rows["n"]
    few = (people > 0) & (people < minimum)
    if personal:
        few |= _few_alike(rows, low_base, minimum)
    rows.loc[few & (rows["status"] != "missing"), "status"] = "suppressed"
    rows.loc[rows["status"] == "suppressed", estimates.NUMBERS] = float("nan")
    thin = (people >= minimum) & (people < low_base)
    rows.loc[thin & (rows["status"] == "published"), "status"] = "low_base"
    if personal:
        marks = (rows["unit"] == "points") | rows["unit"].astype(str).str.startswith("sur ")
        rows.loc[thin & marks, ["ci_low", "ci_high", "n_eff"]] = float("nan")
        few_marks = rows.loc[thin & marks, ["estimate", "unit"]]
        rows.loc[thin & marks, "estimate"] = [mark(*row) for row in few_marks.to_numpy()]
        counts = (rows["n"] == rows["estimate"]) & ~marks & (rows["unit"] != "%")
        answers = rows["n"].notna() & ~counts
        rows.loc[answers, "n"] = rows.loc[answers, "n"].map(base)
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


def few_alike(
    unit: str,
    estimate: float,
    n: float,
    low_base: int = estimates.LOW_BASE,
    minimum: int = estimates.MINIMUM_PEOPLE,
) -> bool:
    """Whether a share or a score tells what few people answered.

    They are those who have the property, those who have not, or all (see `unanimous`). Under
    `low_base`, that a share is withheld does not tell which.

    Examples
    --------
    >>> few_alike("%", 90.0, 100), few_alike("%", 5.0, 400), few_alike("%", 100.0, 400)
    (True, False, False)
    >>> few_alike("%", 0.0, 12), few_alike("sur 10", 10.0, 12)
    (True, False)
    """
    if unanimous(unit, estimate, n, low_base):
        return True
    having = estimate * n / 100
    least = min(having, n - having)
    return unit == "%" and 0.5 <= least < minimum - 0.5  # a weighted share's is no whole number


def _few_alike(rows: pd.DataFrame, low_base: int, minimum: int) -> pd.Series:
    """Which rows tell what few people answered, with the other categories of the same answer."""
    values = zip(rows["unit"], rows["estimate"], rows["n"], strict=True)
    found = [few_alike(*row, low_base=low_base, minimum=minimum) for row in values]
    grouped = rows["group"].notna() & (rows["group"] != "")
    # no one in one category of several says little of each; all in one says all
    alike = pd.Series(found, rows.index, dtype=bool) & (~grouped | (rows["estimate"] > 0))
    answer = ["indicator", "product", "channel", "device", "period", "group"]
    same = alike.groupby([rows[name] for name in answer], dropna=False).transform("any")
    return alike | (grouped & same)
