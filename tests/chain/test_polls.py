"""The chain finds the true shares of the demonstration's polls, and withholds the small ones."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.themes import polls

LAST = Quarter(2026, 3)


@pytest.fixture(scope="module")
def truths(truths: dict[str, Any]) -> list[dict[str, Any]]:
    return list(truths["polls"])


@pytest.fixture(scope="module")
def shares(demonstration: Path) -> pd.DataFrame:
    found = polls.results(store.read(demonstration, "polls"), LAST.back(15))
    found = found[found["indicator"] == "poll_share"]
    return found.set_index(["device", "period", "group", "group_value"])


def test_votes_are_those_written_and_the_truth_is_inside_about_as_often_as_said(truths, shares):
    inside = []
    for truth in truths:
        row = shares.loc[(truth["device"], truth["quarter"], truth["question"], truth["option"])]
        if truth["voters"] < 11:
            assert row["status"] == "suppressed"
            continue
        share = 100 * truth["votes"] / truth["voters"]
        assert (row["estimate"], row["n"]) == pytest.approx((share, truth["voters"]))
        inside.append(row["ci_low"] <= truth["true_share"] <= row["ci_high"])
        if truth["quarter"] == str(LAST):
            assert inside[-1], truth
    assert len(inside) > 200 and 0.90 <= sum(inside) / len(inside) <= 0.99


def test_some_polls_are_withheld(truths, shares):
    last = shares[shares.index.get_level_values("period") == str(LAST)]
    assert {"suppressed", "published"} == set(last["status"])
