"""A store on a disk that changes bytes, refuses them or lost them: no other figure is ever read."""

import errno
import json
import random
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from observlib import store
from observlib.base.errors import ObservError
from observlib.store.ledger import read_ledger

Write = Callable[..., Path]
MONTHS = {("boamp", f"2025-{month:02}"): 1000 + month for month in range(1, 13)}


@pytest.fixture
def raw(tmp_path: Path, take: Write) -> Path:
    """A folder of exports, and beside it the store that holds them."""
    take(x=MONTHS, y={"a": ("2025-07-01", 3), "b": ("2025-07-15", 4)})
    return tmp_path / "raw"


def parts(data: Path) -> list[Path]:
    return sorted((data / "store").glob("*/*.parquet"))


def test_one_changed_bit_of_a_part_is_told_before_an_edition_and_an_ingestion(tmp_path, take, raw):
    store.check_store(tmp_path)
    chance = random.Random(12)
    for _ in range(20):
        part = chance.choice(parts(tmp_path))
        good = part.read_bytes()
        place = chance.randrange(8 * len(good))
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        part.write_bytes(bad)
        with pytest.raises(ObservError) as caught:
            store.check_store(tmp_path)
        (problem,) = caught.value.problems
        assert problem.startswith(f"{part}: is missing or damaged; delete the folder")
        assert "if you still have them all" in problem
        part.write_bytes(good)
    part.write_bytes(bad)
    with pytest.raises(ObservError, match="damaged; delete the folder"):
        take()


def test_a_query_that_fails_never_has_a_sound_store_deleted(tmp_path, raw, monkeypatch):
    def fail(**_: object) -> None:
        raise duckdb.Error("no more memory\nat all")

    monkeypatch.setattr(duckdb, "connect", fail)
    with pytest.raises(ObservError) as caught:
        store.read(tmp_path, "audience")
    place = tmp_path / "store" / "audience"
    assert str(caught.value) == f"{place}: cannot be queried (no more memory)"


def test_a_part_that_may_not_be_read_is_not_called_damaged(tmp_path, take, raw, monkeypatch):
    (part,) = (tmp_path / "store" / "audience").iterdir()
    opened = Path.open

    def refuse(path: Path, *rest: Any, **more: Any) -> Any:
        if path == part:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *rest, **more)

    def denied(**_: object) -> None:
        raise duckdb.IOException(f'IO Error: Cannot open file "{part}": Permission denied')

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(duckdb, "connect", denied)
    for ask in (
        lambda: store.read(tmp_path, "audience"),
        lambda: store.check_store(tmp_path),
        lambda: take(),
    ):
        with pytest.raises(ObservError) as caught:
            ask()
        assert str(caught.value) == (
            f"{part}: cannot be read (Permission denied); give yourself the right to read it"
        )


def test_a_part_that_was_replaced_leaves_the_disk_with_the_rows_it_held(tmp_path, take, raw):
    (replaced,) = (tmp_path / "store" / "ratings").iterdir()
    take(z={"a": ("2025-07-01", 3), "c": ("2025-07-20", 5)})  # b was withdrawn
    assert not replaced.exists()
    ledger = json.loads((tmp_path / "store" / "ledger.json").read_bytes())
    assert {entry["part"] for entry in ledger["files"]} == {
        part.relative_to(tmp_path / "store").as_posix() for part in parts(tmp_path)
    }
    assert not any(b"2025-07-15" in part.read_bytes() for part in parts(tmp_path))


def test_what_an_interrupted_run_left_is_cleared_and_never_read(tmp_path, take, raw):
    before = store.read(tmp_path, "ratings")
    left = tmp_path / "store" / "ratings" / "satisfaction-3939-dead.parquet"
    left.write_bytes(b"half")
    (left.with_name("new.parquet")).write_bytes(b"half")
    assert store.read(tmp_path, "ratings").equals(before)
    take()
    assert store.read(tmp_path, "ratings").equals(before) and left not in parts(tmp_path)
    assert len(parts(tmp_path)) == 2


def test_a_file_named_as_a_formula_is_none_in_the_list_of_rejects(tmp_path, catalogue, ratings):
    device = catalogue.devices["satisfaction-3939"].model_copy(update={"pattern": "*.csv"})
    path = ratings(tmp_path / "raw", "x", {"a": ("2025-07-01", 9)})
    path.rename(path.with_name("=1+1.csv"))
    only = catalogue.model_copy(update={"devices": {device.id: device}})
    assert len(store.ingest(tmp_path / "raw", tmp_path, only).rejects) == 1
    (rejects,) = (tmp_path / "store" / "rejects").iterdir()
    assert "'=1+1.csv" in rejects.read_text(encoding="utf-8")


def test_a_store_of_another_version_says_how_to_begin_again(tmp_path, raw):
    path = tmp_path / "store" / "ledger.json"
    ledger = json.loads(path.read_bytes())
    del ledger["sha256"]
    for entry in ledger["files"]:
        del entry["sha256"]
    path.write_text(json.dumps(ledger), encoding="utf-8")
    with pytest.raises(ObservError, match="another version of observlib; delete the folder"):
        store.check_store(tmp_path)


def test_no_bit_of_the_ledger_turns_in_silence(tmp_path, raw):
    path = tmp_path / "store" / "ledger.json"
    whole = path.read_bytes()
    for place in range(0, 8 * len(whole), 101):
        turned = bytearray(whole)
        turned[place // 8] ^= 1 << place % 8
        path.write_bytes(turned)
        with pytest.raises(ObservError, match=r"delete the folder .* and ingest the exports again"):
            read_ledger(tmp_path / "store")


def test_a_ledger_of_a_former_version_is_read_and_gets_a_digest_later(tmp_path, take, raw):
    path = tmp_path / "store" / "ledger.json"
    whole = path.read_bytes()
    former = json.loads(whole)
    del former["sha256"]
    path.write_text(json.dumps(former, indent=1), encoding="utf-8")
    store.check_store(tmp_path)
    assert not take().problems
    assert path.read_bytes() == whole


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_nobody_but_the_owner_of_a_store_opens_it_or_the_key_beside_it(tmp_path, take, raw):
    folders = [tmp_path / "store", tmp_path / "identifiers"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    folders[0].chmod(0o755)  # as a former version made it
    take()
    assert stat.S_IMODE(folders[0].stat().st_mode) == 0o700
