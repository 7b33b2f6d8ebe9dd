"""How far long work is, and how long it still takes: bars, lines of a log, or JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from observlib.cli.printing import is_asked, meanwhile

if TYPE_CHECKING:
    from observlib.store import Progress

_MINUTE = 60


@contextmanager
def steps() -> Iterator[Callable[[str], Progress]]:
    """Progress of steps: bars in a terminal, elsewhere a line at each tenth of the way.

    One long item is told each time that its name says more. Programs that ask for JSON get an
    object for each item: `step`, `done`, `total`, `name`, and `seconds_left` (None at first).
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, quiet=is_asked("--quiet"))
    if is_asked("--json") or not console.is_terminal:
        yield _events if is_asked("--json") else _lines
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    more = (TimeRemainingColumn(compact=True), TextColumn("{task.fields[name]}"))
    bars = Bars(*columns, *more, console=console)

    def step(title: str) -> Progress:
        task = bars.add_task(title, total=None, visible=False, name="")

        def progress(done: int, total: int, name: str) -> None:
            bars.update(task, completed=done, total=total, name=name, visible=True)
            bars.start()  # not before: bars that show nothing leave an empty line

        return progress

    try:
        yield step
    finally:
        if any(task.visible for task in bars.tasks):
            bars.stop()


def _lines(title: str) -> Progress:
    told: tuple[int, int, str] | None = None
    left = _clock()

    def progress(done: int, total: int, name: str) -> None:
        nonlocal told
        seconds = left(done, total)
        tenth = 10 * done // max(total, 1)
        if told is None or tenth != told[0] or (done == told[1] and name != told[2]):
            told = (tenth, done, name)
            more = f", {_about(seconds)} left" if seconds and done < total else ""
            meanwhile(f"{title}: {done} of {total}" + f" ({name})" * bool(name) + more)

    return progress


def _events(title: str) -> Progress:
    left = _clock()

    def progress(done: int, total: int, name: str) -> None:
        seconds = left(done, total)
        rest = None if seconds is None else round(seconds, 1)
        meanwhile("", step=title, done=done, total=total, name=name, seconds_left=rest)

    return progress


def _clock() -> Callable[[int, int], float | None]:
    """How many seconds a step still takes, at its pace since it was first told of.

    A step that is taken again, as for the pages that lead to editions, is told of anew.
    """
    first = (0.0, 0, -1)  # when, how many were done, of how many

    def left(done: int, total: int) -> float | None:
        nonlocal first
        now = time.monotonic()
        first = first if first[2] == total and done >= first[1] else (now, done, total)
        began, had, _ = first
        return (now - began) * (total - done) / (done - had) if done > had else None

    return left


def _about(seconds: float) -> str:
    """A duration as one says it.

    Examples
    --------
    >>> _about(0.3), _about(75), _about(400)
    ('about 1 s', 'about 75 s', 'about 7 min')
    """
    if seconds < 2 * _MINUTE:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / _MINUTE)} min"
