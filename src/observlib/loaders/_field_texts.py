"""Where the fields of a format stand in an export, and the texts of their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Column, Format
from observlib.loaders import _cells
from observlib.loaders._columns import Columns, coded, lines_of, of_texts
from observlib.loaders._faults import Faults
from observlib.loaders._grid import Grid
from observlib.loaders._kept_rows import needed_places, places_of, rule_of
from observlib.loaders._text import header_label, is_formula_error, need_columns, short, width_fault


def titles_of(path: Path, grid: Grid, form: Format) -> dict[str, str]:
    """The header of each field that the table has; the first, where several give it."""
    folded = [header_label(title) for title in grid.header]
    titles: dict[str, str] = {}
    missing = []
    for field, column in form.columns.items():
        wanted = {header_label(name) for name in column.headers}
        places = [at for at, name in enumerate(folded) if name in wanted]
        if len(places) > 1 and not (column.first_of or column.parts):
            one, other = (short(grid.header[at]) for at in places[:2])
            raise ObservError(
                f"{path}: columns {one!r} and {other!r} both give {field!r}; keep one"
            )
        if places:
            titles[field] = grid.header[places[0]]
        elif column.headers and not column.optional:
            first = column.headers[0]
            missing.append(field if header_label(first) == header_label(field) else first)
    mend = form.mend or f"the columns are {', '.join(form.columns)}"
    if missing and grid.others:  # of several rows one may be missing, and the next tell of somebody
        raise ObservError(
            f"{path}: missing column {', '.join(map(repr, missing))} in row "
            f"{form.layout.header_row}; {form.mend or 'export it again'}"
        )
    if missing:
        need_columns(path, grid.header, list(dict.fromkeys(missing)), mend)
    return titles


def texts_of(
    path: Path, grid: Grid, form: Format, titles: Mapping[str, str], faults: Faults
) -> pd.DataFrame:
    """The cells of each field, without spaces around them, of the rows that fit the header."""
    places = {
        field: places_of(grid.header, column.headers)
        for field, column in form.columns.items()
        if field in titles
    }
    whole = grid.rows if isinstance(grid.rows, Columns) else _whole(grid, faults)
    lines = lines_of(whole)
    texts = pd.DataFrame(index=pd.Index(lines, dtype="int64"))
    for field, column in form.columns.items():
        if field not in titles:
            texts[field] = column.value or ""
            continue
        at, *more = places[field]
        codes, known = coded(whole, at)
        known = [*map(str.strip, known)]
        wrong = [n for n, cell in enumerate(known) if cell[:1] == "#" and is_formula_error(cell)]
        for place in np.flatnonzero(np.isin(codes, wrong)) if wrong else ():
            what = (
                f"holds {known[codes[place]]} in {short(titles[field])!r}, the error of a formula"
            )
            faults.add(int(lines[place]), "", f"{what}; mend the cell")
        if column.pattern and not more:
            known = [_text(column, [cell]) for cell in known]
        cells = of_texts(codes, known)
        if more:
            parts = zip(*(of_texts(*coded(whole, one)) for one in (at, *more)), strict=True)
            cells = _column([_text(column, part) for part in parts])
        if column.same:
            cells = _column(_repeated(cells, column.same))
            reason = "repeats the cell above, and there is none; write it out"
            faults.add_all(field, dict.fromkeys(lines[cells == column.same].tolist(), reason))
        if column.empty:
            nothing = {fold_label(word) for word in column.empty}
            codes, known = pd.factorize(cells)
            cells = of_texts(codes, ("" if fold_label(cell) in nothing else cell for cell in known))
        texts[field] = pd.Series(cells, index=texts.index, dtype=object)
        if rule := column.only_if:
            (by,) = needed_places(path, grid, [rule.header])
            codes, known = coded(whole, by)
            wanted = of_texts(codes, map(rule_of(rule), known), bool)
            texts[field] = texts[field].where(wanted, "")
            if not column.optional:
                faults.where(field, (texts[field] == "") & wanted, "is empty")
    return texts[~texts.index.isin(list(faults.by_line))] if faults.by_line else texts


def _whole(grid: Grid, faults: Faults) -> dict[int, Sequence[str]]:
    """The rows that fit the header; the others are faults."""
    width, whole = len(grid.header), dict(grid.rows)
    for line, cells in grid.rows.items():
        if len(cells) != width and (fault := width_fault(cells, width)):
            faults.add(line, "", fault)
            del whole[line]
    return whole


def _column(cells: Sequence[str]) -> np.ndarray:
    return np.array(cells, dtype=object)


def _repeated(cells: Iterable[str], word: str) -> list[str]:
    """The cells of a column, where a word stands for the cell above."""
    found: list[str] = []
    for cell in cells:
        again = fold_label(cell) == fold_label(word)
        found.append((found[-1] if found else word) if again else cell)
    return found


def _text(column: Column, cells: Sequence[str]) -> str:
    """The text of a field: of its first cell that is not empty, or of all where they are parts."""
    filled = [text for cell in cells if (text := cell.strip())]
    text = (_cells.APART.join(filled) if column.parts else filled[0]) if filled else ""
    if column.pattern and text:
        found = re.fullmatch(column.pattern, text)
        return found[1] if found else text
    return text
