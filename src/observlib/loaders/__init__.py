"""Loaders: what reads an export of a device into a tidy table.

Most are read by their format (`data/formats`); a module here is for those that none can describe.
Each gives rows and rejects, or raises `ObservError` when nothing of the file can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.base import files, personal
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device, Format, contract, tables
from observlib.confidentiality.redaction import Unreadable, redact
from observlib.loaders import _text


@dataclass(frozen=True)
class Loaded:
    """What one export holds: rows of the tidy `table`, and `rejects` with their reasons."""

    table: str
    rows: pd.DataFrame
    rejects: pd.DataFrame
    notices: tuple[str, ...] = ()  # a line each, of what no single row is at fault for
    texts: pd.DataFrame | None = None  # redacted, where the device asks for them
    added: int = 0  # rows that are told later, in sums


# The loaders that are code, and the module whose function `load_…` each is.
_MODULES = {
    "code_sheet": "sheets",
    "demarches": "open_data",
    "limesurvey": "surveys",
    "plain_csv": "sheets",
    "services_publics_plus": "open_data",
    "services_publics_plus_codes": "sheets",
    "spss_stata": "surveys",
    "workshops": "sheets",
}


def loader_names() -> tuple[str, ...]:
    """The loaders that are code."""
    return tuple(_MODULES)


_Loader = Callable[[Path, Device, Catalogue], Loaded | Iterator[Loaded]]


def loader_of(name: str) -> _Loader:
    """The function that a loader is."""
    module = import_module(f"{__name__}.{_MODULES[name]}")
    function: _Loader = getattr(module, f"load_{name}")
    return function


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read one export with its device's loader, whole."""
    found = [*batches(path, device, catalogue)]
    texts = [one.texts for one in found if one.texts is not None]
    return Loaded(
        found[0].table,
        _joined([one.rows for one in found]),
        _joined([one.rejects for one in found]),
        tuple(notice for one in found for notice in one.notices),
        pd.concat(texts, ignore_index=True) if texts else None,
    )


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows of several frames, or the first of them, where none has any."""
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def batches(path: Path, device: Device, catalogue: Catalogue) -> Iterator[Loaded]:
    """Read one export with its device's loader, a piece after the other where it is long."""
    form = catalogue.formats.get(device.loader)
    if form is None and device.loader not in _MODULES:
        raise ObservError(
            f"device {device.id!r}: loader {device.loader!r} does not exist; "
            f"loaders are {', '.join(sorted((*_MODULES, *catalogue.formats)))}"
        )
    if files.endless(path):
        raise ObservError(f"{path}: {files.NO_FILE}")
    try:
        if form is not None:
            from observlib.loaders import _format

            if device.addresses:
                own = form.layout.model_copy(update={"addresses": device.addresses})
                form = form.model_copy(update={"layout": own})
            yield from _format.format_batches(path, device, catalogue, form)
        else:
            loaded = loader_of(device.loader)(path, device, catalogue)
            yield from (loaded,) if isinstance(loaded, Loaded) else loaded
    except (MemoryError, RecursionError) as error:
        what = "takes more memory than there is; export a shorter period, or parts"
        if isinstance(error, RecursionError):
            what = "is nested too deeply; it is no export of this kind"
        raise ObservError(f"{path}: {what}") from error


# --- What is wrong with the rows of an export, found while they are read and settled


@dataclass(kw_only=True)
class Faults:
    """The first fault of each row, as the field and the reason, by the row's line."""

    by_line: dict[int, tuple[Any, str]] = field(default_factory=dict)
    cells: list[tuple[int, Any, str]] = field(default_factory=list)  # refused without their rows

    def add(self, line: int, field: Any, reason: str) -> None:
        """One fault more, unless its row has one."""
        self.by_line.setdefault(line, (field, reason))

    def add_all(self, field: Any, reasons: Mapping[int, str | None]) -> None:
        """The faults of a field's cells; none where there is no reason."""
        for line, reason in reasons.items():
            if reason:
                self.add(line, field, reason)

    def where(self, field: Any, wrong: pd.Series, reason: str) -> None:
        """One fault for all rows of which something holds."""
        self.add_all(field, dict.fromkeys(wrong.index[wrong.fillna(False).astype(bool)], reason))

    def without(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that have no fault."""
        return rows[~rows.index.isin(list(self.by_line))] if self.by_line else rows

    def rejects(
        self,
        path: Path,
        titles: Mapping[Any, str],
        texts: pd.DataFrame,
        shown: Callable[[Any, str], str],
    ) -> list[dict[str, object]]:
        """What is refused: its column's header, and its cell as far as it may be shown."""

        def cell(line: int, field: Any) -> str:
            is_known = field in texts and line in texts.index
            return shown(field, str(texts.at[line, field])) if is_known else ""

        told = [(line, *why) for line, why in self.by_line.items()]
        told += [refused for refused in self.cells if refused[0] not in self.by_line]
        return [
            contract.reject(path.name, line, titles.get(field, ""), cell(line, field), reason)
            for line, field, reason in told
        ]


@dataclass(kw_only=True)
class Reading(Faults):
    """A piece of an export as its format reads it, with what is wrong with its rows."""

    path: Path
    form: Format
    device: Device
    titles: Mapping[str, str]  # the header of each field that the table has
    header: Sequence[str] = ()
    rows: Mapping[int, Sequence[str]] = field(default_factory=dict)  # the cells of all rows
    notices: list[str] = field(default_factory=list)

    def piece(self, header: Sequence[str], rows: Mapping[int, Sequence[str]]) -> Reading:
        """The same of some rows, of which nothing wrong is known yet."""
        return replace(self, header=header, rows=rows, by_line={}, cells=[], notices=[])

    def cell(self, line: int, name: str) -> str:
        """What stands for a field in any row, refused or not; empty where nothing does."""
        if name not in self.titles:
            return ""
        cells, place = self.rows[line], self.header.index(self.titles[name])
        return cells[place].strip() if place < len(cells) else ""


def of_device(frame: pd.DataFrame, device: Device) -> pd.DataFrame:
    """Rows with their device and channel, and product and area: their own, or the device's."""
    told = {}
    for name, value in (("product", device.product), ("area", device.area)):
        told[name] = frame[name].where(frame[name].notna(), value) if name in frame else value
    return frame.assign(device=device.id, channel=device.channel, **told)


def settle(
    path: Path,
    table: str,
    frame: pd.DataFrame,
    rejects: Sequence[Mapping[str, Any]],
    notices: Sequence[str] = (),
    seen: tables.Seen | None = None,
) -> Loaded:
    """Hold a frame to its table's contract, and join both kinds of rejected rows by place."""
    kept, more = contract.conform(frame, table, path.name, seen)
    return Loaded(table, kept, rejects_of(rejects, more), tuple(notices))


def rejects_of(own: Sequence[Mapping[str, Any]], more: pd.DataFrame) -> pd.DataFrame:
    """Rejected rows and more of them, by their place in the file."""
    if not own and more.empty:
        return more
    frame = pd.DataFrame(own, columns=contract.REJECT_COLUMNS)
    return pd.concat([frame, more]).sort_values("row", kind="stable", ignore_index=True)


def texts_of_rows(rows: Mapping[int, Sequence[str]], width: int, faults: Faults) -> pd.DataFrame:
    """The cells by place, without spaces around them, of rows as wide as their header."""
    for line, cells in rows.items():
        if fault := _text.width_fault(cells, width):
            faults.add(line, "", fault)
    whole = {
        n: [*map(str.strip, cells[:width])] for n, cells in rows.items() if n not in faults.by_line
    }
    return pd.DataFrame.from_dict(whole, orient="index", columns=range(width), dtype=object)


# --- Texts that people wrote beside what they answered: redacted before anything else sees them


def id_of(table: str) -> str:
    """The column of a table by which its texts are known: what identifies what one person did."""
    return next(name for name, column in tables.TABLES[table].columns.items() if column.person)


def with_texts(
    path: Path,
    found: Loaded,
    device: Device,
    ids: Mapping[int, str],
    texts: Mapping[str, Mapping[int, str]],
) -> Loaded:
    """What a file holds, with the texts of the rows that are kept, redacted or else rejected."""
    names = None
    if device.verbatims == "redacted_with_names":
        from observlib.confidentiality.redaction.names import model_spans

        names = model_spans
    key = id_of(found.table)
    about = found.rows.drop_duplicates(key).set_index(key)[["device", "product", "channel", "date"]]
    known = about.to_dict("index")
    rows, lines, refused = [], [], []
    for question, cells in texts.items():
        for line, cell in cells.items():
            if cell.strip() and (told := known.get(ids.get(line, ""))):
                try:
                    text = redact(cell.strip(), names)
                except Unreadable as why:
                    row = contract.reject(path.name, line, question, personal.HIDDEN, str(why))
                    refused.append(row)
                    continue
                rows.append({**told, "answer_id": ids[line], "question": question, "text": text})
                lines.append(line)
    frame = pd.DataFrame(rows, index=lines) if rows else contract.empty("verbatims")
    kept, rejects = contract.conform(frame, "verbatims", path.name)
    both = pd.concat([found.rejects, rejects])
    return replace(found, texts=kept, rejects=rejects_of(refused, both))
