"""What the rows of each table need beyond the cells of their columns, whatever their format.

`settle_<table>` takes the rows as they are read, and gives them the table's columns.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from observlib.base import personal
from observlib.base.errors import ObservError
from observlib.base.text import fold, fold_label
from observlib.catalogue import SourceColumn
from observlib.catalogue.tables import QUESTIONS
from observlib.loaders import Reading, _moments, _text, of_device
from observlib.loaders._cells import MOST_THEMES, read_each, value_fault
from observlib.loaders._moments import PARIS, are_complete, day_named, ends_of, paris_days

_COUNTS = ("visits", "visitors", "actions", "downloads", "bounces", "seconds")
_LARGEST = 1e12  # total of a day or month
_MOST_ANSWERS = 100_000  # that one row counts
_OF_A_SALE = ["product", "title_id", "format", "start"]


def settle_audience(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Counts of days, months or other parts of a month; shares and means become totals."""
    frame, form, device = _with_days(frame, reading), reading.form, reading.device
    apart = np.diff(np.sort(frame["start"].unique())).astype("timedelta64[D]").astype(int)
    if form.every_day and apart.size and apart.min() > 1:
        raise ObservError(
            f"{reading.path}: rows are {apart.min()} days apart: they count weeks or months; "
            "export by day"
        )
    complete = are_complete(frame["end"], device.extracted)
    if form.last_partial and device.extracted is None:
        months = [_moments.month_of(reading.cell(line, "month")) for line in reading.rows]
        last = max((span[0] for span in months if not isinstance(span, str)), default=None)
        complete &= frame["start"].ne(pd.Timestamp(last))
    frame = of_device(frame, reading.device).assign(complete=complete)
    for name in _COUNTS:
        column = form.columns.get(name)
        if column is None:
            frame[name] = np.nan
        elif column.of:
            of = frame[column.of].astype(float)
            total = frame[name].astype(float) * of / (100 if name == "bounces" else 1)
            frame[name] = np.floor(total + 0.5).where(of > 0)
            reading.where(name, total > _LARGEST, f"makes a total no site has, with {column.of}")
    return reading.without(frame)


def settle_sections(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Visits of sections; pages that stand beside the folders, such as `/index`, do not count."""
    pages = frame["section"].str.startswith("/").fillna(False).astype(bool)
    if count := int(pages.sum()):
        rows = "1 row does" if count == 1 else f"{count} rows do"
        reading.notices.append(f"{rows} not count: a page at the root of the site is no section")
    frame = _with_days(frame, reading)
    frame = of_device(frame[~pages[frame.index]], reading.device)
    return frame.assign(complete=are_complete(frame["end"], reading.device.extracted))


def summed(frame: pd.DataFrame) -> pd.DataFrame:
    """Parts of counts added up by product, area and days; what one lacks is unknown of the sum."""
    names = [name for name in _COUNTS if name in frame]
    return _added_up(frame, ["product", "area", "start", "end", "complete"], names)


def _added_up(frame: pd.DataFrame, key: list[str], names: list[str]) -> pd.DataFrame:
    """Rows that are parts, added up by key; a sum of which one part is not told is unknown."""
    told = frame.astype(dict.fromkeys(names, float)).assign(line=frame.index)
    grouped = told.groupby(key, dropna=False, sort=False)
    sums = grouped[names].sum().where(grouped[names].count().eq(grouped.size(), axis=0))
    first = grouped[[name for name in frame if name not in (*key, *names)] + ["line"]].first()
    found = pd.concat([sums, first], axis=1).reset_index()
    return found.set_index(pd.Index(found.pop("line"), name=None))


def _with_days(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Rows with the first and last days (`start`, `end`) that they count; no other rows."""
    if "period" in frame:
        spans = frame["period"].to_dict().items()
        reading.add_all("period", {line: _moments.period_fault(*span) for line, span in spans})
        start, end = ends_of(frame["period"])
    elif "month" in frame:
        start = pd.to_datetime(frame["month"]).astype("datetime64[us]")
        end = (start + pd.offsets.MonthEnd(0)).astype("datetime64[us]")
    else:
        start, end = (frame["start"], frame["end"]) if "start" in frame else (frame["day"],) * 2
    return reading.without(frame.assign(start=start, end=end))


def settle_ratings(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Ratings at Paris time, a row an answer and question; one that counts several becomes many."""
    if "answers" in frame:
        count = frame["answers"].astype(float).fillna(1)
        reading.where("answers", count > _MOST_ANSWERS, f"is above {_MOST_ANSWERS}; check the row")
        frame = reading.without(frame)
        frame = frame.loc[frame.index.repeat(count[frame.index].astype(int))]
    frame = of_device(frame, reading.device)
    if "answer_id" not in frame:
        frame = frame.assign(answer_id=_numbered(frame))
    local = frame["date"].dt.tz_localize("UTC").dt.tz_convert(PARIS).dt.tz_localize(None)
    frame = frame.assign(date=local)
    asked = [name for name in ("value", *QUESTIONS) if name in frame]
    parts = [_asked(frame, name, reading.form.columns[name]) for name in asked]
    found = pd.concat(parts).sort_index(kind="stable")
    return found[found["value"].notna()]


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


def settle_calls(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Calls, with their day in Paris."""
    if "talk" in frame:
        talked = (frame["outcome"] == "abandoned") & (frame["talk"] > 0)
        reading.where("talk", talked, "is not 0 and the call was abandoned")
    _need_themes(frame, reading)
    return settle_call_intervals(reading.without(frame), reading)


def settle_call_intervals(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Half hours, with their day in Paris."""
    return of_device(frame, reading.device).assign(date=paris_days(frame["moment"]))


def settle_tickets(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
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
    if frame["extracted"].isna().any():
        frame["extracted"] = frame["extracted"].fillna(_seen(frame, reading))
    frame["unknown"] = " ".join(sorted(form.unknown)) or None
    return of_device(frame, reading.device).assign(date=paris_days(frame["received"]))


def _seen(frame: pd.DataFrame, reading: Reading) -> datetime:
    """The moment of the export where rows do not say it: the device's, or the latest of all."""
    if (extracted := reading.device.extracted) is not None:
        end = datetime.combine(extracted, time(23, 59), PARIS)
        return end.astimezone(UTC).replace(tzinfo=None)
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
    reading.notices.append(
        f"the export does not say when it was made: open tickets are taken as seen on its latest "
        f"moment, {latest:%Y-%m-%d}; add a column `extracted`, or the device's `extracted`"
    )
    return latest


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
    frame, device = of_device(frame, reading.device), reading.device
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


def settle_sales(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Sales of months, with the returns written as rows of their own added to their sale's."""
    if "price" in frame:  # of one unit
        less = frame["discount"].astype(float).fillna(0) if "discount" in frame else 0
        frame["revenue"] = frame["price"].astype(float) * frame["units"].astype(float) - less
    last = frame["day"].max().date() if "day" in frame and len(frame) else None
    frame = _in_months(frame, reading, last)
    if last and not (reading.device.extracted or frame["complete"].all()):
        reading.notices.append(
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
            count = int(other.sum())
            reading.notices.append(f"revenue of {count} rows is in another currency: left out")
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
        return _added_up(frame, _OF_A_SALE, ["units", "returns", "revenue"])
    return _joined(frame, back)


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


def settle_subscriptions(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Monthly counts of subscribers, of cohorts or whole lists; or of persons, counted here."""
    if "joined" in reading.form.columns:
        return _counted(of_device(frame, reading.device), reading)
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
    return reading.without(frame)


def _counted(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
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
    made = pd.Timestamp(reading.device.extracted)
    if pd.isna(made):
        made = pd.concat([joined, left]).max()
        reading.notices.append(
            f"the export does not say when it was made: months are counted until its latest "
            f"day, {made:%Y-%m-%d}; add the device's `extracted`"
        )
    rows = []
    months = frame.assign(joined=joined.dt.to_period("M"), left=left.dt.to_period("M"))
    last = made.to_period("M")
    for key, people in months.groupby(["product", "list", "joined"], dropna=False):
        product, name, cohort = key
        own = {"product": product, "list": name, "cohort": str(cohort)}
        leaving, stock = people["left"].value_counts(), len(people)
        for month in pd.period_range(cohort, last, freq="M"):
            leaves = int(leaving.get(month, 0))
            stock -= leaves
            if not knows_leaving and month < last - 1:
                continue
            own |= {"month": month.start_time, "stock": stock}
            own["joins"] = len(people) if month == cohort else 0
            rows.append({**own, "leaves": leaves if knows_leaving else None})
    return _in_months(pd.DataFrame(rows, range(1, len(rows) + 1)), reading, made.date())


def _counted_twice(frame: pd.DataFrame) -> dict[int, str]:
    """Rows of the whole list, beside those of its cohorts in the same month."""
    is_cohort = frame["cohort"].notna()
    month = frame.groupby(["product", "list", "start"], dropna=False).ngroup()
    first = frame.index.to_series().where(is_cohort).groupby(month).transform("first")
    stock = frame["stock"].astype(float).where(is_cohort).groupby(month).transform("sum")
    alike = (frame["joins"].fillna(1) != 0) | (frame["stock"].eq(stock) & (stock > 0))
    why = "is the whole list, whose cohorts are counted from row {} on; keep one of the two"
    found = first[~is_cohort & first.notna() & alike].astype(int)
    return {line: why.format(row) for line, row in found.items()}


_Rows = dict[Any, dict[Any, Any]]  # the cells of rows, by their line
# --- Polls: shares become votes where they can mean one number, and a poll is read whole or not

_SAME = ("date", "network", "question", "voters", "followers", "product")
_MOST_VOTES = 10**12


def settle_polls(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Options of polls in their order, with their votes; a poll is read whole or not at all."""
    titles, device = reading.titles, reading.device
    by_share = "votes" not in titles
    if by_share:
        found = [*titles, *(name for name in reading.header if name not in titles.values())]
        _text.need_columns(reading.path, found, ["share", "voters"], reading.form.mend or "")
    frame = of_device(frame, device)
    if "closed" in frame:
        frame["date"] = paris_days(frame["closed"])
    if "server" in frame:  # whose polls are numbered from 1, as those of all others
        frame["poll_id"] = frame["server"].astype(str) + "/" + frame["poll_id"].astype(str)
    if device.product is not None:
        other = frame["product"] != device.product
        reading.where("product", other, f"is not {device.product}, the device's product")
    for field in ("poll_id", "network", "question", "option"):
        told = frame[field].items()
        reading.add_all(field, {line: personal.personal_fault(text) for line, text in told})
    totals = frame["option"].map(_text.is_total)
    reading.where("option", totals, "is the poll's total; take the row away")
    if by_share:
        frame = _with_votes(frame, reading)
    reading.where("votes", frame["votes"].isna(), "is empty")
    reading.where("votes", frame["votes"] > _MOST_VOTES, "is more than anyone counted")
    rows = _records(reading.without(frame))
    for lines in _of_each_poll(reading):
        for line, (field, reason) in _of_poll(lines, rows, reading, by_share):
            reading.add(line, field, reason)
    frame = reading.without(frame)
    return frame.assign(position=frame.groupby("poll_id").cumcount() + 1)


def _records(frame: pd.DataFrame) -> _Rows:
    """The cells of rows by line, `None` where they are empty."""
    return frame.astype(object).where(frame.notna(), None).to_dict("index")


def _of_each_poll(reading: Reading) -> list[list[int]]:
    """The lines of each poll, refused ones too; a row that names none may be of the one above."""
    polls: dict[tuple[str, str], list[int]] = defaultdict(list)
    key = ("", "")
    for line in reading.rows:
        if name := reading.cell(line, "poll_id"):
            key = (reading.cell(line, "server"), name)
        polls[key].append(line)
    return list(polls.values())


def _with_votes(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The rows, with their votes where their share means one number."""
    shares, why = read_each(frame["share"].fillna(""), _share)
    reading.add_all("share", why)
    reading.where("voters", frame["voters"].isna(), "is empty")
    votes: dict[int, int] = {}
    for line, voters in reading.without(frame)["voters"].items():
        share, half = shares[line]
        low, high = ((share + step) * int(voters) / 100 for step in (-half, half))
        first, last = max(0, math.ceil(low)), min(int(voters), math.floor(high))
        votes[line] = first
        if first != last:
            what = f"{first} to {last} votes" if first < last else "no whole number of votes"
            mend = "give the votes, or more decimals"
            reading.add(line, "share", f"of {int(voters)} voters is {what}; {mend}")
    return frame.assign(votes=pd.Series(votes, dtype="Int64"))


def _share(text: str) -> tuple[Fraction, Fraction]:
    """A percentage such as `34,5 %`, and half of what its last digit counts."""
    match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,6}))? ?%?", fold(text), re.ASCII)
    share = Fraction(f"{match[1]}.{match[2] or 0}") if match else Fraction(101)
    if match is None or share > 100:
        raise ValueError("is no percentage; write it such as 34.5 %")
    return share, Fraction(1, 2 * 10 ** len(match[2] or ""))


def _of_poll(
    lines: Sequence[int], rows: _Rows, reading: Reading, by_share: bool
) -> Iterator[tuple[int, tuple[str, str]]]:
    """What is wrong in a poll, all of whose rows are then refused, but for mere repetitions."""
    bad = next((line for line in lines if line not in rows), None)
    options: dict[str, int] = {}
    counted = []
    for line in lines if bad is None else ():
        row, first = rows[line], rows[lines[0]]
        earlier = options.setdefault(row["option"], line)
        unlike = [field for field in _SAME if row.get(field) != first.get(field)]
        if unlike:
            yield line, (unlike[0], f"is not that of row {lines[0]}, of the same poll")
            bad = bad or line
        elif earlier == line:
            counted.append(line)
        elif row == rows[earlier]:
            yield line, ("option", f"repeats row {earlier}")
        else:
            yield line, ("option", f"has the option of row {earlier}, other votes")
            bad = bad or line
    why = f"is of a poll whose row {bad} is refused; it is read whole or not at all"
    if bad is None:
        why = _not_whole([rows[line] for line in counted], by_share)
    if why:
        yield from ((line, ("poll_id", why)) for line in lines)


def _not_whole(rows: Sequence[dict[Any, Any]], by_share: bool) -> str:
    """Why the options of a poll are not all that it has; empty where nothing shows that."""
    total, voters = sum(row["votes"] for row in rows), rows[0].get("voters")
    if len(rows) < 2:
        return "has one option; a poll has two or more"
    shares = sum((_share(row["share"])[0] for row in rows if by_share), Fraction())
    if by_share and abs(shares - 100) > len(rows):
        return "has shares that do not sum to 100 %; is an option missing, or several allowed?"
    if voters is not None and total != voters:
        return f"has {int(total)} votes and {int(voters)} voters; is an option missing?"
    return ""


# --- Published figures, and lists of counters

_EARLIEST = pd.Timestamp("1950-01-01")
_LEVELS = {  # how the codes of each level of areas are written, where one column holds all levels
    "France": re.compile("(?:FRANCE)()", re.A),
    "Régions": re.compile(r"R(\d\d)", re.A),
    "Départements": re.compile(r"D(\d\d|2[AB]|9[78]\d)", re.A),
}


def settle_figures(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Figures of a period or day, and of an area; where all days are a 31 December, of its year."""
    today = pd.Timestamp.today().normalize()
    frame = of_device(frame, reading.device).replace("", None)
    if "period" in frame:
        frame["start"], frame["end"] = ends_of(frame["period"])
        reading.where("period", frame["end"] < frame["start"], "is no period: it ends too early")
        wrong = ~frame["start"].between(_EARLIEST, today)
        reading.where("period", wrong, "has not begun or is before 1950; check the year")
        late = frame["end"].dt.year > today.year
        reading.where("period", late, "ends after this year; check the years")
    frame["unit"] = frame["unit"].fillna("sans unité")
    frame["measure"] = frame["measure"].fillna(frame["organisation"])
    told = frame[["value", "unit"]].itertuples()
    reading.add_all("value", {line: value_fault(value, unit) for line, value, unit in told})
    if "area" in reading.form.columns:
        frame = _with_areas(frame, reading)
    if "day" in frame:
        reading.where("day", frame["day"] > today, "lies in the future; check the date")
        frame = reading.without(frame)
        ends = frame["day"].dt.strftime("%m-%d").eq("12-31")
        yearly = ends.groupby([frame["organisation"], frame["measure"]]).transform("all")
        first = frame["day"].dt.to_period("Y").dt.start_time.astype("datetime64[us]")
        frame = frame.assign(start=frame["day"].mask(yearly, first), end=frame["day"])
    return reading.without(frame)


def _with_areas(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The rows with the `subject` and INSEE's code of the areas that their columns tell."""
    if "subject" in reading.titles:  # one column holds the codes of all levels
        for line, level, code in frame[["subject", "area"]].fillna("").itertuples():
            if (match := _LEVELS[level].fullmatch(code)) is None:
                reading.add(line, "area", f"is no code of the level {level}")
            else:
                frame.loc[line, "area"] = match[1] or None
        return frame
    if "area" in reading.titles:
        codes = frame["area"].fillna("").astype(str)
        known = codes.str.fullmatch(r"[0-9]{1,3}|2[AB]")
        reading.where("area", ~known, "is no code of INSEE, such as 01 or 2A")
        header = {name.casefold() for name in reading.header}
        level = "Départements" if "code_departement" in header else "Régions"
        return frame.assign(subject=level, area=codes.str.zfill(2))
    if "level" not in reading.titles:
        raise ObservError(
            f"{reading.path}: has none of the columns maille_geographique, code_region, "
            "code_departement; download the file of the baromètre again, as CSV"
        )
    other = frame["level"].fillna("").map(fold) != "national"
    reading.where("level", other, "is not 'national', and no column holds the area's code")
    return frame.assign(subject="France")


def settle_counters(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Counters, on the day of their list, with a notice of the zeros that were put back."""
    if mended := sum(len(reading.cell(line, "departement")) == 1 for line in frame.index):
        lost = "département had lost its" if mended == 1 else "départements had lost their"
        reading.notices.append(f"{mended} {lost} leading zero, put back")
    if "format" in frame:
        frame["format"] = frame["format"].str.replace("_", " ")
    path, device = reading.path, reading.device
    written = re.search(r"(?<!\d)((?:19|20)\d{6})(?!\d)", path.stem, re.A)
    day = (
        _text.parse_day(f"{device.period or ''}-01"[:10])
        or (_text.day_written(written[1], "%Y%m%d") if written else None)
        or day_named(path.stem)
    )
    if day is None:
        raise ObservError(
            f"{path}: the file's name does not tell the day of the list; "
            "name it such as liste-fs-20240801.csv, or set the device's period"
        )
    return of_device(frame, device).assign(date=pd.Timestamp(day))


# --- User tests: from a participant's row of measures to a row a measure, and nobody's name

_ITEMS = [f"sus_{item}" for item in range(1, 11)]
_SUCCESS = {"success": 1, "failure": 0, "partial": 0}
_PROBLEM = re.compile(r"(.+?)\s*\((?:gravite|severite|severity|g)?\s*:?\s*(\d)\)")
_Row = tuple[int, dict[str, Any]]  # line, cells of the tidy row


def settle_user_tests(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """A row a participant (without any, each row is a person), task and measure."""
    _check_file(frame, reading)
    who = _who(frame, reading)
    rows = [*_measured(frame, who, reading), *_answers(frame, who, reading)]
    rows.sort(key=lambda row: row[0])
    partial = int((frame.loc[[*who], "success"] == "partial").sum()) if "success" in frame else 0
    if partial:
        reading.notices.append(f"{partial} partial successes are counted as failures")
    names = ["date", "session", "participant", "task", "measure", "label", "value"]
    whole = [who[line] | cells for line, cells in rows]
    made = pd.DataFrame(whole, [line for line, _ in rows], names)
    made["date"] = pd.to_datetime(made["date"]).astype("datetime64[us]")
    return of_device(made, reading.device).astype({"value": float})


def _check_file(frame: pd.DataFrame, reading: Reading) -> None:
    """Stop at a file that tells of nobody, nothing, no day or several systems."""
    path, device, there = reading.path, reading.device, set(reading.titles)
    every = there.issuperset(_ITEMS)
    mend = f"; {reading.form.mend}" if reading.form.mend else ""
    if "participant" not in there and (not every or "task" in there):
        what = "participant" if "task" in there or every else "Q1 to Q10"
        raise ObservError(f"{path}: missing column {what!r}{mend}")
    if not there & {"success", "time", "problems", *_ITEMS}:
        raise ObservError(f"{path}: no column tells what participants did{mend}")
    if "date" not in there and day_named(device.period or path.stem) is None:
        raise ObservError(
            f"{path}: nothing tells the day of these tests; add a column 'date', or the key "
            f"`period` to {device.id!r} in the catalogue, or the month to the file's name"
        )
    systems = frame["system"].nunique(dropna=False) if "system" in there else 1
    if systems > 1:
        raise ObservError(
            f"{path}: holds answers on {systems} systems, and a device is of one product; give a "
            "file of each to a device of its own"
        )


def _who(frame: pd.DataFrame, reading: Reading) -> dict[int, dict[str, Any]]:
    """Whom each row is of, with its session, task and day; rows that say it badly are refused."""
    path, is_dated = reading.path, "date" in reading.titles
    anonymous = "participant" not in reading.titles
    instead = day_named(reading.device.period or path.stem)
    # numbered people of a file are set apart from those of others by its name and first day
    study, first = re.sub(r"[\s,;]+", "-", path.stem), frame["date"].min() if is_dated else instead
    if pd.notna(first) and not day_named(path.stem):
        study += f" {first:%Y-%m-%d}"
    who: dict[int, dict[str, Any]] = {}
    taken: dict[tuple[str, str, str], int] = {}
    tasks: dict[str, str] = {}  # one task is one label, whatever its case and accents
    for line, row in _records(frame).items():
        if fault := _place_fault(line, row, reading):
            reading.add(line, *fault)
            continue
        session: str = row.get("session") or path.stem
        task: str = row.get("task") or ""
        code: str = f"{len(who) + 1:03d} ({study})" if anonymous else row["participant"]
        task = tasks.setdefault(fold_label(task), task)
        if (earlier := taken.setdefault((session, code, task), line)) != line:
            why = f"has the participant and task of row {earlier}; keep one"
            reading.add(line, "participant", why)
            continue
        day = row["date"] if is_dated else instead
        who[line] = {"session": session, "participant": code, "task": task or None, "date": day}
    return who


def _place_fault(line: int, row: dict[Any, Any], reading: Reading) -> tuple[str, str] | None:
    """Why a row says of nobody or of no task what it says; `None` where it may be read."""
    for name in ("participant", "date"):
        if name in reading.titles and not row[name]:
            return name, "is empty"
    if _text.is_total(row.get("task") or ""):
        return "task", "is the total of the tasks; take the row away"
    if "task" in reading.titles and not row["task"]:
        for name in ("success", "time", "errors"):
            if reading.cell(line, name):
                return "task", f"is empty, and {name} is given"
    return None


def _measured(
    frame: pd.DataFrame, who: dict[int, dict[str, Any]], reading: Reading
) -> Iterator[_Row]:
    """What each row measures of its task, and the problems met."""
    labels: dict[str, str] = {}
    for line in who:
        for field in (name for name in ("success", "time", "errors") if name in frame):
            if pd.notna(value := frame.at[line, field]):
                yield line, {"measure": field, "value": _SUCCESS.get(value, value)}
        met: set[str] = set()
        for label, severity, fault in _problems(reading.cell(line, "problems")):
            name = labels.setdefault(fold_label(label), label)
            if fault is None and name in met:
                fault = "is told twice in this cell; keep one"
            if fault is not None:
                reading.cells.append((line, "problems", fault))
                continue
            met.add(name)
            yield line, {"measure": "problem", "label": name, "value": severity}


def _answers(frame: pd.DataFrame, who: dict[int, dict[str, Any]], reading: Reading) -> list[_Row]:
    """Each participant's answers to the scale, once; those that two rows give differently, not."""
    unread = {(line, field) for line, field, _ in reading.cells}
    first: dict[tuple[str, str, str], tuple[int, int]] = {}
    refused: set[tuple[str, str, str]] = set()
    for line, row in who.items():
        for item in (item for item in _ITEMS if item in reading.titles):
            key = (row["session"], row["participant"], item)
            if (line, item) in unread:
                refused.add(key)
            if pd.isna(frame.at[line, item]):
                continue
            earlier, said = first.setdefault(key, (line, frame.at[line, item]))
            if said != frame.at[line, item]:
                why = f"is {int(said)} in row {earlier}, of the same participant; neither is read"
                reading.cells.append((line, item, why))
                refused.add(key)
    return [
        (line, {"measure": key[2], "value": said, "task": None})
        for key, (line, said) in first.items()
        if key not in refused
    ]


def _problems(cell: str) -> Iterator[tuple[str, int, str | None]]:
    """Each problem of a cell: its label, its severity, and what is wrong with it."""
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        match = _PROBLEM.fullmatch(fold_label(part))
        label = re.sub(r"\s*\([^()]*\)$", "", part).strip()
        if match is None or not label:
            yield part, 0, "has no severity; write it such as `bouton invisible (gravité 3)`"
        elif not 1 <= int(match[2]) <= 4:
            yield part, 0, "has no severity from 1 (cosmetic) to 4 (blocking)"
        elif _text.tells_of_someone(label, 100):
            yield part, 0, "is long, or may tell of somebody; name the problem instead"
        else:
            yield label, int(match[2]), None
