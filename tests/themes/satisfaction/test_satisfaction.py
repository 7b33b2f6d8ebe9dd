"""Marks of each device, and how surely what moved holds."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.indicators.pairs import HELD, MADE, REVERSED
from observlib.themes import satisfaction, templates

specifications = templates.narrative("satisfaction").specifications

Q = Quarter("2026-T3")


def answers(values: list[float], day: str = "2026-09-01", scale: Any = (0, 10)) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"device": "d", "product": "legifrance", "channel": "web", "date": pd.Timestamp(day),
         "answer_id": [f"{day}-{i}" for i in range(len(values))], "question": "satisfaction",
         "value": values, "scale_min": float(scale[0]), "scale_max": float(scale[1])}
    )  # fmt: skip
    kept, rejects = contract.conform(frame, "ratings", "test")
    assert rejects.empty
    return kept.assign(source="d@1")


def by_indicator(ratings: pd.DataFrame) -> pd.DataFrame:
    return satisfaction.quarterly_marks(ratings, [Q]).set_index("indicator")


def test_few_answers_or_few_who_agree_are_withheld():
    for many, status in ((10, "suppressed"), (11, "low_base"), (29, "low_base"), (30, "published")):
        found = by_indicator(answers([0.0] * (many // 2) + [10.0] * (many - many // 2)))
        assert found.at["satisfaction_10", "status"] == status
        share = "suppressed" if many < 22 else status  # each side is eleven people
        assert found.at["satisfied_share", "status"] == share
    for alike in ([5.0] * 29, [8.0] * 10 + [10.0] * 10):
        assert set(by_indicator(answers(alike))["status"]) == {"suppressed"}
    assert set(by_indicator(answers([5.0] * 30))["status"]) == {"published"}
    low = by_indicator(answers([0.0] * 29 + [1.0])).at["satisfaction_10", "ci_low"]
    assert low == 0, "no interval goes beyond its scale"


def test_a_device_of_two_scales_has_no_mean_on_its_own():
    ratings = pd.concat([answers([5.0] * 20, scale=(1, 5)), answers([10.0] * 20, "2026-09-02")])
    assert "satisfaction_mean" not in by_indicator(ratings).index
    assert by_indicator(ratings).at["satisfaction_10", "estimate"] == 10.0


@examples(40)
@given(st.lists(st.sampled_from([0.0, 2.5, 5.0, 7.5, 10.0]), min_size=11, max_size=200))
def test_any_answers_give_checked_estimates_whose_interval_holds_them(values):
    out = by_indicator(answers(values))
    satisfied = sum(value >= 7.5 for value in values)
    if len(values) < 30 and (satisfied in (0, len(values)) or len(set(values)) == 1):
        assert set(out["status"]) == {"suppressed"}
        return
    within = 0.25 if len(values) < 30 else 1e-9  # few marks are told to half a point
    assert abs(out.at["satisfaction_10", "estimate"] - sum(values) / len(values)) <= within
    if min(satisfied, len(values) - satisfied) in range(1, 11):  # what few people said
        assert out.at["satisfied_share", "status"] == "suppressed"
    else:
        assert out.at["satisfied_share", "estimate"] == pytest.approx(100 * satisfied / len(values))


def monthly(**marks: list[float]) -> pd.DataFrame:
    """The mark of each month of 2026, of answers of its 15th."""
    given = [answers(values, f"2026-{month[1:]}-15") for month, values in marks.items()]
    found = satisfaction.monthly_marks(pd.concat(given), "2026-01", "2026-12")
    return found[found["indicator"] == "satisfaction_10"].set_index("period")


def test_a_month_of_too_few_people_hides_its_quarter_s_other_months_which_would_tell_it():
    counted = {"m03": 12, "m04": 40, "m05": 10, "m06": 40, "m07": 30}
    marks = monthly(**{month: [8.0] * (n - 1) + [5.0] for month, n in counted.items()})
    states = ["low_base", *["suppressed"] * 3, "published"]
    assert marks["status"].tolist() == states and marks.index[0] == "2026-03"
    assert marks.loc[marks["status"] == "suppressed", ["estimate", "n"]].isna().all(axis=None)


def test_a_month_without_answers_is_missing_and_one_of_a_dozen_who_gave_one_mark_withheld():
    marks = monthly(m03=[8.0] * 40, m05=[6.0] * 40, m07=[8.0] * 12)
    states = {"03": "published", "04": "missing", "05": "published", "06": "missing"}
    states["07"] = "suppressed"
    assert marks["status"].to_dict() == {f"2026-{month}": x for month, x in states.items()}
    assert satisfaction.monthly_marks(answers([8.0] * 40).head(0), "2026-01", "2026-12").empty


def of(*findings: tuple[str, str, int, int]) -> Any:
    """What is said of products, each with its verdict, held and reversed calculations of 54."""
    base = {"channel": "web", "device": "d", "period": "2026-T3", "unit": "calculs"}
    frame = estimates.make(
        {**base, "product": product, "indicator": name, "estimate": x}
        for product, _, kept, turned in findings
        for name, x in ((MADE, 54), (HELD, kept), (REVERSED, turned))
    )
    verdicts = {product: verdict for product, verdict, _, _ in findings}
    first = frame.drop_duplicates("product")
    first = first.assign(verdict=first["product"].map(verdicts))
    return lambda c: specifications(frame, first, c)


RISE = ("boamp", "rise", 54, 0)
CASES: said.Cases = {
    "a fragile fall": of(("boamp", "fall", 30, 2)),
    "a rise that one calculation reverses": of(("boamp", "rise", 53, 1)),
    "two sure findings": of(RISE, ("legifrance", "stable", 54, 0)),
    "the least sure of two": of(RISE, ("legifrance", "stable", 40, 0)),
    "two fragile findings": of(("boamp", "rise", 12, 0), ("legifrance", "fall", 40, 0)),
    "one verdict of two": of(("boamp", "unknown", 2, 0), ("legifrance", "rise", 54, 0)),
}
test_what_is_said_of_how_surely_findings_hold = said.test("specifications", CASES)
