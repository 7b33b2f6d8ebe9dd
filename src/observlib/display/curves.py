"""The curve chart: an indicator against a number, such as the months since a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, french, select, style, words
from observlib.display.output import Output, caption_of
from observlib.errors import ObservError, bounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEIGHT = 170.0
_NAME = 105.0  # widest name of a curve, in points


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

    Intervals are bands; each curve is named at its end. A withheld value leaves a gap.

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
    if places.isna().any():
        raise ObservError(
            f"curve_chart: group_value {bounded(frame.loc[places.isna(), 'group_value'])} is no "
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


def _figure(
    curves: dict[str, pd.DataFrame], frame: pd.DataFrame, indicator: Indicator, x_label: str
) -> Figure:
    unit = str(frame["unit"].iat[0])
    values = frame[["estimate", "ci_low", "ci_high"]]
    low, high = float(values.min().min()), float(values.max().max())
    ticks = charts.scale(low, high, unit, 4) if low == low else [0.0, 1.0]
    if unit == "%":
        ticks = [x for x in ticks if 0 <= x <= 100] or [0.0, 100.0]
    labels = charts.tick_labels(ticks, unit)
    names = {name: style.wrap(name, _NAME) for name in curves}
    left = max(map(style.text_width, labels)) + 8
    alone = len(curves) == 1
    right = 8.0 if alone else max(map(style.text_width, names.values())) + 12
    notes = ["Bande : intervalle à 95 %."] if frame["ci_low"].notna().any() else []
    notes += charts.low_base_note(frame)
    foot = charts.footer(notes) if notes else ""
    top = style.LINE + 6
    below = 8 + 2 * style.LINE + (foot.count("\n") + 1) * 12 * bool(foot)
    fig = style.figure(top + _HEIGHT + below)
    width = style.WIDTH - left - right
    ax = style.axes(fig, left, top, width, _HEIGHT)
    xs = pd.concat([rows["x"] for rows in curves.values()])
    ax.set_xlim(float(xs.min()), float(xs.max()) if xs.max() > xs.min() else float(xs.min()) + 1)
    ax.set_ylim(ticks[0], ticks[-1] if ticks[-1] > ticks[0] else ticks[0] + 1)
    ax.set_yticks(ticks, labels)
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    shown_x = charts.scale(float(xs.min()), float(xs.max()), "visites", 5)
    shown_x = [x for x in shown_x if xs.min() <= x <= xs.max()]
    decimals = 0 if all(x == round(x) for x in shown_x) else 1
    ax.set_xticks(shown_x, [french.number(x, decimals) for x in shown_x])
    ends: list[tuple[str, float]] = []
    for i, (name, rows) in enumerate(curves.items()):
        colour = style.PALETTE[i]
        if rows["ci_low"].notna().any():
            ax.fill_between(rows["x"], rows["ci_low"], rows["ci_high"], color=colour, alpha=0.15,
                            linewidth=0)  # fmt: skip
        ax.plot(rows["x"], rows["estimate"], color=colour, linewidth=1.8,
                linestyle=style.DASHES[i], clip_on=False)  # fmt: skip
        thin = rows[rows["status"].isin(["low_base", "partial"])]
        ax.plot(thin["x"], thin["estimate"], marker="o", markersize=5, linestyle="none",
                markerfacecolor="white", markeredgecolor=colour)  # fmt: skip
        known = rows["estimate"].dropna()
        if len(known):
            ends.append((name, float(known.iloc[-1])))
    if not alone:
        _name_ends(fig, ends, curves, names, (ticks[0], ticks[-1]), top)
    head = unit if words.is_count(unit) else indicator.label
    style.write(fig, 0, 0, style.wrap(head, style.WIDTH), color=style.GREY)
    style.write(fig, left + width / 2, top + _HEIGHT + 8 + style.LINE, x_label, ha="center",
                color=style.GREY)  # fmt: skip
    bottom = top + _HEIGHT + below - 2
    style.write(fig, 2, bottom, foot, va="bottom", color=style.GREY, size=style.SMALL)
    return fig


def _name_ends(
    fig: Figure,
    ends: list[tuple[str, float]],
    curves: dict[str, pd.DataFrame],
    names: dict[str, str],
    limits: tuple[float, float],
    top: float,
) -> None:
    """Write each curve's name at its end, moved apart where they would touch."""
    low, high = limits
    wanted = [top + _HEIGHT * (1 - (value - low) / ((high - low) or 1)) for _, value in ends]
    tall = max((names[name].count("\n") + 1 for name, _ in ends), default=1) * style.LINE
    placed = style.spread(wanted, tall + 2, top, top + _HEIGHT)
    order = list(curves)
    widest = max(style.text_width(names[name]) for name in names)
    for (name, _), y in zip(ends, placed, strict=True):
        colour = style.PALETTE[order.index(name)]
        style.write(fig, style.WIDTH - widest - 2, y, names[name], va="center", color=colour)


def _alt(curves: dict[str, pd.DataFrame], indicator: Indicator, x_label: str) -> str:
    said = [f"Courbes\xa0: {indicator.label} selon le nombre de {x_label}."]
    for name, rows in curves.items():
        known = rows[rows["estimate"].notna()]
        if known.empty:
            said.append(f"{name}\xa0: aucune valeur ne peut être montrée.")
            continue
        first, last = (known.iloc[i].to_dict() for i in (0, -1))
        said.append(
            f"{name}\xa0: de {words.value(first, indicator)} ({_plain(first)}) "
            f"à {words.value(last, indicator)} ({_plain(last)})."
        )
    return " ".join(said)


def _plain(row: dict[str, Any]) -> str:
    return french.number(row["x"], 0 if row["x"] == round(row["x"]) else 1)
