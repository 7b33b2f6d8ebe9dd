"""The real command, as someone types it: what it prints, and the code with which it ends."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from tests.copies import published_project, write_study

from observlib import store
from observlib.base.period import Quarter
from observlib.cli import app

HEADER = "answer_id,date,question,value,scale_min,scale_max\n"
Observ = Callable[..., tuple[int, str, str]]
PROGRESS = re.compile(r"(?m)^Reading exports: [01] of 1.*\n")
SCRIPT = "from observlib.cli import main; main()"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with a published site, in which the command runs."""
    published_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def filled(place: Path, observ: Observ) -> Path:
    """The same, with answers of the first quarter of 2025 in its store."""
    answers(place / "raw", "2025", {"a": ("2025-01-01", 4), "b": ("2025-03-31", 5)})
    assert observ("ingest", "raw")[0] == 0
    return place


def answers(folder: Path, name: str, given: dict[str, tuple[str, object]]) -> Path:
    """An export of the questionnaire after a call, on a scale from 0 to 10."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"allo-service-public_satisfaction_{name}.csv"
    rows = [f"{key},{day},satisfaction,{mark},0,10\n" for key, (day, mark) in given.items()]
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def told(result: tuple[int, str, str], code: int, *parts: str) -> None:
    """Assert that a command ended in one clear line on standard error, and in nothing else."""
    ended, out, err = result
    assert (ended, out) == (code, "")
    assert err.startswith("observ: ") and err.count("\n") == 1 and err.endswith("\n")
    for part in parts:
        assert part in err


def is_untouched(place: Path) -> bool:
    """Whether the site is the one published before, with nothing half-made beside it."""
    reports = place / "reports"
    left = [path for path in reports.iterdir() if path.name.startswith(".work")]
    site = [path.name for path in (reports / "_site").iterdir()]
    text = (reports / "_site" / "index.html").read_text(encoding="utf-8")
    made = (reports / "editions").exists() and any((reports / "editions").iterdir())
    return (left, site, text, made) == ([], ["index.html"], "published", False)


def test_the_catalogue_is_printed_whole_and_unbroken_in_80_columns(observ, place, catalogue):
    code, out, err = observ("catalogue")
    assert (code, err) == (0, "")
    listed, _, known = out.partition("\ndepartments: ")
    assert all(len(line.rstrip()) <= 80 for line in listed.splitlines())
    assert listed.startswith(f"{len(catalogue.devices)} listening devices\n")
    for device in catalogue.devices.values():
        (row,) = [line.split() for line in listed.splitlines() if f"  {device.id} " in line]
        assert row == [device.id, device.pattern]
        assert f"  {device.loader}, {device.family}, {device.channel}, " in listed
    for product in catalogue.products:  # the words that `-p product=` takes
        assert product in known


def test_an_indicator_of_shares_that_no_attack_tries_is_refused_until_it_is_named(observ, place):
    path = place / "data" / "catalogue" / "indicators.yml"
    entry = '- id: regulars_share\n  label: Habitués\n  label_en: Regulars\n  unit: "%"\n'
    entry += "  method: Part de ceux qui reviennent.\n  better: neither\n"
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")
    code, out, err = observ("catalogue")
    assert (code, out) == (1, "") and err.count("no attack tries") == 1
    assert "regulars_share (%): no attack tries to work back whose answers it tells" in err
    assert "MEASURES" in err and "SHARES" in err and "untried" in err
    reason = "  untried: it tells of doors, not of people\n"
    path.write_text(path.read_text(encoding="utf-8") + reason, encoding="utf-8")
    assert observ("catalogue")[0] == 0


def test_a_sign_that_the_terminal_does_not_have_stops_nothing(place):
    answers(place / "raw", "x", {"a": ("2025-01-01", 4), "b": ("2025-01-01", 11)})
    done = run("ingest", "raw", cwd=place, PYTHONIOENCODING="latin-1")
    assert done.returncode == 0 and PROGRESS.sub("", done.stderr) == ""
    assert r"11 is outside the scale 0\u201310" in done.stdout


def test_an_ingestion_counts_by_device_what_it_read(observ, filled):
    text = "month,visits\n2025-01,10\n2025-02,10\n2025-03,x\n"
    (filled / "raw" / "boamp_audience.csv").write_text(text, encoding="utf-8")
    code, out, err = observ("ingest", "raw")
    assert (code, err) == (0, "")
    assert f"real data in {Path('data', 'store')}" in out
    table = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    assert table["device"] == ["files", "unchanged", "rows", "rejected"]
    assert table["audience-boamp"] == ["1", "0", "2", "1"]
    assert table["satisfaction-3939"] == ["1", "1", "0", "0"]
    assert table["all"] == ["2", "1", "2", "1"]


def test_every_file_that_no_device_claims_is_named_by_folder(observ, filled):
    for name in ["notes.txt", *(f"old/{i}.csv" for i in range(8)), *(f"f{i}/x" for i in range(9))]:
        (filled / "raw" / name).parent.mkdir(exist_ok=True)
        (filled / "raw" / name).write_text("x", encoding="utf-8")
    code, out, err = observ("ingest", "raw")
    assert (code, err) == (0, "")
    after = out[out.index("18 files not read, which no device claims:") :].splitlines()
    assert after[1] == "  raw: notes.txt"
    assert after[2:11] == [f"  {Path('raw', f'f{i}')}: x" for i in range(9)]
    assert after[11] == f"  {Path('raw', 'old')}: {', '.join(f'{i}.csv' for i in range(8))}"
    (filled / "raw" / "alone").mkdir()
    for i in range(40):  # a flood of them is bounded
        (filled / "raw" / "alone" / f"{i:02}.csv").write_text("x", encoding="utf-8")
    (line,) = [row for row in observ("ingest", "raw")[1].splitlines() if "alone" in row]
    assert line.endswith("28.csv, 29.csv, and 10 more")


def test_a_folder_without_exports_is_no_success_and_decides_no_kind_of_data(observ, place):
    (place / "empty").mkdir()
    told(observ("ingest", "empty"), 1, "empty: holds no export that a device claims", "catalogue")
    answers(place / "demo", "x", {"a": ("2025-01-01", 4)})
    (place / "demo" / "demonstration.json").write_text("{}", encoding="utf-8")
    assert observ("ingest", "demo")[0] == 0
    assert store.kind(place / "data") == "demonstration"


REFUSED = yaml.safe_load(Path(__file__).with_name("refused.yml").read_text(encoding="utf-8"))


def test_wrong_words_end_in_one_line_that_says_what_is_allowed(observ, filled):
    digest = store.store_digest(filled / "data")
    commands = ", ".join(str(command.name) for command in app.registered_commands)
    known = {"all": commands, "next": Quarter.of(date.today()) + 1}
    for words, parts in REFUSED.items():
        result = observ(*(word.format(**known) for word in shlex.split(words)))
        told(result, 2, *(part.format(**known) for part in parts))
    assert is_untouched(filled) and store.store_digest(filled / "data") == digest


def test_all_wrong_words_are_told_at_once(observ, filled):
    words = ("--study", "nope", "--study", "etude", "-p", "years=0", "-p", "colour=red")
    code, out, err = observ("edition", *words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 3
    assert all(word in err for word in ("'nope'", "'years' is '0'", "'colour'"))


def test_a_quarter_without_data_or_a_project_without_studies_is_told(observ, filled):
    told(observ("edition", "2020-T1"), 1, "2020-T1", "no data", "from 2025-T1 to 2025-T1")
    (filled / "notebooks" / "etude.ipynb").unlink()
    told(observ("edition"), 1, str(filled / "notebooks"), "holds no study", ".ipynb")
    assert is_untouched(filled)


@pytest.mark.parametrize("data", ["data", "nowhere"])
def test_a_data_folder_without_a_store_says_what_to_run(observ, place, data):
    told(observ("edition", "--data", data), 1, str(place / data), "has no store", "observ ingest")
    assert is_untouched(place) and not (place / "nowhere").exists()


def test_a_misspelt_data_folder_is_refused_and_not_taken_for_an_empty_one(observ, filled):
    before = sorted((filled / "data").rglob("*"))
    for words in (
        "catalogue", "status", "watch", "edition", "edition --explain", "plan a", "code a",
        "trace faaaaaaaaaaa", "preview etude", "forget a --respondent b", "diff 2026-T2 2026-T3",
        "practice new titre", "device new --id a",
    ):  # fmt: skip
        found = observ(*words.split(), "--data", "dta")
        told(found, 1, str(filled / "dta"), "is no folder", "observ ingest")
    assert not (filled / "dta").exists() and sorted((filled / "data").rglob("*")) == before


@pytest.mark.parametrize("words", [("ingest", "raw"), ("edition",)])
def test_an_agency_that_begins_with_no_device_is_told_how_to_add_one(observ, place, words):
    answers(place / "raw", "2025", {"a": ("2025-01-01", 4)})
    (place / "data" / "catalogue" / "devices.yml").write_text("# none yet\n", encoding="utf-8")
    told(observ(*words), 1, "devices.yml: lists no device yet", "`observ device new`")
    assert is_untouched(place) and not (place / "data" / "store").exists()


def test_a_demonstration_read_by_the_agency_s_own_devices_says_where_its_are(observ, place):
    path = answers(place / "raw", "2025", {"a": ("2025-01-01", 4)})
    path.rename(path.with_name("of_the_demonstration.csv"))
    (place / "raw" / "demonstration.json").write_text("{}", encoding="utf-8")
    code, _, err = observ("ingest", "raw")
    assert code == 1 and err.count("\n") == 1 and "--data data/demo" in err


def test_a_missing_quarto_says_where_to_get_it_and_what_does_without(observ, filled, monkeypatch):
    monkeypatch.setenv("PATH", str(filled))
    monkeypatch.setattr(sys, "executable", str(filled / "python"))
    found = observ("edition", "--publisher", "quarto")
    told(found, 1, "quarto", "not on PATH", "--publisher embedded")
    assert is_untouched(filled)


def test_outside_a_project_it_says_what_is_looked_for(observ, tmp_path, monkeypatch):
    (tmp_path / "raw").mkdir()
    monkeypatch.chdir(tmp_path)
    for words in (["catalogue"], ["ingest", "raw"], ["edition"]):
        told(observ(*words), 1, str(tmp_path), "data/catalogue", "inside the project")
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_it_runs_from_any_folder_and_makes_its_data_folder(observ, filled, monkeypatch):
    monkeypatch.chdir(filled / "notebooks")
    code, out, _ = observ("ingest", "../raw")
    assert code == 0 and str(filled / "data" / "store") in out.replace("\n", "")
    monkeypatch.chdir(filled)
    assert observ("ingest", "raw", "--data", "data/new")[0] == 0
    assert store.kind(filled / "data" / "new") == "real"


def test_a_folder_that_was_deleted_under_one_s_feet_is_told(observ, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    told(observ("catalogue"), 1, "was deleted")
    monkeypatch.chdir(tmp_path)


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, *words]
    how = {"cwd": cwd, "env": os.environ | {"PYTHONUTF8": "1"} | environment, "timeout": 120}
    return subprocess.run(command, **how, capture_output=True, encoding="utf-8", check=False)


def test_the_installed_script_is_this_command(place):
    script = shutil.which("observ", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("the package is not installed beside this Python")
    command = [script, "edition", "2026-Q5"]
    done = subprocess.run(command, cwd=place, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"observ: quarter '2026-Q5'") and done.stderr.count(b"\n") == 1


@pytest.mark.slow
def test_ctrl_c_while_a_study_runs_stops_it_without_a_traceback(filled):
    write_study(filled, "import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(100)")
    command, how = [sys.executable, "-c", SCRIPT, "edition"], {"start_new_session": True}
    how |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    process = subprocess.Popen(command, cwd=filled, **how)
    for _ in range(600):
        if (filled / "started").exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers and kernels too
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, ""), err
    assert err.splitlines()[-1].startswith("observ: interrupted; ") and "Traceback" not in err
    assert is_untouched(filled)
