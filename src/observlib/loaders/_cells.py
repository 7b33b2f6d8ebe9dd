"""The cells of a column, read as its format says: words, numbers, durations, themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from observlib.base.errors import bounded
from observlib.base.text import fold, fold_label
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue, SourceColumn
from observlib.loaders import _moments, _text

# --- Published figures, and lists of counters: what their cells hold, and what their rows need

_WORDS = load_data(__file__)
_SPACED = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(?!\d))")


def parse_number(text: str) -> float | None:
    """A number with point or comma, thousands apart by spaces; `None` where it may be two."""
    plain = _SPACED.sub("", text.strip()).replace("\u2212", "-")
    is_number = re.fullmatch(r"-?\d{1,15}(?:[.,]\d{1,15})?", plain, re.A)
    is_one = is_number and not _text.may_be_thousands(plain)
    return float(plain.replace(",", ".")) + 0.0 if is_one else None  # no page shows a -0


def read_unit(text: str) -> str:
    """The library's word for a unit: shares are in `%`, marks `sur 10`."""
    text = read_line(text)
    if re.match(r"%( de |$)", text):
        return "%"
    return f"sur {text[1:]}" if re.fullmatch(r"/\d+", text, re.A) else text


def value_fault(value: float, unit: str) -> str | None:
    """Why no figure of a unit can have a value, or `None` where it can."""
    mark = re.fullmatch(r"sur (\d{1,9})", unit, re.A)
    known = {"%": (0.0, 100.0), "points": (-100.0, 100.0)}
    low, high = known.get(unit, (0.0, float(mark[1]) if mark else float("inf")))
    if low <= value <= high:
        return None
    bounds = f"from {low:g} to {high:g}" if high < float("inf") else "0 or more"
    return f"is not {bounds} ({unit})"


def read_line(text: str) -> str:
    return " ".join(text.split())


def read_figure(text: str) -> float:
    if (value := parse_number(text)) is None:
        raise ValueError("is no number; write 72.5 or 72,5, thousands set apart by spaces")
    return value


def read_base(text: str) -> int:
    if (count := _text.parse_count(text)) is None or count < 1:
        raise ValueError("is no whole number of 1 or more; tell a range in `reservation`")
    return count


def read_published(text: str) -> str:
    shaped = re.fullmatch(r"(?:19|20)\d\d(-\d\d(-\d\d)?)?", text, re.A)
    parse = _text.parse_day if shaped and shaped[2] else _text.parse_month
    if not shaped or (shaped[1] and not parse(text)):
        raise ValueError("is no year, month or day such as 2018, 2018-05, 2018-05-25")
    return text


_Read = tuple[pd.Series, dict[int, str]]  # values by line, and why others are refused
_LONGEST_THEME = 60
MOST_THEMES = 100
CELL_SEPARATOR = "\x1e"  # between the cells of several columns that give one field
_LONGEST_TASK = 3600  # seconds: a whole session lasts about an hour


def read_each(texts: pd.Series, read: Callable[[str], Any]) -> _Read:
    """What `read` makes of each cell; where it raises a `ValueError`, its words tell why not."""
    made: dict[str, Any] = {}
    faults: dict[int, str] = {}
    codes, known = pd.factorize(texts)
    for code, text in enumerate(known):
        try:
            made[text] = read(text)
        except ValueError as error:
            faults[code] = str(error)
    if not len(texts):
        return texts, {}
    values = pd.Series([*made.values()], dtype=None if made else object, name=texts.name)
    if faults:
        places = {text: place for place, text in enumerate(made)}
        codes_made = np.array([places.get(text, -1) for text in known])[codes]
        values = values.reindex(codes_made)
    else:
        values = values.take(codes)
    wrong = np.flatnonzero(np.isin(codes, [*faults])) if faults else ()
    told = {texts.index[place]: faults[codes[place]] for place in wrong}
    return values.set_axis(texts.index), told


def _word_reader(words: dict[str, tuple[str, ...]], what: str) -> Callable[[str], str]:
    """A reader of the words that stand for values; every other word is refused."""
    known = {fold_label(word): value for value, told in words.items() for word in told}
    some = ", ".join(told[0] or "(empty)" for told in words.values())

    def read(text: str) -> str:
        folded = fold_label(text)
        found = known.get(folded, known.get("*") if folded else None)
        if found is None:
            raise ValueError(f"is {what}; write {some}" if folded else "is empty")
        return found

    return read


def read_signed(text: str, commas: bool = False) -> int:
    """A whole number, such as `1 234`, or `1,234` where `commas` set thousands apart."""
    number = _text.parse_count(text, commas)
    if number is None:
        raise ValueError("is no whole number, such as 1234 or 1 234")
    return number


def _natural(text: str, commas: bool = False) -> int:
    """A whole number that is not negative."""
    if (number := read_signed(text, commas)) < 0:
        raise ValueError("is negative; counts are 0 or more")
    return number


def read_number(text: str) -> float:
    """A number with a decimal point or comma, or a percentage."""
    return float(_sound("number", text).rstrip(" %").replace(",", "."))


def _mean_reader(column: SourceColumn, share: bool) -> Callable[[str], float]:
    """A reader of what each of a count has on average, or of the share that has it, in %."""
    clock = _moments.duration_reader(column)

    def read(text: str) -> float:
        if column.unit == "clock":
            return clock(text)
        if (found := read_number(text)) < 0:
            raise ValueError("is negative; it is 0 or more")
        if share and found > 100:
            raise ValueError("is above 100 %; check the column")
        if not share and _text.may_be_thousands(text):
            raise ValueError("is a thousand for some; write it without sign, or with two decimals")
        return found * _moments.UNIT_SECONDS[column.unit or "s"]

    return read


def _mark_reader(column: SourceColumn) -> Callable[[str], float | None]:
    """A reader of marks, or of the words that stand for them; of several, one mark."""
    known = {fold_label(word): float(mark) for mark, told in column.words.items() for word in told}
    allowed = ", ".join(word for told in column.words.values() for word in told)
    nothing = {"", *map(fold_label, column.empty)}
    between = f"{column.parts.between}|{CELL_SEPARATOR}" if column.parts else CELL_SEPARATOR

    def read(text: str) -> float | None:
        marks = {}  # by answer: what several columns repeat counts once
        for part in map(fold_label, re.split(between, text)):
            label = part.rsplit(" : ", 1)[-1] if column.parts else part
            if label in nothing:
                continue
            if known and label not in known:
                raise ValueError(f"is no answer to this question; allowed: {allowed}")
            marks[part] = known[label] if known else read_number(label)
        if column.parts and column.parts.make == "max":
            return max(marks.values(), default=None)
        return sum(marks.values()) / len(marks) if marks else None

    return read


def _flag_reader(column: SourceColumn) -> Callable[[str], bool]:
    """A reader of oui and non, or how often: more than never is oui."""
    words = column.words or _WORDS["flags"]
    known = {
        fold_label(word): name in ("yes", "true") for name, told in words.items() for word in told
    }

    def read(text: str) -> bool:
        folded = fold_label(text)
        found = known.get(folded, known.get("*") if folded else None)
        if found is not None:
            return found
        times = _text.parse_count(text) if not column.words else None
        if times is None or times < 0:
            raise ValueError("is neither oui, non nor a number of times")
        return bool(times)

    return read


def read_theme(text: str) -> str | None:
    """The theme of a contact; other texts may be what someone wrote."""
    found = _text.short(text, _LONGEST_THEME + 1)
    if fold_label(found) in _WORDS["no_theme"]:
        return None
    if found and _text.tells_of_someone(found, _LONGEST_THEME):
        raise ValueError(
            "is no theme but a text, which may tell of someone; write a theme of the list"
        )
    return found or None


class _PlainText(HTMLParser):
    """What is to be read of a piece of HTML, in `text`."""

    text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """What begins a line is set apart from what stands before."""
        self.text += " " if tag in ("br", "p", "li") else ""

    def handle_data(self, data: str) -> None:
        """A text between two tags."""
        self.text += data


def _plain(text: str) -> str:
    """The text of a piece of HTML, on one line."""
    parser = _PlainText()
    parser.feed(text)
    parser.close()
    found = re.sub(r"[ \t\r\n]+", " ", parser.text).strip()
    if not found:
        raise ValueError("is empty")
    return found


def read_host(text: str) -> str:
    """The name of the server in an address of the web."""
    found = urlsplit(text).hostname
    if not found:
        raise ValueError("is no address of the web, such as https://social.example/@service/3")
    return found


def read_ticket(text: str) -> str:
    """The number of a ticket, whose thousands may be set apart by spaces."""
    found = _sound("ticket", text)
    return found if _text.parse_count(found) is None else re.sub(r"\s", "", found)


def read_title_id(text: str) -> str:
    """An ISBN by its digits alone, so that one title has one; any other reference as it is.

    >>> read_title_id("978-2-00-000000-2"), read_title_id("REF-12")
    ('9782000000002', 'REF-12')
    """
    digits = re.sub(r"[ -]", "", _sound("title_id", text))
    isbn = re.fullmatch(r"97[89]\d{10}|\d{9}[\dX]", digits, re.ASCII)
    return digits if isbn else _sound("title", _text.short(text, 200))


def read_period(text: str) -> tuple[date, date]:
    """The first and the last day of a period."""
    span = _moments.parse_period(text)
    if span is None:
        raise ValueError(
            "is no period that is read; periods are such as 2026-03-01, 2026-03, 2026-T3, 2025 or "
            "2026-03-01,2026-03-15"
        )
    return span


def read_month(text: str) -> pd.Timestamp:
    """The first day of a month."""
    span = _moments.month_of(text)
    if isinstance(span, str):
        raise ValueError(span)
    return pd.Timestamp(span[0])


def read_task_time(text: str) -> float:
    """A time on task in seconds, below an hour: `1:30:00` is a spreadsheet's 1 min 30."""
    text = fold_label(text)
    seconds = 0.0
    if match := re.fullmatch(r"(\d{1,7})(?:[.,](\d{1,6}))? ?s?", text, re.ASCII):
        seconds = float(f"{match[1]}.{match[2] or 0}")
        if _text.may_be_thousands(text.rstrip(" s")) and 1000 * seconds < _LONGEST_TASK:
            seconds = 0
    elif match := re.fullmatch(
        r"(?:0?0:)?(\d{1,2})(?::|\s*min\s*)(?:([0-5]?\d)\s*s?)?", text, re.ASCII
    ):
        seconds = 60.0 * int(match[1]) + int(match[2] or 0)
    if not 0 < seconds < _LONGEST_TASK:
        raise ValueError("is no time of less than an hour; write seconds or mm:ss")
    return seconds


# --- What a kind of cells refuses, as the table in YAML says

_LONGEST_PLACE = 80


def _sound(kind: str, text: str) -> str:
    """A text of a kind, which is nothing that its rules refuse: the first that does tells why."""
    for rule in _WORDS["refused"][kind]:
        if (
            ("unlike" in rule and not re.fullmatch(rule["unlike"], text))
            or ("holds" in rule and re.search(rule["holds"], text))
            or ("longer" in rule and len(text) > rule["longer"])
            or ("total" in rule and _text.is_total(text))
            or ("words" in rule and fold_label(text) in rule["words"])
            or ("personal" in rule and _text.tells_of_someone(text, rule["personal"]))
        ):
            raise ValueError(rule["why"])
    return text


def read_amount(text: str) -> float:
    """An amount in euros: decimal point or comma, thousands set apart by spaces, maybe a €."""
    plain = _sound("amount", fold(text).removesuffix("eur").removesuffix("€").rstrip())
    return float(plain.replace(" ", "").replace(",", ".")) + 0.0  # no page shows a -0


def read_place(text: str) -> str:
    """The name or code of a place, as it is written: a department may be `01` or `2A`."""
    _sound("street", fold_label(_sound("place", text)))
    return _text.short(text, _LONGEST_PLACE)


# --- What reads a cell of each kind of field

_Reader = Callable[[str], object]
_READERS: dict[str, _Reader] = {
    one.__name__.removeprefix("read_"): one
    for one in (
        read_number, read_host, read_task_time, read_line, read_figure, read_unit, read_base,
        read_published, read_ticket, read_theme, read_title_id, read_place, read_month,
        read_signed, read_period, read_amount,
    )
}  # fmt: skip
_READERS |= {kind: partial(_sound, kind) for kind in ("answer", "label", "list", "section", "url")}
_READERS |= {
    "departement": lambda text: _sound("departement", text.upper().zfill(2)),  # 1 may be 01
    "item": lambda text: int(_sound("item", text)[0]),
    "name": lambda text: _sound("name", read_line(text)),
    "participant": lambda text: _sound("participant", fold_label(text)).upper(),  # p01 is P01
    "title": lambda text: _sound("title", _text.short(text, 200)),
    "text": str,  # and words, of a value that the format tells
    "words": str,
}


def reader_of(kind: str, field: str, column: SourceColumn, catalogue: Catalogue) -> _Reader:
    """What reads one cell of a kind, and raises a `ValueError` that says why it cannot."""

    def known(text: str) -> str:
        if kind == "product" and text not in catalogue.products:
            raise ValueError("is no product of the catalogue; write its id")
        if kind == "indicator" and text not in catalogue.indicators:
            listed = bounded(catalogue.indicators)
            raise ValueError(f"is no indicator of the catalogue; known: {listed}")
        return text

    if column.html:
        return _plain
    if column.of:
        return _mean_reader(column, share=field == "bounces")
    if kind == "mark":
        return _mark_reader(column)
    if kind == "flag":
        return _flag_reader(column)
    if column.words:
        return _word_reader(column.words, _WORDS["unknown"].get(field, "no known word"))
    if kind == "count":
        return partial(_natural, commas=bool(column.thousands))
    if kind in ("time", "times", "moment"):  # which comes so long after another
        read = _moments.duration_reader(column)
        return _moments.short_time(read) if kind == "time" else read
    return known if kind in ("product", "indicator") else _READERS[kind]
