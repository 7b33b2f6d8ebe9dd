"""What is kept is given back whole or not at all, whatever became of the disk or of a run."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.disk_cache import get, prune, put

FILES = {"page.html": "é".encode(), "page_files/fig.svg": b"\x00\xff" * 50}


def test_an_entry_is_given_back_byte_by_byte(tmp_path):
    put(tmp_path / "new" / "folder", "page.key", FILES)
    assert get(tmp_path / "new" / "folder", "page.key") == FILES
    assert get(tmp_path / "new" / "folder", "page.other") is None
    assert get(tmp_path / "nowhere", "page.key") is None


@given(st.data())
def test_whatever_is_wrong_with_an_entry_it_is_as_if_it_were_not_there(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("kept")
    put(folder, "page.key", FILES)
    whole = (folder / "page.key").read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(1, 255))
    flipped = whole[:place] + bytes([whole[place] ^ other]) + whole[place + 1 :]
    for damaged in (flipped, whole[:place], whole + b"x"):
        (folder / "page.key").write_bytes(damaged)
        assert get(folder, "page.key") is None
    put(folder, "page.key", FILES)
    assert get(folder, "page.key") == FILES


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/outside"])
def test_no_entry_leads_out_of_the_folder_it_is_unpacked_into(tmp_path, name):
    put(tmp_path, "page.key", {**FILES, name: b"x"})
    assert get(tmp_path, "page.key") is None


def test_a_run_killed_while_it_stores_leaves_no_entry_and_the_former_one_whole(tmp_path):
    put(tmp_path, "page.key", {"page.html": b"former"})
    script = f"""
import os
from pathlib import Path
from observlib.base import disk_cache
os.fsync = lambda number: os.kill(os.getpid(), 9)
disk_cache.put(Path({str(tmp_path)!r}), {{}}, {{"page.html": b"new"}})
"""
    for name in ("page.key", "page.other"):
        code = script.replace("{}", repr(name), 1)
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert get(tmp_path, "page.key") == {"page.html": b"former"}
    assert get(tmp_path, "page.other") is None


def test_two_runs_that_store_and_read_one_entry_at_once_find_it_whole(tmp_path):
    contents = [{"page.html": bytes([n]) * 100_000} for n in range(4)]
    put(tmp_path, "page.key", contents[0])

    def store_and_read(number: int) -> bool:
        put(tmp_path, "page.key", contents[number % 4])
        return get(tmp_path, "page.key") in contents

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(store_and_read, range(40)))
    assert [path.name for path in tmp_path.iterdir()] == ["page.key"]


def test_what_was_of_no_use_for_longest_is_pruned_first_and_half_written_files_in_their_turn(
    tmp_path,
):
    for age, name in enumerate(["used", "newest", "old", ".old-half", "oldest"]):
        put(tmp_path / "pages", name, {"x": os.urandom(1000)})
        moment = time.time() - 1000 * (age + 1)
        os.utime(tmp_path / "pages" / name, (moment, moment))
    size = (tmp_path / "pages" / "old").stat().st_size
    assert get(tmp_path / "pages", "oldest")  # of use now
    prune(tmp_path, 3 * size)
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {"used", "newest", "oldest"}


def test_an_edition_larger_than_what_is_kept_does_not_prune_its_own_pages(tmp_path):
    put(tmp_path, "before", FILES)
    os.utime(tmp_path / "before", (1, 1))
    began = time.time() - 1
    for name in ("one", "two"):
        put(tmp_path, name, FILES)
    prune(tmp_path, 0, began)
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
