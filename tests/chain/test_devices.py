"""The page of the devices counts what the demonstration wrote, from the store to the table."""

import pandas as pd

from observlib import store
from observlib.base.period import Quarter
from observlib.estimates import base
from observlib.language.prose import unbroken
from observlib.study import narratives
from observlib.themes import devices
from observlib.themes.devices.sentences import device_table

Q = Quarter(2026, 3)


def test_answers_counted_in_the_store_are_those_that_reading_finds(demonstration, catalogue):
    given = store.received(demonstration, devices.COUNTED, Q)
    found = devices.amounts(given, catalogue, Q).set_index("device")
    for table in ("ratings", "responses", "user_tests"):
        rows = store.read(demonstration, table, Q, Q)
        ids = rows[list(devices.COUNTED[table])].astype(str).agg("|".join, axis=1)
        for device, count in ids.groupby(rows["device"]).nunique().items():
            if count >= 11:
                answers = table != "user_tests"  # they are told as bases are
                assert found.loc[str(device), "estimate"] == (base(count) if answers else count)
            else:
                assert found.loc[str(device), "status"] == "suppressed"


def test_every_device_is_in_the_table_and_all_that_feed_the_demonstration_speak(
    demonstration, catalogue
):
    held = store.devices(demonstration)
    given = store.received(demonstration, devices.COUNTED, Q)
    received = devices.amounts(given, catalogue, Q)
    facts = devices.amounts(given, catalogue, Q, listens=False)
    made = [
        repr(device_table(frame, held, catalogue, caption="Ce qui écoute"))
        for frame in (received, facts)
    ]
    labels = [unbroken(device.label) for device in catalogue.devices.values()]
    assert all(sum(label in text for text in made) == 1 for label in labels)
    silent = devices.silence(given, held, catalogue, Q)
    assert set(silent["device"]) <= set(catalogue.devices) - set(held["device"])
    assert narratives.devices.received(received)


def test_a_device_feeds_one_table_so_that_one_count_tells_all(demonstration):
    given = store.received(demonstration, devices.COUNTED, Q)
    own = given[~given["table"].isin(["verbatims", "codes"])]  # beside what their device counts
    assert isinstance(own, pd.DataFrame) and own["device"].is_unique
