"""The bar chart: ranked subjects along a common axis that starts at zero."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.catalogue import Catalogue, Indicator
from observlib.display import charts, layout, select, style, svg
from observlib.display.layout import ChartRow
from observlib.display.output import Output
from observlib.language import french, words

_BAR = 15.0
_NAME = 150.0  # widest name of a bar, in points


def bar_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "group_value",
    limit: int = 12,
    sort: bool = True,
) -> Output:
    """Draw counts or shares as bars from zero, each with its interval, value and base.

    A low base has a hatched bar, a partial period a dashed one, a withheld value words.
    """
    caption, indicator, frame = charts.chart_input(frame, catalogue, caption, "bar_chart", [by])
    if (frame["estimate"] < 0).any():
        raise ObservError(
            "bar_chart: a value is below zero, and a bar starts there; draw it with dot_chart"
        )
    records = layout.ranked_rows(frame, by, catalogue, sort=sort)
    left_out = _left_out(records[limit:], indicator)
    care = select.care(frame, catalogue)
    alt = f"{_alt(records[:limit], indicator)} {left_out} {charts.withheld_words(frame)} {care}"
    return charts.output(
        lambda: _figure(records[:limit], indicator, left_out, care), frame, catalogue, caption, alt
    )


def _left_out(records: Sequence[dict[str, Any]], indicator: Indicator) -> str:
    """How many bars are not drawn, and between which values they lie."""
    if not records:
        return ""
    found = sorted(row["estimate"] for row in records if row["status"] not in words.WITHHELD)
    ends = list(dict.fromkeys(words.value(x, indicator) for x in found[:1] + found[-1:]))
    between = f", {'de' if len(ends) > 1 else 'à'} {' à '.join(ends)}" if ends else ""
    others = french.count(len(records), "autre", "autres")
    return f"Et {others}{between}, dans les données de la figure."


def _figure(
    records: Sequence[dict[str, Any]], indicator: Indicator, left_out: str, care: str
) -> style.Figure:
    unit = records[0]["unit"]
    place = layout.column_widths(layout.rows_with_names(records, indicator), widest=_NAME)
    ticks = charts.ticks(pd.DataFrame(records), unit, 3 if place.width > 130 else 2, zero=True)
    name = charts.axis_name(indicator, unit, [row["period"] for row in records])
    notes = layout.notes_of(
        records, indicator, low_base="Barre hachurée", partial="(p) et bord en tirets"
    )
    fig, ax, middles = layout.draw_rows(
        place, [left_out, *notes, care], tall=_BAR, axis=layout.Axis(ticks, unit, name)
    )
    draw(ax, records, middles, _BAR)
    for row, y in zip(records, middles, strict=True):
        svg.keep_values(ax, row["estimate"], y, row, indicator, row["name"])
    return fig


def draw(
    ax: style.Axes, records: Sequence[dict[str, Any]], middles: list[float], tall: float
) -> None:
    """Draw values as bars from zero, their states in edges and fillings, and their intervals."""
    import seaborn as sns

    pairs = zip(records, middles, strict=True)
    shown = [(row, y) for row, y in pairs if row["status"] not in words.WITHHELD]
    if not shown:
        return
    blue, ys = style.PALETTE[0], [y for _, y in shown]
    step = min((b - a for a, b in pairwise(ys)), default=1.0)  # of which seaborn's width is a part
    sns.barplot(
        x=[row["estimate"] for row, _ in shown], y=ys, orient="y", native_scale=True,
        width=tall / step, errorbar=None, color=blue, saturation=1, edgecolor=blue,
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


def _alt(records: Sequence[dict[str, Any]], indicator: Indicator) -> str:
    """Say what the chart is, its bars in their order, and the extremes where they are not ends."""
    sentences = [charts.head("Graphique en barres", indicator.label, records)]
    shown = [row for row in records if row["status"] not in words.WITHHELD]
    if not shown:
        return f"{sentences[0]} {charts.NOTHING_TO_SHOW}"
    by_value = sorted(shown, key=lambda row: -row["estimate"])
    ranked = by_value == shown
    if ranked and len(shown) > 1:
        sentences[0] = f"{sentences[0][:-1]}, de la valeur la plus haute à la plus basse."
    sentences += [f"{row['name']}\xa0: {words.value(row, indicator)}." for row in shown]
    if not ranked:
        for word, row in (("haute", by_value[0]), ("basse", by_value[-1])):
            sentences.append(f"Valeur la plus {word}\xa0: {row['name']}.")
    return " ".join(sentences)


# --- The funnel chart: how many reach each step of a course

_FUNNEL_BAR = 15.0


def funnel_chart(frame: pd.DataFrame, catalogue: Catalogue, *, caption: str) -> Output:
    """Draw the steps of a course as bars: how many reach each, and what share of those before.

    A withheld step has words in place of its bar, and no share is made of it; nor of a partial
    period beside a whole one.
    """
    caption, indicator, frame = charts.chart_input(
        frame, catalogue, caption, "funnel_chart", ["group_value"], one_unit=False
    )
    if not frame["unit"].map(words.is_count).all() or (frame["estimate"] < 0).any():
        units = bounded(frame["unit"].unique())
        raise ObservError(
            f"funnel_chart: steps are counts; these are values in {units} or below zero; draw "
            "them with bar_chart or dot_chart"
        )
    records = layout.ranked_rows(frame, "group_value", catalogue, sort=False)
    shares = _shares(records)
    alt = f"{_funnel_alt(records, shares, indicator)} {charts.withheld_words(frame)}"
    return charts.output(
        lambda: _funnel_figure(records, shares, indicator), frame, catalogue, caption, alt
    )


def _shares(records: Sequence[dict[str, Any]]) -> list[str]:
    """Each step's share of the one before, and of the first, where they can be compared."""
    texts = []
    for i, row in enumerate(records):
        parts = []
        if i and (share := _share(row, records[i - 1])):
            parts.append(f"{share} de l'étape précédente")
        if i > 1 and (share := _share(row, records[0])):
            parts.append(f"{share} de la première" if parts else f"{share} de la première étape")
        texts.append(", ".join(parts))
    return texts


def _share(part: dict[str, Any], whole: dict[str, Any]) -> str:
    states = {part["status"], whole["status"]}
    if states & set(words.WITHHELD) or not whole["estimate"]:
        return ""
    if "partial" in states and states != {"partial"}:
        return ""
    share = 100 * part["estimate"] / whole["estimate"]
    if 0 < share < 0.05:
        return f"moins de {french.percent(0.1, 1)}"
    return french.percent(share, 1 if share < 10 else 0)


def _funnel_figure(
    records: Sequence[dict[str, Any]], shares: Sequence[str], indicator: Indicator
) -> style.Figure:
    """A row for each step: its name and count over its bar, its shares under it."""
    units = list(dict.fromkeys(row["unit"] for row in records))
    steps = [
        row._replace(under=share)
        for row, share in zip(layout.rows_with_names(records, indicator), shares, strict=True)
    ]
    notes = layout.notes_of(
        records, indicator, low_base="Barre hachurée", partial="(p) et bord en tirets"
    )
    top = (style.LINE + 6) * (len(units) == 1) + 2
    place = layout.column_widths(steps, over=True)
    fig, ax, middles = layout.draw_rows(place, notes, tall=_FUNNEL_BAR, top=top)
    if len(units) == 1:  # else the names of the steps say what each counts
        style.write_label(fig, 0, 2, units[0], color=style.GREY)
    ax.set_xlim(0, max((row["estimate"] for row in records if row["estimate"] > 0), default=1.0))
    draw(ax, records, middles, _FUNNEL_BAR - 2)
    for row, y in zip(records, middles, strict=True):
        svg.keep_values(ax, row["estimate"], y, row, indicator, row["name"])
    return fig


def _funnel_alt(
    records: Sequence[dict[str, Any]], shares: Sequence[str], indicator: Indicator
) -> str:
    """Say each step with its count and shares, and where the most are lost."""
    sentences = [charts.head("Étapes d'un parcours", indicator.label, records)]
    for row, share in zip(records, shares, strict=True):
        value = words.value(row, indicator)
        sentences.append(f"{row['name']}\xa0: {value}{f', soit {share}' if share else ''}.")
    kept = [
        (row["estimate"] / before["estimate"], before["name"], row["name"])
        for before, row in pairwise(records)
        if _share(row, before)
    ]
    if len(kept) > 1 and min(kept)[0] < 1:
        _, before, after = min(kept)
        sentences.append(f"La plus forte perte est entre «\xa0{before}\xa0» et «\xa0{after}\xa0».")
    return " ".join(sentences)


# --- The share chart: what a whole is made of, one bar of 100 % for each subject

# Fill, hatching and text of each part: neighbours differ by lightness, and so also in grey.
_FILLS: dict[int, list[tuple[str, str, str]]] = {
    2: [(style.ACCENT, "", "white"), ("#E5E5E5", "", style.INK)],
    3: [(style.ACCENT, "", "white"), ("#E5E5E5", "", style.INK), ("#E4655F", "", style.INK)],
}
_MANY = [
    (style.ACCENT, "", "white"),
    ("#CACAFB", "", style.INK),
    ("#5C68E5", "", "white"),
    ("#E5E5E5", "", style.INK),
    ("#29598F", "....", "white"),
    ("#F6E0FF", "", style.INK),
]
_SHARE_BAR = 22.0
_GAP = 9.0
_SHARE_NAME = 118.0  # widest name of a bar


def share_chart(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    caption: str,
    by: str = "product",
    parts: str = "group_value",
) -> Output:
    """Draw shares of a whole as bars of 100 %, one for each subject, with their values.

    A subject with a part that is withheld has words, as the rest of its bar would tell the part.
    """
    caption, indicator, frame = charts.chart_input(
        frame, catalogue, caption, "share_chart", [by, parts]
    )
    unit = frame["unit"].iat[0]
    if unit != "%":
        raise ObservError(f"share_chart: unit is {unit!r}; shares in % are expected")
    found = list(dict.fromkeys(frame[parts]))
    if len(found) > len(_MANY):
        raise ObservError(
            f"share_chart: {len(found)} parts; at most {len(_MANY)} can be told apart; "
            "bring the smallest together, or use a table"
        )
    bars: dict[str, pd.DataFrame] = {}
    for key in select.ordered(frame, by, catalogue):
        own = frame[frame[by] == key]
        name = words.label(own.iloc[0].to_dict(), by, catalogue)
        bars[name] = own.set_index(parts).reindex(found)
        total = bars[name]["estimate"].sum()
        if _whole(bars[name]) and abs(total - 100) > 0.5 * len(found):
            raise ObservError(
                f"share_chart: the parts of {key!r} sum to {total:.1f} %, not 100; "
                "keep every part of one whole, and of one whole only"
            )
    first = {part: frame[frame[parts] == part].iloc[0].to_dict() for part in found}
    labels = {part: words.label(first[part], parts, catalogue) for part in found}
    alt = f"{_share_alt(bars, labels, indicator)} {charts.withheld_words(frame)}"
    return charts.output(
        lambda: _share_figure(bars, labels, indicator), frame, catalogue, caption, alt
    )


def _whole(parts: pd.DataFrame) -> bool:
    return not parts["estimate"].isna().any()


def _rows(bars: dict[str, pd.DataFrame]) -> list[ChartRow]:
    """A row for each bar: its base, where its parts have one, and what marks its state."""
    made = []
    for name, parts in bars.items():
        bases, states = parts["n"].dropna().unique(), set(parts["status"])
        based = len(bases) == 1 and _whole(parts)
        base = words.n_equals(bases[0]) if based else ""
        base += "\xa0(f)" * ("low_base" in states) + "\xa0(p)" * ("partial" in states)
        hidden = "suppressed" if "suppressed" in states else "missing"
        word = "" if _whole(parts) else words.STATUS_WORDS[hidden]
        made.append(ChartRow("" if len(bars) == 1 else name, word, base, withheld=bool(word)))
    return made


def _share_figure(
    bars: dict[str, pd.DataFrame], labels: dict[str, str], indicator: Indicator
) -> style.Figure:
    fills = _FILLS.get(len(labels), _MANY)[: len(labels)]
    place = layout.column_widths(_rows(bars), widest=_SHARE_NAME)
    bases = " ".join(row.base for row in place.rows)
    notes = [charts.base_note(indicator)] * ("=" in bases)
    notes += charts.low_base_note(["low_base"] * ("(f)" in bases), indicator, "(f)")
    notes += ["(p) : période incomplète."] * ("(p)" in bases)
    named = [style.wrapped_name(label, style.width() - 17) for label in labels.values()]
    legend, top = _legend_places(named, place.left)
    fig, ax, middles = layout.draw_rows(
        place, notes, tall=_SHARE_BAR, gap=_GAP, top=top + 6, bottom=2
    )
    for (x, y), label, (fill, hatch, _) in zip(legend, named, fills, strict=True):
        edge = "white" if hatch else style.GREY
        style.legend_patch(
            fig, x, y + 2, 11, facecolor=fill, hatch=hatch, edgecolor=edge, linewidth=0.5
        )
        style.write_label(fig, x + 15, y + 1, label)
    ax.set_xlim(0, 100)
    drawn = [(parts, y) for parts, y in zip(bars.values(), middles, strict=True) if _whole(parts)]
    if drawn:
        _draw(ax, drawn, place.width, fills, indicator)
    for (name, parts), y in zip(bars.items(), middles, strict=True):
        start, whole = 0.0, parts["estimate"].sum() / 100
        for part, row in parts.to_dict("index").items() if _whole(parts) else ():
            share = row["estimate"] / whole
            svg.keep_values(ax, start + share / 2, y, row, indicator, name, labels[str(part)])
            start += share
    return fig


def _draw(
    ax: style.Axes,
    drawn: Sequence[tuple[pd.DataFrame, float]],
    width: float,
    fills: Sequence[tuple[str, str, str]],
    indicator: Indicator,
) -> None:
    """Bars of 100 %: seaborn stacks none, so each part is drawn over those that end after it."""
    import seaborn as sns

    # parts as they are told may add up to 99 or 101
    shares = [100 * parts["estimate"] / parts["estimate"].sum() for parts, _ in drawn]
    ends = [list(share.cumsum()) for share in shares]
    order = range(len(fills) - 1, -1, -1)
    ys = [y for _, y in drawn]
    step = min((b - a for a, b in pairwise(ys)), default=1.0)
    sns.barplot(
        x=[end[i] for i in order for end in ends], y=ys * len(fills),
        hue=[i for i in order for _ in ends], hue_order=order, palette=[fills[i][0] for i in order],
        dodge=False, orient="y", native_scale=True, width=_SHARE_BAR / step, errorbar=None,
        saturation=1, linewidth=0.8, legend=False, ax=ax,
    )  # fmt: skip
    for i, patches in zip(order, ax.containers, strict=True):
        _, hatch, ink = fills[i]
        for bar in patches:
            bar.set(hatch=hatch, edgecolor=style.GREY if ink == style.INK else "white")
        for (parts, y), share, end in zip(drawn, shares, ends, strict=True):
            text = words.figure(parts["estimate"].iat[i], indicator, "%")
            room = share.iat[i] / 100 * width - 3
            for value, size in ((text, style.SIZE), (text, style.SMALL), (text[:-2], style.SMALL)):
                if style.text_width(value, size) <= room:
                    # dark on a white label, as letters are lost on hatching
                    back = {"facecolor": "white", "edgecolor": "none", "pad": 2} if hatch else None
                    ax.text(end[i] - share.iat[i] / 2, y, value, va="center", ha="center",
                            size=size, color=style.INK if hatch else ink, bbox=back)  # fmt: skip
                    break


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


def _share_alt(bars: dict[str, pd.DataFrame], labels: dict[str, str], indicator: Indicator) -> str:
    sentences = [f"Barres empilées à 100 %\xa0: {indicator.label}."]
    for name, rows in list(bars.items())[:12]:
        if not _whole(rows):
            sentences.append(f"{name}\xa0: parts non montrées.")
            continue
        shares = [
            f"{labels[str(part)]} {words.figure(float(value), indicator, '%')}"
            for part, value in rows["estimate"].items()
            if not math.isnan(value)
        ]
        sentences.append(f"{name}\xa0: {', '.join(shares)}.")
    if len(bars) > 12:
        rest = french.count(len(bars) - 12, "autre barre", "autres barres")
        sentences.append(f"Et {rest}, dont les valeurs sont dans le tableau des données.")
    return " ".join(sentences)
