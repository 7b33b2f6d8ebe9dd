"""How far two figures compare: a grade from A to D, by how each of them was measured.

Wording: H. Schuman and S. Presser, *Questions and Answers in Attitude Surveys*, 1981. Scale: J.
Dawes, *International Journal of Market Research* 50 (2008). Mode: D. A. Dillman and others,
*Internet, Phone, Mail, and Mixed-Mode Surveys*, 4th ed., 2014. Population, area, period, changes of
measure: *European Statistics Code of Practice* (2017), principle 14. Tool: B. J. Jansen and others,
*PLOS ONE* 17 (2022), e0268212.

A: nothing of it differs. B: what differs moves figures little, such as the season, or two modes
without an interviewer. C: one facet differs. D: two do, or the quantity itself. What is not known
counts for half a difference, as it may be one. Counts, and the rates and delays made of them, have
a tool and an area, and a visit of a data set is another quantity than one of a site.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import Any, Literal, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.period import Period
from observlib.base.text import fold
from observlib.catalogue import Catalogue, Device, Indicator
from observlib.catalogue.questionnaires import Question
from observlib.estimates import side_of
from observlib.records.sheets import measured_since

Verdict = Literal["same", "near", "unknown", "other", "apart"]
Way = tuple[dict[str, Any], list[int]]  # one of the rows measured in a way, and where all are
_FACETS = (
    "quantity", "wording", "scale", "mode", "population", "tool", "area", "measure", "period",
)  # fmt: skip
_OF_COUNTS = ("quantity", "tool", "area")
_COUNTED = ("audience", "sections", "call_intervals", "calls", "tickets", "subscriptions", "sales")
_WEIGHTS: dict[Verdict, int] = {"same": 0, "near": 0, "unknown": 1, "other": 2, "apart": 4}
_TOO_MUCH = 4  # two facets that differ
_ALONE, _TOLD = ("web", "mail", "print", "social"), ("phone", "in_person")  # without, with someone
_NEAR: dict[str, tuple[Collection[Any], ...]] = {"scale": ((5, 6, 7),), "mode": (_ALONE, _TOLD)}
_NEAR_MONTHS = 24  # between two periods
_SAME_DAYS = 3  # by which two months, or quarters, are of one length
_SHOWN = ("published", "low_base")  # other values are drawn so that nobody compares them
_NAMES = [name for name in estimates.FIGURE if name != "period"]


class Grade(NamedTuple):
    """How far two figures compare, and the facets that differ or are not known."""

    letter: Literal["A", "B", "C", "D"]
    other: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Pair(NamedTuple):
    """Two estimates and their grade."""

    grade: Grade
    one: dict[str, Any]
    other: dict[str, Any]


def grade(
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    catalogue: Catalogue,
    besides: Collection[str] = (),
) -> Grade:
    """Grade two estimates side by side; `besides` are the facets compared, such as a period."""
    if (one["indicator"], one["unit"]) != (other["indicator"], other["unit"]):
        return Grade("D", ("quantity",))
    indicator = catalogue.indicators.get(one["indicator"])
    found = _measuring(one, other, catalogue) | {"period": _periods(one, other, indicator)}
    verdicts = {name: found[name] for name in _FACETS if name in found and name not in besides}
    weight = sum(_WEIGHTS[verdict] for verdict in verdicts.values())
    unlike = tuple(name for name, verdict in verdicts.items() if verdict in ("other", "apart"))
    unknown = tuple(name for name, verdict in verdicts.items() if verdict == "unknown")
    if weight:
        return Grade("D" if weight >= _TOO_MUCH else "C", unlike, unknown)
    return Grade("B" if "near" in verdicts.values() else "A")


def worst(frame: pd.DataFrame, catalogue: Catalogue) -> Pair | None:
    """The two values of a frame that compare least, each with others of its indicator and unit.

    The grade names the facets of all pairs of its letter; None where nothing is compared.
    """
    besides = _compared(frame)
    ways = _ways(frame[frame["status"].isin(_SHOWN)], catalogue, besides)
    pairs = [
        Pair(grade(one, other, catalogue, besides), one, other)
        for (one, _), (other, _) in combinations(ways, 2)
        if (one["indicator"], one["unit"]) == (other["indicator"], other["unit"])
    ]
    if not pairs:
        return None
    least = max(pairs, key=lambda pair: pair.grade.letter)
    return least._replace(grade=lowest_grade([pair.grade for pair in pairs]))


def of_pairs(
    pairs: pd.DataFrame, catalogue: Catalogue, besides: Collection[str] = ()
) -> list[Pair]:
    """Each pair of a frame of comparisons with its grade (see `grade`)."""
    sides = (estimates.records(side_of(pairs, side)) for side in ("", estimates.REFERENCE))
    return [
        Pair(grade(one, other, catalogue, besides), one, other)
        for one, other in zip(*sides, strict=True)
    ]


def lowest_grade(grades: Collection[Grade]) -> Grade:
    """The lowest of several grades, with the facets of all that have its letter.

    >>> lowest_grade([Grade("A"), Grade("C", ("mode",)), Grade("C", (), ("mode", "scale"))])
    Grade(letter='C', other=('mode',), unknown=('scale',))
    """
    letter = max(one.letter for one in grades)
    told = [one for one in grades if one.letter == letter]
    unlike = tuple(name for name in _FACETS if any(name in one.other for one in told))
    unknown = {name for one in told for name in one.unknown} - {*unlike}
    return Grade(letter, unlike, tuple(name for name in _FACETS if name in unknown))


def comparable(frame: pd.DataFrame, catalogue: Catalogue, nth: int = 1) -> pd.DataFrame:
    """The most rows that may stand on one axis; of `nth` 2, the most of the rest, and so on."""
    rest = frame.reset_index(drop=True)
    rows = rest.head(0)
    for _ in range(nth):
        besides = _compared(rest)
        ways = sorted(_ways(rest, catalogue, besides), key=lambda way: -len(way[1]))
        kept: list[int] = []
        for first, at in ways:
            drawn, places = [first], [*at]
            for row, at_row in ways:
                every = (grade(row, one, catalogue, besides).letter for one in drawn)
                if row is not first and "D" not in every:
                    drawn, places = [*drawn, row], [*places, *at_row]
            kept = max(kept, places, key=len)
        rows, rest = rest.loc[sorted(kept)], rest.drop(index=kept)
    rows = rows.reset_index(drop=True)
    rows.attrs = dict(frame.attrs)
    return rows


def facets(row: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """How an estimate was got, by facet: answers to a question, or a count; None: not known."""
    indicator = catalogue.indicators.get(row["indicator"])
    device = catalogue.devices.get(row["device"])
    device = device if device and device.listens else None
    found: dict[str, Any] = {"measure": measured_since(row, catalogue.changes.values())}
    if indicator is None or not indicator.question:
        form = catalogue.formats.get(device.loader) if device else None
        if device and (form.table if form else device.table) in _COUNTED:
            tool, area = device.tool or (form and form.tool), device.area or ""
            return found | {"quantity": device.channel == "open_data", "tool": tool, "area": area}
        is_count = indicator is None or indicator.comparison == "count"
        return found | dict.fromkeys(_OF_COUNTS) if is_count else found
    mode = row["channel"] if row["channel"] in (*_ALONE, *_TOLD) else None
    found |= {"wording": None, "scale": None, "mode": mode, "population": None}
    if device is None:
        return found
    wording, steps = _question(device, catalogue, indicator.question)
    questions = catalogue.questionnaires.get(device.questionnaire or "")
    changed = questions.changes_on if questions else None
    if changed and Period(row["period"]).end >= changed:
        wording = f"as changed on {changed}"
    reached = mode if mode in _TOLD and device.family != "mobilisation" else ""  # else recruited
    whom = device.population or (device.family, reached)
    return found | {"wording": wording, "scale": steps, "population": (whom, device.area or "")}


def _question(device: Device, catalogue: Catalogue, variable: str) -> tuple[str | None, int | None]:
    """What a device asks, and the number of steps of the answers."""
    if asked := catalogue.questionnaires.get(device.questionnaire or ""):
        for question in asked.questions:
            if question.variable == variable:
                return _unnamed(question.text, catalogue), _steps(question)
        return None, None
    form = catalogue.formats.get(device.loader)
    column = form.columns.get(variable) if form else None
    if form is None or column is None:
        return None, None
    wording = f"the form of {form.id}"
    if column.scale is None:
        return wording, None
    words = {float(value) for value in column.words}
    return wording, len(words) or int(column.scale[1] - column.scale[0]) + 1


def _steps(question: Question) -> int | None:
    if question.meanings:
        return len(question.meanings)
    return int(question.ends[1] - question.ends[0]) + 1 if question.scale else None


def _unnamed(text: str, catalogue: Catalogue) -> str:
    """A question without the name of the product that it is about."""
    text = fold(text)
    for product in sorted(catalogue.products.values(), key=lambda one: -len(one.label)):
        text = text.replace(fold(product.label), "…")
    return text


def _measuring(
    one: Mapping[str, Any], other: Mapping[str, Any], catalogue: Catalogue
) -> dict[str, Verdict]:
    """How two figures differ by each facet but the period."""
    mine, theirs = (facets(row, catalogue) for row in (one, other))
    unknown: Verdict = "same" if _itself(one, other, catalogue) else "unknown"

    def verdict(name: str) -> Verdict:
        two = (mine.get(name), theirs.get(name))
        if None in two or two[0] == two[1]:
            return unknown if None in two else "same"
        if name == "measure" and one["device"] != other["device"]:
            return "unknown"  # the other may always have been measured so
        if any({*two} <= {*kind} for kind in _NEAR.get(name, ())):
            return "near"
        return "apart" if name == "quantity" else "other"

    found = {name: verdict(name) for name in {**mine, **theirs}}
    if "population" in found and (one["group"] == "") != (other["group"] == ""):
        found["population"] = "other"  # a part, and the whole
    return found


def _itself(one: Mapping[str, Any], other: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether two figures are of one device, which asks all alike, or one figure at two moments."""
    device = catalogue.devices.get(one["device"])
    asked_by_one = one["device"] == other["device"] != "" and (device is None or device.listens)
    moments = one["period"] != other["period"]
    return asked_by_one or (moments and all(one[name] == other[name] for name in _NAMES))


def _periods(
    one: Mapping[str, Any], other: Mapping[str, Any], indicator: Indicator | None
) -> Verdict:
    """How two periods differ: a total depends on their lengths, so on whether they are whole."""
    total = indicator is not None and indicator.comparison == "count" and not indicator.stock
    if (one["status"] == "partial") != (other["status"] == "partial"):
        return "apart" if total else "other"
    if one["period"] == other["period"]:
        return "same"
    spans = (Period(row["period"]) for row in (one, other))
    (start, end), (later, last) = sorted((span.start, span.end) for span in spans)
    if total and abs((end - start).days - (last - later).days) > _SAME_DAYS:
        return "apart"
    months = 12 * (later.year - end.year) + later.month - end.month - 1
    return "other" if months > _NEAR_MONTHS else "near"


def _compared(frame: pd.DataFrame) -> tuple[str, ...]:
    """The facets that a frame is meant to compare: periods where some figure has several."""
    return ("period",) if frame.duplicated(_NAMES).any() else ()


def _ways(frame: pd.DataFrame, catalogue: Catalogue, besides: tuple[str, ...]) -> list[Way]:
    """The rows of a frame by how they were measured."""
    ways: dict[tuple[Any, ...], Way] = {}
    for at, row in zip(frame.index, estimates.records(frame), strict=True):
        row["status"] = "published"  # a partial value follows those of its way
        key = tuple(_key(row, catalogue, bool(besides)))
        ways.setdefault(key, (row, []))[1].append(at)
    return [*ways.values()]


def _key(row: Mapping[str, Any], catalogue: Catalogue, series: bool) -> Iterator[Any]:
    """What two rows share that were measured in one way."""
    found = facets(row, catalogue)
    yield from (row["indicator"], row["unit"], "" if series else row["period"])
    yield from (row["group"] == "", *found.items())
    if None in found.values() or found["measure"]:  # rows that may be of several ways
        yield from (row["product"], row["device"])
