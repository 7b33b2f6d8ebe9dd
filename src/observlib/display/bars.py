"""Bars along a common axis: ranked subjects (`bar_chart`), and the steps of a funnel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.errors import ObservError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BAR, _GAP = 15.0, 7.0
_NAME = 150.0  # widest name of a bar, in points


def bar_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "group_value",
    most: int = 12,
    sort: bool = True,
    more_alt: str = "",
) -> Output:
    """Draw counts or shares as bars from zero, each with its interval and its value.

    A low base has a hollow bar; a withheld value has words in place of one.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject.
    caption
        The answer that the chart shows, in one line.
    by
        The column that names the bars.
    most
        How many bars are drawn; what is left out is told under the drawing, and is in its data.
    sort
        From the highest down; else in the catalogue's or the frame's order.
    more_alt
        Added to the alternative text, which is made from the estimates.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators or units, has two estimates for a bar, or a
        value below zero.
    """
    caption = caption_of(caption, "bar_chart")
    indicator = select.one_indicator(frame, catalogue, "bar_chart")
    select.unique(frame, [by], "bar_chart")
    _not_negative(frame, "bar_chart")
    place = {key: i for i, key in enumerate(select.ordered(frame, by, catalogue))}
    rows = frame.assign(place=frame[by].map(place)).sort_values("place", kind="stable")
    if sort:
        rows = rows.sort_values("estimate", ascending=False, kind="stable", na_position="last")
    records = [
        {**{str(k): v for k, v in row.items()}, "name": words.label(row, by, catalogue)}
        for row in rows.to_dict("records")
    ]
    unit = str(frame["unit"].iat[0])
    bars, left_out = records[:most], len(records) - most
    values = [charts.beside(row, indicator, unit) for row in bars]
    notes = []
    if left_out > 0:
        notes.append(
            f"Et {french.count(left_out, 'autre', 'autres')}, dans les données de la figure."
        )
    notes += _notes(rows.head(most))
    alt = f"{_alt('Graphique en barres', records, indicator, most)} {charts.withheld_words(frame)}"
    with style.theme():
        fig = _figure(bars, values, indicator, unit, notes)
        return charts.finish(fig, frame, catalogue, caption, f"{alt} {more_alt}")


def funnel_chart(
    frame: pd.DataFrame, catalogue: Catalogue, *, caption: str, more_alt: str = ""
) -> Output:
    """Draw the steps of a course as bars: how many reach each, and what share of those before.

    Parameters
    ----------
    frame
        Estimates of one count, one a step (`group_value`), from the first step to the last.
    caption
        The answer that the chart shows, in one line.
    more_alt
        Added to the alternative text, which is made from the estimates.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators, or has two estimates for a step.
    """
    caption = caption_of(caption, "funnel_chart")
    indicator = select.one_indicator(frame, catalogue, "funnel_chart")
    select.unique(frame, ["group_value"], "funnel_chart")
    _not_negative(frame, "funnel_chart")
    unit = str(frame["unit"].iat[0])
    records = [
        {**{str(k): v for k, v in row.items()}, "name": words.label(row, "group_value", catalogue)}
        for row in frame.to_dict("records")
    ]
    values = _steps(records, indicator, unit)
    said = [f"{row['name']}\xa0: {text}" for row, text in zip(records, values, strict=True)]
    alt = f"Étapes\xa0: {indicator.label}. {'. '.join(said)}. {charts.withheld_words(frame)}"
    notes = ["En pourcentage : part de l'étape précédente."] if len(records) > 1 else []
    with style.theme():
        fig = _figure(records, values, indicator, unit, notes, axis=False)
        return charts.finish(fig, frame, catalogue, caption, f"{alt} {more_alt}")


def _not_negative(frame: pd.DataFrame, what: str) -> None:
    if (frame["estimate"] < 0).any():
        raise ObservError(
            f"{what}: a value is below zero, and a bar starts there; draw it with dot_chart"
        )


def _notes(frame: pd.DataFrame) -> list[str]:
    notes = ["Trait : intervalle à 95 %."] if frame["ci_low"].notna().any() else []
    bases = {n for n in map(words.base, frame.to_dict("records")) if n is not None}
    if len(bases) == 1:
        notes.append(f"{french.count(bases.pop(), 'réponse', 'réponses')}.")
    if (frame["status"] == "low_base").any():
        notes.append(charts.low_base_note(frame)[0].replace("Marque", "Barre"))
    if (frame["status"] == "partial").any():
        notes.append("(p) : période incomplète.")
    return notes


def _steps(records: Sequence[dict[str, Any]], indicator: Indicator, unit: str) -> list[str]:
    """Each step's count, and its share of the step before where both are shown."""
    texts = []
    before: dict[str, Any] | None = None
    for row in records:
        text = charts.beside(row, indicator, unit)
        shown = row["status"] not in words.WITHHELD
        if shown and before is not None and before["estimate"] > 0:
            share = 100 * row["estimate"] / before["estimate"]
            decimals = 1 if share < 10 else 0
            text += f" ({french.percent(share, decimals)})"
        texts.append(text)
        before = row if shown else None
    return texts


def _figure(
    records: Sequence[dict[str, Any]],
    values: Sequence[str],
    indicator: Indicator,
    unit: str,
    notes: list[str],
    axis: bool = True,
) -> Figure:
    names = [style.wrap(row["name"], _NAME) for row in records]
    heights = [max(_BAR, name.count("\n") * style.LINE + style.LINE) + _GAP for name in names]
    left = max(map(style.text_width, names)) + 10
    told = [row["status"] not in words.WITHHELD for row in records]
    beside = [value for value, shown in zip(values, told, strict=True) if shown]
    right = max((style.text_width(v, weight="bold") for v in beside), default=60.0) + 10
    width = style.WIDTH - left - right
    if width < 90:  # long values under long names: the bars keep a fourth of the drawing
        names = [style.wrap(row["name"], _NAME - (90 - width)) for row in records]
        heights = [max(_BAR, name.count("\n") * style.LINE + style.LINE) + _GAP for name in names]
        left = max(map(style.text_width, names)) + 10
        width = style.WIDTH - left - right
    ends = [x for row in records for x in (row["estimate"], row["ci_high"]) if x == x]
    limits = charts.scale(0.0, max(ends, default=1.0), unit, 3)
    if unit == "%":
        limits = [x for x in limits if x <= 100]
    name = charts.axis_name(indicator, unit, [str(row["period"]) for row in records])
    foot = charts.footer(notes) if notes else ""
    below = 6.0 + (foot.count("\n") + 1) * 12 * bool(foot)
    below += 2 + style.LINE * (1 + bool(name)) if axis else 0.0
    height = sum(heights)
    fig = style.figure(height + below)
    ax = style.axes(fig, left, 0, width, height)
    ax.set_xlim(0, max(limits[-1], max(ends, default=1.0)))
    ax.set_ylim(height, 0)
    ax.set_yticks([])
    if axis:
        ax.set_xticks(limits, charts.tick_labels(limits, unit))
        ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
        ax.set_axisbelow(True)
        if name:
            y = height + 6 + style.LINE
            style.write(fig, left + width / 2, y, name, ha="center", color=style.GREY)
    else:
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
    y = 0.0
    for row, text, value, tall in zip(records, names, values, heights, strict=True):
        centre = y + tall / 2
        style.write(fig, 0, centre, text, va="center")
        shown = row["status"] not in words.WITHHELD
        if shown:
            thin = row["status"] in ("low_base", "partial")
            ax.barh(
                [centre], [row["estimate"]], height=_BAR, linewidth=1.2,
                color="white" if thin else style.PALETTE[0], edgecolor=style.PALETTE[0],
                hatch="////" if thin else None,
            )  # fmt: skip
            if row["ci_low"] == row["ci_low"]:
                ends_ = [row["ci_low"], row["ci_high"]]
                ax.plot(ends_, [centre] * 2, color="white", linewidth=4, solid_capstyle="butt")
                ax.plot(ends_, [centre] * 2, color=style.GREY, linewidth=1.8)
            style.write(fig, style.WIDTH - 1, centre, value, va="center", ha="right",
                        weight="bold")  # fmt: skip
        else:
            style.write(fig, left + 3, centre, value, va="center", color=style.GREY)
        y += tall
    bottom = height + below - 2
    style.write(fig, 2, bottom, foot, va="bottom", color=style.GREY, size=style.SMALL)
    return fig


def _alt(kind: str, records: Sequence[dict[str, Any]], indicator: Indicator, most: int) -> str:
    periods = {row["period"] for row in records}
    when = f", {french.period_label(periods.pop())}" if len(periods) == 1 else ""
    shown = [row for row in records[:most] if row["status"] not in words.WITHHELD]
    if not shown:
        return f"{kind}\xa0: {indicator.label}{when}. Aucune valeur ne peut être montrée."
    told = ". ".join(f"{row['name']}\xa0: {words.value(row, indicator)}" for row in shown)
    rest = len(records) - most
    more = f" Et {french.count(rest, 'autre', 'autres')}." if rest > 0 else ""
    return f"{kind}\xa0: {indicator.label}{when}. {told}.{more}"
