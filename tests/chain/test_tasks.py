"""Tasks give back, through the whole chain, what was hidden in five ways of listening."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.pipeline import frame
from observlib.themes import polls, workshops
from observlib.themes import user_tests as usability

LAST = Quarter("2026-T3")
INDICATORS = {
    "success": "task_success_share",
    "ease": "task_ease",
    "failure_demand": "task_failure_demand_share",
}


@pytest.fixture(scope="module")
def found(demonstration: Path) -> pd.DataFrame:
    return frame.given(demonstration, LAST, "tasks").estimates


def measures(truths: dict[str, Any], rows: pd.DataFrame) -> Iterator[tuple[dict[str, Any], Any]]:
    """What is true of each task and survey, and what is told of it."""
    told = rows.set_index(["indicator", "device", "group_value"])
    for truth in truths["tasks"]:
        if truth["kind"] in INDICATORS:
            name = INDICATORS[truth["kind"]]
            yield truth, told.loc[(name, truth["device"], truth["task"])]


def test_every_truth_of_the_last_edition_is_in_the_interval_that_is_published(truths, found):
    held = [
        row["ci_low"] <= true["value"] <= row["ci_high"] for true, row in measures(truths, found)
    ]
    assert held == [True] * 70


@pytest.fixture(scope="module")
def shares(demonstration: Path) -> pd.DataFrame:
    found = polls.results(store.read(demonstration, "polls"), LAST.back(15))
    found = found[found["indicator"] == "poll_share"]
    return found.set_index(["device", "period", "group", "group_value"])


def test_votes_are_those_written_and_the_truth_is_inside_about_as_often_as_said(truths, shares):
    inside = []
    for truth in truths["polls"]:
        row = shares.loc[(truth["device"], truth["quarter"], truth["question"], truth["option"])]
        if truth["voters"] < 11:
            assert row["status"] == "suppressed"
            continue
        share = 100 * truth["votes"] / truth["voters"]
        assert (row["estimate"], row["n"]) == pytest.approx((share, truth["voters"]))
        inside.append(row["ci_low"] <= truth["true_share"] <= row["ci_high"])
        if truth["quarter"] == LAST:
            assert inside[-1], truth
    assert len(inside) > 200 and 0.90 <= sum(inside) / len(inside) <= 0.99
    last = shares[shares.index.get_level_values("period") == LAST]
    assert {"suppressed", "published"} == set(last["status"])


def key_of(truth: dict[str, Any], period: str) -> tuple[str, ...]:
    value = truth.get("task", "")
    if "problem" in truth:
        value = f"{truth['problem']} ({usability.SEVERITIES[truth['severity']]})"
    return truth["kind"], truth["device"], period, value


def test_counts_and_scores_are_those_written(demonstration, truths):
    tests = store.read(demonstration, "user_tests")
    found = usability.quarterly_tests(tests, LAST.back(15))
    found = found.set_index(["indicator", "device", "period", "group_value"]).sort_index()
    compared = 0
    for truth in truths["user_tests"]:
        key = key_of(truth, truth["quarter"])
        if truth["people"] < 11 or key not in found.index or truth["kind"] == "task_time":
            continue
        row = found.loc[key]
        expected = {
            "sus_mean": lambda t: t["sum"] / t["people"],
            "problem_share": lambda t: 100 * t["count"] / t["people"],
            "task_success": lambda t: 100 * t["count"] / t["people"] if t["task"] else None,
        }[truth["kind"]](truth)
        if expected is not None:
            assert (row["estimate"], row["n"]) == pytest.approx((expected, truth["people"]))
            compared += 1
    assert compared > 150


def test_participants_and_ideas_are_exactly_those_written(demonstration, truths):
    table = store.read(demonstration, "workshops")
    year = [t for t in truths["workshops"] if t.get("quarter") in LAST.back(4)]

    def total(kind: str, **keys: str) -> int:
        return sum(
            t["value"]
            for t in year
            if t["kind"] == kind and all(t[name] == value for name, value in keys.items())
        )

    people = workshops.participants(table, LAST.back(4))
    whole = people[(people["product"] == "") & (people["group"] == "")]
    assert whole["estimate"].tolist() == [total("participants")]
    for row in people[people["group"] == "profile"].to_dict("records"):
        if row["group_value"] != workshops.OTHERS:
            assert row["estimate"] == total("participants", profile=row["group_value"])
    products = people[people["product"] != ""].set_index("product")
    for product, row in products.iterrows():
        if row["status"] == "published":
            assert row["estimate"] == total("participants", product=str(product))
    assert 0 < total("participants", product="journal-officiel") < 11
    assert products.loc["journal-officiel", "status"] == "suppressed"
    assert (products["status"] == "suppressed").sum() > 1
    steps = workshops.estimate_ideas(table, LAST.back(4))
    steps = steps[steps["indicator"] == "workshop_ideas"]
    kinds = ("ideas_proposed", "ideas_decided", "ideas_done")
    assert steps["estimate"].tolist() == [total(kind) for kind in kinds]
