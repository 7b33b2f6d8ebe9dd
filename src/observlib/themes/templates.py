"""The sentences of themes: templates beside their code, and what these may call.

`<theme>/sentences.j2` holds the sentences of a theme, `sentences.md.j2` those with Markdown. A
template may call what `sentences.py` beside it defines, `themes/sentences.py` and
`themes/comparison_sentences.py`, and the functions of French; `{% import %}` finds other templates.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
from jinja2 import Environment

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import GROUPED
from observlib.display import changes, select
from observlib.language import words
from observlib.language.templates import (
    as_text,
    environment,
    public_functions,
    sentences,
)
from observlib.themes import comparison_sentences
from observlib.themes import sentences as common

_FOLDER = Path(__file__).parent
_FILES = ("sentences.j2", "sentences.md.j2")


def narrating() -> list[str]:
    """The themes that have sentences."""
    folders = {path.parent for path in _FOLDER.glob("*/sentences.*")}
    return sorted(folder.name for folder in folders if (folder / "__init__.py").is_file())


@cache
def narrative(theme: str) -> ModuleType:
    """What a theme says, by name: the macros of its templates, the functions of `sentences.py`."""
    name = f"observlib.themes.{theme}.sentences"
    said, own = ModuleType(name, f"Sentences of {theme}."), facts(theme)
    vars(said).update({key: one for key, one in own.items() if _is_of(one, name)})
    for file in _FILES:
        if (_FOLDER / theme / file).is_file():
            macros = sentences(theme_templates(), f"{theme}/{file}", own)
            for macro in macros.values():
                macro.__module__ = name
            vars(said).update(macros)
            own |= macros  # what the file with Markdown may call
    return said


def facts(theme: str) -> dict[str, Any]:
    """What a theme's templates may name beside what all may: all that `sentences.py` has."""
    name = f"observlib.themes.{theme}.sentences"
    names = vars(import_module(name)) if find_spec(name) else {}
    return {key: one for key, one in names.items() if not key.startswith("__")}


def _is_of(one: Any, module: str) -> bool:
    return isfunction(one) and one.__module__ == module


@cache
def theme_templates() -> Environment:
    """Where the templates of all themes are found, with what all may call."""
    modules = (common, comparison_sentences, changes)
    shared = {name: one for module in modules for name, one in public_functions(module).items()}
    constants = {
        "EVOLVED": estimates.EVOLVED,
        "OFTEN": words.OFTEN,
        "REASON_WORDS": changes.REASON_WORDS,
        "WITHHELD": estimates.WITHHELD,
    }
    frames = {
        "categories_of": categories_of,
        "commas": ", ".join,
        "each": say_each,
        "highest_first": highest_first,
        "many": many,
        "narrow": " ; ".join,
        "omit": omit,
        "one_indicator": select.one_indicator,
        "pick": pick,
        "product_label": product_label,
        "records": estimates.records,
        "semicolons": words.SEMICOLON.join,
        "with_text": with_text,
    }
    return environment(_FOLDER, {**shared, **frames, **constants}, as_text)


def product_label(product: str, catalogue: Catalogue) -> str:
    """What a product, or a peer, is called."""
    return catalogue.label(product)


def pick(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """The rows of a frame of which each named column has a value, or one of a list.

    Examples
    --------
    >>> pick(pd.DataFrame({"period": ["2026-T2", "2026-T3"]}), period="2026-T3").index.tolist()
    [1]
    """
    return frame[_having(frame, columns)]


def omit(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """The rows of a frame that `pick` would leave."""
    return frame[~_having(frame, columns)]


def _having(frame: pd.DataFrame, columns: Mapping[str, Any]) -> pd.Series:
    every = pd.Series(True, index=frame.index)
    for name, value in columns.items():
        every &= frame[name].isin([value] if isinstance(value, str | int | float) else value)
    return every


def highest_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Estimates from the highest to the lowest."""
    return frame.sort_values("estimate", ascending=False, kind="stable")


def say_each(items: Iterable[Any], macro: Callable[..., str], *others: Any) -> list[str]:
    """What a macro says of each item."""
    return [_trimmed(macro(item, *others)) for item in items]


def _trimmed(text: str) -> str:
    """A text without the ends of its template's lines; Markdown stays what it is."""
    return type(text)(text.strip(" \n"))


def with_text(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Estimates, each with the `text` of its value."""
    return frame.assign(text=[common.value_of(x, catalogue) for x in estimates.records(frame)])


def many(rows: pd.DataFrame) -> bool:
    """Whether there are more than are told one by one."""
    return len(rows) > words.LINES


def categories_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The published rows of categories, without those that group small ones."""
    return frame[(frame["status"] == "published") & ~frame["group_value"].isin(GROUPED)]
