"""The curve chart: an indicator against a number, such as the months since a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, panels, select, style, svg
from observlib.display.output import Output
from observlib.display.panels import Point, describe_lines
from observlib.language import french, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 170.0
_NAME = 105.0  # widest name of a curve, in points
_CALENDAR = ("mois", "heure")  # counted by threes and sixes
_NEAR = 0.1  # a start that is nearer to zero than this part of the axis is drawn from zero

Curves = dict[str, pd.DataFrame]  # a curve's name, and its estimates from left to right


def curve_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    x_label: str,
    by: str = "product",
) -> Output:
    """Draw an indicator against the number in `group_value`: a curve for each subject.

    Intervals are bands; each curve is named at its end, with its last value, or, where ends are
    too near, beside the place where the curves differ most, with its value there. Low bases and
    partial periods are hollow marks, a curve of low bases only is thin and has no band; a
    withheld value leaves a gap, which is explained.
    """
    by = select.named_by(frame, by, "group_value")
    caption, indicator, frame = charts.checked(
        frame, catalogue, caption, "curve_chart", [by, "group_value"]
    )
    places = pd.to_numeric(frame["group_value"].str.replace(",", "."), errors="coerce")
    if (wrong := ~places.between(-1e12, 1e12)).any():
        raise ObservError(
            f"curve_chart: group_value {bounded(frame.loc[wrong, 'group_value'])} is no "
            "number; draw it with bar_chart or dot_chart"
        )
    keys = select.ordered(frame, by, catalogue)
    if len(keys) > len(style.PALETTE):
        raise (select.Crowded if frame["device"].nunique() > 1 else ObservError)(
            f"curve_chart: {len(keys)} curves ({bounded(keys)}); at most {len(style.PALETTE)} can "
            "be labels apart; keep some of them"
        )
    rows = frame.assign(x=places)
    curves = {
        words.label(part.iloc[0].to_dict(), by, catalogue): part.sort_values("x")
        for part in (rows[rows[by] == key] for key in keys)
    }
    alt = f"{_alt(curves, indicator, x_label)} {charts.withheld_words(frame)}"
    return charts.output(
        lambda: _figure(curves, frame, indicator, x_label), frame, catalogue, caption, alt
    )


class _Names(NamedTuple):
    """What names the curves, in their order, and the place whose values they tell, if not ends."""

    texts: list[str]
    places: panels.LabelPlaces
    at: float | None


def _figure(curves: Curves, frame: pd.DataFrame, indicator: Indicator, x_label: str) -> Figure:
    unit = str(frame["unit"].iat[0])
    y_ticks = charts.ticks(frame, unit, 4)
    xs = pd.concat([rows["x"] for rows in curves.values()])
    start, end = float(xs.min()), float(xs.max())
    start = 0.0 if 0 < start <= _NEAR * end else start
    x_ticks = _x_ticks(start, end, x_label)
    decimals = next((d for d in (0, 1, 2) if all(round(x, d) == x for x in x_ticks)), 3)
    x_labels = [french.number(x, decimals) for x in x_ticks]
    names = _names(curves, indicator, unit, y_ticks, x_label)
    left = max(panels.tick_width(y_ticks, unit), style.text_width(x_labels[0]) / 2)
    notes = [*_notes(curves, indicator), *charts.cut_note(y_ticks)]
    head = style.wrap(words.headed(indicator, unit), style.width())
    top = (head.count("\n") + 1) * style.LINE + 8
    width = style.width() - left - panels.labels_width(names.texts)
    box = panels.Box(left, top, width, names.places.height)
    middle, bottom = left + width / 2, top + box.height
    under = style.wrap(x_label, 2 * min(middle, style.width() - middle))
    axis = 10 + style.LINE * (under.count("\n") + 2)
    fig = charts.new_figure(bottom + axis + 2, notes)
    style.write(fig, 0, 0, head, color=style.GREY)
    x_ends = (start, end if end > start else start + 1)
    ax = panels.new_axes(fig, box, x_ends, (x_ticks, x_labels), y_ticks, unit)
    if names.at is not None and names.at < end:
        ax.axvline(names.at, color=style.GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        _name_place(ax, names.at, [_at(rows, names.at)["estimate"] for rows in curves.values()],
                    x_label)  # fmt: skip
    labels = []
    for i, ((curve, rows), text) in enumerate(zip(curves.items(), names.texts, strict=True)):
        last, thin = _last(rows), _thin(rows, curves)
        panels.draw_line(ax, rows, i, thin=thin)
        for row in rows.to_dict("records"):
            where = f"{_place(row['x'])} {x_label}"
            svg.keep_values(ax, row["x"], row["estimate"], row, indicator, curve, where)
        leader = names.at is None and last["estimate"] == last["estimate"]
        marked = {"marker": style.MARKERS[i], "markersize": 4.7}
        sample = {"linewidth": 1.0} if thin else marked
        labels.append(panels.LineLabel(text, last["x"], last["estimate"], leader, sample))
    panels.draw_labels(fig, ax, box, labels, names.places)
    style.write(fig, middle, bottom + 8 + style.LINE, under, ha="center", color=style.GREY)
    return fig


def _name_place(ax: Axes, at: float, values: list[float], x_label: str) -> None:
    """Write beside the line of a place which one it is, at the end that is far from curves."""
    low, high = ax.get_ylim()
    foot = sum(values) / len(values) > (low + high) / 2
    ax.annotate(f"{_place(at)} {x_label.partition(' depuis ')[0]}", (at, low if foot else high),
                (4, 4 if foot else -4), textcoords="offset points", size=style.SMALL,
                va="bottom" if foot else "top", color=style.GREY)  # fmt: skip


def _names(
    curves: Curves, indicator: Indicator, unit: str, y_ticks: list[float], x_label: str
) -> _Names:
    """Names of curves at their ends; where those are too near, in their order where they differ."""

    def named(rows: list[dict[str, Any]], there: str = "") -> tuple[list[str], panels.LabelPlaces]:
        values = [charts.value_text(row, indicator, unit) + there for row in rows]
        texts = [style.wrap(value, style.part(_NAME)) for value in values]
        if len(curves) > 1:
            pairs = zip(curves, texts, strict=True)
            texts = [f"{style.named(name, style.part(_NAME))}\n{text}" for name, text in pairs]
        return texts, panels.place_labels(
            texts, [row["estimate"] for row in rows], y_ticks, _HEIGHT
        )

    lasts = [_last(rows) for rows in curves.values()]
    texts, places = named(lasts)
    at = _widest(curves) if places.moved > places.block else None
    if at is None:
        return _Names(texts, places, None)
    of, since, _ = x_label.partition(" depuis ")
    there = f" (à {_place(at)} {of})" if since else f" (à {_place(at)})"
    if at == max(row["x"] for row in lasts):
        there = ""  # where all curves end
    return _Names(*named([_at(part, at) for part in curves.values()], there), at)


def _widest(curves: Curves) -> float | None:
    """Where the curves are farthest apart, of the places where all have a value."""
    table = pd.concat(
        [rows.set_index("x")["estimate"] for rows in curves.values()], axis=1
    ).dropna()
    apart = table.max(axis=1) - table.min(axis=1)
    return float(apart.idxmax()) if len(apart) and apart.max() > 0 else None


def _at(rows: pd.DataFrame, x: float) -> dict[str, Any]:
    return estimates.records(rows[rows["x"] == x])[0]


def _place(x: float) -> str:
    return french.number(x, 0 if x == round(x) else 1)


def _thin(rows: pd.DataFrame, curves: Curves) -> bool:
    """Whether a curve is of low bases only, beside others: its band would drown them."""

    def low(part: pd.DataFrame) -> bool:
        known = part[part["estimate"].notna()]
        return len(known) > 1 and bool((known["status"] == "low_base").all())

    return low(rows) and not all(map(low, curves.values()))


def _x_ticks(start: float, end: float, x_label: str) -> list[float]:
    """Round numbers between both ends, whole where the ends are."""
    from matplotlib.ticker import MaxNLocator

    if start == end:
        return [start]
    steps = [1, 2, 3, 6, 10] if x_label.lower().startswith(_CALENDAR) else [1, 2, 5, 10]
    whole = start == round(start) and end == round(end)
    found = MaxNLocator(3 if style.narrow() else 5, steps=steps, integer=whole).tick_values(
        start, end
    )
    return [float(x) for x in found if start <= x <= end] or [start, end]


def _last(rows: pd.DataFrame) -> dict[str, Any]:
    """The last value that is shown, or the first row of a curve that shows none."""
    known = rows[rows["estimate"].notna()]
    return estimates.records(known.tail(1) if len(known) else rows.head(1))[0]


def _notes(curves: Curves, indicator: Indicator) -> list[str]:
    thin = [rows for rows in curves.values() if _thin(rows, curves)]
    others = [rows for rows in curves.values() if not _thin(rows, curves)]
    notes = panels.interval_notes(others)
    if any((rows["status"] == "low_base").any() for rows in others):
        mark = "Marque creuse" + " ou courbe fine" * bool(thin)
        notes += charts.low_base_note(pd.concat(others)["status"], indicator, mark)
    elif thin:
        notes += charts.low_base_note(["low_base"], indicator, "Courbe fine, sans bande")
    if any((rows["status"] == "partial").any() for rows in curves.values()):
        notes.append("(p) et pointillé : période incomplète.")
    broken = [rows for rows in curves.values() if rows["estimate"].notna().any()]
    notes += [
        f"Courbe interrompue : {words.STATUS_WORDS[status]}."
        for status in words.WITHHELD
        if any((rows["status"] == status).any() for rows in broken)
    ]
    return notes


def _alt(curves: Curves, indicator: Indicator, x_label: str) -> str:
    """Say of each curve where it starts and ends, how it goes and its extremes between."""
    kind = "Courbe" if len(curves) == 1 else "Courbes"
    sentences = [f"{kind}\xa0: {indicator.label}. En abscisse\xa0: {x_label}."]
    for name, rows in curves.items():
        known = estimates.records(rows[rows["estimate"].notna()])
        sentences.append(f"{name}\xa0: {_course(known, indicator)}.")
    return " ".join(sentences)


def _course(known: list[dict[str, Any]], indicator: Indicator) -> str:
    if not known:
        return "aucune valeur ne peut être montrée"
    return describe_lines(
        [Point(row["estimate"], f"à {_place(row['x'])}") for row in known],
        lambda x, _: words.value({**known[0], "estimate": x}, indicator),
        trend=True,
    )
