"""Calls and tickets: what a desk is told of its delays must not flatter or shame it."""

from typing import Any

import pandas as pd
import pytest
from statsmodels.duration import survfunc
from tests import said

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract
from observlib.indicators import pairs
from observlib.themes import contacts, templates

say = templates.narrative("contacts")

NOW = Quarter("2026-T3")
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


def tickets(rows: pd.DataFrame, **promises: int) -> pd.DataFrame:
    return contacts.quarterly_tickets(rows, [NOW], promises).set_index("indicator")


def test_a_quarter_without_its_last_month_is_partial_and_few_waits_hidden():
    found = contacts.quarterly_calls(
        log([10] * 40, DAYS[:2]), none("call_intervals"), [NOW - 1, NOW]
    )
    status = found[found["indicator"] == "calls_offered"].set_index("period")["status"]
    assert status.to_dict() == {"2026-T2": "missing", "2026-T3": "partial"}
    found = contacts.quarterly_calls(log([10] * 10, DAYS), none("call_intervals"), [NOW])
    assert found.set_index("indicator").loc["wait_median", "status"] == "suppressed"


def hours(*offered: tuple[str, str, int]) -> pd.DataFrame:
    """Calls that were offered: the day of 2026, the clock in UTC and how many."""
    days, clocks, counts = zip(*offered, strict=True)
    moments = [f"2026-{day} {clock}" for day, clock in zip(days, clocks, strict=True)]
    return pd.DataFrame(
        {**COMMON, "date": pd.to_datetime([f"2026-{day}" for day in days]),
         "moment": pd.to_datetime(moments), "offered": counts}
    )  # fmt: skip


MONDAY, TUESDAY = "07-06", "07-07"


def told(*offered: tuple[str, str, int]) -> list[str]:
    """Which loads are not withheld."""
    found = contacts.calls_by_hour(hours(*offered), NOW)
    return found.loc[found["status"] != "suppressed", "group_value"].tolist()


def test_a_small_cell_or_hour_is_not_told_from_others_or_the_total():
    shown = told((MONDAY, "07:00", 40), (TUESDAY, "07:00", 5), (MONDAY, "08:00", 50),
                 (TUESDAY, "08:00", 30))  # fmt: skip
    assert shown == ["9\xa0h", "10\xa0h", "lundi · 10\xa0h", "mardi · 10\xa0h"]
    shown = told((MONDAY, "06:00", 4), (MONDAY, "07:00", 40), (MONDAY, "08:00", 50))
    assert shown == ["10\xa0h", "lundi · 10\xa0h"]


@pytest.mark.parametrize(("few", "is_told"), [(10, False), (11, True)])
def test_an_hour_or_a_weekday_of_ten_calls_is_withheld_and_of_eleven_told(few, is_told):
    shown = told((MONDAY, "07:00", 40), (TUESDAY, "07:00", few), (MONDAY, "08:00", 50))
    assert ("mardi · 9\xa0h" in shown) is ("lundi · 9\xa0h" in shown) is is_told
    shown = told((MONDAY, "06:00", few), (MONDAY, "07:00", 40), (MONDAY, "08:00", 50))
    assert ("8\xa0h" in shown) is ("9\xa0h" in shown) is is_told and "10\xa0h" in shown


def test_calls_are_never_divided_by_the_visits_of_a_quarter_that_is_not_complete():
    offered = estimates.make(
        [{"indicator": "calls_offered", "product": "p", "period": NOW, "unit": "appels",
          "estimate": 500.0, "n": 500}]
    )  # fmt: skip
    visit = {"indicator": "visits", "product": "s", "channel": "web", "period": NOW,
             "unit": "visites", "estimate": 1e6, "n": 1e6}  # fmt: skip
    for status, expected in (("published", 0.5), ("partial", None)):
        found = contacts.per_visits(
            offered, estimates.make([visit | {"status": status}]), "s"
        ).iloc[0]
        assert (found["estimate"] == expected) if expected else found["status"] == "missing"


@pytest.mark.parametrize(
    ("counts", "shown"),
    [({"Travail": 20, "Étrangers": 20, "Famille": 20}, ["Étrangers", "Famille", "Travail"]),
     ({"A": 30, "B": 12, "C": 7, "D": 5}, ["A", "B", "Autres"])],
)  # fmt: skip
def test_themes_are_in_alphabetical_order_and_the_rare_put_together(counts, shown):
    themes = [theme for theme, n in counts.items() for _ in range(n)]
    found = contacts.theme_shares(log([1] * len(themes), DAYS, theme=themes), "call", [NOW])
    assert found["group_value"].tolist() == shown
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


def test_tickets_open_or_closed_without_an_answer_lengthen_the_delay_and_are_not_dropped():
    quick = tickets(desk([(1, 2)] * 20), d=5)
    held = tickets(desk([(1, 2)] * 20 + [(None, None)] * 20), d=5)
    assert quick.loc["answered_in_promise", "estimate"] == 100
    closed = tickets(desk([(1, 2)] * 20 + [(None, 1)] * 20), d=5)
    for rows in (held, closed):
        assert rows.loc["answered_in_promise", "estimate"] == pytest.approx(50)
    assert held.loc["first_answer_p90", "status"] == "missing"


def test_the_backlog_is_of_the_last_day_and_partial_or_missing_unseen():
    rows = desk([(1, 2)] * 15 + [(None, None)] * 12 + [(100, 101)] * 3)
    found = tickets(rows)
    assert found.loc["tickets_open", "estimate"] == 15
    early = tickets(desk([(1, 2)] * 30, "2026-09-10"))
    assert early.loc["tickets_open", "status"] == "missing"
    old = desk([(1, 2)] * 15 + [(None, None)] * 3, "2026-09-10")
    new = desk([(None, None)] * 12).assign(ticket_id=range(100, 112))
    found = tickets(pd.concat([old, new]))
    assert found.loc["tickets_open", ["estimate", "status"]].tolist() == [12, "partial"]


def test_the_closed_tickets_do_not_tell_how_few_are_open():
    """The attack: 60 received less a base of 52 closed is eight open, whose number is withheld."""
    few = desk([(1, 2)] * 52 + [(1, None)] * 8).assign(reopened=[True] * 10 + [False] * 50)
    found = tickets(few)
    assert found.loc["tickets_received", "n"] == 60
    assert found.loc["tickets_open", "status"] == "suppressed"
    assert found.loc["reopened_share", "status"] == "suppressed"
    more = desk([(1, 2)] * 48 + [(1, None)] * 20).assign(reopened=[True] * 12 + [False] * 56)
    assert tickets(more).loc["reopened_share", "estimate"] == 25


def test_a_share_that_is_withheld_does_not_tell_that_no_message_was_reopened():
    """The attack: of 12 messages, whose number is told, only 0 or 12 reopened were not."""
    for reopened in range(13):
        rows = desk([(1, 2)] * 12).assign(reopened=[True] * reopened + [False] * (12 - reopened))
        assert tickets(rows).loc["reopened_share", "status"] == "suppressed"


def test_a_quarter_exported_before_its_end_is_partial_and_one_exported_on_its_last_day_is_not():
    for seen, status in (("2026-09-20", "partial"), ("2026-09-30 12:00", "published")):
        found = tickets(desk([(1, 2)] * 40, seen))
        assert found.loc["tickets_received", "status"] == status
        assert found.loc["first_answer_median", "status"] == status


def test_the_first_answer_s_quantiles_are_those_of_statsmodels():
    rows = desk([(0.25 * (i * 7 % 40) + 0.1, 20) for i in range(60)] + [(None, None)] * 9)
    found = tickets(rows, d=5)
    ends = rows["answered"].fillna(rows["extracted"])
    days = (ends - rows["received"]) / pd.Timedelta(days=1)
    curve = survfunc.SurvfuncRight(days, rows["answered"].notna().astype(int))
    assert found.loc["first_answer_median", "estimate"] == pytest.approx(curve.quantile(0.5))
    inside = curve.surv_prob[curve.surv_times <= 5][-1]
    assert found.loc["answered_in_promise", "estimate"] == pytest.approx(100 * (1 - inside))
    assert contacts.answers_in_time(rows, NOW, 3)["group_value"].tolist() == ["1", "2", "3"]


PERIOD, BEFORE = "2026-T3", "2025-T3"
PHONE = {"product": "allo-service-public", "channel": "phone", "device": "appels-3939-tranches"}
DESK = {"product": "legifrance", "channel": "mail", "device": "courriels-legifrance"}


def made(*rows: dict[str, Any]) -> pd.DataFrame:
    return estimates.make({"period": PERIOD, **row} for row in rows)


def phone(indicator: str, value: float | None, **more: Any) -> dict[str, Any]:
    unit = {"calls_offered": "appels", "calls_an_hour": "appels"}.get(indicator, "%")
    unit = "s" if indicator.startswith("wait") else unit
    return {**PHONE, "indicator": indicator, "unit": unit, "n": 900, "estimate": value, **more}


def rate(value: float, period: str = PERIOD, **more: Any) -> dict[str, Any]:
    return phone("answer_rate", value, period=period, **more)


def promise(value: float, **more: Any) -> dict[str, Any]:
    row = {**DESK, "indicator": "answered_in_promise", "unit": "%", "n": 90, "estimate": value}
    return row | more


def lines(known: Catalogue, values: list[float], **more: Any) -> pd.DataFrame:
    """An answer rate of each of the first products, each of a line of its own."""
    pairs_ = zip(known.products, values, strict=False)
    return made(*(rate(x, product=one, device=f"appels-{one}", **more) for one, x in pairs_))


def theme(name: str, value: float) -> dict[str, Any]:
    row = phone("call_theme_share", value, group="theme", group_value=name)
    return {**row, "ci_low": value - 2, "ci_high": value + 2}


def rates(*frames: Any, by: str = "product") -> Any:
    """What is said of answer rates: of rows, or of frames of lines."""
    if isinstance(frames[0] if frames else {}, dict):
        return lambda c: say.answer_rates(made(*frames), c, PERIOD, BEFORE, by=by)
    return lambda c: say.answer_rates(
        pd.concat([lines(c, x, period=p) for x, p in frames]), c, PERIOD, BEFORE
    )


def topics(*rows: dict[str, Any]) -> Any:
    frame = made(*rows, theme("Autres", 60)) if rows else made()
    compared = pairs.leading_answer(frame)
    return lambda c: say.main_topics(frame, pairs.tested(c, compared), c, PERIOD)


SIX, THEN = [86.0, 71.2, 90, 71.4, 88, 87], [80.0, 75, 70, 81, 82, 83]
ALIKE = [86.0] * 6
LOW = promise(50, product="documentation-francaise", device="boutique", n=19, status="low_base")
OFFERED = phone("calls_offered", 38_056)
JOURNAL = phone("wait_median", 40, n=958, device="appels-3939-journal")


CASES: said.Cases = {
    "the worst is of another quarter": rates(
        rate(86), rate(86, BEFORE), rate(71, "2025-T4"), by="channel"),
    "no whole quarter": rates(rate(86, status="partial")),
    "a year before is not whole": rates(rate(86), rate(71, BEFORE, status="partial")),
    "six lines by their ends": rates((SIX, PERIOD), (THEN, BEFORE)),
    "six lines alike, otherwise a year before": rates((ALIKE, PERIOD), ([80.0] * 6, BEFORE)),
    "no lowest of one quarter": lambda c: say.lowest_answer_rate(made(rate(86)), c),
    "one promise": lambda c: [
        say.answered_in_promise(made(promise(93, device=one)), c, PERIOD, by="channel")
        for one in ("courriels-legifrance", "invented")],
    "no promise that may be told": lambda c: say.answered_in_promise(made(LOW), c, PERIOD),
    "a log of some calls": lambda c: say.calls_in_log(made(OFFERED, JOURNAL), c),
    "themes that are near": topics(theme("Logement", 28), theme("Papiers", 30)),
    "no theme": topics(),
}  # fmt: skip
test_what_is_said_of_contacts = said.test("contacts", CASES)
