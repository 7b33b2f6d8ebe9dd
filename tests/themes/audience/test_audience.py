"""Months without their season: what is told and said, and why something cannot be."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests import said

from observlib import estimates
from observlib.study import narratives
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
    [(23, [("visits_adjusted", "moins de 24 mois complets")]),
     (35, [("level_change", "moins de 36 mois complets")]), (36, [])],
)  # fmt: skip
def test_a_series_too_short_says_so_and_shows_no_number_that_it_cannot_tell(n, told, catalogue):
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


def by_chance(seed: int, spread: float, step: float = 0.0) -> pd.DataFrame:
    """Four years of chance, with a step in their middle or none."""
    noise = np.random.default_rng(seed).normal(size=48)
    values = 1e5 * np.exp(spread * noise + step * (np.arange(48) >= 24))
    return months([*np.round(values)], device=str(seed))


def test_each_pace_has_the_verdict_of_the_family_and_a_plain_interval(catalogue):
    growths = {"up": 0.05, "down": -0.05, "still": 0.0}
    frames = [months(wavy(48, growth), device=name) for name, growth in growths.items()]
    frames.append(by_chance(3, 0.08).assign(device="noisy"))
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
    found = adjusted(estimates.combine(by_chance(seed, 0.05) for seed in range(30)), catalogue)
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


def test_a_change_of_level_that_would_hold_alone_is_not_told_among_many(catalogue):
    """The more series a study searches, the more of them would seem to change by chance."""
    changed, large = by_chance(7, 0.03, 0.12), by_chance(4, 0.03, -0.3)
    others = [by_chance(seed, 0.03) for seed in range(100, 115)]

    def changes(*frames: pd.DataFrame) -> list[str]:
        found = adjusted(estimates.combine(frames), catalogue)
        return found.loc[found["indicator"] == "level_change", "device"].tolist()

    assert changes(changed) == ["7"]
    assert changes(changed, *others) == []
    elsewhere = [rows.assign(channel="open_data") for rows in others]
    assert changes(changed, *elsewhere) == ["7"]  # another page's family
    assert changes(large, *others) == ["4"]


say = narratives.audience
PRODUCTS = ("legifrance", "boamp", "vie-publique")
SHORT = "moins de 36 mois complets"
LATELY = "moins de 12 mois depuis la rupture"


def row(indicator: str, product: str = "legifrance", **more: Any) -> dict[str, Any]:
    unit = "visites" if indicator == "visits_adjusted" else "%"
    about = {"indicator": indicator, "product": product, "device": product, "unit": unit}
    return {**about, "channel": "web", "period": "2025-03", **more}


def why(indicator: str, product: str, reason: str) -> dict[str, Any]:
    return row(indicator, product, status="missing", group="reason", group_value=reason)


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    series = [row("visits_adjusted", product, estimate=1e5) for product in PRODUCTS]
    return estimates.make([*series, *rows])


ENDS = {"estimate": 1.5, "ci_low": 0.5, "ci_high": 2.5}
UNKNOWN = row("pace", group="verdict", group_value="indéterminé", **ENDS)
LEAST = row("detectable_pace", estimate=12.3)
UNSEARCHED = frame(*(why("level_change", product, SHORT) for product in PRODUCTS))
PAGES = frame().assign(channel="open_data")
EMPTY = estimates.make([])
CASES: said.Cases = {
    "no break": lambda c: [
        say.breaks(frame(), c), *(say.breaks_or_none(x, c) for x in (frame(), UNSEARCHED, EMPTY))
    ],
    "series too short": lambda c: say.not_adjusted(
        frame(why("visits_adjusted", "bodacc", "moins de 24 mois complets"),
              why("pace", "boamp", LATELY), why("pace", "legifrance", LATELY)), c),
    "a pace that is not known": lambda c: say.paces(frame(UNKNOWN, LEAST), c),
    "pages of data sets": lambda _: [
        say.data_sets_only(PAGES), say.data_sets_only(PAGES, brief=True),
        say.data_sets_only(frame()), say.data_sets_only(PAGES.head(0))],
}  # fmt: skip
test_what_is_said_of_months_without_their_season = said.test("audience", CASES)
