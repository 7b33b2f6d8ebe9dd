"""Exports that several processes read are kept and told as one process would."""

import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest
from tests.store.conftest import export

from observlib import store
from observlib.base import processes
from observlib.base.errors import ObservError
from observlib.store import reading

MANY = 2 * reading._FEW + 4


@pytest.fixture
def many(tmp_path, ratings) -> Path:
    """A folder of many exports: most right, some with rejects, twice the same, or no export."""
    raw = tmp_path / "raw"
    for number in range(MANY):
        day = f"2026-{1 + number % 6:02d}-{1 + number:02d}"
        ratings(raw, f"{number:02d}", {f"{number}a": (day, 3), f"{number}b": (day, 1 + number % 7)})
    for copied in ("97", "98"):
        shutil.copy(
            raw / "allo-service-public_satisfaction_03.csv",
            raw / f"allo-service-public_satisfaction_{copied}.csv",
        )
    export(raw, "allo-service-public_satisfaction_99.csv", "not an export\n")
    return raw


def kept_of(data: Path) -> dict[str, bytes]:
    """All files of a store, but for its lock."""
    files = (path for path in (data / "store").rglob("*") if path.is_file())
    return {p.relative_to(data).as_posix(): p.read_bytes() for p in files if p.name != "lock"}


def test_many_processes_keep_and_tell_what_one_does(tmp_path, many, catalogue, monkeypatch):
    told = []
    for count in (1, 2):
        monkeypatch.setattr(processes, "PROCESSES", count)
        data = tmp_path / f"data-{count}"
        done = store.ingest(many, data, catalogue)
        lines = done.problems + done.notices + done.replaced
        told.append((lines, done.devices.to_csv(), done.rejects.to_csv(), kept_of(data)))
        if count == 1:  # by which both hide identifiers alike
            shutil.copytree(data / "identifiers", tmp_path / "data-2" / "identifiers")
    one, several = told
    assert one == several and done.problems and len(done.rejects)


def test_a_worker_that_is_killed_is_told_in_a_line_and_leaves_nothing(
    tmp_path, many, catalogue, monkeypatch
):
    monkeypatch.setattr(processes, "PROCESSES", 2)

    def kill_one(*_: object) -> None:
        for worker in multiprocessing.active_children()[:1]:
            os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(ObservError) as error:
        store.ingest(many, tmp_path, catalogue, kill_one)
    (line,) = error.value.problems
    assert line.startswith("exports: a process that worked on them was ended from outside")
    assert not (tmp_path / "store" / "ledger.json").exists()
    rows = store.ingest(many, tmp_path, catalogue).devices["rows"].sum()
    assert rows == len(store.read(tmp_path, "ratings"))
    assert not [*(tmp_path / "store").glob("*/new*.parquet")]
