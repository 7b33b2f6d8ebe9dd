"""Calls and tickets: what a desk is told of its delays must not flatter or shame it."""

from typing import Any

import pandas as pd
import pytest

from observlib.base.period import Quarter
from observlib.catalogue import contract
from observlib.themes import contacts

NOW = Quarter(2026, 3)
COMMON = {"device": "d", "product": "p", "channel": "phone", "source": "d@1"}


def none(table: str) -> pd.DataFrame:
    return contract.empty(table).assign(source="")


def log(waits: list[int], days: list[str], **more: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **COMMON, "call_id": [f"c{i}" for i in range(len(waits))],
            "date": pd.to_datetime([days[i % len(days)] for i in range(len(waits))]),
            "outcome": "answered", "wait": waits, "theme": "Logement", **more,
        }
    )  # fmt: skip


DAYS = ["2026-07-06", "2026-08-03", "2026-09-07"]


def by_indicator(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("indicator")


def test_the_median_wait_is_that_of_answered_calls_alone():
    rows = log([10] * 60 + [500] * 40, DAYS)
    rows.loc[60:, "outcome"] = "abandoned"
    found = by_indicator(contacts.quarterly_calls(rows, none("call_intervals"), [NOW]))
    assert found.loc["wait_median", "estimate"] == 10
    assert found.loc["answer_rate", "estimate"] == 60
    assert found.loc["abandonment_rate", "estimate"] == 40


def test_a_product_with_half_hours_is_not_counted_twice_from_its_log():
    half = pd.DataFrame(
        {**COMMON, "device": "h", "date": pd.to_datetime(DAYS), "offered": 100, "answered": 90,
         "abandoned": 10}
    )  # fmt: skip
    found = contacts.quarterly_calls(log([10] * 40, DAYS), half, [NOW])
    assert found[found["indicator"] == "calls_offered"]["estimate"].tolist() == [300]


def test_a_quarter_whose_last_month_has_no_call_is_partial_and_an_empty_one_missing():
    found = contacts.quarterly_calls(
        log([10] * 40, DAYS[:2]), none("call_intervals"), [NOW - 1, NOW]
    )
    status = found[found["indicator"] == "calls_offered"].set_index("period")["status"]
    assert status.to_dict() == {"2026-T2": "missing", "2026-T3": "partial"}


def test_a_wait_on_ten_calls_is_withheld():
    found = by_indicator(
        contacts.quarterly_calls(log([10] * 10, DAYS), none("call_intervals"), [NOW])
    )
    assert found.loc["wait_median", "status"] == "suppressed"


def test_the_load_is_a_mean_over_open_days_in_paris_hours():
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
    found = contacts.calls_by_hour(half, NOW).set_index("group_value")["estimate"]
    assert found.to_dict() == {
        "9\xa0h": 40.0, "lundi · 9\xa0h": 30.0, "mardi · 9\xa0h": 50.0
    }  # fmt: skip


def hours(offered: dict[tuple[str, int], int]) -> pd.DataFrame:
    days, clocks = zip(*offered, strict=True)
    moments = [f"{day} {hour - 2:02d}:00" for day, hour in zip(days, clocks, strict=True)]
    return pd.DataFrame(
        {**COMMON, "date": pd.to_datetime(list(days)), "moment": pd.to_datetime(moments),
         "offered": list(offered.values())}
    )  # fmt: skip


def test_a_small_cell_of_the_load_cannot_be_told_from_its_hour_s_other_days():
    monday, tuesday = "2026-07-06", "2026-07-07"
    half = hours(
        {(monday, 9): 40, (tuesday, 9): 5, (monday, 10): 50, (tuesday, 10): 30}
    )  # fmt: skip
    found = contacts.calls_by_hour(half, NOW)
    found = found[found["status"] != "suppressed"].set_index("group_value")
    assert found.index.tolist() == ["9\xa0h", "10\xa0h", "lundi · 10\xa0h", "mardi · 10\xa0h"]


def test_a_small_hour_cannot_be_told_from_the_quarter_s_total():
    half = hours({("2026-07-06", 8): 4, ("2026-07-06", 9): 40, ("2026-07-06", 10): 50})
    found = contacts.calls_by_hour(half, NOW)
    shown = found[(found["status"] != "suppressed")]["group_value"].tolist()
    assert shown == ["10\xa0h", "lundi · 10\xa0h"]


@pytest.mark.parametrize(("few", "told"), [(10, False), (11, True)])
def test_an_hour_or_a_weekday_of_ten_calls_is_withheld_and_of_eleven_told(few, told):
    monday, tuesday = "2026-07-06", "2026-07-07"
    by_day = contacts.calls_by_hour(
        hours({(monday, 9): 40, (tuesday, 9): few, (monday, 10): 50}), NOW
    )
    shown = set(by_day.loc[by_day["status"] != "suppressed", "group_value"])
    assert ("mardi · 9\xa0h" in shown) is ("lundi · 9\xa0h" in shown) is told
    by_hour = contacts.calls_by_hour(
        hours({(monday, 8): few, (monday, 9): 40, (monday, 10): 50}), NOW
    )
    shown = set(by_hour.loc[by_hour["status"] != "suppressed", "group_value"])
    assert ("8\xa0h" in shown) is ("9\xa0h" in shown) is told and "10\xa0h" in shown


def test_calls_are_never_divided_by_the_visits_of_a_quarter_that_is_not_complete():
    from observlib import estimates

    offered = estimates.make(
        [{"indicator": "calls_offered", "product": "p", "period": str(NOW), "unit": "appels",
          "estimate": 500.0, "n": 500}]
    )  # fmt: skip
    visit = {"indicator": "visits", "product": "s", "channel": "web", "period": str(NOW),
             "unit": "visites", "estimate": 1e6, "n": 1e6}  # fmt: skip
    for status, expected in (("published", 0.5), ("partial", None)):
        found = contacts.per_visits(
            offered, estimates.make([visit | {"status": status}]), "s"
        ).iloc[0]
        assert (found["estimate"] == expected) if expected else found["status"] == "missing"


def test_themes_are_in_alphabetical_order_whatever_their_accents():
    themes = ["Travail"] * 20 + ["Étrangers"] * 20 + ["Famille"] * 20
    found = contacts.themes(log([1] * 60, DAYS, theme=themes), "call", [NOW])
    assert found["group_value"].tolist() == ["Étrangers", "Famille", "Travail"]


def test_rare_themes_are_put_together_so_that_none_tells_of_ten_people():
    themes = ["A"] * 30 + ["B"] * 12 + ["C"] * 7 + ["D"] * 5
    found = contacts.themes(log([1] * 54, DAYS, theme=themes), "call", [NOW])
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
         "reopened": False, "theme": "A", "unknown": None}
    )  # fmt: skip


def test_open_tickets_lengthen_the_delay_and_are_not_dropped():
    quick = by_indicator(contacts.quarterly_tickets(desk([(1, 2)] * 20), [NOW], {"d": 5}))
    held = by_indicator(
        contacts.quarterly_tickets(desk([(1, 2)] * 20 + [(None, None)] * 20), [NOW], {"d": 5})
    )
    assert quick.loc["answered_in_promise", "estimate"] == 100
    assert held.loc["answered_in_promise", "estimate"] == pytest.approx(50)
    assert held.loc["first_answer_p90", "status"] == "missing"


def test_the_backlog_is_that_of_the_quarter_s_last_day_and_missing_when_not_seen():
    rows = desk([(1, 2)] * 15 + [(None, None)] * 12 + [(100, 101)] * 3)
    found = by_indicator(contacts.quarterly_tickets(rows, [NOW], {}))
    assert found.loc["tickets_open", "estimate"] == 15
    early = by_indicator(contacts.quarterly_tickets(desk([(1, 2)] * 30, "2026-09-10"), [NOW], {}))
    assert early.loc["tickets_open", "status"] == "missing"


def test_the_closed_tickets_do_not_tell_how_few_are_open():
    """The attack: 60 received less a base of 52 closed is eight open, whose number is withheld."""
    few = desk([(1, 2)] * 52 + [(1, None)] * 8).assign(reopened=[True] * 10 + [False] * 50)
    found = by_indicator(contacts.quarterly_tickets(few, [NOW], {}))
    assert found.loc["tickets_received", "n"] == 60
    assert found.loc["tickets_open", "status"] == "suppressed"
    assert found.loc["reopened_share", "status"] == "suppressed"
    more = desk([(1, 2)] * 48 + [(1, None)] * 20).assign(reopened=[True] * 12 + [False] * 56)
    assert (
        by_indicator(contacts.quarterly_tickets(more, [NOW], {})).loc["reopened_share", "estimate"]
        == 25
    )


def test_a_share_that_is_withheld_does_not_tell_that_no_message_was_reopened():
    """The attack: of 12 messages, whose number is told, only 0 or 12 reopened were not."""
    states = set()
    for reopened in range(13):
        rows = desk([(1, 2)] * 12).assign(reopened=[True] * reopened + [False] * (12 - reopened))
        found = by_indicator(contacts.quarterly_tickets(rows, [NOW], {}))
        states.add(found.loc["reopened_share", "status"])
    assert states == {"suppressed"}


def test_the_backlog_is_partial_where_an_old_export_left_tickets_open():
    old = desk([(1, 2)] * 15 + [(None, None)] * 3, "2026-09-10")
    new = desk([(None, None)] * 12).assign(ticket_id=range(100, 112))
    found = by_indicator(contacts.quarterly_tickets(pd.concat([old, new]), [NOW], {}))
    assert found.loc["tickets_open", ["estimate", "status"]].tolist() == [12, "partial"]


def test_a_quarter_exported_before_its_end_is_partial_and_one_exported_on_its_last_day_is_not():
    for seen, status in (("2026-09-20", "partial"), ("2026-09-30 12:00", "published")):
        found = by_indicator(contacts.quarterly_tickets(desk([(1, 2)] * 40, seen), [NOW], {}))
        assert found.loc["tickets_received", "status"] == status
        assert found.loc["first_answer_median", "status"] == status


def test_a_ticket_closed_without_an_answer_had_none():
    rows = desk([(1, 2)] * 20 + [(None, 1)] * 20)
    found = by_indicator(contacts.quarterly_tickets(rows, [NOW], {"d": 5}))
    assert found.loc["answered_in_promise", "estimate"] == pytest.approx(50)


def test_a_delay_that_is_not_known_does_not_tell_how_few_wait():
    found = by_indicator(contacts.quarterly_tickets(desk([(None, None)] * 5), [NOW], {"d": 5}))
    assert found["n"].isna().all() or (found["n"].dropna() == 0).all()


def test_the_first_answer_s_quantiles_are_those_of_statsmodels():
    from statsmodels.duration import survfunc

    rows = desk([(0.25 * (i * 7 % 40) + 0.1, 20) for i in range(60)] + [(None, None)] * 9)
    found = by_indicator(contacts.quarterly_tickets(rows, [NOW], {"d": 5}))
    ends = rows["answered"].fillna(rows["extracted"])
    days = (ends - rows["received"]) / pd.Timedelta(days=1)
    curve = survfunc.SurvfuncRight(days, rows["answered"].notna().astype(int))
    assert found.loc["first_answer_median", "estimate"] == pytest.approx(curve.quantile(0.5))
    inside = curve.surv_prob[curve.surv_times <= 5][-1]
    assert found.loc["answered_in_promise", "estimate"] == pytest.approx(100 * (1 - inside))


def test_a_desk_without_a_promise_has_no_share_of_it():
    found = contacts.quarterly_tickets(desk([(1, 2)] * 20), [NOW], {})
    assert "answered_in_promise" not in set(found["indicator"])


def test_the_curve_of_answers_rises_day_after_day():
    found = contacts.answers_in_time(desk([(i % 6 + 0.5, 9) for i in range(60)]), NOW, 8)
    values = found["estimate"].tolist()
    assert values == sorted(values) and values[-1] == 100
