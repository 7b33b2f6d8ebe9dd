"""Editions: a checklist stops a release, a preview opens, two editions differ in lines."""

import contextlib
import json
import os
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib import estimates
from observlib.base.files import write_all
from observlib.cli.edition import preview
from observlib.edition import checklist, release
from observlib.edition.checklist import Check
from observlib.estimates import make_comparisons
from observlib.pipeline import archive

FINE = Check("imports", "ok", "whole for 2026-T3")
LATE = Check("devices", "warning", "never gave anything: appels")
NOT_BEFORE = "2026-T3 may be released from 2026-11-16 08:45 (Paris), not before"
STOP = Check("hour", "blocking", NOT_BEFORE)
LINKS = Check("links", "blocking", "a.html: leads nowhere")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project whose edition would be made at once; what makes it calls what it is to call."""
    copy_catalogue(tmp_path)
    monkeypatch.chdir(tmp_path)
    index = tmp_path / "reports" / "_site" / "index.html"
    made = []

    def make(*_, approve, **__):
        made.append(approve)
        if approve:
            approve({}, {}, Path())
        return index, []

    monkeypatch.setattr(release, "release", make)
    return made


def finding(monkeypatch, before, after=()):
    monkeypatch.setattr(checklist, "before", lambda *_: [*before])
    monkeypatch.setattr(checklist, "after", lambda *_: [*after])


def test_nothing_is_made_before_the_hour_and_the_line_says_when_it_may(observ, place, monkeypatch):
    finding(monkeypatch, [FINE, STOP, LATE])
    code, out, err = observ("edition", "2026-T3", "--release", "--publisher", "embedded")
    assert code == 1 and place == []
    assert f"observ: hour: {STOP.told}\n" in err and "nothing was released" in err
    assert "devices" not in err  # which stops nothing
    states = [line.split()[:2] for line in out.splitlines() if line.split()[1:2]]
    assert [line for line in states if line[0] in ("hour", "devices", "imports")] == [
        *(["hour", "blocking"], ["devices", "warning"], ["imports", "ok"])
    ]


def test_what_only_a_made_edition_tells_stops_it_too(observ, place, monkeypatch):
    finding(monkeypatch, [FINE, LATE], [LINKS])
    code, out, err = observ("edition", "2026-T3", "--release", "--json", "--publisher", "embedded")
    assert code == 1 and len(place) == 1 and '"problem": "links: a.html' in err
    found = json.loads(out)
    assert found == {"released": False, "checks": [one._asdict() for one in (FINE, LATE, LINKS)]}


def test_an_edition_is_released_with_its_warnings(observ, place, monkeypatch):
    finding(monkeypatch, [FINE], [LATE])
    words = ("edition", "2026-T3", "--release", "--publisher", "embedded")
    code, out, err = observ(*words)
    assert (code, err) == (0, "") and "never gave anything" in out and "index.html" in out
    found = json.loads(observ(*words, "--json")[1])
    assert found["released"] and [one["name"] for one in found["checks"]] == ["imports", "devices"]


def test_a_daily_timer_releases_what_is_due_and_no_more(observ, place, monkeypatch):
    finding(monkeypatch, [FINE], [FINE])
    words = ("edition", "--release", "--publisher", "embedded", "--json")
    code, out, err = observ(*words)
    assert (code, err, place) == (0, "", [])
    assert json.loads(out) == {"released": False, "checks": []}
    text = "editions: [{quarter: 2019-T4, date: 2020-02-17}]"
    Path("data/calendar.yml").write_text(text, encoding="utf-8")
    assert json.loads(observ(*words)[1])["released"] and len(place) == 1


def test_the_page_is_opened_where_there_is_a_screen(tmp_path, monkeypatch, capsys):
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    page, opened, screens = tmp_path / "page.html", [], ("DISPLAY", "WAYLAND_DISPLAY")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr("observlib.edition.execute.started", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr("observlib.edition.new_study.page_preview", lambda *_: page)
    for name in screens:
        monkeypatch.delenv(name, raising=False)
    preview("essai")
    assert (capsys.readouterr().out, opened) == (f"{page.as_uri()}\n", [])
    for name in screens:
        with monkeypatch.context() as patch:
            patch.setenv(name, ":0")
            preview("essai", no_open=True)
            assert opened == []
            preview("essai")
            assert opened.pop() == page.as_uri()


ROOT = Path(__file__).parents[2]
SCRIPT = "from observlib.cli import main; main()"


def redirected(words: str, redirection: str) -> tuple[int, str]:
    """The exit code of a command whose output a shell leads somewhere, and what it told."""
    line = f'"$0" -c "{SCRIPT}" {words} {redirection}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable], cwd=ROOT, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_a_closed_output_stops_a_command_before_it_does_anything():
    code, told = redirected("--help", ">&-")
    assert code == 2
    assert told == (
        "observ: standard output or error is closed; lead it to a file, or to /dev/null\n"
    )
    assert redirected("edition", "2>&-") == (2, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_an_output_on_a_full_disk_is_told_in_one_line():
    code, told = redirected("--help", "> /dev/full")
    assert code == 1
    assert told == "observ: standard output: No space left on device; lead it to another file\n"


def test_a_reader_that_wants_no_more_ends_the_command_without_a_word():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "--help"], cwd=ROOT, stdout=write,
        stderr=subprocess.PIPE, encoding="utf-8", check=False,
    )  # fmt: skip
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


ROW = {"indicator": "satisfaction_10", "product": "boamp", "channel": "web", "device": "jdma-boamp"}
ROW |= {"unit": "sur 10", "n": 40, "source": "a@1"}


def test_two_editions_differ_in_lines_or_in_json_and_an_absent_one_is_told(
    tmp_path, monkeypatch, observ
):
    copy_catalogue(tmp_path)
    monkeypatch.chdir(tmp_path)
    for number, quarter in enumerate(("2026-T2", "2026-T3")):
        told = estimates.make([{**ROW, "period": quarter, "estimate": 6.0 + number}])
        content = archive.content(told, make_comparisons(None), {"wide": []})
        write_all(content, tmp_path / "data" / "published" / f"000{number}-{quarter}")
    code, out, err = observ("diff", "2026-T2", "2026-T3")
    assert (code, err) == (0, "")
    text = out.replace("\u00a0", " ")
    assert "Other figures of both (1):\n  BOAMP, " in text and "6,0 sur 10 → 7,0 sur 10" in text
    code, out, err = observ("diff", "2026-T1", "2026-T3")
    assert (code, out) == (1, "") and "published are 2026-T2, 2026-T3" in err
    (row,) = json.loads(observ("diff", "2026-T2", "2026-T3", "--json")[1])["changed"]
    assert row["before_estimate"] == 6.0
    assert row["ci_low"] is None, "a number that is none would be NaN, which is no JSON"


def test_an_edition_that_is_not_there_makes_no_package(observ):
    code, out, err = observ("partners", "2199-T1", "--to", "x")
    assert (code, out) == (1, "") and err.startswith("observ: edition 2199-T1: does not exist;")
