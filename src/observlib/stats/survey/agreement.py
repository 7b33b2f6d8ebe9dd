"""How far two people who read the same texts agree, beyond what chance makes agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd


class Agreement(NamedTuple):
    """Cohen's kappa with its interval, and on how many texts; not a number where all are alike."""

    kappa: float
    low: float
    high: float
    n: int


def cohens_kappa(one: Sequence[str], other: Sequence[str]) -> Agreement:
    """Cohen's kappa of the codes that two people gave the same texts, with its 95 % interval.

    Sources: J. Cohen, "A coefficient of agreement for nominal scales", *Educational and
    Psychological Measurement* 20 (1960), 37–46; its variance is that of J. L. Fleiss, J. Cohen,
    B. S. Everitt, *Psychological Bulletin* 72 (1969), 323–327, as statsmodels computes it.

    Where both give every text one and the same code, nothing tells whether they would agree on
    another: kappa is not a number.

    Examples
    --------
    >>> one = ["yes"] * 20 + ["no"] * 30
    >>> found = cohens_kappa(one, ["yes"] * 15 + ["no"] * 25 + ["yes"] * 10)
    >>> round(found.kappa, 3), round(found.low, 3), round(found.high, 3), found.n
    (0.4, 0.151, 0.649, 50)
    """
    from statsmodels.stats.inter_rater import cohens_kappa as of_table  # a second to import

    codes = sorted({*one, *other})
    if len(codes) < 2:
        return Agreement(math.nan, math.nan, math.nan, len(one))
    pairs = [pd.Categorical(each, codes) for each in (one, other)]
    found = of_table(pd.crosstab(*pairs, dropna=False).to_numpy())
    low, high = max(float(found.kappa_low), -1.0), min(float(found.kappa_upp), 1.0)
    return Agreement(float(found.kappa), low, high, len(one))
