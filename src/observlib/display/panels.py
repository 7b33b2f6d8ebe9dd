"""The one layout of panels: lines against time or a number, on axes with their names beside.

Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from observlib.display import charts, style

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
