"""What the rows of each table need beyond the cells of their columns, whatever their format."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Device, Format
from observlib.loaders._cells import MOST_THEMES
from observlib.loaders._faults import Faults, Settle, Settled, about
from observlib.loaders._figures import counters, figures
from observlib.loaders._moments import PARIS, paris_days
from observlib.loaders._periods import day_named
from observlib.loaders._persons import counted
from observlib.loaders._rows import are_complete
from observlib.loaders._settled_counts import audience, ratings, sections
from observlib.loaders._settled_polls import polls
from observlib.loaders._settled_user_tests import user_tests


def calls(path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults) -> Settled:
    """Calls, with their day in Paris."""
    if "talk" in frame:
        talked = (frame["outcome"] == "abandoned") & (frame["talk"] > 0)
        faults.where("talk", talked, "is not 0 and the call was abandoned")
    _need_themes(path, frame)
    frame = faults.without(frame)
    return about(frame, device).assign(date=paris_days(frame["moment"])), []


def call_intervals(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Half hours, with their day in Paris."""
    return about(frame, device).assign(date=paris_days(frame["moment"])), []


def tickets(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Tickets, with the moment at which they were seen."""
    for name, column in form.columns.items():
        if column.after:
            seconds = pd.to_timedelta(frame[name].astype(float), unit="s")
            frame[name] = frame[column.after] + seconds
    if "reopened" not in form.unknown:
        told = frame["reopened"] if "reopened" in frame else pd.Series(None, frame.index)
        frame["reopened"] = told.eq(True)
    _need_themes(path, frame)
    if "extracted" not in frame:
        frame["extracted"] = pd.Series(pd.NaT, frame.index, dtype="datetime64[us]")
    seen, notices = _seen(path, frame, device)
    frame["extracted"] = frame["extracted"].fillna(seen) if seen else frame["extracted"]
    frame["unknown"] = " ".join(sorted(form.unknown)) or None
    return about(frame, device).assign(date=paris_days(frame["received"])), notices


def _seen(path: Path, frame: pd.DataFrame, device: Device) -> tuple[datetime | None, list[str]]:
    """The moment of the export where rows do not say it, and what is to be told of it."""
    if frame.empty or frame["extracted"].notna().all():
        return None, []
    if device.extracted is not None:
        end = datetime.combine(device.extracted, time(23, 59), PARIS)
        return end.astimezone(UTC).replace(tzinfo=None), []
    # one wrong year must not make every open ticket wait until then
    names = [name for name in ("received", "answered", "closed", "extracted") if name in frame]
    every = np.concatenate([frame[name].dropna().to_numpy("datetime64[us]") for name in names])
    every = every[every <= np.datetime64(datetime.now(UTC).replace(tzinfo=None))]
    if not every.size:
        raise ObservError(
            f"{path}: no moment of the past can be read; write YYYY-MM-DD HH:MM or dd/mm/yyyy HH:MM"
        )
    latest: datetime = every.max().item()
    notice = (
        f"the export does not say when it was made: open tickets are taken as seen on its latest "
        f"moment, {latest:%Y-%m-%d}; add a column `extracted`, or the device's `extracted`"
    )
    return latest, [notice]


def _need_themes(path: Path, frame: pd.DataFrame) -> None:
    """Stop where a column of themes is one of subjects, that people wrote.

    Raises
    ------
    ObservError
        For more different themes than any list of themes has.
    """
    count = frame["theme"].nunique() if "theme" in frame else 0
    if count > MOST_THEMES:
        raise ObservError(
            f"{path}: column theme holds {count} different texts, which is no list of themes but "
            "what people wrote; export the theme that was chosen, or leave the column out"
        )


def _in_months(
    path: Path, frame: pd.DataFrame, device: Device, last: date | None = None
) -> pd.DataFrame:
    """Rows of months, or of days, with the month's `start` and `end`, and whether it was over.

    Where nothing tells when the export was made, it goes to the `last` day that it knows.

    Raises
    ------
    ObservError
        Where neither rows, nor the device, nor the file's name tell the month.
    """
    if "month" not in frame and "day" not in frame:
        day = day_named(device.period or path.stem)
        if day is None:
            raise ObservError(
                f"{path}: no month in its rows; write it in the file's name, as _2026-03, or as "
                "the device's `period`"
            )
        frame = frame.assign(day=pd.Timestamp(day))
    start = pd.to_datetime(frame["month"] if "month" in frame else frame["day"])
    start = start.dt.to_period("M").dt.start_time
    end = (start + pd.offsets.MonthEnd(0)).astype("datetime64[us]")
    complete = are_complete(end, device.extracted or (last and last + timedelta(days=1)))
    return frame.assign(start=start.astype("datetime64[us]"), end=end, complete=complete)


def sales(path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults) -> Settled:
    """Sales of months, with the returns written as rows of their own added to their sale's."""
    notices: list[str] = []
    if "price" in frame:  # of one unit
        less = frame["discount"].astype(float).fillna(0) if "discount" in frame else 0
        frame["revenue"] = frame["price"].astype(float) * frame["units"].astype(float) - less
    last = frame["day"].max().date() if "day" in frame and len(frame) else None
    frame = _in_months(path, about(frame, device), device, last)
    if last and not (device.extracted or frame["complete"].all()):
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
    nature = frame["nature"] if "nature" in frame else pd.Series("sale", frame.index)
    back = nature == "return"
    reason = "is negative and the row is no return; say so in `nature`"
    faults.where("units", ~back & (frame["units"] < 0), reason)
    faults.where("revenue", ~back & (frame["revenue"] < 0), reason)
    frame = faults.without(frame)
    back = back[frame.index]
    returns = frame["returns"].astype(float).abs()
    if "returns" not in form.unknown:
        returns = returns.fillna(0)
    frame["returns"] = returns.mask(back, returns.fillna(0) + frame["units"].abs().where(back, 0))
    frame["revenue"] = frame["revenue"].mask(back, -frame["revenue"].abs()) + 0.0
    frame["units"] = frame["units"].mask(back, 0)
    if form.sums:
        return _summed(frame, ["product", "title_id", "format", "start"]), notices
    return _joined(frame, back), notices


def _joined(frame: pd.DataFrame, back: pd.Series) -> pd.DataFrame:
    """The returns written as rows of their own, added to the first sale of their key."""
    if not back.any():
        return frame
    key = ["product", "title_id", "format", "start"]
    frame = frame.assign(line=frame.index, back=back)
    first = frame.sort_values("back", kind="stable").groupby(key, dropna=False)["line"]
    to = first.transform("first").reindex(frame.index)
    gone = frame["back"] & (to != frame["line"])
    for name in ("returns", "revenue"):
        more = frame.loc[gone, name].groupby(to[gone]).sum(min_count=1)
        both = frame.loc[more.index, name] + more
        frame.loc[more.index, name] = both.fillna(frame.loc[more.index, name])
    return frame[~gone].drop(columns=["line", "back"])


def _summed(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Rows that are parts added up by key, under the line of the first.

    An amount that one part lacks is unknown of the sum.
    """

    def total(parts: pd.Series) -> Any:
        return parts.sum() if parts.notna().all() else np.nan

    grouped = frame.assign(line=frame.index).groupby(key, dropna=False, sort=False)
    sums = {name: total for name in ("units", "returns", "revenue")}
    others = {name: "first" for name in frame if name not in (*sums, *key)}
    made = grouped.agg({**sums, **others, "line": "first"}).reset_index()
    return made.set_index(pd.Index(made.pop("line"), name=None))


def subscriptions(
    path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults
) -> Settled:
    """Monthly counts of subscribers, of cohorts or whole lists; or of persons, counted here."""
    if "joined" in form.columns:
        frame, last, notices = counted(path, about(frame, device), form, device, faults.where)
        return _in_months(path, frame, device, last), notices
    frame = _in_months(path, about(frame, device), device)
    if "cohort" in frame:
        joined = pd.to_datetime(frame["cohort"])
        late = joined > frame["start"]
        for line, month in frame.loc[late, "start"].items():
            faults.add(line, "cohort", f"is after the row's month, {month:%Y-%m}")
        other = joined.notna() & (joined != frame["start"]) & (frame["joins"] > 0) & ~late
        for line, month in joined[other].items():
            faults.add(line, "joins", f"is not 0 and the cohort joined in {month:%Y-%m}")
        frame["cohort"] = joined.dt.strftime("%Y-%m").where(joined.notna(), None)
        frame = faults.without(frame)
        faults.add_all("list", _counted_twice(frame))
    return faults.without(frame), []


def _counted_twice(frame: pd.DataFrame) -> dict[int, str]:
    """Rows of the whole list, beside those of its cohorts in the same month.

    A row without a cohort may be that of those who joined before records began: nobody joins it
    any more, and its stock is not that of the cohorts together.
    """
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
    "calls": calls,
    "call_intervals": call_intervals,
    "tickets": tickets,
    "sales": sales,
    "subscriptions": subscriptions,
    "audience": audience,
    "sections": sections,
    "ratings": ratings,
    "polls": polls,
    "figures": figures,
    "counters": counters,
    "user_tests": user_tests,
}
