"""Exports longer than what is read at once: counted once, corrected, told while they are read."""

import pytest

from observlib import store
from observlib.base.errors import ObservError
from observlib.loaders import _format
from observlib.store import correcting


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch):
    monkeypatch.setattr(_format, "PIECE", 3)


@pytest.fixture
def catalogue(catalogue):
    device = next(iter(catalogue.devices.values()))
    device = device.model_copy(update={"id": "appels", "loader": "calls", "pattern": "calls_*.csv"})
    return catalogue.model_copy(update={"devices": {device.id: device}})


@pytest.fixture
def calls(tmp_path):
    """Write an export of one call a day, each after the same wait."""

    def write(name, count, wait):
        path = tmp_path / "raw" / f"calls_{name}.csv"
        path.parent.mkdir(exist_ok=True)
        rows = [f"c{n},2025-07-{n + 1:02} 10:00,answered,{wait},60\n" for n in range(count)]
        path.write_text("id,start,outcome,wait,talk\n" + "".join(rows), encoding="utf-8")
        return path

    return write


def test_a_long_export_is_corrected_and_corrects(tmp_path, catalogue, calls):
    for name, count, wait in [("1", 8, 1), ("2", 10, 2)]:
        calls(name, count, wait)
        done = store.ingest(tmp_path / "raw", tmp_path, catalogue)
        assert not done.problems
    assert done.replaced == ["calls_2.csv: corrects 8 rows of calls_1.csv"]
    kept = store.read(tmp_path, "calls")
    assert len(kept) == 10 and set(kept["wait"]) == {2}


def test_while_a_long_export_is_read_it_says_how_far(tmp_path, catalogue, calls, monkeypatch):
    monkeypatch.setattr("observlib.store.ingestion._MILLION", 3)
    calls("1", 10, 1)
    told = []
    store.ingest(tmp_path / "raw", tmp_path, catalogue, lambda *one: told.append(one))
    assert told[0] == told[1] == (0, 1, "calls_1.csv")  # looked at, and then read
    assert told[-1] == (1, 1, "")
    assert [name.split(", ")[1] for _, _, name in told[2:-1]] == [
        f"{million} million rows" for million in (1, 2, 3, 3, 3)
    ]


def test_an_export_of_too_many_rejects_changes_nothing(tmp_path, catalogue, calls, monkeypatch):
    calls("1", 10, 1)
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    before = {path: path.read_bytes() for path in (tmp_path / "store").rglob("*.parquet")}
    monkeypatch.setattr(correcting, "_MOST_REJECTS", 4)
    calls("2", 10, -1)
    done = store.ingest(tmp_path / "raw", tmp_path, catalogue)
    (problem,) = done.problems
    assert "6 rows are rejected, such as row 2: wait is no time up to a day" in problem
    kept = store.read(tmp_path, "calls")
    assert len(kept) == 10 and all(path.read_bytes() == raw for path, raw in before.items())


def test_an_export_that_breaks_far_below_leaves_the_store_as_it_was(tmp_path, catalogue, calls):
    with calls("1", 10, 1).open("a", encoding="utf-8") as stream:
        stream.write('c99,"2025')
    done = store.ingest(tmp_path / "raw", tmp_path, catalogue)
    assert "not a CSV row" in done.problems[0]
    assert not [*(tmp_path / "store").rglob("*.parquet")]


def test_months_are_counted_as_whoever_reads_all_rows_would(tmp_path, catalogue, calls):
    calls("1", 10, 5)
    calls("2", 12, 7)
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    found = store.held_by_month(tmp_path, "calls", ["wait"])
    rows = store.read(tmp_path, "calls")
    (told,) = found.drop(columns=["product", "source"]).to_dict("records")
    assert told == {"device": "appels", "month": "2025-07", "rows": 12, "wait": rows["wait"].sum()}
    assert found["source"].tolist() == rows["source"].unique().tolist()
    assert store.held_by_month(tmp_path, "audience").empty
    with pytest.raises(ObservError, match="has no column 'waits'"):
        store.held_by_month(tmp_path, "calls", ["waits"])


def test_a_correction_that_cannot_be_written_leaves_the_store_as_it_was(tmp_path, catalogue, calls):
    calls("1", 8, 1)
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    calls("2", 4, 2)
    (tmp_path / "store" / "calls" / "kept.parquet").mkdir()  # where rows that stay would go
    with pytest.raises(ObservError, match=r"cannot be written .*; it is as it was"):
        store.ingest(tmp_path / "raw", tmp_path, catalogue)
    assert set(store.read(tmp_path, "calls")["wait"]) == {1}
    (tmp_path / "store" / "calls" / "kept.parquet").rmdir()
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    assert sorted(store.read(tmp_path, "calls")["wait"]) == [1] * 4 + [2] * 4
    assert not (tmp_path / "store" / ".spill").exists()
