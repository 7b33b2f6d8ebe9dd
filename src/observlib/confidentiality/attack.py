"""An edition's own attack: what somebody can work back of what it withholds.

All that was published, in this edition and in earlier ones, is put into linear and integer
programmes (see `outsider` and `programme`). What is tried:

- how many people gave each mark, of a question with few marks, in each month, quarter and year;
- how many have each property, where the share of some is withheld;
- counts that are withheld, beside their wholes, their parts and the months around them;
- what the answers that came between two publications of a period were.

A cell is pinned where it is known to be few people, and how many to within two; or undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.period import Period
from observlib.catalogue import Catalogue
from observlib.confidentiality.constraints import (
    SHARES,
    counting_indicators,
    of_counts,
    of_marks,
    of_shares,
    shares_of,
    tells_count,
)
from observlib.confidentiality.disclosure import (
    PLACE,
    WITHHELD_CELLS,
    Block,
    Knowledge,
    Published,
    linked_periods,
)
from observlib.confidentiality.linear_programme import ImpossibleError, possible, some
from observlib.estimates.measures import MEASURES

# --- What an outsider knows: all that was published of a device, as programmes of counts

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
    rows = rows[rows["period"].map(lambda period: bool(Period(period).months))]
    asked = rows["indicator"].map(_question)
    plain = rows[(asked != "") & (rows["group"] == "") & ~rows["stands"]]
    for (*place, question), own in plain.groupby([*PLACE, asked[plain.index]], sort=True):
        marks = knowledge.marks_of(place[0], str(question))
        if 2 <= len(marks) <= _MANY_MARKS:
            for near in linked_periods(own["period"].unique()):
                of = own[own["period"].isin(near)]
                about = (*place, str(question))
                yield _agreeing(of, partial(of_marks, of, about, marks, wide, knowledge))
    shares = rows[(asked == "") & (rows["unit"] == "%") & rows["indicator"].isin(SHARES)]
    for (*place, indicator), own in shares.groupby([*PLACE, "indicator"], sort=True):
        yield of_shares(own, dict(zip(PLACE, place, strict=True)), str(indicator), knowledge)
    for indicator in counting_indicators(knowledge.catalogue):
        if not tells_count(rows, indicator):
            continue
        same = rows[rows["indicator"].isin([indicator, *shares_of(indicator)])]
        for _, own in same.groupby("device", sort=True):
            if tells_count(own, indicator):
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


PINNED_WITHIN = 2  # people: what is known more closely than this, either way, is pinned
FOUND = [
    *PLACE,
    *("quantity", "period", "group", "group_value", "cell", "least", "most", "pinned", "told_by"),
]


def attack(
    publications: Sequence[Published],
    knowledge: Knowledge,
    quantities: Collection[str] | None = None,
) -> pd.DataFrame:
    """Try all that an edition withholds."""
    found = [
        cell
        for block in blocks(publications, knowledge, quantities)
        for cell in _tried(block, knowledge)
    ]
    return pd.DataFrame(found, columns=FOUND)


def _tried(block: Block, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    if not block.cells:
        return
    few = knowledge.few(block.cells[0][0]["device"])
    implied = np.array([name["cell"] not in WITHHELD_CELLS for name, _ in block.cells])

    def enough(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Of what nobody withheld, that it is not pinned; of the rest, all is looked for."""
        return implied & ((high - low > 2 * PINNED_WITHIN) | (low < 1) | (high >= few))

    try:
        found = possible(block.programme, [total for _, total in block.cells], enough)
    except ImpossibleError as error:
        name = block.cells[0][0]
        raise ImpossibleError(
            f"{name['device']}: no counts agree with what is told of {name['quantity']} now and in "
            "earlier editions; nothing was published; this is a mistake of observlib: report it, "
            f"with what the solver says: {error}"
        ) from error
    told_by = "; ".join(dict.fromkeys(by for *_, by in block.programme.sums))
    for (name, _), seen in zip(block.cells, found, strict=True):
        wide = seen.least < 1 or seen.most >= few or seen.most - seen.least > 2 * PINNED_WITHIN
        by = "" if wide else told_by if seen.exact else f"(undecided) {told_by}"
        yield {**name, "least": seen.least, "most": seen.most, "pinned": not wide, "told_by": by}


def check_tried(units: Iterable[tuple[str, str]], catalogue: Catalogue) -> None:
    """Refuse indicators of marks or shares, each with a unit, that are not tried for no reason."""
    counts = counting_indicators(catalogue)
    tried = {*MEASURES, *SHARES, *counts}.union(*map(shares_of, counts))
    wrong = [
        f"{name} ({unit}): no attack tries to work back whose answers it tells; name it in "
        "MEASURES (estimates/measures.py) or SHARES "
        "(confidentiality/constraints.py), or say why it need "
        "not be tried, as `untried` of its entry in indicators.yml"
        for name, unit in units
        if (unit in ("%", "points", "note") or unit.startswith("sur "))
        and not (name in tried or catalogue.indicators[name].untried)
    ]
    if wrong:
        raise ObservError(*wrong)
