"""The heat chart: one indicator over two categories, such as the hours of each weekday."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BETWEEN = " · "
_ROW = 22.0
_LIGHT, _DARK = (0xF2, 0xF4, 0xFF), (0x00, 0x00, 0x91)


def heat_chart(
    frame: pd.DataFrame, catalogue: Catalogue, *, caption: str, more_alt: str = ""
) -> Output:
    """Draw a grid of shades: rows and columns are the two parts of `group_value`.

    Each value is written in its cell where there is room; a withheld one leaves the cell white.

    Parameters
    ----------
    frame
        Estimates of one indicator; `group_value` is "row · column", such as "lundi · 9 h". Rows
        and columns stand in the frame's order.
    caption
        The answer that the chart shows, in one line.
    more_alt
        Added to the alternative text, which is made from the estimates.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, has two estimates for a cell, or a
        group value without its two parts.
    """
    caption = caption_of(caption, "heat_chart")
    indicator = select.one_indicator(frame, catalogue, "heat_chart")
    select.unique(frame, ["group_value"], "heat_chart")
    parts = frame["group_value"].str.split(BETWEEN, n=1)
    wrong = frame.loc[parts.str.len() != 2, "group_value"]
    if len(wrong):
        raise ObservError(f"heat_chart: group_value {bounded(wrong)} is not “row · column”")
    rows = frame.assign(row=parts.str[0], column=parts.str[1])
    alt = f"{_alt(rows, indicator)} {charts.withheld_words(frame)} {more_alt}"
    with style.theme():
        fig = _figure(rows, indicator)
        return charts.finish(fig, frame, catalogue, caption, alt)


def _figure(cells: pd.DataFrame, indicator: Indicator) -> Figure:
    from matplotlib.patches import Rectangle

    unit = str(cells["unit"].iat[0])
    names, heads = list(dict.fromkeys(cells["row"])), list(dict.fromkeys(cells["column"]))
    left = max(map(style.text_width, names)) + 8
    width = style.WIDTH - left - 2
    cell = width / len(heads)
    every = _every(heads, cell)
    shown = cells[~cells["status"].isin(words.WITHHELD)]
    texts = {
        (row["row"], row["column"]): charts.brief(row["estimate"], indicator, unit)
        for row in shown.to_dict("records")
    }
    size = style.SMALL
    fits = all(style.text_width(text, size) <= cell - 3 for text in texts.values())
    top_value = float(shown["estimate"].max()) if len(shown) else 1.0
    low_value = min(0.0, float(shown["estimate"].min())) if len(shown) else 0.0
    name = unit if words.is_count(unit) else ""
    notes = [f"Du plus clair au plus foncé : de {_end(low_value, indicator, unit)} à "
             f"{_end(top_value, indicator, unit)}{' ' + name if name else ''}."]  # fmt: skip
    if len(shown) < len(names) * len(heads):
        notes.append("Case blanche : aucune valeur.")
    foot = charts.footer(notes)
    top = style.LINE + 4
    height = _ROW * len(names)
    below = 8 + (foot.count("\n") + 1) * 12
    fig = style.figure(top + height + below)
    ax = style.axes(fig, left, top, width, height)
    ax.set_xlim(0, len(heads))
    ax.set_ylim(len(names), 0)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines["bottom"].set_visible(False)
    for row in shown.to_dict("records"):
        x, y = heads.index(row["column"]), names.index(row["row"])
        share = (row["estimate"] - low_value) / ((top_value - low_value) or 1)
        ax.add_patch(Rectangle((x, y), 1, 1, facecolor=_shade(share), edgecolor="white",
                               linewidth=1.2))  # fmt: skip
        if fits:
            ax.text(x + 0.5, y + 0.5, texts[row["row"], row["column"]], ha="center", va="center",
                    size=size, color=_ink(share))  # fmt: skip
    for i, text in enumerate(names):
        style.write(fig, 0, top + _ROW * (i + 0.5), text, va="center")
    for i, text in enumerate(heads):
        if i % every == 0:
            style.write(fig, left + cell * (i + 0.5), 0, text, ha="center", size=size)
    bottom = top + height + below - 2
    style.write(fig, 2, bottom, foot, va="bottom", color=style.GREY, size=style.SMALL)
    return fig


def _every(heads: Sequence[str], cell: float) -> int:
    """Of how many columns one is named, so that no name touches the next."""
    widest = max(style.text_width(head, style.SMALL) for head in heads) + 4
    return max(1, -(-int(widest) // max(1, int(cell))))


def _end(x: float, indicator: Indicator, unit: str) -> str:
    return charts.brief(x, indicator, unit)


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
    shown = cells[~cells["status"].isin(words.WITHHELD)]
    start = f"Grille\xa0: {indicator.label}, {cells['row'].nunique()} lignes et "
    start += french.count(cells["column"].nunique(), "colonne", "colonnes")
    if shown.empty:
        return f"{start}. Aucune valeur ne peut être montrée."

    def cell(row: dict[Any, Any]) -> str:
        return f"{words.value(row, indicator)} ({row['row']}, {row['column']})"

    most = shown.loc[shown["estimate"].idxmax()].to_dict()
    least = shown.loc[shown["estimate"].idxmin()].to_dict()
    return f"{start}. Au plus haut\xa0: {cell(most)}. Au plus bas\xa0: {cell(least)}."
