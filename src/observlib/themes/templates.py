"""The sentences of themes: templates beside their code, and what these may call.

`<theme>/sentences.j2` holds the sentences of a theme, `sentences.md.j2` those with Markdown. A
template may call what `sentences.py` beside it defines, or else its theme's own module; the
sentences of `themes/sentences` and `themes/comparison_sentences`; and the functions of French.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
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
    offer,
    public_functions,
    sentences,
)

_FOLDER = Path(__file__).parent
_OF_ALL = ("comparison_sentences", "sentences")  # what templates of all themes may call


def narrating() -> list[str]:
    """The themes that have sentences."""
    folders = {path.parent for path in _FOLDER.glob("*/sentences.*")}
    return sorted(folder.name for folder in folders if (folder / "__init__.py").is_file())


@cache
def narrative(name: str) -> ModuleType:
    """What a theme, or a module beside them, says: macros of its templates and its functions."""
    return _said(theme_templates(), name)


def _said(templates: Environment, name: str) -> ModuleType:
    path = f"{name}/sentences" if (_FOLDER / name).is_dir() else name
    said, own = ModuleType(_module(path), f"Sentences of {name}."), facts(name)
    vars(said).update({key: one for key, one in own.items() if _is_of(one, said.__name__)})
    for file in (f"{path}.j2", f"{path}.md.j2"):
        if (_FOLDER / file).is_file():
            macros = sentences(templates, file, own)
            for macro in macros.values():
                macro.__module__ = said.__name__
            vars(said).update(macros)
            own |= macros  # what the file with Markdown may call
    return said


def facts(name: str) -> dict[str, Any]:
    """What the templates of a theme, or of a module beside them, may name beside what all may."""
    module = _module(name)
    own = f"{module}.sentences"
    names = vars(import_module(own if (_FOLDER / name / "sentences.py").is_file() else module))
    return {key: one for key, one in names.items() if not key.startswith("__")}


def _module(path: str) -> str:
    return ".".join(["observlib.themes", *path.split("/")])


def _is_of(one: Any, module: str) -> bool:
    return isfunction(one) and one.__module__ == module


@cache
def theme_templates() -> Environment:
    """Where the templates of all themes are found, with what all may call."""
    constants = {
        "EVOLVED": estimates.EVOLVED,
        "OFTEN": words.OFTEN,
        "REASON_WORDS": changes.REASON_WORDS,
        "WITHHELD": estimates.WITHHELD,
    }
    functions = public_functions(changes) | public_functions(sys.modules[__name__])
    functions |= {
        "commas": ", ".join,
        "each": say_each,
        "narrow": " ; ".join,
        "grade_words": select.grade_words,
        "one_indicator": select.one_indicator,
        "records": estimates.records,
        "semicolons": words.SEMICOLON.join,
    }
    made = environment(_FOLDER, functions | constants, as_text)
    for name in _OF_ALL:
        offer(made, public_functions(import_module(_module(name))))  # which its own templates call
        offer(made, public_functions(_said(made, name)))
    return made


def published(frame: pd.DataFrame, indicator: str, period: str = "") -> pd.DataFrame:
    """The published estimates of an indicator, of a period or all: what a sentence may name."""
    rows = frame[(frame["indicator"] == indicator) & (frame["status"] == "published")]
    return rows[rows["period"] == period] if period else rows


def value_of(row: Mapping[Any, Any], catalogue: Catalogue) -> str:
    """The value of an estimate, written as its indicator is."""
    return words.value(row, words.indicator_of(row["indicator"], catalogue))


def product_label(product: str, catalogue: Catalogue) -> str:
    """What a product, or a peer, is called."""
    return catalogue.label(product)


def pick(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """The rows of a frame of which each named column has a value, or one of a list.

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
        every &= frame[name].isin([value] if isinstance(value, str | int | float) else [*value])
    return every


def highest_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Estimates from the highest to the lowest."""
    return frame.sort_values("estimate", ascending=False, kind="stable")


def largest_first(frame: pd.DataFrame, column: str = "estimate") -> pd.DataFrame:
    """Differences from the largest to the smallest, whatever their sign."""
    return frame.sort_values(column, key=abs, ascending=False, kind="stable")


def say_each(items: Iterable[Any], macro: Callable[..., str], *others: Any) -> list[str]:
    """What a macro says of each item."""
    return [_trimmed(macro(item, *others)) for item in items]


def _trimmed(text: str) -> str:
    """A text without the ends of its template's lines; Markdown stays what it is."""
    return type(text)(text.strip(" \n"))


def with_text(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Estimates, each with the `text` of its value."""
    return frame.assign(text=[value_of(x, catalogue) for x in estimates.records(frame)])


def many(rows: pd.DataFrame) -> bool:
    """Whether there are more than are told one by one."""
    return len(rows) > words.LINES


def categories_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The published rows of categories, without those that group small ones."""
    return frame[(frame["status"] == "published") & ~frame["group_value"].isin(GROUPED)]
