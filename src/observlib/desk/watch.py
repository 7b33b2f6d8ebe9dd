"""Between two editions: what each device heard by day, and the alarm where it changed for good."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from observlib import store
from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Department
from observlib.desk import sources
from observlib.indicators.answers import RARE
from observlib.language import french, wording
from observlib.language.prose import one_line, typography
from observlib.stats.series.breaks import LEVEL, LastingChange, in_counts, in_means

# --- What is watched of each device, and the alarms that it raises

_TEXTS = wording.load_texts(__file__)
FIVE_YEARS = 5 * 365  # days, in which a device raises one false alarm at most
_WATCHED = {  # the tables of each kind of change; fewer people are a change in all
    "marks": ("ratings", "responses", "experiences"),
    "waits": ("calls", "call_intervals"),
    "more": ("calls", "call_intervals", "tickets"),  # a sign of trouble elsewhere
}


class Alarm(NamedTuple):
    """A lasting change of what a device hears.

    `kind` is `marks`, `waits`, `more`, `fewer` or `silence`. `size` is in points on ten for
    `marks`, and else a ratio less one; `heard` counts what came between `began` and `seen`; `until`
    is the last day of which the device's exports tell.
    """

    device: str
    product: str
    kind: str
    began: date
    seen: date
    size: float
    heard: int
    until: date

    def of_few(self, catalogue: Catalogue) -> bool:
        """Whether too few people told of it for its size to be told."""
        return self.heard < catalogue.devices[self.device].minimum_people

    @property
    def series(self) -> str:
        """What was watched, by which is known until when it was."""
        return _name(self.device, self.product, self.kind)


def _name(device: str, product: str, kind: str) -> str:
    return "/".join((device, product, "fewer" if kind == "silence" else kind))


def raised(
    data: Path, catalogue: Catalogue, progress: files.Progress = lambda done, total, name: None
) -> tuple[list[Alarm], dict[str, date]]:
    """All the alarms that a store's devices raised, by days; yearly and monthly ones raise none."""
    watching = [one for one in catalogue.devices.values() if one.listens]
    often = {one.id: one.frequency for one in watching if one.frequency not in RARE}
    days, exports = store.by_day(data), store.exports(data).dropna(subset="end")
    last = {}  # days of which exports tell; else no day is told whole yet
    for (name, table), own in exports[exports["device"].isin(often)].groupby(["device", "table"]):
        ends, read = (date.fromisoformat(max(own[one])[:10]) for one in ("end", "read"))
        last[name, table] = store.told_until(ends, read, often[name])
    found: list[Alarm] = []
    watched: dict[str, date] = {}
    devices = list(days[days["device"].isin(often)].groupby("device", sort=True))
    for done, (device, rows) in enumerate(devices):
        progress(done, len(devices), str(device))
        series = []
        for (table, product), own in rows.groupby(["table", "product"]):
            if (device, table) in last:
                kinds = _series(str(table), own, last[device, table])
                series += [(str(product), kind, frame) for kind, frame in kinds]
        for product, kind, frame in series:
            until = frame.index[-1].date()
            watched[_name(str(device), product, kind)] = until
            threshold = FIVE_YEARS * len(series)
            if kind == "marks":
                changes = in_means(frame, -1, threshold)
            else:
                counts = frame["value" if kind == "waits" else "count"]
                changes = in_counts(counts, -1 if kind == "fewer" else 1, threshold)
            for change in changes:
                found.append(_alarm(str(device), product, kind, change, frame, until))
    progress(len(devices), len(devices), "")
    return sorted(found, key=lambda one: (one.seen, one.device, one.kind)), watched


def _series(table: str, rows: pd.DataFrame, last: date) -> Iterator[tuple[str, pd.DataFrame]]:
    """What is watched of one table: kinds, each with its days."""
    own = rows.set_index("day")[["count", "value", "n", "variance"]]
    days = pd.date_range(own.index[0], last)
    if len(days) < LEVEL:
        return
    own = own.reindex(days).fillna({"count": 0})
    kinds = [kind for kind, tables in _WATCHED.items() if table in tables]
    yield from ((kind, own) for kind in (*kinds, "fewer"))


def _alarm(
    device: str, product: str, kind: str, change: LastingChange, frame: pd.DataFrame, until: date
) -> Alarm:
    since = frame.loc[str(change.began) : str(change.seen)]
    heard = int(since["n" if kind in ("marks", "waits") else "count"].sum())
    if kind == "fewer" and not heard:
        kind = "silence"
    return Alarm(device, product, kind, change.began, change.seen, change.size, heard, until)


def alarm_sentence(alarm: Alarm, catalogue: Catalogue) -> str:
    """What an alarm says to the device's owner; no size where few people told of it."""
    device = catalogue.devices[alarm.device]
    few = alarm.kind != "silence" and alarm.of_few(catalogue)
    size = french.percent(abs(100 * alarm.size))
    if alarm.kind == "marks":
        size = french.number(abs(alarm.size), 1)
    what = _TEXTS[f"{'some' if few else 'what'}.{alarm.kind}"].format(size=size)
    since = french.day_label(alarm.began)
    return _TEXTS["alarm"].format(device=device.label, since=since, what=what)


# --- Alarms on their way to who owns the device: a letter to send, a webhook, and what was told

_MEMORY = "watched.json"  # of a data folder: until when each series was watched
_FIRST = timedelta(days=31)  # what an alarm may be old when a series is watched for the first time


def watched_until(data: Path) -> dict[str, date]:
    """Until when each series of a data folder was watched; nothing where none was."""
    path = data / _MEMORY
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {name: date.fromisoformat(day) for name, day in told.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        mend = "delete it, and the alarms of the last month are told again"
        raise ObservError(f"{path}: cannot be read; {mend}") from error


def remember(data: Path, watched: Mapping[str, date]) -> None:
    """Keep until when each series was watched, all at once."""
    told = {name: day.isoformat() for name, day in sorted(watched.items())}
    files.write_text(data / _MEMORY, json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def unheard(alarms: Iterable[Alarm], before: Mapping[str, date]) -> list[Alarm]:
    """The alarms raised since their series was last watched; of a new one, in its last month."""
    return [one for one in alarms if one.seen > before.get(one.series, one.until - _FIRST)]


def send_alarms(
    alarms: Sequence[Alarm], catalogue: Catalogue, mail: Path | None, webhook: bool
) -> list[Path]:
    """Tell alarms to the departments that own the devices, in the ways that were asked for."""
    owners: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        owners.setdefault(catalogue.devices[alarm.device].owner, []).append(alarm)
    server = sources.server("webhook") if webhook else None
    written = []
    if mail:
        departments = [catalogue.departments[owner] for owner in owners]
        silent = [one.id for one in departments if one.mail is None]
        why = "has no mailbox, and its alarms would reach nobody; give it `mail` in departments.yml"
        ObservError.raise_any([f"department {name!r}: {why}" for name in silent])
        for owner in departments:
            own = owners[owner.id]
            name = f"{owner.id}_{max(one.seen for one in own)}"
            content = letter(owner, own, catalogue)
            with files.telling_write_errors(mail, "what was not written is told again next time"):
                mail.mkdir(parents=True, exist_ok=True)
                # over the same mail, but over no other, which may not have been sent yet
                paths = (mail / f"{name}{f'-{n}' if n else ''}.eml" for n in count())
                free = (one for one in paths if not one.exists() or one.read_bytes() == content)
                written.append(next(free))
                files.write_bytes(written[-1], content)
    if server and alarms:
        told = []
        for alarm in alarms:
            one = {name: str(getattr(alarm, name)) for name in ("device", "kind", "began", "seen")}
            one["owner"] = catalogue.devices[alarm.device].owner
            told.append({**one, "text": typography(alarm_sentence(alarm, catalogue))})
        sources.post_json(server, {"text": "\n".join(one["text"] for one in told), "alarms": told})
    return written


def letter(owner: Department, alarms: Sequence[Alarm], catalogue: Catalogue) -> bytes:
    """The mail that tells a department of its alarms, as a file."""
    message = EmailMessage(policy=SMTP)
    message["To"] = owner.mail
    subject = one_line(_TEXTS["subject"].format(department=owner.label))
    message["Subject"] = subject.replace("=?", "= ?")  # no encoded word, which it would decode
    message["Auto-Submitted"] = "auto-generated"
    said = "\n".join(f"- {alarm_sentence(alarm, catalogue)}" for alarm in alarms)
    told = _TEXTS["letter"].format(role=owner.contact or owner.label, alarms=said)
    message.set_content(typography(told))
    return message.as_bytes()
