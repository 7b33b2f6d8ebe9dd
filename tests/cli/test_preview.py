"""What `observ preview` prints, and when it opens a browser."""

import contextlib
import os
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from observlib.cli.edition import preview

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened; no study runs, whose page is `page.html`."""
    found: list[str] = []
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "open", found.append)
    monkeypatch.setattr("observlib.edition.execute.started", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(
        "observlib.edition.new_study.page_preview", lambda *_: tmp_path / "page.html"
    )
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    return found


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_is_opened_where_there_is_a_screen(opened, tmp_path, monkeypatch, capsys, screen):
    address = (tmp_path / "page.html").as_uri()
    preview("essai")
    assert (capsys.readouterr().out, opened) == (f"{address}\n", [])
    monkeypatch.setenv(screen, ":0")
    preview("essai", no_open=True)
    assert opened == []
    preview("essai")
    assert opened == [address]


ROOT = Path(__file__).parents[2]
SCRIPT = "from observlib.cli import main; main()"
posix = pytest.mark.skipif(os.name != "posix", reason="shells of POSIX systems redirect so")


def redirected(words: str, redirection: str) -> tuple[int, str]:
    """The exit code of a command whose output a shell leads somewhere, and what it told."""
    line = f'"$0" -c "{SCRIPT}" {words} {redirection}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable], cwd=ROOT, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@posix
def test_a_closed_output_stops_a_command_before_it_does_anything():
    code, told = redirected("catalogue", ">&-")
    assert code == 2
    assert told == (
        "observ: standard output or error is closed; lead it to a file, or to /dev/null\n"
    )
    assert redirected("edition", "2>&-") == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_an_output_on_a_full_disk_is_told_in_one_line():
    code, told = redirected("catalogue", "> /dev/full")
    assert code == 1
    assert told == "observ: standard output: No space left on device; lead it to another file\n"


@posix
def test_a_reader_that_wants_no_more_ends_the_command_without_a_word():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "catalogue"], cwd=ROOT, stdout=write,
        stderr=subprocess.PIPE, encoding="utf-8", check=False,
    )  # fmt: skip
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
