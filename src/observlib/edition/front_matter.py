"""Studies: notebooks whose front matter says what they ask and which parameters they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

import nbformat
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from observlib.base.errors import ObservError
from observlib.base.yaml_files import read_front_matter
from observlib.catalogue.entries import Text
from observlib.catalogue.mistakes import told
from observlib.catalogue.tables import TABLES

DEPARTMENT = "department"  # the type of a parameter, and its name, by which `Study` takes it


class Parameter(BaseModel):
    """What a study's parameter may be. Without a `default` it must be given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal[
        "quarter",
        "data",
        "product",
        "device",
        "partner",
        "department",
        "choice",
        "integer",
        "number",
        "boolean",
    ]
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: str | int | float | bool | None = None
    each: bool = Field(
        default=False,
        description="one page for each product with data, survey with responses, or partner that "
        "something leads to; for each department where products are many, else one of all",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("`choices` go with the type choice, and it needs them")
        limits = self.minimum is not None or self.maximum is not None
        if limits and self.type not in ("integer", "number"):
            raise ValueError("`minimum` and `maximum` go with the types integer and number")
        if self.each and self.type not in ("product", "device", "partner", "department"):
            raise ValueError("`each` goes with the types product, device, partner and department")
        return self


class Study(BaseModel):
    """One parameterised notebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    path: Path
    title: Text
    order: int
    section: Text = Field(default="Autres études", description="of the menu and of the home page")
    question: Text
    overview_of: Literal["partner"] | None = Field(
        default=None, description="without one an edition has no page of it"
    )
    needs: tuple[str, ...] = Field(
        default=(), description="tidy tables of which the store holds some, or it makes no page"
    )
    easy: bool = Field(
        default=False, description="its page is in easy French, and nothing else is published of it"
    )
    format: dict[str, Any] = Field(default={}, description="of its page: Quarto's, by their names")
    parameters: dict[str, Parameter]

    @field_validator("parameters")
    @classmethod
    def _name_a_department_so(cls, parameters: dict[str, Parameter]) -> dict[str, Parameter]:
        for name, parameter in parameters.items():
            if (name == DEPARTMENT) != (parameter.type == DEPARTMENT):
                raise ValueError(
                    f"{name}: `{DEPARTMENT}` is the name and the type of one parameter"
                )
        return parameters

    @field_validator("needs")
    @classmethod
    def _are_tables(cls, needs: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in needs if name not in TABLES]:
            raise ValueError(f"{unknown[0]!r} is no tidy table; allowed: {', '.join(TABLES)}")
        return needs


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
            notebook = _read(path)
            header = read_header(notebook, path)
            if taken := sorted({"name", "path"} & header.keys()):
                raise ValueError(f"front matter: {', '.join(taken)}: the file's name says it")
            study = Study.model_validate({**header, "name": path.stem, "path": path})
        except ValidationError as error:
            problems += (f"{path}: front matter: {x}" for _, x in told(error, Study, header))
        except ObservError as error:
            problems += error.problems
        except ValueError as error:
            problems.append(f"{path}: {error}")
        else:
            problems += _disagreements(study, notebook)
            studies.append(study)
    if problems:
        raise ObservError(*problems)
    return {study.name: study for study in sorted(studies, key=lambda s: (s.order, s.name))}


def _read(path: Path) -> Any:
    """A notebook of format 4; `ValueError` for any other bytes."""
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except Exception as error:  # nbformat raises whatever a wrong shape of JSON makes it stumble on
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"is no notebook: {reason}") from error
    if (notebook.metadata.get("kernelspec") or {}).get("language") != "python":
        raise ValueError("has no Python kernel; choose one in JupyterLab, and save it")
    return notebook


def read_header(notebook: Any, path: Path = Path("notebook")) -> dict[str, Any]:
    """The YAML of a notebook's first cell, which is raw and stands between `---` lines."""
    raw = notebook.cells and notebook.cells[0].cell_type == "raw"
    text = notebook.cells[0].source.strip() if raw else ""
    header, rest = read_front_matter(text, f"{path}, first cell")
    if not header or rest:
        raise ValueError("the first cell is no front matter: raw YAML between `---` lines")
    return header


def _disagreements(study: Study, notebook: Any) -> Iterator[str]:
    """papermill only warns of a parameter the notebook does not have; here it is an error."""
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        yield f"{study.path}: has {len(cells)} cells tagged `parameters`; one is needed"
        return
    try:
        body = ast.parse(cells[0].source).body
    except (SyntaxError, ValueError) as error:
        yield f"{study.path}: the parameters cell is no Python: {error}"
        return
    targets: list[ast.expr] = []
    for statement in body:
        if isinstance(statement, ast.Assign):
            targets += statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets.append(statement.target)
    assigned = {target.id for target in targets if isinstance(target, ast.Name)}
    for name in sorted(set(study.parameters) - assigned):
        yield f"{study.path}: parameter {name!r} is declared and not in the parameters cell"
    for name in sorted(assigned - set(study.parameters)):
        yield f"{study.path}: parameter {name!r} is in the parameters cell and not declared"
