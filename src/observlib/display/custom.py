"""An analyst's own drawing, made a chart of the house: its look, its words, its data."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display import charts, select, style, tables
from observlib.display.output import Output, caption_of, study_method
from observlib.display.panels import dated
from observlib.language import french, words
from observlib.language.prose import Markdown, markdown
from observlib.language.words import rounded_estimates

_NAME = 118.0  # widest label of a tick, in points


@study_method("chart")
def custom_chart(
    draw: Callable[[pd.DataFrame], Any], frame: pd.DataFrame, catalogue: Catalogue, *, caption: str
) -> Output:
    """A drawing of one's own, made with seaborn or matplotlib, in the theme of other charts.

    Names of columns that stand in it are written as readers know them; a title is left out: the
    caption says it.

    Parameters
    ----------
    draw
        A function that is given the estimates, as pages tell them, and gives the figure, its
        axes, or a grid of seaborn's.
    frame
        The estimates that it shows, all of them.

    Examples
    --------
    >>> import seaborn as sns
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> marks = study.estimates("satisfaction", indicator="satisfaction_10", period="2026-T3")
    >>> marks = study.comparable(marks)
    >>> def draw(rows):
    ...     return sns.stripplot(rows, x="estimate", y="product")
    >>> shown = study.chart(draw, marks, "Les notes vont de 6,4 à 7,9 sur 10")
    >>> print(shown.content["alt"][:9])
    Graphique
    """
    caption = caption_of(caption, "chart")
    select.estimates_only(frame, "chart")
    select.refuse(frame, catalogue, "chart")
    if care := select.care(frame, catalogue):
        caption = markdown("{}. {}", Markdown(caption.rstrip(".")), care)
    indicator = words.indicator_of(frame["indicator"].iat[0], catalogue)
    chart = charts.Chart(rounded_estimates(frame, catalogue), catalogue, caption, indicator)
    sides = zip(*(side.labels for side in tables.sides(chart.frame, catalogue)), strict=True)
    records = estimates.records(chart.frame)
    for row, parts in zip(records, sides, strict=True):
        row["name"] = ", ".join(parts)
    alt = charts.described(records, catalogue, "Graphique")
    return charts.output(chart, lambda: _figure(draw, chart.frame, catalogue), alt)


def _figure(
    draw: Callable[[pd.DataFrame], Any], frame: pd.DataFrame, catalogue: Catalogue
) -> style.Figure:
    """What the function draws, on a sheet of its own."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    before = plt.get_fignums()
    plt.figure()  # or what is already open would be drawn on
    try:
        drawing = draw(_named(frame, catalogue))
    finally:
        for number in set(plt.get_fignums()) - set(before):
            plt.close(number)  # or Jupyter would show it a second time
    fig = getattr(drawing, "figure", None)
    if not isinstance(fig, Figure):
        raise ObservError(
            f"chart: the function gives a {type(drawing).__name__}; "
            "return a figure, its axes or a grid"
        )
    _arrange(fig, frame, catalogue)
    return fig


def _named(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Estimates whose products, periods and other texts are those that readers know, in order."""
    named, rows = frame.copy(), estimates.records(frame)
    for column in select.LABELLED:
        labels = {row[column]: words.label(row, column, catalogue) for row in rows if row[column]}
        labels |= {"": ""}
        if column == "period":
            labels |= {key: dated(key, "") for key in labels if key and "/" not in key}
        order = dict.fromkeys(labels[key] for key in select.ordered(frame, column, catalogue))
        named[column] = pd.Categorical(frame[column].map(labels), [*order])
    return named


def _arrange(fig: style.Figure, frame: pd.DataFrame, catalogue: Catalogue) -> None:
    """Give a figure the width, legends and axes of other charts, and words that readers know."""
    import seaborn as sns
    from matplotlib.text import Text

    wide, high = fig.get_size_inches()
    fig.set_size_inches(style.width() / 72, style.width() / 72 * high / wide)
    if fig.get_suptitle():
        fig.suptitle("")
    sns.despine(fig)
    say = _words(frame, catalogue)
    for ax in fig.axes:
        title = say(ax.get_title()) if len(fig.axes) > 1 else ""
        ax.set_title(style.wrap(title, ax.get_position().width * style.width()))
        if legend := ax.get_legend():
            widths = [style.text_width(text.get_text()) for text in legend.get_texts()]
            columns = (style.width() - 60) // (max(widths, default=0.0) + 45)
            sns.move_legend(ax, "lower left", bbox_to_anchor=(0, 1), frameon=False, title="",
                            ncols=max(1, int(columns)))  # fmt: skip
    _name_ticks(fig, say, frame["unit"].iat[0] if frame["unit"].nunique() == 1 else "")
    for text in fig.findobj(Text):
        text.set_text(say(text.get_text()))
    over = [legend.get_window_extent().height / fig.bbox.height for legend in fig.legends]
    for legend in fig.legends:  # of a grid
        legend.set(loc="upper left", bbox_to_anchor=(0, 1))
    fig.set_layout_engine("tight", pad=0.3, w_pad=1, rect=(0, 0, 1, 1 - max(over, default=0.0)))


def _name_ticks(fig: style.Figure, say: Callable[[str], str], unit: str) -> None:
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
        room = style.part(_NAME)
        if axis.axis_name == "x" and places:
            room = axis.axes.get_position().width * style.width() / len(places) - 4
        wrapped = [style.wrap(text, room, cut=False) for text in texts]
        turned = max(map(style.text_width, wrapped), default=0.0) > room
        axis.set_ticks(places, texts if turned else wrapped)
        turns[id(axis.major)] = 90 * turned
        axis.set_tick_params(labelrotation=90 * turned)


def _words(frame: pd.DataFrame, catalogue: Catalogue) -> Callable[[str], str]:
    """How names of columns, heads of seaborn's panels and numbers are written."""
    known = {name: words.column_label(frame, name, catalogue) for name in select.LABELLED}
    if frame["indicator"].nunique() == frame["unit"].nunique() == 1:
        indicator = words.indicator_of(frame["indicator"].iat[0], catalogue)
        known["estimate"] = words.headed(indicator, frame["unit"].iat[0])

    def say(text: str) -> str:
        if " = " in text:
            return ", ".join(part.split(" = ")[-1] for part in text.split(" | "))
        number = text.replace(french.MINUS, "-")
        if re.fullmatch(r"-?\d+(\.\d+)?", number):
            return french.number(float(number), len(number.partition(".")[2]))
        return known.get(text, text)

    return say
