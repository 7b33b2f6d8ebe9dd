"""The error a user can mend, and the way many of them are told at once."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 5


class ObservError(Exception):
    """Something the user can mend: its lines are printed without a traceback.

    Parameters
    ----------
    *problems
        One line each: where (file, row or key), what is wrong, what is allowed, how to mend it.

    Examples
    --------
    >>> print(ObservError("a.csv: empty file", "b.csv: empty file"))
    a.csv: empty file
    b.csv: empty file
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def bounded(items: Iterable[object], shown: int = SHOWN, sep: str = ", ") -> str:
    """Join the first few items, and say how many more there are.

    Examples
    --------
    >>> bounded(range(7))
    '0, 1, 2, 3, 4, and 2 more'
    """
    texts = [str(item) for item in items]
    rest = len(texts) - shown
    return sep.join(texts[:shown]) + (f"{sep}and {rest} more" if rest > 0 else "")


class UsageError(ObservError):
    """A command that cannot be carried out as it is worded: exit code 2."""
