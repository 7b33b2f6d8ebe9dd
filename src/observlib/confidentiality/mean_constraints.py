"""What an outsider knows of marks: how many people gave each, from means, shares and intervals."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.confidentiality import rounding_intervals
from observlib.confidentiality.knowledge import PLACE, WITHHELD, Block, Knowledge
from observlib.confidentiality.linear_programme import Programme, Sum
from observlib.confidentiality.steps import Series, is_many, wide_step
from observlib.confidentiality.windows import months_of, tiles
from observlib.estimates.measures import MEASURES, measured_by
from observlib.estimates.rounding import mark_step


def of_marks(
    rows: pd.DataFrame,
    of: tuple[str, ...],
    marks: Sequence[Sequence[float]],
    wide: Sequence[Collection[Series]],
    knowledge: Knowledge,
    apart: Collection[str] = (),
) -> Block:
    """How many people gave each mark of a question, in periods that tell of each other.

    Of the periods that are `apart`, no edition tells what another does.
    """
    *place, question = of
    name = {**dict(zip(PLACE, place, strict=True)), "quantity": question}
    worths = {
        indicator: [measure.factor * float(measure.worth(*mark)) for mark in marks]
        for indicator, measure in measured_by(question).items()
    }
    programme = Programme()
    cells: list[tuple[dict[str, Any], Sum]] = []
    counts: dict[tuple[int, str], list[int]] = {}
    before: dict[str, tuple[list[list[Any]], list[int]]] = {}
    listed = estimates.records(rows)  # of plain rows: frames of a few rows each are slow
    for row in listed:
        row["when"] = row["edition" if row["period"] in apart else "vintage"]
    key = itemgetter("when", "period")
    for (when, period), group in groupby(sorted(listed, key=key), key):
        own = [*group]
        content = [_told(row) for row in own]
        earlier = None if period in apart else before.get(period)
        if earlier and earlier[0] == content:
            counts[when, period] = earlier[1]
            continue
        here = name | {"period": period, "group": "", "group_value": ""}
        empty = all(row["status"] == "missing" for row in own)
        asked = [
            programme.unknown((when, period, mark), 0, 0 if empty else math.inf)
            for mark in range(len(marks))
        ]
        counts[when, period], before[period] = asked, (content, asked)
        for row in own:
            is_wide = (*of, len(months_of(period))) in wide[row["edition"]]
            _tell_marks(programme, asked, worths[row["indicator"]], row, knowledge, is_wide)
        everyone = dict.fromkeys(asked, 1.0)
        if any(row["status"] == "suppressed" for row in own):
            programme.tell(everyone, 1, math.inf, f"{question} {period}")
            cells.append((here | {"cell": WITHHELD[0]}, everyone))
        if not empty:
            cells += [
                (here | {"cell": f"mark {mark + 1} of {len(marks)}"}, {unknown: 1.0})
                for mark, unknown in enumerate(asked)
            ]
        if earlier and not empty:
            cells += _late(programme, earlier[1], asked, here)
    for then in {when for when, _ in counts}:
        told_then = {period: asked for (when, period), asked in counts.items() if when == then}
        for whole, parts, is_all in tiles([*told_then]):
            for mark in range(len(marks)):
                total = {told_then[whole][mark]: 1.0}
                total |= {told_then[part][mark]: -1.0 for part in parts}
                programme.tell(total, 0, 0 if is_all else math.inf, f"{question} {whole}")
    return Block(programme, cells, {})


def _told(row: Mapping[str, Any]) -> list[Any]:
    """What a row tells, whatever its source and the edition that tells it."""
    return ["" if pd.isna(row[name]) else row[name] for name in estimates.COLUMNS[:-1]]


def _late(
    programme: Programme, earlier: Sequence[int], asked: Sequence[int], here: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], Sum]]:
    """The answers that came between two publications of a period: they only add to it."""
    for mark, (then, now) in enumerate(zip(earlier, asked, strict=True)):
        came = {now: 1.0, then: -1.0}
        programme.tell(came, 0, math.inf, f"{here['quantity']} {here['period']}, published again")
        yield {**here, "cell": f"late answers of mark {mark + 1} of {len(asked)}"}, came


def _tell_marks(
    programme: Programme,
    asked: Sequence[int],
    worths: Sequence[float],
    row: Mapping[str, Any],
    knowledge: Knowledge,
    is_wide: bool,
) -> None:
    """What an estimate of marks tells of how many gave each."""
    if row["status"] in estimates.WITHHELD or math.isnan(row["n"]):
        return
    by = f"{row['indicator']} {row['period']}"
    fine = 10.0 ** -knowledge.decimals(row["indicator"])
    few = row["unit"] != "%" and row["n"] < estimates.LOW_BASE and math.isnan(row["ci_low"])
    step = mark_step(row["unit"]) if few else fine
    of_ends = wide_step(row["unit"]) if is_wide and not is_many(row["n"]) else fine
    n = rounding_intervals.people(row["n"])
    if row["unit"] == "%":
        n = rounding_intervals.people_of_share(row, step, n)
    low, high = rounding_intervals.value(row, step)
    worth = dict(zip(asked, worths, strict=True))
    programme.tell(dict.fromkeys(asked, 1.0), *n, by)
    programme.tell({place: value - low for place, value in worth.items()}, 0, math.inf, by)
    programme.tell({place: value - high for place, value in worth.items()}, -math.inf, 0, by)
    scale = MEASURES[row["indicator"]].scale or (min(worths), max(worths))
    half = (
        rounding_intervals.half_width(row, (step, of_ends), scale) if row["unit"] != "%" else None
    )
    if half:
        # the sum of squares is (n - 1) times their variance, and n times the square of their mean
        least, most = rounding_intervals.deviation(half, n)
        smallest = 0.0 if low < 0 < high else min(low**2, high**2)
        largest = max(low**2, high**2)
        squares = {place: value**2 for place, value in worth.items()}
        at_least = {place: square - smallest - least for place, square in squares.items()}
        at_most = {place: square - largest - most for place, square in squares.items()}
        programme.tell(at_least, -least, math.inf, by)
        programme.tell(at_most, -math.inf, -most, by)
