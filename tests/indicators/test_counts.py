from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import contract, load_catalogue
from observlib.indicators import counts, pairs
from observlib.records.sheets import Action, Expected

CATALOGUE = load_catalogue(Path("data/catalogue"))


def table(start: pd.DatetimeIndex, end: pd.DatetimeIndex, visits: Any, **more: Any) -> pd.DataFrame:
    """An audience table."""
    frame = pd.DataFrame({"start": start, "end": end, "visits": visits, "device": "d"})
    frame = frame.assign(product="legifrance", channel="web", **{"complete": True} | more)
    kept, rejects = contract.conform(frame, "audience", "test")
    assert rejects.empty
    return kept.assign(source="d@1")


def months(first: str, values: list[int], **more: Any) -> pd.DataFrame:
    starts = pd.date_range(first, periods=len(values), freq="MS")
    return table(starts, starts + pd.offsets.MonthEnd(), values, **more)


def days(first: str, last: str) -> pd.DataFrame:
    every = pd.date_range(first, last)
    return table(every, every, 100)


def test_a_month_with_absent_days_is_partial_and_never_compared():
    rows = pd.concat([months("2025-01", [3100, 2800, 3100]), days("2026-01-01", "2026-02-28")])
    rows = pd.concat([rows, days("2026-03-01", "2026-03-20")])
    by_month = counts.monthly_counts(rows, "2025-01", "2026-03").set_index("period")
    assert by_month.at["2026-02", "status"] == "published"
    assert by_month.at["2026-03", "status"] == "partial"
    assert by_month.at["2025-07", "status"] == "missing"
    quarters = counts.quarterly_counts(rows, Quarter("2026-T1").back(5))
    assert quarters.set_index("period").at["2026-T1", "status"] == "partial"
    (change,) = counts.change_on_year(quarters).to_dict("records")
    assert (change["period"], change["status"]) == ("2026-T1", "missing")


def test_a_month_in_progress_or_cut_is_no_fall_whatever_it_says():
    rows = pd.concat([months("2025-01", [5000] * 11), months("2025-12", [302], complete=False)])
    last = counts.monthly_counts(rows, "2025-01", "2025-12").iloc[-1]
    assert (last["period"], last["status"]) == ("2025-12", "partial")
    values = [5000, 5200, 4100, 4300, 4800, 5100, 4900, 5000, 4700, 5300, 5600, 5639]
    # a fall to three quarters of the least month is a fall, and is shown
    for last, status in ((302, "partial"), (3100, "published")):
        found = counts.monthly_counts(months("2024-12", [*values, last]), "2024-12", "2025-12")
        assert found["status"].iat[-1] == status


def test_a_month_is_of_all_towns_and_a_year_on_year_of_whole_quarters():
    rows = months("2025-07", [100, 200, 300] + [1] * 9 + [150, 250, 320])
    quarters = counts.quarterly_counts(rows, Quarter("2026-T3").back(5))
    change = counts.change_on_year(quarters).set_index("period").loc["2026-T3"]
    assert change["estimate"] == pytest.approx(20.0)
    rows = towns(("Lyon", "2026-01", 100), ("01", "2026-01", 50), ("01", "2026-02", 60))
    assert statuses(rows)[0] == (150, "published")


@examples(25)
@given(st.lists(st.integers(11, 10**7), min_size=3, max_size=36))
def test_quarters_add_up_to_their_months(values):
    values = values[: len(values) // 3 * 3]
    rows = months("2023-01", values)
    last = Quarter("2023-T1") + (len(values) // 3 - 1)
    quarters = counts.quarterly_counts(rows, last.back(len(values) // 3))
    assert quarters["estimate"].sum() == sum(values)
    assert quarters["n"].tolist() == quarters["estimate"].tolist()


def test_visits_of_few_are_withheld_and_none_is_told_as_0():
    out = counts.monthly_counts(months("2026-01", [4, 5000]), "2026-01", "2026-02")
    assert out["status"].tolist() == ["suppressed", "published"]
    found = counts.quarterly_counts(months("2026-07", [0, 0, 0]), [Quarter("2026-T3")])
    assert found[["estimate", "status"]].values.tolist() == [[0.0, "published"]]


@pytest.mark.parametrize(
    ("then", "now", "change"), [(0, 250, None), (200, 0, -100), (200, 200, 0), (None, 90, None)]
)
def test_a_change_from_nothing_is_not_told_and_one_to_nothing_is(then, now, change):
    row = {"indicator": "visits", "unit": "visites", "device": "d"}
    both = estimates.make(
        {**row, "period": period, "estimate": float(visits), "n": float(visits) or None}
        for period, visits in (("2025-T3", then), ("2026-T3", now))
        if visits is not None
    )
    (found,) = counts.change_on_year(both).to_dict("records")
    if change is None:
        assert found["status"] == "missing" and pd.isna(found["estimate"])
    else:
        assert (found["status"], found["estimate"]) == ("published", pytest.approx(change))


def towns(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """An audience table of (area, month, visits) rows."""
    parts = [months(f"{month}-01", [count]).assign(area=area) for area, month, count in rows]
    return pd.concat(parts, ignore_index=True)


def statuses(rows: pd.DataFrame) -> list[tuple[float, str]]:
    by_month = counts.monthly_counts(rows, "2026-01", "2026-12")
    return list(zip(by_month["estimate"], by_month["status"], strict=True))


def test_a_month_for_which_the_file_of_a_town_is_not_there_yet_is_no_whole_one():
    rows = towns(("Lyon", "2026-01", 100), ("Ain", "2026-01", 29), ("Lyon", "2026-02", 90))
    assert statuses(rows) == [(129, "published"), (90, "published")], "29 may become none by chance"
    rows = towns(("Lyon", "2026-01", 100), ("Ain", "2026-01", 30), ("Lyon", "2026-02", 90))
    assert statuses(rows) == [(130, "published"), (90, "partial")]
    more = towns(("Lyon", "2026-03", 90), ("Lyon", "2026-04", 90))
    assert [status for _, status in statuses(pd.concat([rows, more]))][1:] == [
        "partial", "published", "published",
    ]  # fmt: skip


ROBOTS = Action(
    id="robots", title="Sans robots", product="boamp", date=date(2026, 1, 1), kind="measure",
    device="matomo", done="Les robots ne sont plus comptés.", contact="équipe",
    expected=(Expected(indicator="visits", direction="down"),),
)  # fmt: skip


def visits_of(values: list[float]) -> pd.DataFrame:
    """As many quarters of visits, the last of which is the third of 2026."""
    row = {"indicator": "visits", "unit": "visites", "product": "boamp", "device": "matomo"}
    return estimates.make(
        {**row, "channel": "web", "period": quarter, "estimate": float(value), "n": value}
        for quarter, value in zip(Quarter("2026-T3").back(len(values)), values, strict=True)
    )


def told(values: list[float], *changes: Action) -> dict[str, object]:
    known = CATALOGUE.model_copy(update={"changes": {one.id: one for one in changes}})
    found = pairs.counted_pairs(visits_of(values), Quarter("2026-T3"), changes=changes)
    return dict(pairs.tested(known, found).iloc[0])


STEADY = [100_000 + 500 * (i % 3) for i in range(22)]


def test_visits_without_robots_are_not_told_to_fall_below_those_of_a_year_before_with_them():
    values = [*STEADY, 70_000, 70_500, 70_000]
    assert told(values)["verdict"] == "fall"  # where nobody recorded that the measure changed
    found = told(values, ROBOTS)
    assert (found["verdict"], found["reason"]) == ("unknown", "measure")
    assert pd.isna(found["difference"])
    (change,) = counts.change_on_year(visits_of(values).tail(5), [ROBOTS]).to_dict("records")
    assert (change["period"], change["status"]) == ("2026-T3", "missing")


def test_a_change_of_measure_within_a_quarter_or_elsewhere_is_no_other():
    within = ROBOTS.model_copy(update={"date": date(2026, 8, 1)})
    assert told([*STEADY, 100_000, 100_500, 80_000], within)["reason"] == "measure"
    tomorrow = ROBOTS.model_copy(update={"date": date(2026, 10, 1)})
    assert told([*STEADY, 100_000, 100_500, 70_000], tomorrow)["verdict"] == "fall"
    values = [*STEADY, 70_000, 70_500, 70_000]
    elsewhere = ROBOTS.model_copy(update={"device": "journal"})
    of_calls = (Expected(indicator="calls_offered", direction="up"),)
    other = ROBOTS.model_copy(update={"device": "", "expected": of_calls})
    assert told(values, elsewhere, other)["verdict"] == "fall"
