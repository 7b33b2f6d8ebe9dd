"""The error a user can mend, and the way many of them are told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

SHOWN = 5
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class ObservError(Exception):
    """Something the user can mend: its lines are printed without a traceback.

    Examples
    --------
    >>> print(ObservError("a.csv: empty file", "b.csv: empty file"))
    a.csv: empty file
    b.csv: empty file
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))

    @classmethod
    def raise_any(cls, problems: Iterable[str]) -> None:
        """Raise what problems there are."""
        if found := [*problems]:
            raise cls(*found)


def bounded(items: Iterable[object], shown: int = SHOWN, sep: str = ", ") -> str:
    """Join the first few items, and say how many more there are.

    >>> bounded(range(7))
    '0, 1, 2, 3, 4, and 2 more'
    """
    texts = [str(item) for item in items]
    rest = len(texts) - shown
    return sep.join(texts[:shown]) + (f"{sep}and {rest} more" if rest > 0 else "")


def visible(text: str) -> str:
    """A text with its control signs written out, for a terminal obeys them, whoever wrote them.

    >>> print(visible("a\x1b[2J b"))
    a\\u001b[2J b
    """
    return _OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


class UsageError(ObservError):
    """A command that cannot be carried out as it is worded: exit code 2."""
