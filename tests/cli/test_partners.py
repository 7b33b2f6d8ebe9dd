"""`observ partners`: a wrong word is one line, and what was made is told."""

import json

import pytest

from observlib.edition import packages


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("2026Q3", "--to", "x"), 2, "quarter '2026Q3': not a quarter;"),
        (("2199-T1", "--to", "x"), 1, "edition 2199-T1: does not exist;"),
        (("2026-T3", "--to", "reports/x"), 2, "reports/x: is in reports/, which is the site's"),
        (("2026-T3",), 2, "--to"),
    ],
)
def test_a_wrong_word_is_one_line_and_nothing_is_written(observ, words, code, said):
    found, out, err = observ("partners", *words)
    assert (found, out) == (code, "") and said in err
    assert err.count("\n") == 1 and "Traceback" not in err


def test_what_was_made_is_told_to_people_and_to_programs(observ, monkeypatch, tmp_path):
    made = {str(tmp_path / "2026-T3-caisse.zip"): "made"}
    monkeypatch.setattr(packages, "make", lambda *words, **more: made)
    _, out, _ = observ("partners", "2026-T3", "--to", tmp_path)
    assert "2026-T3-caisse.zip: made" in out and "Nothing was sent" in out
    _, out, _ = observ("--json", "partners", "2026-T3", "--to", tmp_path)
    assert json.loads(out)["packages"] == made
