"""Units, revenue, returns, formats and titles of a shop: against figures worked out by hand."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.period import Quarter
from observlib.themes.sales import formats, gini, quarterly_sales, titles

Q3 = Quarter("2026-T3")
MONTHS = ("2026-07", "2026-08", "2026-09")


def table(*rows: tuple[str, str, str, int, float | None, int], **more: Any) -> pd.DataFrame:
    """Rows of month, title, format, units, revenue and returns."""
    names = ["month", "title", "format", "units", "revenue", "returns"]
    frame = pd.DataFrame(rows, columns=names)
    frame["start"] = pd.to_datetime(frame.pop("month") + "-01")
    frame["title_id"] = frame["title"]
    common = {"device": "d", "product": "p", "channel": "print", "source": "d@1"}
    return frame.assign(**(common | {"complete": True} | more))


def row(frame: pd.DataFrame, indicator: str) -> pd.Series:
    (found,) = frame[frame["indicator"] == indicator].iloc
    return found


def of_quarter(*rows: Any, quarters: tuple[Quarter, ...] = (Q3,), **more: Any) -> pd.DataFrame:
    return quarterly_sales(table(*rows, **more), quarters)


def status(indicator: str, *rows: Any) -> str:
    return row(of_quarter(*rows), indicator)["status"]


def july(units: int, *, returns: int = 0, kind: str = "print", revenue: float | None = 1.0) -> Any:
    """What a title sold in July."""
    return ("2026-07", "A", kind, units, revenue, returns)


SHOP = (
    ("2026-07", "A", "print", 100, 1000.0, 12),
    ("2026-07", "A", "digital", 30, 150.0, 0),
    ("2026-08", "B", "print", 50, 450.5, 3),
    ("2026-09", "A", "print", 20, 200.0, 5),
)


def test_units_revenue_returns_and_shares_by_hand_and_of_few_titles_no_index():
    found = of_quarter(*SHOP)
    wanted = {"units_sold": 200, "revenue": 1800.5, "return_rate": 10, "digital_share": 15}
    assert dict(zip(found["indicator"], found["estimate"], strict=True)) == wanted
    assert set(found["status"]) == {"published"}
    assert found["ci_low"].isna().all()  # all is counted
    assert not {"top_titles_share", "sales_gini"} & set(of_quarter(*SHOP)["indicator"])


def test_the_weight_of_ten_titles_and_gini_by_hand():
    rows = [(month, f"T{i:02d}", "print", 10 * i, 1.0, 0) for month in MONTHS for i in range(1, 21)]
    found = of_quarter(*rows)
    top, total = sum(range(11, 21)), sum(range(1, 21))
    assert row(found, "top_titles_share")["estimate"] == pytest.approx(100 * top / total)
    # of 1 to n it is (n − 1) / (3 n)
    assert row(found, "sales_gini")["estimate"] == pytest.approx(19 / 60)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=30).filter(any))
def test_gini_is_half_the_mean_difference_over_the_mean_and_of_nothing_refused(units):
    n, total = len(units), sum(units)
    differences = sum(abs(a - b) for a in units for b in units)
    assert gini(units) == pytest.approx(differences / (2 * n * total))
    assert 0 <= gini(units) < 1
    for nothing in ([], [0, 0], [-1, 2]):
        with pytest.raises(ValueError, match="index"):
            gini(nothing)


def test_a_month_that_is_absent_or_in_progress_makes_the_quarter_partial():
    assert set(of_quarter(*SHOP[:3])["status"]) == {"partial"}
    cut = table(*SHOP)
    cut.loc[3, "complete"] = False
    assert set(quarterly_sales(cut, [Q3])["status"]) == {"partial"}
    late = of_quarter(*SHOP, quarters=(Q3, Q3 + 1))
    assert set(late.loc[late["period"] == "2026-T4", "status"]) == {"missing"}


def test_revenue_unknown_is_partial_or_missing_and_returns_alone_no_rate():
    some = *SHOP[:3], ("2026-09", "A", "print", 20, None, 5)
    assert (status("revenue", *some), status("units_sold", *some)) == ("partial", "published")
    none = of_quarter(*SHOP, revenue=float("nan"))
    assert row(none, "revenue")["status"] == "missing"
    rows = [(month, "A", "print", 0, None, 20) for month in MONTHS]
    assert status("return_rate", *rows) == "missing"
    assert formats(table(*rows), [Q3]).empty


def test_a_revenue_that_one_title_makes_does_not_tell_its_own():
    """The rule of dominance: one unit over 85 %."""
    sold = [("2026-07", "A", "print", 100, 900.0, 0), ("2026-08", "B", "print", 50, 100.0, 0)]
    sold += [("2026-09", "B", "print", 20, 10.0, 0)]
    found = of_quarter(*sold)
    assert row(found, "revenue")["status"] == "suppressed"
    assert row(found, "units_sold")["estimate"] == 170
    sold[1] = ("2026-08", "B", "print", 50, 200.0, 0)
    assert row(of_quarter(*sold), "revenue")["estimate"] == 1110.0


def test_titles_are_ranked_without_small_ones_and_told_apart():
    rows = [*SHOP, ("2026-08", "C", "print", 30, 1.0, 0), ("2026-09", "D", "print", 9, 1.0, 0)]
    found = titles(table(*rows), Q3)
    # C is left out too: the shop's total would else tell D's nine
    assert found[["group_value", "estimate"]].values.tolist() == [["A", 150], ["B", 50]]
    both = table(*SHOP).assign(title="Revue")
    assert titles(both, Q3)["group_value"].tolist() == ["Revue (A)", "Revue (B)"]


def test_the_ten_titles_share_does_not_tell_the_one_that_is_not_listed():
    """The attack: the share times the units, less the nine titles listed, is the tenth: 4."""
    sold = [200, 180, 150, 100, 90, 60, 30, 20, 12, 4, *[1] * 12]
    shop = [(MONTHS[0], f"T{i:02d}", "print", n, 1.0, 0) for i, n in enumerate(sold)]
    assert len(titles(table(*shop), Q3)) == 9
    assert status("top_titles_share", *shop) == "suppressed"


def test_ten_units_are_few_and_eleven_are_not_wherever_it_is_asked():
    for few, hidden in ((10, True), (11, False)):
        assert (status("units_sold", july(few)) == "suppressed") is hidden
        assert (formats(table(july(few)), [Q3])["status"] == "suppressed").all() == hidden
        assert (status("return_rate", july(100, returns=few)) == "suppressed") is hidden
        for digital, printed in ((few, 100), (100, few)):
            both = july(printed), july(digital, kind="digital")
            assert (status("digital_share", *both) == "suppressed") is hidden
    unpriced = of_quarter(july(10, revenue=None))
    assert set(unpriced["status"]) == {"suppressed"}  # a `missing` would be of its own kind
    none = of_quarter(july(11))
    assert row(none, "return_rate")["estimate"] == row(none, "digital_share")["estimate"] == 0
    whole = of_quarter(july(11, kind="digital"))
    assert row(whole, "digital_share")["estimate"] == 100  # and nothing else is left


@pytest.mark.parametrize(("last", "shown"), [(10, ["A"]), (11, ["A", "B", "C"])])
def test_a_title_of_ten_units_is_not_listed_nor_told_by_the_others(last, shown):
    sold = {"A": 90, "B": 40, "C": last}
    rows = [("2026-07", name, "print", n, 1.0, 0) for name, n in sold.items()]
    assert titles(table(*rows), Q3)["group_value"].tolist() == shown
    left = titles(table(*rows), Q3, most=2)["group_value"].tolist()
    assert left == (["A", "B"] if last == 11 else ["A"])  # what two leave is C's
