"""YAML as people write it: one reader and one writer for files, front matters, cells' options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.text import Patterns, as_one_line, sign_fault

KeyLines = dict[tuple[Any, ...], int]
# libyaml's safe loader where PyYAML has it: the same language, many times as fast
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_BYTES = 2_000_000  # of a file that people write
_MEND = "; indent with spaces, close what is open, and put a text with *, @ or `: ` in quotes"
_DEEPEST = 50
_MOST_VALUES = 150_000  # as many as the devices of a ministry take
_LONG_NUMBER = re.compile(r"[-+\d:_.]{1000,}", re.ASCII)  # which takes the square of its length


def read_yaml(
    path: Path, expected: type, words: str, missing: str
) -> tuple[Any, KeyLines, list[str]]:
    """What a YAML file holds, the line of each of its keys, and what is wrong with it."""
    try:
        text = read_text(path)
    except ObservError as error:
        absent = isinstance(error.__cause__, FileNotFoundError)
        return expected(), {}, [f"{path}: {missing}"] if absent else list(error.problems)
    return parse(text, path, expected, words)


def load_data(module: str) -> dict[str, Any]:
    """What stands in the YAML beside a module of the library: `x.yml` for `x.py`."""
    path = Path(module).with_suffix(".yml")
    found, _, problems = read_yaml(path, dict, "keys with what they hold", "is gone")
    ObservError.raise_any(problems)
    return dict(found)


def patterns(module: str) -> Patterns:
    """The patterns in the YAML beside a module, by name."""
    return Patterns({name: as_one_line(text) for name, text in load_data(module).items()})


def read_text(path: Path) -> str:
    """The text of a file that people write: YAML, or Markdown with a front matter."""
    raw = files.read_bytes(path, _MOST_BYTES, "make several files of it")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        fault = f"not UTF-8 at byte {error.start}; save the file as UTF-8"
        raise ObservError(f"{path}: {fault}") from error


def events(text: str) -> Iterator[Any]:
    """The events of a YAML text, one by one, as far as people write so many and so deep.

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
        elif getattr(event, "tag", None):
            problem = "a tag (!) is not read; put a text that begins with ! in quotes"
        if problem is not None:
            mark: Any = event.start_mark  # of libyaml, or of Python
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        yield event


def parse(
    text: str, path: Path | str, expected: type, words: str, is_written: bool = True
) -> tuple[Any, KeyLines, list[str]]:
    """As `read_yaml`, of the text of a file; what no person has written may hold any sign."""

    def unusable(where: str, fault: str) -> tuple[Any, KeyLines, list[str]]:
        return expected(), {}, [f"{path}{where}: {fault}"]

    lines: KeyLines = {}
    try:
        for _ in events(text):
            pass
        loader = _SafeLoader(text)
        root = loader.get_single_node()
        data = None if root is None else loader.construct_document(root)
        problems = list(_walk(root, (), lines, path, set(), is_written))
    except (ValueError, OverflowError) as error:  # of a date such as 2026-13-45
        return unusable("", f"not valid YAML: {error}; dates are YYYY-MM-DD")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "cannot be read"
        what = what.replace("unhashable key", "a key that is a list or a mapping")
        mend = "" if type(error) is yaml.MarkedYAMLError else _MEND
        return unusable(f":{mark.line + 1}" if mark else "", f"not valid YAML: {what}{mend}")
    if data is None and expected is list and text.strip():  # comments alone, as yet
        data = []
    if not isinstance(data, expected):
        holds = "nothing" if data is None else "a list" if isinstance(data, list) else "one value"
        holds = "a mapping" if isinstance(data, dict) else holds
        return unusable("", f"holds {holds}; {words} is expected")
    return data, lines, problems


def mapping(text: str, name: Path | str, is_written: bool = True) -> dict[str, Any]:
    """The `key: value` lines of a YAML text; none of an empty one."""
    if not text.strip():
        return {}
    found, _, problems = parse(text, name, dict, "`key: value`", is_written)
    ObservError.raise_any(problems)
    return dict(found)


def read_front_matter(text: str, name: Path | str) -> tuple[dict[str, Any], str]:
    """The front matter of a Markdown text, and what follows it; errors are those of `mapping`."""
    front, rest = split_front_matter(text)
    return mapping(f"\n{front}", name), rest  # a line for the fence: errors count as the file does


def dump(value: Any, width: int = 1000) -> str:
    """A value as YAML, its keys in their order, its letters as they are.

    >>> print(dump({"title": "Été", "order": 1}), end="")
    title: Été
    order: 1
    """
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=width))


def as_front_matter(header: Mapping[str, Any]) -> str:
    """The front matter of a page: its header as YAML, between fences."""
    return f"---\n{dump(dict(header))}---\n"


def yaml_quoted(text: str) -> str:
    """A text in YAML's double quotes, on one line whatever it holds.

    >>> print(yaml_quoted('Un "mot"'))
    "Un \\"mot\\""
    """
    line = yaml.safe_dump(text, allow_unicode=True, default_style='"', width=1_000_000)
    return str(line).strip()


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML front matter of a Markdown text, without its fences, and what follows."""
    match = re.match(
        r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.S | re.M
    )
    return (match[1], text[match.end() :]) if match else ("", text)


def _walk(
    node: yaml.Node | None,
    where: tuple[Any, ...],
    lines: KeyLines,
    path: Path | str,
    seen: set[int],
    is_written: bool,
) -> Iterator[str]:
    """Note the line of every node; yield a problem for each key given twice, or sign refused."""
    if node is None:
        return
    lines.setdefault(where, node.start_mark.line + 1)
    if id(node) in seen:  # aliases of aliases would multiply it, or never end
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if is_written and (fault := sign_fault(node.value)):
            yield f"{path}:{node.start_mark.line + 1}: {fault}"
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _walk(item, (*where, position), lines, path, seen, is_written)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*where, key.value)
            if place in lines:
                from observlib.base.personal import shown  # whose patterns are read by this module

                yield (
                    f"{path}:{key.start_mark.line + 1}: key {shown(str(key.value))!r} is given "
                    f"twice (first at line {lines[place]}); keep one"
                )
            lines[place] = key.start_mark.line + 1
            yield from _walk(key, place, lines, path, seen, is_written)
            yield from _walk(value, place, lines, path, seen, is_written)
