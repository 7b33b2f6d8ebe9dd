"""What somebody can work out of published numbers: the bounds of a linear and integer programme.

Unknowns are counts of people or things. Each published number says that a sum of them lies between
two values; what remains possible of an unknown lies between the least and the most that it can be
under all of them.

Source: M. Fischetti and J.-J. Salazar, "Solving the cell suppression problem on tabular data with
linear constraints", *Management Science* 47 (2001), 1008–1027, on the attacker's problem.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from observlib.base.errors import ObservError

if TYPE_CHECKING:  # an edition of which nothing is withheld anew has no use for it
    from scipy.sparse import csr_array

Sum = Mapping[int, float]  # unknowns by their place, each with its coefficient
UNBOUNDED = 1e7  # what has no end is looked for up to here
_NEARLY = 0.2  # of the most, for such an answer
_AT_ONCE = 4  # pairs of answers that are looked for before each sum is asked by itself
_FEW = 3  # sums; fewer are asked one by one
_Enough = Callable[[np.ndarray, np.ndarray], np.ndarray]
NODES = 20_000  # of the search for one bound: a limit of work, the same on a machine that is busy


@dataclass
class Programme:
    """Unknown counts, and what is known of sums of them.

    `unknowns` names each, `sums` are what was told: the coefficients, the least and the most, and
    by what it was told.
    """

    unknowns: list[Any] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    sums: list[tuple[Sum, float, float, str]] = field(default_factory=list)

    def unknown(self, name: Any, least: float = 0.0, most: float = math.inf) -> int:
        """A new unknown whole number; its place."""
        self.unknowns.append(name)
        self.least.append(least)
        self.most.append(most)
        return len(self.unknowns) - 1

    def tell(self, total: Sum, least: float, most: float, told_by: str) -> None:
        """Add that a sum lies between two values."""
        if total:
            self.sums.append((total, least, most, told_by))


class ImpossibleError(ObservError):
    """No counts agree with all that is told: something is told in another way than is supposed."""


@dataclass(frozen=True)
class Possible:
    """What a sum can be: whole numbers that were found, the least and the most of them.

    `exact` says that nothing beyond them is possible; else the search ended before it was known,
    and where none was found until then, both are NaN: it is undecided.
    """

    least: float
    most: float
    exact: bool


def possible(
    programme: Programme, wanted: Sequence[Sum], enough: _Enough | None = None
) -> list[Possible]:
    """What each of some sums can be, under all that the programme tells.

    Of two towns that have 30 people together one has at least 12, and the other 4 to 6:

    >>> towns = Programme()
    >>> both = [towns.unknown(name) for name in "ab"]
    >>> towns.tell(dict.fromkeys(both, 1.0), 30, 30, "the sum")
    >>> towns.tell({both[1]: 1.0}, 4, 6, "a map")
    >>> possible(towns, [{both[0]: 1.0}])
    [Possible(least=24.0, most=26.0, exact=True)]
    """
    if not wanted:
        return []
    solver = _Solver(programme)
    known = enough or (lambda low, _: np.zeros(len(low), bool))
    sums = matrix(wanted, len(programme.unknowns))
    low, high = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)
    ended = np.zeros(len(wanted), int)

    def look(objective: np.ndarray, gap: float = 0.0) -> bool:
        """Whether the most of an objective was found; what is widens all that is wanted."""
        found, is_most = solver.most(objective, gap)
        if found is None:
            return False
        values = np.round(sums @ found, 6)
        np.minimum(low, values, out=low)
        np.maximum(high, values, out=high)
        return is_most

    generator = np.random.default_rng(0)
    may_end = known(high, low)  # of the others the very ends are looked for
    for _ in range(_AT_ONCE):  # two answers that lie apart widen many at once
        narrow = may_end & ~known(low, high)
        if narrow.sum() < _FEW:
            break
        signs = np.where(narrow, generator.choice([-1.0, 1.0], len(wanted)), 0.0)
        look(sums.T @ signs, _NEARLY)
        look(sums.T @ -signs, _NEARLY)
    for place in range(len(wanted)):
        row = sums[[place]].toarray().ravel()
        for sign in (1.0, -1.0):
            if known(low, high)[place]:
                break
            ended[place] += look(sign * row)
    if low[0] > high[0]:
        low[:] = high[:] = np.nan
    return [
        Possible(float(least), float(most), bool(ends == 2))
        for least, most, ends in zip(low, high, ended, strict=True)
    ]


def some(programme: Programme) -> np.ndarray | None:
    """Whole numbers that agree with all that the programme tells; any, or None if undecided.

    >>> known = Programme()
    >>> known.tell({known.unknown("people"): 2.0}, 10, 10, "a mean")
    >>> some(known).tolist()
    [5.0]
    """
    return _Solver(programme).most(np.zeros(len(programme.unknowns)), 0.0)[0]


def matrix(rows: Iterable[Sum], width: int) -> csr_array:
    """Sums as rows of a matrix, with a column for each unknown."""
    from scipy.sparse import csr_array

    listed = [*rows]
    places = [place for row in listed for place in row]
    values = [value for row in listed for value in row.values()]
    starts = np.cumsum([0, *(len(row) for row in listed)])
    return csr_array((values, places, starts), shape=(len(listed), width))


class _Solver:
    """HiGHS over one programme, whose matrix is made once."""

    def __init__(self, programme: Programme) -> None:
        from scipy.optimize import Bounds, LinearConstraint  # a second to import

        self.bounds = Bounds(np.array(programme.least), np.array(programme.most))
        rows = matrix((total for total, *_ in programme.sums), len(programme.unknowns))
        least = [low for _, low, _, _ in programme.sums]
        most = [high for _, _, high, _ in programme.sums]
        self.told = LinearConstraint(rows, least, most) if programme.sums else ()
        self.whole = np.ones(len(programme.unknowns))

    def most(self, objective: np.ndarray, gap: float) -> tuple[np.ndarray | None, bool]:
        """Counts that are possible (None: undecided) where an objective is greatest; if it is."""
        from scipy.optimize import Bounds, milp

        bounds = self.bounds
        for most in (np.inf, UNBOUNDED):  # where there is no end to it, as many as one likes
            bounds = Bounds(bounds.lb, np.minimum(bounds.ub, most))
            found = milp(
                -objective,
                integrality=self.whole,
                bounds=bounds,
                constraints=self.told,
                options={"node_limit": NODES, "mip_rel_gap": gap},
            )
            if found.x is not None:
                return np.round(found.x), found.status == 0
        if "infeasible" in found.message:
            raise ImpossibleError(f"no counts agree with what is told ({found.message})")
        return None, False
