"""Parts of the project that tests copy into small projects of their own."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat

from observlib import store
from observlib.base import kept
from observlib.catalogue import ALONE, Catalogue
from observlib.pipeline import project
from observlib.records.sheets import Practices
from observlib.store import identifiers

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo"
ALL_KEPT = ("families", "disclosure", "pages", "frame", "site")


def demonstration_catalogue() -> Catalogue:
    """The catalogue of the demonstration's data folder."""
    return project.catalogue(DEMO, ROOT)


def demonstration_practices() -> Practices:
    """The practice sheets of the same."""
    return project.practices(DEMO, "demonstration", ROOT)


def copy_catalogue(place: Path) -> Path:
    """Give a small project the demonstration's catalogue as its own; the folder."""
    folder = place / "data" / "catalogue"
    shutil.copytree(ROOT / "data" / "formats", place / "data" / "formats")
    for source in (ROOT / "data" / "catalogue", DEMO / "catalogue"):
        for path in source.rglob("*.yml"):
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            adds = target.exists() and path.stem not in {*ALONE, "departments"}
            before = target.read_text(encoding="utf-8") if adds else ""
            target.write_text(before + path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def share_kept(place: Path, names: Iterable[str] = ("families", "disclosure")) -> None:
    """Let a project keep some of what it makes where `make edition` does: it is made once."""
    for name in names:
        shared, own = ROOT / kept.KEPT_FOLDER / name, place / kept.KEPT_FOLDER / name
        shared.mkdir(parents=True, exist_ok=True)
        own.parent.mkdir(exist_ok=True)
        own.symlink_to(shared)


def as_written(data: Path, device: str, known: Iterable[str], stored: Iterable[str]) -> list[str]:
    """The identifiers that a store holds of a device, as its exports have them: all are known."""
    key = identifiers.store_key(data, store.kind(data), "")
    names = {identifiers.hashed(one, device, key): one for one in known}
    return [names[one] for one in stored]


PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FRONT_MATTER = """---
title: Une étude
order: 10
question: Que disent les usagers ?
parameters:
  quarter: {type: quarter}
  data: {type: data}
  years: {type: integer, minimum: 1, maximum: 10, default: 3}
  product: {type: product, default: boamp}
---"""
PARAMETERS = 'quarter = "2025-T1"\ndata = "data"\nyears = 3\nproduct = "boamp"'


def write_study(place: Path, code: str) -> None:
    """The only study of a small project, whose one cell runs `code`."""
    cells = [
        nbformat.v4.new_raw_cell(FRONT_MATTER),
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(code),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=PYTHON)
    (place / "notebooks").mkdir(exist_ok=True)
    nbformat.write(notebook, place / "notebooks" / "etude.ipynb")


def published_project(place: Path) -> Path:
    """A small project of one study, with the catalogue of the demonstration, published once."""
    copy_catalogue(place)
    shutil.copytree(ROOT / "data" / "reference", place / "data" / "reference")
    (place / "reports" / "_site").mkdir(parents=True)
    for path in (ROOT / "reports").glob("[!.]*.*"):
        shutil.copy(path, place / "reports")
    (place / "reports" / "_site" / "index.html").write_text("published", encoding="utf-8")
    write_study(place, "pass")
    return place
