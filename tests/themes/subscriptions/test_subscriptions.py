"""Subscribers, their flows and how long they stay: against figures worked out by hand."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from observlib.base.period import Quarter
from observlib.themes.subscriptions import (
    estimate_retention,
    estimate_survival,
    quarterly_subscribers,
)

Q3 = Quarter("2026-T3")


def table(*rows: tuple[str, str | None, int, int, int], **more: Any) -> pd.DataFrame:
    """Rows of month, cohort, stock, joins and leaves."""
    names = ["month", "cohort", "stock", "joins", "leaves"]
    frame = pd.DataFrame(rows, columns=names)
    frame["start"] = pd.to_datetime(frame.pop("month") + "-01")
    common = {"device": "d", "product": "p", "channel": "mail", "source": "d@1", "list": "l"}
    return frame.assign(**(common | {"complete": True} | more))


def values(*rows: Any) -> dict[str, float]:
    return quarterly_subscribers(table(*rows), [Q3]).set_index("indicator")["estimate"].to_dict()


def statuses(*rows: Any) -> dict[str, str]:
    return quarterly_subscribers(table(*rows), [Q3]).set_index("indicator")["status"].to_dict()


WHOLE = (
    ("2026-07", None, 1050, 100, 50),  # 1,000 at its start: 5 %
    ("2026-08", None, 1000, 0, 50),
    ("2026-09", None, 1100, 200, 100),  # 10 %
)


def test_stock_flows_and_churn_by_hand_whether_by_cohort_or_not():
    found = values(*WHOLE)
    assert found["subscribers"] == 1100
    assert (found["subscription_joins"], found["subscription_leaves"]) == (300, 200)
    assert found["subscribers_change"] == pytest.approx(10)
    assert found["subscription_churn"] == pytest.approx((5 + 100 * 50 / 1050 + 10) / 3)
    rows = [("2026-07", "2026-07", 90, 100, 10), ("2026-07", None, 960, 0, 40), *WHOLE[1:]]
    assert values(*rows) == values(*WHOLE)
    assert set(statuses(*rows).values()) == {"published"}


def test_a_month_that_is_absent_or_in_progress_makes_the_quarter_partial():
    absent = statuses(*WHOLE[1:])
    assert absent.pop("subscribers") == "published"  # the stock of its last day is known
    assert set(absent.values()) == {"partial"}
    assert set(statuses(*WHOLE[:2]).values()) == {"partial"}
    cut = table(*WHOLE)
    cut.loc[2, "complete"] = False
    assert set(quarterly_subscribers(cut, [Q3])["status"]) == {"partial"}


def test_a_list_that_is_absent_for_a_month_makes_it_partial_and_one_that_ended_does_not():
    first = table(*WHOLE)
    second = table(("2026-06", None, 500, 0, 20), ("2026-08", None, 480, 20, 20), list="other")
    for lists, status in ((second, "partial"), (second.head(1), "published")):
        found = quarterly_subscribers(pd.concat([first, lists]), [Q3]).set_index("indicator")
        assert found.at["subscription_joins", "status"] == status


def test_a_quarter_without_a_join_says_zero_and_one_before_the_first_is_none():
    rows = [("2026-07", None, 80, 0, 20), ("2026-08", None, 60, 0, 20), ("2026-09", None, 0, 0, 60)]
    found = values(*rows)
    assert found["subscription_joins"] == found["subscribers"] == 0
    assert found["subscribers_change"] == -100
    found = quarterly_subscribers(table(*WHOLE), [Q3 - 1, Q3, Q3 + 1])
    assert set(found["period"]) == {"2026-T3", "2026-T4"}
    assert set(found.loc[found["period"] == "2026-T4", "status"]) == {"missing"}


# 200 join in July and 100 in August; each month some leave
COHORTS = (("2026-07", "2026-07", 180, 200, 20), ("2026-08", "2026-07", 150, 0, 30),
           ("2026-09", "2026-07", 130, 0, 20), ("2026-08", "2026-08", 95, 100, 5),
           ("2026-09", "2026-08", 80, 0, 15), ("2026-08", None, 5000, 0, 90))  # fmt: skip


def test_the_curve_is_that_of_every_joiner_written_out_one_by_one():
    fates = [(0, 1, 25), (1, 1, 45), (2, 1, 20), (2, 0, 130), (1, 0, 80)]
    times = [time for time, _, people in fates for _ in range(people)]
    ended = [event for _, event, people in fates for _ in range(people)]
    oracle = SurvfuncRight(times, ended)
    found = estimate_survival(table(*COHORTS), Q3)
    assert found["group_value"].tolist() == ["0", "1", "2"]
    assert found["estimate"].to_numpy() == pytest.approx(100 * oracle.surv_prob)
    assert found["n"].tolist() == [300] * 3 and found["n_eff"].tolist() == [300, 275, 150]
    assert (found["ci_low"] < found["estimate"]).all()
    assert (found["estimate"] < found["ci_high"]).all()


def test_the_curve_ends_with_the_edition_and_at_a_month_without_its_row():
    later = [("2026-10", "2026-07", 10, 0, 130), ("2026-07", "2020-01", 7, 0, 1)]
    found = estimate_survival(table(*COHORTS, *later), Q3)
    assert found.equals(estimate_survival(table(*COHORTS), Q3))
    assert (
        estimate_survival(table(*WHOLE), Q3).empty and estimate_retention(table(*WHOLE), [Q3]).empty
    )
    gap = [row for row in COHORTS if row[:2] != ("2026-08", "2026-07")]
    found = estimate_survival(table(*gap), Q3)
    assert found["group_value"].tolist() == ["0", "1"]  # nothing is known of July's after it


def test_retention_follows_the_joiners_of_the_same_quarter_a_year_before():
    rows = []
    for month, joined, stayed in (("07", 100, 70), ("08", 200, 160), ("09", 300, 250)):
        rows.append((f"2025-{month}", f"2025-{month}", joined - 6, joined, 6))
        rows.append((f"2026-{month}", f"2025-{month}", stayed, 0, 2))
    row = estimate_retention(table(*rows), [Q3]).iloc[0]
    assert (row["estimate"], row["n"], row["status"]) == (80, 600, "published")
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((76.61, 83.01), abs=0.01)  # by hand
    assert estimate_retention(table(*rows[:4]), [Q3]).iloc[0]["status"] == "partial"
    assert estimate_retention(table(*rows), [Q3, Q3 + 1]).iloc[1]["status"] == "missing"


@pytest.mark.parametrize(("leaves", "status"), [(11, "published"), (10, "suppressed")])
def test_retention_does_not_tell_flows_that_were_withheld_a_year_before(leaves, status):
    """The attack: its base is how many joined, which with the stock gives how few left."""
    then, now = ("2025-07", "2025-08", "2025-09"), ("2026-07", "2026-08", "2026-09")
    rows = [(month, month, 40, 40, 0) for month in then]
    rows += [("2025-09", None, 900, 0, leaves)]
    rows += [(month, None, 900, 0, 0) for month in then[:2]]
    rows += [(month, old, 20, 0, 0) for month, old in zip(now, then, strict=True)]
    before = quarterly_subscribers(table(*rows), [Q3 - 4]).set_index("indicator")
    assert before.loc["subscription_joins", "status"] == status
    assert estimate_retention(table(*rows), [Q3])["status"].tolist() == [status]


@pytest.mark.parametrize(("few", "hidden"), [(10, True), (11, False)])
def test_ten_subscribers_are_few_and_eleven_are_not_wherever_it_is_asked(few, hidden):
    for stock, joins, leaves in ((few, 0, 90), (100, 100 - few, 0), (1000, few, 0), (1000, 0, few)):
        months = [("2026-07", None, stock, joins, leaves)]
        months += [(month, None, stock, 0, 0) for month in ("2026-08", "2026-09")]
        found = statuses(*months)
        assert (found["subscription_joins"] == "suppressed") is hidden, (stock, joins, leaves)


def test_the_curve_ends_where_ten_are_followed_and_not_where_eleven_are():
    for left, last in ((10, "0"), (11, "1")):
        young = ("2026-09", "2026-09", 50, 50, 0)  # whose second month is not there yet
        rows = [("2026-08", "2026-08", left, left + 50, 50), ("2026-09", "2026-08", left, 0, 0)]
        assert estimate_survival(table(*rows, young), Q3)["group_value"].iat[-1] == last
    eleven = [("2026-08", "2026-08", 11, 22, 11), ("2026-09", "2026-08", 11, 0, 0)]
    assert estimate_survival(table(*eleven), Q3)["group_value"].tolist() == ["0", "1"]
    ten = [("2026-08", "2026-08", 10, 21, 11), ("2026-09", "2026-08", 10, 0, 0)]
    assert estimate_survival(table(*ten), Q3).empty  # ten stay


def small_list(generator: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """A list that three to twelve join a month, and who left it by months since joining."""
    months = [*pd.period_range("2024-10", "2026-09", freq="M").astype(str)]
    joins, first, later = generator.integers(3, 13), *generator.uniform([0, 0.01], [0.15, 0.06])
    rows, gone = [], np.zeros(len(months))
    for at, cohort in enumerate(months):
        joined = stock = int(generator.poisson(joins))
        for since, month in enumerate(months[at:] if joined else []):
            left = int(generator.binomial(stock, later if since else first))
            stock, gone[since] = stock - left, gone[since] + left
            rows.append((month, cohort, stock, 0 if since else joined, left))
    return table(*rows), gone


def test_no_few_who_left_a_small_list_are_had_from_its_curve():
    """The attack: a step in whole percents, times those followed for so long, is who left."""
    generator = np.random.default_rng(1)
    points = curves = years = 0
    for _ in range(16):
        rows, gone = small_list(generator)
        found = estimate_survival(rows, Q3)
        shown = [int(month) for month in found.loc[found["status"] == "published", "group_value"]]
        for before, month in pairwise([-1, *shown]):
            left = gone[before + 1 : month + 1].sum()
            assert left == 0 or left >= 11, (before, month, left)
        points, curves, years = points + len(shown), curves + bool(shown), years + (12 in shown)
    assert curves > 12 and points > 4 * curves, "what is left is no curve"
    assert years > 0.9 * curves, "a year, which is told in words, comes first"
