"""`observ … new` says where it wrote, asks in a terminal only, and never leaves a traceback."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib import project, scaffold

ROOT = Path(__file__).parents[2]
Observ = Callable[..., tuple[int, str, str]]
DEVICE = {
    "id": "jdma-boamp", "label": "Avis sur le BOAMP", "family": "feedback", "channel": "web",
    "owner": "annonces", "product": "boamp", "frequency": "continuous",
    "personal-data": "Aucune.", "pattern": "jdma_boamp_*.csv", "loader": "jdma",
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy_catalogue(tmp_path)
    shutil.copytree(ROOT / "data" / "practices", tmp_path / "data" / "practices")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def options(words: dict[str, str]) -> list[str]:
    return [part for key, value in words.items() for part in (f"--{key}", value)]


def told(result: tuple[int, str, str], *parts: str) -> None:
    """A mistake of the command: code 2, and lines on standard error only."""
    code, out, err = result
    assert (code, out) == (2, "")
    assert err and all(line.startswith("observ: ") for line in err.splitlines())
    for part in parts:
        assert part in err


@pytest.mark.parametrize("group", ["practice", "study", "device"])
def test_a_group_alone_says_what_may_follow_and_its_help_fits_a_terminal(
    observ, monkeypatch, group
):
    told(observ(group), "commands are new")
    told(observ(group, "old"), "'old'", "commands are new")
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = observ(group, "new", "--help")
    assert code == 0
    assert not any(line.endswith("...") or len(line) > 80 for line in out.splitlines())


def test_a_new_sheet_is_written_and_told(observ, place):
    words = ("--tool", "matomo", "--product", "boamp", "--product", "bodacc")
    code, out, err = observ("practice", "new", "Un essai", *words)
    path = place / "data" / "practices" / "un-essai.md"
    assert (code, err) == (0, "") and str(path) in out
    assert "products: [boamp, bodacc]" in path.read_text(encoding="utf-8")
    told(observ("practice", "new", "Un essai"), "exists already")
    told(observ("practice", "new"), "title", "`observ practice new --help`")
    told(observ("practice", "new", "Autre", "--verdict", "bof"), "à refaire, à adapter, à éviter")


def test_a_new_study_needs_the_demonstration_and_says_how_to_make_it(observ, place):
    code, out, err = observ("study", "new", "essai")
    assert (code, out) == (1, "") and "observ demo data/demo/raw" in err
    told(observ("study", "new", "Un essai"), "name 'Un essai'")
    told(observ("study", "new", "essai", "--order", "premier"), "--order")


def test_what_a_new_study_is_called_reaches_it(observ, place, monkeypatch):
    given: list[object] = []

    def new_study(*words: object) -> Path:
        given.extend(words)
        return place / "notebooks" / "essai.ipynb"

    monkeypatch.setattr(scaffold, "new_study", new_study)
    code, out, _ = observ("study", "new", "essai", "--title", "Un essai", "--order", "7")
    assert code == 0 and "essai.ipynb" in out
    assert given == [place, "essai", "Un essai", "Que veut-on savoir ?", 7]


def test_a_new_device_is_added_and_shown(observ, place):
    code, out, err = observ("device", "new", *options(DEVICE))
    assert (code, err) == (0, "") and "- id: jdma-boamp" in out
    assert project.catalogue(Path("data")).devices["jdma-boamp"].product == "boamp"
    assert observ("catalogue")[1].count("jdma-boamp") == 1


def test_without_a_terminal_nothing_is_asked_and_all_that_is_missing_is_told(observ, place):
    told(observ("device", "new", "--id", "a"), "`loader` is missing; allowed: ", "`owner` is")


def test_in_a_terminal_only_what_is_missing_is_asked_for(observ, place, monkeypatch):
    asked: list[str] = []

    def prompt(text: str) -> str:
        asked.append(text)
        return "monthly"

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)
    given = {key: value for key, value in DEVICE.items() if key != "frequency"}
    assert observ("device", "new", *options(given))[0] == 0
    (question,) = asked
    assert question.startswith("frequency (continuous, daily")
    assert project.catalogue(Path("data")).devices["jdma-boamp"].frequency == "monthly"


def answering(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> list[str]:
    """Give these answers in a terminal, in order; the questions that were asked."""
    asked: list[str] = []

    def prompt(text: str) -> str:
        asked.append(text.split(" (")[0])
        return answers[len(asked) - 1]

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)
    return asked


def test_an_answer_that_will_not_do_is_asked_again_at_once_with_the_reason(
    observ, place, monkeypatch
):
    given = {key: DEVICE[key] for key in ("label", "family", "channel", "frequency", "loader")}
    answers = ["JDMA", "jdma-legifrance", "jdma-boamp", "cuisine", "annonces", "Aucune."]
    answers += ["jdma_legifrance_*.csv", "jdma_boamp_*.csv", "boamp"]
    asked = answering(monkeypatch, answers)
    code, _, err = observ("device", "new", *options(given))
    assert code == 0
    assert asked == ["id"] * 3 + ["owner"] * 2 + ["personal data"] + ["pattern"] * 2 + ["product"]
    reasons = ("id is 'JDMA'", "already used", "unknown owner 'cuisine'", "is that of the device")
    assert [part in line for part, line in zip(reasons, err.splitlines(), strict=True)] == [
        True
    ] * 4


def test_what_was_given_and_will_not_do_is_told_before_anything_is_asked(
    observ, place, monkeypatch
):
    asked = answering(monkeypatch, [])
    result = observ("device", "new", "--owner", "cuisine", "--loader", "excel")
    told(result, "unknown owner 'cuisine'", "unknown loader 'excel'")
    assert not asked


def test_ctrl_c_at_a_question_writes_nothing(observ, place, monkeypatch):
    def interrupt(text: str) -> str:
        raise KeyboardInterrupt

    before = (place / "data" / "catalogue" / "devices.yml").read_bytes()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", interrupt)
    code, _, err = observ("device", "new")
    assert code == 130 and "interrupted" in err
    assert (place / "data" / "catalogue" / "devices.yml").read_bytes() == before


CALLS = "Identifiant;Début;Résultat;Attente;Agent\n"
FROM = {
    key: value for key, value in DEVICE.items() if key not in ("loader", "pattern", "id", "channel")
} | {"id": "appels-boamp", "channel": "phone", "pattern": "appels_*.csv"}


def export(place: Path, text: str, name: str = "appels_2026-03.csv") -> Path:
    path = place / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_export_of_a_known_format_is_shown_and_its_device_added(observ, place):
    rows = "a1;2026-03-02 08:14;Décroché;25;Zoé Martin\na2;2026-03-02 08:14;Parti;25;Zoé Martin\n"
    path = export(place, CALLS + rows)
    before = (place / "data" / "catalogue" / "devices.yml").read_bytes()
    code, out, err = observ("device", "new", "--from", path, *options(FROM))
    assert code == 2 and "nothing was written; `--yes` adds" in err
    assert (place / "data" / "catalogue" / "devices.yml").read_bytes() == before
    said = " ".join(out.split())
    assert "read as calls, into the table calls" in said
    assert "moment Début 2026-03-02 07:14 UTC" in said
    assert "1 row would be read, 1 rejected" in said
    assert "appels_2026-03.csv:3: Résultat 'Parti': is no outcome; write décroché" in said
    assert "1 column not read: Agent: of no field" in said
    assert "Zoé" not in out + err
    code, out, err = observ("device", "new", "--from", path, *options(FROM), "--yes")
    assert (code, err) == (0, "") and "loader: calls" in out
    assert project.catalogue(Path("data")).devices["appels-boamp"].loader == "calls"
    given = FROM | {"id": "b", "pattern": "appels_20*.csv"}
    code, _, err = observ("device", "new", "--from", path, *options(given), "--yes")
    assert code == 2 and "is claimed by the device appels-boamp already" in err


def test_without_a_terminal_a_file_is_shown_before_what_is_missing_is_told(observ, place):
    path = export(place, CALLS + "a1;2026-03-02 08:14;Décroché;25;Zoé Martin\n")
    code, out, err = observ("device", "new", "--from", path)
    assert code == 2 and "read as calls" in out and "`owner` is missing; allowed" in err


def test_a_pattern_that_the_shown_file_does_not_fit_is_refused(observ, place):
    path = export(place, CALLS + "a1;2026-03-02 08:14;Décroché;25;Zoé Martin\n")
    given = FROM | {"pattern": "calls_*.csv"}
    code, _, err = observ("device", "new", "--from", path, *options(given), "--yes")
    assert code == 2 and "pattern 'calls_*.csv': does not fit 'appels_2026-03.csv'" in err


def test_a_file_that_two_formats_read_alike_waits_for_a_choice(observ, place, monkeypatch):
    formats = place / "data" / "formats"
    shutil.copy(formats / "calls.yml", formats / "twin.yml")
    path = export(place, CALLS + "a1;2026-03-02 08:14;Décroché;25;Zoé Martin\n")
    told(observ("device", "new", "--from", path, *options(FROM), "--yes"), "as calls and as twin",
         "`--loader`")  # fmt: skip
    asked = answering(monkeypatch, ["3", "2"])
    assert observ("device", "new", "--from", path, *options(FROM), "--yes")[0] == 0
    assert asked == ["Which"] * 2
    assert project.catalogue(Path("data")).devices["appels-boamp"].loader == "twin"


def test_in_a_terminal_the_files_name_makes_a_pattern_to_agree_with(observ, place, monkeypatch):
    path = export(place, CALLS + "a1;2026-03-02 08:14;Décroché;25;Zoé Martin\n")
    offered = []

    def prompt(text: str, default: str = "") -> str:
        offered.append((text, default))
        return default

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)
    monkeypatch.setattr("typer.confirm", lambda text: False)
    given = {key: value for key, value in FROM.items() if key != "pattern"}
    code, _, err = observ("device", "new", "--from", path, *options(given))
    assert offered == [("pattern", "appels_*.csv")]
    assert code == 2 and "nothing was written" in err


def test_a_loader_that_cannot_read_the_file_says_why(observ, place):
    path = export(place, CALLS + "a1;2026-03-02 08:14;Décroché;25;Zoé Martin\n")
    given = FROM | {"loader": "tickets"}
    told(observ("device", "new", "--from", path, *options(given)), "missing column")
