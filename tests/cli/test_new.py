"""`observ … new` says where it wrote, asks in a terminal only, and never leaves a traceback."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib.base.personal import HIDDEN
from observlib.cli import new
from observlib.pipeline import project

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


def test_a_new_sheet_is_written_and_told(observ, place):
    words = ("--tool", "matomo", "--product", "boamp", "--product", "bodacc")
    code, out, err = observ("practice", "new", "Un essai", *words)
    path = place / "data" / "practices" / "un-essai.md"
    assert (code, err) == (0, "") and str(path) in out
    assert "products: [boamp, bodacc]" in path.read_text(encoding="utf-8")
    told(observ("practice", "new", "Un  ESSAI !"), "data/practices/un-essai.md: exists already")
    assert "products: [boamp, bodacc]" in path.read_text(encoding="utf-8")


def answering(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> list[str]:
    """Give these answers in a terminal, in order; the questions that were asked."""
    asked: list[str] = []

    def prompt(text: str, default: str | None = None) -> str:
        asked.append(text.split(" (")[0])
        return answers[len(asked) - 1]

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)
    return asked


def test_an_answer_that_will_not_do_is_asked_again_with_the_reason(observ, place, monkeypatch):
    given = {key: DEVICE[key] for key in ("label", "family", "channel", "frequency", "loader")}
    answers = ["JDMA", "jdma-legifrance", "jdma-boamp", "cuisine", "annonces", "Aucune."]
    answers += ["jdma_legifrance_*.csv", "jdma_boamp_*.csv", "boamp"]
    asked = answering(monkeypatch, answers)
    code, _, err = observ("device", "new", *options(given))
    assert code == 0
    assert asked == ["id"] * 3 + ["owner"] * 2 + ["personal data"] + ["pattern"] * 2 + ["product"]
    reasons = ("id is 'JDMA'", "already used", "unknown owner 'cuisine'", "is that of the device")
    assert all(part in line for part, line in zip(reasons, err.splitlines(), strict=True))


def test_what_will_not_do_is_told_before_anything_is_asked(observ, place, monkeypatch):
    told(observ("device", "new", "--id", "a"), "`loader` is missing; allowed: ", "`owner` is")
    asked = answering(monkeypatch, [])
    result = observ("device", "new", "--owner", "cuisine", "--loader", "excel")
    told(result, "unknown owner 'cuisine'", "unknown loader 'excel'")
    assert not asked


def test_ctrl_c_at_a_question_writes_nothing(observ, place, monkeypatch):
    def interrupt(text: str, default: str | None = None) -> str:
        raise KeyboardInterrupt

    before = (place / "data" / "catalogue" / "devices.yml").read_bytes()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", interrupt)
    code, _, err = observ("device", "new")
    assert code == 130 and "interrupted" in err
    assert (place / "data" / "catalogue" / "devices.yml").read_bytes() == before


CALLS = "Identifiant;Début;Résultat;Attente;Agent\n"
CALL = CALLS + "a1;2026-03-02 08:14;Décroché;25;Zoé Martin\n"
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
    assert f"appels_2026-03.csv:3: Résultat '{HIDDEN}': is no outcome; write décroché" in said
    assert "1 column not read: Agent: of no field" in said
    assert "Zoé" not in out + err
    code, out, err = observ("device", "new", "--from", path, *options(FROM), "--yes")
    assert (code, err) == (0, "") and "loader: calls" in out
    assert project.catalogue(Path("data")).devices["appels-boamp"].loader == "calls"
    given = FROM | {"id": "b", "pattern": "appels_20*.csv"}
    code, _, err = observ("device", "new", "--from", path, *options(given), "--yes")
    assert code == 2 and "is claimed by the device appels-boamp already" in err


def test_a_file_is_shown_before_what_is_missing_or_does_not_fit_is_told(observ, place):
    path = export(place, CALL)
    code, out, err = observ("device", "new", "--from", path)
    assert code == 2 and "read as calls" in out and "`owner` is missing; allowed" in err
    given = FROM | {"pattern": "calls_*.csv"}
    code, out, err = observ("device", "new", "--from", path, *options(given), "--yes")
    assert code == 2 and "pattern 'calls_*.csv': does not fit 'appels_2026-03.csv'" in err
    given = FROM | {"loader": "tickets"}
    told(observ("device", "new", "--from", path, *options(given)), "missing column")


def test_a_file_that_two_formats_read_alike_waits_for_a_choice(observ, place, monkeypatch):
    formats = place / "data" / "formats"
    shutil.copy(formats / "calls.yml", formats / "twin.yml")
    path = export(place, CALL)
    result = observ("device", "new", "--from", path, *options(FROM), "--yes")
    told(result, "as calls and as twin", "`--loader`")
    asked = answering(monkeypatch, ["3", "2"])
    assert observ("device", "new", "--from", path, *options(FROM), "--yes")[0] == 0
    assert asked == ["Which"] * 2
    assert project.catalogue(Path("data")).devices["appels-boamp"].loader == "twin"


CASES = """N° de dossier;Ouvert le;Première réponse;Résolu le;Rubrique;Agent;Objet
2026-001;02/03/2026 09:14;02/03/2026 11:00;03/03/2026 10:00;Logement;A. Dupuis;Payer
2026-002;25/03/2026 10:14;26/03/2026 09:30;;Logement;Zoé Martin;Ma carte
"""
OWN = FROM | {"id": "dossiers-boamp", "channel": "web", "pattern": "dossiers_*.csv"}
DECIDED = ["--table", "tickets"]
for said in ("ticket_id=N° de dossier", "received=Ouvert le", "closed=Résolu le", "theme=Rubrique"):
    DECIDED += ["--column", said]


def files_of(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (place / "data").rglob("*") if path.is_file()}


def test_without_a_terminal_what_cannot_be_told_is_an_option_each(observ, place):
    path = export(place, CASES, "dossiers_2026-03.csv")
    before = files_of(place)
    code, _, err = observ("device", "new", "--from", path, *options(OWN), "--yes")
    assert code == 2 and "if it is 'tickets', say --table tickets" in err
    words = ("--table", "tickets", *options(OWN), "--yes")
    code, _, err = observ("device", "new", "--from", path, *words)
    assert code == 2 and all(line.startswith("observ: ") for line in err.splitlines())
    assert 'say --column "ticket_id=N° de dossier"' in err
    assert 'say --column "received=…", which is one of Ouvert le, Résolu le' in err
    code, _, err = observ("device", "new", "--from", place / "absent.csv", *words)
    assert code == 1 and err.endswith("absent.csv: is no file; name an export\n")
    wrong = ("--column", "theme", "--word", "theme=a", "--unit", "=s")
    told(observ("device", "new", "--from", path, *wrong), "FIELD=HEADER", "FIELD.VALUE=WORD",
         "FIELD=UNIT")  # fmt: skip
    told(observ("device", "new", *wrong[:1], "a=b"), "go with `--from FILE`")
    taken = OWN | {"id": "tickets"}
    result = observ("device", "new", "--from", path, *DECIDED, *options(taken), "--yes")
    assert result[0] == 2 and "format 'tickets': exists already" in result[2]
    bad = OWN | {"owner": "cuisine"}
    assert observ("device", "new", "--from", path, *DECIDED, *options(bad), "--yes")[0] == 2
    assert files_of(place) == before


def test_in_a_terminal_what_cannot_be_told_is_asked_with_the_guess(observ, place, monkeypatch):
    path = export(place, CASES, "dossiers_2026-03.csv")
    given = {"received": "Ouvert le", "closed": "Résolu le", "theme": "Rubrique"}
    asked = {}

    def choose(question: str, answers: tuple[str, ...], guess: str | None = None) -> str:
        name = question.partition("which column gives ")[2].partition(" ")[0] or "table"
        asked[name] = guess
        return given.get(name) or guess or answers[0]

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(new, "choose", choose)
    monkeypatch.setattr("typer.confirm", lambda text: True)
    assert observ("device", "new", "--from", path, *options(OWN))[0] == 0
    assert {*given, "table", "ticket_id"} <= {*asked}
    assert (asked["table"], asked["ticket_id"]) == ("tickets", "N° de dossier")
    form = project.catalogue(Path("data")).formats["dossiers-boamp"]
    read = {name: form.columns[name].headers for name in given}
    assert read == {name: (title,) for name, title in given.items()}


def test_an_answer_is_a_number_or_the_answer_itself(monkeypatch, capsys):
    answering(monkeypatch, ["3", "a", "2", "un"])
    assert new.choose("Lequel", ["un", "deux"]) == "deux"
    assert new.choose("Lequel", ["un", "deux"]) == "un"
    assert capsys.readouterr().err.count("write a number from 1 to 2") == 2


def test_a_disk_that_fails_leaves_neither_format_nor_device(observ, place, monkeypatch):
    from observlib.base import files

    path = export(place, CASES, "dossiers_2026-03.csv")
    before = files_of(place)
    write = files.write_text

    def fail(target: Path, text: str) -> None:
        if target == place / "data" / "catalogue" / "devices.yml":
            raise OSError(28, "No space left on device")
        write(target, text)

    monkeypatch.setattr(files, "write_text", fail)
    code, _, err = observ("device", "new", "--from", path, *DECIDED, *options(OWN), "--yes")
    assert code == 1 and "the catalogue is as it was" in err
    assert files_of(place) == before
