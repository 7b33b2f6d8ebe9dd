"""What every command takes: `-h`, `--quiet` for who watches mistakes, `--json` for programs."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.copies import copy_catalogue

from observlib import __version__, store
from observlib.cli import app
from observlib.cli.printing import steps
from observlib.edition import notices, release
from observlib.edition import release as explaining
from observlib.publish import standing

ROOT = Path(__file__).parents[2]
Observ = Callable[..., tuple[int, str, str]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one export, of whose three rows one is wrong, and a file of no device."""
    copy_catalogue(tmp_path)
    (tmp_path / "raw").mkdir()
    rows = "month,visits\n2025-01,10\n2025-02,20\n2025-03,beaucoup\n"
    (tmp_path / "raw" / "boamp_audience.csv").write_text(rows, encoding="utf-8")
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
    assert (device["device"], device["rows"], device["rejected"]) == ("audience-boamp", 2, 1)
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
    monkeypatch.setattr(explaining, "explain_release", lambda *_, **__: dict(told))
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
        [sys.executable, "-c", "from observlib.cli import main; main()"],
        env={"_OBSERV_COMPLETE": "complete_bash", "COMP_WORDS": "observ ing", "COMP_CWORD": "1"}
        | {"HOME": str(place)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["ingest"]


def test_a_program_that_runs_a_quiet_command_still_reads_what_comes_after_it(observ, capsys):
    assert observ("catalogue", "--quiet")[:2] == (0, "")
    with steps() as step:
        step("Reading exports")(1, 1, "a.csv")
    assert capsys.readouterr().err == "Reading exports: 1 of 1 (a.csv)\n"
