"""What an outsider knows: all that was published of a device, as programmes of counts.

There is one for each question and count, of this edition and of those before (see `attack`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality import unrounded
from observlib.confidentiality.programme import Programme, Sum
from observlib.confidentiality.rounding import mark_step
from observlib.confidentiality.steps import Series, is_many, wide_step
from observlib.period import Quarter, months_between

PLACE = ["device", "product", "channel"]
WITHHELD = ("all answers", "having it", "count")  # cells of figures that are not published
_MANY_MARKS = 12  # of a question with more different marks, none is had from their mean


class Measure(NamedTuple):
    """How an indicator is made of the marks of a question: the mean of what each is worth."""

    question: str
    worth: Callable[[float, float, float], float]  # of a mark on a scale from low to high
    scale: tuple[float, float]


def _on_10(mark: float, low: float, high: float) -> float:
    return 10 * (mark - low) / (high - low)


def _satisfied(mark: float, low: float, high: float) -> float:
    return 100.0 * (_on_10(mark, low, high) >= 7.5 - 1e-9)


def _best(mark: float, low: float, high: float) -> float:
    return 100.0 * (mark == high)


def _promoters(mark: float, low: float, high: float) -> float:
    return 100.0 * ((mark >= 9) - (mark <= 6))


MEASURES = {
    "satisfaction_10": Measure("satisfaction", _on_10, (0, 10)),
    "satisfaction_mean": Measure("satisfaction", lambda mark, *_: mark, (math.nan, math.nan)),
    "satisfied_share": Measure("satisfaction", _satisfied, (0, 100)),
    "clarity_10": Measure("clarity", _on_10, (0, 10)),
    "help_reached_share": Measure("help_reached", _best, (0, 100)),
    "nps": Measure("nps", _promoters, (-100, 100)),
    "ces_10": Measure("ces", _on_10, (0, 10)),
    "task_success_share": Measure("task_success", _best, (0, 100)),
}


@dataclass(frozen=True)
class Knowledge:
    """What anyone knows of the devices beside their figures.

    `marks` are those that a question of a device can be given: `device`, `question`, `value`,
    `scale_min`, `scale_max`.
    """

    catalogue: Catalogue
    marks: pd.DataFrame

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
    """What a publication told: its estimates, rounded, and the series told in wide steps."""

    estimates: pd.DataFrame
    wide: Collection[Series]


class Block(NamedTuple):
    """A programme of its own, and the cells that are tried in it, by their names."""

    programme: Programme
    cells: list[tuple[dict[str, Any], Sum]]


def blocks(
    publications: Sequence[Published],
    knowledge: Knowledge,
    quantities: Collection[str] | None = None,
) -> Iterator[Block]:
    """The programmes of what was published, one for each question and count of a device."""
    frames = [told.estimates.assign(edition=n) for n, told in enumerate(publications)]
    rows = pd.concat(frames, ignore_index=True)
    wide = [told.wide for told in publications]
    if quantities is not None:
        asked = rows["indicator"].map(_question)
        rows = rows[asked.isin(quantities) | rows["indicator"].isin(quantities)]
    rows = rows[rows["period"].map(lambda period: bool(months_of(period)))]
    asked = rows["indicator"].map(_question)
    plain = rows[(asked != "") & (rows["group"] == "")]
    for (*place, question), own in plain.groupby([*PLACE, asked[plain.index]], sort=True):
        marks = knowledge.marks_of(place[0], str(question))
        if 2 <= len(marks) <= _MANY_MARKS:
            for near in _together(own["period"].unique()):
                of = own[own["period"].isin(near)]
                yield _of_marks(of, (*place, str(question)), marks, wide, knowledge)
    shares = rows[(asked == "") & (rows["unit"] == "%") & rows["indicator"].isin(_SHARES)]
    for (*place, indicator), own in shares.groupby([*PLACE, "indicator"], sort=True):
        yield _of_shares(own, dict(zip(PLACE, place, strict=True)), str(indicator), knowledge)
    counts = rows[rows["indicator"].isin(_counted(knowledge.catalogue))]
    for (device, indicator), own in counts.groupby(["device", "indicator"], sort=True):
        yield _of_counts(own, str(device), str(indicator), knowledge)


def _question(indicator: str) -> str:
    """The question of marks whose answers an indicator tells; none of another."""
    return MEASURES[indicator].question if indicator in MEASURES else ""


_SHARES = ("feeling_share", "profile_share", "call_theme_share", "ticket_theme_share",
           "reopened_share", "poll_share")  # fmt: skip


def _counted(catalogue: Catalogue) -> list[str]:
    """The indicators that count, and of which no page tells an interval."""
    return [
        name
        for name, indicator in catalogue.indicators.items()
        if indicator.comparison == "count" or name in ("workshop_participants", "tickets_open")
    ]


def _of_marks(
    rows: pd.DataFrame,
    of: tuple[str, ...],
    marks: Sequence[Sequence[float]],
    wide: Sequence[Collection[Series]],
    knowledge: Knowledge,
) -> Block:
    """How many people gave each mark of a question, in periods that tell of each other."""
    *place, question = of
    name = {**dict(zip(PLACE, place, strict=True)), "quantity": question}
    worths = {
        indicator: [float(measure.worth(*mark)) for mark in marks]
        for indicator, measure in MEASURES.items()
        if measure.question == question
    }
    programme = Programme()
    cells: list[tuple[dict[str, Any], Sum]] = []
    counts: dict[tuple[int, str], list[int]] = {}
    before: dict[str, tuple[list[list[Any]], list[int]]] = {}
    for (edition, period), own in rows.groupby(["edition", "period"], sort=True):
        content = own.drop(columns=["edition", "source"]).astype(object).fillna("").values.tolist()
        earlier = before.get(period)
        if earlier and earlier[0] == content:
            counts[edition, period] = earlier[1]
            continue
        here = name | {"period": period, "group": "", "group_value": ""}
        empty = (own["status"] == "missing").all()
        asked = [
            programme.unknown((edition, period, mark), 0, 0 if empty else math.inf)
            for mark in range(len(marks))
        ]
        counts[edition, period], before[period] = asked, (content, asked)
        is_wide = (*of, len(months_of(period))) in wide[edition]
        for row in estimates.records(own):
            _tell_marks(programme, asked, worths[row["indicator"]], row, knowledge, is_wide)
        everyone = dict.fromkeys(asked, 1.0)
        if (own["status"] == "suppressed").any():
            programme.tell(everyone, 1, math.inf, f"{question} {period}")
            cells.append((here | {"cell": WITHHELD[0]}, everyone))
        if not empty:
            cells += [
                (here | {"cell": f"mark {mark + 1} of {len(marks)}"}, {unknown: 1.0})
                for mark, unknown in enumerate(asked)
            ]
        if earlier and not empty:
            cells += _late(programme, earlier[1], asked, here)
    for edition in {edition for edition, _ in counts}:
        told_then = {period: asked for (when, period), asked in counts.items() if when == edition}
        for whole, parts, is_all in tiles([*told_then]):
            for mark in range(len(marks)):
                total = {told_then[whole][mark]: 1.0}
                total |= {told_then[part][mark]: -1.0 for part in parts}
                programme.tell(total, 0, 0 if is_all else math.inf, f"{question} {whole}")
    return Block(programme, cells)


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
    n = unrounded.people(row["n"])
    if row["unit"] == "%":
        n = unrounded.people_of_share(row, step, n)
    low, high = unrounded.value(row, step)
    worth = dict(zip(asked, worths, strict=True))
    programme.tell(dict.fromkeys(asked, 1.0), *n, by)
    programme.tell({place: value - low for place, value in worth.items()}, 0, math.inf, by)
    programme.tell({place: value - high for place, value in worth.items()}, -math.inf, 0, by)
    scale = MEASURES[row["indicator"]].scale
    if math.isnan(scale[0]):
        scale = (min(worths), max(worths))
    half = unrounded.half_width(row, (step, of_ends), scale) if row["unit"] != "%" else None
    if half:
        # the sum of squares is (n - 1) times their variance, and n times the square of their mean
        least, most = unrounded.deviation(half, n)
        smallest = 0.0 if low < 0 < high else min(low**2, high**2)
        largest = max(low**2, high**2)
        squares = {place: value**2 for place, value in worth.items()}
        at_least = {place: square - smallest - least for place, square in squares.items()}
        at_most = {place: square - largest - most for place, square in squares.items()}
        programme.tell(at_least, -least, math.inf, by)
        programme.tell(at_most, -math.inf, -most, by)


def _of_shares(
    rows: pd.DataFrame, place: Mapping[str, str], indicator: str, knowledge: Knowledge
) -> Block:
    """How many people have each property whose share is told, or withheld."""
    programme = Programme()
    cells: list[tuple[dict[str, Any], Sum]] = []
    step = 10.0 ** -knowledge.decimals(indicator)
    for (edition, period, group), own in rows.groupby(["edition", "period", "group"], sort=True):
        base = programme.unknown((edition, period, group, "all"))
        for row in estimates.records(own):
            having = programme.unknown((edition, period, group, row["group_value"]))
            by = f"{indicator} {period} {row['group_value']}"
            programme.tell({base: 1.0, having: -1.0}, 0, math.inf, by)
            if row["status"] == "suppressed":
                name = {**place, "quantity": indicator, "period": period, "group": group}
                name |= {"group_value": row["group_value"], "cell": WITHHELD[1]}
                programme.tell({having: 1.0}, 1, math.inf, by)
                cells.append((name, {having: 1.0}))
            elif not math.isnan(row["estimate"]) and not math.isnan(row["n"]):
                n = unrounded.people_of_share(row, step, unrounded.people(row["n"]))
                low, high = unrounded.value(row, step)
                programme.tell({base: 1.0}, *n, by)
                programme.tell({having: 100.0, base: -low}, 0, math.inf, by)
                programme.tell({having: 100.0, base: -high}, -math.inf, 0, by)
    return Block(programme, cells)


def _of_counts(rows: pd.DataFrame, device: str, indicator: str, knowledge: Knowledge) -> Block:
    """Counts that are withheld, between those that are told."""
    programme = Programme()
    cells: list[tuple[dict[str, Any], Sum]] = []
    adds_up = not knowledge.catalogue.indicators[indicator].stock
    key = ["edition", "product", "channel", "group", "group_value"]
    every: dict[tuple[Any, ...], dict[str, int]] = {}
    for names, own in rows.groupby(key, sort=True):
        of = every[names] = {}
        for row in estimates.records(own):
            by = f"{indicator} {row['period']}"
            place = of[row["period"]] = programme.unknown((*names, row["period"]))
            if row["status"] == "suppressed":
                name = {name: row[name] for name in (*PLACE, "period", "group", "group_value")}
                programme.tell({place: 1.0}, 1, math.inf, by)
                cells.append((name | {"quantity": indicator, "cell": WITHHELD[2]}, {place: 1.0}))
            elif not math.isnan(row["estimate"]):
                low, high = unrounded.value(row, 10.0 ** -knowledge.decimals(indicator))
                programme.tell({place: 1.0}, low, high, by)
        for whole, parts, is_all in tiles([*of]) if adds_up else ():
            total = {of[whole]: 1.0} | {of[part]: -1.0 for part in parts}
            programme.tell(total, 0, 0 if is_all else math.inf, f"{indicator} {whole}")
    for (edition, product, *_, group, _), of in every.items():
        for period, everything in of.items() if not product and not group else ():
            products = [
                inside[period]
                for (when, part, *_, within, _), inside in every.items()
                if when == edition and part and not within and period in inside
            ]
            if products:
                total = {everything: 1.0} | dict.fromkeys(products, -1.0)
                programme.tell(total, 0, 0, f"{indicator} {period}")
    return Block(programme, cells)


def _together(periods: Iterable[str]) -> Iterator[set[str]]:
    """Periods that tell of each other: a quarter and its months; a year and its quarters."""
    listed = [*periods]
    quarters = [name for name in listed if len(months_of(name)) == 3]
    years = [name for name in listed if len(months_of(name)) > 3]
    for quarter in quarters:
        yield {name for name in listed if set(months_of(name)) <= set(months_of(quarter))}
    for year in years:
        yield {year} | {name for name in quarters if set(months_of(name)) <= set(months_of(year))}
    told = {month for quarter in quarters for month in months_of(quarter)}
    yield from ({name} for name in listed if len(months_of(name)) == 1 and name not in told)


def months_of(period: str) -> tuple[str, ...]:
    """The months of a period of an estimate; none of a year or a day.

    Examples
    --------
    >>> months_of("2026-T3"), months_of("2026-07"), months_of("2026-08/2026-10"), months_of("2026")
    (('2026-07', '2026-08', '2026-09'), ('2026-07',), ('2026-08', '2026-09', '2026-10'), ())
    """
    if "-T" in period:
        return tuple(Quarter.parse(period).months)
    ends = period.split("/")
    if any(len(end) != 7 for end in ends):
        return ()
    return tuple(months_between(ends[0], ends[-1]))


def tiles(periods: Iterable[str]) -> Iterator[tuple[str, list[str], bool]]:
    """The parts of each period among others: the fewest, and whether they are the whole of it.

    Examples
    --------
    >>> [*tiles(["2026-07", "2026-08", "2026-T3", "2026-T4", "2026-07/2026-12"])]
    [('2026-T3', ['2026-07', '2026-08'], False), ('2026-07/2026-12', ['2026-T3', '2026-T4'], True)]
    """
    within = {period: set(months_of(period)) for period in periods}
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
