"""The dot chart: subjects side by side, each with its interval and its base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, grades, keyboard, layout, select, style
from observlib.display.output import Output
from observlib.language import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def dot_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    sort: bool = True,
) -> Output:
    """Draw an indicator for each product or other subject: point, interval, value and base.

    A low base has a hollow point; a withheld value has words in place of one. Where other
    administrations stand beside the agency, it is in blue and bold, and they are grey. The
    indicator's thresholds (`good`, `poor`) are shown where the catalogue gives both.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject.
    caption
        The answer that the chart shows, in one line.
    by
        The column that names the rows; their devices do, where several measure the same.
    sort
        From the best (or highest) down; else in the catalogue's or the frame's order.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, has two estimates for a subject, or
        two that do not compare.
    """
    by = select.told_apart(frame, [by])[-1]
    caption, indicator, frame = charts.checked(frame, catalogue, caption, "dot_chart", [by])
    ours = _ours(frame, by, catalogue)
    records = [
        {
            **row,
            "strong": row[by] in ours,
            "colour": style.PALETTE[0] if row[by] in ours or not ours else style.GREY,
        }
        for row in layout.ranked(
            frame, by, catalogue, sort=sort, lowest=indicator.better == "lower"
        )
    ]
    alt = charts.described("Graphique en points", records, catalogue)
    care = grades.care(frame, catalogue)
    alt += f" {charts.withheld_words(frame)} {care}"
    return charts.output(
        lambda: _figure(records, frame, indicator, care), frame, catalogue, caption, alt
    )


def _ours(frame: pd.DataFrame, by: str, catalogue: Catalogue) -> list[str]:
    """What is the agency's own, where other administrations stand beside it."""
    peers = frame["product"].isin(list(catalogue.peers))
    products = frame["product"].isin(list(catalogue.products))
    own = frame["product"].isin([peer.id for peer in catalogue.peers.values() if peer.own])
    ours = products if products.any() else own
    return list(frame.loc[ours, by]) if (peers & ~ours).any() else []


def _figure(
    records: list[dict[str, Any]], frame: pd.DataFrame, indicator: Indicator, care: str
) -> Figure:
    unit = records[0]["unit"]
    place = layout.columns(layout.rows_of(records, indicator))
    zones = indicator.good is not None and indicator.poor is not None
    limits = _limits(frame, indicator, unit, zones)
    name = charts.axis_name(indicator, unit, list(frame["period"]))
    notes = layout.notes_of(records, indicator, low_base="Marque creuse", partial="(p)")
    notes += [*charts.cut_note(limits), care]
    fig, ax, middles = layout.draw_rows(
        place, notes, tall=style.LINE, top=4 + style.LINE * zones,
        axis=layout.Axis(limits, unit, name),
    )  # fmt: skip
    if zones:
        _zones(ax, indicator, limits, place.width)
    _draw(ax, records, middles)
    for row, y in zip(records, middles, strict=True):
        keyboard.keep(ax, row["estimate"], y, row, indicator, row["name"])
    return fig


def _draw(ax: Axes, records: Sequence[dict[str, Any]], middles: list[float]) -> None:
    """Draw points with their intervals; where none has one, each stands at the end of a stem."""
    import seaborn as sns

    pairs = zip(records, middles, strict=True)
    shown = [(row, y) for row, y in pairs if row["status"] not in words.WITHHELD]
    if not shown:
        return
    known = [pair for pair in shown if pair[0]["ci_low"] == pair[0]["ci_low"]]
    lined = [row for row, _ in known or shown]
    # intervals are given, where seaborn computes its own
    ax.hlines(
        [y for _, y in known or shown],
        [row["ci_low"] if known else 0.0 for row in lined],
        [row["ci_high" if known else "estimate"] for row in lined],
        colors=[row["colour"] for row in lined],
        linewidth=2.2 if known else 1.2,
    )
    sns.scatterplot(
        x=[row["estimate"] for row, _ in shown], y=[y for _, y in shown], s=49, linewidth=1.6,
        clip_on=False, zorder=4, legend=False, ax=ax,
    )  # fmt: skip
    colours = [row["colour"] for row, _ in shown]
    hollow = [row["status"] in ("low_base", "partial") for row, _ in shown]
    ax.collections[-1].set_edgecolor(colours)
    ax.collections[-1].set_facecolor(
        ["white" if open_ else colour for colour, open_ in zip(colours, hollow, strict=True)]
    )


def _limits(frame: pd.DataFrame, indicator: Indicator, unit: str, zones: bool) -> list[float]:
    """Axis ticks: the scale of a mark or share, with its thresholds; else from 0.

    Of a mark whose points all have intervals, the half below the lowest is not drawn.
    """
    if unit.startswith("sur "):
        top = estimates.best(unit)
        inner = {indicator.poor, indicator.good} if zones else {top / 2}
        lowest = frame["ci_low"].fillna(frame["estimate"]).min()
        stems = frame["ci_low"].isna().all()  # which start from zero
        start = 0.0 if stems or zones is False else max(0.0, min(lowest, *inner) - top / 10) // 1
        return sorted({start, top, *(x for x in inner if x is not None and start < x < top)})
    if unit == "%" and not words.is_change(indicator.id):
        return [0.0, 50.0, 100.0]
    return charts.ticks(frame, unit, 3)


def _zones(ax: Axes, indicator: Indicator, limits: list[float], width: float) -> None:
    """Shade the thresholds' zones, and name them above the drawing."""
    assert indicator.good is not None and indicator.poor is not None
    low, high = sorted((indicator.good, indicator.poor))
    kinds = ["insuffisant", "moyen", "bon"]
    if indicator.good < indicator.poor:
        kinds.reverse()
    edges = [limits[0], low, high, limits[-1]]
    for kind, start, end in zip(kinds, edges, edges[1:], strict=False):
        if end <= start:
            continue
        if kind != "moyen":
            shade = "#F2F2F2" if kind == "insuffisant" else "#E8EDFF"
            ax.axvspan(start, end, color=shade, linewidth=0, zorder=0)
        room = (end - start) / (limits[-1] - limits[0]) * width
        if style.text_width(kind, style.SMALL) <= room + 8:
            ax.annotate(kind, ((start + end) / 2, 0), (0, 3), textcoords="offset points",
                        ha="center", va="bottom", size=style.SMALL, color=style.GREY,
                        annotation_clip=False)  # fmt: skip
