"""What the rows of each table need beyond the cells of their columns, whatever their format."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.catalogue import SourceColumn
from observlib.catalogue.tables import QUESTIONS
from observlib.loaders._cells import MOST_THEMES
from observlib.loaders._moments import PARIS, day_named, month_of, paris_days
from observlib.loaders._rows import Reading, Settle, Settled, are_complete, ends_of, period_fault
from observlib.loaders._settled_sheets import (
    settle_counters,
    settle_figures,
    settle_polls,
    settle_user_tests,
)

_COUNTS = ("visits", "visitors", "actions", "downloads", "bounces", "seconds")
_LARGEST = 1e12  # total of a day or month
_MOST_ANSWERS = 100_000  # that one row counts
_OF_A_SALE = ["product", "title_id", "format", "start"]


def settle_audience(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Counts of days, months or other parts of a month; shares and means become totals."""
    frame, form, device = _with_days(frame, reading), reading.form, reading.device
    if form.every_day:
        _need_every_day(frame["start"], reading)
    complete = are_complete(frame["end"], device.extracted)
    if form.last_partial and device.extracted is None:
        months = [month_of(reading.cell(line, "month")) for line in reading.rows]
        last = max((span[0] for span in months if not isinstance(span, str)), default=None)
        complete &= frame["start"].ne(pd.Timestamp(last))
    frame = reading.about(frame).assign(complete=complete)
    for name in _COUNTS:
        column = form.columns.get(name)
        if column is None:
            frame[name] = np.nan
        elif column.of:
            of = frame[column.of].astype(float)
            total = frame[name].astype(float) * of / (100 if name == "bounces" else 1)
            frame[name] = np.floor(total + 0.5).where(of > 0)
            reading.where(name, total > _LARGEST, f"makes a total no site has, with {column.of}")
    return reading.without(frame), []


def settle_sections(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Visits of sections; pages that stand beside the folders, such as `/index`, do not count."""
    pages = frame["section"].str.startswith("/").fillna(False).astype(bool)
    frame = _with_days(frame, reading)
    frame = reading.about(frame[~pages[frame.index]])
    count = int(pages.sum())
    rows = "1 row does" if count == 1 else f"{count} rows do"
    notices = [f"{rows} not count: a page at the root of the site is no section"] if count else []
    complete = are_complete(frame["end"], reading.device.extracted)
    return frame.assign(complete=complete), notices


def summed(frame: pd.DataFrame) -> pd.DataFrame:
    """Parts of counts added up by product, area and days; what one lacks is unknown of the sum.

    >>> day = pd.Timestamp("2026-03-01")
    >>> told = {"product": "p", "area": None, "start": day, "end": day, "complete": True}
    >>> parts = pd.DataFrame({**told, "visits": [3, 4], "bounces": [1, None]}, index=[2, 3])
    >>> summed(parts)[["visits", "bounces"]].to_dict("index")
    {2: {'visits': 7.0, 'bounces': nan}}
    """
    names = [name for name in _COUNTS if name in frame]
    return _added_up(frame, ["product", "area", "start", "end", "complete"], names)


def _added_up(frame: pd.DataFrame, key: list[str], names: list[str]) -> pd.DataFrame:
    """Rows that are parts, added up by key; a sum of which one part is not told is unknown."""
    told = frame.astype(dict.fromkeys(names, float)).assign(line=frame.index)
    grouped = told.groupby(key, dropna=False, sort=False)
    sums = grouped[names].sum()
    sums = sums.where(grouped[names].count().eq(grouped.size(), axis=0))
    first = grouped[[name for name in frame if name not in (*key, *names)] + ["line"]].first()
    found = pd.concat([sums, first], axis=1).reset_index()
    return found.set_index(pd.Index(found.pop("line"), name=None))


def _with_days(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Rows with the first and last days (`start`, `end`) that they count; no other rows."""
    if "period" in frame:
        spans = frame["period"].to_dict()
        reading.add_all("period", {line: period_fault(*span) for line, span in spans.items()})
        start, end = ends_of(frame["period"])
    elif "month" in frame:
        start = pd.to_datetime(frame["month"]).astype("datetime64[us]")
        end = (start + pd.offsets.MonthEnd(0)).astype("datetime64[us]")
    else:
        start, end = (frame["start"], frame["end"]) if "start" in frame else (frame["day"],) * 2
    return reading.without(frame.assign(start=start, end=end))


def _need_every_day(days: pd.Series, reading: Reading) -> None:
    """Stop where rows that should be days count weeks or months, each under its first day."""
    apart = np.diff(np.sort(days.unique())).astype("timedelta64[D]").astype(int)
    if apart.size and apart.min() > 1:
        raise ObservError(
            f"{reading.path}: rows are {apart.min()} days apart: they count weeks or months; "
            "export by day"
        )


def settle_ratings(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Ratings at Paris time, a row an answer and question, of columns of marks or of questions.

    A row that counts several answers becomes as many; without identifiers, its moment and place are
    one.
    """
    if "answers" in frame:
        count = frame["answers"].astype(float).fillna(1)
        reading.where("answers", count > _MOST_ANSWERS, f"is above {_MOST_ANSWERS}; check the row")
        frame = reading.without(frame)
        frame = frame.loc[frame.index.repeat(count[frame.index].astype(int))]
    frame = reading.about(frame)
    if "answer_id" not in frame:
        frame = frame.assign(answer_id=_numbered(frame))
    local = frame["date"].dt.tz_localize("UTC").dt.tz_convert(PARIS).dt.tz_localize(None)
    frame = frame.assign(date=local)
    asked = [name for name in ("value", *QUESTIONS) if name in frame]
    parts = [_asked(frame, name, reading.form.columns[name]) for name in asked]
    found = pd.concat(parts).sort_index(kind="stable")
    return found[found["value"].notna()], []


def _numbered(frame: pd.DataFrame) -> pd.Series:
    """An identifier of each answer: its moment and place among those of that moment and area."""
    area = frame["area"].fillna("").map(lambda name: re.sub(r"\W+", "-", fold_label(name)))
    place = frame.assign(area=area).groupby(["date", "area"]).cumcount() + 1
    told = frame["date"].dt.strftime("%Y%m%dT%H%M%S-") + area.where(area == "", area + "-")
    return told + place.astype(str)


def _asked(frame: pd.DataFrame, name: str, column: SourceColumn) -> pd.DataFrame:
    """The rows of one question, or of all where `value` holds their marks."""
    told: dict[str, object] = {"value": frame[name].astype(float)}
    if name != "value":
        told["question"] = name
    if column.scale:
        told["scale_min"], told["scale_max"] = column.scale
    return frame.assign(**told)


def settle_calls(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Calls, with their day in Paris."""
    if "talk" in frame:
        talked = (frame["outcome"] == "abandoned") & (frame["talk"] > 0)
        reading.where("talk", talked, "is not 0 and the call was abandoned")
    _need_themes(frame, reading)
    return settle_call_intervals(reading.without(frame), reading)


def settle_call_intervals(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Half hours, with their day in Paris."""
    return reading.about(frame).assign(date=paris_days(frame["moment"])), []


def settle_tickets(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Tickets, with the moment at which they were seen."""
    form = reading.form
    for name, column in form.columns.items():
        if column.after:
            seconds = pd.to_timedelta(frame[name].astype(float), unit="s")
            frame[name] = frame[column.after] + seconds
    if "reopened" not in form.unknown:
        frame["reopened"] = frame.get("reopened", pd.Series(None, frame.index)).eq(True)
    _need_themes(frame, reading)
    never = pd.Series(pd.NaT, frame.index, dtype="datetime64[us]")
    frame["extracted"] = frame.get("extracted", never)
    seen, notices = _seen(frame, reading)
    frame["extracted"] = frame["extracted"].fillna(seen) if seen else frame["extracted"]
    frame["unknown"] = " ".join(sorted(form.unknown)) or None
    return reading.about(frame).assign(date=paris_days(frame["received"])), notices


def _seen(frame: pd.DataFrame, reading: Reading) -> tuple[datetime | None, list[str]]:
    """The moment of the export where rows do not say it, and what is to be told of it."""
    if frame.empty or frame["extracted"].notna().all():
        return None, []
    if (extracted := reading.device.extracted) is not None:
        end = datetime.combine(extracted, time(23, 59), PARIS)
        return end.astimezone(UTC).replace(tzinfo=None), []
    # one wrong year must not make every open ticket wait until then
    names = [name for name in ("received", "answered", "closed", "extracted") if name in frame]
    every = np.concatenate([frame[name].dropna().to_numpy("datetime64[us]") for name in names])
    every = every[every <= np.datetime64(datetime.now(UTC).replace(tzinfo=None))]
    if not every.size:
        raise ObservError(
            f"{reading.path}: no moment of the past can be read; write YYYY-MM-DD HH:MM or "
            "dd/mm/yyyy HH:MM"
        )
    latest: datetime = every.max().item()
    notice = (
        f"the export does not say when it was made: open tickets are taken as seen on its latest "
        f"moment, {latest:%Y-%m-%d}; add a column `extracted`, or the device's `extracted`"
    )
    return latest, [notice]


def _need_themes(frame: pd.DataFrame, reading: Reading) -> None:
    """Stop where a column of themes is one of subjects, that people wrote."""
    count = frame["theme"].nunique() if "theme" in frame else 0
    if count > MOST_THEMES:
        raise ObservError(
            f"{reading.path}: column theme holds {count} different texts, which is no list of "
            "themes but what people wrote; export the theme that was chosen, or leave the column "
            "out"
        )


def _in_months(frame: pd.DataFrame, reading: Reading, last: date | None = None) -> pd.DataFrame:
    """Rows of months, or of days, with the month's `start` and `end`, and whether it was over."""
    frame, device = reading.about(frame), reading.device
    if "month" not in frame and "day" not in frame:
        day = day_named(device.period or reading.path.stem)
        if day is None:
            raise ObservError(
                f"{reading.path}: no month in its rows; write it in the file's name, as _2026-03, "
                "or as the device's `period`"
            )
        frame = frame.assign(day=pd.Timestamp(day))
    start = pd.to_datetime(frame["month"] if "month" in frame else frame["day"])
    start = start.dt.to_period("M").dt.start_time
    end = (start + pd.offsets.MonthEnd(0)).astype("datetime64[us]")
    complete = are_complete(end, device.extracted or (last and last + timedelta(days=1)))
    return frame.assign(start=start.astype("datetime64[us]"), end=end, complete=complete)


def settle_sales(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Sales of months, with the returns written as rows of their own added to their sale's."""
    notices: list[str] = []
    if "price" in frame:  # of one unit
        less = frame["discount"].astype(float).fillna(0) if "discount" in frame else 0
        frame["revenue"] = frame["price"].astype(float) * frame["units"].astype(float) - less
    last = frame["day"].max().date() if "day" in frame and len(frame) else None
    frame = _in_months(frame, reading, last)
    if last and not (reading.device.extracted or frame["complete"].all()):
        notices.append(
            f"the export does not say when it was made: {last:%Y-%m} counts as incomplete, as its "
            f"last day known is {last}; add the device's `extracted`"
        )
    for name in ("revenue", "returns", "format"):
        if name not in frame:
            frame[name] = np.nan
    frame["revenue"] = frame["revenue"].astype(float)
    if "currency" in frame:
        other = frame["currency"].fillna("EUR").str.upper() != "EUR"
        frame.loc[other, "revenue"] = np.nan
        if other.any():
            notices.append(f"revenue of {int(other.sum())} rows is in another currency: left out")
    back = frame.get("nature", pd.Series("sale", frame.index)) == "return"
    for name in ("units", "revenue"):
        reason = "is negative and the row is no return; say so in `nature`"
        reading.where(name, ~back & (frame[name] < 0), reason)
    frame = reading.without(frame)
    back = back[frame.index]
    returns = frame["returns"].astype(float).abs()
    if "returns" not in reading.form.unknown:
        returns = returns.fillna(0)
    frame["returns"] = returns.mask(back, returns.fillna(0) + frame["units"].abs().where(back, 0))
    frame["revenue"] = frame["revenue"].mask(back, -frame["revenue"].abs()) + 0.0
    frame["units"] = frame["units"].mask(back, 0)
    if reading.form.sums:
        return _added_up(frame, _OF_A_SALE, ["units", "returns", "revenue"]), notices
    return _joined(frame, back), notices


def _joined(frame: pd.DataFrame, back: pd.Series) -> pd.DataFrame:
    """The returns written as rows of their own, added to the first sale of their key."""
    if not back.any():
        return frame
    frame = frame.assign(line=frame.index, back=back)
    first = frame.sort_values("back", kind="stable").groupby(_OF_A_SALE, dropna=False)["line"]
    to = first.transform("first").reindex(frame.index)
    gone = frame["back"] & (to != frame["line"])
    for name in ("returns", "revenue"):
        more = frame.loc[gone, name].groupby(to[gone]).sum(min_count=1)
        both = frame.loc[more.index, name] + more
        frame.loc[more.index, name] = both.fillna(frame.loc[more.index, name])
    return frame[~gone].drop(columns=["line", "back"])


def settle_subscriptions(frame: pd.DataFrame, reading: Reading) -> Settled:
    """Monthly counts of subscribers, of cohorts or whole lists; or of persons, counted here."""
    if "joined" in reading.form.columns:
        frame, last, notices = _counted(reading.about(frame), reading)
        return _in_months(frame, reading, last), notices
    frame = _in_months(frame, reading)
    if "cohort" in frame:
        joined = pd.to_datetime(frame["cohort"])
        late = joined > frame["start"]
        for line, month in frame.loc[late, "start"].items():
            reading.add(line, "cohort", f"is after the row's month, {month:%Y-%m}")
        other = joined.notna() & (joined != frame["start"]) & (frame["joins"] > 0) & ~late
        for line, month in joined[other].items():
            reading.add(line, "joins", f"is not 0 and the cohort joined in {month:%Y-%m}")
        frame["cohort"] = joined.dt.strftime("%Y-%m").where(joined.notna(), None)
        frame = reading.without(frame)
        reading.add_all("list", _counted_twice(frame))
    return reading.without(frame), []


def _counted(frame: pd.DataFrame, reading: Reading) -> tuple[pd.DataFrame, date, list[str]]:
    """The stock, joins and leaves of each month and cohort, from when persons joined and left."""
    frame = frame.assign(list=frame.get("list", reading.device.label))
    knows_leaving = "leaves" not in reading.form.unknown
    if "left" not in frame:
        frame["left"] = pd.NaT
    unknown, early = frame["joined"].isna(), frame["left"] < frame["joined"]
    reading.where("joined", unknown, "is empty: the month of joining is not known")
    reading.where("left", early, "is before the day of joining")
    frame = frame[~unknown & ~early]
    if frame.empty:
        raise ObservError(f"{reading.path}: nobody's day of joining can be read; export it again")
    joined, left = paris_days(frame["joined"]), paris_days(pd.to_datetime(frame["left"]))
    notices = []
    made = pd.Timestamp(reading.device.extracted) if reading.device.extracted else None
    if made is None:
        made = max(day for day in (joined.max(), left.max()) if pd.notna(day))
        notices.append(
            f"the export does not say when it was made: months are counted until its latest "
            f"day, {made:%Y-%m-%d}; add the device's `extracted`"
        )
    rows = []
    months = frame.assign(joined=joined.dt.to_period("M"), left=left.dt.to_period("M"))
    last = made.to_period("M")
    key = ["product", "list", "joined"]
    for (product, name, cohort), people in months.groupby(key, dropna=False, sort=True):
        leaving = people["left"].value_counts()
        stock = len(people)
        for month in pd.period_range(cohort, last, freq="M"):
            leaves = int(leaving.get(month, 0))
            stock -= leaves
            if not knows_leaving and month < last - 1:
                continue
            joins = len(people) if month == cohort else 0
            told = {"month": month.start_time, "stock": stock, "joins": joins}
            told["leaves"] = leaves if knows_leaving else None
            rows.append({"product": product, "list": name, "cohort": str(cohort), **told})
    return pd.DataFrame(rows, index=range(1, len(rows) + 1)), made.date(), notices


def _counted_twice(frame: pd.DataFrame) -> dict[int, str]:
    """Rows of the whole list, beside those of its cohorts in the same month."""
    months: dict[Any, list[int]] = defaultdict(list)
    for line, *key in frame[["product", "list", "start"]].itertuples():
        months[tuple(map(str, key))].append(line)
    found = {}
    for lines in months.values():
        rows = frame.loc[lines]
        cohorts = rows[rows["cohort"].notna()]
        stock = cohorts["stock"].sum()
        for line, row in rows[rows["cohort"].isna()].iterrows() if len(cohorts) else ():
            if row["joins"] or row["stock"] == stock > 0:
                found[int(str(line))] = (
                    f"is the whole list, whose cohorts are counted from row {cohorts.index[0]} on; "
                    "keep one of the two"
                )
    return found


SETTLED: dict[str, Settle] = {
    one.__name__.removeprefix("settle_"): one
    for one in (
        settle_calls, settle_call_intervals, settle_tickets, settle_sales, settle_subscriptions,
        settle_audience, settle_sections, settle_ratings, settle_polls, settle_figures,
        settle_counters, settle_user_tests,
    )
}  # fmt: skip
