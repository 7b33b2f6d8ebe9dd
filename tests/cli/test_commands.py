"""Each command, as people type it and as programs read it; a mistake is a line."""

import json
import re
import shutil
from typing import Any

import pytest
from tests.copies import DEMO, copy_catalogue
from tests.desk.conftest import DEVICE, heard, standin, steady

from observlib import estimates
from observlib.edition import new_study
from observlib.estimates import make_comparisons
from observlib.pipeline import archive

ROW = {"indicator": "satisfaction_10", "product": "boamp", "channel": "web", "device": "jdma-boamp"}
ROW |= {"unit": "sur 10", "n": 40, "source": "a@1"}


@pytest.fixture
def differing(tmp_path, monkeypatch):
    copy_catalogue(tmp_path)
    for number, quarter in enumerate(("2026-T2", "2026-T3")):
        told = estimates.make([{**ROW, "period": quarter, "estimate": 6.0 + number}])
        folder = tmp_path / "data" / "published" / f"000{number}-{quarter}"
        folder.mkdir(parents=True)
        files = archive.content(told, make_comparisons(None), {"wide": []})
        for name, content in files.items():
            (folder / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_values_of_a_figure_are_told_in_a_line_and_an_absent_edition_in_one(differing, observ):
    code, out, err = observ("diff", "2026-T2", "2026-T3")
    assert (code, err) == (0, "")
    text = out.replace("\u00a0", " ")
    assert "Other figures of both (1):\n  BOAMP, " in text and "6,0 sur 10 → 7,0 sur 10" in text
    code, out, err = observ("diff", "2026-T1", "2026-T3")
    assert (code, out) == (1, "") and "published are 2026-T2, 2026-T3" in err


def test_a_program_reads_json_in_which_no_number_is_none(differing, observ):
    def refuse(word: str) -> Any:
        raise AssertionError(f"{word} is no JSON")

    code, out, _ = observ("diff", "2026-T2", "2026-T3", "--json")
    found = json.loads(out, parse_constant=refuse)
    assert code == 0 and found["changed"][0]["before_estimate"] == 6.0
    assert found["changed"][0]["ci_low"] is None


FORGETFUL = "satisfaction-3939"
NAME = "allo-service-public_satisfaction_x.csv"
ROWS = "answer_id,date,question,value,scale_min,scale_max\n" + "".join(
    f"rep-{n},2025-07-0{n},satisfaction,4,1,5\n" for n in (1, 2, 3)
)


@pytest.fixture
def filled(tmp_path, monkeypatch, observ):
    copy_catalogue(tmp_path)
    (tmp_path / "data" / "raw").mkdir()
    (tmp_path / "data" / "raw" / NAME).write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert observ("ingest", "data/raw")[0] == 0
    return tmp_path


def test_a_respondent_is_forgotten_and_not_named(filled, observ):
    code, out, err = observ("forget", FORGETFUL, "--respondent", "rep-2")
    assert (code, err) == (0, "") and "rep-2" not in out
    assert f"Forgot 1 row of {FORGETFUL}" in out and f"{NAME}: 1 row\n" in out
    assert "Nothing left of what was to be forgotten, in 2 files" in out
    assert observ("forget", FORGETFUL, "--before", "2025-07-02")[1].startswith("Forgot 1 row ")


@pytest.mark.parametrize(("words", "why"), [
    ((FORGETFUL,), "either --before YYYY-MM-DD or --respondent ID"),
    ((FORGETFUL, "--before", "2025-01-01", "--respondent", "a"), "either --before"),
    ((FORGETFUL, "--respondent", ""), "either --before"),
    ((FORGETFUL, "--before", "yesterday"), "does not match the format"),
    ((FORGETFUL, "--before", "2999-01-01"), "lies in the future"),
    (("nothing", "--respondent", "a"), "device 'nothing': is not in the catalogue"),
])  # fmt: skip
def test_a_mistake_is_told_in_a_line_and_forgets_nothing(filled, observ, words, why):
    before = (filled / "data" / "store" / "ledger.json").read_bytes()
    code, out, err = observ("forget", *words)
    assert (code, out) == (2, "") and why in err and err.count("\n") == 1
    assert (filled / "data" / "store" / "ledger.json").read_bytes() == before


def test_a_folder_without_a_store_says_so(filled, observ):
    code, _, err = observ("forget", FORGETFUL, "--respondent", "a", "--data", "data/other")
    assert code == 1 and "has no store" in err


@pytest.mark.parametrize(("words", "code", "said"), [
    (("2026Q3", "--to", "x"), 2, "quarter '2026Q3': not a quarter;"),
    (("2199-T1", "--to", "x"), 1, "edition 2199-T1: does not exist;"),
    (("2026-T3", "--to", "reports/x"), 2, "reports/x: is in reports/, which is the site's"),
    (("2026-T3",), 2, "--to"),
])  # fmt: skip
def test_a_wrong_word_is_one_line_and_nothing_is_written(observ, words, code, said):
    found, out, err = observ("partners", *words)
    assert (found, out) == (code, "") and said in err
    assert err.count("\n") == 1 and "Traceback" not in err


__all__ = ["heard", "standin"]


@pytest.fixture
def silent(heard):
    """A data folder with a catalogue of its own, in which a device fell silent."""
    folder = heard(steady(200))
    shutil.copytree(DEMO / "catalogue", folder / "catalogue")
    return folder


def test_an_alarm_is_printed_once_with_its_owner_then_no_more(observ, silent):
    code, out, _ = observ("watch", "--data", silent)
    assert code == 0 and "1 alarm" in out
    assert DEVICE in out and "information-legale" in out and "nothing comes any more" in out
    code, out, _ = observ("watch", "--data", silent)
    assert (code, out) == (0, "1 device watched, 2 series: no alarm\n")


def test_looking_back_tells_again_and_remembers_nothing(observ, silent):
    for _ in range(2):
        code, out, _ = observ("watch", "--since", "2025-01-01", "--data", silent)
        assert code == 0 and "1 alarm" in out
    assert not (silent / "watched.json").exists()
    code, _, err = observ("watch", "--since", "2025-01-01", "--webhook", "--data", silent)
    assert code == 2 and len(err.splitlines()) == 1
    told = json.loads(observ("watch", "--json", "--data", silent)[1])  # as programs do
    (alarm,) = told["alarms"]
    named = (alarm["device"], alarm["kind"], alarm["owner"])
    assert named == (DEVICE, "silence", "information-legale")
    assert alarm["began"] == "2025-07-20" and told["mails"] == []


def test_an_alarm_that_could_not_be_sent_is_told_again(observ, silent, monkeypatch):
    monkeypatch.setenv("OBSERV_WEBHOOK_URL", "http://127.0.0.1:9/hook")
    code, _, err = observ("watch", "--webhook", "--data", silent)
    assert code == 1 and "cannot be reached" in err and "hook" not in err
    _, out, _ = observ("watch", "--data", silent)
    assert "1 alarm" in out


def told(observ, device, demonstration) -> dict:
    code, out, err = observ("plan", device, "--json", "--data", demonstration)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_survey_tells_what_it_needs_what_to_drop_and_how_long_it_takes(observ, demonstration):
    code, out, err = observ("plan", "enquete-service-public", "--data", demonstration)
    assert (code, err) == (0, "")
    assert out.startswith("Online survey of Service-public.fr, as of 2026-T3\n")
    assert re.search(r"Satisfaction out of 10 +\d+ +0\.\d\d +0\.50 +\d+ +needs \d+ weeks:", out)
    assert re.search(r"unsure: Satisfaction out of 10 \d+ to \d+; ", out)
    assert re.search(r"Satisfied users +\d+ +\d+\.\d pt +5\.0 pt +\d,\d{3} +", out)
    assert "comment « Un dernier mot ? »: open text that is never loaded" in out
    assert re.search(r"Weighted .* need 1\.\d\d times as many: their design effect", out)
    assert re.search(r"Last quarter \d+ people answered \d\.\d closed questions each:", out)
    assert "10.6 seconds: Pew Research Center" in out
    for line in out.splitlines()[3:10]:
        assert len(line) <= 80, "a table is wider than a narrow terminal"


def test_a_form_of_few_answers_says_what_is_assumed(observ, demonstration):
    code, out, _ = observ("plan", "jdma-journal-officiel", "--data", demonstration)
    assert code == 0 and re.search(r"Clarity of language\* +few ", out)
    assert "* too few answered to know the spread: the median of other devices" in out
    assert "help_satisfaction: no figure, group or weight rests on it" in out
    found = told(observ, "jdma-journal-officiel", demonstration)
    assert {row["spread"] for row in found["verdicts"]} == {"others"}
    assert all(row["answers"] is None or row["answers"] >= 15 for row in found["verdicts"])
    found = told(observ, "jdma-service-public", demonstration)
    assert {row["spread"] for row in found["verdicts"]} == {"own"}
    assert found["asked"]["open"] == 1 and found["effect"] is None


@pytest.mark.parametrize(("device", "why"), [
    ("enquete-legifrence", "is not in the catalogue; is it 'enquete-legifrance'?"),
    ("nothing", "is not in the catalogue; `observ catalogue` lists it"),
    ("audience-boamp", "gives audience; what can be planned are answers"),
    ("boutique-documentation", "of surveys and ratings: enquete-demarches, "),
    ("insee-population", "gave nothing yet"),
])  # fmt: skip
def test_what_cannot_be_planned_is_told_in_a_line_with_what_can(observ, demonstration, device, why):
    code, out, err = observ("plan", device, "--data", demonstration)
    assert (code, out) == (2, "") and why in err and err.count("\n") == 1


def test_what_is_corrected_and_expected_is_told_to_people_and_to_machines(observ, demonstration):
    _, out, _ = observ("status", "--data", demonstration)
    assert "boamp-mois-double: open, audience-boamp, 2025-02-01 to 2025-02-28; told by" in out
    assert "accueil-telephonique: exploratory, as it was written after the end of" in out
    assert "reponses-plus-claires: announced; first seen on" in out
    _, out, _ = observ("status", "--json", "--data", demonstration)
    told = json.loads(out)
    (one,) = told["corrections"]
    assert (one["status"], one["provider"]) == ("open", "équipe des annonces")
    assert set(told["expectations"]) == {"accueil-telephonique", "reponses-plus-claires"}


STALE = {"calls": "the library", "polls": "fresh", "new": "never executed"}


@pytest.mark.parametrize(
    ("found", "code"), [(STALE, 1), ({"calls": "executed outside"}, 1), ({"polls": "fresh"}, 0)]
)
def test_a_notebook_that_is_not_fresh_is_told_as_such(observ, monkeypatch, found, code):
    monkeypatch.setattr(new_study, "states", lambda root: found)
    done, out, err = observ("status", "--notebooks")
    rows = dict(re.findall(r"(?m)^ +(\w+)  +(\S.*?) *$", out))
    assert done == code and found.items() <= rows.items()
    assert len(err.splitlines()) == code and ("`make notebooks`" in err) == bool(code)
    done, out, _ = observ("status", "--notebooks", "--json")
    assert done == code and json.loads(out) == {"notebooks": found}
