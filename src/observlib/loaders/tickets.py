"""E-mails and forms, as a ticket tool exports them: one row a request.

The format
----------
- CSV in UTF-8 or UTF-16, separated by semicolons, commas or tabs; headers in French or English.
- `ticket_id` (`numéro`); `received` (`reçu le`), `answered` (`première réponse le`) and `closed`
  (`clos le`), in Paris time; the last two are empty while they have not happened.
- `reopened` (`rouvert`): oui, non, or how often; `theme` (`thème`); both may be left out.
- `extracted` (`extrait le`), the moment of the export, may be left out: it is then the end of
  the device's `extracted` day, or else the latest moment in the file, which a notice tells.

A ticket without an answer waits at least until the export was made: that is why its moment counts.
Subjects, messages and addresses are never read.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded, register
from observlib.loaders._rows import days, settle
from observlib.loaders._sheet import Fault, Sheet, need_themes, read_sheet, read_theme
from observlib.loaders._text import parse_count, without_persons
from observlib.loaders._time import PARIS, paris_day, read_moments
from observlib.tables import reject
from observlib.text import fold_label

_HEADERS = {
    "ticket_id": ("ticket id", "ticket", "id", "numero", "identifiant", "n°", "reference"),
    "received": ("received", "recu le", "recu", "date de reception", "cree le", "created at"),
    "answered": (
        "answered", "premiere reponse le", "premiere reponse", "repondu le", "first response at",
        "date de premiere reponse",
    ),
    "closed": ("closed", "clos le", "cloture", "date de cloture", "ferme le", "closed at"),
    "reopened": ("reopened", "rouvert", "reouvert", "reouvertures", "reopens"),
    "theme": ("theme", "motif", "categorie", "category"),
    "extracted": ("extracted", "extrait le", "date d'extraction", "exported at"),
}  # fmt: skip
_FLAGS = {"oui": True, "yes": True, "true": True, "non": False, "no": False, "false": False}
_MOMENTS = ("received", "answered", "closed", "extracted")
_MEND = "the columns are ticket_id, received, answered, closed, and reopened, theme, extracted"
_COLUMNS = ("device", "product", "channel", "ticket_id", "date", *_MOMENTS, "reopened", "theme")


@register("tickets")
def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read tickets into the table `tickets`.

    Raises
    ------
    ObservError
        For a file that is no text, lacks a column, or has no moment that can be read.
    """
    sheet = read_sheet(path, _HEADERS, ["ticket_id", "received", "answered", "closed"], _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export the tickets again")
    whole = sheet.whole()
    moments: dict[str, dict[int, datetime]] = {}
    faults: dict[int, Fault] = {}
    for field in _MOMENTS:
        texts = {line: sheet.cell(line, field) for line in whole}
        if field != "received":
            texts = {line: text for line, text in texts.items() if text}
        moments[field], unread = read_moments(texts)
        for line, why in unread.items():
            faults.setdefault(line, (sheet.title[field], _shown(texts[line]), why))
    seen, notices = _extracted(path, device, moments)
    rows: dict[int, dict[str, Any]] = {}
    for line in sheet.rows:
        if (short_of := sheet.fault(line)) is not None:
            faults[line] = ("", "", short_of)
        if line in faults:
            continue
        row, fault = _read(sheet, line)
        if fault is not None:
            faults[line] = fault
            continue
        times = {field: moments[field].get(line) for field in _MOMENTS}
        received = moments["received"][line]
        rows[line] = row | times | {
            "device": device.id,
            "product": device.product,
            "channel": device.channel,
            "date": paris_day(received),
            "extracted": times["extracted"] or seen,
        }  # fmt: skip
    need_themes(path, [row["theme"] for row in rows.values()])
    frame = pd.DataFrame(rows.values(), index=list(rows), columns=list(_COLUMNS))
    for name in ("date", *_MOMENTS):
        frame[name] = days([row[name] for row in rows.values()])
    rejects = [reject(path.name, line, *fault) for line, fault in faults.items()]
    return settle(path, "tickets", frame, rejects, notices)


def _shown(text: str) -> str:
    return without_persons(text, 40, "comment") if text else ""


def _extracted(
    path: Path, device: Device, moments: dict[str, dict[int, datetime]]
) -> tuple[datetime | None, list[str]]:
    """The moment of the export where rows do not say it, and what is to be told of it."""
    if moments["extracted"] and len(moments["extracted"]) >= len(moments["received"]):
        return None, []
    if device.extracted is not None:
        end = datetime.combine(device.extracted, time(23, 59), PARIS)
        return end.astimezone(UTC).replace(tzinfo=None), []
    # one wrong year must not make every open ticket wait until then
    now = datetime.now(UTC).replace(tzinfo=None)
    every = [when for found in moments.values() for when in found.values() if when <= now]
    if not every:
        raise ObservError(
            f"{path}: no moment of the past can be read; write YYYY-MM-DD HH:MM or dd/mm/yyyy HH:MM"
        )
    latest = max(every)
    notice = (
        f"the export does not say when it was made: open tickets are taken as seen on its latest "
        f"moment, {latest:%Y-%m-%d}; add a column `extracted`, or the device's `extracted`"
    )
    return latest, [notice]


def _read(sheet: Sheet, line: int) -> tuple[dict[str, Any], Fault | None]:
    """A row without its moments, and what is wrong with its first bad cell."""
    row: dict[str, Any] = {
        "ticket_id": sheet.cell(line, "ticket_id"),
        "reopened": False,
    }
    ticket = row["ticket_id"]
    if not ticket or "@" in ticket or len(ticket) > 60:
        reason = "is no number of a ticket" if row["ticket_id"] else "is empty"
        return row, (sheet.title["ticket_id"], "", reason)
    if written := sheet.cell(line, "reopened"):
        again = _FLAGS.get(fold_label(written))
        times = parse_count(written)
        if again is None and (times is None or times < 0):
            reason = "is neither oui, non nor a number of times"
            return row, (sheet.title["reopened"], _shown(written), reason)
        row["reopened"] = again if again is not None else bool(times)
    row["theme"], why = read_theme(sheet.cell(line, "theme"))
    if why is not None:
        return row, (sheet.title["theme"], _shown(str(row["theme"])), why)
    return row, None
