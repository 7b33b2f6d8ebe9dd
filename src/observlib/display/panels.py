"""The one layout of panels: lines against time or a number, on axes with their names beside.

Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from observlib.display import charts, style
from observlib.display.timeline import dated
from observlib.language import french

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ALONE, _SEVERAL = 8.0, 22.0  # between axes and the names of one line, or of several


class Box(NamedTuple):
    """Where axes stand, from the figure's upper left corner."""

    left: float
    top: float
    width: float
    height: float


class LineLabel(NamedTuple):
    """What names a line beside its axes, and the point that it names; NaN where none is shown."""

    text: str
    x: float
    y: float
    leader: bool  # a rule leads to the point; else a sample of the line stands before it
    style: dict[str, Any]  # of the sample


class LabelPlaces(NamedTuple):
    """Names beside axes: the axes' height, and each name's above their foot."""

    height: float
    block: float  # the height of the tallest name
    places: list[float]
    moved: float  # the farthest that one had to be moved


def new_axes(
    fig: Figure,
    box: Box,
    x_ends: tuple[float, float],
    x_ticks: tuple[Sequence[float], Sequence[str]],
    y_ticks: Sequence[float],
    unit: str,
) -> Axes:
    """Axes without a line yet: places and labels along their foot, values along their side."""
    ax = style.axes(fig, *box)
    ax.set_xlim(*x_ends)
    ax.set_ylim(y_ticks[0], y_ticks[-1])
    ax.set_xticks(*x_ticks)
    ax.set_yticks(y_ticks, charts.tick_labels(y_ticks, unit))
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8, clip_on=False)
    if y_ticks[0] < 0:
        ax.axhline(0, color=style.GREY, linewidth=0.8)
        ax.spines["bottom"].set_visible(False)
    return ax


def tick_width(y_ticks: Sequence[float], unit: str) -> float:
    """The room that values need beside axes."""
    return max(map(style.text_width, charts.tick_labels(y_ticks, unit))) + 6


def labels_width(texts: Sequence[str]) -> float:
    """The room that names need beside axes, with what leads to their lines."""
    gap = _SEVERAL if len(texts) > 1 else _ALONE
    return max(map(style.text_width, texts)) + gap + 4


def place_labels(
    texts: Sequence[str], values: Sequence[float], y_ticks: Sequence[float], least: float
) -> LabelPlaces:
    """Where names stand that are to be level with values; those without a value, at the foot.

    Axes are `least` high, or higher where the names ask it.
    """
    block = max((text.count("\n") + 1) * style.LINE for text in texts) + 3
    height = max(least, block * len(texts) + 10)
    span = y_ticks[-1] - y_ticks[0]
    wanted = [(y - y_ticks[0]) / span * height if y == y else 0.0 for y in values]
    places = style.spread(wanted, block, block / 2 - 6, height - block / 2 + 6)
    moved = [abs(a - b) for a, b, y in zip(wanted, places, values, strict=True) if y == y]
    return LabelPlaces(height, block, places, max(moved, default=0.0))


def draw_labels(
    fig: Figure, ax: Axes, box: Box, names: Sequence[LineLabel], found: LabelPlaces
) -> None:
    """Write names beside axes; a rule to the end of a line would cross others like a line."""
    several = len(names) > 1
    gap = _SEVERAL if several else _ALONE
    for i, (name, place) in enumerate(zip(names, found.places, strict=True)):
        rule = {"arrowstyle": "-", "color": style.PALETTE[i], "linewidth": 0.8, "shrinkA": 0,
                "shrinkB": 5, "relpos": (0, 0.5)}  # fmt: skip
        shown = name.y == name.y
        ax.annotate(
            name.text, (name.x, name.y) if shown else (ax.get_xlim()[1], ax.get_ylim()[0]),
            (box.width + gap, place), textcoords="axes points", va="center", linespacing=1.15,
            annotation_clip=False, color=style.INK if shown else style.GREY,
            arrowprops=rule if name.leader and several else None,
        )  # fmt: skip
        if several and not name.leader:
            first = box.top + box.height - place - name.text.count("\n") * style.LINE / 2
            style.legend_line(fig, box.left + box.width + 3, first, i, **name.style)


# --- How a line is drawn on its axes: lines, bands, points, and what has none

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKER = 4.7


def line(ax: Axes, x: Any, y: Any, **look: Any) -> None:
    """A line through values that follow each other, as matplotlib's `look` says."""
    import seaborn as sns

    look = {"markersize": _MARKER, "markeredgewidth": 1.2, "clip_on": False, **look}
    sns.lineplot(x=x, y=y, estimator=None, errorbar=None, legend=False, ax=ax, **look)


def band(ax: Axes, x: Any, low: Any, high: Any, colour: str, alpha: float = 0.15) -> None:
    """An interval along a line."""
    ax.fill_between(x, low, high, color=colour, alpha=alpha, linewidth=0)


def runs(known: Sequence[bool]) -> list[list[int]]:
    """The places of what is known and follows each other, each run as a list.

    Examples
    --------
    >>> runs([True, True, False, True])
    [[0, 1], [3]]
    """
    found: list[list[int]] = []
    for x in (x for x, there in enumerate(known) if there):
        if found and found[-1][-1] == x - 1:
            found[-1].append(x)
        else:
            found.append([x])
    return found


def complete(rows: pd.DataFrame) -> list[bool]:
    """Which periods have a value, and are not partial."""
    pairs = zip(rows["estimate"], rows["status"], strict=True)
    return [value == value and status != "partial" for value, status in pairs]


def interval_notes(series: list[pd.DataFrame]) -> list[str]:
    """Explain how intervals are drawn: as bands along lines, as vertical lines at points alone."""
    banded = any(_known(rows, r) for rows in series for r in runs(complete(rows)) if len(r) > 1)
    alone = any(_known(rows, isolated(rows)) for rows in series)
    drawn = ["bande claire"] * banded + ["trait vertical"] * alone
    return [f"{' ou '.join(drawn).capitalize()} : intervalle à 95 %."] if drawn else []


def isolated(rows: pd.DataFrame) -> list[int]:
    """The places whose interval no band can show: without neighbours, or of a partial period."""
    lone = [run[0] for run in runs(complete(rows)) if len(run) == 1]
    partial = [x for x, status in enumerate(rows["status"]) if status == "partial"]
    return sorted([*lone, *partial])


def _known(rows: pd.DataFrame, places: list[int]) -> bool:
    return bool(rows["ci_low"].iloc[places].notna().any())


def draw_line(ax: Axes, rows: pd.DataFrame, i: int, marked: int = 0, thin: bool = False) -> None:
    """The `i`-th line: solid between whole periods, dotted to a partial one, broken at gaps.

    All points of a line of up to `marked` are drawn; of a longer one, those that it does not show.
    A `thin` line has no band and no hollow point. Its `x` are places in turn, or the rows' own.
    """
    colour, marker, statuses = style.PALETTE[i], style.MARKERS[i], rows["status"].tolist()
    xs = rows["x"].to_numpy() if "x" in rows else np.arange(len(rows))
    values, low, high = rows[["estimate", "ci_low", "ci_high"]].to_numpy().T
    shown = [value == value for value in values]
    found = runs(complete(rows))
    around = [False, *shown, False]
    filled = {
        x
        for run in found
        for x in run
        if statuses[x] != "low_base"
        and (len(values) <= marked or x == found[-1][-1] or not (around[x] or around[x + 2]))
    }
    for run in found:
        line(ax, xs[run], values[run], color=colour, linestyle=style.DASHES[i],
             linewidth=1.0 if thin else 1.8, marker=marker, markeredgecolor=colour,
             markevery=[at for at, x in enumerate(run) if x in filled])  # fmt: skip
        if _known(rows, run) and not thin:
            band(ax, xs[run], low[run], high[run], colour)
    for pair in map(list, pairwise(range(len(values)))):
        if all(shown[x] for x in pair) and any(statuses[x] == "partial" for x in pair):
            ax.plot(xs[pair], values[pair], color=colour, linestyle=(0, (1, 2)), linewidth=1.5)
    if lone := [x for x in isolated(rows) if low[x] == low[x]]:
        ax.vlines(xs[lone], low[lone], high[lone], color=colour, linewidth=1.4)
    marks = ("partial",) if thin else ("partial", "low_base")
    if hollow := [x for x, status in enumerate(statuses) if status in marks]:
        ax.scatter(xs[hollow], values[hollow], s=_MARKER**2, facecolor="white", edgecolor=colour,
                   linewidth=1.2, marker=marker, clip_on=False, zorder=4)  # fmt: skip


def suppressed(rows: pd.DataFrame) -> list[int]:
    """The places of withheld values of a line that has others."""
    found = [x for x, status in enumerate(rows["status"]) if status == "suppressed"]
    return found if rows["estimate"].notna().any() else []


def mark_suppressed(ax: Axes, *series: pd.DataFrame) -> None:
    """An "s" on the foot of axes under each withheld value, or several of one place."""
    for x in sorted({x for rows in series for x in suppressed(rows)}):
        ax.annotate("s", (x, ax.get_ylim()[0]), (0, 2), textcoords="offset points",
                    ha="center", size=style.SMALL, color=style.GREY)  # fmt: skip


def draw_background(ax: Axes, rows: pd.DataFrame, begins: bool = False) -> None:
    """A thin grey line of whole periods that another is seen against, with its band.

    Where it `begins` is marked by a vertical line, which is named by its period.
    """
    found = runs(complete(rows))
    for run in found:
        value, low, high = rows[["estimate", "ci_low", "ci_high"]].iloc[run].to_numpy().T
        band(ax, run, low, high, style.GREY, 0.25)
        line(ax, run, value, color=style.GREY, linewidth=0.9, alpha=0.8)
    if begins and found:
        at = found[0][0]
        ax.axvline(at, color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        left = at > len(rows) / 2
        ax.annotate(dated(str(rows.index[at]), ""), (at, ax.get_ylim()[0]), (-3 if left else 3, 3),
                    textcoords="offset points", ha="right" if left else "left", size=style.SMALL,
                    color=style.GREY)  # fmt: skip


# --- How a line goes, in words: where it starts and ends, and its extremes between


class Point(NamedTuple):
    """A value, and where it is, such as "à 5" or "4e trimestre 2025"."""

    value: float
    place: str


def describe_lines(
    points: Sequence[Point],
    write: Callable[[float, int], str],
    *,
    start: str = "",
    extremes: bool = True,
    trend: bool = False,
) -> str:
    """Say how a line goes; a value is never said twice.

    Examples
    --------
    >>> shares = [Point(86.2, "T3"), Point(71.0, "T4"), Point(85.9, "T1")]
    >>> describe_lines(shares, lambda x, decimals: f"{x:.0f} %")
    '86 % (T3 comme T1), minimum 71 % (T4)'
    >>> visits = [Point(1.042, "mai"), Point(1.049, "juin")]
    >>> describe_lines(visits, lambda x, decimals: f"{x:.{decimals}f} M", start="mai")
    'de 1.04 M à 1.05 M (juin)'
    >>> describe_lines([Point(7.0, "2025"), Point(7.0, "2026")], lambda x, decimals: f"{x:.0f}")
    '7 (2025 comme 2026)'
    """
    first, last = points[0], points[-1]
    fine = next((d for d in (1, 2, 3) if write(first.value, d) != write(last.value, d)), 1)

    def with_place(point: Point) -> str:
        return f"{write(point.value, fine)} ({point.place})"

    if len(points) == 1:
        return with_place(first)
    ends = {write(first.value, fine), write(last.value, fine)}
    low, high = (choose(points, key=lambda point: point.value) for choose in (min, max))
    turns = [
        f"{word} {with_place(point)}"
        for word, point in (("minimum", low), ("maximum", high))
        if write(point.value, fine) not in ends
    ]
    if len(ends) == 1:
        text = f"{ends.pop()} ({first.place} comme {last.place})"
    else:
        begin = write(first.value, fine) if first.place == start else with_place(first)
        text = f"de {begin} à {with_place(last)}"
        if trend and len(points) > 2:
            steps = [b.value - a.value for a, b in pairwise(points)]
            if min(steps) >= 0:
                return f"{text}, sans jamais baisser"
            if max(steps) <= 0:
                return f"{text}, sans jamais remonter"
    return f"{text}, {french.join(turns)}" if extremes and turns else text
