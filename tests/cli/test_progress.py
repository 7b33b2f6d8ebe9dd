"""Who waits sees how far it is, in a terminal or a log; at the end, what to open and do next."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib import cli
from observlib.cli import printing
from observlib.cli.printing import steps
from observlib.edition import release

ROOT = Path(__file__).parents[2]
INGEST = [sys.executable, "-c", "from observlib.cli import main; main()", "ingest", "raw"]
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and terminals are those of POSIX")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project with twelve exports."""
    copy_catalogue(tmp_path)
    (tmp_path / "raw").mkdir()
    for month in range(1, 13):
        path = tmp_path / "raw" / f"{month:02}" / "boamp_audience.csv"
        path.parent.mkdir()
        path.write_text(f"month,visits\n2025-{month:02},10\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("total", "lines"), [(3, 3), (27, 11)])
def test_a_log_gets_a_line_at_each_tenth_of_the_way(capsys, total, lines):
    with steps() as step:
        tell = step("Executing studies")
        for done in range(1, total + 1):
            tell(done, total, f"page-{done}")
    out, err = capsys.readouterr()
    said = err.splitlines()
    assert out == "" and len(said) == lines
    assert said[0] == f"Executing studies: 1 of {total} (page-1)"
    assert said[-1] == f"Executing studies: {total} of {total} (page-{total})"


def test_who_waits_is_told_how_long_yet_at_the_pace_of_this_step(capsys, monkeypatch):
    now = 100.0
    monkeypatch.setattr(printing.time, "monotonic", lambda: now)
    with steps() as step:
        tell = step("Publishing pages")
        for done, total in ((0, 2), (2, 2), (0, 10), (2, 10), (5, 10), (10, 10)):
            tell(done, total, "")
            now += 90
    assert capsys.readouterr().err.splitlines()[2:] == [
        "Publishing pages: 0 of 10", "Publishing pages: 2 of 10, about 6 min left",
        "Publishing pages: 5 of 10, about 3 min left", "Publishing pages: 10 of 10",
    ]  # fmt: skip


def test_programs_read_how_far_it_is_as_an_object_a_line_and_mistakes_too(
    place, monkeypatch, capsys
):
    monkeypatch.chdir(place)
    (place / "raw" / "01" / "boamp_audience.csv").write_text("other\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["observ", "ingest", "raw", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    said = [json.loads(line) for line in err.splitlines()]
    steps = [one for one in said if "step" in one]
    problems = [one["problem"] for one in said if "problem" in one]
    assert len(steps) + len(problems) == len(said)
    told = [(one["step"], one["done"], one["total"]) for one in steps]
    once = [("Reading exports", done, 12) for done in range(13)]
    assert told == once[:1] + once, "a log of 500 exports had 500 lines before the first was read"
    assert steps[0]["seconds_left"] is None and steps[-1]["seconds_left"] == 0
    assert ended.value.code == 1 and "boamp_audience.csv" in problems[0]
    assert len(out.splitlines()) == 1 and json.loads(out)["problems"]


@posix
def test_a_command_goes_on_where_a_log_takes_no_more(place):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(INGEST, cwd=place, stdout=subprocess.PIPE, stderr=write, check=False)
    os.close(write)
    assert done.returncode == 0 and (place / "data" / "store" / "ledger.json").exists()


@posix
def test_a_terminal_gets_a_bar_and_no_lines(place):
    import pty

    terminal, end = pty.openpty()
    with subprocess.Popen(INGEST, cwd=place, stdout=subprocess.DEVNULL, stderr=end) as process:
        os.close(end)
        written = b""
        with suppress(OSError):  # a terminal that nothing holds any more
            while part := os.read(terminal, 4096):
                written += part
    os.close(terminal)
    assert process.returncode == 0 and b"12/12" in written and b"12 of 12" not in written


def test_an_edition_ends_with_an_address_to_open_and_what_to_do_next(place, monkeypatch, observ):
    index = place / "l'été" / "index.html"
    index.parent.mkdir()
    index.write_text("la page", encoding="utf-8")
    monkeypatch.setattr(release, "release", lambda *_, **__: (index, []))
    monkeypatch.chdir(place)
    code, out, err = observ("edition")
    assert (code, err) == (0, "") and len(out.splitlines()) == 4
    assert out.startswith(f"Published: {index}\n")
    (address,) = (word for word in out.split() if word.startswith("file:"))
    with urllib.request.urlopen(address) as page:
        assert page.read() == b"la page"
    assert "`make lab`" in out and "\nlab:" in (ROOT / "Makefile").read_text(encoding="utf-8")
