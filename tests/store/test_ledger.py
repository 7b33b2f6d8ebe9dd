"""A store on a bad disk, used by several, or killed: no figure is lost, doubled or invented."""

import errno
import json
import os
import random
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
import pytest
from tests.records.sheets import write

from observlib import store
from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.pipeline import frame, project
from observlib.store import ledger
from observlib.store.ledger import read_ledger

Write = Callable[..., Path]
MONTHS = {("boamp", f"2025-{month:02}"): 1000 + month for month in range(1, 13)}
JULY = {"a": ("2025-07-01", 3), "b": ("2025-07-15", 4)}
CORRECTED = {key: (day, 1) for key, (day, _) in JULY.items()}


@pytest.fixture
def raw(tmp_path: Path, take: Write) -> Path:
    """A folder of exports, and beside it the store that holds them."""
    take(x=MONTHS, y=JULY)
    return tmp_path / "raw"


def parts(data: Path) -> list[Path]:
    return sorted((data / "store").glob("*/*.parquet"))


def with_a_turned_bit(content: bytes, place: int) -> bytes:
    turned = bytearray(content)
    turned[place // 8] ^= 1 << place % 8
    return bytes(turned)


def test_one_changed_bit_of_a_part_is_told_before_an_edition_and_an_ingestion(tmp_path, take, raw):
    store.check_store(tmp_path)
    chance = random.Random(12)
    for _ in range(20):
        part = chance.choice(parts(tmp_path))
        good = part.read_bytes()
        part.write_bytes(with_a_turned_bit(good, chance.randrange(8 * len(good))))
        with pytest.raises(ObservError) as caught:
            store.check_store(tmp_path)
        (problem,) = caught.value.problems
        assert problem.startswith(f"{part}: is missing or damaged; delete the folder")
        with pytest.raises(ObservError, match="damaged; delete the folder"):
            take()
        part.write_bytes(good)


def test_no_bit_of_the_ledger_turns_in_silence(tmp_path, raw):
    path = tmp_path / "store" / "ledger.json"
    whole = path.read_bytes()
    for place in range(0, 8 * len(whole), 101):
        path.write_bytes(with_a_turned_bit(whole, place))
        with pytest.raises(ObservError, match=r"delete the folder .* and ingest the exports again"):
            read_ledger(tmp_path / "store")


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
        take,
    ):
        with pytest.raises(ObservError) as caught:
            ask()
        assert str(caught.value) == (
            f"{part}: cannot be read (Permission denied); give yourself the right to read it"
        )


def test_what_was_replaced_or_left_by_a_kill_leaves_the_disk_and_is_never_read(tmp_path, take, raw):
    (replaced,) = (tmp_path / "store" / "ratings").iterdir()
    left = replaced.with_name("satisfaction-3939-dead.parquet")
    for path in (left, left.with_name("new.parquet")):
        path.write_bytes(b"half")
    assert sorted(store.read(tmp_path, "ratings")["value"]) == [3, 4]
    take(z={"a": ("2025-07-01", 3), "c": ("2025-07-20", 5)})  # b was withdrawn
    counting = {tmp_path / "store" / entry.part for entry in read_ledger(tmp_path / "store").files}
    assert counting == {*parts(tmp_path)} and replaced not in counting
    assert not any(b"2025-07-15" in part.read_bytes() for part in parts(tmp_path))


def test_a_file_named_as_a_formula_is_none_in_the_list_of_rejects(tmp_path, take, catalogue):
    device = catalogue.devices["satisfaction-3939"].model_copy(update={"pattern": "*.csv"})
    only = catalogue.model_copy(update={"devices": {device.id: device}})
    (tmp_path / "raw").mkdir()
    text = "answer_id,date,question,value,scale_min,scale_max\na,2025-07-01,satisfaction,9,1,5\n"
    (tmp_path / "raw" / "=1+1.csv").write_text(text, encoding="utf-8")
    assert len(take(only).rejects) == 1
    (rejects,) = (tmp_path / "store" / "rejects").iterdir()
    assert "'=1+1.csv" in rejects.read_text(encoding="utf-8")


def test_a_ledger_of_a_former_version_is_read_or_says_how_to_begin_again(tmp_path, take, raw):
    path = tmp_path / "store" / "ledger.json"
    whole = path.read_bytes()
    former = json.loads(whole)
    del former["sha256"]
    path.write_text(json.dumps(former, indent=1), encoding="utf-8")
    store.check_store(tmp_path)
    assert not take().problems and path.read_bytes() == whole
    for entry in former["files"]:
        del entry["sha256"]
    path.write_text(json.dumps(former), encoding="utf-8")
    with pytest.raises(ObservError, match="another version of observlib; delete the folder"):
        store.check_store(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_nobody_but_the_owner_of_a_store_opens_it_or_the_key_beside_it(tmp_path, take, raw):
    folders = [tmp_path / "store", tmp_path / "identifiers"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    folders[0].chmod(0o755)  # as a former version made it
    take()
    assert stat.S_IMODE(folders[0].stat().st_mode) == 0o700


# Several at once: two ingestions lose nothing, and a reader is never told of damage --------------


@pytest.mark.parametrize("same", [False, True], ids=["two folders", "one folder"])
def test_an_ingestion_begun_during_another_loses_nothing(
    tmp_path, catalogue, ratings, visits, monkeypatch, same
):
    (tmp_path / "key").write_text("0" * 64, encoding="ascii")  # both stores hash alike
    monkeypatch.setenv("OBSERVLIB_KEY_FILE", str(tmp_path / "key"))
    one, first = tmp_path / "one", tmp_path / "other"  # of one device, whose periods overlap
    visits(one, "a", {("boamp", f"2025-{month:02}"): month for month in range(1, 8)})
    visits(first, "b", {("boamp", f"2025-{month:02}"): 10 * month for month in range(5, 13)})
    ratings(first, "x", JULY)
    second = first if same else one
    for folder in (first, second):
        store.ingest(folder, tmp_path / "in turn", catalogue)
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
    for table in ("audience", "ratings"):
        assert store.read(data, table).equals(store.read(tmp_path / "in turn", table))
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


@pytest.mark.parametrize(("code", "why"), [
    (errno.EROFS, "read-only.*; the store is as it was"),
    (errno.ENOLCK, "no locks; put the data folder on another.*; the store is as it was"),
])  # fmt: skip
def test_a_store_that_cannot_be_locked_says_why(take, monkeypatch, code, why):
    def refuse(*_: object) -> bool:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files, "lock", refuse)
    with pytest.raises(ObservError, match=why):
        take(x=JULY)


@pytest.mark.parametrize(("module", "name"), [(duckdb, "connect"), (files, "file_digest")])
def test_a_reader_whose_parts_are_replaced_reads_the_new_ones(
    tmp_path, take, monkeypatch, module, name
):
    take(x=JULY)
    real = getattr(module, name)

    def late(*words: Any, **settings: Any) -> Any:
        monkeypatch.undo()
        take(y=CORRECTED)
        return real(*words, **settings)

    monkeypatch.setattr(module, name, late)
    if module is files:
        store.check_store(tmp_path)
    assert store.read(tmp_path, "ratings")["value"].tolist() == [1, 1]


# An expectation that comes after its data, or changes, cannot pass for one that was announced ----

SECOND = {"a": ("2026-05-04", 3)}
THIRD = {"b": ("2026-08-05", 4)}
FOURTH = {"c": ("2026-08-06", 4)}
SHEET: dict[str, Any] = {}
BACKDATED, CHANGED = {"date": "2026-01-05"}, {"effect": 0.1}
OF_ANOTHER_DEVICE = {("boamp", "2026-08"): 100}
SCENARIOS: dict[str, tuple[list[Any], str]] = {  # what is written or comes, in order
    "before the data of its quarter": ([SHEET, SECOND, THIRD], ""),
    "with the data, before they are read": ([SHEET, THIRD], ""),
    "after the data, whatever day it bears": ([THIRD, BACKDATED], "unseen"),
    "after the data, and seen since": ([THIRD, BACKDATED, FOURTH], "late"),
    "after data of another device or quarter": ([OF_ANOTHER_DEVICE, SECOND, SHEET, THIRD], ""),
    "changed": ([SHEET, SECOND, CHANGED], "edited"),
    "changed, and seen before the data": ([SHEET, SECOND, CHANGED, THIRD], "edited"),
    "changed, and again as it was": ([SHEET, SECOND, CHANGED, THIRD, SHEET], ""),
    "late, and the store made again": ([THIRD, SHEET, FOURTH, None, FOURTH], "late"),
    "before the data, and the quarter was published": (["published", SHEET, THIRD], "late"),
}


@pytest.mark.parametrize(("steps", "reason"), SCENARIOS.values(), ids=SCENARIOS)
def test_one_is_announced_that_was_there_before_its_data(
    tmp_path, take, catalogue, monkeypatch, steps, reason
):
    monkeypatch.setattr(project, "catalogue", lambda *_: catalogue)
    for number, step in enumerate(steps):
        if step is None:
            shutil.rmtree(tmp_path / "store")
        elif step == "published":
            (tmp_path / "published" / "0001-2026-T3").mkdir(parents=True)
        elif step in (SECOND, THIRD, FOURTH, OF_ANOTHER_DEVICE):
            assert not take(**{f"x{number}": step}).problems
        else:
            write(tmp_path, "expectations", **step)
    found = frame.expectations(tmp_path, Quarter("2026-T3"))
    assert {one.id: why for one, why in found} == {"clarte": reason}


def test_one_that_cannot_be_read_is_a_problem_and_one_that_is_taken_back_is_told(tmp_path, take):
    path = write(tmp_path, "expectations", direction="mieux")
    (line,) = take(x=SECOND).problems
    assert line.startswith(f"{path}:7: ") and not store.first_seen(tmp_path)
    write(tmp_path, "expectations")
    take()
    path.unlink()
    told = frame.standing_of_expectations(tmp_path)
    assert told["clarte"].startswith("was seen, and its file is gone")


def test_the_ledger_has_each_version_of_a_sheet_once_with_its_day_in_git(tmp_path, take):
    write(tmp_path, "corrections", device="satisfaction-3939", column="value", expect=3, becomes=4,
                     first="2026-05-04", last="2026-05-04")  # fmt: skip
    path = write(tmp_path, "expectations")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@exemple.invalid", "-C", str(tmp_path)]
    when = {"GIT_COMMITTER_DATE": "2026-06-22T12:00:00+0000", "PATH": "/usr/bin:/bin"}
    for words in (["init", "-q"], ["add", str(path)], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True, env=when)
    for _ in range(2):
        take(x=SECOND)
    seen = {one.sheet: one.committed for one in read_ledger(tmp_path / "store").seen}
    assert seen == {"corrections/double": "", "expectations/clarte": "2026-06-22"}
    written = json.loads((tmp_path / "store" / "ledger.json").read_text(encoding="utf-8"))
    assert len(written["seen"]) == 2
