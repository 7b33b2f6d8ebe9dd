"""The plan of an edition: its pages and their parameters, checked before anything runs."""

from __future__ import annotations

import ast
import contextlib
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import nbformat
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from observlib import store
from observlib.base.errors import ObservError, UsageError
from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.base.yaml_files import read_front_matter
from observlib.catalogue import Catalogue, tables
from observlib.catalogue.entries import Text, fault_texts
from observlib.catalogue.tables import TABLES
from observlib.display import style as brands
from observlib.language.french import period_label
from observlib.pipeline import frame, project, revisions
from observlib.records.sheets import Practices

# --- Studies: notebooks whose front matter says what they ask and which parameters they take

DEPARTMENT = "department"  # the type of a parameter, and its name, by which `PlannedStudy` takes it
# of which a study may have a page each
_Subject = Literal["product", "device", "partner", "department"]


class _Parameter(BaseModel):
    """What a study's parameter may be. Without a `default` it must be given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["quarter", "data", _Subject, "choice", "integer", "number", "boolean"]
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: str | int | float | bool | None = None
    # one page for each product with data, survey with responses, or partner that something leads
    # to; for each department where products are many, else one of all
    each: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("`choices` go with the type choice, and it needs them")
        limits = self.minimum is not None or self.maximum is not None
        if limits and self.type not in ("integer", "number"):
            raise ValueError("`minimum` and `maximum` go with the types integer and number")
        if self.each and self.type not in get_args(_Subject):
            raise ValueError("`each` goes with the types product, device, partner and department")
        return self


class PlannedStudy(BaseModel):
    """One parameterised notebook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    path: Path
    title: Text
    order: int
    section: Text = "Autres études"  # of the menu and of the home page
    question: Text
    overview_of: Literal["partner"] | None = None  # without one an edition has no page of it
    needs: tuple[str, ...] = ()  # tidy tables of which the store holds some, or it makes no page
    easy: bool = False  # its page is in easy French, and nothing else is published of it
    format: dict[str, Any] = Field(default={})  # of its page: Quarto's, by their names
    parameters: dict[str, _Parameter]

    @field_validator("parameters")
    @classmethod
    def _name_a_department_so(cls, parameters: dict[str, _Parameter]) -> dict[str, _Parameter]:
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


def load_studies(folder: Path) -> dict[str, PlannedStudy]:
    """Every study of a folder, by name, in the order of their pages."""
    problems: list[str] = []
    studies: list[PlannedStudy] = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            notebook = _read(path)
            header = read_header(notebook, path)
            if taken := sorted({"name", "path"} & header.keys()):
                raise ValueError(f"front matter: {', '.join(taken)}: the file's name says it")
            study = PlannedStudy.model_validate({**header, "name": path.stem, "path": path})
        except ValidationError as error:
            problems += (
                f"{path}: front matter: {x}" for _, x in fault_texts(error, PlannedStudy, header)
            )
        except ObservError as error:
            problems += error.problems
        except ValueError as error:
            problems.append(f"{path}: {error}")
        else:
            problems += _disagreements(study, notebook)
            studies.append(study)
    ObservError.raise_any(problems)
    return {study.name: study for study in sorted(studies, key=lambda s: (s.order, s.name))}


def _read(path: Path) -> Any:
    """A notebook of format 4; `ValueError` for any other bytes."""
    try:
        notebook = _valid(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except Exception as error:  # nbformat raises whatever a wrong shape of JSON makes it stumble on
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"is no notebook: {reason}") from error
    if (notebook.metadata.get("kernelspec") or {}).get("language") != "python":
        raise ValueError("has no Python kernel; choose one in JupyterLab, and save it")
    return notebook


@lru_cache(64)  # each preview reads all studies again
def _valid(text: str) -> Any:
    """A notebook of format 4, which nobody is to change."""
    notebook = nbformat.convert(nbformat.reader.reads(text), 4)
    nbformat.validate(notebook)
    return notebook


def read_header(notebook: Any, path: Path = Path("notebook")) -> dict[str, Any]:
    """The YAML of a notebook's first cell, which is raw and stands between `---` lines."""
    raw = notebook.cells and notebook.cells[0].cell_type == "raw"
    text = notebook.cells[0].source.strip() if raw else ""
    header, rest = read_front_matter(text, f"{path}, first cell")
    if not header or rest:
        raise ValueError("the first cell is no front matter: raw YAML between `---` lines")
    return header


def _disagreements(study: PlannedStudy, notebook: Any) -> Iterator[str]:
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
    targets = [x for found in body if isinstance(found, ast.Assign) for x in found.targets]
    targets += [found.target for found in body if isinstance(found, ast.AnnAssign)]
    assigned = {target.id for target in targets if isinstance(target, ast.Name)}
    for name in sorted(set(study.parameters) - assigned):
        yield f"{study.path}: parameter {name!r} is declared and not in the parameters cell"
    for name in sorted(assigned - set(study.parameters)):
        yield f"{study.path}: parameter {name!r} is in the parameters cell and not declared"


@dataclass(frozen=True)
class Page:
    """One page of an edition: a study with its parameters. `name` is its file's stem."""

    study: PlannedStudy
    name: str
    title: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Subjects:
    """What a study with a parameter `each: true` makes one page for each of."""

    product: Sequence[str] = ()
    device: Sequence[str] = ()  # surveys
    partner: Mapping[str, Collection[str]] = field(default_factory=dict)
    department: Sequence[str] = (frame.ALL_DEPARTMENTS,)

    def of(self, kind: str) -> Sequence[str]:
        """Those of a type of parameters."""
        return [*getattr(self, kind)]


def plan_pages(
    studies: Mapping[str, PlannedStudy],
    quarter: Quarter,
    data: str,
    catalogue: Catalogue,
    subjects: Subjects,
    only: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
) -> list[Page]:
    """The pages of an edition, in order."""
    given = dict(given or {})
    fixed = {"quarter": quarter, "data": data}
    chosen = [study for study in studies.values() if not only or study.name in only]
    known = f"does not exist; studies are {', '.join(studies)}"
    problems = [f"study {name!r} {known}" for name in only if name not in studies]
    problems += _unknown(given, fixed, chosen) if chosen else []
    if DEPARTMENT in given and not only:  # product pages link to those of all departments
        how = f"--study contacts -p {DEPARTMENT}=VALUE"
        problems.append(f"parameter {DEPARTMENT!r} needs names of studies: {how}")
    pages: list[Page] = []
    for study in (one for one in chosen if one.overview_of is None or subjects.of(one.overview_of)):
        for each in _each(study, given, subjects):
            parameters, wrong = _convert(study, {**given, **fixed, **each}, catalogue)
            problems += [problem for problem in wrong if problem not in problems]
            if not wrong:
                name = "-".join([study.name, *_parts(study, parameters)])
                pages.append(Page(study, name, _title(study, parameters, catalogue), parameters))
    twice = sorted(name for name, times in Counter(one.name for one in pages).items() if times > 1)
    problems += [f"two pages would be named {x!r}; rename a device in the catalogue" for x in twice]
    if not pages and not problems:
        problems.append(_without_pages(chosen, given, subjects))
    UsageError.raise_any(problems)
    return pages


def _unknown(
    given: Mapping[str, str], fixed: Mapping[str, str], studies: Sequence[PlannedStudy]
) -> Iterator[str]:
    """A line for each parameter that is not one of the studies, or not to be given."""
    settable = sorted({name for study in studies for name in study.parameters} - set(fixed))
    for name in given:
        if name in fixed:
            yield f"parameter {name!r} is set by the command line's own words, not here"
        elif name not in settable:
            yield (
                f"parameter {name!r} does not exist in {', '.join(s.name for s in studies)}; "
                f"parameters are {', '.join(settable) or 'none'}"
            )


def _each(
    study: PlannedStudy, given: Mapping[str, str], subjects: Subjects
) -> list[dict[str, str]]:
    """What differs between the pages of a study: its parameters `each: true` that are not given."""
    spread = [name for name, p in study.parameters.items() if p.each and name not in given]
    values = [subjects.of(study.parameters[name].type) for name in spread]
    found = [dict(zip(spread, combination, strict=True)) for combination in product(*values)]
    partner = next((name for name, p in study.parameters.items() if p.type == "partner"), None)
    if partner is None or DEPARTMENT not in spread:
        return found
    led = {name: {frame.ALL_DEPARTMENTS, *own} for name, own in subjects.partner.items()}
    return [
        each
        for each in found
        if each[DEPARTMENT] in led.get({**given, **each}.get(partner, ""), subjects.department)
    ]


def _without_pages(
    studies: Sequence[PlannedStudy], given: Mapping[str, str], subjects: Subjects
) -> str:
    """Why studies make no page: there is nothing of what they make one for."""
    words = {
        "product": "product with data",
        "device": "survey with responses",
        "partner": "partner that something leads to",
    }
    names = f"there is no page to make: {', '.join(study.name for study in studies)}"
    lacking = {one.overview_of for one in studies if one.overview_of}
    lacking -= {kind for kind in words if subjects.of(kind)}
    if lacking:
        needed = " and a ".join(words[kind] for kind in lacking)
        return f"{names} needs a {needed}, and there is none; see data/catalogue/partners.yml"
    unfed = {
        parameter.type: name
        for study in studies
        for name, parameter in study.parameters.items()
        if parameter.each and name not in given and not subjects.of(parameter.type)
    }
    needed = " or ".join(words[kind] for kind in unfed)
    give = " or ".join(f"-p {name}=VALUE" for name in unfed.values())
    return f"{names} makes one for each {needed}, and there is none; give {give}"


def _convert(
    study: PlannedStudy, texts: Mapping[str, str], catalogue: Catalogue
) -> tuple[dict[str, Any], list[str]]:
    parameters: dict[str, Any] = {}
    problems: list[str] = []
    for name, parameter in study.parameters.items():
        place = f"study {study.name!r}: parameter {name!r}"
        default = parameter.default  # as it would be given from outside
        text = texts.get(name, str(default).lower() if isinstance(default, bool) else str(default))
        allowed = _allowed(parameter, catalogue)
        if name not in texts and default is None:
            problems.append(f"{place} is missing; allowed: {allowed}; give -p {name}=VALUE")
            continue
        try:
            parameters[name] = _value(parameter, text, catalogue)
        except (ValueError, ObservError):
            whose = "is" if name in texts else "has the default"
            problems.append(f"{place} {whose} {text!r}; allowed: {allowed}")
    return parameters, problems


def _value(parameter: _Parameter, text: str, catalogue: Catalogue) -> Any:
    """The value that a text stands for; `ValueError` where it is not allowed."""
    if parameter.type == "quarter":
        return Quarter(text)
    if parameter.type == "data":
        return text
    if parameter.type in ("integer", "number"):
        number = int(text) if parameter.type == "integer" else float(text)
        low = -math.inf if parameter.minimum is None else parameter.minimum
        high = math.inf if parameter.maximum is None else parameter.maximum
        if -math.inf < number < math.inf and low <= number <= high:
            return number
    elif text in _choices(parameter, catalogue):
        return text == "true" if parameter.type == "boolean" else text
    raise ValueError(text)


def _choices(parameter: _Parameter, catalogue: Catalogue) -> list[str]:
    """The values of a parameter that has a list of them."""
    # surveys: what has questions, and is no list beside one
    asking = (d for d in catalogue.devices.values() if d.questionnaire)
    known = {
        "product": catalogue.products,
        "device": [device.id for device in asking if device.table in (None, "responses")],
        "partner": catalogue.partners,
        "department": [frame.ALL_DEPARTMENTS, *catalogue.departments],
        "boolean": ["true", "false"],
    }
    return [*known.get(parameter.type, parameter.choices)]


def _allowed(parameter: _Parameter, catalogue: Catalogue) -> str:
    words = {
        "quarter": "a quarter such as 2026-T3",
        "data": "a data folder",
        "integer": "a whole number",
        "number": "a number",
    }
    choices = ", ".join(filter(None, _choices(parameter, catalogue))) or "none"
    limits = {"from": parameter.minimum, "up to": parameter.maximum}
    given = [f" {word} {limit:g}" for word, limit in limits.items() if limit is not None]
    return words.get(parameter.type, choices) + "".join(given)


def _parts(study: PlannedStudy, parameters: Mapping[str, Any]) -> Iterator[str]:
    """What tells a page from the study's other pages, for its file name."""
    for name, parameter in study.parameters.items():
        if parameter.each and parameters[name] != frame.ALL_DEPARTMENTS:
            yield str(parameters[name]).removeprefix(f"{study.name}-")  # which the name begins with


def _title(study: PlannedStudy, parameters: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The study's title, with `{name}` replaced by the label of a parameter, and its department."""
    title = study.title
    label = {
        "product": catalogue.label,
        "device": lambda name: catalogue.devices[name].label,
        "partner": lambda name: catalogue.partners[name].label,
        "quarter": period_label,
    }
    for name, parameter in study.parameters.items():
        value = str(parameters[name])
        if parameter.type == "department":
            title += f" – {catalogue.departments[value].label}" if value else ""
        else:
            title = title.replace("{" + name + "}", label.get(parameter.type, str)(value))
    return title


# --- The request for an edition: what is to be made of what, checked before anything runs

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Request:
    """A request that can be met: an edition of a quarter, from a data folder, on a day.

    `pages` are the whole plan, in order; `wanted` the names of those to be made now.
    """

    root: Path
    data: Path
    quarter: Quarter
    today: date
    kind: str
    digest: str
    catalogue: Catalogue
    practices: Practices
    pages: tuple[Page, ...]
    wanted: frozenset[str]
    errata: pd.DataFrame = field(default_factory=revisions.no_errata, compare=False)
    brand: brands.Brand = field(default_factory=brands.Brand)

    @property
    def about(self) -> dict[str, str]:
        """What every page says of the edition."""
        return {"quarter": self.quarter, "kind": self.kind, "site": self.brand.name}

    @property
    def place(self) -> str:
        """The data folder, from the project's root; its name alone where it is not inside."""
        if self.data.is_relative_to(self.root):
            return self.data.relative_to(self.root).as_posix()
        return self.data.name

    @property
    def others(self) -> list[Page]:
        """The pages that are to stay as the quarter's edition has them."""
        return [page for page in self.pages if page.name not in self.wanted]

    @property
    def published(self) -> Path:
        """Where the quarter's edition is, once it is published."""
        return self.root / "reports" / "editions" / self.quarter

    @property
    def failed(self) -> Path:
        """Where the notebooks of pages that failed are put, to be looked at."""
        return self.root / "reports" / "_failed"


def check_request(
    root: Path,
    data: Path,
    quarter: Quarter | None,
    only: Sequence[str],
    given: Mapping[str, str] | None,
    today: date,
) -> Request:
    """Check all that an edition is to be made of."""
    catalogue = project.catalogue_with_devices(data, root)
    store.check_store(data)
    quarter = _check_quarter(data, quarter, today)
    studies = load_studies(root / "notebooks")
    if not studies:
        raise ObservError(f"{root / 'notebooks'}: holds no study; put notebooks (.ipynb) there")
    kind = store.kind(data)
    relative = data.relative_to(root).as_posix() if data.is_relative_to(root) else str(data)
    held = store.devices(data)
    subjects = Subjects(
        frame.products_heard(held["device"], catalogue),
        frame.answered_surveys(data),
        _partners(data, held, catalogue, quarter),
        frame.departments_with_pages(held["device"], catalogue),
    )
    studies = _fed(studies, set(held["table"]), only)

    def planned(names: Sequence[str], given: Mapping[str, str] | None = None) -> dict[str, Page]:
        made = plan_pages(studies, quarter, relative, catalogue, subjects, names, given)
        return {page.name: page for page in made}

    wanted = planned(only, given)
    pages: dict[str, Page] = {} if only else wanted
    for name in studies if only else ():
        with contextlib.suppress(UsageError):  # it is no page of an edition without `-p`
            pages |= planned([name])
        pages |= {key: page for key, page in wanted.items() if page.study.name == name}
    return Request(
        root=root,
        data=data,
        quarter=quarter,
        today=today,
        kind=kind,
        digest=store.store_digest(data),
        catalogue=catalogue,
        practices=project.practices(data, kind, root),
        pages=tuple(pages.values()),
        wanted=frozenset(wanted),
        errata=revisions.known_errata(root, data, today),
        brand=brands.read_brand(root / "reports"),
    )


def _fed(
    studies: Mapping[str, PlannedStudy], tables: set[str], only: Sequence[str]
) -> dict[str, PlannedStudy]:
    """The studies whose tables the store holds; `UsageError` where one asked for is none."""
    lacking = {name: set(study.needs) - tables for name, study in studies.items()}
    problems = [
        f"study {name!r}: needs what no export of the store gave: "
        f"{', '.join(sorted(lacking[name]))}; ingest a device that gives it"
        for name in only
        if lacking.get(name)
    ]
    UsageError.raise_any(problems)
    return {name: study for name, study in studies.items() if not lacking[name]}


def _check_quarter(data: Path, quarter: Quarter | None, today: date) -> Quarter:
    latest = store.latest_quarter(data, today)
    held = store.devices(data)
    if quarter is None or quarter.end >= today:
        _check_clock(held, today)
    quarter = quarter or latest
    if quarter.end >= today:
        raise UsageError(f"quarter {quarter}: has not ended; the latest with data is {latest}")
    start, end = quarter.start.isoformat(), quarter.end.isoformat()
    if not ((held["start"] <= end) & (held["end"] >= start)).any():
        first = Quarter.of(date.fromisoformat(held["start"].min()))
        raise ObservError(
            f"quarter {quarter}: the store has no data for it; "
            f"it goes from {first} to {max(first, latest)}"
        )
    return quarter


def _check_clock(held: pd.DataFrame, today: date) -> None:
    """Raise where the store has data of days after tomorrow, which another time zone may have."""
    ends = held.loc[~held["table"].isin((*tables.FACT_TABLES, "procedures")), "end"].dropna()
    if not ends.empty and date.fromisoformat(ends.max()) > today + timedelta(days=1):
        raise ObservError(
            f"today is {today} by this machine's clock, and the store has data to {ends.max()}; "
            "set the clock, or name a quarter that ended before"
        )


def _partners(
    data: Path, held: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> dict[str, set[str]]:
    """The partners to which themes or texts may lead, each with the departments that heard it."""
    heard: dict[str, set[str]] = {}
    for device, theme in store.contact_themes(data, quarter.back(8)[0], quarter):
        heard.setdefault(fold_label(theme), set()).add(frame.department_of("", device, catalogue))
    texts = held.loc[held["table"] == "verbatims", "device"]
    wrote = {frame.department_of("", device, catalogue) for device in texts}
    found = {}
    for partner in catalogue.partners.values():
        led = [heard.get(fold_label(theme), set()) for theme in (*partner.themes, *partner.shared)]
        found[partner.id] = set().union(*led, wrote if partner.words or partner.entities else ())
    return {name: led for name, led in found.items() if led}
