"""Who asked to be forgotten is nowhere afterwards, and does not come back."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from observlib import store
from observlib.base.errors import ObservError
from observlib.store import identifiers, ingestion

Write = Callable[..., Path]
DEVICE = "satisfaction-3939"
IDS = {"rep-1": ("2023-07-01", 3), "rep-2": ("2025-07-15", 4), "rep-3": ("2025-07-20", 9)}


@pytest.fixture
def filled(tmp_path: Path, take: Write) -> Path:
    take(x=IDS)
    (tmp_path / "kept" / "families").mkdir(parents=True)
    (tmp_path / "kept" / "families" / "satisfaction.0a").write_bytes(b"x")
    return tmp_path


def forget(data: Path, **what: object) -> ingestion.Done:
    return store.forget(data, DEVICE, data / "kept", **what)


def days(data: Path) -> list[str]:
    return sorted(store.read(data, "ratings")["date"].dt.strftime("%Y-%m-%d"))


def test_a_respondent_is_nowhere_and_comes_back_with_no_export(filled, catalogue, ratings):
    assert any((filled / "store" / "rejects").iterdir())
    done = forget(filled, respondent="rep-2")
    assert done.rows == 1 and not done.left and done.looked > 1 and days(filled) == ["2023-07-01"]
    assert not (filled / "kept").exists() and not any((filled / "store" / "rejects").iterdir())
    key = identifiers.store_key(filled, "real", "")
    hashed = identifiers.hashed("rep-2", DEVICE, key)
    for path in (filled / "store").rglob("*"):
        if path.is_file():
            text = pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else ""
            assert hashed not in text and b"rep-2" not in path.read_bytes()
    ratings(filled / "raw", "y", {"rep-2": ("2025-07-15", 1), "rep-4": ("2025-07-16", 2)})
    store.ingest(filled / "raw", filled, catalogue)
    assert days(filled) == ["2023-07-01", "2025-07-16"]
    store.still_raw(filled / "raw", filled, DEVICE, catalogue, done)
    assert sorted(done.raw.values()) == [1, 1] and len(done.unread) == 1


def test_what_was_forgotten_stays_so_in_a_new_store(filled, catalogue):
    forget(filled, respondent="rep-2")
    for path in sorted((filled / "store").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    store.ingest(filled / "raw", filled, catalogue)
    assert days(filled) == ["2023-07-01"]


def test_what_is_before_a_day_goes_and_that_day_stays(filled, catalogue):
    assert forget(filled, before=date(2025, 7, 15)).rows == 1 and days(filled) == ["2025-07-15"]
    ledger = (filled / "store" / "ledger.json").read_text(encoding="utf-8")
    assert "2023-" not in ledger  # with its dash: a digest may hold the figures of a year
    (export,) = (filled / "raw").iterdir()
    export.write_bytes(export.read_bytes() + b"\n")  # another file, with the same rows
    done = store.ingest(filled / "raw", filled, catalogue)
    assert days(filled) == ["2025-07-15"] and done.rejects["value"].tolist() == [""]


@pytest.mark.parametrize("step", ["without", "write_ledger"])
def test_a_kill_leaves_the_store_before_or_after(filled, monkeypatch, step):
    before = days(filled)
    owner = ingestion.StoreParts if step == "without" else ingestion.ledgers
    real = getattr(owner, step)

    def killed(*rest, **words):
        real(*rest, **words)
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, step, killed)
    with pytest.raises(KeyboardInterrupt):
        forget(filled, respondent="rep-2")
    monkeypatch.undo()
    store.check_store(filled)
    assert days(filled) == (before if step == "without" else ["2023-07-01"])
    done = forget(filled, respondent="rep-2")
    assert not done.left and days(filled) == ["2023-07-01"]


def test_a_trace_that_is_left_is_told(filled, monkeypatch):
    monkeypatch.setattr(ingestion.StoreParts, "without", lambda parts, entry, gone: (entry, 0))
    (left,) = forget(filled, respondent="rep-2").left
    assert left.endswith(".parquet")


def test_only_a_hash_is_recorded(filled):
    forget(filled, respondent="rep-2")
    for name in ("store/ledger.json", "identifiers/forgotten.json"):
        text = (filled / name).read_text(encoding="utf-8")
        assert "rep-2" not in text and len(json.loads(text)["forgotten"]) == 1


def test_what_was_forgotten_is_never_read_otherwise_than_it_was_written(filled, catalogue):
    forget(filled, before=date(2025, 7, 15))
    shutil.rmtree(filled / "store")
    path = filled / "identifiers" / "forgotten.json"
    path.write_text(path.read_text(encoding="utf-8").replace("2025-07-15", "2005-07-15"), "utf-8")
    with pytest.raises(ObservError, match="says what must not come back; restore it from a copy"):
        store.ingest(filled / "raw", filled, catalogue)
