"""The chain finds what the demonstration's tests and workshops hide, and withholds small ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.themes import user_tests as usability
from observlib.themes import workshops

LAST = Quarter(2026, 3)
YEAR = [str(quarter) for quarter in LAST.back(4)]


@pytest.fixture(scope="module")
def tests(demonstration: Path) -> pd.DataFrame:
    return store.read(demonstration, "user_tests")


def place(truth: dict[str, Any], period: str) -> tuple[str, ...]:
    value = truth.get("task", "")
    if "problem" in truth:
        value = f"{truth['problem']} ({usability.SEVERITIES[truth['severity']]})"
    return truth["kind"], truth["device"], period, value


def indexed(found: pd.DataFrame) -> pd.DataFrame:
    return found.set_index(["indicator", "device", "period", "group_value"]).sort_index()


def test_true_values_are_inside_the_intervals_about_as_often_as_they_say(tests, truths):
    found = indexed(usability.quarterly(tests, LAST.back(15)))
    inside = []
    for truth in truths["user_tests"]:
        key = place(truth, truth["quarter"])
        if truth["people"] < 11:
            assert key not in found.index or found.loc[key, "status"] == "suppressed"
            continue
        if key not in found.index or found.loc[key, "status"] == "suppressed":
            continue  # a problem that nobody met, times of too few successes
        row = found.loc[key]
        inside.append(row["ci_low"] <= truth["true_value"] <= row["ci_high"])
        if truth["quarter"] == str(LAST):
            assert inside[-1], truth
    assert len(inside) > 200 and 0.92 <= sum(inside) / len(inside) <= 0.99


def test_counts_and_scores_are_those_written(tests, truths):
    found = indexed(usability.quarterly(tests, LAST.back(15)))
    compared = 0
    for truth in truths["user_tests"]:
        key = place(truth, truth["quarter"])
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


def test_a_year_tells_what_its_small_campaigns_cannot(tests, truths):
    quarter = usability.quarterly(tests, [LAST])
    few = quarter[quarter["device"] == "tests-legifrance"]
    assert len(few) and set(few["status"]) == {"suppressed"}
    found = indexed(usability.pooled(tests, LAST.back(4)))
    told = 0
    for truth in truths["user_tests"]:
        key = place(truth, "2025-10/2026-09")
        if truth["quarter"] == str(LAST) and key in found.index:
            row = found.loc[key]
            if row["status"] != "suppressed":
                assert row["ci_low"] <= truth["true_value"] <= row["ci_high"], truth
                told += truth["device"] == "tests-legifrance"
    assert told >= 2


def test_participants_and_ideas_are_exactly_those_written(demonstration, truths):
    table = store.read(demonstration, "workshops")
    year = [t for t in truths["workshops"] if t.get("quarter") in YEAR]

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
    steps = workshops.ideas(table, LAST.back(4))
    steps = steps[steps["indicator"] == "workshop_ideas"]
    kinds = ("ideas_proposed", "ideas_decided", "ideas_done")
    assert steps["estimate"].tolist() == [total(kind) for kind in kinds]


def test_no_few_participants_of_a_quarter_are_had_from_all_the_editions_together(demonstration):
    """The attack: 27 participants withheld in an edition, less 23 in the one before, are four."""
    table = store.read(demonstration, "workshops")
    came = table[table["kind"] == "participants"]
    quarter = came["date"].dt.year.astype(str) + "-T" + came["date"].dt.quarter.astype(str)
    cells = came.groupby(["product", quarter])["count"].sum()  # others are 0, as is published
    keys = list(cells.index)
    equations = []
    for last in LAST.back(15):
        found = workshops.participants(table, last.back(4))
        span = set(map(str, last.back(4)))
        for product in found.loc[(found["group"] == "") & found["estimate"].notna(), "product"]:
            equations.append(
                [float(when in span and product in ("", whose)) for whose, when in keys]
            )
    rank = np.linalg.matrix_rank(np.array(equations))
    for place, key in enumerate(keys):
        if cells[key] < 11:
            more = np.vstack([equations, np.eye(len(keys))[place]])
            assert np.linalg.matrix_rank(more) > rank, key


def test_the_median_delay_is_inside_its_interval(demonstration, truths):
    (truth,) = (t for t in truths["workshops"] if t["kind"] == "idea_delay")
    found = workshops.delays(store.read(demonstration, "workshops"), LAST.back(8))
    median = found[found["indicator"] == "idea_delay"].iloc[0]
    assert median["ci_low"] <= truth["true_median"] <= median["ci_high"]
