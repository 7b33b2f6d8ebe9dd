"""Workshops with users, as a team notes them in YAML: one sheet a workshop, or a list of sheets::

    - date: 2026-09-15
      product: vie-publique
      title: Refonte de la page d'accueil
      method: Tri de cartes
      participants: {Étudiants: 14, Agents publics: 12}
      ideas:
        - idea: Un glossaire dans chaque article
          state: réalisée
          decided: 2026-09-22
          done: 2026-10-30

Keys may be in French (`produit`, `titre`, `méthode`, `idées`, `idée`, `état`, `décidée`,
`réalisée`). `product` may be left out where the device has one. `participants` gives the number of
people of each profile. `state` is proposée, décidée, réalisée or abandonnée; an idea says when it
was decided and done. A mistake in the head of a sheet refuses the whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from observlib.base import personal
from observlib.base.errors import ObservError, bounded
from observlib.base.text import fold_label
from observlib.base.yaml_files import events, load_data, read_text, read_yaml
from observlib.catalogue import Catalogue, Device
from observlib.catalogue.contract import reject
from observlib.loaders import Loaded
from observlib.loaders._rows import day_fault, days, settle
from observlib.loaders._text import (
    is_total,
    parse_day,
    short,
    tells_of_someone,
    without_persons,
)

_HEAD, _IDEA, _STATES = (load_data(__file__)[part] for part in ("head", "idea", "states"))
# What YAML reads in base 8, 16, 2 or 60: `012` as 10, `1:30` as 90.
_NOT_DECIMAL = re.compile(r"[-+]?0[\d_xb][\da-fA-F_]*|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?")
_Fault = tuple[tuple[Any, ...], str, str]  # where in the sheet, value, reason


def load_workshops(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read sheets of workshops into the table `workshops`, with ids of their day and title."""
    _refuse_surprises(path)
    data, lines, problems = read_yaml(path, object, "a sheet, or a list of sheets", "is gone")
    if problems:
        raise ObservError(*problems)
    several = isinstance(data, list)
    sheets = data if several else [data]
    if not sheets or not all(isinstance(sheet, dict) for sheet in sheets):
        raise ObservError(
            f"{path}: is neither a sheet nor a list of sheets; write `date:`, `title:`, … or "
            "a list of them"
        )
    rows: list[tuple[int, dict[str, Any]]] = []
    rejects: list[dict[str, object]] = []
    for number, sheet in enumerate(sheets):
        start = (number,) if several else ()
        head, faults = _head(sheet, device, catalogue)
        ideas, more = _ideas(head.pop("ideas"), head["date"])
        if not faults:
            found = [*_participants(head.pop("participants")), *ideas]
            for where, row in found:
                rows.append((_line(lines, (*start, *where)), head | row))
        for where, value, reason in [*faults, *more]:
            keys = [str(part) for part in where if not isinstance(part, int)]
            column = ".".join(without_persons(short(key), 60, "name") for key in keys)
            shown = short(without_persons(value, 60, "comment", column))
            line = _line(lines, (*start, *where))
            rejects.append(reject(path.name, line, column, shown, reason))
    return settle(path, "workshops", _frame(rows, device), rejects)


def _refuse_surprises(path: Path) -> None:
    """Stop at YAML that may unfold without end, names types of its own or changes a number."""
    text = read_text(path)
    if not text.strip():
        raise ObservError(f"{path}: empty file; write a sheet, or take it away")
    try:
        for event in events(text):
            anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
            if anchor or tag:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ObservError(
                    f"{path}:{line}: {'&, *' if anchor else '!'} has no use in a sheet; "
                    "write the value, in quotes if it starts so"
                )
            if (
                isinstance(event, yaml.ScalarEvent)
                and not event.style
                and _NOT_DECIMAL.fullmatch(event.value)
            ):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ObservError(
                    f"{path}:{line}: YAML reads {personal.shown(event.value)} as another number; "
                    "write it without leading zero or colon, or in quotes"
                )
    except yaml.YAMLError:
        pass  # told, with its line, by the reading that follows


def _line(lines: Mapping[tuple[Any, ...], int], where: tuple[Any, ...]) -> int:
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _fields(
    mapping: Mapping[Any, Any], known: Mapping[str, str], at: tuple[Any, ...] = ()
) -> tuple[dict[str, tuple[Any, Any]], list[_Fault]]:
    """Each field with its key and value; the keys that are unknown or that say a field twice."""
    found: dict[str, tuple[Any, Any]] = {}
    faults: list[_Fault] = []
    for key, value in mapping.items():
        field = known.get(fold_label(str(key)))
        if field is None:
            allowed = ", ".join(dict.fromkeys(known.values()))
            faults.append(((*at, key), "", f"is no key of a sheet; allowed: {allowed}"))
        elif field in found:
            faults.append(((*at, key), "", f"says {found[field][0]!r} again; keep one"))
        else:
            found[field] = (key, value)
    return found, faults


def _head(
    sheet: Mapping[Any, Any], device: Device, catalogue: Catalogue
) -> tuple[dict[str, Any], list[_Fault]]:
    """The head of a sheet, with its `participants` and `ideas` as they are, and its faults."""
    found, faults = _fields(sheet, _HEAD)
    head: dict[str, Any] = {"date": None, "product": device.product, "participants": {}}
    head["ideas"] = found.get("ideas", ("ideas", []))
    key, raw = found.get("date", ("date", None))
    head["date"], why = _day(raw)
    if why is not None:
        faults.append(((key,), _text(raw), why))
    for field in ("title", "method"):
        key, raw = found.get(field, (field, None))
        head[field] = _text(raw)
        if (unfit := _label_fault(head[field])) is not None:
            faults.append(((key,), "", unfit))
    key, raw = found.get("product", ("product", None))
    if raw is not None:
        head["product"] = _text(raw)
    if head["product"] not in catalogue.products:
        known = f"is no product of the catalogue; known: {bounded(catalogue.products)}"
        faults.append(((key,), _text(raw), known))
    elif device.product not in (None, head["product"]):
        faults.append(((key,), _text(raw), f"is not {device.product}, the device's product"))
    key, raw = found.get("participants", ("participants", None))
    head["participants"] = (key, raw)
    faults += _participants_faults(key, raw)
    head["workshop_id"] = f"{head['date']} {fold_label(head['title'])}"
    return head, faults


def _participants_faults(key: Any, raw: Any) -> Iterator[_Fault]:
    if not isinstance(raw, dict) or not raw:
        why = "is no number of people by profile; write {profile: count}, and never names"
        yield (key,), "", why
        return
    profiles: dict[str, Any] = {}
    for profile, count in raw.items():
        if (unfit := _label_fault(_text(profile), 60)) is not None:
            yield (key, profile), "", unfit
        if is_total(_text(profile)):
            yield (key, profile), "", "is the total of the profiles; take it away"
        if type(count) is not int or not 0 <= count <= 100_000:
            yield (key, profile), "", "is no number of people; write 0 or more"
        if profiles.setdefault(fold_label(_text(profile)), profile) is not profile:
            yield (key, profile), "", "is a profile told twice; keep one"


def _participants(found: tuple[Any, dict[Any, int]]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    key, counts = found
    for profile, count in counts.items():
        row = {"kind": "participants", "label": _text(profile), "count": count}
        yield (key, profile), row


def _ideas(
    found: tuple[Any, Any], held: date | None
) -> tuple[list[tuple[tuple[Any, ...], Any]], list[_Fault]]:
    """The ideas that can be read, each with its place, and the faults of the others."""
    key, raw = found
    if raw is None or raw == []:
        return [], []
    if not isinstance(raw, list):
        return [], [((key,), "", "is no list of ideas; write `- idea: …` with its state")]
    rows: list[tuple[tuple[Any, ...], Any]] = []
    faults: list[_Fault] = []
    for number, idea in enumerate(raw):
        at = (key, number)
        if not isinstance(idea, dict):
            faults.append((at, "", "is no idea; write `idea:` and `state:`"))
            continue
        fields, own = _fields(idea, _IDEA, at)
        row: dict[str, Any] = {"kind": "idea", "count": 1}
        name, raw_label = fields.get("idea", ("idea", None))
        row["label"] = _text(raw_label)
        if (why := _label_fault(row["label"], 200)) is not None:
            own.append(((*at, name), "", why))
        name, raw_state = fields.get("state", ("state", None))
        state = fold_label(_text(raw_state))
        row["state"] = _STATES.get(state) or _STATES.get(state.removesuffix("e"))
        if row["state"] is None:
            why = "is no state; allowed: proposée, décidée, réalisée, abandonnée"
            own.append(((*at, name), _text(raw_state), why))
        for field in ("decided", "done"):
            name, raw_day = fields.get(field, (field, None))
            row[field], unread = (None, None) if raw_day is None else _day(raw_day)
            if unread is not None:
                own.append(((*at, name), _text(raw_day), unread))
        if not own:
            for field, disagreement in _disagreements(row, held):
                name = fields.get(field, (field, None))[0]
                own.append(((*at, name), "", disagreement))
        faults += own
        if not own:
            rows.append((at, row))
    return rows, faults


def _disagreements(row: Mapping[str, Any], held: date | None) -> Iterator[tuple[str, str]]:
    """Where an idea's state and its days do not go together."""
    state, decided, done = row["state"], row["decided"], row["done"]
    if state in ("decided", "done") and decided is None:
        yield "decided", "is missing; say on which day the idea was decided"
    if state == "done" and done is None:
        yield "done", "is missing; say on which day the idea was done"
    if state == "proposed" and decided is not None:
        yield "state", "is proposed, and the idea has a day of decision; say décidée"
    if state != "done" and done is not None:
        yield "state", "is not done, and the idea has a day on which it was; say réalisée"
    today = date.today()
    for field, day in (("decided", decided), ("done", done)):
        if day is not None and day > today:
            yield field, "lies in the future; check the date"
        elif day is not None and held is not None and day < held:
            yield field, "is before the workshop"


def _day(raw: Any) -> tuple[date | None, str | None]:
    """A day, or why it is none."""
    if raw is None:
        return None, "is missing; write YYYY-MM-DD"
    day = raw.date() if isinstance(raw, datetime) else raw
    if not isinstance(day, date):
        text = _text(raw)
        day = parse_day(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    if day is None:
        return None, "is no day; write YYYY-MM-DD"
    return (None, why) if (why := day_fault(day)) is not None else (day, None)


def _text(raw: Any) -> str:
    """A scalar as text; nothing of a list or mapping, which is no text."""
    return "" if raw is None or isinstance(raw, list | dict) else str(raw).strip()


def _label_fault(text: str, longest: int = 120) -> str | None:
    if not text:
        return "is empty"
    if tells_of_someone(text, longest):
        return f"is over {longest} characters, or may hold an address, a number or someone's words"
    return None


def _frame(rows: list[tuple[int, dict[str, Any]]], device: Device) -> pd.DataFrame:
    cells = [row for _, row in rows]
    return pd.DataFrame(
        {
            "device": device.id,
            "channel": device.channel,
            **{
                name: [row.get(name) for row in cells]
                for name in ("product", "workshop_id", "title", "method", "kind", "label", "state")
            },
            "count": pd.array([row["count"] for row in cells], dtype="Int64"),
            **{
                name: days([row.get(name) for row in cells]) for name in ("date", "decided", "done")
            },
        },
        index=[line for line, _ in rows],
    )
