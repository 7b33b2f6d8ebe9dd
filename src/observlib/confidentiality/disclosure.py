"""Primary suppression: values that rest on too few people, or tell what each of few answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.estimates.rounding import base, mark

_FEW = estimates.MINIMUM_PEOPLE


def protect(
    rows: pd.DataFrame | Iterable[Mapping[str, Any]],
    low_base: int = estimates.LOW_BASE,
    personal: bool = True,
) -> pd.DataFrame:
    """Withhold values on fewer than eleven people, mark those on fewer than `low_base`.

    Every indicator passes its rows through here before they become estimates.

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
    given = rows if isinstance(rows, pd.DataFrame) else list(rows)
    if not len(given):
        return estimates.make([])
    rows = estimates.typed(pd.DataFrame(given))
    people = rows["n"].copy()
    few = (people > 0) & (people < _FEW)
    if personal:
        few |= _few_alike(rows, low_base)
    few &= rows["status"] != "missing"
    rows = estimates.withheld(rows, few | (rows["status"] == "suppressed"))
    thin = (people >= _FEW) & (people < low_base)
    rows.loc[thin & (rows["status"] == "published"), "status"] = "low_base"
    if personal:
        marks = (rows["unit"] == "points") | rows["unit"].str.startswith("sur ")
        rows.loc[thin & marks, ["ci_low", "ci_high", "n_eff"]] = float("nan")
        rows["estimate"] = rows["estimate"].mask(thin & marks, mark(rows["estimate"], rows["unit"]))
        counts = (rows["n"] == rows["estimate"]) & ~marks & (rows["unit"] != "%")
        answers = rows["n"].notna() & ~counts
        rows.loc[answers, "n"] = rows.loc[answers, "n"].map(base)
    return estimates.check(rows)


def unanimous(unit: Any, estimate: Any, n: Any, low_base: int = estimates.LOW_BASE) -> Any:
    """Whether a share or a score says that each of fewer than `low_base` people answered alike.

    Who is known to be among a dozen respondents, all of whom are dissatisfied, is known to be
    dissatisfied: group disclosure, which no minimum of people prevents.

    Of columns, each is asked.

    Examples
    --------
    >>> unanimous("%", pd.Series([100.0, 92.3]), 13).tolist(), bool(unanimous("points", -100.0, 11))
    ([True, False], True)
    """
    off = np.where(unit == "%", abs(estimate - 50) - 50, abs(estimate) - 100)  # from either end
    return (n < low_base) & ((unit == "%") | (unit == "points")) & (abs(off) < 1e-9)


def few_alike(unit: Any, estimate: Any, n: Any, low_base: int = estimates.LOW_BASE) -> Any:
    """Whether a share or a score tells what few people answered; of columns, each is asked.

    They are those who have the property, those who have not, or all (see `unanimous`). Under
    `low_base`, that a share is withheld does not tell which.

    Examples
    --------
    >>> shares, bases = pd.Series([90.0, 5.0, 100.0, 0.0]), pd.Series([100, 400, 400, 12])
    >>> few_alike("%", shares, bases).tolist(), few_alike("sur 10", shares, bases).any()
    ([True, False, False, True], np.False_)
    """
    having = estimate * n / 100
    least = np.minimum(having, n - having)  # of a weighted share no whole number
    few = (unit == "%") & (least >= 0.5) & (least < _FEW - 0.5)
    return unanimous(unit, estimate, n, low_base) | few


def _few_alike(rows: pd.DataFrame, low_base: int) -> pd.Series:
    """Which rows tell what few people answered, with the other categories of the same answer."""
    grouped = rows["group"] != ""
    # no one in one category of several says little of each; all in one says all
    alike = few_alike(rows["unit"], rows["estimate"], rows["n"], low_base)
    alike &= ~grouped | (rows["estimate"] > 0)
    answer = ["indicator", "product", "channel", "device", "period", "group"]
    return alike | (grouped & alike.groupby([rows[name] for name in answer]).transform("any"))
