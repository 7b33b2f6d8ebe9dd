"""How a line is drawn on its axes: lines, bands, points, and what has none.

Seaborn draws the lines, each run of values by itself, as it joins what a gap parts. It computes
intervals of its own, and takes as long for one point as for a line: bands and hollow points, of
which each panel may have one, are matplotlib's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from observlib.display import style
from observlib.display.timeline import dated

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


def draw(ax: Axes, rows: pd.DataFrame, i: int, marked: int = 0, thin: bool = False) -> None:
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
