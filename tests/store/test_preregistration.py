"""An expectation that comes after its data, or changes, cannot pass for one that was announced."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.records.test_corrections import write as write_correction
from tests.records.test_expectations import write

from observlib import store
from observlib.base.period import Quarter
from observlib.pipeline import frame, project
from observlib.store.ledger import read_ledger

T3 = Quarter("2026-T3")
SECOND = {"a": ("2026-05-04", 3)}
THIRD = {"b": ("2026-08-05", 4)}
FOURTH = {"c": ("2026-08-06", 4)}


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
}


@pytest.mark.parametrize(("steps", "reason"), SCENARIOS.values(), ids=SCENARIOS)
def test_one_is_announced_that_was_there_before_its_data(tmp_path, ingest, visits, steps, reason):
    for number, step in enumerate(steps):
        if step is None:
            shutil.rmtree(tmp_path / "store")
        elif step is OF_ANOTHER_DEVICE:
            visits(tmp_path / "raw", "x", step)
        elif step in (SECOND, THIRD, FOURTH):
            ingest(str(number), step)
        else:
            write(tmp_path, **step)
    assert why(tmp_path) == {"clarte": reason}


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
