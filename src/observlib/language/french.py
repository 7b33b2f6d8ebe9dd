"""Numbers, dates and lists as a French reader expects them."""

import math
import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Literal

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_compact_decimal, format_decimal

from observlib.base.errors import ObservError
from observlib.base.period import Period

_LOCALE = "fr_FR"
NBSP = "\u00a0"
MINUS = "\u2212"
_PRECISION = 400  # digits: any float, with its decimals
_LETTERS = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 7: "sept", 8: "huit"}
_LETTERS |= {9: "neuf", 10: "dix"}


def number(x: float, decimals: int = 0) -> str:
    """Write a number: narrow no-break spaces, decimal comma, minus sign, halves away from zero.

    >>> number(1234567).replace("\\u202f", "_"), number(-0.25, 1), number(-0.01, 1)
    ('1_234_567', '−0,3', '0,0')
    """
    if not math.isfinite(x):
        raise ObservError(f"number: {x} cannot be written; test the estimate's status first")
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    with localcontext() as context:
        context.prec = _PRECISION
        text = str(format_decimal(_quantized(x, decimals), format=pattern, locale=_LOCALE))
    return text.replace("-", MINUS)


@lru_cache(100_000)  # a page rounds the same figures for text, chart, table and data
def rounded(x: float, decimals: int = 0) -> float:
    """A number rounded as `number` writes it; one that is not finite stays as it is.

    >>> rounded(62.5), rounded(7.25, 1), rounded(float("nan"))
    (63.0, 7.3, nan)
    """
    return float(_quantized(x, decimals)) if math.isfinite(x) else x


def _quantized(x: float, decimals: int) -> Decimal:
    with localcontext() as context:
        context.prec = _PRECISION
        found = Decimal(str(x)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        return found or abs(found)  # no minus before zero


def signed(x: float, decimals: int = 0) -> str:
    """Write a change with its sign; a change that rounds to zero has none."""
    text = number(x, decimals)
    return f"+{text}" if x > 0 and re.search(r"[1-9]", text) else text


def decimals_of(x: float, least: int) -> int:
    """With how many decimals a number is to be written so as not to read 0, 6 at the most.

    >>> decimals_of(0.04, 1), decimals_of(3.2, 1), decimals_of(0.0, 1)
    (2, 1, 1)
    """
    if not x:
        return least
    return next((places for places in range(least, 6) if round(x, places)), 6)


def percent(x: float, decimals: int = 0, sign: bool = False) -> str:
    """Write a percentage; `x` is in percent, not a fraction of one."""
    return f"{(signed if sign else number)(x, decimals)}{NBSP}%"


def compact(x: float, decimals: int = 1) -> str:
    """Write a large number shortly, in three digits, for axes and alternative texts: `1,3 M`."""
    if not abs(x) < 1e15:
        return number(x)
    # first to three digits at the most, as Babel rounds halves to the even digit
    near = _rounded(Decimal(str(x)), decimals)
    if abs(near) < 1000:
        return number(float(near), 0 if near == near.to_integral() else decimals)
    text = str(format_compact_decimal(near, locale=_LOCALE, fraction_digits=decimals))
    return text.replace("-", MINUS)


def _rounded(exact: Decimal, decimals: int) -> Decimal:
    """A number with three digits, of which `decimals` at the most after the comma of k, M or Md.

    >>> [int(_rounded(Decimal(x), 1)) for x in (2_254_053, 999_960, 123_456)]
    [2300000, 1000000, 123000]
    """
    thousands = max(0, exact.adjusted()) // 3 * 3
    finest = max(exact.adjusted() - 2, thousands - decimals)
    return exact.quantize(Decimal(1).scaleb(finest), ROUND_HALF_UP)


def duration(seconds: float) -> str:
    """Write a time in seconds as people say it, to the second.

    >>> [duration(x).replace("\xa0", " ") for x in (42.4, 185, 3600, 7260)]
    ['42 s', '3 min 05 s', '1 h', '2 h 01 min']
    """
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}{NBSP}h{f'{NBSP}{minutes:02d}{NBSP}min' if minutes else ''}"
    if minutes:
        return f"{minutes}{NBSP}min{f'{NBSP}{rest:02d}{NBSP}s' if rest else ''}"
    return f"{rest}{NBSP}s"


def interval_ends(low: float, high: float, decimals: int = 0, unit: str = "") -> str:
    """Write both ends of an interval; of the units, only `%` is written, once.

    >>> marks, shares = interval_ends(7.91, 8.3, 1, "sur 10"), interval_ends(61, 65, 0, "%")
    >>> marks, shares, interval_ends(-3, 9, 0, "points")
    ('7,9 à 8,3', '61 à 65\\xa0%', '−3 à +9')
    """
    if unit == "s":
        return f"{duration(low)} à {duration(high)}"
    if unit == "points":
        return f"{signed(low, decimals)} à {signed(high, decimals)}"
    end = f"{NBSP}%" if unit == "%" else ""
    return f"{number(low, decimals)} à {number(high, decimals)}{end}"


def plural(n: float, one: str, many: str) -> str:
    """Choose the singular or the plural: French is singular below 2."""
    return one if abs(n) < 2 else many


def count(n: float, one: str, many: str) -> str:
    """Write a number of things: `3 réponses`."""
    return f"{number(n)}{NBSP}{plural(n, one, many)}"


def spelled(n: int, one: str = "un") -> str:
    """Write a small whole number in letters, any other in digits; `one` is `une` for what is so.

    >>> spelled(1, "une"), spelled(8), spelled(12), spelled(0)
    ('une', 'huit', '12', 'aucun')
    """
    if n == 0:
        return f"auc{one}"
    return one if n == 1 else _LETTERS.get(n) or number(n)


def of(things: str) -> str:
    """Write "de" before a word, elided before a vowel or an h.

    >>> [of(things) for things in ("votes", "appels", "écoutes", "habitants", "Idées")]
    ['de votes', "d'appels", "d'écoutes", "d'habitants", "d'Idées"]
    """
    return f"d'{things}" if things[:1].lower() in "aeiouyàâéèêëîïôûh" else f"de {things}"


def inner_quotes(words_: str) -> str:
    """A text that is to stand between quotes: its own are of another kind."""
    plain = words_.replace("«\xa0", "“").replace("\xa0»", "”").replace("« ", "“")
    plain = plain.replace(" »", "”").replace("«", "“").replace("»", "”")
    parts = plain.split('"')
    return "".join(
        part + ("" if at == len(parts) - 1 else "“" if at % 2 == 0 else "”")
        for at, part in enumerate(parts)
    )


def join(items: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
    """Enumerate.

    >>> join(["a", "b", "c"]), join(["a"]), join([]), join(["a", "b"], "or")
    ('a, b et c', 'a', '', 'a ou b')
    """
    return str(format_list(list(items), style, locale=_LOCALE))


def day_label(day: date) -> str:
    """Write a day."""
    text = str(format_date(day, "d MMMM y", locale=_LOCALE))
    return re.sub(r"^1 ", "1er ", text)


def month_label(month: str, short: bool = False) -> str:
    """Write a month given as `YYYY-MM`; `short` leaves the year out and abbreviates.

    >>> month_label("2026-08"), month_label("2026-01", short=True)
    ('août 2026', 'janv.')
    """
    year, number_ = map(int, month.split("-"))
    return str(format_date(date(year, number_, 1), "MMM" if short else "MMMM y", locale=_LOCALE))


def period_label(period: str) -> str:
    """Write the period of an estimate: a quarter, month, day, year, or a first/last of them.

    >>> [period_label(p) for p in ("2026-T1", "2026-T3", "2026-08", "2026-09-01", "2026")]
    ['1er trimestre 2026', '3e trimestre 2026', 'août 2026', '1er septembre 2026', '2026']
    >>> [period_label(p) for p in ("2025-10/2026-09", "2026-01/2026-03", "2026-T1/2026-T3")]
    ['octobre 2025 à septembre 2026', 'janvier à mars 2026', '1er au 3e trimestre 2026']
    """
    whole = Period(period)
    first, last = whole.first, whole.last
    match whole.kind, first.kind, last.kind:
        case "span", "month", "month":
            start, end = month_label(first), month_label(last)
            return f"{start.removesuffix(f' {end[-4:]}')} à {end}"
        case "span", "quarter", "quarter" if first[:4] == last[:4]:
            return f"{period_label(first).split()[0]} au {period_label(last)}"
        case "quarter", *_:
            return f"{period[-1]}{'er' if period[-1] == '1' else 'e'} trimestre {period[:4]}"
        case "month", *_:
            return month_label(period)
        case "day", *_:
            return day_label(whole.start)
        case "year", *_:
            return period
    raise ObservError(
        f"period {period!r}: cannot be written; periods are YYYY-T1 to YYYY-T4, YYYY-MM, "
        "YYYY-MM-DD, YYYY, YYYY-MM/YYYY-MM or YYYY-T1/YYYY-T4"
    )


def period_head(period: str) -> str:
    """Write a period as the head of a column, where the name of a quarter would take three lines.

    >>> period_head("2026-T1"), period_head("2026-T1/2026-T3"), period_head("2026-08")
    ('T1 2026', 'T1 à T3 2026', 'août 2026')
    """
    label = period_label(period)
    quarters = period[5:].replace(f"/{period[:5]}", " à ")
    return f"{quarters} {period[:4]}" if "-T" in period else label


def period_range(first: str, last: str) -> str:
    """Write from which period to which, of one kind.

    >>> period_range("2025-10", "2026-09"), period_range("2024", "2026")
    ("d'octobre 2025 à septembre 2026", 'de 2024 à 2026')
    """
    start, end = period_label(first), period_label(last)
    if "T" in first or first.count("-") == 2:
        return f"du {start} au {end}"
    return f"{of(start)} à {end}"


def when(period: str) -> str:
    """Write when something was, inside a sentence; "3e" stays with "trimestre".

    >>> [when(p).replace("\\xa0", " ") for p in ("2026-T3", "2026-08", "2026", "2026-09-01")]
    ['au 3e trimestre 2026', 'en août 2026', 'en 2026', 'le 1er septembre 2026']
    >>> when("2025-10/2026-09"), when("2025-08/2026-07")
    ("d'octobre 2025 à septembre 2026", "d'août 2025 à juillet 2026")
    >>> when("2025-01/2026-07")
    'de janvier 2025 à juillet 2026'
    """
    label = period_label(period)
    if "/" in period:
        return of(label)
    if "T" in period:
        return f"au {label.replace(' trimestre', f'{NBSP}trimestre')}"
    return f"le {label}" if period.count("-") == 2 else f"en {label}"


def between(first: str, last: str) -> str:
    """Write which two periods are compared.

    >>> between("2025-08", "2026-08-01"), between("2025", "2026")
    ('entre août 2025 et le 1er août 2026', 'entre 2025 et 2026')
    """
    named = [re.sub("^au ", "le ", when(period)).removeprefix("en ") for period in (first, last)]
    return f"entre {named[0]} et {named[1]}"
