"""The events of Asterisk's queue log, put together to calls.

Source: Asterisk's documentation, "Queue Logs": ENTERQUEUE begins a call; CONNECT (data1: seconds
waited) answers it; ABANDON (data3: seconds waited) and the kinds of EXIT leave it unanswered;
COMPLETEAGENT and COMPLETECALLER (data2: seconds talked) and transfers end the talk.
"""

from __future__ import annotations

from pathlib import Path

from observlib.base.errors import ObservError

HEADER = ["call", "entered", "outcome", "wait", "talk", "queue"]
_LEFT = ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY")
_ENDED = ("COMPLETEAGENT", "COMPLETECALLER")
_TRANSFERRED = ("TRANSFER", "ATTENDEDTRANSFER", "BLINDTRANSFER")


def read(path: Path, text: str) -> tuple[list[str], dict[int, list[str]]]:
    """The header and a row a call and queue, under the line of its first event.

    A call that still waits where the log ends is in no row: its outcome is not known. One that was
    answered and still talks has no `talk`. Its number is that of the log, with `:` for the point.

    Raises
    ------
    ObservError
        Where a line is no event, or there is none of a queue.
    """
    calls: dict[tuple[str, str], tuple[int, list[str]]] = {}
    done: list[tuple[int, list[str]]] = []
    for line, event in enumerate(text.splitlines(), 1):
        if not event.strip():
            continue
        cells = event.rstrip("\r").split("|")
        if len(cells) < 5 or not cells[0].isdigit():
            raise ObservError(
                f"{path}:{line}: is no event of a queue log (epoch|call|queue|agent|event|…); "
                "give the file /var/log/asterisk/queue_log as it is"
            )
        moment, call, queue, _, name, *data = cells
        key = (call, queue)
        if name == "ENTERQUEUE":
            if key in calls:  # the same call, in the same queue again
                done.append(calls.pop(key))
            # a number of 13 or 15 digits, however set apart, may be read as somebody's
            calls[key] = line, [call.replace(".", ":"), moment, "", "", "", queue]
        elif key in calls:
            _tell(calls[key][1], int(moment), name, data)
    rows = sorted(row for row in (*done, *calls.values()) if row[1][2])
    if not rows:
        raise ObservError(f"{path}: holds no call that entered a queue; give another period's log")
    return HEADER, _with_keys(dict(rows))


def _tell(row: list[str], moment: int, name: str, data: list[str]) -> None:
    """What an event tells of its call."""
    waited = str(moment - int(row[1]))
    if name == "CONNECT" and not row[2]:
        row[2:4] = ["answered", data[0] if data else waited]
    elif name == "ABANDON" and not row[2]:
        row[2:4] = ["abandoned", data[2] if len(data) > 2 else waited]
    elif name in _LEFT and not row[2]:
        row[2:4] = ["abandoned", waited]
    elif name in _ENDED and row[2] == "answered" and len(data) > 1:
        row[4] = data[1]
    elif name in _TRANSFERRED and row[2] == "answered":
        row[4] = str(moment - int(row[1]) - int(row[3] or 0))


def _with_keys(rows: dict[int, list[str]]) -> dict[int, list[str]]:
    """The rows, with a call's own key where it came in several queues, or twice in one."""
    seen: dict[str, int] = {}
    for cells in rows.values():
        seen[cells[0]] = seen.get(cells[0], 0) + 1
        if seen[cells[0]] > 1:
            cells[0] = f"{cells[0]}/{seen[cells[0]]}"
    return rows
