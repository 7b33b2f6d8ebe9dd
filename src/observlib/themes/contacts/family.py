"""Calls and written messages: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators.counts import HISTORY
from observlib.indicators.families import family
from observlib.indicators.pairs import between, counted, leading_answer, tested
from observlib.themes.contacts import calls as phone
from observlib.themes.contacts import tickets as messages
from observlib.themes.contacts.topics import themes


@family("contacts")
def contacts(
    calls_by_day: pd.DataFrame,
    calls_by_wait: pd.DataFrame,
    calls_by_theme: pd.DataFrame,
    intervals_by_day: pd.DataFrame,
    intervals_by_hour: pd.DataFrame,
    tickets_by_state: pd.DataFrame,
    tickets_by_delay: pd.DataFrame,
    tickets_by_theme: pd.DataFrame,
    visits: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nine quarters of calls and messages; their load, topics and delays in the quarter."""
    quarters, known = quarter.back(9), quarter.back(HISTORY)
    promises = {d.id: d.promise_days for d in catalogue.devices.values() if d.promise_days}
    called = phone.quarterly(calls_by_day, intervals_by_day, known, calls_by_wait)
    written = messages.quarterly(tickets_by_state, known, promises, tickets_by_delay)
    past = estimates.combine([called, written])
    called, written = (x[x["period"].isin(map(str, quarters))] for x in (called, written))
    by_quarter = visits[
        visits["period"].isin(map(str, quarters)) & (visits["indicator"] == "visits")
    ]
    asked = themes(calls_by_theme, "call", [quarter])
    rows = [
        called,
        phone.per_visits(called, by_quarter, "service-public"),
        phone.calls_by_hour(intervals_by_hour, quarter),
        asked,
        written,
        messages.answers_in_time(tickets_by_state, quarter, delays=tickets_by_delay),
        themes(tickets_by_theme, "ticket", [quarter]),
    ]
    received = counted(past, quarter, changes=catalogue.changes.values())
    before = between(written, catalogue, str(quarter), str(quarter - 4))
    pairs = tested(catalogue, received, before, leading_answer(asked))
    return estimates.combine(rows), pairs
