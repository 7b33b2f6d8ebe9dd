"""A reader of what is published learns nothing of the machine, and is sent no flood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output

from observlib.edition import checks
from observlib.edition.finalise import PageError, finalise

ABOUT = {"quarter": "2026-T3", "kind": "real", "made": "2026-11-24"}
ROOT = Path("/srv/observatoire")
HOME = Path("/home/marie")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(HOME))
    monkeypatch.setenv("USERPROFILE", str(HOME))


def finalised(make: Any, *cells: Any) -> Any:
    given = new_code_cell('data = "/srv/observatoire/data"', metadata={"tags": [checks.INJECTED]})
    notebook = make.notebook(given, *cells, make.finding())
    return finalise(notebook, make.page(), ABOUT, ROOT)


def stream(text: str, name: str = "stdout") -> Any:
    return new_output("stream", name=name, text=text)


def result(**data: Any) -> Any:
    names = {"plain": "text/plain", "markdown": "text/markdown", "html": "text/html"}
    return new_output("execute_result", {names[key]: text for key, text in data.items()})


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (stream("environ({'LOGNAME': 'marie'})"), "^cell 4 prints; end it with what it is to show"),
        (result(plain="PosixPath('x')"), "^cell 4 shows a bare Python value; show a sentence"),
        (result(markdown=f"Voir {HOME}/notes."), "^cell 4 holds a path of this machine"),
        (result(html=f"<p>{ROOT}</p>", plain="x"), "^cell 4 holds a path of this machine"),
        (result(markdown="x", plain=f"file://{ROOT}/data"), "^cell 4 holds a path"),
        (result(markdown="a" * 10_500_000), r"have 10\.5 MB, of which cell 4 has 10\.5; a page"),
    ],
)
def test_what_no_page_may_show_is_refused_and_its_cell_named(make, output, told):
    cells = (make.shows("x = 1"), make.shows("show()", output))
    with pytest.raises(PageError, match=told):
        finalised(make, *cells)


def test_a_path_in_a_cell_s_source_is_refused_too_for_the_notebook_is_published(make):
    with pytest.raises(PageError, match=r"^cell 3 holds a path of this machine"):
        finalised(make, make.shows(f"read('{HOME}/ventes.csv')"))


def test_all_that_is_wrong_is_told_at_once(make):
    with pytest.raises(PageError, match=r"^cell 3 prints; .*; cell 4 shows a bare"):
        finalised(make, make.shows("print(1)", stream("1")), make.shows("1", result(plain="1")))


def test_words_that_only_look_like_a_path_and_warnings_are_no_mistake(make):
    address = "https://exemple.fr/home/marie-curie et /srv/observatoires"
    kept = (
        make.shows("warn()", stream(f"{HOME}: attention", "stderr")),
        make.shows("show()", result(markdown=address, plain="x")),
        make.shows("show()", result(markdown="a" * 9_000_000)),
    )
    assert str(HOME / "x") not in str(finalised(make, *kept))


def test_where_the_home_folder_is_the_root_of_the_disk_pages_may_hold_slashes(make, monkeypatch):
    monkeypatch.setenv("HOME", "/")
    finalised(make, make.shows("show()", result(markdown="a / b, /c")))
