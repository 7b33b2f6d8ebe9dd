"""Days that people write with slashes: the French way, unless their column shows another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/\d{4}(?!\d)", re.ASCII)


def french_day(text: str) -> date | None:
    """A day written `dd/mm/yyyy` (a time of day may follow), or `None`.

    Examples
    --------
    >>> french_day("08/04/2022"), french_day("31/02/2022")
    (datetime.date(2022, 4, 8), None)
    """
    match = re.fullmatch(r"(\d{2}/\d{2}/\d{4})(?: \d{2}:\d{2}(?::\d{2})?)?", text, re.ASCII)
    try:
        return datetime.strptime(match[1], "%d/%m/%Y").date() if match else None
    except ValueError:
        return None


def months_first(texts: Mapping[int, str]) -> dict[int, str]:
    """Why days such as `05/06/2026` cannot be read: another of their column has its month first.

    One such day shows that the column was written, at least in part, by a tool set to English.

    Examples
    --------
    >>> months_first({2: "05/06/2026", 3: "3/31/2026", 4: "28/02/2026"})
    {2: 'may have its month first, as row 3 has; write YYYY-MM-DD'}
    >>> months_first({2: "05/06/2026", 3: "31/03/2026"})
    {}
    """
    parts = {
        line: (int(match[1]), int(match[2]))
        for line, text in texts.items()
        if (match := _SLASHED.match(text))
    }
    shows = next((line for line, (a, b) in parts.items() if 1 <= a <= 12 < b <= 31), None)
    if shows is None:
        return {}
    why = f"may have its month first, as row {shows} has; write YYYY-MM-DD"
    return {line: why for line, (a, b) in parts.items() if a != b and max(a, b) <= 12}
