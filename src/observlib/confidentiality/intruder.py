"""What an outsider knows: all that was published of a device, as programmes of counts.

There is one for each question and count, of this edition and of those before (see `attack`). What
stands as it was told has its `source` of then, and tells of the answers of then. Editions are
supposed to tell of the same people, and of those who came late. Where no counts agree with that, a
period was corrected: what a superseded figure told is no claim on today's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

import pandas as pd

from observlib.confidentiality.count_constraints import (
    SHARES,
    counted,
    of_counts,
    of_shares,
    shares_of,
    tells,
)
from observlib.confidentiality.knowledge import PLACE, Block, Knowledge, Published
from observlib.confidentiality.linear_programme import ImpossibleError, some
from observlib.confidentiality.mean_constraints import of_marks
from observlib.confidentiality.windows import months_of, together
from observlib.estimates.measures import MEASURES

_MANY_MARKS = 12  # of a question with more different marks, none is had from their mean


def blocks(
    publications: Sequence[Published],
    knowledge: Knowledge,
    quantities: Collection[str] | None = None,
) -> Iterator[Block]:
    """The programmes of what was published, one for each question and count of a device."""
    frames = [told.estimates.assign(edition=n) for n, told in enumerate(publications)]
    rows = pd.concat(frames, ignore_index=True)
    rows["vintage"] = rows.groupby(["device", "source"])["edition"].transform("min")
    rows["stands"] = rows.drop(columns="edition").duplicated()
    last = len(frames) - 1
    wide = [told.wide for told in publications]
    if quantities is not None:
        asked = rows["indicator"].map(_question)
        wanted = {*quantities}.union(*map(shares_of, quantities))
        rows = rows[asked.isin(quantities) | rows["indicator"].isin(wanted)]
    rows = rows[rows["period"].map(lambda period: bool(months_of(period)))]
    asked = rows["indicator"].map(_question)
    plain = rows[(asked != "") & (rows["group"] == "") & ~rows["stands"]]
    for (*place, question), own in plain.groupby([*PLACE, asked[plain.index]], sort=True):
        marks = knowledge.marks_of(place[0], str(question))
        if 2 <= len(marks) <= _MANY_MARKS:
            for near in together(own["period"].unique()):
                of = own[own["period"].isin(near)]
                about = (*place, str(question))
                yield _agreeing(of, partial(of_marks, of, about, marks, wide, knowledge))
    shares = rows[(asked == "") & (rows["unit"] == "%") & rows["indicator"].isin(SHARES)]
    for (*place, indicator), own in shares.groupby([*PLACE, "indicator"], sort=True):
        yield of_shares(own, dict(zip(PLACE, place, strict=True)), str(indicator), knowledge)
    for indicator in counted(knowledge.catalogue):
        if not tells(rows, indicator):
            continue
        same = rows[rows["indicator"].isin([indicator, *shares_of(indicator)])]
        for _, own in same.groupby("device", sort=True):
            if tells(own, indicator):
                yield _agreeing(own, partial(of_counts, own, indicator, last, knowledge))


def _agreeing(rows: pd.DataFrame, made: Callable[[Collection[str]], Block]) -> Block:
    """A block, `made` so that as few periods as can be are apart in each edition of its rows."""
    block = made(())
    if not block.cells or rows["edition"].nunique() == 1 or _agrees(block):
        return block
    apart = {*rows["period"]}
    for period in sorted(apart):
        if _agrees(made(apart - {period})):
            apart.remove(period)
    return made(apart)


def _agrees(block: Block) -> bool:
    try:
        some(block.programme)
    except ImpossibleError:
        return False
    return True


def _question(indicator: str) -> str:
    """The question of marks whose answers an indicator tells; none of another."""
    return MEASURES[indicator].question if indicator in MEASURES else ""
