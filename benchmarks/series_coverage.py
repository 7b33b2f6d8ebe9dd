"""Coverage of the effects of actions on simulated series.

`python benchmarks/series_coverage.py [SEEDS]`: some minutes. No test: those of
`tests/series` hold a few seeds of the same to what this found.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from observlib.stats.series.interrupted import interrupted

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "series"))
from conftest import noise, synthetic

SEEDS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
ACTION = date(2025, 3, 1)


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
