"""The sentences of all themes: what a study says of its estimates.

What any theme may say is here by name; what one says, in the module of its name: `contacts` is
what `themes/contacts` says. A new theme is found by its folder.
"""

from typing import Any as _Any

# templates find both by name
from observlib.themes import comparison_sentences as _comparisons  # noqa: F401
from observlib.themes import sentences as _sentences  # noqa: F401
from observlib.themes import templates as _templates

_OF_ANY = ["absent", "highest_and_lowest", "if_any", "incomplete", "see", "span", "together"]
_OF_ANY += ["withheld", "year_on_year"]
_MODULES = {"comparisons": "comparison_sentences"} | {x: x for x in _templates.narrating()}
__all__ = [*_OF_ANY, *_MODULES]


def __getattr__(name: str) -> _Any:
    if name not in __all__:
        raise AttributeError(f"no theme is called {name!r}")
    if name in _OF_ANY:
        return getattr(_templates.narrative("sentences"), name)
    return _templates.narrative(_MODULES[name])  # read when it is asked for: all take a second
