"""What the store says that it holds: each fact changes where, and only where, its data do."""

import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import tables

JULY = {"a": ("2026-07-01", 3), "b": ("2026-07-15", 4)}


def test_the_digest_of_a_table_changes_with_its_own_data_and_with_no_other(tmp_path, take):
    take(x=JULY, z={("boamp", "2026-05"): 50})
    before, whole = store.table_digests(tmp_path), store.store_digest(tmp_path)
    assert set(before) == {"kind", "ratings", "audience"} and before["kind"] == "real"
    assert before["ratings"] != before["audience"]
    take()
    assert store.table_digests(tmp_path) == before and store.store_digest(tmp_path) == whole
    take(y={"c": ("2026-07-20", 1)})
    after = store.table_digests(tmp_path)
    assert after["audience"] == before["audience"] and after["ratings"] != before["ratings"]
    assert store.store_digest(tmp_path) != whole


def test_each_device_is_told_with_its_rows_and_its_days(tmp_path, take):
    take(x=JULY, y={"c": ("2026-08-20", 1)}, z={("boamp", "2026-05"): 50})
    found = store.devices(tmp_path).set_index("table")
    facts = ["rows", "start", "end"]
    assert found.loc["ratings", facts].tolist() == [3, "2026-07-01", "2026-08-20"]
    assert found.loc["audience", facts].tolist() == [1, "2026-05-01", "2026-05-31"]
    assert store.kind(tmp_path) == "real"


@pytest.mark.parametrize("ask", [store.devices, store.store_digest])
def test_a_page_that_asks_the_store_is_made_again_by_an_export(tmp_path, take, monkeypatch, ask):
    take(x=JULY)
    asked: set[str] = set()
    monkeypatch.setattr("observlib.store.TABLES_READ", asked)
    store.read(tmp_path, "ratings")
    assert asked == {"ratings"}
    ask(tmp_path)
    assert asked == set(tables.TABLES)


def test_the_themes_of_some_quarters_are_those_of_no_other(tmp_path, catalogue):
    (tmp_path / "raw").mkdir()
    head = "call_id,date,moment,outcome,theme\n"
    days = {"2026-02-03": "Famille", "2026-08-04": "Logement", "2026-08-05": ""}
    rows = [
        f"c{i},{day},{day}T09:00:00,answered,{theme}\n"
        for i, (day, theme) in enumerate(days.items())
    ]
    path = tmp_path / "raw" / "appels.csv"
    path.write_text(head + "".join(rows), encoding="utf-8")
    device = catalogue.devices["appels-3939-journal"]
    plain = {"loader": "plain_csv", "table": "calls", "pattern": path.name}
    known = {device.id: device.model_copy(update=plain)}
    own = catalogue.model_copy(update={"devices": known})
    assert not store.ingest(tmp_path / "raw", tmp_path, own).problems

    def themes(first: Quarter, last: Quarter) -> list[str]:
        return sorted(theme for _, theme in store.contact_themes(tmp_path, first, last))

    assert themes(Quarter("2026-T1"), Quarter("2026-T1")) == ["Famille"]
    assert themes(Quarter("2026-T1"), Quarter("2026-T3")) == ["Famille", "Logement"]
    assert themes(Quarter("2027-T1"), Quarter("2027-T1")) == []
