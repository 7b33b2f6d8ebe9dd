"""Tables of estimates: one indicator at length, or several side by side."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Indicator
from observlib.display import grades, select
from observlib.display.output import Output, caption_of, pipe_table
from observlib.language import french, phrases, wording, words
from observlib.language.prose import curly, typography, unbroken
from observlib.language.rounding import carried

# --- The cells of tables, and the table that is made of them

NBSP = french.NBSP
NOTHING = "–"
INTERVAL = f"Intervalle à 95{NBSP}%"
TEXTS = wording.beside(__file__)

Key = tuple[str, ...]
_OF_COLUMNS = ("indicator", "channel", "period", "group", "group_value")


class Cell(NamedTuple):
    """What stands in a cell: a text, and under it an interval and a base."""

    text: str
    ends: str = ""
    size: str = ""

    @property
    def under(self) -> list[str]:
        return [text for text in (self.ends, self.size) if text]


def records(frame: pd.DataFrame, keys: Sequence[str]) -> list[tuple[Key, dict[str, Any]]]:
    """The rows of a frame, each with the place that its keys give it in a table."""
    return [(tuple(row[key] for key in keys), row) for row in estimates.records(frame)]


def cell(
    row: dict[str, Any],
    catalogue: Catalogue,
    *,
    ends: bool = False,
    size: bool = False,
    unit: bool = False,
) -> Cell:
    """A value with its mark and, where they are asked for, its unit, its interval and its base."""
    status = row["status"]
    if status in words.WITHHELD:
        return Cell(words.MARKS[status])
    indicator = words.indicator_of(row["indicator"], catalogue)
    figure = words.figure(row["estimate"], indicator, row["unit"])
    text = phrases.rounded_count(row, indicator) if unit else figure
    n = words.base(row)
    return Cell(
        text + words.MARKS.get(status, ""),
        # a narrow column would break it
        words.interval(row, indicator).replace(" ", NBSP) if ends else "",
        words.n_equals(n) if size and n is not None else "",
    )


def size_words(bases: Iterable[str]) -> str:
    """Say what `n` is, from what the bases count.

    Examples
    --------
    >>> size_words({"appels"}), size_words({"appels", "réponses"})
    ("nombre d'appels", 'effectif')
    """
    found = set(bases)
    return f"nombre {french.of(found.pop())}" if len(found) == 1 else "effectif"


def table_of(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    caption: str,
    keys: Sequence[str],
    heads: Mapping[str, Mapping[Key, Cell]],
    *,
    left: int = 0,
    size: str = "",
    notes: Sequence[str] = (),
    of: Mapping[str, Mapping[str, list[str]]] | None = None,
) -> Output:
    """The table of cells by head and row.

    Where the first keys name several rows each, they head a group of rows.
    """
    place = [{key: i for i, key in enumerate(select.ordered(frame, k, catalogue))} for k in keys]
    named = {
        key: [words.label(row, k, catalogue) for k in keys] for key, row in records(frame, keys)
    }
    first = {key: at for at, key in enumerate(named)}  # groups are in the order of each block

    def by_block(key: Key) -> list[int]:
        places = [p[k] for p, k in zip(place, key, strict=True)]
        return [*places[:-1], first[key]] if keys[-1] == "group_value" else places

    order = sorted(named, key=by_block)
    telling = [i for i, key in enumerate(keys) if set(frame[key]) != {""}] or [*range(len(keys))]
    labels = [words.column_label(frame, keys[i], catalogue) for i in telling]
    columns = {head: [own.get(key, Cell(NOTHING)) for key in order] for head, own in heads.items()}
    flat = [cell for column in columns.values() for cell in column]
    note = _note(frame, catalogue, flat, size, notes)
    content = {"kind": "table", "caption": caption, **carried([frame], catalogue)}
    digest = hashlib.sha256(json.dumps([content, labels, [*heads]]).encode()).hexdigest()[:10]
    if nothing := _nothing(frame, keys, order, heads, of or {}):
        content["nothing"] = nothing
    rows = [[named[key][i] for i in telling] for key in order]
    plain = pipe_table(
        {label: [row[i] for row in rows] for i, label in enumerate(labels)}
        | {head: list(map(_plain, column)) for head, column in columns.items()},
        right=tuple(heads)[left:],
    )
    markup = _markup(labels, rows, columns, left, f"table-{digest}", note)
    return Output({"text/html": markup, "text/plain": f"{plain}\n\n{note}".strip()}, content)


def column_of(rows: pd.DataFrame, *more: str) -> dict[str, list[str]]:
    """What the values of a column of a table are of, by the columns of estimates."""
    return {name: sorted(rows[name].unique()) for name in dict.fromkeys([*_OF_COLUMNS, *more])}


def _nothing(
    frame: pd.DataFrame,
    keys: Sequence[str],
    order: Sequence[Key],
    heads: Mapping[str, Mapping[Key, Cell]],
    of: Mapping[str, Mapping[str, list[str]]],
) -> list[dict[str, Any]]:
    """What each cell without estimate is of: for each column, its rows and what is in others."""
    alone = {name: [*frame[name].unique()] for name in ("product", "device")}
    of_all = {name: values for name, values in alone.items() if len(values) == 1}
    found = []
    for head, column in of.items():
        if rows := [list(key) for key in order if key not in heads[head]]:
            every = {**of_all, **column}
            shared = {name: values for name, values in every.items() if name not in keys}
            found.append({"keys": list(keys), "rows": rows, "of": shared})
    return found


def _markup(
    labels: list[str],
    rows: list[list[str]],
    columns: Mapping[str, Sequence[Cell]],
    left: int,
    name: str,
    note: str,
) -> str:
    """The table as HTML; the first labels of its rows are heads of groups where they repeat."""
    from great_tables import GT

    heads = [row[:-1] for row in rows]
    grouped = len(labels) > 1 and 2 * len(set(map(tuple, heads))) <= len(rows)
    if grouped:
        labels, names = labels[-1:], [row[-1:] for row in rows]
    else:
        names = rows
    texts = [[Cell(name[i]) for name in names] for i in range(len(labels))] + [*columns.values()]
    ids = [f"c{i}" for i in range(len(texts))]
    data = pd.DataFrame({i: map(_html, column) for i, column in zip(ids, texts, strict=True)})
    if grouped:
        data["group"] = [unbroken(f"{NBSP}: ".join(head)) for head in heads]
    titles = [unbroken(title) for title in (*labels, *columns)]
    words_ = len(labels) + left
    made = (
        GT(data, rowname_col=ids[0], groupname_col="group" if grouped else None, id=name)
        .tab_stubhead(titles[0])
        .cols_label(dict(zip(ids[1:], titles[1:], strict=True)))
        .cols_align("left", ids[:words_])
        .cols_align("right", ids[words_:])
        .fmt_passthrough(ids, escape=False)
    )
    if note:
        made = made.tab_source_note(note)
    return _row_groups(made.as_raw_html())


def _row_groups(markup: str) -> str:
    """Give each group of rows a body of its own, which its head then belongs to.

    Great-tables puts all groups into one body, and says of their heads that they are of columns.
    """
    body = r'<tbody class="gt_table_body">'
    row = r'<tr class="gt_group_heading_row">'
    markup = markup.replace(row, f"</tbody>\n{body}\n  {row}")
    markup = re.sub(rf"{body}\s*</tbody>\n", "", markup)
    return re.sub(r'(class="gt_group_heading"[^>]* scope=)"colgroup"', r'\1"rowgroup"', markup)


def _note(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    cells: Sequence[Cell],
    size: str,
    more: Sequence[str],
) -> str:
    """Explain what stands in the table, and nothing else."""
    ends, below = any(cell.ends for cell in cells), any(cell.size for cell in cells)
    under = [TEXTS["interval"]] * ends + [TEXTS["size"].format(things=size)] * below
    sentences = [TEXTS["under"].format(things=french.join(under))] if under else []
    if size and not below:
        sentences.append(TEXTS["size_alone"].format(things=size))
    sentences += [*more, *words.mark_notes(frame, catalogue)]
    if any(cell.text == NOTHING for cell in cells):
        sentences.append(TEXTS["nothing"].format(mark=NOTHING))
    return curly(typography(" ".join(sentences)))


def _html(cell: Cell) -> str:
    small = "".join(f"<br><small>{html.escape(text)}</small>" for text in cell.under)
    return html.escape(unbroken(cell.text)) + small


def _plain(cell: Cell) -> str:
    return f"{cell.text} ({words.SEMICOLON.join(cell.under)})" if cell.under else cell.text


_MOST_COLUMNS = 12  # of devices side by side
BASE = "Effectif (n)"  # where the bases of a table count different things


class _Bases(NamedTuple):
    """Where the bases of a board are told."""

    by_count: dict[str, str]  # by indicator, the label of the count that is its base
    rest: list[Indicator]  # those whose bases no count is
    column: dict[Key, float]  # their bases by row, or nothing where those of a row differ


def table(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    rows: str | Sequence[str] = "product",
    columns: str | None = None,
) -> Output:
    """Make a table of one indicator: a row for each subject, with its interval and base."""
    caption = caption_of(caption, "table")
    keys = [rows] if isinstance(rows, str) else list(rows)
    indicator = select.one_indicator(frame, catalogue, "table")
    placed = [*keys, *([columns] if columns else [])]
    if len(told := select.told_apart(frame, placed)) > len(placed):
        keys, placed = [*keys, "device"], told
    select.unique(frame, placed, "table")
    if columns == "device" and (count := frame["device"].nunique()) > _MOST_COLUMNS:
        raise select.Crowded(
            f"table: {count} devices as columns; at most {_MOST_COLUMNS} can be read; keep some "
            "with study.select(…), or name the rows by them"
        )
    if columns is not None:
        return _side_by_side(frame, catalogue, caption, keys, columns, indicator)
    name = words.headed(indicator, str(frame["unit"].iat[0]))
    base = phrases.capital(indicator.base)
    heads: dict[str, dict[Key, Cell]] = {name: {}, INTERVAL: {}, base: {}}
    for key, row in records(frame, keys):
        heads[name][key] = cell(row, catalogue)
        heads[INTERVAL][key] = Cell(words.interval(row, indicator))
        n = words.base(row)
        heads[base][key] = Cell("" if n is None else french.number(n))
    heads = {
        name: cells for name, cells in heads.items() if any(cell.text for cell in cells.values())
    }
    notes = grades.column_notes({name: frame}, catalogue)
    return table_of(frame, catalogue, caption, keys, heads, notes=notes)


def _side_by_side(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    caption: str,
    keys: list[str],
    columns: str,
    indicator: Indicator,
) -> Output:
    parts = {
        value: records(frame[frame[columns] == value], keys)
        for value in select.ordered(frame, columns, catalogue)
    }
    bases = {
        value: [n for _, row in rows if (n := words.base(row)) is not None]
        for value, rows in parts.items()
    }
    shared = all(len(set(own)) <= 1 for own in bases.values()) and any(
        len(own) > 1 for own in bases.values()
    )
    heads: dict[str, dict[Key, Cell]] = {}
    of: dict[str, dict[str, list[str]]] = {}
    for value, rows in parts.items():
        head = words.label(rows[0][1], columns, catalogue)
        if columns == "period":
            head = french.period_head(value)
        if shared and bases[value]:
            head += f", {words.n_equals(bases[value][0])}"
        heads[head] = {key: cell(row, catalogue, ends=True, size=not shared) for key, row in rows}
        of[head] = column_of(frame[frame[columns] == value], columns)
    size = size_words([indicator.base]) if any(bases.values()) else ""
    notes = grades.column_notes({indicator.label: frame}, catalogue)
    return table_of(frame, catalogue, caption, keys, heads, size=size, notes=notes, of=of)


def register(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    texts: Mapping[str, Mapping[str, str]] | None = None,
    rows: str = "device",
) -> Output:
    """A table of one indicator with what is known of each subject in words beside its value."""
    caption = caption_of(caption, "register")
    indicator = select.one_indicator(frame, catalogue, "register", one_unit=False)
    select.unique(frame, [rows], "register")
    values = {key: cell(row, catalogue, unit=True) for key, row in records(frame, [rows])}
    heads: dict[str, dict[Key, Cell]] = {
        head: {(subject,): Cell(word) for subject, word in words_of.items()}
        for head, words_of in (texts or {}).items()
    }
    left = len(heads)
    heads[indicator.label] = values
    return table_of(frame, catalogue, caption, [rows], heads, left=left)


def board(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    indicators: Sequence[str],
    caption: str,
    rows: str | Sequence[str] = ("product", "channel"),
) -> Output:
    """Make a table of several indicators: a row for each subject, a column for each indicator.

    Each cell is written as its indicator asks, with its interval. A base is told once: by the
    column of a count where it is what that counts, such as calls received for the share that was
    answered; else by a last column where all values of each row have the same; else under each
    value. A cell is empty (`–`) where no device measures.
    """
    caption = caption_of(caption, "board")
    keys = [rows] if isinstance(rows, str) else list(rows)
    known = [words.indicator_of(name, catalogue) for name in indicators]
    frame = frame[frame["indicator"].isin(indicators)]
    if frame.empty:
        raise ObservError("board: no estimate of these indicators; name it with `absent`")
    keys += select.told_apart(frame, [*keys, "indicator"])[len(keys) + 1 :]
    select.unique(frame, [*keys, "indicator"], "board")
    bases = _bases(frame, known, keys)
    below = [] if bases.column else bases.rest
    heads: dict[str, dict[Key, Cell]] = {}
    of: dict[str, dict[str, list[str]]] = {}
    for indicator in known:
        part = frame[frame["indicator"] == indicator.id]
        size = indicator in below
        column = _column(indicator.label, part, catalogue, keys, size, indicator.unit)
        asked = part if len(part) else frame.assign(indicator=indicator.id)
        heads, of = heads | column, of | dict.fromkeys(column, column_of(asked))
    if bases.column:
        things = {indicator.base for indicator in bases.rest}
        head = phrases.capital(things.pop()) if len(things) == 1 else BASE
        heads[head if head not in heads else BASE] = {
            key: Cell(french.number(bases.column[key]) if key in bases.column else "")
            for key, _ in records(frame, keys)
        }
    what = size_words(indicator.base for indicator in below) if below else ""
    parts = {one.label: frame[frame["indicator"] == one.id] for one in known}
    notes = _base_notes(bases.by_count, catalogue) if below else []
    notes += grades.column_notes(parts, catalogue)
    return table_of(frame, catalogue, caption, keys, heads, size=what, notes=notes, of=of)


def _base_notes(counts: Mapping[str, str], catalogue: Catalogue) -> list[str]:
    """Say which column is the base of values that have none under them."""
    names: dict[str, list[str]] = {}
    for name, count in counts.items():
        names.setdefault(count, []).append(f"« {unbroken(catalogue.indicators[name].label)} »")
    return [
        TEXTS["base_column"].format(names=french.join(found), column=unbroken(count))
        for count, found in names.items()
    ]


def _bases(frame: pd.DataFrame, known: Sequence[Indicator], keys: list[str]) -> _Bases:
    """Where to tell the bases of a board, so that none is told twice or taken for another's."""
    rows = {i.id: dict(records(frame[frame["indicator"] == i.id], keys)) for i in known}
    own = {
        name: {key: n for key, row in found.items() if (n := words.base(row)) is not None}
        for name, found in rows.items()
    }
    by_count = {
        i.id: count.label
        for i in known
        for count in reversed(known)
        if own[i.id] and _counts(rows[count.id], own[i.id], i.base)
    }
    rest = [i for i in known if own[i.id] and i.id not in by_count]
    by_row: dict[Key, set[float]] = {}
    for indicator in rest:
        for key, n in own[indicator.id].items():
            by_row.setdefault(key, set()).add(n)
    if by_count or any(len(found) > 1 for found in by_row.values()):
        return _Bases(by_count, rest, {})
    return _Bases(by_count, rest, {key: found.pop() for key, found in by_row.items()})


def _counts(rows: Mapping[Key, Mapping[str, Any]], bases: Mapping[Key, float], things: str) -> bool:
    """Whether rows of a count are the bases, wherever there is one."""
    return all(
        key in rows and rows[key]["unit"] == things and rows[key]["estimate"] == n
        for key, n in bases.items()
    )


def dashboard(
    columns: Mapping[str, pd.DataFrame],
    catalogue: Catalogue,
    *,
    caption: str,
    rows: str | Sequence[str] = ("product", "channel"),
) -> Output:
    """Put several ways of listening side by side: a row for each subject, a column for each frame.

    A column may mix indicators, such as visits where there is a site and calls where there is a
    phone: a value is then written with its unit, which the column's head else says. A
    cell is empty (`–`) where nothing listens.
    """
    caption = caption_of(caption, "dashboard")
    keys = [rows] if isinstance(rows, str) else list(rows)
    filled = {head: frame for head, frame in columns.items() if len(frame)}
    if not filled:
        raise ObservError("dashboard: no estimate to show; name it with `absent`")
    heads: dict[str, dict[Key, Cell]] = {}
    of: dict[str, dict[str, list[str]]] = {}
    for head, frame in filled.items():
        select.unique(frame, keys, f"dashboard, column {head!r}")
        column = _column(head, frame, catalogue, keys)
        heads, of = heads | column, of | dict.fromkeys(column, column_of(frame))
    every, notes = estimates.combine(filled.values()), grades.column_notes(filled, catalogue)
    return table_of(every, catalogue, caption, keys, heads, notes=notes, of=of)


def _column(
    head: str,
    frame: pd.DataFrame,
    catalogue: Catalogue,
    keys: list[str],
    size: bool = False,
    unit: str = "",
) -> dict[str, dict[Key, Cell]]:
    """A column of values with their intervals: its head says their unit where they have one."""
    units = list(frame["unit"].unique()) or [unit]
    one = len(units) == 1
    cells = {
        key: cell(row, catalogue, ends=True, size=size, unit=not one)
        for key, row in records(frame, keys)
    }
    return {words.with_unit(head, units[0]) if one else head: cells}
