"""What is withheld for itself, what with it, and how small categories are put together."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Period
from observlib.catalogue import Catalogue
from observlib.estimates import base, mark

_FEW = estimates.MINIMUM_PEOPLE


def protect(
    rows: pd.DataFrame | Iterable[Mapping[str, Any]],
    low_base: int = estimates.LOW_BASE,
    personal: bool = True,
) -> pd.DataFrame:
    """Withhold values on fewer than eleven people, mark those on fewer than `low_base`.

    A minimum frequency rule, with one against group disclosure: A. Hundepool and others,
    *Statistical Disclosure Control* (Wiley, 2012), chapter 5.

    >>> rows = pd.DataFrame(
    ...     {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": 50.0, "n": [4, 26, 92]}
    ... )
    >>> protect(rows)[["estimate", "n", "status"]].values.tolist()
    [[nan, nan, 'suppressed'], [50.0, 25.0, 'low_base'], [50.0, 90.0, 'published']]
    >>> protect(rows.assign(estimate=[50.0, 100.0, 98.0]))["status"].tolist()
    ['suppressed', 'suppressed', 'suppressed']
    """
    given = rows if isinstance(rows, pd.DataFrame) else list(rows)
    if not len(given):
        return estimates.make([])
    rows = estimates.typed(pd.DataFrame(given))
    people = rows["n"].copy()
    few = (people > 0) & (people < _FEW)
    if personal:
        few |= _few_alike(rows, low_base)
    few &= rows["status"] != "missing"
    rows = estimates.withhold(rows, few | (rows["status"] == "suppressed"))
    thin = (people >= _FEW) & (people < low_base)
    rows.loc[thin & (rows["status"] == "published"), "status"] = "low_base"
    if personal:
        marks = (rows["unit"] == "points") | rows["unit"].str.startswith("sur ")
        rows.loc[thin & marks, ["ci_low", "ci_high", "n_eff"]] = float("nan")
        rows["estimate"] = rows["estimate"].mask(thin & marks, mark(rows["estimate"], rows["unit"]))
        counts = (rows["n"] == rows["estimate"]) & ~marks & (rows["unit"] != "%")
        answers = rows["n"].notna() & ~counts
        rows.loc[answers, "n"] = rows.loc[answers, "n"].map(base)
    return estimates.check(rows)


def unanimous(unit: Any, estimate: Any, n: Any, low_base: int = estimates.LOW_BASE) -> Any:
    """Whether a share or a score says that each of fewer than `low_base` people answered alike."""
    off = np.where(unit == "%", abs(estimate - 50) - 50, abs(estimate) - 100)  # from either end
    return (n < low_base) & ((unit == "%") | (unit == "points")) & (abs(off) < 1e-9)


def few_alike(unit: Any, estimate: Any, n: Any, low_base: int = estimates.LOW_BASE) -> Any:
    """Whether a share or a score tells what few people answered; of columns, each is asked.

    >>> shares, bases = pd.Series([90.0, 5.0, 100.0, 0.0]), pd.Series([100, 400, 400, 12])
    >>> few_alike("%", shares, bases).tolist(), few_alike("sur 10", shares, bases).any()
    ([True, False, False, True], np.False_)
    """
    having = estimate * n / 100
    least = np.minimum(having, n - having)  # of a weighted share no whole number
    few = (unit == "%") & (least >= 0.5) & (least < _FEW - 0.5)
    return unanimous(unit, estimate, n, low_base) | few


def _few_alike(rows: pd.DataFrame, low_base: int) -> pd.Series:
    """Which rows tell what few people answered, with the other categories of the same answer."""
    grouped = rows["group"] != ""
    # no one in one category of several says little of each; all in one says all
    alike = few_alike(rows["unit"], rows["estimate"], rows["n"], low_base)
    alike &= ~grouped | (rows["estimate"] > 0)
    answer = ["indicator", "product", "channel", "device", "period", "group"]
    return alike | (grouped & alike.groupby([rows[name] for name in answer]).transform("any"))


# --- Periods that tell of each other: months, quarters, years, and what each is made of


def linked_periods(periods: Iterable[str]) -> Iterator[set[str]]:
    """Periods that tell of each other: a quarter and its months; a year and its quarters."""
    months = {name: {*Period(name).months} for name in periods}
    quarters = [name for name, own in months.items() if len(own) == 3]
    for quarter in quarters:
        yield {name for name, own in months.items() if own <= months[quarter]}
    for year, of_year in months.items():
        if len(of_year) > 3:
            yield {year} | {name for name in quarters if months[name] <= of_year}
    in_quarters = set().union(*(months[quarter] for quarter in quarters))
    yield from ({name} for name, own in months.items() if len(own) == 1 and not own <= in_quarters)


def tiles(periods: Iterable[str]) -> Iterator[tuple[str, list[str], bool]]:
    """The parts of each period among others: the fewest, and whether they are the whole of it.

    >>> [*tiles(["2026-07", "2026-08", "2026-T3", "2026-T4", "2026-07/2026-12"])]
    [('2026-T3', ['2026-07', '2026-08'], False), ('2026-07/2026-12', ['2026-T3', '2026-T4'], True)]
    """
    within = {period: set(Period(period).months) for period in periods}
    for whole, months in within.items():
        parts: list[str] = []
        left = set(months)
        smaller = [name for name, own in within.items() if own < months]
        for name in sorted(smaller, key=lambda name: (-len(within[name]), name)):
            if within[name] <= left:
                parts.append(name)
                left -= within[name]
        if parts:
            yield whole, sorted(parts), not left


# --- Grouping of small categories, so that no published part of a whole counts too few people

REST, REASONS, CATEGORIES = "Autres", "Autres motifs", "Autres (effectifs regroupés)"
GROUPED = (REST, REASONS, CATEGORIES)  # labels of what may be several answers: none of them leads


def merge_small(
    holders: Mapping[str, Set[str]], rest: str = REST
) -> dict[str, tuple[tuple[str, ...], Set[str]]]:
    """Categories of at least eleven people; smaller ones, and more if need be, are one: `rest`."""

    def union(names: Iterable[str]) -> set[str]:
        return set().union(*(holders[name] for name in names))

    groups = _groups(list(holders), lambda names: len(union(names)), rest)
    return {label: (names, union(names)) for label, names in groups.items()}


def merge_counts(
    counts: Mapping[str, int], rest: str = REST
) -> dict[str, tuple[tuple[str, ...], int]]:
    """As `merge_small`, of categories in two of which nobody is: how many each holds.

    >>> merge_counts({"a": 40, "b": 12, "c": 2})
    {'a': (('a',), 40), 'Autres': (('b', 'c'), 14)}
    """

    def total(names: Iterable[str]) -> int:
        return sum(counts[name] for name in names)

    groups = _groups(list(counts), total, rest)
    return {label: (names, total(names)) for label, names in groups.items()}


def _groups(
    names: Collection[str], size: Callable[[Iterable[str]], int], rest: str
) -> dict[str, tuple[str, ...]]:
    """Which categories each group is of, by what size some have together."""
    sizes = {name: size([name]) for name in names}
    small = {name for name in names if sizes[name] < estimates.MINIMUM_PEOPLE}
    if small and rest in sizes:  # a category of that very name is one with them
        small.add(rest)
    larger = sorted(set(names) - small, key=lambda name: (sizes[name], name))
    while small and larger and size(small) < estimates.MINIMUM_PEOPLE:
        small.add(larger.pop(0))
    found: dict[str, tuple[str, ...]] = {name: (name,) for name in names if name not in small}
    if small:
        if not found or size(small) < estimates.MINIMUM_PEOPLE:
            return {}
        found[rest] = tuple(name for name in names if name in small)
    return found


_Part = TypeVar("_Part", str, int)


def withheld_parts(counts: Mapping[_Part, float], withheld: Iterable[_Part] = ()) -> set[_Part]:
    """Parts of a published total to withhold: of few people, and others for eleven in all."""
    hidden = {name for name, count in counts.items() if 0 < count < _FEW} | set(withheld)
    shown = sorted((n, name) for name, n in counts.items() if n and name not in hidden)
    while hidden and shown and (len(hidden) == 1 or sum(counts[x] for x in hidden) < _FEW):
        hidden.add(shown.pop(0)[1])
    return hidden


def window_told(quarters: Sequence[bool | None]) -> bool:
    """Whether a year of quarters may be told, beside them and beside the years that overlap it.

    A year less its quarters that are told gives the others; two successive years share three
    quarters. So all its quarters are told, or none is and they come regularly, every quarter or
    every other.
    """
    hidden = [told is False for told in quarters]
    if not any(hidden):
        return True
    if any(told is True for told in quarters):
        return False
    by_two = len(hidden) >= 4 and len(hidden) % 2 == 0 and sum(hidden) == len(hidden) // 2
    return all(hidden) or (by_two and (all(hidden[::2]) or all(hidden[1::2])))


def people_told(counts: Sequence[float]) -> bool:
    """As `window_told`, of quarters in each of which so many people were."""
    return window_told([bool(count >= _FEW) if count else None for count in counts])


# --- Series told in wide steps, of which somebody could else compute how many gave each mark

_MANY = 500  # answers: what they tell has no wide step
Series = tuple[str, str, str, str, int]  # device, product, channel, question, months of a period


def is_many(n: float) -> bool:
    """Whether a base, exact or as it is told, is of so many answers that nothing is widened.

    >>> is_many(498.0), is_many(490.0), is_many(float("nan"))
    (True, False, True)
    """
    return math.isnan(n) or base(n) >= _MANY


def wide_step(unit: str) -> float:
    """The step of the ends of an interval, in a series told in wide steps.

    >>> wide_step("sur 10"), wide_step("points")
    (0.5, 10.0)
    """
    return 10.0 if unit == "points" else 0.5


def widened(rows: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Estimates of one indicator in a series told in wide steps; those of many stay as they are.

    >>> row = {"indicator": "satisfaction_10", "period": "2026-07", "unit": "sur 10", "n": 60.0}
    >>> mark = estimates.make([{**row, "estimate": 8.44, "ci_low": 7.83, "ci_high": 9.05}])
    >>> widened(mark, 1)[estimates.NUMBERS[:3]].values.tolist()
    [[8.4, 7.5, 9.5]]
    >>> widened(mark.assign(unit="%"), 0)["status"].tolist()
    ['suppressed']
    """
    found = [_widened(row, decimals) for row in estimates.records(rows)]
    return estimates.check(pd.DataFrame(found, columns=rows.columns, index=rows.index))


def _widened(row: dict[str, Any], decimals: int) -> dict[str, Any]:
    if row["status"] in estimates.WITHHELD or is_many(row["n"]):
        return row
    if row["unit"] == "%":
        return row | dict.fromkeys(estimates.NUMBERS, math.nan) | {"status": "suppressed"}
    if math.isnan(row["ci_low"]):
        return row
    step, value = wide_step(row["unit"]), round(row["estimate"], decimals)
    points = row["unit"] == "points"
    least, most = (-100.0, 100.0) if points else (0.0, estimates.best_end(row["unit"]))
    low = max(least, step * math.floor(row["ci_low"] / step + 1e-9))
    high = min(most, step * math.ceil(row["ci_high"] / step - 1e-9))
    return row | {"estimate": value, "ci_low": min(value, low), "ci_high": max(value, high)}


PLACE = ["device", "product", "channel"]
WITHHELD_CELLS = ("all answers", "having it", "count")  # cells of figures that are not published
# Device, product, month, and what gave other values to the answers of many people in it.
Amended = tuple[str, str, str, str]


@dataclass(frozen=True)
class Knowledge:
    """`marks` that a device's question can be given; `amended`, what was corrected of the data."""

    catalogue: Catalogue
    marks: pd.DataFrame
    amended: Collection[Amended] = ()

    def few(self, device: str) -> int:
        """Below how many people a device's figures are withheld."""
        known = self.catalogue.devices.get(device)  # a device may have left it since
        return known.minimum_people if known else estimates.MINIMUM_PEOPLE

    def decimals(self, indicator: str) -> int:
        """How many decimals an indicator is told with."""
        return self.catalogue.indicators[indicator].decimals

    def marks_of(self, device: str, question: str) -> list[list[float]]:
        """Each mark of a question, from worst to best, with the ends of its scale."""
        of = (self.marks["device"] == device) & (self.marks["question"] == question)
        known = self.marks.loc[of, ["value", "scale_min", "scale_max"]].drop_duplicates()
        marks: list[list[float]] = known.sort_values("value").to_numpy(float).tolist()
        return marks


class Published(NamedTuple):
    """A publication's estimates, rounded, its series in wide steps, and what was `amended` then."""

    estimates: pd.DataFrame
    wide: Collection[Series]
    amended: Collection[Amended] = ()


class Block(NamedTuple):
    """A programme of its own, and the cells that are tried in it, by their names.

    `open` are the unknowns that may be withheld, with the places of what is told of them in `sums`.
    """

    programme: Programme
    cells: list[tuple[dict[str, Any], Sum]]
    open: dict[int, list[int]]


# --- What somebody can work out of published numbers: the bounds of a linear and integer programme


if TYPE_CHECKING:  # an edition of which nothing is withheld anew has no use for it
    from scipy.sparse import csr_array

Sum = Mapping[int, float]  # unknowns by their place, each with its coefficient
UNBOUNDED = 1e7  # what has no end is looked for up to here
_NEARLY = 0.2  # of the most, for such an answer
_AT_ONCE = 4  # pairs of answers that are looked for before each sum is asked by itself
_FEW_SUMS = 3  # sums; fewer are asked one by one
_Enough = Callable[[np.ndarray, np.ndarray], np.ndarray]
NODES = 20_000  # of the search for one bound: a limit of work, the same on a machine that is busy


@dataclass
class Programme:
    """Unknown counts by name, and what is known of sums of them: least, most, and by what."""

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

    def tell_parts(
        self, whole: int, parts: Iterable[int], told_by: str, is_all: bool = True
    ) -> None:
        """Add that a whole is the sum of its parts; or no less, where they are not all of it."""
        total = {whole: 1.0} | dict.fromkeys(parts, -1.0)
        self.tell(total, 0, 0 if is_all else math.inf, told_by)


class ImpossibleError(ObservError):
    """No counts agree with all that is told: something is told in another way than is supposed."""


class Possible(NamedTuple):
    """What a sum can be: the least and the most found (NaN: none), and if nothing is beyond."""

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
    greatest = _solver(programme)
    known = enough or (lambda low, _: np.zeros(len(low), bool))
    sums = matrix(wanted, len(programme.unknowns))
    low, high = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)
    ended = np.zeros(len(wanted), int)

    def look(objective: np.ndarray, gap: float = 0.0) -> bool:
        """Whether the most of an objective was found; what is widens all that is wanted."""
        found, is_most = greatest(objective, gap)
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
        if narrow.sum() < _FEW_SUMS:
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
    found = zip(low.tolist(), high.tolist(), (ended == 2).tolist(), strict=True)
    return [Possible(*ends) for ends in found]


def some(programme: Programme) -> np.ndarray | None:
    """Whole numbers that agree with all that the programme tells; any, or None if undecided.

    >>> known = Programme()
    >>> known.tell({known.unknown("people"): 2.0}, 10, 10, "a mean")
    >>> some(known).tolist()
    [5.0]
    """
    return _solver(programme)(np.zeros(len(programme.unknowns)))[0]


def matrix(rows: Iterable[Sum], width: int) -> csr_array:
    """Sums as rows of a matrix, with a column for each unknown."""
    from scipy.sparse import csr_array

    listed = [*rows]
    places = [place for row in listed for place in row]
    values = [value for row in listed for value in row.values()]
    starts = np.cumsum([0, *(len(row) for row in listed)])
    return csr_array((values, places, starts), shape=(len(listed), width))


def _solver(programme: Programme) -> Callable[..., tuple[np.ndarray | None, bool]]:
    """HiGHS over one programme, whose matrix is made once.

    It gives counts that are possible where an objective is greatest (None: undecided); if it is.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # a second to import

    rows = matrix((total for total, *_ in programme.sums), len(programme.unknowns))
    ends = [[one[end] for one in programme.sums] for end in (1, 2)]
    told = LinearConstraint(rows, *ends) if programme.sums else ()
    least, most = np.array(programme.least), np.array(programme.most)

    def greatest(objective: np.ndarray, gap: float = 0.0) -> tuple[np.ndarray | None, bool]:
        for end in (np.inf, UNBOUNDED):  # where there is no end to it, as many as one likes
            found = milp(
                -objective,
                integrality=np.ones(len(objective)),
                bounds=Bounds(least, np.minimum(most, end)),
                constraints=told,
                options={"node_limit": NODES, "mip_rel_gap": gap},
            )
            if found.x is not None:
                return np.round(found.x), found.status == 0
        if "infeasible" in found.message:
            raise ImpossibleError(f"no counts agree with what is told ({found.message})")
        return None, False

    return greatest
