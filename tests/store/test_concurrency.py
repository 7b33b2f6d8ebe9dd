"""Several at once: two ingestions lose nothing, and a reader is never told of damage."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
import pytest

from observlib import store
from observlib.base import files
from observlib.base.errors import ObservError
from observlib.store import ledger

Write = Callable[..., Path]
JULY = {"a": ("2025-07-01", 3), "b": ("2025-07-15", 4)}
CORRECTED = {key: (day, 1) for key, (day, _) in JULY.items()}


@pytest.fixture(autouse=True)
def one_key(tmp_path: Path) -> Iterator[None]:
    """Stores of several data folders are alike to the last identifier."""
    (tmp_path / "key").write_text("0" * 64, encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:  # which no test undoes
        patch.setenv("OBSERVLIB_KEY_FILE", str(tmp_path / "key"))
        yield


def content(data: Path) -> list[str]:
    return [store.read(data, table).to_csv() for table in ("audience", "ratings")]


@pytest.fixture
def folders(tmp_path: Path, ratings: Write, visits: Write) -> tuple[Path, Path]:
    """Two folders of one device, whose periods overlap, and of another device in the second."""
    one, other = tmp_path / "one", tmp_path / "other"
    visits(one, "a", {("boamp", f"2025-{month:02}"): month for month in range(1, 8)})
    visits(other, "b", {("boamp", f"2025-{month:02}"): 10 * month for month in range(5, 13)})
    ratings(other, "x", JULY)
    return one, other


@pytest.mark.parametrize("same", [False, True], ids=["two folders", "one folder"])
def test_an_ingestion_begun_during_another_loses_nothing(tmp_path, catalogue, folders, same):
    first, second = folders[1], folders[1 if same else 0]
    for raw in (first, second):
        store.ingest(raw, tmp_path / "in turn", catalogue)
    data, begun, problems = tmp_path / "at once", Event(), []

    def late() -> None:
        begun.set()
        try:
            store.ingest(second, data, catalogue)
        except ObservError as error:
            problems.append(error)

    other = Thread(target=late)

    def pause(done: int, total: int, name: str) -> None:
        if not begun.is_set():  # the ledger was read: the other begins, and ends where it can
            other.start()
            other.join(timeout=1)

    store.ingest(first, data, catalogue, pause)
    other.join()
    assert not problems
    assert content(data) == content(tmp_path / "in turn")
    store.check_store(data)


def test_a_killed_ingestion_keeps_nobody_out(tmp_path, catalogue, ratings):
    (tmp_path / "store").mkdir()
    ratings(tmp_path / "raw", "x", JULY)
    script = (
        "import sys, time; from pathlib import Path; from observlib.store.ledger import alone\n"
        "with alone(Path(sys.argv[1])):\n    print('in', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "store")], stdout=subprocess.PIPE
    )
    assert process.stdout is not None and process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    waited: list[None] = []
    store.ingest(tmp_path / "raw", tmp_path, catalogue, waiting=lambda: waited.append(None))
    assert not waited and len(store.read(tmp_path, "ratings")) == 2


def test_who_waits_for_an_ingestion_is_told_so_and_not_for_ever(tmp_path, monkeypatch):
    (tmp_path / "store").mkdir()
    monkeypatch.setattr(ledger, "LONGEST_WAIT", 0)
    told: list[None] = []
    with (
        ledger.alone(tmp_path / "store"),
        pytest.raises(ObservError, match="run this one again"),
        ledger.alone(tmp_path / "store", lambda: told.append(None)),
    ):
        pass
    assert len(told) == 1


NO_LOCKS = "the disk has no locks; put the data folder on another.*; the store is as it was"


@pytest.mark.parametrize(("code", "why"), [
    (errno.EROFS, "read-only.*; the store is as it was"), (errno.ENOLCK, NO_LOCKS),
])  # fmt: skip
def test_a_store_that_cannot_be_locked_says_why(take, monkeypatch, code, why):
    def refuse(*_: object) -> bool:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files, "lock", refuse)
    with pytest.raises(ObservError, match=why):
        take(x=JULY)


def test_a_reader_whose_parts_are_replaced_reads_the_new_ones(tmp_path, take, monkeypatch):
    take(x=JULY)
    connect = duckdb.connect

    def late(**settings: Any) -> duckdb.DuckDBPyConnection:
        monkeypatch.undo()
        take(y=CORRECTED)
        return connect(**settings)

    monkeypatch.setattr(duckdb, "connect", late)
    assert store.read(tmp_path, "ratings")["value"].tolist() == [1, 1]


def test_an_edition_begun_while_parts_are_replaced_is_told_no_damage(tmp_path, take, monkeypatch):
    take(x=JULY)
    digest = files.file_digest

    def late(path: Path) -> str:
        monkeypatch.undo()
        take(y=CORRECTED)
        return digest(path)

    monkeypatch.setattr(files, "file_digest", late)
    store.check_store(tmp_path)
