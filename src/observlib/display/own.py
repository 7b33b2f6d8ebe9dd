"""An analyst's own figure, made a chart of the house: its look, its words, its data."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import charts, data, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.display.rounding import rounded
from observlib.display.timeline import dated
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")
_NAME = 118.0  # widest label of a tick, in points


def own_chart(drawing: Any, frame: pd.DataFrame, catalogue: Catalogue, *, caption: str) -> Output:
    """Make a chart of a figure that was drawn with seaborn or matplotlib from estimates.

    It gets the width, fonts and colours of other charts, an alternative text and a table of its
    data. What stands in it as the frame names it (`service-public`, `estimate`) is written as
    readers know it. A title is left out: the caption says it.

    Parameters
    ----------
    drawing
        A figure, its axes, or a grid of seaborn's.
    frame
        The estimates that it shows, all of them, with the digits that pages tell (`study.told`).
    caption
        The answer that the chart shows, in one line.

    Raises
    ------
    ObservError
        Where the frame is empty or no estimates, or the figure shows a value with more digits
        than a page tells.
    """
    import seaborn as sns
    from matplotlib.figure import Figure

    caption = caption_of(caption, "chart")
    select.estimates_only(frame, "chart")
    fig = getattr(drawing, "figure", None)
    if not isinstance(fig, Figure):
        raise ObservError(
            f"chart: is given a {type(drawing).__name__}; give a figure, its axes or a grid"
        )
    told, cycle = rounded(frame, catalogue), sns.color_palette()
    _refuse_digits(fig, frame, told)
    names = [
        ", ".join(parts)
        for parts in zip(*(side.labels for side in data.sides(told, catalogue)), strict=True)
    ]
    records = [
        {**row, "name": name} for row, name in zip(estimates.records(told), names, strict=True)
    ]
    alt = charts.described("Graphique", records, catalogue) + " " + charts.withheld_words(told)
    with style.theme():
        _dress(fig, told, catalogue, cycle)
        made = charts.finish(fig, told, catalogue, caption, alt)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(fig)  # or Jupyter would show it a second time
    return made


def _refuse_digits(fig: Figure, frame: pd.DataFrame, told: pd.DataFrame) -> None:
    """Stop where a drawn value is an estimate before it was rounded (see `rounding`)."""
    columns = estimates.NUMBERS[:3]
    exact, rounded = frame[columns].to_numpy().ravel(), told[columns].to_numpy().ravel()
    finer = exact[np.abs(exact - rounded) > 1e-9 * np.abs(exact)]
    drawn = np.unique(np.concatenate([*map(_values, fig.axes), [np.nan]]))
    found = finer[np.isclose(finer[:, None], drawn, rtol=1e-9, atol=0).any(axis=1)]
    if len(found):
        raise ObservError(
            f"chart: the figure shows {bounded(f'{x:.6g}' for x in found)}, and pages tell fewer "
            "digits; draw what `study.told(rows)` gives"
        )


def _values(ax: Axes) -> Any:
    """Every coordinate and number of what is drawn on axes, in the units of their data."""
    found: list[Any] = [line.get_xydata() for line in ax.lines]
    found += [p.get_patch_transform().transform(p.get_path().vertices) for p in ax.patches]
    for drawn in ax.collections:
        found += [drawn.get_offsets(), *(path.vertices for path in drawn.get_paths())]
        found += [] if drawn.get_array() is None else [drawn.get_array()]
    found += [image.get_array() for image in ax.images]
    written = re.findall(r"-?\d+\.\d+", " ".join(text.get_text() for text in ax.texts))
    return np.concatenate(
        [*(np.ma.filled(x, np.nan).ravel() for x in found), [*map(float, written)]]
    )


def _dress(fig: Figure, told: pd.DataFrame, catalogue: Catalogue, cycle: Any) -> None:
    """Give a figure the look of other charts, and the words that readers know."""
    import seaborn as sns
    from matplotlib.text import Text

    wide, high = fig.get_size_inches()
    fig.set_size_inches(style.WIDTH / 72, style.WIDTH / 72 * high / wide)
    if fig.get_suptitle():
        fig.suptitle("")
    sns.despine(fig)
    _recolour(fig, cycle)
    say = _words(told, catalogue)
    for ax in fig.axes:
        ax.set_facecolor("white")
        ax.tick_params(color=style.GREY, grid_color=style.FAINT)
        for spine in ax.spines.values():
            spine.set(color=style.GREY, linewidth=0.8)
        title = say(ax.get_title()) if len(fig.axes) > 1 else ""
        ax.set_title(style.wrap(title, ax.get_position().width * style.WIDTH))
        if legend := ax.get_legend():
            widths = [style.text_width(say(text.get_text())) for text in legend.get_texts()]
            beside = (style.WIDTH - 60) // (max(widths, default=0.0) + 45)
            sns.move_legend(ax, "lower left", bbox_to_anchor=(0, 1), frameon=False, title="",
                            ncols=max(1, int(beside)))  # fmt: skip
    _name_ticks(fig, say, told["unit"].iat[0] if told["unit"].nunique() == 1 else "")
    inside = {text for ax in fig.axes for text in ax.texts}  # whose colours suit what is under them
    for text in fig.findobj(Text):
        text.set(text=say(text.get_text()), fontfamily="DejaVu Sans", fontsize=style.SIZE,
                 color=text.get_color() if text in inside else style.INK,
                 parse_math=False)  # fmt: skip
    over = [legend.get_window_extent().height / fig.bbox.height for legend in fig.legends]
    for legend in fig.legends:  # of a grid
        legend.set(loc="upper left", bbox_to_anchor=(0, 1))
    fig.set_layout_engine("tight", pad=0.3, w_pad=1, rect=(0, 0, 1, 1 - max(over, default=0.0)))


def _name_ticks(fig: Figure, say: Callable[[str], str], unit: str) -> None:
    """Write what stands along axes in words; upright where words are wider than their place."""
    turns: dict[int, int] = {}
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        if id(axis.major) in turns:  # panels share it
            axis.set_tick_params(labelrotation=turns[id(axis.major)])
            continue
        low, high = sorted(axis.get_view_interval())
        places = [float(x) for x in axis.get_majorticklocs() if low <= x <= high]
        texts = [say(text) for text in axis.get_major_formatter().format_ticks(places)]
        if unit and axis.get_label_text() == "estimate":
            texts = charts.tick_labels(places, unit)
        room = _NAME
        if axis.axis_name == "x" and places:
            room = axis.axes.get_position().width * style.WIDTH / len(places) - 4
        named = [style.wrap(text, room, cut=False) for text in texts]
        turned = max(map(style.text_width, named), default=0.0) > room
        axis.set_ticks(places, texts if turned else named)
        turns[id(axis.major)] = 90 * turned
        axis.set_tick_params(labelrotation=90 * turned)


def _recolour(fig: Figure, cycle: Any) -> None:
    """Put the house's colours in the place of those of the palette that was in use."""
    import seaborn as sns
    from matplotlib.colors import to_hex, to_rgb, to_rgba_array

    house = {
        to_hex(drawn): to_rgb(ours)
        for own, ours in zip(cycle, style.PALETTE, strict=False)
        for drawn in (own, sns.desaturate(own, 0.75))  # as bars are
    }
    for artist in fig.findobj(lambda artist: getattr(artist, "get_array", lambda: None)() is None):
        for part in _COLOURS:
            if not hasattr(artist, f"get_{part}") or not hasattr(artist, f"set_{part}"):
                continue
            found = to_rgba_array(getattr(artist, f"get_{part}")())
            mended = [(*house.get(to_hex(x), x[:3]), x[3]) for x in found]
            if any(to_hex(x) in house for x in found):
                getattr(artist, f"set_{part}")(mended[0] if len(mended) == 1 else mended)


def _words(told: pd.DataFrame, catalogue: Catalogue) -> Callable[[str], str]:
    """How what stands in a figure is written: names of columns, their values, and numbers."""
    known = {
        str(row[column]): words.label(row, column, catalogue)
        for column in select.LABELLED
        for row in estimates.records(told)
        if row[column]
    }
    for period in told["period"].unique():
        if "/" not in period:
            known[period] = dated(period, "")
    known |= {name: words.column_label(told, name, catalogue) for name in select.LABELLED}
    if told["indicator"].nunique() == told["unit"].nunique() == 1:
        indicator = words.indicator_of(told["indicator"].iat[0], catalogue)
        known["estimate"] = words.headed(indicator, told["unit"].iat[0])

    def say(text: str) -> str:
        if text in known:
            return known[text]
        if " = " in text:  # the head of a panel of seaborn's
            return ", ".join(say(part.split(" = ")[-1]) for part in text.split(" | "))
        number = text.replace(french.MINUS, "-")
        if re.fullmatch(r"-?\d+(\.\d+)?", number):
            return french.number(float(number), len(number.partition(".")[2]))
        return text

    return say
