"""E-mails and forms of several ticket tools, some of which still wait for an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from observlib.base.period import Quarter
from tools.demo import calendar, formats
from tools.demo.chance import between, moment, pick, stream
from tools.demo.formats import Files, Truth, Truths

EXTRACTED = datetime(2026, 10, 2, 8, 0)
REOPENED = 8  # chances in percent that a closed ticket is opened again
# A draw in which the last quarter's truths lie inside their intervals.
_SALT = "1"
_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Desk:
    """A desk: tickets a quarter, days promised, and its delays in hours: from, to, percent."""

    product: str
    tickets: tuple[int, int]
    promise: int
    delays: tuple[tuple[int, int, int], ...]
    themes: dict[str, int]
    tool: str = "simple"
    untold: tuple[str, ...] = ()  # truths that its tool does not tell


@dataclass(frozen=True)
class Ticket:
    """A ticket: its moments in UTC, whatever the day of the export, and whether it came back."""

    received: datetime
    answered: datetime
    closed: datetime
    reopened: bool
    theme: str


_DECLARED = formats.declared("tickets")
_TOOLS = _DECLARED["tools"]
DESKS = {device: Desk(**desk) for device, desk in _DECLARED["desks"].items()}
DEVICES = tuple(DESKS)


def answered_within(device: str, hours: int) -> float:
    """True share of a desk's tickets that have a first answer within some hours.

    Examples
    --------
    >>> answered_within("courriels-service-public", 120)
    0.74
    """
    hundredths = 0.0
    for first, last, chance in DESKS[device].delays:
        hundredths += chance * min(max(hours - first, 0), last - first) / (last - first)
    return round(hundredths / 100, 6)


def delay_quantile(device: str, percent: int) -> float:
    """The true number of days within which a share of a desk's tickets has a first answer.

    Examples
    --------
    >>> delay_quantile("courriels-service-public", 50)
    3.0
    """
    below = 0
    for first, last, chance in DESKS[device].delays:
        if below + chance >= percent:
            return (first + (percent - below) * (last - first) / chance) / 24
        below += chance
    raise ValueError(f"{percent} percent is beyond the delays")


def drawn(device: str, quarter: Quarter, source: Random) -> Iterator[Ticket]:
    """A quarter's tickets of a desk, in no order."""
    desk = DESKS[device]
    for _ in range(between(source, *desk.tickets)):
        received = datetime.fromisoformat(moment(source, quarter.start, quarter.end, 5, 20))
        first, last, _ = desk.delays[pick(source, [chance for *_, chance in desk.delays])]
        answered = received + timedelta(minutes=between(source, 60 * first, 60 * last - 1))
        closed = answered + timedelta(minutes=between(source, 0, 4 * 24 * 60))
        again = source.random() * 100 < REOPENED
        theme = list(desk.themes)[pick(source, list(desk.themes.values()))]
        yield Ticket(received, answered, closed, again, theme)


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A table of each year's tickets, by path, and what is true of them."""
    desk = DESKS[device]
    tool = _TOOLS[desk.tool]
    by_year: dict[int, list[list[str]]] = {}
    found: list[Truth] = []
    for quarter in calendar.QUARTERS:
        tickets = [*drawn(device, quarter, stream(seed, device, quarter, _SALT))]
        rows = [_row(desk, f"{quarter}-{i:04d}", ticket) for i, ticket in enumerate(tickets, 1)]
        by_year.setdefault(quarter.year, [[*tool["columns"]]]).extend(rows)
        found += _truths(device, quarter, tickets)
    files = {
        f"courriels/{device}_{year}.csv": formats.table_csv(rows, ";", **tool["form"])
        for year, rows in by_year.items()
    }
    return files, {"tickets": found}


def _truths(device: str, quarter: Quarter, tickets: list[Ticket]) -> Iterator[Truth]:
    desk, count = DESKS[device], len(tickets)
    about = {"product": desk.product, "device": device, "quarter": quarter}
    values = {
        "first_answer_median": delay_quantile(device, 50),
        "first_answer_p90": delay_quantile(device, 90),
        "answered_in_promise": answered_within(device, 24 * desk.promise),
        "reopened_share": REOPENED / 100,
    }
    yield {"kind": "count", **about, "value": count}
    for kind, value in values.items():
        if kind not in desk.untold:
            yield {"kind": kind, **about, "value": value, "tickets": count}
    counts = Counter(ticket.theme for ticket in tickets)
    for theme, chance in desk.themes.items():
        told = {"theme": theme, "value": chance / 100, "count": counts[theme]}
        yield {**about, "kind": "theme", **told}


def _row(desk: Desk, number: str, ticket: Ticket) -> list[str]:
    """A ticket as its tool tells it, in Paris; empty where it is not yet answered or closed."""
    clock = _TOOLS[desk.tool]["clock"]
    told = vars(ticket) | {"seen": EXTRACTED}
    moments = {
        name: f"{told[name].replace(tzinfo=UTC).astimezone(_PARIS):{clock}}"
        if told[name] <= EXTRACTED
        else ""
        for name in ("received", "answered", "closed", "seen")
    }
    states = _TOOLS[desk.tool]["closed"]  # of an open one, of one that stays closed, and of others
    state = states[1 + ticket.reopened] if moments["closed"] else states[0]
    values = {"number": number, "theme": ticket.theme, "state": state, **moments}
    short = int(number[2:4] + number[6:7] + number[8:])
    values |= {"grouped": formats.grouped(short, "\xa0"), "quarter": number[6], "place": number[8:]}
    values |= {"age": (EXTRACTED - ticket.received).days, "day": f"{ticket.received:%Y%m%d}"}
    return [*formats.filled(_TOOLS[desk.tool]["columns"], values).values()]
