"""What charts share: their input, axes, words and output, and the one layout of rows; in points."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.display import select, style
from observlib.display.output import Output, caption_of
from observlib.display.tables import data_markdown, labels_of
from observlib.language import french, templates, words
from observlib.language.prose import Markdown, attribute_text, curly, markdown, typography
from observlib.language.words import rounded_estimates

LONG = 100_000  # from here on a count is shortened


class Chart(NamedTuple):
    """What a chart is made of: one indicator's estimates, rounded as pages tell them."""

    frame: pd.DataFrame
    catalogue: Catalogue
    caption: Markdown
    indicator: Indicator
    care: str = ""  # how far its values compare

    @property
    def unit(self) -> str:
        """The unit of the first value."""
        return str(self.frame["unit"].iat[0])


def chart_input(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    caption: str,
    what: str,
    keys: Sequence[str],
    one_unit: bool = True,
    care: bool = False,
) -> Chart:
    """What a chart is made of, where it may be drawn."""
    caption = caption_of(caption, what)
    indicator = select.one_indicator(frame, catalogue, what, one_unit)
    select.unique(frame, keys, what)
    select.refuse(frame, catalogue, what)
    frame = rounded_estimates(frame, catalogue)
    told = select.care(frame, catalogue) if care else ""
    return Chart(frame, catalogue, caption, indicator, told)


def output(
    chart: Chart, draw: Callable[[], style.Figure], alt: str, every: pd.DataFrame | None = None
) -> Output:
    """The output of a figure, wide and narrow; `every` estimate of its table is rounded."""
    from matplotlib.text import Text

    alt = f"{alt} {in_words('reservations', list(chart.frame['status']))} {chart.care}"
    alt = attribute_text(typography(" ".join(alt.split())))
    pictures = []
    for wide in (style.WIDE, style.NARROW):
        with style.theme(wide):
            fig = draw()
            for text in fig.findobj(Text):
                text.set_text(curly(text.get_text()))
            pictures.append(render(fig, alt))
    frame = chart.frame if every is None else every
    return Output(
        {"image/svg+xml": pictures[0], NARROW: pictures[1], "text/plain": alt},
        {
            "kind": "chart",
            "caption": chart.caption,
            "title": caption_of(chart_title(chart.frame, chart.catalogue), "title"),
            "alt": alt,
            "data_markdown": data_markdown(frame, chart.catalogue),
            **estimates.to_json(frame),  # which is rounded
        },
    )


@cache
def _templates() -> Any:
    known = {"LOW_BASE": estimates.LOW_BASE, "STATUS_WORDS": words.STATUS_WORDS}
    known |= {"WITHHELD": words.WITHHELD, "md": partial(markdown, "{}")}
    made = templates.environment(Path(__file__).parent, known, templates.as_text)
    return made.get_template("charts.j2").module


def in_words(macro: str, *told: Any) -> str:
    """What a chart shows, by the macro of `j2` that says it."""
    return str(getattr(_templates(), macro)(*told)).strip("\n")


def chart_notes(macro: str, *told: Any) -> list[str]:
    """What explains a chart, by the macro of `j2` that says it: a note a line."""
    return [line for line in map(str.strip, in_words(macro, *told).splitlines()) if line]


def described(records: Sequence[estimates.Row], catalogue: Catalogue, kind: str) -> str:
    """Say what a chart shows, each value with its interval; of more than twelve, the extremes."""
    names = dict.fromkeys(row["indicator"] for row in records)
    indicators = {name: words.indicator_of(name, catalogue) for name in names}
    return in_words("described", kind, records, indicators)


def chart_title(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The labels of what is shown and, where it has one, its period."""
    labels = labels_of(frame, catalogue)
    periods = frame["period"].unique()
    return labels if len(periods) > 1 else f"{labels}, {french.period_label(str(periods[0]))}"


def new_figure(height: float, notes: Iterable[str]) -> style.Figure:
    """A figure with room for a drawing, and notes under it, as large as its other words."""
    from matplotlib.figure import Figure

    foot = style.wrap(typography(" ".join(filter(None, notes))), style.width() - 4)
    height += style.LINE * (foot.count("\n") + 1) if foot else 0.0
    fig = Figure(figsize=(style.width() / 72, height / 72))  # of no window and no global state
    style.write_label(fig, 2, height - 2, foot, va="bottom", color=style.GREY)
    return fig


def ticks(rows: pd.DataFrame, unit: str, steps: int, zero: bool = False) -> list[float]:
    """Axis ticks that hold all values and intervals, from `zero` or not; else the whole scale."""
    ends = rows[["estimate", "ci_low", "ci_high"]].to_numpy()
    ends = ends[ends == ends]
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, _top(unit))
    found = axis_ticks(min(low, 0.0) if zero else low, high, unit, steps)
    shares = unit == "%" and 0 <= low <= high <= 100
    return [x for x in found if 0 <= x <= 100] if shares else found


def _top(unit: str) -> float:
    """The highest value of a unit, where it has one."""
    return estimates.best_end(unit) if unit.startswith("sur ") else {"%": 100.0}.get(unit, 1.0)


def axis_ticks(low: float, high: float, unit: str, steps: int) -> list[float]:
    """Round axis ticks that hold all values: from 0, but for marks, whose zero means nothing."""
    from matplotlib.ticker import MaxNLocator

    most = math.inf
    if unit == "%" or words.is_count(unit) or unit in words.DURATIONS:
        low, high = min(0.0, low), max(0.0, high)
    else:
        least = min(0.0, low)  # a balance such as the NPS may be negative
        most = _top(unit) if unit.startswith("sur ") else math.inf
        short = max(0.0, 2 - (high - low)) / 2
        low, high = max(least, low - short), min(most, high + short)
    if low == high:
        high = low + 1
    if unit == "s":
        size = 3600 if high >= 7200 else 60 if high >= 120 else 1
        whole = MaxNLocator(steps, integer=True).tick_values(low / size, high / size)
        return [float(size * x) for x in whole]
    sizes = [1, 2, 2.5, 5, 10] if most == math.inf else [1, 2, 5, 10]
    found = [float(x) for x in MaxNLocator(steps, steps=sizes).tick_values(low, high)]
    inside = [x for x in found if x <= most + 1e-9]
    while len(inside) > 2 and inside[-2] >= high:
        inside.pop()
    while len(inside) > 2 and inside[1] <= low:
        inside.pop(0)
    return inside


def tick_labels(places: Sequence[float], unit: str) -> list[str]:
    """The values along an axis; those of marks and shares have the same decimals."""
    if words.is_count(unit):
        return [french.compact(x, 2) for x in places]
    if unit == "s":
        return [french.duration(x) for x in places]
    decimals = next((d for d in (0, 1) if all(round(x, d) == x for x in places)), 2)
    write = {"%": french.percent, "points": french.signed}.get(unit, french.number)
    return [write(x, decimals) for x in places]


def axis_name(indicator: Indicator, unit: str, periods: list[str]) -> str:
    """What an axis shows, such as "visites par mois"; a stock is counted at the end of periods."""
    if unit in ("%", "s"):
        return ""
    if not words.is_count(unit):
        return unit
    each = "mois" if all(len(period) == 7 for period in periods) else ""
    if all("-T" in period for period in periods):
        each = "trimestre"
    return in_words("axis", indicator, unit, each)


def brief(x: float, indicator: Indicator, unit: str, decimals: int = 1) -> str:
    """A value beside its point: a large count is shortened, and an amount says that it is one."""
    if not words.is_count(unit) or abs(x) < LONG:
        text = words.figure(x, indicator, unit)
        return f"{text}{french.NBSP}€" if unit == "€" else text
    return french.compact(x, decimals) + "€" * (unit == "€")


def value_text(row: estimates.Row, indicator: Indicator, unit: str) -> str:
    """What stands beside a point or bar: its value, or why it has none."""
    if row["status"] in words.WITHHELD:
        return words.STATUS_WORDS[row["status"]]
    mark = "\xa0(p)" if row["status"] == "partial" else ""
    return brief(row["estimate"], indicator, unit) + mark


# --- Where each value of a drawing stands, and how it is told to who walks them with arrow keys

_KEPT = "observlib_values"


class _Value(NamedTuple):
    """A value at a place of axes: whose it is, where along its line, and its words."""

    ax: style.Axes
    x: float
    y: float
    whose: str
    where: str
    text: str


def keep_values(
    ax: style.Axes,
    x: float,
    y: float,
    row: Mapping[str, Any],
    indicator: Indicator,
    whose: str,
    where: str = "",
) -> None:
    """Let a drawing know a value that it shows; one that is withheld stands nowhere."""
    if row["status"] not in words.STATUS_WORDS or row["status"] in words.WITHHELD:
        return
    ends = words.interval(row, indicator)
    parts = (words.value(row, indicator), ends and f"de {ends}", words.STATUS_WORDS[row["status"]])
    value = _Value(ax, x, y, whose, where, ", ".join(filter(None, parts)))
    vars(ax.figure).setdefault(_KEPT, []).append(value)


def keep_rows(
    ax: style.Axes, rows: Sequence[estimates.Row], middles: Sequence[float], indicator: Indicator
) -> list[tuple[estimates.Row, float]]:
    """Let a drawing know the values of rows at their heights; those that it shows, with these."""
    placed = [*zip(rows, middles, strict=True)]
    for row, y in placed:
        keep_values(ax, row["estimate"], y, row, indicator, row["name"])
    return [(row, y) for row, y in placed if row["status"] not in words.WITHHELD]


def _attributes(fig: style.Figure, narrow: bool) -> dict[str, str]:
    """The attributes of a drawing that tell its values; none where it knows of none."""
    kept: list[_Value] = vars(fig).get(_KEPT, [])
    if not kept:
        return {}
    points = [value.ax.transData.transform((value.x, value.y)) * 72 / fig.dpi for value in kept]
    height = fig.get_size_inches()[1] * 72
    at = " ".join(f"{round(x)},{round(height - y)}" for x, y in points)
    if narrow:
        return {"data-at": at}
    whose = list(dict.fromkeys(value.whose for value in kept))
    where = list(dict.fromkeys(value.where for value in kept))
    told_ = [f"{whose.index(v.whose)},{where.index(v.where)},{v.text}" for v in kept]
    # JSON would have its quotation marks escaped, each in six bytes
    lists = ("|".join(map(_plain, texts)) for texts in (whose, where, told_))
    return {"data-at": at, "data-values": "¶".join(lists)}


def _plain(text: str) -> str:
    """A text without the signs that part lists."""
    return curly(typography(text.replace("|", "/").replace("¶", " ")))


NARROW = "application/vnd.observlib.narrow+svg"  # what a notebook keeps the narrow drawing as
# A figure as SVG is the same bytes on every run, with a line for each element. Text stays text;
# whatever the reader's font, each line is at its place, no wider than measured.
_SVG = "{http://www.w3.org/2000/svg}"
_PLACES = ("d", "x", "y", "width", "height", "transform")
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_USUAL = {"font-size": f"{style.SIZE:g}px", "fill": style.INK.lower(), "text-anchor": "start"}
_NUMBER = r"-?\d+(?:\.\d+)?"


def render(fig: style.Figure, alt: str) -> str:
    """The figure, in `style.theme`, as one `<svg>` element that says its alternative text."""
    from matplotlib.text import Text

    for text in fig.findobj(Text):
        text.set_gid(text.get_horizontalalignment())  # of several lines, matplotlib tells it not
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    fig.savefig(buffer, format="svg", metadata=nothing)
    root = ElementTree.fromstring(buffer.getvalue())  # comments and the document type go
    for group in root.iter(f"{_SVG}g"):
        for line in group.findall(f"{_SVG}text"):
            _anchored(line, _ANCHORS[group.get("id", "left")])
    for definitions in root.iter(f"{_SVG}defs"):
        for looks in definitions.findall(f"{_SVG}style"):  # a page would take them for its own
            definitions.remove(looks)
    _lighten(root)
    root.tail = None
    letters = {"font-family": style.FONTS, "font-size": f"{style.SIZE:g}"}
    lines = {"fill": style.INK.lower(), "stroke-linejoin": "round", "stroke-linecap": "butt"}
    root.attrib = {"role": "img", "aria-label": alt, **root.attrib, **letters, **lines}
    root.attrib |= _attributes(fig, style.narrow())
    for prefix, uri in (("", _SVG), ("xlink", "{http://www.w3.org/1999/xlink}")):
        ElementTree.register_namespace(prefix, uri[1:].split("}")[0])
    return ElementTree.tostring(root, encoding="unicode")


def _anchored(line: ElementTree.Element, anchor: str) -> None:
    """Put a line of text where its alignment holds it, with what is not usual of its looks."""
    looks = dict(part.split(": ", 1) for part in line.attrib.pop("style").split("; "))
    looks.setdefault("fill", "#000000")
    moved = line.attrib.pop("transform", "")
    if "x" not in line.attrib:
        x, y = map(float, re.findall(_NUMBER, moved)[:2])
        if "rotate" in moved:  # which starts at its foot
            line.set("transform", moved)
        else:
            size, weight = float(looks["font-size"][:-2]), looks.get("font-weight", "normal")
            wide = style.text_width(line.text or "", size, "bold" if weight == "700" else weight)
            x += wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            line.attrib |= {"x": str(x), "y": str(y)}
            looks["text-anchor"] = anchor
    looks = {k: v for k, v in looks.items() if k != "font-family" and _USUAL.get(k) != v}
    if looks:
        line.set("style", ";".join(f"{key}:{value}" for key, value in looks.items()))


def _lighten(node: ElementTree.Element) -> None:
    """Drop what draws nothing: names of groups, bare groups, decimals, repeated styles."""
    kept: list[ElementTree.Element] = []
    for child in node:
        _lighten(child)
        bare = child.tag == f"{_SVG}g" and not child.attrib
        if child.tag != f"{_SVG}metadata":
            kept += list(child) if bare else [child]
    node[:] = kept
    node.text = "\n" if kept else (node.text or "").strip("\n ") or None
    node.tail = "\n"
    if "style" in node.attrib:
        node.attrib["style"] = node.attrib["style"].replace(": ", ":").replace("; ", ";")
    if node.tag == f"{_SVG}g":
        node.attrib.pop("id", None)  # only markers, hatches and clips are referred to
        styles = {child.attrib.get("style", "") for child in node}
        drawn = {child.tag for child in node}
        if drawn == {f"{_SVG}use"} and len(styles) == 1 and styles != {""}:
            node.attrib["style"] = styles.pop()  # markers of one series
            for child in node:
                del child.attrib["style"]
    for name in _PLACES:
        if name in node.attrib:
            node.attrib[name] = _rounded(node.attrib[name])


def _rounded(places: str) -> str:
    """Hundredths of a point; no space that is not needed."""
    tight = re.sub(r" ?([MLQCz]) ?", r"\1", " ".join(places.split()))
    return re.sub(r"-?\d+\.\d+", lambda x: f"{round(float(x[0]), 2) + 0.0:g}", tight)


# --- The one layout of rows: a name, a mark on axes that all share, a value and a base

_GAP = 7.0  # between two rows
_NAME = 130.0  # widest name beside the axes
_LEAST = 90.0  # narrowest axes
_SPACE = 10.0  # between names, axes and values
_EDGE = 5.0  # around axes as wide as the figure: half a mark


class ChartRow(NamedTuple):
    """What is written of a row; where its value is withheld, `value` says why."""

    name: str
    value: str = ""
    base: str = ""
    withheld: bool = False
    strong: bool = False
    under: str = ""


class _Columns(NamedTuple):
    """Rows with their names in lines, and where their axes and values stand."""

    rows: Sequence[ChartRow]
    names: list[str]
    left: float
    width: float
    values: float  # the right end of the values
    over: bool  # whether names stand over the marks


def by_subject(
    frame: pd.DataFrame, by: str, catalogue: Catalogue
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The name that readers see of each value of a column, in reading order, and its estimates."""
    for key in select.ordered(frame, by, catalogue):
        rows = frame[frame[by] == key]
        yield words.label(rows.iloc[0].to_dict(), by, catalogue), rows


def ranked_rows(chart: Chart, by: str, *, sort: bool, lowest: bool = False) -> list[estimates.Row]:
    """Estimates as records with the `name` that `by` gives: as the catalogue or the frame has them
    or, with `sort`, from the highest (or `lowest`) on, then what brings others together, then
    withheld."""
    place = {key: i for i, key in enumerate(select.ordered(chart.frame, by, chart.catalogue))}
    records = estimates.records(chart.frame)
    for row in records:
        row["name"] = words.label(row, by, chart.catalogue)

    def key(row: estimates.Row) -> tuple[float, ...]:
        if not sort:
            return (place[row[by]],)
        withheld, x = row["status"] in words.WITHHELD, row["estimate"]
        rest = re.match(r"autres?\b", row[by], re.IGNORECASE) is not None
        return withheld, rest, 0.0 if withheld else x if lowest else -x, place[row[by]]

    return sorted(records, key=key)


def rows_with_names(records: Sequence[estimates.Row], indicator: Indicator) -> list[ChartRow]:
    """The rows of estimates that have a `name`; a base that several share is in their notes."""
    made, shared = [], _shared_base(records) is not None
    for row in records:
        n = None if shared else words.base_of(row)
        value = value_text(row, indicator, row["unit"])
        base = "" if n is None else words.n_equals(n)
        withheld = row["status"] in words.WITHHELD
        made.append(ChartRow(row["name"], value, base, withheld, row.get("strong", False)))
    return made


def _shared_base(records: Sequence[estimates.Row]) -> float | None:
    """The base that several estimates share, if they do."""
    known = [n for n in map(words.base_of, records) if n is not None]
    return known[0] if len(known) > 1 and len(set(known)) == 1 else None


def column_widths(
    rows: Sequence[ChartRow], *, widest: float = _NAME, over: bool | None = None
) -> _Columns:
    """Share the width among names, axes, values and bases: axes have what the others leave."""
    shown = [row.value for row in rows if not row.withheld]
    value = max((style.text_width(text, weight="bold") for text in shown), default=20.0)
    base = max(style.text_width(row.base, style.SMALL) for row in rows)
    right = (value + _SPACE if value else 0.0) + (base + 8 if base else 0.0) + 2
    free = style.width() - right - _SPACE - _LEAST
    wide = max(style.text_width(style.clipped(row.name), weight=_weight(row)) for row in rows)
    if over or (over is None and style.narrow() and wide > free):
        end = style.width() - 1 - (base + 8 if base else 0.0)
        room = [end - 15 - style.text_width(row.value, weight="bold") for row in rows]
        names = [style.wrapped_name(r.name, w, "bold") for r, w in zip(rows, room, strict=True)]
        return _Columns(rows, names, _EDGE, style.width() - 2 * _EDGE, end, over=True)
    widest = min(style.part(widest), free)
    names = [style.wrapped_name(row.name, widest, _weight(row)) for row in rows]
    left = max(style.text_width(n, weight=_weight(r)) for n, r in zip(names, rows, strict=True))
    left += _SPACE * (left > 0)
    width = style.width() - left - right
    return _Columns(rows, names, left, width, left + width + _SPACE + value, over=False)


def draw_rows(
    place: _Columns,
    notes: Sequence[str],
    *,
    tall: float,
    gap: float = _GAP,
    top: float = 0.0,
    bottom: float = 0.0,
    chart: Chart | None = None,
    ticks: Sequence[float] = (),
) -> tuple[style.Figure, style.Axes, list[float]]:
    """A figure with everything but the marks, its axes, and the heights of the marks' middles:
    axes count points down from their top. Those of a `chart` have its name and `ticks` under all
    rows."""
    lines = [(name.count("\n") + 1) * style.LINE for name in place.names]
    heads, feet = [0.0] * len(lines), [0.0] * len(lines)
    marks = [max(tall, height) + gap for height in lines]
    if place.over:
        heads = [height + 4 for height in lines]
        marks = [0.0 if row.withheld else tall for row in place.rows]
        feet = [12.0 * len(row.under.splitlines()) + gap + 1 for row in place.rows]
    starts = [0.0, *accumulate(map(sum, zip(heads, marks, feet, strict=True)))]
    height = starts.pop()
    middles = [a + b + c / 2 for a, b, c in zip(starts, heads, marks, strict=True)]
    named = axis_name(chart.indicator, chart.unit, [*chart.frame["period"]]) if chart else ""
    bottom += 8 + style.LINE * (1 + bool(named)) if chart else 0.0
    fig = new_figure(top + height + bottom + 2, notes)
    ax = style.axes(fig, place.left, top, place.width, height)
    ax.set_ylim(height, 0)
    if chart:
        _draw_axis(ax, ticks, chart.unit, place)
        middle, below = place.left + place.width / 2, top + height + 6 + style.LINE
        style.write_label(fig, middle, below, named, ha="center", color=style.GREY)
    else:
        ax.set_axis_off()
    for row, name, start, middle in zip(place.rows, place.names, starts, middles, strict=True):
        _write_row(fig, place, row, name, top + start, top + middle, tall)
    return fig, ax, middles


def _draw_axis(ax: style.Axes, ticks: Sequence[float], unit: str, place: _Columns) -> None:
    """The axis under all rows: its ends alone are labelled where labels would touch."""
    ax.set_xlim(ticks[0], ticks[-1])
    labels = tick_labels(ticks, unit)
    step = place.width * min(b - a for a, b in pairwise(ticks))
    if step < (ticks[-1] - ticks[0]) * (max(map(style.text_width, labels)) + 4):
        labels[1:-1] = [""] * (len(labels) - 2)
    ax.set_xticks(ticks, labels)
    if place.over:  # what stands under both ends has no room beside them
        ends = ax.get_xticklabels()
        ends[0].set_horizontalalignment("left")
        ends[-1].set_horizontalalignment("right")
    ax.set_yticks([])
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    if ticks[0] < 0:
        ax.axvline(0, color=style.GREY, linewidth=0.8)


def _write_row(
    fig: style.Figure, place: _Columns, row: ChartRow, name: str, top: float, y: float, tall: float
) -> None:
    """Write the name, value and base of a row whose mark has its middle at `y`."""
    grey = {"color": style.GREY}
    aligned: dict[str, Any] = {"va": "center", "ha": "right"}
    if place.over:
        below = y + tall / 2 * (not row.withheld) + 1
        style.write_label(fig, 0, top, name, weight="bold")
        style.write_label(fig, 0, below, row.under, size=style.SMALL, **grey)
        y, aligned["va"] = top, "top"
    else:
        style.write_label(fig, 0, y, name, va="center", weight=_weight(row))
    if row.withheld and not place.over:
        style.write_label(fig, place.left + 3, y, row.value, va="center", **grey)
    else:
        look = grey if row.withheld else {"weight": "bold"}
        style.write_label(fig, place.values, y, row.value, **aligned, **look)
    style.write_label(fig, style.width() - 1, y, row.base, size=style.SMALL, **aligned, **grey)


def row_notes(
    records: Sequence[estimates.Row], indicator: Indicator, low_base: str, partial: str
) -> list[str]:
    """What explains rows: intervals, bases, and how low bases and partial periods look."""
    intervals = any(row["ci_low"] == row["ci_low"] for row in records)
    shared = _shared_base(records)
    return chart_notes("row_notes", records, indicator, intervals, shared, low_base, partial)


def _weight(row: ChartRow) -> str:
    return "bold" if row.strong else "normal"
