"""Sentences as data: what a module says, in the YAML beside it, where who writes can change it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from observlib.base.yaml_files import load_data


class _Texts(dict[str, str]):
    """Texts by their keys."""

    def group(self, key: str) -> dict[str, str]:
        """The texts of a group, by what is left of their keys."""
        own = {name: text for name, text in self.items() if name.startswith(f"{key}.")}
        return {name.removeprefix(f"{key}."): text for name, text in own.items()}


@cache
def load_texts(module: str) -> _Texts:
    """The words of a module, by their keys: `x/sentences.yml` for `x/sentences.py`.

    A text has names in braces at which the module sets what it tells. A group of texts gives keys
    such as `verbs.rise`. French no-break spaces are put in when a page is made.

    >>> from observlib.language import words
    >>> load_texts(words.__file__)["from_to"].format(then="7,1", now="7,4 sur 10")
    'de 7,1 à 7,4 sur 10'
    """
    return _Texts(_leaves(load_data(module)))


def _leaves(group: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in group.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", text) for inner, text in _leaves(value))
        else:
            yield key, value.strip()
