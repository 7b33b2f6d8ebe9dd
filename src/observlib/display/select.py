"""Checks that every chart and table makes of the estimates it is given."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Indicator
from observlib.language import french, wording
from observlib.language.prose import unbroken
from observlib.language.words import indicator_of
from observlib.stats import comparability
from observlib.stats.comparability import Grade


class Crowded(ObservError):
    """Several devices gave what one place of a chart or a table is for."""


LABELLED = ("indicator", "product", "channel", "device", "period", "group", "group_value")


def estimates_only(frame: pd.DataFrame, what: str) -> None:
    """Stop where a frame holds no estimate, or is of something else."""
    if list(frame.columns) != estimates.COLUMNS:
        raise ObservError(
            f"{what}: is given a frame that is not estimates; "
            "ask study.estimates(…) for it, or make it with estimates.make"
        )
    if frame.empty:
        raise ObservError(f"{what}: no estimate to show; name it with `absent`")


def one_indicator(
    frame: pd.DataFrame, catalogue: Catalogue, what: str, one_unit: bool = True
) -> Indicator:
    """The only indicator of a frame, which a chart's axis shows, in one unit or more."""
    estimates_only(frame, what)
    for column in ("indicator", "unit") if one_unit else ("indicator",):
        found = list(frame[column].unique())
        if len(found) > 1:
            raise ObservError(
                f"{what}: the frame holds {len(found)} values of {column} ({bounded(found)}); "
                f'one is allowed; keep one: study.select(…, {column}="{found[0]}")'
            )
    return indicator_of(frame["indicator"].iat[0], catalogue)


def told_apart(frame: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """The columns that name subjects, with the device where several of them measure one subject.

    >>> marks = {"product": ["p", "p"], "indicator": "satisfaction_10", "device": ["a", "b"]}
    >>> told_apart(pd.DataFrame(marks), ["product", "indicator"])
    ['product', 'indicator', 'device']
    """
    named = [*keys, "device"]
    known = {*named} <= {*frame.columns}
    several = known and "device" not in keys and frame.duplicated([*keys]).any()
    return named if several and not frame.duplicated(named).any() else [*keys]


def named_by(frame: pd.DataFrame, by: str, along: str) -> str:
    """The column that names lines: `device` where several measure what `by` names, each once.

    >>> marks = {"product": ["p", "p"], "period": "2026-T3", "device": ["a", "b"]}
    >>> named_by(pd.DataFrame(marks), "product", "period")
    'device'
    """
    keys = [by, along]
    several = len(told_apart(frame, keys)) > len(keys)
    return "device" if several and not frame.duplicated(["device", along]).any() else by


def unique(frame: pd.DataFrame, keys: Sequence[str], what: str) -> None:
    """Stop where two estimates would stand at one place, and say what tells them apart."""
    for key in keys:
        if key not in LABELLED:
            raise ObservError(
                f"{what}: cannot arrange estimates by {key!r}; allowed: {', '.join(LABELLED)}"
            )
    twice = frame[frame.duplicated(list(keys), keep=False)]
    if twice.empty:
        return
    first = twice.groupby(list(keys), sort=False, dropna=False)
    place, rows = next(iter(first))
    apart = [c for c in LABELLED if c not in keys and rows[c].nunique() > 1]
    found = "; ".join(f"{c}: {bounded(rows[c].unique())}" for c in apart) or "identical rows"
    raise (Crowded if "device" in apart else ObservError)(
        f"{what}: {len(rows)} estimates for {', '.join(map(str, place))} ({found}); "
        "one is allowed; keep one with study.select(…), or arrange by what tells them apart"
    )


def ordered(frame: pd.DataFrame, column: str, catalogue: Catalogue) -> list[str]:
    """The values of a column in reading order: the catalogue's, time's, else the frame's."""
    found = list(dict.fromkeys(frame[column]))
    known: dict[str, list[str]] = {
        "product": [*catalogue.products, *catalogue.peers],
        "channel": list(CHANNEL_LABELS),
        "device": list(catalogue.devices),
        "indicator": list(catalogue.indicators),
    }
    if column == "period":
        return sorted(found)
    place = {key: i for i, key in enumerate(known.get(column, []))}
    return sorted(found, key=lambda key: place.get(key, len(place)))


# --- What figures side by side share: no axis holds two of grade D, and a grade C is told

_TEXTS = wording.load_texts(__file__)


def grade_words(grade: Grade) -> str:
    """What differs between figures of a grade, and what is not known of them.

    >>> grade_words(Grade("C", ("scale",), ("wording",))).replace("\\xa0", " ")
    "Ce qui diffère : l'échelle. Ce qui n'est pas connu : la question."
    """
    other, unknown = (
        french.join(_TEXTS[f"facets.{name}"] for name in names)
        for names in (grade.other, grade.unknown)
    )
    told = [_TEXTS["differs"].format(what=other)] * bool(other)
    return " ".join(told + [_TEXTS["unknown"].format(what=unknown)] * bool(unknown))


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
        f"{_TEXTS[f'column.{grade.letter}'].format(column=french.join(heads))} {grade_words(grade)}"
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
    return _care(comparability.lowest_grade([pair.grade for pair in pairs]))


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


def _named(row: estimates.Row) -> str:
    parts: Iterable[str] = (row["product"], row["device"], row["period"])
    return f"{row['indicator']} of {', '.join(filter(None, parts))}"


def _care(grade: Grade) -> str:
    return f"{_TEXTS[f'all.{grade.letter}']} {grade_words(grade)}" if grade.letter in "CD" else ""
