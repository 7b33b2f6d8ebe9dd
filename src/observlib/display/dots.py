"""The dot chart: subjects side by side, each with its interval and its base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, layout, select, style
from observlib.display.output import Output, study_method
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, attribute_text, joined, markdown


@study_method("dots")
def dot_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    sort: bool = True,
) -> Output:
    """Dots with their intervals, one a product or other column `by`, with their values and bases.

    A low base has a hollow point, a withheld value words. Beside other administrations, grey, the
    agency is in blue and bold. The indicator's thresholds (`good`, `poor`) are shown where it has
    both.

    Parameters
    ----------
    frame
        Estimates of one indicator, one for each subject.
    by
        The column that names the dots.
    sort
        From the best (or highest) down; else in the catalogue's order.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> marks = study.comparable(study.estimates("satisfaction", indicator="satisfaction_10"))
    >>> shown = study.dots(marks, period="2026-T3")
    >>> print(shown.content["alt"][:19])
    Graphique en points
    """
    by = select.told_apart(frame, [by])[-1]
    chart = charts.chart_input(frame, catalogue, caption, "dot_chart", [by], care=True)
    ours, blue = _ours(chart.frame, by, catalogue), style.PALETTE[0]
    ranked = layout.ranked_rows(chart, by, sort=sort, lowest=chart.indicator.better == "lower")
    records = [
        {
            **row,
            "strong": row[by] in ours,
            "colour": blue if row[by] in ours or not ours else style.GREY,
        }
        for row in ranked
    ]
    alt = charts.described(records, catalogue, "Graphique en points")
    return charts.output(chart, lambda: _figure(chart, records), alt)


def _ours(frame: pd.DataFrame, by: str, catalogue: Catalogue) -> list[str]:
    """What is the agency's own, where other administrations stand beside it."""
    peers = frame["product"].isin(list(catalogue.peers))
    products = frame["product"].isin(list(catalogue.products))
    own = frame["product"].isin([peer.id for peer in catalogue.peers.values() if peer.own])
    ours = products if products.any() else own
    return list(frame.loc[ours, by]) if (peers & ~ours).any() else []


def _figure(chart: charts.Chart, records: Sequence[estimates.Row]) -> style.Figure:
    unit, indicator = records[0]["unit"], chart.indicator
    place = layout.column_widths(layout.rows_with_names(records, indicator))
    zones = indicator.good is not None and indicator.poor is not None
    limits = _limits(chart.frame, indicator, unit, zones)
    axis = layout.Axis(limits, unit, charts.axis_name(indicator, unit, [*chart.frame["period"]]))
    notes = layout.row_notes(records, indicator, "Marque creuse", "(p)")
    notes += [*charts.cut_note(limits), chart.care]
    top = 4 + style.LINE * zones
    fig, ax, middles = layout.draw_rows(place, notes, tall=style.LINE, top=top, axis=axis)
    if zones:
        _zones(ax, indicator, limits, place.width)
    _draw(ax, layout.shown_at(records, middles))
    charts.keep_rows(ax, records, middles, indicator)
    return fig


def _draw(ax: style.Axes, shown: Sequence[tuple[estimates.Row, float]]) -> None:
    """Draw points with their intervals; where none has one, each stands at the end of a stem."""
    import seaborn as sns

    if not shown:
        return
    known = [pair for pair in shown if pair[0]["ci_low"] == pair[0]["ci_low"]]
    starts = [row["ci_low"] if known else 0.0 for row, _ in known or shown]
    ends = [row["ci_high" if known else "estimate"] for row, _ in known or shown]
    # intervals are given, where seaborn computes its own
    ax.hlines(
        [y for _, y in known or shown], starts, ends,
        colors=[row["colour"] for row, _ in known or shown], linewidth=2.2 if known else 1.2,
    )  # fmt: skip
    sns.scatterplot(
        x=[row["estimate"] for row, _ in shown], y=[y for _, y in shown], s=49, linewidth=1.6,
        clip_on=False, zorder=4, legend=False, ax=ax,
    )  # fmt: skip
    points, care = ax.collections[-1], ("low_base", "partial")
    points.set_edgecolor([row["colour"] for row, _ in shown])
    points.set_facecolor(["white" if row["status"] in care else row["colour"] for row, _ in shown])


def _limits(frame: pd.DataFrame, indicator: Indicator, unit: str, zones: bool) -> list[float]:
    """Axis ticks: the scale of a mark or share, with its thresholds; else from 0.

    Of a mark whose points all have intervals, the half below the lowest is not drawn.
    """
    if unit.startswith("sur "):
        top = estimates.best_end(unit)
        inner = {indicator.poor, indicator.good} if zones else {top / 2}
        lowest = frame["ci_low"].fillna(frame["estimate"]).min()
        stems = frame["ci_low"].isna().all()  # which start from zero
        start = 0.0 if stems or zones is False else max(0.0, min(lowest, *inner) - top / 10) // 1
        return sorted({start, top, *(x for x in inner if x is not None and start < x < top)})
    if unit == "%" and not words.is_change(indicator.id):
        return [0.0, 50.0, 100.0]
    return charts.ticks(frame, unit, 3)


def _zones(ax: style.Axes, indicator: Indicator, limits: list[float], width: float) -> None:
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


# --- Points: numbers set large, each with its verdict and a small line of two years

_TEXTS = wording.load_texts(__file__)
_WIDTH, _HEIGHT, _MARGIN = 220, 48, 5


def points(blocks: Iterable[Markdown]) -> Markdown:
    """Points side by side, where the page is wide enough."""
    return joined([markdown(":::: {{.points}}"), *blocks, markdown("::::")], "\n\n")


def point(
    title: str, number: str, details: Iterable[str], picture: str, told: str, verdict: str = ""
) -> Markdown:
    """One point, as a part of a page: its title, number, details, small line and text."""
    told = attribute_text(told)
    made = charts.in_words("point", title, number, [*details], picture, told, verdict)
    return Markdown(made.strip("\n"))


def line_told(series: pd.DataFrame, catalogue: Catalogue) -> str:
    """What a small line shows, in words."""
    rows = series[series["estimate"].notna()]
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    low, high = rows["estimate"].min(), rows["estimate"].max()
    first, last = (french.period_label(rows["period"].iat[place]) for place in (0, -1))
    ends = {"first": first, "last": last}
    if words.is_count(indicator.unit) and high >= charts.LONG:  # as charts shorten it
        least, most = (charts.brief(x, indicator, indicator.unit) for x in (low, high))
        unit = words.capital(indicator.unit)
        return _TEXTS["line_counted"].format(unit=unit, low=least, high=most, **ends)
    least, most = words.figure(low, indicator), words.value(high, indicator)
    return _TEXTS["line"].format(low=least, high=most, **ends)


def small_line(values: Iterable[float]) -> str:
    """Values in time as a small line (SVG), the last point marked; a gap where one is absent."""
    known = pd.Series(list(values), dtype=float)
    low, spread = known.min(), (known.max() - known.min()) or 1.0
    across = (_WIDTH - 2 * _MARGIN) / max(len(known) - 1, 1)
    up = (known - low) / spread * (_HEIGHT - 2 * _MARGIN)
    places = [
        "" if pd.isna(y) else f"{_MARGIN + across * x:.0f},{_HEIGHT - _MARGIN - y:.0f}"
        for x, y in enumerate(up)
    ]
    runs = [run.split() for run in " ".join(place or "|" for place in places).split("|")]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if run)
    last = next((place for place in reversed(places) if place), "0,0").split(",")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}"><style>svg{{fill:none;stroke:{style.ACCENT};'
        f"stroke-width:2;stroke-linejoin:round}}circle{{fill:{style.ACCENT}}}"
        f"@media (prefers-color-scheme:dark){{svg{{stroke:{style.ACCENT_AT_NIGHT}}}"
        f"circle{{fill:{style.ACCENT_AT_NIGHT}}}}}</style>"
        f'{lines}<circle cx="{last[0]}" cy="{last[1]}" r="3"/></svg>\n'
    )
