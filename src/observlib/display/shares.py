"""The share chart: what a whole is made of, one bar of 100 % for each subject."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.display.rounding import as_told
from observlib.errors import ObservError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Fill, hatching and text of each part: neighbours differ by lightness, and so also in grey.
_FILLS: dict[int, list[tuple[str, str, str]]] = {
    2: [("#000091", "", "white"), ("#E5E5E5", "", style.INK)],
    3: [("#000091", "", "white"), ("#E5E5E5", "", style.INK), ("#E4655F", "", style.INK)],
}
_MANY = [
    ("#000091", "", "white"),
    ("#CACAFB", "", style.INK),
    ("#5C68E5", "", "white"),
    ("#E5E5E5", "", style.INK),
    ("#29598F", "....", "white"),
    ("#F6E0FF", "", style.INK),
]
_BAR = 22.0
_GAP = 9.0


def share_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    parts: str = "group_value",
) -> Output:
    """Draw shares of a whole as bars of 100 %, one for each subject, with their values.

    A subject with a part that is withheld has words in place of its bar, as the rest of the bar
    would tell the part.

    Parameters
    ----------
    frame
        Estimates in %, one for each subject and part; a subject's parts sum to 100.
    caption
        The answer that the chart shows, in one line.
    by, parts
        The columns that name the bars and what they are made of, in the order of the frame.

    Raises
    ------
    ObservError
        Where the frame is empty, is not in %, has a subject whose parts do not sum to 100, more
        than six parts, or two estimates for one.
    """
    caption = caption_of(caption, "share_chart")
    indicator = select.one_indicator(frame, catalogue, "share_chart")
    select.unique(frame, [by, parts], "share_chart")
    unit = frame["unit"].iat[0]
    if unit != "%":
        raise ObservError(f"share_chart: unit is {unit!r}; shares in % are expected")
    found = list(dict.fromkeys(frame[parts]))
    if len(found) > len(_MANY):
        raise ObservError(
            f"share_chart: {len(found)} parts; at most {len(_MANY)} can be told apart; "
            "bring the smallest together, or use a table"
        )
    frame = as_told(frame, catalogue)
    bars: dict[str, pd.DataFrame] = {}
    for key in select.ordered(frame, by, catalogue):
        rows = frame[frame[by] == key]
        name = words.label(rows.iloc[0].to_dict(), by, catalogue)
        bars[name] = rows.set_index(parts).reindex(found)
        total = bars[name]["estimate"].sum()
        if _whole(bars[name]) and abs(total - 100) > 0.5 * len(found):
            raise ObservError(
                f"share_chart: the parts of {key!r} sum to {total:.1f} %, not 100; "
                "keep every part of one whole, and of one whole only"
            )
    first = {part: frame[frame[parts] == part].iloc[0].to_dict() for part in found}
    labels = {part: words.label(first[part], parts, catalogue) for part in found}
    alt = f"{_alt(bars, labels, indicator)} {charts.withheld_words(frame)}"
    with style.theme():
        fig = _figure(bars, labels, indicator)
        return charts.finish(fig, frame, catalogue, caption, alt)


def _whole(rows: pd.DataFrame) -> bool:
    return not rows["estimate"].isna().any()


def _base(rows: pd.DataFrame) -> str:
    """The bar's base: the parts have one, or it is not written."""
    found = rows["n"].dropna().unique()
    return f"n\xa0=\xa0{french.number(found[0])}" if len(found) == 1 and _whole(rows) else ""


def _figure(bars: dict[str, pd.DataFrame], labels: dict[str, str], indicator: Indicator) -> Figure:
    fills = _FILLS.get(len(labels), _MANY)
    alone = len(bars) == 1
    sizes = [_base(rows) + _marks(rows) for rows in bars.values()]
    size_width = max(style.text_width(text, style.SMALL) for text in sizes)
    names = [style.named(name, 118) for name in bars]
    left = 0.0 if alone else max(map(style.text_width, names)) + 8
    width = style.WIDTH - left - 2 - (size_width + 8 if size_width else 0)
    parts = [style.named(label, style.WIDTH - 17) for label in labels.values()]
    legend, legend_height = _legend_places(parts, left)
    rows_height = [max(_BAR, (name.count("\n") + 1) * style.LINE) + _GAP for name in names]
    notes = [charts.base_note(indicator)] if any("=" in size for size in sizes) else []
    if any("(f)" in size for size in sizes):
        notes.append(f"(f) : faible effectif (moins de {estimates.LOW_BASE} {indicator.base}).")
    if any("(p)" in size for size in sizes):
        notes.append("(p) : période incomplète.")
    foot = charts.footer(notes)
    below = charts.foot_height(foot) + 4
    top = legend_height + 6
    fig = style.figure(top + sum(rows_height) + below)
    from matplotlib.patches import Rectangle

    total = fig.get_figheight() * 72
    for (x, y), label, (fill, hatch, _) in zip(legend, parts, fills, strict=False):
        box = (x / style.WIDTH, 1 - (y + 12) / total)
        fig.add_artist(Rectangle(box, 11 / style.WIDTH, 10 / total, facecolor=fill, hatch=hatch,
                                 edgecolor="white" if hatch else style.GREY,
                                 linewidth=0.5))  # fmt: skip
        style.write(fig, x + 15, y + 1, label)
    ax = style.axes(fig, left, top, width, sum(rows_height))
    ax.set_xlim(0, 100)
    ax.set_ylim(sum(rows_height), 0)
    ax.set_axis_off()
    y = 0.0
    for i, rows in enumerate(bars.values()):
        middle = y + rows_height[i] / 2
        if not alone:
            style.write(fig, 0, top + middle, names[i], va="center")
        style.write(fig, style.WIDTH - 1, top + middle, sizes[i], va="center", ha="right",
                    size=style.SMALL, color=style.GREY)  # fmt: skip
        if _whole(rows):
            _bar(ax, rows, middle, width, fills, indicator)
        else:
            hidden = (rows["status"] == "suppressed").any()
            word = words.STATUS_WORDS["suppressed" if hidden else "missing"]
            ax.text(0.5, middle, word, va="center", color=style.GREY)
        y += rows_height[i]
    charts.write_foot(fig, foot)
    return fig


def _marks(rows: pd.DataFrame) -> str:
    found = set(rows["status"])
    return "\xa0(f)" * ("low_base" in found) + "\xa0(p)" * ("partial" in found)


def _legend_places(labels: list[str], left: float) -> tuple[list[tuple[float, float]], float]:
    """Where each part's name stands: in rows above the bars, in the bars' order."""
    if left + sum(29 + style.text_width(label) for label in labels) > style.WIDTH:
        left = 0.0
    places, x, y, lines = [], left, 0.0, 1
    for label in labels:
        needed = 15 + style.text_width(label)
        if x > left and x + needed > style.WIDTH:
            x, y, lines = left, y + lines * style.LINE + 2, 1
        places.append((x, y))
        x += needed + 14
        lines = max(lines, label.count("\n") + 1)
    return places, y + lines * style.LINE + 2


def _bar(
    ax: Any, rows: pd.DataFrame, y: float, width: float, fills: Any, indicator: Indicator
) -> None:
    start, total = 0.0, rows["estimate"].sum()  # parts as they are told may add up to 99 or 101
    for value, (fill, hatch, ink) in zip(rows["estimate"], fills, strict=False):
        edge = style.GREY if ink == style.INK else "white"
        drawn = 100 * value / total
        ax.barh(y, drawn, left=start, height=_BAR, color=fill, hatch=hatch,
                edgecolor=edge, linewidth=0.8)  # fmt: skip
        text = words.figure(value, indicator, "%")
        room = drawn / 100 * width - 3
        for said, size in ((text, style.SIZE), (text, style.SMALL), (text[:-2], style.SMALL)):
            if style.text_width(said, size) <= room:
                # dark on a white label, as letters are lost on hatching
                back = {"facecolor": "white", "edgecolor": "none", "pad": 2} if hatch else None
                ax.text(start + drawn / 2, y, said, va="center", ha="center", size=size,
                        color=style.INK if hatch else ink, bbox=back)  # fmt: skip
                break
        start += drawn


def _alt(bars: dict[str, pd.DataFrame], labels: dict[str, str], indicator: Indicator) -> str:
    said = [f"Barres empilées à 100 %\xa0: {indicator.label}."]
    for name, rows in list(bars.items())[:12]:
        if not _whole(rows):
            said.append(f"{name}\xa0: parts non montrées.")
            continue
        shares = [
            f"{labels[str(part)]} {words.figure(float(value), indicator, '%')}"
            for part, value in rows["estimate"].items()
            if not math.isnan(value)
        ]
        said.append(f"{name}\xa0: {', '.join(shares)}.")
    if len(bars) > 12:
        rest = french.count(len(bars) - 12, "autre barre", "autres barres")
        said.append(f"Et {rest}, dont les valeurs sont dans le tableau des données.")
    return " ".join(said)
