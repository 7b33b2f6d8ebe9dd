"""What counts of visits, and ratings, need beyond the cells of their columns."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import Column, Device, Format
from observlib.catalogue.tables import QUESTIONS
from observlib.loaders._faults import Faults, Settled, about
from observlib.loaders._moments import PARIS
from observlib.loaders._periods import month_of
from observlib.loaders._rows import are_complete, days, period_fault

_COUNTS = ("visits", "visitors", "actions", "downloads", "bounces", "seconds")
_LARGEST = 1e12  # total of a day or month
_MOST_ANSWERS = 100_000  # that one row counts


def audience(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Counts of days, months or other parts of a month; shares and means become totals."""
    start, end = _period(frame, faults)
    frame = faults.without(frame)
    start, end = start[frame.index], end[frame.index]
    if form.every_day:
        _need_every_day(path, start)
    complete = are_complete(end, device.extracted)
    if form.last_partial and device.extracted is None:
        months = [month_of(faults.cell(line, "month")) for line in faults.rows]
        last = max((span[0] for span in months if not isinstance(span, str)), default=None)
        complete &= start.ne(pd.Timestamp(last))
    frame = about(frame, device).assign(start=start, end=end, complete=complete)
    for name in _COUNTS:
        column = form.columns.get(name)
        if column is None:
            frame[name] = np.nan
        elif column.of:
            of = frame[column.of].astype(float)
            total = frame[name].astype(float) * of / (100 if name == "bounces" else 1)
            frame[name] = np.floor(total + 0.5).where(of > 0)
            faults.where(name, total > _LARGEST, f"makes a total no site has, with {column.of}")
    return faults.without(frame), []


def sections(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Visits of sections; pages that stand beside the folders, such as `/index`, do not count."""
    start, end = _period(frame, faults)
    pages = frame["section"].str.startswith("/").fillna(False).astype(bool)
    frame = faults.without(frame[~pages])
    start, end = start[frame.index], end[frame.index]
    complete = are_complete(end, device.extracted)
    count = int(pages.sum())
    rows = "1 row does" if count == 1 else f"{count} rows do"
    notices = [f"{rows} not count: a page at the root of the site is no section"] if count else []
    return about(frame, device).assign(start=start, end=end, complete=complete), notices


def summed(frame: pd.DataFrame) -> pd.DataFrame:
    """Parts of counts, such as those of pages, added up by product, area and days.

    What one part does not tell is unknown of the sum, which stands under the line of the first.

    Examples
    --------
    >>> day = pd.Timestamp("2026-03-01")
    >>> told = {"product": "p", "area": None, "start": day, "end": day, "complete": True}
    >>> parts = pd.DataFrame({**told, "visits": [3, 4], "bounces": [1, None]}, index=[2, 3])
    >>> summed(parts)[["visits", "bounces"]].to_dict("index")
    {2: {'visits': 7.0, 'bounces': nan}}
    """
    key = ["product", "area", "start", "end", "complete"]
    names = [name for name in _COUNTS if name in frame]
    told = frame.astype(dict.fromkeys(names, float)).assign(line=frame.index)
    grouped = told.groupby(key, dropna=False, sort=False)
    sums = grouped[names].sum()
    sums = sums.where(grouped[names].count().eq(grouped.size(), axis=0))
    first = grouped[[name for name in frame if name not in (*key, *names)] + ["line"]].first()
    found = pd.concat([sums, first], axis=1).reset_index()
    return found.set_index(pd.Index(found.pop("line"), name=None))


def _period(frame: pd.DataFrame, faults: Faults) -> tuple[pd.Series, pd.Series]:
    """The first and last days that the rows count."""
    if "period" in frame:
        spans = frame["period"].to_dict()
        why = {line: period_fault(*span) for line, span in spans.items()}
        faults.add_all("period", {line: reason for line, reason in why.items() if reason})
        ends = zip(*spans.values(), strict=True) if spans else ((), ())
        start, end = (pd.Series(days([*each]), frame.index) for each in ends)
        return start, end
    if "month" in frame:
        start = pd.to_datetime(frame["month"]).astype("datetime64[us]")
        return start, (start + pd.offsets.MonthEnd(0)).astype("datetime64[us]")
    if "start" in frame:
        return frame["start"], frame["end"]
    return frame["day"], frame["day"]


def _need_every_day(path: Path, days: pd.Series) -> None:
    """Stop where rows that should be days count weeks or months, each under its first day.

    Raises
    ------
    ObservError
        Where no two rows are of one day and the next.
    """
    apart = np.diff(np.sort(days.unique())).astype("timedelta64[D]").astype(int)
    if apart.size and apart.min() > 1:
        raise ObservError(
            f"{path}: rows are {apart.min()} days apart: they count weeks or months; export by day"
        )


def ratings(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Ratings at Paris time, a row an answer and question, of columns of marks or of questions.

    A row that counts several answers becomes as many. Where the tool gives answers no identifier,
    it is the moment, and the place among those of that moment.
    """
    if "answers" in frame:
        count = frame["answers"].astype(float).fillna(1)
        faults.where("answers", count > _MOST_ANSWERS, f"is above {_MOST_ANSWERS}; check the row")
        frame = faults.without(frame)
        frame = frame.loc[frame.index.repeat(count[frame.index].astype(int))]
    if "answer_id" not in frame:
        frame = frame.assign(answer_id=_numbered(about(frame, device)))
    local = frame["date"].dt.tz_localize("UTC").dt.tz_convert(PARIS).dt.tz_localize(None)
    frame = about(frame, device).assign(date=local)
    asked = [name for name in ("value", *QUESTIONS) if name in frame]
    parts = [_asked(frame, name, form.columns[name]) for name in asked]
    found = pd.concat(parts).sort_index(kind="stable")
    return found[found["value"].notna()], []


def _numbered(frame: pd.DataFrame) -> pd.Series:
    """An identifier of each answer: its moment and place among those of that moment and area."""
    area = frame["area"].fillna("").map(lambda name: re.sub(r"\W+", "-", fold_label(name)))
    place = frame.assign(area=area).groupby(["date", "area"]).cumcount() + 1
    told = frame["date"].dt.strftime("%Y%m%dT%H%M%S-") + area.where(area == "", area + "-")
    return told + place.astype(str)


def _asked(frame: pd.DataFrame, name: str, column: Column) -> pd.DataFrame:
    """The rows of one question, or of all where `value` holds their marks."""
    told: dict[str, object] = {"value": frame[name].astype(float)}
    if name != "value":
        told["question"] = name
    if column.scale:
        told["scale_min"], told["scale_max"] = column.scale
    return frame.assign(**told)
