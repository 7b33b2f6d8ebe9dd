"""What figures side by side share: no axis holds two of grade D, and a grade C is told.

The grade is that of `comparability`, the one rule of charts, tables and comparisons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.language import french, wording
from observlib.language.prose import unbroken
from observlib.stats import comparability
from observlib.stats.comparability import Grade

TEXTS = wording.beside(__file__)


def why(grade: Grade) -> str:
    """What differs between figures of a grade, and what is not known of them.

    Examples
    --------
    >>> why(Grade("C", ("scale",), ("wording",))).replace("\\xa0", " ")
    "Ce qui diffère : l'échelle. Ce qui n'est pas connu : la question."
    """
    other, unknown = (
        french.join(TEXTS[f"facets.{name}"] for name in names)
        for names in (grade.other, grade.unknown)
    )
    told = [TEXTS["differs"].format(what=other)] * bool(other)
    return " ".join(told + [TEXTS["unknown"].format(what=unknown)] * bool(unknown))


def care(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The reservation on a chart whose values compare with care; nothing where they do at once."""
    found = comparability.worst(frame, catalogue)
    return _care(found.grade) if found else ""


def column_notes(columns: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> list[str]:
    """The reservations on the columns of a table, in which each value is looked up for itself."""
    told: dict[Grade, list[str]] = {}
    for head, frame in columns.items():
        if (found := comparability.worst(frame, catalogue)) and found.grade.letter in "CD":
            told.setdefault(found.grade, []).append(f"« {unbroken(head)} »")
    if len(columns) == 1:
        return list(map(_care, told))
    return [
        f"{TEXTS[f'column.{grade.letter}'].format(column=french.join(heads))} {why(grade)}"
        for grade, heads in told.items()
    ]


def refuse(frame: pd.DataFrame, catalogue: Catalogue, what: str) -> None:
    """Stop where an axis would put two figures of grade D side by side."""
    if found := comparability.worst(frame, catalogue):
        _refuse(found, what)


def pair_note(
    compared: pd.DataFrame, catalogue: Catalogue, what: str, besides: Collection[str] = ()
) -> str:
    """The reservation on pairs that are compared with care; nothing where all compare at once."""
    pairs = comparability.of_pairs(compared, catalogue, besides)
    for pair in pairs:
        _refuse(pair, what)
    return _care(comparability.together([pair.grade for pair in pairs]))


def _refuse(pair: comparability.Pair, what: str) -> None:
    grade = pair.grade
    if grade.letter == "D":
        one, other = (_named(row) for row in (pair.one, pair.other))
        unknown = f" (not known: {', '.join(grade.unknown)})" if grade.unknown else ""
        raise ObservError(
            f"{what}: {one} and {other} are of grade D, and cannot stand side by side: they differ "
            f"by {', '.join(grade.other) or 'too much that is not known'}{unknown}; make one chart "
            "each, such as of study.comparable(frame), then of study.comparable(frame, 2)"
        )


def _named(row: Mapping[str, Any]) -> str:
    parts: Iterable[str] = (row["product"], row["device"], row["period"])
    return f"{row['indicator']} of {', '.join(filter(None, parts))}"


def _care(grade: Grade) -> str:
    return f"{TEXTS[f'all.{grade.letter}']} {why(grade)}" if grade.letter in "CD" else ""
