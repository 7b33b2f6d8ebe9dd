from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib import estimates
from observlib.confidentiality.disclosure import protect, unanimous


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30))
def test_no_number_on_fewer_than_eleven_people_gets_out(bases):
    rows = pd.DataFrame(
        {
            "indicator": "i",
            "period": "2026-T3",
            "unit": "%",
            "estimate": [float(n) if n else None for n in bases],
            "ci_low": [0.0 if n else None for n in bases],
            "ci_high": [60.0 if n else None for n in bases],
            "n": bases,
            "n_eff": bases,
            "status": ["published" if n else "missing" for n in bases],
        }
    )
    out = protect(rows, personal=False)
    for n, row in zip(bases, out.itertuples(), strict=True):
        expected = (
            "missing"
            if n == 0
            else "suppressed"
            if n < 11
            else "low_base"
            if n < 30
            else "published"
        )
        assert row.status == expected
        if expected == "suppressed":
            assert out.loc[row.Index, estimates.NUMBERS].isna().all()


def test_a_partial_period_stays_partial_and_a_small_one_is_withheld():
    rows = pd.DataFrame(
        {
            "indicator": "i",
            "period": "2026-T3",
            "unit": "%",
            "estimate": [1.0, 1.0],
            "n": [20, 5],
            "status": "partial",
        }
    )
    assert protect(rows)["status"].tolist() == ["partial", "suppressed"]


def row(estimate: float, n: int, **more: object) -> dict[str, object]:
    return {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": estimate, "n": n,
            **more}  # fmt: skip


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (row(100, 12), "suppressed"),  # each of the twelve is known to have answered so
        (row(0, 29), "suppressed"),
        (row(-100, 12, unit="points"), "suppressed"),
        (row(100, 30), "published"),
        (row(92.3, 13), "suppressed"),  # and the thirteenth alone to have answered otherwise
        (row(50, 22), "low_base"),
        (row(100 * 11 / 21, 21), "suppressed"),  # the ten others
        (row(10, 100), "suppressed"),  # ten
        (row(11, 100), "published"),  # eleven
        (row(89, 100), "published"),
        (row(90, 100), "suppressed"),
        (row(0, 400), "published"),
        (row(10, 20, unit="sur 10"), "low_base"),
        (row(100, 12, unit="s"), "low_base"),
        (row(0, 12, group="feeling", group_value="Négatif"), "low_base"),
        (row(100, 12, group="feeling", group_value="Négatif"), "suppressed"),
    ],
)
def test_what_each_of_few_people_answered_is_not_told(found, status):
    assert protect(pd.DataFrame([found]))["status"].tolist() == [status]


def test_a_delay_of_the_service_is_nobody_s_answer():
    assert protect(pd.DataFrame([row(100, 12)]), personal=False)["status"].tolist() == ["low_base"]


def test_a_unanimous_answer_is_not_told_by_the_categories_that_no_one_chose():
    parts = [row(100, 12, group="feeling", group_value="Négatif"),
             row(0, 12, group="feeling", group_value="Positif")]  # fmt: skip
    assert set(protect(pd.DataFrame(parts))["status"]) == {"suppressed"}


def test_what_an_indicator_withholds_keeps_no_number():
    out = protect(pd.DataFrame([row(40, 50, ci_low=30.0, ci_high=50.0, status="suppressed")]))
    assert out[estimates.NUMBERS].isna().all(axis=None)


def test_marks_of_few_people_cannot_be_computed_from_their_mean_s_interval():
    ends = {"ci_low": 4.0, "ci_high": 6.0, "n_eff": 29}
    rows = [row(5, n, unit="sur 10", **ends | {"n_eff": n}) for n in (29, 30)]
    few, many = protect(pd.DataFrame(rows)).to_dict("records")
    assert few["estimate"] == 5 and np.isnan([few["ci_low"], few["ci_high"], few["n_eff"]]).all()
    assert (many["ci_low"], many["ci_high"], many["n_eff"]) == (4, 6, 30)
    tested = protect(pd.DataFrame(rows), personal=False)  # how a site fares names nobody
    assert tested["ci_low"].notna().all()


def test_the_base_of_a_mean_is_rounded_so_that_a_late_answer_is_not_its_difference():
    rows = pd.DataFrame([row(50, n, unit="sur 10") for n in (11, 12, 17, 18, 152, 153)])
    assert protect(rows)["n"].tolist() == [15, 15, 15, 20, 150, 155]
    counts = pd.DataFrame([row(n, n, unit="messages") for n in (11, 152)])
    assert protect(counts)["n"].tolist() == [11, 152]  # a count is told as it is


def test_ten_people_are_few_and_eleven_are_not_under_every_rule():
    """The base, the people who have a property, and those who have not."""
    shown = {10: "suppressed", 11: "low_base"}
    for n, status in shown.items():
        for personal in (True, False):
            out = protect(pd.DataFrame([row(5, n, unit="sur 10")]), personal=personal)
            assert out["status"].tolist() == [status]
    for having, status in {10: "suppressed", 11: "published", 0: "published"}.items():
        share = row(100 * having / 250, 250)
        rest = row(100 - 100 * having / 250, 250)
        assert protect(pd.DataFrame([share, rest]))["status"].tolist() == [status] * 2


@pytest.mark.parametrize(
    ("having", "told"),
    [(0.49, True), (0.5, False), (10.49, False), (10.5, True)],  # of a weighted share
)
def test_a_weighted_share_counts_as_the_nearest_number_of_people(having, told):
    (status,) = protect(pd.DataFrame([row(having, 100)]))["status"]
    assert (status == "published") is told


def test_a_base_of_29_is_low_and_of_30_is_not():
    for n, status in {29: "low_base", 30: "published"}.items():
        assert protect(pd.DataFrame([row(50, n)]))["status"].tolist() == [status]
        assert unanimous("%", 100.0, n) == (n < 30)
    assert protect(pd.DataFrame([row(5, 15, unit="sur 10")]), low_base=15)["status"][0] == (
        "published"
    )


def test_a_category_of_two_in_four_hundred_withholds_its_question():
    few = [row(0.5, 400, group="reason", group_value="A"),
           row(99.5, 400, group="reason", group_value="B")]  # fmt: skip
    assert set(protect(pd.DataFrame(few))["status"]) == {"suppressed"}
    alone = row(1.0, 400, group="reason", group_value="A")
    assert protect(pd.DataFrame([alone]))["status"].tolist() == ["suppressed"]
