"""What an edition tells of a device, decided once over all its estimates before any page.

Each indicator has already withheld what rests on too few people (see `disclosure.protect`). Here
all of a device's figures are seen at once, with those of earlier publications (see `_as_before`),
and what an outsider could work back is told in wide steps for good, or withheld (see `attack`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array, eye_array, hstack, kron, vstack

from observlib import estimates
from observlib.base import kept
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Period
from observlib.confidentiality import attack, disclosure
from observlib.confidentiality.disclosure import PLACE, Amended, Knowledge, Published, Series
from observlib.estimates import measured_by

# --- Secondary suppression of any table: the fewest counts to withhold, so that no small one is had

_Told = tuple[disclosure.Sum, float, float, str]  # as `Programme.sums`
_WORK = 1_000_000  # nodes of the search in one programme, times its unknowns; what it has is used
_WIDE = 2 * attack.PINNED_WITHIN + 1  # people: how far apart the ends of a protected cell lie
_LARGE = 6_000  # changes of cells in one programme; of a larger one, some cells at a time


def withheld_cells(
    counts: Sequence[float],
    sums: Sequence[_Told],
    few: int = estimates.MINIMUM_PEOPLE,
    also: Iterable[int] = (),
    unseen: Iterable[int] = (),
) -> set[int]:
    """The fewest cells to withhold, so that none of few people is known closely.

    A cell is protected where what it can be, under all that is told, ends at numbers that lie more
    than twice `attack.PINNED_WITHIN` apart. Zeros stay told, so a reader knows of each cell
    withheld that it is 1 at least. Each cell is withheld or not; each protected cell has two
    answers, which agree with all that is told, differ from the counts in withheld cells alone, and
    lie far enough apart. Where the programme is too large, or the search has no answer at its limit
    of nodes (never of time), cells are protected some after the others, and given back, the largest
    first, as long as all remain protected.

    >>> withheld_cells([4, 30, 15, 49], [({0: 1, 1: 1, 2: 1, 3: -1}, 0, 0, "the total")])
    {0, 2}
    """
    people = np.asarray(counts, float)
    _check(people, sums, also := {*also})
    primary = sorted(also | {*np.flatnonzero((people > 0) & (people < few)).tolist()})
    if not primary:
        return set()
    hidden = {*primary, *(unseen := {*unseen})}
    fewest = _cover(people, sums, hidden, primary)
    if _pinned(people, sums, hidden, primary):
        fewest, hidden = False, {*np.flatnonzero(people).tolist()}
        if pinned := _pinned(people, sums, hidden, primary):
            raise ValueError(
                f"cell {bounded(pinned)} cannot be protected: known to within "
                f"{attack.PINNED_WITHIN} people with all others withheld; tell one of the sums "
                "less closely, or ask less"
            )
    covering = [] if fewest else hidden - unseen - {*primary}
    for place in sorted(covering, key=lambda x: (-people[x], x)):
        if not _pinned(people, sums, hidden - {place}, primary):
            hidden.remove(place)
    return hidden - unseen


def _cover(
    people: np.ndarray, sums: Sequence[_Told], hidden: set[int], primary: Sequence[int]
) -> bool:
    """Add to hidden cells those that protect others with them; whether they are the fewest."""
    every = {*np.flatnonzero(people).tolist()}
    at_once = max(_LARGE // (2 * len(every)), 1)
    waiting = [primary[start : start + at_once] for start in range(0, len(primary), at_once)]
    fewest = len(waiting) == 1
    while waiting:
        group = waiting.pop(0)
        found, is_fewest = _fewest(people, sums, hidden, group)
        fewest &= is_fewest
        if found is None and len(group) > 1:
            half = len(group) // 2
            waiting = [group[:half], group[half:], *waiting]
        else:
            hidden |= every if found is None else found
    for place in _pinned(people, sums, hidden, primary):  # whole numbers can do less
        fewest = False
        hidden |= _fewest(people, sums, hidden, [place], whole=True)[0] or every
    return fewest


def fewest_withheld(block: disclosure.Block, few: int) -> set[Any]:
    """The fewest counts of a block to withhold with those withheld, by their unknowns' names.

    None are found where one is had from an earlier edition, or from no figure; nor if undecided.
    """
    programme = block.programme
    if (found := disclosure.some(programme)) is None:
        return set()
    counts: list[float] = found.tolist()
    dropped = {place for places in block.open.values() for place in places}
    sums = [told for place, told in enumerate(programme.sums) if place not in dropped]
    withheld = {place for _, total in block.cells for place in total}
    closed = [place for place in range(len(counts)) if place not in block.open]
    known = disclosure.possible(programme, [{place: 1.0} for place in closed])
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
    whole: bool = False,
) -> tuple[set[int] | None, bool]:
    """The fewest cells to withhold with those hidden, and whether they are known to be that.

    The unknowns are whether each cell is withheld, then its changes in two answers for each
    protected cell, one after the other. None where no answer was found.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # a second to import

    cells = np.flatnonzero(people)  # zeros do not change
    size, answers = len(cells), 2 * len(protected)
    relation = disclosure.matrix((total for total, *_ in sums), len(people))[:, cells]
    ends = np.array([(least, most) for _, least, most, _ in sums]).reshape(-1, 2).T
    factors = abs(relation.data[relation.data != 0])
    reach = math.ceil(_WIDE * factors.max() / factors.min()) if len(factors) else _WIDE
    up, down = np.full(size, float(reach)), np.minimum(people[cells] - 1, reach)

    agree = kron(eye_array(answers), relation)
    changes = eye_array(answers * size)
    every = np.ones((answers, 1))
    rise = hstack([kron(every, -diags_array(up)), changes])
    fall = hstack([kron(every, -diags_array(down)), -changes])
    own = np.searchsorted(cells, protected) + 2 * size * np.arange(len(protected))
    apart = changes.tocsr()[own + size] - changes.tocsr()[own]
    is_hidden = np.isin(cells, [*hidden])
    cost = np.where(is_hidden, 0, 1 + people[cells] / (1 + people.sum()))
    wanted = np.concatenate([cost, np.zeros(answers * size)])
    least = np.concatenate([is_hidden, np.tile(-down, answers)])
    most = np.concatenate([np.ones(size), np.tile(up, answers)])
    told = np.tile(ends - relation @ people[cells], answers)

    def asked(changes: csr_array) -> csr_array:
        """Rows that ask nothing of whether cells are withheld."""
        return hstack([csr_array((changes.shape[0], size)), changes]).tocsr()

    found = milp(
        wanted,
        integrality=np.repeat([1, int(whole)], [size, answers * size]),
        bounds=Bounds(least, most),
        constraints=[
            LinearConstraint(asked(agree), *told),
            LinearConstraint(vstack([rise, fall]).tocsr(), -np.inf, 0),
            LinearConstraint(asked(apart), _WIDE),
        ],
        options={"node_limit": _WORK // len(wanted), "mip_rel_gap": 0},
    )
    if found.x is None:
        return None, False
    return {*cells[found.x[:size] > 0.5].tolist()}, found.status == 0


def _pinned(
    people: np.ndarray, sums: Sequence[_Told], hidden: set[int], protected: Sequence[int]
) -> list[int]:
    """The protected cells that a reader knows more closely than is allowed; all if undecided."""
    programme = disclosure.Programme(sums=[*sums])
    for place, count in enumerate(people):
        programme.unknown(place, *((1, math.inf) if place in hidden else (count, count)))
    wanted = [{place: 1.0} for place in protected]
    seen = disclosure.possible(programme, wanted, lambda low, high: high - low >= _WIDE)
    found = zip(protected, seen, strict=True)
    return [place for place, ends in found if not ends.most - ends.least >= _WIDE]


KEY = ["indicator", *PLACE, "period", "group", "group_value"]
_ROUNDS = 6
_COURSE = "action_course"  # says another indicator's months again


class DeviceDecision(NamedTuple):
    """What an edition tells of a device, or of all of its devices.

    `changes` are the estimates that stand instead of those with the same `KEY`; `wide` the series
    told in wide steps; `tried` what the attack found; `amended` what had been corrected of the
    data.
    """

    changes: pd.DataFrame
    wide: tuple[Series, ...]
    tried: pd.DataFrame
    amended: tuple[Amended, ...] = ()

    @property
    def digest(self) -> str:
        """Of all that pages see of it."""
        seen = [estimates.csv_lines(self.changes), self.wide]
        return kept.bytes_digest(json.dumps(seen).encode())


def decide(
    rows: pd.DataFrame,
    earlier: Sequence[Published],
    knowledge: Knowledge,
    rounded: Callable[[pd.DataFrame], pd.DataFrame],
) -> DeviceDecision:
    """Decide what an edition tells of one device."""
    few = rows["n"] < knowledge.few(rows["device"].iloc[0]) if len(rows) else None
    told = _without(rows, few) if few is not None and few.any() else rows
    before = {series for publication in earlier for series in publication.wide}
    wide = before.intersection(_series(row) for row in estimates.records(rows))
    is_wide = [_is_wide(row, wide) for row in estimates.records(told)]
    told = _widened(told, pd.Series(is_wide, told.index, bool), knowledge)
    told = _as_before(told, earlier, knowledge, rounded)
    now = told["source"] == rows["source"]  # and not as an earlier edition told it
    tried = attack.attack([*earlier, Published(rounded(told), wide)], knowledge)
    for _ in range(_ROUNDS):
        pinned = tried[tried["pinned"]]
        if pinned.empty:
            changes = _changes(rows, _as_the_whole(rows, told))
            return DeviceDecision(changes, tuple(sorted(wide)), tried, tuple(knowledge.amended))
        counts = pinned["cell"] == disclosure.WITHHELD_CELLS[2]
        told = _with_less(told, pinned[~counts], wide, knowledge, now)
        for _, own in pinned[counts].groupby("quantity", sort=True):
            publications = [*earlier, Published(rounded(told), wide)]
            told = _without_beside(told, own, publications, knowledge)
        again = set(pinned["quantity"])  # nothing changes for the others
        others = tried[~tried["quantity"].isin(again)]
        own = attack.attack([*earlier, Published(rounded(told), wide)], knowledge, again)
        tried = pd.concat([others, own], ignore_index=True) if len(others) else own
    problems = (
        f"{row['device']}: {row['cell']} of {row['quantity']} in {row['period']} could be worked "
        f"back from {bounded(row['told_by'].split('; '))}; nothing was published; take one of them "
        "away"
        for row in estimates.records(pinned)
    )
    raise ObservError(*problems)


def _with_less(
    told: pd.DataFrame,
    pinned: pd.DataFrame,
    wide: set[Series],
    knowledge: Knowledge,
    now: pd.Series,
) -> pd.DataFrame:
    """Estimates that now tell less: series in wide steps; or, if all are, no pinned period."""
    before = frozenset(wide)  # what was widened for another cell is not yet tried
    length = told["period"].map(lambda period: len(Period(period).months))
    less = none = pd.Series(False, index=told.index)
    for row in estimates.records(pinned):
        place = tuple(row[name] for name in PLACE)
        measures = measured_by(row["quantity"])  # of a question; an indicator has none
        same = (told[PLACE] == list(place)).all(axis=1)
        same &= told["indicator"].isin(measures or [row["quantity"]])
        if measures:
            same &= told["group"] == ""
            own, *others = dict.fromkeys([len(Period(row["period"]).months), *sorted(length[same])])
            series = [(*place, row["quantity"], months) for months in (own, *others) if months]
            narrow = [one for one in series if one not in before]
            if narrow:  # the pinned period's own at first, then all that tell of it
                for one in narrow[:1] if narrow[0] == series[0] else narrow:
                    wide.add(one)
                    less = less | (same & (length == one[-1]))
                continue
        none = none | (same & (told["period"] == row["period"]))
    return _without(_widened(told, less & now, knowledge), none)


def _without_beside(
    told: pd.DataFrame,
    pinned: pd.DataFrame,
    publications: Sequence[Published],
    knowledge: Knowledge,
) -> pd.DataFrame:
    """Estimates without the fewest counts that give back others; else none of their periods."""
    device, quantity = pinned.iloc[0][["device", "quantity"]]
    same = told["indicator"].isin([quantity, *attack.shares_of(quantity)])
    periods = told["period"].isin(pinned["period"])
    for block in attack.blocks(publications, knowledge, [quantity]):
        if block.open:
            names = fewest_withheld(block, knowledge.few(device))
            own = [(row["period"], *attack.name_of(row)) for row in estimates.records(told)]
            hidden = np.array([name in names for name in own]) if names else periods
            return _without(told, same & hidden)
    return _without(told, same & periods)


def _as_the_whole(rows: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Estimates of which those that say a whole again, in a group, are told as it is."""
    numbers = [*estimates.NUMBERS, "status"]
    in_group = (rows["group"] != "").to_numpy()
    again = np.flatnonzero(in_group & rows["estimate"].notna())
    if not len(again):
        return told
    same = [map(str, row) for row in rows[["unit", *PLACE, "period", *numbers]].to_numpy()]
    names = [*zip(rows["indicator"], map(" ".join, same), strict=True)]
    of_all = {name: at for at, name in enumerate(names) if not in_group[at]}
    of_all |= {(_COURSE, name): at for (_, name), at in of_all.items()}
    like = np.arange(len(rows))
    like[again] = [of_all.get(names[at], at) for at in again]
    return told.assign(**{name: told[name].array[like] for name in numbers})


def _widened(rows: pd.DataFrame, which: pd.Series, knowledge: Knowledge) -> pd.DataFrame:
    out = rows.copy()
    for indicator in rows.loc[which, "indicator"].unique():
        those = which & (rows["indicator"] == indicator)
        out.loc[those] = disclosure.widened(rows[those], knowledge.decimals(indicator))
    return out


def _without(rows: pd.DataFrame, which: pd.Series) -> pd.DataFrame:
    return estimates.withhold(rows, which & ~rows["status"].isin(estimates.WITHHELD))


def _as_before(
    rows: pd.DataFrame,
    earlier: Sequence[Published],
    knowledge: Knowledge,
    rounded: Callable[[pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """Estimates of which those to which few answers have come since stand as they were published.

    The difference of two means, each with its base, would tell what the few answered. Where values
    of many people were corrected since, or the data are the same and made in another way, a figure
    is told.
    """
    before = latest(publication.estimates for publication in earlier)
    known: _Known = {}
    for publication in earlier:
        for source in publication.estimates["source"].unique():
            known.setdefault(source, publication.amended)
    out, numbers = rows.copy(), estimates.records(rounded(rows))
    together: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(numbers):
        if estimate_key(row) in before:
            together.setdefault(_answers(row), []).append(place)
    for places in together.values():
        both = [(numbers[place], before[estimate_key(numbers[place])]) for place in places]
        if _stand(both, known, knowledge.amended):
            for place, (_, then) in zip(places, both, strict=True):
                out.iloc[place] = pd.Series(then)[rows.columns]
    return out


_Known = dict[str, Collection[Amended]]  # what had been corrected, by the source of figures


def _answers(row: dict[str, Any]) -> tuple[Any, ...]:
    """Whose answers an estimate is of: those of a question, or of all categories of shares."""
    names = (attack.question_of(row["indicator"]) or row["indicator"], *estimate_key(row)[1:])
    return names[:-1] if row["indicator"] in attack.SHARES else names


def _stand(both: Iterable[tuple[Any, Any]], known: _Known, amended: Collection[Amended]) -> bool:
    """Whether figures of the same answers, each as it is now and was then, stand as they were."""
    hidden = {*estimates.WITHHELD}
    listed = [pair for pair in both if not hidden & {row["status"] for row in pair}]
    return any(_numbers(now) != _numbers(then) for now, then in listed) and not any(
        _many_came(now, then)
        or any(_is_of(row, now) for row in {*known[then["source"]]} ^ {*amended})
        for now, then in listed
    )


def _numbers(row: dict[str, Any]) -> list[Any]:
    return ["" if math.isnan(row[name]) else row[name] for name in estimates.TOLD[:-1]]


def _many_came(now: dict[str, Any], then: dict[str, Any]) -> bool:
    """Whether more than few answers are new, or no one's are told, or the data are the same."""
    to_five = now["indicator"] in attack.TO_FIVE
    of = "estimate" if to_five else "n"
    of_all = not to_five and now["n"] == now["estimate"]  # counts of all there is
    near = abs(now[of] - then[of]) <= attack.FEW_LATE
    return of_all or not near or now["source"] == then["source"]


def _is_of(one: Amended, row: dict[str, Any]) -> bool:
    """Whether what was corrected is of a figure's device, product and months."""
    device, product, month, _ = one
    days = Period(row["period"]).days
    if not days:  # a source's own words for when
        return False
    first, last = (f"{day:%Y-%m}" for day in days)
    same = row["device"] == device and row["product"] in ("", product)
    return same and first <= month <= last


def latest(frames: Iterable[pd.DataFrame]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The last row of each `KEY` in frames of estimates, by it."""
    return {estimate_key(row): row for frame in frames for row in estimates.records(frame)}


def estimate_key(row: dict[str, Any], side: str = "") -> tuple[Any, ...]:
    """The values of `KEY` in a row of estimates, or in one side of a comparison."""
    return tuple(row[side + name] for name in KEY)


def _changes(rows: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """The estimates that are not told as they were made."""
    same = (rows == told) | (rows.isna() & told.isna())
    return told[~same.all(axis=1)].reset_index(drop=True)


def apply_decisions(rows: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Estimates with the changes that were decided."""
    if changes.empty or rows.empty:
        return rows
    instead = latest([changes])
    found = [instead.get(estimate_key(row), row) for row in estimates.records(rows)]
    return estimates.check(estimates.typed(pd.DataFrame(found, columns=rows.columns)))


def applied_to_pairs(
    pairs: pd.DataFrame,
    decision: DeviceDecision,
    earlier: Iterable[tuple[pd.DataFrame, Collection[Amended]]],
    rounded: Callable[[pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """Comparisons whose sides have the changes that were decided: a difference moves as they do.

    Where both sides stand as they were published, so do their difference and its verdict.
    """
    before: dict[tuple[Any, ...], dict[str, Any]] = {}
    known: _Known = {}
    for frame, amended in earlier:
        for row in estimates.records(frame[frame["indicator"].isin(pairs["indicator"])]):
            before[_names(row)] = row
            known.setdefault(row["reference_source"], amended)
    if pairs.empty or (decision.changes.empty and not before):
        return pairs
    instead, wide, found = latest([decision.changes]), set(decision.wide), []
    for row, now in zip(*map(estimates.records, (pairs, rounded(pairs))), strict=True):
        keys = {side: estimate_key(row, side) for side in ("", estimates.REFERENCE)}
        changes = {side: instead[key] for side, key in keys.items() if key in instead}
        if then := before.get(_names(row)):
            both = [(_side(now, side), _side(then, side)) for side in keys]
            if row["against"] == "others" and _stand(both[1:], known, decision.amended):
                changes[estimates.REFERENCE] = both[1][1]
            told = [changes.get(side, own) for side, (own, _) in zip(keys, both, strict=True)]
            same = [_numbers(own) for own in told] == [_numbers(own) for _, own in both]
            if same and any(own["source"] != of_then["source"] for own, of_then in both):
                found.append(then)
                continue
        found.append(_pair(row, changes, wide))
    told = pd.DataFrame(found, columns=pairs.columns)
    is_open = "verdict in ('rise', 'fall') and difference_low <= 0 <= difference_high"
    told.loc[told.query(is_open).index, ["verdict", "reason"]] = "unknown", "precision"
    return estimates.make_comparisons(told)


def _names(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in estimates.COMPARISON_NAMES)


def _side(row: dict[str, Any], side: str) -> dict[str, Any]:
    return {name: row[side + name] for name in estimates.COLUMNS}


def _pair(row: dict[str, Any], changes: dict[str, dict[str, Any]], wide: set[Series]) -> Any:
    out, moved = dict(row), 0.0
    for side, change in changes.items():  # of both, before what is withheld ends it
        out |= {side + name: change[name] for name in (*estimates.NUMBERS, "status", "source")}
    for side, change in changes.items():
        if change["status"] in estimates.WITHHELD:
            none = dict.fromkeys(estimates.COMPARISON_NUMBERS, math.nan)
            return out | none | {"verdict": "unknown", "reason": change["status"]}
        if not _is_wide(change, wide):
            sign = -1 if side else 1
            moved += sign * (change["estimate"] - row[side + "estimate"])
        elif not math.isnan(out["difference_low"]):
            step = disclosure.wide_step(row["unit"])
            exact = out["difference_high"] - out["difference_low"]
            out["difference_low"] = step * math.floor(out["difference_low"] / step)
            out["difference_high"] = step * math.ceil(out["difference_high"] / step)
            # from what is told: the exact one would give the exact width back
            out["detectable"] *= (out["difference_high"] - out["difference_low"]) / exact
    if moved and not math.isnan(out["difference"]):
        for name in ("difference", "difference_low", "difference_high"):
            out[name] = round(out[name] + moved, 9)
    return out


def _is_wide(row: dict[str, Any], wide: Collection[Series]) -> bool:
    return row["group"] == "" and _series(row) in wide and not disclosure.is_many(row["n"])


def _series(row: dict[str, Any]) -> Series:
    whole = Period(row["period"])
    months = len(whole.last.months if "-T" in whole else whole.months)  # of a mean of quarters, 3
    return (*(row[name] for name in PLACE), attack.question_of(row["indicator"]), months)
