"""Moments and days that an export writes, in one of the forms that its format names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from observlib.errors import ObservError
from observlib.text import fold

PARIS = ZoneInfo("Europe/Paris")
_PARTS = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%y": r"(?P<short>[0-9]{2})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%d": r"(?P<day>[0-9]{1,2})",
    "%H": r"(?P<hour>[0-9]{1,2})",
    "%I": r"(?P<hour>[0-9]{1,2})",
    "%M": r"(?P<minute>[0-9]{2})",
    "%S": r"(?P<second>[0-9]{2})",
    "%f": r"[0-9]{1,9}",
    "%p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "%b": r"(?P<name>[^\W\d_]{3,})\.?",
    "%B": r"(?P<name>[^\W\d_]{3,})\.?",
    "%a": r"[^\W\d_]{2,}\.?",
    "%A": r"[^\W\d_]{2,}\.?",
    "%z": r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%Z": r"[A-Z]{1,5}",
}
_ISO = "%Y-%m-%d%_%H:%M[:%S[.%f]][%z]"  # where %_ is the T or space between day and time
MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "janv fev mars avr mai juin juil aout sept oct nov dec",
        "jan fevr marz apr mai jun juli aug sep okt nov dez",
        "january february march april may june july august september october november december",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "januar februar marz april mai juni juli august september oktober november dezember",
    )
    for number, name in enumerate(names.split(), 1)
}
_HOW = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%H": "HH", "%I": "HH", "%M": "MM"}
_HOW |= {"%S": "SS", "%b": "month", "%B": "month"}
_SKIPPED = "does not exist: summer time began, and this hour was skipped"
_MONTH_FIRST = "may have its month first, as row {} has; write YYYY-MM-DD"


def chosen(texts: pd.Series, forms: Sequence[str], days: bool = False) -> str:
    """The form in which columns of moments are written: that of most of their cells.

    Raises
    ------
    ObservError
        Where every cell can be read with the day first and with the month first, and `forms`
        holds both.

    Examples
    --------
    >>> chosen(pd.Series(["02/03/2026", "31/03/2026"]), ["%d/%m/%Y", "%m/%d/%Y"], days=True)
    '%d/%m/%Y'
    """
    if len(forms) == 1:
        return forms[0]
    read = [(form, _read(texts, form, days)) for form in forms]
    form, parts = max(read, key=lambda one: (one[1]["read"].sum(), one[1]["read"].iloc[:1].any()))
    _not_ambiguous(form, parts, read)
    return form


def read_moments(
    texts: pd.Series,
    forms: Sequence[str],
    zone: ZoneInfo = PARIS,
    days: bool = False,
    in_order: bool = False,
    form: str = "",
) -> tuple[pd.Series, dict[int, str]]:
    """Moments of a column, in UTC without a zone, and why others are refused.

    A column is written in one form, `chosen` or given: where two meet, someone has joined files,
    and one of them may have its months first. An hour that the start of summer time skips
    is refused. One that its end repeats is summer time; where rows are `in_order` of time, it is
    winter time once the hour has been gone through.

    Parameters
    ----------
    texts
        Cells that are not empty, by the line of their row.
    forms
        `iso`, `epoch` (seconds), `epoch_ms`, or as in `%d/%m/%Y %H:%M[:%S]`, whose part between
        brackets may be missing.
    zone
        Of what tells no offset of its own.
    days
        Whether days are wanted, which have no time: a time of day may follow, and is passed over.

    Raises
    ------
    ObservError
        As `chosen`.

    Examples
    --------
    >>> texts = pd.Series({2: "2026-07-01 12:00", 3: "2026-03-29 02:30"})
    >>> found, faults = read_moments(texts, ["iso"])
    >>> found.dropna().astype(str).to_dict(), list(faults)
    ({2: '2026-07-01 10:00:00'}, [3])
    """
    form = form or chosen(texts, forms, days)
    parts = _read(texts, form, days)
    faults: dict[int, str] = {}
    own = parts["read"]
    if not own.all():
        others = [_read(texts, other, days)["read"] for other in forms if other != form]
        first = texts.index[own.to_numpy().argmax()]
        shows = _month_first(texts[~own], form)
        if shows is not None:
            small = own & (parts["month"] <= 12) & (parts["day"] <= 12)
            small &= parts["month"] != parts["day"]
            faults |= dict.fromkeys(texts.index[small], _MONTH_FIRST.format(shows))
        kind = "day" if days else "moment"
        for line in texts.index[~own]:
            if any(other[line] for other in others):
                faults[line] = (
                    f"is not written like the {kind} of row {first}; write all in one way"
                )
            else:
                faults[line] = f"is no {kind}; write {' or '.join(map(_shown, forms))}"
    wall = parts.loc[own, "wall"]
    year = wall.dt.year
    for line in wall.index[(year < 1900) | (year > 2200)]:
        faults.setdefault(line, f"is in the year {year[line]:04d}; check the year")
    wall = wall[~wall.index.isin(list(faults))]
    found = (
        wall.dt.normalize()
        if days
        else _in_utc(wall, parts.loc[wall.index, "offset"], zone, in_order, faults)
    )
    return found.reindex(texts.index).astype("datetime64[us]"), faults


def _read(texts: pd.Series, form: str, days: bool) -> pd.DataFrame:
    """What a form makes of each cell: `read`, its `wall` time, `offset` in minutes, month, day."""
    made = {text: _parts(text, form, days) for text in texts.unique()}
    cells = [made[text] for text in texts]
    frame = pd.DataFrame(index=texts.index)
    frame["read"] = [cell is not None for cell in cells]
    frame["wall"] = np.array([cell[0] if cell else "NaT" for cell in cells], dtype="datetime64[us]")
    frame["offset"] = pd.array([cell[1] if cell else None for cell in cells], dtype="Float64")
    frame["month"], frame["day"] = frame["wall"].dt.month, frame["wall"].dt.day
    return frame


def _parts(text: str, form: str, days: bool) -> tuple[str, float | None] | None:
    """The wall time in ISO and the offset, in minutes, of one cell; `None` where it is no such."""
    if form.startswith("epoch"):
        if re.fullmatch(r"\d{9,10}(\.\d{1,9})?|\d{12,13}", text, re.A) is None:
            return None
        seconds = float(text) / (1000 if form == "epoch_ms" else 1)
        if seconds >= 5e9:
            return None
        return str(np.datetime64(int(seconds * 1_000_000), "us")), 0.0
    match = _pattern(form, days).fullmatch(text)
    if match is None:
        return None
    got = {name: value for name, value in match.groupdict().items() if value}
    year = got.get("year") or f"20{got['short']}"
    month = got.get("month") or MONTHS.get(fold(got.get("name", "")), 0)
    hour = int(got.get("hour", 0))
    if half := got.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    wall = (
        f"{year}-{int(month):02d}-{int(got['day']):02d}T"
        f"{hour:02d}:{got.get('minute', '00')}:{got.get('second', '00')}"
    )
    try:
        np.datetime64(wall, "us")
    except ValueError:
        return None
    zone = got.get("zone")
    if zone is None:
        return wall, None
    if zone == "Z":
        return wall, 0.0
    minutes = 60 * int(zone[1:3]) + int(zone[-2:])
    return (wall, -minutes if zone[0] == "-" else minutes) if minutes <= 14 * 60 else None


@cache
def _pattern(form: str, days: bool) -> re.Pattern[str]:
    """The regular expression of a form; of days, what comes before its time of day."""
    if form == "iso":
        form = "%Y-%m-%d" if days else _ISO
    time = "(?:[ T,].*)?" if days and "%H" not in form else ""
    out = ""
    for part in re.findall(r"%.|\[|\]|[^%\[\]]+", form):
        if part == "%_":
            out += "[ T]"
        elif part in "[]":
            out += "(?:" if part == "[" else ")?"
        else:
            out += _PARTS.get(part) or re.escape(part)
    return re.compile(out + time)


def _shown(form: str) -> str:
    """A form as people write it.

    Examples
    --------
    >>> _shown("iso"), _shown("%d/%m/%Y %H:%M[:%S]"), _shown("epoch")
    ('YYYY-MM-DD HH:MM', 'DD/MM/YYYY HH:MM', 'seconds since 1970')
    """
    if form.startswith("epoch"):
        return "seconds since 1970" if form == "epoch" else "milliseconds since 1970"
    form = "%Y-%m-%d %H:%M" if form == "iso" else re.sub(r"\[.*", "", form)
    return re.sub(r"%.", lambda found: _HOW.get(found[0], found[0]), form)


def _swapped(form: str) -> str:
    """The same form with day and month in each other's place."""
    return form.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")


def _month_first(unread: pd.Series, form: str) -> int | None:
    """The first line that shows another order of day and month than a form has, if one does."""
    if "%d" not in form or "%m" not in form or form.startswith("%Y"):
        return None
    other = _swapped(form)
    return next((line for line, text in unread.items() if _parts(text, other, True)), None)


def _not_ambiguous(
    form: str, parts: pd.DataFrame, read: Sequence[tuple[str, pd.DataFrame]]
) -> None:
    """Refuse a column that two forms read whole, and in different ways."""
    for name, other in read:
        if name != form and other["read"].sum() == parts["read"].sum() > 0:
            unlike = parts["read"] & other["read"] & (parts["wall"] != other["wall"])
            if unlike.any():
                line = unlike.index[unlike.to_numpy().argmax()]
                raise TwoForms(line, (form, name))


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
    wall: pd.Series, offset: pd.Series, zone: ZoneInfo, in_order: bool, faults: dict[int, str]
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
            place = places[line]
            if place and found.iloc[place] <= found.iloc[place - 1]:
                found.iloc[place] = winter[line]
    return found


def paris_days(moments: pd.Series) -> pd.Series:
    """The days in Paris, at midnight without a zone, of moments in UTC without one.

    Examples
    --------
    >>> paris_days(pd.Series(pd.to_datetime(["2026-07-01 22:30"]))).astype(str).tolist()
    ['2026-07-02']
    """
    local = moments.dt.tz_localize("UTC").dt.tz_convert(PARIS)
    return local.dt.tz_localize(None).dt.normalize()
