"""Tables of estimates: one indicator at length, or several side by side."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Indicator
from observlib.display import select
from observlib.display.output import Output, caption_of, pipe_table, study_method
from observlib.language import french, wording, words
from observlib.language.prose import curly, plain, typography, unbroken
from observlib.language.words import carried

# --- The cells of tables, and the table that is made of them

_NBSP = french.NBSP
NO_VALUE = "–"
_TEXTS = wording.load_texts(__file__)
_INTERVAL = _TEXTS["interval_column"]
_Key = tuple[str, ...]
_OF_COLUMNS = ("indicator", "channel", "period", "group", "group_value")


class _Cell(NamedTuple):
    """What stands in a cell: a text, and under it an interval and a base."""

    text: str
    ends: str = ""
    size: str = ""

    @property
    def under(self) -> list[str]:
        return [text for text in (self.ends, self.size) if text]


class _Asked(NamedTuple):
    """What a table is of: estimates, its caption, and the columns that name its rows."""

    frame: pd.DataFrame
    catalogue: Catalogue
    caption: str
    keys: Sequence[str]


class _Column(NamedTuple):
    """The cells of a column by row; and what its values are of, where a row may have none."""

    cells: Mapping[_Key, _Cell]
    of: Mapping[str, list[str]] | None = None


_Columns = dict[str, _Column]  # by their heads


def placed_records(frame: pd.DataFrame, keys: Sequence[str]) -> list[tuple[_Key, estimates.Row]]:
    """The rows of a frame, each with the place that its keys give it in a table."""
    return [(tuple(row[key] for key in keys), row) for row in estimates.records(frame)]


def cell(
    row: estimates.Row,
    catalogue: Catalogue,
    *,
    ends: bool = False,
    size: bool = False,
    unit: bool = False,
) -> _Cell:
    """A value with its mark and, where they are asked for, its unit, its interval and its base."""
    status = row["status"]
    if status in words.WITHHELD:
        return _Cell(words.CELL_MARKS[status])
    indicator = words.indicator_of(row["indicator"], catalogue)
    figure = words.figure(row["estimate"], indicator, row["unit"])
    text = words.rounded_count(row, indicator) if unit else figure
    n = words.base_of(row)
    return _Cell(
        text + words.CELL_MARKS.get(status, ""),
        # a narrow column would break it
        words.interval(row, indicator).replace(" ", _NBSP) if ends else "",
        words.n_equals(n) if size and n is not None else "",
    )


def _size_words(bases: Iterable[str]) -> str:
    """Say what `n` is, from what the bases count."""
    found = set(bases)
    return f"nombre {french.of(found.pop())}" if len(found) == 1 else "effectif"


def _table_of(
    asked: _Asked, columns: _Columns, *, left: int = 0, size: str = "", notes: Sequence[str] = ()
) -> Output:
    """The table of columns; first keys of several rows each head a group of rows."""
    frame, catalogue, caption, keys = asked
    named = {
        key: [words.label(row, k, catalogue) for k in keys]
        for key, row in placed_records(frame, keys)
    }
    order = _row_order(asked, named)
    telling = [i for i, key in enumerate(keys) if set(frame[key]) != {""}] or [*range(len(keys))]
    labels = [words.column_label(frame, keys[i], catalogue) for i in telling]
    cells = {
        head: [column.cells.get(key, _Cell(NO_VALUE)) for key in order]
        for head, column in columns.items()
    }
    note = _note(asked, [cell for own in cells.values() for cell in own], size, notes)
    content = {"kind": "table", "caption": caption, **carried([frame], catalogue)}
    digest = hashlib.sha256(json.dumps([content, labels, [*columns]]).encode()).hexdigest()[:10]
    if nothing := _nothing(asked, order, columns):
        content["nothing"] = nothing
    rows = [[named[key][i] for i in telling] for key in order]
    texts = {label: [row[i] for row in rows] for i, label in enumerate(labels)}
    texts |= {head: list(map(_plain, own)) for head, own in cells.items()}
    plain = pipe_table(texts, right=tuple(cells)[left:])
    markup = _markup(labels, rows, cells, left, f"table-{digest}", note)
    return Output({"text/html": markup, "text/plain": f"{plain}\n\n{note}".strip()}, content)


def _row_order(asked: _Asked, rows: Iterable[_Key]) -> list[_Key]:
    """Rows in reading order; groups of people are in the order of the frame, within each block."""
    frame, catalogue, _, keys = asked
    place = [{key: i for i, key in enumerate(select.ordered(frame, k, catalogue))} for k in keys]
    first = {key: at for at, key in enumerate(rows)}

    def by_block(key: _Key) -> list[int]:
        places = [p[k] for p, k in zip(place, key, strict=True)]
        return [*places[:-1], first[key]] if keys[-1] == "group_value" else places

    return sorted(first, key=by_block)


def _column_of(rows: pd.DataFrame, *more: str) -> dict[str, list[str]]:
    """What the values of a column of a table are of, by the columns of estimates."""
    return {name: sorted(rows[name].unique()) for name in dict.fromkeys([*_OF_COLUMNS, *more])}


def _nothing(asked: _Asked, order: Sequence[_Key], columns: _Columns) -> list[estimates.Row]:
    """What each cell without estimate is of: for each column, its rows and what is in others."""
    alone = {name: [*asked.frame[name].unique()] for name in ("product", "device")}
    of_all = {name: values for name, values in alone.items() if len(values) == 1}
    found = []
    for column in columns.values():
        rows = [list(key) for key in order if key not in column.cells]
        if rows and column.of is not None:
            every = of_all | dict(column.of)
            shared = {name: values for name, values in every.items() if name not in asked.keys}
            found.append({"keys": list(asked.keys), "rows": rows, "of": shared})
    return found


def _markup(
    labels: list[str],
    rows: list[list[str]],
    columns: Mapping[str, Sequence[_Cell]],
    left: int,
    name: str,
    note: str,
) -> str:
    """The table as HTML; the first labels of its rows are heads of groups where they repeat."""
    from great_tables import GT

    heads = [row[:-1] for row in rows]
    grouped = len(labels) > 1 and 2 * len(set(map(tuple, heads))) <= len(rows)
    if grouped:
        labels, rows = labels[-1:], [row[-1:] for row in rows]
    texts = [[_Cell(row[i]) for row in rows] for i in range(len(labels))] + [*columns.values()]
    ids = [f"c{i}" for i in range(len(texts))]
    data = pd.DataFrame({i: map(_html, column) for i, column in zip(ids, texts, strict=True)})
    if grouped:
        data["group"] = [unbroken(f"{_NBSP}: ".join(head)) for head in heads]
    titles = [unbroken(title) for title in (*labels, *columns)]
    words_ = len(labels) + left
    made = GT(data, rowname_col=ids[0], groupname_col="group" if grouped else None, id=name)
    made = made.tab_stubhead(titles[0]).cols_label(dict(zip(ids[1:], titles[1:], strict=True)))
    made = made.cols_align("left", ids[:words_]).cols_align("right", ids[words_:])
    made = made.fmt_passthrough(ids, escape=False)
    if note:
        made = made.tab_source_note(note)
    return _row_groups(made.as_raw_html())


def _row_groups(markup: str) -> str:
    """Give each group of rows a body of its own, to which its head then belongs."""
    body = r'<tbody class="gt_table_body">'
    row = r'<tr class="gt_group_heading_row">'
    markup = markup.replace(row, f"</tbody>\n{body}\n  {row}")
    markup = re.sub(rf"{body}\s*</tbody>\n", "", markup)
    return re.sub(r'(class="gt_group_heading"[^>]* scope=)"colgroup"', r'\1"rowgroup"', markup)


def _note(asked: _Asked, cells: Sequence[_Cell], size: str, more: Sequence[str]) -> str:
    """Explain what stands in the table, and nothing else."""
    ends, below = any(cell.ends for cell in cells), any(cell.size for cell in cells)
    under = [_TEXTS["interval"]] * ends + [_TEXTS["size"].format(things=size)] * below
    sentences = [_TEXTS["under"].format(things=french.join(under))] * bool(under)
    sentences += [_TEXTS["size_alone"].format(things=size)] * bool(size and not below)
    sentences += [*more, *words.mark_notes(asked.frame, asked.catalogue)]
    is_empty = any(cell.text == NO_VALUE for cell in cells)
    sentences += [_TEXTS["nothing"].format(mark=NO_VALUE)] * is_empty
    return curly(typography(" ".join(sentences)))


def _html(cell: _Cell) -> str:
    small = "".join(f"<br><small>{html.escape(text)}</small>" for text in cell.under)
    return html.escape(unbroken(cell.text)) + small


def _plain(cell: _Cell) -> str:
    return f"{cell.text} ({words.SEMICOLON.join(cell.under)})" if cell.under else cell.text


_MOST_COLUMNS = 12  # of devices side by side
_BASE = "Effectif (n)"  # where the bases of a table count different things


@study_method("table")
def table(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    rows: str | Sequence[str] = "product",
    columns: str | None = None,
) -> Output:
    """A table of one indicator, with its intervals and bases.

    Parameters
    ----------
    frame
        Estimates of one indicator.
    rows
        The column, or columns, that name the rows.
    columns
        A column, often `period`, whose values stand side by side.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> grid = study.estimates("devices", indicator="devices")
    >>> shown = study.table(grid, "Qui écoute où", columns="channel")
    >>> print(repr(shown)[:48])
    | Produit | Web | Données ouvertes | Téléphone |
    """
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
    asked = _Asked(frame, catalogue, caption, keys)
    if columns is not None:
        return _side_by_side(asked, columns, indicator)
    name = words.headed(indicator, str(frame["unit"].iat[0]))
    heads = (name, _INTERVAL, words.capital(indicator.base))
    placed_rows = placed_records(frame, keys)
    cells = (
        {key: cell(row, catalogue) for key, row in placed_rows},
        {key: _Cell(words.interval(row, indicator)) for key, row in placed_rows},
        {key: _Cell(_base_number(row)) for key, row in placed_rows},
    )
    pairs = zip(heads, cells, strict=True)
    filled = {head: _Column(own) for head, own in pairs if any(one.text for one in own.values())}
    notes = select.column_notes({name: frame}, catalogue)
    return _table_of(asked, filled, notes=notes)


def _side_by_side(asked: _Asked, columns: str, indicator: Indicator) -> Output:
    frame, catalogue, _, keys = asked
    parts = {
        value: placed_records(frame[frame[columns] == value], keys)
        for value in select.ordered(frame, columns, catalogue)
    }
    bases = {value: _known_bases(row for _, row in rows) for value, rows in parts.items()}
    alike = all(len(set(own)) <= 1 for own in bases.values())
    shared = alike and any(len(own) > 1 for own in bases.values())
    made: _Columns = {}
    for value, rows in parts.items():
        named = words.label(rows[0][1], columns, catalogue)
        head = french.period_head(value) if columns == "period" else named
        if shared and bases[value]:
            head += f", {words.n_equals(bases[value][0])}"
        cells = {key: cell(row, catalogue, ends=True, size=not shared) for key, row in rows}
        made[head] = _Column(cells, _column_of(frame[frame[columns] == value], columns))
    size = _size_words([indicator.base]) if any(bases.values()) else ""
    notes = select.column_notes({indicator.label: frame}, catalogue)
    return _table_of(asked, made, size=size, notes=notes)


@study_method("register")
def register(
    frame: pd.DataFrame, catalogue: Catalogue, *, caption: str, rows: str = "device"
) -> Output:
    """A table of one indicator whose units differ: each value is written with its own.

    Parameters
    ----------
    frame
        Estimates of one indicator.
    rows
        The column that names the rows.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> received = study.estimates("devices", indicator="device_received")
    >>> shown = study.register(received, "Ce que chacun a fourni")
    >>> print(repr(shown)[:33])
    | Dispositif | Données fournies |
    """
    return register_with_texts(frame, catalogue, caption=caption, texts={}, rows=rows)


def register_with_texts(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    texts: Mapping[str, Mapping[str, str]],
    rows: str = "device",
) -> Output:
    """A table of one indicator with what is known of each subject in words before it."""
    caption = caption_of(caption, "register")
    indicator = select.one_indicator(frame, catalogue, "register", one_unit=False)
    select.unique(frame, [rows], "register")
    values = {key: cell(row, catalogue, unit=True) for key, row in placed_records(frame, [rows])}
    columns = {
        head: _Column({(subject,): _Cell(word) for subject, word in words_of.items()})
        for head, words_of in texts.items()
    }
    columns[indicator.label] = _Column(values)
    return _table_of(_Asked(frame, catalogue, caption, [rows]), columns, left=len(texts))


@study_method("board")
def board(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    indicators: Sequence[str],
    caption: str,
    rows: str | Sequence[str] = ("product", "channel"),
) -> Output:
    """A table of several indicators side by side: those asked for by `indicator`, or all.

    A base is told once: by the column of a count where it is what that counts, such as calls
    received for the share answered; else by a last column where a row has only one; else under
    each value. A cell is empty (`–`) where no device measures.

    Parameters
    ----------
    frame
        Estimates of any indicators.
    rows
        The column, or columns, that name the rows.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> now = study.estimates("contacts", period="2026-T3")
    >>> asked = ["calls_offered", "answer_rate"]
    >>> shown = study.board(now, "Appels", rows="product", indicator=asked)
    >>> print(repr(shown)[:45])
    | Produit | Appels reçus | Appels décrochés |
    """
    caption = caption_of(caption, "board")
    keys = [rows] if isinstance(rows, str) else list(rows)
    known = [words.indicator_of(name, catalogue) for name in indicators]
    frame = frame[frame["indicator"].isin(indicators)]
    if frame.empty:
        raise ObservError("board: no estimate of these indicators; name it with `absent`")
    keys += select.told_apart(frame, [*keys, "indicator"])[len(keys) + 1 :]
    select.unique(frame, [*keys, "indicator"], "board")
    asked = _Asked(frame, catalogue, caption, keys)
    parts = {one.id: frame[frame["indicator"] == one.id] for one in known}
    by_count, rest, numbers = _bases(parts, known, keys)
    below = [] if numbers else rest
    columns: _Columns = {}
    for indicator in known:
        part = parts[indicator.id]
        of = _column_of(part if len(part) else frame.assign(indicator=indicator.id))
        size = indicator in below
        columns |= _column(asked, indicator.label, part, of, size, indicator.unit)
    if numbers:
        things = {indicator.base for indicator in rest}
        head = words.capital(things.pop()) if len(things) == 1 else _BASE
        found = {key: _Cell(french.number(n)) for key, n in numbers.items()}
        none = {key: _Cell("") for key, _ in placed_records(frame, keys)}
        columns[head if head not in columns else _BASE] = _Column(none | found)
    what = _size_words(indicator.base for indicator in below) if below else ""
    notes = _base_notes(by_count, catalogue) if below else []
    notes += select.column_notes({one.label: parts[one.id] for one in known}, catalogue)
    return _table_of(asked, columns, size=what, notes=notes)


def _base_notes(counts: Mapping[str, str], catalogue: Catalogue) -> list[str]:
    """Say which column is the base of values that have none under them."""
    names: dict[str, list[str]] = {}
    for name, count in counts.items():
        names.setdefault(count, []).append(f"« {unbroken(catalogue.indicators[name].label)} »")
    return [
        _TEXTS["base_column"].format(names=french.join(found), column=unbroken(count))
        for count, found in names.items()
    ]


def _bases(
    parts: Mapping[str, pd.DataFrame], known: Sequence[Indicator], keys: Sequence[str]
) -> tuple[dict[str, str], list[Indicator], dict[_Key, float]]:
    """By indicator, the count that is its base; those of which none is; and their bases by row."""
    rows = {name: dict(placed_records(part, keys)) for name, part in parts.items()}
    own = {
        name: {key: n for key, row in found.items() if (n := words.base_of(row)) is not None}
        for name, found in rows.items()
    }
    by_count = {
        i.id: count.label
        for i in known
        for count in reversed(known)
        if own[i.id] and _counts(rows[count.id], own[i.id], i.base)
    }
    rest = [i for i in known if own[i.id] and i.id not in by_count]
    column: dict[_Key, float] = {}
    several = any(column.setdefault(key, n) != n for i in rest for key, n in own[i.id].items())
    return by_count, rest, {} if by_count or several else column


def _counts(rows: Mapping[_Key, estimates.Row], bases: Mapping[_Key, float], things: str) -> bool:
    """Whether rows of a count are the bases, wherever there is one."""
    return all(
        key in rows and rows[key]["unit"] == things and rows[key]["estimate"] == n
        for key, n in bases.items()
    )


def dashboard_table(
    columns: Mapping[str, pd.DataFrame],
    catalogue: Catalogue,
    *,
    caption: str,
    rows: str | Sequence[str] = ("product", "channel"),
) -> Output:
    """Several ways of listening side by side: a row for each subject, a column for each frame."""
    caption = caption_of(caption, "dashboard")
    keys = [rows] if isinstance(rows, str) else list(rows)
    filled = {head: frame for head, frame in columns.items() if len(frame)}
    if not filled:
        raise ObservError("dashboard: no estimate to show; name it with `absent`")
    asked = _Asked(estimates.combine(filled.values()), catalogue, caption, keys)
    made: _Columns = {}
    for head, frame in filled.items():
        select.unique(frame, keys, f"dashboard, column {head!r}")
        made |= _column(asked, head, frame, _column_of(frame))
    return _table_of(asked, made, notes=select.column_notes(filled, catalogue))


def _column(
    asked: _Asked,
    head: str,
    frame: pd.DataFrame,
    of: Mapping[str, list[str]],
    size: bool = False,
    unit: str = "",
) -> _Columns:
    """A column of values with their intervals: its head says their unit where they have one."""
    units = list(frame["unit"].unique()) or [unit]
    one = len(units) == 1
    cells = {
        key: cell(row, asked.catalogue, ends=True, size=size, unit=not one)
        for key, row in placed_records(frame, asked.keys)
    }
    return {words.with_unit(head, units[0]) if one else head: _Column(cells, of)}


# --- The numbers of a figure, as a table for those who would rather read them

_ACROSS = 10  # most columns of a cross table
_FILLED = 2 / 3  # least share of its cells that have an estimate
_VALUE, _STATE = "Valeur", "État"


class _Side(NamedTuple):
    """A thing that tells estimates apart: its name, its values in order, that of each estimate."""

    head: str
    order: list[str]
    labels: list[str]


def data_markdown(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Write the estimates of a figure as a pandoc pipe table with its caption, which says what all
    share: a cross table where two things tell them apart; else a row for each estimate."""
    apart = sides(frame, catalogue)
    crossed = _crossed(frame, apart, catalogue)
    columns, remarks = crossed or _listed(frame, apart, catalogue)
    words_ = {_STATE, *(side.head for side in apart)}
    table = pipe_table(columns, right=tuple(name for name in columns if name not in words_))
    shared = _shared_words(frame, apart, catalogue, with_unit=crossed is not None)
    caption = " ".join([f"{', '.join(shared)}.", *remarks])
    return f"{table}\n\n: {plain(unbroken(caption))}"


def sides(frame: pd.DataFrame, catalogue: Catalogue) -> list[_Side]:
    """The things that tell estimates apart, such as products and periods; one at least."""
    records = estimates.records(frame)
    telling: list[str] = []
    apart = 1
    # without a product, a row is named by its group, which cannot then tell the options of a poll
    unnamed = {row["group_value"] for row in records if not row["product"]}
    subject = "device" if len(unnamed) > 1 else "product"
    for column in ("indicator", subject, "group_value", "channel", "device", "group"):
        if (more := len({tuple(row[c] for c in (*telling, column)) for row in records})) > apart:
            telling.append(column)
            apart = more
    if frame["period"].nunique() > 1 or not telling:
        telling.append("period")
    found: list[_Side] = []
    for column in telling:
        head = words.column_label(frame, column, catalogue)
        labels = [words.label(row, column, catalogue) for row in records]
        if words.BETWEEN in head:
            parts = zip(*(label.split(words.BETWEEN, 1) for label in labels), strict=True)
            for name, own in zip(head.split(words.BETWEEN), map(list, parts), strict=True):
                found.append(_Side(name, sorted(dict.fromkeys(own), key=_leading), own))
            continue
        by_key = dict(zip(frame[column], labels, strict=True))
        order = [by_key[key] for key in select.ordered(frame, column, catalogue)]
        found.append(_Side(head, list(dict.fromkeys(order)), labels))
    return found


def _leading(label: str) -> int:
    """The number that a label begins with: hours are put in order, days stay as they are."""
    found = re.match(r"\d+", label)
    return int(found[0]) if found else 0


def _crossed(
    frame: pd.DataFrame, sides: list[_Side], catalogue: Catalogue
) -> tuple[dict[str, list[str]], list[str]] | None:
    """Columns and remarks of the cross table, the longer side down; None where there is none."""
    if len(sides) != 2:
        return None
    down, across = sorted(sides, key=lambda side: -len(side.order))
    places = list(zip(down.labels, across.labels, strict=True))
    grid = len(down.order) * len(across.order)
    alone = len(set(places)) == len(places)
    if not (alone and 1 < len(across.order) <= _ACROSS and len(places) >= _FILLED * grid):
        return None
    rows = estimates.records(frame)
    unit = frame["unit"].nunique() > 1
    cells: dict[tuple[str, str], str] = {}
    bases: dict[str, set[float]] = {name: set() for name in across.order}
    for place, row in zip(places, rows, strict=True):
        cells[place] = _data_cell(row, catalogue, unit)
        bases[place[1]].update(_known_bases([row]))
    one = len(set().union(*bases.values())) < 2
    by_column = not one and all(len(found) < 2 for found in bases.values())
    columns = {down.head: down.order}
    for name in across.order:
        head = f"{name}, {words.n_equals(*bases[name])}" if by_column and bases[name] else name
        columns[head] = [cells.get((place, name), NO_VALUE) for place in down.order]
    remarks = [_TEXTS["in_brackets"]] * bool(frame["ci_low"].notna().any())
    if not one and not by_column:
        remarks.append(_TEXTS["sizes_elsewhere"])
    remarks += words.mark_notes(frame, catalogue)
    if len(places) < grid:
        remarks.append(_TEXTS["no_value"].format(mark=NO_VALUE))
    return columns, remarks


def _data_cell(row: estimates.Row, catalogue: Catalogue, unit: bool) -> str:
    """A value with its mark and interval, and its unit where those of the table differ."""
    if row["status"] in words.WITHHELD:
        return words.CELL_MARKS[row["status"]]
    indicator = words.indicator_of(row["indicator"], catalogue)
    figure = words.figure(row["estimate"], indicator, row["unit"])
    text = words.value(row, indicator) if unit else figure
    ends = words.interval(row, indicator)
    return text + words.CELL_MARKS.get(row["status"], "") + (f" ({ends})" if ends else "")


def _listed(
    frame: pd.DataFrame, sides: list[_Side], catalogue: Catalogue
) -> tuple[dict[str, list[str]], list[str]]:
    """Columns of the table that has a row for each estimate, and no remark."""
    columns = {side.head: side.labels for side in sides}
    columns |= {name: [] for name in (_VALUE, _INTERVAL, _BASE, _STATE)}
    for row in estimates.records(frame):
        one = words.indicator_of(row["indicator"], catalogue)
        is_hidden = row["status"] in words.WITHHELD
        columns[_VALUE].append(NO_VALUE if is_hidden else words.value(row, one))
        columns[_INTERVAL].append(words.interval(row, one))
        columns[_BASE].append(_base_number(row))
        columns[_STATE].append(words.STATUS_WORDS[row["status"]])
    if _data_base(frame) is not None:
        del columns[_BASE]
    return {name: column for name, column in columns.items() if any(column)}, []


def _known_bases(rows: Iterable[estimates.Row]) -> list[float]:
    return [n for n in map(words.base_of, rows) if n is not None]


def _base_number(row: estimates.Row) -> str:
    n = words.base_of(row)
    return "" if n is None else french.number(n)


def _data_base(frame: pd.DataFrame) -> float | None:
    """The base that all estimates of an indicator share, where there are several."""
    found = set(_known_bases(estimates.records(frame)))
    alike = len(found) == 1 and len(frame) > 1 and frame["indicator"].nunique() == 1
    return found.pop() if alike else None


def labels_of(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The labels of the indicators of estimates."""
    found = frame["indicator"].unique()
    return french.join(words.indicator_of(str(name), catalogue).label for name in found)


def _shared_words(
    frame: pd.DataFrame, sides: list[_Side], catalogue: Catalogue, with_unit: bool
) -> list[str]:
    """What all estimates share: their indicators (one with its unit), their period, their base."""
    first = frame.iloc[0].to_dict()
    indicator = words.indicator_of(first["indicator"], catalogue)
    one = with_unit and frame["indicator"].nunique() == frame["unit"].nunique() == 1
    shared = [words.headed(indicator, first["unit"]) if one else labels_of(frame, catalogue)]
    period = words.column_label(frame, "period", catalogue)
    if period not in [side.head for side in sides]:
        shared.append(words.label(first, "period", catalogue))
    if (n := _data_base(frame)) is not None:
        shared.append(words.base_text(n, indicator))
    return shared
