"""A reader of what is published learns nothing of the machine, and is sent no flood."""

from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output

from observlib import estimates
from observlib.edition import finalise as checks
from observlib.edition.finalise import PageError, finalise

ABOUT = {"quarter": "2026-T3", "kind": "real", "site": "Observatoire"}
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
    with pytest.raises(PageError, match=told):
        finalised(make, make.shows("x = 1"), make.shows("show()", output))


def test_a_path_in_a_source_is_refused_and_all_that_is_wrong_is_told_at_once(make):
    with pytest.raises(PageError, match=r"^cell 3 holds a path of this machine"):
        finalised(make, make.shows(f"read('{HOME}/ventes.csv')"))
    with pytest.raises(PageError, match=r"^cell 3 prints; .*; cell 4 shows a bare"):
        finalised(make, make.shows("print(1)", stream("1")), make.shows("1", result(plain="1")))


def test_a_sentence_on_a_ministry_may_carry_more_than_a_page_shows(make, monkeypatch):
    output = make.output("text", "Sur 120 produits, 60 progressent.")
    output["data"][estimates.MIME]["rows"] *= 200_000
    finalised(make, make.shows("say()", output))
    monkeypatch.setattr(checks, "DATA_BYTES", 10_000_000)
    told = r"carry estimates of \d+\.\d MB, of which cell 3 has \d+\.\d; a page may have 10; show"
    with pytest.raises(PageError, match=told):
        finalised(make, make.shows("say()", output))


@pytest.mark.parametrize(
    "number", ["6,4458", "6.445783132530121", "_6,445_", "1 234,567", "6.4458e-05", "6,4458/10"]
)
def test_digits_that_tell_what_each_answered_are_refused_in_all_that_is_read(make, number):
    said = f"La note est de {number}, contre 3,1."
    told = r"^cell 3 tells .*\d[.,]\d{3}.*, with more decimals than a page tells; "
    told += r"say it with `study\.say`, or write it with `french\.number\(x, 1\)`$"
    shown = [result(markdown=said, plain="x"), result(html=f"<p>{said}</p>", plain="x")]
    for part in ("caption", "alt", "data_markdown"):
        shown.append(make.output("table", **{part: said}))
    for cell in [make.markdown(said), *(make.shows("show()", output) for output in shown)]:
        with pytest.raises(PageError, match=told):
            finalised(make, cell)


@pytest.mark.parametrize(
    "words",
    [
        "La note est de 6,45 sur 10 pour 1 234 567 visites, 98,5 % et −0,25 point.",
        "Version 3.14.159, version 3.141, v3.141, le 24.11.2026 à 12:30:05.123.",
        "DOI 10.1016/j.socec.2014, [la suite](https://a.fr/1.2345), <https://a.fr/1.2345>.",
        "`x = 1.2345` et l'adresse 127.0.0.1, arXiv:2101.12345, article R.123-456.",
        "Un écart d'au moins 0,004 à 1,234 point.",  # which would read 0,00
    ],
)
def test_versions_dates_links_code_and_what_pages_write_are_no_such_digits(make, words):
    finalised(make, make.markdown(words), make.shows("show()", result(markdown=words, plain="x")))
    shown = make.output("table", "<table><tr><td>0,1234</td></tr></table>", rows=["x,-0.1234"])
    finalised(make, make.shows("#| label: tbl-x\nshow()", shown))  # the cell carries its value


def test_words_that_only_look_like_a_path_and_warnings_are_no_mistake(make, monkeypatch):
    address = "https://exemple.fr/home/marie-curie et /srv/observatoires"
    warns = make.shows("warn()", stream(f"{HOME}: attention", "stderr"))
    shows = make.shows("show()", result(markdown=address, plain="x"))
    assert str(HOME / "x") not in str(finalised(make, warns, shows))
    finalised(make, make.shows("show()", result(markdown="a" * 9_000_000)))  # heavy, and allowed
    monkeypatch.setenv("HOME", "/")
    finalised(make, make.shows("show()", result(markdown="a / b, /c")))
