"""Reading a YAML file of the catalogue with the line of every key, and telling its mistakes."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from observlib import files
from observlib.errors import ObservError
from observlib.personal import shown

Lines = dict[tuple[Any, ...], int]
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
# libyaml's safe loader where PyYAML has it: the same language, many times as fast
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_BYTES = 2_000_000  # of a file that people write
_DEEPEST = 50
_MOST_VALUES = 30_000
_LONG_NUMBER = re.compile(r"[-+\d:_.]{1000,}", re.ASCII)  # which takes the square of its length


def read(path: Path, expected: type, words: str, missing: str) -> tuple[Any, Lines, list[str]]:
    """What a YAML file holds, the line of each of its keys, and what is wrong with it.

    Parameters
    ----------
    path
        The file.
    expected
        `list` or `dict`, of which an empty one is given where the file cannot be used.
    words
        What is expected, for who reads the message.
    missing
        What to say where the file is absent.
    """
    try:
        text = read_written(path)
    except ObservError as error:
        absent = isinstance(error.__cause__, FileNotFoundError)
        return expected(), {}, [f"{path}: {missing}"] if absent else list(error.problems)
    return parse(text, path, expected, words)


def read_written(path: Path) -> str:
    """The text of a file that people write: YAML, or Markdown with a front matter.

    Raises
    ------
    ObservError
        Where it is no regular file, cannot be read, is not UTF-8, or holds more than 2 MB.
    """
    raw = files.read_bytes(path, _MOST_BYTES, "make several files of it")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        fault = f"not UTF-8 at byte {error.start}; save the file as UTF-8"
        raise ObservError(f"{path}: {fault}") from error


def events(text: str) -> Iterator[Any]:
    """The events of a YAML text, one by one, as far as people write so many and so deep.

    Raises
    ------
    yaml.YAMLError
        Where the text is none, nested deeper, or holds more values or a longer number.

    Examples
    --------
    >>> [type(event).__name__ for event in events("[a]")][2:4]
    ['SequenceStartEvent', 'ScalarEvent']
    """
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        problem = None
        if depth > _DEEPEST:
            problem = f"nested too deeply, over {_DEEPEST} levels"
        elif count > _MOST_VALUES:
            problem = f"holds over {_MOST_VALUES:,} values; make several files of it"
        elif isinstance(event, yaml.ScalarEvent) and _LONG_NUMBER.fullmatch(event.value):
            problem = "a number too long to read"
        elif isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style:
            problem = "<< is not read, as merges of merges multiply; write the keys"
        if problem is not None:
            mark: Any = event.start_mark  # of libyaml, or of Python
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        yield event


def parse(text: str, path: Path, expected: type, words: str) -> tuple[Any, Lines, list[str]]:
    """As `read`, of the text of a file."""

    def unusable(where: str, fault: str) -> tuple[Any, Lines, list[str]]:
        return expected(), {}, [f"{path}{where}: {fault}"]

    lines: Lines = {}
    try:
        for _ in events(text):
            pass
        loader = _SafeLoader(text)
        root = loader.get_single_node()
        data = None if root is None else loader.construct_document(root)
        problems = list(_walk(root, (), lines, path, set()))
    except (ValueError, OverflowError) as error:  # of a date such as 2026-13-45
        return unusable("", f"not valid YAML: {error}; dates are YYYY-MM-DD")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "cannot be read"
        return unusable(f":{mark.line + 1}" if mark else "", f"not valid YAML: {what}")
    if data is None and expected is list and text.strip():  # comments alone, as yet
        data = []
    if not isinstance(data, expected):
        return unusable("", f"holds {type(data).__name__}; {words} is expected")
    return data, lines, problems


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML front matter of a Markdown text, without its fences, and what follows.

    Examples
    --------
    >>> split_front_matter("---\\ntitle: A\\n---\\n\\nText")
    ('title: A\\n', '\\nText')
    """
    match = re.match(
        r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.S | re.M
    )
    return (match[1], text[match.end() :]) if match else ("", text)


def _walk(
    node: yaml.Node | None, where: tuple[Any, ...], lines: Lines, path: Path, seen: set[int]
) -> Iterator[str]:
    """Note the line of every node; yield a problem for each key that is given twice.

    What an alias repeats is walked once: aliases of aliases would multiply it, or never end.
    """
    if node is None:
        return
    lines.setdefault(where, node.start_mark.line + 1)
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _walk(item, (*where, position), lines, path, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*where, key.value)
            if place in lines:
                yield (
                    f"{path}:{key.start_mark.line + 1}: key {shown(str(key.value))!r} is given "
                    f"twice (first at line {lines[place]}); keep one"
                )
            lines[place] = key.start_mark.line + 1
            yield from _walk(value, place, lines, path, seen)


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
