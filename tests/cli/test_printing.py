"""What every command takes and tells: help, `--quiet`, `--json`, how far it is, what comes next."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.copies import copy_catalogue

from observlib import __version__, cli, store
from observlib.cli import app, printing
from observlib.cli.printing import steps
from observlib.edition import notices, release
from observlib.publish import standing

ROOT = Path(__file__).parents[2]
MAIN = [sys.executable, "-c", "from observlib.cli import main; main()"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with twelve exports, of one of whose three rows one is wrong, and a stray file."""
    copy_catalogue(tmp_path)
    for month in range(1, 13):
        path = tmp_path / "raw" / f"{month:02}" / "boamp_audience.csv"
        path.parent.mkdir(parents=True)
        path.write_text(f"month,visits\n2025-{month:02},10\n", encoding="utf-8")
    wrong = "month,visits\n2025-12,10\n2024-12,20\n2024-11,beaucoup\n"
    path.write_text(wrong, encoding="utf-8")
    (tmp_path / "raw" / "notes.txt").write_text("rien", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*words, name))


@pytest.mark.parametrize("words", [*commands(typer.main.get_command(app))], ids=" ".join)
def test_who_types_h_at_any_command_reads_its_help(observ, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = observ(*words, "-h")
    assert (code, err) == (0, "") and out.startswith(f"Usage: {' '.join(['observ', *words])} ")
    assert {"--quiet", "--json", "-h,"} <= set(out.split())
    lines = [line for line in out.splitlines() if "Usage:" not in line]
    assert not any(line.endswith("...") or len(line) > 80 for line in lines)


def test_help_alone_lists_all_commands_and_says_how_to_begin(observ):
    assert observ("--version") == (0, f"observ {__version__}\n", "")
    out = observ()[1]
    assert all(f"  {words[0]}  " in out for words in commands(typer.main.get_command(app)) if words)
    begin = [line.strip() for line in out.splitlines()]
    assert begin[begin.index("observ ingest data/raw") + 1] == "observ edition"


def test_a_program_reads_what_an_ingestion_took_and_refused(observ, place):
    code, out, _ = observ("ingest", "raw", "--json")
    found = json.loads(out)
    assert code == 0 and out.count("\n") == 1
    assert (found["kind"], found["store"]) == ("real", str(place / "data" / "store"))
    (device,) = found["devices"]
    assert (device["device"], device["rows"], device["rejected"]) == ("audience-boamp", 13, 1)
    (reject,) = found["rejects"]
    assert (reject["row"], reject["column"], reject["value"]) == (4, "visits", "beaucoup")
    assert found["unclaimed"] == ["notes.txt"] and found["problems"] == []


def test_a_program_reads_the_catalogue_and_what_stands_published(observ, place, monkeypatch):
    found = json.loads(observ("--json", "catalogue")[1])
    assert "boamp" in found["products"]
    assert "boamp_audience*.csv" in {device["pattern"] for device in found["devices"]}
    index = place / "reports" / "_site" / "index.html"
    monkeypatch.setattr(release, "release", lambda *_, **__: (index, []))
    made = json.loads(observ("edition", "--json")[1])
    assert made == {"index": str(index), "changed": True, "failed": []}
    record = standing.StandingPublication("2026-T3", "2026-11-24", {})
    monkeypatch.setattr(standing, "since", lambda *_: record)
    made = json.loads(observ("edition", "--json")[1])
    assert made == {"index": str(index), "changed": False, "made": "2026-11-24"}


def test_a_program_reads_why_a_page_would_run(observ, place, monkeypatch):
    told = {"family polls": "would be computed: the data (polls)", "panorama": "is kept"}
    told["the site"] = "would stay as it is"
    monkeypatch.setattr(release, "explain_release", lambda *_, **__: dict(told))
    assert observ("edition", "--explain")[1].splitlines() == [": ".join(x) for x in told.items()]
    found = json.loads(observ("edition", "--explain", "--json")[1])
    assert found["pages"] == {"panorama": "is kept"} and found["site"] == "would stay as it is"
    assert found["families"] == {"polls": "would be computed: the data (polls)"}
    assert found["editions"] == []
    monkeypatch.setattr(notices, "unborne", lambda *_: {"2026-T2": "note"})
    last = observ("edition", "--explain")[1].splitlines()[-1]
    assert last == "edition 2026-T2: would be made again: it tells figures of errata: note"


def test_who_asks_for_quiet_hears_of_mistakes_and_of_nothing_else(observ, place):
    assert observ("ingest", "raw", "--quiet") == (0, "", "")
    assert store.kind(place / "data") == "real"
    code, out, err = observ("ingest", "nowhere", "--quiet")
    assert (code, out) == (2, "") and "nowhere" in err
    assert "boamp" in observ("ingest", "raw")[1], "the next command speaks again"


def test_a_shell_completes_commands_without_a_file_or_an_address(place):
    done = subprocess.run(
        MAIN,
        env={"_OBSERV_COMPLETE": "complete_bash", "COMP_WORDS": "observ ing", "COMP_CWORD": "1"}
        | {"HOME": str(place)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["ingest"]


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


def test_a_command_goes_on_where_a_log_takes_no_more(place):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*MAIN, "ingest", "raw"], cwd=place, stdout=subprocess.PIPE, stderr=write, check=False
    )
    os.close(write)
    assert done.returncode == 0 and (place / "data" / "store" / "ledger.json").exists()


def test_a_terminal_gets_a_bar_and_no_lines(place):
    import pty

    (terminal, end), ingest = pty.openpty(), [*MAIN, "ingest", "raw"]
    with subprocess.Popen(ingest, stdout=subprocess.DEVNULL, stderr=end) as process:
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
    code, out, err = observ("edition")
    assert (code, err) == (0, "") and len(out.splitlines()) == 4
    assert out.startswith(f"Published: {index}\n")
    (address,) = (word for word in out.split() if word.startswith("file:"))
    with urllib.request.urlopen(address) as page:
        assert page.read() == b"la page"
    assert "`make lab`" in out and "\nlab:" in (ROOT / "Makefile").read_text(encoding="utf-8")
