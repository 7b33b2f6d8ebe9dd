"""Telling the mistakes of an entry of the catalogue, or of a sheet, each at its line."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from observlib.catalogue.entries import Entry
from observlib.errors import ObservError
from observlib.yaml_files import Lines, read

Sheet = TypeVar("Sheet", bound=Entry)

_LIST = "a list is expected: [a, b], or a line `- a` for each"
_DATE = "a date is expected: YYYY-MM-DD"
_EXPECTED = {  # by pydantic's kind of mistake, whose own words are a programmer's
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": "text is expected, in quotes where it is a number",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
}
_SHORT = reprlib.Repr()  # of a value, however long, or deep by aliases of aliases
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 2, 100, 100


def sheets(
    folder: Path, model: type[Sheet], shape: str, problems: list[str]
) -> Iterator[tuple[Path, Sheet, Lines]]:
    """The sheets of a folder, one a file named after its `id`, each with its path and its lines.

    Parameters
    ----------
    folder
        May be absent.
    model
        Of a sheet; it has an `id`.
    shape
        What a file must hold, in words.
    problems
        Gets what is wrong with the others.
    """
    for path in sorted(folder.glob("*.yaml")):
        problems.append(f"{path}: is not read; name it {path.stem}.yml")
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        raw, lines, found = read(path, dict, shape, "is gone")
        problems += found
        if found:
            continue
        try:
            sheet = model.model_validate(raw)
        except ValidationError as error:
            problems += explain(error, model, path, (), lines, raw)
            continue
        if sheet.id != path.stem:
            problems.append(
                f"{path}:{lines.get(('id',), 1)}: id is {sheet.id!r}, and the file's name says "
                f"{path.stem!r}; make them the same"
            )
        yield path, sheet, lines


def checked(
    folder: Path,
    model: type[Sheet],
    shape: str,
    wrong: Callable[[Path, Sheet, Lines], Iterable[str]] = lambda path, sheet, lines: (),
) -> list[Sheet]:
    """The sheets of a folder, in the order of their names.

    Parameters
    ----------
    folder, model, shape
        As for `sheets`.
    wrong
        What else is wrong with a sheet, such as what it names and does not exist.

    Raises
    ------
    ObservError
        With every mistake of every file: file, line, key, what is wrong, what is allowed.
    """
    problems: list[str] = []
    found = []
    for path, sheet, lines in sheets(folder, model, shape, problems):
        problems += wrong(path, sheet, lines)
        found.append(sheet)
    if problems:
        raise ObservError(*problems)
    return found


def unknown(
    path: Path, sheet: Entry, lines: Lines, named: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """What a sheet names that does not exist, a line each.

    Parameters
    ----------
    path, sheet, lines
        As `sheets` gives them.
    named
        By key that names something, all that it may name; a key that is left out names nothing.
    """
    for key, allowed in named.items():
        name = getattr(sheet, key)
        if name is not None and name not in allowed:
            yield (
                f"{path}:{lines.get((key,), 1)}: {sheet.id!r}: unknown {key} {name!r}; "
                f"allowed: {', '.join(allowed) or 'none'}"
            )


def explain(
    error: ValidationError,
    model: type[BaseModel],
    path: Path,
    start: tuple[Any, ...],
    lines: Lines,
    raw: Any,
) -> Iterator[str]:
    """Say each fault of an entry, which stands at `start` in its file, in a line of its own."""
    name = _SHORT.repr(raw["id"]) if isinstance(raw, dict) and "id" in raw else ""
    name = name or (f"entry {start[0] + 1}" if start else "the file")
    told: set[str] = set()  # a value that is neither of two types is one mistake
    for detail in error.errors():
        where, given = (*start, *detail["loc"]), _SHORT.repr(detail["input"])
        while where not in lines and len(where) > 1:
            where = where[:-1]
        place = f"{path}:{lines.get(where, 1)}: {name}"
        key = ".".join(str(part) for part in detail["loc"])
        if detail["type"] == "extra_forbidden":
            said = f"{place}: unknown key {key!r}; allowed: {_allowed(model, detail['loc'])}"
        elif detail["type"] == "missing":
            said = f"{place}: key {key!r} is missing"
        elif detail["type"] == "model_type" and detail["loc"]:
            keys = _allowed(model, (*detail["loc"], ""))
            said = f"{place}: {key} is {given}: a mapping is expected, of {keys}"
        elif detail["type"] == "model_type":
            said = f"{place}: is {given}; an entry is a mapping that starts with `id:`"
        elif detail["type"] == "value_error":  # of what does not go together
            said = f"{place}: {key and key + ': '}{detail['msg'].removeprefix('Value error, ')}"
        else:
            message = detail["msg"][0].lower() + detail["msg"][1:]
            message = _EXPECTED.get(detail["type"], message)
            said = f"{place}: {key} is {given}: {message}"
        if said not in told:
            yield said
        told.add(said)


def _allowed(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    """The keys allowed where an unknown one stands, maybe in an entry within the entry."""
    for part in place[:-1]:
        field = model.model_fields.get(str(part))
        inner = [field.annotation, *get_args(field.annotation)] if field else []
        model = next(
            (kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)),
            model,
        )
    return ", ".join(field.alias or name for name, field in model.model_fields.items())
