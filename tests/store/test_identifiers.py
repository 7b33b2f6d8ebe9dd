"""Who has a store has nobody's identifier, and its hashes still join what is one person's."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from observlib import store
from observlib.base.errors import ObservError
from observlib.catalogue import tables
from observlib.store import identifiers
from observlib.store.ledger import Ledger, read_ledger, write_ledger

IDS = {"rep-4711": ("2025-07-01", 3), "rep-4712": ("2025-07-15", 4)}


def answers(data: Path) -> set[str]:
    return set(store.read(data, "ratings")["answer_id"])


def test_no_identifier_is_in_a_byte_of_what_an_ingestion_leaves_or_says(tmp_path, take, capfd):
    done = take(x=IDS | {"rep-4713": ("2025-07-20", 9)})  # of which one is refused
    assert len(done.rejects) == 1
    key = identifiers.store_key(tmp_path, "real", "")
    assert answers(tmp_path) == {identifiers.hashed(one, "satisfaction-3939", key) for one in IDS}
    left = [path for path in tmp_path.rglob("*") if path.is_file() and "raw" not in path.parts]
    assert len(left) > 5
    for path in left:
        frame = pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else ""
        assert "rep-471" not in frame and b"rep-471" not in path.read_bytes(), path
    assert "rep-471" not in "".join(capfd.readouterr()) + done.rejects.to_csv()


def test_every_column_that_identifies_a_person_is_hashed():
    for name, table in tables.TABLES.items():
        row = {column: ["x"] for column in table.columns}
        stored = identifiers.hashed_rows(pd.DataFrame(row), name, "d", b"k").iloc[0]
        changed = {column for column in row if stored[column] != "x"}
        assert changed == {name for name, column in table.columns.items() if column.person}


def test_an_identifier_is_one_in_all_tables_of_a_device_and_another_in_another():
    ids = pd.DataFrame({"answer_id": ["a", "b"], "participant": ["a", "c"]})
    rated = identifiers.hashed_rows(ids, "ratings", "one", b"k")["answer_id"]
    assert rated.equals(identifiers.hashed_rows(ids, "verbatims", "one", b"k")["answer_id"])
    assert rated[0] == identifiers.hashed_rows(ids, "user_tests", "one", b"k")["participant"][0]
    others = identifiers.hashed_rows(ids, "ratings", "two", b"k")["answer_id"]
    other_key = identifiers.hashed_rows(ids, "ratings", "one", b"l")["answer_id"]
    assert len({*rated, *others, *other_key}) == 6


def test_a_key_is_drawn_once_for_its_owner_alone_and_is_nowhere_else(tmp_path, take):
    take(x=IDS)
    path = tmp_path / "identifiers" / "key"
    key = path.read_bytes().strip()
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    take(y={"rep-4712": ("2025-07-15", 5), "rep-1": ("2025-07-16", 1)})
    assert path.read_bytes().strip() == key and len(answers(tmp_path)) == 3  # and one corrected
    others = [
        other.read_bytes() for other in tmp_path.rglob("*") if other.is_file() and other != path
    ]
    assert not any(key in one or bytes.fromhex(key.decode()) in one for one in others)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"]
    told = subprocess.run(status, check=True, capture_output=True, text=True).stdout
    assert "raw/" in told and "identifiers" not in told and "store/" not in told


def test_two_data_folders_draw_two_keys_and_their_people_never_meet(tmp_path, catalogue, ratings):
    for name in "ab":
        ratings(tmp_path / name / "raw", "x", IDS)
        store.ingest(tmp_path / name / "raw", tmp_path / name, catalogue)
    assert not answers(tmp_path / "a") & answers(tmp_path / "b")


def test_a_key_elsewhere_is_drawn_and_read_where_the_environment_says(tmp_path, take, monkeypatch):
    monkeypatch.setenv("OBSERVLIB_KEY_FILE", str(tmp_path / "vault" / "key"))
    with pytest.raises(ObservError, match="vault/key: the key of identifiers cannot be written"):
        take(x=IDS)
    (tmp_path / "vault").mkdir()
    take()
    assert (tmp_path / "vault" / "key").exists() and not (tmp_path / "identifiers").exists()


@pytest.mark.parametrize("what", ["another", "gone", "cut"])
def test_a_store_made_with_another_key_is_told_in_a_line_and_never_mixed(tmp_path, take, what):
    take(x=IDS)
    before, path = store.store_digest(tmp_path), tmp_path / "identifiers" / "key"
    if what == "gone":
        path.unlink()
    else:
        path.write_bytes({"another": b"0" * 64, "cut": b"12"}[what])
    with pytest.raises(ObservError) as caught:
        take(y={"rep-1": ("2025-07-16", 1)})
    (problem,) = caught.value.problems
    told = {"another": "not the key with which", "gone": "is missing; restore it"}
    assert problem.startswith(f"{path}: ") and told.get(what, "is no key") in problem
    assert store.store_digest(tmp_path) == before and (what != "gone" or not path.exists())


def test_a_store_of_a_former_version_asks_to_begin_again(tmp_path, take):
    take(x=IDS)
    made = read_ledger(tmp_path / "store")
    write_ledger(tmp_path / "store", Ledger(made.kind, made.files))
    with pytest.raises(ObservError, match="identifiers as they were written; delete the folder"):
        take()
