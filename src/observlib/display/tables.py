"""Tables of estimates: one indicator at length, or several side by side."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import french, phrases, select, words
from observlib.display.output import Output, caption_of, pipe_table
from observlib.display.typography import typography
from observlib.errors import ObservError

NBSP = french.NBSP
NOTHING = "–"
MARKS = {
    "partial": f"{NBSP}(p)",
    "low_base": f"{NBSP}(f)",
    "suppressed": "s",
    "missing": "nd",
}
_EXPLAINED = {
    "partial": f"(p){NBSP}: période incomplète, à ne pas comparer aux autres.",
    "suppressed": f"s{NBSP}: secret statistique.",
    "missing": f"nd{NBSP}: donnée non disponible.",
    "nothing": f"–{NBSP}: aucun dispositif ne mesure cette donnée.",
}
INTERVAL = f"Intervalle à 95{NBSP}%"
BASE = "Effectif (n)"  # where the bases of a table count different things

Key = tuple[str, ...]


class _Cell(NamedTuple):
    text: str
    details: tuple[str, ...] = ()
    status: str = "published"


def table(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    rows: str | Sequence[str] = "product",
    columns: str | None = None,
) -> Output:
    """Make a table of one indicator: a row for each subject, with its interval and base.

    Parameters
    ----------
    frame
        Estimates of one indicator.
    caption
        The answer that the table shows, in one line.
    rows
        The column, or columns, of the frame that name the rows.
    columns
        A column of the frame (often `period`) whose values stand side by side; intervals and
        bases then stand under the values. By default value, interval and base are columns.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, or has two estimates for one cell.
    """
    caption = caption_of(caption, "table")
    keys = [rows] if isinstance(rows, str) else list(rows)
    indicator = select.one_indicator(frame, catalogue, "table")
    select.unique(frame, [*keys, *([columns] if columns else [])], "table")
    unit = str(frame["unit"].iat[0])
    heads: dict[str, dict[Key, _Cell]] = {}
    if columns is None:
        name = words.headed(indicator, unit)
        base = phrases.capital(indicator.base)
        heads |= {name: {}, INTERVAL: {}, base: {}}
        for key, row in _rows(frame, keys):
            heads[name][key] = _cell(row, catalogue, details=False)
            heads[INTERVAL][key] = _Cell(words.interval(row, indicator))
            n = words.base(row)
            heads[base][key] = _Cell("" if n is None else french.number(n))
        heads = {
            name: cells
            for name, cells in heads.items()
            if any(cell.text for cell in cells.values())
        }
    else:
        for value in select.ordered(frame, columns, catalogue):
            part = frame[frame[columns] == value]
            head = words.label(part.iloc[0].to_dict(), columns, catalogue)
            if columns == "period" and "-T" in value:  # the quarter's name would take three lines
                head = f"{value[-2:]}{NBSP}{value[:4]}"
            heads[head] = {key: _cell(row, catalogue) for key, row in _rows(part, keys)}
    return _output(frame, catalogue, caption, keys, heads)


def register(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    beside: Mapping[str, Mapping[str, str]] | None = None,
    rows: str = "device",
) -> Output:
    """Make a table of one indicator with what is known of each subject in words beside its value.

    Parameters
    ----------
    frame
        Estimates of one indicator, whose units may differ: each value is written with its own.
    caption
        The answer that the table shows, in one line.
    beside
        By the head of their column, from left to right, the words for each value of `rows`.
    rows
        The column of the frame that names the rows.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators, or has two estimates for one row.
    """
    caption = caption_of(caption, "register")
    indicator = select.one_indicator(frame.assign(unit=""), catalogue, "register")
    select.unique(frame, [rows], "register")
    values = {
        key: _cell(row, catalogue, details=False, unit=True) for key, row in _rows(frame, [rows])
    }
    texts: dict[str, dict[Key, _Cell]] = {
        head: {(subject,): _Cell(said) for subject, said in words_of.items()}
        for head, words_of in (beside or {}).items()
    }
    heads = {**texts, indicator.label: values}
    return _output(frame, catalogue, caption, [rows], heads, left=len(texts))


def board(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    indicators: Sequence[str],
    caption: str,
    rows: str | Sequence[str] = ("product", "channel"),
) -> Output:
    """Make a table of several indicators: a row for each subject, a column for each indicator.

    Each cell is written as its indicator asks, with its interval; the last column is the base of
    the first indicator that has one. A cell is empty (`–`) where no device measures.

    Parameters
    ----------
    frame
        Estimates of any indicators; those not in `indicators` are left out.
    indicators
        Ids of the columns, from left to right.
    caption
        The answer that the table shows, in one line.
    rows
        The column, or columns, of the frame that name the rows.

    Raises
    ------
    ObservError
        Where no estimate is left, an indicator is unknown, or a cell has two estimates.
    """
    caption = caption_of(caption, "board")
    keys = [rows] if isinstance(rows, str) else list(rows)
    known = [words.indicator_of(name, catalogue) for name in indicators]
    frame = frame[frame["indicator"].isin(indicators)]
    if frame.empty:
        raise ObservError(
            "board: no estimate of these indicators; test the frame before calling it"
        )
    select.unique(frame, [*keys, "indicator"], "board")
    heads: dict[str, dict[Key, _Cell]] = {}
    bases: dict[Key, _Cell] = {}
    things: set[str] = set()  # what they count
    for indicator in known:
        part = frame[frame["indicator"] == indicator.id]
        heads[indicator.label] = {}
        for key, row in _rows(part, keys):
            heads[indicator.label][key] = _cell(row, catalogue, base=False)
            n = words.base(row)
            if n is not None and key not in bases:
                bases[key] = _Cell(french.number(n))
                things.add(indicator.base)
    if bases:
        head = phrases.capital(next(iter(things))) if len(things) == 1 else BASE
        heads[head] = {key: bases.get(key, _Cell("")) for key, _ in _rows(frame, keys)}
    return _output(frame, catalogue, caption, keys, heads)


def dashboard(
    columns: Mapping[str, pd.DataFrame],
    catalogue: Catalogue,
    *,
    caption: str,
    rows: str | Sequence[str] = ("product", "channel"),
) -> Output:
    """Put several ways of listening side by side: a row for each subject, a column for each frame.

    A column may mix indicators, such as visits where there is a site and calls where there is a
    phone: a count is then written with its unit. A cell is empty (`–`) where nothing listens.

    Parameters
    ----------
    columns
        Estimates by the head of their column, from left to right; empty frames are left out.
    caption
        The answer that the table shows, in one line.
    rows
        The column, or columns, of the frames that name the rows.

    Raises
    ------
    ObservError
        Where no frame has an estimate, or a cell has two.
    """
    caption = caption_of(caption, "dashboard")
    keys = [rows] if isinstance(rows, str) else list(rows)
    filled = {head: frame for head, frame in columns.items() if len(frame)}
    if not filled:
        raise ObservError("dashboard: no estimate to show; test the frames before calling it")
    heads: dict[str, dict[Key, _Cell]] = {}
    for head, frame in filled.items():
        select.unique(frame, keys, f"dashboard, column {head!r}")
        heads[head] = {
            key: _cell(row, catalogue, base=False, unit=frame["unit"].nunique() > 1)
            for key, row in _rows(frame, keys)
        }
    return _output(estimates.combine(filled.values()), catalogue, caption, keys, heads)


def _rows(frame: pd.DataFrame, keys: list[str]) -> list[tuple[Key, dict[str, Any]]]:
    records: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in frame.to_dict("records")
    ]
    return [(tuple(row[key] for key in keys), row) for row in records]


def _cell(
    row: dict[str, Any],
    catalogue: Catalogue,
    details: bool = True,
    base: bool = True,
    unit: bool = False,
) -> _Cell:
    """A value with its mark (and unit), and under it its interval and base."""
    status = row["status"]
    if status in words.WITHHELD:
        return _Cell(MARKS[status], (), status)
    indicator = words.indicator_of(row["indicator"], catalogue)
    figure = words.figure(row["estimate"], indicator, row["unit"])
    text = (phrases.rounded(row, indicator) if unit else figure) + MARKS.get(status, "")
    under = []
    if details and (ends := words.interval(row, indicator)):
        under.append(ends.replace(" ", NBSP))  # or a narrow column breaks it
    if details and base and (n := words.base(row)) is not None:
        under.append(f"n{NBSP}={NBSP}{french.number(n)}")
    return _Cell(text, tuple(under), status)


def _notes(frame: pd.DataFrame, catalogue: Catalogue, cells: list[_Cell]) -> str:
    """Explain the marks that stand in the table, and no others."""
    found = {cell.status for cell in cells}
    said = []
    if any(cell.details for cell in cells):
        under = f"Sous la valeur{NBSP}: intervalle à 95 %"
        if any(len(cell.details) > 1 for cell in cells):  # only where one indicator is shown
            base = words.indicator_of(frame["indicator"].iat[0], catalogue).base
            under += f" et nombre {french.of(base)}"
        said.append(f"{under}.")
    if "low_base" in found:
        low = frame.loc[frame["status"] == "low_base", "indicator"].unique()
        things = {words.counted(words.indicator_of(name, catalogue)) for name in low}
        least = f"moins de {estimates.LOW_BASE}"
        least += f" {things.pop()}" if len(things) == 1 else ""
        said.append(f"(f){NBSP}: faible effectif ({least}), à lire avec prudence.")
    said += [text for status, text in _EXPLAINED.items() if status in found]
    return typography(" ".join(said))


def _output(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    caption: str,
    keys: list[str],
    heads: dict[str, dict[Key, _Cell]],
    left: int = 0,
) -> Output:
    """The table of cells by head and row; the first `left` heads are of words, not of numbers."""
    from great_tables import GT

    place = [{key: i for i, key in enumerate(select.ordered(frame, k, catalogue))} for k in keys]
    named = {key: [words.label(row, k, catalogue) for k in keys] for key, row in _rows(frame, keys)}
    order = sorted(named, key=lambda key: [p[k] for p, k in zip(place, key, strict=True)])
    nothing = _Cell(NOTHING, (), "nothing")
    labels = [*(words.column_label(frame, key, catalogue) for key in keys), *heads]
    columns = [[_Cell(named[key][i]) for key in order] for i in range(len(keys))]
    columns += [[cells.get(key, nothing) for key in order] for cells in heads.values()]
    note = _notes(frame, catalogue, [cell for column in columns for cell in column])
    content = {"kind": "table", "caption": caption, **estimates.to_json(frame)}
    digest = hashlib.sha256(json.dumps([content, labels]).encode()).hexdigest()[:10]
    ids = [f"c{i}" for i in range(len(labels))]
    cells = pd.DataFrame({i: map(_html, column) for i, column in zip(ids, columns, strict=True)})
    made = (
        GT(cells, rowname_col=ids[0], id=f"table-{digest}")
        .tab_stubhead(labels[0])
        .cols_label(dict(zip(ids[1:], labels[1:], strict=True)))
        .cols_align("left", ids[: len(keys) + left])
        .cols_align("right", ids[len(keys) + left :])
        .fmt_passthrough(ids, escape=False)
    )
    if note:
        made = made.tab_source_note(note)
    plain = pipe_table(
        {name: list(map(_plain, column)) for name, column in zip(labels, columns, strict=True)},
        right=tuple(heads)[left:],
    )
    shown = {"text/html": made.as_raw_html(), "text/plain": f"{plain}\n\n{note}".strip()}
    return Output(shown, content)


def _html(cell: _Cell) -> str:
    return "".join(
        [html.escape(cell.text), *(f"<br><small>{html.escape(d)}</small>" for d in cell.details)]
    )


def _plain(cell: _Cell) -> str:
    return f"{cell.text} ({words.SEMICOLON.join(cell.details)})" if cell.details else cell.text
