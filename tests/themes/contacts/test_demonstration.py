"""The demonstration's calls and tickets: plainly invented, and whole in themselves."""

import csv
import io

import pytest

from observlib.themes.contacts.demonstration import calls, tickets

MAKERS = [(maker, device) for maker in (calls, tickets) for device in maker.DEVICES]


def test_the_phone_is_open_from_8_30_to_18_and_each_call_is_answered_or_abandoned():
    files, _ = calls.make(calls.COUNTED, 1)
    text = files["appels/appels-3939-tranches_2026.csv"].decode("utf-8")
    header, *lines = text.splitlines()
    assert header == "Tranche horaire;Présentés;Décrochés;Abandonnés;Attente totale"
    rows = [line.split(";") for line in lines]
    assert {row[0][11:] for row in rows} >= {"08:30", "17:30"}
    assert all("08:30" <= row[0][11:] <= "17:30" for row in rows)
    assert not any(row[0].startswith("14/07/2026") for row in rows)
    assert all(int(row[1]) == int(row[2]) + int(row[3]) for row in rows)


def test_the_true_waits_are_those_of_the_written_chances():
    chances = {second: 0.0 for second in range(1, 601)}
    for first, last, percent in calls.WAITS:
        for second in range(first, last + 1):
            chances[second] += percent / (last - first + 1)
    for percent in (50, 90):
        below = 0.0
        for second, chance in chances.items():
            below += chance
            if below >= percent - 1e-9:
                assert calls.wait_quantile(percent) == second
                break


@pytest.mark.parametrize("device", tickets.DEVICES)
def test_a_desk_s_truths_agree_with_each_other(device):
    for percent in (50, 90):
        hours = 24 * tickets.delay_quantile(device, percent)
        assert tickets.answered_within(device, round(hours)) == pytest.approx(
            percent / 100, abs=0.02
        )
    assert sum(percent for *_, percent in tickets.DESKS[device].delays) == 100
    assert sum(percent for _, percent in tickets.DESKS[device].themes) == 100


@pytest.mark.parametrize("device", tickets.DEVICES)
def test_tickets_are_marked_as_invented_and_some_of_the_last_are_open(device):
    files, _ = tickets.make(device, 1)
    *_, last = files.values()
    text = io.StringIO(last.decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(text, delimiter=";"))
    invented = {"DEMO-", "Demande fictive"}
    assert all(any(cell.startswith(tuple(invented)) for cell in row.values()) for row in rows)
    (closed,) = {"Clos le", "Date de résolution", "Closed"} & set(rows[0])
    assert 0 < sum(not row[closed] for row in rows) < 0.2 * len(rows)
    assert all(
        "@" not in cell or "@exemple.invalid" in cell for row in rows for cell in row.values()
    )


def test_the_log_is_asterisk_s_in_order_of_time_with_numbers_of_nobody():
    files, found = calls.make(calls.LOGGED, 1)
    lines = files["appels/3939/queue_log-20261001"].decode("utf-8").splitlines()
    events = [line.split("|") for line in lines]
    assert [int(event[0]) for event in events] == sorted(int(event[0]) for event in events)
    entered = [event for event in events if event[4] == "ENTERQUEUE"]
    assert all(event[6].startswith("019900") for event in entered)
    (told,) = {
        t["calls"] for t in found["calls"] if t["kind"] == "theme" and t["quarter"] == "2026-T3"
    }
    assert len(entered) == told == len({event[1] for event in events})
