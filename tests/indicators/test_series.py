"""Months without their season: what is told, and why something cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.indicators import series


def months(values: list[float], first: int = 2023, device: str = "d") -> pd.DataFrame:
    row = {"indicator": "visits", "product": "boamp", "device": device, "unit": "visites"}
    return estimates.make(
        {**row, "period": f"{first + i // 12}-{i % 12 + 1:02d}", "estimate": value, "n": value}
        for i, value in enumerate(values)
    )


def wavy(n: int, growth: float = 0.0) -> list[float]:
    source = np.random.default_rng(1)
    season = 1 + 0.2 * np.sin(np.arange(n) * 2 * np.pi / 12)
    trend = (1 + growth) ** (np.arange(n) / 12)
    return [*np.round(1e5 * season * trend * np.exp(0.01 * source.normal(size=n)))]


def reasons(frame: pd.DataFrame) -> list[tuple[str, str]]:
    told = frame[frame["group"] == "reason"]
    assert set(told["status"]) <= {"missing"}
    return list(zip(told["indicator"], told["group_value"], strict=True))


@pytest.mark.parametrize(
    ("n", "told"),
    [
        (23, [("visits_adjusted", "moins de 24 mois complets")]),
        (35, [("level_change", "moins de 36 mois complets")]),
        (36, []),
    ],
)
def test_a_series_too_short_says_so_and_shows_no_number_in_place_of_what_it_cannot_tell(
    n: int, told: list[tuple[str, str]]
) -> None:
    assert reasons(series.adjusted(months(wavy(n)))) == told


def test_a_series_with_gaps_says_so_and_one_gap_only_is_a_month_without_value() -> None:
    frame = months(wavy(40))
    holes = frame[~frame["period"].isin([f"2024-{m:02d}" for m in (2, 4, 6, 8, 10)])]
    assert reasons(series.adjusted(holes)) == [
        ("visits_adjusted", "plus d'un mois sur dix incomplet ou absent")
    ]
    frame.loc[20, "status"] = "partial"
    told = series.adjusted(frame)
    assert told.loc[told["status"] == "missing", "period"].tolist() == [frame.at[20, "period"]]


def test_a_level_too_recent_has_no_pace() -> None:
    values = wavy(40)
    fallen = [*values[:32], *(0.6 * value for value in values[32:])]
    found = series.adjusted(months(fallen))
    assert ("pace", "moins de 12 mois depuis la rupture") in reasons(found)
    (change,) = found[(found["indicator"] == "level_change")].to_dict("records")
    assert change["period"] == "2025-09" and change["ci_low"] <= -40 <= change["ci_high"]


def test_the_pace_is_that_of_the_latest_two_years_and_has_an_interval() -> None:
    found = series.adjusted(months(wavy(48, growth=0.05)))
    (pace,) = found[found["indicator"] == "pace"].to_dict("records")
    assert pace["period"] == "2025-01/2026-12"
    assert pace["ci_low"] <= 5 <= pace["ci_high"]


def test_each_device_is_adjusted_by_itself_and_none_gives_no_row() -> None:
    both = estimates.combine([months(wavy(36)), months(wavy(20), device="e")])
    found = series.adjusted(both)
    assert set(found.loc[found["status"] == "published", "device"]) == {"d"}
    assert series.adjusted(both.head(0)).empty


def test_every_indicator_that_is_made_is_in_the_catalogue(catalogue: Catalogue) -> None:
    assert set(series.adjusted(months(wavy(36)))["indicator"]) <= set(catalogue.indicators)
