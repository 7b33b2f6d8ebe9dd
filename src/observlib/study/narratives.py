"""The sentences of all themes: what a study says of its estimates.

What any theme may say is here by name; what one says, in the module of its name: `contacts` is
what `themes/contacts` says. A new theme is found by its folder.
"""

from typing import Any as _Any

from observlib.themes import comparison_sentences as comparisons
from observlib.themes import templates as _templates
from observlib.themes.sentences import (
    absent,
    highest_and_lowest,
    if_any,
    incomplete,
    see,
    span,
    together,
    withheld,
    year_on_year,
)

__all__ = ["absent", "comparisons", "highest_and_lowest", "if_any", "incomplete", "span"]
__all__ += ["see", "together", "withheld", "year_on_year", *_templates.narrating()]


def __getattr__(name: str) -> _Any:
    if name not in __all__:
        raise AttributeError(f"no theme is called {name!r}")
    return _templates.narrative(name)  # read when it is asked for: all take a second
