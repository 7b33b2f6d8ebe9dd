"""What exists: departments, products, listening devices, indicators and peers, read from YAML.

The catalogue is data that people edit. Every file is checked whole, and every mistake in it is
told at once with its file, line and key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from observlib.errors import ObservError

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]
Channel = Literal["web", "open_data", "phone", "mail", "print", "social", "in_person"]
Family = Literal["feedback", "consultation", "mobilisation"]
Frequency = Literal["continuous", "daily", "weekly", "monthly", "quarterly", "yearly", "occasional"]

CHANNEL_LABELS: dict[str, str] = {
    "web": "Web",
    "open_data": "Données ouvertes",
    "phone": "Téléphone",
    "mail": "Courrier et courriel",
    "print": "Imprimé",
    "social": "Réseaux sociaux",
    "in_person": "Accueil physique",
}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Slug


class Department(_Entry):
    """A department whose teams run listening devices."""

    label: Text


class Product(_Entry):
    """What the agency offers the public."""

    label: Text
    department: Slug
    url: str | None = None
    description: Text


class Device(_Entry):
    """One way of listening (*dispositif d'écoute*), and how its exports are recognised and read.

    `pattern` is matched against the end of an export's path (as by `PurePath.match`). A device
    that covers the whole agency, or other administrations, has no `product`.
    """

    label: Text
    family: Family
    channel: Channel
    owner: Slug
    product: Slug | None = None
    frequency: Frequency
    personal_data: Text
    pattern: Text
    loader: Slug
    table: Slug | None = Field(default=None, description="tidy table, for the loader `plain_csv`")
    period: str | None = Field(
        default=None,
        pattern=r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$",
        description="month or day, for exports that do not say it",
    )
    extracted: date | None = Field(
        default=None, description="day the exports were made: a later period is incomplete"
    )
    promise_days: int | None = Field(
        default=None, ge=1, description="calendar days within which a first answer is promised"
    )
    questionnaire: Slug | None = Field(
        default=None,
        description="what its questions are (`questionnaires/`), for surveys and tests",
    )
    note: str | None = Field(default=None, description="reservation printed with every result (fr)")


class Indicator(_Entry):
    """One published quantity: its words, and the rule that makes it."""

    label: Text
    unit: Text
    method: Text
    better: Literal["higher", "lower", "neither"]
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    good: float | None = None
    poor: float | None = None


class Peer(_Entry):
    """Another administration whose published figures are compared."""

    label: Text
    codes: tuple[Text, ...] = Field(description="how sources name it")
    own: bool = Field(default=False, description="the agency itself")


_FILES: dict[str, type[_Entry]] = {
    "departments": Department,
    "products": Product,
    "devices": Device,
    "indicators": Indicator,
    "peers": Peer,
}


class Catalogue(BaseModel):
    """The whole catalogue, each part by its `id`, in the order of its file."""

    model_config = ConfigDict(frozen=True)

    departments: dict[str, Department]
    products: dict[str, Product]
    devices: dict[str, Device]
    indicators: dict[str, Indicator]
    peers: dict[str, Peer]

    def label(self, subject: str) -> str:
        """The label of a product or peer, by its id."""
        found = self.products.get(subject) or self.peers.get(subject)
        if found is None:
            raise ObservError(f"{subject!r}: no product or peer of the catalogue has this id")
        return found.label


def load_catalogue(
    folder: Path, loaders: Iterable[str] | None = None, tables: Iterable[str] | None = None
) -> Catalogue:
    """Read and check the five files of the catalogue, from `departments.yml` to `peers.yml`.

    Parameters
    ----------
    folder
        The folder of the five files; each holds a list of entries.
    loaders, tables
        The loader and tidy-table names that devices may use; `None` leaves them unchecked.

    Raises
    ------
    ObservError
        With every mistake of every file: file, line, key, what is wrong, what is allowed.
    """
    problems: list[str] = []
    parts: dict[str, dict[str, Any]] = {}
    places: dict[tuple[str, str, str], str] = {}  # of each part, entry and key
    for name, model in _FILES.items():
        path = folder / f"{name}.yml"
        entries, lines, found = _read(path)
        problems += found
        parts[name] = {}
        for position, raw in enumerate(entries):
            line = lines.get((position,), 1)
            try:
                entry = TypeAdapter(model).validate_python(raw)
            except ValidationError as error:
                problems += _explain(error, model, path, position, lines, raw)
                continue
            if entry.id in parts[name]:
                first = places[name, entry.id, "id"].rsplit(":", 1)[1]
                problems.append(
                    f"{path}:{line}: id {entry.id!r} is already used at line {first}; "
                    f"ids are unique; rename one"
                )
                continue
            for key in raw:
                places[name, entry.id, key] = f"{path}:{lines.get((position, key), line)}"
            parts[name][entry.id] = entry
    problems += _unknown_references(parts, places, loaders, tables)
    if problems:
        raise ObservError(*problems)
    return Catalogue(**parts)


def _read(path: Path) -> tuple[list[Any], dict[tuple[Any, ...], int], list[str]]:
    """The entries of a YAML list, the line of each of their keys, and what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except FileNotFoundError:
        return [], {}, [f"{path}: file is missing; the catalogue has {', '.join(_FILES)}"]
    except UnicodeDecodeError as error:
        return [], {}, [f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8"]
    except OSError as error:
        return [], {}, [f"{path}: cannot be read: {error.strerror}"]
    except ValueError as error:  # of a date such as 2026-13-45
        return [], {}, [f"{path}: not valid YAML: {error}; dates are YYYY-MM-DD"]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or "cannot be read"
        return [], {}, [f"{path}{line}: not valid YAML: {what}"]
    if not isinstance(data, list):
        return (
            [],
            {},
            [f"{path}: holds {type(data).__name__}; a list of entries (`- id: …`) is expected"],
        )
    lines: dict[tuple[Any, ...], int] = {}
    problems = list(_walk(root, (), lines, path))
    return data, lines, problems


def _walk(
    node: yaml.Node | None, where: tuple[Any, ...], lines: dict[tuple[Any, ...], int], path: Path
) -> Iterator[str]:
    """Note the line of every node; yield a problem for each key that is given twice."""
    if node is None:
        return
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _walk(item, (*where, position), lines, path)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*where, key.value)
            if place in lines:
                yield (
                    f"{path}:{key.start_mark.line + 1}: key {key.value!r} is given twice "
                    f"(first at line {lines[place]}); keep one"
                )
            lines[place] = key.start_mark.line + 1
            yield from _walk(value, place, lines, path)


def _explain(
    error: ValidationError,
    model: type[_Entry],
    path: Path,
    position: int,
    lines: dict[tuple[Any, ...], int],
    raw: Any,
) -> Iterator[str]:
    name = f"{raw['id']!r}" if isinstance(raw, dict) and "id" in raw else f"entry {position + 1}"
    for detail in error.errors():
        where = (position, *detail["loc"])
        while where not in lines and len(where) > 1:
            where = where[:-1]
        place = f"{path}:{lines.get(where, 1)}: {name}"
        key = ".".join(str(part) for part in detail["loc"])
        if detail["type"] == "extra_forbidden":
            allowed = ", ".join(model.model_fields)
            yield f"{place}: unknown key {key!r}; allowed: {allowed}"
        elif detail["type"] == "missing":
            yield f"{place}: key {key!r} is missing"
        elif detail["type"] == "model_type":
            yield f"{place}: is {raw!r}; an entry is a mapping that starts with `id:`"
        else:
            message = detail["msg"][0].lower() + detail["msg"][1:]
            yield f"{place}: {key} is {detail['input']!r}: {message}"


def _unknown_references(
    parts: dict[str, dict[str, Any]],
    places: dict[tuple[str, str, str], str],
    loaders: Iterable[str] | None,
    tables: Iterable[str] | None,
) -> Iterator[str]:
    def check(part: str, entry: Any, key: str, allowed: Iterable[str]) -> Iterator[str]:
        value = getattr(entry, key)
        if value is not None and value not in set(allowed):
            yield (
                f"{places[part, entry.id, key]}: {entry.id!r}: unknown {key} {value!r}; "
                f"allowed: {', '.join(sorted(allowed))}"
            )

    for product in parts["products"].values():
        yield from check("products", product, "department", parts["departments"])
        if product.id in parts["peers"]:
            yield (
                f"{places['peers', product.id, 'id']}: id {product.id!r} is a product's "
                f"({places['products', product.id, 'id']}); rename one"
            )
    for device in parts["devices"].values():
        yield from check("devices", device, "owner", parts["departments"])
        yield from check("devices", device, "product", parts["products"])
        if loaders is not None:
            yield from check("devices", device, "loader", loaders)
        if tables is not None:
            yield from check("devices", device, "table", tables)
        if (device.loader == "plain_csv") != (device.table is not None):
            place = places["devices", device.id, "loader"]
            yield f"{place}: {device.id!r}: key 'table' goes with the loader plain_csv, always"
