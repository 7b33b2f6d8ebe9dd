"""Where each value of a drawing stands, and how it is told: `values.js` walks them with arrow keys.

The drawing carries them as attributes: `data-values` (whose, where, and the words of each) of the
wide one, and `data-at` (its places) of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from observlib.catalogue import Indicator
from observlib.language import words
from observlib.language.typography import curly, typography

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_KEPT = "observlib_values"


class Value(NamedTuple):
    """A value at a place of axes: whose it is, where along its line, and its words."""

    ax: Axes
    x: float
    y: float
    whose: str
    where: str
    text: str


def keep(
    ax: Axes,
    x: float,
    y: float,
    row: Mapping[str, Any],
    indicator: Indicator,
    whose: str,
    where: str = "",
) -> None:
    """Let a drawing know a value that it shows; one that is withheld stands nowhere.

    Parameters
    ----------
    row
        The estimate, rounded as pages tell it.
    whose, where
        The line or bar that it is of, and its place along it.
    """
    if row["status"] in words.STATUS_WORDS and row["status"] not in words.WITHHELD:
        text = told(row, indicator)
        vars(ax.figure).setdefault(_KEPT, []).append(Value(ax, x, y, whose, where, text))


def told(row: Mapping[str, Any], indicator: Indicator) -> str:
    """A value, its interval and its reservation.

    Examples
    --------
    >>> mark = Indicator(
    ...     id="m", label="M", unit="sur 10", method="M", better="higher", decimals=1
    ... )
    >>> row = {"estimate": 7.9, "ci_low": 7.6, "ci_high": 8.2, "unit": "sur 10"}
    >>> told({**row, "status": "low_base"}, mark).replace("\\xa0", " ")
    '7,9 sur 10, de 7,6 à 8,2, faible effectif'
    """
    ends = words.interval(row, indicator)
    parts = (words.value(row, indicator), ends and f"de {ends}", words.STATUS_WORDS[row["status"]])
    return ", ".join(filter(None, parts))


def attributes(fig: Figure, narrow: bool) -> dict[str, str]:
    """The attributes of a drawing that tell its values; none where it knows of none."""
    kept: list[Value] = vars(fig).get(_KEPT, [])
    if not kept:
        return {}
    points = [value.ax.transData.transform((value.x, value.y)) * 72 / fig.dpi for value in kept]
    height = fig.get_size_inches()[1] * 72
    at = " ".join(f"{round(x)},{round(height - y)}" for x, y in points)
    if narrow:
        return {"data-at": at}
    whose = list(dict.fromkeys(value.whose for value in kept))
    where = list(dict.fromkeys(value.where for value in kept))
    told_ = [f"{whose.index(v.whose)},{where.index(v.where)},{v.text}" for v in kept]
    # JSON would have its quotation marks escaped, each in six bytes
    lists = ("|".join(map(_plain, texts)) for texts in (whose, where, told_))
    return {"data-at": at, "data-values": "¶".join(lists)}


def _plain(text: str) -> str:
    """A text without the signs that part lists."""
    return curly(typography(text.replace("|", "/").replace("¶", " ")))
