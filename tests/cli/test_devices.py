"""The catalogue checked, rows forgotten, alarms, plans, what is late, and texts coded by hand."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.copies import DEMO, copy_catalogue, published_project
from tests.desk.conftest import DEVICE, heard, standin, steady
from tests.texts import TEXTS, verbatims, with_texts

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.edition import new_study
from observlib.edition.checklist import written

__all__ = ["heard", "standin"]
Observ = Callable[..., tuple[int, str, str]]
RATING = "answer_id,date,question,value,scale_min,scale_max\n"
REVIEW = """id: {0}
edition: 2026-T3
told: {0}
date: 2026-12-03
role: pôle
verdict: reproduced
"""
WRONG = {  # a file that is wrong, and what is told of it
    "data/practices/vocabulary.yml": ("tools: {}", "vocabulary.yml: has tools; it has `tools` and"),
    "data/actions/a.yml": ("id: a", "a.yml:1: 'a': key 'title' is missing"),
    "data/decisions/d.yml": ("id: d", "d.yml:1: 'd': key 'task' is missing"),
    "data/partners/p.yml": ("id: p", "p.yml:1: 'p': key 'partner' is missing"),
    "data/corrections/c.yml": ("id: c", "c.yml:1: 'c': key 'title' is missing"),
    "data/expectations/e.yml": ("id: e", "e.yml:1: 'e': key 'title' is missing"),
    "reports/errata/r.yml": ("id: r", "r.yml:1: 'r': key 'day' is missing"),
    "reports/reviews/v.yml": (REVIEW.format("v"), "told is 'v': a digest of 32 characters is"),
    "data/calendar.yml": (
        "editions: [{quarter: 2026-T3, date: 2026-11-15}]",
        "calendar.yml:1: the file: editions.0: its date 2026-11-15 is no working day",
    ),
    "notebooks/autre.ipynb": ("{}", "autre.ipynb: is no notebook"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, with one study."""
    published_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(project: Path, name: str, text: str) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text(text, encoding="utf-8")


def fill_store(project: Path, observ: Observ) -> None:
    rows = "".join(f"a-{n},2026-0{n % 9 + 1}-12,satisfaction,5,0,10\n" for n in range(40))
    put(project, "raw/allo-service-public_satisfaction_a.csv", RATING + rows)
    assert observ("ingest", "raw")[0] == 0


def test_whoever_checks_the_catalogue_is_told_of_every_mistake_at_once(project, observ):
    wrong = {name: WRONG[name] for name in WRONG if name != "data/actions/a.yml"}
    for name, (text, _) in wrong.items():  # decisions name actions, and are checked after them
        put(project, name, text)
    assert observ("catalogue")[0] == 1
    with pytest.raises(ObservError) as error:  # of which the command prints the first
        written(project / "data", project, date(2026, 11, 24))
    for name, (_, said) in wrong.items():
        assert said in str(error.value), name


@pytest.mark.parametrize(
    "name", ["reports/reviews/v.yml", "data/calendar.yml", "data/actions/a.yml"]
)
def test_an_edition_and_its_explanation_stop_at_the_same_mistake(project, observ, name):
    fill_store(project, observ)
    text, said = WRONG[name]
    put(project, name, text)
    for words in (("catalogue",), ("edition", "--explain"), ("edition",)):
        code, out, err = observ(*words)
        assert code == 1 and said in err and not out, words
        assert len(err.splitlines()) == len([line for line in err.splitlines() if name in line])


def test_a_correction_that_the_exports_contradict_is_told_by_the_catalogue(project, observ):
    fill_store(project, observ)
    put(
        project,
        "data/corrections/note.yml",
        "id: note\ntitle: Notes\ndevice: satisfaction-3939\nfirst: 2026-01-01\nlast: 2026-09-30\n"
        "column: value\nexpect: 7\nbecomes: 8\nreason: Une erreur.\ndate: 2026-10-01\n"
        "provider: pôle\nstatus: open\n",
    )
    code, _, err = observ("catalogue")
    assert code == 1 and "note.yml:7: 'note': the source no longer gives 7" in err


FORGETFUL = "satisfaction-3939"
NAME = "allo-service-public_satisfaction_x.csv"
ROWS = RATING + "".join(f"rep-{n},2025-07-0{n},satisfaction,4,1,5\n" for n in (1, 2, 3))


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


def test_a_folder_without_a_store_says_so(filled, observ):
    code, _, err = observ("forget", FORGETFUL, "--respondent", "a", "--data", "data/other")
    assert code == 1 and "has no store" in err


@pytest.fixture
def silent(heard):
    """A data folder with a catalogue of its own, in which a device fell silent."""
    folder = heard(steady(200, ["Très bien"] * 10))
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
    return json.loads(observ("plan", device, "--json", "--data", demonstration)[1])


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
    _, _, err = observ("plan", "audience-boamp", "--data", demonstration)
    assert "gives audience; what can be planned are answers" in err


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


WORDS = [f"Le service {number} est long." for number in range(85)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue) -> Path:
    folder, texts = copy_catalogue(tmp_path), verbatims(WORDS)
    device = with_texts(catalogue).devices[TEXTS].model_dump(mode="json", exclude_defaults=True)
    (folder / "devices.yml").write_text(yaml.safe_dump([device]), encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "raw").mkdir()
    shutil.copytree(Path(__file__).parents[2] / "data" / "reference", tmp_path / "data/reference")
    monkeypatch.chdir(tmp_path)
    real: Callable[..., pd.DataFrame] = store.read

    def read(data: Path, table: str, first: Quarter, last: Quarter, **where: str) -> pd.DataFrame:
        if table != "verbatims":
            return real(data, table, first, last, **where)
        within = texts["date"].between(pd.Timestamp(first.start), pd.Timestamp(last.end))
        return texts[within & (texts["device"] == where["device"])]

    monkeypatch.setattr(store, "read", read)
    return tmp_path


def codes(place: Path) -> pd.DataFrame:
    return store.read(place / "data", "codes", None, None)


def fill(path: Path, code: str) -> None:
    rows = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    rows.assign(Colère=code).to_csv(path, sep=";", index=False)


def test_texts_are_drawn_handed_out_filled_in_and_taken_back(observ, place):
    code, out, err = observ("code", TEXTS, "2026-T3", "--sample", "40")
    assert (code, err) == (0, "")
    assert "Drew 40 of the 85 texts" in out and "Colère: oui, non." in out
    folder = place / "data" / "raw" / "codage"
    names = [f"codage_{TEXTS}_2026-T3_codeur-{coder}.csv" for coder in (1, 2)]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert observ("ingest", "data/raw")[0] == 0  # before anyone filled them in
    for name, word in zip(names, ("oui", "non"), strict=True):
        fill(folder / name, word)
    code, out, err = observ("ingest", "data/raw")
    assert (code, err) == (0, "")
    found = codes(place)
    assert len(found) == 80 and set(found["device"]) == {TEXTS}
    by_coder = found.groupby("coder")["code"].unique().str.join("").to_dict()
    assert by_coder == {"1": "yes", "2": "no"}
    assert set(found["answer_id"]) < set(verbatims(WORDS)["answer_id"])
    fill(folder / names[0], "non")  # a coder's second thoughts take the place of the first
    assert observ("ingest", "data/raw")[0] == 0
    found = codes(place)
    assert len(found) == 80 and set(found["code"]) == {"no"}


def test_what_cannot_be_drawn_or_taken_back_is_told_in_a_line(observ, place):
    code, _, err = observ("code", "inconnu", "2026-T3")
    assert code == 2 and "device 'inconnu': does not exist" in err
    code, _, err = observ("code", TEXTS, "2026-T1")
    assert code == 1 and "no text of 2026-T1" in err
    assert observ("code", TEXTS, "2026-T3")[0] == 0
    code, _, err = observ("code", TEXTS, "2026-T3")
    assert code == 1 and err.count("may be filled in") == 2
    folder = place / "data" / "raw" / "codage"
    one, two = sorted(folder.iterdir())
    fill(one, "peut-être")
    two.rename(folder / "codage_autre-dispositif_2026-T3_codeur-2.csv")
    code, _, err = observ("ingest", "data/raw")
    assert code == 1 and "named after the device 'autre-dispositif'" in err
    assert "such as row 2: Colère is none of oui, non" in err
