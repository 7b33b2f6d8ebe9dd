"""The pages of a fetch, kept as they come, so that one that is interrupted begins where it stopped.

They are kept in a hidden file beside the file to be, `.<device>.part`, a line a page: only what
will be read of it, and the cursor of the next. The first line says what was asked for, and on
which day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

from observlib.base import files
from observlib.base.errors import ObservError, UsageError

Progress = Callable[[int, int, str], None]
Records = Callable[[], Iterator[tuple[str, Any]]]  # by their keys, each in its last version
_OLDEST = timedelta(days=1)
_MOST_PAGES = 100_000
_MOST_EMPTY = 20  # pages in a row that bring nothing


class StaleError(ObservError):
    """What was gathered cannot be gone on with: it is thrown away."""


class Page(NamedTuple):
    """The records of an answer, each by what tells it from others, and the cursor of the next.

    A later record of one key replaces an earlier one; None stands for one that is not wanted.
    `done` of `total` is for the progress.
    """

    records: dict[str, Any]
    after: Any  # None: it was the last
    done: int
    total: int


class Source(NamedTuple):
    """Where pages come from.

    `asked` tells one fetch from another, and holds no secret; `pages` gives those from a cursor
    on (None: from the beginning); `text` makes the file of all records, over which it may go
    several times.
    """

    host: str
    asked: dict[str, Any]
    pages: Callable[[Any], Iterator[Page]]
    text: Callable[[Records], Iterator[str]]


def gather(source: Source, part: Path, today: date, progress: Progress) -> date:
    """Keep in `part` the pages that it lacks; give the day on which the first was asked for."""
    with _alone(part) as stream:
        day, cursor, keys = _begun(stream, source.asked, today)
        if cursor == []:  # the last page is there
            return day
        cursors: set[str] = set()
        empty = 0
        try:
            for page in source.pages(cursor and cursor[0]):
                empty = 0 if page.records.keys() - keys else empty + 1
                keys |= page.records.keys()
                after = [] if page.after is None else [page.after]
                if after and (str(after) in cursors or empty > _MOST_EMPTY):
                    raise StaleError(f"{source.host}: sends the same pages without end")
                if len(cursors) > _MOST_PAGES:
                    raise StaleError(f"{source.host}: sends pages without end; try a later --since")
                cursors.add(str(after))
                stream.write(json.dumps({"records": page.records, "after": after}) + "\n")
                stream.flush()
                progress(page.done, page.total, f"{len(keys):,} records")
        except StaleError:
            stream.truncate(0)
            raise
        return day


def write(source: Source, part: Path, path: Path) -> None:
    """Make the file of what was gathered, at once."""
    last: dict[str, int] = {}
    for place, (key, _) in enumerate(_kept(part)):
        last[key] = place
    if not last:
        part.unlink()  # it is asked for again once its cause is mended
        raise ObservError(f"{source.host}: has nothing to fetch; check the device's entry")

    def records() -> Iterator[tuple[str, Any]]:
        kept = enumerate(_kept(part))
        return ((key, one) for place, (key, one) in kept if last[key] == place)

    with files.replacing(path) as new:
        for text in source.text(records):
            new.write(text.encode("utf-8", "replace"))


@contextmanager
def _alone(part: Path) -> Iterator[IO[str]]:
    """The part, open to be gone on with; one fetch at a time."""
    with part.open("a+", encoding="utf-8") as stream:
        if not files.lock(stream):
            raise UsageError(f"{part}: another fetch of this device is under way; let it end")
        yield stream


def _begun(
    stream: IO[str], asked: dict[str, Any], today: date
) -> tuple[date, list[Any] | None, set[str]]:
    """The day of a fetch that was begun, its next cursor in a list, and the keys that are there.

    Without a fetch of the same that is young enough, one is begun anew: the cursor is None. A line
    that was being written as all ended is taken away.
    """
    stream.seek(0)
    first = _json(stream.readline()) or {"asked": None}
    day = date.fromisoformat(first["day"]) if first["asked"] == asked else None
    if day is None or today - day > _OLDEST:
        stream.seek(0)
        stream.truncate()
        stream.write(json.dumps({"asked": asked, "day": today.isoformat()}) + "\n")
        stream.flush()
        return today, None, set()
    cursor, keys = None, set()
    end = stream.tell()
    while page := _json(stream.readline()):
        cursor, end = page["after"], stream.tell()
        keys |= page["records"].keys()
    stream.seek(end)
    stream.truncate()
    return day, cursor, keys


def _kept(part: Path) -> Iterator[tuple[str, Any]]:
    with part.open(encoding="utf-8") as stream:
        next(stream)
        for line in stream:
            records = json.loads(line)["records"].items()
            yield from ((key, one) for key, one in records if one is not None)


def _json(line: str) -> Any:
    """A whole line of a part, or None."""
    try:
        return json.loads(line) if line.endswith("\n") else None
    except ValueError:
        return None
