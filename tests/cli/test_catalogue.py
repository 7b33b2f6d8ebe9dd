"""`observ catalogue` finds what an edition would stop at, before anything is made."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.copies import published_project

from observlib.base.errors import ObservError
from observlib.edition.checklist import written

Observ = Callable[..., tuple[int, str, str]]
HEADER = "answer_id,date,question,value,scale_min,scale_max\n"
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
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, with one study."""
    published_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(place: Path, name: str, text: str) -> None:
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, encoding="utf-8")


def filled(place: Path, observ: Observ) -> None:
    rows = "".join(f"a-{n},2026-0{n % 9 + 1}-12,satisfaction,5,0,10\n" for n in range(40))
    write(place, "raw/allo-service-public_satisfaction_a.csv", HEADER + rows)
    assert observ("ingest", "raw")[0] == 0


def test_whoever_checks_the_catalogue_is_told_of_every_mistake_at_once(place, observ):
    wrong = {name: WRONG[name] for name in WRONG if name != "data/actions/a.yml"}
    for name, (text, _) in wrong.items():  # decisions name actions, and are checked after them
        write(place, name, text)
    assert observ("catalogue")[0] == 1
    with pytest.raises(ObservError) as error:  # of which the command prints the first
        written(place / "data", place, date(2026, 11, 24))
    for name, (_, said) in wrong.items():
        assert said in str(error.value), name


@pytest.mark.parametrize(
    "name", ["reports/reviews/v.yml", "data/calendar.yml", "data/actions/a.yml"]
)
def test_an_edition_and_its_explanation_stop_at_the_same_mistake(place, observ, name):
    filled(place, observ)
    text, said = WRONG[name]
    write(place, name, text)
    for words in (("catalogue",), ("edition", "--explain"), ("edition",)):
        code, out, err = observ(*words)
        assert code == 1 and said in err and not out, words
        assert len(err.splitlines()) == len([line for line in err.splitlines() if name in line])


def test_a_correction_that_the_exports_contradict_is_told_by_the_catalogue(place, observ):
    filled(place, observ)
    write(
        place,
        "data/corrections/note.yml",
        "id: note\ntitle: Notes\ndevice: satisfaction-3939\nfirst: 2026-01-01\nlast: 2026-09-30\n"
        "column: value\nexpect: 7\nbecomes: 8\nreason: Une erreur.\ndate: 2026-10-01\n"
        "provider: pôle\nstatus: open\n",
    )
    code, _, err = observ("catalogue")
    assert code == 1 and "note.yml:7: 'note': the source no longer gives 7" in err
