"""The checklist of `observ edition --release`: shown as a table, and what it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from observlib.base.errors import ObservError
from observlib.cli.printing import answer, say, say_table

if TYPE_CHECKING:
    from observlib.base.period import Quarter
    from observlib.edition.checklist import Check


class _Checked(NamedTuple):
    """What was found so far, as data; and what looks at the edition once it is made."""

    told: list[dict[str, str]]
    approve: Callable[[Mapping[str, Any], Mapping[str, Any], Path], None]


def due(root: Path, data: Path) -> Quarter | None:
    """The quarter of the edition that is due; where none is, that is said."""
    from observlib.base.period import Quarter
    from observlib.edition import checklist as checks
    from observlib.publish.editions import feeds, record

    published = record.published(root / "reports" / "_site")
    if planned := checks.due(feeds.load_calendar(data, root), published, datetime.now(UTC)):
        return Quarter.parse(planned.quarter)
    say("No edition is due: none of which the hour has come is still to appear.")
    answer(released=False, checks=[])
    return None


@contextmanager
def checklist(root: Path, data: Path, quarter: Quarter) -> Iterator[_Checked]:
    """Look at what needs no made edition, before it is made; show all that was found at the end."""
    from observlib.edition import checklist as checks

    told: list[dict[str, str]] = []

    def take(found: list[Check]) -> None:
        told.extend(one._asdict() for one in found)
        if stops := [f"{one.name}: {one.told}" for one in found if one.state == "blocking"]:
            raise ObservError(*stops, "nothing was released; what was published is as it was")

    try:
        take(checks.before(data, root, quarter, datetime.now(UTC)))
        yield _Checked(told, lambda *edition: take(checks.after(*edition)))
    except ObservError:
        _print(told)
        answer(released=False, checks=told)
        raise
    _print(told)


def _print(told: list[dict[str, str]]) -> None:
    by_state = sorted(told, key=lambda one: ("blocking", "warning", "ok").index(one["state"]))
    rows = [(one["name"], one["state"], one["told"]) for one in by_state]
    say_table(("check", "state", "found"), rows)
