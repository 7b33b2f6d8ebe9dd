"""A file is read again where its verdict may be another, and never where a correction would go."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest
from tests.copies import as_written

from observlib import store
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Product
from observlib.loaders import Loaded, batches

NEW = Product(id="guichet-neuf", label="Guichet neuf", department="numerique", description="x")


@pytest.fixture(scope="module")
def later(catalogue: Catalogue) -> Catalogue:
    """The catalogue, to which the product that an export had too early was added."""
    return changed(catalogue, "products", NEW)


def counted(data: Path) -> dict[tuple[str, str], int]:
    rows = store.read(data, "audience")
    months = rows["start"].dt.strftime("%Y-%m")
    return dict(zip(zip(rows["product"], months, strict=True), rows["visits"], strict=True))


def held(data: Path) -> dict[str, float]:
    rows = store.read(data, "ratings")
    assert rows["answer_id"].is_unique
    answers = as_written(data, "satisfaction-3939", ascii_lowercase, rows["answer_id"])
    return dict(zip(answers, rows["value"], strict=True))


def told(done: store.Ingested) -> list[int]:
    """Files, unchanged, rows, rejected."""
    assert done.devices["rejected"].sum() == len(done.rejects)
    return [int(done.devices[name].sum()) for name in ("files", "unchanged", "rows", "rejected")]


def changed(catalogue: Catalogue, part: str, entry: Any) -> Catalogue:
    return catalogue.model_copy(update={part: {**getattr(catalogue, part), entry.id: entry}})


COUNTS = {("boamp", "2025-05"): 5, (NEW.id, "2025-05"): 50, (NEW.id, "2025-06"): 60}


def test_rejected_rows_come_back_once_the_product_is_in_the_catalogue(tmp_path, take, later):
    done = take(x=COUNTS)
    assert told(done) == [1, 0, 1, 2] and counted(tmp_path) == {("boamp", "2025-05"): 5}
    assert len(list((tmp_path / "store" / "rejects").iterdir())) == 1
    done = take(later)
    assert told(done) == [1, 0, 3, 0] and counted(tmp_path) == COUNTS and not done.replaced
    assert not list((tmp_path / "store" / "rejects").iterdir())
    assert told(take(later)) == [1, 1, 0, 0]


def test_rows_that_a_wrong_clock_rejected_as_future_come_back(tmp_path, take, clock):
    months = {("boamp", f"2025-{month:02}"): month for month in (5, 6, 7)}
    clock("2019-12-31")
    done = take(x={"a": ("2019-11-01", 1), "b": ("2025-05-02", 2)}, y=months)
    assert told(done) == [2, 0, 1, 4]
    clock("2025-07-10")
    for _ in range(2):
        take()
        assert held(tmp_path) == {"a": 1, "b": 2}
        assert store.read(tmp_path, "audience")["complete"].tolist() == [True, True, False]


def test_a_file_with_a_month_to_come_beside_others_tells_of_no_wrong_clock(tmp_path, take, clock):
    clock("2025-06-15")
    done = take(x={("boamp", "2025-06"): 60, ("boamp", "2025-07"): 0})  # July is to come
    assert told(done) == [1, 0, 1, 1]
    clock("2025-09-01")
    take()
    assert not store.read(tmp_path, "audience").set_index("start")["complete"]["2025-07-01"]
    ledger = json.loads((tmp_path / "store" / "ledger.json").read_bytes())
    assert [entry["read"] for entry in ledger["files"]] == ["2025-06-15"]


def test_a_running_month_is_not_complete_as_its_export_is_read_again(tmp_path, take, later, clock):
    clock("2025-06-15")
    take(x=COUNTS)
    clock("2025-09-01")
    renamed = changed(later, "products", NEW.model_copy(update={"label": "Autre"}))
    for known in (later, renamed):
        take(known)
        rows = store.read(tmp_path, "audience")
        assert rows["complete"].tolist() == [start.month == 5 for start in rows["start"]]
    # whoever knows better says so
    device = later.devices["audience-boamp"].model_copy(update={"extracted": date(2025, 8, 1)})
    take(changed(later, "devices", device))
    assert store.read(tmp_path, "audience")["complete"].all()


def test_an_export_read_again_leaves_later_corrections(tmp_path, catalogue, later, visits):
    visits(tmp_path / "old", "x", COUNTS)
    store.ingest(tmp_path / "old", tmp_path, catalogue)
    corrected = {("boamp", "2025-05"): 7, (NEW.id, "2025-05"): 70}
    visits(tmp_path / "new", "y", corrected)
    assert store.ingest(tmp_path / "new", tmp_path, later).replaced
    # the old folder alone: what the correction tells stays, what it does not comes in
    done = store.ingest(tmp_path / "old", tmp_path, later)
    assert counted(tmp_path) == {**corrected, (NEW.id, "2025-06"): 60} and not done.replaced


def test_what_two_later_exports_withdrew_does_not_come_back(tmp_path, catalogue, ratings):
    day = "2025-07-{:02}".format
    exports: list[dict[str, tuple[str, float]]] = [
        {"a": (day(5), 3), "bad": (day(6), 9)},
        {"a": (day(5), 3), "b": (day(1), 3), "c": (day(9), 3)},
        {"b": (day(1), 4), "c": (day(9), 4)},  # a was withdrawn, and nothing tells of it any more
    ]
    for number, export in enumerate(exports):
        ratings(tmp_path / f"{number}", "x", export)
        store.ingest(tmp_path / f"{number}", tmp_path, catalogue)
    assert held(tmp_path) == {"b": 4, "c": 4}
    done = store.ingest(tmp_path / "0", tmp_path, catalogue)
    assert held(tmp_path) == {"b": 4, "c": 4} and told(done) == [1, 1, 0, 1]


def test_a_file_that_is_refused_when_read_again_keeps_the_rows_it_gave(tmp_path, take, catalogue):
    take(x=COUNTS)
    device = catalogue.devices["audience-boamp"].model_copy(update={"table": "ratings"})
    done = take(changed(catalogue, "devices", device))
    assert done.problems and counted(tmp_path) == {("boamp", "2025-05"): 5}


def survey(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "enquete_service-public_2025.csv"
    path.write_text("id,submitdate,Q04\n1,2025-03-12 23:50:00,A1\n", encoding="utf-8")
    return path


JUDGED_BY = {
    "its device": ("devices", "enquete-service-public", "note"),
    "its questionnaire": ("questionnaires", "enquete-service-public", "label"),
    "an indicator": ("indicators", "visits", "label"),
}
NOT_BY = {
    "another device": ("devices", "audience-boamp", "note"),
    "a peer": ("peers", "cnaf", "label"),
}


@pytest.mark.parametrize("what", [*JUDGED_BY, *NOT_BY])
def test_a_file_is_read_again_as_its_judges_change(tmp_path, take, catalogue, monkeypatch, what):
    path = survey(tmp_path / "raw")
    read: list[Path] = []

    def spy(path: Path, *rest: Any) -> Iterator[Loaded]:
        read.append(path)
        return batches(path, *rest)

    monkeypatch.setattr("observlib.store.ingestion.batches", spy)
    take()
    take()
    assert read == [path]
    part, name, key = (JUDGED_BY | NOT_BY)[what]
    entry = getattr(catalogue, part)[name].model_copy(update={key: "Autre"})
    take(changed(catalogue, part, entry))
    assert read == [path] * (2 if what in JUDGED_BY else 1)


def test_the_source_of_a_figure_tells_by_which_entries_it_was_read(tmp_path, catalogue):
    survey(tmp_path / "raw")
    part, name, key = JUDGED_BY["its questionnaire"]
    entry = getattr(catalogue, part)[name].model_copy(update={key: "Autre"})
    digests = set()
    for number, known in enumerate((catalogue, changed(catalogue, part, entry))):
        store.ingest(tmp_path / "raw", tmp_path / f"{number}", known)
        ledger = json.loads((tmp_path / f"{number}" / "store" / "ledger.json").read_bytes())
        digests |= {entry["digest"] for entry in ledger["files"]}
    assert len(digests) == 2


B, N = "boamp", NEW.id
ORDERS: dict[str, list[dict[tuple[str, str], int]]] = {
    "by rows rejected at first": [{(N, "2025-01"): 1, (B, "2025-02"): 2}, {(N, "2025-01"): 3}],
    "over a longer span": [
        {(B, "2025-01"): 1, (B, "2025-02"): 1},
        {(B, "2025-01"): 2, (N, "2025-02"): 2},
    ],
    "by two": [
        {(B, "2025-01"): 1, (N, "2025-01"): 1, (N, "2025-04"): 1},
        {(B, "2025-01"): 2, (N, "2025-03"): 2},
        {(N, "2025-01"): 3, (B, "2025-02"): 3, (N, "2025-03"): 3},
    ],
}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("exports", ORDERS.values(), ids=ORDERS)
def test_a_product_added_late_counts_alike(tmp_path, catalogue, later, visits, exports, backwards):
    raws = [visits(tmp_path / f"{n}", "x", export).parent for n, export in enumerate(exports)]
    for raw in raws:
        store.ingest(raw, tmp_path / "late", catalogue)
        store.ingest(raw, tmp_path / "early", later)
    for raw in raws[::-1] if backwards else raws:  # exports keep their order
        store.ingest(raw, tmp_path / "late", later)
    assert counted(tmp_path / "late") == counted(tmp_path / "early")


def test_a_loader_s_fault_costs_a_file_and_no_secret(tmp_path, take, ratings, visits, monkeypatch):
    def break_down(*_: object) -> None:
        raise ValueError("Jeanne Martin")

    monkeypatch.setattr("observlib.loaders.sheets.period_fault", break_down)
    ratings(tmp_path / "raw", "x", {"a": ("2025-07-01", 3)})
    path = visits(tmp_path / "raw", "x", {("boamp", "2025-07"): 5})
    done = take()
    (problem,) = done.problems
    assert problem.startswith(f"{path}: was not read, by a fault of observlib")
    assert "ValueError in loaders/sheets.py:" in problem and "report it" in problem
    assert "Martin" not in problem and held(tmp_path) == {"a": 3}
    monkeypatch.undo()
    assert not take().problems
