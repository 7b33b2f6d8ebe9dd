"""What the rows of each table need beyond the cells of their columns, whatever their format."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.base.text import fold, fold_label
from observlib.catalogue import Column, Device, Format
from observlib.catalogue.tables import QUESTIONS
from observlib.loaders._cells import MOST_THEMES, counters, figures
from observlib.loaders._faults import Faults, Settle, Settled, about
from observlib.loaders._moments import PARIS, paris_days
from observlib.loaders._periods import day_named, month_of
from observlib.loaders._rows import are_complete, days, period_fault
from observlib.loaders._settled_user_tests import user_tests
from observlib.loaders._text import is_total, need_columns

# --- Persons of an export of subscribers, counted into months


def counted(
    path: Path,
    frame: pd.DataFrame,
    form: Format,
    device: Device,
    refuse: Callable[[str, pd.Series, str], None],
) -> tuple[pd.DataFrame, date, list[str]]:
    """The stock, joins and leaves of each month and cohort, from when persons joined and left."""
    frame = frame.assign(list=frame.get("list", device.label))
    knows_leaving = "leaves" not in form.unknown
    if "left" not in frame:
        frame["left"] = pd.NaT
    refuse("joined", frame["joined"].isna(), "is empty: the month of joining is not known")
    refuse("left", frame["left"] < frame["joined"], "is before the day of joining")
    frame = frame[frame["joined"].notna() & ~(frame["left"] < frame["joined"])]
    if frame.empty:
        raise ObservError(f"{path}: nobody's day of joining can be read; export it again")
    days = frame.assign(
        joined=paris_days(frame["joined"]), left=paris_days(pd.to_datetime(frame["left"]))
    )
    notices = []
    made = pd.Timestamp(device.extracted) if device.extracted else None
    if made is None:
        made = max(day for day in (days["joined"].max(), days["left"].max()) if pd.notna(day))
        notices.append(
            f"the export does not say when it was made: months are counted until its latest "
            f"day, {made:%Y-%m-%d}; add the device's `extracted`"
        )
    rows = []
    months = days.assign(
        joined=days["joined"].dt.to_period("M"), left=days["left"].dt.to_period("M")
    )
    last = made.to_period("M")
    key = ["product", "list", "joined"]
    for (product, name, cohort), people in months.groupby(key, dropna=False, sort=True):
        left = people["left"].value_counts()
        stock = len(people)
        for month in pd.period_range(cohort, last, freq="M"):
            leaves = int(left.get(month, 0))
            stock -= leaves
            if not knows_leaving and month < last - 1:
                continue
            rows.append(
                {
                    "device": device.id, "channel": device.channel, "product": product,
                    "list": name, "cohort": str(cohort), "month": month.start_time,
                    "stock": stock, "joins": len(people) if month == cohort else 0,
                    "leaves": leaves if knows_leaving else None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, index=range(1, len(rows) + 1)), made.date(), notices


# --- Polls: shares become votes where they can mean one number, and a poll is read whole or not

_SAME = ("date", "network", "question", "voters", "followers", "product")
_MOST_VOTES = 10**12


def polls(path: Path, frame: pd.DataFrame, form: Format, device: Device, faults: Faults) -> Settled:
    """Options of polls in their order, with their votes.

    Networks that give only percentages are read where one whole number of votes alone rounds to
    each: whole percents seldom do beyond a hundred voters. A poll is read whole or not at all:
    without one of its options, every share would be wrong.
    """
    if "votes" not in faults.titles:
        found = [*faults.titles, *(n for n in faults.header if n not in faults.titles.values())]
        need_columns(path, found, ["share", "voters"], form.mend or "")
    own = frame["product"].notna() if "product" in frame else False
    frame = about(frame, device)
    if "closed" in frame:
        frame["date"] = paris_days(frame["closed"])
    if "server" in frame:  # whose polls are numbered from 1, as those of all others
        frame["poll_id"] = frame["server"].astype(str) + "/" + frame["poll_id"].astype(str)
    if device.product is not None:
        other = own & (frame["product"] != device.product)
        faults.where("product", other, f"is not {device.product}, the device's product")
    for field in ("poll_id", "network", "question", "option"):
        cells = zip(frame.index, frame[field], strict=True)
        faults.add_all(field, {line: why for line, text in cells if (why := personal.fault(text))})
    totals = frame["option"].map(is_total)
    faults.where("option", totals, "is the poll's total; take the row away")
    by_share = "votes" not in faults.titles
    if by_share:
        frame["votes"] = pd.Series(dict(_votes(faults.without(frame), faults)), dtype="Int64")
    faults.where("votes", frame["votes"].isna(), "is empty")
    faults.where("votes", frame["votes"] > _MOST_VOTES, "is more than anyone counted")
    good = faults.without(frame).astype(object)
    rows = good.where(good.notna(), None).to_dict("index")
    for lines in _of_each_poll(faults):
        for line, (field, reason) in _of_poll(lines, rows, faults, by_share):
            faults.add(line, field, reason)
    frame = faults.without(frame)
    return frame.assign(position=frame.groupby("poll_id").cumcount() + 1), []


def _of_each_poll(faults: Faults) -> list[list[int]]:
    """The lines of each poll, refused ones too; a row that names none may be of the one above."""
    polls: dict[tuple[str, str], list[int]] = defaultdict(list)
    key = ("", "")
    for line in faults.rows:
        if name := faults.cell(line, "poll_id"):
            key = (faults.cell(line, "server"), name)
        polls[key].append(line)
    return list(polls.values())


def _votes(frame: pd.DataFrame, faults: Faults) -> Iterator[tuple[int, int]]:
    """The votes of each row, by its line, where its share means one number."""
    for line, text, voters in frame[["share", "voters"]].itertuples():
        if pd.isna(text) or _share(text) is None:
            faults.add(line, "share", "is no percentage; write it such as 34.5 %")
        elif pd.isna(voters):
            faults.add(line, "voters", "is empty")
        else:
            first, last = _possible_votes(text, int(voters))
            if first == last:
                yield line, first
                continue
            what = f"{first} to {last} votes" if first < last else "no whole number of votes"
            why = f"of {int(voters)} voters is {what}; give the votes, or more decimals"
            faults.add(line, "share", why)


def _share(text: str) -> Fraction | None:
    """A percentage such as `34,5 %`, or `None`."""
    match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,6}))? ?%?", fold(text), re.ASCII)
    share = Fraction(f"{match[1]}.{match[2] or 0}") if match else None
    return share if share is not None and share <= 100 else None


def _possible_votes(text: str, voters: int) -> tuple[int, int]:
    """The least and the most votes whose share rounds to what is written.

    Examples
    --------
    >>> _possible_votes("34 %", 80), _possible_votes("34", 500), _possible_votes("34.2", 500)
    ((27, 27), (168, 172), (171, 171))
    """
    share = _share(text)
    assert share is not None
    decimals = len(re.sub(r"^\d+[.,]?|[ %]+$", "", fold(text)))
    half = Fraction(1, 2 * 10**decimals)
    low, high = (share - half) * voters / 100, (share + half) * voters / 100
    return max(0, math.ceil(low)), min(voters, math.floor(high))


def _of_poll(
    lines: Sequence[int], rows: dict[Any, dict[Any, Any]], faults: Faults, by_share: bool
) -> Iterator[tuple[int, tuple[str, str]]]:
    """What is wrong in a poll; where anything is, each of its rows is refused.

    A row that repeats another is refused alone.
    """
    bad = next((line for line in lines if line not in rows), None)
    options: dict[str, int] = {}
    counted = []
    for line in lines if bad is None else ():
        row, first = rows[line], rows[lines[0]]
        earlier = options.setdefault(row["option"], line)
        unlike = [field for field in _SAME if row.get(field) != first.get(field)]
        if unlike:
            yield line, (unlike[0], f"is not that of row {lines[0]}, of the same poll")
        elif earlier == line:
            counted.append(line)
            continue
        elif row == rows[earlier]:
            yield line, ("option", f"repeats row {earlier}")
            continue
        else:
            yield line, ("option", f"has the option of row {earlier}, other votes")
        bad = bad or line
    if bad is not None:
        why = f"is of a poll whose row {bad} is refused; it is read whole or not at all"
    else:
        why = _not_whole([rows[line] for line in counted], by_share)
    if why:
        yield from ((line, ("poll_id", why)) for line in lines)


def _not_whole(rows: Sequence[dict[Any, Any]], by_share: bool) -> str:
    """Why the options of a poll are not all that it has; empty where nothing shows that."""
    total, voters = sum(row["votes"] for row in rows), rows[0].get("voters")
    if len(rows) < 2:
        return "has one option; a poll has two or more"
    shares = sum((_share(row["share"]) or Fraction() for row in rows if by_share), Fraction())
    if by_share and abs(shares - 100) > len(rows):
        return "has shares that do not sum to 100 %; is an option missing, or several allowed?"
    if voters is not None and total != voters:
        return f"has {total} votes and {int(voters)} voters; is an option missing?"
    return ""


# --- What counts of visits, and ratings, need beyond the cells of their columns

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
    """Stop where rows that should be days count weeks or months, each under its first day."""
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
    """Stop where a column of themes is one of subjects, that people wrote."""
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
