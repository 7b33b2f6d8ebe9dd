"""A store at an address: read where it stands, whole at any moment, whoever writes or fails."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pytest
from tests.conftest import SECRET
from tests.copies import copy_catalogue

from observlib import store
from observlib.base import addresses
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.catalogue.tables import TABLES
from observlib.store import address, ledger

Write = Callable[..., Path]
JULY = {"a": ("2025-07-01", 3), "b": ("2025-07-31", 4)}
AUGUST = {"c": ("2025-08-01", 5), "d": ("2025-08-31", 1)}
OTHERWISE = {"a": ("2025-07-01", 1), "b": ("2025-07-31", 2)}


@pytest.fixture
def data(tmp_path, where) -> Path:
    return at(tmp_path / "data", where)


@pytest.fixture
def ingest(catalogue: Catalogue, ratings: Write, tmp_path) -> Callable[..., store.Ingested]:
    def run(data: Path, **exports: Any) -> store.Ingested:
        raw = tmp_path / "raw" / "-".join(exports)
        for name, answers in exports.items():
            ratings(raw, name, answers)
        return store.ingest(raw, data, catalogue)

    return run


def at(data: Path, where: str) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    (data / "store.yml").write_text(f'address: "{where}"\n', encoding="utf-8")
    return data


def beside(data: Path, where: str) -> Path:
    """The data folder of another machine, with the same key."""
    other = at(data.parent / "other", where)
    shutil.copytree(data / "identifiers", other / "identifiers")
    return other


def standing(where: str) -> list[str]:
    files = fsspec.filesystem(where.partition("://")[0], skip_instance_cache=True)
    root = files._strip_protocol(where)
    return sorted(name.removeprefix(f"{root}/") for name in files.find(where))


def here(data: Path) -> list[str]:
    """The parts in a data folder's own store."""
    return [path.name for path in (data / "store").rglob("*.parquet")]


def marks(data: Path) -> dict[str, list[float]]:
    rows = store.read(data, "ratings")
    return {str(day): [*own["value"]] for day, own in rows.groupby(rows["date"].dt.date)}


def test_all_that_a_store_at_an_address_is_asked_a_folder_gives_too(data, where, tmp_path, ingest):
    local = tmp_path / "local"
    ingest(local, w={"e": ("2025-06-01", 2)})
    shutil.copytree(local / "identifiers", data / "identifiers")
    for one in (data, local):
        ingest(one, x=JULY, y=AUGUST)
        ingest(one, z=OTHERWISE)
    ingest(data, w={"e": ("2025-06-01", 2)})
    assert here(data) == [] and all(
        name.endswith((".json", ".parquet")) for name in standing(where)
    )
    for table in TABLES:
        of = [store.read(one, table).drop(columns="source") for one in (data, local)]
        pd.testing.assert_frame_equal(*of)
    assert [*store.table_digests(data)] == [*store.table_digests(local)]
    store.check_store(data)


def test_another_machine_corrects_what_one_wrote(data, where, tmp_path, ingest, monkeypatch):
    ingest(data, x=JULY)
    other = beside(data, where)
    store.follow_address(other)
    assert marks(other) == marks(data)
    ingest(other, y=OTHERWISE)
    assert marks(data) == {"2025-07-01": [3.0], "2025-07-31": [4.0]}, (
        "a reader is at the one before"
    )
    store.follow_address(data)
    assert marks(data) == marks(other) == {"2025-07-01": [1.0], "2025-07-31": [2.0]}
    before = standing(where)
    ingest(data, z=AUGUST)
    assert set(before) < set(standing(where)), "a young part may be of a writer at work"
    monkeypatch.setattr(address, "YOUNG", timedelta(0))
    ingest(other, w={"e": ("2025-09-01", 2)})
    store.follow_address(data)
    parts = [name for name in standing(where) if name.endswith(".parquet")]
    counting = {entry.part for entry in ledger.read_ledger(data / "store").files if entry.rows}
    assert counting < set(parts) and len(parts) <= 5, "what no reader can be at is gone"
    assert len(standing(where)) - len(parts) == 2


def test_of_two_writers_at_once_neither_loses_anything(data, where, tmp_path, ingest, monkeypatch):
    ingest(data, x=JULY)
    other = beside(data, where)
    publish = address.publish_ledger

    def late(*words: Any) -> None:
        monkeypatch.undo()
        ingest(other, y=AUGUST)
        publish(*words)

    monkeypatch.setattr(address, "publish_ledger", late)
    with pytest.raises(ObservError, match="another machine has written this store meanwhile"):
        ingest(data, z=OTHERWISE)
    store.follow_address(data)
    assert marks(data) == marks(other) and len(marks(data)) == 4
    ingest(data, z=OTHERWISE)
    assert marks(data)["2025-07-01"] == [1.0] and len(marks(data)) == 4


@pytest.mark.parametrize("cut", ["within", "after"])
def test_an_upload_that_breaks_off_changes_nothing(data, where, tmp_path, ingest, monkeypatch, cut):
    ingest(data, x=JULY)
    before, files = marks(data), addresses.files(where)
    put = files.put_file

    def broken(source: str, target: str, **words: Any) -> None:
        if cut == "within":
            half = tmp_path / "half"
            half.write_bytes(Path(source).read_bytes()[:100])
            source = str(half)
        put(source, target, **words)
        raise ConnectionError("the line is cut")

    monkeypatch.setattr(files, "put_file", broken)
    with pytest.raises(ObservError, match="the line is cut"):
        ingest(data, y=AUGUST)
    monkeypatch.undo()
    other = at(tmp_path / "other", where)
    store.follow_address(other)
    assert marks(data) == marks(other) == before
    ingest(data, y=AUGUST)
    assert len(marks(data)) == 4
    store.check_store(data)


def test_a_part_that_is_gone_or_cut_is_named_with_its_address(data, where, ingest):
    ingest(data, x=JULY)
    (name,) = (name for name in standing(where) if name.endswith(".parquet"))
    files = addresses.files(where)
    files.pipe_file(f"{where}/{name}", b"PAR1")
    with pytest.raises(ObservError, match=name):
        store.check_store(data)
    files.rm_file(f"{where}/{name}")
    with pytest.raises(ObservError, match=name):
        store.read(data, "ratings")


def test_a_store_in_a_folder_is_brought_to_its_new_address(tmp_path, where, ingest, monkeypatch):
    data = tmp_path / "data"
    ingest(data, x=JULY, y=AUGUST)
    before = marks(data)
    at(data, where)
    with monkeypatch.context() as patch:
        patch.setattr(ledger.address, "publish_ledger", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.follow_address(data)
    assert len(here(data)) == 2, "what is not at the address yet is where it was"
    store.follow_address(data)
    assert marks(data) == before and here(data) == []
    assert sum(name.endswith(".parquet") for name in standing(where)) == 2


def test_who_was_forgotten_is_nowhere_at_the_address(data, where, tmp_path, ingest):
    ingest(data, x=JULY)
    ingest(data, y=OTHERWISE)
    done = store.forget(data, "satisfaction-3939", tmp_path / "kept", respondent="a")
    assert done.rows == 1 and not done.left and list(marks(data)) == ["2025-07-31"]
    left = standing(where)
    assert sum(name.startswith("ledgers/") for name in left) == 1, "former ones name their parts"
    counting = {entry.part for entry in ledger.read_ledger(data / "store").files}
    assert {name for name in left if name.endswith(".parquet")} == counting


def test_an_address_of_another_store_is_not_taken_for_the_one_followed(data, tmp_path, ingest):
    ingest(data, x=JULY)
    at(data, f"file://{tmp_path}/empty")
    with pytest.raises(ObservError, match=r"holds ledger none, and .* follows 1"):
        store.follow_address(data)


def test_exports_at_an_address_are_read_as_others(where, tmp_path, ratings, observ, monkeypatch):
    copy_catalogue(tmp_path / "p")
    monkeypatch.chdir(tmp_path / "p")
    ratings(tmp_path / "raw" / "2025", "x", JULY)
    (tmp_path / "raw" / "2025" / "notes.txt").write_text("x", encoding="utf-8")
    bad = tmp_path / "raw" / "allo-service-public_satisfaction_bad.csv"
    bad.write_text("nothing", encoding="utf-8")
    for path in (tmp_path / "raw").rglob("*.*"):
        addresses.send(path, f"{where}/raw/{path.relative_to(tmp_path / 'raw').as_posix()}")
    code, out, err = observ("ingest", f"{where}/raw/")
    assert code == 1 and f"{where}/raw/{bad.name}: " in err and str(tmp_path / "p") not in err
    assert f"{where}/raw/2025: notes.txt" in out
    assert len(marks(tmp_path / "p" / "data")) == 2
    assert not [*(tmp_path / "p" / "data" / "store").glob(".raw*")]
    assert "holds nothing" in observ("ingest", f"{where}/empty")[2]
    assert "holds a name or password" in observ("ingest", f"s3://me:{SECRET}@bucket/raw")[2]


@pytest.mark.parametrize(("text", "said"), [
    ("address: ftp://host/store", r"begins with none of file://, s3://"),
    ("address: s3://", r"begins with none of"),
    (f"address: s3://me:{SECRET}@bucket/store", "holds a name or password; leave them to"),
    ("address: s3://bucket/store\nkey: x", "'key': unknown; allowed: address"),
    ("- s3://bucket/store", "address"),
])  # fmt: skip
def test_an_address_that_cannot_be_one_is_told_without_what_is_secret_in_it(tmp_path, text, said):
    (tmp_path / "store.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ObservError, match=said) as told:
        store.follow_address(tmp_path)
    assert SECRET not in str(told.value)


def test_a_server_that_is_gone_is_told_and_no_secret(server, tmp_path, ingest, observ, monkeypatch):
    data = at(tmp_path / "data", "s3://observatory/gone")
    ingest(data, x=JULY)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    once = {"config_kwargs": {"retries": {"total_max_attempts": 1}}}
    monkeypatch.setitem(addresses._PATIENCE, "s3", once)
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    addresses._of_process.cache_clear()
    with pytest.raises(ObservError, match="s3://observatory/gone: cannot be reached") as told:
        ingest(data, y=AUGUST)
    addresses._of_process.cache_clear()
    assert SECRET not in str(told.value) and "\n" not in str(told.value)
    code, _, err = observ("ingest", "s3://observatory/raw/2025", "--data", data)
    addresses._of_process.cache_clear()
    assert code == 1 and err.startswith(
        "observ: s3://observatory/raw/demonstration.json: cannot be"
    )
    assert SECRET not in err and err.count("\n") == 1
    monkeypatch.undo()
    assert len(marks(data)) == 2
