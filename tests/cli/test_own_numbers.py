"""What a study makes of its numbers by itself is refused, and its preview says so before."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell
from tests.copies import FRONT_MATTER, PARAMETERS, published_project
from tests.test_cli import answers

Observ = Callable[..., tuple[int, str, str]]
ASK = """from observlib import Study
study = Study(quarter, data)
marks = study.estimates("satisfaction", indicator="satisfaction_10", period=quarter)"""
SAY = 'study.text("La note est donnée.", data=marks)'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, observ: Observ) -> Path:
    """A small project whose store has marks of one device, of a quarter."""
    published_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    given = {f"a{n}": (f"2025-0{1 + n % 3}-1{n % 9}", n % 11) for n in range(90)}
    answers(tmp_path / "raw", "2025", {**given, "z": ("2025-03-31", 5)})
    assert observ("ingest", "raw")[0] == 0
    return tmp_path


def study(place: Path, *cells: str) -> None:
    """The only study of the project, whose last cell is its finding."""
    own = [new_code_cell(cell) for cell in cells]
    own[-1].metadata["tags"] = ["finding"]
    parameters = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[new_raw_cell(FRONT_MATTER), parameters, *own])
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata.update(kernelspec=kernel, language_info={"name": "python"})
    nbformat.write(notebook, place / "notebooks" / "etude.ipynb")


@pytest.mark.slow
def test_estimates_divided_by_two_are_refused_by_the_preview_as_by_the_edition(place, observ):
    study(place, ASK, SAY)
    code, out, err = observ("preview", "etude", "--no-open")
    assert code == 0, err
    study(place, ASK, 'marks[["estimate", "ci_low", "ci_high"]] /= 2', SAY)
    told = []
    for words in (("preview", "etude", "--no-open"), ("edition", "2025-T1")):
        code, out, err = observ(*words)
        assert code == 1, out
        told.append([line for line in err.splitlines() if "satisfaction_10" in line])
    assert told[0] == told[1] and len(told[0]) == 1
    assert "the edition's frame tells 4.9 sur 10, and etude tells 2.5 sur 10" in told[0][0]


READ = "import pandas as pd\nown = pd.read_csv('{}')"
CAP = "study.text(f'Il y en a {own.loc[0, \"n\"]}.')"


@pytest.mark.slow
def test_a_file_that_a_study_reads_is_refused_until_an_edition_sees_that_it_changes(place, observ):
    """It was published, and « nothing has changed » was said after the file had changed."""
    (place / "own.csv").write_text("n\n3\n", "utf-8")
    study(place, READ.format("own.csv"), ASK, CAP)
    for words in (("preview", "etude", "--no-open"), ("edition", "2025-T1")):
        code, out, err = observ(*words)
        assert code == 1, out
        assert "study etude: cell 3: reads own.csv, and no edition would know" in err
    (place / "own.csv").rename(place / "data" / "reference" / "own.csv")
    study(place, READ.format("data/reference/own.csv"), ASK, CAP)
    page = place / "reports" / "_site" / "2025-T1" / "etude.html"
    for number in (3, 4):
        (place / "data" / "reference" / "own.csv").write_text(f"n\n{number}\n", "utf-8")
        code, out, err = observ("edition", "2025-T1", "--publisher", "embedded")
        assert code == 0 and "Nothing has changed" not in out, err
        assert f"Il y en a {number}." in page.read_text("utf-8").replace("\xa0", " ")
