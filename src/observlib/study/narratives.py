"""The sentences of all themes: what a study says of its estimates.

What any theme may say is here by name; what one says, in the module of its name: `contacts` is
`themes/contacts/sentences.py`. A new theme is found by its folder.
"""

from importlib import import_module as _import
from pkgutil import walk_packages as _walk

from observlib import themes as _themes
from observlib.themes import comparison_sentences as comparisons
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
__all__ += ["see", "together", "withheld", "year_on_year"]

for _module in _walk(_themes.__path__, f"{_themes.__name__}."):
    _theme, _, _name = _module.name.removeprefix(f"{_themes.__name__}.").partition(".")
    if _name.endswith("sentences"):
        _name = _name.removesuffix("sentences").rstrip("_") or _theme
        globals()[_name] = _import(_module.name)
        __all__.append(_name)
