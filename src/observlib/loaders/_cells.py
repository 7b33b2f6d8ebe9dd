"""The cells of a column, read as its format says: words, numbers, durations, themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd

from observlib.catalogue import Column
from observlib.loaders._counts import amount_of, month_of
from observlib.loaders._text import is_total, parse_count, short, tells_of_someone
from observlib.text import fold_label

Read = tuple[pd.Series, dict[int, str]]  # values by line, and why others are refused
LONGEST_THEME = 60
MOST_THEMES = 100
_NO_THEME = frozenset(
    {"-", "–", "—", "n/a", "na", "n.a.", "nd", "n.d.", "nc", "n.c.", "null", "nan", "none"}
)
_FLAGS = {
    "yes": ("oui", "yes", "true", "vrai", "1"),
    "no": ("non", "no", "false", "faux", "0", ""),
}
_UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600}
_DAY = 24 * 3600
_SHORTENED = re.compile(r"\d([.,]\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)


def each(texts: pd.Series, read: Callable[[str], Any]) -> Read:
    """What `read` makes of each cell; where it raises a `ValueError`, its words tell why not."""
    made: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for text in texts.unique():
        try:
            made[text] = read(text)
        except ValueError as error:
            faults[text] = str(error)
    told = {line: faults[text] for line, text in texts.items() if text in faults} if faults else {}
    return texts.map(made) if len(texts) else texts, told


def word_reader(words: dict[str, tuple[str, ...]], what: str) -> Callable[[str], str]:
    """A reader of the words that stand for values; every other word is refused."""
    known = {fold_label(word): value for value, told in words.items() for word in told}
    some = ", ".join(told[0] or "(empty)" for told in words.values())

    def read(text: str) -> str:
        folded = fold_label(text)
        if folded in known:
            return known[folded]
        if folded and "*" in known:
            return known["*"]
        raise ValueError(f"is {what}; write {some}" if folded else "is empty")

    return read


def count(text: str) -> int:
    """A whole number, such as `1 234`."""
    number = parse_count(text)
    if number is None:
        raise ValueError("is no whole number, such as 1234 or 1 234")
    return number


def natural(text: str) -> int:
    """A whole number that is not negative."""
    if (number := count(text)) < 0:
        raise ValueError("is negative; counts are 0 or more")
    return number


def amount(text: str) -> float:
    """An amount in euros."""
    number = amount_of(text)
    if number is None:
        raise ValueError("is no amount in euros, such as 1234,50")
    return number


def number(text: str) -> float:
    """A number with a decimal point or comma, or a percentage."""
    found = re.fullmatch(r"([-+]?\d{1,12}(?:[.,]\d{1,12})?) ?%?", text, re.ASCII)
    if found is None:
        raise ValueError("is no number, such as 12,5")
    return float(found[1].replace(",", "."))


def duration_reader(column: Column) -> Callable[[str], int]:
    """A reader of durations in whole seconds: of a clock, or of numbers of the column's unit."""

    def read(text: str) -> int:
        if column.unit in (None, "clock"):
            seconds = parse_seconds(text)
        else:
            found = re.fullmatch(r"\d{1,12}(?:[.,]\d{1,9})?", text, re.ASCII)
            told = float(text.replace(",", ".")) * _UNITS[column.unit or "s"] if found else None
            seconds = None if told is None else round(told)
        if seconds is None:
            raise ValueError("is no time; write seconds or hh:mm:ss")
        return seconds

    return read


def short_time(read: Callable[[str], int]) -> Callable[[str], int]:
    """The same reader, for what lasts no longer than a day."""

    def within(text: str) -> int:
        try:
            seconds = read(text)
        except ValueError:
            seconds = -1
        if not 0 <= seconds <= _DAY:
            raise ValueError("is no time up to a day; write seconds or mm:ss")
        return seconds

    return within


def flag_reader(column: Column) -> Callable[[str], bool]:
    """A reader of oui and non, or how often: more than never is oui."""
    words = column.words or _FLAGS
    known = {
        fold_label(word): name in ("yes", "true") for name, told in words.items() for word in told
    }

    def read(text: str) -> bool:
        folded = fold_label(text)
        found = known.get(folded, known.get("*") if folded else None)
        if found is not None:
            return found
        times = parse_count(text) if not column.words else None
        if times is None or times < 0:
            raise ValueError("is neither oui, non nor a number of times")
        return bool(times)

    return read


def theme(text: str) -> str | None:
    """The theme of a contact; other texts may be what someone wrote.

    Examples
    --------
    >>> theme(" Logement "), theme("n.d.")
    ('Logement', None)
    """
    found = short(text, LONGEST_THEME + 1)
    if fold_label(found) in _NO_THEME:
        return None
    if found and tells_of_someone(found, LONGEST_THEME):
        raise ValueError(
            "is no theme but a text, which may tell of someone; write a theme of the list"
        )
    return found or None


def ticket(text: str) -> str:
    """The number of a ticket, whose thousands may be set apart by spaces."""
    if "@" in text or len(text) > 60:
        raise ValueError("is no number of a ticket")
    return text if parse_count(text) is None else re.sub(r"\s", "", text)


def title(text: str) -> str:
    """A title, which is no total of all of them."""
    found = short(text, 200)
    if is_total(found):
        raise ValueError("is the total of the titles, beside them; take the row away")
    return found


def title_id(text: str) -> str:
    """An ISBN by its digits alone, so that one title has one; any other reference as it is.

    Examples
    --------
    >>> title_id("978-2-00-000000-2"), title_id("REF-12")
    ('9782000000002', 'REF-12')
    """
    if _SHORTENED.fullmatch(text):
        raise ValueError("was shortened by a spreadsheet; format the column as text")
    digits = re.sub(r"[ -]", "", text)
    isbn = re.fullmatch(r"97[89]\d{10}|\d{9}[\dX]", digits, re.ASCII)
    return digits if isbn else title(text)


def list_name(text: str) -> str:
    """The name of a list of subscribers, which is no total of all of them."""
    if is_total(text):
        raise ValueError("is the total of the lists, beside them; take the row away")
    return text


def month(text: str) -> pd.Timestamp:
    """The first day of a month."""
    span = month_of(text)
    if isinstance(span, str):
        raise ValueError(span)
    return pd.Timestamp(span[0])


def parse_seconds(text: str) -> int | None:
    """A duration in whole seconds: `95`, `1:35`, `00:01:35` or `1 min 35 s`; else `None`.

    Examples
    --------
    >>> [parse_seconds(text) for text in ("95", "1:35", "00:01:35", "1 min 35 s", "-5", "1:75")]
    [95, 95, 95, 95, None, None]
    """
    text = " ".join(text.split())
    if re.fullmatch(r"\d{1,9}", text, re.A):
        return int(text)
    clock = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,4}):([0-5]\d)", text, re.A)
    spoken = re.fullmatch(
        r"(?:(\d{1,4}) ?h)? ?(?:(\d{1,4}) ?min)? ?(?:(\d{1,2}) ?s)?", text, re.A | re.I
    )
    match = clock or (spoken if text else None)
    if match is None or (clock and match[1] and int(match[2]) > 59):
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return int(timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds())
