"""Calls and tickets of the demonstration: the chain finds what was put in."""

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.partners import NOBODY, SEVERAL
from observlib.estimates import base
from observlib.language.prose import unbroken
from observlib.study import narratives
from observlib.themes import contacts, devices, sales, subscriptions
from observlib.themes.devices.sentences import device_table
from observlib.themes.partners import QUARTERS, routed
from observlib.themes.partners import contacts_of_partners as led_by

LAST = Quarter("2026-T3")
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
    themes = contacts.theme_shares(store.read(demonstration, "calls"), "call", [LAST]).set_index(
        "group_value"
    )
    found = 0
    for truth in truths["calls"]:
        if truth.get("quarter") != LAST or truth["kind"] == "counts":
            continue
        if truth["kind"] == "theme":
            row, value = themes.loc[truth["theme"]], 100 * truth["value"]
        else:
            row, value = phone.loc[(truth["kind"], truth["device"], LAST)], truth["value"]
        assert row["ci_low"] <= value <= row["ci_high"], truth
        found += 1
    assert found == 9


def test_tickets_are_counted_and_true_delays_lie_in_intervals_about_as_often_as_said(desks, truths):
    hits, last = [], []
    for truth in truths["tickets"]:
        if truth["kind"] == "count":
            row = desks.loc[("tickets_received", truth["device"], truth["quarter"])]
            assert row["estimate"] == truth["value"]
        if truth["kind"] in ("count", "theme"):
            continue
        row = desks.loc[(truth["kind"], truth["device"], truth["quarter"])]
        if pd.isna(row["ci_low"]):
            continue
        value = truth["value"] * (100 if row["unit"] == "%" else 1)
        hits.append(row["ci_low"] <= value <= row["ci_high"])
        if truth["quarter"] == LAST:
            assert hits[-1], truth
            last.append(truth)
    assert len(last) == 10  # of three desks, of which one tells and shows what was reopened
    assert len(hits) > 140 and 0.91 <= sum(hits) / len(hits) <= 0.99


def test_themes_of_calls_and_tickets_are_those_written(demonstration, truths):
    found = {
        "calls": contacts.theme_shares(store.read(demonstration, "calls"), "call", ALL),
        "tickets": contacts.theme_shares(store.read(demonstration, "tickets"), "ticket", ALL),
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
            assert hits[-1] or truth["quarter"] != LAST, truth
        assert len(hits) > 40 and sum(hits) / len(hits) >= 0.9


def test_the_busiest_hour_and_day_are_those_put_in(demonstration):
    hours = contacts.calls_by_hour(store.read(demonstration, "call_intervals"), LAST)
    top = hours.loc[hours.groupby("group")["estimate"].idxmax()].set_index("group")["group_value"]
    assert top["weekday_hour"] == "lundi · 10\xa0h" and top["hour"] == "10\xa0h"
    assert set(hours["status"]) == {"published"}


EVERY = Quarter("2026-T3").back(QUARTERS)
PLACES = {
    "Famille": "Caisse fictive", "Papiers d'identité": "Agence fictive des titres",
    "Carte grise et permis": "Agence fictive des titres",
    "Justice et litiges": "Autorité fictive", "Étrangers en France": "Préfecture fictive",
    "Coordonnées d'un service": "Ville fictive", "Logement": SEVERAL,
}  # fmt: skip


@pytest.mark.parametrize(("table", "kind"), [("calls", "call"), ("tickets", "ticket")])
def test_each_contact_is_counted_for_its_partner(demonstration, truths, catalogue, table, kind):
    wanted: Counter[tuple[str, str, str]] = Counter()
    for truth in truths[table]:
        if truth["kind"] == "theme" and truth["quarter"] in map(str, EVERY):
            place = PLACES.get(truth["theme"], NOBODY)
            wanted[truth["device"], truth["quarter"], place] += truth["count"]
    led = led_by(store.read(demonstration, table), catalogue)
    rows = routed(led, kind, catalogue, EVERY)
    rows = rows[(rows["indicator"] == f"partner_{kind}s") & (rows["group"] == "partner")]
    told = rows[rows["estimate"].notna()].set_index(["device", "period", "group_value"])["estimate"]
    assert len(told) >= 36
    assert told.to_dict() == {place: base(wanted[place]) for place in told.index}


def test_answers_counted_in_the_store_are_those_that_reading_finds(demonstration, catalogue):
    given = store.count_received(demonstration, devices.COUNTED, LAST)
    found = devices.amounts(given, catalogue, LAST).set_index("device")
    for table in ("ratings", "responses", "user_tests"):
        rows = store.read(demonstration, table, LAST, LAST)
        ids = rows[list(devices.COUNTED[table])].astype(str).agg("|".join, axis=1)
        for device, count in ids.groupby(rows["device"]).nunique().items():
            if count >= 11:
                answers = table != "user_tests"  # they are told as bases are
                assert found.loc[str(device), "estimate"] == (base(count) if answers else count)
            else:
                assert found.loc[str(device), "status"] == "suppressed"


def test_every_device_is_in_the_table_or_silent(demonstration, catalogue):
    held = store.devices(demonstration)
    given = store.count_received(demonstration, devices.COUNTED, LAST)
    received = devices.amounts(given, catalogue, LAST)
    facts = devices.amounts(given, catalogue, LAST, listens=False)
    made = [
        repr(device_table(frame, held, catalogue, caption="Ce qui écoute"))
        for frame in (received, facts)
    ]
    labels = [unbroken(device.label) for device in catalogue.devices.values()]
    assert all(sum(label in text for text in made) == 1 for label in labels)
    silent = devices.silence(given, held, catalogue, LAST)
    assert set(silent["device"]) <= set(catalogue.devices) - set(held["device"])
    assert narratives.devices.received(received)


def test_a_device_feeds_one_table_so_that_one_count_tells_all(demonstration):
    given = store.count_received(demonstration, devices.COUNTED, LAST)
    own = given[~given["table"].isin(["verbatims", "codes"])]  # beside what their device counts
    assert isinstance(own, pd.DataFrame) and own["device"].is_unique


@pytest.fixture(scope="module")
def lists(demonstration: Path) -> pd.DataFrame:
    return store.read(demonstration, "subscriptions")


@pytest.fixture(scope="module")
def shops(demonstration: Path) -> pd.DataFrame:
    return store.read(demonstration, "sales")


def of_kind(records: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [record for record in records if record["kind"] == kind]


def test_subscribers_joins_and_leaves_are_exactly_those_written(truths, lists):
    found = subscriptions.quarterly_subscribers(lists, ALL).set_index(
        ["indicator", "device", "period"]
    )
    counts = pd.DataFrame(of_kind(truths["subscriptions"], "subscriptions"))
    by_device = counts.groupby(["device", "quarter"])
    for (device, quarter), own in by_device:
        for indicator, name in (
            ("subscribers", "stock"),
            ("subscription_joins", "joins"),
            ("subscription_leaves", "leaves"),
        ):
            row = found.loc[(indicator, device, quarter)]
            assert row["estimate"] == own[name].sum()
            assert row["status"] == ("published" if own["complete"].all() else "partial")
    assert not counts["complete"].all()


def test_a_list_that_few_join_has_its_flows_withheld(lists):
    few = lists[lists["list"] == "Alerte fictive peu suivie"]
    found = subscriptions.quarterly_subscribers(few, [LAST]).set_index("indicator")["status"]
    assert found["subscribers"] == "published"
    assert set(found.drop("subscribers")) == {"suppressed"}


def test_the_true_curves_are_inside_the_intervals_of_the_last_edition(truths, lists):
    found = subscriptions.estimate_survival(lists, LAST).set_index(["device", "group_value"])
    compared = 0
    for truth in of_kind(truths["subscriptions"], "survival"):
        place = (truth["device"], str(truth["months"]))
        if place in found.index:
            row = found.loc[place]
            assert row["ci_low"] <= 100 * truth["true_share"] <= row["ci_high"], truth
            compared += 1
    assert compared == len(found) > 3 * 18  # months after which few left a small list are not told


@pytest.mark.slow
def test_over_single_cohorts_the_truth_is_inside_about_as_often_as_said(truths, lists):
    true = {
        (t["device"], t["months"]): 100 * t["true_share"]
        for t in of_kind(truths["subscriptions"], "survival")
    }
    inside = []
    for months in (0, 6, 12):
        for cohort in sorted(lists["cohort"].dropna().unique()):
            joined = Quarter(f"{cohort[:4]}-T{(int(cohort[5:]) + 2) // 3}")
            if joined + 5 > LAST:
                continue
            found = subscriptions.estimate_survival(lists[lists["cohort"] == cohort], joined + 5)
            for row in found[found["group_value"] == str(months)].dropna().to_dict("records"):
                truth = true[row["device"], months]
                inside.append(row["ci_low"] <= truth <= row["ci_high"])
    assert len(inside) > 150 and 0.90 <= sum(inside) / len(inside) <= 0.99


def test_the_true_share_after_a_year_is_inside_about_as_often_as_said(truths, lists):
    true = {
        t["device"]: 100 * t["true_share"]
        for t in of_kind(truths["subscriptions"], "survival")
        if t["months"] == 12
    }
    found = subscriptions.estimate_retention(lists, ALL[4:])
    assert len(found) == 3 * 11 and set(found["status"]) == {"published"}
    inside = [
        row["ci_low"] <= true[row["device"]] <= row["ci_high"] for row in found.to_dict("records")
    ]
    assert sum(inside) / len(inside) >= 0.85
    assert all(inside[i] for i, period in enumerate(found["period"]) if period == LAST)


def test_units_revenue_and_shares_are_exactly_those_written(truths, shops):
    found = sales.quarterly_sales(shops, ALL).set_index(["indicator", "device", "period"])
    for truth in of_kind(truths["sales"], "sales"):
        place = truth["device"], truth["quarter"]
        assert found.loc[("units_sold", *place), "estimate"] == truth["units"]
        revenue = found.loc[("revenue", *place), "estimate"]
        assert revenue == pytest.approx(truth["cents"] / 100, abs=0.001)
        for indicator, part in (
            ("return_rate", truth["returns"]),
            ("digital_share", truth["units"] - truth["printed"]),
        ):
            row = found.loc[(indicator, *place)]
            if truth["device"] == "copies-journal-officiel":  # whose export tells neither
                assert row["status"] == "missing"
            elif 0 < part < 11:
                assert row["status"] == "suppressed"
            else:
                assert row["estimate"] == pytest.approx(100 * part / truth["units"])


def test_the_true_rate_of_returns_is_near_what_is_counted(truths, shops):
    printed = sales.quarterly_sales(shops[shops["format"] == "print"], ALL)
    rates = printed[(printed["indicator"] == "return_rate") & (printed["status"] == "published")]
    units = printed[printed["indicator"] == "units_sold"].set_index(["device", "period"])[
        "estimate"
    ]
    true = of_kind(truths["sales"], "sales")[0]["true_printed_return_rate"]
    near = []
    for row in rates.to_dict("records"):
        error = (true * (100 - true) / units[row["device"], row["period"]]) ** 0.5
        near.append(abs(row["estimate"] - true) <= 1.96 * error)
        if row["period"] == LAST:
            assert near[-1]
    assert len(near) == 15 and sum(near) / len(near) >= 0.88


def test_the_titles_sold_most_and_their_weight_are_those_written(truths, shops):
    device = "boutique-documentation"
    sold = sorted(
        (
            (truth["units"], truth["title"])
            for truth in of_kind(truths["sales"], "title")
            if truth["device"] == device and truth["quarter"] == LAST
        ),
        reverse=True,
    )
    shop = shops[shops["device"] == device]
    found = sales.titles(shop, LAST)
    assert list(zip(found["estimate"], found["group_value"], strict=True)) == sold[:10]
    top = (
        sales.quarterly_sales(shop, [LAST])
        .set_index("indicator")
        .loc["top_titles_share", "estimate"]
    )
    total = sum(units for units, _ in sold)
    assert top == pytest.approx(100 * sum(units for units, _ in sold[:10]) / total)
