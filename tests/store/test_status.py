"""A device that someone forgot to export is noticed, and one that has nothing to give is not."""

from datetime import date

import pytest

from observlib.store import changing, missing_devices, status
from observlib.store.ledger import Ledger, LedgerEntry, write_ledger

DAY = date(2026, 10, 20)


@pytest.fixture
def known(catalogue):
    one = catalogue.devices["jdma-legifrance"]
    rhythms = ("continuous", "monthly", "quarterly", "yearly", "occasional")
    return [one.model_copy(update={"id": rhythm, "frequency": rhythm}) for rhythm in rhythms]


def store(data, spans, read="2026-10-02"):
    """A store in which each device gave one export, of a span, with three rejected rows."""
    (data / "store").mkdir()
    entries = [
        LedgerEntry(
            device=device, name="a.csv", content=device, digest="", catalogue="", read=read,
            table="ratings", rejected=3, span=span and tuple(f"{day}T00:00:00" for day in span),
            part="", sha256="", rows=9, start=None, end=None, corrected={},
        )
        for device, span in spans.items()
    ]  # fmt: skip
    write_ledger(data / "store", Ledger("real", entries))


def test_a_forgotten_month_is_late_and_told_with_what_to_do(tmp_path, known):
    store(tmp_path, {"monthly": ("2026-01-01", "2026-08-31")}, read="2026-09-02")
    found = status(tmp_path, known, DAY).set_index("device")
    row = found.loc["monthly"]
    assert (row["last"], row["expected"], row["late"]) == ("2026-08-31", "2026-10-15", 5)
    assert row["rejected"] == 3 and row["exports"] == 1
    told = missing_devices(found.reset_index())
    assert told[0].startswith("monthly: 5 days late: nothing after 2026-08-31")


def test_last_days_on_which_nobody_wrote_make_nobody_late(tmp_path, known):
    spans = {"continuous": ("2026-07-03", "2026-09-22"), "quarterly": ("2026-07-01", "2026-07-01")}
    store(tmp_path, spans | {"yearly": ("2025-03-01", "2025-03-31")})
    found = status(tmp_path, known, DAY).set_index("device")
    assert found.loc["continuous", "expected"] == "2026-11-15"
    assert found.loc["quarterly", "expected"] == "2027-01-15"
    assert found.loc["yearly", "expected"] == "2027-01-15"
    assert (found.loc[list(spans), "late"] == 0).all()


def test_a_device_that_never_gave_is_told_unless_it_is_occasional(tmp_path, known):
    told = missing_devices(status(tmp_path, known, DAY))
    assert [line.partition(":")[0] for line in told] == ["continuous", "monthly", "quarterly",
                                                         "yearly"]  # fmt: skip
    assert all("never gave anything" in line for line in told)


def test_rows_of_days_to_come_do_not_hide_that_a_device_is_late(tmp_path, known):
    store(tmp_path, {"monthly": ("2026-01-01", "2027-12-31")})
    row = status(tmp_path, known, DAY).set_index("device").loc["monthly"]
    assert row["last"] == "2026-10-20"


@pytest.mark.parametrize(
    ("day", "told"),
    [("2026-11-19", " changes on"), ("2026-11-20", None), ("2026-10-20", " has changed on")],
)
def test_a_questionnaire_about_to_change_is_told_a_month_before(catalogue, day, told):
    device = next(d for d in catalogue.devices.values() if d.questionnaire)
    asked = catalogue.questionnaires[device.questionnaire]
    asked = asked.model_copy(update={"changes_on": date.fromisoformat(day)})
    lines = changing([device], {asked.id: asked}, DAY)
    assert [told in line and day in line for line in lines] == ([True] if told else [])
