"""What each column of an edition's data package is: its type, its names, and what it tells.

The files' own columns are those of the contracts (`estimates`, `comparisons`), then what these do
not say: days, codes that other producers of statistics use, and whether the figures are invented.
The words are those of `columns.yml`.
"""

from pathlib import Path
from typing import Any, NamedTuple

from observlib import estimates
from observlib.base.yaml_files import mapping, read_text
from observlib.estimates import REFERENCE
from observlib.estimates.comparisons import COMPARISON_COLUMNS


class PackageColumn(NamedTuple):
    """A column: its type in Table Schema, its head in the workbook, what it tells (fr, en)."""

    kind: str
    title: str
    fr: str
    en: str
    is_required: bool = False


_PATH = Path(__file__).with_suffix(".yml")
_WORDS: dict[str, Any] = mapping(read_text(_PATH), _PATH)


def _columns(group: str) -> dict[str, PackageColumn]:
    return {name: PackageColumn(**{"kind": "string", **of}) for name, of in _WORDS[group].items()}


def _reference(column: PackageColumn) -> PackageColumn:
    title = f"{column.title} (référence)"
    return column._replace(title=title, fr=f"référence : {column.fr}", en=f"reference: {column.en}")


_SIDE, _ADDED, _LAST = (_columns(group) for group in ("side", "added", "last"))
_OTHER = {REFERENCE + name: _reference(column) for name, column in (_SIDE | _ADDED).items()}
_COMPARED = _SIDE | _OTHER | _columns("results")
ID = _LAST["id"]
ESTIMATES: dict[str, PackageColumn] = {**_SIDE, **_ADDED, **_LAST}
COMPARISONS: dict[str, PackageColumn] = {
    **{name: _COMPARED[name] for name in COMPARISON_COLUMNS},
    **_ADDED,
    **{REFERENCE + name: _OTHER[REFERENCE + name] for name in _ADDED},
    **_LAST,
}
DICTIONARY: dict[str, PackageColumn] = _columns("dictionary")
_ERRATUM = {**_columns("errata"), **ESTIMATES}
ERRATA: dict[str, PackageColumn] = {
    name: _ERRATUM[name]
    for name in (
        *("erratum", "day", "id", *estimates.FIGURE),
        *("published", "corrected", "unit", "cause", "what", "synthetic"),
    )
}
PACKAGE_FILES = {
    "estimates": ESTIMATES,
    "comparisons": COMPARISONS,
    "dictionary": DICTIONARY,
    "errata": ERRATA,
}
COLUMN_TITLES: dict[str, str] = _WORDS["titles"]
CONTENT: str = _WORDS["content"]
LICENCE: dict[str, str] = _WORDS["licence"]
FILE_TYPES: dict[str, tuple[str, str]] = _WORDS["file_types"]  # the European list's, and IANA's
READING_RULES: dict[str, str] = _WORDS["rules"]  # for who reads the data
SDMX: dict[str, tuple[str, str]] = {
    status: (obs, conf) for status, (obs, conf) in _WORDS["sdmx"].items()
}
FLAGS: dict[str, str] = _WORDS["flags"]
FLAGS_PATTERN = "^b?c?p?r?u?$"
ID_PATTERN = "^[fc][a-z]{11}$"  # see `estimates.identifiers`
CODES: dict[str, dict[str, tuple[str, str]]] = {  # in French and in English
    column: {code: (of["fr"], of["en"]) for code, of in codes.items()}
    for column, codes in _WORDS["codes"].items()
}
assert SDMX.keys() == set(estimates.STATUSES)
