"""Calls and tickets of the demonstration: the chain finds what was put in."""

from pathlib import Path

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.themes import contacts

LAST = Quarter(2026, 3)
ALL = LAST.back(15)


@pytest.fixture(scope="module")
def phone(demonstration: Path) -> pd.DataFrame:
    tables = (store.read(demonstration, name) for name in ("calls", "call_intervals"))
    found = contacts.quarterly_calls(*tables, ALL)
    return found.set_index(["indicator", "device", "period"]).sort_index()


@pytest.fixture(scope="module")
def desks(demonstration: Path, catalogue: Catalogue) -> pd.DataFrame:
    promises = {d.id: d.promise_days for d in catalogue.devices.values() if d.promise_days}
    found = contacts.quarterly_tickets(store.read(demonstration, "tickets"), ALL, promises)
    return found.set_index(["indicator", "device", "period"]).sort_index()


def test_every_call_written_is_counted(phone, truths):
    counted = [truth for truth in truths["calls"] if truth["kind"] == "counts"]
    assert len(counted) == len(ALL)
    for truth in counted:
        place = truth["device"], truth["quarter"]
        assert phone.loc[("calls_offered", *place), "estimate"] == truth["offered"]
        rate = 100 * truth["answered"] / truth["offered"]
        assert phone.loc[("answer_rate", *place), "estimate"] == pytest.approx(rate)


def test_the_quarter_in_which_fewer_calls_were_answered_shows(phone):
    rates = phone.loc[("answer_rate", "appels-3939-tranches"), "estimate"]
    assert rates.idxmin() == "2025-T4" and rates.min() < 73
    assert rates.drop("2025-T4").between(84, 88).all()


def test_true_waits_and_themes_lie_in_the_last_quarter_s_intervals(demonstration, phone, truths):
    themes = contacts.themes(store.read(demonstration, "calls"), "call", [LAST]).set_index(
        "group_value"
    )
    found = 0
    for truth in truths["calls"]:
        if truth.get("quarter") != str(LAST) or truth["kind"] == "counts":
            continue
        if truth["kind"] == "theme":
            row, value = themes.loc[truth["theme"]], 100 * truth["value"]
        else:
            row, value = phone.loc[(truth["kind"], truth["device"], str(LAST))], truth["value"]
        assert row["ci_low"] <= value <= row["ci_high"], truth
        found += 1
    assert found == 9


def test_true_delays_lie_in_the_last_quarter_s_intervals(desks, truths):
    found = 0
    for truth in truths["tickets"]:
        if truth["quarter"] != str(LAST) or truth["kind"] in ("count", "theme"):
            continue
        row = desks.loc[(truth["kind"], truth["device"], str(LAST))]
        if pd.isna(row["ci_low"]):
            continue
        value = truth["value"] * (100 if row["unit"] == "%" else 1)
        assert row["ci_low"] <= value <= row["ci_high"], truth
        found += 1
    assert found == 10  # of three desks, of which one tells and shows what was reopened


def test_over_all_quarters_delays_hold_their_truth_about_as_often_as_they_say(desks, truths):
    hits = []
    for truth in truths["tickets"]:
        if truth["kind"] in ("count", "theme"):
            continue
        row = desks.loc[(truth["kind"], truth["device"], truth["quarter"])]
        if pd.notna(row["ci_low"]):
            value = truth["value"] * (100 if row["unit"] == "%" else 1)
            hits.append(row["ci_low"] <= value <= row["ci_high"])
    assert len(hits) > 140
    assert 0.91 <= sum(hits) / len(hits) <= 0.99


def test_themes_of_calls_and_tickets_are_those_written(demonstration, truths):
    found = {
        "calls": contacts.themes(store.read(demonstration, "calls"), "call", ALL),
        "tickets": contacts.themes(store.read(demonstration, "tickets"), "ticket", ALL),
    }
    for table, frame in found.items():
        shares = frame.set_index(["device", "period", "group_value"])
        hits = []
        for truth in truths[table]:
            place = truth["device"], truth["quarter"], truth.get("theme")
            if truth["kind"] != "theme" or place not in shares.index:
                continue
            row = shares.loc[place]
            # the base is told to the nearest five
            assert row["estimate"] * row["n"] / 100 == pytest.approx(truth["count"], rel=0.2)
            hits.append(row["ci_low"] <= 100 * truth["value"] <= row["ci_high"])
            assert hits[-1] or truth["quarter"] != str(LAST), truth
        assert len(hits) > 40 and sum(hits) / len(hits) >= 0.9


def test_the_busiest_hour_and_day_are_those_put_in(demonstration):
    hours = contacts.calls_by_hour(store.read(demonstration, "call_intervals"), LAST)
    top = hours.loc[hours.groupby("group")["estimate"].idxmax()].set_index("group")["group_value"]
    assert top["weekday_hour"] == "lundi · 10\xa0h" and top["hour"] == "10\xa0h"
    assert set(hours["status"]) == {"published"}


def test_every_ticket_written_is_counted(desks, truths):
    for truth in truths["tickets"]:
        if truth["kind"] == "count":
            row = desks.loc[("tickets_received", truth["device"], truth["quarter"])]
            assert row["estimate"] == truth["value"]
