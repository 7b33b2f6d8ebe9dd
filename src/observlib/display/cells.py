"""The cells of tables, and the table that is made of them."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.display.output import Output, pipe_table
from observlib.language import french, phrases, wording, words
from observlib.language.rounding import carried
from observlib.language.typography import curly, typography, unbroken

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

    Parameters
    ----------
    keys
        The columns of the frame that name the rows.
    heads
        Cells by their head, from left to right, and by row; one that is left out is `NOTHING`.
    left
        How many heads, from the left, are of words, and not of numbers.
    size
        What `n` is, where it stands in cells or heads.
    notes
        More sentences to stand under the table.
    of
        By head, what its values are of (see `column_of`): the output then carries, as `nothing`,
        what it says that no device measures.
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
    """What the values of a column of a table are of, by the columns of estimates.

    Parameters
    ----------
    rows
        The estimates that stand in it.
    more
        Columns of estimates by which it is told from the others.
    """
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
