"""Months without their season: what is told, and why something cannot be."""

import numpy as np
import pandas as pd
import pytest

from observlib import estimates
from observlib.themes.audience import adjusted


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
    n, told, catalogue
):
    assert reasons(adjusted(months(wavy(n)), catalogue)) == told


def test_a_series_with_gaps_says_so_and_one_gap_only_is_a_month_without_value(catalogue):
    frame = months(wavy(40))
    holes = frame[~frame["period"].isin([f"2024-{m:02d}" for m in (2, 4, 6, 8, 10)])]
    assert reasons(adjusted(holes, catalogue)) == [
        ("visits_adjusted", "plus d'un mois sur dix incomplet ou absent")
    ]
    frame.loc[20, "status"] = "partial"
    told = adjusted(frame, catalogue)
    assert told.loc[told["status"] == "missing", "period"].tolist() == [frame.at[20, "period"]]


def test_a_level_too_recent_has_no_pace(catalogue):
    values = wavy(40)
    fallen = [*values[:32], *(0.6 * value for value in values[32:])]
    found = adjusted(months(fallen), catalogue)
    assert ("pace", "moins de 12 mois depuis la rupture") in reasons(found)
    (change,) = found[(found["indicator"] == "level_change")].to_dict("records")
    assert change["period"] == "2025-09" and change["ci_low"] <= -40 <= change["ci_high"]


def test_the_pace_is_that_of_the_latest_two_years_and_has_an_interval(catalogue):
    found = adjusted(months(wavy(48, growth=0.05)), catalogue)
    (pace,) = found[found["indicator"] == "pace"].to_dict("records")
    assert pace["period"] == "2025-01/2026-12"
    assert pace["ci_low"] <= 5 <= pace["ci_high"]


def test_each_device_is_adjusted_by_itself_and_none_gives_no_row(catalogue):
    both = estimates.combine([months(wavy(36)), months(wavy(20), device="e")])
    found = adjusted(both, catalogue)
    told = found[(found["status"] == "published") & (found["indicator"] != "pace_level")]
    assert set(told["device"]) == {"d"}
    assert adjusted(both.head(0), catalogue).empty


def test_each_pace_has_the_verdict_of_the_family_and_a_plain_interval(catalogue):
    growths = {"up": 0.05, "down": -0.05, "still": 0.0}
    frames = [months(wavy(48, growth), device=name) for name, growth in growths.items()]
    noisy = np.random.default_rng(3).normal(size=48)
    frames.append(months([*np.round(1e5 * np.exp(0.08 * noisy))], device="noisy"))
    found = adjusted(estimates.combine(frames), catalogue)
    paces = found[found["indicator"] == "pace"].set_index("device")
    assert paces["group_value"].to_dict() == {
        "up": "en hausse", "down": "en baisse", "still": "stable", "noisy": "indéterminé",
    }  # fmt: skip
    (level,) = found.loc[found["indicator"] == "pace_level", "estimate"]
    assert level == pytest.approx(100 * (1 - 0.05 / 3))  # Holm: the second of four
    (seen,) = found[found["indicator"] == "detectable_pace"].to_dict("records")
    noisy_low, noisy_high = paces.loc["noisy", ["ci_low", "ci_high"]]
    assert seen["device"] == "noisy" and noisy_low < 0 < noisy_high
    assert seen["estimate"] > (noisy_high - noisy_low) / 2  # at the level of the family, 8 in 10
    alone = adjusted(frames[0], catalogue)
    (plain,) = alone[alone["indicator"] == "pace"].to_dict("records")
    ends = ["estimate", "ci_low", "ci_high"]
    assert [plain[end] for end in ends] == pytest.approx(paces.loc["up", ends].tolist())


def test_a_pace_that_would_hold_alone_is_not_told_among_many(catalogue):
    """Of series without trend, one in twenty seems to rise or fall; hardly any page says so."""

    def drawn(seed: int) -> pd.DataFrame:
        noise = np.random.default_rng(seed).normal(size=48)
        return months([*np.round(1e5 * np.exp(0.05 * noise))], device=str(seed))

    found = adjusted(estimates.combine(drawn(seed) for seed in range(30)), catalogue)
    paces = found[found["indicator"] == "pace"]
    apart = paces[(paces["ci_low"] > 0) | (paces["ci_high"] < 0)]
    assert len(apart) and set(paces["group_value"]) <= {"stable", "indéterminé"}


def test_a_series_or_a_pace_too_irregular_is_told_and_has_no_number(catalogue):
    noise = np.random.default_rng(1).normal(size=36)
    wild = [*np.round(1e5 * np.exp(0.6 * noise))]
    drifting = [*np.round(1e5 * np.exp(0.2 * noise.cumsum()))]
    assert reasons(adjusted(months(wild), catalogue)) == [
        ("visits_adjusted", "mois trop irréguliers")
    ]
    assert reasons(adjusted(months(drifting), catalogue)) == [("pace", "mois trop irréguliers")]


def test_every_indicator_that_is_made_is_in_the_catalogue(catalogue):
    assert set(adjusted(months(wavy(36)), catalogue)["indicator"]) <= set(catalogue.indicators)


def test_a_change_of_level_that_would_hold_alone_is_not_told_among_many(catalogue):
    """The more series a study searches, the more of them would seem to change by chance."""

    def drawn(seed: int, step: float) -> pd.DataFrame:
        noise = np.random.default_rng(seed).normal(size=48)
        level = 1e5 * np.exp(0.03 * noise + step * (np.arange(48) >= 24))
        return months([*np.round(level)], device=str(seed))

    changed = drawn(7, 0.12)
    others = [drawn(seed, 0.0) for seed in range(100, 115)]

    def changes(*frames: pd.DataFrame) -> list[str]:
        found = adjusted(estimates.combine(frames), catalogue)
        return found.loc[found["indicator"] == "level_change", "device"].tolist()

    assert changes(changed) == ["7"]
    assert changes(changed, *others) == []
    elsewhere = [rows.assign(channel="open_data") for rows in others]
    assert changes(changed, *elsewhere) == ["7"]  # another page's family
    large = drawn(4, -0.3)
    assert changes(large, *others) == ["4"]
