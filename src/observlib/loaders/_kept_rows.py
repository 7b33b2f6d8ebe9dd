"""The rows of an export that count, as its format says, and where its columns stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from observlib.base.text import fold_label
from observlib.catalogue import Format, Keep
from observlib.loaders._columns import Columns, of_texts
from observlib.loaders._grid import Grid, Rows
from observlib.loaders._text import header_label, need_columns


def places_of(header: Sequence[str], names: Sequence[str]) -> list[int]:
    """Where all columns of these names stand, in the names' order."""
    folded = [header_label(title) for title in header]
    wanted = dict.fromkeys(map(header_label, names))
    return [at for name in wanted for at, own in enumerate(folded) if own == name]


def kept_rows(path: Path, grid: Grid, form: Format, left: Counter[str]) -> Grid:
    """The rows that count; why others do not, and how many, goes to `left`."""
    rows = grid.rows
    if carried := form.carry_down:
        rows = _carried(path, grid, carried.key, carried.headers)
    if latest := form.latest:
        key, by = needed_places(path, grid, [latest.key, latest.by])
        whole = {line: cells for line, cells in rows.items() if len(cells) > max(key, by)}
        last: dict[str, int] = {}
        for line, cells in sorted(whole.items(), key=lambda row: row[1][by]):
            last[cells[key]] = line
        left["another version of a row came later"] += len(whole) - len(last)
        rows = {n: c for n, c in rows.items() if n not in whole or last[c[key]] == n}
    for rule in form.keep:
        (at,) = needed_places(path, grid, [rule.header])
        holds = rule_of(rule)
        kept: Rows
        if isinstance(rows, Columns):
            codes, texts = rows.columns[at]
            kept = rows.where(of_texts(codes, map(holds, texts), bool))
        else:
            kept = {n: c for n, c in rows.items() if len(c) <= at or holds(c[at])}
        what = "is none of" if rule.words else "is one of"
        told = ", ".join(word or "(empty)" for word in rule.words or rule.but)
        left[rule.why or f"{rule.header} {what} {told}"] += len(rows) - len(kept)
        rows = kept
    return replace(grid, rows=rows)


def rule_of(rule: Keep) -> Callable[[str], bool]:
    """Whether a row counts, by its cell."""
    words = {fold_label(word) for word in rule.words or rule.but}
    return lambda cell: (fold_label(cell) in words) == bool(rule.words)


def needed_places(path: Path, grid: Grid, names: list[str]) -> list[int]:
    known = {header_label(name): name for name in names}
    need_columns(path, [known.get(header_label(title), title) for title in grid.header], names)
    return [places_of(grid.header, [name])[0] for name in names]


def _carried(path: Path, grid: Grid, key: str, headers: tuple[str, ...]) -> dict[int, list[str]]:
    """The rows, with what only the first of several with one key holds (or the key left blank)."""
    at, *places = needed_places(path, grid, [key, *headers])
    rows: dict[int, list[str]] = {}
    above: list[str] = []
    for line, cells in grid.rows.items():
        cells = [*cells]
        rows[line] = cells
        if len(cells) <= max(at, *places):  # a cut row, which is refused
            continue
        if above and cells[at] in ("", above[at]):
            for place in (at, *places):
                cells[place] = cells[place] or above[place]
        above = cells
    return rows
