"""What families read of long tables: rows that are alike as one, with how many they are.

Of a hundred million calls, the days, waits and themes are few. A frame of these has the columns of
its tidy table that it names, each with its meaning there, and `rows`: whoever counts rows by `rows`
finds in it what he would find in the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Alike:
    """A tidy table, of which rows that have the same columns are one.

    `columns` says in SQL what each becomes, beside the device, product and channel that every row
    has; `sums` are columns of counts to be added up. Of what is only read of the edition's quarter,
    `quarters` is 1.
    """

    table: str
    columns: dict[str, str]
    sums: tuple[str, ...] = field(default=())
    quarters: int | None = None


def _same(*names: str) -> dict[str, str]:
    return {name: f'"{name}"' for name in names}


def _month_of(moment: str) -> str:
    """The moment at which in Paris the month of a moment began, in UTC as it is."""
    local = f"({moment})::TIMESTAMP AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris'"
    return f"date_trunc('month', {local}) AT TIME ZONE 'Europe/Paris' AT TIME ZONE 'UTC'"


def _since(moment: str) -> str:
    """A moment of a ticket as if it had been received when its month began."""
    start = "epoch_ns(date_trunc('month', date))"
    return f"make_timestamp_ns({start} + epoch_ns({moment}) - epoch_ns(received))"


_STILL_WAITS = r"answered IS NULL AND NOT regexp_matches(coalesce(unknown, ''), '\banswered\b')"
_MONTH = {"date": "date_trunc('month', date)"}  # its first day
ALIKE = {
    "calls_by_day": Alike("calls", _same("date", "outcome", "area")),
    "calls_by_wait": Alike("calls", _MONTH | _same("outcome", "wait")),
    "calls_by_theme": Alike("calls", _MONTH | _same("theme")),
    "calls_by_theme_and_wait": Alike("calls", _MONTH | _same("outcome", "wait", "theme")),
    "intervals_by_day": Alike(
        "call_intervals", _same("date", "area"), ("offered", "answered", "abandoned")
    ),
    "intervals_by_hour": Alike(
        "call_intervals",
        _same("date") | {"moment": "date_trunc('hour', moment)"},
        ("offered",),
        quarters=1,
    ),
    "tickets_by_theme": Alike("tickets", _MONTH | _same("theme")),
    # What is asked of a ticket's moments is in which month they lie, of its export's also whether
    # that was made on the last day of one.
    "tickets_by_state": Alike(
        "tickets",
        _MONTH
        | {
            "received": _month_of("received"),
            "closed": _month_of("closed"),
            "extracted": _month_of("extracted + INTERVAL 1 DAY") + " - INTERVAL 1 DAY",
        }
        | _same("reopened", "unknown"),
    ),
    "tickets_by_delay": Alike(
        "tickets",
        _MONTH
        | {
            "received": "date_trunc('month', date)",
            "answered": _since("answered"),
            "extracted": f"CASE WHEN {_STILL_WAITS} THEN {_since('extracted')} END",
        }
        | _same("unknown"),
    ),
    "ratings_by_mark": Alike(
        "ratings", _MONTH | _same("question", "value", "scale_min", "scale_max")
    ),
    "ratings_by_day": Alike(
        "ratings", _same("date", "question", "value", "scale_min", "scale_max")
    ),
    "experiences_by_feeling": Alike("experiences", _MONTH | _same("feeling")),
}
