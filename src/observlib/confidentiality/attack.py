"""An edition's own attack: what somebody can work back of what it withholds.

What an outsider knows of counts, means and shares, of this edition and of earlier ones, is put into
linear and integer programmes (see `disclosure`): how many people gave each mark, or have each
property; counts withheld beside their wholes, parts and neighbours; answers that came between two
publications. A cell is pinned where it is known to be few people, and how many to within two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from observlib import catalogue as routes
from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Period
from observlib.catalogue import NOBODY, PARTNER, TASK, THEME, UNTOLD, Catalogue
from observlib.confidentiality import disclosure
from observlib.confidentiality.disclosure import Block, Knowledge, Programme, Published, Series, Sum
from observlib.estimates import MEASURES, STEP, base, mark_step, measured_by

_PLACE, _WITHHELD = disclosure.PLACE, disclosure.WITHHELD_CELLS

# --- What a published number says of the exact one: the inverse of rounding, as anyone can do it

_SLACK = 1e-6


@cache
def exact_people(told: float) -> tuple[int, int]:
    """The least and the most people whom a rounded base stands for (see `estimates.base`)."""
    near = range(max(0, int(told) - 2 * STEP), int(told) + 2 * STEP + 1)
    found = [n for n in near if base(n) == told]
    return (found[0], found[-1]) if found else (int(told), int(told))


def exact_value(row: Mapping[str, Any], step: float) -> tuple[float, float]:
    """Between what a value lies that is told in steps."""
    return row["estimate"] - step / 2 - _SLACK, row["estimate"] + step / 2 + _SLACK


def half_width_range(
    row: Mapping[str, Any], steps: tuple[float, float], scale: tuple[float, float]
) -> tuple[float, float] | None:
    """Between what half the interval of a mean lies; None where neither end tells it.

    >>> row = {"estimate": 6.4, "ci_low": 5.5, "ci_high": 7.3}
    >>> [round(end, 3) for end in half_width_range(row, (0.1, 0.1), (0, 10))]
    [0.8, 0.9]
    >>> [round(end, 3) for end in half_width_range({**row, "ci_high": 7.5}, (0.1, 0.5), (0, 10))]
    [0.55, 0.95]
    """
    distances = [
        abs(row["estimate"] - end)
        for end, cut in ((row["ci_low"], scale[0]), (row["ci_high"], scale[1]))
        if not math.isnan(end) and abs(end - cut) > _SLACK
    ]
    if not distances:
        return None
    unknown = 0.0 if steps[0] == steps[1] else steps[0] / 2
    low, high = max(distances) - steps[1] - unknown, min(distances) + unknown
    return max(0.0, low) - _SLACK, high + _SLACK


def exact_deviation(width: tuple[float, float], n: tuple[int, int]) -> tuple[float, float]:
    """Between what the variance of marks lies, by half of Student's interval of their mean."""
    low, high = (
        float(count * (end / stdtrit(max(count - 1, 1), 0.975)) ** 2)
        for end, count in zip(width, n, strict=True)
    )
    return low, high


def people_of_share(row: Mapping[str, Any], step: float, n: tuple[int, int]) -> tuple[int, int]:
    """How many people a share can rest on, by its rounded base and its interval of Wilson.

    A share of 45 people, of whom 31 have the property:

    >>> people_of_share({"estimate": 69.0, "ci_low": 54.0, "ci_high": 81.0}, 1.0, (43, 47))
    (45, 45)
    """
    if math.isnan(row["ci_low"]) or row["ci_low"] <= 0 or row["ci_high"] >= 100:
        return n
    least, most = (end / 100 for end in exact_value(row, step))
    below, above = row["estimate"] - row["ci_low"], row["ci_high"] - row["estimate"]

    def fits(count: int) -> bool:
        for having in range(math.ceil(least * count), math.floor(most * count) + 1):
            low, high = _wilson(min(max(having, 0), count), count)
            share = 100 * having / count
            if _rounds_up(share - low, below, step) and _rounds_up(high - share, above, step):
                return True
        return False

    found = [count for count in range(n[0], n[1] + 1) if fits(count)]
    return (found[0], found[-1]) if found else n


@cache
def _wilson(having: int, count: int) -> tuple[float, float]:
    """The ends of Wilson's interval of a share, in %."""
    from statsmodels.stats.proportion import proportion_confint  # a second to import

    low, high = proportion_confint(having, count, method="wilson")
    return 100 * low, 100 * high


def _rounds_up(exact: float, told: float, step: float) -> bool:
    return told - step - _SLACK <= exact <= told + _SLACK


# --- What an outsider knows of marks: how many people gave each, from means, shares and intervals


def of_marks(
    rows: pd.DataFrame,
    of: tuple[str, ...],
    marks: Sequence[Sequence[float]],
    wide: Sequence[Collection[Series]],
    knowledge: Knowledge,
    apart: Collection[str] = (),
) -> Block:
    """How many people gave each mark of a question, in periods that tell of each other."""
    *place, question = of
    name = {**dict(zip(_PLACE, place, strict=True)), "quantity": question}
    worths = {
        indicator: [measure.factor * float(measure.worth(*mark)) for mark in marks]
        for indicator, measure in measured_by(question).items()
    }
    programme, cells, _ = block = Block(Programme(), [], {})
    counts: dict[tuple[int, str], list[int]] = {}
    before: dict[str, tuple[list[list[Any]], list[int]]] = {}
    listed = estimates.records(rows)
    for row in listed:
        row["when"] = row["edition" if row["period"] in apart else "vintage"]
    for (when, period), own in _by(listed, "when", "period"):
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
            is_wide = (*of, len(Period(period).months)) in wide[row["edition"]]
            _tell_marks(programme, asked, worths[row["indicator"]], row, knowledge, is_wide)
        everyone = dict.fromkeys(asked, 1.0)
        if any(row["status"] == "suppressed" for row in own):
            programme.tell(everyone, 1, math.inf, f"{question} {period}")
            cells.append((here | {"cell": _WITHHELD[0]}, everyone))
        if not empty:
            cells += [
                (here | {"cell": f"mark {mark + 1} of {len(marks)}"}, {unknown: 1.0})
                for mark, unknown in enumerate(asked)
            ]
        if earlier and not empty:
            cells += _late(programme, earlier[1], asked, here)
    for then in {when for when, _ in counts}:
        told_then = {period: asked for (when, period), asked in counts.items() if when == then}
        for whole, parts, is_all in disclosure.tiles([*told_then]):
            for mark in range(len(marks)):
                of_parts = [told_then[part][mark] for part in parts]
                by = f"{question} {whole}"
                programme.tell_parts(told_then[whole][mark], of_parts, by, is_all)
    return block


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
    widened = is_wide and not disclosure.is_many(row["n"])
    of_ends = disclosure.wide_step(row["unit"]) if widened else fine
    n = exact_people(row["n"])
    if row["unit"] == "%":
        n = people_of_share(row, step, n)
    low, high = exact_value(row, step)
    worth = dict(zip(asked, worths, strict=True))
    programme.tell(dict.fromkeys(asked, 1.0), *n, by)
    programme.tell({place: value - low for place, value in worth.items()}, 0, math.inf, by)
    programme.tell({place: value - high for place, value in worth.items()}, -math.inf, 0, by)
    scale = MEASURES[row["indicator"]].scale or (min(worths), max(worths))
    half = half_width_range(row, (step, of_ends), scale) if row["unit"] != "%" else None
    if half:
        # the sum of squares is (n - 1) times their variance, and n times the square of their mean
        least, most = exact_deviation(half, n)
        smallest = 0.0 if low < 0 < high else min(low**2, high**2)
        largest = max(low**2, high**2)
        squares = {place: value**2 for place, value in worth.items()}
        at_least = {place: square - smallest - least for place, square in squares.items()}
        at_most = {place: square - largest - most for place, square in squares.items()}
        programme.tell(at_least, -least, math.inf, by)
        programme.tell(at_most, -math.inf, -most, by)


# --- What an outsider knows of counts, and of shares that count people: their programmes

SHARES = ("feeling_share", "profile_share", "call_theme_share", "ticket_theme_share",
          "text_theme_share", "reopened_share", "poll_share", "reason_share",
          "subscription_retention", "weighting_before")  # fmt: skip
_ROUTED = {  # counts by partner, each with the shares of the same contacts
    "partner_calls": ("partner_call_share", "call_theme_share"),
    "partner_tickets": ("partner_ticket_share", "ticket_theme_share"),
    "partner_texts": ("partner_text_share",),
}
_BY_TASK = {"partner_calls": "task_calls", "partner_tickets": "task_tickets"}  # the same contacts
TO_FIVE = (*_ROUTED, *_BY_TASK.values(), "text_count")  # counts told to the nearest five
FEW_LATE = 2 * STEP  # how much two numbers to the nearest five differ by, where ten may have come
_OF_ALL = "workshop_participants"  # without a product, of all; of other counts, of no product
_Row = dict[str, Any]  # of estimates, with the number of its edition
_Name = tuple[str, str, str, str]  # product, channel, group, value of the group
_Places = dict[_Name, int]  # unknowns of a period
_Leads = Callable[[str], str]  # to whom a theme leads
_EVERYONE, _WITH_THEME = "everyone", "everyone with a theme"  # groups that no page tells


def counting_indicators(catalogue: Catalogue) -> list[str]:
    """The indicators that count, and of which no page tells an interval."""
    return [
        name
        for name, indicator in catalogue.indicators.items()
        if indicator.comparison == "count" or name in (_OF_ALL, "tickets_open", *_ROUTED)
    ]


def shares_of(indicator: str) -> tuple[str, ...]:
    """The indicators that tell of the same contacts: in percent of what one counts, or by task.

    >>> shares_of("partner_calls"), shares_of("visits")
    (('partner_call_share', 'call_theme_share', 'task_calls'), ())
    """
    return (*_ROUTED.get(indicator, ()), *([_BY_TASK[indicator]] if indicator in _BY_TASK else ()))


def tells_count(rows: pd.DataFrame, indicator: str) -> bool:
    """Whether estimates tell what an indicator counts, by itself or by task."""
    return bool(rows["indicator"].isin([indicator, _BY_TASK.get(indicator)]).any())


def of_shares(
    rows: pd.DataFrame, place: Mapping[str, str], indicator: str, knowledge: Knowledge
) -> Block:
    """How many people have each property whose share is told, or withheld."""
    programme, cells, _ = block = Block(Programme(), [], {})
    step = 10.0 ** -knowledge.decimals(indicator)
    groups = ("edition", "period", "group")
    for (edition, period, group), own in _by(estimates.records(rows), *groups):
        base = programme.unknown((edition, period, group, "all"))
        for row in own:
            having = programme.unknown((edition, period, group, row["group_value"]))
            by = f"{indicator} {period} {row['group_value']}"
            programme.tell({base: 1.0, having: -1.0}, 0, math.inf, by)
            if row["status"] == "suppressed":
                name = {**place, "quantity": indicator, "period": period, "group": group}
                name |= {"group_value": row["group_value"], "cell": _WITHHELD[1]}
                programme.tell({having: 1.0}, 1, math.inf, by)
                cells.append((name, {having: 1.0}))
            else:
                _tell_share(programme, row, base, having, step, by)
    return block


def _tell_share(
    programme: Programme, row: Mapping[str, Any], base: int, having: int, step: float, by: str
) -> None:
    if not math.isnan(row["estimate"]) and not math.isnan(row["n"]):
        n = people_of_share(row, step, exact_people(row["n"]))
        low, high = exact_value(row, step)
        programme.tell({base: 1.0}, *n, by)
        programme.tell({having: 100.0, base: -low}, 0, math.inf, by)
        programme.tell({having: 100.0, base: -high}, -math.inf, 0, by)


def of_counts(
    rows: pd.DataFrame, indicator: str, last: int, knowledge: Knowledge, apart: Collection[str] = ()
) -> Block:
    """Counts that are withheld, between those that are told and shares of the same people.

    Where two editions tell the same of a period, it is taken to be the same: whoever compares them
    does.
    """
    block = Block(Programme(), [], {})
    leads = routes.leads_to_partner(knowledge.catalogue.partners)
    tried: dict[int, dict[str, Any]] = {}
    before: dict[str, tuple[dict[_Name, float], _Places]] = {}
    for edition, own in _by(estimates.records(rows), "edition"):
        is_last = edition == last
        periods: dict[str, _Places] = {}
        for period, near in _by(own, "period"):
            names = (indicator, _BY_TASK.get(indicator))
            counts = [row for row in near if row["indicator"] in names]
            told = {name_of(row): row["estimate"] for row in counts}
            then, known = before.get(period, ({}, {}))
            places = {**known} if period not in apart and _same(told, then) else {}
            for row in counts:
                place = _unknown(block, places, name_of(row), period)
                if row["status"] == "suppressed":
                    cell = {name: row[name] for name in (*_PLACE, "period", "group", "group_value")}
                    tried[place] = {**cell, "quantity": indicator, "cell": _WITHHELD[2]}
                _tell_count(block, place, row, is_last, knowledge)
            before[period] = told, places
            periods[period] = {name: places[name] for name in told}
            if indicator == _OF_ALL:
                _tell_products(block, periods[period], f"{indicator} {period}")
            if indicator in _ROUTED:
                _tell_routes(block, periods[period], places, leads if is_last else None, period)
                if is_last:
                    _tell_tasks(block, near, places, knowledge.catalogue, period)
                shares = [row for row in near if row["indicator"] not in names]
                _tell_shares(block, places, shares, is_last, knowledge)
        if not knowledge.catalogue.indicators[indicator].stock:
            _tell_periods(block, periods, {name: before[name][0] for name in periods}, indicator)
    block.cells.extend((name, {place: 1.0}) for place, name in tried.items())
    return block


def _by(rows: Iterable[_Row], *names: str) -> Iterator[tuple[Any, list[_Row]]]:
    """Rows by what they have in some columns, in its order: frames of a few rows each are slow."""
    key = itemgetter(*names)
    for has, own in groupby(sorted(rows, key=key), key):
        yield has, [*own]


def name_of(row: Mapping[str, Any]) -> _Name:
    """What an estimate is of, among those of a device and period."""
    return row["product"], row["channel"], row["group"], row["group_value"]


def _same(told: Mapping[_Name, float], then: Mapping[_Name, float]) -> bool:
    """Whether two editions tell the same counts of a period, as far as both tell them."""
    both = [(told[n], then[n]) for n in told if n in then and pd.notna(told[n] + then[n])]
    return any(now for now, _ in both) and all(now == earlier for now, earlier in both)


def _unknown(block: Block, places: _Places, name: _Name, period: str) -> int:
    if name not in places:
        places[name] = block.programme.unknown((period, *name))
    return places[name]


def _tell_count(
    block: Block, place: int, row: Mapping[str, Any], is_last: bool, knowledge: Knowledge
) -> None:
    by = f"{row['indicator']} {row['period']}"
    if row["status"] == "suppressed":
        block.programme.tell({place: 1.0}, 1, math.inf, by)
    elif not math.isnan(row["estimate"]):
        if is_last and row["estimate"]:  # that there is no one stays told
            block.open.setdefault(place, []).append(len(block.programme.sums))
        low, high = exact_value(row, 10.0 ** -knowledge.decimals(row["indicator"]))
        if row["indicator"] in TO_FIVE:
            low, high = exact_people(row["estimate"])
            if row["stands"]:  # a few may have come since
                low, high = low - FEW_LATE, high + FEW_LATE
        block.programme.tell({place: 1.0}, low, high, by)


def _tell_products(block: Block, places: _Places, by: str) -> None:
    """All products of a device are those of each."""
    for (product, _, group, _), whole in places.items():
        parts = [part for (own, _, within, _), part in places.items() if own and not within]
        if not product and not group and parts:
            block.programme.tell_parts(whole, parts, by)


def _tell_routes(
    block: Block, told: _Places, places: _Places, leads: _Leads | None, period: str
) -> None:
    """Each contact leads to a partner, to several or to none, and each theme to one of these."""
    for of in dict.fromkeys(name[:2] for name in told):
        own = {name[2:]: place for name, place in told.items() if name[:2] == of}
        partners = {value: place for (group, value), place in own.items() if group == PARTNER}
        themes = {value: place for (group, value), place in own.items() if group == THEME}
        everyone = _unknown(block, places, (*of, _EVERYONE, ""), period)
        with_theme = _unknown(block, places, (*of, _WITH_THEME, ""), period)
        wholes = [(everyone, [*partners.values()])]
        wholes.append((everyone, [with_theme, *(partners[n] for n in partners if n == UNTOLD)]))
        if ("", "") in own:
            somewhere = [partners[name] for name in partners if name not in (NOBODY, UNTOLD)]
            wholes.append((own["", ""], somewhere))
        for partner, place in partners.items() if themes else ():
            if leads and partner != UNTOLD:
                wholes.append((place, [themes[n] for n in themes if leads(n) == partner]))
        for whole, parts in wholes if partners else ():
            block.programme.tell_parts(whole, parts, f"where contacts lead in {period}")


def _tell_tasks(
    block: Block, near: Iterable[_Row], places: _Places, catalogue: Catalogue, period: str
) -> None:
    """A task has the contacts of its themes; at the least, where small themes are together."""
    leads = routes.leads_to_task("themes", catalogue.tasks)
    names = dict.fromkeys(name_of(row) for row in near)
    for *of, group, task in [name for name in names if name[2] == TASK]:
        themes = [name for name in names if name[:3] == (*of, THEME)]
        parts = [_unknown(block, places, name, period) for name in themes if leads(name[3]) == task]
        all_told = any(name[2] == PARTNER for name in names)
        whole = places[of[0], of[1], group, task]
        block.programme.tell_parts(whole, parts, f"tasks in {period}", all_told)


def _tell_shares(
    block: Block, places: _Places, shares: Iterable[_Row], is_last: bool, knowledge: Knowledge
) -> None:
    """Shares of the same people, in percent of all or of those whose contact has a theme."""
    about = ("indicator", "product", "channel", "period")
    for (indicator, *of, period), own in _by(shares, *about):
        is_routed = indicator.startswith("partner_")
        base = (*of, _EVERYONE if is_routed else _WITH_THEME, "")
        everyone = _unknown(block, places, base, period)
        parts: list[int] = []
        for row in own:
            # what a label stands for that puts themes together is known to be the rest of them
            together = row["group_value"] in disclosure.GROUPED
            name = (*of, _WITH_THEME, row["group_value"]) if together else name_of(row)
            parts.append(having := _unknown(block, places, name, period))
            by = f"{indicator} {period} {row['group_value']}"
            start = len(block.programme.sums)
            if row["status"] not in estimates.WITHHELD and not row["stands"]:
                step = 10.0 ** -knowledge.decimals(indicator)
                _tell_share(block.programme, row, everyone, having, step, by)
            if is_last and having in block.open:
                block.open[having] += range(start + 1, len(block.programme.sums))  # but the base
        if not is_routed:
            block.programme.tell_parts(everyone, parts, f"{indicator} {period}")


def _tell_periods(
    block: Block,
    periods: Mapping[str, _Places],
    told: Mapping[str, Mapping[_Name, float]],
    indicator: str,
) -> None:
    """A quarter is the sum of its months, a year of its quarters; or of those that are told."""
    for name in dict.fromkeys(name for places in periods.values() for name in places):
        own = {period: places[name] for period, places in periods.items() if name in places}
        for whole, parts, is_all in disclosure.tiles(own):
            given = [part for part in parts if pd.notna(told[part][name])]
            if indicator not in TO_FIVE and told[whole][name] == sum(told[n][name] for n in given):
                parts = given  # what is withheld is at least one, and was left out
            of_parts = [own[part] for part in parts]
            block.programme.tell_parts(own[whole], of_parts, f"{indicator} {whole}", is_all)


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
        asked = rows["indicator"].map(question_of)
        wanted = {*quantities}.union(*map(shares_of, quantities))
        rows = rows[asked.isin(quantities) | rows["indicator"].isin(wanted)]
    rows = rows[rows["period"].map(lambda period: bool(Period(period).months))]
    asked = rows["indicator"].map(question_of)
    plain = rows[(asked != "") & (rows["group"] == "") & ~rows["stands"]]
    for (*place, question), own in plain.groupby([*_PLACE, asked[plain.index]], sort=True):
        marks = knowledge.marks_of(place[0], str(question))
        if 2 <= len(marks) <= _MANY_MARKS:
            for near in disclosure.linked_periods(own["period"].unique()):
                of = own[own["period"].isin(near)]
                about = (*place, str(question))
                yield _agreeing(of, partial(of_marks, of, about, marks, wide, knowledge))
    shares = rows[(asked == "") & (rows["unit"] == "%") & rows["indicator"].isin(SHARES)]
    for (*place, indicator), own in shares.groupby([*_PLACE, "indicator"], sort=True):
        yield of_shares(own, dict(zip(_PLACE, place, strict=True)), str(indicator), knowledge)
    for indicator in counting_indicators(knowledge.catalogue):
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
    with suppress(disclosure.ImpossibleError):
        disclosure.some(block.programme)
        return True
    return False


def question_of(indicator: str) -> str:
    """The question of marks whose answers an indicator tells; none of another."""
    return MEASURES[indicator].question if indicator in MEASURES else ""


PINNED_WITHIN = 2  # people: what is known more closely than this, either way, is pinned
FOUND = [
    *_PLACE,
    *("quantity", "period", "group", "group_value", "cell", "least", "most", "pinned", "told_by"),
]


def attack(
    publications: Sequence[Published],
    knowledge: Knowledge,
    quantities: Collection[str] | None = None,
) -> pd.DataFrame:
    """Try all that an edition withholds."""
    programmes = blocks(publications, knowledge, quantities)
    found = [cell for block in programmes for cell in _tried(block, knowledge)]
    return pd.DataFrame(found, columns=FOUND)


def _tried(block: Block, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    if not block.cells:
        return
    few = knowledge.few(block.cells[0][0]["device"])
    implied = np.array([name["cell"] not in _WITHHELD for name, _ in block.cells])

    def enough(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Of what nobody withheld, that it is not pinned; of the rest, all is looked for."""
        return implied & ((high - low > 2 * PINNED_WITHIN) | (low < 1) | (high >= few))

    try:
        found = disclosure.possible(block.programme, [total for _, total in block.cells], enough)
    except disclosure.ImpossibleError as error:
        name = block.cells[0][0]
        raise disclosure.ImpossibleError(
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
    wrong = []
    for name, unit in units:
        is_share = unit in ("%", "points", "note") or unit.startswith("sur ")
        if name not in catalogue.indicators:
            wrong.append(f"{name}: has no entry in data/catalogue/indicators.yml; add one")
        elif is_share and not (name in tried or catalogue.indicators[name].untried):
            wrong.append(
                f"{name} ({unit}): no attack tries to work back whose answers it tells; name it in "
                "MEASURES (estimates/__init__.py) or SHARES (confidentiality/attack.py), or say "
                "why it need not be tried, as `untried` of its entry in indicators.yml"
            )
    if wrong:
        raise ObservError(*wrong)
