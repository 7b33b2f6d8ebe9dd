"""The bar chart: ranked subjects along a common axis that starts at zero."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, style
from observlib.display.output import Output, study_method
from observlib.language import french, words

_BAR = 15.0
_NAME = 150.0  # widest name of a bar, in points


@study_method("bars")
def bar_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "group_value",
    limit: int = 12,
    sort: bool = True,
) -> Output:
    """Bars from zero, one a group or other column `by`, each with its interval, value and base.

    A low base has a hatched bar, a partial period a dashed one, a withheld value words.

    Parameters
    ----------
    frame
        Estimates of one indicator, a count or a share, one for each bar.
    by
        The column that names the bars.
    sort
        From the highest down; else in the catalogue's or the frame's order.
    limit
        How many bars are drawn; what is left out is told under them.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> topics = study.estimates("contacts", indicator="call_theme_share")
    >>> shown = study.bars(topics, "Pourquoi ils appellent")
    >>> print(shown.content["alt"][:19])
    Graphique en barres
    """
    chart = charts.chart_input(frame, catalogue, caption, "bar_chart", [by], care=True)
    if (chart.frame["estimate"] < 0).any():
        raise ObservError(
            "bar_chart: a value is below zero, and a bar starts there; draw it with dot_chart"
        )
    records = charts.ranked_rows(chart, by, sort=sort)
    shown, left_out = records[:limit], _left_out(records[limit:], chart.indicator)
    alt = f"{charts.in_words('bars', shown, chart.indicator)} {left_out}"
    return charts.output(chart, lambda: _figure(chart, shown, left_out), alt)


def _left_out(records: Sequence[estimates.Row], indicator: Indicator) -> str:
    """How many bars are not drawn, and between which values they lie."""
    found = sorted(row["estimate"] for row in records if row["status"] not in words.WITHHELD)
    ends = list(dict.fromkeys(words.value(x, indicator) for x in found[:1] + found[-1:]))
    return charts.in_words("left_out", len(records), ends).strip()


def _figure(chart: charts.Chart, records: Sequence[estimates.Row], left_out: str) -> style.Figure:
    place = charts.column_widths(charts.rows_with_names(records, chart.indicator), widest=_NAME)
    steps = 3 if place.width > 130 else 2
    ticks = charts.ticks(pd.DataFrame(records), chart.unit, steps, zero=True)
    notes = [left_out, *_notes(records, chart.indicator), chart.care]
    fig, ax, middles = charts.draw_rows(place, notes, tall=_BAR, chart=chart, ticks=ticks)
    _draw(ax, charts.keep_rows(ax, records, middles, chart.indicator), _BAR)
    return fig


def _notes(records: Sequence[estimates.Row], indicator: Indicator) -> list[str]:
    return charts.row_notes(records, indicator, "Barre hachurée", "(p) et bord en tirets")


def _draw(ax: style.Axes, shown: Sequence[tuple[estimates.Row, float]], tall: float) -> None:
    """Draw values as bars from zero, their states in edges and fillings, and their intervals."""
    import seaborn as sns

    if not shown:
        return
    blue, ys = style.PALETTE[0], [y for _, y in shown]
    sns.barplot(
        x=[row["estimate"] for row, _ in shown], y=ys, orient="y", native_scale=True,
        width=tall / _step(ys), errorbar=None, color=blue, saturation=1, edgecolor=blue,
        linewidth=1.2, ax=ax,
    )  # fmt: skip
    for patch, (row, _) in zip(ax.patches, shown, strict=True):
        if row["status"] in ("low_base", "partial"):
            patch.set_facecolor("white")
            patch.set_hatch("////" if row["status"] == "low_base" else "")
            patch.set_linestyle((0, (3, 2)) if row["status"] == "partial" else "solid")
    # intervals are given, where seaborn computes its own; a white edge parts them from the bar
    spans = [(y, row["ci_low"], row["ci_high"]) for row, y in shown]
    known = [span for span in spans if span[1] == span[1]]
    for colour, wide in (("white", 4), (style.GREY, 1.8)) if known else ():
        ax.hlines(*zip(*known, strict=True), color=colour, linewidth=wide)


def _step(ys: Sequence[float]) -> float:
    """The step between bars, of which seaborn's width of a bar is a part."""
    return min((b - a for a, b in pairwise(ys)), default=1.0)


# --- The funnel chart: how many reach each step of a course


@study_method("funnel")
def funnel_chart(frame: pd.DataFrame, catalogue: Catalogue, *, caption: str) -> Output:
    """Steps of a course, each with its share of the one before and of the first.

    A withheld step has words in place of its bar, and no share is made of it; nor of a partial
    period beside a whole one.

    Parameters
    ----------
    frame
        Estimates of one count, one a step (`group_value`), from the first to the last.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> ideas = study.estimates("workshops", indicator="workshop_ideas")
    >>> shown = study.funnel(ideas, "Ce que deviennent les idées")
    >>> print(shown.content["alt"][:20])
    Étapes d’un parcours
    """
    chart = charts.chart_input(
        frame, catalogue, caption, "funnel_chart", ["group_value"], one_unit=False
    )
    units = chart.frame["unit"].unique()
    if not all(map(words.is_count, units)) or (chart.frame["estimate"] < 0).any():
        raise ObservError(
            f"funnel_chart: steps are counts; these are values in {bounded(units)} or below zero; "
            "draw them with bar_chart or dot_chart"
        )
    records = charts.ranked_rows(chart, "group_value", sort=False)
    shares = _shares(records)
    alt = charts.in_words("funnel", records, shares, chart.indicator, _loss(records))
    return charts.output(chart, lambda: _funnel_figure(chart, records, shares), alt)


def _shares(records: Sequence[estimates.Row]) -> list[str]:
    """Each step's share of the one before, and of the first, where they can be compared."""
    shares = []
    for i, row in enumerate(records):
        before = _share(row, records[i - 1]) if i else ""
        first = _share(row, records[0]) if i > 1 else ""
        shares.append(charts.in_words("step_shares", before, first).strip())
    return shares


def _share(part: estimates.Row, whole: estimates.Row) -> str:
    states = {part["status"], whole["status"]}
    is_partial = "partial" in states and states != {"partial"}
    if states & set(words.WITHHELD) or not whole["estimate"] or is_partial:
        return ""
    share = 100 * part["estimate"] / whole["estimate"]
    if 0 < share < 0.05:
        return f"moins de {french.percent(0.1, 1)}"
    return french.percent(share, 1 if share < 10 else 0)


def _loss(records: Sequence[estimates.Row]) -> tuple[str, str] | None:
    """The steps between which the most are lost, of several pairs that can be compared."""
    kept = [
        (row["estimate"] / before["estimate"], before["name"], row["name"])
        for before, row in pairwise(records)
        if _share(row, before)
    ]
    return min(kept)[1:] if len(kept) > 1 and min(kept)[0] < 1 else None


def _funnel_figure(
    chart: charts.Chart, records: Sequence[estimates.Row], shares: Sequence[str]
) -> style.Figure:
    """A row for each step: its name and count over its bar, its shares under it."""
    units = list(dict.fromkeys(row["unit"] for row in records))
    rows = charts.rows_with_names(records, chart.indicator)
    under = [style.wrap(share, style.width() - 2, style.SMALL) for share in shares]
    steps = [row._replace(under=share) for row, share in zip(rows, under, strict=True)]
    top = (style.LINE + 6) * (len(units) == 1) + 2
    place = charts.column_widths(steps, over=True)
    notes = _notes(records, chart.indicator)
    fig, ax, middles = charts.draw_rows(place, notes, tall=_BAR, top=top)
    if len(units) == 1:  # else the names of the steps say what each counts
        style.write_label(fig, 0, 2, units[0], color=style.GREY)
    ax.set_xlim(0, max((row["estimate"] for row in records if row["estimate"] > 0), default=1.0))
    _draw(ax, charts.keep_rows(ax, records, middles, chart.indicator), _BAR - 2)
    return fig


# --- The share chart: what a whole is made of, one bar of 100 % for each subject

# Fill, hatching and text of each part, by their number
_FILLS: dict[int, list[tuple[str, str, str]]] = load_data(__file__)["fills"]
_MOST = max(_FILLS)
_SHARE_BAR = 22.0
_GAP = 9.0
_SHARE_NAME = 118.0  # widest name of a bar


@study_method("shares")
def share_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    parts: str = "group_value",
) -> Output:
    """Shares of a whole side by side, a bar of 100 % for each of `by`.

    A subject with a part that is withheld has words, as the rest of its bar would tell the part.

    Parameters
    ----------
    frame
        Estimates in %, one for each bar and part; the parts of a bar sum to 100.
    by, parts
        The columns that name the bars, and what they are made of.

    Examples
    --------
    >>> from observlib import Study
    >>> study = Study("2026-T3", "data/demo")
    >>> formats = study.estimates("sales", indicator="format_share")
    >>> shown = study.shares(formats, "Le numérique progresse", by="period")
    >>> print(shown.content["alt"][:21])
    Barres empilées à 100
    """
    chart = charts.chart_input(frame, catalogue, caption, "share_chart", [by, parts])
    if chart.unit != "%":
        raise ObservError(f"share_chart: unit is {chart.unit!r}; shares in % are expected")
    found = list(dict.fromkeys(chart.frame[parts]))
    if len(found) > _MOST:
        raise ObservError(
            f"share_chart: {len(found)} parts; at most {_MOST} can be told apart; "
            "bring the smallest together, or use a table"
        )
    each = charts.by_subject(chart.frame, by, catalogue)
    bars = [_bar_of(name, rows, by, parts, found) for name, rows in each]
    first = chart.frame.drop_duplicates(parts)
    labels = [words.label(row, parts, catalogue) for row in estimates.records(first)]
    shares = {bar.name: bar.in_words(labels, chart.indicator) for bar in bars}
    alt = charts.in_words("shares", shares, chart.indicator)
    return charts.output(chart, lambda: _share_figure(chart, bars, labels), alt)


class _Bar(NamedTuple):
    """A bar of 100 %: its parts as they are told, which may not add up, and as they are drawn."""

    name: str
    parts: pd.DataFrame

    @property
    def whole(self) -> bool:
        """Whether none of its parts is withheld or absent."""
        return not self.parts["estimate"].isna().any()

    @property
    def shares(self) -> list[float]:
        """Its parts as they are drawn, of 100 in all."""
        return list(100 * self.parts["estimate"] / self.parts["estimate"].sum())

    def in_words(self, labels: Sequence[str], indicator: Indicator) -> str:
        """Its parts as they are told; nothing where one is withheld."""
        pairs = zip(labels, self.parts["estimate"] if self.whole else (), strict=False)
        return ", ".join(f"{label} {words.figure(x, indicator, '%')}" for label, x in pairs)


def _bar_of(name: str, rows: pd.DataFrame, by: str, parts: str, found: Sequence[str]) -> _Bar:
    bar = _Bar(name, rows.set_index(parts).reindex(found))
    total = bar.parts["estimate"].sum()
    if bar.whole and abs(total - 100) > 0.5 * len(found):
        raise ObservError(
            f"share_chart: the parts of {rows[by].iat[0]!r} sum to {total:.1f} %, not 100; "
            "keep every part of one whole, and of one whole only"
        )
    return bar


def _share_row(bar: _Bar, alone: bool) -> charts.ChartRow:
    """The row of a bar: its base, where its parts have one, and what marks its state."""
    bases, states = bar.parts["n"].dropna().unique(), set(bar.parts["status"])
    base = words.n_equals(bases[0]) if len(bases) == 1 and bar.whole else ""
    base += "\xa0(f)" * ("low_base" in states) + "\xa0(p)" * ("partial" in states)
    hidden = "suppressed" if "suppressed" in states else "missing"
    word = "" if bar.whole else words.STATUS_WORDS[hidden]
    return charts.ChartRow("" if alone else bar.name, word, base, withheld=not bar.whole)


def _share_figure(chart: charts.Chart, bars: Sequence[_Bar], labels: Sequence[str]) -> style.Figure:
    fills = _FILLS.get(len(labels), _FILLS[_MOST])[: len(labels)]
    rows = [_share_row(bar, alone=len(bars) == 1) for bar in bars]
    place = charts.column_widths(rows, widest=_SHARE_NAME)
    bases = " ".join(row.base for row in rows)
    notes = charts.chart_notes("share_notes", bases, chart.indicator)
    named = [style.wrapped_name(label, style.width() - 17) for label in labels]
    legend, top = _legend_places(named, place.left)
    fig, ax, middles = charts.draw_rows(
        place, notes, tall=_SHARE_BAR, gap=_GAP, top=top + 6, bottom=2
    )
    for (x, y), label, (fill, hatch, _) in zip(legend, named, fills, strict=True):
        look = {"edgecolor": "white" if hatch else style.GREY, "linewidth": 0.5}
        style.legend_patch(fig, x, y + 2, 11, facecolor=fill, hatch=hatch, **look)
        style.write_label(fig, x + 15, y + 1, label)
    ax.set_xlim(0, 100)
    drawn = [(bar, y) for bar, y in zip(bars, middles, strict=True) if bar.whole]
    _draw_shares(ax, drawn, fills, place.width, chart.indicator)
    for bar, y in drawn:
        ends = accumulate(bar.shares)
        rows = bar.parts.to_dict("records")
        for row, label, share, end in zip(rows, labels, bar.shares, ends, strict=True):
            charts.keep_values(ax, end - share / 2, y, row, chart.indicator, bar.name, label)
    return fig


def _draw_shares(
    ax: style.Axes,
    drawn: Sequence[tuple[_Bar, float]],
    fills: Sequence[tuple[str, str, str]],
    width: float,
    indicator: Indicator,
) -> None:
    """Bars of 100 %: seaborn stacks none, so each part is drawn over those that end after it."""
    import seaborn as sns

    if not drawn:
        return
    ends = [list(accumulate(bar.shares)) for bar, _ in drawn]
    order = range(len(fills) - 1, -1, -1)
    ys = [y for _, y in drawn]
    sns.barplot(
        x=[end[i] for i in order for end in ends], y=ys * len(fills),
        hue=[i for i in order for _ in ends], hue_order=order, palette=[fills[i][0] for i in order],
        dodge=False, orient="y", native_scale=True, width=_SHARE_BAR / _step(ys), errorbar=None,
        saturation=1, linewidth=0.8, legend=False, ax=ax,
    )  # fmt: skip
    for i, patches in zip(order, ax.containers, strict=True):
        _, hatch, ink = fills[i]
        for patch in patches:
            patch.set(hatch=hatch, edgecolor=style.GREY if ink == style.INK else "white")
        # dark on a white label, as letters are lost on hatching
        back = {"facecolor": "white", "edgecolor": "none", "pad": 2} if hatch else None
        look: dict[str, Any] = {"color": style.INK if hatch else ink, "bbox": back}
        for (bar, y), end in zip(drawn, ends, strict=True):
            share = bar.shares[i]
            text = words.figure(bar.parts["estimate"].iat[i], indicator, "%")
            sizes = ((text, style.SIZE), (text, style.SMALL), (text[:-2], style.SMALL))
            room = share / 100 * width - 3
            fits = [(x, size) for x, size in sizes if style.text_width(x, size) <= room]
            for value, size in fits[:1]:
                ax.text(end[i] - share / 2, y, value, va="center", ha="center", size=size, **look)


def _legend_places(labels: list[str], left: float) -> tuple[list[tuple[float, float]], float]:
    """Where each part's name stands: in rows above the bars, in the bars' order."""
    if left + sum(29 + style.text_width(label) for label in labels) > style.width():
        left = 0.0
    places, x, y, lines = [], left, 0.0, 1
    for label in labels:
        needed = 15 + style.text_width(label)
        if x > left and x + needed > style.width():
            x, y, lines = left, y + lines * style.LINE + 2, 1
        places.append((x, y))
        x += needed + 14
        lines = max(lines, label.count("\n") + 1)
    return places, y + lines * style.LINE + 2
