"""Rejected rows stop a release while they are to be mended, and not a day longer."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib import store
from observlib.base.period import Quarter
from observlib.edition import checklist
from observlib.pipeline import project

T2 = Quarter("2025-T2")
RIGHT = {f"b{number}": (f"2025-05-{number:02}", 3) for number in range(1, 21)}
WRONG = {f"a{number}": (f"2025-05-{number:02}", 9) for number in range(1, 11)}  # marks of 1-5
MENDED = {name: (day, 5) for name, (day, _) in WRONG.items()} | {"c": ("2025-05-30", 4)}


@pytest.fixture
def place(tmp_path: Path, ratings) -> Path:
    """A small project in which a right export and one with ten wrong rows were ingested."""
    copy_catalogue(tmp_path)
    ratings(tmp_path / "data" / "raw", "right", RIGHT)
    ratings(tmp_path / "data" / "raw", "wrong", {**WRONG, "c": ("2025-05-30", 4)})
    assert blocked(ingested(tmp_path))
    return tmp_path


def ingested(place: Path, folder: str = "data/raw") -> Path:
    known = project.catalogue(place / "data", place)
    store.ingest(place / folder, place / "data", known)
    return place


def blocked(place: Path) -> bool:
    now = datetime(2025, 9, 1, tzinfo=UTC)
    checks = checklist.before(place / "data", place, T2, now)
    return next(one.state for one in checks if one.name == "rejects") == "blocking"


def answers(place: Path) -> int:
    return len(store.read(place / "data", "ratings"))


def test_an_export_that_is_mended_under_its_name_lets_the_release_go_on(place, ratings):
    ratings(place / "data" / "raw", "wrong", MENDED)
    assert not blocked(ingested(place)) and answers(place) == 31
    ratings(place / "data" / "raw", "wrong", WRONG)  # and is wrong again, in whole
    assert blocked(ingested(place))


@pytest.mark.parametrize("name", ["wrong", "of-may"])
def test_a_right_export_in_another_folder_lets_the_release_go_on(place, ratings, name):
    ratings(place / "data" / "mended", name, MENDED)
    assert not blocked(ingested(place, "data/mended"))
    if name == "wrong":
        assert not blocked(ingested(place))  # where the wrong one still lies
    else:
        assert answers(place) == 31


def test_an_export_that_is_deleted_lets_the_release_go_on_and_its_right_rows_stay(place):
    path = place / "data" / "raw" / "allo-service-public_satisfaction_wrong.csv"
    content = path.read_bytes()
    path.unlink()
    known = project.catalogue(place / "data", place)
    done = store.ingest(place / "data" / "raw", place / "data", known)
    (notice,) = done.notices
    assert f"{path.name}: was taken away or replaced; its 10 rejected rows" in notice
    assert not blocked(place) and answers(place) == 21
    path.write_bytes(content)  # it comes back as it was
    assert blocked(ingested(place))


def test_a_device_that_the_catalogue_no_longer_has_lets_the_release_go_on(place):
    path = place / "data" / "catalogue" / "devices.yml"
    text = path.read_text(encoding="utf-8")
    before, _, after = text.partition("- id: satisfaction-3939\n")
    path.write_text(before + after[after.index("\n- id:") + 1 :], encoding="utf-8")
    assert not blocked(place)
    path.write_text(text, encoding="utf-8")
    assert blocked(place)


def test_a_ledger_of_a_former_version_is_read_and_its_rejected_rows_still_count(place, ratings):
    path = place / "data" / "store" / "ledger.json"
    ledger = json.loads(path.read_text(encoding="utf-8"))
    for entry in ledger["files"]:
        del entry["place"]
    del ledger["sha256"]
    path.write_text(json.dumps(ledger), encoding="utf-8")
    assert blocked(place) and blocked(ingested(place))
    ratings(place / "data" / "raw", "wrong", {"c": ("2025-05-30", 4)})
    assert not blocked(ingested(place))
