"""Secondary suppression of any table: the fewest counts to withhold, so that no small one is had.

Counts are withheld where they are of few people; and others with them, where sums that are
published (a row and its total, months and their quarter, groups within groups) would give them
back. What must be withheld beside them is the answer of a mixed-integer programme.

Sources: J. P. Kelly, B. L. Golden and A. A. Assad, "Cell suppression: disclosure protection for
sensitive tabular data", *Networks* 22 (1992), 397–417, on the programme; M. Fischetti and
J.-J. Salazar, "Solving the cell suppression problem on tabular data with linear constraints",
*Management Science* 47 (2001), 1008–1027, on any linear relations and on sliding protection.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array, eye_array, hstack, kron, vstack

from observlib import estimates
from observlib.base.errors import bounded
from observlib.confidentiality.attack import RANGE
from observlib.confidentiality.knowledge import Block
from observlib.confidentiality.linear_programme import Programme, Sum, matrix, possible, some

_Told = tuple[Sum, float, float, str]  # as `Programme.sums`: a sum, its least, its most, by what
_WORK = 1_000_000  # nodes of the search in one programme, times its unknowns; what it has is used
_LARGE = 6_000  # changes of cells in one programme; of a larger one, some cells at a time


def withheld_cells(
    counts: Sequence[float],
    sums: Sequence[_Told],
    few: int = estimates.MINIMUM_PEOPLE,
    also: Iterable[int] = (),
    within: int = RANGE,
    unseen: Iterable[int] = (),
) -> set[int]:
    """The fewest cells to withhold, so that none of few people is known closely.

    Notes
    -----
    A cell withheld for itself is protected where what it can be, under all that is told, ends at
    numbers that lie more than `2 * within` apart: what `attack` calls pinned, it is not.
    (A 10 that can be 10 or 11 is not protected, though a reader might not know that it is of few.)
    Which cells are withheld for themselves, and which to cover them, is not told.

    Zeros stay told: that there is no one is seen in small tables anyway, and a zero that may be
    withheld would make of each cell withheld one that may be none. So a reader knows of each cell
    withheld that it is 1 at least, and a zero covers nothing. That a respondent knows of himself
    tells him the same, no more: counts of people need no rule for single respondents.

    The programme: each cell is withheld or not; and for each cell that is protected there are two
    answers, which agree with all that is told, differ from the counts in withheld cells alone, and
    lie far enough apart in that cell. No cell changes by more than that distance (times the ratio
    of the largest coefficient to the smallest), which leaves out no solution of tables of two
    dimensions, one of them a hierarchy or none: their changes are sums of cycles.

    Where the programme is too large, or the search has no answer at its limit of nodes, cells are
    protected some after the others, down to one at a time, beside all that is withheld already; and
    where nothing is found for one, all but zeros are withheld. An answer is used as well where the
    limit came before it was known to be the fewest. In these cases cells are then given back, the
    largest first, as long as all remain protected; what is withheld may then be more than needed.
    No limit is one of time. Two hundred cells in rows and columns take two seconds.

    The result is attacked (`possible`, in whole numbers) before it is returned.

    Examples
    --------
    Of 4, 30 and 15 people and their total, the 4 would be had from the others:

    >>> withheld_cells([4, 30, 15, 49], [({0: 1, 1: 1, 2: 1, 3: -1}, 0, 0, "the total")])
    {0, 2}
    """
    people = np.asarray(counts, float)
    _check(people, sums, also := {*also})
    primary = sorted(also | {*np.flatnonzero((people > 0) & (people < few)).tolist()})
    if not primary:
        return set()
    wide = 2 * within + 1
    every = {*np.flatnonzero(people).tolist()}
    hidden = {*primary, *(unseen := {*unseen})}
    at_once = max(_LARGE // (2 * len(every)), 1)
    waiting = [primary[start : start + at_once] for start in range(0, len(primary), at_once)]
    fewest = len(waiting) == 1
    while waiting:
        group = waiting.pop(0)
        found, is_fewest = _fewest(people, sums, hidden, group, wide)
        fewest &= is_fewest
        if found is None and len(group) > 1:
            half = len(group) // 2
            waiting = [group[:half], group[half:], *waiting]
        else:
            hidden |= every if found is None else found
    for place in _pinned(people, sums, hidden, primary, wide):  # whole numbers can do less
        fewest = False
        hidden |= _fewest(people, sums, hidden, [place], wide, whole=True)[0] or every
    if _pinned(people, sums, hidden, primary, wide):
        fewest, hidden = False, every
        if pinned := _pinned(people, sums, hidden, primary, wide):
            raise ValueError(
                f"cell {bounded(pinned)} cannot be protected: known to within {within} people "
                "with all others withheld; tell one of the sums less closely, or ask less"
            )
    for place in (
        [] if fewest else sorted(hidden - unseen - {*primary}, key=lambda x: (-people[x], x))
    ):
        if not _pinned(people, sums, hidden - {place}, primary, wide):
            hidden.remove(place)
    return hidden - unseen


def beside(block: Block, few: int) -> set[Any]:
    """The fewest counts of a block to withhold with those withheld, by the names of their unknowns.

    What can be had of a count that is withheld follows from those that are told: any counts that
    agree with these may stand for the ones that are not. None are found where it is had from what
    an earlier edition told, or from what is no figure; nor where it is undecided.
    """
    programme = block.programme
    if (found := some(programme)) is None:
        return set()
    counts: list[float] = found.tolist()
    dropped = {place for places in block.open.values() for place in places}
    sums = [told for place, told in enumerate(programme.sums) if place not in dropped]
    withheld = {place for _, total in block.cells for place in total}
    closed = [place for place in range(len(counts)) if place not in block.open]
    known = possible(programme, [{place: 1.0} for place in closed])
    many = {n for n, ends in zip(closed, known, strict=True) if ends.exact and ends.least >= few}
    small = withheld.intersection(closed) - many
    for place, ends in zip(closed, known, strict=True):  # as other figures tell it, they stay
        if place not in withheld:
            sums.append(({place: 1.0}, ends.least, ends.most, "other figures"))
    try:
        hidden = withheld_cells(counts, sums, few=0, also=small, unseen={*closed} - small)
    except ValueError:
        return set()
    return {programme.unknowns[place] for place in hidden & block.open.keys()}


def _check(people: np.ndarray, sums: Sequence[_Told], also: Collection[int]) -> None:
    """Refuse counts and sums that do not go together."""
    wrong = ~((people >= 0) & np.isfinite(people) & (people == np.round(people)))
    if wrong.any():
        places = np.flatnonzero(wrong).tolist()
        raise ValueError(f"cell {bounded(places)} must be a count: a whole number, 0 or more")
    unknown = sorted({*also}.union(*(total for total, *_ in sums)) - {*range(len(people))})
    if unknown:
        raise ValueError(f"cell {bounded(unknown)} is not among the {len(people)} counts")
    if zeros := sorted(place for place in also if not people[place]):
        raise ValueError(f"cell {bounded(zeros)} is of no one: zeros are not withheld")
    off = []
    for total, least, most, told_by in sums:
        value = sum(factor * people[place] for place, factor in total.items())
        if not least - 1e-6 <= value <= most + 1e-6:
            off.append(f"{told_by} ({value:g}, told as {least:g} to {most:g})")
    if off:
        raise ValueError(f"sum {bounded(off)} does not agree with the counts")


def _fewest(
    people: np.ndarray,
    sums: Sequence[_Told],
    hidden: Collection[int],
    protected: Sequence[int],
    wide: int,
    whole: bool = False,
) -> tuple[set[int] | None, bool]:
    """The fewest cells to withhold with those hidden, and whether they are known to be that.

    The unknowns are whether each cell is withheld, then its changes in two answers for each
    protected cell, one after the other. None where no answer was found.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # a second to import

    cells = np.flatnonzero(people)  # zeros do not change
    size, answers = len(cells), 2 * len(protected)
    relation = matrix((total for total, *_ in sums), len(people))[:, cells]
    ends = np.array([(least, most) for _, least, most, _ in sums]).reshape(-1, 2).T
    factors = abs(relation.data[relation.data != 0])
    reach = math.ceil(wide * factors.max() / factors.min()) if len(factors) else wide
    up, down = np.full(size, float(reach)), np.minimum(people[cells] - 1, reach)

    agree = kron(eye_array(answers), relation)
    changes = eye_array(answers * size)
    every = np.ones((answers, 1))
    rise = hstack([kron(every, -diags_array(up)), changes])
    fall = hstack([kron(every, -diags_array(down)), -changes])
    own = np.searchsorted(cells, protected) + 2 * size * np.arange(len(protected))
    apart = eye_array(answers * size).tocsr()[own + size] - eye_array(answers * size).tocsr()[own]
    is_hidden = np.isin(cells, [*hidden])
    cost = np.where(is_hidden, 0, 1 + people[cells] / (1 + people.sum()))
    wanted = np.concatenate([cost, np.zeros(answers * size)])
    found = milp(
        wanted,
        integrality=np.repeat([1, int(whole)], [size, answers * size]),
        bounds=Bounds(
            np.concatenate([is_hidden, np.tile(-down, answers)]),
            np.concatenate([np.ones(size), np.tile(up, answers)]),
        ),
        constraints=[
            LinearConstraint(
                _beside(size, agree), *np.tile(ends - relation @ people[cells], answers)
            ),
            LinearConstraint(vstack([rise, fall]).tocsr(), -np.inf, 0),
            LinearConstraint(_beside(size, apart), wide),
        ],
        options={"node_limit": _WORK // len(wanted), "mip_rel_gap": 0},
    )
    if found.x is None:
        return None, False
    return {*cells[found.x[:size] > 0.5].tolist()}, found.status == 0


def _beside(size: int, changes: csr_array) -> csr_array:
    """Rows that ask nothing of whether cells are withheld."""
    return hstack([csr_array((changes.shape[0], size)), changes]).tocsr()


def _pinned(
    people: np.ndarray,
    sums: Sequence[_Told],
    hidden: Collection[int],
    protected: Sequence[int],
    wide: int,
) -> list[int]:
    """The protected cells that a reader knows more closely than is allowed.

    A bound whose search ended before it was known is one that is possible all the same: a cell
    that is not named is protected. Where no counts were found all are named.
    """
    programme = Programme(sums=[*sums])
    for place, count in enumerate(people):
        programme.unknown(place, *((1, math.inf) if place in hidden else (count, count)))
    seen = possible(
        programme,
        [{place: 1.0} for place in protected],
        lambda low, high: high - low >= wide,
    )
    return [
        place
        for place, bounds in zip(protected, seen, strict=True)
        if not bounds.most - bounds.least >= wide
    ]
