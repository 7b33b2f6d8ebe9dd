"""Who has a store has nobody's identifier; texts stand apart; who is forgotten does not return."""

import json
import shutil
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.store.conftest import export

from observlib import store
from observlib.base.errors import ObservError
from observlib.catalogue import tables
from observlib.store import identifiers
from observlib.store.correcting import StoreParts
from observlib.store.ledger import Ledger, read_ledger, write_ledger
from observlib.themes.devices import COUNTED

DEVICE = "satisfaction-3939"
IDS = {"rep-1": ("2023-07-01", 3), "rep-2": ("2025-07-15", 4), "rep-3": ("2025-07-20", 9)}


def answers(data: Path) -> set[str]:
    return set(store.read(data, "ratings")["answer_id"])


def hashed(data: Path, *written: str) -> set[str]:
    key = identifiers.store_key(data, "real", "")
    return {identifiers.hashed(one, DEVICE, key) for one in written}


def holding(folder: Path, text: str) -> list[Path]:
    """The files below a folder, but for exports, in which a text stands."""
    found = [path for path in folder.rglob("*") if path.is_file() and "raw" not in path.parts]
    assert len(found) > 3
    frames = {path: pd.read_parquet(path).to_csv() for path in found if path.suffix == ".parquet"}
    return [x for x in found if text in frames.get(x, "") or text.encode() in x.read_bytes()]


def test_no_identifier_is_in_a_byte_of_what_an_ingestion_leaves_or_says(tmp_path, take, capfd):
    done = take(x=IDS)  # of which one is refused
    assert len(done.rejects) == 1 and answers(tmp_path) == hashed(tmp_path, "rep-1", "rep-2")
    assert holding(tmp_path, "rep-") == []
    assert "rep-" not in "".join(capfd.readouterr()) + done.rejects.to_csv()


def test_every_column_that_identifies_a_person_is_hashed():
    for name, table in tables.TABLES.items():
        row = {column: ["x"] for column in table.columns}
        kept = identifiers.hashed_rows(pd.DataFrame(row), name, "d", b"k").iloc[0]
        changed = {column for column in row if kept[column] != "x"}
        assert changed == {name for name, column in table.columns.items() if column.person}


def test_an_identifier_is_one_in_all_tables_of_a_device_and_another_in_another():
    ids = pd.DataFrame({"answer_id": ["a", "b"], "participant": ["a", "c"]})
    rated = identifiers.hashed_rows(ids, "ratings", "one", b"k")["answer_id"]
    assert rated.equals(identifiers.hashed_rows(ids, "verbatims", "one", b"k")["answer_id"])
    assert rated[0] == identifiers.hashed_rows(ids, "user_tests", "one", b"k")["participant"][0]
    others = identifiers.hashed_rows(ids, "ratings", "two", b"k")["answer_id"]
    other_key = identifiers.hashed_rows(ids, "ratings", "one", b"l")["answer_id"]
    assert len({*rated, *others, *other_key}) == 6
    # stores of before are read: the hash is the same for ever
    assert rated[0] == "ad3f4a3d312e9daa34ef0a389af1b9f7"


def test_a_key_is_drawn_once_for_its_owner_alone_and_is_nowhere_else(tmp_path, take):
    take(x=IDS)
    path = tmp_path / "identifiers" / "key"
    key = path.read_text("ascii").strip()
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    take(y={"rep-2": ("2025-07-15", 5), "rep-4": ("2025-07-16", 1)})
    assert path.read_text("ascii").strip() == key and len(answers(tmp_path)) == 3
    assert holding(tmp_path, key) == [path]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"]
    told = subprocess.run(status, check=True, capture_output=True, text=True).stdout
    assert "raw/" in told and "identifiers" not in told and "store/" not in told
    take(data=tmp_path / "other")
    assert not answers(tmp_path) & answers(tmp_path / "other")


def test_a_key_elsewhere_is_drawn_and_read_where_the_environment_says(tmp_path, take, monkeypatch):
    monkeypatch.setenv("OBSERVLIB_KEY_FILE", str(tmp_path / "vault" / "key"))
    with pytest.raises(ObservError, match="vault/key: the key of identifiers cannot be written"):
        take(x=IDS)
    (tmp_path / "vault").mkdir()
    take()
    assert (tmp_path / "vault" / "key").exists() and not (tmp_path / "identifiers").exists()


@pytest.mark.parametrize(("key", "said"), [
    (b"0" * 64, "not the key with which"), (None, "is missing; restore it"), (b"12", "is no key"),
])  # fmt: skip
def test_a_store_made_with_another_key_is_told_in_a_line_and_never_mixed(tmp_path, take, key, said):
    take(x=IDS)
    before, path = store.store_digest(tmp_path), tmp_path / "identifiers" / "key"
    path.unlink()
    if key:
        path.write_bytes(key)
    with pytest.raises(ObservError) as caught:
        take(y={"rep-4": ("2025-07-16", 1)})
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}: ") and said in problem
    assert store.store_digest(tmp_path) == before and path.exists() == bool(key)


def test_a_store_of_a_former_version_asks_to_begin_again(tmp_path, take):
    take(x=IDS)
    made = read_ledger(tmp_path / "store")
    write_ledger(tmp_path / "store", Ledger(made.kind, made.files))
    with pytest.raises(ObservError, match="identifiers as they were written; delete the folder"):
        take()


# Who asked to be forgotten is nowhere afterwards, and does not come back -------------------------


@pytest.fixture
def filled(tmp_path: Path, take) -> Path:
    take(x=IDS)
    (tmp_path / "kept" / "families").mkdir(parents=True)
    (tmp_path / "kept" / "families" / "satisfaction.0a").write_bytes(b"x")
    return tmp_path


def forget(data: Path, **what: object) -> identifiers.Done:
    return store.forget(data, DEVICE, data / "kept", **what)


def days(data: Path) -> list[str]:
    return sorted(store.read(data, "ratings")["date"].dt.strftime("%Y-%m-%d"))


def test_a_respondent_is_nowhere_and_comes_back_with_no_export(filled, take, catalogue):
    assert any((filled / "store" / "rejects").iterdir())
    (hash_,) = hashed(filled, "rep-2")
    done = forget(filled, respondent="rep-2")
    assert (done.rows, done.left, done.looked) == (1, [], 2) and days(filled) == ["2023-07-01"]
    assert not (filled / "kept").exists() and not any((filled / "store" / "rejects").iterdir())
    assert holding(filled, "rep-2") == []
    records = [filled / "store" / "ledger.json", filled / "identifiers" / "forgotten.json"]
    assert sorted(holding(filled, hash_)) == sorted(records)
    assert all(len(json.loads(path.read_bytes())["forgotten"]) == 1 for path in records)
    take(y={"rep-2": ("2025-07-15", 1), "rep-4": ("2025-07-16", 2)})
    assert days(filled) == ["2023-07-01", "2025-07-16"]
    store.still_raw(filled / "raw", filled, DEVICE, catalogue, done)
    assert sorted(done.raw.values()) == [1, 1] and len(done.unread) == 1
    shutil.rmtree(filled / "store")  # nor in a new store
    take()
    assert days(filled) == ["2023-07-01", "2025-07-16"]


def test_what_is_before_a_day_goes_and_that_day_stays(filled, take):
    assert forget(filled, before=date(2025, 7, 15)).rows == 1 and days(filled) == ["2025-07-15"]
    ledger = (filled / "store" / "ledger.json").read_text(encoding="utf-8")
    assert "2023-" not in ledger  # with its dash: a digest may hold the figures of a year
    (written,) = (filled / "raw").iterdir()
    written.write_bytes(written.read_bytes() + b"\n")  # another file, with the same rows
    done = take()
    assert days(filled) == ["2025-07-15"] and done.rejects["value"].tolist() == [""]


@pytest.mark.parametrize("step", ["without", "write_ledger"])
def test_a_kill_leaves_the_store_before_or_after(filled, monkeypatch, step):
    before = days(filled)
    owner = StoreParts if step == "without" else identifiers.ledgers
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
    assert not forget(filled, respondent="rep-2").left and days(filled) == ["2023-07-01"]


def test_a_trace_that_is_left_is_told(filled, monkeypatch):
    monkeypatch.setattr(StoreParts, "without", lambda parts, entry, gone: (entry, 0))
    (left,) = forget(filled, respondent="rep-2").left
    assert left.endswith(".parquet")


def test_what_was_forgotten_is_never_read_otherwise_than_it_was_written(filled, take):
    forget(filled, before=date(2025, 7, 15))
    shutil.rmtree(filled / "store")
    path = filled / "identifiers" / "forgotten.json"
    path.write_text(path.read_text(encoding="utf-8").replace("2025-07-15", "2005-07-15"), "utf-8")
    with pytest.raises(ObservError, match="says what must not come back; restore it from a copy"):
        take()


# Texts are stored apart, for their owner alone, and go when they are no longer asked for ---------


TEXTS = """\
Date de l'avis,Nom du formulaire,Lien d'intégration,Identifiant Avis,\
"De façon générale, comment ça s’est passé ?",\
Qu'avez-vous pensé des informations et des instructions fournies ?,\
Souhaitez-vous nous en dire plus ?
2026-03-12 09:30:00,Formulaire,Lien,a000000,Très bien,4,Mme Martin m'a aidé
2026-03-12 09:30:00,Formulaire,Lien,a000001,Très bien,4,
2026-03-12 09:30:00,Formulaire,Lien,a000002,Très bien,4,Clair
"""


@pytest.fixture
def texts(tmp_path, catalogue):
    """Ingest answers with texts, which the catalogue asks for or not; the texts of the store."""
    export(tmp_path / "raw", "jdma_service-public_2026-T1.csv", TEXTS)

    def ingest(verbatims: str | None) -> list[str]:
        device = catalogue.devices["jdma-service-public"].model_copy(
            update={"verbatims": verbatims}
        )
        only = catalogue.model_copy(update={"devices": {device.id: device}})
        store.ingest(tmp_path / "raw", tmp_path, only)
        return sorted(store.read(tmp_path, "verbatims")["text"])

    return ingest


def test_texts_come_and_go_as_the_catalogue_asks_and_count_for_nothing(tmp_path, texts):
    assert texts(None) == []
    for _ in range(2):
        assert texts("redacted") == ["Clair", "Mme [nom] m'a aidé"]
    held = store.devices(tmp_path).set_index("table")["rows"]
    assert held["verbatims"] == 2 and held["ratings"] == 6
    assert list(COUNTED).index("ratings") < list(COUNTED).index("verbatims")
    folder = tmp_path / "store" / "verbatims"
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(part.stat().st_mode) for part in folder.iterdir()} == {0o600}
    assert texts(None) == [] and not [*folder.glob("*.parquet")]
    assert len(store.read(tmp_path, "ratings")) == 6
