"""Who compares two editions at the terminal reads what changed, and a program can read it too."""

import json
from typing import Any

import pytest
from tests.copies import copy_catalogue

from observlib import estimates
from observlib.estimates import comparisons
from observlib.pipeline import archive

ROW = {"indicator": "satisfaction_10", "product": "boamp", "channel": "web", "device": "jdma-boamp"}
ROW |= {"unit": "sur 10", "n": 40, "source": "a@1"}


@pytest.fixture
def place(tmp_path, monkeypatch):
    copy_catalogue(tmp_path)
    for number, quarter in enumerate(("2026-T2", "2026-T3")):
        told = estimates.make([{**ROW, "period": quarter, "estimate": 6.0 + number}])
        folder = tmp_path / "data" / "published" / f"000{number}-{quarter}"
        folder.mkdir(parents=True)
        files = archive.content(told, comparisons.make(None), {"wide": []})
        for name, content in files.items():
            (folder / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_values_of_a_figure_are_told_in_a_line(place, observ):
    code, out, err = observ("diff", "2026-T2", "2026-T3")
    assert (code, err) == (0, "")
    text = out.replace("\u00a0", " ")
    assert "Other figures of both (1):\n  BOAMP, " in text and "6,0 sur 10 → 7,0 sur 10" in text


def test_a_program_reads_json_in_which_no_number_is_none(place, observ):
    def refuse(word: str) -> Any:
        raise AssertionError(f"{word} is no JSON")

    code, out, _ = observ("diff", "2026-T2", "2026-T3", "--json")
    found = json.loads(out, parse_constant=refuse)
    assert code == 0 and found["changed"][0]["before_estimate"] == 6.0
    assert found["changed"][0]["ci_low"] is None


def test_an_edition_that_was_never_published_ends_in_one_line(place, observ):
    code, out, err = observ("diff", "2026-T1", "2026-T3")
    assert (code, out) == (1, "") and "published are 2026-T2, 2026-T3" in err
