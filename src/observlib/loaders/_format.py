"""Reading an export by its format: from the cells of its columns to rows of a tidy table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from observlib import loaders
from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import FIELDS, Catalogue, Device, Format, SourceColumn, contract, tables
from observlib.loaders import Loaded, Reading, _grid, _moments, _settled, _text
from observlib.loaders._cells import CELL_SEPARATOR, read_each, reader_of
from observlib.loaders._grid import Grid, coded, of_texts, places_of
from observlib.loaders._survey import SurveyColumn, responses
from observlib.loaders._text import PIECE, header_label, short

# --- From an export of a survey, read by its format, to answers by the device's questionnaire

_AS_TEXT = re.compile(r"'(?=[=+@-])")  # an apostrophe that keeps spreadsheets from reckoning


def _answered(grid: Grid, frame: pd.DataFrame, reading: Reading, catalogue: Catalogue) -> Loaded:
    """The table `responses`: what the format tells of each response, and the questionnaire's rest.

    Where nothing says which are finished, all are. A response without an identifier is known by its
    moment and its answers, so that a later export tells it again.
    """
    never = pd.Series(pd.NaT, frame.index)
    ended, began = (
        pd.to_datetime(frame.get(name, never)).astype("datetime64[us]")
        for name in ("date", "started")
    )
    finished = frame["finished"].eq(True) if "finished" in frame else pd.Series(True, frame.index)
    moment = ended.fillna(began).where(finished, began.fillna(ended))
    reading.where("date", moment.isna(), "is empty, and the day of the response is not known")
    moment = moment.dropna()
    days = _moments.paris_days(moment).dt.strftime("%Y-%m-%d")
    columns = _answer_columns(grid, reading.form)
    rows = {}
    for line, day in days.items():
        own = [_AS_TEXT.sub("", grid.rows[line][place].strip(), count=1) for place in columns]
        if "response_id" in frame:
            number = str(frame.at[line, "response_id"]).removeprefix("uuid:")
        else:
            number = _code("\0".join([str(moment[line]), *own]))
        rows[line] = [number, day if finished[line] else "", day, *own]
    ours = {"id": "response_id", "submitdate": "date", "startdate": "started"}
    named = [SurveyColumn((reading.titles.get(own, name), name)) for name, own in ours.items()]
    every, strict = [*named, *columns.values()], reading.form.answers.whole_rows
    return responses(reading.path, reading.device, catalogue, every, rows, whole_rows=strict)


def _code(said: str) -> str:
    """An identifier drawn from a text, without long numbers that may be somebody's."""
    drawn = sha256(said.encode()).hexdigest()[:16]
    return "r1" + drawn.translate(str.maketrans("0123456789", "ghijklmnop"))


def _answer_columns(grid: Grid, form: Format) -> dict[int, SurveyColumn]:
    """The columns that may answer a question, by their place: neither the format's nor persons'."""
    taken = {*form.never_read, *(rule.header for rule in form.keep)}
    for column in form.columns.values():
        taken |= {*column.headers, *([column.only_if.header] if column.only_if else [])}
    folded = {fold_label(name) for name in taken}
    count = Counter(grid.header)
    option = re.compile(form.answers.option or r"(?!)", re.DOTALL)  # without one, none is an option
    found: dict[int, SurveyColumn] = {}
    for place, name in enumerate(grid.header):
        part = option.fullmatch(name)
        again = form.answers.repeats and part and part[1] in count
        if again or fold_label(name) in folded:
            continue
        others = grid.others[place] if grid.others else ()
        known = [name, *others] if count[name] == 1 else [*others, name]
        parts = filter(None, map(option.fullmatch, known))
        # an option is `Question [Option]`, as LimeSurvey has it
        names = dict.fromkeys([*known, *(f"{told[1]} [{told[2]}]" for told in parts)])
        if own := tuple(filter(None, names)):
            found[place] = SurveyColumn(own, separator=form.answers.separator)
    return found


# --- Where the fields of a format stand in an export, and the texts of their cells


def _titles_of(path: Path, grid: Grid, form: Format) -> dict[str, str]:
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
        _text.need_columns(path, grid.header, list(dict.fromkeys(missing)), mend)
    return titles


def _texts_of(grid: Grid, reading: Reading) -> pd.DataFrame:
    """The cells of each field, without spaces around them, of the rows that fit the header."""
    titles, form = reading.titles, reading.form
    whole = grid.rows if isinstance(grid.rows, _grid.ColumnCells) else _whole(grid, reading)
    lines = np.fromiter(whole, np.int64, len(whole))
    texts = pd.DataFrame(index=pd.Index(lines, dtype="int64"))
    for field, column in form.columns.items():
        if field not in titles:
            texts[field] = column.value or ""
            continue
        at, *more = places_of(grid.header, column.headers)
        codes, known = coded(whole, at)
        known = [*map(str.strip, known)]
        wrong = [n for n, cell in enumerate(known) if _text.is_formula_error(cell)]
        for place in np.flatnonzero(np.isin(codes, wrong)) if wrong else ():
            what = f"holds {known[codes[place]]} in {short(titles[field])!r}"
            reading.add(int(lines[place]), "", f"{what}, the error of a formula; mend the cell")
        if column.pattern and not more:
            known = [_field_text(column, [cell]) for cell in known]
        cells = of_texts(codes, known)
        if more:
            parts = zip(*(of_texts(*coded(whole, one)) for one in (at, *more)), strict=True)
            cells = np.array([_field_text(column, part) for part in parts], dtype=object)
        if column.same:
            cells = np.array(_repeated(cells, column.same), dtype=object)
            reason = "repeats the cell above, and there is none; write it out"
            reading.add_all(field, dict.fromkeys(lines[cells == column.same].tolist(), reason))
        if column.empty:
            nothing = {fold_label(word) for word in column.empty}
            codes, known = pd.factorize(cells)
            cells = of_texts(codes, ("" if fold_label(cell) in nothing else cell for cell in known))
        texts[field] = pd.Series(cells, index=texts.index, dtype=object)
        if rule := column.only_if:
            (by,) = _grid.needed_places(reading.path, grid, [rule.header])
            codes, known = coded(whole, by)
            wanted = of_texts(codes, map(_grid.rule_of(rule), known), bool)
            texts[field] = texts[field].where(wanted, "")
            if not column.optional:
                reading.where(field, (texts[field] == "") & wanted, "is empty")
    return reading.without(texts)


def _whole(grid: Grid, reading: Reading) -> dict[int, Sequence[str]]:
    """The rows that fit the header; the others are faults."""
    width, whole = len(grid.header), dict(grid.rows)
    for line, cells in grid.rows.items():
        if len(cells) != width and (fault := _text.width_fault(cells, width)):
            reading.add(line, "", fault)
            del whole[line]
    return whole


def _repeated(cells: Iterable[str], word: str) -> list[str]:
    """The cells of a column, where a word stands for the cell above."""
    found: list[str] = []
    for cell in cells:
        again = fold_label(cell) == fold_label(word)
        found.append((found[-1] if found else word) if again else cell)
    return found


def _field_text(column: SourceColumn, cells: Sequence[str]) -> str:
    """The text of a field: of its first cell that is not empty, or of all where they are parts."""
    filled = [text for cell in cells if (text := cell.strip())]
    text = (CELL_SEPARATOR.join(filled) if column.parts else filled[0]) if filled else ""
    if column.pattern and text:
        found = re.fullmatch(column.pattern, text)
        return found[1] if found else text
    return text


_FORMS = ("iso", "%d/%m/%Y %H:%M[:%S]")
# What of each table stays empty where it is not told, and would else be read as "not" or 0.
_UNTOLD = {
    "calls": ("wait",),
    "sales": ("returns",),
    "subscriptions": ("leaves",),
    "tickets": ("answered", "closed", "reopened"),
}


def format_batches(
    path: Path, device: Device, catalogue: Catalogue, form: Format
) -> Iterator[Loaded]:
    """Read an export of a format, a piece at a time where rows can; the last has the notices."""
    if form.refused:
        raise ObservError(f"{path}: is an export of {form.label}; {form.refused}")
    if form.table == "tickets":  # a fetch writes when it saw each
        known = {"extracted": SourceColumn(headers=("extracted",), optional=True), **form.columns}
        form = form.model_copy(update={"columns": known})
    again = _grid.grid_pieces(path, form, PIECE)
    grid = next(again())
    for header, name in form.instead.items():
        if (other := catalogue.formats.get(name)) and places_of(grid.header, [header]):
            yield from format_batches(path, device, catalogue, other)
            return
    named = _moments.day_made(path) if form.made_named else None
    if made := grid.made_on or named:
        device = device.model_copy(update={"extracted": made})
    for header, instead in form.other_exports.items():
        if places_of([*grid.header, *grid.around], [header]):
            raise ObservError(f"{path}: has a column {header!r}: {instead}")
    if not any(grid.header):
        raise ObservError(f"{path}: no row under the header; export it again")
    titles = _titles_of(path, grid, form)
    if not grid.rows:
        raise ObservError(f"{path}: no row under the header; export it again")
    whole = Reading(path=path, form=_with_untold(form, titles), device=device, titles=titles)
    form = _with_period(grid, whole)
    whole = replace(whole, form=form)
    long = len(grid.rows) == PIECE and _grid.in_pieces(path, form)
    if long and not _stand_alone(whole):
        grid, long = _grid.read_grid(path, form), False
    if not long:
        again = partial(iter, [grid])
    how = _written(again, whole)
    zone = _zone(grid.zone, whole)
    left: Counter[str] = Counter()
    seen = tables.Seen(form.table) if long else None
    more: list[str] = []
    before: dict[str, pd.Timestamp] = {}
    parts = pd.DataFrame()
    for grid in again():
        grid = _grid.kept_rows(path, grid, form, left)
        reading = whole.piece(grid.header, grid.rows)
        texts = _texts_of(grid, reading)
        values = {
            field: _read(texts, field, reading, how, zone, before, catalogue)
            for field in form.columns
        }
        frame = reading.without(pd.DataFrame(values, index=texts.index))
        if form.table == "responses":
            found = _answered(grid, frame, reading, catalogue)
        else:
            frame = getattr(_settled, f"settle_{form.table}")(frame, reading)
            if form.sums and form.table == "audience":  # held to its contract once it is whole
                parts = _settled.summed(pd.concat([parts, frame]) if len(parts) else frame)
                none, count = contract.empty(form.table), len(frame)
                found = Loaded(form.table, none, contract.no_rejects(), added=count)
            else:
                found = loaders.settle(path, form.table, frame, (), seen=seen)
        if device.verbatims and form.texts:
            found, lacking = _with_texts(found, frame, grid, reading)
            more += lacking
        more += [*found.notices, *reading.notices]
        rejects = reading.rejects(path, titles, texts, _shown)
        found = replace(found, rejects=loaders.rejects_of(rejects, found.rejects), notices=())
        yield found
    if len(parts):
        yield loaders.settle(path, form.table, parts, ())
    more += [f"{field} is left unknown: {why}" for field, why in form.unknown.items()]
    counted = [
        f"{count} {'row does' if count == 1 else 'rows do'} not count: {why}"
        for why, count in (+left).items()
    ]
    texts_ = None if found.texts is None else found.texts[:0]
    last = replace(found, rows=found.rows[:0], rejects=found.rejects[:0], texts=texts_)
    yield replace(last, notices=(*counted, *more), added=0)


def _with_texts(
    found: Loaded, frame: pd.DataFrame, grid: Grid, reading: Reading
) -> tuple[Loaded, list[str]]:
    """What a piece holds, with what people wrote in the format's columns of texts; what lacks."""
    ids = frame[loaders.id_of(found.table)].astype(str).groupby(level=0).first().to_dict()
    headers = reading.form.texts
    places = {question: places_of(grid.header, names)[:1] for question, names in headers.items()}
    cells = {
        question: {line: row[at] for line, row in grid.rows.items() if at < len(row)}
        for question, where in places.items()
        for at in where
    }
    every = ", ".join(header for names in headers.values() for header in names)
    lacking = [] if cells else [f"no column of texts ({every}): no text is loaded"]
    return loaders.with_texts(reading.path, found, reading.device, ids, cells), lacking


def _stand_alone(reading: Reading) -> bool:
    """Whether a row can be read without those far from it."""
    form, device, titles = reading.form, reading.device, reading.titles
    far = form.latest or form.carry_down or form.every_day or form.last_partial
    far = far or (form.sums and form.table != "audience")
    if far or any(column.same for column in form.columns.values()):
        return False
    if form.table == "ratings":  # whose answers are numbered among those of one moment
        return "answer_id" in titles
    if form.table == "tickets":  # which are seen at the latest moment
        return "extracted" in titles or device.extracted is not None
    return form.table in ("calls", "call_intervals", "audience")


def _with_untold(form: Format, titles: dict[str, str]) -> Format:
    """The format, with what this export does not tell, for want of a column, among the unknown."""
    untold = {
        field: "the export has no such column"
        for field in _UNTOLD.get(form.table, ())
        if field not in titles and field not in form.unknown
    }
    if "nature" in titles:  # returns are rows of their own
        untold.pop("returns", None)
    if "left" in titles:  # persons, of whom each tells it
        untold.pop("leaves", None)
    return form.model_copy(update={"unknown": {**form.unknown, **untold}})


def _with_period(grid: Grid, reading: Reading) -> Format:
    """The format, with the period of an export that does not say it."""
    form, titles = reading.form, reading.titles
    column = form.columns.get("period")
    if column is None:
        return form
    told: dict[str, object] = {"optional": False}  # a cell of it
    if "period" not in titles:
        records = 1 if "section" in titles else len(grid.rows)  # a period has many sections
        period = _moments.given_period(reading.path, reading.device, records)
        told |= {"headers": (), "value": period}
    columns = {**form.columns, "period": column.model_copy(update=told)}
    return form.model_copy(update={"columns": columns})


def _written(again: _grid.Pieces, reading: Reading) -> dict[str, _moments.Written]:
    """How each field of moments or days is written, told over all that may be so alike."""
    form, told = reading.form, reading.device.date_form
    alike: dict[tuple[str, ...], list[str]] = {}
    for field, column in form.columns.items():
        if _is_dated(form, field):
            alike.setdefault(column.forms or _FORMS, []).append(field)
    found: dict[str, _moments.Written] = {}
    for forms, fields in alike.items():
        days = FIELDS[form.table][fields[0]].startswith("day")
        columns = _columns(again, reading, fields)
        try:
            how = _moments.written_form(columns, forms, days, told if told in forms else "")
        except ObservError as error:
            raise ObservError(f"{reading.path}: column {fields[0]!r}: {error}") from error
        found |= dict.fromkeys(fields, how)
    return found


def _columns(
    again: _grid.Pieces, reading: Reading, fields: Sequence[str]
) -> Iterator[list[pd.Series]]:
    """The cells of some fields that are not empty, of a piece after the other."""
    form = reading.form
    part = form.model_copy(update={"columns": {name: form.columns[name] for name in fields}})
    for grid in again():
        kept = _grid.kept_rows(reading.path, grid, form, Counter())
        texts = _texts_of(kept, replace(reading, form=part).piece((), {}))
        yield [texts.loc[texts[field] != "", field] for field in fields]


def _is_dated(form: Format, field: str) -> bool:
    kind = FIELDS[form.table][field].rstrip("?")
    return kind in ("moment", "day") and not form.columns[field].after


def _zone(told: str, reading: Reading) -> ZoneInfo:
    """The zone of moments that tell none: the file's own, the device's or the format's."""
    if not told:
        return ZoneInfo(reading.device.zone or reading.form.zone)
    try:
        return ZoneInfo(told)
    except (ValueError, KeyError, OSError) as error:
        raise ObservError(
            f"{reading.path}: its zone {short(told)!r} is none that is known; give the device's "
            "`zone`, and export the file again"
        ) from error


def _read(
    texts: pd.DataFrame,
    field: str,
    reading: Reading,
    how: dict[str, _moments.Written],
    zone: ZoneInfo,
    before: dict[str, pd.Timestamp],
    catalogue: Catalogue,
) -> pd.Series:
    """The values of a field; cells that cannot be read are faults of their rows."""
    form = reading.form
    column, cells = form.columns[field], texts[field]
    kind = FIELDS[form.table][field]
    alone = kind.endswith("~")
    optional = kind.endswith(("?", "~")) or column.optional
    kind = kind.rstrip("?~")
    filled = cells != ""
    if any("" in told for told in column.words.values()):
        filled |= True  # a word stands for an empty cell
    elif not optional:
        reading.add_all(field, dict.fromkeys(cells.index[~filled], "is empty"))
    there = cells[filled]
    if not _is_dated(form, field):
        found, why = read_each(there, reader_of(kind, field, column, catalogue))
    elif there.empty:
        found, why = there.astype("datetime64[us]"), {}
    else:
        last = before.get(field)
        found, why = _moments.read_moments(there, how[field], zone, form.in_order, last)
        if found.notna().any():
            before[field] = found.dropna().iloc[-1]
    if alone:
        reading.cells += ((line, field, reason) for line, reason in why.items())
    else:
        reading.add_all(field, why)
    return found.reindex(cells.index)


def _shown(field: str, cell: str) -> str:
    """The refused cell, unless it may tell of a person."""
    if field == "answer_id":
        return ""
    if field == "participant":
        return "(not shown: it may be a name)"
    cell = re.sub(r"\s+", " ", cell)
    return short(_text.without_persons(cell, 60, "name or number", field)) if cell else ""
