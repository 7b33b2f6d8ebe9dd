"""What an outsider knows: all that was published of a device, as programmes of counts.

There is one for each question and count, of this edition and of those before (see `attack`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pandas as pd

from observlib.confidentiality.counted import (
    SHARES,
    counted,
    of_counts,
    of_shares,
    shares_of,
    tells,
)
from observlib.confidentiality.knowledge import PLACE, Block, Knowledge, Published
from observlib.confidentiality.marks import MEASURES, of_marks
from observlib.confidentiality.windows import months_of, together

_MANY_MARKS = 12  # of a question with more different marks, none is had from their mean


def blocks(
    publications: Sequence[Published],
    knowledge: Knowledge,
    quantities: Collection[str] | None = None,
) -> Iterator[Block]:
    """The programmes of what was published, one for each question and count of a device."""
    frames = [told.estimates.assign(edition=n) for n, told in enumerate(publications)]
    rows = pd.concat(frames, ignore_index=True)
    last = len(frames) - 1
    wide = [told.wide for told in publications]
    if quantities is not None:
        asked = rows["indicator"].map(_question)
        wanted = {*quantities}.union(*map(shares_of, quantities))
        rows = rows[asked.isin(quantities) | rows["indicator"].isin(wanted)]
    rows = rows[rows["period"].map(lambda period: bool(months_of(period)))]
    asked = rows["indicator"].map(_question)
    plain = rows[(asked != "") & (rows["group"] == "")]
    for (*place, question), own in plain.groupby([*PLACE, asked[plain.index]], sort=True):
        marks = knowledge.marks_of(place[0], str(question))
        if 2 <= len(marks) <= _MANY_MARKS:
            for near in together(own["period"].unique()):
                of = own[own["period"].isin(near)]
                yield of_marks(of, (*place, str(question)), marks, wide, knowledge)
    shares = rows[(asked == "") & (rows["unit"] == "%") & rows["indicator"].isin(SHARES)]
    for (*place, indicator), own in shares.groupby([*PLACE, "indicator"], sort=True):
        yield of_shares(own, dict(zip(PLACE, place, strict=True)), str(indicator), knowledge)
    for indicator in counted(knowledge.catalogue):
        if not tells(rows, indicator):
            continue
        same = rows[rows["indicator"].isin([indicator, *shares_of(indicator)])]
        for _, own in same.groupby("device", sort=True):
            if tells(own, indicator):
                yield of_counts(own, indicator, last, knowledge)


def _question(indicator: str) -> str:
    """The question of marks whose answers an indicator tells; none of another."""
    return MEASURES[indicator].question if indicator in MEASURES else ""
