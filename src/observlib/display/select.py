"""Checks that every chart and table makes of the estimates it is given."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Indicator
from observlib.language.words import indicator_of


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

    Examples
    --------
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

    Examples
    --------
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
