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
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
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
from observlib.loaders._text import is_total, parse_day, short, tells_of_someone, without_persons

_HEAD, _IDEA, _STATES = (load_data(__file__)[part] for part in ("head", "idea", "states"))
# What YAML reads in base 8, 16, 2 or 60: `012` as 10, `1:30` as 90.
_NOT_DECIMAL = re.compile(r"[-+]?0[\d_xb][\da-fA-F_]*|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?")
_LABELS = ("title", "method", "idea")  # which are not shown where they are refused
_COLUMNS = ["product", "workshop_id", "title", "method", "kind", "label", "state", "count"]
_Readers = Mapping[str, Callable[[Any], object]]
_Where = tuple[Any, ...]  # in the sheet
_Row = tuple[_Where, dict[str, Any]]
_Fault = tuple[_Where, str, str]  # place, value, reason


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
    rows: list[dict[str, Any]] = []
    at_lines: list[int] = []
    rejects: list[dict[str, object]] = []
    for number, sheet in enumerate(sheets):
        start = (number,) if several else ()
        found, faults = _sheet(sheet, device, catalogue)
        for where, row in found:
            rows.append(row)
            at_lines.append(_line(lines, (*start, *where)))
        for where, value, reason in faults:
            keys = [str(part) for part in where if not isinstance(part, int)]
            column = ".".join(without_persons(short(key), 60, "name") for key in keys)
            shown = short(without_persons(value, 60, "comment", column))
            line = _line(lines, (*start, *where))
            rejects.append(reject(path.name, line, column, shown, reason))
    frame = pd.DataFrame(rows, index=at_lines, columns=_COLUMNS)
    frame = frame.assign(device=device.id, channel=device.channel)
    written = {name: days([row.get(name) for row in rows]) for name in ("date", "decided", "done")}
    return settle(path, "workshops", frame.assign(**written), rejects)


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
    mapping: Mapping[Any, Any], known: Mapping[str, str], readers: _Readers, at: _Where = ()
) -> tuple[dict[str, Any], dict[str, Any], list[_Fault]]:
    """What each field of a mapping holds, under which key, and what is wrong with it."""
    keys: dict[str, Any] = {}
    faults: list[_Fault] = []
    for key in mapping:
        field = known.get(fold_label(str(key)))
        if field is None:
            allowed = ", ".join(dict.fromkeys(known.values()))
            faults.append(((*at, key), "", f"is no key of a sheet; allowed: {allowed}"))
        elif field in keys:
            faults.append(((*at, key), "", f"says {keys[field]!r} again; keep one"))
        else:
            keys[field] = key
    row: dict[str, Any] = {}
    for field, read in readers.items():
        raw = mapping[keys[field]] if field in keys else None
        keys.setdefault(field, field)
        try:
            row[field] = read(raw)
        except ValueError as error:
            row[field] = None
            shown = "" if field in _LABELS else _text(raw)
            faults.append(((*at, keys[field]), shown, str(error)))
    return row, keys, faults


def _sheet(
    sheet: Mapping[Any, Any], device: Device, catalogue: Catalogue
) -> tuple[list[_Row], list[_Fault]]:
    """The rows of a sheet with their place in it, none where its head has a fault; its faults."""

    def product(raw: Any) -> str | None:
        name = device.product if raw is None else _text(raw)
        if name not in catalogue.products:
            known = bounded(catalogue.products)
            raise ValueError(f"is no product of the catalogue; known: {known}")
        if device.product not in (None, name):
            raise ValueError(f"is not {device.product}, the device's product")
        return name

    readers: _Readers = {"date": _day, "title": _label, "method": _label, "product": product}
    readers = {**readers, "participants": _as_is, "ideas": _as_is}
    head, keys, faults = _fields(sheet, _HEAD, readers)
    counts, ideas = head.pop("participants"), head.pop("ideas")
    faults += _participants_faults(keys["participants"], counts)
    found, more = _ideas(keys["ideas"], ideas, head["date"])
    if faults:
        return [], [*faults, *more]
    head["workshop_id"] = f"{head['date']} {fold_label(head['title'])}"
    of = {"kind": "participants"}
    people = [
        ((keys["participants"], profile), of | {"label": _text(profile), "count": count})
        for profile, count in counts.items()
    ]
    return [(where, head | row) for where, row in [*people, *found]], more


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


def _ideas(key: Any, raw: Any, held: date | None) -> tuple[list[_Row], list[_Fault]]:
    """The ideas that can be read, each with its place, and the faults of the others."""
    if raw is None or raw == []:
        return [], []
    if not isinstance(raw, list):
        return [], [((key,), "", "is no list of ideas; write `- idea: …` with its state")]
    rows: list[_Row] = []
    faults: list[_Fault] = []
    dated = dict.fromkeys(("decided", "done"), _day_or_none)
    readers: _Readers = {"idea": partial(_label, longest=200), "state": _state, **dated}
    for number, idea in enumerate(raw):
        at = (key, number)
        if not isinstance(idea, dict):
            faults.append((at, "", "is no idea; write `idea:` and `state:`"))
            continue
        row, keys, own = _fields(idea, _IDEA, readers, at)
        if not own:
            disagreements = _disagreements(row, held)
            own = [((*at, keys[field]), "", reason) for field, reason in disagreements]
        if not own:
            label = row.pop("idea")
            rows.append((at, row | {"kind": "idea", "label": label, "count": 1}))
        faults += own
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


def _day(raw: Any) -> date:
    if raw is None:
        raise ValueError("is missing; write YYYY-MM-DD")
    day = raw.date() if isinstance(raw, datetime) else raw
    if not isinstance(day, date):
        text = _text(raw)
        day = parse_day(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    if day is None or (why := day_fault(day)) is not None:
        raise ValueError("is no day; write YYYY-MM-DD" if day is None else why)
    return day


def _as_is(raw: Any) -> Any:
    return raw


def _day_or_none(raw: Any) -> date | None:
    return None if raw is None else _day(raw)


def _state(raw: Any) -> str:
    word = fold_label(_text(raw))
    if (state := _STATES.get(word) or _STATES.get(word.removesuffix("e"))) is None:
        raise ValueError("is no state; allowed: proposée, décidée, réalisée, abandonnée")
    return str(state)


def _text(raw: Any) -> str:
    """A scalar as text; nothing of a list or mapping, which is no text."""
    return "" if raw is None or isinstance(raw, list | dict) else str(raw).strip()


def _label(raw: Any, longest: int = 120) -> str:
    if (why := _label_fault(_text(raw), longest)) is not None:
        raise ValueError(why)
    return _text(raw)


def _label_fault(text: str, longest: int) -> str | None:
    if not text:
        return "is empty"
    if tells_of_someone(text, longest):
        return f"is over {longest} characters, or may hold an address, a number or someone's words"
    return None
