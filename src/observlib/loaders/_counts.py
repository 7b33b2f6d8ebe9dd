"""Monthly counts that a team exports as a table: their months, numbers and amounts."""

from __future__ import annotations

import re
from datetime import date

from observlib.loaders._rows import day_fault
from observlib.loaders._text import parse_month
from observlib.text import fold

_MONTHS = (
    ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
     "octobre", "novembre", "decembre"),
    ("january", "february", "march", "april", "may", "june", "july", "august", "september",
     "october", "november", "december"),
)  # fmt: skip
_AMOUNT = re.compile(r"-?(?:\d{1,12}|\d{1,3}(?: \d{3}){1,3})(?:[.,]\d{1,2})?", re.A)


def month_of(text: str) -> tuple[date, date] | str:
    """First and last day of a month, or why it is none that a device can have counted.

    A month is `2026-03`, `03/2026`, `mars 2026` or its first day in ISO.

    Examples
    --------
    >>> [str(month_of(text)[0]) for text in ("2026-03", "03/2026", "Février 2024", "2026-03-01")]
    ['2026-03-01', '2026-03-01', '2024-02-01', '2026-03-01']
    >>> month_of("13/2026")
    'is no month; write 2026-03, 03/2026 or mars 2026'
    >>> month_of("02/0024")
    'is in the year 0024; check the year'
    """
    text = text.strip()
    if match := re.fullmatch(r"(\d{2})/(\d{4})", text, re.A):
        text = f"{match[2]}-{match[1]}"
    elif match := re.fullmatch(r"(\d{4}-\d{2})-01", text, re.A):
        text = match[1]
    elif match := re.fullmatch(r"([a-z]+)\.? (\d{4})", fold(text), re.A):
        places = [names.index(match[1]) for names in _MONTHS if match[1] in names]
        text = f"{match[2]}-{places[0] + 1:02d}" if places else ""
    span = parse_month(text)
    if span is None:
        return "is no month; write 2026-03, 03/2026 or mars 2026"
    return day_fault(span[0]) or span


def amount_of(text: str) -> float | None:
    """An amount in euros: decimal point or comma, thousands set apart by spaces, maybe a €.

    A point and three digits give `None`: it is one for some and a thousand for others. So do
    spaces elsewhere than between thousands.

    Examples
    --------
    >>> amount_of("1\\u202f234,50 €"), amount_of("12.5"), amount_of("1.234"), amount_of("12 50")
    (1234.5, 12.5, None, None)
    """
    plain = fold(text).removesuffix("eur").removesuffix("€").rstrip()
    if _AMOUNT.fullmatch(plain) is None:
        return None
    return float(plain.replace(" ", "").replace(",", ".")) + 0.0  # no page shows a -0
