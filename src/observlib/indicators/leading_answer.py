"""Which answer to a question comes first, and whether it is surely ahead of all the others."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.confidentiality.grouping import GROUPED
from observlib.stats.survey.comparison import PAIRED, REFERENCE
from observlib.stats.survey.differences import error_of_paired_shares

_QUESTION = ["indicator", "product", "channel", "device", "period", "group"]


def pairs(shares: pd.DataFrame, ticked: pd.DataFrame | None = None) -> pd.DataFrame:
    """Pair the most frequent answer of each question with the one that is the least surely behind.

    Parameters
    ----------
    shares
        Estimates in % of the answers to one or several questions, each of which is told by its
        passport and `group`. A question is left out where an answer of it is withheld, which the
        order would tell of, and where it has but one.
    ticked
        For questions that take several answers: who (`response_id`) gave which (`category`) to
        each `device`. Without it each person gave one.

    Returns
    -------
    DataFrame
        Pairs for `pairs.tested`, one a question, with `survey.comparison.PAIRED`: a `rise` is
        an answer more frequent than all others.

    Notes
    -----
    The first is chosen for being the highest, and is said to be ahead where the two-sided test of
    its difference with *each* other answer holds; the one pair is that of the largest p value, so
    that a question is one test of its study. No further correction is needed for the choice.
    Where each person gives one answer the pair is that of the first and the second, and the test
    is wrong at most as often as it says, most often where two answers are equal and the others
    far behind (K. Hung and W. Fithian, "Rank verification for exponential families", *Annals of
    Statistics* 47 (2019), 758–782). Where several may be given, two that mostly go together differ
    by a few people and are told apart more easily than a third, which may be the true first: the
    second alone would not do.

    Where fewer than eleven people gave both answers, or neither, or one without the other, the
    interval would tell how many: the error is then the largest that the two shares allow.

    Examples
    --------
    >>> row = {"indicator": "poll_share", "period": "2026-T3", "unit": "%", "group": "Q ?", "n": 90}
    >>> frame = estimates.make(
    ...     {**row, "group_value": name, "estimate": share}
    ...     for name, share in (("Non", 20.0), ("Oui", 70.0), ("Peut-être", 10.0))
    ... )
    >>> pairs(frame)[["group_value", "reference_group_value", "paired_se"]].round(1).values.tolist()
    [['Oui', 'Non', 10.0]]
    """
    shares = shares.reset_index(drop=True)
    given = {} if ticked is None else dict(iter(ticked.groupby("device")))
    first, second, errors = [], [], []
    for keys, rows in shares.groupby(_QUESTION, sort=False):
        named = rows[~rows["group_value"].isin(GROUPED)]
        if len(named) < 2 or rows["status"].isin(["suppressed", "missing"]).any():
            continue
        order = named.sort_values("estimate", ascending=False, kind="stable")
        holders = _holders(given.get(keys[_QUESTION.index("device")]))
        lead, *others = order.to_dict("records")
        error = [_error(lead, other, holders) for other in others]
        sure = [
            (lead["estimate"] - other["estimate"]) / se if se else 0.0
            for other, se in zip(others, error, strict=True)
        ]
        at = sure.index(min(sure))
        first.append(order.index[0])
        second.append(order.index[at + 1])
        errors.append((error[at], lead["n"] - 1))
    pairs = shares.loc[first].reset_index(drop=True)
    other = shares.loc[second].reset_index(drop=True).add_prefix(REFERENCE)
    paired = pd.DataFrame(errors, columns=list(PAIRED), dtype=float)
    return pairs.join([other, paired]).assign(against="answer")


def _holders(ticked: pd.DataFrame | None) -> dict[str, Set[str]]:
    if ticked is None:
        return {}
    return {str(name): set(ids) for name, ids in ticked.groupby("category")["response_id"]}


def _error(
    first: Mapping[Any, Any], other: Mapping[Any, Any], holders: Mapping[str, Set[str]]
) -> float:
    """Standard error of the difference of two answers, in points."""
    n = first["n"]
    one, two = (round(row["estimate"] * n / 100) for row in (first, other))
    both = 0
    if holders:
        both = len(holders[first["group_value"]] & holders[other["group_value"]])
        if min(both, one - both, two - both, n - one - two + both) < estimates.MINIMUM_PEOPLE:
            both = max(0, one + two - int(n))
    return 100 * error_of_paired_shares(one - both, two - both, n)
