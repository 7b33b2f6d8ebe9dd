"""Who releases an edition reads the checklist, and a timer can tell what was missing."""

import json
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib.edition import checklist, release
from observlib.edition.checklist import Check

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
