"""Monthly counts of known season, working-day effect, noise, change of level and odd month."""

import numpy as np
import pandas as pd

from observlib.base.period import length_deviation, working_day_deviation

SEASON = np.log([1.10, 1.00, 1.06, 1.02, 0.98, 0.94, 0.86, 0.78, 1.12, 1.10, 1.04, 1.00])
GROWTH = 0.04  # a year
WORKING_DAY = 0.016


def months(first: int, n: int) -> list[str]:
    """So many months, from January of a year."""
    return [f"{first + i // 12}-{i % 12 + 1:02d}" for i in range(n)]


def noise(seed: int, n: int, correlation: float) -> np.ndarray:
    source = np.random.default_rng(seed)
    drawn = source.normal(size=n)
    for i in range(1, n):
        drawn[i] = correlation * drawn[i - 1] + np.sqrt(1 - correlation**2) * drawn[i]
    return drawn


def synthetic(
    seed: int,
    n: int = 45,
    sd: float = 0.03,
    correlation: float = 0.0,
    change: tuple[int, float] | None = None,
    odd: tuple[int, float] | None = None,
) -> pd.Series:
    """Counts from January 2023; `change` and `odd` are a position and a size (−0.2 for −20 %)."""
    dates = months(2023, n)
    logs = np.log(1e5) + GROWTH * np.arange(n) / 12 + SEASON[np.arange(n) % 12]
    logs += sd * noise(seed, n, correlation)
    logs += [WORKING_DAY * working_day_deviation(m) + length_deviation(m) for m in dates]
    if change is not None:
        logs[change[0] :] += np.log1p(change[1])
    if odd is not None:
        logs[odd[0]] += np.log1p(odd[1])
    return pd.Series(np.round(np.exp(logs)), dates)
