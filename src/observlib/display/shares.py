"""The share chart: what a whole is made of, one bar of 100 % for each subject."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, keyboard, layout, select, style
from observlib.display.layout import Row
from observlib.display.output import Output
from observlib.language import french, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Fill, hatching and text of each part: neighbours differ by lightness, and so also in grey.
_FILLS: dict[int, list[tuple[str, str, str]]] = {
    2: [(style.ACCENT, "", "white"), ("#E5E5E5", "", style.INK)],
    3: [(style.ACCENT, "", "white"), ("#E5E5E5", "", style.INK), ("#E4655F", "", style.INK)],
}
_MANY = [
    (style.ACCENT, "", "white"),
    ("#CACAFB", "", style.INK),
    ("#5C68E5", "", "white"),
    ("#E5E5E5", "", style.INK),
    ("#29598F", "....", "white"),
    ("#F6E0FF", "", style.INK),
]
_BAR = 22.0
_GAP = 9.0
_NAME = 118.0  # widest name of a bar


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
    caption, indicator, frame = charts.checked(
        frame, catalogue, caption, "share_chart", [by, parts]
    )
    unit = frame["unit"].iat[0]
    if unit != "%":
        raise ObservError(f"share_chart: unit is {unit!r}; shares in % are expected")
    found = list(dict.fromkeys(frame[parts]))
    if len(found) > len(_MANY):
        raise ObservError(
            f"share_chart: {len(found)} parts; at most {len(_MANY)} can be told apart; "
            "bring the smallest together, or use a table"
        )
    bars: dict[str, pd.DataFrame] = {}
    for key in select.ordered(frame, by, catalogue):
        own = frame[frame[by] == key]
        name = words.label(own.iloc[0].to_dict(), by, catalogue)
        bars[name] = own.set_index(parts).reindex(found)
        total = bars[name]["estimate"].sum()
        if _whole(bars[name]) and abs(total - 100) > 0.5 * len(found):
            raise ObservError(
                f"share_chart: the parts of {key!r} sum to {total:.1f} %, not 100; "
                "keep every part of one whole, and of one whole only"
            )
    first = {part: frame[frame[parts] == part].iloc[0].to_dict() for part in found}
    labels = {part: words.label(first[part], parts, catalogue) for part in found}
    alt = f"{_alt(bars, labels, indicator)} {charts.withheld_words(frame)}"
    return charts.output(lambda: _figure(bars, labels, indicator), frame, catalogue, caption, alt)


def _whole(parts: pd.DataFrame) -> bool:
    return not parts["estimate"].isna().any()


def _rows(bars: dict[str, pd.DataFrame]) -> list[Row]:
    """A row for each bar: its base, where its parts have one, and what marks its state."""
    made = []
    for name, parts in bars.items():
        bases, states = parts["n"].dropna().unique(), set(parts["status"])
        based = len(bases) == 1 and _whole(parts)
        base = words.n_equals(bases[0]) if based else ""
        base += "\xa0(f)" * ("low_base" in states) + "\xa0(p)" * ("partial" in states)
        hidden = "suppressed" if "suppressed" in states else "missing"
        word = "" if _whole(parts) else words.STATUS_WORDS[hidden]
        made.append(Row("" if len(bars) == 1 else name, word, base, withheld=bool(word)))
    return made


def _figure(bars: dict[str, pd.DataFrame], labels: dict[str, str], indicator: Indicator) -> Figure:
    fills = _FILLS.get(len(labels), _MANY)[: len(labels)]
    place = layout.columns(_rows(bars), widest=_NAME)
    bases = " ".join(row.base for row in place.rows)
    notes = [charts.base_note(indicator)] * ("=" in bases)
    notes += charts.low_base_note(["low_base"] * ("(f)" in bases), indicator, "(f)")
    notes += ["(p) : période incomplète."] * ("(p)" in bases)
    named = [style.named(label, style.width() - 17) for label in labels.values()]
    legend, top = _legend_places(named, place.left)
    fig, ax, middles = layout.draw_rows(place, notes, tall=_BAR, gap=_GAP, top=top + 6, bottom=2)
    for (x, y), label, (fill, hatch, _) in zip(legend, named, fills, strict=True):
        edge = "white" if hatch else style.GREY
        style.legend_patch(
            fig, x, y + 2, 11, facecolor=fill, hatch=hatch, edgecolor=edge, linewidth=0.5
        )
        style.write(fig, x + 15, y + 1, label)
    ax.set_xlim(0, 100)
    drawn = [(parts, y) for parts, y in zip(bars.values(), middles, strict=True) if _whole(parts)]
    if drawn:
        _draw(ax, drawn, place.width, fills, indicator)
    for (name, parts), y in zip(bars.items(), middles, strict=True):
        start, whole = 0.0, parts["estimate"].sum() / 100
        for part, row in parts.to_dict("index").items() if _whole(parts) else ():
            share = row["estimate"] / whole
            keyboard.keep(ax, start + share / 2, y, row, indicator, name, labels[str(part)])
            start += share
    return fig


def _draw(
    ax: Axes,
    drawn: Sequence[tuple[pd.DataFrame, float]],
    width: float,
    fills: Sequence[tuple[str, str, str]],
    indicator: Indicator,
) -> None:
    """Bars of 100 %, and the value of each part where it has room.

    Seaborn stacks no bars: each part is drawn from zero, over those that end after it.
    """
    import seaborn as sns

    # parts as they are told may add up to 99 or 101
    shares = [100 * parts["estimate"] / parts["estimate"].sum() for parts, _ in drawn]
    ends = [list(share.cumsum()) for share in shares]
    order = range(len(fills) - 1, -1, -1)
    ys = [y for _, y in drawn]
    step = min((b - a for a, b in pairwise(ys)), default=1.0)
    sns.barplot(
        x=[end[i] for i in order for end in ends], y=ys * len(fills),
        hue=[i for i in order for _ in ends], hue_order=order, palette=[fills[i][0] for i in order],
        dodge=False, orient="y", native_scale=True, width=_BAR / step, errorbar=None, saturation=1,
        linewidth=0.8, legend=False, ax=ax,
    )  # fmt: skip
    for i, patches in zip(order, ax.containers, strict=True):
        _, hatch, ink = fills[i]
        for bar in patches:
            bar.set(hatch=hatch, edgecolor=style.GREY if ink == style.INK else "white")
        for (parts, y), share, end in zip(drawn, shares, ends, strict=True):
            text = words.figure(parts["estimate"].iat[i], indicator, "%")
            room = share.iat[i] / 100 * width - 3
            for value, size in ((text, style.SIZE), (text, style.SMALL), (text[:-2], style.SMALL)):
                if style.text_width(value, size) <= room:
                    # dark on a white label, as letters are lost on hatching
                    back = {"facecolor": "white", "edgecolor": "none", "pad": 2} if hatch else None
                    ax.text(end[i] - share.iat[i] / 2, y, value, va="center", ha="center",
                            size=size, color=style.INK if hatch else ink, bbox=back)  # fmt: skip
                    break


def _legend_places(labels: list[str], left: float) -> tuple[list[tuple[float, float]], float]:
    """Where each part's name stands: in rows above the bars, in the bars' order."""
    if left + sum(29 + style.text_width(label) for label in labels) > style.width():
        left = 0.0
    places, x, y, lines = [], left, 0.0, 1
    for label in labels:
        needed = 15 + style.text_width(label)
        if x > left and x + needed > style.width():
            x, y, lines = left, y + lines * style.LINE + 2, 1
        places.append((x, y))
        x += needed + 14
        lines = max(lines, label.count("\n") + 1)
    return places, y + lines * style.LINE + 2


def _alt(bars: dict[str, pd.DataFrame], labels: dict[str, str], indicator: Indicator) -> str:
    sentences = [f"Barres empilées à 100 %\xa0: {indicator.label}."]
    for name, rows in list(bars.items())[:12]:
        if not _whole(rows):
            sentences.append(f"{name}\xa0: parts non montrées.")
            continue
        shares = [
            f"{labels[str(part)]} {words.figure(float(value), indicator, '%')}"
            for part, value in rows["estimate"].items()
            if not math.isnan(value)
        ]
        sentences.append(f"{name}\xa0: {', '.join(shares)}.")
    if len(bars) > 12:
        rest = french.count(len(bars) - 12, "autre barre", "autres barres")
        sentences.append(f"Et {rest}, dont les valeurs sont dans le tableau des données.")
    return " ".join(sentences)
