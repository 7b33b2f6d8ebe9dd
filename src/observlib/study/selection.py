"""What rows of estimates or comparisons are kept by: the words in which a study asks for them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal, TypedDict, TypeVar, Unpack

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.catalogue import CHANNEL_LABELS, Catalogue

Method = TypeVar("Method", bound=Callable[..., Any])
Values = str | Iterable[str]
_PERIODS = {"month": r"\d{4}-\d{2}", "quarter": r"\d{4}-T\d"}
_MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
_PERIOD = re.compile(rf"\d{{4}}|\d{{4}}-T[1-4]|{_MONTH}(?:-\d\d|/{_MONTH})?", re.ASCII)
_REMEMBERED = ("indicator", "against")
OF_STUDY = {"catalogue": "catalogue", "events": "actions"}  # what a study gives charts of its own


class Columns(TypedDict, total=False):
    """Columns, each with the value, or the values, that it is to have."""

    indicator: Values
    product: Values
    channel: Values
    device: Values
    period: Values
    group: Values
    group_value: Values
    status: Values
    unit: Values
    against: Values
    verdict: Values


class Where(Columns, total=False):
    """Columns, and what else rows are kept by.

    Parameters
    ----------
    indicator, product, channel, device, period, group, group_value, status, unit, against, verdict
        The value, or the list of values, that a column is to have: `channel="phone"`.
    quarters
        Keep the last five quarters, or the months in them: `quarters=5`.
    by
        Keep what is told of each `"month"`, or of each `"quarter"`.
    value
        Keep the rows with a value: `value=True` (comparisons with a difference).
    tested
        Keep the comparisons that could be tested: `tested=True`.
    """

    by: Literal["month", "quarter"]
    quarters: int
    value: bool
    tested: bool


class Shown(Columns, total=False):
    """What any chart or table may be told: what to keep, and what to say where nothing is.

    Parameters
    ----------
    caption
        The answer that it shows, in one line: a sentence of `say`, or one's own.
    absent
        What there is none of, a feminine noun or a whole sentence; else the catalogue's noun.
    when
        The period of which there is nothing, where it is not the study's quarter.
    indicator, product, channel, device, period, group, group_value, status, unit, against, verdict
        The value, or values, of the rows to show: `period="2026-T3"`.
    """

    absent: str
    when: str


def check_names(column: str, values: Iterable[str], catalogue: Catalogue) -> None:
    """Raise `ObservError` for what no row can have in a column: a slip is no absence of data."""
    allowed: dict[str, Collection[str]] = {
        "indicator": catalogue.indicators,
        "product": (*catalogue.products, *catalogue.peers),
        "channel": CHANNEL_LABELS,
        "device": catalogue.devices,
        "department": catalogue.departments,
        "group": catalogue.groups,
        "status": estimates.STATUSES,
        "against": estimates.AGAINST,
        "verdict": estimates.VERDICTS,
        "by": _PERIODS,
    }
    known = allowed.get(column)
    for value in filter(None, values):
        if column == "period" and not _PERIOD.fullmatch(value):
            raise ObservError(f"period {value!r}: is none; write it as 2026-T3, 2026-09 or 2026")
        is_name = column != "group" or value.isidentifier()
        if known is not None and value not in known and is_name:
            near = " or ".join(map(repr, get_close_matches(value, known, 2)))
            hint = f"is it {near}?" if near else f"there are {bounded(known, 30) or 'none'}"
            raise ObservError(f"{column} {value!r}: does not exist; {hint}")


def select(
    rows: pd.DataFrame, until: Quarter, where: Mapping[str, Any], catalogue: Catalogue
) -> pd.DataFrame:
    """Keep rows, and remember what was asked: where there are none, it tells of what."""
    asked = dict(rows.attrs)
    for name, wanted in where.items():
        if name == "quarters":
            last = until.back(wanted)
            within = {*last} | {m for q in last for m in q.months}
            rows = rows[rows["period"].str[-7:].isin(within)]
        elif name == "by":
            check_names(name, [wanted], catalogue)
            rows = rows[rows["period"].str.fullmatch(_PERIODS[wanted])]
        elif name == "value" or (name == "tested" and "level" in rows):
            told = "difference" if "difference" in rows else "estimate"
            rows = rows[rows[told if name == "value" else "level"].notna() == wanted]
        elif name not in rows:
            raise ObservError(
                f"select: there is no column {name!r}; columns are {', '.join(rows.columns)}"
            )
        else:
            values = listed(wanted)
            rows = rows[rows[name].isin(values)]
            check_names(name, sorted({*values} - {*rows[name]}), catalogue)
            asked |= {name: values} if name in _REMEMBERED else {}
    rows = rows.reset_index(drop=True)
    rows.attrs = asked
    return rows


def listed(values: Values) -> list[str]:
    """A value, or several, each once."""
    return list(dict.fromkeys([values] if isinstance(values, str) else values))


def taking(keys: type) -> Callable[[Method], Method]:
    """Name, in a method's signature and docstring, the keywords that `keys` declares, for
    completion and `help()`; type checkers read them in `Unpack[keys]`."""
    _, _, told = inspect.cleandoc(keys.__doc__ or "").partition("----------\n")

    def named(method: Method) -> Method:
        signature = inspect.signature(method)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        last = inspect.Parameter.KEYWORD_ONLY
        more = [inspect.Parameter(name, last, default="…") for name in keys.__annotations__]
        method.__signature__ = signature.replace(parameters=own + more)  # type: ignore[attr-defined]
        own_doc = inspect.getdoc(method) or ""
        parts = re.split(r"(?=\n\n(?:Returns|Raises|Examples)\n-)", own_doc, maxsplit=1)
        if "\nParameters\n" not in parts[0]:
            parts[0] += "\n\nParameters\n----------"
        method.__doc__ = "\n".join([parts[0], told]) + "".join(parts[1:])
        return method

    return named


def asked_of_chart(draw: Callable[..., Any]) -> inspect.Signature:
    """What the method of a chart or table takes: what its study gives by itself is left out."""
    own, last = {*OF_STUDY, "indicators", "caption"}, inspect.Parameter.KEYWORD_ONLY
    taken = inspect.signature(draw)
    first = [x for x in taken.parameters.values() if x.kind is not last and x.name not in own]
    named = [x for x in taken.parameters.values() if x.kind is last and x.name not in own]
    study, caption, shown = inspect.signature(_method_of_chart).parameters.values()
    return taken.replace(parameters=[study, *first, caption, *named, shown])


def _method_of_chart(self: Any, caption: str = "", **shown: Unpack[Shown]) -> Any:
    """What every method of a chart takes."""


def chart_method(name: str, draw: Callable[..., Any]) -> Callable[..., Any]:
    """The method that shows a chart or table, with its signature and what its docstring says."""
    signature = asked_of_chart(draw)

    def method(*given: Any, **named: Any) -> Any:
        try:
            asked = signature.bind(*given, **named).arguments
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from None
        study, frame, caption = asked.pop("self"), asked.pop("frame"), asked.pop("caption", "")
        return study._show(draw, frame, caption, asked.pop("shown", {}), **asked)

    method.__signature__ = signature  # type: ignore[attr-defined]
    method.__name__, method.__doc__ = name, draw.__doc__
    method.__qualname__ = f"Study.{name}"
    return taking(Shown)(method)


def bare(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows, which remember nothing: pandas copies what a frame remembers at each step."""
    found = rows.copy(deep=False)
    found.attrs = {}
    return found
