"""The places of which exports tell: towns, departments, counters, by their names or codes."""

from __future__ import annotations

import re

from observlib.base.text import fold_label
from observlib.loaders._text import is_total, short, tells_of_someone

_ALL = frozenset({"all", "ensemble", "france entiere", "national", "tous", "toutes"})
_LONGEST = 80
_WAY = "rue|av|avenue|bd|boulevard|chemin|impasse|allees?|route|place|quai|cours"
_STREET = re.compile(rf"\d ?(?:bis|ter)?,? (?:{_WAY})\b")
_NUMBER = re.compile(r"\d+[.,]0+|\d([.,]\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)


def place(text: str) -> str:
    """The name or code of a place, as it is written: a department may be `01` or `2A`.

    Examples
    --------
    >>> place("01"), place("Saint-Denis  (974)")
    ('01', 'Saint-Denis (974)')
    """
    if is_total(text) or fold_label(text) in _ALL:
        raise ValueError("is the total of the areas, beside them; take the row away")
    if _NUMBER.fullmatch(text):
        raise ValueError("was made a number by a spreadsheet; format the column as text")
    if tells_of_someone(text, _LONGEST) or _STREET.search(fold_label(text)):
        raise ValueError("may tell of somebody; write the name or code of a town or department")
    return short(text, _LONGEST)
