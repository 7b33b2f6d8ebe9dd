"""Studies: notebooks whose front matter says what they ask and which parameters they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import nbformat
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from observlib.errors import ObservError


class Parameter(BaseModel):
    """What a study's parameter may be. Without a `default` it must be given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["quarter", "data", "product", "choice", "integer", "number", "boolean"]
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: str | int | float | bool | None = None
    each: bool = Field(default=False, description="one page for each product with data")


class Study(BaseModel):
    """One parameterised notebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    path: Path
    title: str = Field(min_length=1)
    order: int
    question: str = Field(min_length=1)
    parameters: dict[str, Parameter]


def load_studies(folder: Path) -> dict[str, Study]:
    """Every study of a folder, by name, in the order of their pages.

    Raises
    ------
    ObservError
        With every notebook whose front matter is wrong or disagrees with its parameters cell.
    """
    problems: list[str] = []
    studies: list[Study] = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            notebook = nbformat.read(path, as_version=4)
            header = front_matter(notebook)
            study = Study(name=path.stem, path=path, **header)
        except ValidationError as error:
            problems += [
                f"{path}: front matter: {'.'.join(map(str, detail['loc']))}: {detail['msg']}"
                for detail in error.errors()
            ]
        except (ValueError, TypeError, KeyError, yaml.YAMLError) as error:
            problems.append(f"{path}: {str(error).splitlines()[0]}")
        else:
            problems += _disagreements(study, notebook)
            studies.append(study)
    if problems:
        raise ObservError(*problems)
    return {study.name: study for study in sorted(studies, key=lambda s: (s.order, s.name))}


def front_matter(notebook: Any) -> dict[str, Any]:
    """The YAML of a notebook's first cell, which is raw and stands between `---` lines."""
    source = notebook.cells[0].source.strip() if notebook.cells else ""
    if not (source.startswith("---") and source.endswith("---")) or len(source) < 7:
        raise ValueError("the first cell is no front matter: raw YAML between `---` lines")
    header = yaml.safe_load(source[3:-3])
    if not isinstance(header, dict):
        raise ValueError("the front matter is no mapping of keys to values")
    return header


def _disagreements(study: Study, notebook: Any) -> Iterator[str]:
    """papermill only warns of a parameter the notebook does not have; here it is an error."""
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        yield f"{study.path}: has {len(cells)} cells tagged `parameters`; one is needed"
        return
    try:
        body = ast.parse(cells[0].source).body
    except SyntaxError as error:
        yield f"{study.path}: the parameters cell is no Python: {error.msg}"
        return
    assigned = {
        target.id
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for name in sorted(set(study.parameters) - assigned):
        yield f"{study.path}: parameter {name!r} is declared and not in the parameters cell"
    for name in sorted(assigned - set(study.parameters)):
        yield f"{study.path}: parameter {name!r} is in the parameters cell and not declared"
