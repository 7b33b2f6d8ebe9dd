"""Whoever owns a device hears of what changed for good, days after it began, and of no more."""

from datetime import date, timedelta

import pytest
from tests.desk.watch.conftest import DEVICE, FIRST, POOR, steady

from observlib.desk import watch
from observlib.desk.watch import Alarm


def day(number: int) -> date:
    return FIRST + timedelta(number)


def test_steady_days_raise_no_alarm_and_are_watched_to_their_end(heard, catalogue):
    alarms, watched = watch.raised(heard(steady(212)), catalogue)
    assert alarms == []
    assert watched == {
        f"{DEVICE}/legifrance/marks": date(2025, 7, 31),
        f"{DEVICE}/legifrance/fewer": date(2025, 7, 31),
    }


def test_marks_that_fall_raise_one_alarm_within_ten_days(heard, catalogue):
    ((alarm,), _) = watch.raised(heard(steady(192) + steady(20, POOR)), catalogue)
    assert (alarm.device, alarm.kind) == (DEVICE, "marks")
    assert abs((alarm.began - day(192)).days) <= 2 and (alarm.seen - day(192)).days < 10
    assert -3 < alarm.size < -1 and alarm.heard > 100


def test_a_device_that_falls_silent_is_told_although_no_row_says_so(heard, catalogue):
    """Its export is of the whole month: days without a row are days on which nothing came."""
    ((alarm,), watched) = watch.raised(heard(steady(200)), catalogue)  # to 19 July
    assert (alarm.kind, alarm.began, alarm.heard) == ("silence", date(2025, 7, 20), 0)
    assert alarm.seen <= date(2025, 7, 24)
    assert watched[alarm.series] == date(2025, 7, 31)


def test_a_device_that_listens_at_times_or_for_no_day_is_not_watched(heard, catalogue, monkeypatch):
    rare = catalogue.devices[DEVICE].model_copy(update={"frequency": "occasional"})
    other = catalogue.model_copy(update={"devices": {**catalogue.devices, DEVICE: rare}})
    assert watch.raised(heard(steady(200)), other) == ([], {})
    # a device of which no day is whole yet
    folder, exports = heard(steady(200)), watch.store.exports
    monkeypatch.setattr(watch.store, "exports", lambda data: exports(data).assign(end=None))
    assert watch.raised(folder, catalogue) == ([], {})


def test_the_demonstration_s_outage_is_seen_within_three_days(demonstration, catalogue, truths):
    (outage,) = [one for one in truths["changes"] if one["kind"] == "outage"]
    alarms, _ = watch.raised(demonstration, catalogue)
    (alarm,) = [one for one in alarms if one.device == outage["device"]]
    first = date.fromisoformat(outage["first_day"])
    assert (alarm.kind, alarm.began) == ("silence", first)
    assert alarm.seen - first < timedelta(3)
    assert len(alarms) <= 2, "the demonstration has some eighteen devices, and no other change"


@pytest.mark.parametrize("kind", ["marks", "waits", "more", "fewer"])
def test_of_few_people_an_owner_is_told_no_size(catalogue, kind):
    days = date(2026, 9, 1), date(2026, 9, 4)
    few, many = (Alarm(DEVICE, "legifrance", kind, *days, -0.42, n, days[1]) for n in (10, 11))
    assert "4" not in watch.alarm_sentence(few, catalogue).replace("septembre 2026", "")
    assert any(size in watch.alarm_sentence(many, catalogue) for size in ("0,4 point", "42"))
