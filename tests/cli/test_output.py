"""An output that takes nothing: no traceback, an exit code that is not 0, and no harm done."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = "from observlib.cli import main; main()"
posix = pytest.mark.skipif(os.name != "posix", reason="shells of POSIX systems redirect so")


def observ(words: str, redirection: str) -> tuple[int, str]:
    """The exit code of a command whose output a shell leads somewhere, and what it told."""
    line = f'"$0" -c "{SCRIPT}" {words} {redirection}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stderr


@posix
@pytest.mark.parametrize("words", ["catalogue", "edition"])
def test_a_closed_output_stops_a_command_before_it_does_anything(words):
    code, told = observ(words, ">&-")
    assert code == 2
    assert told == (
        "observ: standard output or error is closed; lead it to a file, or to /dev/null\n"
    )
    assert observ(words, "2>&-") == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_an_output_on_a_full_disk_is_told_in_one_line():
    code, told = observ("catalogue", "> /dev/full")
    assert code == 1
    assert told == ("observ: standard output: No space left on device; lead it to another file\n")


@posix
def test_a_reader_that_wants_no_more_ends_the_command_without_a_word():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "catalogue"],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
