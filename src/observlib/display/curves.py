"""The curve chart: an indicator against a number, such as the months since a subscription."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 170.0
_NAME = 105.0  # widest name of a curve, in points
_CALENDAR = ("mois", "heure")  # counted by threes and sixes

Curves = dict[str, pd.DataFrame]  # a curve's name, and its estimates from left to right


def curve_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    x_label: str,
    by: str = "product",
    more_alt: str = "",
) -> Output:
    """Draw an indicator against the number in `group_value`: a curve for each subject.

    Intervals are bands; each curve is named at its end, with its last value. Low bases and
    partial periods are hollow marks; a withheld value leaves a gap, which is explained.

    Parameters
    ----------
    frame
        Estimates of one indicator, of at most six subjects.
    caption
        The answer that the chart shows, in one line.
    x_label
        What the number is, with its unit, such as "mois depuis l'inscription".
    by
        The column that names the curves.
    more_alt
        Added to the alternative text, which is made from the estimates.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, has two estimates at one place, a
        group value that is no number, or more curves than can be told apart.
    """
    caption = caption_of(caption, "curve_chart")
    indicator = select.one_indicator(frame, catalogue, "curve_chart")
    select.unique(frame, [by, "group_value"], "curve_chart")
    places = pd.to_numeric(frame["group_value"].str.replace(",", "."), errors="coerce")
    if (wrong := ~places.between(-1e12, 1e12)).any():
        raise ObservError(
            f"curve_chart: group_value {bounded(frame.loc[wrong, 'group_value'])} is no "
            "number; draw it with bar_chart or dot_chart"
        )
    keys = select.ordered(frame, by, catalogue)
    if len(keys) > len(style.PALETTE):
        raise ObservError(
            f"curve_chart: {len(keys)} curves ({bounded(keys)}); at most {len(style.PALETTE)} can "
            "be told apart; keep some of them"
        )
    rows = frame.assign(x=places)
    curves = {
        words.label(part.iloc[0].to_dict(), by, catalogue): part.sort_values("x")
        for part in (rows[rows[by] == key] for key in keys)
    }
    alt = f"{_alt(curves, indicator, x_label)} {charts.withheld_words(frame)} {more_alt}"
    with style.theme():
        fig = _figure(curves, frame, indicator, x_label)
        return charts.finish(fig, frame, catalogue, caption, alt)


def _figure(curves: Curves, frame: pd.DataFrame, indicator: Indicator, x_label: str) -> Figure:
    unit = str(frame["unit"].iat[0])
    y_ticks = _y_ticks(frame, unit)
    labels = charts.tick_labels(y_ticks, unit)
    xs = pd.concat([rows["x"] for rows in curves.values()])
    start, end = float(xs.min()), float(xs.max())
    x_ticks = _x_ticks(start, end, x_label)
    decimals = next((d for d in (0, 1, 2) if all(round(x, d) == x for x in x_ticks)), 3)
    x_labels = [french.number(x, decimals) for x in x_ticks]
    alone = len(curves) == 1
    names = []
    for name, rows in curves.items():
        last = charts.beside(_last(rows), indicator, unit)
        lines = [] if alone else [style.wrap(name, _NAME)]
        names.append("\n".join([*lines, style.wrap(last, _NAME)]))
    block = max((name.count("\n") + 1) * style.LINE for name in names) + 3
    height = max(_HEIGHT, block * len(names) + 6)
    left = max(max(map(style.text_width, labels)) + 6, style.text_width(x_labels[0]) / 2)
    gap = 8.0 if alone else 22.0
    width = style.WIDTH - left - max(map(style.text_width, names)) - gap - 2
    foot = " ".join(_notes(curves, frame, indicator))
    foot = charts.footer([foot]) if foot else ""
    middle = left + width / 2
    under = style.wrap(x_label, 2 * min(middle, style.WIDTH - middle))
    head = style.wrap(words.headed(indicator, unit), style.WIDTH)
    top = (head.count("\n") + 1) * style.LINE + 8
    axis = 10 + style.LINE * (under.count("\n") + 2)
    total = top + height + axis + (foot.count("\n") + 1) * 12 * bool(foot) + 2
    fig = style.figure(total)
    style.write(fig, 0, 0, head, color=style.GREY)
    ax = style.axes(fig, left, top, width, height)
    ax.set_xlim(start, end if end > start else start + 1)
    ax.set_ylim(y_ticks[0], y_ticks[-1])
    ax.set_yticks(y_ticks, labels)
    ax.set_xticks(x_ticks, x_labels)
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    if y_ticks[0] < 0:
        ax.axhline(0, color=style.GREY, linewidth=0.8)
    for i, rows in enumerate(curves.values()):
        _draw(ax, rows, i)
    _name_ends(ax, list(curves.values()), names, (block, height, width, gap))
    style.write(fig, middle, top + height + 8 + style.LINE, under, ha="center", color=style.GREY)
    style.write(fig, 2, total - 2, foot, va="bottom", color=style.GREY, size=style.SMALL)
    return fig


def _y_ticks(frame: pd.DataFrame, unit: str) -> list[float]:
    values = frame[["estimate", "ci_low", "ci_high"]]
    low, high = float(values.min().min()), float(values.max().max())
    if low != low:
        return [0.0, 100.0 if unit == "%" else 1.0]
    ticks = charts.scale(low, high, unit, 4)
    if unit == "%" and 0 <= low <= high <= 100:
        ticks = [x for x in ticks if 0 <= x <= 100]
    return ticks


def _x_ticks(start: float, end: float, x_label: str) -> list[float]:
    """Round numbers between both ends, whole where the ends are."""
    from matplotlib.ticker import MaxNLocator

    if start == end:
        return [start]
    steps = [1, 2, 3, 6, 10] if x_label.lower().startswith(_CALENDAR) else [1, 2, 5, 10]
    whole = start == round(start) and end == round(end)
    found = MaxNLocator(5, steps=steps, integer=whole).tick_values(start, end)
    return [float(x) for x in found if start <= x <= end] or [start, end]


def _last(rows: pd.DataFrame) -> dict[str, Any]:
    """The last value that is shown, or the first row of a curve that shows none."""
    known = rows[rows["estimate"].notna()]
    row = known.iloc[-1] if len(known) else rows.iloc[0]
    return {str(key): value for key, value in row.items()}


def _notes(curves: Curves, frame: pd.DataFrame, indicator: Indicator) -> list[str]:
    notes = ["Bande claire : intervalle à 95 %."] if frame["ci_low"].notna().any() else []
    notes += charts.low_base_note(frame, indicator, "Rond creux")
    if (frame["status"] == "partial").any():
        notes.append("(p) et carré creux : période incomplète.")
    broken = [rows for rows in curves.values() if rows["estimate"].notna().any()]
    notes += [
        f"Courbe interrompue : {words.STATUS_WORDS[status]}."
        for status in words.WITHHELD
        if any((rows["status"] == status).any() for rows in broken)
    ]
    return notes


def _draw(ax: Axes, rows: pd.DataFrame, i: int) -> None:
    """A curve with its band; points where a line alone would not tell them."""
    colour, x, y = style.PALETTE[i], rows["x"].to_numpy(), rows["estimate"]
    if rows["ci_low"].notna().any():
        ax.fill_between(x, rows["ci_low"].to_numpy(), rows["ci_high"].to_numpy(), color=colour,
                        alpha=0.15, linewidth=0)  # fmt: skip
    ax.plot(x, y.to_numpy(), color=colour, linewidth=1.8, linestyle=style.DASHES[i],
            clip_on=False)  # fmt: skip
    lone = y.notna() & y.shift().isna() & y.shift(-1).isna()
    for marker, fill, chosen in (
        ("o", colour, lone),
        ("o", "white", rows["status"] == "low_base"),
        ("s", "white", rows["status"] == "partial"),
    ):
        if chosen.any():
            ax.plot(x[chosen.to_numpy()], y[chosen].to_numpy(), marker=marker, markersize=4.7,
                    linestyle="none", markerfacecolor=fill, markeredgecolor=colour,
                    markeredgewidth=1.2, clip_on=False, zorder=4)  # fmt: skip


def _name_ends(
    ax: Axes,
    curves: list[pd.DataFrame],
    names: list[str],
    room: tuple[float, float, float, float],
) -> None:
    """Write each curve's name beside its end, moved apart where they would touch."""
    block, height, width, gap = room
    low, high = ax.get_ylim()
    ends = []
    for rows in curves:
        last = _last(rows)
        shown = last["estimate"] == last["estimate"]
        ends.append((last["x"], last["estimate"]) if shown else None)
    wanted = [(end[1] - low) / (high - low) * height if end else 0.0 for end in ends]
    places = style.spread(wanted, block, block / 2 - 6, height - block / 2 + 6)
    for i, (end, place) in enumerate(zip(ends, places, strict=True)):
        line = {"arrowstyle": "-", "color": style.PALETTE[i], "linewidth": 0.8, "shrinkA": 0,
                "shrinkB": 4, "relpos": (0, 0.5)}  # fmt: skip
        ax.annotate(
            names[i],
            end or (ax.get_xlim()[1], low),
            (width + gap, place),
            textcoords="axes points",
            va="center",
            linespacing=1.15,
            annotation_clip=False,
            color=style.INK if end else style.GREY,
            arrowprops=line if end and len(curves) > 1 else None,
        )


def _alt(curves: Curves, indicator: Indicator, x_label: str) -> str:
    """Say of each curve where it starts and ends, how it goes and its extremes between."""
    kind = "Courbe" if len(curves) == 1 else "Courbes"
    said = [f"{kind}\xa0: {indicator.label}. En abscisse\xa0: {x_label}."]
    for name, rows in curves.items():
        known = [
            {str(k): v for k, v in row.items()}
            for row in rows[rows["estimate"].notna()].to_dict("records")
        ]
        said.append(f"{name}\xa0: {_course(known, indicator)}.")
    return " ".join(said)


def _course(known: list[dict[str, Any]], indicator: Indicator) -> str:
    if not known:
        return "aucune valeur ne peut être montrée"

    def point(row: dict[str, Any]) -> str:
        x = french.number(row["x"], 0 if row["x"] == round(row["x"]) else 1)
        return f"{words.value(row, indicator)} (à {x})"

    first, last = known[0], known[-1]
    if len(known) == 1:
        return point(first)
    text = f"de {point(first)} à {point(last)}"
    steps = [b["estimate"] - a["estimate"] for a, b in pairwise(known)]
    if len(known) > 2 and any(steps):
        if min(steps) >= 0:
            return f"{text}, sans jamais baisser"
        if max(steps) <= 0:
            return f"{text}, sans jamais remonter"
    low = min(known, key=lambda row: row["estimate"])
    high = max(known, key=lambda row: row["estimate"])
    found = [
        f"{word} {point(row)}"
        for word, row in (("minimum", low), ("maximum", high))
        if row["estimate"] not in (first["estimate"], last["estimate"])
    ]
    return f"{text}, {french.join(found)}" if found else text
