"""Moments that an export writes in Paris wall time, and durations, as numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from observlib.loaders._dates import months_first
from observlib.loaders._rows import day_fault

PARIS = ZoneInfo("Europe/Paris")
_WRITTEN = re.compile(
    r"(?:(?P<iso>\d{4}-\d{2}-\d{2})|(?P<day>\d{2})/(?P<month>\d{2})/(?P<year>\d{4}))"
    r"[ T](?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d{1,6})?(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def read_moments(
    texts: Mapping[int, str], in_order: bool = False
) -> tuple[dict[int, datetime], dict[int, str]]:
    """Moments of a column, in UTC without a zone, and why others are refused.

    A moment is `2026-03-31 14:30` or `31/03/2026 14:30` (seconds may follow) in Paris time, or
    ISO with `Z` or an offset. A column is written in one way, that of its first moment; one whose
    month stands first shows that others may be so, which are refused. An hour that the start of
    summer time skips is refused. One that its end repeats is summer time; where rows are
    `in_order` of time, it is winter time once the hour has been gone through.

    Examples
    --------
    >>> moments, faults = read_moments({2: "2026-07-01 12:00", 3: "2026-03-29 02:30"})
    >>> moments, list(faults)
    ({2: datetime.datetime(2026, 7, 1, 10, 0)}, [3])
    """
    found: dict[int, datetime] = {}
    faults = months_first(texts)
    way, first = "", 0
    reached: datetime | None = None  # the moment of the row before, to tell a repeated hour
    for line, text in texts.items():
        if line in faults:
            continue
        match = _WRITTEN.fullmatch(text.strip())
        wall = _wall(match) if match else None
        if match is None or wall is None:
            faults[line] = "is no moment; write YYYY-MM-DD HH:MM or dd/mm/yyyy HH:MM"
            faults[line] = faults[line] if text else "is empty"
            continue
        written = "-" if match["iso"] else "/"
        if way and written != way:
            faults[line] = f"is not written like the moment of row {first}; write all in one way"
            continue
        if (why := day_fault(wall)) is not None:
            faults[line] = why
            continue
        way, first = way or written, first or line
        if match["zone"]:
            moment = datetime.fromisoformat(
                f"{wall.isoformat()}{match['zone'].replace('Z', '+00:00')}"
            )
            found[line] = moment.astimezone(UTC).replace(tzinfo=None)
            continue
        moment = wall.replace(tzinfo=PARIS).astimezone(UTC)
        if in_order and reached is not None and moment <= reached:
            moment = wall.replace(tzinfo=PARIS, fold=1).astimezone(UTC)
        if moment.astimezone(PARIS).replace(tzinfo=None) != wall:
            faults[line] = "does not exist: summer time began, and this hour was skipped"
            continue
        found[line] = moment.replace(tzinfo=None)
        reached = moment
    return found, faults


def _wall(match: re.Match[str]) -> datetime | None:
    day = match["iso"] or f"{match['year']}-{match['month']}-{match['day']}"
    hour, *rest = match["time"].split(":")
    try:
        return datetime.fromisoformat(f"{day} {hour.zfill(2)}:{':'.join(rest)}")
    except ValueError:
        return None


def paris_day(moment: datetime) -> datetime:
    """The day in Paris, at midnight without a zone, of a moment in UTC without one.

    Examples
    --------
    >>> paris_day(datetime(2026, 7, 1, 22, 30))
    datetime.datetime(2026, 7, 2, 0, 0)
    """
    local = moment.replace(tzinfo=UTC).astimezone(PARIS)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def parse_seconds(text: str) -> int | None:
    """A duration in whole seconds: `95`, `1:35`, `00:01:35` or `1 min 35 s`; else `None`.

    Examples
    --------
    >>> [parse_seconds(text) for text in ("95", "1:35", "00:01:35", "1 min 35 s", "-5", "1:75")]
    [95, 95, 95, 95, None, None]
    """
    text = " ".join(text.split())
    if re.fullmatch(r"\d{1,9}", text, re.A):
        return int(text)
    clock = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,4}):([0-5]\d)", text, re.A)
    spoken = re.fullmatch(
        r"(?:(\d{1,4}) ?h)? ?(?:(\d{1,4}) ?min)? ?(?:(\d{1,2}) ?s)?", text, re.A | re.I
    )
    match = clock or (spoken if text else None)
    if match is None or (clock and match[1] and int(match[2]) > 59):
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return int(timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds())
