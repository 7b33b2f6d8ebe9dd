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

import numpy as np
import pandas as pd

from observlib.catalogue import Catalogue, Device
from observlib.errors import ObservError
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle
from observlib.loaders._sheet import Fault, Sheet, need_themes, read_sheet, read_theme
from observlib.loaders._text import parse_count, without_persons
from observlib.loaders._time import PARIS, read_moments
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


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read tickets into the table `tickets`.

    Raises
    ------
    ObservError
        For a file that is no text, lacks a column, or has no moment that can be read.
    """
    frame, rejects, notices = _taken(path, device)
    # what was read of the file is gone before the rows are checked: millions need twice its room
    return settle(path, "tickets", frame, rejects, notices)


def _taken(path: Path, device: Device) -> tuple[pd.DataFrame, list[dict[str, object]], list[str]]:
    """The rows of a file by their line, those that are refused, and what is to be told."""
    sheet = read_sheet(path, _HEADERS, ["ticket_id", "received", "answered", "closed"], _MEND)
    if not sheet.rows:
        raise ObservError(f"{path}: no row under the header; export the tickets again")
    faults: dict[int, Fault] = {}
    for line in sheet.rows:
        if (short_of := sheet.fault(line)) is not None:
            faults[line] = ("", "", short_of)
    whole = [line for line in sheet.rows if line not in faults]
    moments: dict[str, np.ndarray] = {}  # of each line that is whole
    for field in _MOMENTS:
        texts = {line: sheet.cell(line, field) for line in whole}
        if field != "received":
            texts = {line: text for line, text in texts.items() if text}
        read, unread = read_moments(texts)
        for line, why in unread.items():
            faults.setdefault(line, (sheet.title[field], _shown(texts[line]), why))
        moments[field] = days([read.get(line) for line in whole])
    seen, notices = _extracted(path, device, moments)
    taken: list[int] = []  # places among the whole lines
    own: dict[str, list[Any]] = {"ticket_id": [], "reopened": [], "theme": []}
    for place, line in enumerate(whole):
        if line in faults:
            continue
        row, fault = _read(sheet, line)
        if fault is not None:
            faults[line] = fault
            continue
        taken.append(place)
        for name, values in own.items():
            values.append(row[name])
    need_themes(path, own["theme"])
    about = {"device": device.id, "product": device.product, "channel": device.channel}
    times = {field: found[taken] for field, found in moments.items()}
    frame = pd.DataFrame({**about, **own, **times}, index=np.array(whole, dtype=int)[taken])
    frame["extracted"] = frame["extracted"].fillna(seen) if seen else frame["extracted"]
    frame["date"] = frame["received"].dt.tz_localize("UTC").dt.tz_convert(PARIS)
    frame["date"] = frame["date"].dt.tz_localize(None).dt.normalize()
    return frame, [reject(path.name, line, *fault) for line, fault in faults.items()], notices


def _shown(text: str) -> str:
    return without_persons(text, 40, "comment") if text else ""


def _extracted(
    path: Path, device: Device, moments: dict[str, np.ndarray]
) -> tuple[datetime | None, list[str]]:
    """The moment of the export where rows do not say it, and what is to be told of it."""
    known = {field: found[~np.isnat(found)] for field, found in moments.items()}
    if known["extracted"].size and known["extracted"].size >= known["received"].size:
        return None, []
    if device.extracted is not None:
        end = datetime.combine(device.extracted, time(23, 59), PARIS)
        return end.astimezone(UTC).replace(tzinfo=None), []
    # one wrong year must not make every open ticket wait until then
    every = np.concatenate([*known.values()])
    every = every[every <= np.datetime64(datetime.now(UTC).replace(tzinfo=None))]
    if not every.size:
        raise ObservError(
            f"{path}: no moment of the past can be read; write YYYY-MM-DD HH:MM or dd/mm/yyyy HH:MM"
        )
    latest: datetime = every.max().item()
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
