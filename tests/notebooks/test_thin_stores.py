"""Every study on a store or a department with next to nothing: it ends, and says what is so."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from observlib import store
from observlib.catalogue import Catalogue
from observlib.edition.plan import DEPARTMENT, load_studies

ROOT = Path(__file__).parents[2]
HEADER = "answer_id,date,question,value,scale_min,scale_max\n"
EXPORT = "allo-service-public_satisfaction_{}.csv"
# studies of one survey, product or partner
OF_ONE = ("enquete", "fiche_produit", "fiche_partenaire")


@pytest.fixture(scope="module")
def few_marks(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """A data folder where five people gave one mark each, and nothing else was heard."""
    data = tmp_path_factory.mktemp("few")
    (data / "raw").mkdir()
    rows = [f"a{i},2026-08-{i + 1:02d},satisfaction,{i},0,10\n" for i in range(5)]
    (data / "raw" / EXPORT.format(2026)).write_text(HEADER + "".join(rows), encoding="utf-8")
    assert not store.ingest(data / "raw", data, catalogue).problems
    return data


def shown(name: str, data: Path, monkeypatch: pytest.MonkeyPatch, **given: str) -> list[str]:
    """What each cell of a study shows of a data folder, as text."""
    monkeypatch.chdir(ROOT)
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    names: dict[str, Any] = {}
    told = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"data": str(data), **given}
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), names)
            told.append(repr(value).replace("\xa0", " "))
    return told


WHY = "n'est disponible au 3e trimestre 2026.*"
SAYS = {
    "partenaires": ["*Rien de ce trimestre ne mène à un autre organisme.*"],
    "panorama": [f"*Aucune {what} {WHY}" for what in (
        "mesure d'usage", "donnée de test ou d'atelier", "donnée de sondage")],
}  # fmt: skip
STUDIES = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


@pytest.mark.parametrize("name", [name for name in STUDIES if name not in OF_ONE])
def test_a_study_of_five_marks_shows_no_hole_and_says_what_is_missing(name, few_marks, monkeypatch):
    told = "\n".join(shown(name, few_marks, monkeypatch))
    assert told and not re.search(r"\b(nan|None|NaT|inf)\b", told)
    assert all(line in told for line in SAYS.get(name, ()))
    if name == "partenaires":  # and no partner is said to be silent
        assert "n'a pas répondu" not in told and "Sans réponse" not in told


@pytest.mark.slow
def test_studies_of_a_department_of_little_show_no_hole(demonstration, catalogue, monkeypatch):
    department = [*catalogue.departments][-1]
    studies = load_studies(ROOT / "notebooks").values()
    names = [one.name for one in studies if DEPARTMENT in one.parameters]
    assert len(names) > 10
    for name in names:
        told = "\n".join(shown(name, demonstration, monkeypatch, department=department))
        assert told and not re.search(r"\b(nan|None|NaT|inf)\b", told), name


def test_in_person_visits_are_not_said_to_be_none_of_sites(tmp_path, catalogue, monkeypatch):
    (tmp_path / "raw").mkdir()
    months = [f"{2024 + i // 12}-{i % 12 + 1:02d}" for i in range(33)]
    rows = [f"{month},in_person,{1200 + 13 * i}\n" for i, month in enumerate(months)]
    text = "month,channel,visits\n" + "".join(rows)
    (tmp_path / "raw" / "boamp_audience_accueil.csv").write_text(text, encoding="utf-8")
    assert not store.ingest(tmp_path / "raw", tmp_path, catalogue).problems
    told = "\n".join(shown("frequentation", tmp_path, monkeypatch))
    assert "Les visites en personne ne sont pas comptées ici" in told
    none = re.findall(r"Aucune (?:évolution|série de visites)[^.]*", told)
    assert none and all(" site" in said for said in none)  # which says nothing of other visits
