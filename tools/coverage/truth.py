"""Whether published intervals hold what is true of the demonstration's models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

HELD = ["indicator", "device", "group_value", "repetition", "n", "held"]
DEMO = Path("data/demo")  # whose devices and actions are drawn again
MARK = "~"  # between a device, or a category that is told apart, and the number of its repetition

Key = tuple[str, str, str]
"""Indicator, device, group."""

Truths = dict[Key, dict[str, tuple[float, float]]]
"""By group value (empty without a group), the true value, and what shares are divided by: the
truth of categories put together is the sum of their values, over that of their divisors unless
these are 0."""


def one(value: float) -> dict[str, tuple[float, float]]:
    """The truth of an indicator without groups."""
    return {"": (value, 0.0)}


def parts(values: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """The truths of shares that add up where categories are put together."""
    return {name: (value, 0.0) for name, value in values.items()}


def drawn_again(device: str, repetition: int) -> str:
    """The name of a device of one repetition.

    Examples
    --------
    >>> drawn_again("sp-plus", 12)
    'sp-plus~12'
    """
    return f"{device}{MARK}{repetition}"


def held(estimates: pd.DataFrame, truths: Truths) -> pd.DataFrame:
    """One row an interval that is published: `HELD`, where `held` says if the truth lies in it.

    Parameters
    ----------
    estimates
        Estimates of devices named by `drawn_again`.
    truths
        Those of the devices' own names. A group value that has none there stands for all the
        categories that are not shown by their own.

    Raises
    ------
    ValueError
        For an estimate with an interval of which no truth is known.

    Examples
    --------
    >>> from observlib import estimates
    >>> row = {"indicator": "nps", "device": "d~3", "period": "2026-T3", "unit": "points"}
    >>> made = estimates.make([{**row, "estimate": 20, "ci_low": 10, "ci_high": 30, "n": 99}])
    >>> held(made, {("nps", "d", ""): one(31.0)})["held"].tolist()
    [False]
    """
    shown = estimates[estimates["estimate"].notna()]
    apart: defaultdict[Key, set[str]] = defaultdict(set)
    for key in zip(shown["indicator"], shown["device"], shown["group"], strict=True):
        apart[key]  # made empty
    for *key, value in shown[["indicator", "device", "group", "group_value"]].itertuples(
        index=False, name=None
    ):
        apart[tuple(key)].add(value)
    rows = []
    for row in shown[shown["ci_low"].notna()].itertuples():
        device, _, repetition = row.device.rpartition(MARK)
        key = (row.indicator, device, row.group)
        if key not in truths:
            raise ValueError(f"no truth is known of {key}")
        value = row.group_value.partition(MARK)[0]
        own = truths[key]
        names = (
            [value]
            if value in own
            else [name for name in own if name not in apart[row.indicator, row.device, row.group]]
        )
        if not names:
            raise ValueError(f"no truth is known of {value!r} of {key}")
        true, base = (sum(own[name][i] for name in names) for i in (0, 1))
        true = true / (base or 1)
        inside = row.ci_low - 1e-9 <= true <= row.ci_high + 1e-9
        rows.append((row.indicator, device, value, int(repetition), row.n, inside))
    return pd.DataFrame(rows, columns=HELD)
