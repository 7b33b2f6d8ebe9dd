"""Series by month: what an action may be to move, whole months only, and nobody told of few."""

from pathlib import Path
from typing import Any

import pandas as pd

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.catalogue.tables import ALIKE
from observlib.indicators.answers import each_month
from observlib.pipeline import monthly_series
from observlib.records.sheets import FOLLOWED
from observlib.themes import contacts, sales, subscriptions

COMMON = {"device": "d", "product": "p", "channel": "mail", "source": "d@1"}
YEAR = [f"2026-{month:02d}" for month in range(1, 7)]
SPAN = ("2026-01", "2026-12")


def of(frame: pd.DataFrame, indicator: str, column: str = "estimate") -> dict[str, Any]:
    return frame[frame["indicator"] == indicator].set_index("period")[column].to_dict()


def lists(joins: list[int]) -> pd.DataFrame:
    months = pd.to_datetime([f"{month}-01" for month in YEAR[: len(joins)]])
    stock = {"list": "l", "cohort": None, "complete": True, "stock": 1000, "leaves": 20}
    return pd.DataFrame({**COMMON, **stock, "start": months, "joins": joins})


def desk(counts: dict[str, int], seen: str) -> pd.DataFrame:
    days = [pd.Timestamp(f"{month}-10 10:00") for month, n in counts.items() for _ in range(n)]
    rows = pd.DataFrame({**COMMON, "received": days}).assign(reopened=False, unknown=None)
    received = rows["received"]
    answered, closed = (received + pd.Timedelta(days=n) for n in (1, 2))
    rows = rows.assign(date=received.dt.normalize(), answered=answered, closed=closed)
    return rows.assign(extracted=pd.Timestamp(seen))


def read(data: Path, name: str) -> pd.DataFrame:
    return (store.alike if name in ALIKE else store.read)(data, name, last=Quarter("2026-T3"))


def test_all_that_an_action_may_move_has_months_in_the_demonstration(demonstration, catalogue):
    tables = {name: read(demonstration, name) for name in monthly_series.SERIES_TABLES}
    found = monthly_series.followed_series(tables, catalogue, "2026-09")
    assert set(found["indicator"]) == set(FOLLOWED)
    assert set(found["group"]) == {""} and found["period"].max() == "2026-09"
    assert not found.duplicated(["indicator", "product", "device", "period"]).any()
    for name in FOLLOWED:
        indicator = catalogue.indicators[name]
        assert not indicator.stock
        # months are weighed by their base, which a mark or share without one would lack
        shown = found[(found["indicator"] == name) & found["estimate"].notna()]
        of_things = indicator.comparison == "count"
        assert ((shown["n"] > 0) | (of_things & (shown["estimate"] == 0))).all()
        is_share = indicator.unit in ("%", "points") or indicator.unit.startswith("sur ")
        assert of_things == (not is_share)


def test_the_months_of_joiners_add_up_to_their_quarter():
    rows = lists([30, 40, 50, 60])
    months = of(each_month(subscriptions.subscribers_by_period, rows, *SPAN), "subscription_joins")
    quarter = of(
        subscriptions.quarterly_subscribers(rows, [Quarter("2026-T1")]), "subscription_joins"
    )
    assert sum(months[month] for month in YEAR[:3]) == quarter["2026-T1"]
    assert months["2026-04"] == 60
    # few in a month cannot be had from the quarter and its other months
    found = each_month(subscriptions.subscribers_by_period, lists([30, 4, 40, 50]), *SPAN)
    told = of(found, "subscription_joins", "status")
    assert [told[month] for month in YEAR[:4]] == ["suppressed"] * 3 + ["published"]


def test_sales_of_months_add_up_to_the_quarter_and_few_in_one_hide_the_others_of_it():
    def shop(units: list[int]) -> pd.DataFrame:
        months = pd.to_datetime([f"{month}-01" for month in YEAR[: len(units)]])
        title = {"title_id": "t", "title": "T", "format": "print", "complete": True}
        money = {"revenue": [10.0 * n for n in units], "returns": 0}
        return pd.DataFrame({**COMMON, **title, **money, "start": months, "units": units})

    found = each_month(sales.sales_by_period, shop([100, 50, 60]), *SPAN)
    quarter = sales.quarterly_sales(shop([100, 50, 60]), [Quarter("2026-T1")])
    for name in ("units_sold", "revenue"):
        assert sum(list(of(found, name).values())[:3]) == of(quarter, name)["2026-T1"]
    hidden = of(
        each_month(sales.sales_by_period, shop([100, 5, 60, 80]), *SPAN), "units_sold", "status"
    )
    assert [hidden[month] for month in YEAR[:4]] == ["suppressed"] * 3 + ["published"]
    # of which no amount is known: that of the others has their units as its base
    unknown = shop([100, 5, 60, 80])
    unknown.loc[1, "revenue"] = float("nan")
    found = each_month(sales.sales_by_period, unknown, *SPAN)
    assert of(found, "revenue", "status") == hidden
    assert found.loc[found["period"] <= "2026-03", "n"].isna().all()
    idle = each_month(
        sales.sales_by_period, shop([100, 0, 60]), *SPAN
    )  # a month without a sale stops no page
    assert of(idle, "revenue")["2026-02"] == of(idle, "units_sold")["2026-02"] == 0.0


def test_tickets_of_a_month_exported_before_its_end_are_partial_and_few_are_withheld():
    rows = desk({"2026-01": 20, "2026-04": 30, "2026-05": 4, "2026-06": 30}, "2026-06-20")
    found = contacts.monthly_tickets(rows, *SPAN, {"d": 3})
    assert of(found, "tickets_received", "status") == {
        "2026-01": "published", "2026-02": "missing", "2026-03": "missing",
        "2026-04": "suppressed", "2026-05": "suppressed", "2026-06": "suppressed",
    }  # fmt: skip
    later = desk({"2026-05": 40, "2026-06": 30}, "2026-06-20")
    later = contacts.monthly_tickets(later, *SPAN, {"d": 3})
    assert of(later, "tickets_received", "status") == {"2026-05": "published", "2026-06": "partial"}
    assert of(later, "answered_in_promise")["2026-05"] == 100.0
    assert "answered_in_promise" not in set(contacts.monthly_tickets(rows, *SPAN, {})["indicator"])


def test_a_line_whose_log_stops_in_the_month_is_not_said_to_have_fewer_calls():
    days = pd.to_datetime(["2026-03-20", "2026-03-30", "2026-04-02", "2026-05-02", "2026-05-10"])
    counts = {"offered": 40, "answered": 30, "abandoned": 10}
    half_hours = pd.DataFrame({**COMMON, "date": days, **counts})
    found = contacts.monthly_calls(contract.empty("calls").assign(source=""), half_hours, *SPAN)
    states = {"2026-03": "partial", "2026-04": "published", "2026-05": "partial"}
    assert of(found, "calls_offered", "status") == states
    assert of(found, "answer_rate")["2026-03"] == 75.0
    assert list(of(found, "calls_offered", "n").values()) == [80.0, 40.0, 80.0]
