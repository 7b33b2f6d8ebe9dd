"""Moments, days, periods and durations, in the forms in which exports write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from observlib.base.errors import ObservError
from observlib.base.period import Period
from observlib.base.text import fold
from observlib.base.yaml_files import load_data
from observlib.catalogue import Device, SourceColumn
from observlib.loaders._text import day_written, parse_count, parse_day, parse_month

PARIS = ZoneInfo("Europe/Paris")
_WRITTEN = load_data(__file__)
_PARTS, _HOW = _WRITTEN["parts"], _WRITTEN["shown"]
_EPOCH = r"\A(?:[0-9]{9,10}(?:\.[0-9]{1,9})?|[0-9]{12,13})\z"
_ISO = "%Y-%m-%d%_%H:%M[:%S[.%f]][%z]"  # where %_ is the T or space between day and time
_MONTHS = {
    name: number for names in _WRITTEN["months"] for number, name in enumerate(names.split(), 1)
}
_SKIPPED = "does not exist: summer time began, and this hour was skipped"
_MONTH_FIRST = "may have its month first, as row {} has; write YYYY-MM-DD"


@dataclass
class Written:
    """How columns of moments, or `days`, are written in a whole export: what forms make of them."""

    forms: Sequence[str]
    days: bool
    tried: Sequence[str]  # of the forms
    counts: Counter[str] = field(default_factory=Counter)  # of the cells that each reads
    first: dict[str, int] = field(default_factory=dict)  # the line of the first of them
    swapped: dict[str, int] = field(default_factory=dict)  # that of another order of day and month
    unlike: dict[tuple[str, str], int] = field(default_factory=dict)  # read in two ways
    heads: set[str] | None = None  # the forms that read the very first cell

    def add(self, texts: pd.Series) -> None:
        """A column, or a piece of one."""
        read = {form: parsed(texts, form, self.days) for form in self.tried}
        for form, parts in read.items():
            own = parts["read"]
            self.counts[form] += int(own.sum())
            if form not in self.first and own.any():
                self.first[form] = texts.index[own.to_numpy().argmax()]
            if form not in self.swapped and (line := _month_first(texts[~own], form)) is not None:
                self.swapped[form] = line
        for one, other in combinations(self.tried, 2):
            both = read[one]["read"] & read[other]["read"]
            wrong = both & (read[one]["wall"] != read[other]["wall"])
            if wrong.any():
                self.unlike.setdefault((one, other), texts.index[wrong.to_numpy().argmax()])
        if self.heads is None and len(texts):
            self.heads = {form for form in self.tried if read[form]["read"].iloc[0]}

    @property
    def form(self) -> str:
        """The form that reads most cells, and of several the very first cell."""
        return max(self.tried, key=lambda one: (self.counts[one], one in (self.heads or ())))


def written_form(
    pieces: Iterable[Sequence[pd.Series]], forms: Sequence[str], days: bool = False, told: str = ""
) -> Written:
    """The form of most cells of columns, in pieces: the first decides, or where unclear, all."""
    how = Written(forms, days, [told] if told else forms)
    if len(how.tried) == 1 and _swapped(how.form) is None:
        return how
    for piece in pieces:
        for texts in piece:
            how.add(texts)
        if how.counts[how.form] and _swapped(how.form) is None:
            break
    for pair, line in how.unlike.items():
        if how.form in pair and how.counts[pair[0]] == how.counts[pair[1]]:
            raise TwoForms(line, pair if pair[0] == how.form else pair[::-1])
    return how


def read_moments(
    texts: pd.Series,
    how: Written,
    zone: ZoneInfo = PARIS,
    in_order: bool = False,
    before: pd.Timestamp | None = None,
) -> tuple[pd.Series, dict[int, str]]:
    """Moments of a column, in UTC without a zone, and why others are refused.

    A column is written in one form: where two meet, someone has joined files. An hour that the
    start of summer time skips is refused. One that its end repeats is summer time; where rows are
    `in_order` of time, it is winter time once the hour has been gone through.
    """
    form, days, forms = how.form, how.days, how.forms
    parts = parsed(texts, form, days)
    faults: dict[int, str] = {}
    own = parts["read"]
    if form in how.swapped:
        day, month = parts["wall"].dt.day, parts["wall"].dt.month
        small = own & (day <= 12) & (month != day)
        faults |= dict.fromkeys(texts.index[small], _MONTH_FIRST.format(how.swapped[form]))
    if not own.all():
        others = [parsed(texts[~own], other, days)["read"] for other in forms if other != form]
        what = "day" if days else "moment"
        first = how.first.get(form) or texts.index[own.to_numpy().argmax()]
        unlike = f"is not written like the {what} of row {first}; write all in one way"
        unread = f"is no {what}; write {' or '.join(map(_shown, forms))}"
        for line in texts.index[~own]:
            faults[line] = unlike if any(other[line] for other in others) else unread
    wall = parts.loc[own, "wall"]
    years = wall.dt.year
    for line, year in years[~years.between(1900, 2200)].items():
        faults.setdefault(line, f"is in the year {year:04d}; check the year")
    if faults:
        wall = wall[~wall.index.isin(list(faults))]
    if days:
        found = wall.dt.normalize()
    else:
        found = _in_utc(wall, parts.loc[wall.index, "offset"], zone, in_order, before, faults)
    return found.reindex(texts.index).astype("datetime64[us]"), faults


def parsed(texts: pd.Series, form: str, days: bool = False) -> pd.DataFrame:
    """What a form makes of each cell: `read`, its `wall` time, `offset` in minutes."""
    codes, known = pd.factorize(texts.to_numpy(object))  # many rows are of one day
    cells = pa.array(known, pa.string())
    if form.startswith("epoch"):
        found = pc.match_substring_regex(cells, _EPOCH)
        seconds = pc.cast(pc.if_else(found, cells, "0"), pa.float64()).to_numpy(False)
        seconds = seconds / (1000 if form == "epoch_ms" else 1)
        read = found.to_numpy(False) & (seconds < 5e9)
        wall = (np.where(read, seconds, 0) * 1e6).astype("int64").astype("datetime64[us]")
        offset = np.zeros(len(known))
    else:
        found = pc.extract_regex(cells, _pattern(form, days))
        parts = {one.name: found.field(at) for at, one in enumerate(found.type)}
        wall, sound = _wall(parts)
        offset = _offset(parts["zone"]) if "zone" in parts else np.full(len(known), np.nan)
        read = pc.is_valid(found).to_numpy(False) & sound & ~(abs(offset) > 14 * 60)
    wall = np.where(read, wall, np.datetime64("NaT", "us"))
    parts = {"read": read, "wall": wall, "offset": offset}
    return pd.DataFrame({name: part[codes] for name, part in parts.items()}, texts.index)


def _wall(parts: Mapping[str, pa.Array]) -> tuple[np.ndarray, np.ndarray]:
    """The times that parts of moments tell, and whether each exists."""

    def number(name: str, otherwise: int = 0) -> np.ndarray:
        if name not in parts:
            return np.full(len(parts["day"]), otherwise)
        text = parts[name]
        told = pc.if_else(pc.equal(text, ""), str(otherwise), text)
        return np.asarray(pc.cast(told, pa.int64()).to_numpy(False))

    year = number("year") if "year" in parts else 2000 + number("short")
    month = number("month")
    if "name" in parts:
        names = parts["name"].to_pandas()
        month = names.map({name: _MONTHS.get(fold(name), 0) for name in names.unique()}).to_numpy()
    hour, minute, second = number("hour"), number("minute"), number("second")
    sound = (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    if "half" in parts:
        half = pc.utf8_lower(parts["half"]).to_numpy(False)
        sound &= (half == "") | ((hour >= 1) & (hour <= 12))
        hour = np.where(half == "", hour, hour % 12 + 12 * (half == "p"))
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    day = first.astype("datetime64[D]") + (number("day") - 1)
    sound &= day.astype("datetime64[M]") == first
    return day.astype("datetime64[us]") + (hour * 3600 + minute * 60 + second) * 10**6, sound


def _offset(zones: pa.Array) -> np.ndarray:
    """Offsets in minutes, such as that of `+02:00`; NaN where none is told."""

    def minutes(zone: str) -> float:
        if zone in ("", "Z"):
            return 0 if zone else np.nan
        digits = zone[1:].replace(":", "").zfill(2).ljust(4, "0")  # +1, +01, +0100
        told = 60 * int(digits[:2]) + int(digits[2:])
        return -told if zone[0] == "-" else told

    found = zones.to_pandas()
    return np.asarray(found.map({zone: minutes(zone) for zone in found.unique()}), dtype=float)


@cache
def _pattern(form: str, days: bool) -> str:
    """The regular expression of a form; of days, what comes before its time of day."""
    if form == "iso":
        form = "%Y-%m-%d" if days else _ISO
    time = "(?:[ T,](?s:.*))?" if days and "%H" not in form else ""
    out = ""
    for part in re.findall(r"%.|\[|\]|[^%\[\]]+", form):
        if part == "%_":
            out += "[ T]"
        elif part in "[]":
            out += "(?:" if part == "[" else ")?"
        else:
            out += _PARTS.get(part) or re.escape(part)
    return rf"\A{out}{time}\z"


def _shown(form: str) -> str:
    """A form as people write it."""
    if form.startswith("epoch"):
        return "seconds since 1970" if form == "epoch" else "milliseconds since 1970"
    form = "%Y-%m-%d %H:%M" if form == "iso" else re.sub(r"\[.*", "", form)
    return re.sub(r"%.", lambda found: _HOW.get(found[0], found[0]), form)


def _swapped(form: str) -> str | None:
    """The same form with day and month exchanged, where it does not begin with a year."""
    if "%d" not in form or "%m" not in form or form.startswith("%Y"):
        return None
    return form.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")


def _month_first(unread: pd.Series, form: str) -> int | None:
    """The first line that shows another order of day and month than a form has, if one does."""
    if (other := _swapped(form)) is None:
        return None
    shows = unread.index[parsed(unread, other, True)["read"]]
    return int(shows[0]) if len(shows) else None


class TwoForms(ObservError):
    """A column that can be read whole in two forms, and in different ways."""

    def __init__(self, line: int, forms: tuple[str, str]) -> None:
        self.forms = forms
        one, other = forms
        super().__init__(
            f"row {line} and all others can be read as {_shown(one)} and as {_shown(other)}; say "
            f"which by the device's key `date_form`: {one!r} or {other!r}"
        )


def _in_utc(
    wall: pd.Series,
    offset: pd.Series,
    zone: ZoneInfo,
    in_order: bool,
    before: pd.Timestamp | None,
    faults: dict[int, str],
) -> pd.Series:
    """Wall times in UTC, by their own offset or their zone; hours that do not exist are faults."""
    own = offset.notna()
    given = wall[own] - pd.to_timedelta(offset[own].astype(float), unit="m")
    local = wall[~own]
    summer, winter = (
        local.dt.tz_localize(zone, ambiguous=np.full(len(local), early), nonexistent="NaT")
        .dt.tz_convert("UTC")
        .dt.tz_localize(None)
        for early in (True, False)
    )
    for line in local.index[summer.isna()]:
        faults[line] = _SKIPPED
    found = pd.concat([given, summer]).reindex(wall.index).dropna()
    if in_order:
        places = {line: place for place, line in enumerate(found.index)}
        for line in local.index[(summer != winter) & summer.notna()]:
            last = found.iloc[places[line] - 1] if places[line] else before
            if last is not None and found[line] <= last:
                found[line] = winter[line]
    return found


def paris_days(moments: pd.Series) -> pd.Series:
    """The days in Paris, at midnight without a zone, of moments in UTC without one."""
    local = moments.dt.tz_localize("UTC").dt.tz_convert(PARIS)
    return local.dt.tz_localize(None).dt.normalize()


# --- Days that people write with slashes: the French way, unless their column shows another

_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/\d{4}(?!\d)", re.ASCII)


def french_day(text: str) -> date | None:
    """A day written `dd/mm/yyyy` (a time of day may follow), or `None`."""
    match = re.fullmatch(r"(\d{2}/\d{2}/\d{4})(?: \d{2}:\d{2}(?::\d{2})?)?", text, re.ASCII)
    return day_written(match[1], "%d/%m/%Y") if match else None


def months_first(texts: Mapping[int, str]) -> dict[int, str]:
    """Why days such as `05/06/2026` cannot be read: another of their column has its month first."""
    matches = {line: _SLASHED.match(text) for line, text in texts.items()}
    parts = {line: (int(match[1]), int(match[2])) for line, match in matches.items() if match}
    shows = next((line for line, (a, b) in parts.items() if 1 <= a <= 12 < b <= 31), None)
    if shows is None:
        return {}
    why = f"may have its month first, as row {shows} has; write YYYY-MM-DD"
    return {line: why for line, (a, b) in parts.items() if a != b and max(a, b) <= 12}


# --- Durations that exports write: a clock, words in some languages, or numbers of a unit

UNIT_SECONDS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600}
_DAY = 24 * 3600
_WORDS_OF_TIME = {
    word: seconds for seconds, words in _WRITTEN["seconds"].items() for word in words.split()
}
_LONGEST_TIME = 10**12  # of all visits of a month
_CLOCK = re.compile(
    r"(?:(?:(\d{1,5}) ?(?:d|days?|j|jours?|tage?) )?(\d{1,6}):)?(\d{1,4}):([0-5]\d)", re.ASCII
)
_SPOKEN = re.compile(r"(\d{1,9}) ?([a-z]+)\.?", re.ASCII)


def duration_reader(column: SourceColumn) -> Callable[[str], int]:
    """A reader of durations in whole seconds: of a clock, or of numbers of the column's unit."""

    def read(text: str) -> int:
        seconds = None
        if column.unit in (None, "clock"):
            seconds = parse_seconds(text, bool(column.thousands))
        elif re.fullmatch(r"\d{1,12}(?:[.,]\d{1,9})?", text, re.ASCII):
            seconds = round(float(text.replace(",", ".")) * UNIT_SECONDS[column.unit or "s"])
        if seconds is None:
            raise ValueError("is no time; write seconds or hh:mm:ss")
        return seconds

    return read


def short_time(read: Callable[[str], int]) -> Callable[[str], int]:
    """The same reader, for what lasts no longer than a day."""

    def within(text: str) -> int:
        with suppress(ValueError):
            if 0 <= (seconds := read(text)) <= _DAY:
                return seconds
        raise ValueError("is no time up to a day; write seconds or mm:ss")

    return within


def parse_seconds(text: str, commas: bool = False) -> int | None:
    """A duration in whole seconds: a number, a clock or words in some languages; else `None`."""
    if (number := parse_count(text, commas)) is not None:
        return None if text.lstrip().startswith("-") or number > _LONGEST_TIME else number
    text = fold(text) if len(text) <= 60 else ""
    if match := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        seconds += _DAY * days + 3600 * hours + 60 * minutes
        return None if match[2] and minutes > 59 else seconds
    told = _SPOKEN.findall(text)
    units = [_WORDS_OF_TIME.get(word, 0) for _, word in told]
    ordered = units and 0 not in units and sorted(set(units), reverse=True) == units
    if not ordered or _SPOKEN.sub("", text).strip():
        return None
    return sum(int(number) * unit for (number, _), unit in zip(told, units, strict=True))


# --- Periods as exports and names of files tell them, in ISO form or in words of some languages

_Span = tuple[date, date]
_WEEKDAYS = {name for names in _WRITTEN["weekdays"] for name in names.split()}
_RANGE = re.compile(
    r"(?:(?:from|de|du|von|week|semaine|woche) )?(.+?) ?(?: to | au | a | bis | - |[–—/]) ?(.+)"
)
_YEARS = re.compile(r"([12]\d{3})-([12]\d{3})", re.ASCII)
_NAMED = re.compile(
    r"(?<!\d)\d{4}-(?:T[1-4]|(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)(?!-?\d)", re.ASCII
)


def parse_period(text: str) -> _Span | None:
    """First and last day of a period, or `None`; the last may be before the first."""
    if len(text) > 100:
        return None
    text = fold(text)
    if (single := _single(text)) is not None:
        return single
    pair = text.split(",") if text.count(",") == 1 else None
    if pair is None and (match := _YEARS.fullmatch(text) or _RANGE.fullmatch(text)):
        pair = [match[1], match[2]]
    if pair is None:
        return None
    first, last = _single(pair[0].strip()), _single(pair[1].strip())
    return (first[0], last[1]) if first and last else None


def month_of(text: str) -> _Span | str:
    """The ends of a month such as `2026-03`, `03/2026`, `mars 2026`; or why it is none."""
    text = re.sub(r"^(\d{2})/(\d{4})$", r"\2-\1", text.strip(), flags=re.A)
    span = _single(fold(re.sub(r"^(\d{4}-\d{2})-01$", r"\1", text, flags=re.A)))
    if span is None or not 27 <= (span[1] - span[0]).days <= 30:
        return "is no month; write 2026-03, 03/2026 or mars 2026"
    return day_fault(span[0]) or span


def _single(text: str) -> _Span | None:
    """A day, month, quarter or year of folded text."""
    if (month := parse_month(text)) is not None:
        return month
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.A):
        return _of_day(text)
    if re.fullmatch(r"[12]\d{3}-t[1-4]", text, re.A):
        return Period(text.upper()).days
    if re.fullmatch(r"[12]\d{3}", text, re.A):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    if not re.fullmatch(r"[a-z0-9 .,]+", text, re.A):
        return None
    words = re.findall(r"[a-z]+|\d+", re.sub(r"\b1(er|st)\b", "1", text))
    if len(words) == 4 and words[0] in _WEEKDAYS:
        words = words[1:]
    if len(words) not in (2, 3) or not re.fullmatch(r"\d{4}", words[-1]):
        return None
    names = [word for word in words[:-1] if word in _MONTHS]
    numbers = [word for word in words[:-1] if re.fullmatch(r"\d{1,2}", word)]
    if len(names) != 1 or len(names) + len(numbers) != len(words) - 1:
        return None
    if numbers:
        return _of_day(f"{words[-1]}-{_MONTHS[names[0]]:02d}-{numbers[0]:0>2}")
    return parse_month(f"{words[-1]}-{_MONTHS[names[0]]:02d}")


def _of_day(text: str) -> _Span | None:
    return (day, day) if (day := parse_day(text)) else None


def day_named(text: str) -> date | None:
    """The day, or the first day of the month or quarter, that a text names last."""
    found = _NAMED.findall(text)
    span = parse_period(found[-1]) if found else None
    return span[0] if span and 1900 <= span[0].year < 2100 else None


def period_named(stem: str) -> str | None:
    """The last month, quarter or day of a file name; two that stand side by side are a range."""
    found = list(_NAMED.finditer(stem))
    if len(found) > 1:
        between = stem[found[-2].end() : found[-1].start()]
        if re.fullmatch(r"[\W_]*(?:to|au|a|à|bis)?[\W_]*", between):
            return f"{found[-2][0]},{found[-1][0]}"
    return found[-1][0] if found else None


def given_period(path: Path, device: Device, rows: int) -> str:
    """The period of an export whose rows do not say it: the device's, or of the file's name."""
    how = (
        "give it as `period: 2026-03` in the device's catalogue entry, or name the file with it, "
        "such as matomo_demo_2026-03.csv; or export with dates"
    )
    if rows > 1:
        raise ObservError(
            f"{path}: {rows} records, and no column or key that says their period (date, "
            "period…); export with dates"
        )
    period = device.period or period_named(path.stem)
    if period is None:
        raise ObservError(f"{path}: the export does not say its period; {how}")
    if parse_period(period) is None:
        raise ObservError(f"{path}: period {period!r} does not exist; {how}")
    return period


def day_made(path: Path) -> date | None:
    """The day on which an export was made, where its file's name ends with one."""
    found = re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", path.stem, re.ASCII)
    day = parse_period(found[-1]) if found else None
    if found and (day is None or day[0] > date.today()):
        raise ObservError(
            f"{path}: the day {found[-1]} of the file's name does not exist or lies in the future; "
            "it tells when the dump was made; rename the file"
        )
    return day[0] if day else None


# --- Whether periods can be counted, and were over


def are_complete(ends: pd.Series, extracted: date | None) -> pd.Series:
    """Whether each period, by its last day, was over when its export was made, and is today."""
    return ends < pd.Timestamp(min(date.today(), extracted or date.max))


def day_fault(day: date) -> str | None:
    """Why a day is beyond what a pandas timestamp can hold, or `None` (see `contract.conform`)."""
    return None if 1900 <= day.year <= 2200 else f"is in the year {day.year:04d}; check the year"


def period_fault(start: date, end: date) -> str | None:
    """Why an audience row cannot cover this period, or `None` where it can."""
    if (fault := day_fault(start) or day_fault(end)) is not None:
        return fault
    if end < start:
        return "ends before it starts"
    if (start.year, start.month) != (end.year, end.month):
        return "covers more than one month; export by day or by month"
    return None


def days(values: Sequence[date | None]) -> np.ndarray:
    """Days as pandas keeps them in the tidy tables: any year, `None` as NaT."""
    return np.array(values, dtype="datetime64[us]")


def ends_of(periods: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The first and the last days of periods."""
    ends = zip(*periods, strict=True) if len(periods) else ((), ())
    start, end = (pd.Series(days([*each]), periods.index) for each in ends)
    return start, end
