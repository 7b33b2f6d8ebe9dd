"""Effects of actions as estimates: which series are taken, and what is told where none can be."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from observlib import estimates
from observlib.actions import BEFORE_AFTER, COMPARABLE, CONTROLLED, SEEN, UNCHANGED, Action
from observlib.catalogue import Catalogue
from observlib.indicators import actions

SEASON = 1 + 0.2 * np.sin(np.arange(12) * 2 * np.pi / 12)


def action(day: date, *expected: str, controls: tuple[str, ...] = ("legifrance",)) -> Action:
    return Action.model_validate(
        {
            "id": "essai",
            "title": "Un essai",
            "product": "boamp",
            "date": day,
            "done": "On essaie.",
            "expected": [{"indicator": name, "direction": "up"} for name in expected],
            "controls": controls,
            "contact": "équipe",
        }
    )


def visits(product: str, n: int, change: float = 0.0, device: str = "") -> pd.DataFrame:
    """Months from January 2023, the level changing in January 2025."""
    source = np.random.default_rng(len(product) + n)
    row = {"indicator": "visits", "product": product, "unit": "visites"}
    return estimates.make(
        {
            **row,
            "device": device or product,
            "period": f"{2023 + i // 12}-{i % 12 + 1:02d}",
            "estimate": 1e5
            * SEASON[i % 12]
            * (1 + change * (i >= 24))
            * np.exp(0.01 * source.normal()),
        }
        for i in range(n)
    )


def marks(product: str, n: int, change: float) -> pd.DataFrame:
    source = np.random.default_rng(n)
    row = {"indicator": "satisfaction_10", "product": product, "unit": "sur 10"}
    return estimates.make(
        {
            **row,
            "device": product,
            "period": f"{2023 + i // 12}-{i % 12 + 1:02d}",
            "estimate": 7 + change * (i >= 24) + 0.05 * source.normal(),
            "n": 100,
            "n_eff": 100,
        }
        for i in range(n)
    )


def effect(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["indicator"] == "action_effect"].set_index("group_value")


def test_a_count_that_fell_is_told_in_percent_alone_and_against_the_comparable(
    catalogue: Catalogue,
) -> None:
    series = estimates.combine([visits("boamp", 40, -0.25), visits("legifrance", 40)])
    found = effect(actions.effects([action(date(2025, 1, 1), "visits")], series, catalogue))
    assert set(found["unit"]) == {"%"} and set(found["period"]) == {"2025-01/2026-04"}
    for name in (BEFORE_AFTER, CONTROLLED):
        assert found.at[name, "ci_low"] <= -25 <= found.at[name, "ci_high"] < 0
    assert abs(found.at[COMPARABLE, "estimate"]) < 3


def test_a_mark_that_rose_is_told_in_points(catalogue: Catalogue) -> None:
    series = estimates.combine([marks("boamp", 36, 0.5), marks("legifrance", 36, 0)])
    frame = actions.effects([action(date(2025, 1, 1), "satisfaction_10")], series, catalogue)
    found = effect(frame)
    assert set(found["unit"]) == {"points"}
    assert found.at[BEFORE_AFTER, "ci_low"] <= 0.5 <= found.at[BEFORE_AFTER, "ci_high"]
    course = frame[frame["indicator"] == "action_course"]
    assert set(course["unit"]) == {"sur 10"}
    expected = course[course["group_value"] == UNCHANGED]
    assert expected["period"].min() == "2025-01" and expected["ci_low"].notna().all()
    assert (course["group_value"] == SEEN).sum() == 36


@pytest.mark.parametrize(("n", "day"), [(26, date(2025, 1, 1)), (40, date(2023, 6, 1))])
def test_too_few_months_give_no_number_but_how_many_there_were(
    n: int, day: date, catalogue: Catalogue
) -> None:
    series = visits("boamp", n)
    frame = actions.effects([action(day, "visits", controls=())], series, catalogue)
    assert effect(frame)["status"].tolist() == ["missing"]
    counted = frame[frame["indicator"] == "action_months"].set_index("group_value")["estimate"]
    assert counted[f"{BEFORE_AFTER}, avant"] + counted[f"{BEFORE_AFTER}, après"] == n
    assert not (frame["indicator"] == "action_course").any()


def test_a_partial_month_is_not_compared(catalogue: Catalogue) -> None:
    series = visits("boamp", 40)
    series.loc[39, ["estimate", "status"]] = [10.0, "partial"]
    frame = actions.effects([action(date(2025, 1, 1), "visits", controls=())], series, catalogue)
    counted = frame[frame["indicator"] == "action_months"].set_index("group_value")["estimate"]
    assert counted[f"{BEFORE_AFTER}, après"] == 15


def test_of_two_devices_the_longest_series_is_taken(catalogue: Catalogue) -> None:
    series = estimates.combine([visits("boamp", 30, device="a"), visits("boamp", 40, device="b")])
    frame = actions.effects([action(date(2025, 1, 1), "visits", controls=())], series, catalogue)
    assert set(frame["device"]) == {"b"}


def test_two_expectations_are_told_apart_and_one_without_series_gives_no_row(
    catalogue: Catalogue,
) -> None:
    series = estimates.combine([visits("boamp", 40), marks("boamp", 40, 0)])
    one = action(date(2025, 1, 1), "visits", "satisfaction_10", "nps", controls=())
    frame = actions.effects([one], series, catalogue)
    assert set(frame["group"]) == {"Un essai (visites)", "Un essai (satisfaction sur 10)"}
    assert set(frame["indicator"]) <= set(catalogue.indicators)
    assert actions.effects([], series, catalogue).empty
