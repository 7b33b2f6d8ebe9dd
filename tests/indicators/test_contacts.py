"""Calls and tickets: what a desk is told of its delays must not flatter or shame it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from observlib import tables
from observlib.indicators import calls, tickets
from observlib.period import Quarter

NOW = Quarter(2026, 3)
COMMON = {"device": "d", "product": "p", "channel": "phone", "source": "d@1"}


def none(table: str) -> pd.DataFrame:
    return tables.empty(table).assign(source="")


def log(waits: list[int], days: list[str], **more: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **COMMON,
            "call_id": [f"c{i}" for i in range(len(waits))],
            "date": pd.to_datetime([days[i % len(days)] for i in range(len(waits))]),
            "outcome": "answered",
            "wait": waits,
            "theme": "Logement",
            **more,
        }
    )


DAYS = ["2026-07-06", "2026-08-03", "2026-09-07"]


def by_indicator(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("indicator")


def test_the_median_wait_is_that_of_answered_calls_alone() -> None:
    rows = log([10] * 60 + [500] * 40, DAYS)
    rows.loc[60:, "outcome"] = "abandoned"
    found = by_indicator(calls.quarterly(rows, none("call_intervals"), [NOW]))
    assert found.loc["wait_median", "estimate"] == 10
    assert found.loc["answer_rate", "estimate"] == 60
    assert found.loc["abandonment_rate", "estimate"] == 40


def test_a_product_with_half_hours_is_not_counted_twice_from_its_log() -> None:
    half = pd.DataFrame(
        {**COMMON, "device": "h", "date": pd.to_datetime(DAYS), "offered": 100, "answered": 90,
         "abandoned": 10}
    )  # fmt: skip
    found = calls.quarterly(log([10] * 40, DAYS), half, [NOW])
    assert found[found["indicator"] == "calls_offered"]["estimate"].tolist() == [300]


def test_a_quarter_whose_last_month_has_no_call_is_partial_and_an_empty_one_missing() -> None:
    found = calls.quarterly(log([10] * 40, DAYS[:2]), none("call_intervals"), [NOW - 1, NOW])
    status = found[found["indicator"] == "calls_offered"].set_index("period")["status"]
    assert status.to_dict() == {"2026-T2": "missing", "2026-T3": "partial"}


def test_a_wait_on_ten_calls_is_withheld() -> None:
    found = by_indicator(calls.quarterly(log([10] * 10, DAYS), none("call_intervals"), [NOW]))
    assert found.loc["wait_median", "status"] == "suppressed"


def test_the_load_is_a_mean_over_open_days_in_paris_hours() -> None:
    half = pd.DataFrame(
        {
            **COMMON,
            "date": pd.to_datetime(
                ["2026-07-06", "2026-07-06", "2026-07-13", "2026-08-04", "2026-09-01"]
            ),
            "moment": pd.to_datetime(
                ["2026-07-06 07:00", "2026-07-06 07:30", "2026-07-13 07:00", "2026-08-04 07:00",
                 "2026-09-01 07:00"]
            ),
            "offered": [20, 10, 30, 40, 60],
        }
    )  # fmt: skip
    found = calls.load(half, NOW).set_index("group_value")["estimate"]
    assert found.to_dict() == {"lundi · 9\xa0h": 30.0, "mardi · 9\xa0h": 50.0}


def test_calls_are_never_divided_by_the_visits_of_a_quarter_that_is_not_complete() -> None:
    from observlib import estimates

    offered = estimates.make(
        [{"indicator": "calls_offered", "product": "p", "period": str(NOW), "unit": "appels",
          "estimate": 500.0, "n": 500}]
    )  # fmt: skip
    visit = {"indicator": "visits", "product": "s", "channel": "web", "period": str(NOW),
             "unit": "visites", "estimate": 1e6, "n": 1e6}  # fmt: skip
    for status, expected in (("published", 0.5), ("partial", None)):
        found = calls.per_visits(offered, estimates.make([visit | {"status": status}]), "s").iloc[0]
        assert (found["estimate"] == expected) if expected else found["status"] == "missing"


def test_rare_themes_are_put_together_so_that_none_tells_of_ten_people() -> None:
    themes = ["A"] * 30 + ["B"] * 12 + ["C"] * 7 + ["D"] * 5
    found = calls.themes(log([1] * 54, DAYS, theme=themes), [NOW])
    assert found["group_value"].tolist() == ["A", "B", "Autres"]
    assert found["estimate"].sum() == pytest.approx(100)


def desk(rows: list[tuple[float | None, float | None]], seen: str = "2026-10-02") -> pd.DataFrame:
    """Tickets received one a day from 1 July: days to the first answer, and to the closing."""
    received = pd.to_datetime([DAYS[i % 3] for i in range(len(rows))])
    answered, closed = (
        received + pd.to_timedelta([row[k] if row[k] is not None else None for row in rows], "D")
        for k in (0, 1)
    )
    return pd.DataFrame(
        {**COMMON, "ticket_id": range(len(rows)), "date": received, "received": received,
         "answered": answered, "closed": closed, "extracted": pd.Timestamp(seen),
         "reopened": False, "theme": "A"}
    )  # fmt: skip


def test_open_tickets_lengthen_the_delay_and_are_not_dropped() -> None:
    quick = by_indicator(tickets.quarterly(desk([(1, 2)] * 20), [NOW], {"d": 5}))
    held = by_indicator(
        tickets.quarterly(desk([(1, 2)] * 20 + [(None, None)] * 20), [NOW], {"d": 5})
    )
    assert quick.loc["answered_in_promise", "estimate"] == 100
    assert held.loc["answered_in_promise", "estimate"] == pytest.approx(50)
    assert held.loc["first_answer_p90", "status"] == "missing"


def test_the_backlog_is_that_of_the_quarter_s_last_day_and_missing_when_not_seen() -> None:
    rows = desk([(1, 2)] * 15 + [(None, None)] * 12 + [(100, 101)] * 3)
    found = by_indicator(tickets.quarterly(rows, [NOW], {}))
    assert found.loc["tickets_open", "estimate"] == 15
    early = by_indicator(tickets.quarterly(desk([(1, 2)] * 30, "2026-09-10"), [NOW], {}))
    assert early.loc["tickets_open", "status"] == "missing"


def test_a_desk_without_a_promise_has_no_share_of_it() -> None:
    found = tickets.quarterly(desk([(1, 2)] * 20), [NOW], {})
    assert "answered_in_promise" not in set(found["indicator"])


def test_the_curve_of_answers_rises_day_after_day() -> None:
    found = tickets.answers_in_time(desk([(i % 6 + 0.5, 9) for i in range(60)]), NOW, 8)
    values = found["estimate"].tolist()
    assert values == sorted(values) and values[-1] == 100
