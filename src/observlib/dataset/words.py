"""The dictionary of an edition's data: the names of every id, from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.text import as_cell
from observlib.catalogue import CHANNEL_LABELS, CHANNELS_IN_ENGLISH, Catalogue, Named
from observlib.dataset.columns import CODES, DICTIONARY
from observlib.estimates import REFERENCE

_NAMED = ("indicator", "product", "channel", "device", "group")  # columns of ids of a catalogue
_CITED = re.compile(r"\s*\[@[^\]]*\]")


def dictionary(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    catalogue: Catalogue,
    families: Mapping[str, Iterable[str]] | None = None,
) -> pd.DataFrame:
    """The ids of estimates and comparisons with their names, and what else the catalogue says.

    An id of which the catalogue knows nothing, as the question of a poll, is its own name; one
    that has no English name has its French one.

    Parameters
    ----------
    families
        The families that give each indicator. It belongs to the first in the catalogue's order,
        whose label is its theme.

    Examples
    --------
    >>> own = estimates.make([{"indicator": "visits", "period": "2026-T3", "estimate": 12.0}])
    >>> named = {"id": "visits", "label": "Visites", "label_en": "Visits", "unit": "visites"}
    >>> from observlib.estimates import comparisons
    >>> from observlib.catalogue import Indicator
    >>> known = Catalogue.model_construct(
    ...     products={}, devices={}, peers={}, groups={}, families={},
    ...     indicators={"visits": Indicator(method="M", better="neither", **named)},
    ... )
    >>> found = dictionary(own, comparisons.make(None), known)
    >>> found.loc[found["list"] == "indicator", ["id", "label_fr", "label_en"]].values.tolist()
    [['visits', 'Visites', 'Visits']]
    """
    order = [*catalogue.families]

    def place(family: str) -> int:
        return order.index(family) if family in order else len(order)

    own = {name: min(given, key=place) for name, given in (families or {}).items()}
    used_ = {column: [*_used(column, rows, pairs)] for column in _NAMED}
    used_["indicator"].sort(key=lambda name: place(own.get(name, "")))
    entries = [
        _entry(column, name, catalogue, own) for column, names in used_.items() for name in names
    ]
    entries += [
        {"list": column, "id": code, "label_fr": fr, "label_en": en}
        for column, codes in CODES.items()
        for code, (fr, en) in codes.items()
    ]
    made = estimates.with_types(pd.DataFrame(entries).reindex(columns=[*DICTIONARY]), ["decimals"])
    texts = [name for name in DICTIONARY if name != "decimals"]
    made[texts] = made[texts].map(as_cell)
    made = made[made["id"] != ""]  # of which nothing is seen
    return made.drop_duplicates(["list", "id"], ignore_index=True)


def used(words: pd.DataFrame, rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Of a dictionary, what rows and comparisons need."""
    own = {(name, as_cell(x)) for name in _NAMED for x in _used(name, rows, pairs)}
    kept = [
        (name not in _NAMED) or (name, key) in own
        for name, key in zip(words["list"], words["id"], strict=True)
    ]
    return words[kept].reset_index(drop=True)


def _used(column: str, rows: pd.DataFrame, pairs: pd.DataFrame) -> Iterator[str]:
    found = pd.concat([rows[column], pairs[column], pairs[REFERENCE + column]])
    yield from (str(name) for name in found.unique() if name)


def _entry(
    column: str, name: str, catalogue: Catalogue, families: Mapping[str, str]
) -> dict[str, Any]:
    if column == "channel":
        fr, en = CHANNEL_LABELS.get(name, name), CHANNELS_IN_ENGLISH.get(name, name)
        return {"list": column, "id": name, "label_fr": fr, "label_en": en}
    lists: dict[str, Mapping[str, Named]] = {
        "indicator": catalogue.indicators,
        "product": {**catalogue.peers, **catalogue.products},
        "device": catalogue.devices,
        "group": {**catalogue.indicators, **catalogue.groups},
    }
    found = lists[column].get(name)
    made: dict[str, Any] = {"list": column, "id": name, "label_fr": name, "label_en": name}
    if found:
        made |= {"label_fr": found.label, "label_en": found.label_en or found.label}
    if column == "indicator" and found:
        known = catalogue.indicators[name]
        made |= {"unit": known.unit, "base": known.base, "decimals": known.decimals}
        made |= {"definition": _CITED.sub("", known.method)}
    if column == "indicator" and (family := families.get(name)):
        theme = catalogue.families.get(family)
        made["theme_fr"] = theme.label if theme else family
        made["theme_en"] = (theme.label_en or theme.label) if theme else family
    if column == "product" and name in catalogue.products:
        made |= {"definition": catalogue.products[name].description}
    return made
