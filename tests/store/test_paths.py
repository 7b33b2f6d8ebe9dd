"""Folders with names that mean something elsewhere, and links: read, or told in a line."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.copies import as_written

from observlib import store

Write = Callable[..., Path]
JULY = {"a": ("2025-07-01", 3), "b": ("2025-07-15", 4)}
NAMES = ["%41", "a[x]b", "it's", "sp ace é", "device=x", "{1,2}"]
if sys.platform != "win32":
    NAMES += ["a*b", 'q"q', "new\nline"]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_reads_its_own_store_and_no_other(tmp_path, catalogue, ratings, name):
    other = tmp_path / "axb"  # which a pattern would match
    ratings(other / "raw", "x", JULY)  # the same rows, so that its part has the same name
    store.ingest(other / "raw", other, catalogue)
    place = tmp_path / name
    ratings(place / "raw" / name, name.replace("\n", ""), JULY)
    done = store.ingest(place / "raw", place, catalogue)
    assert not done.problems and done.devices["rows"].sum() == 2
    store.check_store(place)
    rows = store.read(place, "ratings")
    assert sorted(as_written(place, "satisfaction-3939", "ab", rows["answer_id"])) == ["a", "b"]
    assert set(rows["device"]) == {"satisfaction-3939"}
    assert set(rows["product"]) == {"allo-service-public"}
    correction = ratings(place / "raw", "later", {"a": ("2025-07-01", 5)})
    assert store.ingest(place / "raw", place, catalogue).replaced and correction.exists()
    assert len(store.read(place, "ratings")) == 2


def links(tmp_path: Path, ratings: Write) -> Path:
    """A folder outside, with an export; links are made to it."""
    ratings(tmp_path / "outside", "2025", JULY)
    (tmp_path / "raw").mkdir()
    return tmp_path / "outside"


@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_link_that_leads_out_is_told_and_not_followed(tmp_path, catalogue, ratings, what):
    target = links(tmp_path, ratings)
    target = target if what == "folder" else next(target.iterdir())
    link = tmp_path / "raw" / target.name
    link.symlink_to(target, target_is_directory=what == "folder")
    done = store.ingest(tmp_path / "raw", tmp_path / "data", catalogue)
    (problem,) = done.problems
    assert problem.startswith(f"{link}: is a link to {target.resolve()}, which is not followed")
    assert "put a copy in its place, or ingest" in problem
    assert done.devices.empty and store.read(tmp_path / "data", "ratings").empty


def test_a_link_that_stays_inside_loses_nothing_and_says_nothing(tmp_path, catalogue, ratings):
    ratings(tmp_path / "raw" / "2025", "x", JULY)
    (tmp_path / "raw" / "latest").symlink_to(tmp_path / "raw" / "2025", target_is_directory=True)
    (tmp_path / "raw" / "circle").symlink_to(tmp_path / "raw", target_is_directory=True)
    (tmp_path / "raw" / ".hidden").symlink_to(tmp_path, target_is_directory=True)
    done = store.ingest(tmp_path / "raw", tmp_path / "data", catalogue)
    assert not done.problems and done.devices["files"].tolist() == [1]
