"""Telling the mistakes of an entry of the catalogue, or of a sheet, each at its line."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from observlib.base.yaml_files import KeyLines, load_data, read_yaml
from observlib.catalogue.entries import Entry

_Sheet = TypeVar("_Sheet", bound=Entry)
_Model = TypeVar("_Model", bound=BaseModel)

_TEXTS = load_data(__file__)
_EXPECTED, _FORMS = _TEXTS["expected"], _TEXTS["forms"]


class _Short(reprlib.Repr):
    """A value as YAML has it."""

    def repr1(self, x: object, level: int) -> str:
        if x is None:
            return "empty"
        return str(x).lower() if isinstance(x, bool | date) else super().repr1(x, level)


_SHORT = _Short()  # of a value, however long, or deep by aliases of aliases
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 2, 100, 100


def sheets(
    folder: Path, model: type[_Sheet], shape: str, problems: list[str]
) -> Iterator[tuple[Path, _Sheet, KeyLines]]:
    """The sheets of a folder, one a file named after its `id`, each with its path and its lines."""
    for path in sorted(folder.glob("*.yaml")):
        problems.append(f"{path}: is not read; name it {path.stem}.yml")
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        raw, lines, found = read_yaml(path, dict, shape, "is gone")
        problems += found
        sheet = None if found else validated(model, raw, path, lines, problems)
        if sheet is None:
            continue
        if sheet.id != path.stem:
            problems.append(
                f"{path}:{lines.get(('id',), 1)}: id is {sheet.id!r}, and the file's name says "
                f"{path.stem!r}; make them the same"
            )
        yield path, sheet, lines


def unknown_names(
    path: Path, sheet: BaseModel, lines: KeyLines, named: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """What a sheet names that does not exist, a line each."""
    for key, allowed in named.items():
        given = getattr(sheet, key)
        for position, one in enumerate(given if isinstance(given, tuple) else (given,)):
            if one not in (None, "", *allowed):
                line = lines.get((key, position), lines.get((key,), 1))
                what = f"unknown {key.removesuffix('s')} {one!r}"
                some = ", ".join(allowed) or "none"
                yield f"{path}:{line}: {path.stem!r}: {what}; allowed: {some}"


def validated(
    model: type[_Model],
    raw: Any,
    path: Path,
    lines: KeyLines,
    problems: list[str],
    start: tuple[Any, ...] = (),
    name: str = "",
) -> _Model | None:
    """What a file holds at `start`, as a model; None where it is wrong: `problems` gets why."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        given = name or (raw.get("id") if isinstance(raw, dict) else None)
        place = f"entry {start[0] + 1}" if start and not name else "the file"
        of = _SHORT.repr(given) if given else place
        for loc, said in fault_texts(error, model, raw):
            where = (*start, *loc)
            while where not in lines and len(where) > 1:
                where = where[:-1]
            problems.append(f"{path}:{lines.get(where, 1)}: {of}: {said}")
    return None


def fault_texts(
    error: ValidationError, model: type[BaseModel], raw: Any
) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Each fault of what somebody wrote: its keys, and what is to be written there."""
    found: dict[tuple[tuple[int | str, ...], str], dict[str, None]] = {}
    for detail in error.errors():
        kind, limits = detail["type"], detail.get("ctx", {})
        loc = _place(detail["loc"], raw, kind == "missing")
        key = ".".join(map(str, loc))
        about = f"{key} is {_SHORT.repr(detail['input'])}: ".lstrip()
        if kind == "extra_forbidden":
            about, said = "", f"unknown key {key!r}; allowed: {_allowed(model, loc)}"
        elif kind == "missing":
            about, said = "", f"key {key!r} is missing"
        elif kind == "model_type":
            of = f"a mapping is expected, of {_allowed(model, (*loc, ''))}"
            said = of if loc else "an entry is a mapping that starts with `id:`"
        elif kind == "value_error":  # of what does not go together
            about, said = f"{key}: " * bool(key), detail["msg"].removeprefix("Value error, ")
        elif kind == "string_pattern_mismatch":
            form = re.compile(limits["pattern"])
            example = next(one for one in _FORMS if form.search(one.strip('"')))
            said = f"{_FORMS[example]} is expected, such as {example}"
        elif kind == "too_short" and len(detail["input"]) >= limits["min_length"]:
            continue  # others are told, that are wrong themselves
        else:
            begins = _EXPECTED.get(kind.partition("_")[0], "another value is expected")
            said = _EXPECTED.get(kind, begins).format(**limits)
        found.setdefault((loc, about), {})[said] = None
    for (loc, about), each in found.items():  # a value that is neither of two kinds is one mistake
        yield loc, about + ", or ".join(each)


def _place(loc: tuple[int | str, ...], raw: Any, is_missing: bool) -> tuple[int | str, ...]:
    """The keys at which a value stands; pydantic names kinds of values between them."""
    kept = []
    for part in loc:
        there = (
            raw if isinstance(raw, dict) else dict(enumerate(raw if isinstance(raw, list) else ()))
        )
        if part in there:
            raw = there[part]
            kept.append(part)
    return (*kept, loc[-1]) if is_missing else tuple(kept)


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
