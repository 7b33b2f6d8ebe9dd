"""Error rates and coverage of the methods on simulated series.

`python benchmarks/series_coverage.py [SEEDS]`: some minutes. No test: those of
`tests/series` hold a few seeds of the same to what this found.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from observlib.series.adjustment import seasonally_adjusted
from observlib.series.interrupted import interrupted

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "series"))
from conftest import noise, synthetic

SEEDS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
ACTION = date(2025, 3, 1)


def changes(name: str, at: int | None, size: float = -0.2, **kind: object) -> None:
    false = found = held = odd = 0
    for seed in range(SEEDS):
        change = None if at is None else (at, size)
        values = synthetic(seed, change=change, **kind)
        adjusted = seasonally_adjusted(values)
        places = [list(values.index).index(month) for month in adjusted.changes["month"]]
        hits = [i for i, place in enumerate(places) if at is not None and abs(place - at) <= 1]
        found += bool(hits)
        false += len(places) > len(hits)
        if hits:
            row = adjusted.changes.iloc[hits[0]]
            held += row["ci_low"] <= 100 * size <= row["ci_high"]
        there = kind.get("odd")
        mine = values.index[there[0]] if there else ""
        odd += bool(set(adjusted.outliers["month"]) - {mine})
    rates = [100 * count / SEEDS for count in (false, found, odd)]
    share = f", size covered {100 * held / found:.1f} %" if found else ""
    print(
        f"{name}: false change {rates[0]:.1f} %, found {rates[1]:.1f} %, "
        f"false outlier {rates[2]:.1f} %{share}",
        flush=True,
    )


def effects(name: str, n: int, correlation: float, counts: bool, shared: float = 0.0) -> None:
    """Coverage of a true effect of −20 % (counts) or +0.5 (means), alone and against others."""
    held: dict[str, list[bool]] = {}
    for seed in range(SEEDS):
        values = synthetic(seed, n, correlation=correlation, change=(26, -0.2))
        shock = np.where(np.arange(n) >= 26, 1 + shared, 1)
        values = values * shock
        others = {
            str(base): shock * synthetic(base + seed, n, correlation=correlation)
            for base in (10_000, 20_000)
        }
        truth = -20.0
        more: dict[str, object] = {"controls": pd.DataFrame(others)}
        if not counts:
            source = np.random.default_rng(seed)
            answers = pd.Series(source.integers(60, 110, n), values.index)
            drawn = 3.7 * noise(seed, n, correlation) / np.sqrt(answers)
            values = 7 + drawn + 0.5 * (np.arange(n) >= 26)
            more, truth = {"answers": answers}, 0.5
        for row in interrupted(values, ACTION, counts=counts, **more).effects.itertuples():
            true = truth if row.comparison != "controls" else 100 * shared
            if row.comparison == "before_after" and shared:
                continue
            held.setdefault(row.comparison, []).append(row.ci_low <= true <= row.ci_high)
    said = ", ".join(f"{name} {100 * np.mean(x):.1f}" for name, x in held.items())
    print(f"{name}: covered {said} %", flush=True)


if __name__ == "__main__":
    for correlation in (0.0, 0.3, 0.6):
        effects(f"45 months, correlation {correlation}", 45, correlation, True)
    effects("a shock that all share", 45, 0.3, True, shared=-0.1)
    effects("means, 45 months, correlation 0.3", 45, 0.3, False)
    effects("29 months, 3 after, correlation 0.3", 29, 0.3, True)
    for correlation in (0.0, 0.3, 0.5, 0.6):
        changes(f"no change, correlation {correlation}", None, correlation=correlation)
        for size in (-0.3, -0.2, -0.12, -0.1):
            what = f"{100 * size:.0f} %, correlation {correlation}"
            changes(what, 26, size, correlation=correlation)
    changes("−20 %, and an odd month before it", 26, odd=(15, -0.4))
    changes("an odd last month", None, odd=(44, -0.4))
    changes("36 months, −20 %", 18, n=36)
