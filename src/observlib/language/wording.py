"""Sentences as data: what a module says, in the YAML beside it, where who writes can change it."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from observlib.base import yaml_files
from observlib.base.errors import ObservError


class _Texts(dict[str, str]):
    """Texts by their keys."""

    def group(self, key: str) -> dict[str, str]:
        """The texts of a group, by what is left of their keys."""
        own = {name: text for name, text in self.items() if name.startswith(f"{key}.")}
        return {name.removeprefix(f"{key}."): text for name, text in own.items()}


def load_texts(module: str) -> _Texts:
    """The words of a module, by their keys: `x/sentences.yml` for `x/sentences.py`.

    A text has names in braces at which the module sets what it tells. A group of texts gives keys
    such as `verbs.rise`. French no-break spaces are put in when a page is made.

    >>> from observlib.language import words
    >>> load_texts(words.__file__)["from_to"].format(then="7,1", now="7,4 sur 10")
    'de 7,1 à 7,4 sur 10'
    """
    return _read(Path(module).with_suffix(".yml"))


@cache
def _read(path: Path) -> _Texts:
    found, lines, problems = yaml_files.read_yaml(path, dict, "keys with texts", "it is not there")
    texts = _Texts()
    for place, text in _leaves(found):
        where = f"{path}:{lines.get(place, 1)}: {'.'.join(map(str, place))}"
        if not isinstance(text, str):
            problems.append(f"{where}: not a text but {text!r}; put it in quotes")
        elif wrong := _braces(text):
            problems.append(f"{where}: {wrong}")
        else:
            texts[".".join(map(str, place))] = text.strip()
    if problems:
        raise ObservError(*problems)
    return texts


def _leaves(group: Mapping[Any, Any], inside: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any]]:
    for key, value in group.items():
        place = (*inside, key)
        yield from _leaves(value, place) if isinstance(value, dict) else [(place, value)]


def fields(text: str) -> list[str]:
    """The names in a text at which a module sets what it tells."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def _braces(text: str) -> str:
    """What is wrong with a text's braces; nothing where all hold a name."""
    try:
        names = fields(text)
    except ValueError as error:
        return f"{error}; a brace opens and closes around a name"
    wrong = [name for name in names if not name.isidentifier()]
    return f"{{{wrong[0]}}} is no name; write {{name}}, as the module gives it" if wrong else ""
