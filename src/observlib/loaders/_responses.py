"""From an export of a survey, read by its format, to answers by the device's questionnaire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd

from observlib.base.text import fold_label
from observlib.catalogue import Catalogue, Device, Format
from observlib.loaders import Loaded
from observlib.loaders._faults import Faults
from observlib.loaders._grid import Grid
from observlib.loaders._moments import paris_days
from observlib.loaders._survey import responses
from observlib.loaders._survey_columns import Column

_AS_TEXT = re.compile(r"'(?=[=+@-])")  # an apostrophe that keeps spreadsheets from reckoning


def answered(
    path: Path,
    grid: Grid,
    frame: pd.DataFrame,
    form: Format,
    titles: Mapping[str, str],
    device: Device,
    catalogue: Catalogue,
    faults: Faults,
) -> Loaded:
    """The table `responses`: what the format tells of each response, and the questionnaire's rest.

    Where nothing says which are finished, all are: the tool keeps no others. A response without an
    identifier is known by its moment and its answers, so that a later export tells it again.
    """
    moments = pd.DataFrame(
        {
            name: pd.to_datetime(frame[name]) if name in frame else pd.Series(pd.NaT, frame.index)
            for name in ("date", "started")
        }
    ).astype("datetime64[us]")
    finished = frame["finished"].eq(True) if "finished" in frame else pd.Series(True, frame.index)
    begun_first = moments["started"].fillna(moments["date"])
    moment = moments["date"].fillna(moments["started"]).where(finished, begun_first)
    faults.where("date", moment.isna(), "is empty, and the day of the response is not known")
    moment = moment.dropna()
    days = paris_days(moment).dt.strftime("%Y-%m-%d")
    columns = _columns(grid, form)
    rows = {}
    for line, day in days.items():
        own = [_AS_TEXT.sub("", grid.rows[line][place].strip(), count=1) for place in columns]
        if "response_id" in frame:
            number = str(frame.at[line, "response_id"]).removeprefix("uuid:")
        else:
            said = "\0".join([str(moment[line]), *own])
            number = _code(said)
        rows[line] = [number, day if finished[line] else "", day, *own]
    ours = {"id": "response_id", "submitdate": "date", "startdate": "started"}
    named = [Column((titles.get(field, name), name)) for name, field in ours.items()]
    return responses(
        path, device, catalogue, [*named, *columns.values()], rows,
        whole_rows=form.answers.whole_rows,
    )  # fmt: skip


def _code(said: str) -> str:
    """An identifier drawn from a text, without long numbers that may be somebody's.

    Examples
    --------
    >>> _code("2026-03-02 08:14:05 5")
    'r1ebbjopjadfjibddp'
    """
    drawn = sha256(said.encode()).hexdigest()[:16]
    return "r1" + drawn.translate(str.maketrans("0123456789", "ghijklmnop"))


def _columns(grid: Grid, form: Format) -> dict[int, Column]:
    """The columns that may answer a question, by their place: neither the format's nor persons'."""
    taken = {*form.never_read, *(rule.header for rule in form.keep)}
    for column in form.columns.values():
        taken |= {*column.headers, *([column.only_if.header] if column.only_if else [])}
    folded = {fold_label(name) for name in taken}
    count = Counter(grid.header)
    names = {
        place: _names(name, grid.others[place] if grid.others else (), form, count[name] == 1)
        for place, name in enumerate(grid.header)
        if fold_label(name) not in folded
    }
    option = form.answers.option
    if form.answers.repeats and option:
        there = set(grid.header)
        names = {
            place: own
            for place, own in names.items()
            if not ((found := _parts(option, grid.header[place])) and found[1] in there)
        }
    return {
        place: Column(own, separator=form.answers.separator)
        for place, own in names.items()
        if any(own)
    }


def _names(name: str, others: Sequence[str], form: Format, alone: bool) -> tuple[str, ...]:
    """What a questionnaire may call a column; an option `Question [Option]`, as LimeSurvey does.

    The first is what messages show: the header, unless other columns have it too.
    """
    known = [name, *others] if alone else [*others, name]
    if option := form.answers.option:
        parts = [_parts(option, one) for one in known]
        known += [f"{found[1]} [{found[2]}]" for found in parts if found]
    return tuple(dict.fromkeys(one for one in known if one))


def _parts(option: str, header: str) -> re.Match[str] | None:
    """The question and the option that a header tells."""
    return re.fullmatch(option, header, re.DOTALL)
