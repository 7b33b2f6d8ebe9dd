"""The heat chart: one indicator over two categories, such as the hours of each weekday."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, phrases, select, style, words
from observlib.display.output import Output, caption_of
from observlib.display.prose import one_line
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BETWEEN = " · "
_ROW, _TALL = 22.0, 32.0  # a cell's height, and that of one whose value has a mark under it
_NAMES = (120.0, 95.0)  # widest names of rows, in points: narrower where columns need the room
_LETTER = 12.0  # the height of a line of small text
_LIGHT, _DARK = (0xE3, 0xE7, 0xFC), (0x00, 0x00, 0x91)
_MARKS = {"low_base": "(f)", "partial": "(p)", "suppressed": "s", "missing": "nd"}
_NARROW = {"low_base": "f", "partial": "p", "suppressed": "s", "missing": "×"}


class _Heads(NamedTuple):
    """Columns' names as they are written: wrapped, turned, or only some of them."""

    texts: list[str]
    height: float
    turned: bool = False


def heat_chart(frame: pd.DataFrame, catalogue: Catalogue, *, caption: str) -> Output:
    """Draw a grid of shades: rows and columns are the two parts of `group_value`.

    Each value is written in its cell where all fit, with a mark where it needs care; a withheld
    one leaves the cell white, with a mark.

    Parameters
    ----------
    frame
        Estimates of one indicator; `group_value` is "row · column", such as "lundi · 9 h". Rows
        and columns stand in the frame's order.
    caption
        The answer that the chart shows, in one line.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, has two estimates for a cell, a
        group value without its two parts, or more columns than there is room for.
    """
    caption = caption_of(caption, "heat_chart")
    indicator = select.one_indicator(frame, catalogue, "heat_chart")
    select.unique(frame, ["group_value"], "heat_chart")
    parts = frame["group_value"].str.split(BETWEEN, n=1)
    wrong = frame.loc[parts.str.len() != 2, "group_value"]
    if len(wrong):
        raise ObservError(f"heat_chart: group_value {bounded(wrong)} is not “row · column”")
    cells = frame.assign(row=parts.str[0].map(one_line), column=parts.str[1].map(one_line))
    alt = f"{_alt(cells, indicator)} {charts.withheld_words(frame)}"
    with style.theme():
        fig = _figure(cells, indicator)
        return charts.finish(fig, frame, catalogue, caption, alt)


def _figure(cells: pd.DataFrame, indicator: Indicator) -> Figure:
    from matplotlib.patches import Rectangle

    unit = str(cells["unit"].iat[0])
    rows, columns = list(dict.fromkeys(cells["row"])), list(dict.fromkeys(cells["column"]))
    for widest in _NAMES:
        names = [style.named(name, widest) for name in rows]
        left = max(map(style.text_width, names)) + 8
        cell = (style.WIDTH - left - 2) / len(columns)
        heads = _heads(columns, cell)
        if not heads.turned:
            break
    records = cells.to_dict("records")
    shown = cells.loc[cells["estimate"].notna(), "estimate"]
    low, high = _ends(shown)
    if unit != "s" and (shown.abs() >= 100).any():
        indicator = indicator.model_copy(update={"decimals": 0})
    texts, marks = _texts(records, indicator, unit, cell)
    tall = _TALL if any("\n" in text for text in texts) else _ROW
    heights = [max(tall, (name.count("\n") + 1) * style.LINE + 6) for name in names]
    tops = [sum(heights[:i]) for i in range(len(heights))]
    foot = _notes(cells, marks, len(rows) * len(columns))
    top, height = heads.height + 4, sum(heights)
    legend = 22.0 if len(shown) else 4.0
    total = top + height + legend + charts.foot_height(foot) + 2
    fig = style.figure(total)
    ax = style.axes(fig, left, top, style.WIDTH - left - 2, height)
    ax.set_xlim(0, len(columns))
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    for row, text in zip(records, texts, strict=True):
        x, i = columns.index(row["column"]), rows.index(row["row"])
        known = row["estimate"] == row["estimate"]
        share = (row["estimate"] - low) / (high - low) if known else 0.0
        ink = _ink(share) if known else style.GREY
        if known:
            ax.add_patch(Rectangle((x, tops[i]), 1, heights[i], facecolor=_shade(share),
                                   edgecolor="white", linewidth=1.2))  # fmt: skip
        ax.text(x + 0.5, tops[i] + heights[i] / 2, text, ha="center", va="center", color=ink,
                size=style.SMALL, linespacing=1.05)  # fmt: skip
    for text, y, high_ in zip(names, tops, heights, strict=True):
        style.write(fig, 0, top + y + high_ / 2, text, va="center")
    for i, text in enumerate(heads.texts):
        style.write(fig, left + cell * (i + 0.5), top - 4, text, ha="center", va="bottom",
                    size=style.SMALL, rotation=90 if heads.turned else 0)  # fmt: skip
    if len(shown):
        _legend(fig, (low, high), top + height + 6, indicator, unit)
    charts.write_foot(fig, foot)
    return fig


def _ends(shown: pd.Series) -> tuple[float, float]:
    """The values of the lightest and darkest shades.

    They are at least a fourth of the largest value apart, so that near values look near.
    """
    if shown.empty:
        return 0.0, 1.0
    low, high = float(shown.min()), float(shown.max())
    low = min(low, high - max(abs(low), abs(high)) / 4)
    return (low, high) if high > low else (low, low + 1)


def _texts(
    records: Sequence[dict[Any, Any]], indicator: Indicator, unit: str, cell: float
) -> tuple[list[str], dict[str, str]]:
    """What is written in each cell, and the marks that were used."""
    shown = [row["estimate"] for row in records if row["estimate"] == row["estimate"]]
    values = {x: charts.brief(x, indicator, unit) for x in shown}
    for tried in (values, {x: text.removesuffix("\xa0%") for x, text in values.items()}, {}):
        if all(style.text_width(text, style.SMALL) <= cell - 4 for text in tried.values()):
            values = tried
            break
    marks = _MARKS if cell >= style.text_width(_MARKS["partial"], style.SMALL) + 3 else _NARROW
    texts = []
    for row in records:
        lines = [values.get(row["estimate"], ""), marks.get(row["status"], "")]
        texts.append("\n".join(line for line in lines if line))
    return texts, marks


def _heads(columns: Sequence[str], cell: float) -> _Heads:
    """Names over the columns, none over another: wrapped; every second or third; or turned."""
    small = style.SMALL
    columns = [style.clipped(head) for head in columns]
    wrapped = [style.wrap(head, cell - 4, small, cut=False) for head in columns]
    if all(style.text_width(text, small) <= cell - 4 for text in wrapped):
        lines = max(text.count("\n") for text in wrapped) + 1
        return _Heads(wrapped, lines * _LETTER)
    widest = max(style.text_width(head, small) for head in columns) + 4
    if widest <= 3 * cell and all(any(sign.isdigit() for sign in head) for head in columns):
        every = -(-int(widest) // max(1, int(cell)))  # hours or days: a reader counts on
        return _Heads([h if i % every == 0 else "" for i, h in enumerate(columns)], _LETTER)
    if cell < _LETTER:
        raise ObservError(
            f"heat_chart: {len(columns)} columns named in words; "
            f"at most {int(len(columns) * cell / _LETTER)} fit; keep some, or use a table"
        )
    room = int(cell // _LETTER)
    for length in (90.0, 140.0, 220.0):
        turned = [style.wrap(head, length, small) for head in columns]
        if all(text.count("\n") < room for text in turned):
            break
    turned = [style.shortened(text, room) for text in turned]
    longest = max(style.text_width(text, small) for text in turned)
    return _Heads(turned, 1.01 * longest, turned=True)  # renderers differ by a hundredth


def _legend(
    fig: Figure, ends: tuple[float, float], y: float, indicator: Indicator, unit: str
) -> None:
    """Shades from the lightest to the darkest, between the values that they stand for."""
    from matplotlib.patches import Rectangle

    total = fig.get_figheight() * 72
    least, most = (
        words.value({"estimate": x, "unit": unit, "status": ""}, indicator) for x in ends
    )
    x = 2 + style.text_width(least, style.SMALL) + 6
    style.write(fig, 2, y + 6, least, va="center", color=style.GREY, size=style.SMALL)
    for i in range(6):
        box = ((x + 14 * i) / style.WIDTH, 1 - (y + 11) / total)
        fig.add_artist(Rectangle(box, 14 / style.WIDTH, 10 / total, facecolor=_shade(i / 5),
                                 linewidth=0))  # fmt: skip
    style.write(fig, x + 90, y + 6, most, va="center", color=style.GREY, size=style.SMALL)


def _notes(cells: pd.DataFrame, marks: dict[str, str], places: int) -> str:
    found = set(cells["status"])
    notes = [
        f"{marks[status]} : {words.STATUS_WORDS[status]}"
        + (f" (moins de {estimates.LOW_BASE})." if status == "low_base" else ".")
        for status in marks
        if status in found
    ]
    if len(cells) < places:
        notes.append("Case vide : aucune mesure.")
    return charts.footer(notes)


def _shade(share: float) -> str:
    """A colour between light and dark, so that the order of values is that of darkness."""
    mixed = [round(a + (b - a) * share) for a, b in zip(_LIGHT, _DARK, strict=True)]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def _ink(share: float) -> str:
    """Black or white, whichever stands out more: at least 4.5 to 1 on any shade.

    Source: Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".
    """

    def linear(level: float) -> float:
        part = level / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(a + (b - a) * share) for a, b in zip(_LIGHT, _DARK, strict=True))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#FFFFFF"


def _alt(cells: pd.DataFrame, indicator: Indicator) -> str:
    """Say what the grid is, its extremes, and where each row is lowest and highest."""
    shown = cells[cells["estimate"].notna()]
    start = f"Grille\xa0: {indicator.label}, "
    start += french.count(cells["row"].nunique(), "ligne", "lignes") + " et "
    start += french.count(cells["column"].nunique(), "colonne", "colonnes")
    if shown.empty:
        return f"{start}. Aucune valeur ne peut être montrée."

    def at(place: Any, row: bool) -> str:
        cell = shown.loc[place].to_dict()
        names = f"{cell['row']}, {cell['column']}" if row else cell["column"]
        return f"{words.value(cell, indicator)} ({names})"

    high, low = shown["estimate"].idxmax(), shown["estimate"].idxmin()
    said = [f"{start}. Au plus haut\xa0: {at(high, True)}. Au plus bas\xa0: {at(low, True)}."]
    lines = list(shown.groupby("row", sort=False)["estimate"])
    for name, values in lines if 1 < len(lines) <= 12 else []:
        if len(values) > 1:
            ends = at(values.idxmin(), False), at(values.idxmax(), False)
            said.append(f"{phrases.capital(str(name))}\xa0: de {ends[0]} à {ends[1]}.")
    return " ".join(said)
