"""How a line over time is drawn on its axes: strokes, bands, points, and what has none."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.display import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def runs(rows: pd.DataFrame) -> list[list[int]]:
    """The places of whole periods that follow each other, each run as a list."""
    whole = rows["estimate"].notna() & (rows["status"] != "partial")
    found: list[list[int]] = []
    for x in (x for x, known in enumerate(whole) if known):
        if found and found[-1][-1] == x - 1:
            found[-1].append(x)
        else:
            found.append([x])
    return found


def interval_notes(series: list[pd.DataFrame]) -> list[str]:
    """Explain how intervals are drawn: as bands along lines, as strokes at points alone."""
    banded = any(_known(rows, run) for rows in series for run in runs(rows) if len(run) > 1)
    alone = any(_known(rows, alone_in(rows)) for rows in series)
    drawn = ["bande claire"] * banded + ["trait vertical"] * alone
    return [f"{' ou '.join(drawn).capitalize()} : intervalle à 95 %."] if drawn else []


def alone_in(rows: pd.DataFrame) -> list[int]:
    """The places whose interval no band can show: without neighbours, or of a partial period."""
    partial = rows["estimate"].notna() & (rows["status"] == "partial")
    lone = [run[0] for run in runs(rows) if len(run) == 1]
    return sorted([*lone, *(x for x, known in enumerate(partial) if known)])


def _known(rows: pd.DataFrame, places: list[int]) -> bool:
    return bool(rows["ci_low"].iloc[places].notna().any())


def draw(ax: Axes, rows: pd.DataFrame, colour: str, dash: Any, marker: str, marked: int) -> None:
    """One line: solid between whole periods, dotted to a partial one, broken where no value is.

    All points of a line of up to `marked` are drawn; of a longer one, those that it does not show.
    """
    values = rows["estimate"].to_numpy()
    low, high = rows["ci_low"].to_numpy(), rows["ci_high"].to_numpy()
    partial = (rows["status"] == "partial").to_numpy()
    shown = ~rows["estimate"].isna().to_numpy()
    for run in runs(rows):
        ax.plot(run, values[run], color=colour, linestyle=dash, linewidth=1.8)
        ax.fill_between(run, low[run], high[run], color=colour, alpha=0.15, linewidth=0)
    for pair in map(list, pairwise(range(len(values)))):
        if shown[pair].all() and partial[pair].any():
            ax.plot(pair, values[pair], color=colour, linestyle=(0, (1, 2)), linewidth=1.5)
    for x in alone_in(rows):
        if not math.isnan(low[x]):
            ax.plot([x, x], [low[x], high[x]], color=colour, linewidth=1.4, solid_capstyle="butt")
    _mark(ax, rows, colour, marker, marked)


def draw_behind(ax: Axes, rows: pd.DataFrame, begins: bool = False) -> None:
    """A thin grey line of whole periods that another is seen against, with its band.

    Where it `begins` is marked by a vertical stroke.
    """
    rows = rows.mask(rows["status"] == "partial")
    x = range(len(rows))
    low, high = rows["ci_low"].to_numpy(), rows["ci_high"].to_numpy()
    ax.fill_between(x, low, high, color=style.GREY, alpha=0.25, linewidth=0)
    ax.plot(x, rows["estimate"].to_numpy(), color=style.GREY, linewidth=0.9, alpha=0.8)
    known = rows["estimate"].notna().to_numpy()
    if begins and known.any():
        ax.axvline(int(known.argmax()), color=style.GREY, linewidth=0.9, linestyle=(0, (4, 3)))


def _mark(ax: Axes, rows: pd.DataFrame, colour: str, marker: str, marked: int) -> None:
    values = rows["estimate"].to_numpy()
    statuses = rows["status"].tolist()
    shown = [not math.isnan(value) for value in values]
    around = [False, *shown, False]
    whole = [x for x, seen in enumerate(shown) if seen and statuses[x] != "partial"]
    filled, hollow = [], []
    for x in (x for x, seen in enumerate(shown) if seen):
        lone = not around[x] and not around[x + 2]
        if statuses[x] in ("partial", "low_base"):
            hollow.append(x)
        elif len(values) <= marked or lone or x == whole[-1]:
            filled.append(x)
    for places, fill in ((filled, colour), (hollow, "white")):
        if places:
            ax.plot(places, values[places], marker=marker, markersize=4.7, markerfacecolor=fill,
                    markeredgecolor=colour, markeredgewidth=1.2, linestyle="none",
                    clip_on=False, zorder=4)  # fmt: skip
    for x in (x for x, status in enumerate(statuses) if status == "suppressed" and any(shown)):
        ax.annotate("s", (x, ax.get_ylim()[0]), (0, 2), textcoords="offset points",
                    ha="center", size=style.SMALL, color=style.GREY)  # fmt: skip
