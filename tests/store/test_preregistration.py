"""An expectation that comes after its data, or changes, cannot pass for one that was announced."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.records.test_corrections import write as write_correction
from tests.records.test_expectations import write

from observlib import store
from observlib.base.period import Quarter
from observlib.pipeline import frame, project
from observlib.store.ledger import read_ledger

Write = Callable[..., Path]
T3 = Quarter("2026-T3")
SECOND = {"a": ("2026-05-04", 3)}
THIRD = {"b": ("2026-08-05", 4)}


@pytest.fixture
def ingest(tmp_path, catalogue, ratings) -> Callable[..., Path]:
    """Ingest one more export of the questionnaire; the data folder."""

    def one(name: str, answers: dict[str, tuple[str, float]]) -> Path:
        ratings(tmp_path / "raw", name, answers)
        assert not store.ingest(tmp_path / "raw", tmp_path, catalogue).problems
        return tmp_path

    return one


@pytest.fixture(autouse=True)
def _known(monkeypatch, catalogue):
    """What is looked at is a data folder of no project: it has the demonstration's catalogue."""
    monkeypatch.setattr(project, "catalogue", lambda *_: catalogue)


def why(data: Path) -> dict[str, str]:
    return {one.id: reason for one, reason in frame.expectations(data, T3)}


def test_one_that_was_there_before_the_data_of_its_quarter_is_announced(tmp_path, ingest):
    write(tmp_path)
    ingest("x", SECOND)
    assert why(tmp_path) == {"clarte": ""}
    ingest("y", THIRD)
    assert why(tmp_path) == {"clarte": ""}


def test_one_that_comes_with_the_data_was_there_before_they_were_read(tmp_path, ingest):
    write(tmp_path)
    ingest("y", THIRD)
    assert why(tmp_path) == {"clarte": ""}


def test_one_that_comes_after_the_data_is_not_whatever_day_it_bears(tmp_path, ingest):
    """A back-dated one: its `date` is before its quarter, and its data were there."""
    ingest("y", THIRD)
    write(tmp_path, date="2026-01-05")
    assert why(tmp_path) == {"clarte": "unseen"}
    ingest("z", {"c": ("2026-08-06", 4)})
    assert why(tmp_path) == {"clarte": "late"}


def test_data_of_another_device_or_quarter_make_none_late(tmp_path, ingest, visits):
    visits(tmp_path / "raw", "x", {("boamp", "2026-08"): 100})
    ingest("x", SECOND)
    write(tmp_path)
    ingest("y", THIRD)
    assert why(tmp_path) == {"clarte": ""}


def test_one_that_is_changed_is_exploratory_and_is_announced_again_as_it_was(tmp_path, ingest):
    write(tmp_path)
    ingest("x", SECOND)
    write(tmp_path, effect=0.1)
    assert why(tmp_path) == {"clarte": "edited"}
    ingest("y", THIRD)  # even where an ingestion sees the change before the data
    assert why(tmp_path) == {"clarte": "edited"}
    write(tmp_path)
    assert why(tmp_path) == {"clarte": ""}


def test_one_that_cannot_be_read_is_a_problem_of_the_ingestion(tmp_path, catalogue, ratings):
    path = write(tmp_path, direction="mieux")
    ratings(tmp_path / "raw", "x", SECOND)
    (line,) = store.ingest(tmp_path / "raw", tmp_path, catalogue).problems
    assert line.startswith(f"{path}:7: ") and not store.first_seen(tmp_path)


def test_one_that_is_taken_back_is_told(tmp_path, ingest):
    path = write(tmp_path)
    ingest("x", SECOND)
    path.unlink()
    told = frame.standing_of_expectations(tmp_path)
    assert told["clarte"].startswith("was seen, and its file is gone")


def test_a_store_that_is_made_again_remembers_what_it_saw(tmp_path, ingest):
    ingest("y", THIRD)
    write(tmp_path)
    ingest("z", {"c": ("2026-08-06", 4)})
    shutil.rmtree(tmp_path / "store")
    ingest("z", {"c": ("2026-08-06", 4)})
    assert why(tmp_path) == {"clarte": "late"}


def test_where_the_quarter_was_published_a_new_store_makes_none_early(tmp_path, ingest):
    (tmp_path / "published" / "0001-2026-T3").mkdir(parents=True)
    write(tmp_path)
    ingest("y", THIRD)
    assert why(tmp_path) == {"clarte": "late"}


def test_the_ledger_has_each_version_of_a_sheet_once_with_its_day_in_git(tmp_path, ingest):
    write_correction(tmp_path, device="satisfaction-3939", column="value", expect=3, becomes=4,
                     first="2026-05-04", last="2026-05-04")  # fmt: skip
    path = write(tmp_path)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@exemple.invalid", "-C", str(tmp_path)]
    for words in (["init", "-q"], ["add", str(path)]):
        subprocess.run([*git, *words], check=True)
    day = ["commit", "-qm", "x", "--date", "2026-06-22T12:00:00"]
    when = {"GIT_COMMITTER_DATE": "2026-06-22T12:00:00+0000", "PATH": "/usr/bin:/bin"}
    subprocess.run([*git, *day], check=True, env=when)
    for _ in range(2):
        ingest("x", SECOND)
    ledger = read_ledger(tmp_path / "store")
    assert ledger
    found = {one.sheet: one for one in ledger.seen}
    assert len(ledger.seen) == 2 and set(found) == {"corrections/double", "expectations/clarte"}
    assert found["expectations/clarte"].committed == "2026-06-22"
    assert found["corrections/double"].committed == ""
    written = json.loads((tmp_path / "store" / "ledger.json").read_text(encoding="utf-8"))
    assert len(written["seen"]) == 2


def test_a_family_is_computed_again_once_an_expectation_is_seen_or_changed(tmp_path, ingest):
    write(tmp_path)
    ingest("x", SECOND)
    before = frame.announced(tmp_path)
    write(tmp_path, effect=0.1)
    ingest("y", THIRD)
    assert frame.announced(tmp_path) == before  # the first sight stays; its file's digest tells
    write(tmp_path, "autre")
    ingest("z", {"c": ("2026-08-06", 4)})
    assert frame.announced(tmp_path) != before
