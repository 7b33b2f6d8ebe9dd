"""The numbers of a figure, as a table for those who would rather read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.display.output import pipe_table
from observlib.display.tables import INTERVAL, NOTHING
from observlib.language import french, words
from observlib.language.french import NBSP, number
from observlib.language.prose import plain, unbroken

_ACROSS = 10  # most columns of a cross table
_FILLED = 2 / 3  # least share of its cells that have an estimate
_VALUE, _SIZE, _STATE = "Valeur", "Effectif (n)", "État"


class _Side(NamedTuple):
    """A thing that tells estimates apart: its name, its values in order, that of each estimate."""

    head: str
    order: list[str]
    labels: list[str]


def data_markdown(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Write the estimates of a figure as a pandoc pipe table with its caption.

    Two things that tell the estimates apart, such as months and products, make a cross table of
    values and intervals; otherwise each estimate has a row of its labels, value, interval, base
    and state. What all of them share is said once, in the caption; empty columns are left out.
    """
    apart = sides(frame, catalogue)
    crossed = _crossed(frame, apart, catalogue)
    columns, remarks = crossed or _listed(frame, apart, catalogue)
    words_ = {_STATE, *(side.head for side in apart)}
    table = pipe_table(columns, right=tuple(name for name in columns if name not in words_))
    shared = _shared(frame, apart, catalogue, with_unit=crossed is not None)
    caption = " ".join([f"{', '.join(shared)}.", *remarks])
    return f"{table}\n\n: {plain(unbroken(caption))}"


def sides(frame: pd.DataFrame, catalogue: Catalogue) -> list[_Side]:
    """The things that tell estimates apart, such as products and periods; one at least."""
    records = estimates.records(frame)
    telling: list[str] = []
    apart = 1
    # without a product, a row is named by its group, which cannot then tell the options of a poll
    unnamed = {row["group_value"] for row in records if not row["product"]}
    subject = "device" if len(unnamed) > 1 else "product"
    for column in ("indicator", subject, "group_value", "channel", "device", "group"):
        if (more := len({tuple(row[c] for c in (*telling, column)) for row in records})) > apart:
            telling.append(column)
            apart = more
    if frame["period"].nunique() > 1 or not telling:
        telling.append("period")
    found: list[_Side] = []
    for column in telling:
        head = words.column_label(frame, column, catalogue)
        labels = [words.label(row, column, catalogue) for row in records]
        if words.BETWEEN in head:
            parts = zip(*(label.split(words.BETWEEN, 1) for label in labels), strict=True)
            for name, own in zip(head.split(words.BETWEEN), map(list, parts), strict=True):
                found.append(_Side(name, sorted(dict.fromkeys(own), key=_leading), own))
            continue
        by_key = dict(zip(frame[column], labels, strict=True))
        order = [by_key[key] for key in select.ordered(frame, column, catalogue)]
        found.append(_Side(head, list(dict.fromkeys(order)), labels))
    return found


def _leading(label: str) -> int:
    """The number that a label begins with: hours are put in order, days stay as they are."""
    found = re.match(r"\d+", label)
    return int(found[0]) if found else 0


def _crossed(
    frame: pd.DataFrame, sides: list[_Side], catalogue: Catalogue
) -> tuple[dict[str, list[str]], list[str]] | None:
    """Columns and remarks of the cross table, the longer side down; None where there is none."""
    if len(sides) != 2:
        return None
    down, across = sorted(sides, key=lambda side: -len(side.order))
    places = list(zip(down.labels, across.labels, strict=True))
    grid = len(down.order) * len(across.order)
    alone = len(set(places)) == len(places)
    if not (alone and 1 < len(across.order) <= _ACROSS and len(places) >= _FILLED * grid):
        return None
    rows = estimates.records(frame)
    unit = frame["unit"].nunique() > 1
    cells = {place: _cell(row, catalogue, unit) for place, row in zip(places, rows, strict=True)}
    bases: dict[str, set[float]] = {name: set() for name in across.order}
    for (_, name), row in zip(places, rows, strict=True):
        bases[name] |= {n for n in [words.base(row)] if n is not None}
    one = len(set().union(*bases.values())) < 2
    by_column = not one and all(len(found) < 2 for found in bases.values())
    columns = {down.head: down.order}
    for name in across.order:
        head = f"{name}, {words.n_equals(*bases[name])}" if by_column and bases[name] else name
        columns[head] = [cells.get((place, name), NOTHING) for place in down.order]
    remarks = [f"Entre parenthèses, intervalle à 95{NBSP}%."] * bool(frame["ci_low"].notna().any())
    if not one and not by_column:
        remarks.append("Les effectifs (n) sont dans le fichier de données de la page.")
    remarks += words.mark_notes(frame, catalogue)
    if len(places) < grid:
        remarks.append(f"{NOTHING} : pas de donnée.")
    return columns, remarks


def _cell(row: Mapping[str, Any], catalogue: Catalogue, unit: bool) -> str:
    """A value with its mark and interval, and its unit where those of the table differ."""
    if row["status"] in words.WITHHELD:
        return words.MARKS[row["status"]]
    indicator = words.indicator_of(row["indicator"], catalogue)
    figure = words.figure(row["estimate"], indicator, row["unit"])
    text = words.value(row, indicator) if unit else figure
    ends = words.interval(row, indicator)
    return text + words.MARKS.get(row["status"], "") + (f" ({ends})" if ends else "")


def _listed(
    frame: pd.DataFrame, sides: list[_Side], catalogue: Catalogue
) -> tuple[dict[str, list[str]], list[str]]:
    """Columns of the table that has a row for each estimate, and no remark."""
    columns = {side.head: side.labels for side in sides}
    columns |= {name: [] for name in (_VALUE, INTERVAL, _SIZE, _STATE)}
    for row in estimates.records(frame):
        indicator = words.indicator_of(str(row["indicator"]), catalogue)
        n = words.base(row)
        columns[_VALUE].append(
            NOTHING if row["status"] in words.WITHHELD else words.value(row, indicator)
        )
        columns[INTERVAL].append(words.interval(row, indicator))
        columns[_SIZE].append("" if n is None else number(n))
        columns[_STATE].append(words.STATUS_WORDS[row["status"]])
    if _base(frame) is not None:
        del columns[_SIZE]
    return {name: column for name, column in columns.items() if any(column)}, []


def _base(frame: pd.DataFrame) -> float | None:
    """The base that all estimates of an indicator share, where there are several."""
    found = {n for row in estimates.records(frame) if (n := words.base(row)) is not None}
    alike = len(found) == 1 and len(frame) > 1 and frame["indicator"].nunique() == 1
    return found.pop() if alike else None


def _shared(
    frame: pd.DataFrame, sides: list[_Side], catalogue: Catalogue, with_unit: bool
) -> list[str]:
    """What all estimates share: their indicators (one with its unit), their period, their base."""
    first = frame.iloc[0].to_dict()
    indicator = words.indicator_of(first["indicator"], catalogue)
    shared = []
    if frame["indicator"].nunique() == 1:
        one = with_unit and frame["unit"].nunique() == 1
        shared.append(words.headed(indicator, first["unit"]) if one else indicator.label)
    else:
        names = (words.indicator_of(str(name), catalogue) for name in frame["indicator"].unique())
        shared.append(french.join(name.label for name in names))
    period = words.column_label(frame, "period", catalogue)
    if period not in [side.head for side in sides]:
        shared.append(words.label(first, "period", catalogue))
    if (n := _base(frame)) is not None:
        shared.append(words.base_text(n, indicator))
    return shared
